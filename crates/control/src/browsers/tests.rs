//! Sessions that are kept, counted and ended.

use super::*;
use std::time::SystemTime;

const NOW: i64 = 1_800_000_000_000;
const HOUR: i64 = 3_600_000;

fn place() -> (tempfile::TempDir, Arc<DataDirectory>) {
    let folder = tempfile::tempdir().unwrap();
    let directory = DataDirectory::lock(folder.path(), SystemTime::now()).unwrap();
    (folder, Arc::new(directory))
}

fn key(n: usize) -> String {
    format!("{n:064x}")
}

async fn put(all: &BrowserSessions, n: usize, whose: &str, now_ms: i64) -> Vec<String> {
    let session = json!({ "n": n });
    let key = key(n);
    let put = all.put(&key, whose, session, now_ms + HOUR, now_ms);
    put.await.unwrap()
}

#[tokio::test]
async fn a_session_outlives_the_process_and_ends_by_itself_or_by_somebody() {
    let (_folder, directory) = place();
    let all = BrowserSessions::new(None, directory.clone());
    assert_eq!(all.ended_lately(NOW).await.unwrap(), Vec::<String>::new());
    let database = directory.path().join("postern.db");
    assert!(!database.exists(), "nobody was signed in");
    put(&all, 1, "lin", NOW).await;
    put(&all, 2, "lin", NOW).await;
    drop(all);
    let all = BrowserSessions::new(None, directory);
    let get = async |n, now| all.get(&key(n), now).await.unwrap();
    assert_eq!(get(1, NOW).await, Some(json!({"n": 1})));
    assert_eq!(get(1, NOW + HOUR).await, None, "its time is over");
    assert!(all.end(&key(2), NOW + 1).await.unwrap());
    assert!(!all.end(&key(2), NOW + 1).await.unwrap());
    assert_eq!(get(2, NOW + 1).await, None);
    assert_eq!(all.ended_lately(NOW + 2).await.unwrap(), [key(2)]);
    // A node whose clock is behind learns of it too; after a while everybody knows.
    assert_eq!(all.ended_lately(NOW - 30_000).await.unwrap(), [key(2)]);
    let later = all.ended_lately(NOW + 70_000).await.unwrap();
    assert!(later.is_empty());
    let listed = all.list(None, 10, NOW + 2).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].key, key(1));
}

#[tokio::test]
async fn what_changes_meanwhile_is_not_overwritten() {
    let (_folder, directory) = place();
    let all = BrowserSessions::new(None, directory);
    put(&all, 1, "lin", NOW).await;
    let swap = async |from: Value, to: Value| {
        let key = key(1);
        let swapped = all.swap(&key, &from, to, NOW + 2 * HOUR, NOW);
        swapped.await.unwrap()
    };
    assert!(!swap(json!({"n": 7}), json!({"n": 8})).await);
    assert!(swap(json!({"n": 1}), json!({"n": 2})).await);
    assert!(!swap(json!({"n": 1}), json!({"n": 3})).await);
    let found = all.get(&key(1), NOW + HOUR).await.unwrap();
    assert_eq!(found, Some(json!({"n": 2})), "it lasts longer now");
    all.end(&key(1), NOW).await.unwrap();
    assert!(
        !swap(json!({"n": 2}), json!({"n": 3})).await,
        "it has ended"
    );
}

#[tokio::test]
async fn whoever_has_too_many_loses_the_oldest() {
    let (_folder, directory) = place();
    let all = BrowserSessions::new(None, directory);
    for n in 0..MOST {
        let now = NOW + i64::try_from(n).unwrap();
        assert!(put(&all, n, "lin", now).await.is_empty());
        put(&all, 1000 + n, "kim", now).await;
    }
    let now = NOW + 1000;
    assert_eq!(put(&all, 500, "lin", now).await, [key(0)]);
    assert_eq!(put(&all, 501, "lin", now).await, [key(1)]);
    assert_eq!(all.get(&key(0), now).await.unwrap(), None);
    assert!(all.get(&key(2), now).await.unwrap().is_some());
    assert!(
        all.get(&key(1000), now).await.unwrap().is_some(),
        "another's"
    );
    assert_eq!(all.ended_lately(now).await.unwrap().len(), 2);
}
