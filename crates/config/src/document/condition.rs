//! Conditions of policies.

use crate::located::{At, Map, OneOrMany};
use crate::scalar::hours::{DayHours, JsonPointer, Weekdays, Zone};
use crate::scalar::name::{HeaderName, MethodName};
use crate::scalar::place::CountryCode;
use crate::scalar::size::Size;
use crate::scalar::text::{HeaderValue, MediaType, ParameterName, Text};
use schemars::JsonSchema;
use serde::Deserialize;

/// What must hold of a request: all of it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Conditions {
    /// It comes in these hours.
    pub time: Option<At<Hours>>,
    /// It has one of these methods.
    pub methods: Option<At<Vec<MethodName>>>,
    /// It is for one of these environments.
    pub environments: Option<Vec<At<String>>>,
    /// Each of these headers is there and has one of the values; `*` is any, and at the end of one
    /// any rest.
    pub headers: Option<Map<OneOrMany<HeaderValue>, HeaderName>>,
    /// Its body is of one of these media types.
    pub media_types: Option<Vec<MediaType>>,
    /// Its body has so many bytes at most, and says so in `Content-Length`.
    pub max_size: Option<Size>,
    /// The client's address is on one of these lists.
    pub lists: Option<At<Vec<At<String>>>>,
    /// The client is in one of these countries, as the database of `geo.country` knows them.
    pub countries: Option<At<Vec<CountryCode>>>,
    /// One of these apps calls.
    pub apps: Option<Vec<At<String>>>,
    /// The caller is in one of these groups.
    pub groups: Option<Vec<At<String>>>,
    /// The caller has one of these access roles.
    pub access_roles: Option<Vec<At<String>>>,
    /// The caller's token has each of these claims, with one of the values. A name is one claim, or
    /// the way to one inside of others: `realm_access.roles`.
    pub claims: Option<Map<OneOrMany<HeaderValue>, Text>>,
    /// The body is JSON and has, at each of these places, one of the values: a text, a number as it
    /// is written, `true`, `false` or `null`.
    pub body: Option<Map<OneOrMany<HeaderValue>, JsonPointer>>,
}

/// Hours of the day.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hours {
    /// From when until before when. Without it, all day.
    pub between: Option<At<DayHours>>,
    /// The days on which they begin. Without any, every day.
    pub days: Option<At<OneOrMany<Weekdays>>>,
    /// By which clocks.
    #[schemars(required)]
    pub zone: Option<At<Zone>>,
}

/// Callers whom a policy leaves alone: those to whom one of these applies.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exceptions {
    /// These apps.
    pub apps: Option<Vec<At<String>>>,
    /// Whoever is in one of these groups.
    pub groups: Option<Vec<At<String>>>,
    /// Whoever has one of these access roles.
    pub access_roles: Option<Vec<At<String>>>,
}

/// Where a request names the thing that it is about: one of these.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Resource {
    /// A parameter of the path.
    pub path: Option<At<ParameterName>>,
    /// A parameter of the query, which may stand there once.
    pub query: Option<At<ParameterName>>,
    /// A place in the body, which is JSON.
    pub body: Option<At<JsonPointer>>,
}

/// What of the caller owns it: a word, or a claim of its token.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub(crate) enum Owner {
    /// Something of the caller.
    Word(OwnerWord),
    /// A claim of its token.
    Claim(OwnerClaim),
}

super::either::text_or_mapping!(Owner, Owner::Word, Owner::Claim);

/// Something of a caller by which things are its own.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OwnerWord {
    /// The name of its app.
    App,
    /// The name of its app's tenant.
    Tenant,
    /// The person whom its token names.
    User,
}

/// A claim by which things are a caller's own.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnerClaim {
    /// The claim, or the way to one inside of others. Of a list, one of its texts is enough.
    #[schemars(required)]
    pub claim: Option<At<Text>>,
}
