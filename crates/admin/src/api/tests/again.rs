//! Recorded requests, decided anew.

use super::world::World;
use postern_calllog::{Entry, Outcome};
use postern_model::{Code, RequestId};
use postern_policy::facts::{CredentialVerdict, EdgeReading};
use postern_policy::fields::Span;
use postern_policy::head::Head;
use postern_policy::{Connection, Decision, Depth, Live, Recorded, Snapshot, Step, Walk};
use serde_json::{Value, json};

const KEY: &str = "key_ffffffffffffffff";
const FOREIGN: &str = "key_tttttttttttttttt";

/// A request of `fieldforce` to `orders`, refused by what is served, as the call log gets it.
fn refused(world: &World) -> Entry {
    let (rules, directory) = world.served();
    let snapshot = Snapshot {
        rules: (*rules).as_ref(),
        directory: &directory,
    };
    let mut head = Head::default();
    head.method = head.fields.append(b"GET");
    head.target = head.fields.append(b"/orders/1");
    head.split_path(Span::new(head.target.start(), head.target.end()));
    head.authority = Some(head.fields.append(b"api.example.com"));
    head.fields.push(b"Host", b"api.example.com");
    let connection = Connection {
        peer: "192.0.2.9:80".parse().unwrap(),
        local: "127.0.0.1:8080".parse().unwrap(),
        proxied_source: None,
        tls: None,
    };
    let id = RequestId::parse(&postern_control::request_id()).unwrap();
    let live = Live::new(&head, &connection, i64::try_from(id.millis()).unwrap());
    live.provide_edge(EdgeReading::default());
    live.provide_credential(CredentialVerdict::Verified { id: KEY.into() });
    let mut walk = Walk::new(Depth::FirstDenial);
    let Step::Done(Decision::Refuse(denial)) = walk.step(&snapshot, &live) else {
        panic!("it passes");
    };
    assert_eq!(denial.code, Code::SubscriptionPending);
    let facts = Recorded::of(&live, &walk, &snapshot);
    let detail = json!({"denial": {"code": denial.code.name()}, "facts": facts});
    let text = |text: &str| Some(text.into());
    Entry {
        status: 403,
        outcome: Outcome::Refused,
        code: Some(denial.code),
        stage: Some(denial.stage()),
        fault: Some(denial.fault),
        tenant: text("commerce"),
        service: text("orders"),
        version: text("v1"),
        operation: text("all"),
        app: text("fieldforce"),
        credential: text(KEY),
        detail: Some(detail.to_string().into_bytes().into()),
        ..Entry::new(id, id.millis() * 1000, connection.peer)
    }
}

#[tokio::test]
async fn a_refusal_is_decided_anew_by_what_is_in_force() {
    let world = World::new().await;
    for (id, app) in [(KEY, "fieldforce"), (FOREIGN, "till")] {
        let digest = if app == "till" { "d" } else { "c" };
        let made = json!({"app": app, "sha256": digest.repeat(64)});
        let path = format!("/credentials/{id}");
        let answer = world.ask("owner", "PUT", &path, made).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    let entry = refused(&world);
    let path = format!("/calls/{}/decision", entry.id.encode().as_str());
    world.calls.producer().push(entry);
    world.calls.flush().unwrap();
    let ask = async |who: &str, body: Value| world.ask(who, "POST", &path, body).await;

    for (who, may) in [
        ("owner", Some(true)),
        ("publisher@commerce", Some(true)),
        ("viewer@commerce", Some(false)),
        ("developer@partner", None),
    ] {
        let told = ask(who, json!({})).await;
        assert_eq!(told.status, 200, "{who}: {told:?}");
        let found = &told.body["found"];
        assert_eq!(found["verdict"], "refused", "{who}: {found}");
        assert_eq!(found["refusal"]["code"], "subscription.pending");
        assert_eq!(told.body["allowed"], false);
        let subscription = &found["asked"]["subscription"];
        assert_eq!(
            subscription.as_str(),
            may.map(|_| "sub_1"),
            "{who}: {found}"
        );
        assert!(found.get("fixes").is_none_or(|fixes| *fixes == json!([])));
        // Fixes have the numbers of another explanation; who may make them is said there.
        let made_up = json!({
            "app": "fieldforce", "method": "GET", "target": "/orders/1", "from": "192.0.2.9",
        });
        let told = world.ask(who, "POST", "/questions/can", made_up).await.body;
        let fixes = told["found"]["fixes"].as_array();
        let approves = fixes
            .into_iter()
            .flatten()
            .find(|fix| fix["steps"][0]["change"]["kind"] == "subscription");
        let applied = approves.map(|fix| fix["may_apply"].as_bool().unwrap());
        assert_eq!(applied, may, "{who}: {told}");
    }
    for (key, count) in [(KEY, 1), (FOREIGN, 0)] {
        for who in ["owner", "publisher@commerce", "developer@partner"] {
            let path = format!("/denials?credential={key}");
            let told = world.ask(who, "GET", &path, Value::Null).await.body;
            assert_eq!(told["total"], count, "{who}: {told}");
        }
    }
    // Nobody asks with a key that is not theirs, and learns whether there is one.
    for key in [FOREIGN, "key_zzzzzzzzzzzzzzzz"] {
        let told = ask("developer@partner", json!({"credential": key})).await;
        assert_eq!(told.status, 400, "{told:?}");
        let detail = told.body["detail"].as_str().unwrap().replace(key, "KEY");
        assert!(
            detail.to_lowercase().starts_with("there is no key `key`"),
            "{detail}"
        );
    }
    assert_eq!(
        ask("developer@partner", json!({"credential": KEY}))
            .await
            .status,
        200
    );
    assert_eq!(
        ask("owner", json!({"credential": FOREIGN})).await.status,
        200
    );

    let approved = json!({"comment": "Yes"});
    let path = "/subscriptions/sub_1/approve";
    let approved = world
        .ask("publisher@commerce", "POST", path, approved)
        .await;
    assert_eq!(approved.status, 200, "{approved:?}");
    for who in ["owner", "publisher@commerce", "developer@partner"] {
        let told = ask(who, json!({})).await.body;
        assert_eq!(
            (&told["allowed"], &told["found"]["verdict"]),
            (&json!(true), &json!("allowed")),
            "{who}: {told}"
        );
    }
}

#[tokio::test]
async fn what_nothing_was_kept_of_cannot_be_told() {
    let world = World::new().await;
    let id = RequestId::parse(&postern_control::request_id()).unwrap();
    let entry = Entry {
        outcome: Outcome::Refused,
        code: Some(Code::CredentialExpired),
        app: Some("till".into()),
        ..Entry::new(id, id.millis() * 1000, "192.0.2.9:80".parse().unwrap())
    };
    world.calls.producer().push(entry);
    world.calls.flush().unwrap();
    let path = format!("/calls/{}/decision", id.encode().as_str());
    for who in ["operator", "developer@commerce"] {
        let told = world.ask(who, "POST", &path, json!({})).await;
        assert_eq!(told.body["found"]["verdict"], "cannot_tell", "{told:?}");
        assert_eq!(told.body["allowed"], false);
    }
    let foreign = world
        .ask("developer@partner", "POST", &path, json!({}))
        .await;
    assert_eq!(foreign.status, 404);
}

#[tokio::test]
async fn what_is_somebody_elses_by_now_is_not_told_to_whose_it_was() {
    let world = World::new().await;
    let made = json!({"app": "fieldforce", "sha256": "c".repeat(64)});
    let path = format!("/credentials/{KEY}");
    let answer = world.ask("owner", "PUT", &path, made).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let entry = refused(&world);
    let path = format!("/calls/{}/decision", entry.id.encode().as_str());
    world.calls.producer().push(entry);
    world.calls.flush().unwrap();
    let ask = async |who: &str| world.ask(who, "POST", &path, json!({})).await;
    assert_eq!(ask("publisher@commerce").await.status, 200);
    for (service, base) in [("orders", "/elsewhere"), ("ledger", "/orders")] {
        let path = format!("/services/{service}");
        let moved = json!({"base_path": base});
        let moved = world.ask("owner", "PATCH", &path, moved).await;
        assert_eq!(moved.status, 200, "{moved:?}");
    }
    let told = ask("owner").await.body;
    assert_eq!(told["found"]["asked"]["tenant"], "partner", "{told}");
    let told = ask("publisher@commerce").await;
    assert_eq!(told.status, 404, "{told:?}");
    // It is a request of their own app still.
    let told = ask("developer@partner").await;
    assert_eq!(told.status, 200, "{told:?}");
}
