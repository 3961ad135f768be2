//! What holds of any bytes that the codec reads, for fuzzing.

use super::{chunked, request, response};
use crate::exchange::ResponseHead;
use postern_model::entity::Limits;
use postern_policy::fields::Fields;
use postern_policy::head::{Head, Version};

/// A request's head: whatever is accepted has one reading, which it keeps when it is written again,
/// and is accepted however it was cut into packets.
///
/// # Errors
/// What did not hold.
pub fn request_head(data: &[u8]) -> Result<(), String> {
    let tight = Limits {
        uri: 48,
        header: 64,
        headers: 256,
        header_count: 8,
        ..Limits::default()
    };
    request_head_within(data, &Limits::default(), false)?;
    request_head_within(data, &tight, true)
}

fn request_head_within(data: &[u8], limits: &Limits, tls: bool) -> Result<(), String> {
    let block = data
        .get(..request::end_of_head(data, 0).unwrap_or(data.len()))
        .unwrap_or_default();
    let mut head = Head::default();
    let Ok(framing) = request::read(block, limits, tls, &mut head) else {
        return Ok(());
    };
    one_reading(block, &head.fields)?;
    if block.len() > request::most(limits) {
        return Err("longer than the longest head that is waited for".to_owned());
    }
    for cut in (1..block.len()).step_by(block.len() / 64 + 1) {
        let beginning = block.get(..cut).unwrap_or_default();
        if let Err(denial) = request::check_beginning(beginning, limits) {
            return Err(format!("refused when cut at {cut}: {denial:?}"));
        }
    }
    let method = head.method();
    let whole = head.path().starts_with(b"/")
        || (head.path() == b"*" && method == b"OPTIONS")
        || (head.path().is_empty() && method == b"CONNECT");
    if !whole {
        return Err("the path is neither absolute, nor `*`, nor CONNECT's".to_owned());
    }
    if head.authority().is_none_or(<[u8]>::is_empty) && head.version != Version::Http10 {
        return Err("there is no authority".to_owned());
    }
    let line = [method, b" ", head.target(), b" ", version(&head)].concat();
    let again = written(&line, &head.fields);
    let mut second = Head::default();
    match request::read(&again, &Limits::default(), tls, &mut second) {
        Ok(f) if f.length == framing.length && f.keep_alive == framing.keep_alive => {}
        other => return Err(format!("framed differently when read again: {other:?}")),
    }
    let parts = |h: &Head| {
        let parts = [Some(h.path()), h.query(), h.authority()];
        parts.map(|part| part.map(<[u8]>::to_vec))
    };
    if parts(&head) != parts(&second) || !head.fields.iter().eq(second.fields.iter()) {
        return Err("read differently the second time".to_owned());
    }
    Ok(())
}

fn version(head: &Head) -> &'static [u8] {
    match head.version {
        Version::Http10 => b"HTTP/1.0",
        Version::Http11 | Version::Http2 => b"HTTP/1.1",
    }
}

/// A response's head, as [`request_head`].
///
/// # Errors
/// What did not hold.
pub fn response_head(data: &[u8]) -> Result<(), String> {
    let block = data
        .get(..request::end_of_head(data, 0).unwrap_or(data.len()))
        .unwrap_or_default();
    let mut head = ResponseHead::default();
    let Ok(http11) = response::read(block, &mut head) else {
        return Ok(());
    };
    one_reading(block, &head.fields)?;
    let minor = u8::from(http11);
    let line = format!("HTTP/1.{minor} {:03} ", head.status);
    let again = written(line.as_bytes(), &head.fields);
    let mut second = ResponseHead::default();
    match response::read(&again, &mut second) {
        Ok(version) if version == http11 && second.status == head.status => {}
        other => return Err(format!("read differently the second time: {other:?}")),
    }
    if !head.fields.iter().eq(second.fields.iter()) {
        return Err("other fields the second time".to_owned());
    }
    Ok(())
}

fn written(line: &[u8], fields: &Fields) -> Vec<u8> {
    let mut out = [line, b"\r\n"].concat();
    for field in fields.iter() {
        for part in [field.name, b": ", field.value, b"\r\n"] {
            out.extend_from_slice(part);
        }
    }
    out.extend_from_slice(b"\r\n");
    out
}

/// Whether an accepted head holds nothing that some reader takes for a line's end or a name's
/// (RFC 9112 §2.2, §5; RFC 9110 §5.5, §5.6.2).
fn one_reading(block: &[u8], fields: &Fields) -> Result<(), String> {
    let alone = |pair: &[u8]| matches!(pair, [b'\r', next] if *next != b'\n');
    let bare_lf = |pair: &[u8]| matches!(pair, [before, b'\n'] if *before != b'\r');
    if block.windows(2).any(|pair| alone(pair) || bare_lf(pair)) || block.starts_with(b"\n") {
        return Err("a CR or LF stands alone".to_owned());
    }
    if block.contains(&0) {
        return Err("a NUL was accepted".to_owned());
    }
    for field in fields.iter() {
        let token = |b: &u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(b);
        if field.name.is_empty() || !field.name.iter().all(token) {
            return Err("a field's name is not a token".to_owned());
        }
        if field.value.iter().any(|&b| b != b'\t' && b < b' ') || field.value.contains(&0x7f) {
            return Err("a field's value has a control byte".to_owned());
        }
    }
    Ok(())
}

/// A chunked body: what comes out does not depend on how it came in, and is there when it is
/// chunked again.
///
/// # Errors
/// What did not hold.
pub fn chunked(data: &[u8]) -> Result<(), String> {
    let whole = chunked::decode([data]);
    for size in [1, 2, 3, 7] {
        let pieces = chunked::decode(data.chunks(size));
        if pieces != whole {
            return Err(format!("{whole:?}, but in pieces of {size} {pieces:?}"));
        }
    }
    let Ok((content, complete)) = whole else {
        return Ok(());
    };
    if content.len() > data.len() {
        return Err("more came out than went in".to_owned());
    }
    if complete && plain(data).as_ref() != Some(&content) {
        return Err(format!(
            "{content:?}, but {:?} when read plainly",
            plain(data)
        ));
    }
    let mut wire = Vec::new();
    for chunk in content.chunks(11) {
        wire.extend_from_slice(format!("{:X}\r\n", chunk.len()).as_bytes());
        wire.extend_from_slice(chunk);
        wire.extend_from_slice(b"\r\n");
    }
    wire.extend_from_slice(b"0\r\n");
    if chunked::decode([wire.as_slice()]) != Ok((content, true)) {
        return Err("other content when chunked again".to_owned());
    }
    Ok(())
}

/// The same grammar, line by line over the whole body: a second opinion.
fn plain(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    loop {
        let line = memchr::memmem::find(rest, b"\r\n")?;
        let size = rest.get(..line)?.split(|&b| b == b';').next()?;
        if !size.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        let size = usize::from_str_radix(std::str::from_utf8(size).ok()?, 16).ok()?;
        rest = rest.get(line + 2..)?;
        if size == 0 {
            return Some(out);
        }
        out.extend_from_slice(rest.get(..size)?);
        rest = rest.get(size..)?.strip_prefix(b"\r\n")?;
    }
}
