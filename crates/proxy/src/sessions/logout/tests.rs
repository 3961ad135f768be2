//! Whose sessions a logout is about.

use super::super::key;
use super::super::testing::{Others, begun, browsers, issuer, kept};
use super::*;
use std::time::Duration;

fn logout() -> Logout {
    Logout {
        subject: Some("lin".into()),
        session: None,
        clients: vec!["shop-web".into()],
        id: "1".into(),
        issued_at: now(),
        expires_at: now() + 120,
    }
}

#[test]
fn those_end_that_began_by_then_for_the_client_and_the_person() {
    let before = now();
    let of = |change: fn(&mut Of)| {
        let mut of = Of {
            issuer: "login".into(),
            before,
            logout: logout(),
        };
        change(&mut of);
        of
    };
    let began = |at: i64| Kept {
        begun_at: at,
        ..kept()
    };
    for (what, of, begun_at, due) in [
        ("the same", of(|_| {}), before, true),
        ("an older one", of(|_| {}), before - 1000, true),
        // They have signed in again since.
        ("a newer one", of(|_| {}), before + 1, false),
        (
            "another issuer",
            of(|of| of.issuer = "other".into()),
            before,
            false,
        ),
        (
            "somebody else",
            of(|of| of.logout.subject = Some("kim".into())),
            before,
            false,
        ),
        // A session at the provider says whose it is.
        ("a session", of(|of| of.logout.subject = None), before, true),
        (
            "another client",
            of(|of| of.logout.clients = vec!["other".into()]),
            before,
            false,
        ),
        (
            "no client",
            of(|of| of.logout.clients.clear()),
            before,
            false,
        ),
        (
            "several clients",
            of(|of| of.logout.clients.push("other".into())),
            before,
            true,
        ),
    ] {
        assert_eq!(of.is(&began(begun_at)), due, "{what}");
    }
    let mut of_nobody = kept();
    of_nobody.token.client = None;
    assert!(!of(|_| {}).is(&of_nobody), "of no client");
}

#[tokio::test]
async fn a_logout_ends_those_sessions_and_no_others() {
    let (browsers, others) = browsers();
    let mut kim = kept();
    kim.token.subject = Some("kim".into());
    let all = [kept(), kim, kept()].map(|one| begun(&browsers, &others, one));
    let end = |browsers: &Browsers| {
        let inner = browsers.inner.clone();
        let of = Of {
            issuer: "login".into(),
            before: now(),
            logout: logout(),
        };
        async move { inner.end_those(&of).await }
    };
    assert_eq!(end(&browsers).await, Ok(2));
    let is_there = |others: &Others| {
        let keys = all.iter().map(|(_, digest, _)| key(digest));
        keys.map(|key| others.kept(&key).is_some())
            .collect::<Vec<bool>>()
    };
    assert_eq!(is_there(&others), [false, true, false]);
    let good = all.each_ref().map(|(secret, ..)| {
        let known = browsers.known();
        known.find(secret.as_bytes(), now(), |_, _| true).is_ok()
    });
    assert_eq!(good, [false, true, false]);
    assert_eq!(end(&browsers).await, Ok(0), "once");
    *others.away.lock().unwrap() = true;
    assert!(end(&browsers).await.is_err(), "nobody knows");
}

#[tokio::test]
async fn a_token_is_remembered_by_issuer_and_name_and_not_for_ever() {
    let (browsers, _) = browsers();
    let issuer = |name: &str| Issuer {
        leeway: Duration::from_secs(10),
        ..issuer(name)
    };
    let once = |name: &str, logout: &Logout| browsers.inner.once(logout, &issuer(name));
    let one = logout();
    let first = once("login", &one);
    assert_eq!(first.thing, once("login", &one).thing);
    assert_eq!(first.until, one.expires_at + 11);
    let another = Logout {
        id: "2".into(),
        ..logout()
    };
    assert!(first.thing != once("login", &another).thing);
    assert!(first.thing != once("other", &one).thing);
    let long = Logout {
        expires_at: i64::MAX,
        ..logout()
    };
    assert!(once("login", &long).until <= now() + REMEMBERED);
}
