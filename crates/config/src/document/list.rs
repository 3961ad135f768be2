//! Environments and lists of addresses.

use super::access::Disclosure;
use super::either::text_or_mapping;
use crate::located::At;
use crate::scalar::address::Network;
use crate::scalar::date::Date;
use crate::scalar::host::HostPattern;
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
    /// Its entries: `203.0.113.0/24`, `2001:db8::1`, or with a comment and times.
    #[schemars(required)]
    pub entries: Option<Vec<At<ListEntry>>>,
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
