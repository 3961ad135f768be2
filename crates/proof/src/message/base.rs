//! The base of a signature: the bytes that were signed (RFC 9421 §2.5).

use super::{Component, Message, Offered};
use std::borrow::Cow;

impl Offered {
    /// The bytes that this signature has to be of.
    ///
    /// # Errors
    /// What it covers that the message does not have.
    pub fn base(&self, message: &dyn Message) -> Result<Vec<u8>, Vec<Component>> {
        let mut base = Vec::with_capacity(512);
        let mut absent = Vec::new();
        let mut name = String::new();
        for component in &self.covered {
            name.clear();
            component.write(&mut name);
            base.extend_from_slice(name.as_bytes());
            base.extend_from_slice(b": ");
            if component.push_value(message, &mut base).is_none() {
                absent.push(component.clone());
            }
            base.push(b'\n');
        }
        if !absent.is_empty() {
            return Err(absent);
        }
        base.extend_from_slice(b"\"@signature-params\": ");
        base.extend_from_slice(self.parameters.as_bytes());
        Ok(base)
    }
}

impl Component {
    /// Adds what the message has of this; `None` if it has it not, or more than once where that
    /// means nothing.
    fn push_value(&self, message: &dyn Message, out: &mut Vec<u8>) -> Option<()> {
        match self {
            Self::Field(name) => push_field(message, name, out)?,
            Self::Method => out.extend_from_slice(message.method()),
            Self::Scheme => out.extend_from_slice(message.scheme().as_bytes()),
            Self::Authority => out.extend_from_slice(&authority(message)),
            Self::RequestTarget => out.extend_from_slice(message.target()),
            Self::Path => out.extend_from_slice(path(message)),
            Self::Query => push_query(message, out),
            Self::TargetUri => {
                out.extend_from_slice(message.scheme().as_bytes());
                out.extend_from_slice(b"://");
                out.extend_from_slice(&authority(message));
                out.extend_from_slice(path(message));
                if message.query().is_some() {
                    push_query(message, out);
                }
            }
            Self::QueryParam(name) => push_parameter(message, name, out)?,
        }
        Some(())
    }
}

/// The lines of a field, joined by commas (§2.1).
pub(super) fn push_field(message: &dyn Message, name: &str, out: &mut Vec<u8>) -> Option<()> {
    let mut lines = (0..).map_while(|nth| message.field(name, nth));
    out.extend_from_slice(lines.next()?);
    for line in lines {
        out.extend_from_slice(b", ");
        out.extend_from_slice(line);
    }
    Some(())
}

/// In lower case, without the port that the scheme has anyway (§2.2.3).
fn authority(message: &dyn Message) -> Cow<'_, [u8]> {
    let given = message.authority();
    let usual: &[u8] = if message.scheme() == "https" {
        b":443"
    } else {
        b":80"
    };
    let given = given.strip_suffix(usual).unwrap_or(given);
    if given.iter().any(u8::is_ascii_uppercase) {
        Cow::Owned(given.to_ascii_lowercase())
    } else {
        Cow::Borrowed(given)
    }
}

/// An empty path is `/` (§2.2.6).
fn path(message: &dyn Message) -> &[u8] {
    match message.path() {
        [] => b"/",
        path => path,
    }
}

/// With its `?`, which stands there without a query, too (§2.2.7).
fn push_query(message: &dyn Message, out: &mut Vec<u8>) {
    out.push(b'?');
    out.extend_from_slice(message.query().unwrap_or_default());
}

/// The value of the one parameter of that name, both in the spelling of §2.2.8.
fn push_parameter(message: &dyn Message, name: &str, out: &mut Vec<u8>) -> Option<()> {
    let mut values = message
        .query()?
        .split(|&b| b == b'&')
        .map(|pair| match pair.iter().position(|&b| b == b'=') {
            Some(at) => pair.split_at(at),
            None => (pair, &b""[..]),
        })
        .filter(|(key, _)| spelt(key).eq(name.bytes()))
        .map(|(_, value)| value.strip_prefix(b"=").unwrap_or(value));
    let value = values.next()?;
    if values.next().is_some() {
        return None;
    }
    out.extend(spelt(value));
    Some(())
}

/// Decoded as forms are, and percent-encoded again.
fn spelt(written: &[u8]) -> impl Iterator<Item = u8> {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0');
    decoded(written).flat_map(move |byte| {
        let plain = byte.is_ascii_alphanumeric() || b"*-._".contains(&byte);
        let coded = [b'%', digit(byte >> 4), digit(byte & 15)];
        let (first, rest) = if plain {
            (byte, None)
        } else {
            (b'%', Some(coded))
        };
        std::iter::once(first).chain(rest.into_iter().flat_map(|coded| coded.into_iter().skip(1)))
    })
}

/// `+` is a blank, `%XX` a byte, and any other `%` itself.
fn decoded(written: &[u8]) -> impl Iterator<Item = u8> {
    let mut rest = written;
    std::iter::from_fn(move || {
        let (first, after) = rest.split_first()?;
        rest = after;
        Some(match (first, after) {
            (b'+', _) => b' ',
            (b'%', [high, low, behind @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    rest = behind;
                    high << 4 | low
                }
                _ => b'%',
            },
            (byte, _) => *byte,
        })
    })
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}
