//! A store with two tenants, and callers who are what they say.

use super::held::hold;
use crate::api::problem::{Code, Problem};
use crate::api::{Api, Identities, Presented, dispatch, table};
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use postern_calllog::CallLog;
use postern_control::browsers::BrowserSessions;
use postern_control::sourced::State as SourcedList;
use postern_control::{
    Actor, ActorKind, Answer, Block, BlockedCaller, Bounds, Call, Candidate, Items, KeysOfIssuer,
    Listening, Named, NewBlock, Remembered, Running, ServedRules, Service, Source, Status, Stored,
    TargetHealth, UpstreamHealth,
};
use postern_model::entity::Configuration;
use postern_model::key::Keyer;
use postern_model::permission::{BuiltIn, Grants, Point};
use postern_policy::facts::Reading;
use postern_policy::policies::LimitUse;
use postern_policy::session::Whose;
use postern_policy::{Directory, Rules};
use postern_store::{
    Action, ApplyError, Change, ChangeMeta, DataDirectory, Kind, MasterSource, Store,
};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;
use tokio::sync::{RwLock, RwLockWriteGuard};
use tower::ServiceExt as _;

/// Says who asks.
const ACTOR: &str = "x-actor";

/// What both tenants have.
const BEGIN: &str = r#"
tenants: { commerce: {}, partner: {} }
upstreams: { shop: { targets: ["192.0.2.1:80"] } }
services:
  orders:
    tenant: commerce
    base_path: /orders
    authentication: { api_key: {} }
    versions: { v1: { upstream: shop, operations: { all: { path: "/{*rest}" } } } }
  ledger:
    tenant: partner
    base_path: /ledger
    authentication: { api_key: {} }
    versions: { v1: { upstream: shop, operations: { all: { path: "/{*rest}" } } } }
plans: { standard: { services: [orders, ledger] } }
apps: { till: { tenant: commerce }, fieldforce: { tenant: partner } }
lists: { office: { tenant: commerce, entries: ["192.0.2.0/24"] } }
subscriptions:
  sub_1: { app: fieldforce, service: orders, plan: standard, state: pending }
"#;

/// What would serve.
#[derive(Debug)]
struct Fake {
    served: Mutex<(Arc<Configuration>, Arc<Directory>)>,
    remembered: Remembered,
    /// Held: nothing is taken over.
    gate: RwLock<()>,
}

impl Running for Fake {
    fn check(&self, configuration: Configuration) -> Result<Arc<Configuration>, String> {
        Ok(Arc::new(configuration))
    }
    fn take_over(&self, candidate: Candidate) -> Answer<'_, Result<(), String>> {
        Box::pin(async move {
            let _passed = self.gate.read().await;
            let mut served = self.served.lock().unwrap();
            if let Some(configuration) = candidate.configuration {
                served.0 = configuration;
            }
            served.1 = Arc::new(candidate.directory);
            Ok(())
        })
    }
    fn configuration(&self) -> Arc<Configuration> {
        self.served.lock().unwrap().0.clone()
    }
    fn rules(&self) -> ServedRules {
        let rules = Rules::compile(self.configuration(), self.revision().name);
        Arc::new(rules.unwrap())
    }
    fn revision(&self) -> Named {
        Named {
            number: 1,
            name: "1 (000000)".into(),
        }
    }
    fn directory(&self) -> Arc<Directory> {
        self.served.lock().unwrap().1.clone()
    }
    fn readings(&self, _: &[LimitUse]) -> Vec<Reading> {
        Vec::new()
    }
    fn remembered(&self) -> &Remembered {
        &self.remembered
    }
    fn block(&self, new: NewBlock) -> Option<Block> {
        let (kind, source) = match new.caller {
            BlockedCaller::Credential(id) => ("credential", id),
            BlockedCaller::App(name) => ("app", name),
        };
        Some(Block {
            kind: kind.to_owned(),
            source,
            since_ms: 0,
            until_ms: new.until_ms,
            trigger: None,
            policy: None,
            by: Some(new.by),
            reason: new.reason,
        })
    }

    fn blocks(&self) -> Vec<Block> {
        Vec::new()
    }
    fn source_of(&self, address: IpAddr) -> String {
        address.to_string()
    }
    fn lift(&self, _: IpAddr) -> Option<Block> {
        None
    }
    fn issuer_keys(&self) -> Vec<KeysOfIssuer> {
        let configuration = self.configuration();
        let failing = |issuer| KeysOfIssuer {
            failing_since_ms: Some(1),
            error: Some("10.0.0.7 is a private address".to_owned()),
            ..KeysOfIssuer::of(issuer)
        };
        configuration.issuers.iter().map(failing).collect()
    }
    fn sourced_lists(&self) -> Vec<SourcedList> {
        let configuration = self.configuration();
        let lists = configuration.lists.iter();
        let failing = |list: &postern_model::entity::AddressList| SourcedList {
            list: list.name.to_string(),
            source: "https://lists.example".to_owned(),
            ranges: None,
            since: None,
            confirmed: None,
            next: None,
            stale: false,
            error: Some("10.0.0.7 is a private address".to_owned()),
        };
        lists
            .filter(|list| list.source.is_some())
            .map(failing)
            .collect()
    }
    fn listeners(&self) -> Vec<Listening> {
        let one = |address: &str, tls| Listening {
            address: address.parse().unwrap(),
            tls,
        };
        vec![one("0.0.0.0:8080", false), one("192.0.2.1:443", true)]
    }
    fn upstream_health(&self, id: &str) -> Option<UpstreamHealth> {
        let configuration = self.configuration();
        let upstream = configuration
            .upstreams
            .iter()
            .find(|one| *one.name == *id)?;
        let addresses = |target: &postern_model::entity::Target| -> Vec<std::net::SocketAddr> {
            let address = format!("{}:{}", target.host, target.port);
            address.parse().into_iter().collect()
        };
        let forbidden = |address: &std::net::SocketAddr| {
            postern_model::egress::allowed(*address, &configuration.egress, &[], |_| false).is_err()
        };
        let target = |target: &postern_model::entity::Target| TargetHealth {
            addresses: addresses(target).iter().map(ToString::to_string).collect(),
            forbidden: addresses(target).into_iter().filter(forbidden).collect(),
            address: format!("{}:{}", target.host, target.port),
            weight: target.weight,
            healthy: true,
            state: "healthy".into(),
            ..TargetHealth::default()
        };
        Some(UpstreamHealth {
            breaker: None,
            open_since_ms: None,
            in_flight: 0,
            targets: upstream.targets.iter().map(target).collect(),
        })
    }
    fn status(&self) -> Status {
        Status {
            pid: 1,
            version: "0".into(),
            gateways: Vec::new(),
            admin: String::new(),
            revision: 1,
        }
    }
}

/// The user whom everybody is here, when it comes to what is one's own.
pub(super) const USER: &str = "usr_0000000000000000";

/// Believes `X-Actor: ROLE@TENANT`, and `ROLE` of the platform; a permission is a role of its own.
struct Believing;

impl Identities for Believing {
    fn identify<'a>(
        &'a self,
        presented: Presented<'a>,
    ) -> Answer<'a, Result<Option<Actor>, Problem>> {
        Box::pin(async move { actor(presented.headers) })
    }
}

fn actor(headers: &HeaderMap) -> Result<Option<Actor>, Problem> {
    let Some(value) = headers.get(ACTOR) else {
        return Ok(None);
    };
    let said = value.to_str().unwrap();
    let (role, tenant) = match said.split_once('@') {
        Some((role, tenant)) => (role, Some(tenant)),
        None => (said, None),
    };
    let points = match (BuiltIn::parse(role), Point::parse(role)) {
        (Some(role), _) => role.points(),
        (None, Some(point)) => [point].into_iter().collect(),
        (None, None) => return Err(Problem::new(Code::CredentialInvalid, "no such role")),
    };
    let mut grants = Grants::none();
    match tenant {
        Some(tenant) => grants.grant(&tenant.into(), points),
        None => grants.grant_platform(points),
    }
    Ok(Some(Actor {
        who: said.to_owned(),
        kind: ActorKind::User,
        id: Some(USER.to_owned()),
        from: None,
        grants,
        bounds: Bounds::None,
    }))
}

/// Takes no parts.
struct NoItems;

impl Items for NoItems {
    fn item(&mut self, _: Value) -> Answer<'_, std::io::Result<()>> {
        Box::pin(async { Ok(()) })
    }
}

/// Everything that a test needs.
pub(super) struct World {
    router: axum::Router,
    pub(super) service: Arc<Service>,
    fake: Arc<Fake>,
    pub(super) calls: Arc<CallLog>,
    pub(super) sessions: Arc<BrowserSessions>,
    _folder: tempfile::TempDir,
}

/// An answer that was read.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
}

impl World {
    /// One whose callers are who they say.
    pub(super) async fn new() -> Self {
        Self::with(|_| Arc::new(Believing)).await
    }

    /// One with others to tell who callers are.
    pub(super) async fn with(
        identities: impl FnOnce(&Arc<Service>) -> Arc<dyn Identities>,
    ) -> Self {
        Self::with_api(|service| Api::new(service.clone(), identities(service))).await
    }

    /// One with an API of its own.
    pub(super) async fn with_api(make: impl FnOnce(&Arc<Service>) -> Api) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let directory = DataDirectory::lock(folder.path(), SystemTime::now()).unwrap();
        let directory = Arc::new(directory);
        let keyer = Keyer::new(directory.installation_key().unwrap().expose());
        let store = Store::open(directory.clone()).unwrap();
        let sessions = BrowserSessions::new(Some(store.clone()), directory);
        let sessions = Arc::new(sessions);
        let sealer = store
            .open_secrets(&MasterSource::default(), None)
            .await
            .unwrap();
        let (stored, candidate) = Stored::open(store, folder.path(), keyer, sealer)
            .await
            .unwrap();
        let fake = Arc::new(Fake {
            served: Mutex::new((Arc::default(), Arc::new(candidate.directory))),
            remembered: Remembered::default(),
            gate: RwLock::default(),
        });
        let calls = postern_calllog::Options::new(folder.path().join("calls"));
        let calls = Arc::new(CallLog::open(calls).unwrap());
        let service = Service::new(Source::Store(Box::new(stored)), fake.clone(), calls.clone());
        let service = Arc::new(service.knowing_sessions(sessions.clone()));
        let apply = json!({"name": "begin.yaml", "text": BEGIN});
        let call = Call {
            actor: &Actor::local("root"),
            params: apply,
            replies: &mut NoItems,
        };
        service.call("apply", call).await.unwrap();
        let api = Arc::new(make(&service));
        Self {
            service,
            fake,
            calls,
            sessions,
            router: axum::Router::new().nest("/api/v1", dispatch::router(&api, table())),
            _folder: folder,
        }
    }

    /// What serves takes nothing over until this is dropped.
    pub(super) async fn hold(&self) -> RwLockWriteGuard<'_, ()> {
        self.fake.gate.write().await
    }

    /// Rules and rows that are served.
    pub(super) fn served(&self) -> (ServedRules, Arc<Directory>) {
        (self.fake.rules(), self.fake.directory())
    }

    /// Whether an app is served.
    pub(super) fn serves_app(&self, name: &str) -> bool {
        self.fake.directory().app(name).is_some()
    }

    /// Somebody signs in for a service at a browser, for a hundred years.
    pub(super) async fn sign_in(&self, key: &str, service: &str) {
        const ENDS: i64 = 4_800_000_000;
        let session = json!({
            "token": {"issuer": "issuer-a", "user": "lin", "subject": "u-1", "client": "web"},
            "service": service, "origin": "https://shop.example", "from": "192.0.2.7",
            "begun_at": 1_700_000_000, "ends_at": ENDS, "idle": ENDS, "seen": 1_700_000_000,
        });
        let whose = Whose {
            person: key.to_owned(),
            at_provider: None,
        };
        let put = self.sessions.put(key, &whose, session, ENDS * 1000, 0);
        put.await.unwrap();
    }

    /// Stores a document of a kind that nobody writes by itself.
    pub(super) async fn keep(&self, kind: &str, id: &str, document: Value) {
        let kind = Kind::new(kind).unwrap();
        let change = Change::new(kind, id, Action::Put(document));
        let meta = ChangeMeta::system(0, "", "test");
        let store = self.service.store().unwrap();
        let kept = store.apply(vec![change], meta, |_| Ok::<_, ApplyError<Infallible>>(()));
        kept.await.unwrap();
        self.service.catch_up().await.unwrap();
    }

    /// Asks as somebody (`ROLE`, `ROLE@TENANT`, or nobody: the empty text).
    pub(super) async fn ask(&self, who: &str, method: &str, path: &str, body: Value) -> Answered {
        self.ask_with(who, method, path, body, &[]).await
    }

    /// What is answered, as text.
    pub(super) async fn text(&self, who: &str, path: &str, body: &Value) -> String {
        let request = Request::builder()
            .method("POST")
            .uri(format!("/api/v1{path}"))
            .header(ACTOR, who)
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let bytes = to_bytes(response.into_body(), 1 << 24).await.unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    /// The same with more headers.
    pub(super) async fn ask_with(
        &self,
        who: &str,
        method: &str,
        path: &str,
        body: Value,
        headers: &[(&str, &str)],
    ) -> Answered {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"));
        if !who.is_empty() {
            request = request.header(ACTOR, who);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = match body {
            Value::Null => Body::empty(),
            Value::String(raw) => {
                request = request.header("content-type", "application/json");
                Body::from(raw)
            }
            body => {
                request = request.header("content-type", "application/json");
                Body::from(body.to_string())
            }
        };
        let request = request.body(body).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let bytes = to_bytes(response.into_body(), 1 << 24).await.unwrap();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        if (200..300).contains(&status) {
            hold(method, path, status, &body);
        }
        Answered {
            status,
            headers,
            body,
        }
    }
}
