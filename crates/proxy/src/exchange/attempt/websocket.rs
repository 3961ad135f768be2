//! What an attempt does otherwise where the request asks for a WebSocket.

use super::{Back, Ended, Exchange, Over};
use crate::back::ConnectFault;
use crate::exchange::faults::{Failed, UpstreamFault};
use crate::exchange::message::{ResponseHead, ResponseSink};
use crate::http1::Length;
use crate::http2;
use crate::tunnel;
use crate::upstream::{Lease, Outcome};
use postern_policy::fields::Known;

impl Exchange<'_> {
    /// Whether a WebSocket may be asked for: only after the upstream has said so (RFC 8441 §3).
    pub(super) async fn check_tunnels(
        &self,
        lease: &Lease,
        ticket: &http2::Ticket,
    ) -> Result<(), Ended> {
        let limit = self.timeouts.connect;
        let fault = match tokio::time::timeout(limit, ticket.takes_websockets()).await {
            Ok(true) => return Ok(()),
            Ok(false) => ConnectFault::no_websockets(),
            Err(_) => ConnectFault::timed_out(limit),
        };
        let target = lease.target().name();
        Err(Ended::Upstream(UpstreamFault::connect(fault, target)))
    }

    /// A key for a WebSocket that was asked for over HTTP/2, where callers send none, for an
    /// upstream that wants one.
    pub(super) fn fresh_key(&self, back: &Back) -> Option<String> {
        if self.head.protocol.is_none() || matches!(back, Back::Http2(_)) {
            return None;
        }
        let nonce = (u128::from(self.core.random()) << 64) | u128::from(self.core.random());
        Some(tunnel::key(nonce))
    }
}

impl<K: ResponseSink> Over<'_, '_, '_, K> {
    /// Tells the caller that both sides speak WebSocket from now on, if they do (RFC 6455 §4.2.2,
    /// RFC 8441 §5).
    pub(super) async fn switch(&mut self, head: &mut ResponseHead) -> Result<(), Ended> {
        let theirs = self.exchange.head.get(Known::SecWebSocketKey);
        let theirs = theirs.unwrap_or_default();
        let key = self.key.as_deref().map_or(theirs, str::as_bytes);
        let agreed = self.extended || tunnel::is_accepted(key, &head.fields);
        if !self.exchange.allowed.websocket || !agreed {
            return Err(self.invalid("it switched protocols unasked, or with the wrong key"));
        }
        self.lease
            .report(Outcome::Success, std::time::Instant::now());
        let to_http2 = self.exchange.head.protocol.is_some();
        head.status = if to_http2 { 200 } else { 101 };
        self.responded(head);
        self.sink.begin(head.status);
        if !to_http2 {
            self.sink.field(b"upgrade", b"websocket");
            self.sink.field(b"connection", b"upgrade");
            let accept = tunnel::accept_of(theirs);
            self.sink.field(b"sec-websocket-accept", accept.as_bytes());
        }
        let sink = &mut *self.sink;
        self.exchange.forward_response(head, |name, value| {
            if Known::of(name) != Known::SecWebSocketAccept {
                sink.field(name, value);
            }
        });
        self.sink.end_head(Length::None);
        self.sink
            .flush()
            .await
            .map_err(|_| Ended::Caller(Failed::Cancelled))
    }
}
