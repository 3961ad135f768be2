//! A message that goes out over HTTP/1, to either side.

#[cfg(test)]
mod tests;

use super::length::Length;
use crate::decimal::decimal;
use crate::exchange::SinkFault;
use crate::io::{Link, Wait};
use postern_policy::fields::{Fields, Known};
use std::io::{ErrorKind, IoSlice};
use std::time::Duration;

/// Pieces are gathered up to so many bytes before they are sent.
const GATHER: usize = 16 << 10;

/// Bytes on their way out, and how the body under way is framed.
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    link: &'a Link,
    out: &'a mut Vec<u8>,
    length: Length,
    wait: Duration,
    /// Whether a byte of this message may have left.
    sent: bool,
    aborted: bool,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(link: &'a Link, out: &'a mut Vec<u8>, wait: Duration) -> Self {
        out.clear();
        Self {
            link,
            out,
            length: Length::None,
            wait,
            sent: false,
            aborted: false,
        }
    }

    /// The connection below.
    pub(crate) const fn link(&self) -> &'a Link {
        self.link
    }

    /// Begins another message, forgetting what was not sent of the one before.
    pub(crate) fn restart(&mut self) {
        self.out.clear();
        self.sent = false;
    }

    /// The head under construction.
    pub(crate) const fn out(&mut self) -> &mut Vec<u8> {
        self.out
    }

    pub(crate) fn field(&mut self, name: &[u8], value: &[u8]) {
        self.out.extend_from_slice(name);
        self.out.extend_from_slice(b": ");
        self.out.extend_from_slice(value);
        self.out.extend_from_slice(b"\r\n");
    }

    /// Writes the framing fields and ends the head.
    pub(crate) fn end_head(&mut self, length: Length) {
        self.length = length;
        match length {
            Length::Exact(n) => self.number(b"content-length: ", n),
            Length::Chunked => self
                .out
                .extend_from_slice(b"transfer-encoding: chunked\r\n"),
            Length::None | Length::UntilClose => {}
        }
        self.out.extend_from_slice(b"\r\n");
    }

    /// Writes a response's first line.
    pub(crate) fn status_line(&mut self, status: u16) {
        let reason = http::StatusCode::from_u16(status)
            .ok()
            .and_then(|s| s.canonical_reason());
        let mut line = *b"HTTP/1.1 000 ";
        let [.., a, b, c, _] = &mut line;
        (*a, *b, *c) = (digit(status / 100), digit(status / 10), digit(status));
        self.out.extend_from_slice(&line);
        self.out
            .extend_from_slice(reason.unwrap_or_default().as_bytes());
        self.out.extend_from_slice(b"\r\n");
    }

    /// Writes `prefix`, the number and a line's end.
    pub(crate) fn number(&mut self, prefix: &[u8], n: u64) {
        self.out.extend_from_slice(prefix);
        self.out.extend_from_slice(decimal(n, &mut [0; 20]));
        self.out.extend_from_slice(b"\r\n");
    }

    pub(crate) const fn is_sent(&self) -> bool {
        self.sent
    }

    pub(crate) const fn is_aborted(&self) -> bool {
        self.aborted
    }

    pub(crate) async fn data(&mut self, piece: &[u8]) -> Result<(), SinkFault> {
        let chunked = matches!(self.length, Length::Chunked);
        if chunked {
            self.hex(piece.len());
        }
        if self.out.len() + piece.len() <= GATHER {
            self.out.extend_from_slice(piece);
            if chunked {
                self.out.extend_from_slice(b"\r\n");
            }
            return Ok(());
        }
        let end: &[u8] = if chunked { b"\r\n" } else { b"" };
        let mut parts = [
            IoSlice::new(self.out),
            IoSlice::new(piece),
            IoSlice::new(end),
        ];
        self.sent = true;
        let written = self
            .link
            .write_parts(&mut parts, Wait::For(self.wait))
            .await;
        self.out.clear();
        written.map_err(|error| fault(&error))
    }

    fn hex(&mut self, n: usize) {
        let mut started = false;
        for shift in (0..16).rev() {
            let digit = (n >> (shift * 4)) & 15;
            started |= digit != 0;
            if started {
                let digit = u8::try_from(digit).unwrap_or_default();
                self.out.push(if digit < 10 {
                    b'0' + digit
                } else {
                    b'a' + digit - 10
                });
            }
        }
        self.out.extend_from_slice(b"\r\n");
    }

    pub(crate) async fn flush(&mut self) -> Result<(), SinkFault> {
        if self.out.is_empty() {
            return Ok(());
        }
        self.sent = true;
        let written = self.link.write_all(self.out, Wait::For(self.wait)).await;
        self.out.clear();
        written.map_err(|error| fault(&error))
    }

    pub(crate) async fn end(&mut self, trailers: Option<&Fields>) -> Result<(), SinkFault> {
        if matches!(self.length, Length::Chunked) {
            self.out.extend_from_slice(b"0\r\n");
            for field in trailers.into_iter().flat_map(Fields::iter) {
                if may_trail(field.known) {
                    self.field(field.name, field.value);
                }
            }
            self.out.extend_from_slice(b"\r\n");
        }
        self.flush().await
    }

    /// Leaves the message without its end. The connection has to be closed.
    pub(crate) fn abort(&mut self) {
        self.out.clear();
        self.aborted = true;
        if self.sent {
            self.link.reset_on_close();
        }
    }
}

const fn digit(n: u16) -> u8 {
    b'0' + (n % 10) as u8
}

fn fault(error: &std::io::Error) -> SinkFault {
    if error.kind() == ErrorKind::TimedOut {
        SinkFault::TooSlow
    } else {
        SinkFault::Gone
    }
}

/// Whether a field may stand in a trailer section (RFC 9110 §6.5.1): nothing that frames, routes
/// or authenticates.
pub(crate) const fn may_trail(known: Known) -> bool {
    matches!(known, Known::Other)
}
