//! What is derived from the change log, and the queues.

mod deriving;
mod queues;

use super::secrets::{self, secrets};
use super::{named, scan};
use jiff::{SignedDuration, Timestamp};
use postern_model::key::Keyer;
use postern_outbound::webhook::{sign, verify};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn names_keep_their_parts_apart() {
    assert_eq!(named("evt_", &["1", "0"]), named("evt_", &["1", "0"]));
    assert_ne!(named("evt_", &["1", "0"]), named("evt_", &["10", ""]));
    assert_ne!(named("evt_", &["1", "0"]), named("dlv_", &["1", "0"]));
    assert_eq!(named("evt_", &[]).len(), 4 + 24);
}

#[test]
fn what_ends_is_told_thirty_seven_and_one_days_before_and_shortly_after() {
    let now = at("2026-06-01T00:00:00Z");
    for (end, days) in [
        ("2026-05-29T23:59:59Z", None),
        ("2026-05-31T00:00:00Z", Some(0)),
        ("2026-06-01T00:00:00Z", Some(0)),
        ("2026-06-01T00:00:01Z", Some(1)),
        ("2026-06-02T00:00:00Z", Some(1)),
        ("2026-06-02T00:00:01Z", Some(7)),
        ("2026-06-08T00:00:00Z", Some(7)),
        ("2026-07-01T00:00:00Z", Some(30)),
        ("2026-07-01T00:00:01Z", None),
    ] {
        assert_eq!(scan::days(now, at(end)), days, "{end}");
    }
}

#[test]
fn secrets_are_of_one_webhook_and_one_installation_and_overlap_when_rotated() {
    let (keyer, other) = (Keyer::new(&[1; 32]), Keyer::new(&[2; 32]));
    let signing = secrets::new().unwrap();
    let text = |keyer: &Keyer, id: &str| secrets(keyer, id, &signing).current().reveal();
    let first = text(&keyer, "wh_a");
    assert_eq!(first, text(&keyer, "wh_a"));
    assert_ne!(first, text(&keyer, "wh_b"));
    assert_ne!(first, text(&other, "wh_a"));
    assert!(first.starts_with("whsec_") && !first.contains(&signing.salt));
    assert_ne!(secrets::new().unwrap().salt, signing.salt);

    let now = at("2026-06-01T00:00:00Z");
    let hour = SignedDuration::from_hours(1);
    let rotated = secrets::rotated(signing.clone(), now, hour).unwrap();
    let both = secrets(&keyer, "wh_a", &rotated);
    assert_ne!(both.current().reveal(), first);
    let old = secrets(&keyer, "wh_a", &signing);
    let fits = |at: Timestamp| {
        let header = sign(both.valid_at(at), at, b"{}");
        verify(&header, b"{}", &[old.current()], at, hour).is_ok()
    };
    assert!(fits(now));
    assert!(!fits(now.checked_add(hour).unwrap()), "it signs no longer");
}
