//! That as much is done whatever a cookie holds, so that the time tells nobody which sessions there are.

use super::*;
use crate::testing::work::Step::{Compare, Digest, LookUp};
use crate::testing::work::of;

/// Whether a fault is the one that is due.
type Is = fn(&SessionFault) -> bool;

#[test]
fn a_cookie_takes_as_long_whatever_it_holds() {
    let sessions = sessions();
    let here = |_: &str, _: Option<&Name>| true;
    let elsewhere = |_: &str, _: Option<&Name>| false;
    let (good, _) = begun(&sessions, 1);
    let (gone, digest) = begun(&sessions, 2);
    sessions.gone(digest, NOW);
    let (revoked, digest) = begun(&sessions, 3);
    let closed = Closed {
        at: NOW,
        how: How::Revoked,
        by: None,
        reason: None,
        issuer: "login".into(),
        client: Some("shop".into()),
    };
    sessions.close(digest, closed);
    let not_loaded = sessions.key().make(&[4; 32]).secret.expose().clone();
    let other = Sessions::new(&Keyer::new(&[2; 32]));
    let (of_another, _) = begun(&other, 1);
    let mut guess = good.clone();
    let last = guess.pop();
    guess.push(if last == Some('A') { 'B' } else { 'A' });
    let not_ours: Is = |fault| matches!(fault, SessionFault::NotOurs);
    let over: Is = |fault| matches!(fault, SessionFault::Over { .. });
    let refused: [(&str, &str, i64, Is); 10] = [
        ("nothing", "", NOW, not_ours),
        ("a letter", "A", NOW, not_ours),
        ("much", &"A".repeat(4000), NOW, not_ours),
        ("made up", &"A".repeat(64), NOW, not_ours),
        ("a guess", &guess, NOW, not_ours),
        ("of another installation", &of_another, NOW, not_ours),
        ("signed out", &gone, NOW, |fault| {
            matches!(fault, SessionFault::Unknown)
        }),
        ("revoked", &revoked, NOW, |fault| {
            matches!(fault, SessionFault::Closed(_))
        }),
        ("over", &good, NOW + 1000, over),
        // Nobody is asked about what was not made here.
        ("not in memory", &not_loaded, NOW, |fault| {
            matches!(fault, SessionFault::NotLoaded { .. })
        }),
    ];
    let done = [Digest, Compare, Digest, LookUp];
    for (what, cookie, now, is) in refused {
        let (found, steps) = of(|| sessions.find(cookie.as_bytes(), now, here));
        let fault = found.expect_err(what);
        assert!(is(&fault), "{what}: {fault:?}");
        assert_eq!(steps, done, "{what}");
    }
    let (found, steps) = of(|| sessions.find(good.as_bytes(), NOW, elsewhere));
    assert_eq!(found, Err(SessionFault::OfAnother));
    assert_eq!(steps, done, "of another service");
    let (found, steps) = of(|| sessions.find(good.as_bytes(), NOW, here));
    assert!(found.is_ok());
    assert_eq!(steps, done, "good");
}
