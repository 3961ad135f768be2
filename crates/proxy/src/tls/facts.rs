//! What is known about one TLS connection once its handshake is done.

use postern_model::entity::TlsVersion;
use rustls::pki_types::CertificateDer;
use rustls::{HandshakeKind, ProtocolVersion, ServerConnection};
use std::sync::Arc;

#[cfg(test)]
mod tests;

/// The application protocol that was agreed on (RFC 7301).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alpn {
    /// `http/1.1`, or the client offered no list.
    Http1,
    /// `h2`.
    Http2,
}

/// Facts about a caller's TLS connection. Cheap to clone.
#[derive(Debug, Clone)]
pub struct TlsFacts {
    /// The protocol version.
    pub version: TlsVersion,
    /// The cipher suite's IANA name in rustls's spelling, `TLS13_AES_128_GCM_SHA256`.
    pub cipher: &'static str,
    /// The server name the client sent, lower case, no dot at its end.
    pub sni: Option<Arc<str>>,
    /// What is spoken.
    pub alpn: Alpn,
    /// The client's chain, leaf first; never empty. The client holds the leaf's key; nothing
    /// else is known about the chain until [`super::ChainJudge`] has judged it.
    pub chain: Option<Arc<[CertificateDer<'static>]>>,
    /// Whether the connection resumed an earlier session; then the chain is that session's.
    pub resumed: bool,
}

impl TlsFacts {
    /// Reads the facts off an accepted stream. `None` while its handshake is not done.
    pub fn from_stream<IO>(stream: &tokio_rustls::server::TlsStream<IO>) -> Option<Self> {
        Self::from_connection(stream.get_ref().1)
    }

    /// Reads the facts off a connection. `None` while its handshake is not done.
    pub fn from_connection(connection: &ServerConnection) -> Option<Self> {
        if connection.is_handshaking() {
            return None;
        }
        let version = match connection.protocol_version()? {
            ProtocolVersion::TLSv1_2 => TlsVersion::V1_2,
            ProtocolVersion::TLSv1_3 => TlsVersion::V1_3,
            _ => return None,
        };
        Some(Self {
            version,
            cipher: connection
                .negotiated_cipher_suite()
                .and_then(|suite| suite.suite().as_str())
                .unwrap_or("unknown"),
            sni: connection
                .server_name()
                .map(|name| name.strip_suffix('.').unwrap_or(name).into()),
            alpn: match connection.alpn_protocol() {
                Some(b"h2") => Alpn::Http2,
                _ => Alpn::Http1,
            },
            chain: connection
                .peer_certificates()
                .filter(|chain| !chain.is_empty())
                .map(Into::into),
            resumed: connection.handshake_kind() == Some(HandshakeKind::Resumed),
        })
    }
}
