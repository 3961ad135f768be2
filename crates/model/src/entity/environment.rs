//! Environments: which life a request belongs to.

use super::Name;

/// The environment of every host that no environment declares.
pub const PRODUCTION: &str = "production";

/// A set of hosts whose requests belong together, such as `staging`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// Its name.
    pub name: Name,
    /// Its hosts, lower case; `*.example.com` matches one or more labels.
    pub hosts: Vec<Name>,
}
