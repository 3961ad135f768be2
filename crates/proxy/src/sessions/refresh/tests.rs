//! Fresh tokens, whoever asks for them at the same time and whatever the provider answers.

use super::super::testing::{Others, begun, browsers, granted, issuer, kept};
use super::*;
use crate::issuers::Permit;
use postern_model::entity::{Algorithm, Egress};
use postern_policy::session::{Closed, Ended, How, Session, SessionFault};
use postern_proof::testing::{Signer, set};
use postern_proof::{KeySet, Keys};
use serde_json::json;

const ISS: &str = "https://login.example";

fn by(signer: Option<&Signer>) -> By {
    let keys = signer.map(|signer| {
        let keys = KeySet::parse(set(&[signer]).as_bytes()).unwrap();
        Keys::of(Arc::new(keys))
    });
    let keyring = Keyring::default();
    By {
        client: Client {
            issuer: ISS.into(),
            id: "shop-web".into(),
            secret: None,
            scopes: vec![],
            redirect_uri: "/callback".into(),
            permit: Permit {
                anywhere: true,
                egress: Egress::default(),
                own: vec![],
            },
        },
        issuer: issuer("login"),
        keyring: Arc::new(match keys {
            Some(keys) => keyring.with("login".into(), keys),
            None => keyring,
        }),
    }
}

/// One whose tokens are over.
fn stale() -> Kept {
    Kept {
        fresh_until: Some(now() - 1),
        ..kept()
    }
}

fn find(browsers: &Browsers, secret: &str) -> Result<Arc<Session>, SessionFault> {
    browsers.known().find(secret.as_bytes(), now(), |_, _| true)
}

fn refresh_token(browsers: &Browsers, others: &Others, key: &str) -> Option<String> {
    let kept = others.kept(key).unwrap();
    browsers.inner.open_tokens(&kept)?.refresh_token
}

#[test]
fn tokens_last_as_long_as_the_provider_says_if_others_can_be_had() {
    for (refresh_token, expires_in, due) in [
        (Some("a"), Some(3600), Some((4600, 30))),
        (Some("a"), Some(90), Some((1090, 30))),
        (Some("a"), Some(89), Some((1089, 29))),
        (Some("a"), Some(2), Some((1002, 0))),
        (Some("a"), Some(0), Some((1000, 0))),
        (Some("a"), None, None),
        (None, Some(3600), None),
    ] {
        let granted = Granted {
            expires_in,
            ..granted(refresh_token, 0)
        };
        assert_eq!(
            times(&granted, 1000),
            due,
            "{refresh_token:?} {expires_in:?}"
        );
    }
}

#[tokio::test]
async fn however_many_ask_the_provider_is_asked_once() {
    let (browsers, others) = browsers();
    let browsers = Arc::new(browsers);
    let (secret, digest, key) = begun(&browsers, &others, stale());
    assert!(matches!(
        find(&browsers, &secret),
        Err(SessionFault::NotRefreshed { .. })
    ));
    others.answers(|| Ok(granted(Some("second"), 3600)));
    let ask = || {
        let browsers = browsers.clone();
        tokio::spawn(async move { browsers.refresh(digest, by(None)).await })
    };
    for asked in [ask(), ask(), ask(), ask()] {
        assert!(asked.await.unwrap());
    }
    assert_eq!(*others.shown.lock().unwrap(), ["first"]);
    assert!(find(&browsers, &secret).is_ok());
    assert_eq!(
        refresh_token(&browsers, &others, &key).as_deref(),
        Some("second")
    );
    // A provider that gives no other one goes on taking this one.
    let soon_over = Kept {
        fresh_until: Some(now() + 10),
        ..others.kept(&key).unwrap()
    };
    others.keeps(&key, &soon_over);
    browsers.known().put(soon_over.known(digest), now());
    others.answers(|| Ok(granted(None, 3600)));
    assert!(browsers.refresh(digest, by(None)).await);
    assert_eq!(*others.shown.lock().unwrap(), ["first", "second"]);
    assert_eq!(
        refresh_token(&browsers, &others, &key).as_deref(),
        Some("second")
    );
    let kept = others.kept(&key).unwrap();
    assert!(kept.fresh_until > Some(now() + 3000) && kept.refreshing_until.is_none());
}

#[tokio::test]
async fn a_session_that_the_provider_does_not_stand_for_is_over() {
    let (browsers, others) = browsers();
    let (secret, digest, key) = begun(&browsers, &others, stale());
    others.answers(|| Err(SignOnFault::Refused("invalid_grant".to_owned())));
    assert!(browsers.refresh(digest, by(None)).await);
    let fault = find(&browsers, &secret).unwrap_err();
    let why = Ended::Provider;
    assert!(
        matches!(&fault, SessionFault::Over { why: is, .. } if *is == why),
        "{fault:?}"
    );
    assert_eq!(
        others.kept(&key).unwrap().sealed,
        "",
        "nothing is kept of it"
    );
    // Nobody asks again.
    assert!(browsers.refresh(digest, by(None)).await);
    assert_eq!(others.shown.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_left_alone_for_a_while() {
    let (browsers, others) = browsers();
    let (secret, digest, key) = begun(&browsers, &others, stale());
    others.answers(|| Err(SignOnFault::Provider("no route".to_owned())));
    for _ in 0..3 {
        assert!(browsers.refresh(digest, by(None)).await);
    }
    assert_eq!(others.shown.lock().unwrap().len(), 1);
    match find(&browsers, &secret) {
        Err(SessionFault::NotRefreshed { issuer, error, .. }) => {
            assert_eq!((&*issuer, error.as_deref()), ("login", Some("no route")));
        }
        other => panic!("{other:?}"),
    }
    let kept = others.kept(&key).unwrap();
    assert_eq!(kept.refreshing_until, None, "others may try");
    assert_eq!(
        refresh_token(&browsers, &others, &key).as_deref(),
        Some("first")
    );
}

#[tokio::test]
async fn a_session_that_was_ended_meanwhile_stays_so() {
    let (browsers, others) = browsers();
    let (secret, digest, key) = begun(&browsers, &others, stale());
    let (ending, ended) = (others.clone(), key.clone());
    others.answers(move || {
        let closed = Closed {
            at: now(),
            how: How::Revoked,
            by: None,
            reason: None,
            issuer: "login".into(),
            client: Some("shop-web".into()),
        };
        ending.ends(&ended, closed);
        Ok(granted(Some("second"), 3600))
    });
    assert!(browsers.refresh(digest, by(None)).await);
    let fault = find(&browsers, &secret).unwrap_err();
    assert!(matches!(fault, SessionFault::Closed(_)), "{fault:?}");
    assert!(others.kept(&key).is_none());
}

#[tokio::test]
async fn what_another_node_is_at_is_waited_for_and_what_it_left_is_taken_up() {
    let (browsers, others) = browsers();
    let claimed = |until: i64| Kept {
        refreshing_until: Some(until),
        ..stale()
    };
    let (secret, digest, key) = begun(&browsers, &others, claimed(now() + CLAIMED));
    let (other, at) = (others.clone(), key.clone());
    let done = tokio::spawn(async move {
        tokio::time::sleep(LOOK / 3).await;
        let fresh = Kept {
            refreshing_until: None,
            fresh_until: Some(now() + 3600),
            ..other.kept(&at).unwrap()
        };
        other.keeps(&at, &fresh);
    });
    assert!(browsers.refresh(digest, by(None)).await);
    done.await.unwrap();
    assert!(find(&browsers, &secret).is_ok());
    assert_eq!(others.shown.lock().unwrap().len(), 0);

    // A node that has stopped has left its claim.
    let (secret, digest, _) = begun(&browsers, &others, claimed(now() - 1));
    others.answers(|| Ok(granted(Some("second"), 3600)));
    assert!(browsers.refresh(digest, by(None)).await);
    assert!(find(&browsers, &secret).is_ok());
    assert_eq!(*others.shown.lock().unwrap(), ["first"]);
}

#[tokio::test]
async fn nobody_is_asked_while_what_is_kept_cannot_be_reached() {
    let (browsers, others) = browsers();
    let (secret, digest, _) = begun(&browsers, &others, stale());
    *others.away.lock().unwrap() = true;
    assert!(browsers.refresh(digest, by(None)).await);
    assert_eq!(others.shown.lock().unwrap().len(), 0);
    assert!(matches!(
        find(&browsers, &secret),
        Err(SessionFault::NotRefreshed { .. })
    ));
}

#[tokio::test]
async fn an_id_token_that_comes_along_is_of_the_same_person_and_genuine() {
    let (signer, thief) = (
        Signer::new(Algorithm::ES256, "one"),
        Signer::new(Algorithm::ES256, "one"),
    );
    let said = |who: &str, client: &str| {
        json!({
            "iss": ISS, "sub": who, "aud": client, "iat": now(), "exp": now() + 300,
            "name": "Lin Q.",
        })
    };
    for (what, id_token, is_good) in [
        ("the same", signer.token(&said("lin", "shop-web")), true),
        (
            "somebody else",
            signer.token(&said("kim", "shop-web")),
            false,
        ),
        ("another client", signer.token(&said("lin", "other")), false),
        ("forged", thief.token(&said("lin", "shop-web")), false),
    ] {
        let (browsers, others) = browsers();
        let (secret, digest, key) = begun(&browsers, &others, stale());
        others.answers(move || {
            Ok(Granted {
                id_token: Some(Secret::new(id_token)),
                scope: Some("orders:read orders:write".to_owned()),
                ..granted(Some("second"), 3600)
            })
        });
        assert!(browsers.refresh(digest, by(Some(&signer))).await);
        let found = find(&browsers, &secret);
        assert_eq!(found.is_ok(), is_good, "{what}: {found:?}");
        let kept = others.kept(&key).unwrap();
        assert_eq!(kept.token.subject.as_deref(), Some("lin"), "{what}");
        let scopes = kept.token.scopes.unwrap().len();
        assert_eq!(scopes, if is_good { 2 } else { 1 }, "{what}");
        if let Err(SessionFault::NotRefreshed { error, .. }) = found {
            let error = error.unwrap();
            assert!(error.contains("is not accepted"), "{what}: {error}");
        }
        // The one before is good for nothing any more, whoever has said what.
        let token = refresh_token(&browsers, &others, &key);
        assert_eq!(token.as_deref(), Some("second"), "{what}");
    }
}
