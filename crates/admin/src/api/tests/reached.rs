use super::world::World;
use serde_json::{Value, json};

#[tokio::test]
async fn callers_are_told_where_the_gateway_is() {
    let world = World::new().await;
    let hosts = json!({"hosts": ["*.test.example.com", "test.example.com"]});
    let made = world.ask("owner", "PUT", "/environments/test", hosts).await;
    assert_eq!(made.status, 200, "{made:?}");
    let only = json!({"hosts": ["*.dev.example.com"]});
    world.ask("owner", "PUT", "/environments/dev", only).await;
    let told = world
        .ask("viewer@partner", "GET", "/gateway", Value::Null)
        .await;
    assert_eq!(told.status, 200);
    let urls: Vec<_> = told.body["urls"].as_array().unwrap().iter().collect();
    let of = |name: &str| &urls.iter().find(|one| one["environment"] == name).unwrap()["url"];
    assert_eq!(urls[0]["environment"], "production");
    // TLS first.
    assert_eq!(of("production"), "https://192.0.2.1");
    assert_eq!(of("test"), "https://test.example.com");
    assert_eq!(of("dev"), &Value::Null);
    // What it is bound to is the platform's business.
    assert_eq!(told.body.get("listeners"), None, "{told:?}");
    let told = world.ask("owner", "GET", "/gateway", Value::Null).await;
    let listeners = told.body["listeners"].as_array().unwrap();
    assert_eq!(listeners.len(), 2, "{told:?}");
    assert_eq!(listeners[1], "http://localhost:8080");
}

#[tokio::test]
async fn the_health_of_an_upstream_is_for_whoever_sees_the_upstream() {
    let world = World::new().await;
    let own = json!({"tenant": "partner", "targets": ["192.0.2.7:80"]});
    world.ask("owner", "PUT", "/upstreams/theirs", own).await;
    let ask = async |who: &str, id: &str| {
        let path = format!("/upstreams/{id}/health");
        world.ask(who, "GET", &path, Value::Null).await
    };
    let told = ask("viewer@partner", "theirs").await;
    assert_eq!(told.status, 200, "{told:?}");
    let target = &told.body["targets"][0];
    assert_eq!(
        (&target["address"], &target["healthy"]),
        (&json!("192.0.2.7:80"), &json!(true))
    );
    assert_eq!(ask("viewer@commerce", "theirs").await.status, 404);
    assert_eq!(ask("operator", "nothing").await.status, 404);
    assert_eq!(ask("operator", "shop").await.status, 200);
}

#[tokio::test]
async fn where_a_name_leads_that_is_forbidden_is_for_the_platform() {
    let world = World::new().await;
    let inside =
        json!({"tenant": "partner", "targets": ["169.254.169.254:80", "93.184.216.34:80"]});
    world.ask("owner", "PUT", "/upstreams/inside", inside).await;
    let addresses = async |who: &str| {
        let told = world.ask(who, "GET", "/upstreams/inside/health", Value::Null);
        let told = told.await.body;
        let of = |at: usize| told["targets"][at]["addresses"][0].clone();
        (of(0), of(1))
    };
    let (forbidden, allowed) = (json!("169.254.169.254:80"), json!("93.184.216.34:80"));
    assert_eq!(addresses("owner").await, (forbidden, allowed.clone()));
    let told = addresses("viewer@partner").await;
    assert_eq!(told, (json!("forbidden"), allowed));
}

#[tokio::test]
async fn every_code_has_its_title() {
    let world = World::new().await;
    let told = world
        .ask("viewer@partner", "GET", "/denial-codes", Value::Null)
        .await;
    let items = told.body["items"].as_array().unwrap();
    assert_eq!(items.len(), postern_model::Code::ALL.len());
    let expired = items.iter().find(|one| one["code"] == "credential.expired");
    let expired = expired.unwrap();
    assert_eq!(
        (&expired["stage"], &expired["status"]),
        (&json!("authenticate"), &json!(401))
    );
    assert!(!expired["title"].as_str().unwrap().is_empty());
}
