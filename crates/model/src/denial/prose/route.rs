//! Refusals of a request that was understood, but leads nowhere.

use super::super::Code;
use super::Told;
use super::words::{Either, Moment, is_empty};
use std::fmt::{self, Write};

/// What this caller sent.
pub(super) fn detail(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.code {
        Code::MethodNotAllowed => {
            match told.get("method") {
                Some(method) => write!(out, "`{method}` is not allowed on this path")?,
                None => out.write_str("The method is not allowed on this path")?,
            }
            match told.get("allowed").filter(|v| !is_empty(v)) {
                Some(allowed) => write!(out, "; it takes {}.", Either(allowed)),
                None => out.write_str("."),
            }
        }
        Code::VersionRetired => {
            match told.get("version") {
                Some(version) => write!(out, "Version `{version}` of this API was retired")?,
                None => out.write_str("This version of the API was retired")?,
            }
            if let Some(at) = told.get("retired_at") {
                write!(out, " on {}", Moment(at))?;
            }
            match told.get("successor") {
                Some(successor) => write!(out, "; its successor is `{successor}`."),
                None => out.write_str("."),
            }
        }
        Code::PathRejected => {
            out.write_str(match told.get("part") {
                Some(_) => "The query holds what may not stand in a URL",
                None => "The path can be read in more than one way, so it is not accepted",
            })?;
            if let Some(error) = told.get("error") {
                write!(out, ": {error}")?;
            }
            match told.get("segment") {
                Some(segment) => write!(out, " (at `{segment}`)."),
                None => out.write_str("."),
            }
        }
        _ => not_found(told, out),
    }
}

/// What the caller can do.
pub(super) fn fix(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.code {
        Code::MethodNotAllowed => match told.get("allowed").filter(|v| !is_empty(v)) {
            Some(allowed) => write!(out, "Use {}.", Either(allowed)),
            None => out.write_str("Use another method."),
        },
        Code::VersionRetired => match told.get("successor") {
            Some(successor) => write!(out, "Move to `{successor}`."),
            None => out.write_str("Ask the publisher of the API what replaces it."),
        },
        Code::PathRejected if told.get("part").is_some() => {
            out.write_str("Percent-encode it.")
        }
        Code::PathRejected => out.write_str(
            "Send the path in its plain form: without dot segments, empty segments, backslashes, and encoded slashes or control characters.",
        ),
        _ => match (told.get("nearest").filter(|v| !is_empty(v)), told.get("path")) {
            (Some(nearest), Some(path)) => {
                write!(out, "Use {} instead of `{path}`.", Either(nearest))
            }
            _ if told.get("path").is_some() => out.write_str("Check the path and the host."),
            _ => out.write_str("Check the host."),
        },
    }
}

fn not_found(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match (told.get("path"), told.get("host")) {
        (Some(path), Some(host)) => write!(out, "Nothing is published at `{path}` on `{host}`.")?,
        (Some(path), None) => write!(out, "Nothing is published at `{path}`.")?,
        (None, Some(host)) => write!(out, "Nothing is published on `{host}`.")?,
        (None, None) => out.write_str("Nothing is published there.")?,
    }
    match told.get("nearest").filter(|v| !is_empty(v)) {
        Some(nearest) => write!(out, " What comes nearest is {}.", Either(nearest)),
        None => Ok(()),
    }
}
