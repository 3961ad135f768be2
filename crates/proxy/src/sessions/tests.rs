//! What a node does with sessions that are kept elsewhere.

use super::testing::{begun, browsers, kept};
use super::*;

fn find(browsers: &Browsers, secret: &str) -> Result<Arc<Session>, SessionFault> {
    browsers.known().find(secret.as_bytes(), now(), |_, _| true)
}

fn revoked() -> Closed {
    Closed {
        at: now(),
        how: How::Revoked,
        by: Some("ann".into()),
        reason: None,
        issuer: "login".into(),
        client: Some("shop-web".into()),
    }
}

#[test]
fn a_key_is_the_digest_and_nothing_else_is_one() {
    for byte in [0, 1, 0x0f, 0xf0, 0xff] {
        let whole = KeyDigest([byte; 32]);
        let key = key(&whole);
        assert_eq!(key, format!("{byte:02x}").repeat(32));
        assert_eq!(digest(&key), Some(whole));
    }
    for bad in [
        String::new(),
        "0".repeat(63),
        "0".repeat(65),
        format!("{}g0", "0".repeat(62)),
        format!("+{}", "0".repeat(63)),
        format!("{}\u{e9}", "0".repeat(62)),
        "\u{e9}".repeat(32),
        " ".repeat(64),
    ] {
        assert_eq!(digest(&bad), None, "{bad}");
    }
}

#[tokio::test]
async fn a_session_that_is_not_in_memory_is_read_from_where_it_is_kept() {
    let (one, others) = browsers();
    let (secret, digest, key) = begun(&one, &others, kept());
    // Another node, or the same one after a restart.
    let outside = one.inner.outside.clone();
    let fresh = || Browsers::new(&testing::keyer(), outside.clone());
    let other = fresh();
    assert_eq!(
        find(&other, &secret),
        Err(SessionFault::NotLoaded { digest })
    );
    assert!(other.load(digest).await);
    assert_eq!(find(&other, &secret), find(&one, &secret));
    assert!(find(&other, &secret).is_ok());

    // What cannot be read is not known to be over.
    *others.away.lock().unwrap() = true;
    let cut_off = fresh();
    assert!(!cut_off.load(digest).await);
    assert_eq!(
        find(&cut_off, &secret),
        Err(SessionFault::NotLoaded { digest })
    );
    *others.away.lock().unwrap() = false;

    others.ends(&key, revoked());
    let later = fresh();
    assert!(later.load(digest).await);
    let closed = find(&later, &secret);
    assert!(matches!(closed, Err(SessionFault::Closed(_))), "{closed:?}");
    let unheard_of = one.inner.make().unwrap();
    assert!(later.load(unheard_of.digest).await);
    assert_eq!(
        find(&later, unheard_of.secret.expose()),
        Err(SessionFault::Unknown)
    );
}

#[tokio::test]
async fn a_session_that_is_ended_is_over_at_once_and_stays_so() {
    let (browsers, others) = browsers();
    let (secret, digest, key) = begun(&browsers, &others, kept());
    let session = find(&browsers, &secret).unwrap();
    assert!(browsers.end(digest, How::SignedOut).await);
    assert_eq!(find(&browsers, &secret), Err(SessionFault::Unknown));
    assert!(others.kept(&key).is_none());
    // That it was used before writes down nothing, and brings nothing back.
    browsers.inner.write_down(digest, now() + 100).await;
    assert!(others.kept(&key).is_none());
    // Where that cannot be told to anybody, it is over here, and not certain elsewhere.
    let (secret, digest, _) = begun(&browsers, &others, kept());
    *others.away.lock().unwrap() = true;
    assert!(!browsers.end(digest, How::SignedOut).await);
    assert_eq!(find(&browsers, &secret), Err(SessionFault::Unknown));
    assert!(browsers.known().again(&session, now()).is_err());
}

#[tokio::test]
async fn what_others_have_ended_counts_once_as_news() {
    let (browsers, others) = browsers();
    let (secret, _, key) = begun(&browsers, &others, kept());
    let before = browsers.endings();
    browsers.ended(&key, &revoked());
    browsers.ended(&key, &revoked());
    browsers.ended("no key", &revoked());
    assert_eq!(browsers.endings(), before + 1);
    let closed = find(&browsers, &secret);
    assert!(matches!(closed, Err(SessionFault::Closed(_))), "{closed:?}");
}

#[tokio::test]
async fn a_use_is_written_down_unless_a_later_one_is() {
    let (browsers, others) = browsers();
    let (_, digest, key) = begun(&browsers, &others, kept());
    let seen = |others: &testing::Others| others.kept(&key).unwrap().seen;
    let begun_at = seen(&others);
    for (at, due) in [(100, 100), (50, 100), (200, 200)] {
        browsers.inner.write_down(digest, begun_at + at).await;
        assert_eq!(seen(&others), begun_at + due);
    }
}
