//! Tokens that OpenSSL has signed, whose public keys are read as it writes them.

use super::{ask, claims, code, configuration};
use crate::harness::files::{Scratch, scratch};
use crate::harness::gateway::Gateway;
use crate::harness::program::installed;
use crate::upstream::Upstream;
use postern_proof::testing::base64url;
use serde_json::{Value, json};
use std::process::Command;

/// An algorithm (RFC 7518 §3.1, RFC 8037 §3.1), how a key for it is made, and how it signs.
const ALGORITHMS: [(&str, &[&str], &[&str]); 4] = [
    (
        "RS256",
        &["RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
        &["dgst", "-sha256", "-sign"],
    ),
    (
        "PS256",
        &["RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
        &[
            "dgst",
            "-sha256",
            "-sigopt",
            "rsa_padding_mode:pss",
            "-sigopt",
            "rsa_pss_saltlen:digest",
            "-sign",
        ],
    ),
    (
        "ES256",
        &["EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
        &["dgst", "-sha256", "-sign"],
    ),
    (
        "EdDSA",
        &["ED25519"],
        &["pkeyutl", "-sign", "-rawin", "-inkey"],
    ),
];

/// Runs it in a folder, and gives what it wrote.
fn openssl(folder: &Scratch, arguments: &[&str]) -> Vec<u8> {
    let ran = Command::new("openssl")
        .args(arguments)
        .current_dir(&**folder)
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "openssl {arguments:?}: {said}");
    ran.stdout
}

/// The next number of a signature in DER, as long as the curve has it (RFC 7518 §3.4).
fn number(der: &mut &[u8]) -> Vec<u8> {
    let (head, rest) = der.split_at(2);
    assert_eq!(head[0], 2, "an INTEGER");
    let (number, rest) = rest.split_at(head[1].into());
    *der = rest;
    let significant = number.iter().skip_while(|byte| **byte == 0).count();
    let significant = &number[number.len() - significant..];
    let mut whole = vec![0; 32 - significant.len()];
    whole.extend_from_slice(significant);
    whole
}

/// R and S, one after the other.
fn raw(der: &[u8]) -> Vec<u8> {
    assert_eq!((der[0], usize::from(der[1])), (0x30, der.len() - 2));
    let mut rest = &der[2..];
    [number(&mut rest), number(&mut rest)].concat()
}

/// Header and claims, and the signature over them.
struct Token {
    signed: String,
    signature: Vec<u8>,
}

impl Token {
    fn new(folder: &Scratch, algorithm: &str, signs: &[&str], claims: &Value) -> Self {
        let header = json!({"alg": algorithm, "typ": "JWT"});
        let parts = [&header, claims].map(|part| base64url(part.to_string()));
        let signed = parts.join(".");
        folder.write("signed", &signed);
        let key = format!("{algorithm}.key");
        let input: &[&str] = match signs.first() {
            Some(&"pkeyutl") => &[&key, "-in", "signed"],
            _ => &[&key, "signed"],
        };
        let mut signature = openssl(folder, &[signs, input].concat());
        if algorithm.starts_with("ES") {
            signature = raw(&signature);
        }
        Self { signed, signature }
    }

    fn written(&self) -> String {
        format!("{}.{}", self.signed, base64url(&self.signature))
    }

    /// The same, but for one bit of a byte of its signature.
    fn changed(&self, at: usize) -> String {
        let mut signature = self.signature.clone();
        signature[at] ^= 1;
        format!("{}.{}", self.signed, base64url(signature))
    }
}

#[test]
fn tokens_that_openssl_has_signed_are_believed_and_no_byte_of_them_is_another() {
    if !installed("openssl") {
        return;
    }
    let folder = scratch("openssl-tokens");
    let mut issuers = json!({});
    let mut tokens = Vec::new();
    for (algorithm, makes, signs) in ALGORITHMS {
        let (key, public) = (format!("{algorithm}.key"), format!("{algorithm}.pem"));
        let make = [&["genpkey", "-out", &key, "-algorithm"], makes].concat();
        openssl(&folder, &make);
        openssl(&folder, &["pkey", "-in", &key, "-pubout", "-out", &public]);
        let issuer = format!("https://{algorithm}.example.com");
        tokens.push((
            algorithm,
            Token::new(&folder, algorithm, signs, &claims(&issuer)),
        ));
        issuers[algorithm.to_lowercase()] = json!({
            "issuer": issuer, "audiences": ["orders"], "keys_file": folder.join(public),
            "algorithms": [algorithm],
        });
    }
    let upstream = Upstream::start();
    let mut all: Value =
        serde_json::from_str(&configuration(&upstream, &issuers)).expect("it is JSON");
    all["edge"] = json!({"refusals": {"rate": 0}});
    let gateway = Gateway::start(all.to_string());
    for (algorithm, token) in &tokens {
        let passed = ask(&gateway, &token.written());
        assert_eq!(passed.status, 200, "{algorithm}: {}", passed.text());
        for at in (0..token.signature.len()).step_by(5) {
            let refused = ask(&gateway, &token.changed(at));
            let told = (refused.status, &*code(&refused));
            assert_eq!(told, (401, "token.invalid"), "{algorithm}: byte {at}");
        }
        // Other claims under the same signature.
        let (header, _) = token.signed.split_once('.').expect("claims");
        let issuer = format!("https://{algorithm}.example.com");
        let mut more = claims(&issuer);
        more["scope"] = json!("read write");
        let forged = base64url(more.to_string());
        let forged = format!("{header}.{forged}.{}", base64url(&token.signature));
        assert_eq!(
            code(&ask(&gateway, &forged)),
            "token.invalid",
            "{algorithm}"
        );
    }
    // A signature of RSA in the one padding is none in the other.
    let [(_, first), (_, second), ..] = tokens.as_slice() else {
        panic!("two of RSA")
    };
    let crossed = format!("{}.{}", first.signed, base64url(&second.signature));
    assert_eq!(code(&ask(&gateway, &crossed)), "token.invalid");
}
