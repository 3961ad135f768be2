//! Access roles and groups.

use crate::located::At;
use crate::scalar::name::MethodName;
use crate::scalar::text::Text;
use schemars::JsonSchema;
use serde::Deserialize;

/// A name for operations that belong together. An operation that names access roles lets those
/// callers pass that carry one of them, where that one allows what they call.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccessRole {
    /// The tenant it belongs to, and whose services it is about. Without one, it is the platform's.
    pub tenant: Option<At<String>>,
    /// What people call it.
    pub title: Option<Text>,
    /// Access roles whose permissions and denials are its own, too. Whoever carries this one carries
    /// those.
    #[schemars(extend("default" = []), length(max = 64))]
    pub inherits: Option<Vec<At<String>>>,
    /// What it allows; required where it inherits nothing and denies nothing.
    #[schemars(extend("default" = []))]
    pub allows: Option<Vec<At<RoleGrant>>>,
    /// What nobody who carries it may call, whatever else they carry.
    #[schemars(extend("default" = []))]
    pub deny: Option<Vec<At<RoleGrant>>>,
}

/// A service, or a part of it, that an access role allows to call.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleGrant {
    /// The service.
    #[schemars(required)]
    pub service: Option<At<String>>,
    /// Its versions. Without any, all of them.
    #[schemars(extend("default" = []))]
    pub versions: Option<At<Vec<At<String>>>>,
    /// Its operations. Without any, all of them.
    #[schemars(extend("default" = []))]
    pub operations: Option<At<Vec<At<String>>>>,
    /// The methods. Without any, all of them.
    #[schemars(extend("default" = []))]
    pub methods: Option<Vec<MethodName>>,
}

/// Apps that carry access roles together.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Group {
    /// The tenant whose apps may be in it. Without one, it is the platform's, and any app may.
    pub tenant: Option<At<String>>,
    /// What people call it.
    pub title: Option<Text>,
    /// The access roles that its apps carry.
    #[schemars(extend("default" = []), length(max = 64))]
    pub access_roles: Option<Vec<At<String>>>,
}
