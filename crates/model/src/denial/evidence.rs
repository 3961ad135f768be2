//! What a refusal knows about its cause, and who may read which part of that.

use super::Code;
use std::borrow::Cow;

/// One thing that was seen or expected, by name. Never a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// What it is, as the contract's evidence column names it.
    pub name: &'static str,
    /// What was seen or expected.
    pub value: Value,
    /// The narrowest audience that may read it.
    pub audience: Audience,
}

/// Who may read a piece of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    /// Platform operators only.
    Operator,
    /// Operators and the publisher of the service.
    Publisher,
    /// Everybody, the caller included.
    Consumer,
}

/// A value in evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text; untrusted bytes were escaped and cut before they came here.
    Text(Cow<'static, str>),
    /// A number, in the unit that the name says.
    Number(u64),
    /// Several texts.
    List(Vec<Cow<'static, str>>),
}

impl From<&'static str> for Value {
    fn from(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<Vec<Cow<'static, str>>> for Value {
    fn from(list: Vec<Cow<'static, str>>) -> Self {
        Self::List(list)
    }
}

impl Value {
    /// The value, if it is text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(_) | Self::List(_) => None,
        }
    }
}

/// The kinds of evidence of a code, by the narrowest audience that may read them. Sizes are
/// bytes, limits are bytes, requests or (of waits) milliseconds, moments are Unix seconds, unless
/// they are given as text.
#[derive(Debug, Clone, Copy)]
pub struct Kinds {
    /// What everybody may read: what the caller sent, or proved to own.
    pub consumer: &'static [&'static str],
    /// What the publisher of the service may read too.
    pub publisher: &'static [&'static str],
    /// What is the platform operators' alone.
    pub operator: &'static [&'static str],
}

const fn kinds(
    consumer: &'static [&'static str],
    publisher: &'static [&'static str],
    operator: &'static [&'static str],
) -> Kinds {
    Kinds {
        consumer,
        publisher,
        operator,
    }
}

/// What makes a `route.not_found`; whatever shows as that one brings the same.
const PLACE: &[&str] = &["host", "path", "nearest"];
/// How a limit stands.
const LIMIT: &[&str] = &["name", "by", "limit", "window", "reset"];
/// How the gateway fared with an upstream.
const UPSTREAM: &[&str] = &["target", "attempts", "error", "phase", "limit"];

impl Code {
    /// The evidence that this code comes with, as the contract's evidence column marks it.
    #[expect(clippy::too_many_lines, reason = "a line for each code")]
    #[rustfmt::skip]
    pub const fn kinds(self) -> Kinds {
        match self {
            Self::TlsRequired => kinds(&["scheme", "header"], &[], &[]),
            Self::CertificateMissing => kinds(&[], &["accepted"], &[]),
            Self::CertificateUntrusted => kinds(&["subject", "issuer", "error"], &[], &[]),
            Self::CertificateExpired => kinds(&["subject", "not_before", "not_after", "now"], &[], &[]),
            Self::Misdirected => kinds(&["sni", "authority"], &[], &[]),
            Self::HeaderTooLarge => kinds(&["limit", "name", "size", "which"], &[], &[]),
            Self::UriTooLong => kinds(&["limit", "size"], &[], &[]),
            Self::Malformed => kinds(&["section", "error", "name"], &[], &["line"]),
            Self::VersionUnsupported => kinds(&["version"], &[], &["line"]),
            Self::MethodUnsupported => kinds(&["method"], &[], &[]),
            Self::UpgradeNotAllowed => kinds(&["token"], &[], &[]),
            Self::ProxyProtocolInvalid => kinds(&[], &[], &["peer", "error"]),
            Self::LoopDetected => kinds(&[], &[], &["hops"]),
            Self::ConnectionTimeout => kinds(&["phase", "limit"], &[], &[]),
            Self::AddressUnparseable => kinds(&["header"], &[], &["peer", "hop", "error"]),
            Self::EdgeAddressDenied => kinds(&["address", "provenance"], &[], &["list", "entry", "since", "reason", "source"]),
            Self::EdgeAddressBlocked => kinds(&["address", "provenance", "until"], &[], &["trigger"]),
            Self::EdgeRateExceeded => kinds(&["address", "provenance", "limit", "window", "reset"], &[], &[]),
            Self::NotFound => kinds(PLACE, &[], &[]),
            Self::MethodNotAllowed => kinds(&["method", "allowed"], &[], &[]),
            Self::NotPublished => kinds(PLACE, &["state"], &[]),
            Self::VersionRetired => kinds(&["version", "retired_at", "successor"], &[], &[]),
            Self::PathRejected => kinds(&["segment", "error", "part"], &[], &[]),
            Self::AddressNotAllowed => kinds(&["address", "provenance", "asn"], &["list", "expired_list"], &["nearest_range", "database", "source"]),
            Self::AddressDenied => kinds(&["address", "provenance"], &["list", "entry", "asn"], &["since", "reason", "database", "source"]),
            Self::CountryNotAllowed => kinds(&["address", "provenance", "country", "blocked_by"], &["rule", "list", "expired_list", "asn"], &["nearest_range", "database", "source"]),
            Self::OriginNotAllowed => kinds(&["origin"], &["allowed"], &[]),
            Self::CorsMethodNotAllowed | Self::CorsHeaderNotAllowed => kinds(&["origin", "asked"], &["allowed"], &[]),
            Self::CorsCredentialsNotAllowed => kinds(&["origin", "asked"], &[], &[]),
            Self::HeaderMissing => kinds(&["name"], &[], &[]),
            Self::HeaderValueNotAllowed => kinds(&["name", "rule"], &[], &[]),
            Self::ContentTypeMissing => kinds(&["accepted", "looks_like"], &[], &[]),
            Self::ContentTypeUnsupported => kinds(&["sent", "accepted", "looks_like"], &[], &[]),
            Self::ExpectationUnsupported => kinds(&["value"], &[], &[]),
            Self::EncodingUnsupported => kinds(&["sent", "accepted"], &[], &[]),
            Self::NotAcceptable => kinds(&["sent", "available"], &[], &[]),
            Self::ParameterMissing => kinds(&["name", "in", "also"], &[], &[]),
            Self::ParameterInvalid => kinds(&["name", "in", "pointer", "rule", "expected", "seen", "also"], &[], &[]),
            Self::BodyTooLarge => kinds(&["limit", "seen", "coding"], &[], &[]),
            Self::BodyUnreadable => kinds(&["format", "line", "column", "expected"], &[], &[]),
            Self::SchemaMismatch => kinds(&["pointer", "rule", "expected", "seen", "also"], &[], &[]),
            Self::FileNotAllowed => kinds(&["part", "detected", "allowed"], &[], &[]),
            Self::CredentialMissing => kinds(&["looked", "came", "accepted"], &[], &[]),
            Self::CredentialMalformed => kinds(&["place", "kind", "error"], &[], &[]),
            Self::CredentialKindNotAccepted => kinds(&["sent", "accepted"], &["siblings"], &[]),
            Self::CredentialAmbiguous => kinds(&["kinds", "subject"], &[], &[]),
            Self::CredentialUnknown => kinds(&[], &[], &["prefix", "similar", "kind", "mark", "subject", "fingerprint"]),
            Self::CredentialWrongSecret => kinds(&[], &[], &["prefix", "similar", "kind", "user", "key", "app"]),
            Self::CredentialNotYetValid => kinds(&["key", "from", "kind", "user", "certificate"], &[], &[]),
            Self::CredentialExpired => kinds(&["key", "until", "kind", "user", "certificate"], &[], &[]),
            Self::CredentialRevoked => kinds(&["key", "revoked_at", "reason", "kind", "user", "certificate"], &["revoked_by"], &[]),
            Self::CredentialWrongEnvironment => kinds(&["key", "key_environment", "service_environment", "kind", "user", "certificate"], &[], &[]),
            Self::CredentialRestricted => kinds(&["key", "restriction", "seen", "kind", "user", "certificate"], &[], &[]),
            Self::TokenMalformed => kinds(&["error"], &[], &[]),
            Self::TokenSignatureInvalid => kinds(&[], &[], &["issuer", "alg", "kid", "error"]),
            Self::TokenKeyUnknown => kinds(&[], &[], &["issuer", "alg", "kid", "known"]),
            Self::TokenIssuerNotTrusted => kinds(&[], &[], &["iss", "trusted"]),
            Self::TokenExpired => kinds(&["exp", "now", "leeway"], &["issuer", "subject"], &["kid"]),
            Self::TokenNotYetValid => kinds(&["nbf", "now", "leeway"], &["issuer", "subject"], &["kid"]),
            Self::TokenAudienceMismatch => kinds(&["aud", "expected"], &["issuer", "subject"], &["kid"]),
            Self::TokenClaimMissing => kinds(&["claim", "value"], &["issuer", "subject"], &["kid"]),
            Self::TokenRevoked => kinds(&["revoked_at", "reason", "tokens"], &["issuer", "subject", "client", "revoked_by"], &["kid", "revocation"]),
            Self::TokenInactive => kinds(&["at"], &["issuer", "subject"], &["kid"]),
            Self::IdentityProviderUnreachable => kinds(&[], &["issuer"], &["error", "since", "asked"]),
            Self::SessionMissing => kinds(&["cookie", "why"], &[], &[]),
            Self::SessionExpired => kinds(&["cookie", "since", "why"], &[], &[]),
            Self::SessionInvalid => kinds(&["cookie", "error", "ended_at", "reason", "signing"], &["ended_by"], &["revocation"]),
            Self::SignatureInvalid => kinds(&["error", "components", "seen"], &[], &["key", "reason"]),
            Self::SignatureKeyUnknown => kinds(&["error", "components", "seen"], &[], &["keyid"]),
            Self::SignatureStale => kinds(&["created", "expires", "now", "skew", "max_age", "leeway"], &["key"], &[]),
            Self::SignatureReplayed => kinds(&["nonce", "created"], &["key"], &[]),
            Self::SignatureComponentMissing => kinds(&["missing", "absent", "components"], &[], &["key"]),
            Self::SignatureDigestMismatch => kinds(&["error", "algorithms", "length"], &["key"], &[]),
            Self::DpopProofMissing => kinds(&["claim", "sent"], &["issuer", "subject", "kid"], &[]),
            Self::DpopProofInvalid => kinds(&["claim", "error", "seen", "expected", "now", "limit"], &["issuer", "subject", "kid"], &[]),
            Self::DpopReplayed => kinds(&["claim"], &["issuer", "subject", "kid"], &[]),
            Self::DpopNonceRequired => kinds(&["claim", "error"], &["issuer", "subject", "kid"], &[]),
            Self::DpopKeyMismatch => kinds(&["claim", "seen", "expected"], &["issuer", "subject", "kid"], &[]),
            Self::GrantInvalid => kinds(&["error", "what", "value", "allowed"], &["issuer", "app"], &[]),
            Self::CsrfCrossSite | Self::CsrfOriginMismatch => kinds(&["header", "origin", "host"], &["ambient"], &[]),
            Self::CsrfRefererNotAllowed => kinds(&["referer", "host"], &["ambient"], &[]),
            Self::CsrfTokenMissing => kinds(&["header", "cookie", "field", "missing"], &["ambient"], &[]),
            Self::CsrfTokenInvalid => kinds(&["header", "cookie", "field", "error"], &["ambient"], &[]),
            Self::CsrfTokenExpired => kinds(&["header", "cookie", "field", "until"], &["ambient"], &[]),
            Self::TenantSuspended => kinds(&["tenant", "since", "reason"], &[], &[]),
            Self::AppSuspended => kinds(&["app", "since", "reason"], &[], &[]),
            Self::TenantIsolated => kinds(PLACE, &[], &["app", "service", "tenant"]),
            Self::SubscriptionMissing => kinds(&["app", "service"], &[], &[]),
            Self::SubscriptionPending => kinds(&["app", "service", "requested_at", "requested_by"], &["subscription", "plan"], &[]),
            Self::SubscriptionRejected => kinds(&["app", "service", "decided_at", "comment"], &["subscription", "plan", "decided_by"], &[]),
            Self::SubscriptionSuspended | Self::SubscriptionExpired | Self::SubscriptionCancelled => {
                kinds(&["app", "service", "since", "reason"], &["subscription", "plan"], &[])
            }
            Self::SubscriptionNotCovered => kinds(&["app", "service", "operation", "plan", "covers"], &["subscription"], &[]),
            Self::ScopeMissing => kinds(&["required", "granted"], &["app", "subscription", "key", "not_granted", "not_carried", "not_in_token"], &[]),
            Self::RoleMissing => kinds(&["required", "has"], &["app", "service", "operation", "method", "key", "not_carried", "not_allowing"], &[]),
            Self::ExternalDenied => kinds(&["decider", "challenge", "location"], &["reason", "answered"], &[]),
            Self::ExternalUnavailable => kinds(&["decider"], &["error", "since"], &[]),
            Self::Forbidden => kinds(&["role"], &["inherited_from", "app", "service", "operation", "method", "statement", "conditions"], &["values"]),
            Self::NotPermitted => kinds(&["lacks"], &["permit", "condition", "expected", "seen", "met", "others"], &[]),
            Self::AuthorizationUnavailable => kinds(&[], &[], &["statement", "error"]),
            Self::NotOwner => kinds(&["resource", "place", "owner", "error"], &["rule"], &[]),
            Self::ConditionUnmet => kinds(&["condition", "name", "expected", "seen", "opens"], &[], &[]),
            Self::StepUpRequired => kinds(&["acr", "max_age", "seen_acr", "signed_in"], &[], &[]),
            Self::RateExceeded | Self::BurstExceeded => kinds(LIMIT, &[], &[]),
            Self::ConcurrencyExceeded => kinds(&["name", "by", "limit"], &[], &[]),
            Self::QuotaExhausted => kinds(&["name", "by", "used", "quota", "period", "renews"], &[], &[]),
            Self::Blocked => kinds(&["what", "until", "reason"], &["trigger", "policy"], &["who", "by"]),
            Self::Unreachable | Self::AddressForbidden | Self::UpstreamTimeout
            | Self::ResponseInvalid | Self::ClosedEarly => kinds(&[], UPSTREAM, &[]),
            Self::NoHealthyTarget => kinds(&[], &["targets"], &[]),
            Self::CircuitOpen => kinds(&["next_probe"], &["since", "limit"], &[]),
            Self::TransformFailed => kinds(&[], &["step", "error", "limit"], &[]),
            Self::OriginRefused => kinds(&["status"], &["looks_like", "because", "what_next", "or_like", "on_the_path", "origin_body"], &[]),
            Self::LimitReached | Self::Overloaded => kinds(&[], &[], &["which"]),
            Self::ConfigurationStale => kinds(&[], &[], &["age", "limit"]),
            Self::LengthRequired | Self::CredentialInvalid | Self::TokenInvalid
            | Self::Draining | Self::NotReady | Self::Internal => kinds(&[], &[], &[]),
        }
    }

    /// The narrowest audience that may read evidence of that name; operators, if the code is not
    /// known to come with it.
    pub fn audience(self, name: &str) -> Audience {
        let kinds = self.kinds();
        if kinds.consumer.contains(&name) {
            Audience::Consumer
        } else if kinds.publisher.contains(&name) {
            Audience::Publisher
        } else {
            Audience::Operator
        }
    }
}

/// Escapes untrusted bytes for evidence: printable ASCII stays, everything else becomes `\xNN`,
/// and what is longer than `max` bytes is cut with an ellipsis.
pub fn printable(bytes: &[u8], max: usize) -> String {
    let mut out = String::with_capacity(bytes.len().min(max) + 3);
    let is_plain = |byte: u8| (b' '..=b'~').contains(&byte) && byte != b'\\';
    if bytes.len() <= max
        && bytes.iter().all(|byte| is_plain(*byte))
        && let Ok(text) = str::from_utf8(bytes)
    {
        // As most are.
        out.push_str(text);
        return out;
    }
    for &byte in bytes.iter().take(max) {
        if is_plain(byte) {
            out.push(char::from(byte));
        } else {
            use std::fmt::Write as _;
            // Writing to a String cannot fail.
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    if bytes.len() > max {
        out.push('…');
    }
    out
}
