//! Problem documents (RFC 9457).

use super::{Context, Form, RESERVED, push_origin, push_page};
use postern_model::denial::{Code, Retry, Shown, Value};
use std::fmt::{self, Write};
use std::ops::Range;

/// The document, and where the member `help` stands in it, with the comma before. Everything is
/// written into one buffer.
pub(super) fn body(
    shown: &Shown<'_>,
    status: u16,
    context: &Context<'_>,
) -> (Vec<u8>, Range<usize>) {
    let mut out = String::with_capacity(1024);
    // Writing to a String cannot fail.
    let help = write(shown, status, context, &mut out).unwrap_or_default();
    (out.into_bytes(), help)
}

fn write(
    shown: &Shown<'_>,
    status: u16,
    context: &Context<'_>,
    out: &mut String,
) -> Result<Range<usize>, fmt::Error> {
    let id = context.id.as_str();
    out.push('{');
    if context.form == Form::OAuth {
        write!(
            out,
            "\"error\":\"{}\",\"error_description\":\"",
            oauth(shown, status)
        )?;
        shown.write_detail(&mut Described(out))?;
        out.push_str("\",");
    }
    out.push_str("\"type\":\"");
    push_page(&mut Escaped(out), shown.name(), context)?;
    write!(
        out,
        "\",\"title\":\"{}\",\"status\":{status},\"instance\":\"{RESERVED}/requests/{id}\",\"code\":\"{}\",\"detail\":\"",
        shown.title(),
        shown.name(),
    )?;
    shown.write_detail(&mut Escaped(out))?;
    write!(out, "\",\"fault\":\"{}\",\"retry\":", shown.fault().name())?;
    match shown.retry() {
        Retry::Never => out.push_str("\"never\""),
        Retry::AfterChange => out.push_str("\"after_change\""),
        Retry::After(seconds) => write!(out, "{{\"after\":{seconds}}}")?,
    }
    let before = out.len();
    out.push_str(",\"fix\":\"");
    let start = out.len();
    shown.write_fix(&mut Escaped(out))?;
    if out.len() == start {
        out.truncate(before);
    } else {
        out.push('"');
    }
    write!(out, ",\"request_id\":\"{id}\",\"correlation_id\":\"{id}\"")?;
    let before_help = out.len();
    if let Some(help) = context.help {
        out.push_str(",\"help\":\"");
        push_origin(&mut Escaped(out), context)?;
        Escaped(out).write_str(help)?;
        out.push('"');
    }
    let help = before_help..out.len();
    evidence(shown, out)?;
    out.push('}');
    Ok(help)
}

/// What OAuth calls it (RFC 6749 §5.2).
fn oauth<'a>(shown: &'a Shown<'_>, status: u16) -> &'a str {
    match (shown.code(), shown.code().family()) {
        (Code::GrantInvalid, _) => {
            let said = shown.for_header("error").and_then(Value::as_text);
            said.unwrap_or("invalid_request")
        }
        (Code::CredentialAmbiguous, _) => "invalid_request",
        (_, "credential") => "invalid_client",
        (_, "account") => "unauthorized_client",
        _ if status == 503 || status == 429 => "temporarily_unavailable",
        _ if status >= 500 => "server_error",
        _ => "invalid_request",
    }
}

/// Writes a description, which has no quotes in it (RFC 6749 §5.2).
struct Described<'a>(&'a mut String);

impl Write for Described<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            self.0.push(match c {
                '"' | '\\' => '\'',
                ' '..='~' => c,
                _ => '?',
            });
        }
        Ok(())
    }
}

/// The rule and the evidence, where they are told.
fn evidence(shown: &Shown<'_>, out: &mut String) -> fmt::Result {
    if let Some(policy) = shown.policy() {
        out.push_str(",\"policy\":");
        text(policy, out)?;
    }
    for (i, evidence) in shown.evidence().enumerate() {
        out.push_str(if i == 0 { ",\"evidence\":{" } else { "," });
        text(evidence.name, out)?;
        out.push(':');
        match &evidence.value {
            Value::Text(seen) => text(seen, out)?,
            Value::Number(number) => write!(out, "{number}")?,
            Value::List(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    text(item, out)?;
                }
                out.push(']');
            }
        }
    }
    if shown.evidence().next().is_some() {
        out.push('}');
    }
    Ok(())
}

/// Writes a JSON string.
pub(super) fn text(text: &str, out: &mut String) -> fmt::Result {
    out.push('"');
    Escaped(out).write_str(text)?;
    out.push('"');
    Ok(())
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
