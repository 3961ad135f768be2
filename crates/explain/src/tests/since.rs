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
            compiled: Cell::new(0),
        };
        let found = since(&kept, &strict(), &Request::default()).unwrap();
        let Since::Revision {
            before,
            since,
            allowed_before,
            requests,
            by,
        } = found
        else {
            panic!("{found:?}");
        };
        assert_eq!((before, since), (30 + at - 1, 30 + at), "{many} {at}");
        assert!(allowed_before && requests == Some(40));
        assert_eq!(by.comment, "tidy up");
        assert!(kept.compiled.get() <= 30, "{}", kept.compiled.get());
    }
}

#[test]
fn what_was_never_otherwise_is_always() {
    let kept = Kept {
        revisions: vec![strict(), strict()],
        rows: Vec::new(),
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
        ("sub_fieldforce", 315, true)
    );
}

#[test]
fn what_happened_by_itself_happened_at_its_time() {
    let expired = json!({"credentials": {super::scene::KEY: {"expires_at": "2026-11-20"}}});
    let kept = Kept {
        revisions: vec![json!({})],
        rows: Vec::new(),
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
