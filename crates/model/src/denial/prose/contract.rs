//! Refusals of what the document of an operation does not have so: parameters, what is in bodies,
//! answers and codings.

use super::super::{Code, Value};
use super::Told;
use super::words::{Either, is_empty};
use std::fmt::{self, Write};

/// What this caller sent.
pub(super) fn detail(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.code {
        Code::EncodingUnsupported => match told.get("sent") {
            Some(sent) => write!(
                out,
                "The body is coded as `{sent}`, which is not understood here."
            ),
            None => out.write_str("The body is coded in a way that is not understood here."),
        },
        Code::NotAcceptable => {
            match told.get("sent") {
                Some(sent) => write!(out, "The request asks for `{sent}`")?,
                None => out.write_str("The request asks for media types that there are none of")?,
            }
            match told.get("available").filter(|v| !is_empty(v)) {
                Some(available) => {
                    write!(out, "; the operation answers with {}.", Either(available))
                }
                None => out.write_str("."),
            }
        }
        Code::ParameterMissing => {
            write!(
                out,
                "The request came without {}, required here.",
                Parameter(told)
            )?;
            also(told, out)
        }
        Code::ParameterInvalid if is(told, "rule", "unknown") => {
            write!(out, "The operation does not have {}.", Parameter(told))?;
            also(told, out)
        }
        Code::ParameterInvalid => {
            write!(out, "{} is not as it has to be", Begun(Parameter(told)))?;
            because(told, out)?;
            also(told, out)
        }
        Code::BodyUnreadable => unreadable(told, out),
        Code::SchemaMismatch if is_without_body(told) => {
            out.write_str("The request came without a body, required here.")
        }
        Code::SchemaMismatch => {
            out.write_str("The body is not as its schema has it")?;
            because(told, out)?;
            also(told, out)
        }
        _ => file(told, out),
    }
}

/// What the caller can do.
pub(super) fn fix(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    let expected = told.get("expected");
    match told.code {
        Code::EncodingUnsupported => match told.get("accepted").filter(|v| !is_empty(v)) {
            Some(accepted) => write!(
                out,
                "Send the body as it is, or coded as {}.",
                Either(accepted)
            ),
            None => out.write_str("Send the body as it is, without `Content-Encoding`."),
        },
        Code::NotAcceptable => match told.get("available").filter(|v| !is_empty(v)) {
            Some(Value::List(types)) if types.len() > 1 => write!(
                out,
                "Let `Accept` list one of these, or leave it out: {}.",
                Either(&Value::List(types.clone()))
            ),
            Some(one) => write!(out, "Send `Accept: {one}`, or leave it out."),
            None => out.write_str("Leave `Accept` out, or send `Accept: */*`."),
        },
        Code::ParameterMissing => write!(out, "Send {}.", Parameter(told)),
        Code::ParameterInvalid if is(told, "rule", "unknown") => {
            write!(out, "Leave {} out, or correct its name.", Parameter(told))
        }
        Code::ParameterInvalid => {
            write!(out, "Send {} as", Parameter(told))?;
            right(told, out)
        }
        Code::BodyUnreadable => match expected {
            Some(_) if is(told, "format", "json") => {
                out.write_str("Send JSON (RFC 8259) in UTF-8, with every member of an object once.")
            }
            Some(expected) => write!(out, "Mend the body there: {expected} is expected."),
            None => out.write_str("Send a body that is what its `Content-Type` says."),
        },
        Code::SchemaMismatch if is_without_body(told) => {
            out.write_str("Send a body, and `Content-Type` with it.")
        }
        Code::SchemaMismatch => {
            match told.get("pointer") {
                Some(place) => write!(out, "Send `{place}` as")?,
                None => out.write_str("Send the body as")?,
            }
            right(told, out)
        }
        _ => match told.get("allowed").filter(|v| !is_empty(v)) {
            Some(accepted) if told.get("detected").is_some() => {
                write!(
                    out,
                    "Send a file of a type that may come: {}.",
                    Either(accepted)
                )
            }
            Some(accepted) => write!(out, "Call the file like {}.", Either(accepted)),
            None => out.write_str("Send a file of a type that may come."),
        },
    }
}

/// A parameter, with its place.
struct Parameter<'a>(Told<'a>);

impl fmt::Display for Parameter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.0.get("in").and_then(Value::as_text);
        match place {
            Some(place @ ("header" | "cookie")) => write!(f, "the {place}")?,
            Some(place) => write!(f, "the {place} parameter")?,
            None => f.write_str("a parameter")?,
        }
        match self.0.get("name") {
            Some(name) => write!(f, " `{name}`"),
            None => Ok(()),
        }
    }
}

/// The same at the beginning of a sentence.
struct Begun<'a>(Parameter<'a>);

impl fmt::Display for Begun<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string();
        let mut letters = text.chars();
        match letters.next() {
            Some(first) => write!(f, "{}{}", first.to_ascii_uppercase(), letters.as_str()),
            None => Ok(()),
        }
    }
}

fn is(told: Told<'_>, name: &str, text: &str) -> bool {
    told.get(name).and_then(Value::as_text) == Some(text)
}

fn is_nothing(value: &Value) -> bool {
    value.as_text() == Some("")
}

/// Whether the body itself is what did not come.
fn is_without_body(told: Told<'_>) -> bool {
    is(told, "seen", "nothing") && told.get("pointer").is_none()
}

/// Where, by which rule, and what came.
fn because(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    let place = told.get("pointer");
    let mut before = ": ";
    let mut say = |out: &mut dyn Write, words: fmt::Arguments<'_>| {
        out.write_str(before)?;
        before = ", ";
        out.write_fmt(words)
    };
    if let Some(place) = place {
        say(out, format_args!("at `{place}`"))?;
    }
    if let Some(rule) = told.get("rule") {
        say(out, format_args!("by the rule `{rule}`"))?;
    }
    if let Some(expected) = told.get("expected") {
        say(out, format_args!("expected was {expected}"))?;
    }
    if let Some(seen) = told.get("seen") {
        say(out, format_args!("and {seen} came"))?;
    }
    out.write_str(".")
}

/// What would be right, as a sentence goes on behind "Send it as".
fn right(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.get("expected") {
        Some(expected) => write!(out, " the API's documentation has it: {expected}."),
        None => out.write_str(" the API's documentation has it."),
    }
}

/// How much else is wrong.
fn also(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.get("also") {
        Some(Value::List(others)) if others.len() == 1 => {
            out.write_str(" One more thing is wrong.")
        }
        Some(Value::List(others)) => {
            write!(out, " {} more things are wrong.", others.len())
        }
        Some(other) => write!(out, " So is more of it: {other}."),
        None => Ok(()),
    }
}

fn unreadable(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    let format = told.get("format").and_then(Value::as_text);
    match format {
        Some("json") => out.write_str("The body is no JSON that can be read")?,
        Some("xml") => out.write_str("The body is no XML that can be read")?,
        Some("form") => out.write_str("The body is no form that can be read")?,
        Some("multipart") => out.write_str("The body is no multipart form that can be read")?,
        Some(other) => write!(out, "The body cannot be read as {other}")?,
        None => out.write_str("The body cannot be read")?,
    }
    match (format, told.get("line"), told.get("column")) {
        (Some("form"), Some(field), _) => write!(out, ": its field {field}")?,
        (Some("multipart"), Some(part), Some(byte)) => {
            write!(out, ": its part {part}, at byte {byte} of the body")?;
        }
        (_, Some(line), Some(column)) => write!(out, ": line {line}, column {column}")?,
        (_, Some(line), None) => write!(out, ": line {line}")?,
        (_, None, Some(column)) => write!(out, ": column {column}")?,
        (_, None, None) => {}
    }
    match told.get("expected") {
        Some(what) if format == Some("json") => write!(out, ": {what}."),
        Some(expected) => write!(out, "; expected was {expected}."),
        None => out.write_str("."),
    }
}

fn file(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.get("part").filter(|part| !is_nothing(part)) {
        Some(part) => write!(out, "The file in `{part}` ")?,
        None => out.write_str("The file ")?,
    }
    match told.get("detected") {
        Some(detected) => write!(
            out,
            "is {detected} by its content, which may not come here."
        ),
        None => out.write_str("is called otherwise than files may be here."),
    }
}
