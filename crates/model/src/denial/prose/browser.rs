//! Refusals of what pages of other origins have their browsers send.

use super::super::Code;
use super::Told;
use super::words::Either;
use std::fmt::{self, Write};

/// What this page asked for.
pub(super) fn detail(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.code {
        Code::CorsMethodNotAllowed => {
            origin(told, out)?;
            match told.get("asked") {
                Some(asked) => write!(out, " may call, but not with `{asked}`."),
                None => out.write_str(" may call, but not with this method."),
            }
        }
        Code::CorsHeaderNotAllowed => {
            origin(told, out)?;
            match told.get("asked") {
                Some(asked) => write!(out, " may call, but not send {}.", Either(asked)),
                None => out.write_str(" may call, but not send all of these headers."),
            }
        }
        Code::CorsCredentialsNotAllowed => {
            origin(told, out)?;
            out.write_str(" may call without credentials of the browser's only, and it sent ")?;
            match told.get("asked") {
                Some(asked) => write!(out, "`{asked}` along."),
                None => out.write_str("some along."),
            }
        }
        _ => {
            origin(told, out)?;
            out.write_str(" may not call from a browser.")
        }
    }
}

/// What the caller can do.
pub(super) fn fix(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.code {
        Code::CorsMethodNotAllowed => out.write_str(
            "Use another method, or ask the owners of the service to allow this one for pages of other origins.",
        ),
        Code::CorsHeaderNotAllowed => out.write_str(
            "Leave the header out, or ask the owners of the service to allow it for pages of other origins.",
        ),
        Code::CorsCredentialsNotAllowed => {
            out.write_str("Call with `credentials: \"omit\"`, and prove who calls in a header.")
        }
        _ => match told.get("origin").and_then(|origin| origin.as_text()) {
            Some("null") => out.write_str(
                "Serve the page from a host: one from a file, or in a sandbox, has no origin that could be allowed.",
            ),
            _ => out.write_str(
                "Call from a page of an allowed origin, or from a server; if this origin should be allowed, give the request id to the owners of the service.",
            ),
        },
    }
}

/// Whose page it is.
fn origin(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.get("origin") {
        Some(origin) => write!(out, "Pages of `{origin}`"),
        None => out.write_str("Pages of this origin"),
    }
}
