//! Refusals of credentials. What is said about one goes to whoever proved to hold it whole;
//! before that, only what the request itself shows is repeated.

use super::super::{Code, Value};
use super::Told;
use super::words::{All, Either, Moment, OneOf, is_empty};
use std::fmt::{self, Write};

/// What this caller sent, or proved to hold.
pub(super) fn detail(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.code {
        Code::CredentialMissing => missing(told, out),
        Code::CredentialMalformed => {
            match (told.get("place"), told.get("kind")) {
                (Some(place), Some(kind)) => {
                    write!(out, "What came in `{place}` cannot be {kind}")?;
                }
                (Some(place), None) => write!(out, "What came in `{place}` cannot be an API key")?,
                (None, _) => out.write_str("What was sent as an API key cannot be one")?,
            }
            match told.get("error") {
                Some(error) => write!(out, ": {error}."),
                None => out.write_str("."),
            }
        }
        Code::CredentialKindNotAccepted => {
            match told.get("sent") {
                Some(sent) => write!(out, "The request proves who sent it by {sent}")?,
                None => out.write_str("The request carries credentials")?,
            }
            out.write_str(", which this operation does not accept")?;
            match told.get("accepted").filter(|v| !is_empty(v)) {
                Some(accepted) => write!(out, "; it accepts {}.", OneOf(accepted)),
                None => out.write_str("."),
            }
        }
        Code::CredentialAmbiguous if told.get("subject").is_some() => {
            out.write_str("The client certificate is that of more than one credential.")
        }
        Code::CredentialAmbiguous => {
            out.write_str("The request carries more than one credential, or one more than once")?;
            match told.get("kinds").filter(|v| !is_empty(v)) {
                Some(kinds) => write!(out, ": {}.", All(kinds)),
                None => out.write_str("."),
            }
        }
        Code::CredentialNotYetValid => {
            key(told, out)?;
            out.write_str(" is not valid yet")?;
            match told.get("from") {
                Some(from) => write!(out, "; it will be from {}.", Moment(from)),
                None => out.write_str("."),
            }
        }
        Code::CredentialExpired => {
            key(told, out)?;
            match told.get("until") {
                Some(until) => write!(out, " expired; it was valid until {}.", Moment(until)),
                None => out.write_str(" expired."),
            }
        }
        Code::CredentialRevoked => {
            key(told, out)?;
            out.write_str(" was revoked")?;
            if let Some(at) = told.get("revoked_at") {
                write!(out, " at {}", Moment(at))?;
            }
            match told.get("reason") {
                Some(reason) => write!(out, " (“{reason}”)."),
                None => out.write_str("."),
            }
        }
        Code::CredentialWrongEnvironment => {
            key(told, out)?;
            match told.get("key_environment") {
                Some(name) => write!(out, " is for environment `{name}`")?,
                None => out.write_str(" is for another environment")?,
            }
            match told.get("service_environment") {
                Some(name) => write!(out, "; this request went to `{name}`."),
                None => out.write_str("."),
            }
        }
        Code::CredentialRestricted => {
            key(told, out)?;
            out.write_str(" is restricted, and this request is outside of that")?;
            match (told.get("restriction"), told.get("seen")) {
                (Some(only), Some(seen)) => write!(out, ": it is for {only}; this is {seen}."),
                (Some(only), None) => write!(out, ": it is for {only}."),
                (None, Some(seen)) => write!(out, ": this is {seen}."),
                (None, None) => out.write_str("."),
            }
        }
        _ => out.write_str("The credential or API key is not one that is known here."),
    }
}

/// What the caller can do.
pub(super) fn fix(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.code {
        Code::CredentialMissing if told.get("accepted").is_some() => {
            match told.get("accepted").filter(|v| !is_empty(v)) {
                Some(accepted) => write!(out, "Send {}.", OneOf(accepted)),
                None => out.write_str("Send a credential."),
            }
        }
        Code::CredentialMissing => match told.get("looked").filter(|v| !is_empty(v)) {
            Some(looked) => write!(out, "Send an API key in {}.", Either(looked)),
            None => out.write_str("Send an API key."),
        },
        Code::CredentialKindNotAccepted => match told.get("accepted").filter(|v| !is_empty(v)) {
            Some(accepted) => write!(out, "Send {} instead.", OneOf(accepted)),
            None => out.write_str("Send a credential of another kind."),
        },
        Code::CredentialNotYetValid => {
            let noun = noun(told);
            match told.get("from") {
                Some(from) => {
                    write!(
                        out,
                        "Wait until {}, or use a {noun} that is valid now.",
                        Moment(from)
                    )
                }
                None => write!(out, "Use a {noun} that is valid now."),
            }
        }
        Code::CredentialWrongEnvironment => {
            let noun = noun(told);
            match told.get("service_environment") {
                Some(name) => write!(out, "Use a {noun} for `{name}`."),
                None => write!(out, "Use a {noun} for this environment."),
            }
        }
        Code::CredentialExpired | Code::CredentialRevoked => {
            write!(out, "Use another {}, or create a new one.", noun(told))
        }
        Code::CredentialRestricted => {
            write!(
                out,
                "Use the {} as it is restricted, or use another one.",
                noun(told)
            )
        }
        code => out.write_str(match code {
            Code::CredentialMalformed if told.get("kind").is_some() => {
                "Send `Basic` and the Base64 of name, colon and password, in UTF-8."
            }
            Code::CredentialMalformed => {
                "Send the key exactly as it was issued: whole, and with nothing around it."
            }
            Code::CredentialAmbiguous if told.get("subject").is_some() => {
                "Use a certificate with one name that is known here."
            }
            Code::CredentialAmbiguous => "Send one credential, once.",
            _ => "Check what is sent, or create a new credential.",
        }),
    }
}

fn missing(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    out.write_str(if told.get("accepted").is_some() {
        "This operation needs a credential, and the request came without one"
    } else {
        "This operation needs an API key, and the request came without one"
    })?;
    if let Some(looked) = told.get("looked").filter(|v| !is_empty(v)) {
        write!(out, " in {}", Either(looked))?;
    }
    match told.get("came").filter(|v| !is_empty(v)) {
        Some(came @ Value::List(items)) if items.len() > 1 => {
            write!(out, "; {} came, which are not looked at.", All(came))
        }
        Some(came) => write!(out, "; {} came, which is not looked at.", All(came)),
        None => out.write_str("."),
    }
}

/// The credential, which its holder knows by its id, or by its user name or certificate.
fn key(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    if let Some(user) = told.get("user") {
        return write!(out, "User name `{user}`");
    }
    if let Some(name) = told.get("certificate") {
        return write!(out, "The credential of certificate `{name}`");
    }
    match (told.get("kind"), told.get("key")) {
        (None, Some(key)) => write!(out, "API key `{key}`"),
        (None, None) => out.write_str("The API key"),
        (Some(kind), Some(key)) => write!(out, "The {kind} `{key}`"),
        (Some(kind), None) => write!(out, "The {kind}"),
    }
}

/// What people call it in the middle of a sentence.
fn noun(told: Told<'_>) -> &str {
    told.get("kind").and_then(Value::as_text).unwrap_or("key")
}
