//! Refusals of people at browsers.

use super::super::{Code, Value};
use super::Told;
use super::words::Moment;
use std::fmt::{self, Write};

/// What this caller sent.
pub(super) fn detail(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    let cookie = told.get("cookie");
    match told.code {
        Code::SessionExpired => {
            out.write_str("The session")?;
            if let Some(cookie) = cookie {
                write!(out, " of the cookie `{cookie}`")?;
            }
            out.write_str(" is over")?;
            if let Some(since) = told.get("since") {
                write!(out, " since {}", Moment(since))?;
            }
            match told.get("why") {
                Some(why) => write!(out, ": it {why}."),
                None => out.write_str("."),
            }
        }
        Code::SessionInvalid => {
            let signing = told.get("signing").and_then(Value::as_text).unwrap_or("in");
            match (cookie, told.get("error")) {
                (Some(cookie), Some(error)) => {
                    let holds = "holds proves nobody";
                    write!(out, "What the cookie `{cookie}` {holds}: {error}")
                }
                (None, Some(error)) => write!(out, "Nobody was signed {signing}: {error}"),
                (Some(cookie), None) => {
                    write!(out, "What the cookie `{cookie}` holds proves nobody")
                }
                (None, None) => {
                    write!(
                        out,
                        "Nobody is signed {signing} by what the request brought"
                    )
                }
            }?;
            if let Some(at) = told.get("ended_at") {
                write!(out, " at {}", Moment(at))?;
            }
            match told.get("reason") {
                Some(reason) => write!(out, " (“{reason}”)."),
                None => out.write_str("."),
            }
        }
        _ => {
            out.write_str("Nobody is signed in: ")?;
            match cookie {
                Some(cookie) => write!(out, "the request has no cookie `{cookie}`")?,
                None => out.write_str("the request has no cookie of a session")?,
            }
            match told.get("why") {
                Some(why) => write!(out, " ({why})."),
                None => out.write_str("."),
            }
        }
    }
}

/// What the caller can do.
pub(super) fn fix(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    out.write_str(match told.code {
        Code::SessionMissing => {
            "Sign in at `/.well-known/postern/session/sign-in` of this host, with a browser."
        }
        Code::SessionInvalid if told.get("signing").is_some() => {
            "Send a token as OpenID Connect Back-Channel Logout 1.0 §2.4 has it, once."
        }
        _ => "Sign in again, at `/.well-known/postern/session/sign-in` of this host.",
    })
}
