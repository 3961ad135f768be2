//! Backups.

use std::sync::mpsc;

use serde_json::{Value, json};

use super::history::{EVERY_CHANGE, live};
use super::{Fixture, apply, kind, meta, put};
use crate::{ApplyError, AuditFilter, Document, Event, LoggedChange, Note, Scope, Store};

async fn lines(store: &Store) -> Vec<Value> {
    let (sender, lines) = mpsc::channel();
    let sink = move |line| sender.send(line).is_ok();
    store.backup(7, sink).await.unwrap();
    lines.into_iter().collect()
}

type Restored = Result<u64, ApplyError<&'static str>>;

async fn restore(store: &Store, lines: Vec<Value>) -> Restored {
    let lines = lines.into_iter().map(Ok);
    let validate = |proposal: &crate::Proposal<'_>| Ok(proposal.head().sequence);
    let (_, seen) = store.restore(lines, meta(9), validate).await?;
    Ok(seen)
}

/// Documents, the change log, and the rules of every kept revision.
type State = (Vec<Document>, Vec<LoggedChange>, Vec<Vec<Document>>);

async fn state(store: &Store) -> State {
    let (_, documents) = store.documents_now(Scope::Everything).await.unwrap();
    let changes = store.changes(EVERY_CHANGE).await.unwrap();
    let mut rules = Vec::new();
    for record in store.revisions(0..=u64::MAX, 1_000).await.unwrap() {
        let found = store.documents_at(record.revision.number).await.unwrap();
        rules.push(found.unwrap().1);
    }
    (documents, changes, rules)
}

pub(crate) async fn a_backup_brings_everything_back(fixture: &impl Fixture) {
    let store = fixture.open();
    live(&store, 150).await;
    apply(
        &store,
        vec![put("user", "lin", json!({"é": 1.5, "n": [null, "x"]}))],
    )
    .await;
    store
        .note_event(Event::new("sign_in"), meta(151_000))
        .await
        .unwrap();
    store.prune(40_000).await.unwrap();
    let before = state(&store).await;
    let chain = store.verify_chain(None).await.unwrap();
    let head = store.head();
    let backup = lines(&store).await;

    let later: Vec<_> = (0..5)
        .map(|n| put("plan", "d0", json!({ "later": n })))
        .collect();
    for change in later {
        apply(&store, vec![change]).await;
    }
    let session = Note {
        key: "k".into(),
        value: json!(1),
        expires_at_ms: i64::MAX,
    };
    store.note_put("session", session, 0).await.unwrap();
    let watch = store.watch();
    let seen = restore(&store, backup.clone()).await.unwrap();
    assert_eq!(seen, head.sequence + 6, "beyond what was taken meanwhile");
    assert_eq!(store.head().sequence, seen);
    assert!(watch.has_changed().unwrap());
    assert_eq!(store.head().revision, head.revision);
    assert_eq!(state(&store).await, before);
    assert_eq!(store.note_get("session", "k", 0).await.unwrap(), None);
    let after = store.verify_chain(Some(chain.sequence)).await.unwrap();
    assert_eq!((after.asked, &after.fault), (Some(chain.hash), &None));
    let newest = store.audit(AuditFilter {
        limit: 1,
        ..AuditFilter::default()
    });
    let newest = newest.await.unwrap().remove(0);
    assert_eq!(newest.event, Some(Event::new("restore")));
    let said = format!("A backup of change set {}", head.sequence);
    assert!(
        newest.meta.comment.starts_with(&said),
        "{}",
        newest.meta.comment
    );

    // Life goes on, and the result can be backed up again.
    let next = apply(&store, vec![put("plan", "new", json!({}))]).await;
    assert_eq!(next.revision.unwrap().number, head.revision.number + 1);
    let again = lines(&store).await;
    restore(&store, again).await.unwrap();
    drop(store);
    let store = fixture.open();
    assert_eq!(store.verify_chain(None).await.unwrap().fault, None);
    assert!(store.document(kind("plan"), "new").await.unwrap().is_some());
}

pub(crate) async fn what_is_no_backup_changes_nothing(fixture: &impl Fixture) {
    let store = fixture.open();
    live(&store, 20).await;
    let before = (store.head(), state(&store).await);
    let good = lines(&store).await;
    let at = |name: &str| {
        good.iter()
            .position(|line| line.get(name).is_some())
            .unwrap()
    };
    let with = |at: usize, change: &dyn Fn(&mut Value)| {
        let mut lines = good.clone();
        change(&mut lines[at]);
        lines
    };
    let cut = good[..good.len() - 1].to_vec();
    let without = |at: usize| {
        let mut lines = good.clone();
        lines.remove(at);
        lines
    };
    let mut twice = good.clone();
    twice.insert(1, good[0].clone());
    for (lines, words) in [
        (vec![], "line 1: the file is empty"),
        (
            vec![json!({"hello": 1})],
            "line 1: this is no backup of Postern's",
        ),
        (cut, "the file ends before the backup does"),
        (without(at("document")), "was changed"),
        (without(at("set")), ""),
        (twice, "line 2: it does not stand where it should"),
        (
            with(0, &|line| line["postern"]["backup"] = json!(2)),
            "it has the form 2, and this Postern knows 1",
        ),
        (
            with(0, &|line| line["postern"]["installation"] = json!("00")),
            "another installation.key",
        ),
        (
            with(at("set"), &|line| line["set"]["who"] = json!("eve")),
            "was changed",
        ),
        (
            with(at("document"), &|line| {
                line["document"]["kind"] = json!("A kind");
            }),
            "something in it has not the form it should",
        ),
        (
            with(at("change"), &|line| {
                line["change"]["sequence"] = json!("x");
            }),
            "it cannot be read",
        ),
    ] {
        let error = restore(&store, lines).await.unwrap_err().to_string();
        assert!(error.contains(words), "{words}: {error}");
    }
    let unreadable = vec![Ok(good[0].clone()), Err("it is no JSON".to_owned())];
    let refused = store
        .restore(unreadable.into_iter(), meta(9), |_| {
            Ok::<(), ApplyError<&str>>(())
        })
        .await;
    let error = refused.unwrap_err().to_string();
    assert!(
        error.contains("line 2: it is no JSON; nothing was changed"),
        "{error}"
    );
    let refused = store
        .restore(good.into_iter().map(Ok), meta(9), |_| {
            Err::<(), _>(ApplyError::Refused("no such upstream"))
        })
        .await;
    assert!(matches!(
        refused,
        Err(ApplyError::Refused("no such upstream"))
    ));
    assert_eq!((store.head(), state(&store).await), before);
}
