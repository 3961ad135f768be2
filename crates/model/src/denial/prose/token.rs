//! Refusals of tokens. What a token says of itself is told only of one that is genuine.

use super::super::{Code, Value};
use super::Told;
use super::words::{Apart, Either, Moment, is_empty};
use std::fmt::{self, Write};

/// What this caller sent.
pub(super) fn detail(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.code {
        Code::TokenMalformed => match told.get("error") {
            Some(error) => write!(out, "The token {error}."),
            None => out.write_str("What came as a token cannot be one."),
        },
        Code::TokenExpired => {
            out.write_str("The token expired")?;
            ago(told, "exp", out)?;
            out.write_str(".")
        }
        Code::TokenNotYetValid => {
            out.write_str("The token is not valid yet")?;
            ago(told, "nbf", out)?;
            out.write_str(".")
        }
        Code::TokenAudienceMismatch => {
            match told.get("aud").filter(|aud| !is_empty(aud)) {
                Some(aud) => write!(out, "The token is for {}", Either(aud))?,
                None => out.write_str("The token does not say whom it is for (`aud`)")?,
            }
            match told.get("expected").filter(|v| !is_empty(v)) {
                Some(expected) => write!(out, "; here it has to be for {}.", Either(expected)),
                None => out.write_str(", which is not accepted here."),
            }
        }
        Code::TokenClaimMissing => {
            let claim = told.get("claim").filter(|v| !is_empty(v));
            match (claim, told.get("value")) {
                (Some(claim), Some(value)) => write!(
                    out,
                    "The token was made for the client `{value}` ({}), which belongs to no app here.",
                    Either(claim)
                ),
                (Some(claim), None) => {
                    write!(
                        out,
                        "The token lacks a claim that is needed here: {}.",
                        Either(claim)
                    )
                }
                (None, Some(value)) => write!(
                    out,
                    "The token was made for the client `{value}`, which belongs to no app here."
                ),
                (None, None) => out.write_str("The token lacks a claim that is needed here."),
            }
        }
        Code::TokenRevoked => {
            let tokens = told.get("tokens").and_then(Value::as_text);
            match tokens.filter(|by| *by != "jti") {
                Some(by) => write!(out, "All tokens of its {by} made by then were revoked")?,
                None => out.write_str("The token was revoked")?,
            }
            if let Some(at) = told.get("revoked_at") {
                write!(out, " at {}", Moment(at))?;
            }
            match told.get("reason") {
                Some(reason) => write!(out, " (“{reason}”)."),
                None => out.write_str("."),
            }
        }
        Code::TokenInactive => {
            out.write_str("The token is not good, as its issuer says")?;
            match told.get("at") {
                Some(at) => write!(out, "; it was asked at {}.", Moment(at)),
                None => out.write_str("."),
            }
        }
        Code::IdentityProviderUnreachable => out.write_str(
            "The token cannot be checked now: nothing can be had from whoever issued it.",
        ),
        _ => out.write_str("The token is not one that is accepted here."),
    }
}

/// A moment of the token, what the clock says, and how far they may be apart.
fn ago(told: Told<'_>, name: &str, out: &mut dyn Write) -> fmt::Result {
    let (at, now) = (told.get(name), told.get("now"));
    if let Some(at) = at {
        write!(out, ": `{name}` is {}", Moment(at))?;
    }
    if let Some(now) = now {
        write!(out, "; here it is {}", Moment(now))?;
    }
    if let (Some(Value::Number(at)), Some(Value::Number(now))) = (at, now) {
        write!(out, ", {} apart", Apart(at.abs_diff(*now)))?;
    }
    if let Some(leeway) = told.get("leeway") {
        write!(out, "; {leeway} s are allowed for")?;
    }
    Ok(())
}

/// What the caller can do.
pub(super) fn fix(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    out.write_str(match told.code {
        Code::TokenMalformed => {
            "Send `Authorization: Bearer` and the token exactly as it was issued: whole, and with \
             nothing around it."
        }
        Code::TokenExpired => {
            "Get a new token; if this one should still be good, check the clock of the machine \
             that made it."
        }
        Code::TokenNotYetValid => "Wait for it, and check the clock of the machine that made it.",
        Code::TokenAudienceMismatch => "Get a token for this API.",
        Code::TokenClaimMissing if told.get("value").is_some() => {
            "Use a client that is registered here, or have this one registered for your app."
        }
        Code::TokenClaimMissing => "Get a token that has the claim.",
        Code::TokenRevoked | Code::TokenInactive => "Sign in again, or get a new token.",
        Code::IdentityProviderUnreachable => "Try again in a moment.",
        _ => "Check which token is sent, and get a new one.",
    })
}
