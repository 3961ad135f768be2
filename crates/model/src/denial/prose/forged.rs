//! Refusals of what another site may have had a browser send.

use super::super::Code;
use super::Told;
use super::words::Moment;
use std::fmt::{self, Write};

/// What the request said of where it comes from.
pub(super) fn detail(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.code {
        Code::CsrfRefererNotAllowed => {
            match told.get("referer") {
                Some(referer) => write!(out, "`Referer` names `{referer}`")?,
                None => out.write_str("`Referer` names no page that may send this")?,
            }
            match told.get("host") {
                Some(host) => write!(out, "; it has to be a page of `{host}`."),
                None => out.write_str("."),
            }
        }
        Code::CsrfTokenMissing => {
            out.write_str("A token has to come ")?;
            places(told, out)?;
            match told.get("missing") {
                Some(missing) => write!(out, "; the {missing} did not."),
                None => out.write_str("."),
            }
        }
        Code::CsrfTokenInvalid => {
            out.write_str("The token ")?;
            places(told, out)?;
            match told.get("error") {
                Some(error) => write!(out, " is not good: {error}."),
                None => out.write_str(" is not good."),
            }
        }
        Code::CsrfTokenExpired => {
            out.write_str("The token ")?;
            places(told, out)?;
            match told.get("until") {
                Some(until) => write!(out, " was good until {}.", Moment(until)),
                None => out.write_str(" is no longer good."),
            }
        }
        code => {
            out.write_str(if code == Code::CsrfOriginMismatch {
                "The page that sent this belongs to another host"
            } else {
                "A page of another site sent this"
            })?;
            let origin = told.get("origin");
            match (told.get("header"), origin) {
                (Some(header), Some(origin)) if code == Code::CsrfCrossSite => {
                    write!(out, " (`{header}`, `Origin: {origin}`)")?;
                }
                (Some(header), _) => write!(out, " (`{header}`)")?,
                (None, Some(origin)) => write!(out, " (`Origin: {origin}`)")?,
                (None, None) => {}
            }
            match told.get("host") {
                Some(host) => write!(out, "; only pages of `{host}` may."),
                None => out.write_str(", which may not."),
            }
        }
    }
}

/// What the caller can do.
pub(super) fn fix(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.code {
        Code::CsrfRefererNotAllowed => out.write_str(
            "Send it from a page of the site itself, and let browsers say so (`Referrer-Policy: same-origin`).",
        ),
        Code::CsrfTokenMissing | Code::CsrfTokenInvalid | Code::CsrfTokenExpired => {
            out.write_str("Fetch `/.well-known/postern/csrf` from a page of the same host, ")?;
            match told.get("header") {
                Some(header) => {
                    write!(out, "and send its `token` as `{header}`")?;
                    match told.get("field") {
                        Some(field) => {
                            write!(out, ", or as `{field}`, the first field of a form.")
                        }
                        None => out.write_str("."),
                    }
                }
                None => out.write_str("and send its `token` in the header that it names."),
            }
        }
        _ => out.write_str(
            "Send it from a page of the site itself, or from a program; if this site should be trusted, give the request id to the owners of the service.",
        ),
    }
}

/// Where a token stands.
fn places(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.get("header") {
        Some(header) => write!(out, "in the header `{header}`")?,
        None => out.write_str("in a header")?,
    }
    if let Some(field) = told.get("field") {
        write!(out, " or the field `{field}`")?;
    }
    match told.get("cookie") {
        Some(cookie) => write!(out, " and the cookie `{cookie}`"),
        None => out.write_str(" and a cookie"),
    }
}
