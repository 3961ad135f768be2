//! Connections to others: a name becomes addresses, each address passes the guard, and TLS proves
//! whom we reached.

use crate::guard::Guard;
use postern_model::egress::Forbidden;
use rustls::pki_types::ServerName;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;

mod resolve;
mod stream;
#[cfg(test)]
mod tests;
mod trust;

pub use resolve::{Addresses, Resolve, SystemResolver};
pub use trust::{Trust, TrustError};

pub(crate) use stream::Stream;

/// Most addresses of one name that are tried.
const ADDRESSES: usize = 8;

/// Why there is no connection. The texts name the host, and nothing else of a URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DialError {
    /// The name has no addresses.
    #[error("{host} cannot be resolved: {error}")]
    Resolve {
        /// The name.
        host: String,
        /// What the resolver said.
        error: String,
    },
    /// We must not go there.
    #[error("{host} is not allowed: {forbidden}")]
    Forbidden {
        /// The name.
        host: String,
        /// The address, and what forbids it.
        forbidden: Forbidden,
    },
    /// Nobody there.
    #[error("cannot connect to {host}: {address}: {error}")]
    Connect {
        /// The name.
        host: String,
        /// The last address that was tried.
        address: SocketAddr,
        /// What the system said.
        error: String,
    },
    /// It did not prove that it is the one.
    #[error("TLS with {host} failed: {error}")]
    Tls {
        /// The name.
        host: String,
        /// What was wrong.
        error: String,
    },
    /// It took too long.
    #[error("no connection to {host} within {} ms", limit.as_millis())]
    Timeout {
        /// The name.
        host: String,
        /// The limit.
        limit: Duration,
    },
}

/// Makes connections.
#[derive(Debug, Clone)]
pub struct Dialer {
    guard: Arc<dyn Guard>,
    resolver: Arc<dyn Resolve>,
    trust: Trust,
}

impl Dialer {
    /// One that goes where the guard lets it, and believes whom `trust` says.
    pub fn new(guard: Arc<dyn Guard>, trust: Trust) -> Self {
        Self {
            guard,
            resolver: Arc::new(SystemResolver::default()),
            trust,
        }
    }

    /// The same with another guard.
    #[must_use]
    pub fn guarded_by(mut self, guard: Arc<dyn Guard>) -> Self {
        self.guard = guard;
        self
    }

    /// The same with another resolver.
    #[must_use]
    pub fn resolving_with(mut self, resolver: Arc<dyn Resolve>) -> Self {
        self.resolver = resolver;
        self
    }

    /// What is certain without asking the DNS: whether `host`, where it is an address, may be
    /// connected to.
    pub(crate) fn foresee(&self, host: &str, port: u16) -> Result<(), DialError> {
        let Ok(address) = host.parse::<IpAddr>() else {
            return Ok(());
        };
        self.check(host, SocketAddr::new(address, port))
    }

    /// Connects to a name or an address (IPv6 without brackets), with TLS if asked for.
    pub(crate) async fn dial(
        &self,
        host: &str,
        port: u16,
        tls: bool,
        limit: Duration,
    ) -> Result<Stream, DialError> {
        let deadline = Instant::now() + limit;
        let connecting = async {
            let stream = self.connect(host, port, deadline).await?;
            if tls {
                self.encrypt(host, stream).await
            } else {
                Ok(stream)
            }
        };
        let done = timeout_at(deadline, connecting).await;
        done.unwrap_or_else(|_| {
            Err(DialError::Timeout {
                host: host.to_owned(),
                limit,
            })
        })
    }

    /// Makes a plain connection an encrypted one. `host` is what its certificate must name.
    pub(crate) async fn encrypt(&self, host: &str, stream: Stream) -> Result<Stream, DialError> {
        let failed = |error: String| DialError::Tls {
            host: host.to_owned(),
            error,
        };
        let Stream::Tcp(tcp) = stream else {
            return Err(failed("it is encrypted already".to_owned()));
        };
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| failed("this is not a name that a certificate can have".to_owned()))?;
        let connector = TlsConnector::from(self.trust.config());
        let stream = connector.connect(name, tcp).await;
        stream
            .map(|stream| Stream::Tls(Box::new(stream)))
            .map_err(|error| failed(error.to_string()))
    }

    async fn connect(&self, host: &str, port: u16, end: Instant) -> Result<Stream, DialError> {
        let addresses = self.addresses(host).await.map_err(|error| {
            let (host, error) = (host.to_owned(), error.to_string());
            DialError::Resolve { host, error }
        })?;
        let now = Instant::now();
        // One address that does not answer must not use up the time of the others.
        let tried = addresses.len().min(ADDRESSES);
        let share = u32::try_from(tried.max(1)).unwrap_or(u32::MAX);
        let each = end.saturating_duration_since(now) / share;
        let mut last = None;
        for address in addresses.into_iter().take(ADDRESSES) {
            let to = SocketAddr::new(address, port);
            if let Err(forbidden) = self.check(host, to) {
                last = Some(forbidden);
                continue;
            }
            match timeout_at(Instant::now() + each, TcpStream::connect(to)).await {
                Ok(Ok(tcp)) => {
                    // Small messages would wait for an acknowledgement; a socket that cannot be
                    // told is about to fail anyway.
                    let _ = tcp.set_nodelay(true);
                    return Ok(Stream::Tcp(tcp));
                }
                Ok(Err(error)) => last = Some(refused(host, to, &error)),
                Err(_) => last = Some(refused(host, to, &io::ErrorKind::TimedOut.into())),
            }
        }
        Err(last.unwrap_or_else(|| DialError::Resolve {
            host: host.to_owned(),
            error: "the name has no address".to_owned(),
        }))
    }

    async fn addresses(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        match host.parse() {
            Ok(address) => Ok(vec![address]),
            Err(_) => self.resolver.resolve(host).await,
        }
    }

    fn check(&self, host: &str, to: SocketAddr) -> Result<(), DialError> {
        let checked = self.guard.check(to);
        checked.map_err(|forbidden| DialError::Forbidden {
            host: host.to_owned(),
            forbidden,
        })
    }
}

fn refused(host: &str, address: SocketAddr, error: &io::Error) -> DialError {
    DialError::Connect {
        host: host.to_owned(),
        address,
        error: error.to_string(),
    }
}
