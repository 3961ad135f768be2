//! What holds of every explanation: a proved fix passes, and nobody reads what is not for them.

use super::scene::{KEY, NOW, Request, STAGING, Scene, TERMINAL, verified};
use crate::explanation::{Audience, Explanation, Step};
use crate::{Question, RecordedDenial, explain};
use postern_model::denial::{self, Denial};
use postern_policy::facts::{CredentialVerdict, Facts};
use postern_policy::recorded::{Recorded, compact};
use postern_policy::{Decision, Depth, Rules, Snapshot, Step as Stepped, Walk};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Things that can be wrong with the world, any number of them at once.
pub(super) fn wrong(which: u8) -> Value {
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
            Step::CreateKey(_) | Step::LiftBlock { .. } | Step::LiftCaller { .. } => None,
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
    for case in super::cases::cases() {
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
    let before = Scene::new(&[]);
    let passed = Request {
        from: "203.0.113.7",
        host: "staging.example.com",
        credential: Some(verified(STAGING)),
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
                        environment: Some("staging"),
                        method: Some("POST"),
                        revision: [40, 41],
                        directory: [7, 7],
                        decided: Some((passed, before.world().snapshot)),
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
    assert_eq!(
        what,
        [
            "address",
            "credential",
            "environment",
            "scopes",
            "content-type",
            "revision"
        ]
    );
    super::scene::golden("pending", &explanation.render(&TERMINAL));
}

/// The row of a request that passed, as the call log gives it back.
fn compact(scene: &Scene, request: &Request) -> Recorded {
    request.with(|live| {
        let snapshot = scene.world().snapshot;
        let mut walk = Walk::new(Depth::FirstDenial);
        let step = walk.step(&snapshot, live);
        assert_eq!(step, Stepped::Done(Decision::Allow));
        let allowed = walk.allowed(snapshot.rules, live.head()).unwrap();
        let mut bytes = [0; compact::MOST];
        let passed = compact::Passed {
            head: live.head(),
            connection: live.connection(),
            allowed,
            readings: live.readings().unwrap_or_default(),
            seen: compact::Seen::of(live),
            rules: snapshot.rules,
            path: "/partners/customers",
            has_host: false,
        };
        let length = passed.write(&mut bytes);
        let identity = allowed.identity.unwrap();
        let columns = compact::Columns {
            at: live.now(),
            peer: live.peer(),
            version: live.version(),
            method: allowed.method.as_str(),
            host: None,
            path: "/partners/customers",
            operation: ["partners", "v1", "create-customer"],
            environment: "production",
            app: Some(&identity.app.name),
            credential: Some(&identity.credential.id),
            subscription: identity.subscription.as_ref().map(|row| &*row.id),
            directory: 7,
        };
        Recorded::compact(&columns, &bytes[..length], snapshot.rules).unwrap()
    })
}

#[test]
fn only_what_is_known_of_both_is_a_difference() {
    let before = Scene::new(&[]);
    let sent = |fields: &[&str]| Request {
        target: "/partners/customers?a=1".to_owned(),
        fields: fields.iter().map(ToString::to_string).collect(),
        ..Request::default()
    };
    let kept = compact(
        &before,
        &sent(&[
            "User-Agent: curl/8",
            "Accept: */*",
            "Cookie: a=1",
            "Content-Length: 2",
        ]),
    );
    let directory = kept.directory();
    let change = json!({"subscriptions": {"sub_fieldforce": {"state": "suspended"}}});
    let now = Scene::new(std::slice::from_ref(&change));
    let compared = sent(&[
        "User-Agent: other",
        "Accept: text/html",
        "Content-Length: 9",
    ])
    .with(|live| {
        let question = Question {
            history: Some(&Suspended),
            last: Some(crate::Last {
                id: "01JDB000000000000000000000",
                at: (NOW - 3600) * 1000,
                address: "198.51.100.7",
                credential: Some(KEY),
                environment: Some("production"),
                method: Some("POST"),
                revision: [41, 41],
                directory: [7, 9],
                decided: Some((
                    &kept,
                    Snapshot {
                        rules: &before.rules,
                        directory: &directory,
                    },
                )),
            }),
            ..Question::new(live)
        };
        explain(&now.world(), &question).compared.unwrap()
    });
    let differences = compared.differences.iter();
    let said: Vec<_> = differences
        .map(|d| (d.what.as_str(), d.then.as_deref(), d.now.as_deref()))
        .collect();
    assert_eq!(
        said,
        [
            ("content-length", Some("2"), Some("9")),
            ("cookie", Some("(sent)"), None),
            (
                "subscription `sub_fieldforce`",
                Some("not yet"),
                Some("changed by ann@example.com (change 9)")
            ),
        ]
    );
}

/// A past in which somebody has suspended the subscription.
struct Suspended;

impl crate::History for Suspended {
    fn revisions(&self) -> Vec<crate::Made> {
        Vec::new()
    }

    fn rules(&self, _: u64) -> Option<std::sync::Arc<Rules>> {
        None
    }

    fn documents(&self, _: u64) -> Option<std::sync::Arc<crate::Documents>> {
        None
    }

    fn row(&self, kind: &str, _: &str) -> Vec<crate::RowChange> {
        let change = |sequence| crate::RowChange {
            sequence,
            by: crate::Who {
                who: "ann@example.com".to_owned(),
                at: NOW * 1000,
                comment: String::new(),
            },
            before: None,
            after: None,
        };
        // One that was there before, one in between, one that came later.
        let changes = [5, 9, 12].map(change);
        changes
            .into_iter()
            .filter(|_| kind == "subscription")
            .collect()
    }

    fn refusals(&self, _: i64) -> Option<u64> {
        None
    }
}

#[test]
fn who_would_be_refused_next_or_may_be_is_not_counted_as_let_in() {
    let near = json!({"policies": {"near": {
        "kind": "network", "on": {"service": "partners"}, "allow": ["office"],
    }}});
    let scene = Scene::new(&[near]);
    let sent = |credential| Request {
        credential,
        ..Request::default()
    };
    let passing = sent(Some(verified(KEY)));
    let requests = [
        // Nobody looked at its key.
        sent(None),
        // It had none.
        sent(Some(CredentialVerdict::Missing)),
        // Its key is for another environment.
        sent(Some(verified(STAGING))),
        sent(Some(verified(KEY))),
        // How its limits stood was not looked at.
        Request {
            readings: None,
            ..passing.clone()
        },
    ];
    let explanation = scene.explain_among(&passing, &requests);
    let fix = explanation.fixes.first().unwrap();
    let reach = &fix.reach;
    assert_eq!((reach.refusals, reach.pass, reach.unknown), (5, 2, 1));
    let text = explanation.render(&TERMINAL);
    assert!(
        text.contains("of 5 other refusals in 24 h, 2 would have passed; of 1 it cannot be told"),
        "{text}"
    );
    assert_eq!(fix.proof.as_ref().unwrap().through, "limits");
}

#[test]
fn a_proof_names_the_last_stage_that_was_looked_at() {
    let near = json!({"policies": {"near": {
        "kind": "network", "on": {"service": "partners"}, "allow": ["office"],
    }}});
    let scene = Scene::new(&[near]);
    for (request, through, not_checked) in [
        (Request::default(), "limits", &["upstream"][..]),
        (
            Request {
                readings: None,
                ..Request::default()
            },
            "authorize",
            &["limits", "upstream"],
        ),
        (
            Request {
                credential: None,
                readings: None,
                body: Some(b"{}"),
                ..Request::default()
            },
            "network",
            &[
                "authenticate",
                "account",
                "subscription",
                "authorize",
                "limits",
                "body",
                "upstream",
            ],
        ),
    ] {
        let explanation = scene.explain(&request);
        let proof = explanation.fixes.first().unwrap().proof.as_ref().unwrap();
        assert_eq!(proof.through, through);
        assert_eq!(proof.not_checked, not_checked);
        let passed = |stage: &str| {
            explanation
                .passed
                .iter()
                .any(|passed| passed.stage == stage)
        };
        assert!(passed("client") && !passed("network"));
    }
}
