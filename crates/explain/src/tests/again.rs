//! Recorded requests, decided anew.

use super::scene::{KEY, NOW, Request, STAGING, Scene, reading, verified};
use crate::{Again, Answer, Audience, QuestionError, Verdict, again};
use postern_model::Code;
use postern_policy::facts::{Blocked, CredentialVerdict, EdgeReading, Reading};
use postern_policy::{Depth, Recorded, Walk};
use serde_json::json;

/// What the record of a request keeps, through JSON as the call log has it.
fn recorded(scene: &Scene, request: &Request) -> Recorded {
    request.with(|live| {
        let snapshot = scene.world().snapshot;
        let mut walk = Walk::new(Depth::FirstDenial);
        let _ = walk.step(&snapshot, live);
        let recorded = Recorded::of(live, &walk, &snapshot);
        serde_json::from_value(serde_json::to_value(recorded).unwrap()).unwrap()
    })
}

fn ask(
    now: &Scene,
    facts: &Recorded,
    key: Option<&str>,
    edge: &EdgeReading,
    readings: Option<&[Reading]>,
) -> Result<Answer, QuestionError> {
    let question = Again {
        id: "01JDB7Z3K8Q4M2T9V6X1C5N0RW",
        facts,
        key,
        at: NOW * 1000 + 60_000,
        edge,
        blocks: &[],
    };
    again(
        &now.world(),
        &question,
        &|_| readings.map(<[Reading]>::to_vec),
        Audience::Operator,
    )
}

fn verdict(answer: &Answer) -> (Verdict, Option<&str>) {
    let refusal = answer.explanation.refusal.as_ref();
    (
        answer.explanation.verdict,
        refusal.map(|refusal| refusal.code.as_str()),
    )
}

fn decided(now: &Scene, facts: &Recorded, key: Option<&str>) -> Answer {
    ask(now, facts, key, &EdgeReading::default(), None).unwrap()
}

#[test]
fn what_was_mended_passes_and_what_was_not_is_still_refused() {
    let expired = json!({"credentials": {KEY: {"expires_at": "2026-11-22"}}});
    let before = Scene::new(&[expired]);
    let facts = recorded(&before, &Request::default());
    let same = decided(&before, &facts, None);
    assert_eq!(
        verdict(&same),
        (Verdict::Refused, Some("credential.expired"))
    );
    // What is offered has the numbers of another explanation.
    assert_eq!(same.explanation.fixes, []);
    let mended = Scene::new(&[]);
    assert_eq!(
        verdict(&decided(&mended, &facts, None)),
        (Verdict::Allowed, None)
    );
    // It is decided at the time at which it is asked.
    let soon = json!({"credentials": {KEY: {"expires_at": "2026-11-22T12:12:30Z"}}});
    let soon = decided(&Scene::new(&[soon]), &facts, None);
    assert_eq!(
        verdict(&soon),
        (Verdict::Refused, Some("credential.expired"))
    );
}

#[test]
fn another_key_can_be_assumed() {
    let scene = Scene::new(&[]);
    let request = Request {
        credential: Some(CredentialVerdict::Missing),
        ..Request::default()
    };
    let facts = recorded(&scene, &request);
    let without = decided(&scene, &facts, None);
    assert_eq!(
        verdict(&without),
        (Verdict::Refused, Some("credential.missing"))
    );
    let with = decided(&scene, &facts, Some(KEY));
    assert_eq!(verdict(&with), (Verdict::Allowed, None));
    assert_eq!(with.explanation.asked.app.as_deref(), Some("fieldforce"));
    let staging = decided(&scene, &facts, Some(STAGING));
    assert_eq!(verdict(&staging).0, Verdict::Refused);
    let unknown = ask(&scene, &facts, Some("key_0"), &EdgeReading::default(), None);
    assert_eq!(unknown, Err(QuestionError::Key("key_0".to_owned())));
}

#[test]
fn what_was_not_kept_cannot_be_told() {
    // Refused before anybody looked for a key.
    let blocked = json!({"edge": {"deny": ["office"]}});
    let before = Scene::new(&[blocked]);
    let request = Request {
        from: "203.0.113.9",
        credential: None,
        ..Request::default()
    };
    let facts = recorded(&before, &request);
    let now = decided(&Scene::new(&[]), &facts, None);
    assert_eq!(verdict(&now), (Verdict::CannotTell, None));
    assert!(
        now.explanation
            .not_known
            .iter()
            .any(|one| one.what == "credential")
    );
    // A key that nobody had is somebody's now.
    let unknown = CredentialVerdict::Unknown { id: KEY.into() };
    let request = Request {
        credential: Some(unknown),
        ..Request::default()
    };
    let scene = Scene::new(&[]);
    let facts = recorded(&scene, &request);
    assert_eq!(
        verdict(&decided(&scene, &facts, None)),
        (Verdict::CannotTell, None)
    );
    let gone = Scene::new(&[json!({"credentials": {KEY: null}})]);
    let still = decided(&gone, &facts, None);
    assert_eq!(
        verdict(&still),
        (Verdict::Refused, Some("credential.unknown"))
    );
}

#[test]
fn a_body_that_declares_no_length_cannot_be_told() {
    let request = Request {
        fields: vec!["Transfer-Encoding: chunked".to_owned()],
        body: Some(b"{}"),
        ..Request::default()
    };
    let scene = Scene::new(&[]);
    let facts = recorded(&scene, &request);
    let now = decided(&scene, &facts, None);
    assert_eq!(verdict(&now), (Verdict::Allowed, None));
    let small =
        json!({"policies": {"small": {"kind": "body", "on": "platform", "max_size": "1KiB"}}});
    let scene = Scene::new(&[small]);
    let facts = recorded(&scene, &request);
    let now = decided(&scene, &facts, None);
    assert_eq!(verdict(&now), (Verdict::CannotTell, None));
    assert!(
        now.explanation
            .not_known
            .iter()
            .any(|one| one.what == "size")
    );
}

#[test]
fn counters_are_those_of_now() {
    let scene = Scene::new(&[]);
    let request = Request {
        readings: Some(vec![reading(false)]),
        ..Request::default()
    };
    let facts = recorded(&scene, &request);
    assert_eq!(
        verdict(&decided(&scene, &facts, None)),
        (Verdict::Allowed, None)
    );
    let spent = ask(
        &scene,
        &facts,
        None,
        &EdgeReading::default(),
        Some(&[reading(false)]),
    );
    assert_eq!(verdict(&spent.unwrap()).1, Some("limit.rate_exceeded"));
    let blocked = EdgeReading {
        blocked: Some(Blocked {
            until: NOW * 1000 + 120_000,
            trigger: Code::CredentialUnknown,
        }),
        exceeded: None,
    };
    let still = ask(&scene, &facts, None, &blocked, None).unwrap();
    assert_eq!(verdict(&still).0, Verdict::Refused);
    let passed = recorded(
        &scene,
        &Request {
            credential: Some(verified(KEY)),
            ..Request::default()
        },
    );
    assert_eq!(
        verdict(&decided(&scene, &passed, None)),
        (Verdict::Allowed, None)
    );
}
