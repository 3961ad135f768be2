//! What comes before the first request: the PROXY protocol header, and what is said when a
//! connection ends before there was one.

use crate::gateway::{Core, ListenerState};
use crate::proxy_protocol::{self, Header, Parsed};
use postern_model::entity::ProxyProtocol;
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
    let listed = config
        .from
        .iter()
        .any(|net| net.contains(&peer.ip().to_canonical()));
    if !listed {
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

/// Records a connection that was closed for its PROXY protocol header.
pub(super) fn proxy_refused(core: &Core, listener: &ListenerState, peer: SocketAddr, reason: &str) {
    if core.shared.say_seldom() {
        tracing::warn!(
            code = "connection.proxy_protocol_invalid",
            listener = &*listener.config.name,
            %peer,
            reason,
            "closed a connection"
        );
    }
}

/// Records a TLS handshake that failed.
pub(super) fn handshake_failed(
    core: &Core,
    listener: &ListenerState,
    peer: SocketAddr,
    reason: &str,
) {
    if core.shared.say_seldom() {
        tracing::info!(listener = &*listener.config.name, %peer, reason, "TLS handshake failed");
    }
}
