//! The client of the command line against the API, over real connections.

use super::world::World;
use crate::api::commands::METHODS;
use crate::api::problem::{Code, Problem};
use crate::api::{Api, Identities, Presented};
use crate::{AdminState, ConfigurationState, Readiness};
use axum::http::header::AUTHORIZATION;
use postern_control::client::{Client, ClientError, Trusting};
use postern_control::{Actor, ActorKind, Answer, Bounds, Call, Items, Refusal, Service};
use postern_model::Secret;
use postern_model::permission::{BuiltIn, Grants};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;

/// Believes a token that is the name of a role.
struct Believing;

impl Identities for Believing {
    fn identify<'a>(
        &'a self,
        presented: Presented<'a>,
    ) -> Answer<'a, Result<Option<Actor>, Problem>> {
        Box::pin(async move {
            let Some(value) = presented.headers.get(AUTHORIZATION) else {
                return Ok(None);
            };
            let token = value.to_str().unwrap().strip_prefix("Bearer ").unwrap();
            match BuiltIn::parse(token) {
                Some(role) => Ok(Some(actor(role))),
                None => Err(Problem::new(
                    Code::CredentialInvalid,
                    "The token is not good.",
                )),
            }
        })
    }
}

fn actor(role: BuiltIn) -> Actor {
    let mut grants = Grants::none();
    grants.grant_platform(role.points());
    Actor {
        who: role.name().to_owned(),
        kind: ActorKind::User,
        id: None,
        from: None,
        grants,
        bounds: Bounds::None,
    }
}

/// A process of which there is nothing to say.
struct Quiet;

impl AdminState for Quiet {
    fn metrics(&self, _out: &mut String) {}
    fn readiness(&self) -> Readiness {
        Readiness {
            configuration: ConfigurationState::Current,
            listeners_bound: true,
            draining: false,
            geo: Vec::new(),
            lists: Vec::new(),
            call_log: Vec::new(),
            database: None,
        }
    }
    fn hosts(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Takes the parts of an answer.
#[derive(Default)]
struct Kept(Vec<Value>);

impl Items for Kept {
    fn item(&mut self, value: Value) -> Answer<'_, std::io::Result<()>> {
        self.0.push(value);
        Box::pin(async { Ok(()) })
    }
}

type Answered = (Vec<Value>, Result<Value, Refusal>);

/// Serves the world's API.
fn serve(world: &World) -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let api = Arc::new(Api::new(world.service.clone(), Arc::new(Believing)));
    tokio::spawn(crate::serve(
        listener,
        Arc::new(Quiet),
        Some(api),
        std::future::pending(),
    ));
    address
}

/// What the client gets.
async fn over_http(address: SocketAddr, token: &str, method: &str, params: Value) -> Answered {
    let (token, method) = (Secret::new(token.to_owned()), method.to_owned());
    let asked = tokio::task::spawn_blocking(move || {
        let server = format!("http://{address}").parse().unwrap();
        let mut client = Client::http(&server, token, &Trusting::default()).unwrap();
        let mut items = Vec::new();
        let end = client.stream(&method, params, |item| {
            items.push(item);
            true
        });
        let end = end.map_err(|error| match error {
            ClientError::Refused(refusal) => refusal,
            error => panic!("{method}: {error}"),
        });
        (items, end)
    });
    asked.await.unwrap()
}

/// What the socket gives.
async fn at_the_socket(service: &Service, role: BuiltIn, method: &str, params: Value) -> Answered {
    let mut kept = Kept::default();
    let call = Call {
        actor: &actor(role),
        params,
        replies: &mut kept,
    };
    let end = service.call(method, call).await;
    (kept.0, end)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_get_over_http_what_the_socket_gives() {
    let world = World::new().await;
    let address = serve(&world);
    let role = BuiltIn::parse("operator").unwrap();
    let bad = "services: {orders: {base_path: 7}}";
    let asked = [
        ("status", Value::Null),
        ("documents", json!({"kind": "app"})),
        ("documents", json!({"kind": "app", "id": "nobody"})),
        ("documents", json!({"kind": "nonsense"})),
        ("documents", json!({"kin": "app"})),
        (
            "change",
            json!({"changes": [{"kind": "app", "id": "nobody", "patch": {"title": "x"}, "expect": "present"}]}),
        ),
        ("apply", json!({"name": "bad.yaml", "text": bad})),
        ("log", json!({"limit": 3, "oldest_first": true})),
        ("denials", json!({"by": "code"})),
        (
            "fix",
            json!({"id": "01JDB7Z3K8Q4M2T9V6X1C5N0RW", "number": 1, "comment": ""}),
        ),
        ("why", json!({"audience": "operator"})),
        ("access", json!({"app": "till"})),
        ("access", json!({"app": "nobody"})),
        ("requirements", json!({"method": "GET", "path": "/nowhere"})),
        ("who_can", json!({"operation": "orders/v1/all"})),
        ("openapi", json!({"service": "orders", "version": "v9"})),
        (
            "import",
            json!({"name": "a.yaml", "text": "[", "service": "orders"}),
        ),
        ("approvals", Value::Null),
        ("catalogue", json!({"phrase": "ORD"})),
        ("subscriptions.history", json!({"id": "sub_1"})),
        ("subscriptions.cancel", json!({"id": "nobody"})),
        (
            "subscriptions.decide",
            json!({"id": "sub_1", "step": "sing"}),
        ),
        ("keys.rotate", json!({"id": "key_x", "overlap": "24h"})),
        (
            "versions.retire",
            json!({"service": "orders", "version": "v1", "preview": true}),
        ),
        ("blocks.lift", json!({"address": "192.0.2.1"})),
        (
            "policies.effective",
            json!({"service": "orders", "version": "v1", "operation": "all"}),
        ),
    ];
    let mut refused = 0;
    for (method, params) in asked {
        assert!(METHODS.contains(&method), "{method}");
        let here = at_the_socket(&world.service, role, method, params.clone()).await;
        let there = over_http(address, "operator", method, params.clone()).await;
        assert_eq!(there, here, "{method} {params}");
        refused += usize::from(here.1.is_err());
    }
    assert!(refused > 5, "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_is_not_good_is_told_so() {
    let world = World::new().await;
    let address = serve(&world);
    let (_, end) = over_http(address, "nonsense", "status", Value::Null).await;
    let refusal = end.unwrap_err();
    assert_eq!(refusal.code, "credential.invalid");
    let help = format!("sign in again: postern login http://{address}");
    assert_eq!(refusal.help.as_deref(), Some(&*help));
    let (_, end) = over_http(address, "publisher", "blocks.list", json!({})).await;
    assert_eq!(end.unwrap_err().code, "forbidden");
    let (_, end) = over_http(address, "operator", "nonsense", json!({})).await;
    assert_eq!(end.unwrap_err().code, "not_found");
}
