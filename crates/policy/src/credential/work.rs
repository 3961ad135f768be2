//! That as much is done whoever shows a key, so that the time tells nobody which keys there are.

use super::{Client, verify};
use crate::decision::{Depth, FactRequest, Step as Decided};
use crate::facts::{CredentialVerdict, Live};
use crate::snapshot::Snapshot;
use crate::testing::callers::{NOW, World, key, keyer, verifier, written};
use crate::testing::work::Step::{Compare, Digest, LookUp};
use crate::testing::work::{self, Step};
use crate::testing::{connection, head};
use crate::walk::Walk;
use postern_model::entity::{ClientId, Credential, ImportedKey, Proof, Revocation};
use postern_model::key::imported::{Algorithm, KeyFormat};
use postern_model::key::{ApiKey, CREDENTIAL_PREFIX};
use std::sync::Arc;

/// A key whose id is that of the key of another byte.
fn guess(id: u8) -> ApiKey {
    let mut random = [id.wrapping_add(100); ApiKey::RANDOM];
    random[..16].fill(id);
    ApiKey::generate(&random)
}

fn id(key: &ApiKey) -> String {
    format!("{CREDENTIAL_PREFIX}{}", key.id())
}

/// Whatever becomes of a credential.
type Fate = fn(&mut Credential);

/// The keys of the bytes from 1 on: one that is good, and those that are good no more, or not yet.
const FATES: [(&str, Fate); 5] = [
    ("good", |_| {}),
    ("revoked", |row| {
        row.revoked = Some(Box::new(Revocation {
            at: NOW - 1,
            by: None,
            reason: None,
        }));
    }),
    ("expired", |row| row.expires_at = Some(NOW - 1)),
    ("not yet valid", |row| {
        row.not_before = Some(Box::new(NOW + 1));
    }),
    ("elsewhere", |row| row.environment = "staging".into()),
];

fn world() -> World {
    let mut world = World::new();
    let usual = world.credential().clone();
    world.accounts.credentials.clear();
    for (byte, (_, change)) in (1..).zip(FATES) {
        let key = key(byte);
        let mut row = Credential {
            id: id(&key).into(),
            proof: Proof::Key(keyer().keyed(&key.digest())),
            ..usual.clone()
        };
        change(&mut row);
        world.accounts.credentials.push(row);
    }
    // Its credential is no key: whoever knows its id has nothing to compare.
    world.accounts.credentials.push(Credential {
        id: id(&key(50)).into(),
        proof: Proof::Client(Box::new(ClientId {
            issuer: "login".into(),
            id: "shop-web".into(),
        })),
        ..usual
    });
    world
}

/// What is found of a request, and what is done for it.
fn asked(world: &World, target: &str, fields: &[&str]) -> (CredentialVerdict, Vec<Step>) {
    let (rules, directory) = (world.rules(), world.directory());
    let snapshot = Snapshot {
        rules: &rules,
        directory: &directory,
    };
    let head = head(
        "GET",
        target,
        &[&["Host: api.example.com"][..], fields].concat(),
    );
    let peer = connection("198.51.100.1");
    let live = Live::new(&head, &peer, NOW * 1000);
    let mut walk = Walk::new(Depth::FirstDenial);
    let asked = walk.step(&snapshot, &live);
    assert_eq!(asked, Decided::Need(FactRequest::Credential));
    let route = walk.route().unwrap();
    work::of(|| verify(&live, &snapshot, route, verifier()))
}

/// What somebody may show, and what it is.
fn shown() -> Vec<(String, ApiKey, CredentialVerdict)> {
    let mut all = Vec::new();
    for (byte, (what, _)) in (1..).zip(FATES) {
        let id: Arc<str> = id(&key(byte)).into();
        let right = CredentialVerdict::Verified { id: id.clone() };
        all.push((format!("{what}, right"), key(byte), right));
        let wrong = CredentialVerdict::WrongSecret { id };
        all.push((format!("{what}, wrong"), guess(byte), wrong));
    }
    let no_key = CredentialVerdict::WrongSecret {
        id: id(&key(50)).into(),
    };
    all.push(("no key".to_owned(), key(50), no_key));
    let unknown = CredentialVerdict::Unknown {
        id: id(&key(60)).into(),
    };
    all.push(("unknown".to_owned(), key(60), unknown));
    all
}

#[test]
fn a_key_takes_as_long_whoever_it_is_of() {
    let world = world();
    let mut written_as = vec![];
    for (what, key, due) in shown() {
        let text = written(&key);
        let in_field = asked(&world, "/orders", &[&format!("X-API-Key: {text}")]);
        let in_query = asked(&world, &format!("/orders?api_key={text}"), &[]);
        for (found, done) in [in_field, in_query] {
            assert_eq!(found, due, "{what}");
            assert_eq!(done, [LookUp, Digest, Compare], "{what}");
        }
        written_as.push(text.len());
    }
    // As long is what is digested.
    written_as.dedup();
    assert_eq!(written_as.len(), 1);
}

#[test]
fn the_key_of_a_client_takes_as_long_whoever_it_is_of() {
    let world = world();
    let (rules, directory) = (world.rules(), world.directory());
    let snapshot = Snapshot {
        rules: &rules,
        directory: &directory,
    };
    let ask = |id: &str, secret: &ApiKey| {
        let text = written(secret);
        let client = Client {
            id,
            secret: text.as_bytes(),
        };
        work::of(|| client.verify(&snapshot, &keyer()))
    };
    let nobody = "key_0000000000000000";
    for (what, key, due) in shown() {
        let (found, done) = ask(&id(&key), &key);
        assert_eq!(found, due, "{what}");
        assert_eq!(done, [LookUp, Digest, Compare], "{what}");
        // Under the name of nobody, and of somebody else, no key is good.
        for named in [nobody, "", &id(&self::key(2))] {
            let (found, done) = ask(named, &key);
            let good = matches!(found, CredentialVerdict::Verified { .. });
            assert_eq!(good, *named == *id(&key) && what == "revoked, right");
            assert_eq!(done, [LookUp, Digest, Compare], "{what} as {named:?}");
        }
    }
}

#[test]
fn a_key_that_another_gateway_made_takes_as_long_whoever_it_is_of() {
    let mut world = world();
    let usual = world.credential().clone();
    for (n, (algorithm, salt)) in [(Algorithm::Sha256, ""), (Algorithm::Sha256, "x")]
        .into_iter()
        .enumerate()
    {
        let format = KeyFormat {
            algorithm,
            salt_prefix: salt.into(),
            salt_suffix: "".into(),
        };
        let digest = format.digest(format!("sk-{n}").as_bytes());
        world.accounts.credentials.push(Credential {
            id: format!("key_000000000000000{n}").into(),
            proof: Proof::Imported(Box::new(ImportedKey {
                digest: keyer().keyed(&digest),
                format: Arc::new(format),
            })),
            ..usual.clone()
        });
    }
    for (shown, known) in [
        ("sk-0", true),
        ("sk-1", true),
        ("sk-2", false),
        ("x", false),
    ] {
        let (found, done) = asked(&world, "/orders", &[&format!("X-API-Key: {shown}")]);
        let verified = matches!(found, CredentialVerdict::Verified { .. });
        assert_eq!(verified, known, "{shown}: {found:?}");
        assert_eq!(done, [Digest, LookUp, Digest, LookUp], "{shown}");
    }
}
