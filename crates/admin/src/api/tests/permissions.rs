//! Who may call what: every endpoint, as every role, on things of one's own tenant and of another.

use super::world::{Answered, USER, World};
use crate::api::permission::Need;
use crate::api::{Row, table};
use axum::http::Method;
use postern_control::shorthand::Change;
use postern_control::{Actor, ChangeSet};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;

const PAGE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../docs/reference/permissions.md"
);

/// Roles, and whether they are held in a tenant (`commerce`).
const ROLES: [(&str, bool); 8] = [
    ("", false),
    ("owner", false),
    ("operator", false),
    ("auditor", false),
    ("admin", true),
    ("publisher", true),
    ("developer", true),
    ("viewer", true),
];

/// By the first part of a path: a thing of `commerce` (or of the platform), and one of `partner`
/// where such things have tenants.
const THINGS: [(&str, &str, Option<&str>); 20] = [
    ("apps", "till", Some("fieldforce")),
    (
        "credentials",
        "key_aaaaaaaaaaaaaaaa",
        Some("key_bbbbbbbbbbbbbbbb"),
    ),
    ("environments", "staging", None),
    ("identity-providers", "sso", None),
    (
        "invitations",
        "inv_aaaaaaaaaaaaaaaa",
        Some("inv_bbbbbbbbbbbbbbbb"),
    ),
    ("lists", "office", Some("depot")),
    ("listeners", "main", None),
    (
        "members",
        "usr_aaaaaaaaaaaaaaaa:commerce",
        Some("usr_aaaaaaaaaaaaaaaa:partner"),
    ),
    ("me", "tok_cccccccccccccccc", None),
    ("plans", "plan-a", Some("plan-b")),
    ("policies", "calm", Some("strict")),
    ("roles", "commerce:helper", Some("partner:helper")),
    (
        "service-accounts",
        "sa_aaaaaaaaaaaaaaaa",
        Some("sa_bbbbbbbbbbbbbbbb"),
    ),
    ("services", "orders", Some("ledger")),
    ("subscriptions", "sub_own", Some("sub_other")),
    ("tenants", "commerce", Some("partner")),
    (
        "tokens",
        "tok_aaaaaaaaaaaaaaaa",
        Some("tok_bbbbbbbbbbbbbbbb"),
    ),
    ("upstreams", "up-a", Some("up-b")),
    ("users", "usr_aaaaaaaaaaaaaaaa", None),
    ("webhooks", "wh_a", Some("wh_b")),
];

/// What there is beside what every test begins with.
fn seed() -> Vec<Change> {
    let hmac = "ab".repeat(32);
    let at = "2026-01-01T00:00:00Z";
    let mut puts = vec![
        (
            "environment",
            "staging".to_owned(),
            json!({"hosts": ["staging.example"]}),
        ),
        (
            "list",
            "depot".to_owned(),
            json!({"tenant": "partner", "entries": []}),
        ),
        (
            "listener",
            "main".to_owned(),
            json!({"address": "127.0.0.1:8080"}),
        ),
        (
            "identity_provider",
            "sso".to_owned(),
            json!({"title": "SSO", "issuer": "https://id.example", "client_id": "postern"}),
        ),
        (
            "subscription",
            "sub_own".to_owned(),
            json!({"app": "till", "service": "orders", "plan": "standard", "state": "approved"}),
        ),
        (
            "subscription",
            "sub_other".to_owned(),
            json!({"app": "fieldforce", "service": "ledger", "plan": "standard", "state": "approved"}),
        ),
        (
            "mail",
            "platform".to_owned(),
            json!({"host": "smtp.example.com", "port": 465, "security": "tls", "from": "a@example.com"}),
        ),
        ("user", USER.to_owned(), json!({"email": "me@example.com"})),
        (
            "user",
            "usr_aaaaaaaaaaaaaaaa".to_owned(),
            json!({"email": "lin@example.com"}),
        ),
    ];
    for (tenant, app, letter, service, policy) in [
        ("commerce", "till", "a", "orders", "calm"),
        ("partner", "fieldforce", "b", "ledger", "strict"),
    ] {
        let id = |begin: &str| format!("{begin}{}", letter.repeat(16));
        let member = format!("usr_aaaaaaaaaaaaaaaa:{tenant}");
        puts.extend([
            ("plan", format!("plan-{letter}"), json!({"tenant": tenant, "services": [service]})),
            ("upstream", format!("up-{letter}"), json!({"tenant": tenant, "targets": ["192.0.2.1:80"]})),
            ("policy", policy.to_owned(), json!({"on": {"service": service}, "kind": "body", "max_size": "1KiB"})),
            ("credential", id("key_"), json!({"app": app, "sha256": letter.repeat(64)})),
            ("member", member, json!({"user": "usr_aaaaaaaaaaaaaaaa", "tenant": tenant, "roles": ["viewer"]})),
            ("role", format!("{tenant}:helper"), json!({"tenant": tenant, "permissions": ["apps.read"]})),
            ("service_account", id("sa_"), json!({"tenant": tenant, "title": "CI", "roles": ["viewer"]})),
            ("token", id("tok_"), json!({"service_account": id("sa_"), "tenant": tenant, "title": "CI", "hmac": hmac, "created_at": at})),
            ("webhook", format!("wh_{letter}"), json!({"tenant": tenant, "url": "https://h.example", "events": ["ping"], "signing": {"salt": letter.repeat(16)}})),
            ("invitation", id("inv_"), json!({"email": "ann@example.com", "tenant": tenant, "roles": ["viewer"], "invited_by": "x", "created_at": at, "expires_at": "2099-01-01T00:00:00Z"})),
        ]);
    }
    puts.push((
        "token",
        "tok_cccccccccccccccc".to_owned(),
        json!({"user": USER, "title": "mine", "hmac": hmac, "created_at": at}),
    ));
    let change = |(kind, id, put): (&str, String, Value)| Change {
        patch: None,
        put: Some(put),
        ..Change::patch(kind, &id, Value::Null)
    };
    puts.into_iter().map(change).collect()
}

async fn world() -> World {
    let world = World::new().await;
    let set = ChangeSet {
        changes: seed(),
        comment: String::new(),
        source: None,
    };
    let done = world.service.change(&Actor::local("root"), set).await;
    done.unwrap_or_else(|refusal| panic!("{refusal}"));
    world
}

/// What an endpoint is sent, about a tenant's things.
fn body(row: &Row, tenant: &str, n: usize) -> Value {
    if row.method == Method::GET || row.method == Method::DELETE {
        return Value::Null;
    }
    if row.method == Method::PATCH {
        // Something has to change, or nothing is judged. Where there is no such member, that is
        // said to those only who may change the rest.
        return json!({"title": format!("New {n}")});
    }
    let (app, service) = match tenant {
        "commerce" => ("till", "orders"),
        _ => ("fieldforce", "ledger"),
    };
    match row.id {
        "create_app" | "create_list" => {
            json!({"id": format!("new{n}"), "tenant": tenant, "entries": []})
        }
        "create_plan" => json!({"id": format!("new{n}"), "tenant": tenant, "services": [service]}),
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
        "create_service_account" => json!({"tenant": tenant, "title": "New", "roles": ["viewer"]}),
        "create_invitation" => {
            json!({"tenant": tenant, "email": format!("new{n}@example.com"), "roles": ["viewer"]})
        }
        "create_webhook" => {
            json!({"tenant": tenant, "url": "https://h.example", "events": ["ping"]})
        }
        "create_member" => json!({"tenant": tenant, "user": USER, "roles": ["viewer"]}),
        "create_user" => json!({"email": format!("new{n}@example.com")}),
        "create_key" => json!({}),
        "revoke_key" => json!({"reason": "Lost"}),
        "change_lifecycle" => json!({"step": "publish"}),
        "import_openapi" => {
            json!({"name": "a.yaml", "text": "openapi: 3.0.0\npaths: {}\n", "dry_run": true})
        }
        "create_my_token" | "create_service_account_token" => json!({"title": "New"}),
        id if id.starts_with("create_") && row.path.contains('{') => Value::Null,
        id if id.starts_with("create_") => json!({"id": format!("new{n}")}),
        "sign_out" => Value::Null,
        _ => json!({}),
    }
}

fn thing(row: &Row) -> Option<&'static (&'static str, &'static str, Option<&'static str>)> {
    let first = row.path.split('/').nth(1).unwrap_or_default();
    THINGS.iter().find(|(path, ..)| *path == first)
}

/// `yes`: the permission does, whatever else is wrong with the request.
fn cell(answer: &Answered) -> &'static str {
    match answer.status {
        401 => "401",
        403 => "403",
        404 => "404",
        _ => "yes",
    }
}

fn has_id(row: &Row) -> bool {
    ["{id}", "{service}", "{app}"]
        .iter()
        .any(|part| row.path.contains(part))
}

/// Asks as a role; `foreign`: about what is another tenant's.
async fn ask(world: &World, row: &Row, role: (&str, bool), foreign: bool, n: usize) -> Answered {
    let who = match role {
        (role, true) => format!("{role}@commerce"),
        (role, false) => role.to_owned(),
    };
    let id = thing(row).map_or("x", |(_, own, other)| match other {
        Some(other) if foreign => other,
        _ => own,
    });
    let path = row.path.replace("{id}", id).replace("{provider}", "sso");
    let path = path.replace("{delivery}", "dlv_0").replace("{service}", id);
    let path = path
        .replace("{version}", "v1")
        .replace("{operation}", "all");
    let path = path.replace("{app}", id);
    let tenant = if foreign { "partner" } else { "commerce" };
    let mut sent = body(row, tenant, n);
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

#[tokio::test]
async fn the_table_of_permissions_holds() {
    let mut lines: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut world = world().await;
    let mut n = 0;
    for row in table().rows() {
        let (mut own, mut foreign) = (Vec::new(), Vec::new());
        for role in ROLES {
            n += 1;
            let answer = ask(&world, row, role, false, n).await;
            assert_ne!(answer.status, 500, "{row:?} as {role:?}: {answer:?}");
            own.push(cell(&answer));
            if row.method == Method::DELETE && answer.status < 300 {
                world = self::world().await;
            }
        }
        let has_tenants = thing(row).is_some_and(|(_, _, other)| other.is_some());
        for (at, role) in ROLES
            .into_iter()
            .enumerate()
            .filter(|(_, (_, tenant))| *tenant)
        {
            if !has_tenants || matches!(row.need, Need::Nothing | Need::SignedIn) {
                foreign.push("");
                continue;
            }
            n += 1;
            let answer = ask(&world, row, role, true, n).await;
            let said = cell(&answer);
            if row.method == Method::GET && !has_id(row) {
                let other = thing(row).and_then(|(_, _, other)| *other).unwrap();
                let shown = answer.body.to_string().contains(&format!("\"{other}\""));
                assert!(!shown, "{row:?} as {role:?} shows what is another tenant's");
                foreign.push(if said == "yes" { "unseen" } else { said });
                continue;
            }
            // What is another's is as if it were not there; that a tenant cannot be made things
            // for is told, since it tells nothing of what it has.
            let hidden = match own[at] {
                "yes" | "404" if has_id(row) => said == "404",
                _ => matches!(said, "403" | "404"),
            };
            assert!(hidden, "{row:?} as {role:?}: {answer:?}");
            foreign.push(said);
        }
        let cells: Vec<_> = own.into_iter().chain(foreign).collect();
        let line = format!(
            "| `{} {}` | {} | {} |",
            row.method,
            row.path,
            row.need.name(),
            cells.join(" | ")
        );
        lines.entry(row.tag).or_default().push(line);
    }
    let page = page(&lines);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(PAGE, &page).unwrap();
    }
    let committed = std::fs::read_to_string(PAGE).unwrap_or_default();
    assert!(
        committed == page,
        "docs/reference/permissions.md is not current: UPDATE=1 writes it"
    );
}

fn page(lines: &BTreeMap<&str, Vec<String>>) -> String {
    let mut page = String::from(
        "# Who may call what\n\nWritten by a test that asks every endpoint as every built-in role: `UPDATE=1 cargo test -p postern-admin permissions`.\n\n- `yes`: the role is enough. `401`: sign in. `403`: the permission is missing. `404`: there is no such thing, or none for this role.\n- The first eight columns are about things of the platform or of one's own tenant; the last four, of a role in one tenant about things of another. `unseen`: the list does not show them.\n\n",
    );
    for (tag, lines) in lines {
        let _ = writeln!(page, "## {tag}\n");
        page.push_str("| endpoint | needs | nobody | owner | operator | auditor | admin | publisher | developer | viewer | admin elsewhere | publisher elsewhere | developer elsewhere | viewer elsewhere |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n");
        let _ = writeln!(page, "{}\n", lines.join("\n"));
    }
    page.trim_end().to_owned() + "\n"
}

/// What is another tenant's is answered as what nobody has.
#[tokio::test]
async fn what_is_foreign_is_answered_as_what_is_not_there() {
    let world = world().await;
    for row in table().rows() {
        let Some((_, _, Some(other))) = thing(row) else {
            continue;
        };
        // What is made under a name of one's own choice says whether the name is free.
        if !has_id(row) || row.method == Method::PUT {
            continue;
        }
        for role in ["admin", "publisher", "developer", "viewer"] {
            let who = format!("{role}@commerce");
            let ask = async |id: &str| {
                let path = row.path.replace("{id}", id);
                let sent = body(row, "partner", 1);
                let answer = world.ask(&who, row.method.as_str(), &path, sent).await;
                let detail = answer.body["detail"]
                    .as_str()
                    .unwrap_or_default()
                    .replace(id, "");
                (answer.status, answer.body["code"].clone(), detail)
            };
            let absent = other.replace('b', "z").replace("partner", "nobody") + "x";
            assert_eq!(ask(other).await, ask(&absent).await, "{row:?} as {role}");
        }
    }
}
