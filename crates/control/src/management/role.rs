//! Roles beside the built-in ones.

use postern_model::permission::{BuiltIn, Point, Points};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kind of these documents. The id of a tenant's is the tenant, a colon and a name.
pub const KIND: &str = "role";

/// A set of permission points under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// The tenant whose members can have it; none: it is one of the platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Names of permission points: `services.write`.
    pub permissions: Vec<String>,
}

impl Role {
    /// Its points; those that there are no longer are left out.
    pub fn points(&self) -> Points {
        let named = self.permissions.iter();
        named.filter_map(|name| Point::parse(name)).collect()
    }
}

/// The points of a role where somebody has it: in a tenant, or (none) on the platform. None if it
/// cannot be had there, or does not exist. `find` reads a role that is not built in.
///
/// # Errors
/// What `find` says.
pub fn points<E>(
    name: &str,
    tenant: Option<&str>,
    find: impl FnOnce(&str) -> Result<Option<Role>, E>,
) -> Result<Option<Points>, E> {
    if let Some(role) = BuiltIn::parse(name) {
        return Ok((role.is_of_platform() == tenant.is_none()).then(|| role.points()));
    }
    let role = find(name)?.filter(|role| role.tenant.as_deref() == tenant);
    Ok(role.map(|role| match tenant {
        Some(_) => role.points().intersection(Points::of_tenants()),
        None => role.points(),
    }))
}
