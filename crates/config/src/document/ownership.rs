//! What the platform assigns to tenants, and what holds for all that a tenant publishes.

use super::access::{Disclosure, StatusProfile};
use crate::located::At;
use crate::scalar::host::HostPattern;
use crate::scalar::path::BasePath;
use crate::scalar::text::Text;
use schemars::JsonSchema;
use serde::Deserialize;

/// A host, a prefix of paths, or both, below which the services of one tenant route and those of
/// no other. The services of a tenant that has some route below them only.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Assignment {
    /// The tenant that it is for.
    #[schemars(required)]
    pub tenant: Option<At<String>>,
    /// The host. Without one, it is about every host, and there must be a prefix.
    pub host: Option<At<HostPattern>>,
    /// The prefix of the paths. Without one, all paths of the host.
    #[schemars(extend("default" = ""))]
    pub base_path: Option<At<BasePath>>,
    /// Why it is there.
    #[serde(rename = "comment")]
    pub _comment: Option<Text>,
}

/// What holds for the services of a tenant where they do not say it themselves.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TenantDefaults {
    /// How much refusals tell the caller, where the environment does not say it either: `minimal`
    /// or `standard`.
    #[schemars(extend("default" = "standard"))]
    pub disclosure: Option<At<Disclosure>>,
    /// Which statuses the refusals of public services have.
    #[schemars(extend("default" = "standard"))]
    pub status_profile: Option<StatusProfile>,
}
