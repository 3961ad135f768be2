//! Backups and sealed secrets, where there is more than one node.

use super::{Node, Place, Running as _};
use postern_model::key::ApiKey;
use serde_json::{Value, json};

/// A key's id and its sealed text.
async fn sealed_key(node: &Node, random: u8) -> (String, String) {
    let key = ApiKey::generate(&[random; ApiKey::RANDOM]);
    let id = format!("key_{}", key.id());
    let value = json!({"value": *key.reveal().expose(), "for": format!("credential/{id}")});
    let (answer, _) = node.call("secrets.seal", value).await.unwrap();
    let sealed = answer["sealed"].as_str().unwrap();
    (id, sealed.to_owned())
}

/// Two nodes that know an app.
async fn two() -> (Place, Node, Node) {
    let place = Place::new();
    let (one, two) = (place.node().await, place.node().await);
    one.put("tenant", "t", json!({})).await.unwrap();
    one.put("app", "a", json!({"tenant": "t"})).await.unwrap();
    two.service.catch_up().await.unwrap();
    (place, one, two)
}

fn knows(node: &Node, credential: &str) -> bool {
    node.fake.directory().credential(credential).is_some()
}

async fn backup(node: &Node) -> Vec<Value> {
    node.call("backup", json!({})).await.unwrap().1
}

#[tokio::test]
async fn another_node_serves_what_was_restored() {
    let (_place, one, two) = two().await;
    let kept = backup(&one).await;
    one.put("app", "later", json!({"tenant": "t"}))
        .await
        .unwrap();
    two.service.catch_up().await.unwrap();
    assert!(two.fake.knows("later"));
    one.restore(&kept).await.unwrap();
    assert!(!one.fake.knows("later"));
    two.service.catch_up().await.unwrap();
    assert!(!two.fake.knows("later") && two.fake.knows("a"));
}

#[tokio::test]
async fn another_node_opens_what_a_new_key_seals() {
    let (_place, one, two) = two().await;
    let (id, sealed) = sealed_key(&one, 1).await;
    let credential = json!({"app": "a", "secret": sealed});
    one.put("credential", &id, credential).await.unwrap();
    two.service.catch_up().await.unwrap();
    let (rotated, _) = one.call("secrets.rotate", json!({})).await.unwrap();
    assert_eq!(rotated["documents"], 1);
    let (late, sealed) = sealed_key(&one, 2).await;
    one.put("credential", &late, json!({"app": "a", "secret": sealed}))
        .await
        .unwrap();
    two.service.catch_up().await.unwrap();
    assert!(knows(&two, &late));

    // And the other way round: what is made there does not lose what was made here.
    two.call("secrets.rotate", json!({})).await.unwrap();
    let (last, sealed) = sealed_key(&two, 3).await;
    two.put("credential", &last, json!({"app": "a", "secret": sealed}))
        .await
        .unwrap();
    one.service.catch_up().await.unwrap();
    one.service.reload().await.unwrap();
    for id in [&id, &late, &last] {
        assert!(knows(&one, id) && knows(&two, id), "{id}");
    }
}

#[tokio::test]
async fn a_backup_from_before_the_keys_were_replaced_is_restored_and_started_from() {
    let (place, one, _) = two().await;
    let (id, sealed) = sealed_key(&one, 1).await;
    one.put("credential", &id, json!({"app": "a", "secret": sealed}))
        .await
        .unwrap();
    let kept = backup(&one).await;
    one.call("secrets.rotate", json!({"master": true}))
        .await
        .unwrap();
    // It was handed out, and is in no document yet.
    let (late, sealed) = sealed_key(&one, 2).await;
    one.restore(&kept).await.unwrap();
    assert!(knows(&one, &id));
    let started = place.node().await;
    assert!(knows(&started, &id));
    started
        .put("credential", &late, json!({"app": "a", "secret": sealed}))
        .await
        .unwrap();
    assert!(knows(&started, &late));
}
