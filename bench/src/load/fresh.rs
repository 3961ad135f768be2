//! Requests of which no two are alike: each is signed by itself, before the load begins.

use std::cell::Cell;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Result, anyhow};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD as BASE64, URL_SAFE_NO_PAD as BASE64URL};

use super::{Options, Request};

/// The seed of the key whose public half stands in bench/ways/keys.json: good for nothing else.
const SEED: &[u8; 32] = b"BenchmarkOnlyNeverUseThisSeed001";

/// What stands in bench/ways/secret: good for nothing else, either.
const SECRET: &[u8] = include_bytes!("../../ways/secret");

/// What is signed anew each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Fresh {
    /// One token (JWT, `EdDSA`) for all requests.
    SameToken,
    /// A token each, so many that no memory of tokens holds them.
    Token,
    /// A signature of each request (RFC 9421, Ed25519) with a nonce of its own: none is good twice.
    Signature,
    /// A MAC of each request (draft-cavage-http-signatures-12) with a number of its own.
    Hmac,
    /// One token that is bound to a key, and a proof of that key each (RFC 9449).
    Possession,
}

/// The issuer in bench/ways.yaml.
const ISSUER: &str = "https://login.example.com";
/// So many refusals are measured of each side, where one takes microseconds.
const QUICK: usize = 2_000;
/// The same where one takes tens of milliseconds.
const SLOW: usize = 400;
/// So many tokens that a memory of them is no help.
const TOKENS: usize = 20_000;
/// So many signed requests that the load ends before they do.
const SIGNED: usize = 300_000;

/// What is sent, one after the other, and again from the beginning.
#[derive(Debug)]
pub(super) struct Requests {
    all: Vec<Vec<u8>>,
    next: Cell<usize>,
}

impl Requests {
    /// What the options say: one request, or many that differ in what they are signed with.
    pub(super) fn of(options: &Options) -> Result<Self> {
        let request = Request::of(options)?;
        let all = match options.fresh {
            None => vec![request.bytes()],
            Some(fresh) => fresh.requests(&request)?,
        };
        Ok(Self {
            all,
            next: Cell::new(0),
        })
    }

    pub(super) fn next(&self) -> &[u8] {
        let at = self.next.get();
        self.next.set((at + 1) % self.all.len().max(1));
        self.all.get(at).map_or(&[], Vec::as_slice)
    }
}

impl Fresh {
    /// As `--fresh` takes it.
    pub(crate) fn name(self) -> String {
        let value = clap::ValueEnum::to_possible_value(&self);
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }

    fn requests(self, request: &Request) -> Result<Vec<Vec<u8>>> {
        let signer = Signer::new()?;
        let token = |number: usize| {
            let token = format!("Bearer {}", signer.token(number));
            request.clone().with("Authorization", token).bytes()
        };
        Ok(match self {
            Self::SameToken => vec![token(0)],
            Self::Token => (0..TOKENS).map(token).collect(),
            Self::Signature => {
                let one = |number| signer.signed(request, "bench", number).bytes();
                (0..SIGNED).map(one).collect()
            }
            Self::Hmac => {
                let one = |number| authenticated(request, "bench-hmac", number).bytes();
                (0..SIGNED).map(one).collect()
            }
            Self::Possession => {
                let token = signer.bound_token();
                let (_, host, path, _) = request.parts();
                let address = format!("http://{host}{path}");
                let one = |number| signer.proved(request, &token, &address, number).bytes();
                (0..SIGNED).map(one).collect()
            }
        })
    }
}

/// Two requests that are refused alike: one brings something that exists and is wrong, the other
/// something that does not exist.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) name: &'static str,
    /// Sent one after the other, and again from the beginning.
    pub(crate) known: Vec<Request>,
    pub(crate) unknown: Vec<Request>,
    /// So many of each side are measured.
    pub(crate) requests: usize,
    /// The refusal, as callers are told it.
    pub(crate) code: &'static str,
}

impl Pair {
    /// Of every way in where there is something to find out.
    pub(crate) fn all() -> Result<Vec<Self>> {
        let signer = Signer::new()?;
        let ask = |way: &str| {
            let json = "-H 'Content-Type: application/json' -d '{\"item\":\"lamp\",\"count\":2}'";
            Request::parse(&format!(
                "curl -X POST {json} http://127.0.0.1:8080/{way}/orders"
            ))
        };
        let key = |key: &str| Ok::<_, anyhow::Error>(ask("key")?.with("X-API-Key", key.to_owned()));
        let token = |kid: &str, issuer: &str| {
            let token = signer.broken(kid, issuer);
            Ok::<_, anyhow::Error>(ask("jwt")?.with("Authorization", format!("Bearer {token}")))
        };
        let signed = |keyid: &str| {
            let other = signer.signed(&ask("key")?, keyid, 0);
            Ok::<_, anyhow::Error>(ask("signature")?.with_all(&other))
        };
        // No two alike, so that each is worked out, and none is remembered as wrong.
        let passwords = |user: &str| {
            let each = (0..SLOW).map(|number| {
                let pair = BASE64.encode(format!("{user}:BenchmarkOnlyWrong{number}"));
                Ok(ask("basic")?.with("Authorization", format!("Basic {pair}")))
            });
            each.collect::<Result<Vec<_>>>()
        };
        let possession = |kid: &str, issuer: &str| {
            let (token, address) = (
                signer.broken(kid, issuer),
                "http://127.0.0.1:8080/dpop/orders",
            );
            Ok::<_, anyhow::Error>(signer.proved(&ask("dpop")?, &token, address, 0))
        };
        let authenticated = |keyid: &str| {
            let other = authenticated(&ask("key")?, keyid, 0);
            Ok::<_, anyhow::Error>(ask("hmac")?.with_all(&other))
        };
        Ok(vec![
            Self {
                name: "a signature of another request, and one by a key that nobody has",
                known: vec![signed("bench")?],
                unknown: vec![signed("nobody")?],
                requests: QUICK,
                code: "signature.invalid",
            },
            Self {
                name: "a MAC of another request, and one by a key that nobody has",
                known: vec![authenticated("bench-hmac")?],
                unknown: vec![authenticated("bench-cmah")?],
                requests: QUICK,
                code: "signature.invalid",
            },
            Self {
                name: "a user name with a wrong password, and one that nobody has",
                known: passwords("bench")?,
                unknown: passwords("hcneb")?,
                requests: SLOW,
                code: "credential.invalid",
            },
            Self {
                name: "an API key with a wrong secret, and one that nobody has",
                known: vec![key(
                    "pst_bench00000000001_BenchmarkOnlyThisSecretIsWrong011gvJBS",
                )?],
                unknown: vec![key(
                    "pst_bench00000000009_BenchmarkOnlyThisSecretIsWrong012z7Nxz",
                )?],
                requests: QUICK,
                code: "credential.invalid",
            },
            Self {
                name: "a token with a wrong signature, and one of a key that nobody has",
                known: vec![token("bench-1", ISSUER)?],
                unknown: vec![token("bench-9", ISSUER)?],
                requests: QUICK,
                code: "token.invalid",
            },
            Self {
                name: "a token with a wrong signature, and one of an issuer that nobody trusts",
                known: vec![token("bench-1", ISSUER)?],
                unknown: vec![token("bench-1", "https://login.example.org")?],
                requests: QUICK,
                code: "token.invalid",
            },
            Self {
                name: "with a proof, a token with a wrong signature, and one of an issuer that nobody trusts",
                known: vec![possession("bench-1", ISSUER)?],
                unknown: vec![possession("bench-1", "https://login.example.org")?],
                requests: QUICK,
                code: "token.invalid",
            },
        ])
    }
}

/// Who signs what the callers of bench/ways.yaml send.
struct Signer(Ed25519KeyPair);

impl Signer {
    fn new() -> Result<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(SEED);
        Ok(Self(pair.map_err(|_| anyhow!("the seed makes no key"))?))
    }

    /// A request with a signature of itself.
    fn signed(&self, request: &Request, keyid: &str, number: usize) -> Request {
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
    fn token(&self, number: usize) -> String {
        self.jws(&header("bench-1"), &payload(ISSUER, number))
    }

    /// A token that is bound to this very key (RFC 9449 §6.1).
    fn bound_token(&self) -> String {
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
    fn proved(&self, request: &Request, token: &str, address: &str, number: usize) -> Request {
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

    /// A token that says so, and is signed by nobody.
    fn broken(&self, kid: &str, issuer: &str) -> String {
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
fn authenticated(request: &Request, keyid: &str, number: usize) -> Request {
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
fn seconds() -> u64 {
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
            include_str!("../../ways/keys.json").contains(&public),
            "{public}"
        );
    }
}
