//! Stage 1: what can be said about a request before anybody knows whom it is for. The second half,
//! what the matched service asks of the connection, runs with `route`.

use super::{Check, Outcome};
use crate::client::Scheme;
use crate::decision::FactRequest;
use crate::facts::{CertificateVerdict, Facts, values};
use crate::fields::{Known, list_members};
use crate::head::Version;
use crate::host;
use crate::snapshot::Snapshot;
use crate::walk::{NormalPath, Progress};
use postern_model::denial::{Audience, Code, Denial, Value, printable};
use postern_model::entity::Method;

pub(super) const CHECKS: &[Check] = &[method, options, upgrade, loops, authority, misdirected];

/// Most options of `Connection`: each is compared with every field when the request is sent on.
const MAX_OPTIONS: usize = 32;

fn method(progress: &mut Progress, _: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    let Some(method) = Method::parse(facts.method()) else {
        let token = printable(facts.method(), 32);
        return Outcome::Refuse(Denial::new(Code::MethodUnsupported).saw("method", token));
    };
    if method != Method::Connect {
        progress.method = Some(method);
        return Outcome::Pass;
    }
    match facts.protocol() {
        Some(b"websocket") if facts.version() == Version::Http2 => {
            // RFC 8441 §5: the GET of RFC 6455 by another name.
            progress.method = Some(Method::Get);
            progress.websocket = true;
            Outcome::Pass
        }
        Some(other) => Outcome::Refuse(upgrade_refused(other)),
        None => Outcome::Refuse(upgrade_refused(b"CONNECT")),
    }
}

fn upgrade_refused(token: &[u8]) -> Denial {
    Denial::new(Code::UpgradeNotAllowed).saw("token", printable(token, 64))
}

fn options(_: &mut Progress, _: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    let count = values(facts, Known::Connection)
        .flat_map(list_members)
        .count();
    if count <= MAX_OPTIONS {
        return Outcome::Pass;
    }
    Outcome::Refuse(
        Denial::new(Code::Malformed)
            .saw("section", "RFC 9110 §7.6.1")
            .saw("error", "more than 32 connection options"),
    )
}

/// HTTP/1.0 cannot upgrade: the field is ignored, and dropped like every hop-by-hop field
/// (RFC 9110 §7.8). HTTP/2 has none; its extended CONNECT was recognized by its method.
fn upgrade(progress: &mut Progress, _: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    if progress.websocket {
        // Whoever does not say which version means the only one that is defined over HTTP/2.
        return match values(facts, Known::SecWebSocketVersion).find(|v| v != b"13") {
            Some(_) => Outcome::Refuse(handshake_refused(VERSION_PROBLEM)),
            None => Outcome::Pass,
        };
    }
    if facts.version() != Version::Http11 || facts.header(Known::Upgrade, 0).is_none() {
        return Outcome::Pass;
    }
    let mut tokens = values(facts, Known::Upgrade).flat_map(list_members);
    if let Some(other) = tokens.find(|t| !t.eq_ignore_ascii_case(b"websocket")) {
        return Outcome::Refuse(upgrade_refused(other));
    }
    let asked = values(facts, Known::Connection)
        .flat_map(list_members)
        .any(|option| option.eq_ignore_ascii_case(b"upgrade"));
    if !asked {
        return Outcome::Pass;
    }
    if let Some(problem) = handshake_problem(progress, facts) {
        return Outcome::Refuse(handshake_refused(problem));
    }
    progress.websocket = true;
    Outcome::Pass
}

const VERSION_PROBLEM: &str = "Sec-WebSocket-Version is 13";

fn handshake_refused(problem: &'static str) -> Denial {
    Denial::new(Code::Malformed)
        .saw("section", "RFC 6455 §4.2.1")
        .saw("error", problem)
}

/// What is wrong with the opening handshake of a WebSocket over HTTP/1.1.
fn handshake_problem(progress: &Progress, facts: &dyn Facts) -> Option<&'static str> {
    if progress.method != Some(Method::Get) {
        return Some("the method of a WebSocket handshake is GET");
    }
    if facts.header(Known::TransferEncoding, 0).is_some()
        || values(facts, Known::ContentLength).any(|v| v != b"0")
    {
        return Some("a WebSocket handshake has no body");
    }
    let one = |name| match facts.header(name, 1) {
        None => facts.header(name, 0),
        Some(_) => None,
    };
    if one(Known::SecWebSocketVersion) != Some(b"13") {
        return Some(VERSION_PROBLEM);
    }
    if !one(Known::SecWebSocketKey).is_some_and(is_key) {
        return Some("Sec-WebSocket-Key is 16 bytes in Base64");
    }
    None
}

/// 16 bytes in Base64 are 22 characters and two signs of padding; the last character carries two
/// bits (RFC 4648 §4).
fn is_key(value: &[u8]) -> bool {
    let Some(digits) = value.strip_suffix(b"==") else {
        return false;
    };
    digits.len() == 22
        && digits
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'))
        && digits.last().is_some_and(|b| b"AQgw".contains(b))
}

/// Counts our own pseudonym in `Via` (RFC 9110 §7.6.3).
fn loops(_: &mut Progress, snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    let rules = snapshot.rules;
    if facts.header(Known::Via, 0).is_none() {
        return Outcome::Pass;
    }
    let forwarding = &rules.configuration().forwarding;
    let hops = values(facts, Known::Via)
        .flat_map(list_members)
        .filter(|member| {
            let mut words = member
                .split(u8::is_ascii_whitespace)
                .filter(|w| !w.is_empty());
            let _protocol = words.next();
            words
                .next()
                .is_some_and(|by| by.eq_ignore_ascii_case(forwarding.name.as_bytes()))
        })
        .count();
    if hops <= forwarding.max_loops {
        return Outcome::Pass;
    }
    Outcome::Refuse(Denial::new(Code::LoopDetected).with("hops", hops as u64, Audience::Operator))
}

fn authority(progress: &mut Progress, _: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    let Some(raw) = facts.authority().filter(|raw| !raw.is_empty()) else {
        return Outcome::Pass;
    };
    if let Some(host) = host::plain(raw) {
        progress.host = Some(NormalPath::begin(host));
        return Outcome::Pass;
    }
    match host::parse(raw) {
        Ok(authority) => {
            progress.host = Some(NormalPath::new(authority.host));
            Outcome::Pass
        }
        Err(error) => Outcome::Refuse(
            Denial::new(Code::Malformed)
                .saw("section", "RFC 9110 §7.2")
                .saw("error", error.describe()),
        ),
    }
}

fn misdirected(progress: &mut Progress, _: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    match facts.tls() {
        Some(tls) if tls.misdirected => Outcome::Refuse(misdirected_denial(progress, facts)),
        _ => Outcome::Pass,
    }
}

/// `connection.misdirected` with what the TLS session and the request asked for.
pub(super) fn misdirected_denial(progress: &Progress, facts: &dyn Facts) -> Denial {
    let sni = facts.tls().and_then(|tls| tls.sni).unwrap_or_default();
    let authority = progress.host(facts).unwrap_or_default();
    Denial::new(Code::Misdirected)
        .saw("sni", printable(sni.as_bytes(), 255))
        .saw("authority", printable(authority.as_bytes(), 255))
}

/// Plain HTTP on a service that wants TLS. A redirect only where repeating the request is safe.
pub(super) fn tls_required(
    progress: &mut Progress,
    snapshot: &Snapshot<'_>,
    _: &dyn Facts,
) -> Outcome {
    let rules = snapshot.rules;
    let Some(route) = progress.route else {
        return Outcome::Pass;
    };
    if !rules.service(&route).tls_required || progress.scheme == Scheme::Https {
        return Outcome::Pass;
    }
    let mut denial = Denial::new(Code::TlsRequired).saw("scheme", "http");
    if matches!(progress.method, Some(Method::Get | Method::Head)) {
        denial = denial.status(308);
    }
    Outcome::Refuse(denial)
}

/// A Unix time as evidence; there are none before 1970.
pub(super) fn moment(unix: i64) -> u64 {
    u64::try_from(unix).unwrap_or(0)
}

/// The client certificate, where the service requires one.
pub(super) fn certificate(
    progress: &mut Progress,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
) -> Outcome {
    let rules = snapshot.rules;
    let Some(route) = progress.route else {
        return Outcome::Pass;
    };
    let required = rules
        .service(&route)
        .client_certificate
        .as_ref()
        .is_some_and(|c| c.required);
    if !required {
        return Outcome::Pass;
    }
    let missing = CertificateVerdict::Missing;
    let verdict = match facts.client_certificate() {
        Some(verdict) => verdict,
        None if facts.tls().is_none() => &missing,
        None => {
            return Outcome::Need(FactRequest::ClientCertificate {
                service: route.service,
            });
        }
    };
    certificate_refused(verdict).map_or(Outcome::Pass, Outcome::Refuse)
}

/// Why a client certificate is no good for a service; `None` if it is.
pub(super) fn certificate_refused(verdict: &CertificateVerdict) -> Option<Denial> {
    Some(match verdict {
        CertificateVerdict::Trusted { .. } => return None,
        CertificateVerdict::Missing => Denial::new(Code::CertificateMissing),
        CertificateVerdict::Untrusted {
            subject,
            issuer,
            error,
        } => Denial::new(Code::CertificateUntrusted)
            .saw("subject", subject.to_string())
            .saw("issuer", issuer.to_string())
            .saw("error", Value::Text(error.clone())),
        CertificateVerdict::Expired {
            subject,
            not_before,
            not_after,
            now,
        } => Denial::new(Code::CertificateExpired)
            .saw("subject", subject.to_string())
            .saw("not_before", moment(*not_before))
            .saw("not_after", moment(*not_after))
            .saw("now", moment(*now)),
    })
}

/// A WebSocket only where the operation declares it.
pub(super) fn websocket(
    progress: &mut Progress,
    snapshot: &Snapshot<'_>,
    _: &dyn Facts,
) -> Outcome {
    let rules = snapshot.rules;
    match progress.route {
        Some(route) if progress.websocket && !rules.operation(&route).websocket => {
            Outcome::Refuse(upgrade_refused(b"websocket"))
        }
        _ => Outcome::Pass,
    }
}
