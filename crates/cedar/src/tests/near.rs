//! Near misses: against a search that looks at everything, and in words.

use super::differential::{asked, texts};
use super::world::{Asked, document, place};
use crate::near::{Seen, judged};
use crate::{Document, exempting, nearest};
use crate::{Verdict, decide};
use postern_model::entity::Method;
use proptest::prelude::*;

/// The nearest permit's conditions that are not met, in words: what is expected, and what was seen.
fn words(text: &str, asked: &Asked) -> Vec<(String, String)> {
    let document = document(text);
    let place = place(asked.operation);
    let question = asked.question(&place, &[&document]);
    assert_eq!(
        decide(&[&document], &question),
        Verdict::NotPermitted,
        "{text}"
    );
    let nearest = nearest(&[&document], &question, 3);
    let failing = nearest.near.into_iter().next().unwrap().failing;
    let told = failing.into_iter();
    told.map(|one| (one.expected, one.seen.join("; ")))
        .collect()
}

#[test]
fn conditions_are_told_in_peoples_words() {
    let sent = Asked {
        headers: vec![("x-team", "b")],
        path: vec![("customer", "acme")],
        size: Some(2000),
        ..Asked::default()
    };
    let cases = [
        (
            "principal in Postern::Group::\"staff\"",
            "caller in group `staff`",
            "app `shop`, in group `partners`, in access role `reader`, in tenant `shops`",
        ),
        (
            "principal.groups.contains(\"staff\")",
            "groups: with `staff`",
            "groups: `partners`",
        ),
        (
            "principal.scopes.containsAll([\"read\", \"write\"])",
            "scopes: with all of `read`, `write`",
            "scopes: `read`",
        ),
        (
            "context.headers has \"x-team\" && context.headers[\"x-team\"] == \"a\"",
            "header `x-team`: `a`",
            "header `x-team`: `b`",
        ),
        (
            "context.headers has \"x-unit\" && context.headers[\"x-unit\"] == \"a\"",
            "header `x-unit`",
            "header `x-unit`: none",
        ),
        (
            "resource.path.customer == principal.name",
            "path parameter `customer`: `shop`",
            "path parameter `customer`: `acme`; the caller's name: `shop`",
        ),
        (
            "context.client.isInRange(ip(\"10.0.0.0/8\"))",
            "client address: in 10.0.0.0/8",
            "client address: 203.0.113.7",
        ),
        (
            "context has size && context.size < 1000",
            "bytes of the body: less than 1000",
            "bytes of the body: 2000",
        ),
        (
            "context.hour > 22",
            "hour (UTC): more than 22",
            "hour (UTC): 10",
        ),
        (
            "8 > context.hour",
            "hour (UTC): less than 8",
            "hour (UTC): 10",
        ),
        (
            "!(context.hour >= 8)",
            "hour (UTC): less than 8",
            "hour (UTC): 10",
        ),
        (
            "context.time < datetime(\"2020-01-01\")",
            "time: less than 2020-01-01",
            "time: 2025-12-01T10:00:00.000Z",
        ),
        (
            "principal.name like \"a*\"",
            "the caller's name: like `a*`",
            "the caller's name: `shop`",
        ),
        (
            "[\"FR\"].contains(context.method)",
            "method: one of `FR`",
            "method: `GET`",
        ),
        (
            "principal is Postern::User",
            "caller: a user",
            "app `shop`, in group `partners`, in access role `reader`, in tenant `shops`",
        ),
        (
            "!(context.method == \"GET\")",
            "method: anything but `GET`",
            "method: `GET`",
        ),
    ];
    for (condition, expected, seen) in cases {
        let text = format!("permit (principal, action, resource) when {{ {condition} }};");
        let told = words(&text, &sent);
        assert_eq!(
            told,
            [(expected.to_owned(), seen.to_owned())],
            "{condition}"
        );
    }
}

#[test]
fn what_stands_in_unless_must_not_hold() {
    let text = "permit (principal, action, resource) unless { context.method == \"GET\" || context.hour == 3 };";
    let told = words(text, &Asked::default());
    assert_eq!(
        told,
        [(
            "method: anything but `GET`".to_owned(),
            "method: `GET`".to_owned()
        )]
    );
}

#[test]
fn the_one_that_lacks_least_comes_first() {
    let text = r#"
        @id("far") permit (principal in Postern::Group::"staff", action == Postern::Action::"POST", resource);
        @id("near") permit (principal in Postern::Group::"partners", action == Postern::Action::"POST", resource);
    "#;
    let document = document(text);
    let place = place("get-order");
    let asked = Asked::default();
    let nearest = nearest(&[&document], &asked.question(&place, &[&document]), 2);
    let names = nearest.near.iter().map(|near| {
        let statement = document.statement(near.permit.statement).unwrap();
        (&*statement.name, near.failing.len(), near.conditions)
    });
    assert_eq!(names.collect::<Vec<_>>(), [("near", 1, 2), ("far", 2, 2)]);
    assert_eq!(nearest.permits, 2);
}

/// The fewest conditions that a permit lacks, looked for in every permit there is.
fn brute_force(document: &Document, asked: &Asked) -> Vec<(usize, u32)> {
    let place = place(asked.operation);
    let question = asked.question(&place, &[document]);
    let evaluator = question.evaluator();
    let mut found = Vec::new();
    for (at, statement) in document.statements.iter().enumerate() {
        if !statement.is_permit {
            continue;
        }
        let mut lacks = 0;
        for seen in judged(statement, &evaluator) {
            lacks += usize::from(match seen {
                Seen::Fails => true,
                Seen::Errs(_) => lacks == 0,
                Seen::Holds | Seen::Unknown => false,
            });
        }
        found.push((lacks, u32::try_from(at).unwrap()));
    }
    found.sort_unstable();
    found
}

/// The principal: a user of whatever app, or an app.
fn who(asked: &Asked) -> (bool, &'static str) {
    (asked.user.is_some(), asked.user.unwrap_or(asked.app))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_nearest_is_the_nearest_of_all(text in texts(), asked in asked()) {
        let document = document(&text);
        let place = place(asked.operation);
        let question = asked.question(&place, &[&document]);
        let nearest = nearest(&[&document], &question, usize::MAX);
        let told = nearest.near.iter().map(|near| (near.failing.len(), near.permit.statement));
        prop_assert_eq!(told.collect::<Vec<_>>(), brute_force(&document, &asked));
        // A permit that lacks nothing holds, and the other way round.
        let held = nearest.near.iter().any(|near| near.failing.is_empty());
        let is_permitted = decide(&[&document], &question) == Verdict::Permitted;
        prop_assert!(held || !is_permitted);
    }

    #[test]
    fn what_is_offered_lets_the_caller_pass_and_nobody_else(
        text in texts(), asked in asked(), other in asked(),
    ) {
        let document = document(&text);
        let place = place(asked.operation);
        let question = asked.question(&place, &[&document]);
        if decide(&[&document], &question) == Verdict::NotPermitted
            && let Some(near) = nearest(&[&document], &question, 1).near.first()
            && let Some(offered) = exempting(&document, near.permit.statement, &near.failing, &question)
        {
            let changed = super::world::document(&offered.text);
            let again = asked.question(&place, &[&changed]);
            prop_assert_eq!(decide(&[&changed], &again), Verdict::Permitted, "{}", offered.text);
            if who(&other) != who(&asked) {
                let place = super::world::place(other.operation);
                let before = decide(&[&document], &other.question(&place, &[&document]));
                let after = decide(&[&changed], &other.question(&place, &[&changed]));
                prop_assert_eq!(before, after, "{}", offered.text);
            }
        }
    }
}

#[test]
fn every_address_can_be_asked_about() {
    let text =
        "permit (principal, action, resource) when { context.client.isInRange(ip(\"::/0\")) };";
    let document = document(text);
    let place = place("get-order");
    for client in [
        "2001:db8::1",
        "::",
        "::102:304",
        "::ffff:0:0:1",
        "64:ff9b::c000:201",
    ] {
        let asked = Asked {
            client,
            ..Asked::default()
        };
        let question = asked.question(&place, &[&document]);
        assert_eq!(
            decide(&[&document], &question),
            Verdict::Permitted,
            "{client}"
        );
    }
}

#[test]
fn an_exception_stands_where_the_condition_stands() {
    let text = "permit (principal, action, resource)\nwhen { context.headers has \"x-team\" && context.headers[\"x-team\"] == \"a\" && principal.scopes.contains(\"read\") };";
    let document = document(text);
    let place = place("get-order");
    let asked = Asked::default();
    let question = asked.question(&place, &[&document]);
    let near = nearest(&[&document], &question, 1).near.remove(0);
    let offered = exempting(&document, 0, &near.failing, &question).unwrap();
    assert_eq!(
        offered.text,
        "permit (principal, action, resource)\nwhen { (principal == Postern::App::\"shop\" || (context.headers has \"x-team\" && context.headers[\"x-team\"] == \"a\")) && principal.scopes.contains(\"read\") };"
    );
    let posted = Asked {
        method: Method::Post,
        ..Asked::default()
    };
    let text = "permit (principal, action in Postern::Action::\"read\", resource)\nwhen { principal.scopes.contains(\"read\") };";
    let document = super::world::document(text);
    let question = posted.question(&place, &[&document]);
    let near = nearest(&[&document], &question, 1).near.remove(0);
    let offered = exempting(&document, 0, &near.failing, &question).unwrap();
    let added = offered.text.lines().last().unwrap();
    assert_eq!(
        added,
        "permit (principal == Postern::App::\"shop\", action == Postern::Action::\"POST\", resource) when { (principal.scopes.contains(\"read\")) };"
    );
}
