use super::*;
use crate::credential::{Passwords, question, verify};
use crate::facts::{Live, Place, Wanted};
use crate::head::Head;
use crate::snapshot::Snapshot;
use crate::testing::callers::{NOW, World, keyer, verifier};
use crate::testing::{connection, head};
use crate::walk::Walk;
use crate::{Depth, FactRequest, Step};
use postern_model::entity::{CredentialKind, Proof};
use postern_model::key::password::Cost;

/// So that tests take no longer than they have to.
const CHEAP: Cost = Cost {
    memory: 1024,
    passes: 1,
    lanes: 1,
};
const ID: &str = "key_0000000000000001";

/// A world in which `anna` of app `shop` has the password `pa:ß`, and services accept such.
fn world() -> World {
    let mut world = World::new();
    for service in &mut world.configuration.services {
        let accepted = service.authentication.as_mut().unwrap();
        accepted.kinds = vec![CredentialKind::ApiKey, CredentialKind::Basic];
    }
    let hash = postern_proof::password::kept("pa:ß".as_bytes(), [1; 16], CHEAP).unwrap();
    add(&mut world, ID, "anna", hash);
    world
}

fn add(world: &mut World, id: &str, user: &str, hash: PasswordHash) {
    let row = Credential {
        id: id.into(),
        proof: Proof::Password(Box::new(Password {
            user: user.into(),
            hash: Arc::new(hash),
        })),
        ..world.credential().clone()
    };
    world.accounts.credentials.push(row);
}

fn request(values: &[String]) -> Head {
    let fields: Vec<String> = values
        .iter()
        .map(|value| format!("Authorization: {value}"))
        .collect();
    let mut all = vec!["Host: api.example.com"];
    all.extend(fields.iter().map(String::as_str));
    head("GET", "/orders", &all)
}

fn basic(pair: &[u8]) -> String {
    format!("Basic {}", STANDARD.encode(pair))
}

/// What was found, and what it cost to find out.
fn found(world: &World, passwords: &Passwords, head: &Head) -> (CredentialVerdict, Vec<Cost>) {
    let (rules, directory) = (world.rules(), world.directory());
    let snapshot = Snapshot {
        rules: &rules,
        directory: &directory,
    };
    let peer = connection("198.51.100.1");
    let live = Live::new(head, &peer, NOW * 1000);
    let mut walk = Walk::new(Depth::FirstDenial);
    let asked = walk.step(&snapshot, &live);
    assert_eq!(asked, Step::Need(FactRequest::Credential));
    let by = Verifier {
        passwords: Some(passwords),
        ..verifier()
    };
    let route = walk.route().unwrap();
    let verdict = verify(&live, &snapshot, route, by);
    if verdict.wants() != Some(Wanted::Password) {
        return (verdict, Vec::new());
    }
    let question = question(rules.authentication(route).unwrap(), &live, &snapshot, by).unwrap();
    passwords.put(&question, question.answer(), NOW * 1000);
    (verify(&live, &snapshot, route, by), vec![question.cost()])
}

fn fresh() -> Passwords {
    Passwords::new(&keyer(), 1)
}

#[test]
fn a_user_is_known_by_name_and_password_and_once_checked_at_no_cost() {
    let (world, passwords) = (world(), fresh());
    let anna = request(&[basic("anna:pa:ß".as_bytes())]);
    let verified = CredentialVerdict::Verified { id: ID.into() };
    let first = found(&world, &passwords, &anna);
    assert_eq!(first, (verified.clone(), vec![CHEAP]));
    assert_eq!(found(&world, &passwords, &anna), (verified, vec![]));
    // The scheme may be written in any case (RFC 9110 §11.1).
    let shouting = basic("anna:pa:ß".as_bytes()).replace("Basic", "BASIC");
    let again = found(&world, &passwords, &request(&[shouting]));
    assert_eq!(again.1, vec![]);
}

#[test]
fn another_password_ends_what_is_remembered_of_the_one_before() {
    let (mut world, passwords) = (world(), fresh());
    let anna = request(&[basic("anna:pa:ß".as_bytes())]);
    let _ = found(&world, &passwords, &anna);
    world.accounts.credentials.pop();
    let hash = postern_proof::password::kept(b"another", [1; 16], CHEAP).unwrap();
    add(&mut world, ID, "anna", hash);
    let wrong = CredentialVerdict::WrongSecret { id: ID.into() };
    assert_eq!(found(&world, &passwords, &anna), (wrong, vec![CHEAP]));
    world.accounts.credentials.pop();
    let (verdict, _) = found(&world, &passwords, &anna);
    assert!(
        matches!(verdict, CredentialVerdict::UnknownUser { .. }),
        "{verdict:?}"
    );
}

#[test]
fn nobody_costs_what_somebody_does() {
    let (mut world, passwords) = (world(), fresh());
    let wrong = |name: &str| request(&[basic(format!("{name}:wrong").as_bytes())]);
    let (verdict, of_anna) = found(&world, &passwords, &wrong("anna"));
    assert_eq!(verdict, CredentialVerdict::WrongSecret { id: ID.into() });
    let (verdict, of_nobody) = found(&world, &passwords, &wrong("ann"));
    assert!(
        matches!(verdict, CredentialVerdict::UnknownUser { .. }),
        "{verdict:?}"
    );
    assert_eq!((of_anna, of_nobody), (vec![CHEAP], vec![CHEAP]));
    // Both are remembered for a while.
    assert_eq!(found(&world, &passwords, &wrong("anna")).1, vec![]);
    assert_eq!(found(&world, &passwords, &wrong("ann")).1, vec![]);
    // Where passwords cost differently, nobody's do so too, as often, and each always the same.
    for n in 0..3 {
        let usual = PasswordHash::of_nobody(Cost::USUAL);
        add(
            &mut world,
            &format!("key_000000000000001{n}"),
            &format!("other{n}"),
            usual,
        );
    }
    let directory = world.directory();
    let cost = |n: usize| directory.cost_of_nobody(&format!("nobody{n}"));
    let cheap = (0..1000).filter(|n| cost(*n) == CHEAP).count();
    assert!((200..300).contains(&cheap), "{cheap}");
    assert!((0..100).all(|n| cost(n) == cost(n)));
    assert_eq!(World::new().directory().cost_of_nobody("anna"), Cost::USUAL);
}

#[test]
fn a_name_that_nobody_has_is_not_kept_and_known_again_all_the_same() {
    let (world, passwords) = (world(), fresh());
    let ask = |name: &str| {
        let head = request(&[basic(format!("{name}:wrong").as_bytes())]);
        found(&world, &passwords, &head).0
    };
    let typed = ask("hunter2");
    assert!(!format!("{typed:?}").contains("hunter2"), "{typed:?}");
    assert_eq!(typed, ask("hunter2"));
    assert_ne!(typed, ask("hunter3"));
}

#[test]
fn what_is_no_name_and_password_is_said_to_be_none() {
    use BasicFault::*;
    let long = "a".repeat(256);
    let encoded = |pair: &[u8]| STANDARD.encode(pair);
    for (sent, fault) in [
        (String::new(), Empty),
        ("anna:secret".to_owned(), Base64),
        ("YW5uYTpzZWNyZXQ".to_owned() + "*", Base64),
        // Without the padding at its end, and with bits behind it that say nothing.
        (encoded(b"anna:ab").replace('=', ""), Base64),
        (encoded(b"anna:ab").replace("g==", "h=="), Base64),
        (encoded(&[0xfb; 3]).replace('+', "-"), Base64),
        (encoded(b"anna:\xe4"), Utf8),
        (encoded(b"anna:secret\n"), ControlCharacters),
        (encoded(b"an\0na:secret"), ControlCharacters),
        (encoded("anna:\u{85}".as_bytes()), ControlCharacters),
        (encoded(b"anna"), NoColon),
        (encoded(b":secret"), NoUser),
        (encoded(b":"), NoUser),
        (encoded(b"anna:"), NoPassword),
        (encoded(format!("{long}:a").as_bytes()), TooLong),
        (encoded(format!("a:{long}").as_bytes()), TooLong),
        ("A".repeat(100_000), TooLong),
    ] {
        let (world, passwords) = (world(), fresh());
        let head = request(&[format!("Basic {sent}")]);
        let found = found(&world, &passwords, &head);
        let expected = CredentialVerdict::BasicFault(fault);
        assert_eq!(
            found,
            (expected, vec![]),
            "{}",
            sent.get(..40).unwrap_or(&sent)
        );
    }
}

#[test]
fn one_is_sent_once_and_alone() {
    let (world, passwords) = (world(), fresh());
    let anna = basic(b"anna:secret");
    let place = Place::Header("authorization".into());
    for values in [
        vec![anna.clone(), anna.clone()],
        vec![anna.clone(), "Bearer x".to_owned()],
        vec!["pst_x".to_owned(), anna.clone()],
    ] {
        let (verdict, cost) = found(&world, &passwords, &request(&values));
        let ambiguous = CredentialVerdict::Ambiguous {
            places: vec![place.clone()],
        };
        assert_eq!((verdict, cost), (ambiguous, vec![]), "{values:?}");
    }
    let both = world.request("GET", "/orders", &[&format!("Authorization: {anna}")]);
    let (verdict, _) = found(&world, &passwords, &both);
    assert!(matches!(verdict, CredentialVerdict::Ambiguous { places } if places.len() == 2));
}
