//! What other gateways, servers and frameworks answer for the same cause: for whoever comes from
//! one of them, or looks for the words that it used. Their documentation or source says so; a
//! status or text may be configured otherwise there.

#[rustfmt::skip]
mod answers;
#[cfg(test)]
mod tests;

/// The answer of another product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// Which product, and by which part of it.
    pub who: &'static str,
    /// The status, as text: some have several, or none.
    pub status: &'static str,
    /// What it says, in the body unless another place is named; empty: nothing of its own.
    pub says: &'static str,
}

const fn peer(who: &'static str, status: &'static str, says: &'static str) -> Peer {
    Peer { who, status, says }
}

/// What others answer where Postern says `code`; empty where none is known to have a word for it.
#[expect(clippy::too_many_lines, reason = "a table, one cause beside the other")]
pub fn peers(code: &str) -> &'static [Peer] {
    match code {
        "connection.tls_required" => answers::TLS,
        "connection.certificate_missing"
        | "connection.certificate_untrusted"
        | "connection.certificate_expired" => answers::CERTIFICATE,
        "connection.misdirected" => answers::MISDIRECTED,
        "connection.header_too_large" => answers::HEADERS_SIZE,
        "connection.uri_too_long" => answers::URI,
        "connection.malformed" | "route.path_rejected" => answers::MALFORMED,
        "connection.version_unsupported" => answers::VERSION,
        "connection.method_unsupported" => answers::UNKNOWN_METHOD,
        "connection.upgrade_not_allowed" => answers::UPGRADE,
        "connection.loop_detected" => answers::LOOP,
        "connection.limit_reached" | "limit.concurrency_exceeded" => answers::CONCURRENCY,
        "connection.timeout" => answers::SLOW,
        "client.address_unparseable" => answers::UNPARSEABLE,
        "edge.address_denied" | "network.address_not_allowed" | "network.address_denied" => {
            answers::ADDRESS
        }
        "edge.address_blocked" | "limit.blocked" => answers::BLOCKED,
        "edge.rate_exceeded" | "limit.rate_exceeded" | "limit.burst_exceeded" => answers::RATE,
        "network.country_not_allowed" => answers::COUNTRY,
        "route.not_found" | "route.not_published" => answers::NOT_FOUND,
        "tenant.isolated" | "authorization.not_owner" => answers::HIDDEN,
        "route.method_not_allowed" => answers::METHOD,
        "route.version_retired" => answers::RETIRED,
        "cors.origin_not_allowed"
        | "cors.method_not_allowed"
        | "cors.header_not_allowed"
        | "cors.credentials_not_allowed" => answers::CORS,
        "csrf.cross_site" | "csrf.origin_mismatch" | "csrf.referer_not_allowed" => {
            answers::CROSS_SITE
        }
        "csrf.token_missing" | "csrf.token_invalid" | "csrf.token_expired" => answers::CSRF_TOKEN,
        "headers.required_missing" | "parameter.missing" => answers::HEADER,
        "headers.value_not_allowed" | "parameter.invalid" => answers::HEADER_VALUE,
        "headers.content_type_missing" | "headers.content_type_unsupported" => answers::MEDIA_TYPE,
        "headers.not_acceptable" => answers::ACCEPT,
        "headers.length_required" => answers::LENGTH,
        "headers.expectation_unsupported" => answers::EXPECT,
        "body.too_large" | "waf.limit_reached" => answers::BODY_SIZE,
        "body.unreadable" | "body.schema_mismatch" => answers::SCHEMA,
        "credential.missing" => answers::NO_KEY,
        "credential.malformed"
        | "credential.unknown"
        | "credential.wrong_secret"
        | "credential.invalid"
        | "credential.wrong_environment" => answers::WRONG_KEY,
        "credential.not_yet_valid" | "credential.expired" | "credential.revoked" => {
            answers::EXPIRED_KEY
        }
        "credential.restricted" => answers::RESTRICTED,
        "credential.kind_not_accepted" => answers::KIND,
        "credential.ambiguous" => answers::TWICE,
        "token.malformed"
        | "token.invalid"
        | "token.signature_invalid"
        | "token.key_unknown"
        | "token.issuer_not_trusted"
        | "token.claim_missing" => answers::TOKEN,
        "token.expired" | "token.not_yet_valid" | "token.revoked" | "token.inactive" => {
            answers::OLD_TOKEN
        }
        "token.audience_mismatch" => answers::AUDIENCE,
        "session.missing" | "session.expired" | "session.invalid" => answers::SESSION,
        "signature.invalid"
        | "signature.key_unknown"
        | "signature.component_missing"
        | "signature.digest_mismatch" => answers::SIGNATURE,
        "signature.stale" | "signature.replayed" => answers::OLD_SIGNATURE,
        "dpop.proof_missing"
        | "dpop.proof_invalid"
        | "dpop.replayed"
        | "dpop.nonce_required"
        | "dpop.key_mismatch" => answers::DPOP,
        "grant.invalid" => answers::GRANT,
        "identity_provider.unreachable" => answers::KEYS,
        "account.tenant_suspended" | "account.app_suspended" | "account.user_deactivated" => {
            answers::SUSPENDED
        }
        "subscription.missing"
        | "subscription.pending"
        | "subscription.rejected"
        | "subscription.suspended"
        | "subscription.expired"
        | "subscription.cancelled" => answers::SUBSCRIPTION,
        "subscription.not_covered" => answers::PLAN,
        "authorization.scope_missing" => answers::SCOPE,
        "authorization.role_missing" => answers::ROLE,
        "authorization.forbidden" | "authorization.not_permitted" => answers::RULE,
        "authorization.step_up_required" => answers::STEP_UP,
        "authorization.external_denied" => answers::DECIDER,
        "authorization.external_unavailable" => answers::NO_DECIDER,
        "limit.quota_exhausted" => answers::QUOTA,
        "limit.state_unavailable" => answers::COUNTERS,
        "limit.tokens_exceeded" | "limit.budget_exhausted" => answers::BUDGET,
        "waf.blocked" | "body.file_not_allowed" => answers::WAF,
        "model.unknown" => answers::MODEL,
        "model.not_allowed" => answers::MODEL_DENIED,
        "prompt.blocked" | "completion.blocked" => answers::GUARDRAIL,
        "upstream.unreachable" | "upstream.response_invalid" | "upstream.closed_early" => {
            answers::UNREACHABLE
        }
        "upstream.timeout" => answers::TIMEOUT,
        "upstream.no_healthy_target" | "upstream.circuit_open" => answers::UNHEALTHY,
        "gateway.overloaded" => answers::OVERLOADED,
        _ => &[],
    }
}
