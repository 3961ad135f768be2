//! The tokens of the table.

use crate::introspection::endpoint::Says;
use postern_model::entity::Algorithm;
use postern_proof::testing::{Signer, hash, set};
use serde_json::json;
use std::io::Write as _;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Whose tokens are believed, and somebody whose are not.
static SIGNERS: LazyLock<[Signer; 3]> = LazyLock::new(|| {
    [
        Signer::new(Algorithm::EdDSA, "codes"),
        Signer::new(Algorithm::EdDSA, "codes"),
        Signer::new(Algorithm::EdDSA, "unknown"),
    ]
});

/// Whoever has the key that tokens are bound to, and somebody who has another.
static POSSESSORS: LazyLock<[Signer; 2]> =
    LazyLock::new(|| ["mine", "thief"].map(|name| Signer::new(Algorithm::ES256, name)));

/// A text with names in place of the thumbprints of this run.
pub(super) fn without_thumbprints(text: &str) -> String {
    let [mine, thief] = &*POSSESSORS;
    let text = text.replace(&mine.thumbprint(), "MINE");
    text.replace(&thief.thumbprint(), "THIEF")
}

/// A file with the keys.
pub(super) fn keys() -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    let [believed, ..] = &*SIGNERS;
    file.write_all(set(&[believed]).as_bytes()).expect("room");
    file
}

/// What the issuer of a row says that it is.
pub(super) fn issuer(row: &str) -> String {
    format!("https://{row}.test")
}

/// A token for the app of a row; what is wrong with it, if anything is.
pub(super) fn token(row: &str, wrong: &str) -> String {
    let mut claims = json!({
        "iss": issuer(row), "sub": "lin", "aud": "codes", "client_id": row, "scope": "read write",
        "exp": 4_102_444_800_u64,
    });
    let [believed, thief, unknown] = &*SIGNERS;
    match wrong {
        "old" => claims["exp"] = 1_767_225_600.into(),
        "early" => claims["nbf"] = 4_102_444_000_u64.into(),
        "other" => claims["aud"] = "others".into(),
        "nobody" => claims["client_id"] = "nobody".into(),
        "foreign" => claims["iss"] = "https://evil.test".into(),
        "revoked" => claims["jti"] = "lost".into(),
        "mfa" => claims["acr"] = "mfa".into(),
        "bound" => claims["cnf"] = json!({"jkt": POSSESSORS[0].thumbprint()}),
        "" | "forged" | "unknown" => {}
        other => panic!("a token that is {other}"),
    }
    match wrong {
        "forged" => thief.token(&claims),
        "unknown" => unknown.token(&claims),
        _ => believed.token(&claims),
    }
}

/// What the issuer of the row `token.inactive` says of a token that it is asked about.
pub(super) fn introspected(question: &str) -> Says {
    if question.contains("gone-") {
        return Says::json(&json!({"active": false}));
    }
    Says::json(&json!({
        "active": true, "iss": issuer("token-inactive"), "sub": "lin", "aud": "codes",
        "client_id": "token-inactive", "scope": "read write", "exp": 4_102_444_800_u64,
        "token_type": "Bearer",
    }))
}

/// What somebody is who has signed in to the client of a row: the ID token.
pub(super) fn signed_in(issuer: &str, row: &str, nonce: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let [believed, ..] = &*SIGNERS;
    believed.sign(
        &json!({"alg": "EdDSA", "kid": "codes", "typ": "JWT"}),
        &json!({
            "iss": issuer, "sub": "lin", "aud": row, "nonce": nonce,
            "iat": now.expect("a clock").as_secs(), "exp": 4_102_444_800_u64,
        }),
    )
}

/// A proof for `GET` of an address, with the bound token of a row; what is wrong with it, if anything
/// is, and the gateway's nonce, if there is one.
pub(super) fn proof(row: &str, address: &str, wrong: &str, nonce: Option<&str>) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let mut claims = json!({
        "jti": format!("{row}-{}", NEXT.fetch_add(1, Ordering::Relaxed)), "htm": "GET",
        "htu": address, "iat": now.expect("a clock").as_secs(), "ath": hash(&token(row, "bound")),
    });
    if let Some(nonce) = nonce {
        claims["nonce"] = nonce.into();
    }
    let [mine, thief] = &*POSSESSORS;
    match wrong {
        "post" => claims["htm"] = "POST".into(),
        "same" => claims["jti"] = "same".into(),
        "" | "thief" => {}
        other => panic!("a proof that is {other}"),
    }
    let signer = if wrong == "thief" { thief } else { mine };
    signer.proof(&claims)
}
