//! What people and service accounts may do in the management of Postern.
//!
//! A **permission point** is one kind of act on one kind of thing. A **role** is a set of points.
//! A member holds roles in tenants, some users hold roles of the whole platform, and [`Grants`] is
//! what all of it comes to.

mod point;
mod role;
#[cfg(test)]
mod tests;

pub use point::{Point, Points};
pub use role::BuiltIn;

use crate::entity::Name;
use std::collections::BTreeMap;

/// What somebody may do, and where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grants {
    platform: Points,
    tenants: BTreeMap<Name, Points>,
}

impl Grants {
    /// Nothing.
    pub fn none() -> Self {
        Self::default()
    }

    /// Everything, everywhere.
    pub fn everything() -> Self {
        Self {
            platform: Points::all(),
            tenants: BTreeMap::new(),
        }
    }

    /// Adds points that hold on the platform, and so in every tenant.
    pub fn grant_platform(&mut self, points: Points) {
        self.platform = self.platform.union(points);
    }

    /// Adds points that hold in one tenant; those that only make sense for the whole platform are
    /// left out.
    pub fn grant(&mut self, tenant: &Name, points: Points) {
        let points = points.intersection(Points::of_tenants());
        let held = self.tenants.entry(tenant.clone()).or_default();
        *held = held.union(points);
    }

    /// Keeps of it only these points, such as the scopes of a token.
    pub fn narrow(&mut self, points: Points) {
        self.platform = self.platform.intersection(points);
        for held in self.tenants.values_mut() {
            *held = held.intersection(points);
        }
    }

    /// Keeps of it only what concerns one tenant.
    pub fn narrow_to_tenant(&mut self, tenant: &str) {
        let held = self.in_tenant(tenant);
        self.platform = Points::default();
        self.tenants = BTreeMap::from([(Name::from(tenant), held)]);
    }

    /// Whether a point is held where a thing is: in its tenant, or, for things of the platform,
    /// on the platform.
    pub fn allow(&self, point: Point, tenant: Option<&str>) -> bool {
        self.platform.contains(point)
            || tenant
                .and_then(|tenant| self.tenants.get(tenant))
                .is_some_and(|held| held.contains(point))
    }

    /// Whether a point is held on the platform.
    pub fn allow_everywhere(&self, point: Point) -> bool {
        self.platform.contains(point)
    }

    /// Whether a point is held anywhere.
    pub fn allow_somewhere(&self, point: Point) -> bool {
        self.platform.contains(point) || self.tenants.values().any(|held| held.contains(point))
    }

    /// The tenants in which a point is held by itself; on the platform it holds in all.
    pub fn tenants_with(&self, point: Point) -> impl Iterator<Item = &Name> {
        let held = self.tenants.iter();
        held.filter(move |(_, points)| points.contains(point))
            .map(|(tenant, _)| tenant)
    }

    /// The tenants in which anything is held.
    pub fn tenants(&self) -> impl Iterator<Item = (&Name, Points)> {
        self.tenants.iter().map(|(name, points)| (name, *points))
    }

    /// Whether anything is held on the platform, so that all tenants are visible.
    pub fn sees_everything(&self) -> bool {
        !self.platform.is_empty()
    }

    /// The points of the platform.
    pub const fn platform(&self) -> Points {
        self.platform
    }

    /// What is held in a tenant, that of the platform included.
    pub fn in_tenant(&self, tenant: &str) -> Points {
        let held = self.tenants.get(tenant).copied().unwrap_or_default();
        self.platform.intersection(Points::of_tenants()).union(held)
    }

    /// Whether whoever has these grants could give somebody points in a tenant (none: on the
    /// platform): nobody gives away what they do not have.
    pub fn could_give(&self, points: Points, tenant: Option<&str>) -> bool {
        let own = match tenant {
            Some(tenant) => self.in_tenant(tenant),
            None => self.platform,
        };
        own.contains_all(points)
    }
}
