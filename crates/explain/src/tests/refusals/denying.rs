//! Fixes that take a denial out of an access role: they say all that they take out, and take out no
//! more than lets the request pass.

use crate::explanation::{Fix, Step};
use crate::tests::cases::post;
use crate::tests::scene::{Request, Scene};
use serde_json::{Value, json};

/// The small world with another version, where the caller's role denies so much.
fn scene(deny: &Value) -> Scene {
    Scene::new(&[json!({
        "access_roles": {"trainee": {
            "tenant": "commerce", "allows": [{"service": "partners"}], "deny": deny,
        }},
        "apps": {"fieldforce": {"access_roles": ["trainee"]}},
        "services": {"partners": {"versions": {
            "v1": {"operations": {"create-customer": {"methods": ["POST", "PUT"]}}},
            "v2": {"upstream": "backend", "base_path": "/v2", "operations": {
                "create-customer": {"methods": ["POST"], "path": "/customers"},
            }},
        }}},
    })])
}

/// What is denied of the service.
fn entry(rest: &Value) -> Value {
    let mut entry = json!({"service": "partners"});
    crate::merge_patch(&mut entry, rest);
    entry
}

/// The one fix that changes the role.
fn undenied(scene: &Scene) -> Fix {
    let is_of_role =
        |step: &Step| matches!(step, Step::Change(change) if change.kind == "access_role");
    let mut fixes = scene.explain(&post()).fixes;
    fixes.retain(|fix| fix.steps.iter().any(is_of_role));
    let fix = fixes.pop().unwrap();
    assert!(fixes.is_empty() && fix.proof.is_some(), "{fix:?}");
    fix
}

/// What the fix says of what is no longer denied, whom else it lets in, and what it leaves.
fn said(deny: &Value) -> (String, String, Value) {
    let fix = undenied(&scene(deny));
    let [Step::Change(change)] = fix.steps.as_slice() else {
        panic!("{fix:?}");
    };
    let sentence = fix
        .sentence
        .strip_prefix("let access role `trainee` no longer deny ");
    let reach = fix
        .reach
        .sentence
        .strip_prefix("everybody with `trainee`, on ");
    (
        sentence.unwrap().to_owned(),
        reach.unwrap().to_owned(),
        change.patch["deny"].clone(),
    )
}

#[test]
fn what_goes_with_a_denial_is_said() {
    let cases = [
        // No more than the operation.
        (
            json!({"operations": ["create-customer"], "versions": ["v1"]}),
            "`create-customer`",
            "`partners`",
        ),
        // The other operation has no such method.
        (
            json!({
                "operations": ["create-customer", "list-customers"],
                "versions": ["v1"],
                "methods": ["POST"],
            }),
            "`create-customer`",
            "`partners`",
        ),
        (
            json!({}),
            "`create-customer`, nor anything else of `partners`",
            "`create-customer` and anything else of `partners`",
        ),
        (
            json!({"methods": ["POST"], "versions": ["v1"]}),
            "`create-customer`, nor anything else with `POST` in `v1` of `partners`",
            "`create-customer` and anything else with `POST` in `v1` of `partners`",
        ),
        (
            json!({"operations": ["create-customer"]}),
            "`create-customer`, nor `create-customer` in `v2`",
            "`create-customer` and `create-customer` in `v2`",
        ),
        (
            json!({"operations": ["create-customer", "list-customers"]}),
            "`create-customer`, nor `list-customers`, nor `create-customer` in `v2`",
            "`create-customer` and `list-customers` and `create-customer` in `v2`",
        ),
    ];
    for (rest, sentence, reach) in cases {
        let expected = (sentence.to_owned(), reach.to_owned(), json!([]));
        assert_eq!(said(&json!([entry(&rest)])), expected, "{rest}");
    }
}

/// Entries stay that deny other methods, versions, operations or services, and nothing that they
/// deny is said to be open.
#[test]
fn what_does_not_deny_the_request_stays_denied() {
    let others = [
        entry(&json!({"methods": ["GET"]})),
        entry(&json!({"versions": ["v2"]})),
        entry(&json!({"operations": ["list-customers"]})),
        json!({"service": "admin"}),
    ];
    let mut all = others.to_vec();
    all.insert(1, entry(&json!({"operations": ["create-customer"]})));
    let deny = Value::from(all);
    let expected = (
        "`create-customer`".to_owned(),
        "`partners`".to_owned(),
        Value::from(others.to_vec()),
    );
    assert_eq!(said(&deny), expected);

    // Applied, it opens what it says.
    let before = scene(&deny);
    let fix = undenied(&before);
    let [Step::Change(change)] = fix.steps.as_slice() else {
        panic!("{fix:?}");
    };
    let after = before.after(std::slice::from_ref(change));
    let requests = [
        ("POST", "/partners/customers"),
        ("PUT", "/partners/customers"),
        ("GET", "/partners/customers"),
        ("POST", "/partners/v2/customers"),
    ];
    let passing = |scene: &Scene| {
        requests.map(|(method, target)| {
            let request = Request {
                method,
                target: target.to_owned(),
                ..post()
            };
            request.passes(scene, None)
        })
    };
    assert_eq!(passing(&before), [false; 4]);
    assert_eq!(passing(&after), [true, true, false, false]);
    assert_eq!(passing(&scene(&json!([]))), [true; 4], "by default");
}

/// Of an operation with several methods, another one may be denied by another entry.
#[test]
fn the_method_is_said_where_another_one_stays_denied() {
    let of = |method: &str| {
        entry(&json!({
            "versions": ["v1"], "operations": ["create-customer"], "methods": [method],
        }))
    };
    let expected = (
        "`POST` on `create-customer`".to_owned(),
        "`partners`".to_owned(),
        json!([of("PUT")]),
    );
    assert_eq!(said(&json!([of("POST"), of("PUT")])), expected);
}
