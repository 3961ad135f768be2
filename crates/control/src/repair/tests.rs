use super::*;
use crate::service::Stored;
use postern_model::key::Keyer;
use postern_store::{ChangeMeta, DataDirectory};
use serde_json::json;
use std::time::SystemTime;

fn row(id: &str, version: u64, state: &str, decided: Option<&str>, expires: Option<&str>) -> Row {
    Row {
        id: id.into(),
        version,
        app: "a".to_owned(),
        service: "s".to_owned(),
        state: state.to_owned(),
        decided: decided.and_then(moment),
        expires: expires.and_then(moment),
    }
}

#[test]
fn the_one_in_force_that_was_decided_last_is_kept() {
    let now: Timestamp = "2026-11-20T00:00:00Z".parse().unwrap();
    let old = row("old", 1, "approved", Some("2026-01-01"), None);
    let cases = [
        (row("x", 9, "pending", None, None), "old"),
        (row("x", 9, "cancelled", Some("2026-06-01"), None), "old"),
        (
            row("x", 9, "approved", Some("2026-06-01"), Some("2026-11-20")),
            "old",
        ),
        (
            row("x", 9, "approved", Some("2026-06-01"), Some("2026-11-21")),
            "x",
        ),
        // Who was held back after the approval is held back.
        (row("x", 9, "suspended", Some("2026-06-01"), None), "x"),
        (row("x", 9, "suspended", Some("2025-06-01"), None), "old"),
        // Of those that were decided at one time, the one that was written last.
        (row("x", 9, "approved", Some("2026-01-01"), None), "x"),
    ];
    for (other, kept) in cases {
        for rows in [
            vec![old.clone(), other.clone()],
            vec![other.clone(), old.clone()],
        ] {
            let found = twice(rows, now);
            assert_eq!(found.len(), 1);
            assert_eq!((&*found[0].0.id, found[0].1.len()), (kept, 1), "{other:?}");
        }
    }
    let elsewhere = Row {
        service: "t".to_owned(),
        ..old.clone()
    };
    assert_eq!(twice(vec![old, elsewhere], now), []);
}

/// A store whose rules were checked by nobody.
async fn store(subscriptions: &[(&str, Value)]) -> (tempfile::TempDir, Store) {
    let place = tempfile::tempdir().unwrap();
    let directory = DataDirectory::lock(place.path(), SystemTime::now()).unwrap();
    let store = Store::open(Arc::new(directory)).unwrap();
    let service = json!({"versions": {"v1": {"upstream": "u", "operations": {}}}});
    let mut all = vec![
        ("tenant", "t", json!({})),
        ("upstream", "u", json!({"targets": ["192.0.2.1:80"]})),
        ("service", "s", service),
        ("plan", "p", json!({"services": ["s"]})),
        ("app", "a", json!({"tenant": "t"})),
    ];
    all.extend(subscriptions.iter().map(|(id, value)| {
        let mut row = json!({"app": "a", "service": "s", "plan": "p"});
        let members = row.as_object_mut().unwrap();
        members.extend(value.as_object().unwrap().clone());
        ("subscription", *id, row)
    }));
    let changes = all
        .into_iter()
        .map(|(kind, id, value)| Change::new(Kind::new(kind).unwrap(), id, Action::Put(value)));
    let meta = ChangeMeta::local("a test", 1, "", "test");
    let unseen = |_: &Proposal<'_>| Ok::<_, ApplyError<Refusal>>(());
    store.apply(changes.collect(), meta, unseen).await.unwrap();
    (place, store)
}

#[tokio::test]
async fn a_database_with_two_subscriptions_of_an_app_to_a_service_starts() {
    let approved = json!({"state": "approved", "decided_at": "2026-01-01"});
    let (place, store) =
        store(&[("sub_1", approved), ("sub_2", json!({"state": "pending"}))]).await;
    let open = || Stored::open(store.clone(), place.path(), Keyer::new(&[7; 32]), None);
    let (stored, candidate) = open().await.unwrap();
    let kept = candidate.directory.subscription("a", "s").unwrap().clone();
    assert_eq!(&*kept.id, "sub_1");
    let [said] = stored.repaired() else {
        panic!("{:?}", stored.repaired());
    };
    assert!(said.contains("`sub_1` is kept (approved)"), "{said}");
    assert!(said.contains("`sub_2` was removed (pending)"), "{said}");
    let kind = Kind::new("subscription").unwrap();
    assert!(store.document(kind, "sub_2").await.unwrap().is_none());
    assert_eq!(open().await.unwrap().0.repaired(), [""; 0], "once");
}

#[tokio::test]
async fn what_else_is_wrong_is_said_and_nothing_is_removed() {
    let approved = json!({"state": "approved", "decided_at": "2026-01-01"});
    let broken = json!({"app": "nobody", "state": "approved"});
    let (place, store) = store(&[
        ("sub_1", approved.clone()),
        ("sub_2", approved),
        ("sub_3", broken),
    ])
    .await;
    let head = store.head();
    let opened = Stored::open(store.clone(), place.path(), Keyer::new(&[7; 32]), None).await;
    assert_eq!(opened.unwrap_err().code, "configuration");
    assert_eq!(store.head(), head);
}
