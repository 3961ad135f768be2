//! `multipart/form-data` (RFC 7578, RFC 2046 §5.1), strictly: whatever two readers could read
//! differently is refused, and everything is bounded.

use crate::media;
use memchr::memmem::Finder;

/// Most parts.
pub const PARTS: usize = 1_000;

/// Most bytes of the headers of a part.
const HEADERS: usize = 8 << 10;

/// Most headers of a part.
const LINES: usize = 16;

/// Longest boundary (RFC 2046 §5.1.1).
const BOUNDARY: usize = 70;

/// A part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<'a> {
    /// The field's name.
    pub name: String,
    /// What the sender calls the file; `None`: it is none.
    pub file: Option<String>,
    /// What the sender says that it is.
    pub label: Option<String>,
    /// What it is.
    pub bytes: &'a [u8],
}

/// Why bytes are no such form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable {
    /// The part, from 1; 0 before the first.
    pub part: usize,
    /// How many bytes of the body were understood.
    pub at: usize,
    /// What was expected there.
    pub expected: &'static str,
}

/// The parts of a form.
///
/// # Errors
/// It is none, or is beyond a bound.
pub fn read<'a>(content_type: &[u8], body: &'a [u8]) -> Result<Vec<Part<'a>>, Unreadable> {
    let mut reader = Reader {
        body,
        at: 0,
        part: 0,
    };
    let boundary = boundary(content_type)
        .ok_or_else(|| reader.expected("one `boundary` of 1 to 70 characters in `Content-Type`"))?;
    let delimiter = [b"\r\n--", boundary.as_bytes()].concat();
    let finder = Finder::new(&delimiter);
    let opening = delimiter.get(2..).unwrap_or_default();
    if !reader.take(opening) {
        return Err(reader.expected("the boundary at the beginning"));
    }
    let mut parts = Vec::new();
    loop {
        if reader.take(b"--") {
            // An epilogue is nothing that anybody reads.
            let _ = reader.take(b"\r\n");
            if reader.rest().is_empty() {
                return Ok(parts);
            }
            return Err(reader.expected("nothing behind the last boundary"));
        }
        if !reader.take(b"\r\n") {
            return Err(reader.expected("a line end behind the boundary"));
        }
        reader.part += 1;
        if parts.len() == PARTS {
            return Err(reader.expected("at most 1000 parts"));
        }
        let (name, file, label) = reader.headers()?;
        let rest = reader.rest();
        let end = finder.find(rest);
        let bytes = end.and_then(|end| rest.get(..end));
        let Some(bytes) = bytes else {
            return Err(reader.expected("the boundary behind the part"));
        };
        reader.at += bytes.len() + delimiter.len();
        parts.push(Part {
            name,
            file,
            label,
            bytes,
        });
    }
}

/// The boundary that a media type names (RFC 2046 §5.1.1).
fn boundary(content_type: &[u8]) -> Option<String> {
    let boundary = media::parameter(content_type, "boundary")?;
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&b);
    let fits = (1..=BOUNDARY).contains(&boundary.len())
        && boundary.bytes().all(allowed)
        && !boundary.ends_with(' ');
    fits.then_some(boundary)
}

struct Reader<'a> {
    body: &'a [u8],
    at: usize,
    part: usize,
}

type Headers = (String, Option<String>, Option<String>);

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a [u8] {
        self.body.get(self.at..).unwrap_or_default()
    }

    fn take(&mut self, wanted: &[u8]) -> bool {
        let is_there = self.rest().starts_with(wanted);
        if is_there {
            self.at += wanted.len();
        }
        is_there
    }

    const fn expected(&self, expected: &'static str) -> Unreadable {
        Unreadable {
            part: self.part,
            at: self.at,
            expected,
        }
    }

    /// The headers of a part: which field it is, what the file is called, and what it is said to be.
    fn headers(&mut self) -> Result<Headers, Unreadable> {
        let start = self.at;
        let (mut field, mut label, mut encoding) = (None, None, None);
        for _ in 0..=LINES {
            let window = self.rest();
            let window = window.get(..HEADERS.min(window.len())).unwrap_or_default();
            let Some(end) = memchr::memmem::find(window, b"\r\n") else {
                return Err(self.expected("a header of the part, and its line end"));
            };
            let line = window.get(..end).unwrap_or_default();
            if line.is_empty() {
                self.at += 2;
                if encoding.is_some_and(|known: bool| !known) {
                    return Err(self.expected("no `Content-Transfer-Encoding`"));
                }
                let (name, file) = field
                    .ok_or_else(|| self.expected("one `Content-Disposition` in every part"))?;
                return Ok((name, file, label));
            }
            let (name, value) = header(line)
                .ok_or_else(|| self.expected("a header of the part: a name, a colon, a value"))?;
            let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
            let mut twice = false;
            if is("content-disposition") {
                let read = disposition(value).ok_or_else(|| {
                    self.expected("`form-data; name=\"…\"`, with `filename=\"…\"` for a file")
                })?;
                twice = field.replace(read).is_some();
            } else if is("content-type") {
                let text = String::from_utf8(value.to_vec());
                let text = text.map_err(|_| self.expected("a media type"))?;
                twice = label.replace(text).is_some();
            } else if is("content-transfer-encoding") {
                let plain: [&[u8]; 3] = [b"7bit", b"8bit", b"binary"];
                let known = plain.iter().any(|one| value.eq_ignore_ascii_case(one));
                twice = encoding.replace(known).is_some();
            }
            if twice {
                return Err(self.expected("every header of the part once"));
            }
            self.at += end + 2;
            if self.at - start > HEADERS {
                break;
            }
        }
        Err(self.expected("at most 16 headers of 8 KiB in a part"))
    }
}

/// Name and value of a header.
fn header(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let (name, value) = crate::pairs::split(line, b':')?;
    let is_name = !name.is_empty() && name.iter().all(|&b| media::is_token(b));
    let value = value.trim_ascii();
    let is_value = value.iter().all(|&b| b == b'\t' || !b.is_ascii_control());
    (is_name && is_value).then_some((name, value))
}

/// Field and file name of `Content-Disposition` (RFC 7578 §4.2).
fn disposition(value: &[u8]) -> Option<(String, Option<String>)> {
    let (kind, mut rest) = crate::pairs::split(value, b';')?;
    if !kind.trim_ascii().eq_ignore_ascii_case(b"form-data") {
        return None;
    }
    let (mut name, mut file) = (None, None);
    loop {
        let (parameter, value, behind) = media::one(rest.trim_ascii_start())?;
        let place = match parameter {
            b"name" => &mut name,
            b"filename" => &mut file,
            // `filename*` must not stand there, and other readers prefer it.
            _ => return None,
        };
        if place.replace(value).is_some() {
            return None;
        }
        rest = behind.trim_ascii_start();
        match rest.strip_prefix(b";") {
            Some(more) => rest = more,
            None if rest.is_empty() => return Some((name?, file)),
            None => return None,
        }
    }
}

#[cfg(test)]
mod tests;
