//! Who says where we may connect to.

use postern_model::egress::{Forbidden, allowed};
use postern_model::entity::Egress;
use std::fmt::Debug;
use std::net::{IpAddr, SocketAddr};

/// Asked about the resolved address of every connection, just before it is made.
pub trait Guard: Debug + Send + Sync {
    /// Whether it may be made.
    fn check(&self, to: SocketAddr) -> Result<(), Forbidden>;
}

/// The platform's egress rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// What is allowed beside public addresses, and what is not.
    pub egress: Egress,
    /// What is never allowed: our listeners, the database.
    pub own: Vec<SocketAddr>,
    /// Whether an address is one of this machine's. Only a socket can tell, so it is handed in.
    pub is_local: fn(IpAddr) -> bool,
}

impl Guard for Rule {
    fn check(&self, to: SocketAddr) -> Result<(), Forbidden> {
        allowed(to, &self.egress, &self.own, self.is_local)
    }
}

/// No limit: for what the platform's operator configured, never for what a tenant did.
#[derive(Debug, Clone, Copy)]
pub struct Anywhere;

impl Guard for Anywhere {
    fn check(&self, _to: SocketAddr) -> Result<(), Forbidden> {
        Ok(())
    }
}
