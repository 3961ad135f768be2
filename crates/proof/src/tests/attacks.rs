//! Tokens that must not be believed (RFC 8725, and what others have fallen for).

use super::{ISS, check, claims, issuer, keys_of};
use crate::testing::{Signer, base64url};
use crate::{Fault, KeySet};
use postern_model::entity::Algorithm;
use serde_json::{Value, json};

/// What is wrong, and a piece of what is said about it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Is {
    Malformed(&'static str),
    Issuer,
    KeyUnknown,
    Signature(&'static str),
}

use Is::{KeyUnknown, Malformed, Signature};

fn is(fault: &Fault, expected: Is) -> bool {
    match (fault, expected) {
        (Fault::Malformed(what), Malformed(said)) => what.contains(said),
        (Fault::Issuer { .. }, Is::Issuer) | (Fault::KeyUnknown { .. }, KeyUnknown) => true,
        (Fault::Signature { why, .. }, Signature(said)) => why.contains(said),
        _ => false,
    }
}

/// The issuer's keys, and somebody else's.
struct World {
    rsa: Signer,
    ec: Signer,
    thief: Signer,
    keys: KeySet,
}

impl World {
    fn new() -> Self {
        let rsa = Signer::new(Algorithm::RS256, "rsa");
        let ec = Signer::new(Algorithm::ES256, "ec");
        let keys = keys_of(&[&rsa, &ec]);
        let thief = Signer::new(Algorithm::ES256, "ec");
        Self {
            rsa,
            ec,
            thief,
            keys,
        }
    }

    /// As the issuer signs it, with this header.
    fn headed(&self, header: &Value) -> String {
        self.ec.sign(header, &claims())
    }

    /// With one member of the header another.
    fn with_header(&self, name: &str, value: impl Into<Value>) -> String {
        let mut header = json!({"alg": "ES256", "kid": "ec", "typ": "JWT"});
        header[name] = value.into();
        self.headed(&header)
    }

    /// With one claim another.
    fn with_claim(&self, name: &str, value: impl Into<Value>) -> String {
        let mut claims = claims();
        claims[name] = value.into();
        self.ec.token(&claims)
    }

    /// As the issuer signs it, of these bytes.
    fn raw(&self, header: &str, payload: &str) -> String {
        self.ec.sign_bytes(header.as_bytes(), payload.as_bytes())
    }

    /// With this text in the place of a part.
    fn part(&self, at: usize, text: &str) -> String {
        let token = self.ec.token(&claims());
        let mut parts: Vec<&str> = token.split('.').collect();
        parts[at] = text;
        parts.join(".")
    }

    fn unsigned(alg: &str) -> String {
        let header = json!({"alg": alg, "kid": "ec"}).to_string();
        format!("{}.{}.", base64url(header), base64url(claims().to_string()))
    }

    /// Signed with a secret that everybody knows.
    fn confused(secret: &[u8], kid: &str) -> String {
        let header = json!({"alg": "HS256", "kid": kid}).to_string();
        let signed = format!("{}.{}", base64url(header), base64url(claims().to_string()));
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret);
        let signature = aws_lc_rs::hmac::sign(&key, signed.as_bytes());
        format!("{signed}.{}", base64url(signature))
    }
}

const HEAD: &str = r#"{"alg":"ES256","kid":"ec"}"#;

#[expect(clippy::too_many_lines, reason = "a table")]
fn cases(world: &World) -> Vec<(&'static str, String, Is)> {
    let good = world.ec.token(&claims());
    let payload = claims().to_string();
    let public = world.rsa.jwk()["n"].as_str().unwrap().to_owned();
    let two = |name: &str, one: &str, other: &str| {
        payload.replacen('{', &format!("{{\"{name}\":{one},\"{name}\":{other},"), 1)
    };
    vec![
        // Unsigned (CVE-2015-9235), in every spelling.
        ("alg none", World::unsigned("none"), Signature("not signed")),
        ("alg None", World::unsigned("None"), Signature("not signed")),
        ("alg NONE", World::unsigned("NONE"), Signature("not signed")),
        ("alg nOnE", World::unsigned("nOnE"), Signature("not signed")),
        (
            "alg none, signed",
            world.with_header("alg", "none"),
            Signature("not signed"),
        ),
        ("alg empty", World::unsigned(""), Signature("not known")),
        ("signature cut off", world.part(2, ""), Signature("changed")),
        (
            "alg of a digest",
            world.with_header("alg", "SHA256"),
            Signature("not known"),
        ),
        (
            "alg lower case",
            world.with_header("alg", "es256"),
            Signature("not known"),
        ),
        (
            "alg with a blank",
            world.with_header("alg", "ES256 "),
            Signature("not known"),
        ),
        // Confusion of algorithms (CVE-2016-5431): the public key taken for a secret.
        (
            "HS256 with the modulus",
            World::confused(public.as_bytes(), "rsa"),
            Signature("another algorithm"),
        ),
        (
            "HS256 with the JWK",
            World::confused(world.rsa.jwk().to_string().as_bytes(), "rsa"),
            Signature("another algorithm"),
        ),
        (
            "HS256 with nothing",
            World::confused(b"", "ec"),
            Signature("another algorithm"),
        ),
        (
            "HS256 without a kid",
            World::confused(public.as_bytes(), "x"),
            KeyUnknown,
        ),
        (
            "RS256 header, ES256 key",
            world.with_header("alg", "RS256"),
            Signature("another algorithm"),
        ),
        (
            "ES384 header, ES256 key",
            world.with_header("alg", "ES384"),
            Signature("another algorithm"),
        ),
        (
            "PS256 header, RS256 key",
            world
                .rsa
                .sign(&json!({"alg": "PS256", "kid": "rsa"}), &claims()),
            Signature("another algorithm"),
        ),
        (
            "EdDSA header",
            world.with_header("alg", "EdDSA"),
            Signature("another algorithm"),
        ),
        // A key of their own (CVE-2018-0114).
        (
            "embedded jwk",
            world.thief.sign(
                &json!({"alg": "ES256", "kid": "ec", "jwk": world.thief.jwk()}),
                &claims(),
            ),
            Signature("key of its own"),
        ),
        (
            "embedded x5c",
            world.thief.sign(
                &json!({"alg": "ES256", "kid": "ec", "x5c": ["MIIB"]}),
                &claims(),
            ),
            Signature("key of its own"),
        ),
        (
            "jku elsewhere",
            world.thief.sign(
                &json!({"alg": "ES256", "kid": "ec", "jku": "https://evil.example/jwks"}),
                &claims(),
            ),
            Signature("key of its own"),
        ),
        (
            "x5u elsewhere",
            world.thief.sign(
                &json!({"alg": "ES256", "kid": "ec", "x5u": "http://169.254.169.254/"}),
                &claims(),
            ),
            Signature("key of its own"),
        ),
        (
            "another key of that name",
            world.thief.token(&claims()),
            Signature("changed"),
        ),
        // Names of keys with tricks in them are names, and nothing else.
        (
            "kid of a file",
            world.with_header("kid", "../../../../dev/null"),
            KeyUnknown,
        ),
        (
            "kid of a query",
            world.with_header("kid", "ec' OR '1'='1"),
            KeyUnknown,
        ),
        (
            "kid of a command",
            world.with_header("kid", "ec|/bin/true"),
            KeyUnknown,
        ),
        (
            "kid of a URL",
            world.with_header("kid", "https://evil.example/k"),
            KeyUnknown,
        ),
        (
            "kid with NUL",
            world.with_header("kid", "ec\u{0}"),
            KeyUnknown,
        ),
        (
            "kid of another case",
            world.with_header("kid", "EC"),
            KeyUnknown,
        ),
        ("kid empty", world.with_header("kid", ""), KeyUnknown),
        (
            "kid of 300 bytes",
            world.with_header("kid", "k".repeat(300)),
            Malformed("`kid` of more than 256"),
        ),
        (
            "kid a number",
            world.with_header("kid", 1),
            Malformed("`kid` is not a text"),
        ),
        (
            "kid a list",
            world.with_header("kid", json!(["ec"])),
            Malformed("`kid` is not a text"),
        ),
        (
            "alg a list",
            world.with_header("alg", json!(["ES256"])),
            Malformed("`alg` is not a text"),
        ),
        (
            "alg missing",
            world.headed(&json!({"kid": "ec"})),
            Malformed("without `alg`"),
        ),
        // Extensions that are not understood (RFC 7515 §4.1.11).
        (
            "crit",
            world.headed(&json!({"alg": "ES256", "kid": "ec", "crit": ["exp"], "exp": 1})),
            Malformed("`crit`"),
        ),
        (
            "crit empty",
            world.headed(&json!({"alg": "ES256", "kid": "ec", "crit": []})),
            Malformed("`crit`"),
        ),
        (
            "b64 false",
            world.headed(&json!({"alg": "ES256", "kid": "ec", "b64": false, "crit": ["b64"]})),
            Malformed("`crit`"),
        ),
        (
            "zip",
            world.with_header("zip", "DEF"),
            Malformed("compressed"),
        ),
        // Tokens within tokens, and tokens for something else (RFC 8725 §3.11).
        (
            "nested",
            world.with_header("cty", "JWT"),
            Malformed("holds another token"),
        ),
        (
            "nested, lower case",
            world.with_header("cty", "jwt"),
            Malformed("holds another token"),
        ),
        (
            "a proof of DPoP",
            world.with_header("typ", "dpop+jwt"),
            Malformed("`dpop+jwt`"),
        ),
        (
            "a logout token",
            world.with_header("typ", "logout+jwt"),
            Malformed("`logout+jwt`"),
        ),
        (
            "a set of claims",
            world.with_header("typ", "secevent+jwt"),
            Malformed("`secevent+jwt`"),
        ),
        (
            "encrypted",
            format!("{good}.AAAA.AAAA"),
            Malformed("encrypted"),
        ),
        (
            "JSON form",
            r#"{"payload":"e30","signatures":[]}"#.to_owned(),
            Malformed("quotes"),
        ),
        // Said twice: two readers would read two tokens.
        (
            "alg twice",
            world.raw(r#"{"alg":"none","alg":"ES256","kid":"ec"}"#, &payload),
            Malformed("says `alg` twice"),
        ),
        (
            "exp twice",
            world.raw(HEAD, &two("exp", "1", "9999999999")),
            Malformed("says `exp` twice"),
        ),
        (
            "iss twice",
            world.raw(HEAD, &two("iss", "\"https://evil.example\"", "\"x\"")),
            Malformed("says `iss` twice"),
        ),
        (
            "twice by escape",
            world.raw(HEAD, &payload.replacen('{', r#"{"s\u0075b":"root","#, 1)),
            Malformed("says `sub` twice"),
        ),
        (
            "twice inside",
            world.raw(
                HEAD,
                &payload.replacen('{', r#"{"realm_access":{"roles":[],"roles":["admin"]},"#, 1),
            ),
            Malformed("says `roles` twice"),
        ),
        // Not JSON, or not an object.
        (
            "header not JSON",
            world.raw("{alg:ES256}", &payload),
            Malformed("header that is not JSON"),
        ),
        (
            "payload not JSON",
            world.raw(HEAD, "sub=lin"),
            Malformed("payload that is not JSON"),
        ),
        (
            "payload a list",
            world.raw(HEAD, "[]"),
            Malformed("payload that is not a JSON object"),
        ),
        (
            "payload empty",
            world.raw(HEAD, ""),
            Malformed("payload that is not JSON"),
        ),
        (
            "payload with more behind",
            world.raw(HEAD, &format!("{payload}{{}}")),
            Malformed("payload that is not JSON"),
        ),
        (
            "payload not UTF-8",
            world.ec.sign_bytes(HEAD.as_bytes(), b"{\"iss\":\"\xff\"}"),
            Malformed("payload that is not JSON"),
        ),
        (
            "payload with a byte order mark",
            world.raw(HEAD, &format!("\u{feff}{payload}")),
            Malformed("payload that is not JSON"),
        ),
        (
            "payload with a comment",
            world.raw(HEAD, &format!("/**/{payload}")),
            Malformed("payload that is not JSON"),
        ),
        (
            "10,000 levels",
            world.raw(HEAD, &format!("{}{}", "[".repeat(5_000), "]".repeat(5_000))),
            Malformed("payload that is not JSON"),
        ),
        // Numbers.
        (
            "exp of 1e400",
            world.raw(HEAD, &payload.replace("2000000000", "1e400")),
            Malformed("payload that is not JSON"),
        ),
        (
            "exp of 1e300",
            world.raw(HEAD, &payload.replace("2000000000", "1e300")),
            Malformed("`exp` that is not a time"),
        ),
        (
            "exp of 10^25",
            world.raw(
                HEAD,
                &payload.replace("2000000000", "10000000000000000000000000"),
            ),
            Malformed("`exp` that is not a time"),
        ),
        (
            "exp a text",
            world.with_claim("exp", "2000000000"),
            Malformed("`exp` that is not a time"),
        ),
        (
            "exp null",
            world.with_claim("exp", Value::Null),
            Malformed("`exp` that is not a time"),
        ),
        (
            "nbf a list",
            world.with_claim("nbf", json!([1])),
            Malformed("`nbf` that is not a time"),
        ),
        (
            "iat true",
            world.with_claim("iat", true),
            Malformed("`iat` that is not a time"),
        ),
        // Whose it is.
        (
            "iss of nobody",
            world.with_claim("iss", "https://evil.example"),
            Is::Issuer,
        ),
        (
            "iss with a slash more",
            world.with_claim("iss", format!("{ISS}/")),
            Is::Issuer,
        ),
        (
            "iss of another case",
            world.with_claim("iss", ISS.to_uppercase()),
            Is::Issuer,
        ),
        (
            "iss that begins like it",
            world.with_claim("iss", format!("{ISS}.evil.example")),
            Is::Issuer,
        ),
        (
            "iss a list",
            world.with_claim("iss", json!([ISS])),
            Is::Issuer,
        ),
        (
            "iss missing",
            world.with_claim("iss", Value::Null),
            Is::Issuer,
        ),
        // Form.
        ("empty", String::new(), Malformed("is empty")),
        ("no dots", "abc".to_owned(), Malformed("no dots")),
        ("one dot", "a.b".to_owned(), Malformed("has 2 parts")),
        ("four parts", format!("{good}.x"), Malformed("has 4 parts")),
        (
            "100 kB",
            format!("{good}{}", "A".repeat(100_000)),
            Malformed("longer than 16384"),
        ),
        (
            "padded",
            format!("{good}="),
            Malformed("signature that is not base64url"),
        ),
        (
            "base64 of another alphabet",
            world.part(2, "++//"),
            Malformed("signature that is not base64url"),
        ),
        (
            "trailing bits",
            world.part(0, "e30Z"),
            Malformed("header that is not"),
        ),
        ("in quotes", format!("\"{good}\""), Malformed("quotes")),
        (
            "Bearer twice",
            format!("Bearer {good}"),
            Malformed("white space"),
        ),
        (
            "wrapped",
            good.replace('.', ".\n"),
            Malformed("white space"),
        ),
        (
            "beyond ASCII",
            format!("{good}é"),
            Malformed("beyond ASCII"),
        ),
        (
            "two of them",
            format!("{good},{good}"),
            Malformed("encrypted"),
        ),
        (
            "payload of another",
            world.part(1, &base64url(claims().to_string().replace("lin", "root"))),
            Signature("changed"),
        ),
        (
            "header of another",
            world.part(0, &base64url(r#"{"alg":"ES256","kid":"ec","x":1}"#)),
            Signature("changed"),
        ),
        (
            "signature of zeros",
            world.part(2, &base64url([0; 64])),
            Signature("changed"),
        ),
        (
            "signature of ASN.1",
            world.part(2, &base64url([0x30; 70])),
            Signature("changed"),
        ),
        (
            "signature cut by a byte",
            good.get(..good.len() - 2).unwrap().to_owned(),
            Signature("changed"),
        ),
        (
            "a hundred bytes more",
            format!("{good}{}", "A".repeat(100)),
            Signature("changed"),
        ),
    ]
}

#[test]
fn none_of_these_is_believed_and_each_is_told_apart() {
    let world = World::new();
    assert!(check(world.ec.token(&claims()).as_bytes(), &issuer(), &world.keys).is_ok());
    let cases = cases(&world);
    assert!(cases.len() >= 60, "{}", cases.len());
    for (name, token, expected) in cases {
        let fault = check(token.as_bytes(), &issuer(), &world.keys).expect_err(name);
        assert!(is(&fault, expected), "{name}: {fault:?}, not {expected:?}");
        let kept: Fault = serde_json::from_str(&serde_json::to_string(&fault).unwrap()).unwrap();
        assert_eq!(kept, fault, "{name}");
        assert!(
            !format!("{fault:?}").contains(['\u{0}', '\u{7f}']),
            "{name}"
        );
    }
}

#[test]
fn what_looks_odd_and_is_right_is_believed() {
    let world = World::new();
    let header = |name: &str, value: Value| world.with_header(name, value);
    let without_typ = world.headed(&json!({"alg": "ES256", "kid": "ec"}));
    let pretty = world.raw(&format!(" {HEAD}\n"), &format!("\n {} \n", claims()));
    for (name, token) in [
        ("no typ", without_typ),
        ("at+jwt", header("typ", "at+jwt".into())),
        (
            "application/at+jwt",
            header("typ", "application/at+jwt".into()),
        ),
        ("jwt in small letters", header("typ", "jwt".into())),
        ("members of others", header("x5t", "AAAA".into())),
        ("white space in the JSON", pretty),
        (
            "its own jku, signed by its key",
            header("jku", format!("{ISS}/jwks").into()),
        ),
    ] {
        check(token.as_bytes(), &issuer(), &world.keys).expect(name);
    }
}

#[test]
fn only_the_algorithms_of_the_issuer_count() {
    let world = World::new();
    let mut strict = issuer();
    strict.algorithms = vec![Algorithm::RS256];
    let token = world.ec.token(&claims());
    let fault = check(token.as_bytes(), &strict, &world.keys).unwrap_err();
    assert!(
        is(&fault, Signature("not one that is accepted")),
        "{fault:?}"
    );
    assert!(check(world.rsa.token(&claims()).as_bytes(), &strict, &world.keys).is_ok());
}
