//! Who calls an endpoint.

use super::problem::Problem;
use axum::http::{HeaderMap, Method};
use postern_control::{Actor, Answer};
use std::net::IpAddr;

/// What a request shows of who sent it.
#[derive(Debug, Clone, Copy)]
pub struct Presented<'a> {
    /// Its method: a session's cookie does less for those that change something.
    pub method: &'a Method,
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// The peer's address.
    pub from: IpAddr,
}

/// Tells who sent a request.
pub trait Identities: Send + Sync {
    /// Who sent it; none if it shows nothing.
    ///
    /// # Errors
    /// It shows something that is not good.
    fn identify<'a>(
        &'a self,
        presented: Presented<'a>,
    ) -> Answer<'a, Result<Option<Actor>, Problem>>;
}
