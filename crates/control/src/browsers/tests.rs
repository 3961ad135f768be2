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

fn session(n: usize) -> Value {
    let token = json!({"issuer": "login", "client": "web"});
    json!({"n": n, "service": "shop", "token": token, "ends_at": (NOW + HOUR) / 1000})
}

fn signed_out() -> Ending {
    How::SignedOut.into()
}

/// Those that were ended within a minute.
async fn lately(all: &BrowserSessions, now_ms: i64) -> Vec<String> {
    let ended = all.ended_lately(60_000, now_ms).await.unwrap();
    ended.into_iter().map(|(key, _)| key).collect()
}

async fn put(all: &BrowserSessions, n: usize, whose: &str, now_ms: i64) -> Vec<String> {
    let session = session(n);
    let key = key(n);
    let whose = Whose {
        person: whose.to_owned(),
        at_provider: n.is_multiple_of(2).then(|| format!("at {whose}")),
    };
    let put = all.put(&key, &whose, session, now_ms + HOUR, now_ms);
    put.await.unwrap()
}

#[tokio::test]
async fn a_session_outlives_the_process_and_ends_by_itself_or_by_somebody() {
    let (_folder, directory) = place();
    let all = BrowserSessions::new(None, directory.clone());
    assert_eq!(lately(&all, NOW).await, Vec::<String>::new());
    let database = directory.path().join("postern.db");
    assert!(!database.exists(), "nobody was signed in");
    put(&all, 1, "lin", NOW).await;
    put(&all, 2, "lin", NOW).await;
    drop(all);
    let all = BrowserSessions::new(None, directory);
    let get = async |n, now| all.get(&key(n), now).await.unwrap();
    assert_eq!(get(1, NOW).await, Some(session(1)));
    assert_eq!(get(1, NOW + HOUR).await, None, "its time is over");
    let end = async || all.end(&key(2), &signed_out(), NOW + 1).await.unwrap();
    assert!(end().await);
    assert!(!end().await);
    assert_eq!(get(2, NOW + 1).await, None);
    assert_eq!(lately(&all, NOW + 2).await, [key(2)]);
    // A node whose clock is behind learns of it too; after a while everybody knows.
    assert_eq!(lately(&all, NOW - 30_000).await, [key(2)]);
    assert!(lately(&all, NOW + 70_000).await.is_empty());
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
        let from = if from["n"] == 1 { session(1) } else { from };
        let key = key(1);
        let swapped = all.swap(&key, &from, to, NOW + 2 * HOUR, NOW);
        swapped.await.unwrap()
    };
    assert!(!swap(json!({"n": 7}), json!({"n": 8})).await);
    assert!(swap(json!({"n": 1}), json!({"n": 2})).await);
    assert!(!swap(json!({"n": 1}), json!({"n": 3})).await);
    let found = all.get(&key(1), NOW + HOUR).await.unwrap();
    assert_eq!(found, Some(json!({"n": 2})), "it lasts longer now");
    all.end(&key(1), &signed_out(), NOW).await.unwrap();
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
    assert_eq!(lately(&all, now).await.len(), 2);
}

#[tokio::test]
async fn how_sessions_ended_is_told_for_a_while() {
    let (_folder, directory) = place();
    let all = BrowserSessions::new(None, directory);
    for n in 0..1200 {
        put(&all, n, &format!("person {n}"), NOW).await;
    }
    let kept = all.list(None, 1100, NOW).await.unwrap();
    let ending = Ending {
        how: How::Revoked,
        by: Some("ann".to_owned()),
        reason: Some("left".to_owned()),
    };
    let ended = all.end_all(&kept, &ending, NOW + 1).await.unwrap();
    assert_eq!(ended.len(), 1100);
    assert_eq!(all.list(None, 1100, NOW + 1).await.unwrap().len(), 100);
    let mut told = lately(&all, NOW + 2).await;
    told.sort();
    let keys: Vec<String> = kept.iter().map(|one| one.key.clone()).collect();
    assert_eq!(told, keys, "other nodes learn of each");
    // They count for nothing any more: another one of the same person ends none.
    assert!(put(&all, 5000, "person 7", NOW + 2).await.is_empty());
    let how = all.ended(&key(7), NOW + 2).await.unwrap().unwrap();
    assert_eq!(how.service, "shop");
    let closed = Closed {
        at: NOW / 1000,
        how: How::Revoked,
        by: Some("ann".into()),
        reason: Some("left".into()),
        issuer: "login".into(),
        client: Some("web".into()),
    };
    assert_eq!(how.closed, closed);
    let prefix = &key(7);
    assert!(all.like(prefix, NOW + 2).await.unwrap().is_none());
    assert!(all.ended_like(prefix, NOW + 2).await.unwrap().is_some());
    let after = NOW + 2 + HOUR;
    assert_eq!(all.ended(&key(7), after).await.unwrap(), None);
}

#[tokio::test]
async fn sessions_are_found_by_whose_they_are() {
    let (_folder, directory) = place();
    let all = BrowserSessions::new(None, directory);
    for n in 0..4 {
        put(&all, n, "lin", NOW).await;
        put(&all, 10 + n, "kim", NOW).await;
    }
    let of = async |at_provider: Option<&str>| {
        let whose = Whose {
            person: "lin".to_owned(),
            at_provider: at_provider.map(str::to_owned),
        };
        let found = all.of(&whose, NOW).await.unwrap();
        let mut keys: Vec<String> = found.into_iter().map(|one| one.key).collect();
        keys.sort();
        keys
    };
    assert_eq!(of(None).await, [0, 1, 2, 3].map(key));
    assert_eq!(of(Some("at lin")).await, [0, 2].map(key));
    assert_eq!(of(Some("at")).await, Vec::<String>::new());
    all.end(&key(2), &signed_out(), NOW).await.unwrap();
    assert_eq!(of(None).await, [0, 1, 3].map(key));
    assert_eq!(of(Some("at lin")).await, [key(0)]);
    // What is kept longer is found longer.
    let kept = all.get(&key(0), NOW).await.unwrap().unwrap();
    let first = key(0);
    let swap = all.swap(&first, &kept, session(7), NOW + 3 * HOUR, NOW);
    assert!(swap.await.unwrap());
    let whose = Whose {
        person: "lin".to_owned(),
        at_provider: Some("at lin".to_owned()),
    };
    let later = all.of(&whose, NOW + 2 * HOUR).await.unwrap();
    assert_eq!(later.len(), 1);
}
