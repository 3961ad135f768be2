use super::*;
use crate::credential::keep_hmac;
use postern_store::{Action, Applied, ApplyError, ChangeMeta, DataDirectory, Store};
use serde_json::json;
use std::sync::Arc;
use std::time::SystemTime;

fn keyer() -> Keyer {
    Keyer::new(&[7; 32])
}

fn documents(kind: &str, id: &str, mut value: Value) -> postern_store::Change {
    if kind == "credential" {
        keep_hmac(&mut value, &keyer());
    }
    postern_store::Change::new(Kind::new(kind).unwrap(), id, Action::Put(value))
}

/// Three apps, each with a key and a subscription.
fn accounts() -> Vec<postern_store::Change> {
    let service = json!({"scopes": {}, "versions": {"v1": {"upstream": "u", "operations": {}}}});
    let mut all = vec![
        documents("tenant", "t", json!({})),
        documents("upstream", "u", json!({"targets": ["192.0.2.1:80"]})),
        documents("service", "s", service),
        documents("plan", "p", json!({"services": ["s"]})),
    ];
    for n in 0..3 {
        let app = format!("a{n}");
        all.push(documents("app", &app, json!({"tenant": "t"})));
        let key = json!({"app": app, "sha256": format!("0{n}").repeat(32)});
        all.push(documents(
            "credential",
            &format!("key_000000000000000{n}"),
            key,
        ));
        let row = json!({"app": app, "service": "s", "plan": "p", "state": "approved"});
        all.push(documents("subscription", &format!("sub_{n}"), row));
    }
    all
}

/// Applies changes, the directory read in parts of `together` documents.
fn apply(
    changes: Vec<postern_store::Change>,
    together: usize,
) -> Result<Applied<Candidate>, ApplyError<Refusal>> {
    let place = tempfile::tempdir().unwrap();
    let directory = DataDirectory::lock(place.path(), SystemTime::now()).unwrap();
    let store = Store::open(Arc::new(directory)).unwrap();
    let mut loader = Loader::new(place.path(), keyer());
    loader.together = together;
    let meta = ChangeMeta {
        who: "a test".into(),
        at_ms: 0,
        comment: String::new(),
        source: String::new(),
    };
    let validate =
        move |proposal: &Proposal<'_>| loader.whole(proposal).map_err(ApplyError::Refused);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(store.apply(changes, meta, validate))
}

#[test]
fn a_directory_read_in_parts_is_the_same() {
    for together in [1, 2, 100] {
        let directory = apply(accounts(), together).unwrap().validated.directory;
        for n in 0..3 {
            let app = format!("a{n}");
            let key = format!("key_000000000000000{n}");
            assert!(directory.app(&app).is_some(), "{together}: {app}");
            assert!(directory.credential(&key).is_some(), "{together}: {key}");
            assert!(
                directory.subscription(&app, "s").is_some(),
                "{together}: {app}"
            );
        }
    }
}

#[test]
fn what_stands_in_two_parts_twice_is_found() {
    let row = json!({"app": "a0", "service": "s", "plan": "p", "state": "approved"});
    let mut twice = accounts();
    twice.push(documents("subscription", "sub_9", row));
    let key = json!({"app": "a1", "sha256": "00".repeat(32)});
    let mut same = accounts();
    same.push(documents("credential", "key_0000000000000009", key));
    for changes in [twice, same] {
        for together in [1, 100] {
            let refused = apply(changes.clone(), together).unwrap_err();
            let ApplyError::Refused(refusal) = refused else {
                panic!("{refused}");
            };
            assert_eq!(refusal.code, "configuration", "{refusal}");
        }
    }
}
