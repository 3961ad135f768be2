use super::*;
use crate::service::importing::kept::KeptDocument;

const DOCUMENT: &str = r#"{
  "openapi": "3.0.3",
  "info": {"title": "Orders", "version": "2.4"},
  "servers": [{"url": "https://api.example.com/v2"}],
  "components": {"securitySchemes": {
    "key": {"type": "apiKey", "in": "header", "name": "X-Orders-Key"},
    "oauth": {"type": "oauth2", "flows": {"clientCredentials": {
      "tokenUrl": "https://id.example.com/token", "scopes": {"orders:read": "See orders"}}}}}},
  "security": [{"oauth": ["orders:read"]}],
  "paths": {
    "/orders": {
      "get": {"operationId": "listOrders"},
      "post": {"operationId": "createOrder", "requestBody": {"content": {"application/json": {}}}}
    },
    "/status": {"get": {"operationId": "status", "security": []}}
  }
}"#;

fn wanted(more: Value) -> Import {
    let mut params = json!({"name": "dir/orders.json", "text": "", "service": "orders"});
    if let (Value::Object(params), Value::Object(more)) = (&mut params, more) {
        params.extend(more);
    }
    serde_json::from_value(params).unwrap()
}

fn plan(more: Value, document: &str, before: &Before) -> Result<Plan, Refusal> {
    let given = wanted(more);
    names(&given)?;
    let imported = postern_openapi::import(document.as_bytes()).unwrap();
    Plan::make(&given, imported, before, document.as_bytes())
}

fn service(plan: &Plan) -> Value {
    let found = plan.documents.iter().find(|(kind, ..)| *kind == "service");
    found.unwrap().2.clone().unwrap()
}

/// What is there after a plan was carried out.
fn after(plan: &Plan) -> Before {
    let mut before = Before {
        service: service(plan).as_object().cloned(),
        kept: KeptDocument::read(plan.kept.1.clone()),
        ..Before::default()
    };
    for (kind, id, value) in &plan.documents {
        before.versions.insert((*kind, id.clone()), 7);
        if *kind == "policy" {
            before.policies.insert(id.clone(), value.clone().unwrap());
        }
    }
    before
}

fn url() -> Value {
    json!({"upstream_url": "http://127.0.0.1:9000", "base_path": "/shop", "policies": true})
}

#[test]
fn a_new_service_is_a_draft_that_asks_for_a_key() {
    let plan = plan(url(), DOCUMENT, &Before::default()).unwrap();
    let service = service(&plan);
    assert_eq!(
        service["authentication"],
        json!({"api_key": {"header": ["X-Orders-Key"]}})
    );
    assert_eq!(service["base_path"], "/shop");
    assert_eq!(service["scopes"], json!({"orders:read": "See orders"}));
    let version = &service["versions"]["v1"];
    assert_eq!(version["state"], "draft");
    assert_eq!(version["base_path"], "/v2");
    assert_eq!(version["upstream"], "orders-v1");
    assert_eq!(version["operations"]["status"]["anonymous"], true);
    assert_eq!(
        version["operations"]["listOrders"]["scopes"],
        json!(["orders:read"])
    );
    let of = |kind: &str| {
        let found = plan.documents.iter().filter(|(k, ..)| *k == kind);
        found.cloned().collect::<Vec<_>>()
    };
    assert_eq!(
        of("upstream")[0].2,
        Some(json!({"targets": ["http://127.0.0.1:9000"], "path": {"strip": "/shop"}}))
    );
    let policies = of("policy");
    assert_eq!(policies.len(), 1);
    assert_eq!(policies[0].1, "orders.v1.createOrder.media-types");
    assert_eq!(
        policies[0].2.as_ref().unwrap()["content_types"],
        json!(["application/json"])
    );
    assert!(plan.document_kept);
    assert_eq!(plan.kept.0, "orders/v1");
    assert_eq!(plan.kept.1["name"], "orders.json");
    assert_eq!(plan.kept.1["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(plan.kept.1["document"]["info"]["title"], "Orders");
}

#[test]
fn the_path_of_a_server_is_the_prefix_of_the_version_or_of_the_upstream() {
    let path = |url: &str| {
        let given = json!({ "upstream_url": url });
        let plan = plan(given, DOCUMENT, &Before::default()).unwrap();
        let found = plan.documents.iter().find(|(kind, ..)| *kind == "upstream");
        let upstream = found.unwrap().2.clone().unwrap();
        assert_eq!(upstream["targets"], json!(["http://127.0.0.1:9000"]));
        upstream.get("path").cloned().unwrap_or_default()
    };
    // The version has the prefix that the document's server ends with.
    assert_eq!(path("http://127.0.0.1:9000"), Value::Null);
    assert_eq!(path("http://127.0.0.1:9000/v2/"), Value::Null);
    assert_eq!(
        path("http://127.0.0.1:9000/shop"),
        json!({"prefix": "/shop"})
    );
}

#[test]
fn the_same_again_changes_nothing() {
    let first = plan(url(), DOCUMENT, &Before::default()).unwrap();
    let again = plan(json!({"policies": true}), DOCUMENT, &after(&first)).unwrap();
    assert_eq!(service(&again), service(&first));
    assert_eq!(again.difference.unchanged, 3);
    assert_eq!(again.kept, first.kept);
    assert_eq!(again.versions[&("service", "orders".to_owned())], 7);
}

#[test]
fn what_was_done_by_hand_stays_and_is_said() {
    let first = plan(url(), DOCUMENT, &Before::default()).unwrap();
    let mut before = after(&first);
    let mut changed = Value::Object(before.service.clone().unwrap());
    let operations = &mut changed["versions"]["v1"]["operations"];
    operations["listOrders"]["scopes"] = json!([]);
    operations["listOrders"]["timeouts"] = json!({"total": "5s"});
    operations["by-hand"] = json!({"methods": ["DELETE"], "path": "/orders/{id}"});
    changed["versions"]["v1"]["state"] = json!("published");
    before.service = changed.as_object().cloned();
    let document = DOCUMENT
        .replace("/status", "/health")
        .replace("createOrder", "placeOrder");
    let again = plan(json!({"policies": true}), &document, &before).unwrap();
    let service = service(&again);
    let version = &service["versions"]["v1"];
    assert_eq!(version["state"], "published");
    let operations = &version["operations"];
    assert_eq!(operations["listOrders"]["scopes"], json!([]));
    assert_eq!(operations["listOrders"]["timeouts"], json!({"total": "5s"}));
    assert_eq!(operations["by-hand"]["path"], "/orders/{id}");
    assert_eq!(operations["status"]["path"], "/health");
    // Known by method and path: what refers to it goes on to find it.
    assert_eq!(operations["createOrder"]["path"], "/orders");
    assert!(operations.get("placeOrder").is_none());
    let kept = again.difference.kept.iter();
    let kept: Vec<_> = kept
        .map(|kept| (kept.operation.as_str(), kept.member.as_deref()))
        .collect();
    assert!(kept.contains(&("listOrders", Some("scopes"))), "{kept:?}");
    assert!(kept.contains(&("listOrders", Some("timeouts"))), "{kept:?}");
    assert!(kept.contains(&("by-hand", None)), "{kept:?}");
}

#[test]
fn policies_follow_their_operations() {
    let first = plan(url(), DOCUMENT, &Before::default()).unwrap();
    let without = DOCUMENT.replace("\"post\"", "\"x-post\"");
    let gone = plan(json!({}), &without, &after(&first)).unwrap();
    let removed = gone.documents.iter().find(|(kind, ..)| *kind == "policy");
    assert_eq!(removed.unwrap().2, None);
    let mut before = after(&first);
    let id = "orders.v1.createOrder.media-types";
    before.policies[id]["content_types"] = json!(["text/csv"]);
    let again = plan(json!({"policies": true}), DOCUMENT, &before).unwrap();
    assert!(!again.documents.iter().any(|(kind, ..)| *kind == "policy"));
    assert!(again.also.iter().any(|line| line.contains("by hand")));
}

#[test]
fn what_cannot_be_meant_is_refused_with_what_would_be_right() {
    let refusal = |more: Value| plan(more, DOCUMENT, &Before::default()).unwrap_err();
    let none = refusal(json!({}));
    assert!(none.message.contains("needs an upstream"), "{none}");
    assert!(none.help.unwrap().contains("https://api.example.com/v2"));
    let both = refusal(json!({"upstream": "a", "upstream_url": "http://b"}));
    assert!(both.message.contains("cannot both be meant"));
    let name = refusal(json!({"service": "my orders"}));
    assert!(name.message.contains("`my orders` is not a service"));
    let path = refusal(json!({"base_path": "/shop/"}));
    assert!(path.help.unwrap().contains("`/shop`"));
    let open = Before {
        service: json!({"versions": {"v1": {"upstream": "a", "operations": {}}}})
            .as_object()
            .cloned(),
        ..Before::default()
    };
    let asked = plan(json!({}), DOCUMENT, &open).unwrap_err();
    assert_eq!(asked.code, "conflict");
    assert!(asked.message.contains("asks for no credential"));
    let opened = plan(json!({"open": true}), DOCUMENT, &open).unwrap();
    let line = &opened.report.lines().last().unwrap().instead;
    assert!(line.contains("everybody may call"), "{line}");
}

#[test]
fn a_document_that_is_too_large_is_imported_but_not_kept() {
    let large = DOCUMENT.replace("\"Orders\"", &format!("{:?}", "x".repeat(17 << 20)));
    let plan = plan(url(), &large, &Before::default()).unwrap();
    assert!(!plan.document_kept);
    assert!(plan.kept.1.get("document").is_none());
    assert!(plan.kept.1["operations"].get("listOrders").is_some());
    let line = plan.report.lines().last().unwrap();
    assert!(line.what.contains("too large to be kept"));
}
