//! Plans, and the limits in them.

use crate::located::{At, Map, OneOrMany};
use crate::scalar::duration::Duration;
use crate::scalar::name::HeaderName;
use crate::scalar::period::{Per, Zone};
use crate::scalar::text::{Description, Text};
use schemars::JsonSchema;
use serde::Deserialize;

/// Limits and scopes that services offer to their subscribers.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Plan {
    /// The tenant that offers it, for its own services. Without one, it is the platform's, for any.
    pub tenant: Option<At<String>>,
    /// What people call it.
    #[serde(rename = "title")]
    pub _title: Option<Text>,
    /// What it offers.
    #[serde(rename = "description")]
    pub _description: Option<Description>,
    /// The services that it covers as a whole.
    #[schemars(extend("default" = []))]
    pub services: Option<At<Vec<At<String>>>>,
    /// The services of which it covers a part.
    #[schemars(extend("default" = []))]
    pub covers: Option<At<Vec<At<Coverage>>>>,
    /// Scopes that a subscription grants if it says nothing else.
    #[schemars(extend("default" = []))]
    pub scopes: Option<Vec<At<String>>>,
    /// Its limits, by name.
    #[schemars(extend("default" = {}))]
    pub limits: Option<Map<Limit>>,
}

/// A part of a service.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Coverage {
    /// The service.
    #[schemars(required)]
    pub service: Option<At<String>>,
    /// Its versions. Without any, all of them.
    #[schemars(extend("default" = []))]
    pub versions: Option<At<Vec<At<String>>>>,
    /// Its operations. Without any, all of them.
    #[schemars(extend("default" = []))]
    pub operations: Option<At<Vec<At<String>>>>,
}

/// How much may be used.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::struct_field_names,
    reason = "the fields have the names that they have in a document"
)]
pub(crate) struct Limit {
    /// What is limited.
    #[schemars(extend("default" = "rate"))]
    pub kind: Option<At<LimitKind>>,
    /// Requests in the time `per`; with the kind `rate` only, and required there.
    #[schemars(range(min = 1, max = 1_000_000_000))]
    pub rate: Option<At<u32>>,
    /// Requests in each period `per`; with the kind `quota` only, and required there.
    #[schemars(range(min = 1, max = 1_000_000_000))]
    pub quota: Option<At<u32>>,
    /// The time of `rate`, or the period of `quota`: `day`, `week`, `month`, or a time that is
    /// counted from the beginning of 1970. With these kinds only, and required there.
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
    /// Who shares one counter. Several together: each combination has its own.
    #[schemars(extend("default" = "app"))]
    pub by: Option<OneOrMany<At<LimitKey>>>,
    /// The header whose values have counters of their own; with `header` in `by` only, and required
    /// there.
    pub header: Option<At<HeaderName>>,
}

/// What a limit is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LimitKind {
    /// Requests over time.
    Rate,
    /// A spike arrest: the time between two requests.
    Spacing,
    /// Requests under way at once.
    Concurrency,
    /// Requests in each day, week, month or other period, counted one by one.
    Quota,
}

/// What a counter is kept for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LimitKey {
    /// The client's address (IPv6: its /64).
    Address,
    /// The credential.
    Credential,
    /// The app.
    App,
    /// The app's tenant.
    Tenant,
    /// The service.
    Service,
    /// The operation.
    Operation,
    /// The person behind a token or a session. Who calls for nobody is told apart by the
    /// credential.
    User,
    /// What the header says that `header` names. All requests without it share one counter.
    Header,
}
