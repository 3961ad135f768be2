//! Refusals of signed requests.

use super::super::{Code, Value};
use super::Told;
use super::words::{All, Apart, Moment, is_empty};
use std::fmt::{self, Write};

/// What this caller sent.
pub(super) fn detail(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.code {
        Code::SignatureInvalid => invalid(told, out),
        Code::SignatureStale => stale(told, out),
        Code::SignatureReplayed => replayed(told, out),
        Code::SignatureComponentMissing => {
            let listed = |name| told.get(name).filter(|list| !is_empty(list));
            if let Some(absent) = listed("absent") {
                return write!(
                    out,
                    "The signature covers what the request does not have, or has more than once: {}.",
                    All(absent)
                );
            }
            match listed("missing") {
                Some(missing) => write!(out, "The signature does not cover {}", All(missing))?,
                None => out.write_str("The signature does not cover all that is asked for")?,
            }
            match listed("components") {
                Some(covered) => write!(out, "; it covers {}.", All(covered)),
                None => out.write_str("."),
            }
        }
        Code::SignatureDigestMismatch => {
            match (told.get("error"), told.get("algorithms")) {
                (Some(error), _) => write!(out, "The digest of the body {error}")?,
                (None, Some(by)) => write!(
                    out,
                    "The body is not the one whose digest (by {}) was signed",
                    All(by)
                )?,
                (None, None) => out.write_str("The body is not the one whose digest was signed")?,
            }
            match told.get("length") {
                Some(length) => write!(out, ": {length} bytes came."),
                None => out.write_str("."),
            }
        }
        _ => out.write_str("The signature of the request is not accepted."),
    }
}

fn invalid(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    if let Some(error) = told.get("error") {
        return write!(out, "The signature cannot be checked: {error}.");
    }
    out.write_str("The signature is not one of this request by a key that is known here")?;
    if let Some(covered) = told.get("components").filter(|list| !is_empty(list)) {
        write!(out, ". It covers {}", All(covered))?;
    }
    match told.get("seen") {
        Some(seen) => write!(out, ". As it came here, the request is {seen}."),
        None => out.write_str("."),
    }
}

fn replayed(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    if let Some(nonce) = told.get("nonce") {
        return write!(out, "The nonce `{nonce}` was used before.");
    }
    out.write_str("The same signed request was sent before, ")?;
    if let Some(created) = told.get("created") {
        write!(out, "also made at {}, ", Moment(created))?;
    }
    out.write_str("and nothing tells the two apart.")
}

fn stale(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    let (created, now) = (told.get("created"), told.get("now"));
    let number = |value: Option<&Value>| match value {
        Some(Value::Number(number)) => Some(*number),
        _ => None,
    };
    let expired = told.get("expires");
    match (expired, created) {
        (Some(expires), _) => write!(
            out,
            "The signature expired: `expires` is {}",
            Moment(expires)
        )?,
        (None, Some(created)) if number(Some(created)) > number(now) => write!(
            out,
            "The signature is from the future: it was made at {}",
            Moment(created)
        )?,
        (None, Some(created)) => {
            write!(
                out,
                "The signature is too old: it was made at {}",
                Moment(created)
            )?;
        }
        (None, None) => out.write_str("The signature is out of its time")?,
    }
    if let Some(now) = now {
        write!(out, "; here it is {}", Moment(now))?;
    }
    match told.get("skew") {
        Some(Value::Number(skew)) => write!(out, ", {} apart", Apart(*skew))?,
        Some(skew) => write!(out, ", {skew} s apart")?,
        None => {}
    }
    if let Some(max_age) = told.get("max_age").filter(|_| expired.is_none()) {
        write!(out, "; it is good for {max_age} s")?;
    }
    if let Some(leeway) = told.get("leeway") {
        write!(out, "; {leeway} s are allowed for")?;
    }
    out.write_str(".")
}

/// What the caller can do.
pub(super) fn fix(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    out.write_str(match told.code {
        Code::SignatureInvalid if told.get("error").is_some() => {
            "Send `Signature-Input` and `Signature` as RFC 9421 writes them (or `Authorization: \
             Signature`, where that is accepted), with the id of your key in it."
        }
        Code::SignatureInvalid => {
            "Check that `keyid` and key belong together, and that what is signed is sent unchanged: \
             a proxy on the way may write host, path or headers in another way."
        }
        Code::SignatureStale => {
            "Check the clock of the machine that signs, and sign each request just before it is sent."
        }
        Code::SignatureReplayed => {
            "Sign each request anew, a repeated one too, with a `nonce` of its own."
        }
        Code::SignatureComponentMissing
            if told.get("absent").is_some_and(|list| !is_empty(list)) =>
        {
            "Send all that the signature covers, each parameter once, or cover less."
        }
        Code::SignatureComponentMissing => "Sign again, and cover these, too.",
        Code::SignatureDigestMismatch => {
            "Make the digest (`Content-Digest`, SHA-256 or SHA-512) of the body exactly as it is \
             sent, and sign it."
        }
        _ => "Sign the request again.",
    })
}
