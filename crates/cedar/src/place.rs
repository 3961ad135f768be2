//! An operation, as policies know it.

use crate::uid::Kind;
use cedar_policy_core::ast::EntityUID;
use std::collections::HashSet;

/// An operation and what it is part of. Made once, for every request to it.
#[derive(Debug)]
pub struct Place {
    pub(crate) uid: EntityUID,
    pub(crate) ancestors: HashSet<EntityUID>,
    /// The narrowest first.
    pub(crate) keys: Vec<(Kind, Box<str>)>,
    /// Tenant (empty: none), service, version and operation.
    pub(crate) names: [Box<str>; 4],
}

impl Place {
    /// The operation of those names. A service of the platform has no tenant.
    pub fn new(tenant: Option<&str>, service: &str, version: &str, operation: &str) -> Self {
        let of_version = format!("{service}/{version}");
        let mut keys: Vec<(Kind, Box<str>)> = vec![
            (Kind::Operation, format!("{of_version}/{operation}").into()),
            (Kind::Version, of_version.into()),
            (Kind::Service, service.into()),
        ];
        keys.extend(tenant.map(|tenant| (Kind::Tenant, tenant.into())));
        let mut uids = keys.iter().map(|(kind, name)| kind.uid(name));
        let uid = uids.next();
        Self {
            uid: uid.unwrap_or_else(|| Kind::Operation.uid(operation)),
            ancestors: uids.collect(),
            names: [tenant.unwrap_or_default(), service, version, operation].map(Into::into),
            keys,
        }
    }
}
