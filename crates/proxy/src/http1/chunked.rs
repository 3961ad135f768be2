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
            (State::Size { digits: 1.. }, b'\r') | (State::Extension, b'\r') => State::SizeLf,
            (State::Size { digits: 1.. }, b';') => State::Extension,
            (State::Size { .. }, _) => {
                return invalid("RFC 9112 §7.1", "a chunk size is not a hexadecimal number");
            }
            (State::Extension, b'\t' | b' '..=b'~' | 0x80..) => State::Extension,
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

/// Decodes a whole chunked body piecewise, for the fuzzer: `cut` says where the input is split.
pub(crate) fn decode(input: &[u8], cut: usize) -> Result<(Vec<u8>, bool), Invalid> {
    let mut decoder = Decoder::new();
    let mut out = Vec::new();
    let (first, second) = input.split_at(cut.min(input.len()));
    for part in [first, second] {
        let mut rest = part;
        loop {
            match decoder.next(rest)? {
                Found::Data { skip, data } => {
                    out.extend_from_slice(rest.get(skip..skip + data).unwrap_or_default());
                    rest = rest.get(skip + data..).unwrap_or_default();
                    if rest.is_empty() {
                        break;
                    }
                }
                Found::More { .. } => break,
                Found::Trailers { .. } => return Ok((out, true)),
            }
        }
    }
    Ok((out, false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bad_framing_is_refused() {
        for bad in [
            "5\nhello\r\n",
            "5\r\nhello0\r\n",
            "5\r\nhelloX\r\n",
            "-5\r\n",
            "\r\n",
            " 5\r\n",
            "5 \r\n",
            "0x5\r\n",
            ";a\r\n",
            "5;\n",
            "5\rX",
            "ffffffffffffffff\r\n",
            "5;a=\0\r\n",
        ] {
            assert!(decode(bad.as_bytes(), 0).is_err(), "{bad:?}");
        }
        let long = format!("5;{}\r\n", "a".repeat(2000));
        assert!(decode(long.as_bytes(), 0).is_err());
    }

    #[test]
    fn extensions_are_skipped() {
        let decoded = decode(b"5;a=b;c=\"d\"\r\nhello\r\n0\r\n", 3);
        assert_eq!(decoded, Ok((b"hello".to_vec(), true)));
    }

    proptest! {
        #[test]
        fn what_was_chunked_comes_out_whole_wherever_it_is_cut(
            chunks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..40), 0..5),
            cut in 0usize..300,
        ) {
            let mut wire = Vec::new();
            for chunk in &chunks {
                wire.extend(format!("{:x}\r\n", chunk.len()).as_bytes());
                wire.extend(chunk);
                wire.extend(b"\r\n");
            }
            wire.extend(b"0\r\n");
            prop_assert_eq!(decode(&wire, cut), Ok((chunks.concat(), true)));
        }

        #[test]
        fn it_never_panics(input in proptest::collection::vec(any::<u8>(), 0..200), cut in 0usize..200) {
            let _ = decode(&input, cut);
        }
    }
}
