//! What holds of every explanation: a proved fix passes, and nobody reads what is not for them.

use super::scene::{KEY, NOW, Request, STAGING, Scene, TERMINAL, verified};
use crate::explanation::{Audience, Explanation, Step};
use crate::{Question, RecordedDenial, explain};
use postern_model::denial::{self, Denial};
use postern_policy::recorded::Recorded;
use postern_policy::{Depth, Snapshot, Walk};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Things that can be wrong with the world, any number of them at once.
fn wrong(which: u8) -> Value {
    match which {
        0 => json!({"subscriptions": {"sub_fieldforce": {"state": "pending"}}}),
        1 => json!({"subscriptions": {"sub_fieldforce": {"scopes": ["read:users"]}}}),
        2 => json!({"credentials": {KEY: {"expires_at": "2026-11-20"}}}),
        3 => json!({"credentials": {KEY: {"scopes": ["read:users"]}}}),
        4 => json!({"policies": {"strict": {
            "kind": "headers", "on": {"service": "partners"},
            "required": ["X-Reason"], "content_types": ["application/json"],
        }}}),
        5 => json!({"policies": {"near": {
            "kind": "network", "on": {"service": "partners"}, "allow": ["office"],
        }}}),
        6 => json!({"apps": {"fieldforce": {"state": "suspended", "suspended_at": "2026-11-01"}}}),
        7 => json!({"credentials": {KEY: {"restricted_to": {"methods": ["GET"]}}}}),
        8 => json!({"subscriptions": null}),
        _ => json!({"policies": {"small": {"kind": "body", "on": "platform", "max_size": "1B"}}}),
    }
}

/// Applies a fix for real and sends the request again.
fn passes(scene: &Scene, request: &Request, steps: &[Step]) -> bool {
    let changes: Vec<_> = steps
        .iter()
        .filter_map(|step| match step {
            Step::Change(change) => Some(change.clone()),
            Step::CreateKey(_) | Step::LiftBlock { .. } => None,
        })
        .collect();
    let mut after = scene.after(&changes);
    let mut request = request.clone();
    for step in steps {
        if let Step::CreateKey(new) = step {
            let id = "key_n3wkn3wkn3wkn3wk";
            let mut json = after.json.clone();
            json["credentials"][id] = json!({
                "app": new.app, "environment": new.environment, "scopes": new.scopes,
                "sha256": "c3".repeat(32),
            });
            after = Scene::of(json);
            request.credential = Some(verified(id));
        }
    }
    request.passes(&after, None)
}

/// A question about the record of a request, not about the request itself.
fn from_record(scene: &Scene, request: &Request, audience: Audience) -> Explanation {
    request.with(|live| {
        let snapshot = scene.world().snapshot;
        let mut walk = Walk::new(Depth::FirstDenial);
        let _ = walk.step(&snapshot, live);
        let recorded = Recorded::of(live, &walk, &snapshot);
        let text = serde_json::to_string(&recorded).unwrap();
        let recorded: Recorded = serde_json::from_str(&text).unwrap();
        let directory = recorded.directory();
        let world = crate::World {
            snapshot: Snapshot {
                rules: &scene.rules,
                directory: &directory,
            },
            documents: &scene.documents,
        };
        let question = Question {
            audience,
            ..Question::new(&recorded)
        };
        explain(&world, &question)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_proved_fix_passes_when_it_is_applied(
        wrongs in prop::collection::btree_set(0u8..10, 1..4),
        staging in any::<bool>(),
    ) {
        let patches: Vec<Value> = wrongs.iter().map(|which| wrong(*which)).collect();
        let scene = Scene::new(&patches);
        let request = Request {
            credential: Some(verified(if staging { STAGING } else { KEY })),
            body: Some(b"a"),
            fields: vec!["Content-Type: text/csv".to_owned(), "Content-Length: 1".to_owned()],
            ..Request::default()
        };
        for fix in scene.explain(&request).fixes {
            prop_assert!(passes(&scene, &request, &fix.steps), "{wrongs:?}: {}", fix.sentence);
        }
        for fix in from_record(&scene, &request, Audience::Operator).fixes {
            prop_assert!(passes(&scene, &request, &fix.steps), "{wrongs:?}: {}", fix.sentence);
        }
    }
}

#[test]
fn a_record_is_explained_like_its_request() {
    for case in super::refusals::cases() {
        let scene = Scene::new(std::slice::from_ref(&case.patch));
        let live = scene.explain(&case.request);
        let recorded = from_record(&scene, &case.request, Audience::Operator);
        let code = |explanation: &Explanation| {
            explanation
                .refusal
                .as_ref()
                .map(|refusal| refusal.code.clone())
        };
        if recorded
            .not_known
            .iter()
            .any(|unknown| !unknown.not_looked_at)
        {
            continue;
        }
        assert_eq!(code(&live), code(&recorded), "{}", case.code);
    }
}

/// Marks in all that a code can come with, by the narrowest audience that may read it.
fn marked(code: denial::Code) -> Denial {
    let kinds = code.kinds();
    let mut denial = Denial::new(code);
    for (names, mark) in [
        (kinds.consumer, "for-consumers"),
        (kinds.publisher, "canary-publisher"),
        (kinds.operator, "canary-operator"),
    ] {
        for name in names {
            denial = denial.saw(name, mark);
        }
    }
    denial.by_policy("canary-publisher".into())
}

#[test]
fn nobody_reads_what_is_for_a_wider_audience() {
    let request = Request {
        fields: vec![
            "X-API-Key: canary-secret".to_owned(),
            "Cookie: canary-secret".to_owned(),
            "Authorization: Bearer canary-secret".to_owned(),
        ],
        target: "/partners/customers?api_key=canary-secret".to_owned(),
        ..Request::default()
    };
    let scene = Scene::new(&[json!({"lists": {"bad": {"entries": [
        {"range": "198.51.100.7/32", "comment": "canary-operator"},
    ]}}})]);
    for &code in denial::Code::ALL {
        let recorded = RecordedDenial {
            denial: marked(code),
            told: None,
        };
        for (audience, forbidden) in [
            (Audience::Operator, &["canary-secret"][..]),
            (Audience::Publisher, &["canary-secret", "canary-operator"]),
            (Audience::Consumer, &["canary"]),
        ] {
            let explanation = request.with(|live| {
                let question = Question {
                    audience,
                    recorded: Some(&recorded),
                    ..Question::new(live)
                };
                explain(&scene.world(), &question)
            });
            let texts = [
                explanation.render(&TERMINAL),
                serde_json::to_string(&explanation).unwrap(),
            ];
            for text in texts {
                for canary in forbidden {
                    assert!(!text.contains(canary), "{code} {audience:?}: {text}");
                }
            }
        }
    }
}

#[test]
fn what_came_from_outside_drives_no_terminal() {
    let scene = Scene::new(&[]);
    let mut explanation = scene.explain(&Request {
        credential: Some(verified(STAGING)),
        ..Request::default()
    });
    explanation.notes.push("a\u{1b}[2Jb\u{202e}c\nd".to_owned());
    let text = explanation.render(&TERMINAL);
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'));
    assert!(text.contains("a\\u{1b}[2Jb\\u{202e}c\\u{a}d"), "{text}");
}

#[test]
fn others_are_counted_and_the_last_that_passed_is_compared() {
    let scene = Scene::new(&[json!({"subscriptions": {"sub_fieldforce": {"state": "pending"}}})]);
    let request = Request::default();
    let elsewhere = Request {
        from: "192.0.2.9",
        ..Request::default()
    };
    let passed = Request {
        from: "203.0.113.7",
        fields: vec!["Content-Type: application/json".to_owned()],
        ..Request::default()
    };
    let explanation = request.with(|live| {
        elsewhere.with(|denied| {
            passed.with(|passed| {
                let other = |facts| crate::Other {
                    facts,
                    directory: &scene.directory,
                };
                let others = [other(live), other(denied)];
                let question = Question {
                    id: Some("01JDB7Z3K8Q4M2T9V6X1C5N0RW"),
                    others: &others,
                    last: Some(crate::Last {
                        id: "01JDB000000000000000000000",
                        at: (NOW - 3600) * 1000,
                        address: "203.0.113.7",
                        credential: Some(STAGING),
                        scopes: Some(&["read:users".into()]),
                        facts: Some(passed),
                    }),
                    ..Question::new(live)
                };
                explain(&scene.world(), &question)
            })
        })
    });
    let reach = &explanation.fixes.first().unwrap().reach;
    assert_eq!((reach.refusals, reach.pass, reach.unknown), (2, 1, 0));
    let differences = explanation.compared.as_ref().unwrap().differences.iter();
    let what: Vec<&str> = differences
        .map(|difference| difference.what.as_str())
        .collect();
    assert_eq!(what, ["address", "credential", "scopes", "content-type"]);
    super::scene::golden("pending", &explanation.render(&TERMINAL));
}
