use serde_json::json;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::sync::Arc;
use std::time::SystemTime;

use super::*;
use crate::conformance::{apply, delete, put};
use crate::document::Document;
use crate::{DataDirectory, Store};

/// A store, its file, and a copy beside it.
fn begin() -> (tempfile::TempDir, Store, Replica) {
    let directory = tempfile::tempdir().unwrap();
    let lock = DataDirectory::lock(directory.path(), SystemTime::now()).unwrap();
    let store = Store::open(Arc::new(lock)).unwrap();
    let replica = Replica::new(directory.path(), "ours");
    (directory, store, replica)
}

fn bring_up(directory: &tempfile::TempDir, replica: &Replica) {
    let mut from = Sqlite::reader(&directory.path().join("postern.db")).unwrap();
    replica.bring_up(&mut from).unwrap();
}

fn everything(replica: &Replica) -> (Head, Vec<Document>) {
    let (mut sqlite, head) = replica.open().unwrap().expect("there is a copy");
    let transaction = sqlite.begin(Access::Read).unwrap();
    let mut all = Vec::new();
    let mut take = |document| {
        all.push(document);
        Ok(())
    };
    transaction
        .documents(&Scope::Everything, &mut take)
        .unwrap();
    (head, all)
}

#[tokio::test]
async fn a_copy_is_made_and_brought_up_to_date() {
    let (directory, store, replica) = begin();
    assert!(replica.open().unwrap().is_none());
    apply(
        &store,
        vec![put("app", "a", json!({})), put("plan", "p", json!({}))],
    )
    .await;
    bring_up(&directory, &replica);
    let now = store.documents_now(Scope::Everything).await.unwrap();
    assert_eq!(everything(&replica), now);
    apply(
        &store,
        vec![delete("app", "a"), put("plan", "q", json!({"n": 1}))],
    )
    .await;
    apply(&store, vec![put("plan", "q", json!({"n": 2}))]).await;
    bring_up(&directory, &replica);
    let now = store.documents_now(Scope::Everything).await.unwrap();
    assert_eq!(everything(&replica), now);
    let mode = fs::metadata(&replica.path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn a_copy_of_another_database_or_a_broken_one_is_made_anew() {
    let (directory, store, replica) = begin();
    apply(&store, vec![put("app", "a", json!({}))]).await;
    bring_up(&directory, &replica);
    store.set_meta(DATABASE, "another").await.unwrap();
    let before = fs::metadata(&replica.path).unwrap();
    bring_up(&directory, &replica);
    let after = fs::metadata(&replica.path).unwrap();
    assert_ne!(before.ino(), after.ino());
    fs::write(&replica.path, "broken").unwrap();
    bring_up(&directory, &replica);
    assert_eq!(
        everything(&replica),
        store.documents_now(Scope::Everything).await.unwrap()
    );
}

#[tokio::test]
async fn a_copy_of_another_installation_is_refused() {
    let (directory, store, replica) = begin();
    apply(&store, vec![put("app", "a", json!({}))]).await;
    bring_up(&directory, &replica);
    let other = Replica::new(directory.path(), "theirs");
    assert!(matches!(other.open(), Err(StoreError::KeyDiffers { .. })));
}
