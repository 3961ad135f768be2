//! Refusals of requests for a token of the gateway's own (RFC 6749 §5.2), or to take one back
//! (RFC 7009 §2.2.1).

use super::Told;
use super::words::{Either, is_empty};
use crate::denial::Value;
use std::fmt::{self, Write};

/// What this caller sent.
pub(super) fn detail(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match (told.get("what"), told.get("error")) {
        (Some(what), _) => write!(out, "The request {what}")?,
        (None, Some(error)) => write!(
            out,
            "The request is not one that an issuer of tokens answers (`{error}`)"
        )?,
        (None, None) => {
            out.write_str("The request is not one that an issuer of tokens answers")?;
        }
    }
    if let Some(value) = told.get("value") {
        write!(out, ": `{value}`")?;
    }
    out.write_str(".")
}

/// What the caller can do.
pub(super) fn fix(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.get("error").and_then(Value::as_text) {
        Some("invalid_grant") => {
            return out.write_str("Give up those tokens that were made for your own app.");
        }
        Some("unsupported_token_type") => {
            return out.write_str("Have whoever runs the gateway revoke it, or wait for its end.");
        }
        _ => {}
    }
    match told.get("allowed").filter(|allowed| !is_empty(allowed)) {
        Some(allowed) => write!(out, "Ask for {}, or leave it out.", Either(allowed)),
        None => out.write_str(
            "Send a form (`application/x-www-form-urlencoded`) with the id of a key and the whole \
             key as `client_id` and `client_secret`, and `grant_type=client_credentials` to get a \
             token, or `token` to give one up.",
        ),
    }
}
