//! What a refusal tells its caller: title, detail and fix, in words.
//!
//! Only evidence for the consumer's eyes is read here, and a code that shows as another speaks as
//! that one, so no caller of these functions can tell too much.

mod connection;
mod gateway;
mod route;
#[cfg(test)]
mod tests;
mod words;

use super::{Code, Denial, Public, Value};
use std::fmt::{self, Write};

/// One refusal while it is put into words.
#[derive(Clone, Copy)]
struct Told<'a> {
    denial: &'a Denial,
    code: Code,
}

impl<'a> Told<'a> {
    /// The refusal with the code that its caller sees.
    fn new(denial: &'a Denial) -> Self {
        let code = match denial.code.row().public {
            Public::AsSelf => denial.code,
            Public::As(shown) => shown,
        };
        Self { denial, code }
    }

    /// Evidence that the caller may read, of a kind that the shown code tells.
    fn get(self, name: &str) -> Option<&'a Value> {
        tells(self.code)
            .contains(&name)
            .then(|| self.denial.told(name))
            .flatten()
    }
}

impl Denial {
    /// The title of the code that the caller sees: a few words that people search for.
    pub fn title(&self) -> &'static str {
        Told::new(self).code.row().title
    }

    /// One or two sentences about what this caller sent.
    pub fn detail(&self) -> String {
        let mut out = String::with_capacity(160);
        // Writing to a String cannot fail.
        let _ = self.write_detail(&mut out);
        out
    }

    /// What the caller can do about it; `None` where there is nothing.
    pub fn fix(&self) -> Option<String> {
        let mut out = String::with_capacity(120);
        // Writing to a String cannot fail.
        let _ = self.write_fix(&mut out);
        (!out.is_empty()).then_some(out)
    }

    /// Writes [`Denial::detail`] without a string of its own.
    pub fn write_detail(&self, out: &mut dyn Write) -> fmt::Result {
        let told = Told::new(self);
        match told.code.family() {
            "connection" | "client" => connection::detail(told, out),
            "route" | "headers" => route::detail(told, out),
            _ => gateway::detail(told, out),
        }
    }

    /// Writes [`Denial::fix`] without a string of its own; nothing where there is none.
    pub fn write_fix(&self, out: &mut dyn Write) -> fmt::Result {
        let told = Told::new(self);
        match told.code.family() {
            "connection" | "client" => connection::fix(told, out),
            "route" | "headers" => route::fix(told, out),
            _ => gateway::fix(told, out),
        }
    }
}

/// The kinds of evidence that a code tells its caller, as the contract's evidence column marks
/// them. Sizes are bytes, limits are bytes or (of waits) milliseconds, moments are Unix seconds,
/// unless they are given as text.
pub(super) fn tells(code: Code) -> &'static [&'static str] {
    match code {
        Code::TlsRequired => &["scheme", "header"],
        Code::CertificateUntrusted => &["subject", "issuer", "error"],
        Code::CertificateExpired => &["subject", "not_before", "not_after", "now"],
        Code::Misdirected => &["sni", "authority"],
        Code::HeaderTooLarge => &["limit", "name", "size", "which"],
        Code::UriTooLong => &["limit", "size"],
        Code::Malformed => &["section", "error", "name"],
        Code::VersionUnsupported => &["version"],
        Code::MethodUnsupported => &["method"],
        Code::UpgradeNotAllowed => &["token"],
        Code::ConnectionTimeout => &["phase", "limit"],
        Code::AddressUnparseable => &["header"],
        Code::NotFound | Code::NotPublished => &["host", "path", "nearest"],
        Code::MethodNotAllowed => &["method", "allowed"],
        Code::VersionRetired => &["version", "retired_at", "successor"],
        Code::PathRejected => &["segment", "error", "part"],
        Code::ExpectationUnsupported => &["value"],
        Code::CircuitOpen => &["next_probe"],
        Code::OriginRefused => &["status"],
        Code::CertificateMissing
        | Code::ProxyProtocolInvalid
        | Code::LoopDetected
        | Code::LimitReached
        | Code::Unreachable
        | Code::AddressForbidden
        | Code::UpstreamTimeout
        | Code::NoHealthyTarget
        | Code::ResponseInvalid
        | Code::ClosedEarly
        | Code::Overloaded
        | Code::Draining
        | Code::NotReady
        | Code::Internal => &[],
    }
}
