//! Refusals before a request is understood.

use super::super::{Code, Value};
use super::Told;
use super::words::{Moment, Span};
use std::fmt::{self, Write};

/// What this caller sent.
pub(super) fn detail(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.code {
        Code::TlsRequired => {
            out.write_str(
                "This service is served over HTTPS only; the request came over plain HTTP.",
            )?;
            match told.get("header") {
                Some(name) => write!(
                    out,
                    " It carried `{name}` in clear, so treat that credential as known to others."
                ),
                None => Ok(()),
            }
        }
        Code::CertificateMissing => out.write_str(
            "This service asks for a client certificate; the connection presented none.",
        ),
        Code::CertificateUntrusted => untrusted(told, out),
        Code::CertificateExpired => expired(told, out),
        Code::Misdirected => misdirected(told, out),
        Code::HeaderTooLarge => header_too_large(told, out),
        Code::UriTooLong => {
            out.write_str("The request target is ")?;
            too_long(told, out)
        }
        Code::Malformed => malformed(told, out),
        Code::VersionUnsupported => match told.get("version") {
            Some(version) => write!(out, "`{version}` is not spoken here."),
            None => out.write_str("The request's HTTP version is not spoken here."),
        },
        Code::MethodUnsupported => match told.get("method") {
            Some(method) => write!(out, "`{method}` is not a method that this gateway knows."),
            None => out.write_str("The request's method is not one that this gateway knows."),
        },
        Code::UpgradeNotAllowed => match told.get("token") {
            Some(token) => write!(
                out,
                "The request asks for `{token}`, which is not offered here."
            ),
            None => {
                out.write_str("The request asks for another protocol, which is not offered here.")
            }
        },
        Code::ProxyProtocolInvalid => out.write_str(
            "The connection did not begin with a PROXY protocol header that is accepted here.",
        ),
        Code::LoopDetected => out.write_str(
            "The request has been through this gateway before: it goes round in a loop.",
        ),
        Code::LimitReached => {
            out.write_str("The gateway holds as many connections as it is allowed to.")
        }
        Code::ConnectionTimeout => timeout(told, out),
        _ => address_unparseable(told, out),
    }
}

/// What the caller can do.
pub(super) fn fix(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    out.write_str(match told.code {
        Code::TlsRequired if told.get("header").is_some() => {
            "Use `https://`, and replace the credential that was sent in clear."
        }
        Code::TlsRequired => "Use `https://`.",
        Code::CertificateMissing => {
            "Send a client certificate from an authority that this service accepts."
        }
        Code::CertificateUntrusted => {
            "Use another certificate, from an authority that this service accepts."
        }
        Code::CertificateExpired => "Renew the certificate; if it looks current, check the clocks.",
        Code::Misdirected => {
            "Open a new connection whose server name (SNI) is the request's host, and send it there."
        }
        Code::HeaderTooLarge => {
            "Send fewer or shorter headers; cookies are the usual cause."
        }
        Code::UriTooLong => "Shorten the path or the query, or send the data in a body.",
        Code::Malformed => {
            "Mend the client, or the proxy between it and the gateway: it sends what no HTTP server may accept."
        }
        Code::VersionUnsupported => "Use HTTP/1.1 or HTTP/2.",
        Code::MethodUnsupported => "Use a registered HTTP method; they are written in capitals.",
        Code::UpgradeNotAllowed => {
            "Send the request without `Upgrade`; WebSockets open only on operations that offer them."
        }
        Code::LoopDetected | Code::AddressUnparseable => {
            "Nothing is wrong with the request itself: give its id to the gateway's operators."
        }
        Code::LimitReached => "Try again in a moment, and reuse connections.",
        Code::ConnectionTimeout => "Send the request again, without pauses.",
        _ => return Ok(()),
    })
}

fn untrusted(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    out.write_str("The client certificate")?;
    if let Some(subject) = told.get("subject") {
        write!(out, " of `{subject}`")?;
    }
    if let Some(issuer) = told.get("issuer") {
        write!(out, ", issued by `{issuer}`,")?;
    }
    match told.get("error") {
        Some(error) => write!(out, " is not trusted by this service: {error}."),
        None => out.write_str(
            " is not trusted by this service: its chain does not end in an accepted authority, or it was revoked.",
        ),
    }
}

fn expired(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    out.write_str("The client certificate")?;
    if let Some(subject) = told.get("subject") {
        write!(out, " of `{subject}`")?;
    }
    match (told.get("not_before"), told.get("not_after")) {
        (Some(from), Some(until)) => write!(
            out,
            " is valid from {} until {}",
            Moment(from),
            Moment(until)
        )?,
        (None, Some(until)) => write!(out, " was valid until {}", Moment(until))?,
        (Some(from), None) => write!(out, " is valid from {}", Moment(from))?,
        (None, None) => out.write_str(" is outside its validity")?,
    }
    match told.get("now") {
        Some(now) => write!(out, "; it is now {}.", Moment(now)),
        None => out.write_str("."),
    }
}

fn misdirected(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match (told.get("sni"), told.get("authority")) {
        (Some(sni), Some(authority)) => write!(
            out,
            "The connection was opened for `{sni}`, but the request is for `{authority}`, which this connection does not serve."
        ),
        (None, Some(authority)) => write!(
            out,
            "The request is for `{authority}`, which this connection does not serve."
        ),
        _ => out.write_str("The request is for a host that this connection does not serve."),
    }
}

fn header_too_large(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    if let Some(name) = told.get("name") {
        write!(out, "Header `{name}` is ")?;
        return too_long(told, out);
    }
    let counted = matches!(told.get("which"), Some(Value::Text(which)) if which == "count");
    if !counted {
        out.write_str("The request's header section is ")?;
        return too_long(told, out);
    }
    out.write_str("The request has more header fields than are accepted")?;
    match told.get("limit") {
        Some(limit) => write!(out, " ({limit})."),
        None => out.write_str("."),
    }
}

/// The end of a sentence about something that is longer than it may be.
fn too_long(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match (told.get("size"), told.get("limit")) {
        (Some(size), Some(limit)) => write!(out, "{size} bytes long; the limit is {limit}."),
        (None, Some(limit)) => write!(out, "longer than the limit of {limit} bytes."),
        _ => out.write_str("longer than is accepted."),
    }
}

fn malformed(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    out.write_str("The request is not valid HTTP")?;
    if let Some(error) = told.get("error") {
        write!(out, ": {error}")?;
    }
    if let Some(name) = told.get("name") {
        write!(out, " in header `{name}`")?;
    }
    match told.get("section") {
        Some(Value::Text(section)) if section.starts_with("RFC") => write!(out, " ({section})."),
        Some(section) => write!(out, " (RFC 9112 §{section})."),
        None => out.write_str("."),
    }
}

fn timeout(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.get("phase") {
        Some(phase) => write!(out, "The request's {phase} did not arrive in time")?,
        None => out.write_str("The request did not arrive in time")?,
    }
    match told.get("limit") {
        Some(limit) => write!(out, "; the limit is {}.", Span(limit)),
        None => out.write_str("."),
    }
}

fn address_unparseable(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    out.write_str("A proxy in front of the gateway sent ")?;
    match told.get("header") {
        Some(header) => write!(out, "a `{header}` header")?,
        None => out.write_str("a forwarding header")?,
    }
    out.write_str(" that cannot be read, so the client's address is not known.")
}
