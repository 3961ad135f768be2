//! Digests of contents: `Content-Digest` (RFC 9530 §2), and `Digest` (RFC 3230), which came before.

use crate::structured::{self, Bare, Member};
use aws_lc_rs::digest::{self, Context};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What a message says of its content: digests by algorithms that are believed, of which there is
/// at least one. MD5, SHA-1 and sums are passed over (RFC 9530 §5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digests {
    sha256: Option<[u8; 32]>,
    sha512: Option<[u8; 64]>,
}

impl Digests {
    /// Reads the lines of `Content-Digest`.
    ///
    /// # Errors
    /// There is none that counts; in words that follow the name of the field.
    pub fn content<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Result<Self, String> {
        let members = structured::dictionary(&structured::joined(lines));
        let mut found = Self::NONE;
        for (name, member) in members.map_err(std::borrow::Cow::into_owned)? {
            let Member::Item(item) = member else {
                return Err(format!("has a list for `{name}`"));
            };
            let Bare::Bytes(bytes) = item.bare else {
                return Err(format!("has no bytes between colons for `{name}`"));
            };
            found.add(&name, &bytes)?;
        }
        found.some()
    }

    /// Reads the lines of `Digest`: `SHA-256=…`, in base64.
    ///
    /// # Errors
    /// As [`Digests::content`].
    pub fn older<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Result<Self, String> {
        let mut found = Self::NONE;
        for one in lines.flat_map(|line| line.split(|&b| b == b',')).take(16) {
            let text = std::str::from_utf8(one).map_err(|_| "is not text".to_owned())?;
            let (name, value) = text.trim().split_once('=').ok_or("has no `=`")?;
            let name = name.to_ascii_lowercase();
            if matches!(&*name, "sha-256" | "sha-512") {
                let bytes = STANDARD.decode(value);
                let bytes = bytes.map_err(|_| format!("has no base64 for `{name}`"))?;
                found.add(&name, &bytes)?;
            }
        }
        found.some()
    }

    const NONE: Self = Self {
        sha256: None,
        sha512: None,
    };

    fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let long = |_| format!("has {} bytes for `{name}`", bytes.len());
        let twice = |again: bool| {
            if again {
                return Err(format!("has `{name}` twice"));
            }
            Ok(())
        };
        match name {
            "sha-256" => twice(
                self.sha256
                    .replace(bytes.try_into().map_err(long)?)
                    .is_some(),
            ),
            "sha-512" => twice(
                self.sha512
                    .replace(bytes.try_into().map_err(long)?)
                    .is_some(),
            ),
            _ => Ok(()),
        }
    }

    fn some(self) -> Result<Self, String> {
        if self == Self::NONE {
            return Err("has neither `sha-256` nor `sha-512`".to_owned());
        }
        Ok(self)
    }

    /// Begins to look at a content, for whoever has it in pieces.
    pub fn begin(&self) -> Digesting<'_> {
        Digesting {
            wanted: self,
            sha256: self.sha256.map(|_| Context::new(&digest::SHA256)),
            sha512: self.sha512.map(|_| Context::new(&digest::SHA512)),
        }
    }

    /// Whether it is that content.
    pub fn is_of(&self, content: &[u8]) -> bool {
        let mut digesting = self.begin();
        digesting.add(content);
        digesting.matches()
    }

    /// The names of the algorithms.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        let first = self.sha256.map(|_| "sha-256");
        first.into_iter().chain(self.sha512.map(|_| "sha-512"))
    }
}

/// A content that is being looked at.
pub struct Digesting<'a> {
    wanted: &'a Digests,
    sha256: Option<Context>,
    sha512: Option<Context>,
}

impl std::fmt::Debug for Digesting<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a content beside {:?}", self.wanted)
    }
}

impl Digesting<'_> {
    /// Takes in a piece.
    pub fn add(&mut self, piece: &[u8]) {
        for context in self.sha256.iter_mut().chain(&mut self.sha512) {
            context.update(piece);
        }
    }

    /// Whether it was the content that all digests are of.
    pub fn matches(self) -> bool {
        let is = |context: Option<Context>, wanted: Option<&[u8]>| match (context, wanted) {
            (Some(context), Some(wanted)) => context.finish().as_ref() == wanted,
            _ => true,
        };
        let wanted = self.wanted;
        is(self.sha256, wanted.sha256.as_ref().map(|w| &w[..]))
            && is(self.sha512, wanted.sha512.as_ref().map(|w| &w[..]))
    }
}
