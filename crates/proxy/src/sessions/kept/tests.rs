//! How long a session lasts, and what is read of one.

use super::super::testing::kept;
use super::*;
use serde_json::json;

#[test]
fn a_session_ends_when_it_is_not_used_and_when_its_time_is_over() {
    for (ends_at, seen, idle, over_at) in [
        (1000, 100, 60, 160),
        (1000, 940, 60, 1000),
        (1000, 990, 60, 1000),
        (1000, 1000, 0, 1000),
        (i64::MAX, i64::MAX, i64::MAX, i64::MAX),
    ] {
        let one = Kept {
            ends_at,
            idle,
            seen,
            ..kept()
        };
        assert_eq!(one.over_at(), over_at, "{ends_at} {seen} {idle}");
        // Whoever shows it then is told that it is over.
        assert_eq!(one.gone_at(), over_at.saturating_add(TOLD));
    }
}

#[test]
fn tokens_are_to_be_refreshed_ahead_of_their_end_alone() {
    for (fresh_until, ahead, refused_at, now, due) in [
        (Some(1000), 30, None, 969, false),
        (Some(1000), 30, None, 970, true),
        (Some(1000), 30, None, 5000, true),
        (Some(1000), 0, None, 999, false),
        (Some(1000), 0, None, 1000, true),
        // The provider has said no.
        (Some(1000), 30, Some(900), 2000, false),
        // Nothing refreshes them.
        (None, 30, None, 5000, false),
        (Some(i64::MIN), i64::MAX, None, 0, true),
    ] {
        let one = Kept {
            fresh_until,
            ahead,
            refused_at,
            ..kept()
        };
        assert_eq!(one.is_to_refresh(now), due, "{fresh_until:?} at {now}");
    }
}

#[test]
fn what_was_written_is_read_again_as_older_versions_wrote_it_too() {
    let all = Kept {
        refreshing_until: Some(7),
        refused_at: Some(8),
        sealed: "sealed".to_owned(),
        ..kept()
    };
    assert_eq!(Kept::read(&all.written()), Some(all.clone()));
    let mut older = all.written();
    let members = older.as_object_mut().unwrap();
    for later in ["fresh_until", "ahead", "refreshing_until", "refused_at"] {
        members.remove(later).unwrap();
    }
    let expected = Kept {
        fresh_until: None,
        ahead: 0,
        refreshing_until: None,
        refused_at: None,
        ..all.clone()
    };
    assert_eq!(Kept::read(&older), Some(expected));
    for needed in [
        "token", "origin", "begun_at", "ends_at", "idle", "seen", "sealed",
    ] {
        let mut less = all.written();
        less.as_object_mut().unwrap().remove(needed).unwrap();
        assert_eq!(Kept::read(&less), None, "without {needed}");
    }
    for none in [json!(null), json!([]), json!("session"), json!({})] {
        assert_eq!(Kept::read(&none), None, "{none}");
    }
}
