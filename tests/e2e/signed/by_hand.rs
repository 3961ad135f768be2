//! Signatures by a shared secret, made without the gateway's own code: as RFC 9421 has them, and as
//! older clients make them.

use jiff::{SignedDuration, Timestamp};

/// The secret.
pub(crate) const SECRET: &str = "a-shared-secret-of-more-than-32-bytes";

/// Base64 with padding (RFC 4648 §4).
pub(crate) fn base64(bytes: &[u8]) -> String {
    let mut coded = postern_proof::testing::base64url(bytes)
        .replace('-', "+")
        .replace('_', "/");
    while !coded.len().is_multiple_of(4) {
        coded.push('=');
    }
    coded
}

/// `Signature-Input` and `Signature` of `GET /orders` at a host, with these parameters (RFC 9421).
pub(crate) fn signed(host: &str, secret: &str, label: &str, parameters: &str) -> [String; 2] {
    let names = "(\"@method\" \"@authority\" \"@path\" \"@query\")";
    let base = format!(
        "\"@method\": GET\n\"@authority\": {host}\n\"@path\": /orders\n\"@query\": ?\n\"@signature-params\": {names}{parameters}"
    );
    let mac = postern_proof::testing::hmac_sha256(secret.as_bytes(), base.as_bytes());
    [
        format!("Signature-Input: {label}={names}{parameters}"),
        format!("Signature: {label}=:{}:", base64(&mac)),
    ]
}

/// A date of the present, and one of so many seconds later.
pub(crate) fn date(later: i64) -> String {
    let at = Timestamp::now() + SignedDuration::from_secs(later);
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// `Authorization`, with what these lines sign (draft-cavage-http-signatures-12).
pub(crate) fn older(
    scheme: &str,
    keyid: &str,
    secret: &str,
    headers: &str,
    lines: &[String],
) -> String {
    let mac = postern_proof::testing::hmac_sha256(secret.as_bytes(), lines.join("\n").as_bytes());
    let name = if scheme == "hmac" {
        "username"
    } else {
        "keyId"
    };
    format!(
        "Authorization: {scheme} {name}=\"{keyid}\",algorithm=\"hmac-sha256\",headers=\"{headers}\",signature=\"{}\"",
        base64(&mac)
    )
}
