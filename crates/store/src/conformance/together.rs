//! Several at once.

use std::sync::mpsc;
use std::time::Duration;

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

pub(crate) async fn long_reads_keep_no_others_waiting(fixture: &impl Fixture) {
    let store = fixture.open();
    apply(&store, vec![put("app", "a", json!({}))]).await;
    // Who takes these backups takes nothing for now.
    let (begun, begins) = mpsc::channel();
    let takers: Vec<_> = (0..3)
        .map(|_| {
            let (store, begun) = (store.clone(), begun.clone());
            let (go, gone) = mpsc::channel::<()>();
            let sink = move |_| {
                let _ = begun.send(());
                // Until the other end is dropped.
                let _ = gone.recv();
                true
            };
            (go, tokio::spawn(async move { store.backup(7, sink).await }))
        })
        .collect();
    tokio::task::spawn_blocking(move || begins.recv())
        .await
        .unwrap()
        .unwrap();
    let checking = {
        let store = store.clone();
        tokio::spawn(async move { store.verify_chain(None).await })
    };
    let others = async {
        store.document(kind("app"), "a").await.unwrap().unwrap();
        assert_eq!(store.note_get("session", "k", 0).await.unwrap(), None);
        let look = |proposal: &crate::Proposal<'_>| Ok::<_, ApplyError<()>>(proposal.head());
        assert_eq!(store.inspect(look).await.unwrap(), store.head());
        let (_, apps) = store.documents_now(Scope::Everything).await.unwrap();
        assert_eq!(apps.len(), 1);
        apply(&store, vec![put("app", "b", json!({}))]).await;
    };
    let soon = tokio::time::timeout(Duration::from_secs(20), others).await;
    // All go on before any is waited for: whichever is under way keeps the others.
    let (going, taking): (Vec<_>, Vec<_>) = takers.into_iter().unzip();
    drop(going);
    for one in taking {
        one.await.unwrap().unwrap();
    }
    assert_eq!(checking.await.unwrap().unwrap().fault, None);
    soon.expect("nobody waits for them");
}
