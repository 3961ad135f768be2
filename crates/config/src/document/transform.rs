//! What policies of the kinds `transform` and `mask` change and hide.

use crate::located::{At, Map, OneOrMany};
use crate::scalar::name::HeaderName;
use schemars::JsonSchema;
use serde::Deserialize;

/// Changes of requests, before they go up.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestChanges {
    /// Header fields.
    pub headers: Option<HeaderChanges>,
    /// Parameters of the query.
    pub query: Option<QueryChanges>,
    /// The path that the upstream gets, in place of what its own `path` makes: with the operation's
    /// parameters in braces (`/v2/orders/{id}`), or a template.
    pub path: Option<At<String>>,
    /// The steps that change a JSON body, one after the other.
    pub body: Option<At<Vec<At<BodyStep>>>>,
}

/// Changes of answers, before callers get them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResponseChanges {
    /// Header fields.
    pub headers: Option<HeaderChanges>,
    /// The steps that change a JSON body, one after the other.
    pub body: Option<At<Vec<At<BodyStep>>>>,
}

/// Changes of header fields: first those that are removed, then those that are renamed, set and
/// added.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HeaderChanges {
    /// These are taken out.
    pub remove: Option<OneOrMany<At<HeaderName>>>,
    /// These get other names.
    pub rename: Option<Map<At<HeaderName>, HeaderName>>,
    /// These get this one value, whatever was there. A text with `{{` or `{%` in it is a template.
    pub set: Option<Map<At<String>, HeaderName>>,
    /// These are added to what is there.
    pub add: Option<Map<At<String>, HeaderName>>,
}

/// Changes of the parameters of a query, in the same order.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct QueryChanges {
    /// These are taken out.
    pub remove: Option<OneOrMany<At<String>>>,
    /// These get other names.
    pub rename: Option<Map<At<String>, String>>,
    /// These get this one value, whatever was there. A text with `{{` or `{%` in it is a template.
    pub set: Option<Map<At<String>, String>>,
    /// These are added to what is there.
    pub add: Option<Map<At<String>, String>>,
}

/// One step that changes a JSON body: exactly one of `set`, `remove`, `rename`, `move` and
/// `replace`. Places are JSON pointers (RFC 6901).
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BodyStep {
    /// Puts a value there: `value` or `json`. Objects on the way are made, and `-` adds an item to a
    /// list.
    pub set: Option<At<String>>,
    /// With `set`: a text, or a template that writes one.
    pub value: Option<At<String>>,
    /// With `set`: JSON, or a template that writes it. In a template each value is written as JSON.
    pub json: Option<At<String>>,
    /// Takes out what stands there.
    pub remove: Option<At<String>>,
    /// Gives the member there the name `to`.
    pub rename: Option<At<String>>,
    /// Puts what stands there at `to`.
    #[serde(rename = "move")]
    pub moved: Option<At<String>>,
    /// With `rename`: the new name. With `move`: the new place.
    pub to: Option<At<String>>,
    /// Makes the whole body what this template writes: JSON.
    pub replace: Option<At<String>>,
}

/// One thing that is hidden: exactly one of `at`, `value` and `matching`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hide {
    /// What stands there: a JSON pointer (RFC 6901), `*` for every item or member.
    pub at: Option<At<String>>,
    /// Values of this kind, wherever they stand.
    pub value: Option<At<HiddenKind>>,
    /// What this regular expression matches in texts and numbers, wherever they stand.
    pub matching: Option<At<String>>,
    /// So many characters of the beginning are shown.
    #[schemars(range(max = 100))]
    pub keep_first: Option<At<u32>>,
    /// So many characters of the end are shown.
    #[schemars(range(max = 100))]
    pub keep_last: Option<At<u32>>,
    /// So many characters of the beginning are left, and nothing tells that there were more.
    #[schemars(range(max = 1000))]
    pub truncate: Option<At<u32>>,
    /// This stands in its place. Without any of these: `***`.
    pub replace: Option<At<String>>,
    /// Whether only records are without it, and callers get it.
    #[schemars(extend("default" = false))]
    pub only_records: Option<bool>,
}

/// Kinds of values that are hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HiddenKind {
    /// Names of people: texts in members such as `name`, `first_name` and `surname`.
    Name,
    /// Telephone numbers: with `+`, `0` or `(0` before them, 7 to 15 digits.
    Phone,
    /// Mail addresses.
    Email,
    /// Numbers of payment cards: 13 to 19 digits with the right check digit.
    Card,
    /// Dates, such as `2026-01-31`, `31.1.2026` and `31 Jan 2026`.
    Date,
    /// Amounts of money: numbers beside a currency, and those in members such as `amount` and
    /// `price`.
    Amount,
}

/// What becomes of answers that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unreadable {
    /// They are refused.
    Refuse,
    /// They pass as they are.
    Pass,
}
