//! From a name to its addresses.

use std::fmt::Debug;
use std::future::Future;
use std::io;
use std::net::{IpAddr, ToSocketAddrs};
use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Names looked up at once. Each takes a thread, and waits as long as the system's resolver does.
const LOOKUPS: usize = 8;

/// The addresses of a name, once they are known.
pub type Addresses<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>>;

/// Tells the addresses of a name.
pub trait Resolve: Debug + Send + Sync {
    /// Asks for them, in the order in which they are to be tried.
    fn resolve<'a>(&'a self, host: &'a str) -> Addresses<'a>;
}

/// The system's resolver: `/etc/hosts`, the name servers, and what else the system is set up for.
#[derive(Debug, Clone)]
pub struct SystemResolver(Arc<Semaphore>);

impl Default for SystemResolver {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(LOOKUPS)))
    }
}

impl Resolve for SystemResolver {
    fn resolve<'a>(&'a self, host: &'a str) -> Addresses<'a> {
        Box::pin(async move {
            let place = Arc::clone(&self.0).acquire_owned().await;
            let host = host.to_owned();
            let lookup = move || {
                // Given back when the system answered, not when somebody stopped waiting.
                let _place = place;
                let found = (host.as_str(), 0).to_socket_addrs()?;
                Ok(found.map(|address| address.ip()).collect())
            };
            let done = tokio::task::spawn_blocking(lookup).await;
            done.unwrap_or_else(|error| Err(io::Error::other(error)))
        })
    }
}
