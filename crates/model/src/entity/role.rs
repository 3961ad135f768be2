//! Access roles: what those who carry them may call, and groups of apps that carry them together.

use super::{Method, Name};

/// A name for operations that belong together. An operation that names access roles lets those
/// pass who carry one of them, where that one allows what they call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessRole {
    /// Its name.
    pub name: Name,
    /// The tenant it belongs to, which owns the services in it; `None`: the platform.
    pub tenant: Option<Name>,
    /// What people call it.
    pub title: Option<Name>,
    /// Access roles whose permissions and denials are its own, too.
    pub inherits: Vec<Name>,
    /// What it allows.
    pub allows: Vec<RoleGrant>,
    /// What nobody with it may call, whatever else they carry.
    pub denies: Vec<RoleGrant>,
}

impl AccessRole {
    /// Whether it says something of that service itself.
    pub fn is_about(&self, service: &str) -> bool {
        let mut all = self.allows.iter().chain(&self.denies);
        all.any(|grant| *grant.service == *service)
    }

    /// Whether it denies that operation itself, with that method.
    pub fn denies(&self, operation: [&str; 3], method: Method) -> bool {
        let mut denies = self.denies.iter();
        denies.any(|grant| grant.covers(operation, Some(method)))
    }

    /// Whether it allows that operation (service, version, operation) itself; with a method, for
    /// that.
    pub fn allows(&self, operation: [&str; 3], method: Option<Method>) -> bool {
        self.allows
            .iter()
            .any(|grant| grant.covers(operation, method))
    }
}

/// A service, or a part of it, that an access role allows to call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleGrant {
    /// The service.
    pub service: Name,
    /// Its versions; empty: all.
    pub versions: Vec<Name>,
    /// Its operations; empty: all.
    pub operations: Vec<Name>,
    /// The methods; empty: all.
    pub methods: Vec<Method>,
}

impl RoleGrant {
    fn covers(&self, [service, version, operation]: [&str; 3], method: Option<Method>) -> bool {
        let among =
            |names: &[Name], name: &str| names.is_empty() || names.iter().any(|one| **one == *name);
        *self.service == *service
            && among(&self.versions, version)
            && among(&self.operations, operation)
            && method.is_none_or(|method| method.is_among(&self.methods))
    }
}

/// Apps that carry access roles together. It counts for apps of its own tenant, or for all if it is
/// the platform's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: Name,
    /// The tenant it belongs to; `None`: the platform.
    pub tenant: Option<Name>,
    /// What people call it.
    pub title: Option<Name>,
    /// What its apps carry.
    pub access_roles: Vec<Name>,
}

impl Group {
    /// Whether apps of that tenant may be in it.
    pub fn is_for(&self, tenant: &str) -> bool {
        self.tenant.as_deref().is_none_or(|owner| owner == tenant)
    }
}
