//! Access roles and groups.

use super::{codes, parse};
use crate::Code;
use postern_model::entity::Method;

/// A service with two operations, roles about it, a group and an app; with another piece in the
/// place of one.
fn with(what: &str, instead: &str) -> String {
    let text = r#"
tenants: {owner: {}, partner: {}}
upstreams: {u: {targets: ["192.0.2.1:80"]}}
services:
  orders:
    tenant: owner
    authentication: {api_key: {}}
    access_roles: [reader, writer]
    versions:
      v1:
        upstream: u
        operations:
          list: {methods: [GET], path: /orders}
          create: {methods: [POST], path: /orders, access_roles: [writer]}
          health: {methods: [GET], path: /health, access_roles: []}
          status: {methods: [GET], path: /status, anonymous: true}
access_roles:
  reader: {tenant: owner, title: Reads, allows: [{service: orders, methods: [GET]}]}
  writer: {allows: [{service: orders, versions: [v1], operations: [list, create]}]}
groups:
  field: {tenant: partner, access_roles: [writer]}
apps:
  shop: {tenant: partner, groups: [field], access_roles: [reader]}
credentials:
  key_0000000000000001: {app: shop, secret: "env:KEY_1", access_roles: [reader]}
"#;
    assert!(text.contains(what), "{what}");
    text.replace(
        "key_0000000000000001",
        &format!("key_{}", super::key(1).id()),
    )
    .replace(what, instead)
}

#[test]
fn access_roles_and_groups_arrive() {
    let loaded = parse(&with("", "")).unwrap_or_else(|report| panic!("{report}"));
    let configuration = &loaded.configuration;
    let [reader, writer] = configuration.access_roles.as_slice() else {
        panic!("two access roles");
    };
    assert_eq!(reader.tenant.as_deref(), Some("owner"));
    assert_eq!(reader.title.as_deref(), Some("Reads"));
    assert!(reader.allows(["orders", "v1", "list"], Some(Method::Head)));
    assert!(!reader.allows(["orders", "v1", "list"], Some(Method::Post)));
    assert!(writer.allows(["orders", "v1", "create"], Some(Method::Post)));
    assert!(!writer.allows(["orders", "v2", "create"], None));
    assert!(!writer.allows(["orders", "v1", "health"], None));
    let required: Vec<Vec<&str>> = configuration.services[0].versions[0]
        .operations
        .iter()
        .map(|operation| operation.access_roles.iter().map(|role| &**role).collect())
        .collect();
    // The service's, its own, none, and none because nobody is asked.
    assert_eq!(
        required,
        [vec!["reader", "writer"], vec!["writer"], vec![], vec![]]
    );
    let accounts = &loaded.accounts;
    assert_eq!(&*accounts.groups[0].access_roles, ["writer".into()]);
    assert_eq!(&*accounts.apps[0].access_roles, ["reader".into()]);
    assert_eq!(&*accounts.apps[0].groups, ["field".into()]);
    let only = accounts.credentials[0].restriction.as_deref().unwrap();
    assert_eq!(only.access_roles.as_deref(), Some(&["reader".into()][..]));
    assert!(!only.looks_at_requests());
}

#[test]
fn a_list_of_a_version_stands_before_its_services() {
    let text = with(
        "        upstream: u\n",
        "        upstream: u\n        access_roles: [writer]\n",
    );
    let loaded = parse(&text).unwrap_or_else(|report| panic!("{report}"));
    let list = &loaded.configuration.services[0].versions[0].operations[0];
    assert_eq!(&*list.access_roles, ["writer".into()]);
}

#[test]
fn what_does_not_fit_is_found() {
    let all: [(&str, &str, &[Code]); 12] = [
        (
            "access_roles: [reader, writer]",
            "access_roles: [reader, writes]",
            &[Code::UnknownAccessRole],
        ),
        (
            "access_roles: [writer]}\n          health",
            "access_roles: [wrter]}\n          health",
            &[Code::UnknownAccessRole],
        ),
        ("groups: [field]", "groups: [filed]", &[Code::UnknownGroup]),
        (
            "groups: [field], access_roles: [reader]",
            "groups: [field], access_roles: [reads]",
            &[Code::UnknownAccessRole],
        ),
        (
            "field: {tenant: partner, access_roles: [writer]}",
            "field: {tenant: partner, access_roles: [write]}",
            &[Code::UnknownAccessRole],
        ),
        (
            "field: {tenant: partner",
            "field: {tenant: owner",
            &[Code::Conflict],
        ),
        (
            "secret: \"env:KEY_1\", access_roles: [reader]",
            "secret: \"env:KEY_1\", access_roles: [all]",
            &[Code::UnknownAccessRole],
        ),
        (
            "operations: [list, create]",
            "operations: [list, creat]",
            &[Code::UnknownOperation, Code::Conflict],
        ),
        (
            "reader: {tenant: owner",
            "reader: {tenant: partner",
            &[Code::Conflict],
        ),
        (
            "access_roles: [writer]}\n          health",
            "access_roles: [reader]}\n          health",
            &[Code::Conflict],
        ),
        (
            "anonymous: true}",
            "anonymous: true, access_roles: [reader]}",
            &[Code::Conflict],
        ),
        (
            "    authentication: {api_key: {}}\n",
            "",
            &[Code::Conflict, Code::Conflict],
        ),
    ];
    for (what, instead, expected) in all {
        let mut found = codes(&with(what, instead));
        found.sort_by_key(|code| code.as_str());
        let mut expected = expected.to_vec();
        expected.sort_by_key(|code| code.as_str());
        assert_eq!(found, expected, "{instead}");
    }
}
