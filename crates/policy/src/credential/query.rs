//! Parameters of a query, or fields of a form, by their decoded names.

/// The values, as they were sent, of every parameter of that name. A parameter without `=` has an
/// empty one.
pub(crate) fn values<'a>(query: &'a [u8], name: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    query
        .split(|&b| b == b'&')
        .map(split)
        .filter(move |(have, _)| is(have, name))
        .map(|(_, value)| value)
}

/// Name and value of a pair.
pub(super) fn split(pair: &[u8]) -> (&[u8], &[u8]) {
    match pair.iter().position(|&b| b == b'=') {
        Some(at) => (
            pair.get(..at).unwrap_or_default(),
            pair.get(at + 1..).unwrap_or_default(),
        ),
        None => (pair, &[]),
    }
}

/// Whether a pair's name is one of these.
pub(crate) fn names<'a>(pair: &[u8], mut names: impl Iterator<Item = &'a [u8]>) -> bool {
    let (have, _) = split(pair);
    names.any(|name| is(have, name))
}

fn is(written: &[u8], name: &[u8]) -> bool {
    written == name || decoded(written).eq(name.iter().copied())
}

/// A value decoded into `room`; as it was sent where nothing needs decoding, and cut where `room`
/// ends.
pub(crate) fn decode<'a>(written: &'a [u8], room: &'a mut [u8]) -> &'a [u8] {
    if !written.iter().any(|b| matches!(b, b'%' | b'+')) {
        return written;
    }
    let mut length = 0;
    for (slot, byte) in room.iter_mut().zip(decoded(written)) {
        *slot = byte;
        length += 1;
    }
    room.get(..length).unwrap_or_default()
}

/// The bytes that are meant, as forms write them: `+` is a blank, `%XX` a byte, and a `%` that
/// two hexadecimal digits do not follow itself.
pub(crate) fn decoded(written: &[u8]) -> impl Iterator<Item = u8> {
    let mut rest = written;
    std::iter::from_fn(move || {
        let (first, after) = rest.split_first()?;
        rest = after;
        Some(match (first, after) {
            (b'+', _) => b' ',
            (b'%', [high, low, behind @ ..]) => match (digit(*high), digit(*low)) {
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

fn digit(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}
