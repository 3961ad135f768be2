//! WebSocket over HTTP/2: once the upstream has agreed, bytes go both ways between a stream and
//! the upstream's connection (RFC 8441 §5).

use super::incoming::Incoming;
use super::outgoing::Outlet;
use crate::exchange::{BodyFault, Piece, Tunnel};
use crate::io::{Buffer, Link, Wait};
use crate::tunnel::{HOLD, SILENCE, STUCK, silence};
use bytes::Bytes;
use h2::Reason;
use std::cell::Cell;
use std::io::ErrorKind;
use tokio::time::Instant;

/// How a tunnel has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Both sides have closed.
    Closed,
    /// The caller has reset its stream.
    GivenUp,
    /// The upstream has broken, or nobody has said anything for too long.
    Broken,
}

/// Passes bytes both ways until both sides have closed, one has broken, or nobody says anything.
/// The end of the stream becomes the connection's end and the other way round, and so does a
/// reset.
pub(super) async fn run(caller: &mut Incoming, outlet: &Outlet, upstream: Tunnel) -> End {
    let mut held = upstream.buffer;
    let link = upstream.link;
    link.cap(None);
    let active = Cell::new(Instant::now());
    let both = async {
        let up = up(caller, &link, &active);
        let down = down(&link, &mut held, outlet, &active);
        match tokio::try_join!(up, down) {
            Ok(((), ())) => End::Closed,
            Err(end) => end,
        }
    };
    let end = tokio::select! {
        biased;
        end = both => end,
        () = given_up(outlet) => End::GivenUp,
        () = silence(&active) => End::Broken,
    };
    if end != End::Closed {
        link.reset_on_close();
        outlet.reset(Reason::CANCEL);
    }
    end
}

async fn up(caller: &mut Incoming, to: &Link, active: &Cell<Instant>) -> Result<(), End> {
    loop {
        match caller.take() {
            Ok(Some(Piece::Data(piece))) => {
                active.set(Instant::now());
                let written = to.write_all(piece, Wait::For(STUCK)).await;
                written.map_err(|_| End::Broken)?;
            }
            Ok(Some(Piece::End)) => break,
            Ok(None) => match caller.fill().await {
                // The other direction may be busy.
                Ok(()) | Err(BodyFault::TooSlow) => {}
                Err(_) => return Err(End::GivenUp),
            },
            Err(_) => return Err(End::GivenUp),
        }
    }
    to.shutdown(Wait::For(STUCK)).await;
    Ok(())
}

async fn down(
    from: &Link,
    buffer: &mut Buffer,
    to: &Outlet,
    active: &Cell<Instant>,
) -> Result<(), End> {
    let broken = |_| End::Broken;
    loop {
        if !buffer.is_empty() {
            let data = Bytes::copy_from_slice(buffer.filled());
            buffer.consume(data.len());
            to.send(data, false).await.map_err(broken)?;
        }
        match from.read(buffer, HOLD, Wait::For(SILENCE)).await {
            Ok(0) => return to.send(Bytes::new(), true).await.map_err(broken),
            Ok(_) => active.set(Instant::now()),
            Err(error) if error.kind() == ErrorKind::TimedOut => {}
            Err(_) => return Err(End::Broken),
        }
    }
}

/// Resolves when the caller has reset the stream, even after its own end.
async fn given_up(outlet: &Outlet) {
    std::future::poll_fn(|cx| outlet.poll_reset(cx).unwrap_or(std::task::Poll::Pending)).await;
}
