//! What callers are shown at each level and in each profile, and the headers that statuses ask for.

use super::*;

const FORMS: [Form; 3] = [Form::Problem, Form::Html, Form::Grpc("application/grpc")];
const VERBOSE: Disclosure = Disclosure::Verbose { until: i64::MAX };
const STANDINGS: &[Standing<'static>] = &[
    Standing {
        name: "per-app",
        limit: 100,
        window: StandingWindow::Seconds(60),
        remaining: 3,
        reset: 12,
    },
    Standing {
        name: "parallel",
        limit: 10,
        window: StandingWindow::AtOnce,
        remaining: 9,
        reset: 0,
    },
];

/// The whole answer as text.
fn bytes(refusal: &Refusal) -> String {
    let mut out = format!("{}\n", refusal.status);
    for (name, value) in refusal.headers.iter() {
        writeln!(out, "{}: {value}", name.title).unwrap();
    }
    out.push_str(std::str::from_utf8(&refusal.body).unwrap());
    out
}

fn laden(code: Code) -> Denial {
    let kinds = code.kinds();
    let mut denial = Denial::new(code).by_policy("office-only".into());
    for name in kinds.consumer {
        denial = denial.saw(name, format!("own-{name}"));
    }
    for name in kinds.publisher.iter().chain(kinds.operator) {
        denial = denial.saw(name, "CANARY");
    }
    denial
}

fn full_context(form: Form) -> Context<'static> {
    Context {
        challenges: &[Challenge::ApiKey {
            realm: "orders",
            header: "X-API-Key",
        }],
        limits: STANDINGS,
        help: Some("/.well-known/postern/requests/x?sig=y"),
        ..context(form)
    }
}

#[test]
fn every_view_of_every_code_keeps_what_is_not_the_callers() {
    for &code in Code::ALL {
        let denial = laden(code);
        for profile in [
            StatusProfile::Standard,
            StatusProfile::Forbid,
            StatusProfile::Conceal,
        ] {
            for level in [Disclosure::Minimal, Disclosure::Standard, VERBOSE] {
                for form in FORMS {
                    let shown = denial.shown(profile, level, false);
                    let told = bytes(&super::super::render(&shown, &full_context(form)));
                    assert!(!told.contains("CANARY"), "{code}: {told}");
                    // An unknown path is no service's, which could say how much is told.
                    if level == Disclosure::Minimal && shown.code() != Code::NotFound {
                        assert!(!told.contains(code.name()), "{code}: {told}");
                        assert!(!told.contains(shown.code().name()), "{code}: {told}");
                    }
                    if level != VERBOSE || code != shown.code() {
                        assert!(!told.contains("office-only"), "{code}: {told}");
                    }
                }
            }
        }
    }
}

#[test]
fn what_is_concealed_is_byte_identical_to_an_unknown_path() {
    let place = |mut denial: Denial| {
        let of_place = ["host", "path", "nearest"];
        denial.evidence.retain(|e| !of_place.contains(&e.name));
        denial.with("host", "api.example", Audience::Consumer).with(
            "path",
            "/a",
            Audience::Consumer,
        )
    };
    let plain = place(Denial::new(Code::NotFound));
    for &code in Code::ALL.iter().filter(|c| c.row().stage > Stage::Route) {
        let hidden = place(laden(code));
        for level in [Disclosure::Minimal, Disclosure::Standard, VERBOSE] {
            for form in FORMS {
                let tell = |denial: &Denial| {
                    let shown = denial.shown(StatusProfile::Conceal, level, false);
                    bytes(&super::super::render(&shown, &full_context(form)))
                };
                assert_eq!(tell(&hidden), tell(&plain), "{code}");
            }
        }
    }
}

#[test]
fn minimal_disclosure_names_the_family_wherever_the_code_would_stand() {
    let denial = Denial::new(Code::SubscriptionPending).saw("app", "fieldforce");
    let shown = denial.shown(StatusProfile::Standard, Disclosure::Minimal, true);
    let refusal = super::super::render(&shown, &context(Form::Problem));
    let body = json(&refusal);
    assert_eq!(body["code"], "subscription");
    assert_eq!(body["title"], "No subscription in force");
    let page = "http://127.0.0.1:8080/.well-known/postern/denials/subscription";
    assert_eq!(body["type"], page);
    assert_eq!(refusal.headers.get("postern-denial"), Some("subscription"));
    assert_eq!(
        refusal.headers.get("proxy-status"),
        Some("postern; error=http_request_denied; details=\"subscription\"")
    );
    assert!(!bytes(&refusal).contains("fieldforce"));
}

#[test]
fn verbose_disclosure_adds_the_policy_and_the_callers_evidence() {
    let denial = Denial::new(Code::AddressNotAllowed)
        .by_policy("office-only".into())
        .saw("address", "203.0.113.7")
        .saw("list", "office");
    let shown = denial.shown(StatusProfile::Standard, VERBOSE, false);
    let body = json(&super::super::render(&shown, &context(Form::Problem)));
    assert_eq!(body["policy"], "office-only");
    assert_eq!(
        body["evidence"],
        serde_json::json!({"address": "203.0.113.7"})
    );
    let denial = Denial::new(Code::ScopeMissing)
        .saw("required", list(&["a:\"b\""]))
        .saw("granted", 0);
    let shown = denial.shown(StatusProfile::Standard, VERBOSE, true);
    let body = json(&super::super::render(&shown, &context(Form::Problem)));
    assert_eq!(
        body["evidence"],
        serde_json::json!({"required": ["a:\"b\""], "granted": 0})
    );
    assert!(body.get("policy").is_none());
}

#[test]
fn a_401_says_how_to_prove_an_identity() {
    let denial = Denial::new(Code::CredentialMissing);
    let challenges = |context: &Context<'_>| {
        let refusal = render(&denial, context);
        let fields = refusal.headers.iter();
        fields
            .filter(|(name, _)| name.lower == "www-authenticate")
            .map(|(_, value)| value.to_owned())
            .collect::<Vec<_>>()
    };
    let api_key = |realm, header| Challenge::ApiKey { realm, header };
    assert_eq!(
        challenges(&Context {
            challenges: &[api_key("a \"b\"", "X-API-Key"), api_key("orders", "X-Key")],
            ..context(Form::Problem)
        }),
        [
            r#"ApiKey realm="a \"b\"", header="X-API-Key""#,
            r#"ApiKey realm="orders", header="X-Key""#
        ]
    );
    let bare = r#"ApiKey realm="postern""#;
    assert_eq!(challenges(&context(Form::Problem)), [bare]);
    let shown = denial.shown(StatusProfile::Forbid, Disclosure::Standard, false);
    let refusal = super::super::render(&shown, &full_context(Form::Problem));
    assert_eq!(
        (refusal.status, refusal.headers.get("www-authenticate")),
        (403, None)
    );
}

#[test]
fn a_415_says_what_is_accepted() {
    let accept = |denial: Denial| {
        let refusal = render(&denial, &context(Form::Problem));
        refusal.headers.get("accept").map(str::to_owned)
    };
    let denial = Denial::new(Code::ContentTypeUnsupported);
    let types = list(&["application/json", "a\r\nb/c", "text", "text/xml"]);
    assert_eq!(
        accept(denial.clone().saw("accepted", types.clone())).as_deref(),
        Some("application/json, text/xml")
    );
    assert_eq!(accept(denial.clone()), None);
    assert_eq!(accept(denial.saw("accepted", types).status(403)), None);
}

#[test]
fn limits_are_told_by_refusals_that_may_know_them() {
    let fields = |code| {
        let denial = Denial::new(code);
        let refusal = render(&denial, &full_context(Form::Problem));
        let fields = refusal.headers.iter();
        fields
            .filter(|(name, _)| name.lower.contains("ratelimit"))
            .map(|(name, value)| format!("{}: {value}", name.title))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        fields(Code::RateExceeded),
        [
            r#"RateLimit-Policy: "per-app";q=100;w=60, "parallel";q=10;qu="concurrent-requests""#,
            r#"RateLimit: "per-app";r=3;t=12"#,
            "X-RateLimit-Limit: 100",
            "X-RateLimit-Remaining: 3",
            "X-RateLimit-Reset: 12",
        ]
    );
    assert_eq!(fields(Code::BodyTooLarge).len(), 5);
    assert_eq!(fields(Code::TenantIsolated), [""; 0]);
    assert_eq!(fields(Code::ScopeMissing), [""; 0]);
}

#[test]
fn allowed_responses_get_the_same_fields() {
    let fields = |standings: &[Standing<'_>], classic| {
        let mut out = Vec::new();
        let mut scratch = String::from("before");
        limit_fields(standings, classic, &mut scratch, |name, value| {
            out.push(format!("{}: {value}", name.lower));
        });
        out
    };
    assert_eq!(fields(&[], true), [""; 0]);
    let [per_app, parallel] = STANDINGS else {
        panic!("two")
    };
    assert_eq!(
        fields(&[*parallel], false),
        [
            r#"ratelimit-policy: "parallel";q=10;qu="concurrent-requests""#,
            r#"ratelimit: "parallel";r=9"#,
        ]
    );
    // The order does not matter, the share that is left does.
    assert_eq!(
        fields(&[*parallel, *per_app], false)[1],
        r#"ratelimit: "per-app";r=3;t=12"#
    );
    let longer = Standing {
        name: "longer",
        reset: 90,
        ..*per_app
    };
    assert_eq!(
        fields(&[*per_app, longer], false)[1],
        r#"ratelimit: "longer";r=3;t=90"#
    );
}

#[test]
fn help_is_a_link_where_there_is_one() {
    let denial = Denial::new(Code::ScopeMissing);
    let of = |form| bytes(&render(&denial, &full_context(form)));
    assert!(
        of(Form::Problem)
            .contains(r#","help":"http://127.0.0.1:8080/.well-known/postern/requests/x?sig=y"}"#)
    );
    assert!(of(Form::Html).contains("requests/x?sig=y\">about this refusal</a>"));
}
