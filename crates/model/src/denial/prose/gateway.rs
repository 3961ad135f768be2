//! Failures behind the gateway and in it. Their evidence is not the caller's to read.

use super::super::{Code, Retry};
use super::Told;
use super::words::Span;
use std::fmt::{self, Write};

/// What happened, as far as it concerns the caller.
pub(super) fn detail(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.code {
        Code::CircuitOpen => {
            out.write_str(
                "The service behind the gateway failed too often and is being given a rest",
            )?;
            match told.get("next_probe") {
                Some(wait) => write!(out, "; it is tried again in {}.", Span(wait)),
                None => out.write_str("."),
            }
        }
        Code::OriginRefused => match told.get("status") {
            Some(status) => write!(
                out,
                "The service behind the gateway answered {status} itself; the gateway had let the request through."
            ),
            None => out.write_str(
                "The service behind the gateway refused; the gateway had let the request through.",
            ),
        },
        code => out.write_str(match code {
            Code::Unreachable => "The service behind the gateway could not be reached.",
            Code::AddressForbidden => {
                "The service's configuration points to an address that the gateway may not connect to."
            }
            Code::UpstreamTimeout => "The service behind the gateway did not answer in time.",
            Code::NoHealthyTarget => {
                "None of the servers behind the gateway is healthy enough to take the request."
            }
            Code::ResponseInvalid => {
                "The service behind the gateway answered with something that is not valid HTTP."
            }
            Code::ClosedEarly => {
                "The service behind the gateway closed its connection before its answer was complete."
            }
            Code::TransformFailed => {
                "The gateway was to change the request or its answer, as the service has it, and could not."
            }
            Code::Overloaded => "The gateway has more to do than it can take on just now.",
            Code::Draining => {
                "This gateway is shutting down and had no more time to wait for the service's answer."
            },
            Code::NotReady => {
                "The gateway does not know yet where the service behind it is: its name is being looked up for the first time."
            },
            Code::ConfigurationStale => {
                "The gateway has not heard from its database for too long, and cannot know whether the credential still holds."
            }
            _ => "Something went wrong inside the gateway. This is a bug, not a fault of the request.",
        }),
    }
}

/// What the caller can do.
pub(super) fn fix(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    let whom = match told.code {
        Code::AddressForbidden | Code::TransformFailed | Code::OriginRefused => {
            return out.write_str("Give the request id to the owners of the service.");
        }
        Code::Internal => {
            return out.write_str("Report the request id to the gateway's operators.");
        }
        Code::Overloaded | Code::Draining | Code::NotReady | Code::ConfigurationStale => {
            "the gateway's operators"
        }
        _ => "the owners of the service",
    };
    match told.retry() {
        Retry::After(1) => out.write_str("Try again in a second")?,
        Retry::After(seconds) if seconds > 1 => write!(out, "Try again in {seconds} seconds")?,
        _ => out.write_str("Try again")?,
    }
    write!(out, "; if it lasts, give the request id to {whom}.")
}
