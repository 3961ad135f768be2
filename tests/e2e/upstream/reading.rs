//! What stands in a head, and what in it could be read otherwise.

use super::book::Seen;

/// Reads a head leniently, and notes what another server might read otherwise.
pub(super) fn parse(head: &[u8]) -> Seen {
    let mut seen = Seen {
        doubts: doubts(head),
        ..Seen::default()
    };
    let text = String::from_utf8_lossy(head);
    let mut lines = text.trim_end_matches("\r\n").split("\r\n");
    let mut first = lines.next().unwrap_or_default().splitn(3, ' ');
    let mut next = || first.next().unwrap_or_default().to_owned();
    (seen.method, seen.target, seen.version) = (next(), next(), next());
    for line in lines {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        seen.headers
            .push((name.to_owned(), value.trim().to_owned()));
    }
    for name in ["content-length", "transfer-encoding", "host"] {
        let times = seen
            .headers
            .iter()
            .filter(|(n, _)| n.eq_ignore_ascii_case(name))
            .count();
        if times > 1 {
            seen.doubts.push(format!("{name} {times} times"));
        }
    }
    let length = seen.header("content-length");
    let coding = seen.header("transfer-encoding");
    if length.is_some() && coding.is_some() {
        seen.doubts.push("length and coding".into());
    }
    if length.is_some_and(|l| l.is_empty() || !l.bytes().all(|b| b.is_ascii_digit())) {
        seen.doubts.push("a length that is no number".into());
    }
    if coding.is_some_and(|c| c != "chunked") {
        seen.doubts.push("a coding other than chunked".into());
    }
    if seen.version != "HTTP/1.1" {
        seen.doubts.push(format!("version {:?}", seen.version));
    }
    seen
}

fn doubts(head: &[u8]) -> Vec<String> {
    let mut doubts = Vec::new();
    let mut previous = 0;
    for (place, &byte) in head.iter().enumerate() {
        let bare_lf = byte == b'\n' && previous != b'\r';
        let bare_cr = previous == b'\r' && byte != b'\n';
        if bare_lf || bare_cr {
            doubts.push(format!("a bare CR or LF at {place}"));
        }
        if (byte < b' ' && !matches!(byte, b'\r' | b'\n' | b'\t')) || byte == 0x7f {
            doubts.push(format!("control byte {byte:#04x} at {place}"));
        }
        if previous == b'\n' && matches!(byte, b' ' | b'\t') {
            doubts.push(format!("a folded line at {place}"));
        }
        previous = byte;
    }
    for line in head.split(|b| *b == b'\n').skip(1) {
        let name = line.split(|b| *b == b':').next().unwrap_or_default();
        let text = line.strip_suffix(b"\r").unwrap_or(line);
        if !text.is_empty() && (!text.contains(&b':') || name.is_empty()) {
            doubts.push("a line without a name".into());
        }
        if name.iter().any(|b| matches!(b, b' ' | b'\t')) {
            doubts.push("white space in a name".into());
        }
    }
    doubts
}
