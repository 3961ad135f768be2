mod crash;
mod nodes;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use serde_json::json;

use super::server::Server;
use crate::conformance::{Fixture, apply, conformance, kind, put};
use crate::{DataDirectory, Scope, Shared, Store, StoreError};

/// A database and one node's directory.
pub(super) struct Node {
    pub(super) server: Server,
    pub(super) directory: tempfile::TempDir,
}

impl Fixture for Node {
    fn new() -> Option<Self> {
        Some(Self {
            server: Server::start()?,
            directory: tempfile::tempdir().unwrap(),
        })
    }

    fn open(&self) -> Store {
        open(self.directory.path(), &self.server.url()).unwrap()
    }

    fn tamper(&self, sql: &str) {
        self.server
            .run(&format!("SET search_path = postern; {sql}"));
    }
}

conformance!(Node);

pub(super) fn open(path: &Path, url: &str) -> Result<Store, StoreError> {
    let directory = Arc::new(DataDirectory::lock(path, SystemTime::now())?);
    let shared = Shared::new(url.parse()?);
    let key = directory.shared_key(None, &shared.address)?;
    Store::open_shared(directory, &key, &shared)
}

#[test]
fn a_schema_of_something_else_is_refused_and_left_alone() {
    let Some(node) = Node::new() else { return };
    node.server
        .run("CREATE SCHEMA postern; CREATE TABLE postern.bookmarks (url TEXT)");
    let error = open(node.directory.path(), &node.server.url()).unwrap_err();
    assert!(matches!(error, StoreError::ForeignSchema { .. }), "{error}");
    let tables = "SELECT string_agg(relname, ',') FROM pg_class WHERE relnamespace = 'postern'::regnamespace";
    assert_eq!(node.server.run(tables), "bookmarks");
}

#[tokio::test]
async fn an_empty_schema_that_somebody_made_is_used() {
    let Some(node) = Node::new() else { return };
    node.server.run("CREATE SCHEMA postern");
    let store = node.open();
    apply(&store, vec![put("app", "a", json!({}))]).await;
}

#[tokio::test]
async fn a_newer_schema_is_refused_also_while_running() {
    let Some(node) = Node::new() else { return };
    let store = node.open();
    apply(&store, vec![put("app", "a", json!({}))]).await;
    node.server
        .run("UPDATE postern.schema_version SET version = 4711");
    let error = crate::conformance::try_apply(&store, vec![put("app", "b", json!({}))]).await;
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("schema version 4711")
    );
    drop(store);
    let error = open(node.directory.path(), &node.server.url()).unwrap_err();
    assert!(
        matches!(error, StoreError::Newer { found: 4711, .. }),
        "{error}"
    );
}

#[test]
fn nodes_need_the_same_key() {
    let Some(node) = Node::new() else { return };
    drop(node.open());
    let other = tempfile::tempdir().unwrap();
    let error = open(other.path(), &node.server.url()).unwrap_err();
    assert!(matches!(error, StoreError::KeyElsewhere { .. }), "{error}");
    assert!(!other.path().join("installation.key").exists());

    let key = other.path().join("installation.key");
    fs::copy(node.directory.path().join("installation.key"), &key).unwrap();
    drop(open(other.path(), &node.server.url()).unwrap());
    fs::write(&key, [7; 32]).unwrap();
    let error = open(other.path(), &node.server.url()).unwrap_err();
    assert!(matches!(error, StoreError::KeyDiffers { .. }), "{error}");
}

#[tokio::test]
async fn a_database_that_is_away_is_named() {
    let Some(mut node) = Node::new() else { return };
    let store = node.open();
    apply(&store, vec![put("app", "a", json!({}))]).await;
    node.server.stop();
    let change = || vec![put("app", "b", json!({}))];
    let error = crate::conformance::try_apply(&store, change())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("is away"), "{error}");
    let error = store.document(kind("app"), "a").await.unwrap_err();
    assert!(matches!(error, StoreError::Away { .. }), "{error}");
    node.server.resume();
    assert_eq!(apply(&store, change()).await.sequence, 2);
    let (_, documents) = store.documents_now(Scope::Everything).await.unwrap();
    assert_eq!(documents.len(), 2);
}

#[test]
fn a_start_without_database_and_copy_fails() {
    let Some(mut node) = Node::new() else { return };
    drop(node.open());
    node.server.stop();
    let error = open(node.directory.path(), &node.server.url()).unwrap_err();
    assert!(matches!(error, StoreError::Away { .. }), "{error}");
}

mod migrations {
    use super::super::migrate::migrate;
    use super::super::session::runtime;
    use super::super::{Address, on_a_thread};
    use super::{Node, Server, StoreError};

    const STEPS: [&str; 3] = [
        "CREATE TABLE a (x INT); INSERT INTO a VALUES (1)",
        "ALTER TABLE a ADD COLUMN y INT; UPDATE a SET y = x + 1",
        "CREATE TABLE b AS SELECT x + y AS z FROM a",
    ];

    fn run(server: &Server, steps: &[&str]) -> Result<(), StoreError> {
        let address: Address = server.url().parse().unwrap();
        on_a_thread(|| {
            let runtime = runtime(&address)?;
            runtime.block_on(async {
                let connecting = address.config.connect(tokio_postgres::NoTls).await;
                let (mut client, connection) = connecting.unwrap();
                tokio::spawn(connection);
                client
                    .batch_execute("SET search_path = postern")
                    .await
                    .unwrap();
                migrate(&mut client, &address, steps).await
            })
        })
    }

    #[test]
    fn every_older_version_becomes_the_newest() {
        let Some(node) = <Node as crate::conformance::Fixture>::new() else {
            return;
        };
        for from in 0..=STEPS.len() {
            node.server.run("DROP SCHEMA IF EXISTS postern CASCADE");
            run(&node.server, &STEPS[..from]).unwrap();
            run(&node.server, &STEPS).unwrap();
            assert_eq!(
                node.server.run("SELECT z FROM postern.b"),
                "3",
                "from {from}"
            );
        }
    }

    #[test]
    fn a_step_that_fails_leaves_what_was() {
        let Some(node) = <Node as crate::conformance::Fixture>::new() else {
            return;
        };
        run(&node.server, &STEPS[..1]).unwrap();
        let broken = [
            STEPS[0],
            "DELETE FROM a; CREATE TABLE a (again INT)",
            STEPS[2],
        ];
        assert!(run(&node.server, &broken).is_err());
        assert_eq!(node.server.run("SELECT count(*) FROM postern.a"), "1");
        assert_eq!(
            node.server
                .run("SELECT version FROM postern.schema_version"),
            "1"
        );
        run(&node.server, &STEPS).unwrap();
        assert_eq!(node.server.run("SELECT z FROM postern.b"), "3");
    }
}
