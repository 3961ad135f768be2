//! `Forwarded` (RFC 7239 §4): elements of pairs, with quoted strings.

/// One element, as far as it is of interest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Element<'a> {
    /// The value of `for`, unquoted.
    pub(super) node: Option<&'a [u8]>,
    /// The value of `proto`, unquoted.
    pub(super) proto: Option<&'a [u8]>,
}

/// The line does not follow the grammar. All of it counts: an unbalanced quote that a client sent
/// swallows what a proxy appended.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// The element of that number, counted from the right from 0.
pub(super) fn nth_from_right(line: &[u8], nth: usize) -> Result<Option<Element<'_>>, Malformed> {
    let mut count = 0usize;
    each(line, |_| count += 1)?;
    let Some(wanted) = count.checked_sub(nth + 1) else {
        return Ok(None);
    };
    let mut index = 0;
    let mut found = None;
    each(line, |element| {
        if index == wanted {
            found = Some(element);
        }
        index += 1;
    })?;
    Ok(found)
}

/// Reads a whole line, from the left.
fn each<'a>(line: &'a [u8], mut visit: impl FnMut(Element<'a>)) -> Result<(), Malformed> {
    let mut rest = line.trim_ascii();
    let mut element = Element::default();
    let mut filled = false;
    loop {
        rest = rest.trim_ascii_start();
        match rest.first() {
            None => {
                if filled {
                    visit(element);
                }
                return Ok(());
            }
            Some(b',') => {
                if filled {
                    visit(element);
                }
                element = Element::default();
                filled = false;
                rest = rest.get(1..).unwrap_or_default();
                continue;
            }
            Some(b';') => {
                rest = rest.get(1..).unwrap_or_default();
                continue;
            }
            Some(_) => {}
        }
        let (name, value, after) = pair(rest)?;
        let slot = if name.eq_ignore_ascii_case(b"for") {
            Some(&mut element.node)
        } else if name.eq_ignore_ascii_case(b"proto") {
            Some(&mut element.proto)
        } else {
            None
        };
        // A parameter may stand once in an element (RFC 7239 §4).
        if let Some(slot) = slot
            && slot.replace(value).is_some()
        {
            return Err(Malformed);
        }
        filled = true;
        rest = after.trim_ascii_start();
        if !matches!(rest.first(), None | Some(b',' | b';')) {
            return Err(Malformed);
        }
    }
}

/// Name, value, and what follows.
type Pair<'a> = (&'a [u8], &'a [u8], &'a [u8]);

/// `token "=" (token / quoted-string)`, and what follows.
fn pair(text: &[u8]) -> Result<Pair<'_>, Malformed> {
    let equals = text.iter().position(|&b| b == b'=').ok_or(Malformed)?;
    let (name, rest) = text.split_at_checked(equals).ok_or(Malformed)?;
    if name.is_empty() || !name.iter().all(|&b| is_token(b)) {
        return Err(Malformed);
    }
    let rest = rest.get(1..).unwrap_or_default();
    if let Some(quoted) = rest.strip_prefix(b"\"") {
        let mut escaped = false;
        for (at, &byte) in quoted.iter().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => {
                    let (value, after) = quoted.split_at_checked(at).ok_or(Malformed)?;
                    return Ok((name, value, after.get(1..).unwrap_or_default()));
                }
                _ => {}
            }
        }
        return Err(Malformed);
    }
    // Ports, colons and brackets have to be quoted; many proxies forget to.
    let end = rest
        .iter()
        .position(|&b| !(is_token(b) || matches!(b, b':' | b'[' | b']')))
        .unwrap_or(rest.len());
    let (value, after) = rest.split_at_checked(end).ok_or(Malformed)?;
    if value.is_empty() {
        return Err(Malformed);
    }
    Ok((name, value, after))
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
