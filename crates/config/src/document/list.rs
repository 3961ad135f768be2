//! Environments and lists of addresses.

use super::access::Disclosure;
use super::either::text_or_mapping;
use crate::located::At;
use crate::scalar::address::Network;
use crate::scalar::date::Date;
use crate::scalar::duration::Duration;
use crate::scalar::host::{HostPattern, Url};
use crate::scalar::reference::FilePath;
use crate::scalar::text::{Description, Text};
use schemars::JsonSchema;
use serde::Deserialize;

/// Hosts whose requests belong together. A host that no environment has is `production`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Environment {
    /// Its hosts.
    #[schemars(required, length(min = 1))]
    pub hosts: Option<Vec<At<HostPattern>>>,
    /// What people call it.
    #[serde(rename = "title")]
    pub _title: Option<Text>,
    /// What it is for.
    #[serde(rename = "description")]
    pub _description: Option<Description>,
    /// How much refusals tell the caller here, of services that do not say it themselves; never
    /// `verbose` in `production`.
    pub disclosure: Option<At<Disclosure>>,
    /// When that becomes `standard` again; with `verbose` only, and required there.
    pub disclosure_until: Option<At<Date>>,
}

/// A list of address ranges, for policies and `edge`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddressList {
    /// The tenant it belongs to. Without one, it is the platform's.
    pub tenant: Option<At<String>>,
    /// Who looks after it.
    #[serde(rename = "owner")]
    pub _owner: Option<Text>,
    /// What it is for.
    #[serde(rename = "comment")]
    pub _comment: Option<Text>,
    /// It counts as empty from then on: where it allows, nobody is let in by it, and where it denies,
    /// nobody is refused by it.
    pub expires_at: Option<At<Date>>,
    /// Its entries: `203.0.113.0/24`, `2001:db8::1`, or with a comment and times. Required without
    /// a `source`.
    pub entries: Option<At<Vec<At<ListEntry>>>>,
    /// Where its ranges come from instead of `entries`.
    pub source: Option<At<ListSource>>,
}

/// A file or a URL with ranges: at most 4 MiB, and 200,000 of them. What it said last is kept, and
/// goes on counting while it cannot be read.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListSource {
    /// A file. It is read again when it is replaced.
    pub file: Option<At<FilePath>>,
    /// An `https` URL, which has to be somewhere that `egress` allows.
    pub url: Option<At<Url>>,
    /// How the ranges are written.
    #[schemars(extend("default" = "text"))]
    pub format: Option<ListFormat>,
    /// How often the URL is asked.
    #[schemars(extend("default" = "1h", "x-minimum" = 10_000))]
    pub refresh: Option<Duration>,
    /// Once the list could not be read for so long, it counts as expired where it allows: nobody is
    /// let in by it. Where it denies, what it said last goes on holding.
    #[schemars(extend("default" = "7d", "x-minimum" = 60_000))]
    pub stale_after: Option<Duration>,
}

/// How ranges are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ListFormat {
    /// One range on a line; `#` begins a comment.
    Text,
    /// JSON as providers publish it: an array of ranges, or members such as `prefixes[].ip_prefix`
    /// and `addresses`.
    Json,
}

/// One entry of a list.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub(crate) enum ListEntry {
    /// Its range.
    Range(Network),
    /// Its range, and more about it.
    Described(DescribedEntry),
}

text_or_mapping!(ListEntry, ListEntry::Range, ListEntry::Described);

/// An entry of a list, and more about it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DescribedEntry {
    /// The range, or one address.
    #[schemars(required)]
    pub range: Option<At<Network>>,
    /// Why it is there.
    pub comment: Option<Text>,
    /// Since when it is there.
    pub added_at: Option<Date>,
    /// It does not count from then on.
    pub expires_at: Option<At<Date>>,
}
