//! One change set.

use serde_json::json;

use super::{Fixture, apply, delete, entry, kind, merge, meta, put, try_apply};
use crate::{Applied, ApplyError, Expect, Invalid, Revision, Scope, StoreError};

pub(crate) async fn rules_make_revisions_and_the_directory_takes_numbers(fixture: &impl Fixture) {
    let store = fixture.open();
    assert_eq!(store.head().sequence, 0);
    assert_eq!(store.head().revision, Revision::EMPTY);

    let first = apply(&store, vec![put("service", "partners", json!({"a": 1}))]).await;
    assert_eq!((first.sequence, first.revision.unwrap().number), (1, 1));
    let second = apply(&store, vec![put("app", "field", json!({}))]).await;
    assert_eq!((second.sequence, second.revision), (2, None));
    assert_eq!(store.head().revision, first.revision.unwrap());
    let both = vec![
        put("app", "field", json!({"state": "suspended"})),
        put("plan", "standard", json!({})),
    ];
    let third = apply(&store, both).await;
    assert_eq!((third.sequence, third.revision.unwrap().number), (3, 2));
    assert_ne!(third.revision.unwrap().hash, first.revision.unwrap().hash);

    let head = store.head();
    assert_eq!((head.sequence, Some(head.revision)), (3, third.revision));
    drop(store);
    assert_eq!(fixture.open().head(), head);
}

pub(crate) async fn what_changes_nothing_takes_no_number(fixture: &impl Fixture) {
    let store = fixture.open();
    apply(&store, vec![put("plan", "p", json!({"a": 1, "b": 2}))]).await;
    let head = store.head();
    let nothing = vec![
        put("plan", "p", json!({"b": 2, "a": 1})),
        merge("plan", "p", json!({"a": 1, "c": null})),
        delete("plan", "other"),
    ];
    let applied = store
        .apply(nothing, meta(1), |proposal| {
            Ok::<_, ApplyError<()>>(proposal.head())
        })
        .await
        .unwrap();
    let expected = Applied {
        sequence: 1,
        revision: None,
        entries: vec![],
        validated: head,
    };
    assert_eq!(applied, expected);
    assert_eq!(store.head(), head);
}

pub(crate) async fn a_document_changed_twice_is_one_entry(fixture: &impl Fixture) {
    let store = fixture.open();
    apply(&store, vec![put("list", "office", json!({"a": 1}))]).await;
    let changes = vec![
        merge("list", "office", json!({"b": 2})),
        put("list", "gone", json!({})),
        merge("list", "office", json!({"a": null})),
        delete("list", "gone"),
    ];
    let applied = apply(&store, changes).await;
    let expected = entry("list", "office", Some(r#"{"a":1}"#), Some(r#"{"b":2}"#));
    assert_eq!(applied.entries, [expected]);
    assert_eq!(store.document(kind("list"), "gone").await.unwrap(), None);
}

pub(crate) async fn patches_are_merged_and_made_canonical(fixture: &impl Fixture) {
    let store = fixture.open();
    let made = apply(
        &store,
        vec![merge("app", "a", json!({"z": 1, "b": {"y": null}}))],
    )
    .await;
    assert_eq!(
        made.entries,
        [entry("app", "a", None, Some(r#"{"b":{},"z":1}"#))]
    );
    let patch = json!({"b": {"x": [1, null]}, "z": null});
    apply(&store, vec![merge("app", "a", patch)]).await;
    let document = store.document(kind("app"), "a").await.unwrap().unwrap();
    assert_eq!(&*document.json, r#"{"b":{"x":[1,null]}}"#);
    assert_eq!(document.version, 2);
    assert_eq!(document.value().unwrap(), json!({"b": {"x": [1, null]}}));
}

pub(crate) async fn another_version_is_a_conflict(fixture: &impl Fixture) {
    let store = fixture.open();
    apply(&store, vec![put("app", "a", json!({"n": 1}))]).await;
    apply(&store, vec![put("app", "a", json!({"n": 2}))]).await;
    let change = |expect| put("app", "a", json!({"n": 3})).expecting(expect);
    let missing = |expect| put("app", "b", json!({})).expecting(expect);
    let refused = [
        (change(Expect::Version(1)), "(version 2, expected 1)"),
        (change(Expect::Absent), "app `a` exists already"),
        (missing(Expect::Present), "app `b` does not exist"),
        (missing(Expect::Version(2)), "app `b` does not exist"),
    ];
    for (change, words) in refused {
        let also = put("app", "bystander", json!({}));
        let error = try_apply(&store, vec![also, change]).await.unwrap_err();
        assert!(matches!(error, ApplyError::Conflict { .. }), "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
    assert_eq!(store.head().sequence, 2);
    let (_, documents) = store.documents_now(Scope::Everything).await.unwrap();
    assert_eq!(documents.len(), 1);

    apply(&store, vec![missing(Expect::Absent)]).await;
    apply(&store, vec![change(Expect::Present)]).await;
    apply(&store, vec![change(Expect::Version(4)), delete("app", "b")]).await;
    // What an earlier change of the set made is not what is expected.
    let twice = vec![
        put("app", "c", json!({"n": 1})).expecting(Expect::Absent),
        put("app", "c", json!({"n": 2})).expecting(Expect::Absent),
    ];
    apply(&store, twice).await;
}

pub(crate) async fn a_refused_set_leaves_no_trace(fixture: &impl Fixture) {
    let store = fixture.open();
    apply(&store, vec![put("service", "s", json!({"n": 1}))]).await;
    let (head, before) = store.documents_now(Scope::Everything).await.unwrap();
    let watch = store.watch();
    let changes = vec![
        put("service", "s", json!({"n": 2})),
        put("app", "a", json!({})),
    ];
    let refused = store
        .apply(changes, meta(1), |_| {
            Err::<(), _>(ApplyError::Refused("no such upstream"))
        })
        .await;
    assert!(matches!(
        refused,
        Err(ApplyError::Refused("no such upstream"))
    ));
    assert!(!watch.has_changed().unwrap());
    let after = store.documents_now(Scope::Everything).await.unwrap();
    assert_eq!(after, (head, before));
    assert_eq!(store.revisions(0..=u64::MAX, 10).await.unwrap().len(), 1);
    let next = apply(&store, vec![put("app", "a", json!({}))]).await;
    assert_eq!(next.sequence, 2);
}

pub(crate) async fn the_validation_sees_the_result(fixture: &impl Fixture) {
    let store = fixture.open();
    let made = vec![
        put("service", "kept", json!({})),
        put("service", "gone", json!({})),
        put("tenant", "t", json!({})),
    ];
    apply(&store, made).await;
    let changes = vec![
        delete("service", "gone"),
        put("service", "new", json!({"n": 1})),
        merge("tenant", "t", json!({"n": 2})),
    ];
    let applied = store
        .apply(changes, meta(1), |proposal| {
            assert!(proposal.touches_rules());
            assert_eq!(proposal.entries().len(), 3);
            assert_eq!(proposal.document(&kind("service"), "gone")?, None);
            let mut seen = Vec::new();
            proposal.documents(&Scope::Everything, |document| {
                seen.push(format!(
                    "{}/{} {} v{}",
                    document.kind, document.id, document.json, document.version
                ));
            })?;
            Ok::<_, ApplyError<()>>((proposal.head(), seen))
        })
        .await
        .unwrap();
    let (head, seen) = applied.validated;
    assert_eq!(head, store.head());
    assert_eq!(
        seen,
        [
            "service/kept {} v1",
            r#"service/new {"n":1} v2"#,
            r#"tenant/t {"n":2} v2"#
        ]
    );
}

pub(crate) async fn a_panic_in_the_validation_undoes_the_set(fixture: &impl Fixture) {
    let store = fixture.open();
    let broken = store
        .apply(vec![put("app", "a", json!({}))], meta(1), |proposal| {
            // A fault in the validation, which this test wants.
            assert!(proposal.entries().is_empty(), "there is an entry");
            Ok::<(), ApplyError<()>>(())
        })
        .await;
    assert!(matches!(
        broken,
        Err(ApplyError::Store(StoreError::Abandoned))
    ));
    assert_eq!(store.document(kind("app"), "a").await.unwrap(), None);
    assert_eq!(
        apply(&store, vec![put("app", "b", json!({}))])
            .await
            .sequence,
        1
    );
}

pub(crate) async fn what_cannot_be_a_document_is_refused(fixture: &impl Fixture) {
    let store = fixture.open();
    let deep = |levels: usize| (0..levels).fold(json!(1), |inner, _| json!({ "a": inner }));
    let cases = [
        (put("app", "", json!({})), "1 to 256 bytes"),
        (put("app", "a\nb", json!({})), r"app `a\nb`: an id has"),
        (put("app", "a", json!([1])), "app `a` would become an array"),
        (merge("app", "a", json!(null)), "would become null"),
        (put("app", "a", deep(101)), "deeper than 100 levels"),
        (merge("app", "a", deep(101)), "deeper than 100 levels"),
        (
            put("app", "a", json!({"a": "x".repeat(16 << 20)})),
            "16777224 bytes of JSON; 16777216 are accepted",
        ),
    ];
    for (change, words) in cases {
        let error = try_apply(&store, vec![change]).await.unwrap_err();
        assert!(matches!(error, ApplyError::Invalid(_)), "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
    let mut odd = meta(1);
    odd.who = "li\0n".to_owned();
    let refused = store
        .apply(vec![], odd, |_| Ok::<(), ApplyError<()>>(()))
        .await;
    assert!(matches!(
        refused,
        Err(ApplyError::Invalid(Invalid::Nul { field: "who" }))
    ));
    let mut wordy = meta(1);
    wordy.comment = "x".repeat(4097);
    let refused = store
        .apply(vec![], wordy, |_| Ok::<(), ApplyError<()>>(()))
        .await;
    assert!(matches!(
        refused,
        Err(ApplyError::Invalid(Invalid::Meta {
            field: "comment",
            ..
        }))
    ));
    apply(&store, vec![put("app", &"x".repeat(256), deep(100))]).await;
}
