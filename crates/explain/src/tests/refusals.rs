//! What is said of each refusal: its text for everybody, whose business it is, and that its fixes are
//! what they say.

mod denying;

use super::cases::{cases, headers, post, subscription};
use super::scene::{Request, STAGING, Scene, TERMINAL, golden, reading, verified};
use crate::explanation::{Audience, Explanation, Fix, Step};
use crate::{Question, Style, explain};
use postern_model::denial::Code;
use postern_policy::facts::EdgeReading;
use serde_json::json;

fn code(explanation: &Explanation) -> &str {
    explanation
        .refusal
        .as_ref()
        .map_or("", |refusal| &refusal.code)
}

#[test]
fn every_code_of_a_filled_stage_is_explained() {
    let texts: Vec<String> = cases()
        .iter()
        .map(|case| {
            let scene = Scene::new(std::slice::from_ref(&case.patch));
            let explanation = scene.explain(&case.request);
            assert_eq!(code(&explanation), case.code.name());
            explanation.render(&TERMINAL)
        })
        .collect();
    golden("operator", &texts.join("\n"));
}

#[test]
fn every_code_that_a_stage_decides_has_a_case() {
    use postern_model::Stage;
    let cases = cases();
    let covered = |code: &Code| cases.iter().any(|case| case.code == *code);
    for code in Code::ALL {
        let stage = code.row().stage;
        let decided = stage > Stage::Client && stage < Stage::Upstream;
        assert!(
            // How fresh the directory is stands in no rule, and what a token is asked for with is
            // no stage's business: tests/e2e shows these.
            !decided
                || code.is_public_only()
                || matches!(code, Code::ConfigurationStale | Code::GrantInvalid)
                || covered(code),
            "{code} has no case"
        );
    }
}

#[test]
fn the_blame_is_where_the_evidence_puts_it_and_else_where_the_code_does() {
    for case in cases() {
        let scene = Scene::new(std::slice::from_ref(&case.patch));
        let explanation = scene.explain(&case.request);
        let refusal = explanation.refusal.unwrap();
        let Some(fault) = case.blames else {
            assert_eq!(refusal.because, None, "{}", case.code);
            continue;
        };
        assert_eq!(refusal.fault, fault.name(), "{}", case.code);
        assert!(refusal.because.is_some(), "{}", case.code);
    }
}

#[test]
fn fixes_are_offered_where_there_are_some_and_ranked_last_where_the_refusal_was_right() {
    for case in cases() {
        let scene = Scene::new(std::slice::from_ref(&case.patch));
        let explanation = scene.explain(&case.request);
        let (proved, unproved): (Vec<&Fix>, Vec<&Fix>) = explanation
            .fixes
            .iter()
            .partition(|fix| fix.proof.is_some());
        assert!(
            proved.len() >= case.fixes && proved.is_empty() == (case.fixes == 0),
            "{}: {proved:?}",
            case.code,
        );
        assert_eq!(unproved.len(), case.unproved, "{}: {unproved:?}", case.code);
        for fix in proved {
            assert_eq!(
                fix.if_wrong, case.if_wrong,
                "{}: {}",
                case.code, fix.sentence
            );
        }
    }
}

#[test]
fn what_is_not_proved_says_why_and_can_be_made() {
    for case in cases() {
        let scene = Scene::new(std::slice::from_ref(&case.patch));
        let explanation = scene.explain(&case.request);
        let fixes = explanation.fixes.iter();
        for fix in fixes.filter(|fix| fix.proof.is_none()) {
            assert!(fix.unproved.is_some(), "{fix:?}");
            assert!(!fix.commands.is_empty(), "{fix:?}");
            for step in &fix.steps {
                let Step::Change(change) = step else {
                    panic!("{fix:?}");
                };
                // It is a configuration afterwards.
                scene.after(std::slice::from_ref(change));
            }
        }
    }
}

#[test]
fn a_fix_that_is_really_applied_lets_the_request_pass() {
    for case in cases() {
        let scene = Scene::new(std::slice::from_ref(&case.patch));
        let explanation = scene.explain(&case.request);
        let fixes = explanation.fixes.iter();
        for fix in fixes.filter(|fix| fix.proof.is_some()) {
            let changes: Vec<_> = fix
                .steps
                .iter()
                .filter_map(|step| match step {
                    Step::Change(change) => Some(change.clone()),
                    Step::CreateKey(_) | Step::LiftBlock { .. } | Step::LiftCaller { .. } => None,
                })
                .collect();
            let mut after = scene.after(&changes);
            let mut request = case.request.clone();
            for step in &fix.steps {
                match step {
                    Step::Change(_) => {}
                    Step::LiftBlock { .. } => request.edge = EdgeReading::default(),
                    Step::LiftCaller { .. } => request.caller_blocks.clear(),
                    Step::CreateKey(new) => {
                        let id = "key_n3wkn3wkn3wkn3wk";
                        let mut json = after.json.clone();
                        let credential = json!({
                            "app": new.app, "environment": new.environment,
                            "scopes": new.scopes, "sha256": "c3".repeat(32),
                        });
                        json["credentials"][id] = credential;
                        after = Scene::of(json);
                        request.credential = Some(verified(id));
                    }
                }
            }
            // A counter that a changed limit starts is not used up.
            if case.code.family() == "limit" {
                request.readings = Some(vec![reading(true)]);
            }
            if case.code == Code::EdgeRateExceeded {
                request.edge = EdgeReading::default();
            }
            assert!(
                request.passes(&after, None),
                "{}: {}",
                case.code,
                fix.sentence
            );
        }
    }
}

#[test]
fn two_wrongs_are_shown_at_once_and_mended_by_one_key() {
    let scene = Scene::new(&[]);
    let request = Request {
        credential: Some(verified(STAGING)),
        readings: None,
        ..post()
    };
    let explanation = scene.explain(&request);
    assert_eq!(code(&explanation), "credential.wrong_environment");
    let next: Vec<&str> = explanation
        .next
        .iter()
        .map(|next| next.code.as_str())
        .collect();
    assert_eq!(next, ["authorization.scope_missing"]);
    let first = explanation.fixes.first().unwrap();
    assert_eq!(
        first.commands,
        ["postern keys create --app fieldforce --environment production --scopes write:users"]
    );
    assert_eq!(first.proof.as_ref().unwrap().through, "authorize");
}

#[test]
fn two_wrongs_may_take_two_changes() {
    let scene = Scene::new(&[
        subscription(&json!({"state": "pending"})),
        headers(&json!({"required": ["X-Reason"]})),
    ]);
    let explanation = scene.explain(&post());
    let first = explanation.fixes.first().unwrap();
    assert_eq!(first.steps.len(), 2, "{first:?}");
    assert_eq!(first.commands, ["postern fix 01JDB7Z3K8Q4M2T9V6X1C5N0RW 1"]);
}

#[test]
fn what_follows_a_subscription_is_judged_as_if_that_were_in_force() {
    let patch = json!({"state": "pending", "scopes": ["read:users"]});
    let scene = Scene::new(&[subscription(&patch)]);
    let explanation = scene.explain(&post());
    let next = explanation.next.iter().map(|next| next.code.as_str());
    assert!(next.eq(["authorization.scope_missing"]));
    let first = explanation.fixes.first().unwrap();
    assert_eq!(first.steps.len(), 2);
    let scene = Scene::new(&[json!({"subscriptions": null})]);
    let explanation = scene.explain(&post());
    assert!(explanation.next.is_empty());
    let unknown = explanation
        .not_known
        .iter()
        .map(|unknown| unknown.what.as_str());
    assert!(unknown.eq(["subscription"]));
}

#[test]
fn consumers_and_publishers_see_their_part() {
    for (name, audience) in [
        ("consumer", Audience::Consumer),
        ("publisher", Audience::Publisher),
    ] {
        let texts: Vec<String> = cases()
            .iter()
            .map(|case| {
                let scene = Scene::new(std::slice::from_ref(&case.patch));
                case.request.with(|live| {
                    let question = Question {
                        audience,
                        ..Question::new(live)
                    };
                    explain(&scene.world(), &question).render(&TERMINAL)
                })
            })
            .collect();
        golden(name, &texts.join("\n"));
    }
}

#[test]
fn an_explanation_survives_json() {
    for case in cases() {
        let scene = Scene::new(std::slice::from_ref(&case.patch));
        let explanation = scene.explain(&case.request);
        let json = serde_json::to_string(&explanation).unwrap();
        assert_eq!(
            serde_json::from_str::<Explanation>(&json).unwrap(),
            explanation
        );
    }
}

#[test]
fn what_is_not_a_terminal_gets_ascii_and_no_escapes() {
    for case in cases() {
        let scene = Scene::new(std::slice::from_ref(&case.patch));
        let text = scene.explain(&case.request).render(&Style::PLAIN);
        assert!(text.is_ascii(), "{text}");
        assert!(!text.contains('\x1b'));
        let folded = Style {
            width: 60,
            colour: true,
            ..Style::PLAIN
        };
        assert!(
            scene
                .explain(&case.request)
                .render(&folded)
                .contains("\x1b[1;31mrefused")
        );
    }
}

#[test]
fn rules_that_require_tls_are_compiled_from_their_documents() {
    let mut documents = Scene::new(&[]).json;
    let tls = json!({
        "listeners": {"secure": {"address": "127.0.0.1:8443", "tls": {
            "request_client_certificate": true,
            "certificates": [{"certificate": "a.crt", "key": "env:A_KEY"}],
        }}},
        "services": {"partners": {
            "tls_required": true,
            "client_certificate": {"authorities": "ca.crt"},
        }},
    });
    crate::merge_patch(&mut documents, &tls);
    let documents = crate::Documents::new(documents);
    let rules = crate::compile(&documents, "41").unwrap_or_else(|error| panic!("{error}"));
    assert!(
        rules
            .configuration()
            .services
            .iter()
            .any(|service| service.tls_required)
    );
}
