//! WebSocket: once both sides have agreed, bytes go both ways until one side has had enough
//! (RFC 6455).

use crate::exchange::{BodyFault, Piece, SinkFault, Traffic};
use crate::gateway::Core;
use crate::http1;
use crate::http2::{self, Incoming, Outlet};
use crate::io::{Buffer, Link, Wait};
use aws_lc_rs::digest;
use bytes::Bytes;
use h2::Reason;
use postern_policy::fields::{Fields, Known, list_members};
use std::cell::Cell;
use std::io::ErrorKind;
use std::task::Poll;
use std::time::Duration;
use tokio::time::Instant;

/// What is appended to a key before it is hashed (RFC 6455 §1.3).
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// A tunnel in which nobody says anything for so long is closed.
pub(crate) const SILENCE: Duration = Duration::from_hours(1);
/// A peer that takes no byte for so long is gone.
pub(crate) const STUCK: Duration = Duration::from_mins(1);
/// How long an upstream that takes no more may still be heard.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// Most bytes on their way in one direction.
const HOLD: usize = 64 << 10;

/// Whether the fields of a `101` accept a WebSocket with this key (RFC 6455 §4.1).
pub(crate) fn is_accepted(key: &[u8], fields: &Fields) -> bool {
    let upgrade = fields
        .get(Known::Upgrade)
        .is_some_and(|v| v.eq_ignore_ascii_case(b"websocket"));
    let connection = fields
        .all(Known::Connection)
        .flat_map(list_members)
        .any(|member| member.eq_ignore_ascii_case(b"upgrade"));
    let accept = fields.get(Known::SecWebSocketAccept).unwrap_or_default();
    upgrade && connection && accept == accept_of(key).as_bytes()
}

/// A key made of these 16 bytes (RFC 6455 §4.1).
pub(crate) fn key(nonce: u128) -> String {
    base64(&nonce.to_be_bytes())
}

/// What accepts a WebSocket with this key (RFC 6455 §4.2.2).
pub(crate) fn accept_of(key: &[u8]) -> String {
    let mut context = digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY);
    context.update(key);
    context.update(GUID);
    base64(context.finish().as_ref())
}

/// Base 64 with padding (RFC 4648 §4).
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let mut group = [0u8; 3];
        for (to, from) in group.iter_mut().zip(chunk) {
            *to = *from;
        }
        let [a, b, c] = group.map(u32::from);
        let word = (a << 16) | (b << 8) | c;
        for place in 0..4 {
            if place <= chunk.len() {
                let index = (word >> (18 - 6 * place)) & 63;
                out.push(
                    ALPHABET
                        .get(index as usize)
                        .copied()
                        .map_or('=', char::from),
                );
            } else {
                out.push('=');
            }
        }
    }
    out
}

/// The upstream's side, once it has agreed.
#[derive(Debug)]
pub(crate) enum Tunnel {
    /// A connection that speaks nothing else any more.
    Http1(Box<http1::Connection>),
    /// A stream of a connection that others share.
    Http2(Box<http2::Tunnel>),
}

/// How a tunnel has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Both sides have closed.
    Closed,
    /// The caller has reset or takes nothing.
    GivenUp,
    /// The upstream has, or nobody has said anything for too long.
    Broken,
    /// The gateway ends, or the caller would not be let in any more.
    CutOff,
}

/// Where bytes come from.
#[derive(Debug)]
pub(crate) enum Inflow<'a> {
    /// A connection, and what has been read from it.
    Connection(&'a Link, &'a mut Buffer),
    /// A stream of HTTP/2.
    Stream(&'a mut Incoming),
}

/// Where bytes go.
#[derive(Debug)]
pub(crate) enum Outflow<'a> {
    /// A connection.
    Connection(&'a Link),
    /// A stream of HTTP/2.
    Stream(&'a Outlet),
}

/// Which side of one direction has broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Broken {
    Source,
    Sink,
}

/// What one direction notes as bytes pass.
struct Meter<'a> {
    passed: &'a Cell<u64>,
    active: &'a Cell<Instant>,
}

impl Meter<'_> {
    fn count(&self, bytes: usize) {
        self.passed.set(self.passed.get() + bytes as u64);
        self.active.set(Instant::now());
    }
}

/// Passes bytes both ways, and counts them, until both sides have closed, one has broken, nobody
/// says anything, the caller's leave lapses, or the core ends. The end of one side becomes the other's, and so does a reset
/// (RFC 8441 §5).
pub(crate) async fn run(
    core: &Core,
    from: Inflow<'_>,
    to: Outflow<'_>,
    upstream: Tunnel,
    traffic: &Traffic,
    lapsed: &dyn Fn() -> bool,
) -> End {
    match upstream {
        Tunnel::Http1(mut connection) => {
            connection.link.cap(None);
            let back = Inflow::Connection(&connection.link, &mut connection.buffer);
            let on = Outflow::Connection(&connection.link);
            between(core, (from, to), (back, on), traffic, lapsed).await
        }
        Tunnel::Http2(mut stream) => {
            let (back, on) = stream.sides();
            between(core, (from, to), (back, on), traffic, lapsed).await
        }
    }
}

async fn between(
    core: &Core,
    (mut from, to): (Inflow<'_>, Outflow<'_>),
    (mut back, on): (Inflow<'_>, Outflow<'_>),
    traffic: &Traffic,
    lapsed: &dyn Fn() -> bool,
) -> End {
    let active = &Cell::new(Instant::now());
    let meter = |passed| Meter { passed, active };
    let (sent, received) = (meter(&traffic.received), meter(&traffic.sent));
    let both = async {
        let up = async {
            match from.pass(&on, &sent).await {
                Ok(()) => Ok(()),
                Err(Broken::Source) => Err(End::GivenUp),
                Err(Broken::Sink) => {
                    // It may have said something before it left.
                    tokio::time::sleep(LAST_WORDS).await;
                    Err(End::Broken)
                }
            }
        };
        let down = async {
            let passed = back.pass(&to, &received).await;
            passed.map_err(|broken| match broken {
                Broken::Source => End::Broken,
                Broken::Sink => End::GivenUp,
            })
        };
        match tokio::try_join!(up, down) {
            Ok(((), ())) => End::Closed,
            Err(end) => end,
        }
    };
    let end = tokio::select! {
        biased;
        end = both => end,
        () = to.refused() => End::GivenUp,
        () = on.refused() => End::Broken,
        () = silence(active) => End::Broken,
        () = core.cut_off_comes() => End::CutOff,
        () = core.lapse_comes(lapsed) => End::CutOff,
    };
    if end != End::Closed {
        on.reset();
        // What has been passed on to the caller already is still its to read.
        to.break_off().await;
    }
    end
}

impl Inflow<'_> {
    /// Passes on what comes, to its end.
    async fn pass(&mut self, to: &Outflow<'_>, meter: &Meter<'_>) -> Result<(), Broken> {
        let refused = |_: SinkFault| Broken::Sink;
        match self {
            Self::Connection(link, buffer) => loop {
                if !buffer.is_empty() {
                    meter.count(buffer.len());
                    to.send(buffer.filled()).await.map_err(refused)?;
                    buffer.consume(buffer.len());
                }
                match link.read(buffer, HOLD, Wait::For(SILENCE)).await {
                    Ok(0) => return to.end().await.map_err(refused),
                    Ok(_) => {}
                    // The other direction may be busy.
                    Err(error) if error.kind() == ErrorKind::TimedOut => {}
                    Err(_) => return Err(Broken::Source),
                }
            },
            Self::Stream(incoming) => loop {
                match incoming.take() {
                    Ok(Some(Piece::Data(piece))) => {
                        meter.count(piece.len());
                        to.send(piece).await.map_err(refused)?;
                    }
                    Ok(Some(Piece::End)) => return to.end().await.map_err(refused),
                    Ok(None) => match incoming.fill().await {
                        Ok(()) | Err(BodyFault::TooSlow) => {}
                        Err(_) => return Err(Broken::Source),
                    },
                    Err(_) => return Err(Broken::Source),
                }
            },
        }
    }
}

impl Outflow<'_> {
    async fn send(&self, bytes: &[u8]) -> Result<(), SinkFault> {
        match self {
            Self::Connection(link) => {
                let written = link.write_all(bytes, Wait::For(STUCK)).await;
                written.map_err(|_| SinkFault::Gone)
            }
            Self::Stream(outlet) => outlet.send(Bytes::copy_from_slice(bytes), false).await,
        }
    }

    async fn end(&self) -> Result<(), SinkFault> {
        match self {
            Self::Connection(link) => {
                link.shutdown(Wait::For(STUCK)).await;
                Ok(())
            }
            Self::Stream(outlet) => outlet.send(Bytes::new(), true).await,
        }
    }

    /// Ends at once what cannot be gone on with.
    fn reset(&self) {
        match self {
            Self::Connection(link) => link.reset_on_close(),
            Self::Stream(outlet) => outlet.reset(Reason::CANCEL),
        }
    }

    /// As [`Outflow::reset`], but a connection delivers what is on its way.
    async fn break_off(&self) {
        match self {
            Self::Connection(link) => link.shutdown(Wait::For(STUCK)).await,
            Self::Stream(outlet) => outlet.reset(Reason::CANCEL),
        }
    }

    /// Resolves when the peer has reset the stream, even after its own end. A connection tells by
    /// reading and writing.
    async fn refused(&self) {
        match self {
            Self::Connection(_) => std::future::pending().await,
            Self::Stream(outlet) => {
                std::future::poll_fn(|cx| outlet.poll_reset(cx).unwrap_or(Poll::Pending)).await;
            }
        }
    }
}

/// Resolves when nobody has said anything for too long.
async fn silence(active: &Cell<Instant>) {
    loop {
        tokio::time::sleep_until(active.get() + SILENCE).await;
        if active.get().elapsed() >= SILENCE {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_the_standard_is_accepted_as_the_standard_says() {
        // RFC 6455 §1.3.
        assert_eq!(
            accept_of(b"dGhlIHNhbXBsZSBub25jZQ=="),
            "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        );
    }

    #[test]
    fn a_key_is_16_bytes_in_base_64() {
        assert_eq!(key(0), "AAAAAAAAAAAAAAAAAAAAAA==");
        assert_eq!(key(u128::MAX), "/////////////////////w==");
    }

    #[test]
    fn base64_pads() {
        assert_eq!(base64(b"f"), "Zg==");
        assert_eq!(base64(b"fo"), "Zm8=");
        assert_eq!(base64(b"foo"), "Zm9v");
    }
}
