//! Policies, and what every address meets first.

use super::condition::{Conditions, Exceptions, Owner, Resource};
use super::decider::Decider;
use super::either::text_or_mapping;
use super::plan::LimitKey;
use super::transform::{Hide, RequestChanges, ResponseChanges, Unreadable};
use crate::located::{At, Map, OneOrMany};
use crate::scalar::date::Date;
use crate::scalar::denial::DenialCode;
use crate::scalar::duration::Duration;
use crate::scalar::host::{HostPattern, Url};
use crate::scalar::name::{CookieName, EntityName, FieldName, HeaderName, MethodName};
use crate::scalar::origin::{Origin, OriginExpression};
use crate::scalar::period::{Per, Zone};
use crate::scalar::place::{Asn, CountryCode};
use crate::scalar::size::Size;
use crate::scalar::text::{HeaderValue, MediaType, Text};
use schemars::JsonSchema;
use serde::Deserialize;

/// A rule of one kind, attached to a level.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Policy {
    /// What it is about.
    #[schemars(required)]
    pub kind: Option<At<PolicyKind>>,
    /// Where it holds: `platform`, `{tenant: …}`, or `{service: …}` with `version` and `operation`
    /// for less than the whole.
    #[schemars(required)]
    pub on: Option<At<On>>,
    /// Its name, by which a policy of a wider level is replaced. Without it, its key.
    #[schemars(with = "Option<EntityName>")]
    pub name: Option<At<String>>,
    /// How strictly it holds.
    #[schemars(extend("default" = "enforce"))]
    pub mode: Option<At<Mode>>,
    /// When it is enforced again; with the modes `shadow` and `off` only.
    pub until: Option<At<Date>>,
    /// Whether a policy of the same kind and name at a narrower level replaces it. Otherwise both
    /// hold.
    #[schemars(extend("default" = false))]
    pub default: Option<bool>,
    /// Lists of addresses that may call; with the kind `network` only. Of everything that `allow`,
    /// `allow_countries` and `allow_asns` name, one thing must hold the client.
    pub allow: Option<At<Vec<At<String>>>>,
    /// Lists of addresses that may not call; with the kind `network` only. What is denied wins over
    /// what is allowed.
    pub deny: Option<At<Vec<At<String>>>>,
    /// Countries from which may be called, as the database of `geo.country` knows them; with the
    /// kind `network` only.
    pub allow_countries: Option<At<Vec<CountryCode>>>,
    /// Countries from which may not be called; with the kind `network` only.
    pub deny_countries: Option<At<Vec<CountryCode>>>,
    /// Autonomous systems from which may be called, as the database of `geo.asn` knows them; with
    /// the kind `network` only.
    pub allow_asns: Option<At<Vec<Asn>>>,
    /// Autonomous systems from which may not be called; with the kind `network` only.
    pub deny_asns: Option<At<Vec<Asn>>>,
    /// The status of refusals instead of their own; with the kind `network`: 404 where addresses are
    /// refused, 451 where countries are. With the kind `contract`: 403 or 422, where a refusal may
    /// have it. With the kind `ownership`: 404.
    #[schemars(range(min = 400, max = 499))]
    pub status: Option<At<u16>>,
    /// Where it is said who blocks and why, for a `Link` of refusals with the status 451 (RFC 7725
    /// §4); with the kind `network` only.
    pub blocked_by: Option<At<Url>>,
    /// The methods that it is about, all without any; with the kind `headers`. With the kind `cors`,
    /// those that pages of other origins may use; without any, those of the operation.
    pub methods: Option<At<Vec<MethodName>>>,
    /// Origins whose pages may call; with the kind `cors` only.
    pub origins: Option<At<OneOrMany<At<Origin>>>>,
    /// Regular expressions for origins whose pages may call; with the kind `cors` only.
    pub origin_patterns: Option<At<OneOrMany<At<OriginExpression>>>>,
    /// Headers that pages of other origins may send, `*` for any; with the kind `cors` only.
    pub headers: Option<At<OneOrMany<HeaderName>>>,
    /// Headers of answers that pages of other origins may read, besides `X-Request-Id`,
    /// `Postern-Denial`, `Retry-After`, `RateLimit`, `RateLimit-Policy` and `WWW-Authenticate`; with
    /// the kind `cors` only.
    pub exposed_headers: Option<At<OneOrMany<HeaderName>>>,
    /// Whether browsers may send cookies and the like along for pages of other origins; with the
    /// kind `cors` only.
    pub credentials: Option<At<bool>>,
    /// With the kind `cors`, how long browsers may go by the answer to a preflight, `5m` without it
    /// and at most `24h`. With the kind `step_up`, how long ago the person may have signed in
    /// (`auth_time`), at most `30d`.
    pub max_age: Option<At<Duration>>,
    /// Whether requests of other origins are refused, too, instead of only left without the headers
    /// that let their pages read the answer; with the kind `cors` only.
    pub enforce_origin: Option<At<bool>>,
    /// Whether pages on public networks may call where the gateway is on a private one, if their
    /// browser asks (`Access-Control-Request-Private-Network`); with the kind `cors` only.
    pub private_network: Option<At<bool>>,
    /// Origins whose pages may change something besides those of the host itself; with the kind
    /// `csrf` only.
    pub trusted_origins: Option<At<OneOrMany<At<Origin>>>>,
    /// Whether `Referer` must name the host itself or one of `referers`; with the kind `csrf` only.
    /// Without it, whether there are `referers`.
    pub referer_required: Option<At<bool>>,
    /// Hosts that `Referer` may name besides the host itself, `*.` for every host below; with the
    /// kind `csrf` only.
    pub referers: Option<At<OneOrMany<HostPattern>>>,
    /// A token that pages have to send besides, which those of the host itself fetch at
    /// `/.well-known/postern/csrf`; with the kind `csrf` only.
    pub token: Option<At<CsrfToken>>,
    /// Headers that must be there; with the kind `headers` only.
    pub required: Option<At<Vec<HeaderName>>>,
    /// Headers that may only have certain values; with the kind `headers` only.
    pub values: Option<At<Map<OneOrMany<HeaderValue>, HeaderName>>>,
    /// Media types that a body may have; with the kind `headers` only.
    pub content_types: Option<At<Vec<MediaType>>>,
    /// Whether a body must begin like its media type says; with the kind `headers` only.
    pub sniff: Option<At<bool>>,
    /// Whether a body must have a `Content-Length`; with the kind `headers` only.
    pub length_required: Option<At<bool>>,
    /// Requests in the time `per`; with the kind `rate` only, and required there. With the kind
    /// `abuse`, refusals in that time, of which one more blocks.
    #[schemars(range(min = 1, max = 1_000_000_000))]
    pub rate: Option<At<u32>>,
    /// Requests in each period `per`; with the kind `quota` only, and required there.
    #[schemars(range(min = 1, max = 1_000_000_000))]
    pub quota: Option<At<u32>>,
    /// The time of `rate`, or the period of `quota`: `day`, `week`, `month`, or a time that is
    /// counted from the beginning of 1970. With these kinds only, and required there. With the kind
    /// `abuse`, the time in which refusals are counted.
    pub per: Option<At<Per>>,
    /// Whose midnight begins a day, week or month; with the kind `quota` only. Without it, UTC's.
    pub time_zone: Option<At<Zone>>,
    /// How many of them may come at once; with the kind `rate` only. Without it, all of them.
    #[schemars(range(min = 1, max = 1_000_000_000))]
    pub burst: Option<At<u32>>,
    /// The least time between two requests; with the kind `spacing` only, and required there.
    pub apart: Option<At<Duration>>,
    /// Requests under way at once; with the kind `concurrency` only, and required there.
    #[schemars(range(min = 1, max = 1_000_000_000))]
    pub limit: Option<At<u32>>,
    /// Who shares one counter; with the kinds `rate`, `spacing`, `concurrency` and `quota` only, and
    /// required there. With the kind `abuse`, who is blocked: `credential`, or `app`. Several together: each combination has its own.
    pub by: Option<At<OneOrMany<At<LimitKey>>>>,
    /// The header whose values have counters of their own; with `header` in `by` only, and required
    /// there.
    pub header: Option<At<HeaderName>>,
    /// Codes of refusals that count, or the families of codes (`authorization`, `body`); with the kind
    /// `abuse` only, and required there.
    pub codes: Option<At<OneOrMany<At<DenialCode>>>>,
    /// For how long a caller is blocked, at most `7d`; with the kind `abuse` only, and required there.
    pub block_for: Option<At<Duration>>,
    /// The largest body; with the kind `body`, and required there. With the kind `contract`, the
    /// largest that is read to be checked, `1MiB` without it and at most `64MiB`.
    pub max_size: Option<At<Size>>,
    /// Who is asked whether requests may pass; with the kind `external` only, and required there.
    pub decider: Option<At<Decider>>,
    /// Statements of Cedar, `permit (…) when {…};` and `forbid (…) unless {…};`; with the kind `cedar`
    /// only, and required there. Those of all levels form one set: what one of them forbids is
    /// refused, and what none permits. Those of a level hold for what is in it, whatever they say.
    pub policies: Option<At<String>>,
    /// Which parts of requests must be as the OpenAPI document of their version has them, all
    /// without the list; with the kind `contract` only.
    pub checks: Option<At<Vec<ContractPart>>>,
    /// What becomes of query parameters that the document does not have, `allow` without it; with
    /// the kind `contract` only.
    pub unknown_parameters: Option<At<Unknown>>,
    /// Which files may be uploaded; with the kind `contract` only.
    pub uploads: Option<At<Uploads>>,
    /// The requests that it is about: those of which all of this holds. Without it, all; with the
    /// kinds `conditions`, `ownership` and `step_up` only.
    pub when: Option<At<Conditions>>,
    /// The callers whom it leaves alone; with the kinds `conditions`, `ownership` and `step_up` only.
    pub except: Option<At<Exceptions>>,
    /// What has to hold of those requests; with the kind `conditions` only, and required there.
    pub require: Option<At<Conditions>>,
    /// Where a request names the thing that has to be the caller's own; with the kind `ownership`
    /// only, and required there.
    pub resource: Option<At<Resource>>,
    /// What of the caller that name has to be; with the kind `ownership` only, and required there.
    pub owner: Option<At<Owner>>,
    /// The name may go on behind this: with `-`, `acme-42` is of `acme`. Without it, it has to be the
    /// same; with the kind `ownership` only.
    pub separator: Option<At<Text>>,
    /// The classes of authentication of which the token has to name one (`acr`); with the kind
    /// `step_up` only.
    pub acr: Option<At<OneOrMany<Text>>>,
    /// What is changed in requests before they go up; with the kind `transform` only.
    pub request: Option<At<RequestChanges>>,
    /// What is changed in answers before callers get them; with the kind `transform` only.
    pub response: Option<At<ResponseChanges>>,
    /// What is hidden in answers and in records; with the kind `mask` only, and required there.
    pub hide: Option<At<Vec<At<Hide>>>>,
    /// What becomes of answers that are no JSON, so that nothing can be found in them; with the kind
    /// `mask` only. Without it, they are refused.
    pub unreadable: Option<At<Unreadable>>,
    /// The longest body that is read to be changed or looked through, `1MiB` without it and at most
    /// `16MiB`; with the kinds `transform` and `mask` only. A longer one is refused.
    pub max_body: Option<At<Size>>,
    /// `true`: what is made of a request has to be as the OpenAPI document of its version has it,
    /// or it is refused; with the kind `transform` only.
    pub validate: Option<At<bool>>,
}

/// A part of requests that is compared with a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ContractPart {
    /// Parameters of path, query, headers and cookies.
    Parameters,
    /// Bodies: their media type, and what is in them.
    Body,
    /// Whether there is an answer that the caller takes (`Accept`).
    Accept,
    /// Whether the coding of a body can be undone (`Content-Encoding`).
    Encodings,
}

/// What becomes of something that nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unknown {
    /// It passes.
    Allow,
    /// The request is refused.
    Refuse,
}

/// Which files may be uploaded, besides what the document says.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Uploads {
    /// Their media types, told by their content; without the list, any.
    #[schemars(length(max = 100))]
    pub types: Option<Vec<MediaType>>,
    /// What they may be called, in any case, `*` for any text: `*.png`. Without the list, anything.
    #[schemars(length(max = 100))]
    pub names: Option<Vec<Text>>,
}

/// A token that stands in a cookie and in a header, or in a field of a form.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CsrfToken {
    /// The cookie, `postern_csrf` without it.
    pub cookie: Option<CookieName>,
    /// The header, `X-CSRF-Token` without it.
    pub header: Option<HeaderName>,
    /// A field of forms (`application/x-www-form-urlencoded`) that it may stand in instead, within
    /// the first 16 KiB. Without it, no body is read for it.
    pub field: Option<FieldName>,
    /// How long it is good, `1h` without it and at most `24h`.
    pub valid: Option<At<Duration>>,
}

/// What a policy is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PolicyKind {
    /// From which addresses, countries and autonomous systems may be called.
    Network,
    /// What a request's head must look like.
    Headers,
    /// Requests over time.
    Rate,
    /// A spike arrest: the time between two requests.
    Spacing,
    /// Requests under way at once.
    Concurrency,
    /// Requests in each day, week, month or other period, counted one by one.
    Quota,
    /// How large a body may be.
    Body,
    /// Which pages of other origins may call.
    Cors,
    /// Whose pages may change something with what browsers send on their own.
    Csrf,
    /// Whom another service lets pass.
    External,
    /// Who may do what, as statements of Cedar.
    Cedar,
    /// What requests must be like by the OpenAPI document of their version.
    Contract,
    /// What is asked of some requests: hours, addresses, headers, claims and more.
    Conditions,
    /// Whose the thing has to be that a request names.
    Ownership,
    /// How the person has to have signed in (RFC 9470).
    StepUp,
    /// What is changed in requests and answers.
    Transform,
    /// What is hidden in answers and in records.
    Mask,
    /// After how many refusals a caller is blocked for a while.
    Abuse,
}

/// How strictly a policy holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    /// It refuses.
    Enforce,
    /// It only notes what it would have refused.
    Shadow,
    /// It says nothing.
    Off,
}

/// Where a policy holds.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub(crate) enum On {
    /// Everywhere.
    Word(OnWord),
    /// Somewhere.
    Part(OnPart),
}

text_or_mapping!(On, On::Word, On::Part);

/// The widest level.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OnWord {
    /// Everywhere.
    Platform,
}

/// A level below the platform: a tenant, or a service or a part of it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OnPart {
    /// Every service of this tenant; alone.
    pub tenant: Option<At<String>>,
    /// This service.
    pub service: Option<At<String>>,
    /// This version of the service.
    pub version: Option<At<String>>,
    /// This operation of the version.
    pub operation: Option<At<String>>,
}

/// What every address meets before anything is known of its request.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Edge {
    /// Lists of addresses that are refused.
    #[schemars(extend("default" = []))]
    pub deny: Option<Vec<At<String>>>,
    /// Requests that one address may make. Without it, any number.
    pub requests: Option<EdgeRate>,
    /// Refusals for wrong credentials that one address may cause before it is blocked.
    #[schemars(extend("default" = {"rate": 30, "per": "1m"}))]
    pub refusals: Option<EdgeRate>,
    /// How long an address is blocked then.
    #[schemars(extend("default" = "1m"))]
    pub block_for: Option<Duration>,
    /// Wrong secrets for one credential before further ones are slowed.
    #[schemars(extend("default" = {"rate": 10, "per": "1m"}))]
    pub wrong_secrets: Option<EdgeRate>,
}

/// So many in a time.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EdgeRate {
    /// How many; 0 for any number.
    #[schemars(required, range(max = 1_000_000_000))]
    pub rate: Option<u32>,
    /// In which time.
    #[schemars(extend("default" = "1m"))]
    pub per: Option<Duration>,
}
