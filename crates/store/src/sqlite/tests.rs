mod crash;
mod speed;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use rusqlite::Connection;
use serde_json::json;

use super::migrate;
use crate::conformance::{Fixture, apply, conformance, kind, put};
use crate::{ActorKind, AuditFilter, DataDirectory, Scope, Store, StoreError};

struct Directory(tempfile::TempDir);

impl Fixture for Directory {
    fn new() -> Option<Self> {
        Some(Self(tempfile::tempdir().unwrap()))
    }

    fn open(&self) -> Store {
        open(self.0.path()).unwrap()
    }

    fn tamper(&self, sql: &str) {
        let database = Connection::open(self.0.path().join("postern.db")).unwrap();
        database.execute_batch(sql).unwrap();
    }
}

conformance!(Directory);

fn open(path: &Path) -> Result<Store, StoreError> {
    Store::open(Arc::new(DataDirectory::lock(path, SystemTime::now())?))
}

/// A data directory whose database is these bytes, with the key that belongs beside it.
fn with_database(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().to_owned();
    drop(open(&path).unwrap());
    let database = path.join("postern.db");
    fs::write(&database, bytes).unwrap();
    (directory, database)
}

#[test]
fn what_is_no_database_is_refused() {
    for bytes in [&b"not a database"[..], &[0x55; 8192]] {
        let (directory, database) = with_database(bytes);
        let error = open(directory.path()).unwrap_err();
        assert!(matches!(error, StoreError::NotADatabase { .. }), "{error}");
        assert!(error.to_string().contains("is not a database of Postern"));
        assert_eq!(fs::read(database).unwrap(), bytes, "it is left alone");
    }
}

#[test]
fn a_database_of_something_else_is_refused_and_left_alone() {
    for (sql, words) in [
        ("CREATE TABLE bookmarks (url)", "application id 0x0"),
        (
            "PRAGMA application_id = 252006674; CREATE TABLE t (a)",
            "application id 0xf055112",
        ),
    ] {
        let (directory, database) = with_database(b"");
        Connection::open(&database)
            .unwrap()
            .execute_batch(sql)
            .unwrap();
        let bytes = fs::read(&database).unwrap();
        let error = open(directory.path()).unwrap_err().to_string();
        assert!(
            error.contains("a database of another application"),
            "{error}"
        );
        assert!(error.contains(words), "{error}");
        assert_eq!(fs::read(&database).unwrap(), bytes);
    }
}

#[test]
fn a_newer_database_is_refused() {
    let directory = Directory::new().unwrap();
    drop(directory.open());
    let database = directory.0.path().join("postern.db");
    Connection::open(&database)
        .unwrap()
        .execute_batch("PRAGMA user_version = 4711")
        .unwrap();
    let error = open(directory.0.path()).unwrap_err();
    assert!(matches!(error, StoreError::Newer { found: 4711, .. }));
    let known = migrate::MIGRATIONS.len();
    let words = format!("schema version 4711, and this Postern knows versions up to {known}");
    assert!(error.to_string().contains(&words), "{error}");
}

#[tokio::test]
async fn a_damaged_database_is_named() {
    let directory = Directory::new().unwrap();
    let store = directory.open();
    let many = (0..500)
        .map(|n| put("app", &format!("a{n}"), json!({ "title": "x".repeat(200) })))
        .collect();
    apply(&store, many).await;
    drop(store);
    let database = directory.0.path().join("postern.db");
    let mut bytes = fs::read(&database).unwrap();
    // All pages but the first, which holds the schema.
    for byte in bytes.iter_mut().skip(4096) {
        *byte = 0xa5;
    }
    fs::write(&database, bytes).unwrap();
    let error = match open(directory.0.path()) {
        Err(error) => error,
        Ok(store) => store.documents_now(Scope::Everything).await.unwrap_err(),
    };
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
    let words = format!("{} is damaged", database.display());
    assert!(error.to_string().contains(&words), "{error}");
}

#[tokio::test]
async fn a_damaged_document_is_named() {
    let directory = Directory::new().unwrap();
    let store = directory.open();
    apply(&store, vec![put("plan", "p", json!({}))]).await;
    drop(store);
    Connection::open(directory.0.path().join("postern.db"))
        .unwrap()
        .execute_batch(
            "DROP INDEX documents_app; DROP INDEX documents_service; DROP INDEX documents_state;
             DROP INDEX documents_tenant; DROP INDEX documents_email; DROP INDEX documents_subject;
             DROP INDEX documents_service_account; DROP INDEX documents_user;
             UPDATE documents SET json = '{'; UPDATE checkpoints SET json = '{\"a\":1}'",
        )
        .unwrap();
    let store = directory.open();
    let document = store.document(kind("plan"), "p").await.unwrap().unwrap();
    let error = document.value().unwrap_err().to_string();
    assert!(error.contains("plan `p` is damaged"), "{error}");
    let error = store.documents_at(1).await.unwrap_err().to_string();
    assert!(error.contains("revision 1 is damaged"), "{error}");
}

#[test]
fn another_key_is_refused() {
    let directory = Directory::new().unwrap();
    drop(directory.open());
    let key = directory.0.path().join("installation.key");
    let right = fs::read(&key).unwrap();
    fs::write(&key, [7; 32]).unwrap();
    let error = open(directory.0.path()).unwrap_err();
    assert!(matches!(error, StoreError::KeyDiffers { .. }), "{error}");
    fs::remove_file(&key).unwrap();
    let error = open(directory.0.path()).unwrap_err();
    assert!(matches!(error, StoreError::KeyMissing { .. }), "{error}");
    fs::write(&key, right).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    drop(directory.open());
}

#[test]
fn others_cannot_read_the_database() {
    let directory = Directory::new().unwrap();
    let _store = directory.open();
    for name in ["postern.db", "postern.db-wal", "postern.db-shm"] {
        let metadata = fs::metadata(directory.0.path().join(name)).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o077, 0, "{name}");
    }
}

#[tokio::test]
async fn a_database_of_version_1_is_read() {
    let (directory, database) = with_database(b"");
    Connection::open(&database)
        .unwrap()
        .execute_batch(include_str!("fixtures/version-1.sql"))
        .unwrap();
    let store = open(directory.path()).unwrap();
    let head = store.head();
    assert_eq!((head.sequence, head.revision.number), (3, 2));
    let (revision, documents) = store.documents_at(1).await.unwrap().unwrap();
    assert_eq!(revision.number, 1);
    assert_eq!(&*documents[0].json, r#"{"limits":{}}"#);
    let app = store.document(kind("app"), "fieldforce").await.unwrap();
    assert_eq!(&*app.unwrap().json, r#"{"tenant":"partner-x"}"#);
    // What it did before there was a chain is linked now, and goes on.
    let chain = store.verify_chain(None).await.unwrap();
    assert_eq!((chain.sets, chain.changes, chain.fault), (3, 3, None));
    let next = apply(&store, vec![put("plan", "b", json!({}))]).await;
    assert_eq!((next.sequence, next.revision.unwrap().number), (4, 3));
    drop(store);
    let store = open(directory.path()).unwrap();
    let again = store.verify_chain(Some(3)).await.unwrap();
    assert_eq!(
        (again.sets, again.asked, again.fault),
        (4, Some(chain.hash), None)
    );
    let filter = AuditFilter {
        tenant: Some("partner-x".into()),
        limit: 10,
        ..AuditFilter::default()
    };
    let lines = store.audit(filter).await.unwrap();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].entry.as_ref().unwrap().kind, kind("app"));
    assert_eq!(
        (lines[0].meta.actor, &lines[0].meta.from),
        (ActorKind::Local, &None)
    );
}

#[test]
fn lists_are_read_by_an_index() {
    let directory = Directory::new().unwrap();
    drop(directory.open());
    let database = Connection::open(directory.0.path().join("postern.db")).unwrap();
    for member in [
        "app",
        "email",
        "service",
        "service_account",
        "state",
        "subject",
        "tenant",
        "user",
    ] {
        let sql = format!(
            "EXPLAIN QUERY PLAN SELECT kind, id, version, json FROM documents
             WHERE kind = ?1 AND json ->> '$.{member}' = ?2 AND id > ?3 ORDER BY id LIMIT 10"
        );
        let plan: String = database
            .query_row(&sql, ["a", "b", "c"], |row| row.get(3))
            .unwrap();
        let index = format!("USING INDEX documents_{member} (kind=? AND <expr>=? AND id>?)");
        assert!(plan.contains(&index), "{plan}");
    }
}

mod migrations {
    use rusqlite::Connection;

    use super::super::migrate::{identify, migrate};
    use super::Path;

    const PATH: &str = "postern.db";
    const STEPS: [&str; 3] = [
        "CREATE TABLE a (x); INSERT INTO a VALUES (1)",
        "ALTER TABLE a ADD COLUMN y; UPDATE a SET y = x + 1",
        "CREATE TABLE b AS SELECT x + y AS z FROM a",
    ];

    fn number(connection: &Connection, sql: &str) -> i64 {
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn every_older_version_becomes_the_newest() {
        for from in 0..=STEPS.len() {
            let mut connection = Connection::open_in_memory().unwrap();
            migrate(&mut connection, Path::new(PATH), &STEPS[..from]).unwrap();
            identify(&connection, Path::new(PATH), &STEPS).unwrap();
            migrate(&mut connection, Path::new(PATH), &STEPS).unwrap();
            assert_eq!(number(&connection, "SELECT z FROM b"), 3, "from {from}");
            assert_eq!(number(&connection, "PRAGMA user_version"), 3);
        }
    }

    #[test]
    fn a_step_that_fails_leaves_the_version_before() {
        let mut connection = Connection::open_in_memory().unwrap();
        let broken = [STEPS[0], "DELETE FROM a; CREATE TABLE a (again)", STEPS[2]];
        assert!(migrate(&mut connection, Path::new(PATH), &broken).is_err());
        assert_eq!(number(&connection, "PRAGMA user_version"), 1);
        assert_eq!(number(&connection, "SELECT count(*) FROM a"), 1);
        migrate(&mut connection, Path::new(PATH), &STEPS).unwrap();
        assert_eq!(number(&connection, "SELECT z FROM b"), 3);
    }
}
