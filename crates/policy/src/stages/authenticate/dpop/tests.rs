use crate::credential::{Verifier, verify};
use crate::decision::{Decision, Depth, FactRequest, Step};
use crate::facts::{Connection, CredentialVerdict, Live, Used, Wanted};
use crate::head::Head;
use crate::nonce;
use crate::snapshot::Snapshot;
use crate::testing::callers::{NOW, World, keyer, verifier};
use crate::testing::{connection, head, tls};
use crate::walk::Walk;
use ipnet::IpNet;
use postern_model::denial::{Code, Denial};
use postern_model::entity::{
    Algorithm, ClaimNames, ClientId, CredentialKind, Dpop, Fetched, Issuer, IssuerKeys, Proof,
};
use postern_proof::testing::{Signer, hash, set};
use postern_proof::{KeySet, Keyring, Keys};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

const ISS: &str = "https://login.example.com";

/// An issuer, the key of a client, and somebody who has stolen a token.
struct Play {
    world: World,
    issuer: Signer,
    mine: Signer,
    thief: Signer,
    keyring: Keyring,
}

fn asked() -> Dpop {
    Dpop {
        required: false,
        max_age: Duration::from_mins(1),
        leeway: Duration::from_secs(5),
        nonce: None,
    }
}

impl Play {
    fn new(dpop: Option<Dpop>) -> Self {
        let mut world = World::new();
        world.configuration.issuers = vec![Issuer {
            name: "corp".into(),
            tenant: None,
            iss: ISS.into(),
            keys: IssuerKeys::Url(Fetched {
                url: ISS.into(),
                every: Duration::from_mins(1),
                keep: Duration::from_mins(1),
            }),
            introspection: None,
            algorithms: vec![],
            audiences: vec!["orders".into()],
            leeway: Duration::ZERO,
            claims: ClaimNames::default(),
        }];
        let accepted = world.configuration.services[0]
            .authentication
            .as_mut()
            .unwrap();
        accepted.kinds = vec![CredentialKind::Jwt];
        (accepted.headers, accepted.query) = (vec![], vec![]);
        accepted.issuers = vec![0];
        accepted.dpop = dpop.map(Box::new);
        world.credential().proof = Proof::Client(Box::new(ClientId {
            issuer: "corp".into(),
            id: "till".into(),
        }));
        let issuer = Signer::new(Algorithm::EdDSA, "corp");
        let keys = KeySet::parse(set(&[&issuer]).as_bytes()).unwrap();
        Self {
            world,
            issuer,
            mine: Signer::new(Algorithm::ES256, "mine"),
            thief: Signer::new(Algorithm::ES256, "thief"),
            keyring: Keyring::default().with("corp".into(), Keys::of(Arc::new(keys))),
        }
    }

    /// A token, bound to a key or to none.
    fn token(&self, to: Option<&Signer>) -> String {
        let mut claims = json!({
            "iss": ISS, "aud": "orders", "client_id": "till", "scope": "orders:read",
            "exp": NOW + 600,
        });
        if let Some(to) = to {
            claims["cnf"] = json!({"jkt": to.thumbprint()});
        }
        self.issuer.token(&claims)
    }

    /// A request with a token and proofs.
    fn sent(scheme: &str, token: &str, proofs: &[&str]) -> Head {
        let mut fields = vec![
            "Host: api.example.com".to_owned(),
            format!("Authorization: {scheme} {token}"),
        ];
        fields.extend(proofs.iter().map(|proof| format!("DPoP: {proof}")));
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        head("GET", "/orders?page=2", &fields)
    }

    /// What becomes of it, and what is asked of who remembers proofs. `used` is what they say.
    fn decide(&self, head: &Head, connection: &Connection, used: Used) -> (Option<Denial>, usize) {
        let (rules, directory) = (self.world.rules(), self.world.directory());
        let snapshot = Snapshot {
            rules: &rules,
            directory: &directory,
        };
        let facts = Live::new(head, connection, NOW * 1000);
        let mut walk = Walk::new(Depth::FirstDenial);
        let mut asked = 0;
        loop {
            match walk.step(&snapshot, &facts) {
                Step::Need(FactRequest::Credential) => {
                    let by = Verifier {
                        keyring: &self.keyring,
                        client: walk.client(),
                        ..verifier()
                    };
                    let mut verdict = verify(&facts, &snapshot, walk.route().unwrap(), by);
                    if let Some(Wanted::Once(once)) = verdict.wants() {
                        asked += 1;
                        assert!(once.until > NOW);
                        verdict.used(used);
                        assert_eq!(verdict.wants(), None);
                    }
                    written(&verdict);
                    facts.provide_credential(verdict);
                }
                Step::Need(other) => panic!("{other}"),
                Step::Done(Decision::Refuse(denial)) => return (Some(denial), asked),
                Step::Done(_) => return (None, asked),
            }
        }
    }

    fn code(&self, head: &Head) -> Option<Code> {
        let (denial, _) = self.decide(head, &tls(Some("api.example.com")), Used::First);
        denial.map(|denial| denial.code)
    }
}

/// A record of a verdict says the same.
fn written(verdict: &CredentialVerdict) {
    let text = serde_json::to_string(verdict).unwrap();
    let read: CredentialVerdict = serde_json::from_str(&text).unwrap();
    assert_eq!(read, *verdict);
}

fn claims(token: &str) -> Value {
    json!({
        "jti": "1", "htm": "GET", "htu": "https://api.example.com/orders", "iat": NOW,
        "ath": hash(token),
    })
}

#[test]
fn a_bound_token_passes_with_a_proof_and_only_so() {
    let play = Play::new(Some(asked()));
    let bound = play.token(Some(&play.mine));
    let proof = play.mine.proof(&claims(&bound));
    let sent = |scheme, proofs: &[&str]| play.code(&Play::sent(scheme, &bound, proofs));
    assert_eq!(sent("DPoP", &[&proof]), None);
    assert_eq!(sent("dpop", &[&proof]), None);
    assert_eq!(sent("Bearer", &[&proof]), Some(Code::DpopProofMissing));
    assert_eq!(sent("Bearer", &[]), Some(Code::DpopProofMissing));
    assert_eq!(sent("DPoP", &[]), Some(Code::DpopProofMissing));
    assert_eq!(
        sent("DPoP", &[&proof, &proof]),
        Some(Code::DpopProofInvalid)
    );
    assert_eq!(sent("DPoP", &["x"]), Some(Code::DpopProofInvalid));
    assert_eq!(
        sent("Basic", &[&proof]),
        Some(Code::CredentialKindNotAccepted)
    );
    // Stolen, with a proof by another key.
    let stolen = play.thief.proof(&claims(&bound));
    assert_eq!(sent("DPoP", &[&stolen]), Some(Code::DpopKeyMismatch));
}

#[test]
fn a_token_that_is_bound_to_nothing_is_a_bearer_token() {
    let play = Play::new(Some(asked()));
    let token = play.token(None);
    let proof = play.mine.proof(&claims(&token));
    assert_eq!(play.code(&Play::sent("Bearer", &token, &[])), None);
    let with = Play::sent("DPoP", &token, &[&proof]);
    assert_eq!(play.code(&with), Some(Code::DpopKeyMismatch));

    let strict = Play::new(Some(Dpop {
        required: true,
        ..asked()
    }));
    let token = strict.token(None);
    let alone = Play::sent("Bearer", &token, &[]);
    assert_eq!(strict.code(&alone), Some(Code::DpopProofMissing));
    let bound = strict.token(Some(&strict.mine));
    let proof = strict.mine.proof(&claims(&bound));
    assert_eq!(strict.code(&Play::sent("DPoP", &bound, &[&proof])), None);
}

#[test]
fn where_no_proofs_are_looked_at_a_bound_token_does_not_pass() {
    let play = Play::new(None);
    let bound = play.token(Some(&play.mine));
    let proof = play.mine.proof(&claims(&bound));
    let code = |scheme| play.code(&Play::sent(scheme, &bound, &[&proof]));
    assert_eq!(code("Bearer"), Some(Code::DpopProofMissing));
    assert_eq!(code("DPoP"), Some(Code::CredentialKindNotAccepted));
    assert_eq!(
        play.code(&Play::sent("Bearer", &play.token(None), &[])),
        None
    );
}

#[test]
fn a_proof_is_for_one_method_address_and_time() {
    let play = Play::new(Some(asked()));
    let bound = play.token(Some(&play.mine));
    let cases: &[(&str, Value, bool)] = &[
        ("htm", json!("GET"), true),
        ("htm", json!("get"), false),
        ("htm", json!("POST"), false),
        ("htu", json!("https://api.example.com:443/orders"), true),
        ("htu", json!("HTTPS://API.Example.com/orders"), true),
        ("htu", json!("https://api.example.com/%6Frders"), true),
        (
            "htu",
            json!("https://api.example.com/orders?page=3#top"),
            true,
        ),
        ("htu", json!("http://api.example.com/orders"), false),
        ("htu", json!("https://api.example.com:8443/orders"), false),
        ("htu", json!("https://api.example.org/orders"), false),
        ("htu", json!("https://evil@api.example.com/orders"), false),
        ("htu", json!("https://api.example.com/orders/"), false),
        ("htu", json!("https://api.example.com/Orders"), false),
        ("htu", json!("https://api.example.com/x/../orders"), false),
        ("htu", json!("https://api.example.com"), false),
        ("htu", json!("/orders"), false),
        ("htu", json!("x"), false),
        ("iat", json!(NOW - 65), true),
        ("iat", json!(NOW - 66), false),
        ("iat", json!(NOW + 5), true),
        ("iat", json!(NOW + 6), false),
        ("iat", json!(-1), false),
        ("ath", json!(hash("another")), false),
    ];
    for (name, value, good) in cases {
        let mut claims = claims(&bound);
        claims[name] = value.clone();
        let proof = play.mine.proof(&claims);
        let head = Play::sent("DPoP", &bound, &[&proof]);
        let (denial, asked) = play.decide(&head, &tls(Some("api.example.com")), Used::First);
        assert_eq!(denial.is_none(), *good, "{name} {value}: {denial:?}");
        // What does not count takes no room.
        assert_eq!(asked, usize::from(*good), "{name} {value}");
        if let Some(denial) = denial {
            assert_eq!(denial.code, Code::DpopProofInvalid);
            assert_eq!(denial.evidence("claim").unwrap().as_text(), Some(*name));
        }
    }
}

#[test]
fn what_a_trusted_proxy_says_is_what_callers_have_asked_for() {
    let mut play = Play::new(Some(asked()));
    let bound = play.token(Some(&play.mine));
    let mut claims = claims(&bound);
    claims["htu"] = json!("https://outside.example.com/orders");
    let proof = play.mine.proof(&claims);
    let fields = [
        "Host: api.example.com",
        &*format!("Authorization: DPoP {bound}"),
        &*format!("DPoP: {proof}"),
        "X-Forwarded-For: 203.0.113.7",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Host: outside.example.com",
    ];
    let head = head("GET", "/orders", &fields);
    let code = |play: &Play| {
        let (denial, _) = play.decide(&head, &connection("198.51.100.1"), Used::First);
        denial.map(|denial| denial.code)
    };
    assert_eq!(code(&play), Some(Code::DpopProofInvalid));
    let trusted: IpNet = "198.51.100.0/24".parse().unwrap();
    play.world.configuration.client.trusted_proxies = vec![trusted];
    assert_eq!(code(&play), None);
}

#[test]
fn a_proof_is_good_once() {
    let play = Play::new(Some(asked()));
    let bound = play.token(Some(&play.mine));
    let proof = play.mine.proof(&claims(&bound));
    let head = Play::sent("DPoP", &bound, &[&proof]);
    let code = |used| {
        let (denial, asked) = play.decide(&head, &tls(Some("api.example.com")), used);
        assert_eq!(asked, 1);
        denial.map(|denial| denial.code)
    };
    assert_eq!(code(Used::First), None);
    assert_eq!(code(Used::Again), Some(Code::DpopReplayed));
    // Nobody passes because there is no room to remember.
    assert_eq!(code(Used::NoRoom), Some(Code::Overloaded));
}

#[test]
fn nonces_are_asked_for_where_they_are_on() {
    let play = Play::new(Some(Dpop {
        nonce: Some(Duration::from_mins(5)),
        ..asked()
    }));
    let bound = play.token(Some(&play.mine));
    let code = |nonce: Option<String>| {
        let mut claims = claims(&bound);
        if let Some(nonce) = nonce {
            claims["nonce"] = nonce.into();
        }
        let proof = play.mine.proof(&claims);
        let head = Play::sent("DPoP", &bound, &[&proof]);
        let (denial, asked) = play.decide(&head, &tls(Some("api.example.com")), Used::First);
        assert_eq!(asked, usize::from(denial.is_none()));
        denial.map(|denial| denial.code)
    };
    assert_eq!(code(Some(nonce::issue(&keyer(), NOW))), None);
    let required = Some(Code::DpopNonceRequired);
    assert_eq!(code(None), required);
    assert_eq!(code(Some("1".to_owned())), required);
    assert_eq!(code(Some(nonce::issue(&keyer(), NOW - 300))), required);
}

#[test]
fn what_a_token_is_worth_comes_before_its_proof() {
    let play = Play::new(Some(asked()));
    let stranger = Play::new(Some(asked()));
    let foreign = stranger.token(Some(&play.mine));
    for proof in [play.mine.proof(&claims(&foreign)), "x".to_owned()] {
        let head = Play::sent("DPoP", &foreign, &[&proof]);
        assert_eq!(play.code(&head), Some(Code::TokenSignatureInvalid));
    }
    let twice = head(
        "GET",
        "/orders",
        &[
            "Host: api.example.com",
            "Authorization: DPoP a",
            "Authorization: Bearer b",
        ],
    );
    assert_eq!(play.code(&twice), Some(Code::CredentialAmbiguous));
}
