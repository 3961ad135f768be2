//! Refusals of addresses: at the edge, and by a service's lists and countries.

use super::super::{Code, Value};
use super::Told;
use super::words::{Moment, Span};
use crate::entity::Country;
use std::fmt::{self, Write};

/// Where this caller came from, and why that is not enough.
pub(super) fn detail(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.code {
        Code::AddressNotAllowed => {
            out.write_str("Only listed addresses may send this request, and ")?;
            address(told, "the address it came from", out)?;
            out.write_str(" is not one of them")?;
            match told.get("asn") {
                Some(system) => write!(out, ": it belongs to `{system}`."),
                None => out.write_str("."),
            }
        }
        Code::CountryNotAllowed => {
            out.write_str("This request may not be sent from everywhere, and ")?;
            address(told, "the address it came from", out)?;
            match told.get("country").and_then(Value::as_text) {
                Some(Country::UNKNOWN_WORD) => out.write_str(" is in no country that is known."),
                Some(country) => write!(out, " is in the country `{country}`."),
                None => out.write_str(" is in a country from which it may not."),
            }?;
            match told.get("blocked_by") {
                Some(by) => write!(out, " Who blocks it, and why, is said at {by}."),
                None => Ok(()),
            }
        }
        Code::EdgeAddressBlocked => {
            out.write_str("Too many requests from ")?;
            address(told, "this address", out)?;
            out.write_str(" were refused, so it is blocked")?;
            match told.get("until") {
                Some(until) => write!(out, " until {}.", Moment(until)),
                None => out.write_str(" for a while."),
            }
        }
        Code::EdgeRateExceeded => {
            out.write_str("More requests came from ")?;
            address(told, "this address", out)?;
            out.write_str(" than one address may send")?;
            match (told.get("limit"), told.get("window")) {
                (Some(limit), Some(window)) => {
                    write!(out, ": the limit is {limit} in {}.", Span(window))
                }
                (Some(limit), None) => write!(out, ": the limit is {limit}."),
                (None, Some(window)) => write!(out, " in {}.", Span(window)),
                (None, None) => out.write_str("."),
            }
        }
        _ => {
            out.write_str("Requests from ")?;
            address(told, "this address", out)?;
            out.write_str(" are denied here.")
        }
    }
}

/// What the caller can do.
pub(super) fn fix(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.code {
        Code::AddressNotAllowed => out.write_str(
            "Call from an allowed network; if this one should be allowed, give the request id to the owners of the service.",
        ),
        Code::CountryNotAllowed => out.write_str(
            "Call from a country that is allowed; if the country is wrong, or should be allowed, give the request id to the owners of the service.",
        ),
        Code::AddressDenied => out.write_str(
            "Call from another network; if the denial is a mistake, give the request id to the owners of the service.",
        ),
        Code::EdgeAddressBlocked => match told.get("until") {
            Some(until) => write!(
                out,
                "Wait until {}, and mend what was refused before.",
                Moment(until)
            ),
            None => out.write_str("Wait, and mend what was refused before."),
        },
        Code::EdgeRateExceeded => match told.get("reset") {
            Some(reset) => write!(out, "Wait {}, then send fewer requests.", Span(reset)),
            None => out.write_str("Slow down, then send the request again."),
        },
        _ => out.write_str(
            "If that is a mistake, give the request id to the gateway's operators.",
        ),
    }
}

/// The caller's address, and how it is known.
fn address(told: Told<'_>, otherwise: &str, out: &mut dyn Write) -> fmt::Result {
    match told.get("address") {
        Some(address) => write!(out, "`{address}`")?,
        None => out.write_str(otherwise)?,
    }
    let Some(provenance) = told.get("provenance") else {
        return Ok(());
    };
    match provenance.as_text() {
        Some("peer") => out.write_str(" (where the connection came from)"),
        Some("proxy_protocol") => out.write_str(" (as the PROXY protocol says)"),
        _ => write!(out, " (as `{provenance}` says)"),
    }
}
