//! The admin address: what it tells about this process.

use postern_proxy::Gateway;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch::Receiver;

/// What is known about the process beyond its traffic.
#[derive(Debug)]
pub(crate) struct Status {
    gateway: Arc<Gateway>,
    draining: AtomicBool,
    /// Why the last reload failed; `None`: it did not.
    stale: Mutex<Option<String>>,
}

impl Status {
    pub(crate) fn new(gateway: Arc<Gateway>) -> Self {
        Self {
            gateway,
            draining: AtomicBool::new(false),
            stale: Mutex::default(),
        }
    }

    /// Notes how a reload went.
    pub(crate) fn reloaded(&self, outcome: Result<(), String>) {
        *self.stale.lock().unwrap_or_else(PoisonError::into_inner) = outcome.err();
    }

    /// Notes that the process ends.
    pub(crate) fn drain(&self) {
        self.draining.store(true, Relaxed);
    }
}

/// Serves the admin address until told to stop.
pub(crate) async fn serve(
    _listener: std::net::TcpListener,
    status: Arc<Status>,
    mut stop: Receiver<bool>,
) -> std::io::Result<()> {
    let _ = status.gateway.revision();
    let _ = stop.wait_for(|stop| *stop).await;
    Ok(())
}
