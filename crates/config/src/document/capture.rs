//! What is copied of a service's requests.

use crate::located::At;
use crate::scalar::name::HeaderName;
use crate::scalar::size::Size;
use crate::scalar::text::{JsonPlace, ParameterName};
use schemars::JsonSchema;
use serde::Deserialize;

/// Which requests are copied into the call log, and how much of them: headers and the beginnings of
/// bodies, as they came and as they went on.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Capture {
    /// Which requests.
    #[schemars(extend("default" = "refused"))]
    pub outcomes: Option<Captured>,
    /// One of so many requests, taken at random.
    #[schemars(extend("default" = 1), range(min = 1, max = 1_000_000))]
    pub one_in: Option<u32>,
    /// The most bytes of each body; 0 for headers alone.
    #[schemars(extend("default" = "8KiB", "x-minimum" = 0, "x-maximum" = 64 << 10))]
    pub body: Option<Size>,
    /// What is left out, besides credentials, cookies and whatever is named like a secret: those
    /// always are.
    pub redact: Option<Redact>,
}

/// Which requests are copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Captured {
    /// Every one.
    All,
    /// Those that the gateway or the upstream refused, and those that the caller left.
    Refused,
}

/// What is left out of copies.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Redact {
    /// Header fields.
    #[schemars(extend("default" = []))]
    pub headers: Option<Vec<At<HeaderName>>>,
    /// Members of JSON documents: a name stands for each member of that name, `/a/*/b` for a place.
    #[schemars(extend("default" = []))]
    pub json: Option<Vec<At<JsonPlace>>>,
    /// Fields of forms.
    #[schemars(extend("default" = []))]
    pub form: Option<Vec<At<ParameterName>>>,
}
