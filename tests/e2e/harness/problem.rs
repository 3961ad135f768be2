//! The shape of a refusal, checked against the contract.

use super::raw::Response;

/// One row of the contract, written down again here so that a slip in the gateway's own table
/// shows: code, default status, fault, error type in `Proxy-Status`.
#[rustfmt::skip]
const CONTRACT: &[(&str, u16, &str, &str)] = &[
    ("connection.tls_required", 403, "consumer", "http_request_denied"),
    ("connection.certificate_missing", 403, "consumer", "http_request_denied"),
    ("connection.certificate_untrusted", 403, "consumer", "http_request_denied"),
    ("connection.certificate_expired", 403, "consumer", "http_request_denied"),
    ("connection.misdirected", 421, "consumer", "http_request_error"),
    ("connection.header_too_large", 431, "consumer", "http_request_error"),
    ("connection.uri_too_long", 414, "consumer", "http_request_error"),
    ("connection.malformed", 400, "consumer", "http_request_error"),
    ("connection.version_unsupported", 505, "consumer", "http_request_error"),
    ("connection.method_unsupported", 501, "consumer", "http_request_error"),
    ("connection.upgrade_not_allowed", 400, "consumer", "http_request_error"),
    ("connection.loop_detected", 508, "operator", "proxy_loop_detected"),
    ("connection.limit_reached", 503, "gateway", ""),
    ("connection.timeout", 408, "consumer", "http_request_error"),
    ("client.address_unparseable", 400, "operator", "http_request_error"),
    ("edge.address_denied", 403, "consumer", "http_request_denied"),
    ("edge.address_blocked", 403, "consumer", "http_request_denied"),
    ("edge.rate_exceeded", 429, "consumer", "http_request_denied"),
    ("route.not_found", 404, "consumer", "http_request_error"),
    ("route.method_not_allowed", 405, "consumer", "http_request_error"),
    ("route.not_published", 404, "publisher", "http_request_error"),
    ("route.version_retired", 410, "consumer", "http_request_error"),
    ("route.path_rejected", 400, "consumer", "http_request_error"),
    ("network.address_not_allowed", 403, "consumer", "http_request_denied"),
    ("network.address_denied", 403, "consumer", "http_request_denied"),
    ("network.country_not_allowed", 403, "consumer", "http_request_denied"),
    ("cors.origin_not_allowed", 403, "consumer", "http_request_denied"),
    ("cors.method_not_allowed", 403, "publisher", "http_request_denied"),
    ("cors.header_not_allowed", 403, "publisher", "http_request_denied"),
    ("cors.credentials_not_allowed", 403, "consumer", "http_request_denied"),
    ("csrf.cross_site", 403, "consumer", "http_request_denied"),
    ("csrf.origin_mismatch", 403, "consumer", "http_request_denied"),
    ("csrf.token_missing", 403, "consumer", "http_request_denied"),
    ("csrf.token_invalid", 403, "consumer", "http_request_denied"),
    ("csrf.token_expired", 403, "consumer", "http_request_denied"),
    ("csrf.referer_not_allowed", 403, "consumer", "http_request_denied"),
    ("headers.required_missing", 400, "consumer", "http_request_error"),
    ("headers.value_not_allowed", 400, "consumer", "http_request_error"),
    ("headers.content_type_missing", 415, "consumer", "http_request_error"),
    ("headers.content_type_unsupported", 415, "consumer", "http_request_error"),
    ("headers.length_required", 411, "consumer", "http_request_error"),
    ("headers.expectation_unsupported", 417, "consumer", "http_request_error"),
    ("headers.encoding_unsupported", 415, "consumer", "http_request_error"),
    ("headers.not_acceptable", 406, "consumer", "http_request_error"),
    ("parameter.missing", 400, "consumer", "http_request_error"),
    ("parameter.invalid", 400, "consumer", "http_request_error"),
    ("credential.missing", 401, "consumer", "http_request_denied"),
    ("credential.malformed", 401, "consumer", "http_request_denied"),
    ("credential.kind_not_accepted", 401, "consumer", "http_request_denied"),
    ("credential.ambiguous", 400, "consumer", "http_request_denied"),
    ("credential.unknown", 401, "consumer", "http_request_denied"),
    ("credential.wrong_secret", 401, "consumer", "http_request_denied"),
    ("credential.invalid", 401, "consumer", "http_request_denied"),
    ("credential.not_yet_valid", 401, "consumer", "http_request_denied"),
    ("credential.expired", 401, "consumer", "http_request_denied"),
    ("credential.revoked", 401, "consumer", "http_request_denied"),
    ("credential.wrong_environment", 403, "consumer", "http_request_denied"),
    ("credential.restricted", 403, "consumer", "http_request_denied"),
    ("token.malformed", 401, "consumer", "http_request_denied"),
    ("token.invalid", 401, "consumer", "http_request_denied"),
    ("token.signature_invalid", 401, "consumer", "http_request_denied"),
    ("token.key_unknown", 401, "consumer", "http_request_denied"),
    ("token.issuer_not_trusted", 401, "consumer", "http_request_denied"),
    ("token.expired", 401, "consumer", "http_request_denied"),
    ("token.not_yet_valid", 401, "consumer", "http_request_denied"),
    ("token.audience_mismatch", 401, "consumer", "http_request_denied"),
    ("token.inactive", 401, "consumer", "http_request_denied"),
    ("token.revoked", 401, "consumer", "http_request_denied"),
    ("token.claim_missing", 401, "consumer", "http_request_denied"),
    ("session.missing", 401, "consumer", "http_request_denied"),
    ("session.expired", 401, "consumer", "http_request_denied"),
    ("session.invalid", 401, "consumer", "http_request_denied"),
    ("signature.invalid", 401, "consumer", "http_request_denied"),
    ("signature.key_unknown", 401, "consumer", "http_request_denied"),
    ("signature.stale", 401, "consumer", "http_request_denied"),
    ("signature.replayed", 401, "consumer", "http_request_denied"),
    ("signature.component_missing", 401, "consumer", "http_request_denied"),
    ("signature.digest_mismatch", 401, "consumer", "http_request_denied"),
    ("dpop.proof_missing", 401, "consumer", "http_request_denied"),
    ("dpop.proof_invalid", 401, "consumer", "http_request_denied"),
    ("dpop.replayed", 401, "consumer", "http_request_denied"),
    ("dpop.nonce_required", 401, "consumer", "http_request_denied"),
    ("dpop.key_mismatch", 401, "consumer", "http_request_denied"),
    ("grant.invalid", 400, "consumer", "http_request_error"),
    ("identity_provider.unreachable", 503, "identity_provider", "destination_unavailable"),
    ("account.tenant_suspended", 403, "consumer", "http_request_denied"),
    ("account.app_suspended", 403, "consumer", "http_request_denied"),
    ("tenant.isolated", 404, "consumer", "http_request_error"),
    ("subscription.missing", 403, "consumer", "http_request_denied"),
    ("subscription.pending", 403, "publisher", "http_request_denied"),
    ("subscription.rejected", 403, "consumer", "http_request_denied"),
    ("subscription.suspended", 403, "consumer", "http_request_denied"),
    ("subscription.expired", 403, "consumer", "http_request_denied"),
    ("subscription.cancelled", 403, "consumer", "http_request_denied"),
    ("subscription.not_covered", 403, "consumer", "http_request_denied"),
    ("authorization.scope_missing", 403, "consumer", "http_request_denied"),
    ("authorization.role_missing", 403, "consumer", "http_request_denied"),
    ("authorization.forbidden", 403, "consumer", "http_request_denied"),
    ("authorization.not_permitted", 403, "consumer", "http_request_denied"),
    ("authorization.unavailable", 503, "operator", "http_request_denied"),
    ("authorization.forbidden", 403, "consumer", "http_request_denied"),
    ("authorization.not_owner", 403, "consumer", "http_request_denied"),
    ("authorization.condition_unmet", 403, "consumer", "http_request_denied"),
    ("authorization.step_up_required", 401, "consumer", "http_request_denied"),
    ("authorization.external_denied", 403, "consumer", "http_request_denied"),
    ("authorization.external_unavailable", 503, "operator", "destination_unavailable"),
    ("limit.rate_exceeded", 429, "consumer", "http_request_denied"),
    ("limit.burst_exceeded", 429, "consumer", "http_request_denied"),
    ("limit.concurrency_exceeded", 429, "consumer", "http_request_denied"),
    ("limit.blocked", 403, "consumer", "http_request_denied"),
    ("limit.quota_exhausted", 429, "consumer", "http_request_denied"),
    ("body.too_large", 413, "consumer", "http_request_error"),
    ("body.unreadable", 400, "consumer", "http_request_error"),
    ("body.schema_mismatch", 400, "consumer", "http_request_error"),
    ("body.file_not_allowed", 415, "consumer", "http_request_error"),
    ("upstream.unreachable", 502, "upstream", ""),
    ("upstream.address_forbidden", 502, "publisher", "destination_ip_prohibited"),
    ("upstream.timeout", 504, "upstream", ""),
    ("upstream.no_healthy_target", 503, "upstream", "destination_unavailable"),
    ("upstream.circuit_open", 503, "upstream", "destination_unavailable"),
    ("upstream.response_invalid", 502, "upstream", ""),
    ("upstream.closed_early", 502, "upstream", ""),
    ("transform.failed", 502, "publisher", "proxy_internal_error"),
    ("gateway.overloaded", 503, "gateway", ""),
    ("gateway.draining", 503, "gateway", ""),
    ("gateway.not_ready", 503, "gateway", ""),
    ("gateway.configuration_stale", 503, "gateway", "proxy_configuration_error"),
    ("origin.refused", 403, "upstream", ""),
];

/// Status, fault and error type of a code; an empty error type means that it depends.
pub(crate) fn contract(code: &str) -> (u16, &'static str, &'static str) {
    let row = CONTRACT.iter().find(|row| row.0 == code);
    let row = row.unwrap_or_else(|| panic!("`{code}` is not in the contract"));
    (row.1, row.2, row.3)
}

/// Asserts that a response is the full refusal `code`.
pub(crate) fn assert_refused(response: &Response, code: &str) {
    if let Err(why) = check(response, code, false) {
        panic!("not a refusal `{code}`: {why}\n{response:?}");
    }
}

/// Checks that a response is the refusal `code`, in full shape, as HTTP/1 with a problem
/// document (without a body if the request was HEAD).
pub(crate) fn check(response: &Response, code: &str, head_only: bool) -> Result<(), String> {
    let (status, fault, _) = contract(code);
    if response.status != status {
        return Err(format!("status {}, not {status}", response.status));
    }
    if !matches!(response.version.as_str(), "HTTP/1.1" | "HTTP/2") {
        return Err(format!("version {:?}", response.version));
    }
    let id = headers(response, code)?;
    if head_only {
        return if response.body.is_empty() {
            Ok(())
        } else {
            Err("a response to HEAD with a body".into())
        };
    }
    if !response.complete {
        return Err("the body is not complete".into());
    }
    if response.header("content-type").as_deref() != Some("application/problem+json") {
        return Err(format!("media type {:?}", response.header("content-type")));
    }
    document(&response.body, code, status, fault, &id)
}

/// Checks what stands in the headers of every refusal, and gives the request id.
pub(crate) fn headers(response: &Response, code: &str) -> Result<String, String> {
    let (.., error) = contract(code);
    let header = |name: &str| response.header(name).unwrap_or_default();
    let expect = |what: &str, holds: bool| {
        if holds {
            Ok(())
        } else {
            Err(format!("{what}: {:?}", response.headers))
        }
    };
    expect("Postern-Denial", header("postern-denial") == code)?;
    expect("Cache-Control", header("cache-control") == "no-store")?;
    expect("Date", !header("date").is_empty())?;
    let status = header("proxy-status");
    let due = format!("postern; error={error}");
    expect(
        "Proxy-Status",
        status.starts_with(&due) && status.contains(code),
    )?;
    let id = header("x-request-id");
    expect("X-Request-Id", is_id(&id))?;
    Ok(id)
}

/// Checks a problem document (RFC 9457).
pub(crate) fn document(
    body: &[u8],
    code: &str,
    status: u16,
    fault: &str,
    id: &str,
) -> Result<(), String> {
    let problem: serde_json::Value =
        serde_json::from_slice(body).map_err(|error| format!("no JSON: {error}"))?;
    let text = |name: &str| {
        problem
            .get(name)
            .and_then(|v| v.as_str())
            .unwrap_or_default()
    };
    let instance = format!("/.well-known/postern/requests/{id}");
    let checks = [
        ("code", text("code") == code),
        ("status", problem["status"] == status),
        ("fault", text("fault") == fault),
        ("request_id", text("request_id") == id),
        ("correlation_id", text("correlation_id") == id),
        ("instance", text("instance").ends_with(&instance)),
        (
            "type",
            text("type").ends_with(&format!("/.well-known/postern/denials/{code}")),
        ),
        ("title", text("title").len() > 3),
        ("detail", text("detail").len() > 10),
        ("fix", text("fix").len() > 5),
        ("retry", problem.get("retry").is_some()),
    ];
    match checks.iter().find(|(_, holds)| !holds) {
        None => Ok(()),
        Some((member, _)) => Err(format!("member `{member}` of {problem}")),
    }
}

/// Whether this is the written form of a request id.
pub(crate) fn is_id(text: &str) -> bool {
    let digit = |b: u8| b.is_ascii_digit() || (b.is_ascii_uppercase() && !b"ILOU".contains(&b));
    text.len() == 26 && text.bytes().all(digit)
}

/// A response without date and id, and without what is made from the id: what has to be the same of
/// two refusals that nobody may tell apart.
pub(crate) fn bare(response: &[u8]) -> String {
    let text = String::from_utf8(response.to_vec()).expect("text");
    let mut id = None;
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("x-request-id: ") {
            id = Some(value.trim().to_ascii_uppercase());
        }
        if !lower.starts_with("date: ") {
            out.push_str(line);
        }
    }
    let id = id.unwrap_or_else(|| panic!("no id: {text}"));
    let out = out.replace(&id, "ID");
    // The signature of the link follows the id.
    let mut parts = out.split("/ID?");
    let mut bare = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (_, after) = part.split_once('"').expect("the end of a link");
        bare.push_str("/ID?SIGNATURE\"");
        bare.push_str(after);
    }
    bare
}
