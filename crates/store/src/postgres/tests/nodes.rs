//! Several nodes on one database.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use serde_json::json;

use super::{Node, open};
use crate::conformance::{Fixture, Result, apply, kind, merge, meta, put};
use crate::{ApplyError, DataDirectory, Scope, Shared, Store};

/// Another node's directory, with the same key.
fn beside(node: &Node) -> tempfile::TempDir {
    let other = tempfile::tempdir().unwrap();
    let key = "installation.key";
    fs::copy(node.directory.path().join(key), other.path().join(key)).unwrap();
    other
}

fn open_checking(path: &Path, url: &str, check: Duration) -> Store {
    let directory = Arc::new(DataDirectory::lock(path, SystemTime::now()).unwrap());
    let mut shared = Shared::new(url.parse().unwrap());
    shared.check = check;
    let key = directory.shared_key(None, &shared.address).unwrap();
    Store::open_shared(directory, &key, &shared).unwrap()
}

async fn hears(store: &Store, sequence: u64) -> Duration {
    let begun = Instant::now();
    let mut watch = store.watch();
    let heard = watch.wait_for(|head| head.sequence == sequence);
    let heard = tokio::time::timeout(Duration::from_secs(5), heard).await;
    heard.expect("it hears of it").unwrap();
    begun.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_hears_of_what_another_changed() {
    let Some(node) = Node::new() else { return };
    let one = node.open();
    let directory = beside(&node);
    // The check alone would be too late.
    let hour = Duration::from_hours(1);
    let two = open_checking(directory.path(), &node.server.url(), hour);
    // Until it listens, nothing can be heard.
    tokio::time::sleep(Duration::from_millis(500)).await;
    apply(&one, vec![put("app", "a", json!({"n": 1}))]).await;
    assert!(hears(&two, 1).await < Duration::from_secs(1));
    let seen = two
        .inspect(|proposal| Ok::<_, ApplyError<()>>((proposal.head(), proposal.since(0)?)))
        .await
        .unwrap();
    assert_eq!(seen.0, one.head());
    assert_eq!(seen.1.unwrap()[0].after.as_deref(), Some(r#"{"n":1}"#));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_hears_nothing_looks() {
    let Some(node) = Node::new() else { return };
    let one = node.open();
    // What tells nobody.
    node.server.run("UPDATE postern.head SET sequence = 7");
    assert!(hears(&one, 7).await < Duration::from_secs(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_writes_at_a_time() {
    let Some(node) = Node::new() else { return };
    let one = node.open();
    let directory = beside(&node);
    let two = open(directory.path(), &node.server.url()).unwrap();
    apply(&one, vec![put("plan", "p", json!({"n": 0}))]).await;
    let tasks: Vec<_> = [one.clone(), two.clone(), one.clone(), two.clone()]
        .into_iter()
        .map(|store| {
            tokio::spawn(async move {
                for _ in 0..20 {
                    let document = store.document(kind("plan"), "p").await.unwrap().unwrap();
                    let n = document.value().unwrap()["n"].as_u64().unwrap();
                    // Whoever was quicker makes this a conflict.
                    let expect = crate::Expect::Version(document.version);
                    let change = merge("plan", "p", json!({"n": n + 1})).expecting(expect);
                    let done: Result<_> = store.apply(vec![change], meta(1), |_| Ok(())).await;
                    match done {
                        Ok(_) | Err(ApplyError::Conflict { .. }) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let document = one.document(kind("plan"), "p").await.unwrap().unwrap();
    let n = document.value().unwrap()["n"].as_u64().unwrap();
    assert_eq!(document.version, n + 1, "no update was lost");
    let (head, _) = one.documents_now(Scope::Everything).await.unwrap();
    assert_eq!((head.sequence, head.revision.number), (n + 1, n + 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_begins_with_its_copy_and_catches_up() {
    let Some(mut node) = Node::new() else { return };
    let store = node.open();
    for n in 0..3 {
        let id = format!("a{n}");
        apply(
            &store,
            vec![
                put("app", &id, json!({ "n": n })),
                put("plan", "p", json!({ "n": n })),
            ],
        )
        .await;
        store.keep();
    }
    let (head, documents) = store.documents_now(Scope::Everything).await.unwrap();
    drop(store);
    node.server.stop();

    let store = node.open();
    assert_eq!(store.head(), head);
    assert!(store.contact().unwrap().borrow().error.is_some());
    let copy = store
        .inspect_copy(|proposal| {
            let mut all = Vec::new();
            proposal.documents(&Scope::Everything, |document| all.push(document))?;
            Ok::<_, ApplyError<()>>((proposal.head(), all))
        })
        .await
        .unwrap();
    assert_eq!(copy, Some((head, documents)));
    node.server.resume();
    let mut contact = store.contact().unwrap();
    let back = contact.wait_for(|contact| contact.error.is_none());
    let back = tokio::time::timeout(Duration::from_secs(5), back).await;
    assert!(back.unwrap().unwrap().last.is_some());
    let next = apply(&store, vec![put("app", "late", json!({}))]).await;
    assert_eq!(next.sequence, head.sequence + 1);
}
