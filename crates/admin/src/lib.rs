//! The admin address: the console, the management API, metrics and health.
//!
//! Owns the HTTP server that operators, scrapers and orchestrators talk to. Refuses to own what it
//! tells (an [`AdminState`] is asked) and any socket of the data plane.
//!
//! | path | answer |
//! |---|---|
//! | `/`, and wherever else a browser goes | the console |
//! | `/assets/…` | its scripts and styles |
//! | `/api/v1` | the management, see [`api`] |
//! | `/metrics` | the Prometheus text format |
//! | `/healthz` | 200 while the process lives |
//! | `/readyz` | 200 while the gateway takes requests, else 503; JSON with reasons |

pub mod api;
mod console;
mod hosts;
mod readiness;
mod routes;
mod server;
#[cfg(test)]
mod tests;

pub use readiness::{ConfigurationState, Readiness};
pub use server::serve;

use std::net::{IpAddr, SocketAddr};

/// What the admin address tells. Asked at each request; it must answer without blocking.
pub trait AdminState: Send + Sync + 'static {
    /// Appends all metrics in the Prometheus text format, version 0.0.4.
    fn metrics(&self, out: &mut String);

    /// Whether the gateway takes requests, and why not.
    fn readiness(&self) -> Readiness;

    /// Whose request it is: that of whoever is at the other end, or of whom a trusted proxy there
    /// names. `forwarded`: the fields `X-Forwarded-For` and `Forwarded`, in their order.
    ///
    /// # Errors
    /// What is wrong with what the proxy says.
    fn client(&self, peer: SocketAddr, forwarded: &[(&str, &[u8])]) -> Result<IpAddr, String> {
        let _ = forwarded;
        Ok(peer.ip())
    }

    /// Names that the admin address may be asked for besides its own address and `localhost`.
    /// Read once, when serving begins.
    fn hosts(&self) -> Vec<String> {
        Vec::new()
    }
}
