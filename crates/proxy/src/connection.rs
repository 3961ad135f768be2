//! A caller's connection, from accepted to closed: PROXY protocol, TLS, which HTTP it speaks.

mod arrival;

use crate::gateway::{Core, CoreState, ListenerState};
use crate::http1;
use crate::io::{Buffer, Link, Stream, Wait};
use crate::tls::{Alpn, CertStore, ChainJudge, ClientVerdict, TlsFacts};
use postern_model::{Code, Denial};
use postern_policy::facts::{CertificateVerdict, Tls};
use postern_policy::head::Head;
use rustls::pki_types::UnixTime;
use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;

/// What a client of HTTP/2 without TLS begins with (RFC 9113 §3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// How long a connection that is turned away is given to read why.
const GOODBYE: Duration = Duration::from_secs(1);

/// What is known about a connection, for all of its requests.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) facts: postern_policy::Connection,
    pub(crate) listener: Arc<ListenerState>,
    tls: Option<CallerTls>,
}

#[derive(Debug)]
struct CallerTls {
    certificates: Arc<CertStore>,
    judge: RefCell<ChainJudge>,
    /// The last authority that was compared, and what came out.
    compared: RefCell<(Vec<u8>, bool)>,
}

impl Caller {
    /// Over a connection without TLS, or whose TLS session did not come about.
    pub(crate) fn plain(facts: postern_policy::Connection, listener: &Arc<ListenerState>) -> Self {
        Self {
            facts,
            listener: listener.clone(),
            tls: None,
        }
    }

    /// Whether the TLS parameters for the authority asked for differ from this session's.
    pub(crate) fn is_misdirected(&self, head: &Head) -> bool {
        let (Some(tls), Some(authority)) = (&self.tls, head.authority()) else {
            return false;
        };
        let mut compared = tls.compared.borrow_mut();
        if compared.0 != authority {
            let sni = self.facts.tls.as_ref().and_then(|tls| tls.sni.as_deref());
            // What is no authority is refused as such.
            let misdirected = postern_policy::host::parse(authority)
                .is_ok_and(|parsed| tls.certificates.misdirected(sni, &parsed.host));
            *compared = (authority.to_vec(), misdirected);
        }
        compared.1
    }

    /// What the client's certificate is worth for a service.
    pub(crate) fn judge(&self, service: usize, state: &CoreState) -> CertificateVerdict {
        let authorities = state
            .snapshot()
            .authorities
            .get(service)
            .and_then(Option::as_ref);
        let (Some(tls), Some(authorities)) = (&self.tls, authorities) else {
            return CertificateVerdict::Missing;
        };
        match tls.judge.borrow_mut().judge(authorities, UnixTime::now()) {
            ClientVerdict::Trusted { subject, names, .. } => CertificateVerdict::Trusted {
                subject: subject.clone(),
                names: names.clone(),
            },
            ClientVerdict::Missing => CertificateVerdict::Missing,
            ClientVerdict::Untrusted {
                subject,
                issuer,
                reason,
            } => CertificateVerdict::Untrusted {
                subject: subject.clone(),
                issuer: issuer.clone(),
                error: reason.to_string().into(),
            },
            ClientVerdict::Expired {
                subject,
                not_before,
                not_after,
                now,
            } => CertificateVerdict::Expired {
                subject: subject.clone(),
                not_before: *not_before,
                not_after: *not_after,
                now: *now,
            },
        }
    }
}

/// Serves a connection that another core has accepted.
pub(crate) async fn serve_handed(
    core: Rc<Core>,
    listener: Arc<ListenerState>,
    socket: std::net::TcpStream,
    peer: SocketAddr,
) {
    match TcpStream::from_std(socket) {
        Ok(tcp) => serve(core, listener, tcp, peer).await,
        Err(error) => {
            core.metrics.connection_closed(listener.place());
            tracing::warn!(%error, "a connection could not be taken over");
        }
    }
}

/// Serves a connection until it ends.
pub(crate) async fn serve(
    core: Rc<Core>,
    listener: Arc<ListenerState>,
    tcp: TcpStream,
    peer: SocketAddr,
) {
    accepted(&core, &listener, tcp, peer).await;
    core.metrics.connection_closed(listener.place());
}

async fn accepted(
    core: &Rc<Core>,
    listener: &Arc<ListenerState>,
    tcp: TcpStream,
    peer: SocketAddr,
) {
    let (_permit, admitted) = core.shared.load.admit(core.index, peer.ip());
    // Small answers must not wait for an acknowledgement.
    let _ = tcp.set_nodelay(true);
    let state = core.state();
    let patience = state.configuration().timeouts.header;
    let deadline = tokio::time::Instant::now() + patience;
    let mut facts = postern_policy::Connection {
        peer,
        local: tcp.local_addr().unwrap_or(listener.address),
        proxied_source: None,
        tls: None,
    };
    if let Some(config) = &listener.config.proxy_protocol {
        // Boxed, as the other rare stretches below: a task is as large as its largest stretch.
        let header = Box::pin(arrival::proxied_source(&tcp, config, peer));
        match tokio::time::timeout_at(deadline, header).await {
            Ok(Ok(source)) => facts.proxied_source = source,
            Ok(Err(reason)) => {
                let caller = Caller::plain(facts, listener);
                return arrival::proxy_refused(core, &state, &caller, reason);
            }
            Err(_) => {
                let caller = Caller::plain(facts, listener);
                return arrival::proxy_refused(core, &state, &caller, "it did not come in time");
            }
        }
    }
    drop(state);
    let Some(server) = &listener.tls else {
        let caller = Caller::plain(facts, listener);
        let link = Link::new(Stream::Tcp(tcp));
        return match admitted {
            Ok(()) => plain(core, caller, link).await,
            Err(full) => Box::pin(turn_away(core, &caller, link, full.name())).await,
        };
    };
    if let Err(full) = admitted {
        // Without a handshake there is nobody to tell.
        let caller = Caller::plain(facts, listener);
        return arrival::over_limit(core, &caller, full.name());
    }
    let acceptor = tokio_rustls::TlsAcceptor::from(server.config().clone());
    let handshake = Box::pin(acceptor.accept(tcp));
    let stream = match tokio::time::timeout_at(deadline, handshake).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => {
            return arrival::handshake_failed(core, listener, peer, &error.to_string());
        }
        Err(_) => {
            return arrival::handshake_failed(core, listener, peer, "it was not over in time");
        }
    };
    let Some(session) = TlsFacts::from_stream(&stream) else {
        return;
    };
    facts.tls = Some(Tls {
        version: session.version,
        sni: session.sni.clone(),
    });
    let caller = Caller {
        facts,
        listener: listener.clone(),
        tls: Some(CallerTls {
            certificates: server.certificates().clone(),
            judge: RefCell::new(ChainJudge::new(session.chain)),
            compared: RefCell::default(),
        }),
    };
    let link = Link::new(Stream::Server(Box::new(stream)));
    match session.alpn {
        Alpn::Http2 => {
            Box::pin(crate::http2::serve(
                core,
                caller,
                link.into_stream(),
                Buffer::default(),
            ))
            .await;
        }
        Alpn::Http1 => http1::serve(core, &caller, link, Buffer::default()).await,
    }
}

/// A connection without TLS: HTTP/1, or HTTP/2 by prior knowledge.
async fn plain(core: &Rc<Core>, caller: Caller, link: Link) {
    let mut buffer = Buffer::default();
    if caller.listener.config.http2 {
        let wait = Wait::For(core.state().configuration().timeouts.idle);
        loop {
            let filled = buffer.filled();
            let known = filled.len().min(PREFACE.len());
            if filled.get(..known) != PREFACE.get(..known) {
                break;
            }
            if known == PREFACE.len() {
                return Box::pin(crate::http2::serve(
                    core,
                    caller,
                    link.into_stream(),
                    buffer,
                ))
                .await;
            }
            match link.read(&mut buffer, 16 << 10, wait).await {
                Ok(1..) => {}
                _ => return,
            }
        }
    }
    http1::serve(core, &caller, link, buffer).await;
}

/// Tells a caller that the gateway is full.
async fn turn_away(core: &Rc<Core>, caller: &Caller, link: Link, which: &'static str) {
    core.metrics.connection_refused(caller.listener.place());
    let denial = Denial::new(Code::LimitReached).saw("which", which);
    let goodbye = http1::turn_away(core, caller, link, denial);
    // Whoever does not read it in time misses it.
    let _ = tokio::time::timeout(GOODBYE, goodbye).await;
}
