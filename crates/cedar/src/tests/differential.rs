//! Decisions are those of `cedar-policy`, which looks at the whole set without an index.

use super::world::{Asked, document, place};
use crate::{Document, Verdict, decide, decide_without_body, permits_always};
use cedar_policy::{Authorizer, Decision, PolicySet};
use postern_model::entity::{Level, Method};
use proptest::prelude::*;

const PRINCIPALS: &[&str] = &[
    "principal",
    "principal == Postern::App::\"shop\"",
    "principal == Postern::App::\"bank\"",
    "principal in Postern::Group::\"partners\"",
    "principal in Postern::Group::\"staff\"",
    "principal in Postern::Tenant::\"shops\"",
    "principal is Postern::User",
    "principal is Postern::App in Postern::Group::\"partners\"",
    "principal in Postern::App::\"shop\"",
    "principal == Postern::User::\"idp|ann\"",
];
const ACTIONS: &[&str] = &[
    "action",
    "action == Postern::Action::\"GET\"",
    "action in Postern::Action::\"read\"",
    "action in Postern::Action::\"write\"",
    "action in [Postern::Action::\"POST\", Postern::Action::\"read\"]",
];
const RESOURCES: &[&str] = &[
    "resource",
    "resource == Postern::Operation::\"orders/v1/get-order\"",
    "resource in Postern::Version::\"orders/v1\"",
    "resource in Postern::Version::\"orders/v2\"",
    "resource in Postern::Service::\"orders\"",
    "resource in Postern::Tenant::\"acme\"",
    "resource is Postern::Operation in Postern::Service::\"billing\"",
];
const CONDITIONS: &[&str] = &[
    "true",
    "context.headers has \"x-team\"",
    "context.headers[\"x-team\"] == \"a\"",
    "context.headers[\"x-team\"] != \"a\"",
    "context.hour < 9",
    "context.hour >= 9",
    "principal.scopes.contains(\"write\")",
    "principal.groups.containsAny([\"staff\", \"partners\"])",
    "principal has name",
    "context.client.isInRange(ip(\"203.0.113.0/24\"))",
    "context has size && context.size > 100",
    "context.hour * 9223372036854775807 > 0",
    "resource.path.customer == principal.name",
    "resource.path has customer",
    "(context.hour == 10 || context.headers[\"x-team\"] == \"b\")",
    "context has token && context.token.groups.contains(\"staff\")",
    "!(principal is Postern::User)",
    "(if principal.name == \"shop\" then context.hour < 9 else true)",
];

pub(super) fn texts() -> impl Strategy<Value = String> {
    let of = |all: &'static [&'static str]| prop::sample::select(all);
    let conditions = prop::collection::vec(of(CONDITIONS), 0..4);
    let excluded = prop::collection::vec(of(CONDITIONS), 0..3);
    let statement = (
        prop::bool::weighted(0.75),
        of(PRINCIPALS),
        of(ACTIONS),
        of(RESOURCES),
        conditions,
        excluded,
    );
    let statement = statement.prop_map(|(permits, principal, action, resource, when, unless)| {
        let effect = if permits { "permit" } else { "forbid" };
        let mut text = format!("{effect} ({principal}, {action}, {resource})");
        if !when.is_empty() {
            text += &["\n  when { ", &when.join(" && "), " }"].concat();
        }
        if !unless.is_empty() {
            text += &["\n  unless { ", &unless.join(" || "), " }"].concat();
        }
        text + ";\n"
    });
    prop::collection::vec(statement, 1..8).prop_map(|all| all.concat())
}

pub(super) fn asked() -> impl Strategy<Value = Asked> {
    let of = |all: &'static [&'static str]| prop::sample::select(all);
    let lists = |all: &'static [&'static str]| prop::sample::subsequence(all, 0..=all.len());
    (
        of(&["shop", "bank"]),
        prop::option::of(of(&["ann", "bob"])),
        lists(&["partners", "staff"]),
        lists(&["read", "write"]),
        prop::sample::select(&[Method::Get, Method::Post, Method::Delete][..]),
        of(&["get-order", "list-orders"]),
        prop::option::of(of(&["a", "b"])),
        prop::option::of(of(&["shop", "other"])),
        prop::option::of(0u64..200),
        0i64..24,
    )
        .prop_map(
            |(app, user, groups, scopes, method, operation, team, customer, size, hour)| Asked {
                app,
                user,
                groups,
                scopes,
                method,
                operation,
                headers: team.map(|team| ("x-team", team)).into_iter().collect(),
                path: customer.map(|id| ("customer", id)).into_iter().collect(),
                size,
                now: 1_764_547_200_000 + hour * 3_600_000,
                ..Asked::default()
            },
        )
}

/// The level's confinement, as somebody would write it by hand.
fn within(text: &str, level: &Level) -> String {
    let inside = match level {
        Level::Platform => return text.to_owned(),
        Level::Tenant(tenant) => format!("Postern::Tenant::\"{tenant}\""),
        Level::Service(service) => format!("Postern::Service::\"{service}\""),
        Level::Version(service, version) => format!("Postern::Version::\"{service}/{version}\""),
        Level::Operation(service, version, operation) => {
            format!("Postern::Operation::\"{service}/{version}/{operation}\"")
        }
    };
    text.replace(";\n", &format!(" when {{ resource in {inside} }};\n"))
}

fn levels() -> impl Strategy<Value = Level> {
    prop::sample::select(vec![
        Level::Platform,
        Level::Tenant("acme".into()),
        Level::Tenant("other".into()),
        Level::Service("orders".into()),
        Level::Service("billing".into()),
        Level::Version("orders".into(), "v1".into()),
        Level::Operation("orders".into(), "v1".into(), "get-order".into()),
    ])
}

fn verdict(documents: &[&Document], asked: &Asked) -> Verdict {
    let place = place(asked.operation);
    decide(documents, &asked.question(&place, documents))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn decisions_are_those_of_the_authorizer(
        first in texts(), second in texts(), level in levels(), asked in asked(),
    ) {
        let wide = Document::compile(&first, &Level::Platform).unwrap();
        let narrow = Document::compile(&second, &level).unwrap();
        let documents = [&wide, &narrow];
        let place = place(asked.operation);
        let question = asked.question(&place, &documents);
        let set: PolicySet = (first + &within(&second, &level)).parse().unwrap();
        let request = cedar_policy::Request::from(question.request.clone());
        let entities = cedar_policy::Entities::from(question.entities.clone());
        let theirs = Authorizer::new().is_authorized(&request, &set, &entities);
        match decide(&documents, &question) {
            Verdict::Permitted => prop_assert_eq!(theirs.decision(), Decision::Allow),
            Verdict::Forbidden(found) => {
                prop_assert_eq!(theirs.decision(), Decision::Deny);
                let statement = documents[found.document].statement(found.statement).unwrap();
                prop_assert!(!statement.is_permit);
                prop_assert!(theirs.diagnostics().reason().next().is_some());
            }
            Verdict::NotPermitted => {
                prop_assert_eq!(theirs.decision(), Decision::Deny);
                prop_assert!(theirs.diagnostics().reason().next().is_none());
            }
            // There, what fails is left out.
            Verdict::Unavailable(..) => {
                prop_assert!(theirs.diagnostics().errors().next().is_some());
            }
            Verdict::Open | Verdict::Closed(_) => prop_assert!(false, "everything is known"),
        }
    }

    #[test]
    fn forbid_wins(texts in texts(), asked in asked()) {
        let text = texts + "forbid (principal, action, resource);\n";
        prop_assert!(matches!(verdict(&[&document(&text)], &asked), Verdict::Forbidden(_)));
    }

    #[test]
    fn a_permit_takes_nothing_away(first in texts(), second in texts(), asked in asked()) {
        let permits = second.split(";\n").filter(|text| text.starts_with("permit"));
        let permits = permits.map(|text| format!("{text};\n")).collect::<Vec<_>>().concat();
        let before = verdict(&[&document(&first)], &asked);
        let after = verdict(&[&document(&(first + &permits))], &asked);
        if before == Verdict::Permitted {
            prop_assert_eq!(after, Verdict::Permitted);
        }
    }

    #[test]
    fn narrower_levels_open_nothing_that_wider_ones_closed(
        wide in texts(), narrow in texts(), level in levels(), asked in asked(),
    ) {
        let wide = Document::compile(&wide, &Level::Platform).unwrap();
        let narrow = Document::compile(&narrow, &level).unwrap();
        if let before @ Verdict::Forbidden(_) = verdict(&[&wide], &asked) {
            prop_assert_eq!(verdict(&[&wide, &narrow], &asked), before);
        }
    }

    #[test]
    fn what_is_permitted_always_is_permitted_whatever_the_request_says(
        texts in texts(), one in asked(), other in asked(),
    ) {
        let documents = [&document(&texts)];
        let place = place(one.operation);
        if permits_always(&documents, &one.given(&place), documents[0].looks()) {
            let other = Asked {
                headers: other.headers,
                path: other.path,
                size: other.size,
                now: other.now,
                ..one
            };
            prop_assert_eq!(verdict(&documents, &other), Verdict::Permitted);
        }
    }

    #[test]
    fn what_is_told_without_the_body_stays_so(
        texts in texts(), asked in asked(), id in prop::option::of("[ab]"),
    ) {
        // Some conditions look at the body instead of at a header.
        let texts = texts
            .replace("context.headers has \"x-team\"", "context.body has \"/id\"")
            .replace("context.headers[\"x-team\"]", "context.body[\"/id\"]");
        let documents = [&document(&texts)];
        let place = place(asked.operation);
        let early = decide_without_body(&documents, &asked.question(&place, &documents));
        let id = id.map(|id| &*Box::leak(id.into_boxed_str()));
        let whole = Asked {
            body: Some(id.map(|id| ("/id", id)).into_iter().collect()),
            ..asked.clone()
        };
        let late = verdict(&documents, &whole);
        match early {
            Verdict::Open => {}
            Verdict::Permitted => prop_assert_eq!(late, Verdict::Permitted),
            _ => prop_assert_ne!(late, Verdict::Permitted),
        }
    }
}

#[test]
fn what_hangs_on_the_request_is_not_permitted_always() {
    let asked = Asked::default();
    let place = place(asked.operation);
    for (text, always) in [
        ("permit (principal, action, resource);", true),
        (
            "permit (principal in Postern::Group::\"partners\", action, resource) when { context.environment == \"production\" && context.secure };",
            true,
        ),
        (
            "permit (principal, action, resource) when { context.hour < 25 };",
            false,
        ),
        (
            "permit (principal, action, resource) when { context.hour == context.hour };",
            false,
        ),
        (
            "permit (principal, action, resource) when { !(context.headers has \"x-team\") };",
            false,
        ),
        (
            "permit (principal, action, resource) unless { context has size };",
            false,
        ),
        (
            "permit (principal, action, resource) when { principal.name == \"shop\" || context.hour == 3 };",
            true,
        ),
        (
            "permit (principal, action, resource); forbid (principal, action, resource) when { context.hour == 3 };",
            false,
        ),
        (
            "permit (principal, action, resource); forbid (principal == Postern::App::\"bank\", action, resource) when { context.hour == 3 };",
            true,
        ),
        (
            "permit (principal, action, resource); forbid (principal, action, resource) when { resource.path has customer };",
            false,
        ),
    ] {
        let document = document(text);
        let said = permits_always(&[&document], &asked.given(&place), document.looks());
        assert_eq!(said, always, "{text}");
    }
}
