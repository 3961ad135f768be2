//! A writer that is killed: what it said was done is done, and nothing is half done.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;

use super::{Node, open};
use crate::conformance::{Fixture, apply, kind, put};
use crate::{ChangeFilter, Class, Order, Scope};

const TASKS: u64 = 4;

/// Writes until it is killed, and prints what is done.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the process that the test below kills"]
async fn the_writer() {
    let Ok(url) = std::fs::read_to_string("killed-on-purpose") else {
        return;
    };
    let store = open(Path::new("data"), &url).unwrap();
    let start = store.head().sequence;
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let store = store.clone();
            tokio::spawn(async move {
                for n in start + 1.. {
                    let id = format!("t{task}");
                    let done = apply(
                        &store,
                        vec![
                            put("app", &id, json!({ "n": n })),
                            put("plan", &id, json!({ "n": n, "more": "x".repeat(3_000) })),
                        ],
                    )
                    .await;
                    println!("done {task} {n} {}", done.sequence);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

/// Kills the writer after so many change sets. Returns what each task said last, and the last
/// sequence number anyone said.
fn write_and_kill(directory: &Path, after: usize) -> (BTreeMap<u64, u64>, u64) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "postgres::tests::crash::the_writer"])
        .args(["--ignored", "--nocapture"])
        .current_dir(directory)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut done = BTreeMap::new();
    let mut newest = 0;
    let mut lines = 0;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        // The harness prints the test's name before the first line.
        let Some((_, numbers)) = line.split_once("done ") else {
            continue;
        };
        let numbers: Vec<u64> = numbers
            .split(' ')
            .map_while(|number| number.parse().ok())
            .collect();
        // The last line may be cut.
        let [task, n, sequence] = numbers[..] else {
            continue;
        };
        done.insert(task, n);
        newest = newest.max(sequence);
        lines += 1;
        if lines == after {
            child.kill().unwrap();
        }
    }
    let status = child.wait().unwrap();
    assert!(!status.success(), "it was killed");
    assert!(lines >= after);
    (done, newest)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_writer_loses_nothing_and_leaves_nothing_half_done() {
    let Some(node) = Node::new() else { return };
    let (directory, url) = (&node.directory, node.server.url());
    std::fs::write(directory.path().join("killed-on-purpose"), &url).unwrap();
    for after in [1, 23, 90, 7] {
        let (done, newest) = write_and_kill(directory.path(), after);
        let store = open(&directory.path().join("data"), &url).unwrap();
        let head = store.head();
        assert!(head.sequence >= newest);
        assert_eq!(head.revision.number, head.sequence);

        let (_, documents) = store.documents_now(Scope::Everything).await.unwrap();
        assert_eq!(documents.len() % 2, 0);
        let (apps, plans) = documents.split_at(documents.len() / 2);
        for (app, plan) in apps.iter().zip(plans) {
            assert_eq!((app.kind.as_str(), plan.kind.as_str()), ("app", "plan"));
            assert_eq!((&app.id, app.version), (&plan.id, plan.version));
            assert_eq!(app.value().unwrap()["n"], plan.value().unwrap()["n"]);
        }
        for (task, n) in done {
            let id = format!("t{task}");
            let app = store.document(kind("app"), &id).await.unwrap().unwrap();
            let found = app.value().unwrap()["n"].as_u64().unwrap();
            assert!(found >= n, "task {task} said {n}, and {found} is stored");
        }

        let every = ChangeFilter {
            kind: None,
            id: None,
            since_ms: None,
            from: None,
            order: Order::OldestFirst,
            limit: usize::MAX,
        };
        let log = store.changes(every).await.unwrap();
        assert_eq!(u64::try_from(log.len()).unwrap(), 2 * head.sequence);
        let (revision, then) = store
            .documents_at(head.revision.number)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(revision, head.revision);
        let (_, now) = store
            .documents_now(Scope::Class(Class::Rules))
            .await
            .unwrap();
        assert_eq!(then, now);
    }
}
