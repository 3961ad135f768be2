//! What runs once a process rather than once a core: name resolution, health checks, and watching
//! the process's memory.

use super::Gateway;
use super::snapshot::Snapshot;
use crate::back;
use crate::io::Stream;
use crate::upstream::dns::{Refresher, Resolver};
use crate::upstream::health::{Connection, Dial, Monitor};
use crate::upstream::{TargetState, UpstreamState};
use postern_model::entity::UpstreamProtocol;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch::Receiver;

/// How long a configuration waits for the first addresses of its names before it serves anyway.
const FIRST_ANSWERS: Duration = Duration::from_secs(5);
/// How often memory is looked at.
const MEMORY: Duration = Duration::from_millis(200);

/// Resolution and health checks of one configuration; dropping it stops them.
#[derive(Debug)]
pub(super) struct Background {
    _refreshers: [Refresher; 2],
    _monitor: Monitor,
}

impl Background {
    /// Starts them, and waits until every name was asked for once.
    pub(super) async fn start(snapshot: &Arc<Snapshot>, seed: u64) -> io::Result<Self> {
        // Made anew each time, since it reads resolv.conf and hosts once.
        let resolver = Arc::new(Resolver::from_system().map_err(io::Error::other)?);
        let all = [&snapshot.upstreams, &snapshot.deciders.upstreams];
        let mut refreshers = all.map(|upstreams| Refresher::start(upstreams, &resolver));
        // Names without an address in time are refused as such, and go on being asked for.
        let _ = tokio::time::timeout(FIRST_ANSWERS, async {
            for refresher in &mut refreshers {
                refresher.first_answers().await;
            }
        })
        .await;
        let dial: Arc<dyn Dial> = Arc::new(Prober(snapshot.clone()));
        let monitor = Monitor::start(&snapshot.upstreams, &dial, seed);
        Ok(Self {
            _refreshers: refreshers,
            _monitor: monitor,
        })
    }
}

/// Makes the connections of health checks as those of requests are made.
#[derive(Debug)]
struct Prober(Arc<Snapshot>);

impl Dial for Prober {
    fn dial<'a>(
        &'a self,
        upstream: &'a UpstreamState,
        target: &'a TargetState,
        address: SocketAddr,
    ) -> Pin<Box<dyn Future<Output = Result<Connection, String>> + Send + 'a>> {
        Box::pin(async move {
            let dialer = self
                .0
                .dialer_of(upstream.name())
                .ok_or_else(|| "there is no way to it".to_owned())?;
            let stream = back::open(&self.0, dialer, target, address).await;
            Ok(Connection {
                stream: match stream.map_err(|fault| fault.error)? {
                    Stream::Tcp(tcp) => Box::new(tcp),
                    Stream::Server(tls) => tls,
                    Stream::Client(tls) => tls,
                },
                http2: upstream.config.protocol == UpstreamProtocol::Http2,
            })
        })
    }
}

impl Gateway {
    /// Refuses new requests while the process uses more memory than `limits.memory`; runs until
    /// told to stop.
    pub async fn watch_memory(&self, mut stop: Receiver<bool>) {
        loop {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                () = tokio::time::sleep(MEMORY) => {}
            }
            let limit = self.current().snapshot.configuration().limits.memory;
            let load = &self.shared.load;
            let over =
                limit > 0 && crate::metrics::resident_bytes().is_some_and(|used| used > limit);
            if over != load.is_overloaded() {
                load.set_overloaded(over);
                if over {
                    tracing::warn!(limit, "memory is above `limits.memory`: refusing requests");
                } else {
                    tracing::info!("memory is below `limits.memory` again");
                }
            }
        }
    }
}
