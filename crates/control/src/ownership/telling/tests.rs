use super::*;
use postern_model::permission::BuiltIn;
use serde_json::{Value, json};

fn look(kind: &str, id: &str) -> Option<Value> {
    let tenant = match (kind, id) {
        ("upstream" | "group" | "service", "own") => "partner",
        ("upstream" | "policy" | "group" | "service", "other") => "commerce",
        _ => return None,
    };
    Some(json!({"tenant": tenant, "on": {"tenant": tenant}}))
}

fn told_to_partner(pointer: &str, help: &str) -> (String, Finding) {
    let unknown = ("config.unknown_upstream", "no such upstream `onw`");
    told_of(unknown, pointer, help)
}

fn told_of(wrong: (&str, &str), pointer: &str, help: &str) -> (String, Finding) {
    let mut grants = Grants::none();
    grants.grant(&"partner".into(), BuiltIn::Admin.points());
    let actor = Actor {
        grants,
        ..Actor::local("admin@partner")
    };
    let finding = Finding {
        pointer: Some(pointer.to_owned()),
        code: wrong.0.to_owned(),
        message: wrong.1.to_owned(),
        within: None,
        help: Some(help.to_owned()),
    };
    let refusal = Refusal {
        findings: vec![finding.clone()],
        ..Refusal::new("configuration", "a rendered report, with other names")
    };
    assert_eq!(told(&Actor::local("root"), refusal.clone(), &look), refusal);
    let mut seen = told(&actor, refusal, &look);
    (seen.message, seen.findings.remove(0))
}

#[test]
fn names_of_other_tenants_are_not_suggested() {
    let at = "/upstreams/own/targets";
    let (message, seen) = told_to_partner(at, "did you mean `own`?");
    assert_eq!(
        message,
        "config.unknown_upstream: no such upstream `onw`\n  = help: did you mean `own`?"
    );
    assert_eq!(seen.pointer.as_deref(), Some(at));
    for help in ["did you mean `other`?", "there is `own`, `other`"] {
        let (message, seen) = told_to_partner(at, help);
        assert_eq!(message, "config.unknown_upstream: no such upstream `onw`");
        assert_eq!(seen.help, None);
    }
    let (_, seen) = told_to_partner(at, "declare it in `upstreams`");
    assert!(seen.help.is_some());
}

#[test]
fn neither_are_those_that_statements_may_have_meant() {
    for (noun, written) in [("group", ""), ("service", ""), ("operation", "/v1/read")] {
        let message = format!("policy `mine`: there is no {noun} `x{written}`");
        let suggested = |name: &str| {
            let help = format!("did you mean `{name}{written}`?");
            let wrong = ("config.invalid_policy", &*message);
            told_of(wrong, "/policies/mine/policies", &help).1.help
        };
        assert!(suggested("own").is_some(), "{noun}");
        assert_eq!(suggested("other"), None, "{noun}");
    }
}

#[test]
fn of_their_documents_it_is_only_told_that_they_depend_on_it() {
    let (message, seen) = told_to_partner("/policies/other/deny/0", "remove it");
    assert_eq!(seen.pointer, None);
    assert!(message.contains("another tenant depends"), "{message}");
    assert!(!message.contains("onw"), "{message}");
}
