use crate::decision::{Decision, Depth, FactRequest, Step};
use crate::directory::Directory;
use crate::facts::{DeciderAnswer, EdgeReading, Live, Nothing, Refusal, Set};
use crate::head::Head;
use crate::recorded::Recorded;
use crate::rules::Rules;
use crate::snapshot::Snapshot;
use crate::testing::{compile, configuration, connection, decider, head, service};
use crate::walk::Walk;
use postern_model::Fault;
use postern_model::denial::{Aside, Audience, Code, Denial, Value};
use postern_model::entity::{ExternalRule, Level, Mode, OnFailure, Policy, PolicyRule};

const SHADOW: Mode = Mode::Shadow { until: None };
const OFF: Mode = Mode::Off { until: None };

fn policy(name: &str, mode: Mode, rule: ExternalRule) -> Policy {
    Policy {
        name: name.into(),
        level: Level::Platform,
        mode,
        is_default: false,
        rule: PolicyRule::External(Box::new(rule)),
    }
}

/// Each asks somebody else, below a path that is its name.
fn rules(policies: &[(&str, Mode, OnFailure, Option<u32>)]) -> Rules {
    let mut configuration = configuration(vec![service(&[], "", &["GET POST /orders"])]);
    let policies = policies.iter().map(|(name, mode, on_failure, body)| {
        let rule = ExternalRule {
            url: format!("http://127.0.0.1:9000/{name}").into(),
            on_failure: *on_failure,
            ..decider(*body)
        };
        policy(name, *mode, rule)
    });
    configuration.policies = policies.collect();
    compile(configuration)
}

fn passes() -> DeciderAnswer {
    DeciderAnswer::Passes { set: vec![] }
}

fn refuses(reason: &str) -> DeciderAnswer {
    DeciderAnswer::Refuses(Refusal {
        status: Some(403),
        reason: Some(reason.into()),
        ..Refusal::default()
    })
}

fn nothing() -> DeciderAnswer {
    DeciderAnswer::Nothing(Nothing {
        error: "it did not answer in 500 ms".into(),
        since: Some(1_700_000_000_000),
    })
}

/// What was decided, who was asked in which order, and what a record of it says again.
struct Found {
    decision: Decision,
    asked: Vec<String>,
    walk: Walk,
    recorded: Recorded,
}

fn decide(rules: &Rules, head: &Head, answers: &[(&str, DeciderAnswer)]) -> Found {
    let directory = Directory::default();
    let snapshot = Snapshot {
        rules,
        directory: &directory,
    };
    let connection = connection("192.0.2.1");
    let mut live = Live::new(head, &connection, 0);
    let mut walk = Walk::new(Depth::FirstDenial);
    let mut asked = Vec::new();
    let decision = loop {
        match walk.step(&snapshot, &live) {
            Step::Done(decision) => break decision,
            Step::Need(FactRequest::External { policy, .. }) => {
                let question = rules.question(policy).unwrap();
                let name = question.policy.to_string();
                let answer = answers.iter().find(|(of, _)| *of == name);
                live.provide_decision(question.key, answer.unwrap().1.clone());
                asked.push(name);
            }
            Step::Need(FactRequest::Edge) => live.provide_edge(EdgeReading::default()),
            Step::Need(fact) => panic!("{fact}"),
        }
    };
    let recorded = Recorded::of(&live, &walk, &snapshot);
    Found {
        decision,
        asked,
        walk,
        recorded,
    }
}

/// Decides the record again by the same rules or others.
fn again(rules: &Rules, recorded: &Recorded, depth: Depth) -> (Step, Walk) {
    let text = serde_json::to_string(recorded).unwrap();
    let recorded: Recorded = serde_json::from_str(&text).unwrap();
    let directory = recorded.directory();
    let snapshot = Snapshot {
        rules,
        directory: &directory,
    };
    let mut walk = Walk::new(depth);
    (walk.step(&snapshot, &recorded), walk)
}

fn refused(decision: &Decision) -> &Denial {
    match decision {
        Decision::Refuse(denial) => denial,
        other => panic!("{other:?}"),
    }
}

#[test]
fn everybody_is_asked_in_turn_until_somebody_refuses() {
    use OnFailure::Refuse;
    let rules = rules(&[
        ("a", SHADOW, Refuse, None),
        ("b", Mode::Enforce, Refuse, None),
        ("c", OFF, Refuse, None),
        ("d", Mode::Enforce, Refuse, None),
        ("e", Mode::Enforce, Refuse, Some(100)),
    ]);
    let head = head("GET", "/orders", &["Host: api.example.com"]);
    let all = |last| {
        let mut answers = vec![];
        for name in ["a", "b", "d"] {
            answers.push((name, passes()));
        }
        answers.push(("e", last));
        answers
    };
    let found = decide(&rules, &head, &all(passes()));
    assert_eq!(found.decision, Decision::Allow);
    assert_eq!(found.asked, ["b", "d", "a", "e"]);

    let found = decide(&rules, &head, &all(refuses("too large")));
    let denial = refused(&found.decision);
    assert_eq!(
        (denial.code, denial.status, denial.fault),
        (Code::ExternalDenied, 403, Fault::Consumer)
    );
    assert_eq!(denial.policy.as_deref(), Some("e"));
    assert_eq!(denial.evidence("decider"), Some(&Value::from("e")));
    assert_eq!(denial.evidence("answered"), Some(&Value::Number(403)));
    let reason = denial.evidence.iter().find(|one| one.name == "reason");
    let reason = reason.unwrap();
    assert_eq!(reason.value, Value::from("too large"));
    assert_eq!(reason.audience, Audience::Publisher);

    // Nobody else is asked, not even in shadow.
    let found = decide(&rules, &head, &[("b", refuses("no"))]);
    assert_eq!(refused(&found.decision).policy.as_deref(), Some("b"));
    assert_eq!(found.asked, ["b"]);
    assert_eq!(found.walk.shadow(), []);
}

#[test]
fn a_record_decides_the_same_again_or_cannot_tell() {
    let enforced = [("b", Mode::Enforce, OnFailure::Refuse, None)];
    let both = [enforced[0], ("d", Mode::Enforce, OnFailure::Refuse, None)];
    let head = head("GET", "/orders", &["Host: api.example.com"]);
    for answer in [passes(), refuses("no"), nothing()] {
        let answers = [("b", answer.clone()), ("d", passes())];
        let found = decide(&rules(&both), &head, &answers);
        for depth in [Depth::FirstDenial, Depth::Everything] {
            let (step, walk) = again(&rules(&both), &found.recorded, depth);
            assert_eq!(step, Step::Done(found.decision.clone()), "{answer:?}");
            assert_eq!(walk.unknown(), [], "{answer:?}");
        }
        // One that is asked otherwise has not answered.
        let mut other = rules(&both).configuration().as_ref().clone();
        for policy in &mut other.policies {
            if let PolicyRule::External(rule) = &mut policy.rule {
                rule.identity = !rule.identity;
            }
        }
        let (step, _) = again(&compile(other), &found.recorded, Depth::FirstDenial);
        assert!(
            matches!(&step, Step::Done(Decision::CannotTell(unknown)) if unknown.what == "external_decision"),
            "{step:?}"
        );
        // How a failure counts is the policy's, not the answer's.
        let open = [
            ("b", Mode::Enforce, OnFailure::Allow, None),
            ("d", Mode::Enforce, OnFailure::Allow, None),
        ];
        let (step, _) = again(&rules(&open), &found.recorded, Depth::FirstDenial);
        match answer {
            DeciderAnswer::Passes { .. } => assert_eq!(step, Step::Done(Decision::Allow)),
            DeciderAnswer::Refuses(_) => assert_eq!(step, Step::Done(found.decision)),
            // The second was never asked.
            DeciderAnswer::Nothing(_) => {
                assert!(matches!(step, Step::Done(Decision::CannotTell(_))));
            }
        }
    }
}

#[test]
fn what_passes_for_want_of_an_answer_is_noted() {
    let open = rules(&[("b", Mode::Enforce, OnFailure::Allow, None)]);
    let head = head("GET", "/orders", &["Host: api.example.com"]);
    let found = decide(&open, &head, &[("b", nothing())]);
    assert_eq!(found.decision, Decision::Allow);
    let [noted] = found.walk.shadow() else {
        panic!("{:?}", found.walk.shadow());
    };
    assert_eq!(noted.code, Code::ExternalUnavailable);
    assert_eq!(noted.policy.as_deref(), Some("b"));
    assert_eq!(noted.fault, Fault::Operator);
    assert_eq!(noted.evidence("since"), Some(&Value::Number(1_700_000_000)));

    let closed = rules(&[("b", Mode::Enforce, OnFailure::Refuse, None)]);
    let found = decide(&closed, &head, &[("b", nothing())]);
    let denial = refused(&found.decision);
    assert_eq!(
        (denial.code, denial.status, denial.fault),
        (Code::ExternalUnavailable, 503, Fault::Operator)
    );
}

#[test]
fn in_shadow_it_is_asked_and_refuses_nobody() {
    let rules = rules(&[("b", SHADOW, OnFailure::Refuse, None)]);
    let head = head("GET", "/orders", &["Host: api.example.com"]);
    for (answer, code) in [
        (refuses("no"), Code::ExternalDenied),
        (nothing(), Code::ExternalUnavailable),
    ] {
        let found = decide(&rules, &head, &[("b", answer)]);
        assert_eq!(found.decision, Decision::Allow);
        let codes: Vec<Code> = found.walk.shadow().iter().map(|one| one.code).collect();
        assert_eq!(codes, [code]);
    }
}

#[test]
fn a_challenge_is_told_and_only_browsers_that_navigate_are_sent_elsewhere() {
    let rules = rules(&[("b", Mode::Enforce, OnFailure::Refuse, None)]);
    let answer = DeciderAnswer::Refuses(Refusal {
        status: Some(401),
        challenge: Some("Bearer realm=\"sso\"".into()),
        location: Some("https://sso.example.com/".into()),
        ..Refusal::default()
    });
    let host = "Host: api.example.com";
    let navigating = [host, "Sec-Fetch-Mode: navigate"];
    for (method, fields, status) in [
        ("GET", &navigating[..], 302),
        ("POST", &navigating[..], 401),
        ("GET", &[host][..], 401),
        ("GET", &[host, "Sec-Fetch-Mode: cors"], 401),
    ] {
        let head = head(method, "/orders", fields);
        let found = decide(&rules, &head, &[("b", answer.clone())]);
        let denial = refused(&found.decision);
        assert_eq!(denial.status, status, "{method} {fields:?}");
        assert_eq!(denial.evidence("location").is_some(), status == 302);
        assert_eq!(denial.evidence("challenge").is_some(), status == 401);
    }
}

#[test]
fn the_caller_gets_whole_what_records_keep_in_part() {
    let rules = rules(&[("b", Mode::Enforce, OnFailure::Refuse, None)]);
    let whole = "https://sso.example.com/?rd=CANARY";
    let asks = "Bearer realm=\"CANARY\"";
    let answer = DeciderAnswer::Refuses(Refusal {
        status: Some(302),
        challenge: Some("Bearer realm=\"…\"".into()),
        location: Some("https://sso.example.com/?…".into()),
        aside: Aside {
            location: Some(whole.into()),
            challenge: Some(asks.into()),
        },
        ..Refusal::default()
    });
    for (mode, status) in [("navigate", 302), ("cors", 401)] {
        let mode = format!("Sec-Fetch-Mode: {mode}");
        let head = head("GET", "/orders", &["Host: api.example.com", mode.as_str()]);
        let found = decide(&rules, &head, &[("b", answer.clone())]);
        let denial = refused(&found.decision);
        assert_eq!(denial.status, status);
        assert_eq!(denial.aside.location.as_deref(), Some(whole));
        assert_eq!(denial.aside.challenge.as_deref(), Some(asks));
        let evidence = format!("{:?}", denial.evidence);
        assert!(!evidence.contains("CANARY"), "{evidence}");
        let text = serde_json::to_string(&found.recorded).unwrap();
        assert!(!text.contains("CANARY"), "{text}");

        // The record decides the same, and has nothing to tell aside.
        let (step, _) = again(&rules, &found.recorded, Depth::FirstDenial);
        let Step::Done(decision) = &step else {
            panic!("{step:?}");
        };
        assert_eq!(*decision, found.decision);
        assert!(refused(decision).aside.location.is_none());
    }
}

#[test]
fn what_an_answer_may_write_callers_may_not() {
    let mut configuration = configuration(vec![service(&[], "", &["GET /orders"])]);
    let rule = |names: &[&str]| ExternalRule {
        url: names.join("-").into(),
        answer_headers: names.iter().map(|name| (*name).into()).collect(),
        ..decider(None)
    };
    configuration.policies = vec![
        policy("a", Mode::Enforce, rule(&["x-user", "x-level"])),
        policy("b", SHADOW, rule(&["x-shadow"])),
        policy("c", Mode::Enforce, rule(&["x-level", "x-other"])),
    ];
    let rules = compile(configuration);
    let set = |pairs: &[(&str, &str)]| DeciderAnswer::Passes {
        set: pairs
            .iter()
            .map(|(name, value)| Set {
                name: (*name).into(),
                value: value.as_bytes().into(),
            })
            .collect(),
    };
    let head = head("GET", "/orders", &["Host: api.example.com"]);
    let answers = [
        (
            "a",
            set(&[("x-user", "jane"), ("x-level", "1"), ("x-evil", "1")]),
        ),
        ("b", set(&[("x-shadow", "1")])),
        ("c", set(&[("x-level", "2"), ("x-level", "3")])),
    ];
    let found = decide(&rules, &head, &answers);
    let allowed = found.walk.allowed(&rules, &head).unwrap();
    let written: Vec<(&str, Vec<&str>)> = allowed
        .written
        .iter()
        .map(|one| {
            let values = one.values.iter();
            let values = values.map(|value| std::str::from_utf8(value).unwrap());
            (&*one.name, values.collect())
        })
        .collect();
    assert_eq!(
        written,
        [
            ("x-user", vec!["jane"]),
            ("x-level", vec!["2", "3"]),
            ("x-other", vec![]),
        ]
    );
    // Nobody reads in a record what was to be set.
    let text = serde_json::to_string(&found.recorded).unwrap();
    assert!(!text.contains("jane"), "{text}");
}
