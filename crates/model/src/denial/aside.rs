//! What a refusal tells its caller and nobody else.

use std::fmt;

/// Headers as somebody else said them, whole: for the caller of a refusal. The evidence says of each
/// what others may read.
///
/// It is no part of what a refusal says: two that differ in nothing else are the same, and so is one
/// that is decided again from a record, which has none of it. It is written into no log, either.
#[derive(Clone, Default)]
pub struct Aside {
    /// `Location`: where browsers are sent.
    pub location: Option<Box<str>>,
    /// `WWW-Authenticate`: what is to be sent.
    pub challenge: Option<Box<str>>,
}

impl PartialEq for Aside {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Aside {}

impl fmt::Debug for Aside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aside").finish_non_exhaustive()
    }
}
