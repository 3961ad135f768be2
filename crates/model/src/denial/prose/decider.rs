//! Refusals that hang on what another service says.

use super::super::Code;
use super::Told;
use std::fmt::{self, Write};

/// What was asked, and what came of it.
pub(super) fn detail(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    out.write_str("Whether this request may pass is decided by another service")?;
    if let Some(decider) = told.get("decider") {
        write!(out, " (`{decider}`)")?;
    }
    out.write_str(match told.code {
        Code::ExternalUnavailable => ", which gives no answer now.",
        _ => ", and it said no.",
    })
}

/// What the caller can do.
pub(super) fn fix(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    out.write_str(match told.code {
        Code::ExternalUnavailable => "Try again in a moment.",
        _ if told.get("location").is_some() => "Follow `Location`: that is where it sends callers.",
        _ if told.get("challenge").is_some() => {
            "Send what `WWW-Authenticate` asks for, which that service wants to see."
        }
        _ => {
            "Ask whoever publishes the service, with this request id: they can read the reason that \
             was given."
        }
    })
}
