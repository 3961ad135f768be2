//! Backups.

use std::sync::mpsc;

use serde_json::{Value, json};

use super::history::{EVERY_CHANGE, live};
use super::{Fixture, apply, kind, meta, put};
use crate::canonical::{canonical, hex, sha256};
use postern_model::Holder;

/// Whom secrets are sealed for here.
const HOLDER: Holder<'static> = Holder {
    kind: "credential",
    id: "key_1",
    tenant: None,
};
use crate::{
    ApplyError, AuditFilter, Document, Event, LoggedChange, MasterSource, Note, PASSWORDS, Scope,
    Sealer, Store, StoreError,
};

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
    let sealer = sealer(store).await;
    let (_, seen) = store.restore(lines, sealer, meta(9), validate).await?;
    Ok(seen)
}

async fn sealer(store: &Store) -> Sealer {
    let sealer = store.open_secrets(&MasterSource::Directory, None).await;
    sealer.unwrap()
}

fn note(value: u64) -> Note {
    Note {
        key: "k".into(),
        value: json!(value),
        expires_at_ms: i64::MAX,
    }
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
    store.note_put(PASSWORDS, note(1), 0).await.unwrap();
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
    store.note_put("session", note(1), 0).await.unwrap();
    store.note_put(PASSWORDS, note(2), 0).await.unwrap();
    let watch = store.watch();
    let seen = restore(&store, backup.clone()).await.unwrap();
    assert_eq!(seen, head.sequence + 6, "beyond what was taken meanwhile");
    assert_eq!(store.head().sequence, seen);
    assert!(watch.has_changed().unwrap());
    assert_eq!(store.head().revision, head.revision);
    assert_eq!(state(&store).await, before);
    assert_eq!(store.note_get("session", "k", 0).await.unwrap(), None);
    let password = store.note_get(PASSWORDS, "k", 0).await.unwrap();
    assert_eq!(password, Some(note(1)), "that of the backup");
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

pub(crate) async fn nothing_follows_from_what_was_before_a_restore(fixture: &impl Fixture) {
    let store = fixture.open();
    apply(&store, vec![put("plan", "old", json!({}))]).await;
    let backup = lines(&store).await;
    apply(&store, vec![put("plan", "new", json!({}))]).await;
    let before = store.head().sequence;
    let since = async |sequence: u64| {
        let look = move |proposal: &crate::Proposal<'_>| Ok(proposal.since(sequence)?);
        store.inspect::<_, &str>(look).await.unwrap()
    };
    assert_eq!(since(before).await, Some(vec![]));
    let restored = restore(&store, backup).await.unwrap();
    assert_eq!(since(before).await, None);
    assert_eq!(since(restored).await, Some(vec![]));
    apply(&store, vec![put("plan", "next", json!({}))]).await;
    assert_eq!(since(before).await, None);
    assert_eq!(since(restored).await.unwrap().len(), 1);
}

pub(crate) async fn no_key_of_secrets_is_lost_by_a_restore(fixture: &impl Fixture) {
    let store = fixture.open();
    apply(&store, vec![put("plan", "p", json!({}))]).await;
    let keys = sealer(&store).await;
    let first = keys.seal(b"first", HOLDER).unwrap();
    let backup = lines(&store).await;
    store.rotate_secrets(&keys, false).await.unwrap();
    let second = keys.seal(b"second", HOLDER).unwrap();
    // The master key is another one by then, too.
    store.rotate_secrets(&keys, true).await.unwrap();
    restore(&store, backup.clone()).await.unwrap();
    let opened = sealer(&store).await;
    for (sealed, secret) in [(&first, &b"first"[..]), (&second, b"second")] {
        assert_eq!(opened.open_secret(sealed, HOLDER).unwrap().expose(), secret);
    }
    assert!(!opened.is_newest(&second), "the newest of all still seals");

    // Of a key that is not there, the backup has nothing to offer.
    let mut foreign = backup;
    let keys = &mut foreign[0]["postern"]["keys"];
    let renamed = keys
        .as_str()
        .unwrap()
        .replacen(r#""id":""#, r#""id":"0"#, 1);
    *keys = json!(renamed);
    let (end, others) = foreign.split_last_mut().unwrap();
    let text: Vec<_> = others.iter().map(|line| canonical(line) + "\n").collect();
    end["end"]["sha256"] = json!(hex(&sha256(text.concat().as_bytes())));
    let before = (store.head(), state(&store).await);
    let error = restore(&store, foreign).await.unwrap_err();
    assert!(matches!(
        error,
        ApplyError::Store(StoreError::Backup { line: 1, .. })
    ));
    assert!(error.to_string().contains("another master key"), "{error}");
    assert_eq!((store.head(), state(&store).await), before);
}

pub(crate) async fn keys_that_two_nodes_made_are_both_kept(fixture: &impl Fixture) {
    let store = fixture.open();
    let (one, two) = (sealer(&store).await, sealer(&store).await);
    store.rotate_secrets(&one, false).await.unwrap();
    let by_one = one.seal(b"one", HOLDER).unwrap();
    store.rotate_secrets(&two, false).await.unwrap();
    let by_two = two.seal(b"two", HOLDER).unwrap();
    for keys in [&two, &sealer(&store).await] {
        assert_eq!(keys.open_secret(&by_one, HOLDER).unwrap().expose(), b"one");
        assert_eq!(keys.open_secret(&by_two, HOLDER).unwrap().expose(), b"two");
    }
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
        (without(at("set")), "what comes before it was changed"),
        (twice, "line 2: it does not stand where it should"),
        (
            with(0, &|line| line["postern"]["backup"] = json!(3)),
            "it has the form 3, and this Postern knows 2",
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
        .restore(
            unreadable.into_iter(),
            sealer(&store).await,
            meta(9),
            |_| Ok::<(), ApplyError<&str>>(()),
        )
        .await;
    let error = refused.unwrap_err().to_string();
    assert!(
        error.contains("line 2: it is no JSON; nothing was changed"),
        "{error}"
    );
    let refused = store
        .restore(
            good.into_iter().map(Ok),
            sealer(&store).await,
            meta(9),
            |_| Err::<(), _>(ApplyError::Refused("no such upstream")),
        )
        .await;
    assert!(matches!(
        refused,
        Err(ApplyError::Refused("no such upstream"))
    ));
    assert_eq!((store.head(), state(&store).await), before);
}
