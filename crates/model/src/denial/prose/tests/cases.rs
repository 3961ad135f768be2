//! Refusals whose words are approved.

use super::super::super::{Audience, Code, Denial};
use std::borrow::Cow;

fn list(items: &[&'static str]) -> Vec<Cow<'static, str>> {
    items.iter().map(|item| Cow::Borrowed(*item)).collect()
}

/// Every code bare, then those whose words follow from evidence.
pub(super) fn cases() -> Vec<Denial> {
    let mut cases: Vec<Denial> = Code::ALL.iter().map(|code| Denial::new(*code)).collect();
    let new = Denial::new;
    cases.extend([
        new(Code::TlsRequired)
            .saw("scheme", "http")
            .saw("header", "authorization"),
        new(Code::CertificateUntrusted)
            .saw("subject", "CN=build")
            .saw("issuer", "CN=Old CA")
            .saw("error", "revoked on 2026-01-02"),
        new(Code::CertificateExpired)
            .saw("subject", "CN=build")
            .saw("not_before", 951_782_400)
            .saw("not_after", 1_709_164_799)
            .saw("now", 1_795_342_800),
        new(Code::CertificateExpired).saw("not_after", "2026-01-01"),
        new(Code::Misdirected)
            .saw("sni", "a.example")
            .saw("authority", "b.example"),
        new(Code::Misdirected).saw("authority", "b.example"),
        new(Code::HeaderTooLarge)
            .saw("name", "cookie")
            .saw("size", 20_000)
            .saw("limit", 16_384),
        new(Code::HeaderTooLarge).saw("limit", 65_536),
        new(Code::HeaderTooLarge)
            .saw("which", "count")
            .saw("limit", 128),
        new(Code::UriTooLong).saw("size", 9_000).saw("limit", 8_192),
        new(Code::Malformed)
            .saw("section", "6.3")
            .saw("error", "both `Content-Length` and `Transfer-Encoding`"),
        new(Code::Malformed)
            .saw("section", "RFC 9110 §5.5")
            .saw("error", "a control character")
            .saw("name", "x-a"),
        new(Code::VersionUnsupported).saw("version", "HTTP/3.1"),
        new(Code::MethodUnsupported).saw("method", "BREW"),
        new(Code::UpgradeNotAllowed).saw("token", "h2c"),
        new(Code::ConnectionTimeout)
            .saw("phase", "header")
            .saw("limit", 10_000),
        new(Code::ConnectionTimeout)
            .saw("phase", "body")
            .saw("limit", 1_500),
        new(Code::AddressUnparseable).saw("header", "X-Forwarded-For"),
        new(Code::NotFound).saw("host", "api.example"),
        new(Code::NotFound)
            .saw("host", "api.example")
            .saw("path", "/order")
            .saw("nearest", list(&["/orders"])),
        new(Code::NotFound)
            .saw("path", "/order")
            .saw("nearest", list(&[])),
        new(Code::NotPublished)
            .saw("host", "api.example")
            .saw("path", "/v3/orders"),
        new(Code::MethodNotAllowed)
            .saw("method", "DELETE")
            .saw("allowed", list(&["GET", "HEAD", "POST"])),
        new(Code::MethodNotAllowed)
            .saw("method", "DELETE")
            .saw("allowed", list(&["GET"])),
        new(Code::VersionRetired)
            .saw("version", "v1")
            .saw("retired_at", 1_709_164_800)
            .saw("successor", "v2"),
        new(Code::PathRejected)
            .saw("segment", "%2e%2e")
            .saw("error", "a dot segment"),
        new(Code::PathRejected)
            .saw("part", "query")
            .saw("error", "control byte or space"),
        new(Code::ExpectationUnsupported).saw("value", "fast"),
        new(Code::NoHealthyTarget).retry_after(30),
        new(Code::CircuitOpen).saw("next_probe", 5_000),
        new(Code::OriginRefused).saw("status", 403),
    ]);
    cases.extend(of_requests());
    cases.extend(of_tokens());
    cases.extend(of_pages());
    cases.extend(of_callers());
    cases
}

/// Those about tokens.
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn of_tokens() -> Vec<Denial> {
    let new = Denial::new;
    let at = 1_795_167_120;
    vec![
        new(Code::CredentialMissing)
            .saw("looked", list(&["X-API-Key", "Authorization"]))
            .saw(
                "accepted",
                list(&[
                    "an API key in `X-API-Key`",
                    "a bearer token (JWT) in `Authorization`",
                ]),
            ),
        new(Code::TokenMalformed).saw("error", "is not a JWT: it has no dots"),
        new(Code::TokenSignatureInvalid)
            .saw("issuer", "corp")
            .saw("alg", "none"),
        new(Code::TokenExpired)
            .saw("exp", at - 312)
            .saw("now", at)
            .saw("leeway", 30)
            .saw("issuer", "corp"),
        new(Code::TokenNotYetValid)
            .saw("nbf", at + 86_400)
            .saw("now", at),
        new(Code::TokenAudienceMismatch)
            .saw("aud", list(&["billing"]))
            .saw("expected", list(&["orders", "https://orders.example.com"])),
        new(Code::TokenAudienceMismatch)
            .saw("aud", list(&[]))
            .saw("expected", list(&["orders"])),
        new(Code::SignatureInvalid).saw("error", "`Signature-Input` ends with a comma"),
        new(Code::SignatureInvalid)
            .saw("components", list(&["@method", "@authority"]))
            .saw("seen", "`POST` by `http` for `api.example.com`"),
        new(Code::SignatureStale)
            .saw("created", at)
            .saw("now", at + 312)
            .saw("skew", 312)
            .saw("max_age", 300)
            .saw("leeway", 0),
        new(Code::SignatureStale)
            .saw("created", at + 86_400)
            .saw("now", at)
            .saw("skew", 86_400)
            .saw("max_age", 300)
            .saw("leeway", 30),
        new(Code::SignatureStale)
            .saw("expires", at)
            .saw("now", at + 40)
            .saw("skew", 40)
            .saw("leeway", 30),
        new(Code::SignatureReplayed).saw("nonce", "b3k2pp5k7z"),
        new(Code::SignatureReplayed),
        new(Code::SignatureComponentMissing)
            .saw("missing", list(&["@query", "content-digest"]))
            .saw("components", list(&["@method", "@path"])),
        new(Code::SignatureComponentMissing).saw("absent", list(&["x-order"])),
        new(Code::SignatureDigestMismatch)
            .saw("algorithms", list(&["sha-256"]))
            .saw("length", 18),
        new(Code::SignatureDigestMismatch).saw("error", "has neither `sha-256` nor `sha-512`"),
        new(Code::TokenClaimMissing).saw("claim", list(&["client_id", "azp"])),
        new(Code::TokenClaimMissing)
            .saw("claim", list(&["client_id"]))
            .saw("value", "till-7"),
        new(Code::TokenRevoked)
            .saw("revoked_at", at)
            .saw("tokens", "jti"),
        new(Code::TokenRevoked)
            .saw("revoked_at", at)
            .saw("reason", "laptop stolen")
            .saw("tokens", "subject"),
        new(Code::TokenRevoked)
            .saw("revoked_at", at)
            .saw("tokens", "client"),
        new(Code::TokenInactive).saw("at", at).saw("issuer", "corp"),
        new(Code::DpopProofMissing)
            .saw("claim", "cnf.jkt")
            .saw("sent", "bearer"),
        new(Code::DpopProofMissing).saw("sent", "unbound"),
        new(Code::DpopProofMissing).saw("sent", "dpop"),
        new(Code::DpopProofInvalid)
            .saw("claim", "htu")
            .saw("error", "is for another address")
            .saw("seen", "http://api.example.com/orders")
            .saw("expected", "https://api.example.com/orders"),
        new(Code::DpopProofInvalid)
            .saw("claim", "iat")
            .saw("error", "is too old")
            .saw("seen", at - 312)
            .saw("now", at)
            .saw("limit", 60),
        new(Code::DpopProofInvalid)
            .saw("claim", "jti")
            .saw("error", "has no `jti`"),
        new(Code::DpopReplayed).saw("claim", "jti"),
        new(Code::DpopNonceRequired)
            .saw("claim", "nonce")
            .saw("error", "names a nonce that is over"),
        new(Code::DpopKeyMismatch)
            .saw("claim", "cnf.jkt")
            .saw("seen", "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I")
            .saw("expected", "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"),
        new(Code::GrantInvalid)
            .saw("error", "unsupported_grant_type")
            .saw("what", "is of another type than `client_credentials`")
            .saw("value", "password"),
        new(Code::GrantInvalid)
            .saw("error", "invalid_scope")
            .saw("what", "asks for scopes that the app does not have")
            .saw("value", "orders:write")
            .saw("allowed", list(&["orders:read"])),
        new(Code::IdentityProviderUnreachable)
            .saw("issuer", "corp")
            .saw("error", "connection refused"),
    ]
}

/// Those about addresses, headers and credentials.
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn of_requests() -> Vec<Denial> {
    let new = Denial::new;
    let at = 1_795_167_120;
    vec![
        new(Code::EdgeAddressDenied)
            .saw("address", "198.51.100.7")
            .saw("provenance", "peer")
            .saw("list", "scanners"),
        new(Code::EdgeAddressBlocked)
            .saw("address", "2001:db8::7")
            .saw("provenance", "x-forwarded-for[2]")
            .saw("until", at),
        new(Code::EdgeRateExceeded)
            .saw("address", "198.51.100.7")
            .saw("provenance", "proxy_protocol")
            .saw("limit", 100)
            .saw("window", 1_000)
            .saw("reset", 3_140),
        new(Code::AddressNotAllowed)
            .saw("address", "203.0.113.7")
            .saw("provenance", "peer")
            .saw("list", "office"),
        new(Code::AddressNotAllowed)
            .saw("address", "203.0.113.7")
            .saw("provenance", "peer")
            .saw("asn", "AS64496 (Example Net)"),
        new(Code::AddressDenied)
            .saw("address", "203.0.113.7")
            .saw("provenance", "forwarded[1]")
            .saw("entry", "203.0.113.0/24"),
        new(Code::CountryNotAllowed)
            .saw("address", "203.0.113.7")
            .saw("provenance", "x-forwarded-for[1]")
            .saw("country", "FR")
            .saw("blocked_by", "https://www.example.com/blocked")
            .saw("database", at),
        new(Code::CountryNotAllowed)
            .saw("address", "10.0.0.7")
            .saw("provenance", "peer")
            .saw("country", "unknown"),
        new(Code::HeaderMissing).saw("name", "X-Tenant"),
        new(Code::HeaderMissing).saw("name", list(&["X-Tenant", "X-Trace"])),
        new(Code::HeaderValueNotAllowed)
            .saw("name", "X-Mode")
            .saw("rule", "one of `fast` and `safe`"),
        new(Code::ContentTypeMissing)
            .saw("accepted", list(&["application/json"]))
            .saw("looks_like", "JSON"),
        new(Code::ContentTypeUnsupported)
            .saw("sent", "text/plain")
            .saw("accepted", list(&["application/json", "application/xml"])),
        new(Code::ContentTypeUnsupported)
            .saw("sent", "application/json")
            .saw("accepted", list(&["application/json"]))
            .saw("looks_like", "XML"),
        new(Code::EncodingUnsupported)
            .saw("sent", "br")
            .saw("accepted", list(&["gzip", "deflate"])),
        new(Code::NotAcceptable)
            .saw("sent", "text/html")
            .saw("available", list(&["application/json"])),
        new(Code::NotAcceptable)
            .saw("sent", "text/html")
            .saw("available", list(&["application/json", "text/csv"])),
        new(Code::ParameterMissing)
            .saw("in", "query")
            .saw("name", "from"),
        new(Code::ParameterInvalid)
            .saw("in", "path")
            .saw("name", "order")
            .saw("rule", "type")
            .saw("expected", "an integer")
            .saw("seen", "a string")
            .saw(
                "also",
                list(&["query `limit`: maximum: expected at most 100, came an integer"]),
            ),
        new(Code::ParameterInvalid)
            .saw("in", "query")
            .saw("name", "limti")
            .saw("rule", "unknown")
            .saw("expected", "only parameters of the operation")
            .saw("seen", "a string"),
        new(Code::BodyTooLarge)
            .saw("seen", 2_000_000)
            .saw("limit", 1_048_576),
        new(Code::BodyTooLarge)
            .saw("coding", "gzip")
            .saw("limit", 1_048_576),
        new(Code::BodyUnreadable)
            .saw("format", "json")
            .saw("line", 3)
            .saw("column", 17)
            .saw("expected", "member \"id\" stands twice"),
        new(Code::BodyUnreadable)
            .saw("format", "multipart")
            .saw("line", 2)
            .saw("column", 117)
            .saw("expected", "the boundary behind the part"),
        new(Code::BodyUnreadable)
            .saw("format", "form")
            .saw("line", 2)
            .saw("column", 0)
            .saw("expected", "UTF-8, with `%` before two hexadecimal digits"),
        new(Code::BodyUnreadable).saw("format", "gzip").saw(
            "expected",
            "a whole body of the coding gzip, and nothing behind it",
        ),
        new(Code::SchemaMismatch)
            .saw("pointer", "/lines/0/quantity")
            .saw("rule", "minimum")
            .saw("expected", "at least 1")
            .saw("seen", "an integer"),
        new(Code::SchemaMismatch)
            .saw("pointer", "/lines/0/quantity")
            .saw("rule", "minimum")
            .saw("expected", "at least 1")
            .saw("seen", "an integer")
            .saw(
                "also",
                list(&["/customer: required: expected a value, came nothing"]),
            ),
        new(Code::SchemaMismatch)
            .saw("rule", "required")
            .saw("expected", "a body")
            .saw("seen", "nothing"),
        new(Code::FileNotAllowed)
            .saw("part", "photo")
            .saw("detected", "text/html")
            .saw("allowed", list(&["image/png", "image/jpeg"])),
        new(Code::FileNotAllowed)
            .saw("part", "photo")
            .saw("allowed", list(&["*.png"])),
        new(Code::CredentialMissing).saw("looked", list(&["X-API-Key", "?api_key"])),
        new(Code::CredentialMissing)
            .saw("looked", list(&["X-API-Key"]))
            .saw("came", list(&["authorization"])),
        new(Code::CredentialMalformed)
            .saw("place", "X-API-Key")
            .saw(
                "error",
                "its checksum is wrong, so a character is missing or mistyped",
            ),
        new(Code::CredentialKindNotAccepted)
            .saw("sent", "an API key")
            .saw(
                "accepted",
                list(&["a bearer token (JWT) in `Authorization`"]),
            )
            .saw("siblings", "11 of 12 sibling operations accept API keys"),
        new(Code::CredentialAmbiguous).saw("kinds", list(&["X-API-Key", "?api_key"])),
        new(Code::CredentialUnknown).saw("prefix", "pst_7q4m"),
        new(Code::CredentialWrongSecret).saw("key", "key_7q4m"),
        new(Code::CredentialNotYetValid)
            .saw("key", "key_7q4m")
            .saw("from", at),
        new(Code::CredentialExpired)
            .saw("key", "key_7q4m")
            .saw("until", at),
        new(Code::CredentialExpired)
            .saw("key", "key_7q4m")
            .saw("kind", "credential")
            .saw("until", at),
        new(Code::CredentialRevoked)
            .saw("key", "key_7q4m")
            .saw("revoked_at", at)
            .saw("reason", "found in a public repository"),
        new(Code::CredentialWrongEnvironment)
            .saw("key", "key_7q4m")
            .saw("key_environment", "staging")
            .saw("service_environment", "production"),
        new(Code::CredentialRestricted)
            .saw("key", "key_7q4m")
            .saw("restriction", "`GET`")
            .saw("seen", "`POST`"),
    ]
}

/// Those about accounts, subscriptions, scopes and limits.
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn of_callers() -> Vec<Denial> {
    let new = Denial::new;
    let at = 1_795_167_120;
    vec![
        new(Code::TenantSuspended)
            .saw("tenant", "partner-x")
            .saw("since", at)
            .saw("reason", "unpaid invoices"),
        new(Code::AppSuspended)
            .saw("app", "fieldforce")
            .saw("since", at),
        new(Code::TenantIsolated)
            .saw("host", "api.example")
            .saw("path", "/internal")
            .saw("service", "internal"),
        new(Code::SubscriptionMissing)
            .saw("app", "fieldforce")
            .saw("service", "partners"),
        new(Code::SubscriptionPending)
            .saw("app", "fieldforce")
            .saw("service", "partners")
            .saw("requested_at", at),
        new(Code::SubscriptionPending)
            .saw("app", "fieldforce")
            .saw("service", "partners")
            .saw("requested_by", "lin@fieldforce.example"),
        new(Code::SubscriptionRejected)
            .saw("app", "fieldforce")
            .saw("service", "partners")
            .saw("decided_at", at)
            .saw("comment", "no contract yet"),
        new(Code::SubscriptionSuspended)
            .saw("app", "fieldforce")
            .saw("service", "partners")
            .saw("since", at)
            .saw("reason", "audit"),
        new(Code::SubscriptionExpired)
            .saw("app", "fieldforce")
            .saw("service", "partners")
            .saw("since", at),
        new(Code::SubscriptionCancelled)
            .saw("app", "fieldforce")
            .saw("service", "partners")
            .saw("since", at)
            .saw("reason", "no longer used"),
        new(Code::SubscriptionNotCovered)
            .saw("app", "fieldforce")
            .saw("service", "partners")
            .saw("operation", "create-customer")
            .saw("plan", "free")
            .saw("covers", list(&["list-customers", "get-customer"])),
        new(Code::ScopeMissing)
            .saw("required", list(&["read:users", "write:users"]))
            .saw("granted", list(&["read:users"])),
        new(Code::ScopeMissing)
            .saw("required", list(&["write:users"]))
            .saw("granted", list(&[])),
        new(Code::RoleMissing)
            .saw("required", list(&["order-reader", "order-writer"]))
            .saw("has", list(&["order-viewer"])),
        new(Code::RoleMissing)
            .saw("required", list(&["order-writer"]))
            .saw("has", list(&[])),
        new(Code::ExternalDenied)
            .saw("decider", "fraud-check")
            .saw("reason", "the order is too large")
            .saw("answered", 403),
        new(Code::ExternalDenied)
            .saw("decider", "single-sign-on")
            .saw("challenge", "Bearer realm=\"sso\"")
            .status(401),
        new(Code::ExternalDenied)
            .saw("decider", "single-sign-on")
            .saw("location", "https://sso.example.com/")
            .status(302),
        new(Code::ExternalUnavailable)
            .saw("decider", "fraud-check")
            .saw("error", "it did not answer in 500 ms")
            .saw("since", 1_700_000_000),
        new(Code::Forbidden).saw("statement", "no guests").saw(
            "conditions",
            list(&["principal in Postern::Group::\"guests\""]),
        ),
        new(Code::NotPermitted).saw("permit", "owners").saw(
            "condition",
            list(&["resource.path.owner == principal.name"]),
        ),
        new(Code::NotPermitted).saw(
            "lacks",
            list(&["header `x-team`", "value of path parameter `owner`"]),
        ),
        new(Code::AuthorizationUnavailable)
            .saw("statement", "statement 2")
            .saw("error", "integer overflow"),
        new(Code::Forbidden)
            .saw("role", "intern")
            .saw("inherited_from", "external"),
        new(Code::NotOwner)
            .saw("place", "path parameter `customer`")
            .saw(
                "rule",
                "path parameter `customer` has to be the caller's tenant",
            )
            .saw("resource", "globex")
            .saw("owner", "tenant `acme`"),
        new(Code::NotOwner)
            .saw("place", "query parameter `owner`")
            .saw("error", "it is not there, or not once")
            .saw("owner", "the user of the caller's token"),
        new(Code::ConditionUnmet)
            .saw("condition", "time")
            .saw("expected", "08:00-18:00 on Mon-Fri (Europe/Berlin)")
            .saw("seen", "Saturday, 10:12")
            .saw("opens", "Monday, 08:00")
            .retry_after(164_880),
        new(Code::ConditionUnmet)
            .saw("condition", "method")
            .saw("expected", list(&["GET", "POST"]))
            .saw("seen", "DELETE"),
        new(Code::ConditionUnmet)
            .saw("condition", "environment")
            .saw("expected", list(&["staging"]))
            .saw("seen", "production"),
        new(Code::ConditionUnmet)
            .saw("condition", "header")
            .saw("name", "x-reason")
            .saw("expected", list(&["audit*"]))
            .saw("seen", "none"),
        new(Code::ConditionUnmet)
            .saw("condition", "media_type")
            .saw("expected", list(&["application/json"]))
            .saw("seen", "text/csv"),
        new(Code::ConditionUnmet)
            .saw("condition", "size")
            .saw("expected", 1024)
            .saw("seen", "4096"),
        new(Code::ConditionUnmet)
            .saw("condition", "network")
            .with("expected", list(&["office"]), Audience::Publisher)
            .saw("seen", "203.0.113.7"),
        new(Code::ConditionUnmet)
            .saw("condition", "country")
            .with("expected", list(&["DE"]), Audience::Publisher)
            .saw("seen", "FR"),
        new(Code::ConditionUnmet)
            .saw("condition", "app")
            .with("expected", list(&["billing"]), Audience::Publisher)
            .saw("seen", "field-force"),
        new(Code::ConditionUnmet).saw("condition", "group").with(
            "expected",
            list(&["partners"]),
            Audience::Publisher,
        ),
        new(Code::ConditionUnmet)
            .saw("condition", "access_role")
            .saw("expected", list(&["auditor"])),
        new(Code::ConditionUnmet)
            .saw("condition", "claim")
            .saw("name", "department")
            .with("expected", list(&["sales"]), Audience::Publisher)
            .saw("seen", "another value"),
        new(Code::ConditionUnmet)
            .saw("condition", "body")
            .saw("name", "/currency")
            .saw("expected", list(&["EUR", "USD"]))
            .saw("seen", "another value"),
        new(Code::StepUpRequired)
            .saw("acr", list(&["urn:example:mfa"]))
            .saw("max_age", 300)
            .saw("seen_acr", "urn:example:password")
            .saw("signed_in", 1_795_167_120),
        new(Code::StepUpRequired).saw("max_age", 900),
        new(Code::RateExceeded)
            .saw("name", "per-app")
            .saw("by", "app")
            .saw("limit", 100)
            .saw("window", 1_000)
            .saw("reset", 3_140),
        new(Code::BurstExceeded)
            .saw("name", "spike")
            .saw("by", "address")
            .saw("limit", 1)
            .saw("window", 100)
            .saw("reset", 80),
        new(Code::ConcurrencyExceeded)
            .saw("name", "parallel")
            .saw("by", "app")
            .saw("limit", 10),
        new(Code::QuotaExhausted)
            .saw("name", "monthly")
            .saw("by", list(&["app", "service"]))
            .saw("used", 10_000)
            .saw("quota", 10_000)
            .saw("period", "month (Europe/Berlin)")
            .saw("renews", 1_796_079_600),
        new(Code::QuotaExhausted)
            .saw("name", "daily")
            .saw("by", "header x-region")
            .saw("used", 1)
            .saw("quota", 1)
            .saw("period", "day")
            .saw("renews", 1_795_996_800),
        new(Code::Blocked)
            .saw("what", "credential")
            .saw("until", 1_795_996_800),
        new(Code::Blocked)
            .saw("what", "app")
            .saw("until", 1_795_996_800)
            .saw("reason", "its key stood in a public repository"),
    ]
}

/// Those about pages of other origins and sites.
fn of_pages() -> Vec<Denial> {
    let new = Denial::new;
    let at = 1_795_167_120;
    vec![
        new(Code::OriginNotAllowed)
            .saw("origin", "https://other.example")
            .saw("allowed", list(&["https://app.example"])),
        new(Code::OriginNotAllowed).saw("origin", "null"),
        new(Code::CsrfCrossSite)
            .saw("header", "Sec-Fetch-Site: cross-site")
            .saw("origin", "https://evil.example")
            .saw("host", "api.example"),
        new(Code::CsrfOriginMismatch)
            .saw("header", "Origin: https://evil.example")
            .saw("origin", "https://evil.example")
            .saw("host", "api.example"),
        new(Code::CsrfRefererNotAllowed)
            .saw("referer", "evil.example")
            .saw("host", "api.example"),
        new(Code::CsrfTokenMissing)
            .saw("header", "x-csrf-token")
            .saw("field", "csrf_token")
            .saw("cookie", "postern_csrf")
            .saw("missing", "field"),
        new(Code::CsrfTokenMissing)
            .saw("header", "X-CSRF-Token")
            .saw("cookie", "postern_csrf")
            .saw("missing", "header"),
        new(Code::CsrfTokenInvalid)
            .saw("header", "X-CSRF-Token")
            .saw("cookie", "postern_csrf")
            .saw("error", "they are not the same"),
        new(Code::SessionInvalid)
            .saw("cookie", "postern_session")
            .saw("error", "its session was revoked")
            .saw("ended_at", at)
            .saw("reason", "Laptop stolen"),
        new(Code::SessionInvalid)
            .saw("signing", "out")
            .saw("error", "the token is over (`exp`)"),
        new(Code::CsrfTokenExpired)
            .saw("header", "X-CSRF-Token")
            .saw("cookie", "postern_csrf")
            .saw("until", at),
        new(Code::CsrfRefererNotAllowed).saw("host", "api.example"),
        new(Code::CorsMethodNotAllowed)
            .saw("origin", "https://app.example")
            .saw("asked", "DELETE")
            .saw("allowed", list(&["GET"])),
        new(Code::CorsHeaderNotAllowed)
            .saw("origin", "https://app.example")
            .saw("asked", list(&["x-api-key", "x-trace"])),
        new(Code::CorsCredentialsNotAllowed)
            .saw("origin", "https://app.example")
            .saw("asked", "cookie"),
    ]
}
