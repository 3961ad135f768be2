//! Proofs of possession, good and bad.

use crate::dpop::{ALGORITHMS, MOST_BYTES, Proof};
use crate::testing::{Signer, base64url, hash};
use crate::{Unverified, jwk::Brought};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_model::entity::Algorithm;
use serde_json::{Value, json};

const TOKEN: &str = "a.token.of-somebody";

fn claims() -> Value {
    json!({
        "jti": "1", "htm": "GET", "htu": "https://api.example.com/orders", "iat": 1_900_000_000,
        "ath": hash(TOKEN),
    })
}

/// The proof and the token of RFC 9449 §7.1.
#[test]
fn the_proof_of_the_standard_is_one() {
    let proof = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6Ik\
        VDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCR\
        nMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JE\
        QSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIj\
        oiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0Z\
        WRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNF\
        c05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71E\
        OptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA";
    let token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
    let read = Proof::read(proof.as_bytes(), token.as_bytes()).unwrap();
    assert_eq!(&*read.key, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
    assert_eq!((&*read.method, read.id()), ("GET", "e1j3V_bKic8-LAEB"));
    assert_eq!(
        &*read.address,
        "https://resource.example.org/protectedresource"
    );
    assert_eq!((read.issued_at, read.nonce), (1_562_262_618, None));
    let other = Proof::read(proof.as_bytes(), b"another").unwrap_err();
    assert_eq!(other.claim.as_deref(), Some("ath"));
}

/// The key and the thumbprint of RFC 7638 §3.1.
#[test]
fn the_thumbprint_of_the_standard_is_that_of_its_key() {
    let jwk = json!({
        "kty": "RSA",
        "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_\
              BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_\
              FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4\
              vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
        "e": "AQAB", "alg": "RS256", "kid": "2011-04-29",
    });
    let read = Brought::read(jwk.as_object().unwrap(), Algorithm::RS256).unwrap();
    assert_eq!(
        read.thumbprint(),
        "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    );
}

#[test]
fn a_proof_of_every_algorithm_of_public_keys_counts() {
    for algorithm in ALGORITHMS {
        let signer = Signer::new(algorithm, "mine");
        let proof = signer.proof(&claims());
        let read = Proof::read(proof.as_bytes(), TOKEN.as_bytes()).unwrap();
        assert_eq!(*read.key, *signer.thumbprint(), "{algorithm:?}");
        // It is no token.
        assert!(Unverified::parse(proof.as_bytes()).is_err());
    }
}

/// One with a member of its claims another, or none.
fn with(signer: &Signer, name: &str, value: Value) -> String {
    let mut claims = claims();
    match value {
        Value::Null => _ = claims.as_object_mut().unwrap().remove(name),
        value => claims[name] = value,
    }
    signer.proof(&claims)
}

/// One with a member of its header another, or none.
fn headed(signer: &Signer, name: &str, value: Value) -> String {
    let mut jwk = signer.jwk();
    jwk.as_object_mut().unwrap().remove("kid");
    let mut header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk});
    match value {
        Value::Null => _ = header.as_object_mut().unwrap().remove(name),
        value => header[name] = value,
    }
    signer.sign(&header, &claims())
}

/// The same proof with one of its three parts another.
fn part(proof: &str, at: usize, with: &str) -> String {
    let mut parts: Vec<&str> = proof.split('.').collect();
    parts[at] = with;
    parts.join(".")
}

/// What is sent, the claim or member that is wrong, and a piece of what is said.
type Attack = (&'static str, String, Option<&'static str>, &'static str);

fn attacks() -> Vec<Attack> {
    let mine = Signer::new(Algorithm::ES256, "mine");
    let thief = Signer::new(Algorithm::ES256, "thief");
    let shared = Signer::new(Algorithm::HS256, "shared");
    let rsa = Signer::new(Algorithm::RS256, "rsa");
    let good = mine.proof(&claims());
    let public = mine.jwk();
    let jwk = |name: &str, value: &str| {
        let mut jwk = public.clone();
        jwk[name] = value.into();
        jwk
    };
    let text = claims().to_string();
    let twice = |text: &str, name: &str| {
        text.replacen('{', &format!("{{\"{name}\":\"x\",\"{name}\":\"y\","), 1)
    };
    let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": public}).to_string();
    vec![
        ("nothing", String::new(), None, "is empty"),
        ("words", "a proof".into(), None, "white space"),
        ("a token", mine.token(&claims()), None, "and not `dpop+jwt`"),
        ("typ of a token", headed(&mine, "typ", json!("JWT")), None, "and not `dpop+jwt`"),
        ("typ of an access token", headed(&mine, "typ", json!("at+jwt")), None, "of the type `at+jwt`"),
        ("no typ", headed(&mine, "typ", Value::Null), None, "has no `typ`"),
        ("typ a number", headed(&mine, "typ", json!(1)), None, "`typ` is not a text"),
        ("alg none", part(&headed(&mine, "alg", json!("none")), 2, ""), Some("alg"), "`none`"),
        ("alg HS256", headed(&mine, "alg", json!("HS256")), Some("alg"), "not that of a public key"),
        ("alg unknown", headed(&mine, "alg", json!("ES256K")), Some("alg"), "`ES256K`"),
        ("alg of another curve", headed(&mine, "alg", json!("ES384")), Some("jwk"), "none for its `alg`"),
        ("alg of another kind", headed(&mine, "alg", json!("RS256")), Some("jwk"), "none for its `alg`"),
        ("EdDSA with a point", headed(&mine, "alg", json!("EdDSA")), Some("jwk"), "none for its `alg`"),
        ("no alg", headed(&mine, "alg", Value::Null), None, "without `alg`"),
        ("no jwk", headed(&mine, "jwk", Value::Null), Some("jwk"), "does not bring its key"),
        ("jwk a text", headed(&mine, "jwk", json!("mine")), Some("jwk"), "does not bring its key"),
        ("jwk a list", headed(&mine, "jwk", json!([public])), Some("jwk"), "does not bring its key"),
        ("a private key", headed(&mine, "jwk", jwk("d", "AAAA")), Some("jwk"), "private key"),
        ("a shared key", shared.sign(&json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": shared.jwk()}), &claims()), Some("jwk"), "private key"),
        ("a point off the curve", headed(&mine, "jwk", jwk("x", &base64url([1; 32]))), Some("jwk"), "none for its `alg`"),
        ("a short coordinate", headed(&mine, "jwk", jwk("x", "AAAA")), Some("jwk"), "none for its `alg`"),
        ("the key of another", headed(&mine, "jwk", thief.jwk()), None, "not signed by the key"),
        ("a key elsewhere", headed(&mine, "jku", json!("https://evil.example/")), None, ""),
        ("signed by another", part(&good, 2, thief.proof(&claims()).rsplit('.').next().unwrap()), None, "not signed by the key"),
        ("signature cut off", part(&good, 2, ""), None, "not signed by the key"),
        ("another payload", part(&good, 1, &base64url(text.replace("orders", "refunds"))), None, "not signed by the key"),
        ("RSA with e of 5 bytes", rsa.sign(&json!({"typ": "dpop+jwt", "alg": "RS256", "jwk": {"kty": "RSA", "n": rsa.jwk()["n"], "e": "AQAAAAE"}}), &claims()), Some("jwk"), "none for its `alg`"),
        ("RSA of 8192 bits", rsa.sign(&json!({"typ": "dpop+jwt", "alg": "RS256", "jwk": {"kty": "RSA", "n": base64url([0xff; 1024]), "e": "AQAB"}}), &claims()), Some("jwk"), "none for its `alg`"),
        ("RSA of 1024 bits", rsa.sign(&json!({"typ": "dpop+jwt", "alg": "RS256", "jwk": {"kty": "RSA", "n": base64url([0xff; 128]), "e": "AQAB"}}), &claims()), Some("jwk"), "none for its `alg`"),
        ("no jti", with(&mine, "jti", Value::Null), Some("jti"), "has no claim `jti`"),
        ("jti empty", with(&mine, "jti", json!("")), Some("jti"), "not a text"),
        ("jti a number", with(&mine, "jti", json!(1)), Some("jti"), "not a text"),
        ("jti long", with(&mine, "jti", json!("x".repeat(257))), Some("jti"), "more than 256 bytes"),
        ("no htm", with(&mine, "htm", Value::Null), Some("htm"), "has no claim `htm`"),
        ("htm a list", with(&mine, "htm", json!(["GET"])), Some("htm"), "not a text"),
        ("no htu", with(&mine, "htu", Value::Null), Some("htu"), "has no claim `htu`"),
        ("no iat", with(&mine, "iat", Value::Null), Some("iat"), "that is a time"),
        ("iat a text", with(&mine, "iat", json!("now")), Some("iat"), "that is a time"),
        ("iat huge", with(&mine, "iat", json!(1e300)), Some("iat"), "that is a time"),
        ("no ath", with(&mine, "ath", Value::Null), Some("ath"), "has no claim `ath`"),
        ("ath of another token", with(&mine, "ath", json!(hash("other"))), Some("ath"), "another token"),
        ("ath padded", with(&mine, "ath", json!(format!("{}=", hash(TOKEN)))), Some("ath"), "another token"),
        ("ath the token", with(&mine, "ath", json!(TOKEN)), Some("ath"), "another token"),
        ("nonce a number", with(&mine, "nonce", json!(1)), Some("nonce"), "not a text"),
        ("crit", headed(&mine, "crit", json!(["b64"])), None, "`crit`"),
        ("zip", headed(&mine, "zip", json!("DEF")), None, "compressed"),
        ("a claim twice", mine.sign_bytes(header.as_bytes(), twice(&text, "htm").as_bytes()), None, "says `htm` twice"),
        ("a key twice", mine.sign_bytes(header.replacen('{', "{\"jwk\":{},", 1).as_bytes(), text.as_bytes()), None, "says `jwk` twice"),
        ("encrypted", format!("{good}.a.b"), None, "encrypted"),
        ("in quotes", format!("\"{good}\""), None, "quotes"),
        ("two in one", format!("{good},{good}"), None, "encrypted"),
        ("long", with(&mine, "note", json!("x".repeat(MOST_BYTES))), None, "longer than 4096 bytes"),
        ("no JSON", format!("{}.{}.AAAA", base64url(header.as_bytes()), base64url("x")), None, "payload"),
    ]
}

#[test]
fn no_attack_makes_a_proof() {
    for (name, sent, claim, said) in attacks() {
        // A key that is somewhere else is never looked at: the one that it brings counts.
        if said.is_empty() {
            assert!(
                Proof::read(sent.as_bytes(), TOKEN.as_bytes()).is_ok(),
                "{name}"
            );
            continue;
        }
        let fault = Proof::read(sent.as_bytes(), TOKEN.as_bytes()).unwrap_err();
        assert!(fault.what.contains(said), "{name}: {}", fault.what);
        assert_eq!(fault.claim.as_deref(), claim, "{name}");
    }
}

#[test]
fn the_key_of_a_token_is_read_and_one_that_is_no_text_is_nobody_s() {
    use super::{check, issuer, keys_of};
    let signer = Signer::new(Algorithm::ES256, "a");
    let keys = keys_of(&[&signer]);
    let bound = |cnf: Value| {
        let mut claims = super::claims();
        claims["cnf"] = cnf;
        let token = check(signer.token(&claims).as_bytes(), &issuer(), &keys).unwrap();
        token.bound_to.map(|key| key.to_string())
    };
    assert_eq!(bound(json!({"jkt": "abc"})).as_deref(), Some("abc"));
    assert_eq!(bound(json!({"jkt": 7})).as_deref(), Some("7"));
    for odd in [json!({"jkt": []}), json!({"jkt": ""}), json!({"jkt": null})] {
        assert_eq!(bound(odd).as_deref(), Some(""));
    }
    assert_eq!(bound(json!({"x5t#S256": "abc"})), None);
    assert_eq!(bound(json!("abc")), None);
    assert!(URL_SAFE_NO_PAD.decode(signer.thumbprint()).unwrap().len() == 32);
}
