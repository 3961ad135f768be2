//! Who callers are, what they may, and how much.

use super::*;
use postern_policy::facts::CallerBlock;

#[expect(clippy::too_many_lines, reason = "a table of cases")]
pub(super) fn accounts() -> Vec<Case> {
    let suspended =
        || json!({"state": "suspended", "suspended_at": "2026-11-01", "reason": "unpaid"});
    let decided = |state: &str| {
        subscription(&json!({
            "state": state, "decided_at": "2026-11-21T08:00:00Z", "decided_by": "ann@example.com",
            "comment": "no contract",
        }))
    };
    vec![
        case(
            Code::TenantSuspended,
            json!({"tenants": {"partner-x": suspended()}}),
            post(),
        )
        .if_wrong(),
        case(
            Code::AppSuspended,
            json!({"apps": {"fieldforce": suspended()}}),
            post(),
        )
        .if_wrong(),
        case(
            Code::TenantIsolated,
            json!({"services": {"partners": {"visibility": "tenant"}}}),
            post(),
        )
        .if_wrong(),
        case(
            Code::SubscriptionMissing,
            json!({"subscriptions": null}),
            Request {
                readings: None,
                ..post()
            },
        ),
        case(
            Code::SubscriptionPending,
            subscription(&json!({"state": "pending"})),
            Request {
                readings: None,
                ..post()
            },
        ),
        case(Code::SubscriptionRejected, decided("rejected"), post()).if_wrong(),
        case(Code::SubscriptionSuspended, decided("suspended"), post()).if_wrong(),
        case(Code::SubscriptionCancelled, decided("cancelled"), post()).if_wrong(),
        case(
            Code::SubscriptionExpired,
            subscription(&json!({"expires_at": "2026-11-20"})),
            post(),
        ),
        case(
            Code::SubscriptionNotCovered,
            json!({"plans": {"standard": {"services": null, "covers": [
                {"service": "partners", "operations": ["list-customers"]},
            ]}}}),
            post(),
        ),
        case(
            Code::ScopeMissing,
            subscription(&json!({"scopes": ["read:users"]})),
            post(),
        ),
        case(
            Code::RoleMissing,
            json!({
                "access_roles": {"customer-editor": {"tenant": "commerce", "allows": [{"service": "partners"}]}},
                "groups": {"partners": {"tenant": "partner-x"}},
                "apps": {"fieldforce": {"groups": ["partners"]}},
                "services": {"partners": {"access_roles": ["customer-editor"]}},
            }),
            post(),
        )
        .fixes(2),
        case(
            Code::ExternalDenied,
            asking(),
            Request {
                decided: Some(DeciderAnswer::Refuses(Refusal {
                    status: Some(403),
                    reason: Some("the order is too large".into()),
                    ..Refusal::default()
                })),
                ..post()
            },
        )
        .if_wrong(),
        case(
            Code::ExternalUnavailable,
            asking(),
            Request {
                decided: Some(DeciderAnswer::Nothing(Nothing {
                    error: "it did not answer in 500 ms".into(),
                    since: Some(NOW * 1000 - 60_000),
                })),
                ..post()
            },
        )
        .if_wrong(),
        case(
            Code::Forbidden,
            statements(
                "permit (principal, action, resource);\n@id(\"nobody writes\")\nforbid (principal, action in Postern::Action::\"write\", resource);",
            ),
            post(),
        )
        .if_wrong(),
        case(
            Code::NotPermitted,
            statements(
                "@id(\"editors\")\npermit (principal in Postern::Group::\"editors\", action, resource)\nwhen { context.hour < 24 };\n@id(\"readers\")\npermit (principal, action in Postern::Action::\"read\", resource)\nunless { context.environment == \"production\" };",
            ),
            post(),
        )
        .fixes(2),
        case(
            Code::AuthorizationUnavailable,
            statements(
                "permit (principal, action, resource) when { (context.weekday + 1) * 9223372036854775807 > 0 };",
            ),
            post(),
        )
        .fixes(0),
    ]
}

/// A policy asks another service.
fn asking() -> Value {
    json!({"policies": {"fraud-check": {
        "kind": "external", "on": {"service": "partners"},
        "decider": {"protocol": "forward_auth", "url": DECIDER},
    }}})
}

/// What Cedar says of the service.
fn statements(text: &str) -> Value {
    json!({
        "groups": {"editors": {"tenant": "partner-x"}},
        "policies": {"customers": {"kind": "cedar", "on": {"service": "partners"}, "policies": text}},
    })
}

pub(super) fn limits() -> Vec<Case> {
    let used = || Request {
        readings: Some(vec![reading(false)]),
        ..post()
    };
    let limit = |limit: Value| json!({"plans": {"standard": {"limits": {"per-app": limit}}}});
    vec![
        case(Code::RateExceeded, json!({}), used()),
        case(
            Code::BurstExceeded,
            limit(json!({"kind": "spacing", "apart": "100ms", "rate": null, "per": null})),
            used(),
        ),
        case(
            Code::ConcurrencyExceeded,
            limit(json!({"kind": "concurrency", "limit": 2, "rate": null, "per": null})),
            used(),
        ),
        case(
            Code::Blocked,
            json!({}),
            Request {
                caller_blocks: vec![CallerBlock {
                    number: 0,
                    what: "app".into(),
                    who: "fieldforce".into(),
                    until: i64::MAX / 1_000_000,
                    policy: None,
                    trigger: None,
                    by: Some("ada@example.com".into()),
                    reason: Some("it leaks".into()),
                }],
                ..post()
            },
        )
        .if_wrong(),
        case(
            Code::QuotaExhausted,
            limit(json!({"kind": "quota", "quota": 1000, "rate": null, "per": "month"})),
            used(),
        ),
    ]
}
