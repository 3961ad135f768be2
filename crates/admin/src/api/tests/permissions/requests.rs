//! A request to each endpoint that fits its types, so that permissions alone decide.

use super::things::THINGS;
use crate::api::Row;
use crate::api::tests::world::{Answered, USER, World};
use axum::http::Method;
use serde_json::{Map, Value, json};

/// A thing of a kind: its path, one of `commerce`, one of `partner`.
pub(super) type Thing = (&'static str, &'static str, Option<&'static str>);

/// The things that a path is about, if it names one.
pub(super) fn thing(row: &Row) -> Option<&'static Thing> {
    let first = row.path.split('/').nth(1).unwrap_or_default();
    let found = THINGS.iter().find(|(path, ..)| *path == first);
    assert!(found.is_some() || !has_id(row), "{row:?} is about nothing");
    found
}

/// Whether a path names a thing.
pub(super) fn has_id(row: &Row) -> bool {
    ["{id}", "{service}", "{app}"]
        .iter()
        .any(|part| row.path.contains(part))
}

/// What a request is about: things of `commerce`, or of `partner`.
#[derive(Debug, Clone, Copy)]
pub(super) struct About {
    tenant: &'static str,
    app: &'static str,
    service: &'static str,
    letter: &'static str,
    call: &'static str,
    proposal: &'static str,
    subscription: &'static str,
}

pub(super) const OWN: About = About {
    tenant: "commerce",
    app: "till",
    service: "orders",
    letter: "a",
    call: "01JDB7Z3K8Q4M2T9V6X1C5N0RW",
    proposal: "cr_own",
    subscription: "sub_own",
};

pub(super) const FOREIGN: About = About {
    tenant: "partner",
    app: "fieldforce",
    service: "ledger",
    letter: "b",
    call: "01JDB7Z3K8Q4M2T9V6X1C5N0RX",
    proposal: "cr_other",
    subscription: "sub_other",
};

impl About {
    /// The path of an endpoint, about the thing of this id.
    pub(super) fn path(&self, row: &Row, id: &str) -> String {
        let mut path = row.path.to_owned();
        for (name, value) in [
            ("{id}", id),
            ("{service}", id),
            ("{app}", id),
            ("{provider}", "sso"),
            ("{delivery}", "dlv_0"),
            ("{version}", "v1"),
            ("{operation}", "all"),
            ("{number}", "1"),
            ("{address}", "192.0.2.66"),
            ("{credential}", "key_aaaaaaaaaaaaaaaa"),
            ("{code}", "resource.not_found"),
        ] {
            path = path.replace(name, value);
        }
        assert!(!path.contains('{'), "{path}");
        let (app, service) = (self.app, self.service);
        match row.id {
            "diff_revisions" => path + "?from=1",
            "requirements" | "who_can" => format!("{path}?operation={service}/v1/all"),
            "count_denials" => format!("{path}?app={app}"),
            "find_operations" => format!("{path}?q=all"),
            "list_audit" => format!("{path}?tenant={}", self.tenant),
            _ => path,
        }
    }

    /// The body of a request to an endpoint; `n`: a number of its own.
    pub(super) fn body(&self, row: &Row, n: usize) -> Value {
        if row.method == Method::GET || row.method == Method::DELETE {
            return Value::Null;
        }
        if let Some(command) = row.path.strip_prefix("/commands/") {
            return self.params(command, n);
        }
        let (tenant, app, service) = (self.tenant, self.app, self.service);
        match row.id {
            "patch_me" => json!({"name": format!("New {n}")}),
            "revoke_browser_sessions" => json!({"service": service}),
            // Something has to change, or nothing is judged. Where there is no such member, that is
            // said to those only who may change the rest.
            _ if row.method == Method::PATCH => json!({"title": format!("New {n}")}),
            "create_app" | "create_list" => {
                json!({"id": format!("new{n}"), "tenant": tenant, "entries": []})
            }
            "create_plan" => {
                json!({"id": format!("new{n}"), "tenant": tenant, "services": [service]})
            }
            "create_upstream" => {
                json!({"id": format!("new{n}"), "tenant": tenant, "targets": ["192.0.2.1:80"]})
            }
            "create_credential" => {
                json!({"id": format!("key_{n:0>16}"), "app": app, "sha256": "c".repeat(64)})
            }
            "create_subscription" => {
                json!({"id": format!("sub{n}"), "app": app, "service": service, "plan": "standard", "state": "pending"})
            }
            "create_service" => {
                json!({"id": format!("new{n}"), "tenant": tenant, "base_path": format!("/new{n}"), "versions": {}})
            }
            "create_policy" => {
                json!({"id": format!("new{n}"), "on": {"service": service}, "kind": "body", "max_size": "1KiB"})
            }
            "create_role" => {
                json!({"id": format!("{tenant}:new{n}"), "tenant": tenant, "permissions": ["apps.read"]})
            }
            "create_issuer" => {
                json!({"id": format!("new{n}"), "tenant": tenant, "issuer": format!("https://new{n}.example"), "audiences": ["api"]})
            }
            "create_token_revocation" => {
                json!({"id": format!("rev_{n}"), "issuer": format!("issuer-{}", self.letter), "subject": format!("lin{n}"), "revoked_at": "2026-01-01"})
            }
            "create_access_role" | "create_certificate" | "create_group" => {
                json!({"id": format!("new{n}"), "tenant": tenant})
            }
            "create_service_account" => {
                json!({"tenant": tenant, "title": "New", "roles": ["viewer"]})
            }
            "create_invitation" => self.invitation(n),
            "create_webhook" => self.webhook(),
            "create_member" => json!({"tenant": tenant, "user": USER, "roles": ["viewer"]}),
            "create_user" => json!({"email": format!("new{n}@example.com")}),
            "create_key" => json!({}),
            "create_change_request" => self.proposed(n),
            "revoke_key" => json!({"reason": "Lost"}),
            "change_lifecycle" => json!({"step": "publish"}),
            "import_openapi" => {
                json!({"name": "a.yaml", "text": "openapi: 3.0.0\npaths: {}\n", "dry_run": true})
            }
            "create_my_token" | "create_service_account_token" => json!({"title": "New"}),
            "ask_can" => self.made_up(),
            "export_configuration" => json!({"part": {"tenant": tenant}}),
            "diff_configuration" | "apply_configuration" => self.file(),
            "replay_configuration" => json!({"file": self.file()}),
            "request_subscription" => {
                json!({"app": app, "service": service, "plan": "standard", "reason": "Need"})
            }
            "suspend_subscription" => json!({"cause": "policy"}),
            "block_caller" => json!({"app": app, "until_ms": in_an_hour()}),
            "seal_secret" => json!({"value": "secret", "for": format!("certificate/new@{tenant}")}),
            "test_mail" => json!({"to": "lin@example.com"}),
            "sign_out"
            | "create_password_link"
            | "remind_of_subscription"
            | "test_webhook"
            | "redeliver_webhook" => Value::Null,
            id if id.starts_with("create_") => json!({"id": format!("new{n}")}),
            _ => json!({}),
        }
    }

    fn params(&self, command: &str, n: usize) -> Value {
        let (tenant, app, service) = (self.tenant, self.app, self.service);
        let of_version = json!({"service": service, "version": "v1"});
        let with = |name: &str, value: Value| {
            let mut members = of_version.as_object().cloned().unwrap_or_else(Map::new);
            members.insert(name.to_owned(), value);
            Value::Object(members)
        };
        let webhook = format!("wh_{}", self.letter);
        match command {
            "documents" => json!({"kind": "app"}),
            "change" => {
                json!({"changes": [{"kind": "app", "id": app, "patch": {"title": format!("New {n}")}}]})
            }
            "apply" | "diff" => self.file(),
            "replay" => json!({"file": self.file()}),
            "import" => {
                json!({"service": service, "version": "v1", "name": "a.yaml", "text": "openapi: 3.0.0\npaths: {}\n", "dry_run": true})
            }
            "export" => json!({"part": {"tenant": tenant}}),
            "openapi" | "versions.difference" | "versions.callers" | "versions.retire" => {
                of_version
            }
            "versions.lifecycle" => with("step", "publish".into()),
            "subscriptions.request" => {
                json!({"app": app, "service": service, "plan": "standard", "reason": "Need"})
            }
            "subscriptions.decide" => json!({"id": self.subscription, "step": "reject"}),
            "subscriptions.cancel" | "subscriptions.remind" | "subscriptions.history" => {
                json!({"id": self.subscription})
            }
            "keys.rotate" => json!({"id": format!("key_{}", self.letter.repeat(16))}),
            "policies.effective" => with("operation", "all".into()),
            "revisions.show" | "revisions.rollback" => json!({"number": 1}),
            "revisions.diff" => json!({"from": 1}),
            "change_requests.create" => self.proposed(n),
            "change_requests.show"
            | "change_requests.replay"
            | "change_requests.approve"
            | "change_requests.reject" => json!({"id": self.proposal}),
            "requirements" | "who_can" => json!({"operation": format!("{service}/v1/all")}),
            "access" | "denials" => json!({"app": app}),
            "audit.log" | "audit.export" => json!({"tenant": tenant}),
            "restore" => json!({"path": "/nowhere"}),
            "secrets.seal" => {
                json!({"value": "secret", "for": format!("certificate/new@{tenant}")})
            }
            "why" | "fix" | "again" => json!({"id": self.call}),
            "can" => self.made_up(),
            "blocks.add" => json!({"app": app, "until_ms": in_an_hour()}),
            "blocks.lift" => json!({"address": "192.0.2.66"}),
            "sessions.revoke" => json!({"service": service}),
            "issuers.refresh" | "issuers.uses" => json!({"id": format!("issuer-{}", self.letter)}),
            "lists.uses" => json!({"id": if self.letter == "a" { "office" } else { "depot" }}),
            "people.invite" => self.invitation(n),
            "people.password_link" => json!({"user": "usr_aaaaaaaaaaaaaaaa"}),
            "webhooks.create" => json!({"webhook": self.webhook()}),
            "webhooks.redeliver" => json!({"id": webhook, "delivery": "dlv_0"}),
            "webhooks.rotate_secret" | "webhooks.test" | "webhooks.deliveries" => {
                json!({"id": webhook})
            }
            "mail.test" => json!({"to": "lin@example.com"}),
            "tokens.create" => {
                json!({"service_account": format!("sa_{}", self.letter.repeat(16)), "title": "New"})
            }
            _ => json!({}),
        }
    }

    fn invitation(&self, n: usize) -> Value {
        let email = format!("new{n}@example.com");
        json!({"tenant": self.tenant, "email": email, "roles": ["viewer"]})
    }

    fn webhook(&self) -> Value {
        json!({"tenant": self.tenant, "url": "https://h.example", "events": ["ping"]})
    }

    fn made_up(&self) -> Value {
        let target = format!("/{}/1", self.service);
        json!({"app": self.app, "method": "GET", "target": target, "from": "192.0.2.7"})
    }

    fn proposed(&self, n: usize) -> Value {
        let title = json!({"title": format!("New {n}")});
        let change = json!({"kind": "app", "id": self.app, "patch": title});
        json!({"comment": "Why", "tenant": self.tenant, "changes": [change]})
    }

    fn file(&self) -> Value {
        let text = format!("apps: {{ {}: {{ tenant: {} }} }}\n", self.app, self.tenant);
        json!({"name": "a.yaml", "text": text, "part": {"tenant": self.tenant}})
    }
}

/// Asks as a role; `foreign`: about what is another tenant's.
pub(super) async fn ask(
    world: &World,
    row: &Row,
    role: (&str, bool),
    foreign: bool,
    n: usize,
) -> Answered {
    let who = match role {
        (role, true) => format!("{role}@commerce"),
        (role, false) => role.to_owned(),
    };
    let id = thing(row).map_or("x", |(_, own, other)| match other {
        Some(other) if foreign => other,
        _ => own,
    });
    let about = if foreign { FOREIGN } else { OWN };
    let path = about.path(row, id);
    let mut sent = about.body(row, n);
    if row.method == Method::PUT {
        // What is there, under another title.
        let there = world.ask("owner", "GET", &path, Value::Null).await;
        sent = there.body;
        if let Some(members) = sent.as_object_mut() {
            for member in ["version", "hmac", "email", "name"] {
                members.shift_remove(member);
            }
            members.insert("title".to_owned(), format!("New {n}").into());
        }
    }
    world.ask(&who, row.method.as_str(), &path, sent).await
}

/// Unix time in milliseconds.
fn in_an_hour() -> i64 {
    let now = std::time::UNIX_EPOCH.elapsed().unwrap();
    i64::try_from(now.as_millis()).unwrap() + 3_600_000
}
