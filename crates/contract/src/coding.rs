//! Content codings (RFC 9110 §8.4): what a body is before them.

use flate2::bufread::{GzDecoder, ZlibDecoder};
use std::io::Read;

/// The codings that are undone, as `Accept-Encoding` lists them.
pub const CODINGS: [&str; 2] = ["gzip", "deflate"];

/// How much larger a body may become, besides its limit.
pub const RATIO: u64 = 200;

/// Of small bodies the ratio says nothing.
const SMALL: u64 = 64 << 10;

/// A coding that is undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// RFC 1952.
    Gzip,
    /// RFC 1950, around RFC 1951.
    Deflate,
}

/// Why a body could not be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undecodable {
    /// It is not what its coding says.
    Broken(Coding),
    /// More than the limit comes of it.
    TooLong,
    /// It becomes more than [`RATIO`] times as large.
    Ratio,
}

/// A coding that is not undone, or several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a content coding that is not undone")]
pub struct UnknownCoding;

/// The coding of a body; `None` for none. What `Content-Encoding` says in all its values.
///
/// # Errors
/// It has one that is not undone, or several.
pub fn of<'a>(values: impl Iterator<Item = &'a [u8]>) -> Result<Option<Coding>, UnknownCoding> {
    let members = values.flat_map(|value| value.split(|&b| b == b','));
    let members = members.map(<[u8]>::trim_ascii);
    let mut found = None;
    for member in members.filter(|m| !m.is_empty() && !m.eq_ignore_ascii_case(b"identity")) {
        let is = |name: &str| member.eq_ignore_ascii_case(name.as_bytes());
        let coding = if is("gzip") || is("x-gzip") {
            Coding::Gzip
        } else if is("deflate") {
            Coding::Deflate
        } else {
            return Err(UnknownCoding);
        };
        if found.replace(coding).is_some() {
            return Err(UnknownCoding);
        }
    }
    Ok(found)
}

impl Coding {
    /// Its name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
        }
    }

    /// What a body is without it, of at most so many bytes.
    ///
    /// # Errors
    /// It is too much, or something else than it says.
    pub fn decode(self, body: &[u8], limit: u64) -> Result<Vec<u8>, Undecodable> {
        let most = (body.len() as u64).saturating_mul(RATIO).max(SMALL);
        let room = limit.min(most);
        let mut rest = body;
        let mut out = Vec::new();
        let read = match self {
            Self::Gzip => GzDecoder::new(&mut rest)
                .take(room + 1)
                .read_to_end(&mut out),
            Self::Deflate => ZlibDecoder::new(&mut rest)
                .take(room + 1)
                .read_to_end(&mut out),
        };
        let length = read.map_err(|_| Undecodable::Broken(self))? as u64;
        if length > limit {
            return Err(Undecodable::TooLong);
        }
        if length > most {
            return Err(Undecodable::Ratio);
        }
        // Readers differ about what stands behind its end.
        if rest.is_empty() {
            Ok(out)
        } else {
            Err(Undecodable::Broken(self))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn codings_are_undone_under_limits() {
        let text = b"{\"a\": 1}".as_slice();
        let packed = gzip(text);
        assert_eq!(Coding::Gzip.decode(&packed, 100), Ok(text.to_vec()));
        assert_eq!(Coding::Gzip.decode(&packed, 3), Err(Undecodable::TooLong));
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text).unwrap();
        let packed = encoder.finish().unwrap();
        assert_eq!(Coding::Deflate.decode(&packed, 100), Ok(text.to_vec()));
    }

    #[test]
    fn what_is_no_whole_body_is_refused() {
        let broken = Err(Undecodable::Broken(Coding::Gzip));
        let whole = gzip(b"hello");
        let cut = &whole[..whole.len() - 3];
        assert_eq!(Coding::Gzip.decode(cut, 100), broken);
        let twice = [whole.clone(), whole.clone()].concat();
        assert_eq!(Coding::Gzip.decode(&twice, 100), broken);
        assert_eq!(Coding::Gzip.decode(b"hello", 100), broken);
        assert_eq!(Coding::Gzip.decode(b"", 100), broken);
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let bomb = gzip(&vec![0; 64 << 20]);
        assert_eq!(
            Coding::Gzip.decode(&bomb, 1 << 20),
            Err(Undecodable::TooLong)
        );
        assert_eq!(Coding::Gzip.decode(&bomb, 1 << 40), Err(Undecodable::Ratio));
    }

    #[test]
    fn one_coding_at_most_is_undone() {
        let of = |values: &[&'static str]| of(values.iter().map(|v| v.as_bytes()));
        assert_eq!(of(&[]), Ok(None));
        assert_eq!(of(&["identity"]), Ok(None));
        assert_eq!(of(&["X-GZIP"]), Ok(Some(Coding::Gzip)));
        assert_eq!(of(&["identity, deflate"]), Ok(Some(Coding::Deflate)));
        for wrong in [
            &["br"][..],
            &["gzip, gzip"],
            &["gzip", "deflate"],
            &["gzip;q=1"],
        ] {
            assert_eq!(of(wrong), Err(UnknownCoding), "{wrong:?}");
        }
    }
}
