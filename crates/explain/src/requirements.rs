//! What an operation asks of its callers, as data: made from the rules that decide, so that it
//! cannot say anything else than they do. Lists of addresses are never in it.

mod conditions;
mod gather;
mod limits;
mod refusals;
mod render;

pub use gather::requirements;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What an operation asks of its callers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each answers a question of its own"
)]
pub struct Requirements {
    /// The service.
    pub service: String,
    /// Its version.
    pub version: String,
    /// The operation.
    pub operation: String,
    /// Methods; empty: every one that the gateway knows.
    pub methods: Vec<String>,
    /// The whole path template.
    pub path: String,
    /// Hosts; empty: any.
    pub hosts: Vec<String>,
    /// Where it is in its life: `draft`, `published`, `deprecated` or `retired`.
    pub state: String,
    /// The version to move to, of a retired one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub successor: Option<String>,
    /// Environments in which it is published; empty: all.
    pub environments: Vec<String>,
    /// Whether only apps of some tenants can see that it exists.
    pub private: bool,
    /// Whether a WebSocket may be opened.
    pub websocket: bool,
    /// What is asked of the connection.
    pub connection: Connection,
    /// Which credentials are accepted; `None`: nobody is asked for one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub credentials: Option<Credentials>,
    /// The app needs a subscription.
    pub subscription: bool,
    /// The service's owners decide about each subscription, as opposed to: all are approved.
    pub approval: bool,
    /// The plans under which a subscription covers it.
    pub plans: Vec<String>,
    /// Scopes that the caller needs, all of them.
    pub scopes: Vec<Scope>,
    /// Access roles of which the caller needs one; empty: none.
    pub access_roles: Vec<Role>,
    /// Policies that ask other services, which have to let the request pass.
    #[serde(default)]
    pub deciders: Vec<String>,
    /// What a request's head must have.
    pub headers: Vec<Header>,
    /// Media types of a body: one of each list.
    pub media_types: Vec<Vec<String>>,
    /// A body must say its length beforehand.
    pub length_required: bool,
    /// Most bytes of a body.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub max_body: Option<u64>,
    /// The parts of a request that must be as the OpenAPI document of the version has them:
    /// `parameters`, `body`, `accept`, `encodings`.
    #[serde(default)]
    pub contract: Vec<String>,
    /// What is asked of some requests besides.
    #[serde(default)]
    pub conditions: Vec<AskedCondition>,
    /// From where it can be called.
    pub network: Network,
    /// Whether pages of other origins can call it from browsers.
    pub browsers: Browsers,
    /// Requests that change something are refused where a page of another site may have had a
    /// browser send them.
    pub own_pages_only: bool,
    /// Tokens that have to come besides with such requests, all of them.
    #[serde(default)]
    pub page_tokens: Vec<PageToken>,
    /// How much may be used.
    pub limits: Vec<Limit>,
    /// Every refusal that is possible, with what to do about it.
    pub refusals: Vec<PossibleRefusal>,
}

/// Something that is asked of some requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AskedCondition {
    /// The kind of the policy: `conditions`, `ownership` or `step_up`.
    pub kind: String,
    /// Of which requests, in words; `None`: of all.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub when: Option<String>,
    /// What, in words that name no list and no caller.
    pub says: String,
}

/// What is asked of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "AskedConnection")]
pub struct Connection {
    /// Plain HTTP is refused.
    pub tls: bool,
    /// A client certificate is needed.
    pub client_certificate: bool,
}

/// The credentials that are accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "AskedCredentials")]
pub struct Credentials {
    /// Their kinds, in the order in which callers are asked for them: `api_key`, `jwt`, `session`,
    /// `signature`, `hmac`, `basic`, `mtls`.
    pub kinds: Vec<String>,
    /// Headers that an API key may stand in.
    pub headers: Vec<String>,
    /// Query parameters that an API key may stand in.
    pub query: Vec<String>,
    /// Whose tokens are accepted.
    pub issuers: Vec<AskedIssuer>,
    /// Where people are signed in at browsers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sign_in: Option<AskedSignIn>,
    /// What is asked of signatures of the request (RFC 9421).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub signature: Option<AskedSignature>,
    /// The same of signatures by a secret in `Authorization`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub hmac: Option<AskedSignature>,
    /// Whether a token may (`optional`) or has to (`required`) come with a proof that it is its
    /// sender's (DPoP, RFC 9449); `None`: proofs are not looked at.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub dpop: Option<String>,
    /// Whoever sends none may pass too.
    pub optional: bool,
}

/// Where people are signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AskedSignIn {
    /// The issuer's name here.
    pub issuer: String,
    /// Its address.
    pub iss: String,
    /// The cookie of a session; over TLS, `__Host-` stands before its name.
    pub cookie: String,
}

/// Somebody whose tokens are accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AskedIssuer {
    /// Its name here.
    pub name: String,
    /// What its tokens say in `iss`.
    pub iss: String,
    /// The audiences of which a token has to name one.
    pub audiences: Vec<String>,
}

/// What is asked of signatures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AskedSignature {
    /// What each has to cover.
    pub components: Vec<String>,
    /// How old one may be, in seconds.
    pub max_age_s: u64,
    /// How far clocks may be apart, in seconds.
    pub leeway_s: u64,
    /// Each carries a nonce.
    pub nonce: bool,
    /// A body is covered by its digest (`Content-Digest`).
    pub digest: bool,
    /// The longest body that may be covered, in bytes.
    pub max_body: u64,
}

/// A scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "AskedScope")]
pub struct Scope {
    /// Its name.
    pub name: String,
    /// What it allows.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub description: Option<String>,
}

/// An access role that allows the operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "AskedRole")]
pub struct Role {
    /// Its name.
    pub name: String,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub title: Option<String>,
    /// The methods of the operation that it allows; empty: all.
    pub methods: Vec<String>,
}

/// What must be said of a header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "AskedHeader")]
pub struct Header {
    /// Its name, lower case.
    pub name: String,
    /// Whether it must be there.
    pub required: bool,
    /// The values it may have; empty: any. `*` at the end of one stands for any rest.
    pub values: Vec<String>,
    /// The methods it is about; empty: all.
    pub methods: Vec<String>,
}

/// From where an operation can be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "AskedNetwork")]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// From anywhere.
    Anywhere,
    /// From anywhere but some networks.
    NotEverywhere,
    /// From some networks only. Which, its owners know.
    InternalOnly,
}

/// Whether pages of other origins can call an operation from browsers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "AskedBrowsers")]
#[serde(rename_all = "snake_case")]
pub enum Browsers {
    /// The gateway has no say: what the upstream answers to them stands.
    UpToUpstream,
    /// Pages of every origin can.
    AnyOrigin,
    /// Pages of some origins can read answers. Which, its owners know.
    SomeOrigins,
    /// Pages of some origins can, and requests of others are refused.
    SomeOriginsOnly,
}

/// A token that pages of the host fetch, and that comes with what they change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "AskedPageToken")]
pub struct PageToken {
    /// Where the host gives it out, with a cookie that has to come along.
    pub from: String,
    /// The header that it is sent in, lower case.
    pub header: String,
    /// The field of a form that it may stand in instead.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub field: Option<String>,
}

/// How much of something may be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "AskedLimit")]
pub struct Limit {
    /// Its name, as refusals and headers say it.
    pub name: String,
    /// The plan it comes with; `None`: it is for everybody.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub plan: Option<String>,
    /// `rate`, `spacing`, `concurrency` or `quota`.
    pub kind: String,
    /// How much, in words: `100 requests in 60 s`.
    pub says: String,
    /// Who shares one counter; empty: everybody.
    pub by: Vec<String>,
}

/// A refusal that the operation's callers may meet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PossibleRefusal {
    /// The code, or its family, as callers are shown it.
    pub code: String,
    /// A few words.
    pub title: String,
    /// The status that this service answers with.
    pub status: u16,
    /// What it means.
    pub means: String,
    /// What the caller can do.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fix: Option<String>,
    /// Whose business it is.
    pub fault: String,
    /// Whether sending the same request again can help.
    pub retry: Retry,
}

/// Whether sending the same request again can help, as problem documents have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PossibleRetry")]
#[serde(rename_all = "snake_case")]
pub enum Retry {
    /// It cannot.
    Never,
    /// Once something has changed.
    AfterChange,
    /// After so many seconds, or what `Retry-After` says.
    After(u32),
}
