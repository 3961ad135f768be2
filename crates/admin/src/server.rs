//! The server: connections with bounds.

mod places;

use crate::AdminState;
use crate::api::Api;
use crate::hosts::Hosts;
use crate::routes::router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use places::{Answering, Place, Places, Seat};
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::sleep;

/// Connections open at once. For one more, that goes which waits longest for its client.
const MAX_CONNECTIONS: u32 = 64;
/// Most header fields of a request.
const MAX_HEADERS: usize = 64;
/// Longest head of a request, bytes.
const MAX_HEAD: usize = 16 << 10;
/// From the end of one request, or the beginning of the connection, to the end of the next head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// Longest life of a connection: bounds callers that do not read their answers.
const MAX_LIFE: Duration = Duration::from_mins(10);
/// How long open requests may still take after shutdown began.
const GRACE: Duration = Duration::from_secs(5);
/// Pause after an error of `accept`, such as no file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The other end of a connection, as an extension of its requests.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// Tells requests where they came from.
#[derive(Debug, Clone)]
struct WithPeer(Inner, Peer, Seat);

type Inner = TowerToHyperService<axum::Router>;

impl hyper::service::Service<hyper::Request<Incoming>> for WithPeer {
    type Response = hyper::Response<Answering>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, mut request: hyper::Request<Incoming>) -> Self::Future {
        request.extensions_mut().insert(self.1);
        let busy = self.2.busy();
        let answered = self.0.call(request);
        Box::pin(async move {
            let answer = answered.await?;
            Ok(answer.map(|body: Body| Answering::new(body, busy)))
        })
    }
}

/// Serves the admin address until `shutdown` completes; then open requests are finished, for five
/// seconds at most. Needs a tokio runtime with I/O and time.
///
/// # Errors
/// When the listener cannot be used by the runtime.
pub async fn serve(
    listener: std::net::TcpListener,
    state: Arc<dyn AdminState>,
    api: Option<Arc<Api>>,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(listener)?;
    let hosts = Hosts::new(listener.local_addr()?.ip(), state.hosts());
    let service = TowerToHyperService::new(router(state, hosts, api));
    let places = Places::new(MAX_CONNECTIONS);
    let (stop, stopped) = watch::channel(false);
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = async {
            let accepted = listener.accept().await;
            (accepted, places.take().await)
        };
        let (accepted, place) = tokio::select! {
            () = &mut shutdown => break,
            accepted = accepted => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let service = WithPeer(service.clone(), Peer(peer), place.seat());
                tokio::spawn(connection(stream, service, place, stopped.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "the admin address cannot accept a connection");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    // Nobody listens when there are no connections.
    let _ = stop.send(true);
    if !places.all_left(GRACE).await {
        tracing::warn!("admin connections were still open at the end of the grace period");
    }
    Ok(())
}

async fn connection(
    stream: TcpStream,
    service: WithPeer,
    place: Place,
    mut stopped: watch::Receiver<bool>,
) {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(MAX_HEAD)
        .max_headers(MAX_HEADERS);
    let mut served = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let mut life = pin!(sleep(MAX_LIFE));
    let result = loop {
        tokio::select! {
            result = served.as_mut() => break result,
            () = &mut life => return,
            () = place.wanted() => return,
            changed = stopped.changed() => {
                served.as_mut().graceful_shutdown();
                if changed.is_err() {
                    break served.as_mut().await;
                }
            }
        }
    };
    if let Err(error) = result {
        tracing::debug!(%error, "an admin connection ended early");
    }
}
