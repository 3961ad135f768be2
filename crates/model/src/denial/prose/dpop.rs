//! Refusals of tokens that nobody has shown to be theirs (RFC 9449).

use super::super::{Code, Value};
use super::Told;
use super::words::{Apart, Moment};
use std::fmt::{self, Write};

/// What this caller sent.
pub(super) fn detail(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    let claim = Named(told.get("claim"));
    match told.code {
        Code::DpopProofMissing => match told.get("sent").and_then(Value::as_text) {
            Some("unbound") => write!(
                out,
                "The token is bound to no key{claim}, and here only tokens are accepted whose \
                 sender proves to have the key that they are bound to."
            ),
            Some(scheme) => write!(
                out,
                "The token is bound to a key{claim} and came as `{}`, without a proof that its \
                 sender has that key.",
                match scheme {
                    "bearer" => "Bearer",
                    "dpop" => "DPoP",
                    other => other,
                }
            ),
            None => write!(
                out,
                "The token came without a proof that its sender has the key that it is bound \
                 to{claim}."
            ),
        },
        Code::DpopReplayed => write!(
            out,
            "The proof in the header `DPoP` has been used before{claim}, and each is good for one \
             request."
        ),
        Code::DpopNonceRequired => match told.get("error") {
            Some(error) => write!(out, "The proof in the header `DPoP` {error}{claim}."),
            None => write!(
                out,
                "The proof in the header `DPoP` names no nonce of this gateway{claim}."
            ),
        },
        Code::DpopKeyMismatch => {
            match told.get("expected") {
                Some(expected) => write!(
                    out,
                    "The token is bound to the key with the thumbprint `{expected}`{claim}"
                )?,
                None => write!(out, "The token is bound to no key{claim}")?,
            }
            match told.get("seen") {
                Some(seen) => write!(out, ", and the proof is signed by that of `{seen}`."),
                None => out.write_str(", and the proof is signed by another."),
            }
        }
        _ => invalid(told, out),
    }
}

/// The claim that it is about, in brackets.
struct Named<'a>(Option<&'a Value>);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(claim) => write!(f, " (`{claim}`)"),
            None => Ok(()),
        }
    }
}

fn invalid(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.get("error") {
        Some(error) => write!(out, "The proof in the header `DPoP` {error}")?,
        None => out.write_str("The proof in the header `DPoP` does not count")?,
    }
    write!(out, "{}", Named(told.get("claim")))?;
    match (told.get("seen"), told.get("now"), told.get("expected")) {
        (Some(seen), Some(now), _) => {
            write!(out, ": made {}; here it is {}", Moment(seen), Moment(now))?;
            if let (Value::Number(seen), Value::Number(now)) = (seen, now) {
                write!(out, ", {} apart", Apart(seen.abs_diff(*now)))?;
            }
        }
        (Some(seen), None, Some(expected)) => {
            write!(out, ": it says `{seen}`, and the request is `{expected}`")?;
        }
        (Some(seen), None, None) => write!(out, ": it says `{seen}`")?,
        (None, _, Some(expected)) => write!(out, ": the request is `{expected}`")?,
        (None, _, None) => {}
    }
    if let Some(limit) = told.get("limit") {
        write!(out, "; {limit} s are allowed for")?;
    }
    out.write_str(".")
}

/// What the caller can do.
pub(super) fn fix(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    out.write_str(match told.code {
        Code::DpopProofMissing => {
            "Send `Authorization: DPoP` and the token, and in the header `DPoP` a proof that is \
             signed by the key which the token is bound to."
        }
        Code::DpopReplayed => "Make a new proof, with another `jti`, for every request.",
        Code::DpopNonceRequired => {
            "Make a new proof that has the value of the header `DPoP-Nonce` of this answer as its \
             `nonce`."
        }
        Code::DpopKeyMismatch => {
            "Sign proofs with the key that the token was made for, or get a token for this one."
        }
        _ if told.get("now").is_some() => {
            "Make a new proof for every request; if this one is new, check the clock of the \
             machine that made it."
        }
        _ => "Make a new proof for this request: its method, its address and its token.",
    })
}
