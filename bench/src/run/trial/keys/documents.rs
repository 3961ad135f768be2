//! The documents of a large database.

use serde_json::{Map, Value, json};

/// The key of `bench/full.curl`, its credential, and its app.
pub(super) const KEY: &str = "pst_bench00000000001_BenchmarkOnlyNeverUseThisKey00013KsSwq";
const CREDENTIAL: &str = "key_bench00000000001";
const SHA256: &str = "79cf84a2684b136d4360ec1caba7d909b07b2062c7a57c25076df7112b6f040c";
pub(super) const APP: &str = "cart";
/// The list of addresses that are refused.
pub(super) const LIST: &str = "strangers";

/// Keys that are applied together: as many as a running Postern takes up without reading
/// everything again.
pub(super) const TOGETHER: u32 = 20_000;

const SERVICES: u32 = 100;
const OPERATIONS: u32 = 100;
const APPS: u32 = 10_000;
const TENANTS: u32 = 100;

/// Services with 10,000 operations, tenants, apps with a subscription each, and what the request
/// of `bench/full.curl` needs.
pub(super) fn rules() -> String {
    let mut all = few_documents();
    let mut services = Map::new();
    for service in 0..SERVICES {
        let operation = |number: u32| {
            let path = format!("/resources-{number}/{{id}}/items/{{item}}");
            let document = json!({"methods": ["GET", "PUT"], "path": path, "scopes": ["all"]});
            (format!("operation-{number}"), document)
        };
        let operations: Map<_, _> = (0..OPERATIONS).map(operation).collect();
        let document = json!({
            "tenant": "shop",
            "base_path": format!("/service-{service}"),
            "scopes": {"all": "Everything"},
            "authentication": {"api_key": {"header": "X-API-Key"}},
            "versions": {"v1": {"upstream": "full", "operations": operations}},
        });
        services.insert(format!("service-{service}"), document);
    }
    let names: Vec<&String> = services.keys().collect();
    let plan = json!({"services": names, "scopes": ["all"]});
    put(&mut all, "plans", [("everything".to_owned(), plan)]);
    put(&mut all, "services", services);
    put(&mut all, "tenants", (0..TENANTS).map(tenant));
    put(&mut all, "apps", (0..APPS).map(app));
    let subscription = |number: u32| {
        let document = json!({
            "app": app(number).0,
            "service": format!("service-{}", number % SERVICES),
            "plan": "everything",
            "state": "approved",
        });
        (format!("sub_{number}"), document)
    };
    put(&mut all, "subscriptions", (0..APPS).map(subscription));
    Value::Object(all).to_string()
}

/// What the request of `bench/full.curl` needs, and no more.
pub(super) fn few() -> String {
    Value::Object(few_documents()).to_string()
}

/// The first and the last but one of the keys that are applied together.
pub(super) fn parts(number: u32) -> Vec<(u32, u32)> {
    (0..number.div_ceil(TOGETHER))
        .map(|part| (part * TOGETHER, number.min((part + 1) * TOGETHER)))
        .collect()
}

/// Keys, spread over all apps.
pub(super) fn keys(from: u32, to: u32) -> String {
    let mut all = Map::new();
    let credential = |number: u32| {
        let document = json!({"app": app(number % APPS).0, "sha256": digest(number)});
        (format!("key_{number:016}"), document)
    };
    put(&mut all, "tenants", (0..TENANTS).map(tenant));
    put(&mut all, "apps", (0..APPS).map(app));
    put(&mut all, "credentials", (from..to).map(credential));
    Value::Object(all).to_string()
}

fn tenant(number: u32) -> (String, Value) {
    (format!("tenant-{number}"), json!({}))
}

fn app(number: u32) -> (String, Value) {
    let document = json!({"tenant": tenant(number % TENANTS).0});
    (format!("app-{number}"), document)
}

/// The digest of a key that nobody has; no two are the same.
fn digest(number: u32) -> String {
    format!("{number:08x}").repeat(8)
}

fn put(
    all: &mut Map<String, Value>,
    section: &str,
    more: impl IntoIterator<Item = (String, Value)>,
) {
    let documents = all.entry(section).or_insert_with(|| json!({}));
    if let Value::Object(documents) = documents {
        documents.extend(more);
    }
}

/// `bench/full.yaml`, with a list of addresses that are refused.
fn few_documents() -> Map<String, Value> {
    let documents = json!({
        "tenants": {"shop": {}, "buyer": {}},
        "services": {"full": {
            "tenant": "shop",
            "scopes": {"orders:write": "Make orders"},
            "authentication": {"api_key": {"header": "X-API-Key"}},
            "versions": {"v1": {"upstream": "full", "operations": {
                "create-order": {
                    "methods": ["GET", "POST"], "path": "/orders", "scopes": ["orders:write"],
                },
            }}},
        }},
        "plans": {"fast": {
            "services": ["full"],
            "scopes": ["orders:write"],
            "limits": {
                "per-app": {"rate": 1_000_000, "per": "1s", "burst": 1_000_000, "by": "app"},
            },
        }},
        "apps": {APP: {"tenant": "buyer"}},
        "credentials": {CREDENTIAL: {"app": APP, "sha256": SHA256}},
        "subscriptions": {"sub_cart": {
            "app": APP, "service": "full", "plan": "fast", "state": "approved",
        }},
        // A revoked key is asked for until it is refused: that must not lead to a block.
        "edge": {"refusals": {"rate": 0}},
        "lists": {LIST: {"entries": ["192.0.2.0/24"]}},
        "policies": {"no-strangers": {
            "kind": "network", "on": "platform", "deny": [LIST],
        }},
        "upstreams": {"full": {"targets": [super::UPSTREAM]}},
        "egress": {"allow": ["127.0.0.0/8"]},
    });
    match documents {
        Value::Object(documents) => documents,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_make_up_the_whole() {
        assert_eq!(
            parts(50_000),
            [(0, 20_000), (20_000, 40_000), (40_000, 50_000)]
        );
        assert_eq!(parts(1), [(0, 1)]);
        assert!(parts(0).is_empty());
    }

    #[test]
    fn the_key_is_that_of_the_benchmark() {
        assert!(super::super::FULL.contains(KEY));
        let full = include_str!("../../../../full.yaml");
        assert!(full.contains(CREDENTIAL) && full.contains(SHA256));
    }

    #[test]
    fn every_key_has_an_id_and_a_digest_of_its_own() {
        let read: Value = serde_json::from_str(&keys(9_999, 10_002)).unwrap();
        let documents = read["credentials"].as_object().unwrap();
        let ids: Vec<_> = documents.keys().map(String::as_str).collect();
        assert_eq!(
            ids,
            [
                "key_0000000000009999",
                "key_0000000000010000",
                "key_0000000000010001"
            ]
        );
        assert_eq!(documents["key_0000000000010000"]["app"], "app-0");
        assert_eq!(digest(10).len(), 64);
        assert_ne!(digest(10), digest(11));
    }
}
