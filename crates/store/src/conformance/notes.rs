//! Notes.

use serde_json::{Value, json};

use super::{Fixture, apply, put};
use crate::{Note, NoteWrite};

fn note(key: &str, value: Value, expires_at_ms: i64) -> Note {
    Note {
        key: key.into(),
        value,
        expires_at_ms,
    }
}

pub(crate) async fn notes_come_and_go(fixture: &impl Fixture) {
    let store = fixture.open();
    let get = |space: &'static str| store.note_get(space, "k", 0);
    assert_eq!(get("session").await.unwrap(), None);
    let first = note("k", json!({"n": 1}), 10);
    store.note_put("session", first.clone(), 0).await.unwrap();
    assert_eq!(get("session").await.unwrap(), Some(first.clone()));
    assert_eq!(get("link").await.unwrap(), None);
    let second = note("k", json!("two"), 20);
    store.note_put("session", second.clone(), 0).await.unwrap();
    assert_eq!(get("session").await.unwrap(), Some(second.clone()));

    let put = store.note_put_if_absent("session", first.clone(), 0);
    assert_eq!(put.await.unwrap(), Some(second.clone()));
    assert_eq!(get("session").await.unwrap(), Some(second.clone()));
    let put = store.note_put_if_absent("link", first.clone(), 0);
    assert_eq!(put.await.unwrap(), None);
    assert_eq!(get("link").await.unwrap(), Some(first.clone()));

    let swap = |expected| store.note_swap("session", expected, note("k", json!(3), 30), 0);
    assert!(!swap(json!("three")).await.unwrap());
    assert_eq!(get("session").await.unwrap(), Some(second));
    assert!(swap(json!("two")).await.unwrap());
    assert_eq!(get("session").await.unwrap().unwrap().value, json!(3));
    let absent = store.note_swap("session", json!(1), note("other", json!(2), 30), 0);
    assert!(!absent.await.unwrap());

    assert!(store.note_delete("session", "k").await.unwrap());
    assert!(!store.note_delete("session", "k").await.unwrap());
    assert_eq!(get("session").await.unwrap(), None);
    // They are no part of what is counted and logged.
    assert_eq!(store.head().sequence, 0);
    drop(store);
    let store = fixture.open();
    let found = store.note_get("link", "k", 0).await.unwrap();
    assert_eq!(found, Some(first));
}

pub(crate) async fn notes_of_several_spaces_are_written_together(fixture: &impl Fixture) {
    let store = fixture.open();
    let get = async |space: &'static str, key: &'static str| {
        let found = store.note_get(space, key, 0).await.unwrap();
        found.map(|note| note.value)
    };
    let write = |space, key, value| NoteWrite::Put {
        space,
        note: note(key, value, 10),
    };
    let delete = |space, key: &str| NoteWrite::Delete {
        space,
        key: key.into(),
    };
    let both = vec![write("one", "k", json!(1)), write("two", "k", json!(2))];
    store.notes_write(both, 0).await.unwrap();
    let moved = vec![
        delete("one", "k"),
        delete("one", "nowhere"),
        write("two", "other", json!(3)),
    ];
    store.notes_write(moved, 0).await.unwrap();
    assert_eq!(get("one", "k").await, None);
    assert_eq!(get("two", "k").await, Some(json!(2)));
    assert_eq!(get("two", "other").await, Some(json!(3)));
    // All or none.
    let wrong = vec![delete("two", "k"), write("two", "", json!(4))];
    store.notes_write(wrong, 0).await.unwrap_err();
    assert_eq!(get("two", "k").await, Some(json!(2)));
}

pub(crate) async fn notes_end(fixture: &impl Fixture) {
    let store = fixture.open();
    for (key, ends) in [("a", 10), ("b", 20), ("c", 30)] {
        store
            .note_put("s", note(key, json!(0), ends), 0)
            .await
            .unwrap();
    }
    assert!(store.note_get("s", "a", 9).await.unwrap().is_some());
    assert!(store.note_get("s", "a", 10).await.unwrap().is_none());
    assert_eq!(store.notes("s", "", None, 9, 15).await.unwrap().len(), 2);
    assert_eq!(store.note_take("s", "a", 10).await.unwrap(), None);
    assert_eq!(store.notes("s", "", None, 9, 0).await.unwrap().len(), 2);
    // What has ended is as though it were not there.
    let again = note("b", json!(1), 40);
    let swap = store.note_swap("s", json!(0), again.clone(), 20);
    assert!(!swap.await.unwrap());
    let put = store.note_put_if_absent("s", again.clone(), 20);
    assert_eq!(put.await.unwrap(), None);
    assert_eq!(store.note_get("s", "b", 20).await.unwrap(), Some(again));
    // It goes when something is written, and when it is asked for.
    store
        .note_put("t", note("x", json!(0), 50), 35)
        .await
        .unwrap();
    assert_eq!(store.notes("s", "", None, 9, 0).await.unwrap().len(), 1);
    assert_eq!(store.notes_sweep(49).await.unwrap(), 1);
    assert_eq!(store.notes_sweep(50).await.unwrap(), 1);
    assert_eq!(store.notes_sweep(i64::MAX).await.unwrap(), 0);
}

pub(crate) async fn one_taker_gets_a_note(fixture: &impl Fixture) {
    let store = fixture.open();
    for round in 0..20 {
        let link = note("once", json!(round), 10);
        store.note_put("link", link.clone(), 0).await.unwrap();
        let takers: Vec<_> = (0..4)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move { store.note_take("link", "once", 0).await.unwrap() })
            })
            .collect();
        let mut taken = Vec::new();
        for taker in takers {
            taken.extend(taker.await.unwrap());
        }
        assert_eq!(taken, [link]);
    }
}

pub(crate) async fn notes_are_listed_by_their_beginnings(fixture: &impl Fixture) {
    let store = fixture.open();
    let keys = ["a", "user1/a", "user1/b", "user1/é", "user10/a", "user2/a"];
    let notes = keys.iter().map(|key| note(key, json!(0), 10)).collect();
    store.notes_put("session", notes, 0).await.unwrap();
    store
        .note_put("other", note("user1/c", json!(0), 10), 0)
        .await
        .unwrap();
    let listed = async |prefix: &str, after: Option<&str>, limit: usize| {
        let notes = store.notes("session", prefix, after, limit, 0).await;
        let notes = notes.unwrap();
        notes
            .iter()
            .map(|note| note.key.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(listed("", None, 100).await, keys);
    assert_eq!(listed("user1/", None, 100).await, keys[1..4]);
    assert_eq!(listed("user1/", None, 2).await, keys[1..3]);
    assert_eq!(listed("user1/", Some("user1/b"), 2).await, ["user1/é"]);
    assert_eq!(listed("user1/", Some("a"), 1).await, ["user1/a"]);
    assert!(listed("user3/", None, 100).await.is_empty());
    // A change of documents leaves them alone.
    apply(&store, vec![put("app", "a", json!({}))]).await;
    assert_eq!(listed("user", Some("user10/a"), 9).await, ["user2/a"]);
}

pub(crate) async fn what_cannot_be_a_note_is_refused(fixture: &impl Fixture) {
    let store = fixture.open();
    let long = "x".repeat(1 << 20);
    for (space, note, words) in [
        (
            "Session",
            note("k", json!(0), 1),
            "`Session` is not the space",
        ),
        ("session", note("", json!(0), 1), "`` is not the key"),
        (
            "session",
            note("a\nb", json!(0), 1),
            "`a\\nb` is not the key",
        ),
        (
            "session",
            note("k", json!(long), 1),
            "the note `k` has 1048578 bytes of JSON; 1048576 are accepted",
        ),
    ] {
        let error = store.note_put(space, note, 0).await.unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
    assert!(store.note_get("Session", "k", 0).await.is_err());
    // All or none.
    let notes = vec![note("a", json!(0), 10), note("", json!(0), 10)];
    assert!(store.notes_put("session", notes, 0).await.is_err());
    assert_eq!(store.note_get("session", "a", 0).await.unwrap(), None);
}
