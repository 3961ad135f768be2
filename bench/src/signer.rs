//! Who signs what the callers of bench/ways.yaml bring: tokens, requests and proofs.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Result, anyhow};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD as BASE64, URL_SAFE_NO_PAD as BASE64URL};

use crate::load::Request;

/// The seed of the key whose public half stands in bench/ways/keys.json: good for nothing else.
const SEED: &[u8; 32] = b"BenchmarkOnlyNeverUseThisSeed001";

/// What stands in bench/ways/secret: good for nothing else, either.
const SECRET: &[u8] = include_bytes!("../ways/secret");

/// The issuer in bench/ways.yaml.
pub(crate) const ISSUER: &str = "https://login.example.com";

/// A key that signs.
#[derive(Debug)]
pub(crate) struct Signer(Ed25519KeyPair);

impl Signer {
    /// The one whose public half stands in bench/ways/keys.json.
    pub(crate) fn new() -> Result<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(SEED);
        Ok(Self(pair.map_err(|_| anyhow!("the seed makes no key"))?))
    }

    /// A request with a signature of itself.
    pub(crate) fn signed(&self, request: &Request, keyid: &str, number: usize) -> Request {
        let (method, host, path, body) = request.parts();
        let digest = digest(&SHA256, body);
        let digest = format!("sha-256=:{}:", BASE64.encode(digest.as_ref()));
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let says = format!(
            "(\"@method\" \"@authority\" \"@path\" \"@query\" \"content-digest\");created={};keyid=\"{keyid}\";nonce=\"{}-{number}\"",
            now.as_secs(),
            now.as_nanos(),
        );
        let base = format!(
            "\"@method\": {method}\n\"@authority\": {host}\n\"@path\": {path}\n\"@query\": ?\n\"content-digest\": {digest}\n\"@signature-params\": {says}"
        );
        let signature = BASE64.encode(self.0.sign(base.as_bytes()));
        let request = request.clone().with("Content-Digest", digest);
        let request = request.with("Signature-Input", format!("a={says}"));
        request.with("Signature", format!("a=:{signature}:"))
    }

    /// A JWS in compact form (RFC 7515 §7.1).
    fn jws(&self, header: &str, payload: &str) -> String {
        let text = format!("{}.{}", BASE64URL.encode(header), BASE64URL.encode(payload));
        let signature = self.0.sign(text.as_bytes());
        format!("{text}.{}", BASE64URL.encode(signature))
    }

    /// A token of the issuer in bench/ways.yaml, for an hour.
    pub(crate) fn token(&self, number: usize) -> String {
        self.jws(&header("bench-1"), &payload(ISSUER, number))
    }

    /// A token that is bound to this very key (RFC 9449 §6.1).
    pub(crate) fn bound_token(&self) -> String {
        // Its members in the order of their names (RFC 7638 §3).
        let thumbprint = BASE64URL.encode(digest(&SHA256, self.jwk().as_bytes()));
        let payload = payload(ISSUER, 0);
        let more = payload.strip_suffix('}').unwrap_or(&payload);
        let payload = format!(r#"{more},"cnf":{{"jkt":"{thumbprint}"}}}}"#);
        self.jws(&header("bench-1"), &payload)
    }

    /// The public half of this key.
    fn jwk(&self) -> String {
        let key = BASE64URL.encode(self.0.public_key());
        format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{key}"}}"#)
    }

    /// A request with a token, and a proof that whoever sends it has this key (RFC 9449 §4.2).
    pub(crate) fn proved(
        &self,
        request: &Request,
        token: &str,
        address: &str,
        number: usize,
    ) -> Request {
        let hash = BASE64URL.encode(digest(&SHA256, token.as_bytes()));
        let header = format!(r#"{{"typ":"dpop+jwt","alg":"EdDSA","jwk":{}}}"#, self.jwk());
        let now = seconds();
        let claims = format!(
            r#"{{"jti":"{now}-{number}","htm":"POST","htu":"{address}","iat":{now},"ath":"{hash}"}}"#
        );
        let request = request
            .clone()
            .with("Authorization", format!("DPoP {token}"));
        request.with("DPoP", self.jws(&header, &claims))
    }

    /// Says to a client who was signed in there (OpenID Connect Core 1.0 §2).
    pub(crate) fn id_token(&self, issuer: &str, client: &str, nonce: &str) -> String {
        let now = seconds();
        let claims = format!(
            r#"{{"iss":"{issuer}","aud":"{client}","sub":"lin","nonce":"{nonce}","iat":{now},"exp":{}}}"#,
            now + 3600
        );
        self.jws(r#"{"alg":"EdDSA","kid":"bench-1"}"#, &claims)
    }

    /// A token that says so, and is signed by nobody.
    pub(crate) fn broken(&self, kid: &str, issuer: &str) -> String {
        let token = self.jws(&header(kid), &payload(issuer, 0));
        let other = self.jws(&header(kid), &payload(issuer, 1));
        let text = token.rsplit_once('.').map_or("", |(text, _)| text);
        let signature = other
            .rsplit_once('.')
            .map_or("", |(_, signature)| signature);
        format!("{text}.{signature}")
    }
}

/// A request with a MAC of itself (draft-cavage-http-signatures-12 §2.3).
pub(crate) fn authenticated(request: &Request, keyid: &str, number: usize) -> Request {
    let (method, host, path, body) = request.parts();
    let (method, now) = (method.to_lowercase(), seconds());
    let digest = format!("SHA-256={}", BASE64.encode(digest(&SHA256, body)));
    let text = format!(
        "(request-target): {method} {path}\n(created): {now}\nhost: {host}\ndigest: {digest}\nx-number: {number}"
    );
    let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, SECRET), text.as_bytes());
    let mac = BASE64.encode(mac);
    let says = format!(
        "Signature keyId=\"{keyid}\",created={now},headers=\"(request-target) (created) host digest x-number\",signature=\"{mac}\""
    );
    let request = request.clone().with("Digest", digest);
    let request = request.with("X-Number", number.to_string());
    request.with("Authorization", says)
}

fn header(kid: &str) -> String {
    format!(r#"{{"alg":"EdDSA","kid":"{kid}","typ":"at+jwt"}}"#)
}

fn payload(issuer: &str, number: usize) -> String {
    let now = seconds();
    format!(
        r#"{{"iss":"{issuer}","aud":"https://api.example.com","client_id":"bench","sub":"lin","jti":"{number}","iat":{now},"exp":{}}}"#,
        now + 3600
    )
}

/// Unix time in seconds.
pub(crate) fn seconds() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.unwrap_or_default().as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_the_one_that_the_configuration_names() {
        let signer = Signer::new().unwrap();
        let public = BASE64URL.encode(signer.0.public_key());
        assert!(
            include_str!("../ways/keys.json").contains(&public),
            "{public}"
        );
    }
}
