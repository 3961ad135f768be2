//! The past.

use std::collections::BTreeMap;

use serde_json::json;

use super::{Fixture, apply, delete, kind, meta, put};
use crate::{
    ApplyError, Change, ChangeFilter, Class, Kind, Order, Pruned, Revision, RowAt, Scope, Store,
};

pub(super) const EVERY_CHANGE: ChangeFilter = ChangeFilter {
    kind: None,
    id: None,
    since_ms: None,
    from: None,
    order: Order::OldestFirst,
    limit: usize::MAX,
};

pub(crate) async fn the_hash_is_of_the_content_alone(fixture: &impl Fixture) {
    let store = fixture.open();
    let one = apply(&store, vec![put("plan", "p", json!({"n": 1}))]).await;
    let two = apply(&store, vec![put("plan", "p", json!({"n": 2}))]).await;
    let again = apply(&store, vec![put("plan", "p", json!({"n": 1}))]).await;
    let hash = |revision: Option<Revision>| revision.unwrap().hash;
    assert_ne!(hash(one.revision), hash(two.revision));
    assert_eq!(hash(one.revision), hash(again.revision));
    let moved = vec![delete("plan", "p"), put("plan", "q", json!({"n": 1}))];
    let moved = apply(&store, moved).await;
    assert_ne!(hash(one.revision), hash(moved.revision));
    // SHA-256 of `plan`, NUL, `q`, NUL, SHA-256 of `{"n":1}`: written down, so that a change of the
    // form does not go unseen.
    assert_eq!(moved.revision.unwrap().to_string(), "4 (45aa3c)");
}

pub(super) type Documents = BTreeMap<(Kind, String), String>;

/// A history made from small numbers, and what should be there after every change set.
pub(super) async fn live(store: &Store, sets: u64) -> Vec<(u64, Documents)> {
    let mut state = 7_u64;
    let mut random = move |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let kinds = ["service", "plan", "app", "credential"];
    let mut now = Documents::new();
    let mut past = vec![(0, now.clone())];
    for at in 1..=sets {
        let mut changes: Vec<Change> = Vec::new();
        for _ in 0..=random(3) {
            let name = kinds[usize::try_from(random(4)).unwrap()];
            let id = format!("d{}", random(4));
            if random(3) == 0 {
                now.remove(&(kind(name), id.clone()));
                changes.push(delete(name, &id));
            } else {
                let n = random(1_000);
                now.insert((kind(name), id.clone()), format!(r#"{{"n":{n}}}"#));
                changes.push(put(name, &id, json!({ "n": n })));
            }
        }
        let at_ms = i64::try_from(at).unwrap() * 1_000;
        let applied = store
            .apply(changes, meta(at_ms), |_| Ok::<(), ApplyError<()>>(()))
            .await
            .unwrap();
        if applied.sequence == u64::try_from(past.len()).unwrap() {
            past.push((store.head().revision.number, now.clone()));
        }
    }
    past
}

fn rules(documents: &Documents) -> Documents {
    documents
        .iter()
        .filter(|((kind, _), _)| kind.class() == Class::Rules)
        .map(|(key, json)| (key.clone(), json.clone()))
        .collect()
}

async fn at(store: &Store, revision: u64) -> Option<(Revision, Documents)> {
    let (revision, documents) = store.documents_at(revision).await.unwrap()?;
    let documents = documents
        .into_iter()
        .map(|document| ((document.kind, document.id.into()), document.json.into()))
        .collect();
    Some((revision, documents))
}

async fn rows_agree(store: &Store, past: &[(u64, Documents)], from: usize) {
    for (sequence, (_, documents)) in past.iter().enumerate().skip(from) {
        for name in ["service", "plan", "app", "credential"] {
            for id in ["d0", "d1", "d2", "d3"] {
                let row = store
                    .row_at(kind(name), id, u64::try_from(sequence).unwrap())
                    .await
                    .unwrap();
                let expected = documents.get(&(kind(name), id.to_owned()));
                let expected = RowAt::from(expected.map(|json| json.as_str().into()));
                assert_eq!(row, expected, "{name} `{id}` at {sequence}");
            }
        }
    }
}

pub(crate) async fn the_past_is_what_it_was(fixture: &impl Fixture) {
    let store = fixture.open();
    let past = live(&store, 180).await;
    let newest = store.head().revision.number;
    assert!(newest > 100, "{newest} revisions pass two checkpoints");
    for (number, documents) in &past {
        let (revision, found) = at(&store, *number).await.unwrap();
        assert_eq!(revision.number, *number);
        assert_eq!(found, rules(documents), "revision {number}");
    }
    assert!(at(&store, newest + 1).await.is_none());
    rows_agree(&store, &past, 0).await;

    let (_, now) = store
        .documents_now(Scope::Class(Class::Rules))
        .await
        .unwrap();
    let (revision, then) = store.documents_at(newest).await.unwrap().unwrap();
    assert_eq!((revision, then), (store.head().revision, now));

    let records = store.revisions(10..=12, 2).await.unwrap();
    let numbers: Vec<u64> = records.iter().map(|r| r.revision.number).collect();
    assert_eq!(numbers, [12, 11]);
    assert_eq!(records[0].who, "lin@example.com");
    assert_eq!(
        records[0].at_ms,
        i64::try_from(records[0].sequence).unwrap() * 1_000
    );
}

pub(crate) async fn old_revisions_and_changes_are_forgotten(fixture: &impl Fixture) {
    let store = fixture.open();
    let past = live(&store, 120).await;
    let newest = store.head().revision.number;
    let lines = store.changes(EVERY_CHANGE).await.unwrap();
    let first_kept = lines
        .iter()
        .find(|line| line.meta.at_ms >= 70_000)
        .unwrap()
        .position
        .sequence;
    let in_force = past[usize::try_from(first_kept).unwrap() - 1].0;

    let pruned = store.prune(70_000).await.unwrap();
    assert_eq!(pruned.revisions, in_force - 1);
    let left = store.changes(EVERY_CHANGE).await.unwrap();
    assert_eq!(
        u64::try_from(lines.len() - left.len()).unwrap(),
        pruned.changes
    );
    assert!(
        lines
            .iter()
            .filter(|line| line.meta.at_ms >= 70_000)
            .all(|line| left.contains(line))
    );
    for number in 1..in_force {
        assert!(at(&store, number).await.is_none(), "revision {number}");
    }
    for (number, documents) in &past {
        if *number >= in_force {
            let (_, found) = at(&store, *number).await.unwrap();
            assert_eq!(found, rules(documents), "revision {number}");
        }
    }
    let horizon = usize::try_from(first_kept).unwrap() - 1;
    rows_agree(&store, &past, horizon).await;
    let credential = |sequence| store.row_at(kind("credential"), "d0", sequence);
    assert_eq!(credential(1).await.unwrap(), RowAt::NotKept);

    // A second time there is nothing left to forget, and history goes on.
    let again = store.prune(70_000).await.unwrap();
    assert_eq!(
        again,
        Pruned {
            changes: 0,
            revisions: 0
        }
    );
    let next = apply(&store, vec![put("plan", "d0", json!({"n": "new"}))]).await;
    assert_eq!(next.revision.unwrap().number, newest + 1);
    assert!(at(&store, newest + 1).await.is_some());
}

pub(crate) async fn the_newest_two_revisions_are_never_forgotten(fixture: &impl Fixture) {
    let store = fixture.open();
    for n in 1..=3 {
        apply(&store, vec![put("plan", "p", json!({ "n": n }))]).await;
        apply(&store, vec![put("app", "a", json!({ "n": n }))]).await;
    }
    let pruned = store.prune(i64::MAX).await.unwrap();
    // Of revision 1 its change; of the directory all three.
    assert_eq!(
        pruned,
        Pruned {
            changes: 4,
            revisions: 1
        }
    );
    let kept = store.revisions(0..=u64::MAX, 10).await.unwrap();
    let kept: Vec<u64> = kept.iter().map(|r| r.revision.number).collect();
    assert_eq!(kept, [3, 2]);
    assert!(at(&store, 2).await.is_some() && at(&store, 3).await.is_some());
    let app = |sequence| store.row_at(kind("app"), "a", sequence);
    assert_eq!(app(5).await.unwrap(), RowAt::NotKept);
    assert_eq!(app(6).await.unwrap(), RowAt::Present(r#"{"n":3}"#.into()));
    // One revision alone is the newest.
    assert_eq!(store.head().sequence, 6);
}

pub(crate) async fn the_log_is_filtered_and_paged(fixture: &impl Fixture) {
    let store = fixture.open();
    live(&store, 40).await;
    let all = store.changes(EVERY_CHANGE).await.unwrap();
    assert!(all.len() > 40);
    assert!(all.is_sorted_by_key(|line| line.position));
    for line in &all {
        let meta = &line.meta;
        assert_eq!(meta.comment, format!("at {}", meta.at_ms));
        assert_eq!((&*meta.who, &*meta.source), ("lin@example.com", "test"));
        assert_ne!(line.entry.before, line.entry.after);
    }

    for order in [Order::OldestFirst, Order::NewestFirst] {
        let mut paged = Vec::new();
        loop {
            let from = paged.last().map(|line: &crate::LoggedChange| line.position);
            let filter = ChangeFilter {
                from,
                order,
                limit: 7,
                ..EVERY_CHANGE
            };
            let page = store.changes(filter).await.unwrap();
            if page.is_empty() {
                break;
            }
            assert!(page.len() <= 7);
            paged.extend(page);
        }
        if order == Order::NewestFirst {
            paged.reverse();
        }
        assert_eq!(paged, all);
    }

    let filter = ChangeFilter {
        kind: Some(kind("plan")),
        id: Some("d1".into()),
        since_ms: Some(10_000),
        ..EVERY_CHANGE
    };
    let found = store.changes(filter).await.unwrap();
    let expected: Vec<_> = all
        .iter()
        .filter(|line| {
            line.entry.kind == kind("plan") && &*line.entry.id == "d1" && line.meta.at_ms >= 10_000
        })
        .cloned()
        .collect();
    assert!(!expected.is_empty());
    assert_eq!(found, expected);
}
