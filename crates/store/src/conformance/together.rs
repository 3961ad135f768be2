//! Several at once.

use serde_json::json;

use super::{Fixture, apply, kind, merge, meta, put, try_apply};
use crate::{ApplyError, Expect, Scope};

pub(crate) async fn appliers_wait_for_each_other(fixture: &impl Fixture) {
    const APPLIERS: u64 = 12;
    const TIMES: u64 = 10;
    let store = fixture.open();
    apply(&store, vec![put("app", "counter", json!({"n": 0}))]).await;
    let appliers: Vec<_> = (0..APPLIERS)
        .map(|applier| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut done = 0;
                while done < TIMES {
                    let counter = store
                        .document(kind("app"), "counter")
                        .await
                        .unwrap()
                        .unwrap();
                    let n = counter.value().unwrap()["n"].as_u64().unwrap() + 1;
                    let rules = format!("r{applier}-{done}");
                    let changes = vec![
                        merge("app", "counter", json!({ "n": n }))
                            .expecting(Expect::Version(counter.version)),
                        put("plan", &rules, json!({ "n": n })),
                    ];
                    match try_apply(&store, changes).await {
                        Ok(_) => done += 1,
                        Err(ApplyError::Conflict { .. }) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
            })
        })
        .collect();
    for applier in appliers {
        applier.await.unwrap();
    }
    let head = store.head();
    assert_eq!(head.sequence, APPLIERS * TIMES + 1);
    assert_eq!(head.revision.number, APPLIERS * TIMES);
    let counter = store.document(kind("app"), "counter").await.unwrap();
    assert_eq!(&*counter.unwrap().json, r#"{"n":120}"#);
    let (_, plans) = store
        .documents_now(Scope::Kind(kind("plan")))
        .await
        .unwrap();
    assert_eq!(plans.len(), 120);
}

pub(crate) async fn watchers_are_told(fixture: &impl Fixture) {
    let store = fixture.open();
    let mut watch = store.watch();
    apply(&store, vec![put("app", "a", json!({}))]).await;
    watch.changed().await.unwrap();
    assert_eq!(*watch.borrow_and_update(), store.head());
    // Nothing changes, so there is nothing to tell.
    apply(&store, vec![put("app", "a", json!({}))]).await;
    assert!(!watch.has_changed().unwrap());
    // Who goes away while it waits is not needed for the rest.
    let abandoned = store.apply(vec![put("app", "b", json!({}))], meta(1), |_| {
        Ok::<(), ApplyError<()>>(())
    });
    tokio::select! {
        biased;
        _ = abandoned => {}
        () = std::future::ready(()) => {}
    }
    watch.changed().await.unwrap();
    assert_eq!(watch.borrow_and_update().sequence, 2);
}

pub(crate) async fn a_reader_sees_one_moment(fixture: &impl Fixture) {
    let store = fixture.open();
    let both = |n: u64| {
        vec![
            put("app", "a", json!({ "n": n })),
            put("plan", "z", json!({ "n": n })),
        ]
    };
    apply(&store, both(0)).await;
    let writer = {
        let store = store.clone();
        tokio::spawn(async move {
            for n in 1..=60 {
                apply(&store, both(n)).await;
            }
        })
    };
    while !writer.is_finished() {
        let (head, documents) = store.documents_now(Scope::Everything).await.unwrap();
        assert_eq!(documents[0].json, documents[1].json);
        assert_eq!(documents[0].version, head.sequence);
    }
    writer.await.unwrap();
}

pub(crate) async fn a_note_about_the_database_stays(fixture: &impl Fixture) {
    let store = fixture.open();
    assert_eq!(store.meta("demo").await.unwrap(), None);
    store.set_meta("demo", "1").await.unwrap();
    store.set_meta("demo", "2").await.unwrap();
    let head = store.head();
    assert_eq!(head.sequence, 0);
    drop(store);
    let store = fixture.open();
    assert_eq!(store.meta("demo").await.unwrap().as_deref(), Some("2"));
}
