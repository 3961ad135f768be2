use super::{build, json_schema};
use crate::scalar;
use crate::tests::{golden, parse};
use postern_model::entity::{Accounts, Configuration};
use serde_json::{Map, Value, json};
use std::path::Path;

#[test]
fn the_committed_schema_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema/postern.schema.json");
    golden(&path, &json_schema());
}

fn visit(value: &Value, path: &str, f: &mut impl FnMut(&str, &Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            f(path, object);
            for (key, inner) in object {
                visit(inner, &format!("{path}/{key}"), f);
            }
        }
        Value::Array(items) => {
            for (at, inner) in items.iter().enumerate() {
                visit(inner, &format!("{path}/{at}"), f);
            }
        }
        _ => {}
    }
}

#[test]
fn nothing_may_be_null_and_every_kind_is_known() {
    visit(&build(), "", &mut |path, object| {
        if let Some(Value::Array(types)) = object.get("type") {
            assert!(!types.contains(&json!("null")), "{path}");
        }
        assert_ne!(object.get("type"), Some(&json!("null")), "{path}");
        if let Some(kind) = object.get("x-kind") {
            let kind = scalar::find(kind.as_str().unwrap());
            let kind = kind.unwrap_or_else(|| panic!("{path}"));
            assert!((kind.check)(kind.example).is_ok(), "{path}");
        }
    });
}

#[test]
fn every_field_is_described() {
    let mut fields = 0;
    visit(&build(), "", &mut |path, object| {
        let Some(Value::Object(properties)) = object.get("properties") else {
            return;
        };
        assert_eq!(
            object.get("additionalProperties"),
            Some(&json!(false)),
            "{path}"
        );
        for (name, field) in properties {
            let text = field.get("description").and_then(Value::as_str);
            assert!(text.is_some_and(|t| t.len() > 8), "{path}: {name}");
            fields += 1;
        }
    });
    assert!(fields > 80, "{fields}");
}

/// The defaults that the schema states of the fields of a type.
fn defaults(name: &str) -> Value {
    let schema = build();
    let properties = schema["$defs"][name]["properties"]
        .as_object()
        .unwrap()
        .clone();
    let stated = properties.into_iter().filter_map(|(key, field)| {
        let default = field.get("default")?.clone();
        Some((key, default))
    });
    Value::Object(stated.collect())
}

/// Reads a document and its twin, in which every default is written out.
fn same(plain: &Value, explicit: &Value) {
    let read = |document: &Value| -> (Configuration, Accounts) {
        let loaded = parse(&document.to_string());
        let loaded = loaded.unwrap_or_else(|report| panic!("{report}"));
        (loaded.configuration, loaded.accounts)
    };
    assert_eq!(
        format!("{:?}", read(plain)),
        format!("{:?}", read(explicit))
    );
}

#[test]
fn the_defaults_that_the_schema_states_are_the_real_ones() {
    let settings = [
        "Admin",
        "Client",
        "Limits",
        "Timeouts",
        "Egress",
        "Forwarding",
        "Edge",
    ];
    let explicit: Map<String, Value> = settings
        .iter()
        .map(|name| (name.to_lowercase(), defaults(name)))
        .collect();
    assert!(
        explicit
            .values()
            .all(|section| !section.as_object().unwrap().is_empty())
    );
    same(&json!({}), &Value::Object(explicit));

    let mut upstream = defaults("Upstream");
    upstream["targets"] = json!(["example.com:80"]);
    let mut plain =
        json!({"targets": ["example.com:80"], "health_check": {}, "breaker": {}, "tls": {}});
    let sections = [
        ("health_check", "HealthCheck"),
        ("outlier", "Outlier"),
        ("breaker", "Breaker"),
        ("retry", "Retry"),
        ("timeouts", "UpstreamTimeouts"),
        ("pool", "Pool"),
        ("dns", "Dns"),
        ("tls", "UpstreamTls"),
    ];
    for (field, name) in sections {
        upstream[field] = defaults(name);
    }
    same(
        &json!({"upstreams": {"u": plain.take()}}),
        &json!({"upstreams": {"u": upstream}}),
    );

    let with = |mut fields: Value, more: Value| {
        fields
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        fields
    };
    let listener = |fields: Value, tls: Value| {
        let tls = with(
            tls,
            json!({"certificates": [{"certificate": "a", "key": "b"}]}),
        );
        let more = json!({"address": "127.0.0.1:0", "tls": tls});
        json!({"listeners": {"l": with(fields, more)}})
    };
    same(
        &listener(json!({}), json!({})),
        &listener(defaults("Listener"), defaults("ListenerTls")),
    );

    let service = |service: Value, version: Value, operation: Value| {
        let operations = json!({"o": with(operation, json!({"path": "/"}))});
        let version = with(version, json!({"upstream": "u", "operations": operations}));
        let service = with(service, json!({"versions": {"v": version}}));
        json!({"services": {"s": service}, "upstreams": {"u": {"targets": ["example.com:80"]}}})
    };
    let authenticated = |given: Value, key: Value| {
        let authentication = with(given, json!({"api_key": key}));
        with(
            defaults("Service"),
            json!({"authentication": authentication}),
        )
    };
    same(
        &service(json!({}), json!({}), json!({})),
        &service(
            defaults("Service"),
            defaults("Version"),
            defaults("Operation"),
        ),
    );
    same(
        &service(
            json!({"authentication": {"api_key": {}}}),
            json!({}),
            json!({}),
        ),
        &service(
            authenticated(
                defaults("Authentication"),
                json!({"header": "X-API-Key", "query": []}),
            ),
            json!({}),
            json!({}),
        ),
    );
}

#[test]
fn the_defaults_of_accounts_plans_and_policies_are_the_real_ones() {
    let document = |field: &dyn Fn(&str) -> Value| {
        let mut document = json!({
            "services": {"s": {"versions": {"v": {"upstream": "u", "operations": {}}}}},
            "upstreams": {"u": {"targets": ["example.com:80"]}},
            "tenants": {"t": field("Tenant")},
            "apps": {"a": field("App")},
            "credentials": {"key_0123456789abcdef": field("Credential")},
            "plans": {"p": field("Plan")},
            "policies": {"n": field("Policy")},
        });
        document["apps"]["a"]["tenant"] = json!("t");
        let credential = &mut document["credentials"]["key_0123456789abcdef"];
        credential["app"] = json!("a");
        credential["sha256"] = json!("00".repeat(32));
        credential["restricted_to"] = field("Restriction");
        let plan = &mut document["plans"]["p"];
        plan["services"] = json!(["s"]);
        plan["limits"] = json!({"l": field("Limit")});
        plan["limits"]["l"]["rate"] = json!(1);
        plan["limits"]["l"]["per"] = json!("1s");
        plan["covers"] = json!([field("Coverage")]);
        plan["covers"][0]["service"] = json!("s");
        let policy = &mut document["policies"]["n"];
        policy["kind"] = json!("body");
        policy["on"] = json!("platform");
        policy["max_size"] = json!("1MiB");
        document
    };
    same(&document(&|_| json!({})), &document(&defaults));
}
