//! Queries: pairs that are not meant stay byte for byte.

use crate::path::escaped;

/// Takes the parameters of that decoded name out; says how many there were.
pub(crate) fn remove(query: &mut Vec<Vec<u8>>, name: &str) -> usize {
    let before = query.len();
    query.retain(|pair| !is(pair, name));
    before - query.len()
}

/// Gives the parameters of that decoded name another; says how many there were.
pub(crate) fn rename(query: &mut [Vec<u8>], name: &str, to: &str) -> usize {
    let mut renamed = 0;
    for pair in query.iter_mut().filter(|pair| is(pair, name)) {
        let rest = pair.iter().position(|&b| b == b'=');
        let rest = rest.and_then(|at| pair.get(at..)).unwrap_or_default();
        *pair = [escaped(to).as_bytes(), rest].concat();
        renamed += 1;
    }
    renamed
}

/// Adds a parameter.
pub(crate) fn add(query: &mut Vec<Vec<u8>>, name: &str, value: &str) {
    query.push(format!("{}={}", escaped(name), escaped(value)).into_bytes());
}

/// The pairs of a query.
pub(crate) fn pairs(query: Option<&[u8]>) -> Vec<Vec<u8>> {
    let query = query.unwrap_or_default();
    let pairs = query.split(|&b| b == b'&');
    pairs
        .filter(|pair| !pair.is_empty())
        .map(<[u8]>::to_vec)
        .collect()
}

/// A query of such pairs; none of none.
pub(crate) fn joined(pairs: &[Vec<u8>]) -> Option<Vec<u8>> {
    (!pairs.is_empty()).then(|| pairs.join(&b'&'))
}

fn is(pair: &[u8], name: &str) -> bool {
    let end = pair.iter().position(|&b| b == b'=').unwrap_or(pair.len());
    bytes(pair.get(..end).unwrap_or_default(), true) == name.as_bytes()
}

/// The names and values of a query, decoded.
pub fn parameters(query: &[u8]) -> Vec<(String, String)> {
    let pairs = query.split(|&b| b == b'&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let at = pair.iter().position(|&b| b == b'=').unwrap_or(pair.len());
            let value = pair.get(at + 1..).unwrap_or_default();
            let name = pair.get(..at).unwrap_or_default();
            (decoded(name, true), decoded(value, true))
        })
        .collect()
}

/// The text that is meant by a part of a request's target. `form`: as forms write it, where `+` is a
/// blank.
pub fn decoded(written: &[u8], form: bool) -> String {
    String::from_utf8_lossy(&bytes(written, form)).into_owned()
}

fn bytes(written: &[u8], form: bool) -> Vec<u8> {
    let digit = |b: u8| {
        char::from(b)
            .to_digit(16)
            .and_then(|d| u8::try_from(d).ok())
    };
    let mut out = Vec::with_capacity(written.len());
    let mut rest = written;
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        out.push(match (first, after) {
            (b'+', _) if form => b' ',
            (b'%', [high, low, behind @ ..]) => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => {
                    rest = behind;
                    high << 4 | low
                }
                _ => b'%',
            },
            (byte, _) => byte,
        });
    }
    out
}
