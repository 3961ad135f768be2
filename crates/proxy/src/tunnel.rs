//! WebSocket: once both sides have agreed, bytes go both ways until one side has had enough
//! (RFC 6455).

use crate::exchange::Tunnel;
use crate::io::{Buffer, Link, Wait};
use aws_lc_rs::digest;
use postern_policy::fields::{Fields, Known, list_members};
use std::cell::Cell;
use std::io::ErrorKind;
use std::time::Duration;
use tokio::time::Instant;

/// What is appended to a key before it is hashed (RFC 6455 §1.3).
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// A tunnel in which nobody says anything for so long is closed.
pub(crate) const SILENCE: Duration = Duration::from_hours(1);
/// A peer that takes no byte for so long is gone.
pub(crate) const STUCK: Duration = Duration::from_mins(1);
/// Most bytes on their way in one direction.
pub(crate) const HOLD: usize = 64 << 10;

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

fn accept_of(key: &[u8]) -> String {
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

/// Passes bytes both ways until both sides have closed, one has broken, or nobody says anything.
pub(crate) async fn run(caller: Link, held: Buffer, upstream: Tunnel) {
    let mut down = upstream.buffer;
    let mut up = held;
    let link = upstream.link;
    link.cap(None);
    let active = Cell::new(Instant::now());
    tokio::select! {
        _ = async { tokio::join!(copy(&caller, &mut up, &link, &active), copy(&link, &mut down, &caller, &active)) } => {}
        () = silence(&active) => {}
    }
}

async fn copy(from: &Link, buffer: &mut Buffer, to: &Link, active: &Cell<Instant>) {
    loop {
        if !buffer.is_empty() {
            if to
                .write_all(buffer.filled(), Wait::For(STUCK))
                .await
                .is_err()
            {
                from.reset_on_close();
                break;
            }
            buffer.consume(buffer.len());
        }
        match from.read(buffer, HOLD, Wait::For(SILENCE)).await {
            Ok(1..) => active.set(Instant::now()),
            Err(error) if error.kind() == ErrorKind::TimedOut => {}
            Ok(0) | Err(_) => break,
        }
    }
    to.shutdown(Wait::For(STUCK)).await;
}

/// Resolves when nobody has said anything for too long.
pub(crate) async fn silence(active: &Cell<Instant>) {
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
