//! Refusals of callers who may call, but not this often or this much.

use super::super::Code;
use super::Told;
use super::words::{Moment, Span};
use std::fmt::{self, Write};

/// Which limit is used up.
pub(super) fn detail(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.code {
        Code::QuotaExhausted => return quota(told, out),
        Code::Blocked => return blocked(told, out),
        _ => {}
    }
    match told.get("name") {
        Some(name) => write!(out, "Limit `{name}` lets ")?,
        None => out.write_str("The limit lets ")?,
    }
    let one = matches!(told.get("limit"), Some(n) if n.to_string() == "1");
    match told.get("limit") {
        Some(limit) => write!(out, "{limit} ")?,
        None => out.write_str("only so many ")?,
    }
    out.write_str(if one { "request " } else { "requests " })?;
    match (told.code, told.get("window")) {
        (Code::ConcurrencyExceeded, _) => out.write_str("at a time pass")?,
        (_, Some(window)) => write!(out, "in {} pass", Span(window))?,
        (_, None) => out.write_str("in a time pass")?,
    }
    if let Some(by) = told.get("by") {
        write!(out, " for each {by}")?;
    }
    out.write_str(match told.code {
        Code::ConcurrencyExceeded => "; that many are under way.",
        Code::BurstExceeded => ", evenly spread; this one came too soon after the last.",
        _ => "; they are used up.",
    })
}

/// That the caller is blocked; why, where somebody said why.
fn blocked(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.get("what") {
        Some(what) => write!(out, "The {what} is blocked for a while")?,
        None => out.write_str("The caller is blocked for a while")?,
    }
    match told.get("reason") {
        Some(reason) => write!(out, ": {reason}."),
        None => out.write_str(": too many of its requests were refused in a short time."),
    }
}

/// Which quota is used up.
fn quota(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.get("name") {
        Some(name) => write!(out, "Quota `{name}` lets ")?,
        None => out.write_str("The quota lets ")?,
    }
    let one = matches!(told.get("quota"), Some(n) if n.to_string() == "1");
    match told.get("quota") {
        Some(quota) => write!(out, "{quota} ")?,
        None => out.write_str("only so many ")?,
    }
    out.write_str(if one { "request " } else { "requests " })?;
    match told.get("period") {
        Some(period) => write!(out, "per {period} pass")?,
        None => out.write_str("pass")?,
    }
    if let Some(by) = told.get("by") {
        write!(out, " for each {by}")?;
    }
    match told.get("used") {
        Some(used) => write!(out, "; {used} ")?,
        None => out.write_str("; they ")?,
    }
    let was = matches!(told.get("used"), Some(n) if n.to_string() == "1");
    out.write_str(if was { "was used." } else { "were used." })
}

/// How long to wait.
pub(super) fn fix(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match (told.code, told.get("reset")) {
        (Code::ConcurrencyExceeded, _) => {
            out.write_str("Wait for an answer before sending the next request.")
        }
        (Code::Blocked, _) => match told.get("until") {
            Some(until) => write!(
                out,
                "Wait until {}; what was refused before would be refused again.",
                Moment(until)
            ),
            None => out.write_str("Wait; what was refused before would be refused again."),
        },
        (Code::QuotaExhausted, _) => match told.get("renews") {
            Some(renews) => write!(
                out,
                "Wait until {}, or ask for a larger quota.",
                Moment(renews)
            ),
            None => out.write_str("Wait until the quota is renewed, or ask for a larger one."),
        },
        (Code::BurstExceeded, Some(reset)) => {
            write!(out, "Wait {}, and spread requests evenly.", Span(reset))
        }
        (Code::BurstExceeded, None) => out.write_str("Wait a moment, and spread requests evenly."),
        (_, Some(reset)) => write!(out, "Wait {}, then send the request again.", Span(reset)),
        (_, None) => out.write_str("Wait a moment, then send the request again."),
    }
}
