//! Measurements, for people to read.

use std::time::{Duration, Instant};

use serde_json::json;

use super::Directory;
use crate::conformance::{Fixture, apply, kind, put};
use crate::{Change, Scope};

fn credential(n: u32) -> Change {
    let value = json!({
        "app": format!("app{}", n % 1_000),
        "environment": "production",
        "hmac": format!("{n:064x}"),
        "scopes": ["partners:read", "partners:write"],
    });
    put(
        "credential",
        &format!("key_{:016x}", n.wrapping_mul(2_654_435_761)),
        value,
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures; run with --nocapture, in a release build"]
async fn measure_a_hundred_thousand_credentials() {
    const ALL: u32 = 100_000;
    const SOME: u32 = 2_000;
    let per = |took: Duration, count: u32| took / count;
    let directory = Directory::new().unwrap();
    let store = directory.open();

    let started = Instant::now();
    apply(&store, (0..ALL).map(credential).collect()).await;
    let took = started.elapsed();
    println!(
        "insert {ALL} in one change set: {took:?}, {:?} each",
        per(took, ALL)
    );

    let started = Instant::now();
    for n in ALL..ALL + SOME {
        apply(&store, vec![credential(n)]).await;
    }
    let took = started.elapsed();
    println!(
        "insert {SOME} one by one, synced: {:?} each",
        per(took, SOME)
    );

    let started = Instant::now();
    for n in 0..SOME {
        let id = credential(n * 31).id;
        let found = store.document(kind("credential"), &id).await.unwrap();
        assert!(found.is_some());
    }
    println!("look up: {:?} each", per(started.elapsed(), SOME));

    let started = Instant::now();
    let (_, count) = store
        .fold(Scope::Everything, 0_u32, |count, _| *count += 1)
        .await
        .unwrap();
    assert_eq!(count, ALL + SOME);
    println!("read all: {:?} each", per(started.elapsed(), count));

    let started = Instant::now();
    drop(store);
    let store = directory.open();
    println!("close and open: {:?}", started.elapsed());
    assert_eq!(store.head().sequence, u64::from(SOME) + 1);
}
