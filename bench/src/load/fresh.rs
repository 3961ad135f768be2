//! Requests of which no two are alike: each is signed by itself, before the load begins.

use std::cell::Cell;

use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::{Options, Request, browser};
use crate::signer::{ISSUER, Signer, authenticated};

/// What is made by who sends it, most of it anew each time.
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
    /// A token each that says nothing by itself (RFC 7662).
    Opaque,
    /// The cookie of somebody who was signed in before the load began.
    Session,
    /// Nothing in the request: the connection has a client certificate.
    Certificate,
}

/// What is asked of the token endpoint of bench/ways.yaml, but for who asks.
const GRANT: &str = "curl -X POST -H 'Content-Type: application/x-www-form-urlencoded' \
    -d grant_type=client_credentials http://127.0.0.1:8080/.well-known/postern/issuers/own/token";
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
    pub(super) async fn of(options: &Options) -> Result<Self> {
        let request = Request::of(options)?;
        let all = match options.fresh {
            None | Some(Fresh::Certificate) => vec![request.bytes()],
            Some(Fresh::Session) => {
                let cookie = browser::sign_in(options.target, &request).await?;
                vec![request.with("Cookie", cookie).bytes()]
            }
            Some(fresh) => fresh.signed(&request)?,
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

    fn signed(self, request: &Request) -> Result<Vec<Vec<u8>>> {
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
            Self::Opaque => {
                let one = |number| {
                    let token = format!("Bearer opaque-{number}");
                    request.clone().with("Authorization", token).bytes()
                };
                (0..TOKENS).map(one).collect()
            }
            Self::Session | Self::Certificate => vec![request.bytes()],
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
    /// One request of each side, refused in microseconds.
    fn of(name: &'static str, known: Request, unknown: Request, code: &'static str) -> Self {
        Self {
            name,
            known: vec![known],
            unknown: vec![unknown],
            requests: QUICK,
            code,
        }
    }

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
        let client = |pair: &str| {
            let grant = Request::parse(GRANT)?;
            let pair = format!("Basic {}", BASE64.encode(pair));
            Ok::<_, anyhow::Error>(grant.with("Authorization", pair))
        };
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
            Self::of(
                "a signature of another request, and one by a key that nobody has",
                signed("bench")?,
                signed("nobody")?,
                "signature.invalid",
            ),
            Self::of(
                "a MAC of another request, and one by a key that nobody has",
                authenticated("bench-hmac")?,
                authenticated("bench-cmah")?,
                "signature.invalid",
            ),
            Self {
                name: "a user name with a wrong password, and one that nobody has",
                known: passwords("bench")?,
                unknown: passwords("hcneb")?,
                requests: SLOW,
                code: "credential.invalid",
            },
            Self::of(
                "an API key with a wrong secret, and one that nobody has",
                key("pst_bench00000000001_BenchmarkOnlyThisSecretIsWrong011gvJBS")?,
                key("pst_bench00000000009_BenchmarkOnlyThisSecretIsWrong012z7Nxz")?,
                "credential.invalid",
            ),
            Self::of(
                "at the token endpoint, a client with a wrong secret, and one that nobody has",
                client(
                    "key_bench00000000001:pst_bench00000000001_BenchmarkOnlyThisSecretIsWrong011gvJBS",
                )?,
                client(
                    "key_bench00000000009:pst_bench00000000009_BenchmarkOnlyThisSecretIsWrong012z7Nxz",
                )?,
                "credential.invalid",
            ),
            Self::of(
                "a token with a wrong signature, and one of a key that nobody has",
                token("bench-1", ISSUER)?,
                token("bench-9", ISSUER)?,
                "token.invalid",
            ),
            Self::of(
                "a token with a wrong signature, and one of an issuer that nobody trusts",
                token("bench-1", ISSUER)?,
                token("bench-1", "https://login.example.org")?,
                "token.invalid",
            ),
            Self::of(
                "with a proof, a token with a wrong signature, and one of an issuer that nobody trusts",
                possession("bench-1", ISSUER)?,
                possession("bench-1", "https://login.example.org")?,
                "token.invalid",
            ),
        ])
    }
}
