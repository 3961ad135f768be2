use super::*;
use postern_model::permission::{BuiltIn, Grants};
use serde_json::json;

fn refers_to(actor: &Actor, kind: &str, before: Option<Value>, after: Value) -> bool {
    let after = Some(after);
    let step = Step {
        kind,
        id: "x",
        before,
        after,
    };
    refers(actor, &step).is_err()
}

#[test]
fn a_tenant_names_nothing_of_the_machine() {
    let mut grants = Grants::none();
    grants.grant(&"partner".into(), BuiltIn::Admin.points());
    let tenant = Actor {
        grants,
        ..Actor::local("admin@partner")
    };
    let root = Actor::local("root");
    for (kind, path, text) in [
        ("certificate", "certificate", "/etc/ssl/private/x.pem"),
        ("certificate", "key", "file:/etc/shadow"),
        ("certificate", "key", "env:HOME"),
        ("credential", "secret", "env:AWS_SECRET_ACCESS_KEY"),
        ("identity_provider", "client_secret", "file:x"),
        ("upstream", "tls.authorities", "/etc/ssl/ca.pem"),
        ("upstream", "tls.certificate.certificate", "client.crt"),
        ("upstream", "tls.certificate.key", "env:KEY"),
        ("service", "client_certificate.authorities", "ca.pem"),
        ("service", "versions.v1.openapi", "/etc/passwd"),
        (
            "service",
            "authentication.session.client_secret",
            "env:HOME",
        ),
    ] {
        let within = |text: &str| {
            let members = path.rsplit('.');
            members.fold(json!(text), |value, member| json!({ member: value }))
        };
        let named = within(text);
        assert!(
            refers_to(&tenant, kind, None, named.clone()),
            "{kind} {text}"
        );
        let other = Some(within("file:other"));
        assert!(refers_to(&tenant, kind, other, named.clone()));
        assert!(!refers_to(&root, kind, None, named.clone()));
        // What the platform has set up stays when the rest changes.
        assert!(!refers_to(&tenant, kind, Some(named.clone()), named));
    }
    for document in ["{\"openapi\": \"3.1.0\"}", "openapi: 3.1.0\npaths: {}"] {
        let after = json!({"versions": {"v1": {"openapi": document}}});
        assert!(!refers_to(&tenant, "service", None, after));
    }
    for (member, text) in [
        ("certificate", "-----BEGIN CERTIFICATE-----\nMII"),
        ("key", "sealed:1:abc"),
        ("title", "file:x"),
    ] {
        assert!(!refers_to(
            &tenant,
            "certificate",
            None,
            json!({ member: text })
        ));
    }
}

/// Every place where a configuration names something of the machine, by its schema; schemas that
/// are in themselves are followed a few times.
fn places(schema: &Value, at: &Value, path: &str, left: u8, found: &mut Vec<String>) {
    let Some(left) = left.checked_sub(1) else {
        return;
    };
    if at["x-names-of-machine"] == true {
        found.push(path.to_owned());
    }
    if let Some(name) = at["$ref"].as_str().and_then(|to| to.rsplit('/').next()) {
        places(schema, &schema["$defs"][name], path, left, found);
    }
    for (name, member) in at["properties"].as_object().into_iter().flatten() {
        places(schema, member, &format!("{path}.{name}"), left, found);
    }
    for part in ["items", "additionalProperties"] {
        places(schema, &at[part], &format!("{path}.*"), left, found);
    }
    for part in ["anyOf", "oneOf", "allOf"] {
        for one in at[part].as_array().into_iter().flatten() {
            places(schema, one, path, left, found);
        }
    }
}

#[test]
fn every_place_is_known() {
    let schema: Value = serde_json::from_str(&postern_config::json_schema()).unwrap();
    let mut found = Vec::new();
    places(&schema, &schema, "", 16, &mut found);
    found.sort();
    found.dedup();
    let known = |place: &str| {
        let place = place.trim_start_matches('.');
        // Of a section that is one document, its members are the document's.
        let named = place.split_once(".*.");
        let (section, path) = named.or_else(|| place.split_once('.')).unwrap();
        let kind = crate::documents::kind(section).unwrap();
        // Listeners are the platform's.
        kind.as_str() == "listener" || REFERENCES.contains(&(kind.as_str(), path))
    };
    let unknown: Vec<_> = found.iter().filter(|place| !known(place)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    assert!(found.len() >= 9, "{found:?}");
}
