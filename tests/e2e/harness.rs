//! What every test needs: the binary, ports, certificates, clients, external programs.

pub(crate) mod binary;
pub(crate) mod files;
pub(crate) mod gateway;
pub(crate) mod h2;
pub(crate) mod management;
pub(crate) mod nginx;
pub(crate) mod node;
pub(crate) mod postgres;
pub(crate) mod problem;
pub(crate) mod program;
pub(crate) mod python;
pub(crate) mod raw;
pub(crate) mod setup;
pub(crate) mod tls;

pub(crate) use gateway::Gateway;
pub(crate) use raw::{Raw, Response};

use std::time::{Duration, Instant};

/// How long anything that should happen soon may take on a busy machine.
pub(crate) const SOON: Duration = Duration::from_secs(30);

/// Asks until the answer is `Some`, or panics with `what` once [`SOON`] has passed.
pub(crate) fn eventually<T>(what: &str, ask: impl FnMut() -> Option<T>) -> T {
    within(SOON, what, ask)
}

/// Asks until the answer is `Some`, or panics with `what` once `limit` has passed.
pub(crate) fn within<T>(limit: Duration, what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < limit, "not within {limit:?}: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
