//! Problem documents (RFC 9457).

use super::{Context, RESERVED, push_page};
use postern_model::denial::{Denial, Retry};
use std::fmt::{self, Write};

/// The document. Everything is written into one buffer.
pub(super) fn body(denial: &Denial, status: u16, context: &Context<'_>) -> Vec<u8> {
    let mut out = String::with_capacity(1024);
    // Writing to a String cannot fail.
    let _ = write(denial, status, context, &mut out);
    out.into_bytes()
}

fn write(denial: &Denial, status: u16, context: &Context<'_>, out: &mut String) -> fmt::Result {
    let id = context.id.as_str();
    out.push_str("{\"type\":\"");
    push_page(&mut Escaped(out), denial.code, context)?;
    write!(
        out,
        "\",\"title\":\"{}\",\"status\":{status},\"instance\":\"{RESERVED}/requests/{id}\",\"code\":\"{}\",\"detail\":\"",
        denial.title(),
        denial.code,
    )?;
    denial.write_detail(&mut Escaped(out))?;
    write!(out, "\",\"fault\":\"{}\",\"retry\":", denial.fault.name())?;
    match denial.retry {
        Retry::Never => out.push_str("\"never\""),
        Retry::AfterChange => out.push_str("\"after_change\""),
        Retry::After(seconds) => write!(out, "{{\"after\":{seconds}}}")?,
    }
    let before = out.len();
    out.push_str(",\"fix\":\"");
    let start = out.len();
    denial.write_fix(&mut Escaped(out))?;
    if out.len() == start {
        out.truncate(before);
    } else {
        out.push('"');
    }
    write!(
        out,
        ",\"request_id\":\"{id}\",\"correlation_id\":\"{id}\"}}"
    )
}

/// Writes the inside of a JSON string (RFC 8259 §7).
struct Escaped<'a>(&'a mut String);

impl Write for Escaped<'_> {
    fn write_str(&mut self, mut text: &str) -> fmt::Result {
        let special = |c: char| c < ' ' || c == '"' || c == '\\';
        while let Some(at) = text.find(special) {
            let (clean, rest) = text.split_at(at);
            self.0.push_str(clean);
            let mut chars = rest.chars();
            match chars.next() {
                Some(c @ ('"' | '\\')) => self.0.extend(['\\', c]),
                Some(c) => write!(self.0, "\\u{:04x}", u32::from(c))?,
                None => {}
            }
            text = chars.as_str();
        }
        self.0.push_str(text);
        Ok(())
    }
}
