//! Refusals of callers who are known: suspended, not subscribed, not entitled.

use super::super::{Code, Value};
use super::Told;
use super::decider;
use super::words::{All, Day, Either, OneOf, is_empty};
use std::fmt::{self, Write};

/// What this caller owns, and why that is not enough.
pub(super) fn detail(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.code {
        Code::TenantSuspended => {
            named(told, "tenant", "Tenant", "This tenant", out)?;
            since(told, " has been suspended", out)
        }
        Code::AppSuspended => {
            app(told, out)?;
            since(told, " has been suspended", out)
        }
        Code::ScopeMissing => scopes(told, out),
        Code::RoleMissing => roles(told, out),
        Code::ExternalDenied | Code::ExternalUnavailable => decider::detail(told, out),
        Code::NotPermitted => {
            out.write_str("No policy of the service permits this request.")?;
            match told.get("lacks").filter(|value| !is_empty(value)) {
                Some(lacks) => write!(out, " What comes closest expects another {}.", OneOf(lacks)),
                None => Ok(()),
            }
        }
        Code::AuthorizationUnavailable => out.write_str(
            "It cannot be told at the moment whether this request is permitted, so that it is not.",
        ),
        Code::SubscriptionMissing => {
            app(told, out)?;
            out.write_str(" has no subscription to ")?;
            service(told, out)?;
            out.write_str(".")
        }
        Code::SubscriptionPending => {
            app(told, out)?;
            if let Some(by) = told.get("requested_by") {
                write!(out, " ({by})")?;
            }
            out.write_str(" asked for access to ")?;
            service(told, out)?;
            on(told, "requested_at", out)?;
            out.write_str("; the request has not been decided yet.")
        }
        Code::SubscriptionRejected => {
            app(told, out)?;
            out.write_str(" asked for access to ")?;
            service(told, out)?;
            out.write_str("; that was rejected")?;
            on(told, "decided_at", out)?;
            end(told, "comment", out)
        }
        Code::SubscriptionNotCovered => not_covered(told, out),
        _ => {
            out.write_str("The subscription of ")?;
            match told.get("app") {
                Some(name) => write!(out, "app `{name}`")?,
                None => out.write_str("this app")?,
            }
            out.write_str(" to ")?;
            service(told, out)?;
            match told.code {
                Code::SubscriptionSuspended => since(told, " has been suspended", out),
                Code::SubscriptionExpired => {
                    out.write_str(" expired")?;
                    on(told, "since", out)?;
                    end(told, "reason", out)
                }
                _ => {
                    out.write_str(" was cancelled")?;
                    on(told, "since", out)?;
                    end(told, "reason", out)
                }
            }
        }
    }
}

/// What the caller can do.
pub(super) fn fix(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.code {
        Code::TenantSuspended | Code::AppSuspended => {
            out.write_str("Ask the gateway's operators what it takes to be reactivated.")
        }
        Code::ScopeMissing => match missing(told) {
            Some(missing) => write!(out, "Ask for {}.", All(&missing)),
            None => out.write_str("Ask for the scopes that this operation requires."),
        },
        Code::RoleMissing => match told.get("required").filter(|v| !is_empty(v)) {
            Some(required) => write!(out, "Ask for {}.", Either(required)),
            None => out.write_str("Ask for an access role that allows this operation."),
        },
        Code::ExternalDenied | Code::ExternalUnavailable => decider::fix(told, out),
        Code::NotPermitted => match told.get("lacks").filter(|value| !is_empty(value)) {
            Some(lacks) => write!(
                out,
                "Try another {}, or give the request id to the owners of the service.",
                OneOf(lacks)
            ),
            None => out.write_str("Give the request id to the owners of the service."),
        },
        Code::AuthorizationUnavailable => {
            out.write_str("Give the request id to the gateway's operators.")
        }
        Code::SubscriptionMissing => {
            out.write_str("Subscribe to ")?;
            service(told, out)?;
            out.write_str(".")
        }
        Code::SubscriptionPending => {
            out.write_str("Wait for the owners of ")?;
            service(told, out)?;
            out.write_str(", or remind them with this request id.")
        }
        Code::SubscriptionRejected => out.write_str("Apply again, with what was missing."),
        Code::SubscriptionSuspended => {
            out.write_str("Ask the owners of ")?;
            service(told, out)?;
            out.write_str(" what it takes to resume it.")
        }
        Code::SubscriptionExpired => out.write_str("Renew the subscription."),
        Code::SubscriptionNotCovered => {
            out.write_str("Change to a plan that covers this operation.")
        }
        _ => out.write_str("Subscribe again."),
    }
}

fn not_covered(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    named(told, "plan", "Plan", "The plan", out)?;
    match told.get("app") {
        Some(app) => write!(out, " of app `{app}` does not cover ")?,
        None => out.write_str(" of this app does not cover ")?,
    }
    match told.get("operation") {
        Some(operation) => write!(out, "`{operation}`")?,
        None => out.write_str("this operation")?,
    }
    if told.get("service").is_some() {
        out.write_str(" of ")?;
        service(told, out)?;
    }
    match told.get("covers").filter(|v| !is_empty(v)) {
        Some(covers) => write!(out, "; it covers {}.", All(covers)),
        None => out.write_str("."),
    }
}

fn scopes(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.get("required").filter(|v| !is_empty(v)) {
        Some(required) => write!(out, "This operation requires {}", All(required))?,
        None => out.write_str("This operation requires scopes that were not granted")?,
    }
    match told.get("granted") {
        Some(granted) if is_empty(granted) => out.write_str("; no scope was granted."),
        Some(granted) => write!(out, "; granted is {}.", All(granted)),
        None => out.write_str("."),
    }
}

fn roles(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.get("required").filter(|v| !is_empty(v)) {
        Some(required) => write!(
            out,
            "This operation requires the access role {}",
            Either(required)
        )?,
        None => out.write_str("This operation requires an access role that allows it")?,
    }
    match told.get("has") {
        Some(has) if is_empty(has) => out.write_str("; the app has none for this service."),
        Some(has) => write!(out, "; the app has {}.", All(has)),
        None => out.write_str("."),
    }
}

/// What is required and was not granted.
fn missing(told: Told<'_>) -> Option<Value> {
    let required = told.get("required").filter(|v| !is_empty(v))?;
    let (Value::List(required), Some(Value::List(granted))) = (required, told.get("granted"))
    else {
        return Some(required.clone());
    };
    let missing: Vec<_> = required
        .iter()
        .filter(|scope| !granted.contains(scope))
        .cloned()
        .collect();
    (!missing.is_empty()).then_some(Value::List(missing))
}

fn app(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    named(told, "app", "App", "This app", out)
}

fn service(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.get("service") {
        Some(name) => write!(out, "`{name}`"),
        None => out.write_str("this service"),
    }
}

fn named(
    told: Told<'_>,
    name: &str,
    kind: &str,
    otherwise: &str,
    out: &mut dyn Write,
) -> fmt::Result {
    match told.get(name) {
        Some(name) => write!(out, "{kind} `{name}`"),
        None => out.write_str(otherwise),
    }
}

/// A state that lasts, from when, and why.
fn since(told: Told<'_>, state: &str, out: &mut dyn Write) -> fmt::Result {
    out.write_str(state)?;
    if let Some(at) = told.get("since") {
        write!(out, " since {}", Day(at))?;
    }
    end(told, "reason", out)
}

fn on(told: Told<'_>, name: &str, out: &mut dyn Write) -> fmt::Result {
    match told.get(name) {
        Some(at) => write!(out, " on {}", Day(at)),
        None => Ok(()),
    }
}

/// The end of a sentence, with somebody's reason. The reason is a text of its own.
fn end(told: Told<'_>, name: &str, out: &mut dyn Write) -> fmt::Result {
    match told.get(name) {
        Some(reason) => write!(out, " (“{reason}”)."),
        None => out.write_str("."),
    }
}
