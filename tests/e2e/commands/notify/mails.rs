//! Mails about what becomes of subscriptions, credentials and versions: each side gets its own.

use super::super::{CONFIG, Stored, id_of};
use super::smtp::{Smtpd, hand_over};
use super::{AGAIN, ask};
use crate::harness::eventually;
use crate::harness::management::{Management, PASSWORD};
use crate::harness::program::free_address;
use serde_json::{Value, json};
use std::time::Duration;

#[test]
fn a_decision_is_mailed_to_whoever_is_responsible_for_the_app() {
    let Some(server) = Smtpd::start(&[]) else {
        return;
    };
    let postern = Stored::empty();
    let config = CONFIG.replace(
        "crm: { tenant: partner-x }",
        "crm: { tenant: partner-x, contact: crm@partner.example }",
    );
    let applied = postern.apply(&config);
    assert!(applied.status.success(), "{applied:?}");
    server.serve(&postern, Some("https://manage.example.com/"));
    ask(&postern, "mail.test", &json!({"to": "lin@example.com"}));
    assert_eq!(server.read().to, "lin@example.com");
    postern.ok(&["subscriptions", "approve", "sub_crm", "--yes"]);
    let decided = server.read();
    assert_eq!(decided.to, "crm@partner.example", "{decided:?}");
    assert_eq!(decided.from, "postern@example.com");
    decided.says(&[
        "has approved the subscription of crm to partners",
        "https://manage.example.com/subscriptions/sub_crm",
        "postern keys create --app crm",
    ]);
}

#[test]
fn a_mail_that_no_server_takes_is_sent_once_after_a_crash() {
    let Some(server) = Smtpd::start(&[]) else {
        return;
    };
    let postern = Stored::empty();
    let config = CONFIG.replace(
        "crm: { tenant: partner-x }",
        "crm: { tenant: partner-x, contact: crm@partner.example }",
    );
    let applied = postern.apply(&config);
    assert!(applied.status.success(), "{applied:?}");
    hand_over(&postern, &free_address().port().into(), None);
    postern.ok(&["subscriptions", "approve", "sub_crm", "--yes"]);
    let management = Management::of(&postern);
    let link = postern.json(&["admin-link"])["link"]
        .as_str()
        .unwrap()
        .to_owned();
    let owner = json!({"email": "owner@example.com", "password": PASSWORD});
    let owner = management.accept(&link, owner);
    let failed = eventually("the first attempt", || {
        let log = "/api/v1/settings/mail/deliveries";
        let log = management.ask(&owner, "GET", log, &Value::Null).json();
        log["items"].get(0).cloned()
    });
    assert_eq!(failed["outcome"], "failed", "{failed}");

    postern.program.signal("KILL");
    let postern = Stored::on(postern.into_scratch());
    server.serve(&postern, None);
    let mail = server.within(AGAIN);
    assert_eq!(mail.to, "crm@partner.example");
    assert!(mail.subject.starts_with("Approved: "), "{mail:?}");
    // The log is read again from where it was read to, and nothing is told again.
    server.is_quiet(Duration::from_secs(7));
}

/// People of a publisher and of two of its consumers, who know nothing of each other.
struct World {
    postern: Stored,
    management: Management,
    publisher: String,
    developer: String,
}

impl World {
    fn start() -> Self {
        let postern = Stored::empty();
        let config = CONFIG
            .replace("partner-x: {} }", "partner-x: {}, rival: {} }")
            .replace("crm: { tenant: partner-x }", "crm: { tenant: partner-x }, spy: { tenant: rival }")
            .replace(
                "  sub_crm:",
                "  sub_spy: { app: spy, service: partners, plan: standard, state: approved }\n  sub_crm:",
            )
            .replace(
                "      v1:\n",
                "      v2: { state: draft, upstream: echo, operations: { all: { methods: [GET], path: /all } } }\n      v1:\n",
            );
        let applied = postern.apply(&config);
        assert!(applied.status.success(), "{applied:?}");
        let management = Management::of(&postern);
        let member = |email: &str, tenant: &str, role: &str| {
            let words = ["invite", email, "--tenant", tenant, "--role", role];
            let link = postern.json(&words)["link"].as_str().unwrap().to_owned();
            management.accept(&link, json!({"password": PASSWORD}))
        };
        let publisher = member("pub@commerce.example", "commerce", "publisher");
        let developer = member("dev@partner.example", "partner-x", "developer");
        member("eve@rival.example", "rival", "developer");
        // Nobody's business but to look.
        member("looks@partner.example", "partner-x", "viewer");
        Self {
            postern,
            management,
            publisher,
            developer,
        }
    }

    fn post(&self, who: &str, path: &str, body: &Value) {
        let path = format!("/api/v1{path}");
        let done = self.management.ask(who, "POST", &path, body);
        assert_eq!(done.status, 200, "{path}: {}", done.text());
    }
}

#[test]
fn mails_tell_the_other_side_what_becomes_of_subscriptions_and_credentials() {
    let Some(server) = Smtpd::start(&[]) else {
        return;
    };
    let world = World::start();
    server.serve(&world.postern, Some("https://manage.example.com"));
    let (developer, publisher) = ("dev@partner.example", "pub@commerce.example");
    let step = |who: &str, step: &str, body: &Value| {
        world.post(who, &format!("/subscriptions/sub_fieldforce/{step}"), body);
        let mail = server.read();
        mail.says(&["https://manage.example.com/subscriptions/sub_fieldforce"]);
        mail
    };
    for (cause, says) in [
        ("billing", "The cause is billing: it is not paid for."),
        (
            "policy",
            "The cause is policy: its use is against the rules.",
        ),
        ("security", "The cause is security: its use is a danger."),
    ] {
        let suspension = json!({"cause": cause, "comment": "Invoice 17"});
        let mail = step(&world.publisher, "suspend", &suspension);
        assert_eq!(mail.to, developer);
        assert_eq!(
            mail.subject,
            "Suspended: subscription of fieldforce to partners"
        );
        mail.says(&[
            "pub@commerce.example has suspended the subscription",
            says,
            "> Invoice 17",
            "refused with the code subscription.suspended",
        ]);
        let mail = step(&world.publisher, "resume", &json!({}));
        assert_eq!(mail.to, developer);
        assert!(mail.subject.starts_with("Resumed: "), "{mail:?}");
        mail.says(&["are served again"]);
    }
    let mail = step(
        &world.developer,
        "cancel",
        &json!({"comment": "Not needed any more"}),
    );
    assert_eq!(mail.to, publisher, "the other side: {mail:?}");
    assert!(mail.subject.starts_with("Ended: "), "{mail:?}");
    mail.says(&[
        "dev@partner.example has ended",
        "> Not needed any more",
        "subscription.cancelled",
    ]);

    // Not of either side: both are told.
    world
        .postern
        .ok(&["subscriptions", "approve", "sub_fieldforce"]);
    assert_eq!(server.read().to, developer);
    let delete = ["delete", "subscription", "sub_fieldforce", "--yes"];
    world.postern.ok(&delete);
    let mails = server.several(2);
    assert_eq!([&*mails[0].to, &mails[1].to], [developer, publisher]);
    for mail in mails {
        mail.says(&["has ended", "subscription.missing"]);
    }

    let key = world.postern.key("crm");
    let id = id_of(&key);
    let revoke = ["keys", "revoke", &id, "--reason", "It leaked", "--yes"];
    world.postern.ok(&revoke);
    let mail = server.read();
    assert_eq!(mail.to, developer);
    assert_eq!(mail.subject, "A credential of crm was revoked");
    mail.says(&[&id, "> It leaked", "postern keys create --app crm"]);
    assert!(!mail.text.contains(&key));
    server.is_quiet(Duration::from_secs(2));
}

#[test]
fn mails_about_versions_go_to_subscribers_each_with_their_own_apps() {
    let Some(server) = Smtpd::start(&[]) else {
        return;
    };
    let world = World::start();
    server.serve(&world.postern, Some("https://manage.example.com"));
    let told = |path: &str, body: &Value, subject: &str, says: &[&str]| {
        let path = format!("/services/partners/versions/{path}");
        world.post(&world.publisher, &path, body);
        let mails = server.several(2);
        let readers = [&*mails[0].to, &mails[1].to];
        assert_eq!(readers, ["dev@partner.example", "eve@rival.example"]);
        for mail in &mails {
            assert_eq!(mail.subject, subject);
            mail.says(says);
            // Who of the publisher's people did it is not theirs to know.
            assert!(!mail.text.contains("pub@"), "{mail:?}");
        }
        mails[0].says(&["  - crm\n  - fieldforce\n"]);
        mails[1].says(&["  - spy\n"]);
        assert!(!mails[0].text.contains("spy"), "{mails:?}");
        assert!(!mails[1].text.contains("crm"), "{mails:?}");
    };
    told(
        "v2/lifecycle",
        &json!({"step": "publish"}),
        "partners v2 is published",
        &["commerce has published version v2 of partners."],
    );
    told(
        "v1/lifecycle",
        &json!({"step": "deprecate", "sunset_at": "2099-01-02T03:04:05Z"}),
        "partners v1 is deprecated",
        &["It still works, until 2099-01-02 03:04 UTC."],
    );
    told(
        "v1/retire",
        &json!({"successor": "v2"}),
        "partners v1 has stopped working",
        &["route.version_retired", "The version to move to is v2."],
    );

    // Of what is new in a service that is no longer offered to them, others hear nothing.
    let version = json!({"upstream": "echo", "operations": {
        "new": {"methods": ["GET"], "path": "/new"},
    }});
    let patch = json!({"visibility": "private", "versions": {"v3": version}});
    let change = json!({"kind": "service", "id": "partners", "patch": patch});
    ask(&world.postern, "change", &json!({"changes": [change]}));
    server.is_quiet(Duration::from_secs(3));
}
