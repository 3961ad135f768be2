//! What there is to ask about.

use crate::api::tests::world::{USER, World};
use postern_calllog::{Entry, Outcome};
use postern_control::shorthand::Change;
use postern_control::{Actor, ChangeSet};
use postern_model::{Code, RequestId};
use serde_json::{Value, json};

/// By the first part of a path: a thing of `commerce` (or of the platform), and one of `partner`
/// where such things have tenants.
pub(super) const THINGS: [(&str, &str, Option<&str>); 32] = [
    ("access-roles", "ar-a", Some("ar-b")),
    ("apps", "till", Some("fieldforce")),
    ("assignments", "as-a", Some("as-b")),
    ("blocks", "till", None),
    (
        "calls",
        "01JDB7Z3K8Q4M2T9V6X1C5N0RW",
        Some("01JDB7Z3K8Q4M2T9V6X1C5N0RX"),
    ),
    ("categories", "sales", None),
    ("certificates", "cert-a", Some("cert-b")),
    ("change-requests", "cr_own", Some("cr_other")),
    (
        "credentials",
        "key_aaaaaaaaaaaaaaaa",
        Some("key_bbbbbbbbbbbbbbbb"),
    ),
    ("environments", "staging", None),
    ("groups", "group-a", Some("group-b")),
    ("identity-providers", "sso", None),
    ("issuers", "issuer-a", Some("issuer-b")),
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
    (
        "sessions",
        "ses_aaaaaaaaaaaaaaaa",
        Some("ses_bbbbbbbbbbbbbbbb"),
    ),
    ("subscriptions", "sub_own", Some("sub_other")),
    ("tenant-defaults", "commerce", Some("partner")),
    ("tenants", "commerce", Some("partner")),
    (
        "tokens",
        "tok_aaaaaaaaaaaaaaaa",
        Some("tok_bbbbbbbbbbbbbbbb"),
    ),
    ("token-revocations", "rev_a", Some("rev_b")),
    ("upstreams", "up-a", Some("up-b")),
    ("users", "usr_aaaaaaaaaaaaaaaa", None),
    ("webhooks", "wh_a", Some("wh_b")),
];

/// What there is beside what every test begins with.
async fn seed(world: &World) -> Vec<Change> {
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
        ("category", "sales".to_owned(), json!({"title": "Sales"})),
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
            ("assignment", format!("as-{letter}"), json!({"tenant": tenant, "host": host(letter)})),
            ("access_role", format!("ar-{letter}"), json!({"tenant": tenant, "allows": [{"service": service}]})),
            ("issuer", format!("issuer-{letter}"), json!({"tenant": tenant, "issuer": format!("https://{letter}.example"), "audiences": ["api"]})),
            ("token_revocation", format!("rev_{letter}"), json!({"issuer": format!("issuer-{letter}"), "subject": "lin", "revoked_at": at})),
            ("group", format!("group-{letter}"), json!({"tenant": tenant})),
            ("tenant_default", tenant.to_owned(), json!({"disclosure": "minimal"})),
            ("certificate", format!("cert-{letter}"), certificate(world, tenant, &format!("cert-{letter}"), &host(letter)).await),
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
    // A service lies within what is assigned to its tenant; what is offered to everybody would be
    // nobody's secret.
    let services = [("orders", "a"), ("ledger", "b")].map(|(service, letter)| {
        let own = json!({"hosts": [host(letter)], "visibility": "private"});
        Change::patch("service", service, own)
    });
    puts.into_iter().map(change).chain(services).collect()
}

fn host(letter: &str) -> String {
    format!("{letter}.example.com")
}

/// A certificate of a tenant, its key sealed.
async fn certificate(world: &World, tenant: &str, id: &str, host: &str) -> Value {
    let made = rcgen::generate_simple_self_signed(vec![host.to_owned()]).unwrap();
    let key = made.signing_key.serialize_pem();
    let sealed = world
        .ask(
            &format!("admin@{tenant}"),
            "POST",
            "/secrets/seal",
            json!({"value": key, "for": format!("certificate/{id}@{tenant}")}),
        )
        .await;
    let key = sealed.body["sealed"].clone();
    json!({"tenant": tenant, "certificate": made.cert.pem(), "key": key, "hosts": [host]})
}

/// Records what both tenants' apps asked for.
fn record(world: &World) {
    let calls = THINGS.iter().find(|(path, ..)| *path == "calls").unwrap();
    let own = (calls.1, "commerce", "orders", "till");
    let foreign = (calls.2.unwrap(), "partner", "ledger", "fieldforce");
    for (id, tenant, service, app) in [own, foreign] {
        let id = RequestId::parse(id).unwrap();
        let peer = "192.0.2.9:80".parse().unwrap();
        world.calls.producer().push(Entry {
            status: 401,
            outcome: Outcome::Refused,
            code: Some(Code::CredentialUnknown),
            tenant: Some(tenant.into()),
            service: Some(service.into()),
            app: Some(app.into()),
            ..Entry::new(id, id.millis() * 1000, peer)
        });
    }
    world.calls.flush().unwrap();
}

pub(super) async fn world() -> World {
    let world = World::new().await;
    record(&world);
    let set = ChangeSet {
        changes: seed(&world).await,
        comment: String::new(),
        source: None,
    };
    let done = world.service.change(&Actor::local("root"), set).await;
    done.unwrap_or_else(|refusal| panic!("{refusal}"));
    for (id, tenant) in [("cr_own", "commerce"), ("cr_other", "partner")] {
        let request = json!({
            "tenant": tenant, "proposed_by": "x", "proposed_at": "2026-01-01T00:00:00Z",
            "comment": "Why", "expires_at": "2099-01-01T00:00:00Z", "changes": [],
            "plan": {"changes": [], "same": 0},
        });
        world.keep("change_request", id, request).await;
    }
    for (letter, service) in [("a", "orders"), ("b", "ledger")] {
        world.sign_in(&letter.repeat(64), service).await;
    }
    world
}
