//! Every way to prove who one is, side by side before one gateway: what is stolen, made up,
//! mistimed, oversized or meant for elsewhere.

mod alike;
mod attacks;
mod challenges;
mod clocks;
mod elsewhere;
mod oversized;
mod requirements;

use crate::harness::files::{Scratch, scratch};
use crate::harness::gateway::{Launch, cli};
use crate::harness::program::free_address;
use crate::harness::raw::once;
use crate::harness::{Gateway, Raw, Response, SOON, eventually};
use crate::signed::by_hand::{SECRET, base64, date, older, signed};
use crate::upstream::Upstream;
use jiff::Timestamp;
use postern_model::entity::Algorithm;
use postern_model::key::ApiKey;
use postern_proof::testing::attacks::{Attacked, ISSUER};
use postern_proof::testing::{Signer, hash};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};

/// A way to prove who one is. Each has a service of its own that accepts nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    ApiKey,
    Basic,
    Jwt,
    Dpop,
    Signature,
    Hmac,
    /// A token of the gateway's own issuer.
    Granted,
}

const WAYS: [Way; 7] = [
    Way::ApiKey,
    Way::Basic,
    Way::Jwt,
    Way::Dpop,
    Way::Signature,
    Way::Hmac,
    Way::Granted,
];

/// Who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    /// Somebody who is known.
    Known,
    /// Somebody who calls themselves so, and guesses the secret.
    Guess,
    /// Somebody of whom nobody has heard.
    Nobody,
}

impl Way {
    fn name(self) -> &'static str {
        match self {
            Self::ApiKey => "key",
            Self::Basic => "basic",
            Self::Jwt => "jwt",
            Self::Dpop => "dpop",
            Self::Signature => "signature",
            Self::Hmac => "hmac",
            Self::Granted => "granted",
        }
    }

    fn host(self) -> String {
        format!("{}.test", self.name())
    }

    /// The same service, in another environment.
    fn staging(self) -> String {
        format!("{}.staging.test", self.name())
    }

    fn accepted(self) -> Value {
        match self {
            Self::ApiKey => json!({"api_key": {}}),
            Self::Basic => json!({"basic": {}}),
            Self::Jwt => json!({"jwt": {"issuers": ["corp"]}}),
            Self::Dpop => json!({"jwt": {"issuers": ["corp"], "dpop": {"required": true}}}),
            Self::Signature => json!({"signature": {}}),
            Self::Hmac => json!({"hmac": {}}),
            Self::Granted => json!({"jwt": {"issuers": ["own"]}}),
        }
    }
}

/// Where the gateway's own issuer is.
const PLACE: &str = "/.well-known/postern/issuers/own";
/// As `examples/basic.yaml` has it.
const PASSWORD: &str = "only an example";
const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$ZXhhbXBsZXNhbHRiYXNpYw$bdy60Vua0qMrfCtbVv1AcL1yCj4nr3jg3NYQ62CNxNk";

/// A gateway to which one may prove who one is in every way.
struct World {
    gateway: Gateway,
    upstream: Upstream,
    /// Whose tokens are believed.
    issuer: Attacked,
    /// Whoever has the key that tokens are bound to.
    possessor: Signer,
    _scratch: Scratch,
}

/// The key of the app; the same in name with another secret; one that nobody was given.
fn key(who: Who) -> ApiKey {
    let mut random = match who {
        Who::Known => [1; ApiKey::RANDOM],
        Who::Guess => [2; ApiKey::RANDOM],
        Who::Nobody => [3; ApiKey::RANDOM],
    };
    if who == Who::Guess {
        // The id is made of the first bytes.
        random[..16].fill(1);
    }
    ApiKey::generate(&random)
}

fn written(key: &ApiKey) -> String {
    (*key.reveal().expose()).to_owned()
}

fn now() -> i64 {
    Timestamp::now().as_second()
}

/// What differs each time.
fn fresh() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl World {
    fn new() -> Self {
        Self::with(|_| {})
    }

    /// The same with something else in its configuration.
    fn with(change: impl FnOnce(&mut Value)) -> Self {
        let (upstream, address) = (Upstream::start(), free_address());
        let scratch = scratch("ways");
        let issuer = Attacked::new(json!({
            "iss": ISSUER, "sub": "lin", "aud": "orders", "client_id": "till", "exp": 2_000_000_000,
            "jti": "1",
        }));
        let keys = scratch.write("keys.json", issuer.keys());
        let secret = scratch.write("secret", SECRET);
        let key = key(Who::Known);
        let digest = key.digest().map(|byte| format!("{byte:02x}")).concat();
        let mut all = json!({
            "listeners": {"http": {"address": address.to_string()}},
            "environments": {"staging": {"hosts": WAYS.map(Way::staging)}},
            "tenants": {"partner": {}},
            "egress": {"allow": ["127.0.0.0/8"]},
            "edge": {"refusals": {"rate": 0}, "wrong_secrets": {"rate": 0}},
            "apps": {"shop": {"tenant": "partner"}},
            "issuers": {
                "corp": {"issuer": ISSUER, "audiences": ["orders"], "keys_file": keys},
                "own": {
                    "issuer": format!("http://{}{PLACE}", Way::Granted.host()), "audiences": ["orders"],
                    "built_in": {"lifetime": "10m"},
                },
            },
            "credentials": {
                format!("key_{}", key.id()): {"app": "shop", "sha256": digest},
                "key_0000000000000001": {"app": "shop", "client": {"issuer": "corp", "id": "till"}},
                "key_0000000000000002": {"app": "shop", "password": {"user": "till-7", "hash": HASH}},
                "key_0000000000000003": {"app": "shop", "signing_key": {
                    "secret": format!("file:{}", secret.display()), "key_id": "till-7",
                }},
            },
            "upstreams": {"behind": {"targets": [upstream.address.to_string()]}},
            "services": {},
        });
        for way in WAYS {
            let mut authentication = way.accepted();
            authentication["subscription"] = json!(false);
            all["services"][way.name()] = json!({
                "hosts": [way.host(), way.staging()],
                "authentication": authentication,
                "versions": {"v1": {
                    "upstream": "behind", "environments": ["production", "staging"],
                    "operations": {"list": {"methods": ["GET"], "path": "/orders"}},
                }},
            });
        }
        change(&mut all);
        Self {
            gateway: Launch::new(all.to_string()).own_listeners(address).start(),
            upstream,
            issuer,
            possessor: Signer::new(Algorithm::ES256, "mine"),
            _scratch: scratch,
        }
    }

    fn at(&self) -> SocketAddr {
        self.gateway.address
    }

    /// The lines by which somebody whose clock is so many seconds fast proves who they are.
    fn proof(&self, way: Way, host: &str, who: Who, fast: i64) -> Vec<String> {
        let name = match who {
            Who::Nobody => "till-8",
            _ => "till-7",
        };
        let secret = match who {
            Who::Known => SECRET,
            _ => "another-secret-of-more-than-32-bytes!",
        };
        match way {
            Way::ApiKey => vec![format!("X-API-Key: {}", written(&key(who)))],
            Way::Basic => {
                let password = match who {
                    Who::Known => PASSWORD,
                    _ => "only a guess",
                };
                vec![basic(name, password)]
            }
            Way::Jwt => vec![format!("Authorization: Bearer {}", self.token(who, fast))],
            Way::Dpop => {
                let token = self.bound(who);
                let proof = self.possession(&token, host, fast);
                vec![
                    format!("Authorization: DPoP {token}"),
                    format!("DPoP: {proof}"),
                ]
            }
            Way::Signature => {
                let created = now() + fast;
                let parameters =
                    format!(";created={created};keyid=\"{name}\";nonce=\"n{}\"", fresh());
                signed(host, secret, "sig1", &parameters).to_vec()
            }
            Way::Hmac => {
                let date = date(fast);
                let lines = [
                    "(request-target): get /orders".to_owned(),
                    format!("host: {host}"),
                    format!("date: {date}"),
                ];
                let names = "(request-target) host date";
                vec![
                    format!("Date: {date}"),
                    older("Signature", name, secret, names, &lines),
                ]
            }
            Way::Granted => {
                let form = format!(
                    "grant_type=client_credentials&client_id=key_{}&client_secret={}",
                    key(Who::Known).id(),
                    written(&key(Who::Known))
                );
                let answer = self.form("", &form);
                assert_eq!(answer.status, 200, "{}", answer.text());
                let answer = answer.json();
                let token = answer["access_token"].as_str().expect("a token").to_owned();
                vec![format!("Authorization: Bearer {token}")]
            }
        }
    }

    /// A token whose times are of a clock that is so many seconds fast.
    fn token(&self, who: Who, fast: i64) -> String {
        let mut claims = self.issuer.claims();
        if fast < 0 {
            claims["exp"] = json!(now() + fast);
        } else {
            claims["nbf"] = json!(now() + fast);
        }
        if who == Who::Nobody {
            return self
                .issuer
                .ec
                .sign(&json!({"alg": "ES256", "kid": "other"}), &claims);
        }
        let token = self.issuer.ec.token(&claims);
        if who == Who::Guess {
            let (signed, _) = token.rsplit_once('.').expect("a signature");
            let other = Signer::new(Algorithm::ES256, "ec").signature(signed.as_bytes());
            return format!("{signed}.{}", postern_proof::testing::base64url(other));
        }
        token
    }

    /// A token that is bound to the possessor's key.
    fn bound(&self, who: Who) -> String {
        let mut claims = self.issuer.claims();
        claims["cnf"] = json!({"jkt": self.possessor.thumbprint()});
        match who {
            Who::Known => self.issuer.ec.token(&claims),
            Who::Guess => Signer::new(Algorithm::ES256, "ec").token(&claims),
            Who::Nobody => Signer::new(Algorithm::ES256, "other").token(&claims),
        }
    }

    /// The possessor's proof for `GET /orders`.
    fn possession(&self, token: &str, host: &str, fast: i64) -> String {
        self.possessor.proof(&json!({
            "jti": format!("j{}", fresh()), "htm": "GET", "htu": format!("http://{host}/orders"),
            "iat": now() + fast, "ath": hash(token),
        }))
    }

    /// What comes of `GET /orders` with these lines.
    fn ask(&self, host: &str, lines: &[String]) -> Response {
        once(self.at(), head(host, lines))
    }

    /// The same, to the byte.
    fn ask_raw(&self, host: &str, lines: &[String]) -> Vec<u8> {
        let mut raw = Raw::connect(self.at());
        raw.send(head(host, lines)).rest(SOON).0
    }

    /// What comes of a form that is sent to the token endpoint.
    fn form(&self, fields: &str, form: &str) -> Response {
        once(self.at(), Self::post(fields, form))
    }

    fn post(fields: &str, form: &str) -> String {
        // It is where its tokens are accepted, and nowhere else.
        let (host, length) = (Way::Granted.host(), form.len());
        format!(
            "POST {PLACE}/token HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\
             {fields}\r\n{form}"
        )
    }

    /// What operators are told of a refusal.
    fn why(&self, response: &Response, more: &[&str]) -> String {
        let id = response.header("x-request-id").expect("an id");
        let data = self.gateway.file().with_file_name("data");
        let data = data.to_str().expect("a path of ours");
        eventually("a record", || {
            let arguments = [&["why", &id, "--data", data], more].concat();
            let ran = cli(&arguments);
            ran.status.success().then_some(ran.stdout)
        })
    }

    /// Everything that is recorded or logged.
    fn kept(&self) -> String {
        let data = self.gateway.file().with_file_name("data");
        let data = data.to_str().expect("a path of ours");
        let ran = cli(&["log", "--json", "--limit", "10000", "--data", data]);
        assert!(ran.status.success(), "{ran:?}");
        format!("{}{}", ran.stdout, self.gateway.log())
    }
}

fn head(host: &str, lines: &[String]) -> String {
    let lines = lines.join("\r\n");
    format!("GET /orders HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{lines}\r\n\r\n")
}

/// Status and code of an answer, to the byte.
fn told(answer: &[u8]) -> (String, String) {
    let text = String::from_utf8_lossy(answer).to_lowercase();
    let code = text.split_once("postern-denial: ");
    let code = code.and_then(|(_, rest)| rest.lines().next());
    let status = text.split(' ').nth(1).unwrap_or_default();
    (status.to_owned(), code.unwrap_or_default().to_owned())
}

/// `Authorization` of a user name and a password.
fn basic(user: &str, password: &str) -> String {
    format!(
        "Authorization: Basic {}",
        base64(format!("{user}:{password}").as_bytes())
    )
}

#[test]
fn in_every_way_somebody_who_is_known_passes() {
    let world = World::new();
    for way in WAYS {
        let host = way.host();
        let passed = world.ask(&host, &world.proof(way, &host, Who::Known, 0));
        assert_eq!(passed.status, 200, "{way:?}: {}", passed.text());
        let seen = world.upstream.seen().pop().expect("a request");
        assert_eq!(
            seen.header("x-postern-app").as_deref(),
            Some("shop"),
            "{way:?}"
        );
    }
}
