//! Lists.

use serde_json::json;

use super::{Fixture, apply, delete, kind, put};
use crate::{Change, Member, Page, Store};

const SUBSCRIPTIONS: u32 = 60;

/// Three apps, four services, two states, in no order.
fn subscription(n: u32) -> Change {
    let value = json!({
        "app": format!("app{}", n % 3),
        "service": format!("service{}", n % 4),
        "state": if n.is_multiple_of(5) { "pending" } else { "approved" },
        "tenant": 7,
        "email": format!("e{}@example.com", n % 3),
        "service_account": format!("sa{}", n % 3),
        "subject": format!("sub{}", n % 3),
        "user": format!("usr{}", n % 3),
    });
    put("subscription", &format!("s{:02}", n * 37 % 60), value)
}

async fn all(store: &Store, mut page: Page) -> Vec<String> {
    let mut ids = Vec::new();
    loop {
        let part = store.documents_page(page.clone()).await.unwrap();
        assert!(part.len() <= page.limit);
        let Some(last) = part.last() else { return ids };
        page.after = Some(last.id.clone());
        ids.extend(part.iter().map(|document| document.id.to_string()));
    }
}

pub(crate) async fn documents_are_paged(fixture: &impl Fixture) {
    let store = fixture.open();
    apply(&store, (0..SUBSCRIPTIONS).map(subscription).collect()).await;
    apply(&store, vec![put("app", "s10", json!({"app": "app1"}))]).await;
    apply(&store, vec![delete("subscription", "s59")]).await;
    let page = |filter: Option<(Member, &str)>, descending: bool| Page {
        kind: kind("subscription"),
        filter: filter.map(|(member, value)| (member, value.to_owned())),
        after: None,
        descending,
        limit: 7,
    };
    let everything: Vec<String> = (0..59).map(|n| format!("s{n:02}")).collect();
    assert_eq!(all(&store, page(None, false)).await, everything);
    let mut backwards = all(&store, page(None, true)).await;
    backwards.reverse();
    assert_eq!(backwards, everything);

    for (member, name, value) in [
        (Member::App, "app", "app1"),
        (Member::Service, "service", "service3"),
        (Member::State, "state", "pending"),
        (Member::Email, "email", "e1@example.com"),
        (Member::ServiceAccount, "service_account", "sa2"),
        (Member::Subject, "subject", "sub0"),
        (Member::User, "user", "usr1"),
    ] {
        let mut expected: Vec<String> = (0..SUBSCRIPTIONS)
            .map(subscription)
            .filter(|change| match &change.action {
                crate::Action::Put(document) => document[name] == value && &*change.id != "s59",
                _ => false,
            })
            .map(|change| change.id.to_string())
            .collect();
        expected.sort_unstable();
        assert!(expected.len() > 7, "more than a page");
        let found = all(&store, page(Some((member, value)), false)).await;
        assert_eq!(found, expected, "{member:?}");
    }
    for (member, value) in [(Member::App, "app9"), (Member::Tenant, "7")] {
        assert!(
            all(&store, page(Some((member, value)), false))
                .await
                .is_empty()
        );
    }
}

pub(crate) async fn what_can_be_no_id_is_not_found(fixture: &impl Fixture) {
    let store = fixture.open();
    apply(&store, vec![put("app", "a", json!({}))]).await;
    for id in ["", "a\0", "\0"] {
        assert_eq!(store.document(kind("app"), id).await.unwrap(), None);
        let page = Page {
            kind: kind("app"),
            filter: None,
            after: Some(id.into()),
            descending: false,
            limit: 7,
        };
        assert!(all(&store, page).await.is_empty());
        let then = store.row_at(kind("app"), id, 1).await.unwrap();
        assert_eq!(then, crate::RowAt::Absent);
        let filter = crate::ChangeFilter {
            id: Some(id.into()),
            ..super::history::EVERY_CHANGE
        };
        assert_eq!(store.changes(filter).await.unwrap(), []);
    }
}
