//! Expectations as types: what requests are expected to meet, checked by `postern test`.

use super::either::text_or_mapping;
use crate::located::{At, Map};
use crate::scalar::date::Date;
use crate::scalar::host::Authority;
use crate::scalar::name::HeaderName;
use crate::scalar::place::{Asn, CountryCode};
use crate::scalar::reference::FilePath;
use crate::scalar::text::Text;
use schemars::JsonSchema;
use serde::Deserialize;

/// Requests, and what is expected of a configuration to make of them.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Postern expectations")]
pub(crate) struct Expectations {
    /// The address of the JSON schema, for editors; nothing else looks at it.
    #[serde(rename = "$schema")]
    pub _schema: Option<String>,
    /// The configuration that is tested, if the command line does not name one. A relative path
    /// begins at the folder of this file.
    pub configuration: Option<FilePath>,
    /// What holds of every case that does not say otherwise.
    pub defaults: Option<Defaults>,
    /// The cases, in the order in which they are told of.
    #[schemars(required, length(min = 1, max = 10_000))]
    pub cases: Option<Vec<At<Case>>>,
}

/// What holds of every case that does not say otherwise.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Defaults {
    /// The host that requests are sent to.
    #[schemars(extend("default" = "localhost"))]
    pub host: Option<At<Authority>>,
    /// The address that they come from.
    #[schemars(extend("default" = "127.0.0.1"))]
    pub address: Option<At<String>>,
    /// When they come; without it, when the test runs.
    pub time: Option<Date>,
    /// Whether they come over TLS.
    #[schemars(extend("default" = false))]
    pub tls: Option<bool>,
    /// Header fields that they have; a case says of each by itself whether it has another value.
    #[schemars(extend("default" = {}))]
    pub headers: Option<Map<At<String>, HeaderName>>,
}

/// A request, and what is expected to become of it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// What it is called where it is told of; without it, what it asks for and who asks.
    pub name: Option<Text>,
    /// Method and path, with a query if there is one: `POST /v1/orders`. In the place of the path
    /// may stand a URL, which says host and TLS too.
    #[schemars(required)]
    pub request: Option<At<String>>,
    /// The app that sends it, with the best of its credentials; nobody in particular, if neither
    /// this nor `credential` nor `token` says somebody.
    pub app: Option<At<String>>,
    /// The id of the credential that it is sent with.
    pub credential: Option<At<String>>,
    /// The scopes that this credential carries; without it, those that the configuration says.
    #[schemars(length(max = 256))]
    pub scopes: Option<Vec<At<String>>>,
    /// The token that it is sent with: a genuine one of an issuer.
    pub token: Option<At<Token>>,
    /// The host that it is sent to.
    pub host: Option<At<Authority>>,
    /// Header fields that it has.
    #[schemars(extend("default" = {}))]
    pub headers: Option<Map<At<String>, HeaderName>>,
    /// Its body, as text.
    pub body: Option<At<String>>,
    /// The file that is its body. A relative path begins at the folder of this file.
    pub body_file: Option<At<FilePath>>,
    /// The address that it comes from.
    pub address: Option<At<String>>,
    /// The country of that address; without it, databases that are not asked would be needed.
    pub country: Option<CountryCode>,
    /// The autonomous system of that address.
    pub asn: Option<Asn>,
    /// When it comes.
    pub time: Option<Date>,
    /// Whether it comes over TLS.
    pub tls: Option<bool>,
    /// What is expected: `allow`, `refuse` (with whatever code), or with which code.
    #[schemars(required)]
    pub expect: Option<At<Expect>>,
}

/// A token that is genuine.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Token {
    /// The issuer, by its name in the configuration.
    #[schemars(required)]
    pub issuer: Option<At<String>>,
    /// The client that it was made for.
    pub client: Option<At<String>>,
    /// Its subject.
    pub subject: Option<At<String>>,
    /// The person that it was made for; without it, the client acts for itself.
    pub user: Option<At<String>>,
    /// The groups of that person.
    #[schemars(length(max = 256))]
    pub groups: Option<Vec<At<String>>>,
    /// The scopes that it carries; without it, tokens of its issuer carry all.
    #[schemars(length(max = 256))]
    pub scopes: Option<Vec<At<String>>>,
    /// Whom it is for; without it, whom tokens of its issuer have to be for.
    #[schemars(length(max = 64))]
    pub audience: Option<Vec<At<String>>>,
    /// From when on it is not good any more; without it, an hour after the request.
    pub expires_at: Option<Date>,
}

/// What is expected to become of a request.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub(crate) enum Expect {
    /// That it passes, or that it does not.
    Word(ExpectWord),
    /// That it does not, and why.
    Refusal(ExpectRefusal),
}

text_or_mapping!(Expect, Expect::Word, Expect::Refusal);

/// Whether it passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ExpectWord {
    /// It passes.
    Allow,
    /// It is refused.
    Refuse,
}

/// With what it is refused.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpectRefusal {
    /// The code, such as `credential.expired`, or the family of codes, such as `credential`.
    #[schemars(required)]
    pub refuse: Option<At<String>>,
    /// The policy that refuses.
    pub policy: Option<At<String>>,
}
