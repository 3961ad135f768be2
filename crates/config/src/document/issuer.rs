//! Issuers: whose tokens are believed.

use crate::located::{At, Map, OneOrMany};
use crate::scalar::date::Date;
use crate::scalar::duration::Duration;
use crate::scalar::host::Url;
use crate::scalar::reference::{FilePath, SecretReference};
use crate::scalar::text::Text;
use schemars::JsonSchema;
use serde::Deserialize;

/// Whoever makes tokens that callers may bring. Its keys are in one of `keys_file`,
/// `keys_url` and `secret`, or made here (`built_in`); without any, they are found through its own
/// description
/// (`/.well-known/openid-configuration` below `issuer`).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::struct_field_names,
    reason = "it is called what OpenID Connect calls it"
)]
pub(crate) struct Issuer {
    /// The tenant it belongs to. Without one, it is the platform's.
    pub tenant: Option<At<String>>,
    /// What people call it.
    #[serde(rename = "title")]
    pub _title: Option<Text>,
    /// What its tokens say in `iss`, to the letter.
    #[schemars(required)]
    pub issuer: Option<At<Text>>,
    /// Audiences (`aud`) of which a token has to name one.
    #[schemars(required, length(min = 1, max = 32))]
    pub audiences: Option<Vec<Text>>,
    /// A file with its keys: a JWK set, or public keys in PEM.
    pub keys_file: Option<At<FilePath>>,
    /// The address of its keys: a JWK set.
    pub keys_url: Option<At<Url>>,
    /// It is the gateway itself: apps get tokens for their keys (RFC 6749 §4.4), at the address in
    /// `issuer`, which ends in `/.well-known/postern/issuers/` and the issuer's name.
    pub built_in: Option<At<BuiltIn>>,
    /// Where the secret is that it signs with (HS256, HS384, HS512): `env:NAME` or `file:PATH`, at
    /// least 32 bytes. Whoever has it can make tokens: prefer keys.
    pub secret: Option<At<SecretReference>>,
    /// The only algorithms that its tokens may be signed with. Without any, those of its keys.
    #[schemars(extend("default" = []))]
    pub algorithms: Option<At<Vec<At<Algorithm>>>>,
    /// How far its clock and the gateway's may be apart.
    #[schemars(extend("default" = "30s", "x-minimum" = 0, "x-maximum" = 300_000))]
    pub leeway: Option<Duration>,
    /// How often keys are fetched; besides, whenever a token names one that is not known.
    #[schemars(extend("default" = "10m", "x-minimum" = 10_000, "x-maximum" = 86_400_000))]
    pub refresh: Option<At<Duration>>,
    /// How long the keys that were fetched last count while none can be had.
    #[schemars(extend("default" = "1d", "x-minimum" = 60_000, "x-maximum" = 2_592_000_000_u64))]
    pub keep: Option<At<Duration>>,
    /// Where its tokens say who calls, and what they may do.
    pub claims: Option<Claims>,
    /// Where it is asked whether a token is good (RFC 7662): tokens that are no JWT, and with `jwt`
    /// those that are.
    pub introspection: Option<At<Introspection>>,
}

/// How an issuer is asked about tokens.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Introspection {
    /// The address of its introspection endpoint.
    #[schemars(required)]
    pub url: Option<At<Url>>,
    /// What the gateway is called there, as client.
    #[schemars(required)]
    pub client_id: Option<Text>,
    /// Where the gateway's own secret is: `env:NAME` or `file:PATH`. It is sent as HTTP Basic.
    #[schemars(required)]
    pub client_secret: Option<At<SecretReference>>,
    /// Whether it is asked about tokens that are no JWT. A service accepts such tokens of one issuer
    /// at most: they do not say whose they are, and are shown to nobody else.
    #[schemars(extend("default" = true))]
    pub opaque: Option<At<bool>>,
    /// What proves those that are.
    #[schemars(extend("default" = "keys"))]
    pub jwt: Option<At<JwtProof>>,
    /// The longest that an answer may take.
    #[schemars(extend("default" = "2s", "x-minimum" = 100, "x-maximum" = 5_000))]
    pub timeout: Option<Duration>,
    /// How long it counts that a token is good, never beyond its `exp`. That it is not counts for 5 s
    /// at most.
    #[schemars(extend("default" = "30s", "x-minimum" = 0, "x-maximum" = 3_600_000))]
    pub cache: Option<Duration>,
}

/// What proves a token that is a JWT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum JwtProof {
    /// The issuer's keys alone.
    Keys,
    /// The issuer's keys, and then what it says of the token.
    Both,
    /// What the issuer says of the token alone; it needs no keys.
    Introspection,
}

/// An issuer that is the gateway itself.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BuiltIn {
    /// How long a token is good.
    #[schemars(extend("default" = "15m", "x-minimum" = 30_000, "x-maximum" = 86_400_000))]
    pub lifetime: Option<Duration>,
    /// How often it begins to sign with another key. The one before counts on for as long as its
    /// tokens are good.
    #[schemars(extend("default" = "30d", "x-minimum" = 86_400_000, "x-maximum" = 31_536_000_000_u64))]
    pub rotate: Option<Duration>,
    /// Since when it signs with a key of which the ones before tell nothing:
    /// `postern issuers rotate` writes it.
    pub rotated_at: Option<Date>,
}

/// The claims of a token that are looked at. Of several names the first that a token has counts. A
/// name is one claim, or the way to one inside of others: `realm_access.roles`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Claims {
    /// The client that it was made for, whose credential says which app that is.
    #[schemars(extend("default" = ["client_id", "azp"]))]
    pub client: Option<OneOrMany<Text>>,
    /// The person; none where that is the client itself.
    #[schemars(extend("default" = "sub"))]
    pub user: Option<OneOrMany<Text>>,
    /// The groups of that person.
    #[schemars(extend("default" = "groups"))]
    pub groups: Option<OneOrMany<Text>>,
    /// The scopes that it carries: a list, or a text with blanks between them. With an empty list,
    /// a token carries all that its app has.
    #[schemars(extend("default" = ["scope", "scp"]))]
    pub scopes: Option<OneOrMany<Text>>,
    /// The access roles of that person, which count beside those of the app: those of the platform,
    /// and of the issuer's tenant if it has one. Without any, tokens give none.
    #[schemars(extend("default" = []))]
    pub roles: Option<OneOrMany<Text>>,
    /// The access roles that are meant by what those claims say. With it, what it does not name
    /// gives none; without it, they say the names of access roles.
    pub role_names: Option<Map<OneOrMany<At<String>>, Text>>,
}

/// An algorithm that a token may be signed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub(crate) enum Algorithm {
    RS256,
    RS384,
    RS512,
    PS256,
    PS384,
    PS512,
    ES256,
    ES384,
    ES512,
    EdDSA,
    HS256,
    HS384,
    HS512,
}
