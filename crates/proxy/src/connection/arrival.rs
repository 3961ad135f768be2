//! What comes before the first request: the PROXY protocol header, and what is noted when a
//! connection ends before there was one.

use super::Caller;
use crate::exchange;
use crate::gateway::{Core, CoreState, ListenerState};
use crate::proxy_protocol::{self, Header, Parsed};
use postern_model::denial::{Audience, Fault, Value};
use postern_model::egress::{Class, classify};
use postern_model::entity::ProxyProtocol;
use postern_model::{Code, Denial};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;

/// Room for the longest header that is accepted.
const ROOM: usize = proxy_protocol::MAX_LENGTH;

/// Reads the header, exactly to its end, and gives the source it tells. `None`: the connection
/// speaks for itself.
pub(super) async fn proxied_source(
    tcp: &TcpStream,
    config: &ProxyProtocol,
    peer: SocketAddr,
) -> Result<Option<SocketAddr>, String> {
    if !is_listed(config, peer) {
        return Err("its sender is not listed in `proxy_protocol.from`".to_owned());
    }
    let mut room = [0u8; ROOM];
    let mut seen = 0;
    loop {
        let n = tcp
            .peek(&mut room)
            .await
            .map_err(|error| error.to_string())?;
        let filled = room.get(..n).unwrap_or_default();
        match proxy_protocol::parse(filled) {
            Parsed::Done { consumed, header } => {
                skip(tcp, consumed)
                    .await
                    .map_err(|error| error.to_string())?;
                return Ok(match header {
                    Header::Addresses { source, .. } => Some(source),
                    Header::Unknown | Header::Local => None,
                });
            }
            Parsed::Invalid(_) if config.optional && proxy_protocol::surely_absent(filled) => {
                return Ok(None);
            }
            Parsed::Invalid(reason) => return Err(reason.to_string()),
            Parsed::Partial if n == 0 || n == seen && n == ROOM => {
                return Err("the connection ended within it".to_owned());
            }
            // Peeking leaves the bytes where they are, so the socket stays readable: look again
            // in a moment. The deadline is the caller's.
            Parsed::Partial if n == seen => tokio::time::sleep(Duration::from_millis(2)).await,
            Parsed::Partial => seen = n,
        }
    }
}

/// Whether a peer may send the header.
fn is_listed(config: &ProxyProtocol, peer: SocketAddr) -> bool {
    let peer = peer.ip().to_canonical();
    config.from.iter().any(|net| net.contains(&peer))
}

/// Whose business a refused header is: whoever comes from outside, and is not listed, goes round the
/// proxies; one of a network of our own is a proxy that the listener should know, or know better.
fn blamed(config: &ProxyProtocol, peer: SocketAddr) -> Fault {
    let outside = classify(peer.ip()) == Class::Public;
    if outside && !is_listed(config, peer) {
        Fault::Consumer
    } else {
        Fault::Operator
    }
}

async fn skip(tcp: &TcpStream, n: usize) -> std::io::Result<()> {
    let mut left = n;
    let mut bin = [0u8; ROOM];
    while left > 0 {
        tcp.readable().await?;
        match tcp.try_read(bin.get_mut(..left.min(ROOM)).unwrap_or_default()) {
            Ok(0) => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            Ok(n) => left -= n,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Notes a connection that is closed for its PROXY protocol header.
pub(super) fn proxy_refused(
    core: &Core,
    state: &CoreState,
    caller: &Caller,
    reason: impl Into<Value>,
) {
    let config = caller.listener.config.proxy_protocol.as_ref();
    let fault = config.map_or(Fault::Operator, |config| blamed(config, caller.facts.peer));
    let denial = Denial::new(Code::ProxyProtocolInvalid)
        .blame(fault)
        .with("peer", caller.facts.peer.to_string(), Audience::Operator)
        .with("error", reason, Audience::Operator);
    core.metrics.connection_refused(caller.listener.place());
    exchange::closed_unheard(core, state, caller, denial);
}

/// Notes a connection that is closed because there are too many.
pub(super) fn over_limit(core: &Core, caller: &Caller, which: &'static str) {
    let denial = Denial::new(Code::LimitReached).saw("which", which);
    core.metrics.connection_refused(caller.listener.place());
    exchange::closed_unheard(core, &core.state(), caller, denial);
}

/// Notes a TLS handshake that failed. There was no request, and is no code for it.
pub(super) fn handshake_failed(
    core: &Core,
    listener: &ListenerState,
    peer: SocketAddr,
    reason: &str,
) {
    core.metrics.handshake_failed(listener.place());
    if core.shared.floods.passes() {
        tracing::info!(listener = &*listener.config.name, %peer, reason, "TLS handshake failed");
    }
}

#[cfg(test)]
mod tests {
    use super::blamed;
    use postern_model::denial::Fault;
    use postern_model::entity::ProxyProtocol;

    #[test]
    fn whoever_goes_round_the_proxies_is_to_blame_and_else_whoever_lists_them() {
        let config = ProxyProtocol {
            from: vec![
                "8.8.8.0/24".parse().unwrap(),
                "10.0.0.1/32".parse().unwrap(),
            ],
            optional: false,
        };
        for (peer, fault) in [
            ("8.8.4.4:1024", Fault::Consumer),
            ("[::ffff:8.8.4.4]:1024", Fault::Consumer),
            ("8.8.8.8:1024", Fault::Operator),
            ("10.0.0.1:1024", Fault::Operator),
            ("10.0.0.2:1024", Fault::Operator),
        ] {
            assert_eq!(blamed(&config, peer.parse().unwrap()), fault, "{peer}");
        }
    }
}
