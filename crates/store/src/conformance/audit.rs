//! The audit trail and its chain.

use serde_json::json;

use super::{Fixture, apply, delete, entry, kind, meta, put};
use crate::{
    ActorKind, AuditFilter, AuditLine, ChangeMeta, Event, Fault, Order, Position, Store, StoreError,
};

fn event(name: &str) -> Event {
    Event::new(name)
}

async fn audit(store: &Store, filter: AuditFilter) -> Vec<AuditLine> {
    store.audit(filter).await.unwrap()
}

fn everything() -> AuditFilter {
    AuditFilter {
        order: Order::OldestFirst,
        limit: 1_000,
        ..AuditFilter::default()
    }
}

/// Change sets 1 to 6: rules, directory, both, management, an event, a deletion.
async fn live(store: &Store) {
    apply(store, vec![put("plan", "p", json!({"n": 1}))]).await;
    apply(store, vec![put("app", "a", json!({"tenant": "t"}))]).await;
    let both = vec![
        put("plan", "p", json!({"n": 2})),
        put("app", "a", json!({"tenant": "t", "n": 2})),
    ];
    apply(store, both).await;
    apply(store, vec![put("user", "lin", json!({"tenant": "u"}))]).await;
    let sign_in = Event {
        subject: Some((kind("user"), "lin".into())),
        tenant: Some("u".into()),
        ..event("sign_in")
    };
    store.note_event(sign_in, meta(5_000)).await.unwrap();
    apply(store, vec![delete("app", "a")]).await;
}

pub(crate) async fn management_takes_numbers_and_makes_no_revision(fixture: &impl Fixture) {
    let store = fixture.open();
    apply(&store, vec![put("plan", "p", json!({}))]).await;
    let head = store.head();
    let made = apply(&store, vec![put("user", "lin", json!({"n": 1}))]).await;
    assert_eq!((made.sequence, made.revision), (2, None));
    assert_eq!(store.head().revision, head.revision);
    let (_, found) = store
        .documents_now(crate::Scope::Class(crate::Class::Management))
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    let (_, rules) = store.documents_at(1).await.unwrap().unwrap();
    assert_eq!(rules.len(), 1);
    apply(&store, vec![put("user", "lin", json!({"n": 2}))]).await;
    let then = store.row_at(kind("user"), "lin", 2).await.unwrap();
    assert_eq!(then, crate::RowAt::Present(r#"{"n":1}"#.into()));
}

pub(crate) async fn every_change_set_and_event_is_a_link(fixture: &impl Fixture) {
    let store = fixture.open();
    let empty = store.verify_chain(None).await.unwrap();
    assert_eq!((empty.sequence, empty.hash, empty.sets), (0, [0; 32], 0));
    assert_eq!(empty.fault, None);

    let watch = store.watch();
    live(&store).await;
    assert!(watch.has_changed().unwrap());
    assert_eq!(store.head().sequence, 6);
    assert_eq!(store.head().revision.number, 2);
    let chain = store.verify_chain(Some(4)).await.unwrap();
    assert_eq!((chain.sequence, chain.sets, chain.changes), (6, 6, 6));
    assert_eq!((chain.forgotten, &chain.fault), (0, &None));
    let lines = audit(&store, everything()).await;
    assert_eq!(lines.last().unwrap().hash, chain.hash);
    let fourth = lines.iter().find(|line| line.position.sequence == 4);
    assert_eq!(chain.asked, Some(fourth.unwrap().hash));
    assert_eq!(store.verify_chain(Some(7)).await.unwrap().asked, None);
    drop(store);

    let store = fixture.open();
    assert_eq!(store.head().sequence, 6);
    let again = store.verify_chain(Some(4)).await.unwrap();
    assert_eq!(again, chain);
    let next = store.note_event(event("export"), meta(1)).await.unwrap();
    assert_eq!(next, store.head());
    assert_eq!(next.sequence, 7);
    let more = store.verify_chain(Some(6)).await.unwrap();
    assert_eq!((more.asked, more.fault), (Some(chain.hash), None));
    assert_ne!(more.hash, chain.hash);
    // Written down, so that a change of the form does not go unseen.
    let first = crate::canonical::hex(&fourth.unwrap().hash[..3]);
    assert_eq!(first, "08d0c8");
}

pub(crate) async fn the_chain_outlives_what_is_forgotten(fixture: &impl Fixture) {
    let store = fixture.open();
    live(&store).await;
    let before = store.verify_chain(None).await.unwrap();
    store.prune(i64::MAX).await.unwrap();
    let after = store.verify_chain(None).await.unwrap();
    assert_eq!((after.sets, after.hash), (6, before.hash));
    assert_eq!(after.fault, None);
    assert_eq!(after.changes, 2, "those of the two newest revisions");
    assert_eq!(after.forgotten, 6);
    let lines = audit(&store, everything()).await;
    let forgotten = lines.iter().find(|line| line.position.sequence == 4);
    let forgotten = forgotten.unwrap();
    assert_eq!((&forgotten.entry, &forgotten.event), (&None, &None));
    assert_eq!(forgotten.meta, meta(1_000));
    apply(&store, vec![put("plan", "q", json!({}))]).await;
    assert_eq!(store.verify_chain(None).await.unwrap().fault, None);
}

pub(crate) async fn whoever_changes_the_past_is_found(fixture: &impl Fixture) {
    let entries = |sequence| Fault::Entries(sequence);
    let link = Fault::Link;
    let document = Fault::Document {
        kind: kind("plan"),
        id: "p".into(),
    };
    let end = Fault::End {
        found: 5,
        expected: 6,
    };
    for (sql, undo, fault) in [
        (
            "UPDATE change_sets SET who = 'eve' WHERE sequence = 2",
            "UPDATE change_sets SET who = 'lin@example.com' WHERE sequence = 2",
            link(2),
        ),
        (
            "UPDATE change_sets SET origin = NULL WHERE sequence = 5",
            "UPDATE change_sets SET origin = '192.0.2.7' WHERE sequence = 5",
            link(5),
        ),
        (
            "UPDATE change_sets SET subject_id = 'ann' WHERE sequence = 5",
            "UPDATE change_sets SET subject_id = 'lin' WHERE sequence = 5",
            link(5),
        ),
        (
            "UPDATE changes SET after = '{\"n\":3}' WHERE sequence = 3 AND kind = 'plan'",
            "UPDATE changes SET after = '{\"n\":2}' WHERE sequence = 3 AND kind = 'plan'",
            entries(3),
        ),
        (
            "UPDATE changes SET sequence = 2, ordinal = 1 WHERE sequence = 4",
            "UPDATE changes SET sequence = 4, ordinal = 0 WHERE sequence = 2 AND kind = 'user'",
            entries(2),
        ),
        (
            "UPDATE documents SET json = '{\"n\":9}' WHERE kind = 'plan'",
            "UPDATE documents SET json = '{\"n\":2}' WHERE kind = 'plan'",
            document.clone(),
        ),
        (
            "UPDATE documents SET json = '{\"n\":9}', version = 0 WHERE kind = 'plan'",
            "UPDATE documents SET json = '{\"n\":2}', version = 3 WHERE kind = 'plan'",
            document.clone(),
        ),
        (
            "UPDATE documents SET id = 'q' WHERE kind = 'plan'",
            "UPDATE documents SET id = 'p' WHERE kind = 'plan'",
            Fault::Document {
                kind: kind("plan"),
                id: "q".into(),
            },
        ),
        (
            "UPDATE documents SET version = 4 WHERE kind = 'plan'",
            "UPDATE documents SET version = 3 WHERE kind = 'plan'",
            document,
        ),
        (
            "UPDATE change_sets SET sequence = 60 WHERE sequence = 4",
            "UPDATE change_sets SET sequence = 4 WHERE sequence = 60",
            link(5),
        ),
        ("DELETE FROM change_sets WHERE sequence = 6", "", end),
    ] {
        let store = fixture.open();
        if store.head().sequence == 0 {
            live(&store).await;
        }
        let chain = store.verify_chain(None).await.unwrap();
        assert_eq!(chain.fault, None, "before: {sql}");
        drop(store);
        fixture.tamper(sql);
        let store = fixture.open();
        let chain = store.verify_chain(None).await.unwrap();
        assert_eq!(chain.fault.as_ref(), Some(&fault), "{sql}");
        assert!(!fault.to_string().is_empty());
        drop(store);
        fixture.tamper(undo);
    }
}

pub(crate) async fn whoever_takes_a_document_out_is_found(fixture: &impl Fixture) {
    let store = fixture.open();
    live(&store).await;
    apply(&store, vec![put("plan", "old", json!({}))]).await;
    for n in 0..3 {
        apply(&store, vec![put("plan", "new", json!({ "n": n }))]).await;
    }
    drop(store);
    let fault = async |sql: &str| {
        fixture.tamper(sql);
        let store = fixture.open();
        store.verify_chain(None).await.unwrap().fault
    };
    let missing = Fault::Document {
        kind: kind("user"),
        id: "lin".into(),
    };
    let keep = "CREATE TABLE kept AS SELECT * FROM documents WHERE kind = 'user'";
    fixture.tamper(keep);
    let gone = fault("DELETE FROM documents WHERE kind = 'user'").await;
    assert_eq!(gone, Some(missing));
    let back = fault("INSERT INTO documents SELECT * FROM kept; DROP TABLE kept").await;
    assert_eq!(back, None);

    // The same of rules whose changes are forgotten.
    let store = fixture.open();
    store.prune(i64::MAX).await.unwrap();
    assert_eq!(store.verify_chain(None).await.unwrap().fault, None);
    let number = store.head().revision.number;
    drop(store);
    let other = "UPDATE documents SET json = '{\"n\":7}' WHERE id = 'old'";
    assert_eq!(fault(other).await, Some(Fault::Rules(number)));
    let gone = fault("DELETE FROM documents WHERE id = 'old'").await;
    assert_eq!(gone, Some(Fault::Rules(number)));
}

pub(crate) async fn the_trail_says_who_from_where_and_what(fixture: &impl Fixture) {
    let store = fixture.open();
    let by_local = ChangeMeta::local("uid 1000", 7, "why", "apply");
    store
        .apply(
            vec![put("tenant", "t", json!({}))],
            by_local.clone(),
            |_| Ok::<(), crate::ApplyError<()>>(()),
        )
        .await
        .unwrap();
    let failed = Event {
        subject: Some((kind("user"), "lin".into())),
        tenant: Some("t".into()),
        ..event("sign_in_failed")
    };
    let by_user = ChangeMeta {
        actor: ActorKind::ServiceAccount,
        from: Some("2001:db8::7".to_owned()),
        ..meta(8)
    };
    store
        .note_event(failed.clone(), by_user.clone())
        .await
        .unwrap();
    let lines = audit(
        &store,
        AuditFilter {
            limit: 9,
            ..AuditFilter::default()
        },
    )
    .await;
    let expected = [
        AuditLine {
            position: Position {
                sequence: 2,
                ordinal: 0,
            },
            revision: None,
            meta: by_user,
            event: Some(failed),
            entry: None,
            hash: lines[0].hash,
        },
        AuditLine {
            position: Position {
                sequence: 1,
                ordinal: 0,
            },
            revision: None,
            meta: by_local,
            event: None,
            entry: Some(entry("tenant", "t", None, Some("{}"))),
            hash: lines[1].hash,
        },
    ];
    assert_eq!(lines, expected);
    assert_ne!(lines[0].hash, lines[1].hash);
}

pub(crate) async fn the_trail_is_filtered(fixture: &impl Fixture) {
    let store = fixture.open();
    live(&store).await;
    let more = vec![
        put("service", "s", json!({"tenant": "v"})),
        put("app", "b", json!({"tenant": "t"})),
        put("subscription", "x", json!({"app": "b", "service": "s"})),
        put("credential", "k", json!({"app": "b"})),
    ];
    let other = ChangeMeta::system(9_000, "", "test");
    store
        .apply(more, other, |_| Ok::<(), crate::ApplyError<()>>(()))
        .await
        .unwrap();
    let all = audit(&store, everything()).await;
    assert!(all.is_sorted_by_key(|line| line.position));
    assert_eq!(all.len(), 11);

    let found = async |filter: AuditFilter| {
        let lines = audit(&store, filter).await;
        lines
            .iter()
            .map(|line| (line.position.sequence, line.position.ordinal))
            .collect::<Vec<_>>()
    };
    let with = everything;
    let who = AuditFilter {
        who: Some("system".into()),
        ..with()
    };
    assert_eq!(found(who).await, [(7, 0), (7, 1), (7, 2), (7, 3)]);
    let of_kind = AuditFilter {
        kind: Some(kind("user")),
        ..with()
    };
    assert_eq!(found(of_kind).await, [(4, 0), (5, 0)]);
    let id = AuditFilter {
        id: Some("p".into()),
        ..with()
    };
    assert_eq!(found(id).await, [(1, 0), (3, 0)]);
    let sign_in = AuditFilter {
        event: Some("sign_in".into()),
        ..with()
    };
    assert_eq!(found(sign_in).await, [(5, 0)]);
    let since = AuditFilter {
        since_ms: Some(5_000),
        until_ms: Some(9_000),
        ..with()
    };
    assert_eq!(found(since).await, [(5, 0)]);
    let tenant = |tenant: &str| AuditFilter {
        tenant: Some(tenant.into()),
        ..with()
    };
    let t = [(2, 0), (3, 1), (6, 0), (7, 1), (7, 2), (7, 3)];
    assert_eq!(found(tenant("t")).await, t);
    assert_eq!(
        found(tenant("u")).await,
        [(5, 0)],
        "users are the platform's"
    );
    assert_eq!(found(tenant("v")).await, [(7, 0), (7, 2)]);

    for order in [Order::OldestFirst, Order::NewestFirst] {
        let mut paged: Vec<AuditLine> = Vec::new();
        loop {
            let from = paged.last().map(|line| line.position);
            let filter = AuditFilter {
                from,
                order,
                limit: 3,
                ..with()
            };
            let page = audit(&store, filter).await;
            if page.is_empty() {
                break;
            }
            paged.extend(page);
        }
        if order == Order::NewestFirst {
            paged.reverse();
        }
        assert_eq!(paged, all);
    }
}

pub(crate) async fn a_tenant_s_trail_has_all_that_is_its_own(fixture: &impl Fixture) {
    let store = fixture.open();
    let of = async |tenant: &str, since: u64| {
        let filter = AuditFilter {
            tenant: Some(tenant.into()),
            from: Some(Position {
                sequence: since,
                ordinal: u64::from(u32::MAX),
            }),
            ..everything()
        };
        let lines = audit(&store, filter).await.into_iter();
        let entries = lines.filter_map(|line| line.entry);
        entries
            .map(|entry| format!("{}/{}", entry.kind, entry.id))
            .collect::<Vec<_>>()
    };
    let begin = vec![
        put("tenant", "t", json!({})),
        put("tenant_default", "t", json!({})),
        put("app", "a", json!({"tenant": "t"})),
        put("credential", "k", json!({"app": "a"})),
        put("service", "s", json!({"tenant": "v"})),
        put("api_document", "s/v1", json!({})),
        put("policy", "of_s", json!({"on": {"service": "s"}})),
        put("policy", "of_t", json!({"on": {"tenant": "t"}})),
        put("subscription", "x", json!({"app": "a", "service": "s"})),
        put("policy", "of_all", json!({"on": "platform"})),
    ];
    apply(&store, begin).await;
    let t = [
        "tenant/t",
        "tenant_default/t",
        "app/a",
        "credential/k",
        "policy/of_t",
    ];
    assert_eq!(of("t", 0).await, [&t[..], &["subscription/x"]].concat());
    let v = [
        "service/s",
        "api_document/s/v1",
        "policy/of_s",
        "subscription/x",
    ];
    assert_eq!(of("v", 0).await, v);

    // What moves is told to both.
    let moved = apply(&store, vec![put("app", "a", json!({"tenant": "u"}))]).await;
    let since = moved.sequence - 1;
    assert_eq!(of("t", since).await, ["app/a"]);
    assert_eq!(of("u", since).await, ["app/a"]);

    // What goes together is told as it was.
    let gone = vec![
        delete("app", "a"),
        delete("credential", "k"),
        delete("subscription", "x"),
        delete("service", "s"),
        delete("api_document", "s/v1"),
        delete("policy", "of_s"),
    ];
    let since = moved.sequence;
    apply(&store, gone).await;
    assert_eq!(
        of("u", since).await,
        ["app/a", "credential/k", "subscription/x"]
    );
    let v = [
        "subscription/x",
        "service/s",
        "api_document/s/v1",
        "policy/of_s",
    ];
    assert_eq!(of("v", since).await, v);
}

pub(crate) async fn what_no_event_can_be_is_refused(fixture: &impl Fixture) {
    let store = fixture.open();
    let long = ChangeMeta {
        from: Some("x".repeat(65)),
        ..meta(1)
    };
    let nameless = Event {
        subject: Some((kind("user"), "".into())),
        ..event("sign_in")
    };
    for (event, meta, words) in [
        (
            event("Sign in"),
            meta(1),
            "`Sign in` is not the name of an event",
        ),
        (
            event("sign_in"),
            long,
            "`from` of the change has 65 bytes; 64 are accepted",
        ),
        (nameless, meta(1), "an id has 1 to 256 bytes"),
    ] {
        let error = store.note_event(event, meta).await.unwrap_err();
        assert!(matches!(error, StoreError::Invalid(_)));
        assert!(error.to_string().contains(words), "{error}");
    }
    assert_eq!(store.head().sequence, 0);
}
