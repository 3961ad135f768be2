//! Which statements may hold for a request, by what their scopes name.

use crate::place::Place;
use crate::uid::{Kind, parts};
use cedar_policy_core::ast::{
    ActionConstraint, EntityReference, Policy, PrincipalOrResourceConstraint,
};
use postern_model::entity::Method;
use std::collections::BTreeMap;

/// The methods of one statement, a bit for each.
pub(crate) type Methods = u32;

pub(crate) const READ: &str = "read";
pub(crate) const WRITE: &str = "write";

pub(crate) const fn bit(method: Method) -> Methods {
    1 << method as u8
}

/// Whether a method changes nothing (RFC 9110 §9.2.1, RFC 3253 §3.6, RFC 4918 §9.1, RFC 5323).
pub(crate) const fn reads(method: Method) -> bool {
    matches!(
        method,
        Method::Get
            | Method::Head
            | Method::Options
            | Method::Trace
            | Method::Query
            | Method::Propfind
            | Method::Report
            | Method::Search
    )
}

/// The methods in an action: one, or those of a group.
fn methods_in(name: &str) -> Methods {
    let all = Method::ALL.into_iter();
    let in_it = all.filter(|method| match name {
        READ => reads(*method),
        WRITE => !reads(*method),
        _ => method.as_str() == name,
    });
    in_it.map(bit).sum()
}

/// The methods that a scope leaves.
pub(crate) fn methods(constraint: &ActionConstraint) -> Methods {
    let of = |uid: &cedar_policy_core::ast::EntityUID| {
        let id: &str = uid.eid().as_ref();
        methods_in(id)
    };
    match constraint {
        ActionConstraint::Any => Methods::MAX,
        ActionConstraint::Eq(uid) => of(uid),
        ActionConstraint::In(uids) => uids.iter().fold(0, |all, uid| all | of(uid)),
    }
}

/// By the entity that a scope's constraint names; `any`: it names none.
#[derive(Debug)]
struct ByEntity<T> {
    any: T,
    by: BTreeMap<(Kind, Box<str>), T>,
}

impl<T: Default> Default for ByEntity<T> {
    fn default() -> Self {
        Self {
            any: T::default(),
            by: BTreeMap::new(),
        }
    }
}

impl<T: Default> ByEntity<T> {
    fn of(&mut self, constraint: &PrincipalOrResourceConstraint) -> &mut T {
        match entity(constraint) {
            Some(key) => self.by.entry(key).or_default(),
            None => &mut self.any,
        }
    }

    /// What names nothing, and what names one of these.
    fn among<'a>(&'a self, keys: &'a [(Kind, Box<str>)]) -> impl Iterator<Item = &'a T> {
        let named = keys.iter().filter(|_| !self.by.is_empty());
        let named = named.filter_map(|key| self.by.get(key));
        std::iter::once(&self.any).chain(named)
    }
}

fn entity(constraint: &PrincipalOrResourceConstraint) -> Option<(Kind, Box<str>)> {
    match constraint {
        PrincipalOrResourceConstraint::Eq(EntityReference::EUID(uid))
        | PrincipalOrResourceConstraint::In(EntityReference::EUID(uid))
        | PrincipalOrResourceConstraint::IsIn(_, EntityReference::EUID(uid)) => {
            let (kind, name) = parts(uid)?;
            Some((kind, name.into()))
        }
        _ => None,
    }
}

/// The statements of one document: their positions, by resource, then by principal.
#[derive(Debug, Default)]
pub(crate) struct Index {
    by_resource: ByEntity<ByEntity<Vec<u32>>>,
}

impl Index {
    /// Adds a statement; the result is how many stand in the same place.
    pub(crate) fn add(&mut self, policy: &Policy, statement: u32) -> usize {
        let by_principal = self.by_resource.of(policy.resource_constraint().as_inner());
        let bucket = by_principal.of(policy.principal_constraint().as_inner());
        bucket.push(statement);
        bucket.len()
    }

    /// The statements whose scopes do not rule out that operation and that caller, those about the
    /// method and those about others.
    pub(crate) fn among<'a>(
        &'a self,
        place: &'a Place,
        caller: &'a [(Kind, Box<str>)],
    ) -> impl Iterator<Item = u32> + 'a {
        let by_principal = self.by_resource.among(&place.keys);
        let buckets = by_principal.flat_map(|by| by.among(caller));
        buckets.flatten().copied()
    }

    /// Those that do not rule out the operation, whoever calls.
    pub(crate) fn about<'a>(&'a self, place: &'a Place) -> impl Iterator<Item = u32> + 'a {
        let by_principal = self.by_resource.among(&place.keys);
        by_principal.flat_map(|by| by.any.iter().chain(by.by.values().flatten()).copied())
    }
}
