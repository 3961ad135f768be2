//! Accounts that are read without the rules they refer to.

use super::{World, parse};
use crate::{Around, Known, Rows, accounts};
use std::collections::HashSet;

const RULES: &str = r#"
upstreams: {u: {targets: ["192.0.2.1:80"]}}
services:
  orders: {scopes: {read: To read}, versions: {v1: {upstream: u, operations: {}}}}
  stock: {scopes: {count: To count}, versions: {v1: {upstream: u, operations: {}}}}
plans:
  standard: {services: [orders]}
  parts: {covers: [{service: stock, versions: [v1]}]}
environments: {test: {hosts: [test.example]}}
tenants: {partner: {}, somebody: {}}
access_roles: {reader: {allows: [{service: orders}]}}
"#;

/// An app that is elsewhere.
const ELSEWHERE: &str = "groups: {field: {tenant: partner}, others: {tenant: somebody}}\napps: {shop: {tenant: partner}}\n";

/// A credential of that app, or with another app or more fields.
fn credential(fields: &str) -> String {
    format!(
        "credentials: {{key_0000000000000001: {{sha256: {}, {fields}}}}}\n",
        "0f".repeat(32)
    )
}

fn subscription(app: &str, service: &str, plan: &str, more: &str) -> String {
    format!(
        "subscriptions: {{sub_1: {{app: {app}, service: {service}, plan: {plan}, state: approved{more}}}}}\n"
    )
}

#[test]
fn what_is_good_with_everything_is_good_without_it_and_the_same() {
    let rules = parse(RULES).unwrap();
    let known = Known::of(&rules.configuration);
    let around = Around {
        known: &known,
        tenant: &|name| name == "partner",
        has_group: &|name| name == "field" || name == "others",
        group: &|name| (name == "others").then(|| "somebody".into()),
        app: &|name| name == "shop",
    };
    let own = "apps: {field: {tenant: partner}}\n";
    let good = [
        String::new(),
        own.to_owned(),
        credential("app: shop"),
        own.to_owned() + &credential("app: field"),
        credential("app: shop, environment: test, scopes: [read, count]"),
        credential("app: shop, environment: production, restricted_to: {services: [stock]}"),
        subscription("shop", "orders", "standard", ""),
        subscription("shop", "stock", "parts", ", scopes: [count]"),
        "apps: {field: {tenant: partner, access_roles: [reader], groups: [field]}}\n".to_owned(),
        credential("app: shop, access_roles: [reader]"),
    ];
    let bad = [
        "apps: {field: {tenant: partners}}\n".to_owned(),
        credential("app: field"),
        "apps: {field: {tenant: partner, access_roles: [writer]}}\n".to_owned(),
        "apps: {field: {tenant: partner, groups: [fields]}}\n".to_owned(),
        "apps: {field: {tenant: partner, groups: [others]}}\n".to_owned(),
        credential("app: shop, access_roles: [writer]"),
        credential("app: shop, environment: tests"),
        credential("app: shop, scopes: [write]"),
        credential("app: shop, restricted_to: {services: [stocks]}"),
        credential("app: shop, expires_at: never"),
        subscription("shops", "orders", "standard", ""),
        subscription("shop", "order", "standard", ""),
        subscription("shop", "orders", "gold", ""),
        subscription("shop", "orders", "parts", ""),
        subscription("shop", "stock", "standard", ""),
        subscription("shop", "orders", "standard", ", scopes: [count]"),
    ];
    let read = |text: &str| accounts("postern.yaml", text, &around, &World);
    for text in good {
        let mut apps = ELSEWHERE.to_owned();
        if let Some(rest) = text.strip_prefix("apps: {") {
            apps = format!(
                "{}, {rest}",
                ELSEWHERE.trim_end().trim_end_matches("}}").to_owned() + "}"
            );
        } else {
            apps.push_str(&text);
        }
        let whole = parse(&format!("{RULES}{apps}")).unwrap().accounts;
        let part = read(&text).unwrap();
        assert_eq!(part.credentials, whole.credentials, "{text}");
        assert_eq!(part.subscriptions, whole.subscriptions, "{text}");
        let names: HashSet<_> = part.apps.iter().map(|app| &*app.name).collect();
        let rest = whole.apps.iter().map(|app| &*app.name);
        assert_eq!(names, rest.filter(|name| *name != "shop").collect());
    }
    for text in bad {
        let (groups, app) = ELSEWHERE.split_once('\n').unwrap();
        let apps = if text.starts_with("apps") {
            format!("{groups}\n")
        } else {
            format!("{groups}\n{app}")
        };
        let whole = parse(&format!("{RULES}{apps}{text}")).unwrap_err();
        let part = read(&text).unwrap_err();
        let codes = |report: &crate::Report| report.codes().collect::<Vec<_>>();
        assert_eq!(codes(&part), codes(&whole), "{text}");
    }
}

#[test]
fn what_was_good_stays_good_where_nothing_has_gone() {
    let known = |text: &str| Known::of(&parse(text).unwrap().configuration);
    let all = known(RULES);
    assert!(all.includes(&all));
    let without = [
        ("{read: To read}", "{}"),
        (
            "  parts: {covers: [{service: stock, versions: [v1]}]}\n",
            "",
        ),
        ("service: stock, versions", "service: orders, versions"),
        ("{test: {hosts: [test.example]}}", "{}"),
        ("{reader: {allows: [{service: orders}]}}", "{}"),
    ];
    for (what, instead) in without {
        let less = known(&RULES.replace(what, instead));
        assert!(!less.includes(&all), "{what}");
    }
    let more = known(&RULES.replace("{read: To read}", "{read: To read, write: To write}"));
    assert!(more.includes(&all) && !all.includes(&more));
}

#[test]
fn names_in_cedar_are_looked_up_outside_of_the_text_as_well() {
    let text = "upstreams: {u: {targets: ['192.0.2.1:80']}}\nservices: {orders: {versions: {v1: {upstream: u, operations: {}}}}}\npolicies:\n  own: {kind: cedar, on: {service: orders}, policies: 'permit (principal in Postern::Group::\"GROUP\", action, resource) when { principal != Postern::App::\"APP\" };'}\ngroups: {office: {}}\n";
    let rows = Rows {
        app: &|name| name == "shop",
        group: &|name| name == "field",
    };
    let read = |app: &str, group: &str| {
        let text = text.replace("APP", app).replace("GROUP", group);
        crate::parse_beside("t.yaml", &text, &rows, &World)
    };
    let fault = |app, group| read(app, group).unwrap_err().render(false);
    for group in ["field", "office"] {
        read("shop", group).expect("it is there");
    }
    assert!(fault("shop", "feild").contains("there is no group `feild`"));
    assert!(fault("till", "field").contains("there is no app `till`"));
}
