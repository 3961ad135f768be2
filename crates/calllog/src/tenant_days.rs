//! For how long tenants keep what is theirs, as whoever knows it says when asked.

use std::sync::{Arc, OnceLock};

/// Tenants, and for how many days besides today each keeps its records.
pub(crate) type Ask = Box<dyn Fn() -> Vec<(Arc<str>, u32)> + Send + Sync>;

/// Nobody keeps less than the log until somebody says so.
#[derive(Default)]
pub(crate) struct TenantDays(OnceLock<Ask>);

impl TenantDays {
    /// Whom to ask, once.
    pub(crate) fn set(&self, ask: Ask) {
        let _ = self.0.set(ask);
    }

    pub(crate) fn ask(&self) -> Vec<(Arc<str>, u32)> {
        self.0.get().map_or_else(Vec::new, |ask| ask())
    }
}

impl std::fmt::Debug for TenantDays {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TenantDays")
    }
}
