//! The signatures of the table (RFC 9421), made without the gateway's own code.

use postern_model::entity::Algorithm;
use postern_proof::testing::Signer;
use std::fmt::Write as _;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::row::Telling;

/// Whose signatures are known, and somebody whose are not.
static SIGNERS: LazyLock<[Signer; 2]> = LazyLock::new(|| {
    [
        Signer::new(Algorithm::EdDSA, "codes"),
        Signer::new(Algorithm::EdDSA, "codes"),
    ]
});

/// The public key.
pub(super) fn key() -> String {
    let [known, _] = &*SIGNERS;
    known.jwk().to_string()
}

/// The two fields of a signature for a request to a row; what is wrong with it, if anything is.
pub(super) fn fields(row: &str, telling: Telling, method: &str, path: &str, wrong: &str) -> String {
    static NONCE: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.expect("a clock").as_secs();
    let created = match wrong {
        "old" => now - 400,
        _ => now,
    };
    let nonce = match wrong {
        "again" => format!("b3k2pp5k7z{}", telling.suffix()),
        _ => format!("n{}", NONCE.fetch_add(1, Ordering::Relaxed)),
    };
    let keyid = match wrong {
        "unknown" => "nobody",
        _ => row,
    };
    // As `printf amount=18 | openssl dgst -sha256 -binary | base64` says it.
    let digest = "sha-256=:yi9kM2Td0Kf/Vvb3EJ10X1xbm7pwpsL/8NoN31V0QRo=:";
    let mut covered = vec![
        ("@method", method.to_owned()),
        ("@authority", telling.host()),
        ("@path", format!("/{row}{path}")),
    ];
    if wrong != "little" {
        covered.push(("@query", "?".to_owned()));
    }
    if method == "POST" {
        covered.push(("content-digest", digest.to_owned()));
    }
    let names: Vec<String> = covered
        .iter()
        .map(|(name, _)| format!("\"{name}\""))
        .collect();
    let parameters = format!(
        "({});created={created};keyid=\"{keyid}\";nonce=\"{nonce}\"",
        names.join(" ")
    );
    let mut base = String::new();
    for (name, value) in &covered {
        writeln!(base, "\"{name}\": {value}").expect("room");
    }
    write!(base, "\"@signature-params\": {parameters}").expect("room");
    let [known, thief] = &*SIGNERS;
    let signer = if wrong == "forged" { thief } else { known };
    let signature = base64(&signer.signature(base.as_bytes()));
    let content = if method == "POST" {
        format!("\nContent-Digest: {digest}")
    } else {
        String::new()
    };
    format!("Signature-Input: sig1={parameters}\nSignature: sig1=:{signature}:{content}")
}

/// Base64 with padding (RFC 4648 §4).
fn base64(bytes: &[u8]) -> String {
    let mut coded = postern_proof::testing::base64url(bytes)
        .replace('-', "+")
        .replace('_', "/");
    while !coded.len().is_multiple_of(4) {
        coded.push('=');
    }
    coded
}
