//! What is wrong with policies is said, with its place.

use super::world::service;
use crate::{Checker, Document, Parameters, References};
use postern_model::entity::Level;

struct Names;

impl References for Names {
    fn may_have(&self, kind: &str, name: &str) -> bool {
        self.names(kind).iter().any(|known| known == name)
    }

    fn names(&self, kind: &str) -> Vec<String> {
        let names: &[&str] = match kind {
            "App" => &["shop"],
            "Group" => &["partners", "staff"],
            "AccessRole" => &["reader"],
            "Tenant" => &["acme"],
            "Service" => &["orders"],
            "Version" => &["orders/v1"],
            "Operation" => &["orders/v1/get-order"],
            _ => &[],
        };
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn parameters(&self, kind: &str, _: &str) -> Parameters {
        match kind {
            "Operation" => Parameters::of([vec!["customer", "order"]]),
            _ => parameters(),
        }
    }

    fn is_secret(&self, header: &str) -> bool {
        header == "authorization"
    }
}

fn parameters() -> Parameters {
    Parameters::of([vec!["customer", "order"], vec!["customer"]])
}

/// What is said of a text, with what stands at its place.
fn said(text: &str) -> Vec<(String, String)> {
    let faults = Checker::default().check(text, &service(), &parameters(), &Names);
    let place = |span: Option<std::ops::Range<usize>>| {
        span.and_then(|span| text.get(span))
            .unwrap_or_default()
            .to_owned()
    };
    faults
        .into_iter()
        .map(|fault| (fault.message, place(fault.span)))
        .collect()
}

#[test]
fn what_may_be_asked_is_accepted() {
    let good = r#"
        @id("partners")
        permit (principal in Postern::Group::"partners", action in Postern::Action::"read",
                resource == Postern::Operation::"orders/v1/get-order")
        when { resource.path.customer == principal.name && resource.path.order like "o*" };
        permit (principal is Postern::User, action == Postern::Action::"POST", resource)
        when { context.headers has "x-team" && context.headers["x-team"] == "a"
               && context.client.isInRange(ip("10.0.0.0/8")) && context.hour >= 8 }
        unless { context has token && context.token.groups.contains("guests") };
        permit (principal, action, resource)
        when { context.body has "/order/id" && context.body["/order/id"] like "o-*"
               && resource.path has order && context has size && context.size < 1000
               && context.time < datetime("2030-01-01") && principal.scopes.contains("write")
               && context has country && ["DE", "FR"].contains(context.country) };
        forbid (principal == Postern::Anonymous::"anonymous", action, resource);
        forbid (principal, action, resource in Postern::Service::"orders")
        when { principal in Postern::AccessRole::"reader" };
    "#;
    assert_eq!(said(good), []);
}

#[test]
fn what_is_not_there_is_shown_where_it_stands() {
    let cases = [
        (
            "permit (principal, action, resource",
            "unexpected end of input",
            "e",
        ),
        (
            "permit (principal in Postern::Grup::\"partners\", action, resource);",
            "unrecognized entity type `Postern::Grup`",
            "Postern::Grup",
        ),
        (
            "permit (principal in Postern::Group::\"partnrs\", action, resource);",
            "there is no group `partnrs`",
            "Postern::Group::\"partnrs\"",
        ),
        (
            "permit (principal, action == Postern::Action::\"get\", resource);",
            "there is no action `get`",
            "Postern::Action::\"get\"",
        ),
        (
            "permit (principal, action, resource in Postern::Service::\"order\");",
            "there is no service `order`",
            "Postern::Service::\"order\"",
        ),
        (
            "permit (principal, action, resource) when { principal.gruops.contains(\"a\") };",
            "attribute `gruops` of the principal not found",
            "principal.gruops.contains(\"a\")",
        ),
        (
            "permit (principal, action, resource) when { context.adress == \"a\" };",
            "attribute `adress` in context for",
            "context.adress",
        ),
        (
            "permit (principal, action, resource) when { resource.path.custmer == \"a\" };",
            "there is no path parameter `custmer`",
            "resource.path.custmer",
        ),
        (
            "permit (principal, action, resource) when { resource.path.order == \"a\" };",
            "unable to guarantee safety of access to optional attribute",
            "resource.path.order",
        ),
        (
            "permit (principal, action, resource) when { context.headers[\"x-team\"] == \"a\" };",
            "unable to guarantee safety of access to optional attribute",
            "context.headers[\"x-team\"]",
        ),
        (
            "permit (principal, action, resource) when { context.hour == \"8\" };",
            "the types Long and String are not compatible",
            "context.hour == \"8\"",
        ),
        (
            "permit (principal, action, resource) when { context.headers has authorization };",
            "a condition looks at the header `authorization`",
            "context.headers has authorization",
        ),
        (
            "permit (principal, action, resource) when { context.body has id };",
            "`id` is no JSON pointer",
            "context.body has id",
        ),
        (
            "permit (principal == ?principal, action, resource);",
            "a statement has a slot",
            "permit (principal == ?principal, action, resource);",
        ),
        (
            "permit (principal, action, resource) when { Postern::App::\"shop\" in Postern::Group::\"staff\" };",
            "a condition asks about somebody or something else",
            "Postern::App::\"shop\" in Postern::Group::\"staff\"",
        ),
        (
            "permit (principal, action, resource) when { 1 == 2 };",
            "a statement can never hold",
            "permit (principal, action, resource) when { 1 == 2 };",
        ),
        ("// nothing", "there is no statement", ""),
    ];
    for (text, message, place) in cases {
        let said = said(text);
        assert!(!said.is_empty(), "{text}");
        assert!(said[0].0.starts_with(message), "{text}: {said:?}");
        assert!(said[0].1.ends_with(place), "{text}: {said:?}");
    }
}

#[test]
fn what_was_meant_is_known() {
    let text = "permit (principal in Postern::Group::\"partnrs\", action, resource);";
    let faults = Checker::default().check(text, &service(), &parameters(), &Names);
    let unknown = faults[0].unknown.clone().unwrap();
    assert_eq!(
        unknown,
        (
            "partnrs".to_owned(),
            vec!["partners".to_owned(), "staff".to_owned()]
        )
    );
}

#[test]
fn what_goes_too_deep_is_refused() {
    let deep = format!("{}true{}", "!(".repeat(70), ")".repeat(70));
    let text = format!("permit (principal, action, resource) when {{ [{deep}] == [true] }};");
    let error = Document::compile(&text, &Level::Platform).unwrap_err();
    assert!(error[0].message.contains("levels"), "{error:?}");
    let same = "permit (principal, action, resource);\n".repeat(crate::MOST_IN_BUCKET + 1);
    let error = Document::compile(&same, &Level::Platform).unwrap_err();
    assert!(error[0].message.contains("the same scope"), "{error:?}");
}
