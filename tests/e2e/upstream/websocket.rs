//! A WebSocket that echoes.

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

/// The value of `Sec-WebSocket-Accept` for a key (RFC 6455 §4.2.2).
pub(super) fn accept(key: &str) -> String {
    derive_accept_key(key.as_bytes())
}

/// Sends every message back until the peer closes. `early` was read before.
pub(super) async fn echo(wire: impl AsyncRead + AsyncWrite + Unpin, early: Vec<u8>) {
    let mut socket = WebSocketStream::from_partially_read(wire, early, Role::Server, None).await;
    while let Some(Ok(message)) = socket.next().await {
        if (message.is_text() || message.is_binary()) && socket.send(message).await.is_err() {
            return;
        }
    }
}
