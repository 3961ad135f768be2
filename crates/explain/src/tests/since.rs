//! Since when.

use super::scene::{NOW, Request, Scene};
use crate::explanation::{Since, Who};
use crate::since::{History, Made, RowChange};
use crate::{Documents, Question, explain};
use postern_policy::Rules;
use serde_json::{Value, json};
use std::cell::Cell;
use std::sync::Arc;

struct Kept {
    /// Patches of the world, one for each revision from 30 on.
    revisions: Vec<Value>,
    rows: Vec<(&'static str, &'static str, RowChange)>,
    /// Revisions whose rules cannot be read any more.
    gone: Vec<u64>,
    compiled: Cell<usize>,
}

fn who(at: i64) -> Who {
    Who {
        who: "ann@example.com".to_owned(),
        at,
        comment: "tidy up".to_owned(),
    }
}

impl Kept {
    fn scene(&self, revision: u64) -> Option<Scene> {
        if self.gone.contains(&revision) {
            return None;
        }
        let patch = self
            .revisions
            .get(usize::try_from(revision).ok()?.checked_sub(30)?)?;
        Some(Scene::new(std::slice::from_ref(patch)))
    }
}

impl History for Kept {
    fn revisions(&self) -> Vec<Made> {
        (30..)
            .zip(&self.revisions)
            .map(|(revision, _)| Made {
                revision,
                sequence: revision * 10,
                by: who(NOW * 1000 - 1_000_000 + i64::try_from(revision).unwrap() * 1000),
            })
            .collect()
    }

    fn rules(&self, revision: u64) -> Option<Arc<Rules>> {
        self.compiled.set(self.compiled.get() + 1);
        Some(Arc::new(self.scene(revision)?.rules))
    }

    fn documents(&self, revision: u64) -> Option<Arc<Documents>> {
        Some(Arc::new(self.scene(revision)?.documents))
    }

    fn row(&self, kind: &str, id: &str) -> Vec<RowChange> {
        let rows = self.rows.iter().filter(|(k, i, _)| *k == kind && *i == id);
        rows.map(|(_, _, change)| change.clone()).collect()
    }

    fn refusals(&self, _: i64) -> Option<u64> {
        Some(40)
    }
}

fn since(kept: &Kept, patch: &Value, request: &Request) -> Option<Since> {
    let scene = Scene::new(std::slice::from_ref(patch));
    request.with(|live| {
        let question = Question {
            history: Some(kept),
            ..Question::new(live)
        };
        explain(&scene.world(), &question).since
    })
}

fn strict() -> Value {
    json!({"policies": {"strict": {"kind": "headers", "on": {"service": "partners"}, "required": ["X-Reason"]}}})
}

#[test]
fn the_revision_that_made_the_difference_is_found() {
    for (many, at) in [(12, 8), (200, 3), (200, 150), (200, 199), (3, 1)] {
        let revisions = (0..many).map(|n| if n < at { json!({}) } else { strict() });
        let kept = Kept {
            revisions: revisions.collect(),
            rows: Vec::new(),
            gone: Vec::new(),
            compiled: Cell::new(0),
        };
        let found = since(&kept, &strict(), &Request::default()).unwrap();
        let Since::Revision {
            before,
            since,
            gone,
            allowed_before,
            requests,
            by,
        } = found
        else {
            panic!("{found:?}");
        };
        assert_eq!((before, since), (30 + at - 1, 30 + at), "{many} {at}");
        assert!(gone.is_empty());
        assert_eq!((allowed_before, requests), (Some(true), Some(40)));
        assert_eq!(by.comment, "tidy up");
        assert!(kept.compiled.get() <= 30, "{}", kept.compiled.get());
    }
}

#[test]
fn what_was_never_otherwise_is_always() {
    let kept = Kept {
        revisions: vec![strict(), strict()],
        rows: Vec::new(),
        gone: Vec::new(),
        compiled: Cell::new(0),
    };
    let found = since(&kept, &strict(), &Request::default());
    assert_eq!(found, Some(Since::Always { oldest: Some(30) }));
}

#[test]
fn the_change_of_a_row_is_found_among_revisions() {
    let pending = json!({"subscriptions": {"sub_fieldforce": {"state": "suspended"}}});
    let row = |state: &str| json!({"app": "fieldforce", "service": "partners", "plan": "standard", "state": state});
    let change = RowChange {
        sequence: 315,
        by: who(NOW * 1000 - 5000),
        before: Some(row("approved")),
        after: Some(row("suspended")),
    };
    let kept = Kept {
        revisions: vec![json!({}), json!({}), json!({})],
        rows: vec![("subscription", "sub_fieldforce", change)],
        gone: Vec::new(),
        compiled: Cell::new(0),
    };
    let found = since(&kept, &pending, &Request::default()).unwrap();
    let Since::Row {
        id,
        sequence,
        allowed_before,
        ..
    } = found
    else {
        panic!("{found:?}");
    };
    assert_eq!(
        (id.as_str(), sequence, allowed_before),
        ("sub_fieldforce", 315, Some(true))
    );
}

#[test]
fn what_happened_by_itself_happened_at_its_time() {
    let expired = json!({"credentials": {super::scene::KEY: {"expires_at": "2026-11-20"}}});
    let kept = Kept {
        revisions: vec![json!({})],
        rows: Vec::new(),
        gone: Vec::new(),
        compiled: Cell::new(0),
    };
    let found = since(&kept, &expired, &Request::default());
    assert!(
        matches!(
            found,
            Some(Since::Moment {
                at: 1_795_132_800,
                ..
            })
        ),
        "{found:?}"
    );
}

/// What the operator reads of it.
fn words(kept: &Kept, patch: &Value, request: &Request) -> String {
    let scene = Scene::new(std::slice::from_ref(patch));
    let text = request.with(|live| {
        let question = Question {
            history: Some(kept),
            ..Question::new(live)
        };
        explain(&scene.world(), &question).render(&super::scene::TERMINAL)
    });
    let line = text.lines().find(|line| line.contains("since: "));
    line.unwrap_or_default()
        .trim_start_matches("   = ")
        .to_owned()
}

#[test]
fn it_is_told_as_people_say_it() {
    let mut kept = Kept {
        revisions: vec![json!({}), json!({}), json!({}), strict(), strict()],
        rows: Vec::new(),
        gone: Vec::new(),
        compiled: Cell::new(0),
    };
    let told = words(&kept, &strict(), &Request::default());
    assert_eq!(
        told,
        "since: allowed until revision 32, refused since 33 (ann@example.com, \
         2026-11-22 11:55:53 UTC, “tidy up”), 40 requests since"
    );
    // The revision that made the difference cannot be read: it or the next one did.
    kept.gone = vec![33];
    let told = words(&kept, &strict(), &Request::default());
    assert!(
        told.starts_with("since: allowed until revision 32, refused since 34 (ann@example.com"),
        "{told}"
    );
    assert!(
        told.ends_with("; perhaps since 33, which cannot be read any more"),
        "{told}"
    );
    // Nothing that is left tells of a time before.
    kept.gone = vec![30, 31, 32];
    assert_eq!(
        words(&kept, &strict(), &Request::default()),
        "since: always, as far as is kept (revision 30)"
    );
}

#[test]
fn who_suspended_the_app_and_why_is_told() {
    let suspended = json!({"apps": {"fieldforce": {
        "state": "suspended", "suspended_at": "2026-11-01",
    }}});
    let row = |state: &str| json!({"tenant": "partner-x", "state": state});
    let change = |sequence, before: &str, after: &str| RowChange {
        sequence,
        by: who(NOW * 1000 - 5000),
        before: Some(row(before)),
        after: Some(row(after)),
    };
    let kept = Kept {
        revisions: vec![json!({}), json!({})],
        rows: vec![
            ("app", "fieldforce", change(305, "active", "active")),
            ("app", "fieldforce", change(312, "active", "suspended")),
        ],
        gone: Vec::new(),
        compiled: Cell::new(0),
    };
    assert_eq!(
        words(&kept, &suspended, &Request::default()),
        "since: allowed until change 312 of app `fieldforce` (ann@example.com, \
         2026-11-22 12:11:55 UTC, “tidy up”), 40 requests since"
    );
}

#[test]
fn what_nobody_looked_at_is_not_said_to_have_been_allowed() {
    let near = json!({"policies": {"near": {
        "kind": "network", "on": {"service": "partners"}, "allow": ["office"],
    }}});
    let kept = Kept {
        revisions: vec![json!({}), near.clone()],
        rows: Vec::new(),
        gone: Vec::new(),
        compiled: Cell::new(0),
    };
    // It was refused before anybody looked at its key.
    let unread = Request {
        credential: None,
        readings: None,
        ..Request::default()
    };
    let found = since(&kept, &near, &unread);
    assert!(
        matches!(
            found,
            Some(Since::Revision {
                since: 31,
                allowed_before: None,
                ..
            })
        ),
        "{found:?}"
    );
    assert!(
        words(&kept, &near, &unread).contains("allowed, as far as is known, until revision 30")
    );
}
