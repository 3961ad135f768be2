//! What a decision is made by.

use crate::directory::Directory;
use crate::rules::Rules;

/// Rules and directory at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Snapshot<'a> {
    /// Services, operations and policies of one revision.
    pub rules: &'a Rules,
    /// Tenants, apps, credentials and subscriptions.
    pub directory: &'a Directory,
}
