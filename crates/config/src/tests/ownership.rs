//! What belongs to tenants, and what holds for it.

use super::{codes, parse};
use crate::{Code, Report};
use postern_model::entity::*;

/// A service of tenant `mine` with these fields, beside this.
fn with(service: &str, more: &str) -> String {
    format!(
        "tenants: {{mine: {{}}, canary: {{}}}}\n\
         services:\n  s: {{tenant: mine, {service}}}\n\
         upstreams: {{u: {{targets: ['example.com:80']}}}}\n{more}\n"
    )
}

const VERSIONS: &str = "versions: {v: {upstream: u, operations: {o: {path: /x}}}}";

fn refused(text: &str) -> Report {
    parse(text).map(|_| ()).expect_err(text)
}

/// Finds nothing of the other tenant in what is said.
fn discreet(report: &Report) {
    let said = format!("{report} {}", serde_json::to_string(report).unwrap());
    assert!(!said.contains("canary"), "{said}");
}

#[test]
fn a_service_routes_only_below_what_its_tenant_was_assigned() {
    let of = |service: &str, assigned: &str| {
        let service = format!("{service}, {VERSIONS}");
        let text = with(&service, &format!("assignments: {{{assigned}}}"));
        let found = codes(&text);
        if !found.is_empty() {
            discreet(&refused(&text));
        }
        found
    };
    let host = "a: {tenant: mine, host: mine.example.com}";
    assert_eq!(of("hosts: [mine.example.com]", host), []);
    assert_eq!(
        of("hosts: [mine.example.com, b.example.com]", host),
        [Code::NotAssigned]
    );
    assert_eq!(of("base_path: ''", host), [Code::NotAssigned]);
    let path = "a: {tenant: mine, host: api.example.com, base_path: /mine}";
    assert_eq!(
        of("hosts: [api.example.com], base_path: /mine/shop", path),
        []
    );
    assert_eq!(
        of("hosts: [api.example.com], base_path: /mineral", path),
        [Code::NotAssigned]
    );
    assert_eq!(of("hosts: [api.example.com]", path), [Code::NotAssigned]);
    let both = format!("{host}, {}", path.replace("a:", "b:"));
    assert_eq!(of("hosts: [mine.example.com]", &both), []);
    let everywhere = "a: {tenant: mine, base_path: /mine}";
    assert_eq!(of("base_path: /mine", everywhere), []);
    assert_eq!(of("base_path: /other", everywhere), [Code::NotAssigned]);
}

#[test]
fn the_prefix_of_a_version_counts() {
    let of = |base_path: &str| {
        let version =
            format!("versions: {{v: {{base_path: {base_path}, upstream: u, operations: {{}}}}}}");
        codes(&with(
            &version,
            "assignments: {a: {tenant: mine, base_path: /mine}}",
        ))
    };
    assert_eq!(of("/mine"), []);
    assert_eq!(of("/other"), [Code::NotAssigned]);
}

#[test]
fn who_has_nothing_keeps_off_what_others_have() {
    let of = |service: &str| {
        let theirs = "assignments: {x: {tenant: canary, host: '*.c.example.com', base_path: /c}}";
        let text = with(&format!("{service}, {VERSIONS}"), theirs);
        let found = codes(&text);
        if !found.is_empty() {
            discreet(&refused(&text));
        }
        found
    };
    assert_eq!(of("hosts: [api.example.com]"), []);
    assert_eq!(of("hosts: [a.c.example.com], base_path: /mine"), []);
    assert_eq!(
        of("hosts: [a.c.example.com], base_path: /c/mine"),
        [Code::NotAssigned]
    );
    assert_eq!(of("hosts: [a.c.example.com]"), [Code::NotAssigned]);
    // On every host, theirs among them.
    assert_eq!(of("base_path: /c"), [Code::NotAssigned]);
}

#[test]
fn nothing_is_assigned_to_two_tenants() {
    let of = |second: &str| {
        let first = "x: {tenant: mine, host: '*.example.com', base_path: /a}";
        codes(&with(
            VERSIONS,
            &format!("assignments: {{{first}, y: {second}}}"),
        ))
    };
    let overlaps = [
        "{tenant: canary, host: api.example.com}",
        "{tenant: canary, host: api.example.com, base_path: /a/b}",
        "{tenant: canary, base_path: /a}",
    ];
    for second in overlaps {
        assert!(of(second).contains(&Code::Overlap), "{second}");
    }
    assert!(!of("{tenant: canary, host: api.example.com, base_path: /b}").contains(&Code::Overlap));
    assert!(!of("{tenant: mine, host: api.example.com}").contains(&Code::Overlap));
    assert!(of("{tenant: mine}").contains(&Code::MissingField));
    assert!(of("{tenant: nobody, host: a.b}").contains(&Code::UnknownTenant));
}

#[test]
fn a_collision_tells_each_side_of_itself_only() {
    let text = with(&format!("hosts: [api.example.com], {VERSIONS}"), "").replace(
        "services:\n",
        &format!(
            "services:\n  theirs-canary: {{tenant: canary, hosts: [api.example.com], {VERSIONS}}}\n"
        ),
    );
    let report = refused(&text);
    let found: Vec<_> = report.codes().collect();
    assert_eq!(found, [Code::DuplicateOperation; 2]);
    let [theirs, mine] = report.diagnostics.as_slice() else {
        panic!("two");
    };
    assert!(theirs.message.contains("theirs-canary/v/o"), "{theirs:?}");
    let said = serde_json::to_string(mine).unwrap();
    assert!(
        said.contains("`s/v/o`") && !said.contains("canary"),
        "{said}"
    );
}

#[test]
fn upstreams_and_plans_of_others_are_not_there() {
    let text = |upstream: &str, plan: &str| {
        with(
            &format!("versions: {{v: {{upstream: {upstream}, operations: {{o: {{path: /x}}}}}}}}"),
            plan,
        )
        .replace(
            "upstreams: {",
            "upstreams: {own: {tenant: mine, targets: ['example.com:81']}, \
             canary-1: {tenant: canary, targets: ['example.com:82']}, ",
        )
    };
    let found = |upstream: &str, plan: &str| -> Vec<Code> {
        let codes = codes(&text(upstream, plan)).into_iter();
        codes.filter(|code| *code != Code::UnusedUpstream).collect()
    };
    assert_eq!(found("own", ""), []);
    assert_eq!(found("u", ""), []);
    let same = |name: &str| {
        let report = refused(&text(name, ""));
        let one = report
            .diagnostics
            .iter()
            .find(|d| d.code == Code::UnknownUpstream);
        let one = one.unwrap();
        (one.message.clone(), one.help.clone(), one.notes.clone())
    };
    // One that is there and one that is not are told alike.
    assert_eq!(same("canary-1"), same("canary-2"));
    let plan = "plans: {p: {tenant: mine, services: [s]}}";
    assert_eq!(found("u", plan), []);
    for service in ["s", "nothing"] {
        let theirs = format!("plans: {{p: {{tenant: canary, services: [{service}]}}}}");
        assert_eq!(found("u", &theirs), [Code::UnknownService]);
        let part = format!("plans: {{p: {{tenant: canary, covers: [{{service: {service}}}]}}}}");
        assert_eq!(found("u", &part), [Code::UnknownService]);
    }
}

/// The services of a document around one, by their access.
fn service(fields: &str, more: &str) -> Service {
    let loaded = parse(&with(&format!("{fields}, {VERSIONS}"), more));
    let loaded = loaded.unwrap_or_else(|report| panic!("{report}"));
    loaded.configuration.services[0].clone()
}

#[test]
fn what_a_service_does_not_say_its_tenant_and_environment_say() {
    let defaults = "tenant_defaults: {mine: {disclosure: minimal, status_profile: forbid}}\n\
                    environments: {staging: {hosts: [s.example.com], disclosure: verbose, \
                    disclosure_until: 2099-01-01}}";
    let plain = service("base_path: ''", defaults);
    assert_eq!(plain.disclosure_in("production"), Disclosure::Minimal);
    let verbose = Disclosure::Verbose {
        until: 4_070_908_800,
    };
    assert_eq!(plain.disclosure_in("staging"), verbose);
    assert_eq!(plain.status_profile, StatusProfile::Forbid);
    let own = service("disclosure: standard, status_profile: standard", defaults);
    assert_eq!(own.disclosure_in("production"), Disclosure::Standard);
    assert_eq!(own.disclosure_in("staging"), Disclosure::Standard);
    assert_eq!(own.status_profile, StatusProfile::Standard);
    // What is hidden stays hidden, whatever is usual.
    let hidden = service("visibility: tenant", defaults);
    assert_eq!(hidden.status_profile, StatusProfile::Conceal);
}

#[test]
fn defaults_are_not_verbose_where_strangers_are() {
    let found = |more: &str| codes(&with(VERSIONS, more));
    assert_eq!(
        found("tenant_defaults: {mine: {disclosure: verbose}}"),
        [Code::Conflict]
    );
    assert_eq!(
        found("tenant_defaults: {nobody: {}}"),
        [Code::UnknownTenant]
    );
    let environment = |name: &str, fields: &str| {
        found(&format!(
            "environments: {{{name}: {{hosts: [s.example.com], {fields}}}}}"
        ))
    };
    let verbose = "disclosure: verbose, disclosure_until: 2099-01-01";
    assert_eq!(environment("staging", verbose), []);
    assert_eq!(environment("production", verbose), [Code::Conflict]);
    assert_eq!(
        environment("staging", "disclosure: verbose"),
        [Code::MissingField]
    );
    let until = "disclosure: minimal, disclosure_until: 2099-01-01";
    assert_eq!(environment("staging", until), [Code::Conflict]);
}

#[test]
fn subscriptions_need_approval_where_others_can_ask() {
    let approval = |fields: &str| service(fields, "").approval;
    assert_eq!(approval("visibility: public"), Approval::Manual);
    assert_eq!(approval("visibility: tenant"), Approval::Automatic);
    assert_eq!(approval("visibility: private"), Approval::Automatic);
    let shared = "visibility: private, shared_with: [canary]";
    assert_eq!(approval(shared), Approval::Manual);
    assert_eq!(approval("approval: automatic"), Approval::Automatic);
    assert_eq!(
        approval("visibility: tenant, approval: manual"),
        Approval::Manual
    );
}

#[test]
fn what_people_are_told_arrives() {
    let fields = "title: Shop, description: \"Two\\nlines\", categories: [c], tags: [a, b c], \
                  logo: 'https://example.com/l.svg', documentation: 'https://example.com/d', \
                  contact: shop@example.com, publish_approval: true";
    let shop = service(fields, "categories: {c: {title: C}}");
    let about = About {
        title: Some("Shop".into()),
        description: Some("Two\nlines".into()),
        tags: vec!["a".into(), "b c".into()],
        categories: vec!["c".into()],
        contact: Some("shop@example.com".into()),
        documentation: Some("https://example.com/d".into()),
        logo: Some("https://example.com/l.svg".into()),
    };
    assert_eq!(shop.about.as_deref(), Some(&about));
    assert!(shop.publish_approval);
    assert_eq!(service("base_path: ''", "").about, None);
    let found = codes(&with(
        &format!("categories: [x], tags: [a, a], {VERSIONS}"),
        "",
    ));
    assert_eq!(found, [Code::UnknownCategory, Code::Conflict]);
}

#[test]
fn a_version_goes_elsewhere_in_an_environment() {
    let of = |version: &str, environments: &str| {
        let text = with(
            &format!(
                "versions: {{v: {{upstream: u, {version}, operations: {{o: {{path: /x}}}}}}}}"
            ),
            &format!("environments: {{{environments}}}"),
        );
        text.replace(
            "upstreams: {u",
            "upstreams: {b: {targets: ['example.com:81']}, u",
        )
    };
    let staging = "staging: {hosts: [s.example.com]}";
    let loaded = parse(&of("upstreams: {staging: b}", staging));
    let loaded = loaded.unwrap_or_else(|report| panic!("{report}"));
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
    let version = &loaded.configuration.services[0].versions[0];
    assert_eq!(
        (version.upstream, &*version.upstreams),
        (1, &[("staging".into(), 0)][..])
    );
    let found = |version: &str| -> Vec<Code> {
        let codes = codes(&of(version, staging)).into_iter();
        codes.filter(|code| *code != Code::UnusedUpstream).collect()
    };
    assert_eq!(found("upstreams: {production: b}"), []);
    assert_eq!(found("upstreams: {stagin: b}"), [Code::UnknownEnvironment]);
    assert_eq!(found("upstreams: {staging: c}"), [Code::UnknownUpstream]);
    let absent = "environments: [production], upstreams: {staging: b}";
    assert_eq!(found(absent), [Code::Conflict]);
}

#[test]
fn an_operation_may_be_deprecated_before_its_version() {
    let of = |fields: &str| {
        with(
            &format!("versions: {{v: {{upstream: u, operations: {{o: {{path: /x, {fields}}}}}}}}}"),
            "",
        )
    };
    let loaded = parse(&of("deprecated_at: 2026-07-01, sunset_at: 2027-01-01")).unwrap();
    let operation = &loaded.configuration.services[0].versions[0].operations[0];
    assert_eq!(
        operation.deprecated,
        Some((1_782_864_000, Some(1_798_761_600)))
    );
    assert_eq!(codes(&of("sunset_at: 2027-01-01")), [Code::Conflict]);
    let backwards = "deprecated_at: 2027-01-01, sunset_at: 2026-01-01";
    assert_eq!(codes(&of(backwards)), [Code::Conflict]);
    assert_eq!(codes(&of("deprecated: true")), []);
}

#[test]
fn a_credential_may_say_what_it_replaces() {
    let of = |replaces: &str| {
        let key = format!(
            "credentials: {{key_0000000000000001: {{app: a, sha256: {}, replaces: {replaces}, \
             created_at: 2026-11-20, created_by: ada}}}}\napps: {{a: {{tenant: mine}}}}",
            "00".repeat(32)
        );
        codes(&with(VERSIONS, &key))
    };
    assert_eq!(of("key_0000000000000002"), []);
    assert_eq!(of("key_0000000000000001"), [Code::Conflict]);
    assert_eq!(of("something"), [Code::InvalidName]);
}

#[test]
fn a_policy_uses_the_lists_of_its_tenant_and_of_the_platform() {
    let of = |on: &str, list: &str| {
        let more = format!(
            "lists: {{all: {{entries: [192.0.2.1]}}, own: {{tenant: mine, entries: [192.0.2.1]}}, \
             canary: {{tenant: canary, entries: [192.0.2.1]}}}}\n\
             policies: {{p: {{kind: network, on: {on}, deny: [{list}]}}}}"
        );
        codes(&with(VERSIONS, &more))
    };
    for on in ["{tenant: mine}", "{service: s}", "{service: s, version: v}"] {
        assert_eq!(of(on, "all"), []);
        assert_eq!(of(on, "own"), []);
        assert_eq!(of(on, "canary"), [Code::UnknownList]);
    }
    assert_eq!(of("platform", "canary"), []);
}
