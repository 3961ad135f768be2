//! Tokens that must not be believed (RFC 8725, and what others have fallen for).

use super::{Signer, base64url, hmac_sha256, set};
use postern_model::entity::Algorithm;
use serde_json::{Value, json};

/// Whose tokens these say to be.
pub const ISSUER: &str = "https://login.example.com";
const HEAD: &str = r#"{"alg":"ES256","kid":"ec"}"#;

/// What is wrong, and a piece of what is said about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Is {
    /// It is no token.
    Malformed(&'static str),
    /// It is somebody else's, as it says itself.
    OtherIssuer,
    /// The issuer has no key of that name.
    KeyUnknown,
    /// The issuer has not signed it.
    Signature(&'static str),
}

use Is::{KeyUnknown, Malformed, Signature};

/// The issuer's keys, and somebody else's.
#[derive(Debug)]
pub struct Attacked {
    /// A key of the issuer's, for RS256.
    pub rsa: Signer,
    /// A key of the issuer's, for ES256.
    pub ec: Signer,
    thief: Signer,
    claims: Value,
}

impl Attacked {
    /// An issuer whose genuine tokens make these claims, `exp` being 2000000000.
    pub fn new(claims: Value) -> Self {
        Self {
            rsa: Signer::new(Algorithm::RS256, "rsa"),
            ec: Signer::new(Algorithm::ES256, "ec"),
            thief: Signer::new(Algorithm::ES256, "ec"),
            claims,
        }
    }

    /// The issuer's public keys.
    pub fn keys(&self) -> String {
        set(&[&self.rsa, &self.ec])
    }

    /// What a genuine token claims.
    pub fn claims(&self) -> Value {
        self.claims.clone()
    }

    /// As the issuer signs it, with this header.
    pub fn headed(&self, header: &Value) -> String {
        self.ec.sign(header, &self.claims)
    }

    /// With one member of the header another.
    pub fn with_header(&self, name: &str, value: impl Into<Value>) -> String {
        let mut header = json!({"alg": "ES256", "kid": "ec", "typ": "JWT"});
        header[name] = value.into();
        self.headed(&header)
    }

    /// With one claim another.
    pub fn with_claim(&self, name: &str, value: impl Into<Value>) -> String {
        let mut claims = self.claims();
        claims[name] = value.into();
        self.ec.token(&claims)
    }

    /// As the issuer signs it, of these bytes.
    pub fn raw(&self, header: &str, payload: &str) -> String {
        self.ec.sign_bytes(header.as_bytes(), payload.as_bytes())
    }

    /// With this text in the place of a part.
    fn part(&self, at: usize, text: &str) -> String {
        let token = self.ec.token(&self.claims);
        let mut parts: Vec<&str> = token.split('.').collect();
        parts[at] = text;
        parts.join(".")
    }

    fn unsigned(&self, alg: &str) -> String {
        let header = json!({"alg": alg, "kid": "ec"}).to_string();
        format!(
            "{}.{}.",
            base64url(header),
            base64url(self.claims.to_string())
        )
    }

    /// Signed with a secret that everybody knows.
    fn confused(&self, secret: &[u8], kid: &str) -> String {
        let header = json!({"alg": "HS256", "kid": kid}).to_string();
        let signed = format!(
            "{}.{}",
            base64url(header),
            base64url(self.claims.to_string())
        );
        let signature = hmac_sha256(secret, signed.as_bytes());
        format!("{signed}.{}", base64url(signature))
    }

    /// What is wrong with each, the token, and what it is to be told as.
    #[expect(clippy::too_many_lines, reason = "a table")]
    pub fn cases(&self) -> Vec<(&'static str, String, Is)> {
        let good = self.ec.token(&self.claims());
        let payload = self.claims().to_string();
        let (signed, _) = good.rsplit_once('.').unwrap();
        let pem = self.rsa.public_pem();
        let public = self.rsa.jwk()["n"].as_str().unwrap().to_owned();
        let two = |name: &str, one: &str, other: &str| {
            payload.replacen('{', &format!("{{\"{name}\":{one},\"{name}\":{other},"), 1)
        };
        vec![
            // Unsigned (CVE-2015-9235), in every spelling.
            ("alg none", self.unsigned("none"), Signature("not signed")),
            ("alg None", self.unsigned("None"), Signature("not signed")),
            ("alg NONE", self.unsigned("NONE"), Signature("not signed")),
            ("alg nOnE", self.unsigned("nOnE"), Signature("not signed")),
            (
                "alg none, signed",
                self.with_header("alg", "none"),
                Signature("not signed"),
            ),
            ("alg empty", self.unsigned(""), Signature("not known")),
            ("signature cut off", self.part(2, ""), Signature("changed")),
            (
                "alg of a digest",
                self.with_header("alg", "SHA256"),
                Signature("not known"),
            ),
            (
                "alg lower case",
                self.with_header("alg", "es256"),
                Signature("not known"),
            ),
            (
                "alg with a blank",
                self.with_header("alg", "ES256 "),
                Signature("not known"),
            ),
            // Confusion of algorithms (CVE-2016-5431): the public key taken for a secret.
            (
                "HS256 with the modulus",
                self.confused(public.as_bytes(), "rsa"),
                Signature("another algorithm"),
            ),
            (
                "HS256 with the JWK",
                self.confused(self.rsa.jwk().to_string().as_bytes(), "rsa"),
                Signature("another algorithm"),
            ),
            (
                "HS256 with the PEM",
                self.confused(pem.as_bytes(), "rsa"),
                Signature("another algorithm"),
            ),
            (
                "HS256 with the PEM and no last line break",
                self.confused(pem.trim_end().as_bytes(), "rsa"),
                Signature("another algorithm"),
            ),
            (
                "HS256 with the DER",
                self.confused(&self.rsa.public_der(), "rsa"),
                Signature("another algorithm"),
            ),
            (
                "HS256 with nothing",
                self.confused(b"", "ec"),
                Signature("another algorithm"),
            ),
            (
                "HS256 without a kid",
                self.confused(public.as_bytes(), "x"),
                KeyUnknown,
            ),
            (
                "RS256 header, ES256 key",
                self.with_header("alg", "RS256"),
                Signature("another algorithm"),
            ),
            (
                "ES384 header, ES256 key",
                self.with_header("alg", "ES384"),
                Signature("another algorithm"),
            ),
            (
                "PS256 header, RS256 key",
                self.rsa
                    .sign(&json!({"alg": "PS256", "kid": "rsa"}), &self.claims()),
                Signature("another algorithm"),
            ),
            (
                "EdDSA header",
                self.with_header("alg", "EdDSA"),
                Signature("another algorithm"),
            ),
            // A key of their own (CVE-2018-0114).
            (
                "embedded jwk",
                self.thief.sign(
                    &json!({"alg": "ES256", "kid": "ec", "jwk": self.thief.jwk()}),
                    &self.claims(),
                ),
                Signature("key of its own"),
            ),
            (
                "embedded x5c",
                self.thief.sign(
                    &json!({"alg": "ES256", "kid": "ec", "x5c": ["MIIB"]}),
                    &self.claims(),
                ),
                Signature("key of its own"),
            ),
            (
                "jku elsewhere",
                self.thief.sign(
                    &json!({"alg": "ES256", "kid": "ec", "jku": "https://evil.example/jwks"}),
                    &self.claims(),
                ),
                Signature("key of its own"),
            ),
            (
                "x5u elsewhere",
                self.thief.sign(
                    &json!({"alg": "ES256", "kid": "ec", "x5u": "http://169.254.169.254/"}),
                    &self.claims(),
                ),
                Signature("key of its own"),
            ),
            (
                "another key of that name",
                self.thief.token(&self.claims()),
                Signature("changed"),
            ),
            // Names of keys with tricks in them are names, and nothing else.
            (
                "kid of a file",
                self.with_header("kid", "../../../../dev/null"),
                KeyUnknown,
            ),
            (
                "kid of a query",
                self.with_header("kid", "ec' OR '1'='1"),
                KeyUnknown,
            ),
            (
                "kid of a command",
                self.with_header("kid", "ec|/bin/true"),
                KeyUnknown,
            ),
            (
                "kid of a URL",
                self.with_header("kid", "https://evil.example/k"),
                KeyUnknown,
            ),
            (
                "kid with NUL",
                self.with_header("kid", "ec\u{0}"),
                KeyUnknown,
            ),
            (
                "kid of another case",
                self.with_header("kid", "EC"),
                KeyUnknown,
            ),
            ("kid empty", self.with_header("kid", ""), KeyUnknown),
            (
                "kid of 300 bytes",
                self.with_header("kid", "k".repeat(300)),
                Malformed("`kid` of more than 256"),
            ),
            (
                "kid a number",
                self.with_header("kid", 1),
                Malformed("`kid` is not a text"),
            ),
            (
                "kid a list",
                self.with_header("kid", json!(["ec"])),
                Malformed("`kid` is not a text"),
            ),
            (
                "alg a list",
                self.with_header("alg", json!(["ES256"])),
                Malformed("`alg` is not a text"),
            ),
            (
                "alg missing",
                self.headed(&json!({"kid": "ec"})),
                Malformed("without `alg`"),
            ),
            // Extensions that are not understood (RFC 7515 §4.1.11).
            (
                "crit",
                self.headed(&json!({"alg": "ES256", "kid": "ec", "crit": ["exp"], "exp": 1})),
                Malformed("`crit`"),
            ),
            (
                "crit empty",
                self.headed(&json!({"alg": "ES256", "kid": "ec", "crit": []})),
                Malformed("`crit`"),
            ),
            (
                "b64 false",
                self.headed(&json!({"alg": "ES256", "kid": "ec", "b64": false, "crit": ["b64"]})),
                Malformed("`crit`"),
            ),
            (
                "zip",
                self.with_header("zip", "DEF"),
                Malformed("compressed"),
            ),
            // Tokens within tokens, and tokens for something else (RFC 8725 §3.11).
            (
                "nested",
                self.with_header("cty", "JWT"),
                Malformed("holds another token"),
            ),
            (
                "nested, lower case",
                self.with_header("cty", "jwt"),
                Malformed("holds another token"),
            ),
            (
                "a proof of DPoP",
                self.with_header("typ", "dpop+jwt"),
                Malformed("`dpop+jwt`"),
            ),
            (
                "a logout token",
                self.with_header("typ", "logout+jwt"),
                Malformed("`logout+jwt`"),
            ),
            (
                "a set of claims",
                self.with_header("typ", "secevent+jwt"),
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
                self.raw(r#"{"alg":"none","alg":"ES256","kid":"ec"}"#, &payload),
                Malformed("says `alg` twice"),
            ),
            (
                "kid twice",
                self.raw(r#"{"alg":"ES256","kid":"x","kid":"ec"}"#, &payload),
                Malformed("says `kid` twice"),
            ),
            (
                "exp twice",
                self.raw(HEAD, &two("exp", "1", "9999999999")),
                Malformed("says `exp` twice"),
            ),
            (
                "iss twice",
                self.raw(HEAD, &two("iss", "\"https://evil.example\"", "\"x\"")),
                Malformed("says `iss` twice"),
            ),
            (
                "twice by escape",
                self.raw(HEAD, &payload.replacen('{', r#"{"s\u0075b":"root","#, 1)),
                Malformed("says `sub` twice"),
            ),
            (
                "twice inside",
                self.raw(
                    HEAD,
                    &payload.replacen('{', r#"{"realm_access":{"roles":[],"roles":["admin"]},"#, 1),
                ),
                Malformed("says `roles` twice"),
            ),
            // Not JSON, or not an object.
            (
                "header not JSON",
                self.raw("{alg:ES256}", &payload),
                Malformed("header that is not JSON"),
            ),
            (
                "payload not JSON",
                self.raw(HEAD, "sub=lin"),
                Malformed("payload that is not JSON"),
            ),
            (
                "payload a list",
                self.raw(HEAD, "[]"),
                Malformed("payload that is not a JSON object"),
            ),
            (
                "payload empty",
                self.raw(HEAD, ""),
                Malformed("payload that is not JSON"),
            ),
            (
                "payload with more behind",
                self.raw(HEAD, &format!("{payload}{{}}")),
                Malformed("payload that is not JSON"),
            ),
            (
                "payload not UTF-8",
                self.ec.sign_bytes(HEAD.as_bytes(), b"{\"iss\":\"\xff\"}"),
                Malformed("payload that is not JSON"),
            ),
            (
                "payload with a byte order mark",
                self.raw(HEAD, &format!("\u{feff}{payload}")),
                Malformed("payload that is not JSON"),
            ),
            (
                "payload with a comment",
                self.raw(HEAD, &format!("/**/{payload}")),
                Malformed("payload that is not JSON"),
            ),
            (
                "10,000 levels",
                self.raw(HEAD, &format!("{}{}", "[".repeat(5_000), "]".repeat(5_000))),
                Malformed("payload that is not JSON"),
            ),
            // Numbers.
            (
                "exp of 1e400",
                self.raw(HEAD, &payload.replace("2000000000", "1e400")),
                Malformed("payload that is not JSON"),
            ),
            (
                "exp of 1e300",
                self.raw(HEAD, &payload.replace("2000000000", "1e300")),
                Malformed("`exp` that is not a time"),
            ),
            (
                "exp of 10^25",
                self.raw(
                    HEAD,
                    &payload.replace("2000000000", "10000000000000000000000000"),
                ),
                Malformed("`exp` that is not a time"),
            ),
            (
                "exp below -10^18",
                self.raw(
                    HEAD,
                    &payload.replace("2000000000", "-99999999999999999999"),
                ),
                Malformed("`exp` that is not a time"),
            ),
            (
                "exp of -1e300",
                self.raw(HEAD, &payload.replace("2000000000", "-1e300")),
                Malformed("`exp` that is not a time"),
            ),
            (
                "exp a text",
                self.with_claim("exp", "2000000000"),
                Malformed("`exp` that is not a time"),
            ),
            (
                "exp null",
                self.with_claim("exp", Value::Null),
                Malformed("`exp` that is not a time"),
            ),
            (
                "nbf a list",
                self.with_claim("nbf", json!([1])),
                Malformed("`nbf` that is not a time"),
            ),
            (
                "iat true",
                self.with_claim("iat", true),
                Malformed("`iat` that is not a time"),
            ),
            // Whose it is.
            (
                "iss of nobody",
                self.with_claim("iss", "https://evil.example"),
                Is::OtherIssuer,
            ),
            (
                "iss with a slash more",
                self.with_claim("iss", format!("{ISSUER}/")),
                Is::OtherIssuer,
            ),
            (
                "iss of another case",
                self.with_claim("iss", ISSUER.to_uppercase()),
                Is::OtherIssuer,
            ),
            (
                "iss that begins like it",
                self.with_claim("iss", format!("{ISSUER}.evil.example")),
                Is::OtherIssuer,
            ),
            (
                "iss a list",
                self.with_claim("iss", json!([ISSUER])),
                Is::OtherIssuer,
            ),
            (
                "iss missing",
                self.with_claim("iss", Value::Null),
                Is::OtherIssuer,
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
                self.part(2, "++//"),
                Malformed("signature that is not base64url"),
            ),
            (
                "trailing bits",
                self.part(0, "e30Z"),
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
                self.part(
                    1,
                    &base64url(self.claims().to_string().replace("lin", "root")),
                ),
                Signature("changed"),
            ),
            (
                "header of another",
                self.part(0, &base64url(r#"{"alg":"ES256","kid":"ec","x":1}"#)),
                Signature("changed"),
            ),
            (
                "signature of zeros",
                self.part(2, &base64url([0; 64])),
                Signature("changed"),
            ),
            (
                "signature of ASN.1",
                self.part(2, &base64url([0x30; 70])),
                Signature("changed"),
            ),
            (
                "signature in DER",
                self.part(2, &base64url(der(&self.ec.signature(signed.as_bytes())))),
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
}

/// A signature of two numbers as ASN.1 has it (RFC 3279 §2.2.3), which is not how tokens have it
/// (RFC 7518 §3.4).
fn der(signature: &[u8]) -> Vec<u8> {
    let number = |bytes: &[u8]| {
        let first = bytes.iter().position(|byte| *byte != 0).unwrap();
        let sign = bytes[first] & 0x80 != 0;
        let mut value = vec![0; usize::from(sign)];
        value.extend(&bytes[first..]);
        [&[2, u8::try_from(value.len()).unwrap()], &value[..]].concat()
    };
    let (r, s) = signature.split_at(signature.len() / 2);
    let both = [number(r), number(s)].concat();
    [&[0x30, u8::try_from(both.len()).unwrap()], &both[..]].concat()
}
