//! A mail of every kind.

use crate::mail::*;
use crate::testing::at;
use jiff::Timestamp;

fn link(path: &str) -> String {
    format!("https://postern.example/{path}")
}

fn name(text: &str) -> String {
    text.to_owned()
}

fn later() -> Timestamp {
    at("2026-02-01T12:00:00Z")
}

fn subscription() -> Subscription {
    Subscription {
        id: name("sub_orders_ui"),
        app: name("orders-ui"),
        service: name("orders"),
        plan: name("gold"),
    }
}

/// All of them.
pub(super) fn cases() -> Vec<Template> {
    [people(), decisions(), subscriptions(), ends(), versions()].concat()
}

fn people() -> Vec<Template> {
    vec![
        Template::Invitation(Invitation {
            inviter: name("Ada Lovelace"),
            tenant: Some(name("Acme")),
            roles: vec![name("developer")],
            link: link("accept?token=abc"),
            expires_at: later(),
        }),
        Template::Invitation(Invitation {
            inviter: name("Ada Lovelace"),
            tenant: None,
            roles: vec![name("operator"), name("auditor")],
            link: link("accept?token=abc"),
            expires_at: later(),
        }),
        Template::Password(Password {
            by: name("Ada Lovelace"),
            link: link("accept?token=abc"),
            expires_at: later(),
        }),
        Template::AccountOpened {
            by: name("Ada Lovelace"),
            link: link(""),
        },
    ]
}

fn decisions() -> Vec<Template> {
    vec![
        Template::ApprovalAsked {
            asked: Asked::Subscription(subscription()),
            requester: name("Grace Hopper"),
            reason: Some(name("For the new shop.\nFrom March on.")),
            link: link("subscriptions/sub_orders_ui"),
        },
        Template::ApprovalAsked {
            asked: Asked::ChangeRequest {
                id: name("cr_1"),
                title: name("Raise the limit of gold"),
            },
            requester: name("Grace Hopper"),
            reason: None,
            link: link("change-requests/cr_1"),
        },
        Template::ApprovalAsked {
            asked: Asked::SignUp {
                id: name("usr_1"),
                address: name("grace@example.com"),
            },
            requester: name("Grace Hopper"),
            reason: None,
            link: link("users/usr_1"),
        },
        Template::ApprovalDecided {
            asked: Asked::Subscription(subscription()),
            decision: Decision::Approved,
            decider: name("Ada Lovelace"),
            comment: None,
            link: link("subscriptions/sub_orders_ui"),
        },
        Template::ApprovalDecided {
            asked: Asked::ChangeRequest {
                id: name("cr_1"),
                title: name("Raise the limit of gold"),
            },
            decision: Decision::Rejected,
            decider: name("Ada Lovelace"),
            comment: Some(name("Not before March.")),
            link: link("change-requests/cr_1"),
        },
    ]
}

fn subscriptions() -> Vec<Template> {
    let became = |became, comment: Option<&str>| Template::Subscription {
        subscription: subscription(),
        became,
        comment: comment.map(str::to_owned),
        link: link("subscriptions/sub_orders_ui"),
    };
    let by = || name("pat@example.com");
    let suspended = |cause| Became::Suspended { by: by(), cause };
    vec![
        became(
            suspended(Some(Cause::Billing)),
            Some("Invoice 17 is open.\nPay it, and write to us."),
        ),
        became(suspended(Some(Cause::Policy)), None),
        became(suspended(Some(Cause::Security)), None),
        became(suspended(None), None),
        became(Became::Resumed { by: by() }, None),
        became(Became::Withdrawn { by: by() }, None),
        became(
            Became::Ended {
                by: by(),
                code: "subscription.cancelled",
            },
            Some("We have our own now."),
        ),
        became(Became::Expiring { at: later() }, None),
        became(Became::Expired, None),
    ]
}

fn ends() -> Vec<Template> {
    vec![
        Template::CredentialRevoked(RevokedCredential {
            app: name("orders-ui"),
            credential: name("key_7Gh2 (checkout)"),
            environment: name("production"),
            by: name("pat@example.com"),
            reason: Some(name("It was in a public repository.")),
            link: link("credentials/key_7Gh2"),
        }),
        Template::CredentialExpiring {
            app: name("orders-ui"),
            credential: name("key_7Gh2"),
            environment: name("production"),
            expires_at: later(),
            link: link("credentials/key_7Gh2"),
        },
        Template::CertificateExpiring {
            certificate: name("api-2026"),
            names: vec![name("api.example.com"), name("*.example.com")],
            expires_at: later(),
            link: link("certificates/api-2026"),
        },
    ]
}

fn versions() -> Vec<Template> {
    let staged = |stage, successor: Option<&str>, apps: &[&str]| Template::Version {
        version: Version {
            publisher: Some(name("commerce")),
            service: name("orders"),
            version: name("v1"),
            successor: successor.map(str::to_owned),
        },
        stage,
        apps: apps.iter().map(|app| name(app)).collect(),
        link: link("services/orders"),
    };
    let many: Vec<String> = (1..=22).map(|n| format!("app-{n}")).collect();
    let many: Vec<&str> = many.iter().map(|app| &**app).collect();
    vec![
        staged(Stage::Published, None, &["orders-ui"]),
        staged(
            Stage::Deprecated {
                sunset: Some(later()),
            },
            Some("v2"),
            &["orders-ui", "till"],
        ),
        staged(Stage::Deprecated { sunset: None }, None, &["orders-ui"]),
        staged(Stage::Retiring { at: later() }, Some("v2"), &many),
        staged(Stage::Retired, Some("v2"), &["orders-ui"]),
    ]
}
