//! What the gateway answers itself.

use super::*;
use crate::wellknown::{ConsumerRecord, HELP_VALID, Links, Looked, Records, Requests};
use postern_model::RequestId;
use postern_model::entity::{
    Accounts, App, Authentication, Coverage, Credential, CredentialKind, KeyDigest, Limit,
    LimitKey, Measure, Method, Plan, Proof, Requested, Restriction, Revocation, Subscription,
    SubscriptionState, Tenant,
};
use postern_model::key::{ApiKey, CREDENTIAL_PREFIX};
use postern_policy::{Acting, Directory};
use serde_json::{Value as Json, json};
use std::time::{Duration, SystemTime};

/// A body that is at its end.
#[derive(Debug)]
struct Empty;

impl Source for Empty {
    fn length(&self) -> Length {
        Length::Exact(0)
    }

    fn take(&mut self) -> Result<Option<Piece<'_>>, BodyFault> {
        Ok(Some(Piece::End))
    }

    async fn fill(&mut self) -> Result<(), BodyFault> {
        Ok(())
    }

    fn trailers(&self) -> Option<&Fields> {
        None
    }

    fn is_ended(&self) -> bool {
        true
    }
}

impl RequestSource for Empty {
    fn is_small(&self) -> bool {
        true
    }

    async fn proceed(&mut self) -> Result<(), BodyFault> {
        Ok(())
    }

    fn inflow(&mut self) -> Inflow<'_> {
        panic!("no tunnel was asked for");
    }

    async fn gone(&mut self) {
        std::future::pending::<()>().await;
    }
}

/// The record of one request, which app `shop` had made.
struct One(RequestId);

impl Records for One {
    fn consumer(&self, id: RequestId) -> Looked<'_> {
        let found = (id == self.0).then(|| ConsumerRecord {
            app: Some("shop".into()),
            tenant: Some("partner".into()),
            acting: Some(Acting::ForApp),
            projection: br#"{"code":"authorization.scope_missing"}"#.to_vec(),
        });
        Box::pin(async move { found })
    }
}

struct World {
    core: std::rc::Rc<crate::gateway::Core>,
    kept: Kept,
    links: Links,
    /// Long ago, and recorded.
    recorded: RequestId,
}

fn key(seed: u8) -> ApiKey {
    ApiKey::generate(&[seed; ApiKey::RANDOM])
}

fn written(key: &ApiKey) -> String {
    (*key.reveal().expose()).to_owned()
}

fn credential(seed: u8, app: &str) -> Credential {
    let key = key(seed);
    let KeyDigest(digest) = testing::keyer().keyed(&key.digest());
    Credential {
        id: format!("{CREDENTIAL_PREFIX}{}", key.id()).into(),
        app: app.into(),
        proof: Proof::Key(KeyDigest(digest)),
        environment: "production".into(),
        scopes: None,
        not_before: None,
        expires_at: None,
        revoked: None,
        restriction: None,
    }
}

const GOOD: u8 = 1;
const REVOKED: u8 = 2;
const OTHER_APP: u8 = 3;
const ELSEWHERE: u8 = 4;
const NOBODYS: u8 = 9;

fn accounts() -> Accounts {
    let mut revoked = credential(REVOKED, "shop");
    revoked.revoked = Some(Box::new(Revocation {
        at: 1_700_000_000,
        by: Some("a-canary-of-an-operator".into()),
        reason: Some("it leaked".into()),
    }));
    let mut elsewhere = credential(ELSEWHERE, "shop");
    elsewhere.restriction = Some(Box::new(Restriction {
        networks: vec!["203.0.113.0/24".parse().unwrap()],
        ..Restriction::default()
    }));
    let tenant = |name: &str| Tenant {
        name: name.into(),
        title: None,
        call_log_days: None,
        suspended: None,
    };
    let app = |name: &str, tenant: &str| App {
        name: name.into(),
        tenant: tenant.into(),
        title: None,
        access_roles: Box::default(),
        groups: Box::default(),
        suspended: None,
    };
    let subscription = |id: &str, app: &str| Subscription {
        id: id.into(),
        app: app.into(),
        service: "orders".into(),
        plan: "standard".into(),
        state: SubscriptionState::Approved,
        since: None,
        scopes: None,
        requested: Requested::default(),
        decided: None,
        expires_at: None,
    };
    Accounts {
        tenants: vec![tenant("partner"), tenant("canary-tenant")],
        groups: Vec::new(),
        apps: vec![app("shop", "partner"), app("canary-app", "canary-tenant")],
        credentials: vec![
            credential(GOOD, "shop"),
            revoked,
            credential(OTHER_APP, "canary-app"),
            elsewhere,
        ],
        token_revocations: Vec::new(),
        subscriptions: vec![
            subscription("sub_shop", "shop"),
            subscription("sub_canary", "canary-app"),
        ],
    }
}

fn world() -> World {
    let mut configuration = configuration(SocketAddr::from(([127, 0, 0, 1], 9)));
    let service = &mut configuration.services[0];
    service.name = "orders".into();
    service.authentication = Some(Authentication {
        kinds: vec![CredentialKind::ApiKey],
        issuers: vec![],
        opaque: None,
        session: None,
        dpop: None,
        resource_metadata: None,
        headers: vec!["x-api-key".into()],
        query: Vec::new(),
        signature: None,
        hmac: None,
        forward_credential: false,
        subscription: true,
    });
    let operation = |name: &str, method, path: &str, scope: &str| entity::Operation {
        name: name.into(),
        methods: vec![method],
        path: path.into(),
        scopes: vec![scope.into()],
        ..entity::Operation::default()
    };
    service.versions[0].operations = vec![
        operation("list", Method::Get, "/orders/{id}", "orders:read"),
        operation("create", Method::Post, "/orders", "orders:write"),
    ];
    configuration.plans = vec![Plan {
        name: "standard".into(),
        covers: vec![Coverage {
            service: "orders".into(),
            versions: Vec::new(),
            operations: Vec::new(),
        }],
        scopes: vec!["orders:read".into()],
        limits: vec![
            Limit {
                name: "per-app".into(),
                measure: Measure::Rate {
                    count: 3,
                    per: Duration::from_hours(1),
                    burst: 3,
                },
                by: vec![LimitKey::App],
            },
            Limit {
                name: "parallel".into(),
                measure: Measure::Concurrency { most: 2 },
                by: vec![LimitKey::App],
            },
        ],
    }];
    let kept = Kept::default();
    let recorded = RequestId::new(now().try_into().unwrap(), 5);
    let recorded = RequestId::new(recorded.millis() - 60_000, 5);
    let links = Links::new(&[3; 32]);
    let requests = Requests {
        records: Arc::new(One(recorded)),
        links: links.clone(),
    };
    let sinks = Sinks::new(vec![Arc::new(kept.clone())]);
    let directory = Directory::new(accounts(), 1);
    World {
        core: testing::core_for(configuration, sinks, directory, Some(requests)),
        kept,
        links,
        recorded,
    }
}

/// Unix time in milliseconds.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap().as_millis().try_into().unwrap()
}

impl World {
    async fn ask(&self, method: &str, path: &str, fields: &[&str]) -> Told {
        let (state, caller) = (self.core.state(), testing::caller());
        let lines = [fields, &[""]].concat().join("\r\n");
        let target = format!("/.well-known/postern{path}");
        let head = head(&format!(
            "{method} {target} HTTP/1.1\r\nHost: test\r\n{lines}\r\n"
        ));
        let mut told = Told::default();
        let served = run(&self.core, &state, &caller, &head, &mut Empty, &mut told).await;
        assert!(served.is_none() && told.ended, "{told:?}");
        assert_eq!(told.field("x-request-id").len(), RequestId::LEN, "{told:?}");
        told
    }

    async fn with_key(&self, method: &str, path: &str, seed: u8) -> Told {
        let key = format!("X-API-Key: {}", written(&key(seed)));
        self.ask(method, path, &[&key]).await
    }

    /// How the last request was recorded.
    fn last(&self) -> (Outcome, String) {
        self.kept.0.lock().unwrap().last().cloned().unwrap()
    }
}

fn json(told: &Told) -> Json {
    let text = String::from_utf8_lossy(&told.body);
    assert!(!text.contains("canary"), "{text}");
    for seed in [GOOD, REVOKED, OTHER_APP, ELSEWHERE, NOBODYS] {
        assert!(!text.contains(&written(&key(seed))), "{text}");
    }
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn pages_about_codes_are_for_everybody_and_may_be_kept() {
    let world = world();
    for (page, words) in [
        ("credential.expired", "API key expired"),
        ("credential.invalid", "credential.unknown"),
        ("waf.blocked", "Nothing raises this code yet."),
        ("credential", "credential.revoked"),
        ("", "limit.rate_exceeded"),
    ] {
        let path = format!("/denials/{page}");
        let html = world.ask("GET", &path, &["Accept: */*"]).await;
        assert_eq!(html.status, 200);
        assert_eq!(html.field("content-type"), "text/html; charset=utf-8");
        assert!(html.field("cache-control").starts_with("public"));
        assert!(
            html.field("content-security-policy")
                .starts_with("default-src 'none'")
        );
        assert!(
            String::from_utf8_lossy(&html.body).contains(words),
            "{page}"
        );
        let described = world.ask("GET", &path, &["Accept: application/json"]).await;
        assert_eq!(described.field("content-type"), "application/json");
        assert!(json(&described).is_object());
        for (accept, kind) in [
            ("Accept: text/markdown", "text/markdown; charset=utf-8"),
            ("Accept: text/plain", "text/plain; charset=utf-8"),
            (
                "Accept: text/html;q=0.5, text/plain",
                "text/plain; charset=utf-8",
            ),
            ("Accept: text/html, text/plain", "text/html; charset=utf-8"),
        ] {
            let told = world.ask("GET", &path, &[accept]).await;
            assert_eq!(told.field("content-type"), kind);
            let text = String::from_utf8_lossy(&told.body).into_owned();
            assert!(
                text.starts_with("# ") || kind.starts_with("text/html"),
                "{text}"
            );
        }
        let head = world.ask("HEAD", &path, &[]).await;
        assert_eq!((head.status, head.body.len()), (200, 0));
        assert_eq!(world.last(), (Outcome::Own, String::new()));
    }
    let moved = world.ask("GET", "/denials", &[]).await;
    assert_eq!(moved.status, 308);
    assert_eq!(moved.field("location"), "/.well-known/postern/denials/");
    for path in [
        "/denials/no.such_code",
        "/denials/a/b",
        "/denials/guides",
        "",
        "/",
        "/else",
        "/whoami/",
        "/requests/",
    ] {
        let told = world.ask("GET", path, &[]).await;
        assert_eq!(told.field("postern-denial"), "route.not_found", "{path}");
        assert_eq!(world.last().0, Outcome::Refused);
    }
    for path in ["/denials/", "/whoami", "/requests/x"] {
        let told = world.ask("POST", path, &[]).await;
        assert_eq!(
            (told.status, told.field("allow")),
            (405, "GET, HEAD"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn callers_are_told_who_they_are_and_what_is_left_to_them() {
    let world = world();
    let told = world.with_key("GET", "/whoami", GOOD).await;
    assert_eq!(told.field("cache-control"), "no-store");
    assert_eq!(world.last(), (Outcome::Own, String::new()));
    let body = json(&told);
    assert_eq!(body["address"], "127.0.0.1");
    assert_eq!(body["provenance"], "peer");
    assert_eq!(body["credential"]["state"], "active");
    assert_eq!(body["credential"]["environment"], "production");
    assert_eq!(body["app"], json!({"name": "shop", "state": "active"}));
    assert_eq!(
        body["subscriptions"],
        json!([{
            "id": "sub_shop",
            "service": "orders",
            "plan": "standard",
            "state": "approved",
            "scopes": ["orders:read"],
            "limits": [
                {"name": "per-app", "by": ["app"], "limit": 3, "window": 3600, "remaining": 3, "reset": 0},
                {"name": "parallel", "by": ["app"], "limit": 2, "remaining": 2, "reset": 0},
            ],
        }])
    );
    let body = json(&world.with_key("GET", "/whoami", REVOKED).await);
    assert_eq!(body["credential"]["state"], "revoked");
    assert_eq!(body["credential"]["refused"]["code"], "credential.revoked");
    assert_eq!(body["credential"]["revoked_at"], "2023-11-14T22:13:20Z");
    assert_eq!(body["credential"]["reason"], "it leaked");
}

#[tokio::test]
async fn who_proves_nothing_is_told_its_address_and_what_is_wrong() {
    let world = world();
    let plain = |told: &Told| {
        let mut body = json(told);
        assert_eq!(body["request_id"], told.field("x-request-id"));
        body.as_object_mut().unwrap().shift_remove("request_id");
        body
    };
    let nothing = plain(&world.ask("GET", "/whoami", &[]).await);
    assert_eq!(
        nothing,
        json!({"address": "127.0.0.1", "provenance": "peer"})
    );
    let unknown = plain(&world.with_key("GET", "/whoami", NOBODYS).await);
    assert_eq!(unknown["credential"]["state"], "invalid");
    assert_eq!(unknown.get("app"), None);
    // The id of a key that exists, with another secret.
    let mut random = [GOOD; ApiKey::RANDOM];
    random[20..].fill(77);
    let wrong = ApiKey::generate(&random);
    assert_eq!(wrong.id(), key(GOOD).id());
    let wrong = format!("X-API-Key: {}", written(&wrong));
    assert_eq!(
        plain(&world.ask("GET", "/whoami", &[&wrong]).await),
        unknown
    );
    let cut: String = written(&key(GOOD)).chars().take(30).collect();
    let cut = format!("X-API-Key: {cut}");
    let cut = plain(&world.ask("GET", "/whoami", &[&cut]).await);
    assert_eq!(cut["credential"]["state"], "malformed");
    // As any operation tells it.
    let refused = &cut["credential"]["refused"];
    assert_eq!(refused["code"], "credential.malformed");
    let detail = refused["detail"].as_str().unwrap();
    assert!(detail.contains("X-API-Key"), "{detail}");
}

#[tokio::test]
async fn guesses_are_counted_wherever_they_are_made_until_their_address_is_blocked() {
    for path in [
        "/whoami",
        "/check/orders",
        "/requests/01ARZ3NDEKTSV4RRFFQ69G5FAV",
    ] {
        let world = world();
        let mut blocked = false;
        for guess in 100..160 {
            let told = world.with_key("GET", path, guess).await;
            blocked = told.field("postern-denial") == "edge.address_blocked";
            if blocked {
                break;
            }
        }
        assert!(blocked, "{path}");
    }
}

#[tokio::test]
async fn a_check_decides_as_the_request_would_be_and_takes_nothing() {
    let world = world();
    for _ in 0..10 {
        let told = world.with_key("GET", "/check/orders/7?x=y", GOOD).await;
        assert_eq!(told.status, 200, "{told:?}");
        assert_eq!(told.field("cache-control"), "no-store");
        let body = json(&told);
        assert_eq!(body["decision"], "allowed");
        assert_eq!(
            (&body["service"], &body["operation"]),
            (&json!("orders"), &json!("list"))
        );
        assert_eq!(body["scopes"], json!(["orders:read"]));
        assert_eq!(body["limits"][0]["remaining"], 3);
        assert_eq!(body["limits"][1]["remaining"], 2);
        assert_eq!(world.last(), (Outcome::Own, String::new()));
    }
    // Refused in its own shape, and recorded as the question that it was.
    let told = world.with_key("POST", "/check/orders", GOOD).await;
    assert_eq!(
        (told.status, told.field("postern-denial")),
        (403, "authorization.scope_missing")
    );
    assert_eq!(json(&told)["code"], "authorization.scope_missing");
    assert_eq!(world.last(), (Outcome::Own, String::new()));
    for (method, path, seed, code) in [
        ("GET", "/check/orders/7", REVOKED, "credential.revoked"),
        ("DELETE", "/check/orders", GOOD, "route.method_not_allowed"),
        ("GET", "/check/nowhere", GOOD, "route.not_found"),
        (
            "GET",
            "/check/.well-known/postern/whoami",
            GOOD,
            "route.not_found",
        ),
        ("GET", "/check/", GOOD, "route.not_found"),
    ] {
        let told = world.with_key(method, path, seed).await;
        assert_eq!(told.field("postern-denial"), code, "{method} {path}");
        json(&told);
        assert_eq!(
            world.last(),
            (Outcome::Own, String::new()),
            "{method} {path}"
        );
    }
    // Whoever proves nothing is refused, whatever would become of the request.
    for path in ["/check/orders/7", "/check/nowhere"] {
        let told = world.ask("GET", path, &[]).await;
        assert_eq!(told.field("postern-denial"), "credential.missing", "{path}");
        assert_eq!(
            world.last(),
            (Outcome::Refused, "credential.missing".into())
        );
        let told = world.with_key("GET", path, NOBODYS).await;
        assert_eq!(told.field("postern-denial"), "credential.invalid", "{path}");
    }
}

#[tokio::test]
async fn a_record_is_told_to_its_app_and_to_who_holds_the_link_of_its_refusal() {
    let world = world();
    let of = |id: RequestId| format!("/requests/{id}");
    let told = world.with_key("GET", &of(world.recorded), GOOD).await;
    assert_eq!(json(&told), json!({"code": "authorization.scope_missing"}));
    assert_eq!(told.field("cache-control"), "no-store");
    let seconds = now() / 1000;
    let link = world.links.sign(world.recorded, seconds);
    let below = link
        .strip_prefix("/.well-known/postern")
        .unwrap()
        .to_owned();
    let told = world.ask("GET", &below, &[]).await;
    assert_eq!((told.status, world.last().0), (200, Outcome::Own));

    // Everything else is one answer, but for what is made from ids.
    let absent = RequestId::new(world.recorded.millis(), 6);
    let told = |told: Told, asked: &str| {
        assert_eq!(told.status, 404, "{asked}: {told:?}");
        let own = told.field("x-request-id").to_owned();
        let mut whole = format!("{:?}", told.fields) + &String::from_utf8_lossy(&told.body);
        let asked = asked.strip_prefix("/requests/").unwrap();
        let asked = asked.split('?').next().unwrap();
        let date = told.field("date").to_owned();
        let signature = whole
            .find("?sig=")
            .map(|at| whole.chars().skip(at).take(80).collect::<String>());
        for (made, place) in [(&*own, "OWN"), (asked, "ASKED"), (&*date, "DATE")]
            .into_iter()
            .chain(signature.as_deref().map(|made| (made, "SIG")))
        {
            whole = whole.replace(made, place);
        }
        whole
    };
    let reference = told(world.ask("GET", &of(absent), &[]).await, &of(absent));
    assert!(reference.contains("route.not_found") && reference.contains("SIG"));
    for seed in [REVOKED, OTHER_APP, ELSEWHERE, NOBODYS] {
        let path = of(world.recorded);
        let answer = world.with_key("GET", &path, seed).await;
        assert_eq!(told(answer, &path), reference, "{seed}");
    }
    let path = of(absent);
    assert_eq!(
        told(world.with_key("GET", &path, GOOD).await, &path),
        reference
    );
    let flip = |at: usize| {
        let mut link = below.clone().into_bytes();
        link[at] = if link[at] == b'0' { b'1' } else { b'0' };
        String::from_utf8(link).unwrap()
    };
    let point = below.rfind('.').unwrap();
    let expired = world.links.sign(world.recorded, seconds - HELP_VALID);
    let foreign = Links::new(&[4; 32]).sign(world.recorded, seconds);
    let another = world.links.sign(absent, seconds);
    let query = |link: &str| format!("{}?{}", of(world.recorded), link.split('?').nth(1).unwrap());
    for forged in [
        of(world.recorded),
        flip(below.len() - 1),
        // A later end.
        flip(point - 1),
        query(&expired),
        query(&foreign),
        query(&another),
        format!("{below}&sig=1.2"),
        format!("{}?sig=", of(world.recorded)),
    ] {
        let answer = world.ask("GET", &forged, &[]).await;
        assert_eq!(told(answer, &forged), reference, "{forged}");
    }
}

#[tokio::test]
async fn a_record_that_may_be_on_its_way_is_asked_for_again() {
    let world = world();
    let fresh = RequestId::new(now().try_into().unwrap(), 8);
    let told = world
        .with_key("GET", &format!("/requests/{fresh}"), GOOD)
        .await;
    assert_eq!((told.status, told.field("retry-after")), (404, "1"));
    let link = world.links.sign(fresh, now() / 1000);
    let below = link.strip_prefix("/.well-known/postern").unwrap();
    let told = world.ask("GET", below, &[]).await;
    assert_eq!((told.status, told.field("retry-after")), (202, "1"));
}

#[tokio::test]
async fn one_address_may_ask_for_so_many_records_a_minute() {
    let world = world();
    let path = format!("/requests/{}", world.recorded);
    let mut passed = 0;
    let refused = loop {
        let told = world.with_key("GET", &path, GOOD).await;
        if told.status != 200 {
            break told;
        }
        passed += 1;
    };
    assert!((60..=62).contains(&passed), "{passed}");
    assert_eq!(refused.field("postern-denial"), "limit.rate_exceeded");
    assert!(!refused.field("retry-after").is_empty());
    // Nothing else is kept from it.
    assert_eq!(world.with_key("GET", "/whoami", GOOD).await.status, 200);
}

#[tokio::test]
async fn a_refusal_carries_the_link_that_leads_to_it() {
    let world = world();
    let told = world.ask("GET", "/nowhere", &[]).await;
    let body = json(&told);
    let help = body["help"].as_str().unwrap();
    let id = RequestId::parse(told.field("x-request-id")).unwrap();
    let (before, query) = help.split_once('?').unwrap();
    assert_eq!(
        before,
        format!("http://test/.well-known/postern/requests/{id}")
    );
    assert!(query.starts_with("sig="));
    let again = world.ask(
        "GET",
        help.strip_prefix("http://test/.well-known/postern")
            .unwrap(),
        &[],
    );
    // There is no such record here; the signature is genuine.
    assert_eq!(again.await.status, 202);
}
