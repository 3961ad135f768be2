//! Pairs of queries and of forms (`application/x-www-form-urlencoded`, WHATWG URL §5.1), strictly:
//! where a `%` is not followed by two hexadecimal digits, or the bytes are no UTF-8, readers differ.

/// The pairs as they were sent. One without `=` has an empty value; an empty one is none.
pub(crate) fn pairs(bytes: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let all = bytes.split(|&b| b == b'&').filter(|pair| !pair.is_empty());
    all.map(|pair| split(pair, b'=').unwrap_or((pair, &[])))
}

/// What stands before and behind the first such byte.
pub(crate) fn split(bytes: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let place = bytes.iter().position(|&b| b == at)?;
    Some((bytes.get(..place)?, bytes.get(place + 1..)?))
}

/// How a blank is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blank {
    /// As `+`, too: in queries and forms.
    Plus,
    /// As `%20` only: in paths and cookies.
    Percent,
}

/// What is meant by a name or a value; `None` where that cannot be told.
pub(crate) fn decode(written: &[u8], blank: Blank) -> Option<String> {
    let mut out = Vec::with_capacity(written.len());
    let mut rest = written;
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        out.push(match (first, after) {
            (b'+', _) if blank == Blank::Plus => b' ',
            (b'%', [high, low, behind @ ..]) => {
                rest = behind;
                digit(*high)? << 4 | digit(*low)?
            }
            (b'%', _) => return None,
            (byte, _) => byte,
        });
    }
    String::from_utf8(out).ok()
}

fn digit(byte: u8) -> Option<u8> {
    let digit = char::from(byte).to_digit(16)?;
    u8::try_from(digit).ok()
}
