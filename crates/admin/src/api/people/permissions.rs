//! What there is to be allowed, and the roles that every Postern has.

use super::TAG;
use crate::api::Api;
use crate::api::endpoint::{Asked, Endpoint, Nothing};
use crate::api::permission::SignedIn;
use crate::api::problem::Problem;
use crate::api::reply::Reply;
use crate::api::table::Table;
use axum::http::Method;
use postern_model::permission::{BuiltIn, Point};
use schemars::JsonSchema;
use serde::Serialize;

pub(super) fn add(table: &mut Table) {
    table.add::<Permissions>();
}

/// Permission points, and built-in roles.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Known {
    /// Every permission point.
    permissions: Vec<Permission>,
    /// Roles that cannot be changed.
    roles: Vec<Role>,
}

/// A permission point.
#[derive(Debug, Serialize, JsonSchema)]
struct Permission {
    /// Its name.
    name: &'static str,
    /// What it lets do.
    says: &'static str,
    /// Whether it can be held in a tenant; else on the platform only.
    of_tenants: bool,
}

/// A built-in role.
#[derive(Debug, Serialize, JsonSchema)]
struct Role {
    /// Its name.
    name: &'static str,
    /// What it is for.
    says: &'static str,
    /// Whether it is one of the platform; else it is held in a tenant.
    of_platform: bool,
    /// Its permission points.
    permissions: Vec<&'static str>,
}

/// Lists them.
pub(crate) struct Permissions;

impl Endpoint for Permissions {
    type Permission = SignedIn;
    type Path = Nothing;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Known;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/permissions";
    const ID: &'static str = "list_permissions";
    const SUMMARY: &'static str = "List permission points and built-in roles";
    const TAG: &'static str = TAG;

    async fn call(_: &Api, _: Asked<Self>) -> Result<Reply, Problem> {
        let permission = |point: &Point| Permission {
            name: point.name(),
            says: point.says(),
            of_tenants: point.is_of_tenants(),
        };
        let role = |role: &BuiltIn| Role {
            name: role.name(),
            says: role.says(),
            of_platform: role.is_of_platform(),
            permissions: role.points().iter().map(Point::name).collect(),
        };
        Ok(Reply::json(&Known {
            permissions: Point::ALL.iter().map(permission).collect(),
            roles: BuiltIn::ALL.iter().map(role).collect(),
        }))
    }
}
