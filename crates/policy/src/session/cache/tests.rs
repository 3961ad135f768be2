//! What a node knows of sessions, and for how long.

mod work;

use super::*;
use crate::session::How;
use postern_proof::Token;

const NOW: i64 = 1_800_000_000;

fn sessions() -> Sessions {
    Sessions::new(&Keyer::new(&[1; 32]))
}

fn token() -> Arc<Token> {
    Arc::new(Token {
        issuer: "login".into(),
        subject: Some("lin".into()),
        id: None,
        kid: None,
        client: Some("shop".into()),
        user: Some("lin".into()),
        groups: Box::default(),
        roles: Box::default(),
        acr: None,
        auth_time: None,
        claims: Box::default(),
        scopes: None,
        bound_to: None,
        audience: Box::default(),
        issued_at: None,
        not_before: None,
        expires_at: Some(NOW + 60),
        introspected: false,
    })
}

fn read(digest: KeyDigest) -> Read {
    Read {
        session: Session {
            id: Session::id_of(&digest),
            token: token(),
            begun_at: NOW,
            ends_at: NOW + 1000,
            digest,
        },
        idle: 100,
        seen: NOW,
        tokens: Freshness::default(),
    }
}

/// A session that was begun, and what its cookie holds.
fn begun(sessions: &Sessions, byte: u8) -> (String, KeyDigest) {
    let made = sessions.key().make(&[byte; 32]);
    sessions.put(read(made.digest), NOW);
    (made.secret.expose().clone(), made.digest)
}

fn find(sessions: &Sessions, secret: &str, now: i64) -> Result<Arc<Session>, SessionFault> {
    sessions.find(secret.as_bytes(), now, |_, _| true)
}

#[test]
fn a_session_is_found_until_it_is_not_used_for_too_long() {
    let sessions = sessions();
    let (secret, digest) = begun(&sessions, 1);
    for now in [NOW, NOW + 99, NOW + 198, NOW + 297] {
        let found = find(&sessions, &secret, now).unwrap();
        assert_eq!(found.id, Session::id_of(&digest));
    }
    // Another node may have seen it: it is looked up again, and only then is it over.
    assert_eq!(
        find(&sessions, &secret, NOW + 397),
        Err(SessionFault::NotLoaded { digest })
    );
    sessions.put(read(digest), NOW + 397);
    let over = SessionFault::Over {
        at: NOW + 397,
        why: Ended::Idle,
    };
    assert_eq!(find(&sessions, &secret, NOW + 397), Err(over));
    let elsewhere = Read {
        seen: NOW + 390,
        ..read(digest)
    };
    sessions.put(elsewhere, NOW + 398);
    assert!(find(&sessions, &secret, NOW + 398).is_ok());
}

#[test]
fn a_session_ends_whether_it_is_used_or_not() {
    let sessions = sessions();
    let (secret, digest) = begun(&sessions, 1);
    for now in (NOW..NOW + 1000).step_by(50) {
        assert!(find(&sessions, &secret, now).is_ok(), "{now}");
    }
    let over = SessionFault::Over {
        at: NOW + 1000,
        why: Ended::Lifetime,
    };
    assert_eq!(find(&sessions, &secret, NOW + 1000), Err(over.clone()));
    let session = read(digest).session;
    assert!(sessions.again(&session, NOW + 999).is_ok());
    assert_eq!(sessions.again(&session, NOW + 1000), Err(over));
}

#[test]
fn what_ended_is_gone_at_once_and_looked_for_again_in_a_while() {
    let sessions = sessions();
    let (secret, digest) = begun(&sessions, 1);
    let session = find(&sessions, &secret, NOW).unwrap();
    sessions.gone(digest, NOW);
    assert_eq!(find(&sessions, &secret, NOW), Err(SessionFault::Unknown));
    assert_eq!(sessions.again(&session, NOW), Err(SessionFault::Unknown));
    assert_eq!(
        find(&sessions, &secret, NOW + 5),
        Err(SessionFault::NotLoaded { digest })
    );
}

#[test]
fn what_somebody_has_ended_stays_so_and_says_by_whom() {
    let sessions = sessions();
    let (secret, digest) = begun(&sessions, 1);
    let session = find(&sessions, &secret, NOW).unwrap();
    let closed = Closed {
        at: NOW,
        how: How::Revoked,
        by: Some("ann".into()),
        reason: Some("left".into()),
        issuer: "login".into(),
        client: Some("shop".into()),
    };
    assert!(sessions.close(digest, closed.clone()));
    assert!(!sessions.close(digest, closed.clone()), "that is no news");
    let fault = SessionFault::Closed(Arc::new(closed));
    // Whoever had read it before then, or finds it no more, changes nothing.
    sessions.put(read(digest), NOW);
    sessions.gone(digest, NOW);
    for now in [NOW, NOW + 5, NOW + 100_000] {
        assert_eq!(find(&sessions, &secret, now), Err(fault.clone()));
    }
    assert_eq!(sessions.again(&session, NOW), Err(fault));
    let elsewhere = sessions.find(secret.as_bytes(), NOW, |_, client| client.is_none());
    assert_eq!(elsewhere, Err(SessionFault::OfAnother));
}

#[test]
fn a_made_up_secret_is_looked_for_nowhere() {
    let sessions = sessions();
    let (secret, _) = begun(&sessions, 1);
    let rest = secret.get(1..).unwrap();
    let made_up = format!("{}{rest}", if secret.starts_with('A') { "B" } else { "A" });
    assert_eq!(find(&sessions, &made_up, NOW), Err(SessionFault::NotOurs));
    assert_eq!(
        sessions.find(secret.as_bytes(), NOW, |_, _| false),
        Err(SessionFault::OfAnother)
    );
}

#[test]
fn tokens_are_refreshed_before_they_end_and_a_provider_that_is_away_is_left_alone() {
    let sessions = sessions();
    let (secret, digest) = begun(&sessions, 1);
    assert!(!sessions.is_to_refresh(&digest, NOW + 10_000));
    let with = |failed| Read {
        tokens: Freshness {
            until: Some(NOW + 60),
            ahead: 30,
            failed,
            ..Freshness::default()
        },
        ..read(digest)
    };
    sessions.put(with(None), NOW);
    assert!(!sessions.is_to_refresh(&digest, NOW + 29));
    assert!(sessions.is_to_refresh(&digest, NOW + 30));
    let failed = Failed {
        since: NOW * 1000,
        again_at: NOW + 40,
        error: "connection refused".into(),
    };
    sessions.put(with(Some(failed)), NOW + 30);
    assert!(!sessions.is_to_refresh(&digest, NOW + 39));
    assert!(find(&sessions, &secret, NOW + 59).is_ok(), "they are good");
    let Err(SessionFault::NotRefreshed { error, since, .. }) = find(&sessions, &secret, NOW + 60)
    else {
        panic!("its tokens are over");
    };
    assert_eq!(
        (error.as_deref(), since),
        (Some("connection refused"), Some(NOW * 1000))
    );
}

#[test]
fn a_use_is_written_down_now_and_then_and_once() {
    let sessions = sessions();
    let (secret, digest) = begun(&sessions, 1);
    assert_eq!(sessions.to_note(&digest, 60), None);
    assert!(find(&sessions, &secret, NOW + 59).is_ok());
    assert_eq!(sessions.to_note(&digest, 60), None);
    assert!(find(&sessions, &secret, NOW + 61).is_ok());
    assert_eq!(sessions.to_note(&digest, 60), Some(NOW + 61));
    assert_eq!(sessions.to_note(&digest, 60), None);
}

#[test]
fn no_more_than_so_many_are_in_memory() {
    let sessions = sessions();
    for n in 0..5000u32 {
        let mut digest = [0; 32];
        digest[4..8].copy_from_slice(&n.to_be_bytes());
        sessions.put(read(KeyDigest(digest)), NOW);
    }
    let halves = sessions.shard(&KeyDigest([0; 32]));
    assert!(halves.new.len() + halves.old.len() <= 2 * HALF);
}
