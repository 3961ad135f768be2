use super::*;
use serde_json::json;

fn shown(origin: &Json) -> Vec<(String, Value)> {
    let evidence = evidence(origin).into_iter();
    evidence.map(|one| (one.name, one.value)).collect()
}

#[test]
fn hints_become_evidence_for_publishers() {
    let hint = |who: &str, confidence: &str| {
        json!({"who": who, "kind": "csrf", "confidence": confidence,
               "evidence": ["body says `x`"], "next": "Do this."})
    };
    let origin = json!({
        "status": 403, "body": "x".repeat(1000),
        "likeness": {"hints": [hint("Django", "high"), hint("Flask", "low")], "on_the_path": ["nginx"]},
    });
    let text = |text: &str| Value::Text(text.to_owned());
    let list = |text: &str| Value::List(vec![text.to_owned()]);
    let csrf = "check against cross-site requests (CSRF)";
    let expected = [
        ("looks_like", text(&format!("Django, {csrf}: certain"))),
        ("because", list("body says `x`")),
        ("what_next", text("Do this.")),
        ("or_like", list(&format!("Flask, {csrf}: perhaps"))),
        ("on_the_path", list("nginx")),
        ("origin_body", text(&"x".repeat(BODY))),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value));
    assert_eq!(shown(&origin), expected);
    let reads = |one: &Evidence| one.audience == Audience::Publisher;
    assert!(evidence(&origin).iter().all(reads));
}

#[test]
fn what_another_version_wrote_says_nothing_wrong() {
    for origin in [
        json!({"status": 403}),
        json!({"likeness": {"hints": [{"who": "X", "kind": "of_tomorrow", "confidence": "high"}]}}),
        json!({"likeness": 7, "body": 8}),
        json!(null),
    ] {
        assert_eq!(shown(&origin), []);
    }
}
