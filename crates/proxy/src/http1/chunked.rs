//! The chunked transfer coding (RFC 9112 §7.1), read byte by byte and strictly: CRLF only,
//! bounded sizes, extensions and trailers.

use super::length::{Invalid, invalid};

/// Longest chunk-size line with its extensions, bytes.
const MAX_LINE: usize = 1024;
/// Longest trailer section, bytes.
pub(crate) const MAX_TRAILERS: usize = 16 << 10;

/// What [`Decoder::next`] found at the front of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// The first `skip` bytes are framing, `data` bytes of content follow them.
    Data {
        /// Bytes of framing.
        skip: usize,
        /// Bytes of content after them.
        data: usize,
    },
    /// The first bytes are framing, and more input is needed.
    More {
        /// Bytes of framing, to be consumed.
        skip: usize,
    },
    /// The last chunk has been read: the trailer section begins after `skip` bytes.
    Trailers {
        /// Bytes of framing.
        skip: usize,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the beginning of a size, or in its digits.
    Size { digits: u8 },
    /// In chunk extensions; the line has so many bytes already.
    Extension,
    /// The line's CR was read.
    SizeLf,
    /// In content.
    Data,
    /// After content: CR.
    DataCr,
    /// After content: LF.
    DataLf,
    /// After the last chunk.
    Done,
}

/// Where in a chunked body the reader is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decoder {
    state: State,
    left: u64,
    line: usize,
}

impl Decoder {
    pub(crate) const fn new() -> Self {
        Self {
            state: State::Size { digits: 0 },
            left: 0,
            line: 0,
        }
    }

    /// Looks at the input's beginning. The caller consumes what is reported before it calls again.
    ///
    /// # Errors
    /// What is wrong with the framing.
    pub(crate) fn next(&mut self, input: &[u8]) -> Result<Found, Invalid> {
        for (at, &byte) in input.iter().enumerate() {
            match self.state {
                State::Data => {
                    let here = usize::try_from(self.left).unwrap_or(usize::MAX);
                    let data = here.min(input.len() - at);
                    self.left -= data as u64;
                    if self.left == 0 {
                        self.state = State::DataCr;
                    }
                    return Ok(Found::Data { skip: at, data });
                }
                State::Done => return Ok(Found::Trailers { skip: at }),
                _ => self.framing(byte)?,
            }
        }
        Ok(match self.state {
            State::Done => Found::Trailers { skip: input.len() },
            _ => Found::More { skip: input.len() },
        })
    }

    fn framing(&mut self, byte: u8) -> Result<(), Invalid> {
        self.state = match (self.state, byte) {
            (State::Size { digits }, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => {
                // 15 hexadecimal digits cannot overflow; more are nobody's honest chunk.
                if digits == 15 {
                    return invalid("RFC 9112 §7.1", "a chunk size is too large");
                }
                let digit = char::from(byte).to_digit(16).unwrap_or_default();
                self.left = self.left * 16 + u64::from(digit);
                State::Size { digits: digits + 1 }
            }
            (State::Size { digits: 1.. } | State::Extension, b'\r') => State::SizeLf,
            (State::Size { digits: 1.. }, b';')
            | (State::Extension, b'\t' | b' '..=b'~' | 0x80..) => State::Extension,
            (State::Size { .. }, _) => {
                return invalid("RFC 9112 §7.1", "a chunk size is not a hexadecimal number");
            }
            (State::Extension, _) => {
                return invalid("RFC 9112 §7.1.1", "a chunk extension has a control byte");
            }
            (State::SizeLf, b'\n') => {
                self.line = 0;
                if self.left == 0 {
                    State::Done
                } else {
                    State::Data
                }
            }
            (State::DataCr, b'\r') => State::DataLf,
            (State::DataLf, b'\n') => State::Size { digits: 0 },
            (State::DataCr | State::DataLf, _) => {
                return invalid("RFC 9112 §7.1", "a chunk does not end where its size says");
            }
            (State::SizeLf, _) => {
                return invalid("RFC 9112 §2.2", "a line ends in something other than CR LF");
            }
            (State::Data | State::Done, _) => self.state,
        };
        if matches!(self.state, State::Extension) {
            self.line += 1;
            if self.line > MAX_LINE {
                return invalid("RFC 9112 §7.1.1", "a chunk's extensions are too long");
            }
        }
        Ok(())
    }
}

/// Decodes a chunked body that comes in pieces, for tests and fuzzing: the content, and whether the
/// last chunk was reached.
pub(super) fn decode<'a>(
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> Result<(Vec<u8>, bool), Invalid> {
    let mut decoder = Decoder::new();
    let mut out = Vec::new();
    for mut rest in pieces {
        while !rest.is_empty() {
            match decoder.next(rest)? {
                Found::Data { skip, data } => {
                    out.extend_from_slice(rest.get(skip..skip + data).unwrap_or_default());
                    rest = rest.get(skip + data..).unwrap_or_default();
                }
                Found::More { .. } => break,
                Found::Trailers { .. } => return Ok((out, true)),
            }
        }
    }
    Ok((out, false))
}

#[cfg(test)]
mod tests;
