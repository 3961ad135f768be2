//! Refusals by rules about some requests: conditions, ownership, and how somebody signed in.

use super::super::{Code, Value};
use super::Told;
use super::words::{All, Either, Moment, Span};
use std::fmt::{self, Write};

/// What this caller sent, and why that is not enough.
pub(super) fn detail(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.code {
        Code::NotOwner => {
            match told.get("resource") {
                Some(resource) => write!(out, "`{resource}` is not this caller's own")?,
                None => out.write_str("What the request names is not this caller's own")?,
            }
            if let Some(place) = told.get("place") {
                write!(out, ": {place} was compared with what the caller is")?;
            }
            if let Some(owner) = told.get("owner") {
                write!(out, ", {owner}")?;
            }
            match told.get("error") {
                Some(error) => write!(out, "; {error}."),
                None => out.write_str("."),
            }
        }
        Code::StepUpRequired => step_up(told, out),
        Code::Forbidden => match told.get("role") {
            Some(role) => write!(
                out,
                "This is denied to whoever has the access role `{role}`, as this caller does."
            ),
            None => out.write_str("A policy of the service forbids this request."),
        },
        _ => condition(told, out),
    }
}

/// What the caller can do.
pub(super) fn fix(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.code {
        Code::NotOwner => out.write_str(
            "Ask for what belongs to this app, tenant or person; if this does, give the request id to the owners of the service.",
        ),
        Code::Forbidden => out.write_str(
            "If this should be allowed, give the request id to the owners of the service.",
        ),
        Code::StepUpRequired => {
            out.write_str("Have the person sign in again")?;
            if let Some(acr) = told.get("acr") {
                write!(out, " with {}", Either(acr))?;
            }
            out.write_str(", and send the new token.")
        }
        _ => condition_fix(told, out),
    }
}

fn step_up(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    out.write_str("This needs a person who signed in")?;
    if let Some(acr) = told.get("acr") {
        write!(out, " with {}", Either(acr))?;
    }
    match told.get("max_age") {
        Some(Value::Number(seconds)) => {
            let span = Value::Number(seconds.saturating_mul(1000));
            write!(out, " within the last {}", Span(&span))?;
        }
        Some(other) => write!(out, " within the last {other}")?,
        None => {}
    }
    match (told.get("seen_acr"), told.get("signed_in")) {
        (Some(acr), Some(at)) => {
            write!(out, "; the token says `{acr}`, at {}.", Moment(at))
        }
        (Some(acr), None) => write!(out, "; the token says `{acr}`, and not when."),
        (None, Some(at)) => write!(out, "; the token says {}, and not how.", Moment(at)),
        (None, None) => out.write_str("; the credential says neither how nor when."),
    }
}

fn condition(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    let (seen, expected) = (told.get("seen"), told.get("expected"));
    let name = told.get("name").map(|name| format!(" `{name}`"));
    let name = name.unwrap_or_default();
    match told.get("condition").and_then(Value::as_text) {
        Some("time") => {
            out.write_str("This is open at certain hours only")?;
            if let Some(expected) = expected {
                write!(out, ", {expected}")?;
            }
            match seen {
                Some(seen) => write!(out, "; it was {seen}."),
                None => out.write_str("."),
            }
        }
        Some("method") => wrong("The method", seen, expected, out),
        Some("environment") => wrong("The environment", seen, expected, out),
        Some("media_type") => wrong("The type of the body", seen, expected, out),
        Some("size") => {
            match seen.and_then(Value::as_text).map(str::parse::<u64>) {
                Some(Ok(bytes)) => write!(out, "The body has {bytes} bytes")?,
                _ => out.write_str("The request has a body that does not say how long it is")?,
            }
            match expected {
                Some(most) => write!(out, "; {most} are accepted here at most."),
                None => out.write_str(", which is not accepted here."),
            }
        }
        Some("header") => wrong(&format!("Header{name}"), seen, expected, out),
        Some("body") => wrong(&format!("What the body has at{name}"), seen, expected, out),
        Some("claim") => wrong(&format!("What the token says in{name}"), seen, None, out),
        Some("network") => wrong("The address that it came from", seen, None, out),
        Some("country") => wrong("The country that it came from", seen, None, out),
        Some("app") => wrong("The app that calls", seen, None, out),
        Some("group") => out.write_str("The app that calls is in none of the groups that may."),
        Some("access_role") => match expected {
            Some(roles) => write!(
                out,
                "The caller has none of the access roles that this asks for: {}.",
                All(roles)
            ),
            None => out.write_str("The caller has none of the access roles that this asks for."),
        },
        kind => {
            out.write_str("A condition of this operation does not hold for the request")?;
            if let Some(kind) = kind {
                write!(out, " ({kind})")?;
            }
            out.write_str(&name)?;
            match (expected, seen) {
                (Some(expected), Some(seen)) => {
                    write!(out, ": expected {}, seen {}.", Either(expected), Seen(seen))
                }
                (Some(expected), None) => write!(out, ": expected {}.", Either(expected)),
                (None, Some(seen)) => write!(out, ": seen {}.", Seen(seen)),
                (None, None) => out.write_str("."),
            }
        }
    }
}

/// Something is not what it has to be.
fn wrong(
    what: &str,
    seen: Option<&Value>,
    expected: Option<&Value>,
    out: &mut dyn Write,
) -> fmt::Result {
    write!(out, "{what} is not one that is accepted here")?;
    match (expected, seen) {
        (Some(expected), Some(seen)) => {
            write!(out, ": expected {}, seen {}.", Either(expected), Seen(seen))
        }
        (Some(expected), None) => write!(out, ": expected {}.", Either(expected)),
        (None, Some(seen)) => write!(out, ": seen {}.", Seen(seen)),
        (None, None) => out.write_str("."),
    }
}

/// What was seen: a value, or words for one that is kept nowhere.
struct Seen<'a>(&'a Value);

impl fmt::Display for Seen<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_text() {
            Some(words) if words.contains(' ') || words == "none" => f.write_str(words),
            _ => write!(f, "`{}`", self.0),
        }
    }
}

fn condition_fix(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    let expected = told.get("expected");
    let name = told.get("name");
    match (told.get("condition").and_then(Value::as_text), expected) {
        (Some("time"), expected) => match (told.get("opens"), expected) {
            (Some(opens), _) => write!(out, "Send it again when it opens: {opens}."),
            (None, Some(expected)) => write!(out, "Send it again in these hours: {expected}."),
            (None, None) => out.write_str("Send it again at another time."),
        },
        (Some("method"), Some(expected)) => write!(out, "Send {}.", Either(expected)),
        (Some("environment"), Some(expected)) => {
            write!(out, "Call the host of {}.", Either(expected))
        }
        (Some("media_type"), Some(expected)) => {
            write!(out, "Send a body of the type {}.", Either(expected))
        }
        (Some("size"), Some(most)) => {
            write!(
                out,
                "Send at most {most} bytes at once, and `Content-Length` with them."
            )
        }
        (Some("header"), Some(expected)) => match name {
            Some(name) => write!(out, "Send `{name}` with {}.", Either(expected)),
            None => write!(out, "Send the header with {}.", Either(expected)),
        },
        (Some("body"), Some(expected)) => match name {
            Some(name) => write!(out, "Send {} at `{name}`.", Either(expected)),
            None => write!(out, "Send {}.", Either(expected)),
        },
        (Some("claim"), _) => match name {
            Some(name) => write!(
                out,
                "Ask the issuer for a token whose `{name}` is accepted here."
            ),
            None => out.write_str("Ask the issuer for another token."),
        },
        (Some("network"), _) => out.write_str("Call from an allowed network."),
        (Some("country"), _) => out.write_str("Call from a country that is allowed."),
        _ => match told.get("opens") {
            Some(opens) => write!(out, "Send it again when it opens: {opens}."),
            None => out.write_str(
                "If that should be allowed, give the request id to the owners of the service.",
            ),
        },
    }
}
