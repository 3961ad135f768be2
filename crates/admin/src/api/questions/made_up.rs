//! A request that nobody has sent.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// A request that nobody has sent.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MadeUp {
    /// The app that would send it.
    #[serde(skip_serializing_if = "Option::is_none")]
    app: Option<String>,
    /// The id of the credential that it would have.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// The method.
    method: String,
    /// The path, with a query if there is one.
    target: String,
    /// The host.
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<String>,
    /// Names and values of headers.
    #[serde(default)]
    headers: Vec<(String, String)>,
    /// The body's length in bytes, and its beginning as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<(u64, String)>,
    /// The caller's address.
    from: IpAddr,
    /// Unix time in milliseconds; now, if this is not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    at_ms: Option<i64>,
    /// Whether it comes over TLS.
    #[serde(default)]
    tls: bool,
    /// For whom the answer is; as much as may be told, if this is not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    audience: Option<String>,
}
