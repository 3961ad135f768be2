use super::*;
use crate::credential::keep_hmac;
use postern_store::{Action, ApplyError, ChangeMeta, DataDirectory, Store};
use serde_json::json;
use std::sync::Arc;
use std::time::SystemTime;

mod nodes;

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

/// A store, and what was read of it last.
struct Site {
    store: Store,
    loader: Arc<Loader>,
    last: Option<Last>,
    runtime: tokio::runtime::Runtime,
    _place: tempfile::TempDir,
}

/// How a change set was read.
#[derive(Debug, PartialEq, Eq)]
enum By {
    Change,
    Whole,
}

impl Site {
    /// Nothing is stored. A directory of more than `together` documents is read in parts.
    fn new(together: usize) -> Self {
        let place = tempfile::tempdir().unwrap();
        let directory = DataDirectory::lock(place.path(), SystemTime::now()).unwrap();
        let mut loader = Loader::new(place.path(), keyer());
        loader.together = together;
        Self {
            store: Store::open(Arc::new(directory)).unwrap(),
            loader: Arc::new(loader),
            last: None,
            runtime: tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap(),
            _place: place,
        }
    }

    /// With the three apps.
    fn of_accounts(together: usize) -> Self {
        let mut site = Self::new(together);
        site.make(accounts()).unwrap();
        site
    }

    /// Makes a change as the service does.
    fn make(&mut self, changes: Vec<postern_store::Change>) -> Result<(Candidate, By), Refusal> {
        let (loader, last) = (self.loader.clone(), self.last.clone());
        let validate = move |proposal: &Proposal<'_>| {
            let by_change = last.map(|last| loader.changed(proposal, &last));
            if let Some(read) = by_change
                .transpose()
                .map_err(ApplyError::Refused)?
                .flatten()
            {
                return Ok((read, By::Change));
            }
            let read = loader.whole(proposal).map_err(ApplyError::Refused)?;
            Ok((read, By::Whole))
        };
        let meta = ChangeMeta::local("a test", 0, "", "");
        let applied = self
            .runtime
            .block_on(self.store.apply(changes, meta, validate));
        let (read, by) = applied?.validated;
        self.last = Some(read.last);
        Ok((read.candidate, by))
    }

    /// What a start would read.
    fn start(&self) -> Result<Directory, Refusal> {
        let mut other = Self {
            store: self.store.clone(),
            loader: self.loader.clone(),
            last: None,
            runtime: tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap(),
            _place: tempfile::tempdir().unwrap(),
        };
        Ok(other.make(Vec::new())?.0.directory)
    }
}

fn gone(kind: &str, id: &str) -> postern_store::Change {
    postern_store::Change::new(Kind::new(kind).unwrap(), id, Action::Delete)
}

#[test]
fn a_directory_read_in_parts_is_the_same() {
    for together in [1, 2, 100] {
        let directory = Site::new(together).make(accounts()).unwrap().0.directory;
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
            let refusal = Site::new(together).make(changes.clone()).unwrap_err();
            assert_eq!(refusal.code, "configuration", "{refusal}");
        }
    }
}

/// The service, with these scopes.
fn service(scopes: &Value) -> postern_store::Change {
    let versions = json!({"v1": {"upstream": "u", "operations": {}}});
    documents(
        "service",
        "s",
        json!({"scopes": scopes, "versions": versions}),
    )
}

#[test]
fn a_change_of_rules_leaves_the_directory_as_it_is() {
    for together in [1, 100] {
        let mut site = Site::of_accounts(together);
        let before = site.last.clone().unwrap().directory;
        let list = documents("list", "l", json!({"entries": ["192.0.2.1"]}));
        let (read, by) = site.make(vec![list]).unwrap();
        assert_eq!(by, By::Change);
        assert_eq!(read.configuration.unwrap().lists.len(), 1);
        let key = |directory: &Directory| {
            let row = directory.credential("key_0000000000000001");
            Arc::as_ptr(row.unwrap())
        };
        assert_eq!(key(&read.directory), key(&before));
    }
}

#[test]
fn rules_and_rows_change_together() {
    let mut site = Site::of_accounts(100);
    let changes = vec![
        service(&json!({"read": "To read"})),
        documents("plan", "new", json!({"services": ["s"]})),
        documents("app", "a3", json!({"tenant": "t"})),
        documents(
            "subscription",
            "sub_3",
            json!({"app": "a3", "service": "s", "plan": "new", "state": "approved", "scopes": ["read"]}),
        ),
    ];
    let (read, by) = site.make(changes).unwrap();
    assert_eq!(by, By::Change);
    let row = read.directory.subscription("a3", "s").unwrap();
    assert_eq!(&*row.plan, "new");
    assert!(read.directory.subscription("a0", "s").is_some());
    assert!(site.start().unwrap().subscription("a3", "s").is_some());
}

/// Everything of the rules that rows can refer to, and rows that do.
fn referring() -> Vec<postern_store::Change> {
    let more = json!({"versions": {"v1": {"upstream": "u", "operations": {}}}});
    vec![
        service(&json!({"read": "To read", "write": "To write"})),
        documents("service", "other", more.clone()),
        documents("service", "unused", more),
        documents("plan", "p", json!({"services": ["s", "unused"]})),
        documents("plan", "unused", json!({"services": ["s"]})),
        documents("environment", "test", json!({"hosts": ["test.example"]})),
        documents(
            "environment",
            "unused",
            json!({"hosts": ["unused.example"]}),
        ),
        documents(
            "credential",
            "key_0000000000000001",
            json!({
                "app": "a1", "sha256": "01".repeat(32), "environment": "test", "scopes": ["read"],
                "restricted_to": {"services": ["other"]},
            }),
        ),
        documents(
            "subscription",
            "sub_1",
            json!({"app": "a1", "service": "s", "plan": "p", "state": "approved", "scopes": ["write"]}),
        ),
    ]
}

#[test]
fn what_a_row_refers_to_cannot_go() {
    let all = json!({"read": "To read", "write": "To write"});
    let without = |scope: &str| {
        let mut all = all.clone();
        all.as_object_mut().unwrap().remove(scope);
        service(&all)
    };
    let cases = [
        (vec![gone("plan", "p")], "sub_"),
        (
            vec![documents("plan", "p", json!({"services": ["unused"]}))],
            "sub_",
        ),
        (vec![without("read")], "key_0000000000000001"),
        (vec![without("write")], "sub_1"),
        (vec![gone("environment", "test")], "key_0000000000000001"),
        (vec![gone("service", "other")], "key_0000000000000001"),
        (
            vec![
                gone("service", "s"),
                gone("plan", "unused"),
                documents("plan", "p", json!({"services": ["unused"]})),
            ],
            "key_0000000000000001",
        ),
    ];
    for together in [1, 100] {
        for (changes, row) in &cases {
            let mut site = Site::of_accounts(together);
            site.make(referring()).unwrap();
            let refusal = site.make(changes.clone()).unwrap_err();
            assert_eq!(refusal.code, "configuration", "{changes:?}: {refusal}");
            assert!(refusal.to_string().contains(row), "{changes:?}: {refusal}");
            assert!(site.start().is_ok(), "nothing was changed");
        }
    }
}

#[test]
fn what_no_row_refers_to_may_go() {
    for together in [1, 100] {
        let mut site = Site::of_accounts(together);
        site.make(referring()).unwrap();
        let changes = vec![
            gone("plan", "unused"),
            gone("environment", "unused"),
            gone("service", "unused"),
            documents("plan", "p", json!({"services": ["s"]})),
        ];
        let (_, by) = site.make(changes).unwrap();
        assert_eq!(by, By::Change);
        assert!(site.start().is_ok());
    }
}

#[test]
fn what_a_row_refers_to_may_go_with_the_row() {
    let mut site = Site::of_accounts(100);
    site.make(referring()).unwrap();
    let changes = vec![
        gone("environment", "test"),
        gone("credential", "key_0000000000000001"),
    ];
    let (read, _) = site.make(changes).unwrap();
    assert!(read.directory.credential("key_0000000000000001").is_none());
    assert!(site.start().is_ok());
}

#[test]
fn a_wrong_reference_is_told_from_all_that_would_be_right() {
    let row = json!({"app": "a0", "service": "s", "plan": "pp", "state": "approved"});
    let change = documents("subscription", "sub_0", row);
    let rules = documents("list", "l", json!({"entries": ["192.0.2.1"]}));
    for changes in [vec![change.clone()], vec![rules, change]] {
        for together in [1, 100] {
            let refusal = Site::of_accounts(together)
                .make(changes.clone())
                .unwrap_err();
            let said = refusal.to_string();
            assert!(said.contains("no plan `pp`"), "{said}");
            assert!(said.contains("`p`"), "{said}");
        }
    }
}

#[test]
fn faults_of_rules_and_rows_are_found_together() {
    let mut site = Site::of_accounts(100);
    let changes = vec![
        documents("list", "l", json!({"entries": ["nonsense"]})),
        documents("app", "a0", json!({"tenant": "nobody"})),
    ];
    let said = site.make(changes).unwrap_err().to_string();
    assert!(
        said.contains("nonsense") && said.contains("nobody"),
        "{said}"
    );
}

#[test]
fn an_app_has_one_subscription_to_a_service_whatever_its_state() {
    let row = json!({"app": "a0", "service": "s", "plan": "p", "state": "rejected",
        "decided_at": "2026-11-20"});
    for together in [1, 100] {
        let mut all = accounts();
        all.push(documents("subscription", "sub_00", row.clone()));
        let mut site = Site::of_accounts(together);
        let later = site.make(vec![documents("subscription", "sub_00", row.clone())]);
        for refusal in [
            Site::new(together).make(all).unwrap_err(),
            later.unwrap_err(),
        ] {
            let said = refusal.to_string();
            for named in ["`sub_0`", "`sub_00`", "`a0`", "`s`"] {
                assert!(said.contains(named), "{said}");
            }
        }
        // Its place can be taken.
        let taken = site.make(vec![
            gone("subscription", "sub_0"),
            documents("subscription", "sub_00", row.clone()),
        ]);
        assert_eq!(taken.unwrap().1, By::Change);
        assert!(site.start().is_ok());
    }
}

/// A credential of an app with the key of that number.
fn key(id: &str, app: &str, seed: u8) -> postern_store::Change {
    let sha256 = format!("{seed:02}").repeat(32);
    documents("credential", id, json!({"app": app, "sha256": sha256}))
}

#[test]
fn a_change_cannot_give_a_credential_the_key_of_another() {
    for together in [1, 100] {
        let mut site = Site::of_accounts(together);
        let said = |result: Result<(Candidate, By), Refusal>| result.unwrap_err().to_string();
        let added = said(site.make(vec![key("key_0000000000000009", "a1", 0)]));
        assert!(
            added.contains("`key_0000000000000000` and `key_0000000000000009`"),
            "{added}"
        );
        let changed = said(site.make(vec![key("key_0000000000000001", "a1", 0)]));
        assert!(changed.contains("have the same key"), "{changed}");
        // What it has, it may keep; what is given up, another may have.
        let (_, by) = site
            .make(vec![key("key_0000000000000001", "a2", 1)])
            .unwrap();
        assert_eq!(by, By::Change);
        let swapped = vec![
            key("key_0000000000000000", "a0", 1),
            key("key_0000000000000001", "a1", 0),
        ];
        assert_eq!(site.make(swapped).unwrap().1, By::Change);
        let moved = vec![
            gone("credential", "key_0000000000000001"),
            key("key_0000000000000009", "a1", 0),
        ];
        site.make(moved).unwrap();
        assert!(site.start().is_ok());
    }
}

#[test]
fn nobody_learns_which_credential_of_another_tenant_has_a_key() {
    let mut site = Site::of_accounts(100);
    site.make(vec![
        documents("tenant", "other", json!({})),
        documents("app", "theirs", json!({"tenant": "other"})),
    ])
    .unwrap();
    let refused = site.make(vec![key("key_0000000000000009", "theirs", 0)]);
    let said = refused.unwrap_err().to_string();
    assert!(
        said.contains("`key_0000000000000009` has a key that is in use"),
        "{said}"
    );
    assert!(!said.contains("key_0000000000000000"), "{said}");
}

#[test]
fn assignments_and_defaults_are_rules() {
    let mut site = Site::of_accounts(100);
    let assigned = json!({"tenant": "t", "host": "t.example.com"});
    let changes = vec![
        documents("assignment", "t", assigned),
        documents("tenant_default", "t", json!({"disclosure": "minimal"})),
    ];
    let configuration = site.make(changes).unwrap().0.configuration;
    assert!(configuration.is_some());
    let mut theirs = json!({"tenant": "t", "hosts": ["elsewhere.example.com"],
        "versions": {"v1": {"upstream": "u", "operations": {}}}});
    let said = site.make(vec![documents("service", "theirs", theirs.clone())]);
    assert!(said.unwrap_err().to_string().contains("not assigned"));
    theirs["hosts"] = json!(["t.example.com"]);
    let made = site.make(vec![documents("service", "theirs", theirs)]);
    let services = made.unwrap().0.configuration.unwrap().services.clone();
    let theirs = services.iter().find(|service| *service.name == *"theirs");
    let disclosure = theirs.unwrap().disclosure;
    assert_eq!(disclosure, postern_model::entity::Disclosure::Minimal);
}

/// An access role, a group that carries it, and an app in that group.
fn grouped() -> Vec<postern_store::Change> {
    let mut all = accounts();
    all.push(documents(
        "access_role",
        "r",
        json!({"allows": [{"service": "s"}]}),
    ));
    all.push(documents(
        "access_role",
        "q",
        json!({"allows": [{"service": "s"}]}),
    ));
    all.push(documents("group", "g", json!({"access_roles": ["r"]})));
    all.push(documents(
        "app",
        "a9",
        json!({"tenant": "t", "groups": ["g"], "access_roles": ["q"]}),
    ));
    all
}

#[test]
fn a_group_reaches_its_apps_without_reading_them() {
    let mut site = Site::new(100);
    site.make(grouped()).unwrap();
    let more = documents("group", "g", json!({"access_roles": ["r", "q"]}));
    let (candidate, by) = site.make(vec![more]).unwrap();
    assert_eq!(by, By::Change);
    assert_eq!(
        candidate.directory.group("g").unwrap().access_roles.len(),
        2
    );
    let started = site.start().unwrap();
    assert_eq!(started.group("g").unwrap().access_roles.len(), 2);
    // A change of an app that is in a group finds that group.
    let app = documents(
        "app",
        "a9",
        json!({"tenant": "t", "groups": ["g"], "title": "Nine"}),
    );
    assert_eq!(site.make(vec![app]).unwrap().1, By::Change);
    let app = documents("app", "a9", json!({"tenant": "t", "groups": ["h"]}));
    let refusal = site.make(vec![app]).unwrap_err();
    assert!(refusal.to_string().contains("unknown_group"), "{refusal}");
}

#[test]
fn groups_are_read_before_their_apps_in_parts_too() {
    for together in [1, 2, 100] {
        let directory = Site::new(together).make(grouped()).unwrap().0.directory;
        assert!(directory.group("g").is_some(), "{together}");
        assert_eq!(directory.app("a9").unwrap().groups.len(), 1, "{together}");
    }
}

#[test]
fn an_access_role_or_group_that_somebody_names_cannot_go() {
    for (kind, id) in [("access_role", "r"), ("access_role", "q"), ("group", "g")] {
        let mut site = Site::new(100);
        site.make(grouped()).unwrap();
        let refusal = site.make(vec![gone(kind, id)]).unwrap_err();
        assert_eq!(refusal.code, "configuration", "{kind} {id}: {refusal}");
        let app = documents("app", "a9", json!({"tenant": "t"}));
        let group = documents("group", "g", json!({}));
        site.make(vec![app, group]).unwrap();
        site.make(vec![gone(kind, id)]).unwrap();
    }
}
