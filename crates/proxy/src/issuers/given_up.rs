//! Tokens that their clients give up (RFC 7009): whoever keeps that has every node learn of it.

use postern_model::entity::Name;
use std::fmt;
use std::future::Future;
use std::pin::Pin;

/// A token of a built-in issuer that its client gives up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenUp {
    /// The name of its issuer.
    pub issuer: Name,
    /// What it is called (`jti`).
    pub token: String,
    /// When it ends anyway; Unix time in seconds.
    pub until: i64,
    /// The app that gives it up.
    pub app: Name,
}

/// What becomes of it; `Err`: why nothing did.
pub type Giving<'a> = Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>>;

/// Keeps which tokens were given up.
pub trait Revoke: fmt::Debug + Send + Sync {
    /// Whether anything can be kept.
    fn can(&self) -> bool;

    /// Keeps that the token is good no more.
    fn revoke(&self, token: GivenUp) -> Giving<'_>;
}

/// Keeps nothing.
#[derive(Debug)]
pub struct NobodyRevokes;

impl Revoke for NobodyRevokes {
    fn can(&self) -> bool {
        false
    }

    fn revoke(&self, _: GivenUp) -> Giving<'_> {
        Box::pin(async { Err("nothing is kept here".to_owned()) })
    }
}
