//! A publisher, a developer of another tenant and an auditor, from an `OpenAPI` document to a
//! suspended subscription, over the HTTP API alone.

use super::super::harness::management::{Management, PASSWORD};
use super::super::harness::raw::get;
use super::super::harness::within;
use super::import::messy;
use super::{Stored, code};
use serde_json::{Value, json};
use std::time::Duration;

/// What the operators of the platform have set up.
const PLATFORM: &str = r"
tenants: { logistics: {}, field: {} }
upstreams: { echo: { targets: [builtin:echo] } }
assignments: { logistics-paths: { tenant: logistics, base_path: /warehouse } }
egress: { allow: [127.0.0.0/8] }
";

/// Somebody who signed in.
struct Person<'a> {
    management: &'a Management,
    cookie: String,
}

impl Person<'_> {
    fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let path = format!("/api/v1{path}");
        let answer = self.management.ask(&self.cookie, method, &path, body);
        let body = match answer.text().as_str() {
            "" => Value::Null,
            text => serde_json::from_str(text).expect(text),
        };
        (answer.status, body)
    }

    /// Asks for something that has to be done.
    fn does(&self, method: &str, path: &str, body: &Value) -> Value {
        let (status, answer) = self.ask(method, path, body);
        assert!(
            (200..300).contains(&status),
            "{method} {path}: {status} {answer}"
        );
        answer
    }
}

fn joins<'a>(
    postern: &Stored,
    management: &'a Management,
    [mail, tenant, role]: [&str; 3],
) -> Person<'a> {
    let invited = postern.json(&["invite", mail, "--tenant", tenant, "--role", role]);
    let link = invited["link"].as_str().expect("a link");
    Person {
        management,
        cookie: management.accept(link, json!({"password": PASSWORD})),
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "one story, told in order")]
fn from_a_document_to_a_call_and_to_its_end() {
    let postern = Stored::empty();
    assert!(postern.apply(PLATFORM).status.success());
    let management = Management::of(&postern);
    let publisher = joins(
        &postern,
        &management,
        ["pia@logistics.example", "logistics", "admin"],
    );

    // The publisher imports a document that nobody has tidied up, and publishes it.
    let imported = publisher.does(
        "POST",
        "/services/warehouse/versions/v1/import",
        &json!({
            "text": messy(), "name": "warehouse.yaml", "tenant": "logistics",
            "upstream": "echo", "base_path": "/warehouse",
        }),
    );
    assert!(
        imported.to_string().contains("common.yaml"),
        "what was not understood is said"
    );
    let differs = publisher.does(
        "GET",
        "/services/warehouse/versions/v1/difference",
        &Value::Null,
    );
    assert!(
        differs["added"].as_array().expect("operations").len() > 600,
        "{differs}"
    );
    let publish = json!({"step": "publish"});
    publisher.does(
        "POST",
        "/services/warehouse/versions/v1/lifecycle",
        &publish,
    );
    let plan = json!({"id": "standard", "tenant": "logistics", "services": ["warehouse"], "scopes": ["items:read"]});
    publisher.does("POST", "/plans", &plan);

    // A developer of another tenant finds it, reads what it asks for, and asks for access.
    let developer = joins(
        &postern,
        &management,
        ["dev@field.example", "field", "developer"],
    );
    assert_eq!(
        developer.ask("GET", "/services/warehouse", &Value::Null).0,
        404
    );
    let found = developer.does("GET", "/catalogue?q=ware", &Value::Null);
    assert_eq!(found[0]["service"], "warehouse", "{found}");
    let asks = "/requirements?method=GET&path=/warehouse/v1/things7/1";
    let requirements = developer.does("GET", asks, &Value::Null);
    assert!(
        requirements.to_string().contains("items:read"),
        "{requirements}"
    );
    developer.does(
        "POST",
        "/apps",
        &json!({"id": "scanner", "tenant": "field"}),
    );
    let key = developer.does("POST", "/apps/scanner/keys", &json!({}));
    let wanted = json!({"app": "scanner", "service": "warehouse", "plan": "standard", "reason": "Stock counts"});
    let subscription = developer.does("POST", "/subscription-requests", &wanted);
    let of = |step: &str| {
        format!(
            "/subscriptions/{}/{step}",
            subscription["id"].as_str().expect("an id")
        )
    };

    let call = |key: &Value| {
        let secret = key["secret"].as_str().expect("a key");
        let headers = format!("Connection: close\r\nX-API-Key: {secret}\r\n");
        get(postern.gateway, "/warehouse/v1/things7/1", &headers)
    };
    assert_eq!(code(&call(&key)), "subscription.pending");
    assert_eq!(developer.ask("POST", &of("approve"), &json!({})).0, 403);
    let inbox = publisher.does("GET", "/approvals", &Value::Null);
    assert_eq!(inbox["items"][0]["document"]["reason"], "Stock counts");
    publisher.does("POST", &of("approve"), &json!({"comment": "Welcome"}));
    assert_eq!(call(&key).status, 200);

    // The key is rotated without an outage.
    let rotate = format!("/credentials/{}/rotate", key["id"].as_str().expect("an id"));
    let next = developer.does("POST", &rotate, &json!({"overlap_seconds": 3600}));
    assert_eq!((call(&key).status, call(&next).status), (200, 200));
    let revoke = format!("/credentials/{}/revoke", key["id"].as_str().expect("an id"));
    developer.does("POST", &revoke, &json!({"reason": "Replaced"}));
    within(Duration::from_secs(1), "the old key is refused", || {
        (code(&call(&key)) == "credential.revoked").then_some(())
    });
    assert_eq!(call(&next).status, 200);

    // Held back, with a reason that the consumer reads.
    let held = json!({"cause": "billing", "comment": "The invoice of May is open"});
    publisher.does("POST", &of("suspend"), &held);
    let refused = call(&next);
    assert_eq!(code(&refused), "subscription.suspended");
    assert!(
        refused.text().contains("The invoice of May is open"),
        "{}",
        refused.text()
    );

    // Both sides and the audit trail tell the story.
    for person in [&developer, &publisher] {
        let history = person.does("GET", &of("history"), &Value::Null);
        let states = history.as_array().expect("lines").iter();
        let states: Vec<&str> = states
            .filter_map(|line| line["became"]["state"].as_str())
            .collect();
        assert_eq!(states, ["pending", "approved", "suspended"], "{history}");
    }
    let trail = publisher.does("GET", "/audit?tenant=logistics&limit=1000", &Value::Null);
    let said = trail.to_string();
    for expected in [
        "pia@logistics.example",
        "dev@field.example",
        "The invoice of May is open",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert!(!said.contains(next["secret"].as_str().expect("a key")));
    assert_eq!(
        developer
            .ask("GET", "/audit?tenant=logistics", &Value::Null)
            .0,
        403
    );
    assert!(postern.ok(&["audit", "verify"]).contains("intact"));
}
