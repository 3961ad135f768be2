//! `Proxy-Status` (RFC 9209): a list (RFC 9651 §3.1) in which nobody else may speak in our name.

use super::separate;

/// Appends the members of a field value that are not about us. A value that is not a list is left
/// out as a whole: what it says depends on who reads it.
pub(super) fn copy_others(value: &[u8], own_name: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    for member in (Members { rest: Some(value) }) {
        let Some(member) = member else {
            out.truncate(start);
            return;
        };
        if member.is_empty() || is_about(member, own_name) {
            continue;
        }
        separate(out, b", ");
        out.extend_from_slice(member);
    }
}

/// How many members are about that name, for checks.
pub(super) fn speakers(value: &[u8], name: &[u8]) -> usize {
    (Members { rest: Some(value) })
        .flatten()
        .filter(|member| is_about(member, name))
        .count()
}

/// Whether a member's item, a token or a string, is that name. In any case: better one member of
/// somebody else's lost than one of ours forged.
fn is_about(member: &[u8], name: &[u8]) -> bool {
    let item = match member.strip_prefix(b"\"") {
        Some(quoted) => {
            // Escapes only ever hide a quote or a backslash, and our name holds neither.
            quoted.split(|&b| b == b'"').next().unwrap_or_default()
        }
        None => member
            .split(|&b| b == b';' || b.is_ascii_whitespace())
            .next()
            .unwrap_or_default(),
    };
    item.eq_ignore_ascii_case(name)
}

/// The members between commas that are not quoted, trimmed; `None` once where a quote stays open.
struct Members<'a> {
    rest: Option<&'a [u8]>,
}

impl<'a> Iterator for Members<'a> {
    type Item = Option<&'a [u8]>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest?;
        let mut quoted = false;
        let mut escaped = false;
        for (at, &byte) in rest.iter().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                b',' if !quoted => {
                    self.rest = rest.get(at + 1..);
                    return Some(rest.get(..at).map(<[u8]>::trim_ascii));
                }
                _ => {}
            }
        }
        self.rest = None;
        Some((!quoted).then(|| rest.trim_ascii()))
    }
}
