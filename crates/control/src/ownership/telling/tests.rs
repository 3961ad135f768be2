use super::*;
use postern_model::permission::BuiltIn;
use serde_json::{Value, json};

fn look(kind: &str, id: &str) -> Option<Value> {
    let tenant = match (kind, id) {
        ("upstream", "own") => "partner",
        ("upstream" | "policy", "other") => "commerce",
        _ => return None,
    };
    Some(json!({"tenant": tenant, "on": {"tenant": tenant}}))
}

fn told_to_partner(pointer: &str, help: &str) -> (String, Finding) {
    let mut grants = Grants::none();
    grants.grant(&"partner".into(), BuiltIn::Admin.points());
    let actor = Actor {
        grants,
        ..Actor::local("admin@partner")
    };
    let finding = Finding {
        pointer: Some(pointer.to_owned()),
        code: "config.unknown_upstream".to_owned(),
        message: "no such upstream `onw`".to_owned(),
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
fn of_their_documents_it_is_only_told_that_they_depend_on_it() {
    let (message, seen) = told_to_partner("/policies/other/deny/0", "remove it");
    assert_eq!(seen.pointer, None);
    assert!(message.contains("another tenant depends"), "{message}");
    assert!(!message.contains("onw"), "{message}");
}
