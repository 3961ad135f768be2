//! The tokens of the table.

use postern_model::entity::Algorithm;
use postern_proof::testing::{Signer, set};
use serde_json::json;
use std::io::Write as _;
use std::sync::LazyLock;

/// Whose tokens are believed, and somebody whose are not.
static SIGNERS: LazyLock<[Signer; 3]> = LazyLock::new(|| {
    [
        Signer::new(Algorithm::EdDSA, "codes"),
        Signer::new(Algorithm::EdDSA, "codes"),
        Signer::new(Algorithm::EdDSA, "unknown"),
    ]
});

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
        "" | "forged" | "unknown" => {}
        other => panic!("a token that is {other}"),
    }
    match wrong {
        "forged" => thief.token(&claims),
        "unknown" => unknown.token(&claims),
        _ => believed.token(&claims),
    }
}
