//! Made-up requests.

use super::scene::{KEY, NOW, STAGING, Scene, place};
use crate::explanation::{Audience, Verdict};
use crate::{Answer, Body, Located, MadeUp, QuestionError, can};
use serde_json::json;

fn made<'a>() -> MadeUp<'a> {
    MadeUp {
        method: "POST",
        target: "/partners/customers",
        host: Some("api.example.com"),
        app: Some("fieldforce"),
        key: None,
        token: None,
        headers: &[],
        body: None,
        from: "198.51.100.7".parse().unwrap(),
        at: NOW * 1000,
        tls: false,
    }
}

fn ask(made: &MadeUp<'_>) -> Result<Answer, QuestionError> {
    can(
        &Scene::new(&[]).world(),
        made,
        None,
        &|_| None,
        &|_| Located::default(),
        Audience::Operator,
    )
}

fn code(answer: &Answer) -> Option<&str> {
    answer
        .explanation
        .refusal
        .as_ref()
        .map(|refusal| refusal.code.as_str())
}

#[test]
fn an_app_is_asked_about_by_its_production_key() {
    let answer = ask(&made()).unwrap();
    assert!(answer.allowed);
    assert_eq!(answer.explanation.verdict, Verdict::Allowed);
    assert_eq!(answer.explanation.asked.credential.as_deref(), Some(KEY));
    let text = answer.explanation.render(&crate::Style::PLAIN);
    assert!(
        text.starts_with("allowed: POST /partners/customers by app `fieldforce`"),
        "{text}"
    );
}

#[test]
fn the_address_it_would_come_from_is_looked_up() {
    let scene = Scene::new(&[
        json!({"policies": {"from-here": {"kind": "network", "on": "platform", "allow_countries": ["DE"]}}}),
        json!({"client": {"trusted_proxies": ["198.51.100.0/24"]}}),
    ]);
    let ask = |headers: &[(String, String)], known: bool| {
        let made = MadeUp { headers, ..made() };
        let locate = |from: std::net::IpAddr| match known {
            true if from.to_string() == "203.0.113.9" => place("203.0.113.9", ("DE", 64_496)),
            true => place(&from.to_string(), ("FR", 64_496)),
            false => Located::default(),
        };
        can(
            &scene.world(),
            &made,
            None,
            &|_| None,
            &locate,
            Audience::Operator,
        )
        .unwrap()
    };
    assert_eq!(code(&ask(&[], true)), Some("network.country_not_allowed"));
    let behind = [("X-Forwarded-For".to_owned(), "203.0.113.9".to_owned())];
    let answer = ask(&behind, true);
    assert!(answer.allowed);
    let text = answer.explanation.render(&crate::Style::PLAIN);
    assert!(text.contains("network DE, AS64496 (Example Net)"), "{text}");
    // Without a database nothing is claimed.
    let answer = ask(&behind, false);
    assert_eq!(
        answer.explanation.verdict,
        Verdict::CannotTell,
        "{answer:?}"
    );
}

#[test]
fn a_refusal_says_what_a_record_would() {
    let staging = MadeUp {
        key: Some(STAGING),
        ..made()
    };
    assert_eq!(
        code(&ask(&staging).unwrap()),
        Some("credential.wrong_environment")
    );
    let stranger = MadeUp {
        app: None,
        ..made()
    };
    assert_eq!(code(&ask(&stranger).unwrap()), Some("credential.missing"));
    let outside = MadeUp {
        app: None,
        target: "/admin/config",
        ..made()
    };
    assert_eq!(
        code(&ask(&outside).unwrap()),
        Some("network.address_not_allowed")
    );
    let start = b"{}";
    let inside = MadeUp {
        app: None,
        target: "/admin/config",
        from: "203.0.113.9".parse().unwrap(),
        body: Some(Body { size: 2, start }),
        ..made()
    };
    assert!(ask(&inside).unwrap().allowed);
}

#[test]
fn what_is_no_question_is_said() {
    let bad = |made: MadeUp<'_>| ask(&made).unwrap_err().to_string();
    assert_eq!(
        bad(MadeUp {
            method: "PO ST",
            ..made()
        }),
        "`PO ST` is not a method; expected a token such as `POST`"
    );
    assert_eq!(
        bad(MadeUp {
            target: "orders",
            ..made()
        }),
        "`orders` is not a path; expected one that begins with `/`"
    );
    assert_eq!(
        bad(MadeUp {
            app: Some("nobody"),
            ..made()
        }),
        "there is no app `nobody`"
    );
    assert_eq!(
        bad(MadeUp {
            key: Some("key_x"),
            ..made()
        }),
        "there is no key `key_x`"
    );
    let headers = [("X".to_owned(), "a\r\nb".to_owned())];
    assert!(
        bad(MadeUp {
            headers: &headers,
            ..made()
        })
        .contains("not a header field")
    );
}
