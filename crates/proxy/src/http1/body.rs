//! A body that comes in over HTTP/1, from either side.

#[cfg(test)]
mod tests;

use super::chunked::{Decoder, Found, MAX_TRAILERS};
use super::length::{Invalid, Length};
use crate::exchange::{BodyFault, Piece};
use crate::io::{Buffer, Link, Wait};
use postern_policy::fields::{Fields, Span};
use std::io::ErrorKind;
use std::time::Duration;
use tokio::time::Instant;

/// Most bytes held of a body that is passed on.
const HOLD: usize = 256 << 10;
/// A body with more than this still to come is read in large pieces.
const LARGE_BODY: u64 = 48 << 10;

#[derive(Debug, Clone, Copy)]
enum State {
    Exact(u64),
    Chunked(Decoder),
    Trailers,
    UntilClose,
    Ended,
}

/// How fast a body has to come.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// Longest silence.
    pub(crate) silence: Duration,
    /// Bytes per second on average, after a first [`Pace::silence`]; 0: any.
    pub(crate) rate: u64,
}

/// Reads one body from a connection.
#[derive(Debug)]
pub(crate) struct Body<'a> {
    pub(crate) link: &'a Link,
    pub(crate) buffer: &'a mut Buffer,
    length: Length,
    state: State,
    pace: Pace,
    begun: Option<Instant>,
    received: u64,
    /// Bytes at the buffer's beginning that the last piece covered.
    given: usize,
    trailers: Fields,
}

impl<'a> Body<'a> {
    pub(crate) fn new(link: &'a Link, buffer: &'a mut Buffer, length: Length, pace: Pace) -> Self {
        let mut body = Self {
            link,
            buffer,
            length,
            state: State::Ended,
            pace,
            begun: None,
            received: 0,
            given: 0,
            trailers: Fields::default(),
        };
        body.expect(length);
        body
    }

    /// Begins a body of that length, once a head has told it.
    pub(crate) fn expect(&mut self, length: Length) {
        self.length = length;
        self.state = match length {
            Length::None | Length::Exact(0) => State::Ended,
            Length::Exact(n) => State::Exact(n),
            Length::Chunked => State::Chunked(Decoder::new()),
            Length::UntilClose => State::UntilClose,
        };
    }

    pub(crate) const fn length(&self) -> Length {
        self.length
    }

    pub(crate) const fn is_ended(&self) -> bool {
        matches!(self.state, State::Ended)
    }

    /// Whether the whole rest of the body is in the buffer.
    pub(crate) fn is_here(&self) -> bool {
        match self.state {
            State::Ended => true,
            State::Exact(left) => left <= (self.buffer.len() - self.given) as u64,
            _ => false,
        }
    }

    pub(crate) fn trailers(&self) -> Option<&Fields> {
        (!self.trailers.is_empty()).then_some(&self.trailers)
    }

    /// Consumes what the last piece covered.
    pub(crate) fn settle(&mut self) {
        self.buffer.consume(std::mem::take(&mut self.given));
    }

    pub(crate) fn take(&mut self) -> Result<Option<Piece<'_>>, BodyFault> {
        self.settle();
        loop {
            let held = self.buffer.len();
            match &mut self.state {
                State::Ended | State::Exact(0) => {
                    self.state = State::Ended;
                    return Ok(Some(Piece::End));
                }
                State::Trailers => {
                    return Ok(self.read_trailers()?.then_some(Piece::End));
                }
                _ if held == 0 => return Ok(None),
                State::Exact(left) => {
                    let n = usize::try_from(*left).unwrap_or(usize::MAX).min(held);
                    *left -= n as u64;
                    self.given = n;
                }
                State::UntilClose => self.given = held,
                State::Chunked(decoder) => {
                    match decoder
                        .next(self.buffer.filled())
                        .map_err(BodyFault::Invalid)?
                    {
                        Found::Data { skip, data } => {
                            self.buffer.consume(skip);
                            self.given = data;
                        }
                        Found::More { skip } => {
                            self.buffer.consume(skip);
                            return Ok(None);
                        }
                        Found::Trailers { skip } => {
                            self.buffer.consume(skip);
                            self.state = State::Trailers;
                            continue;
                        }
                    }
                }
            }
            let piece = self.buffer.filled().get(..self.given).unwrap_or_default();
            self.received += piece.len() as u64;
            return Ok(Some(Piece::Data(piece)));
        }
    }

    /// Reads the trailer section if all of it is here (RFC 9112 §7.1.2).
    fn read_trailers(&mut self) -> Result<bool, BodyFault> {
        let filled = self.buffer.filled();
        let bad = |what| {
            BodyFault::Invalid(Invalid {
                section: "RFC 9112 §7.1.2",
                what,
            })
        };
        let end = if filled.starts_with(b"\r\n") {
            2
        } else if let Some(at) = memchr::memmem::find(filled, b"\r\n\r\n") {
            at + 4
        } else if filled.len() > MAX_TRAILERS {
            return Err(bad("the trailer section is too long"));
        } else if !only_crlf(filled) {
            return Err(bad("a line ends in something other than CR LF"));
        } else if filled
            .first()
            .is_some_and(|b| !b.is_ascii_graphic() && *b != b'\r')
        {
            return Err(bad("a chunked body does not end where its last chunk says"));
        } else {
            return Ok(false);
        };
        let block = filled.get(..end).unwrap_or_default();
        if end > 2 {
            parse_trailers(block, &mut self.trailers).map_err(bad)?;
        }
        self.buffer.consume(end);
        self.state = State::Ended;
        Ok(true)
    }

    pub(crate) async fn fill(&mut self) -> Result<(), BodyFault> {
        let now = Instant::now();
        let begun = *self.begun.get_or_insert(now);
        if self.pace.rate > 0 {
            let grace = self.pace.silence.as_secs();
            let due = now.duration_since(begun).as_secs().saturating_sub(grace) * self.pace.rate;
            if self.received < due {
                return Err(BodyFault::TooSlow);
            }
        }
        self.settle();
        if matches!(self.state, State::Exact(left) if left > LARGE_BODY)
            || self.received > LARGE_BODY
        {
            self.buffer.widen();
        }
        match self
            .link
            .read(self.buffer, HOLD, Wait::Until(now + self.pace.silence))
            .await
        {
            Ok(0) if matches!(self.state, State::UntilClose) => {
                self.state = State::Ended;
                Ok(())
            }
            Ok(0) => Err(BodyFault::ClosedEarly),
            Ok(_) => Ok(()),
            Err(error) if error.kind() == ErrorKind::TimedOut => Err(BodyFault::TooSlow),
            Err(_) => Err(BodyFault::ClosedEarly),
        }
    }
}

fn parse_trailers(block: &[u8], into: &mut Fields) -> Result<(), &'static str> {
    if !only_crlf(block) {
        return Err("a line ends in something other than CR LF");
    }
    let mut slots = [httparse::EMPTY_HEADER; 64];
    let Ok(httparse::Status::Complete((_, headers))) = httparse::parse_headers(block, &mut slots)
    else {
        return Err("the trailer section is malformed");
    };
    into.load(block);
    for header in headers {
        let name = span_in(block, header.name.as_bytes());
        into.point(name, span_in(block, header.value.trim_ascii()));
    }
    Ok(())
}

/// Where `part`, a slice of `whole`, lies in it.
pub(super) fn span_in(whole: &[u8], part: &[u8]) -> Span {
    let start = part.as_ptr().addr().saturating_sub(whole.as_ptr().addr());
    Span::new(start, start + part.len())
}

/// Whether every LF has a CR before it (RFC 9112 §2.2). Without a branch, so that the compiler
/// looks at many bytes at once: heads have an LF every few bytes.
pub(super) fn only_crlf(block: &[u8]) -> bool {
    let Some(after_first) = block.get(1..) else {
        return true;
    };
    let bare = |(before, byte): (&u8, &u8)| u8::from(*byte == b'\n') & u8::from(*before != b'\r');
    let bare = block
        .iter()
        .zip(after_first)
        .map(bare)
        .fold(0, |any, bare| any | bare);
    bare == 0 && block.first() != Some(&b'\n')
}
