//! What is stored is served, or tried again.

use super::Place;
use serde_json::json;

#[tokio::test]
async fn what_could_not_be_served_is_served_with_the_next_change() {
    let place = Place::new();
    let node = place.node().await;
    node.put("tenant", "acme", json!({})).await.unwrap();
    node.put("upstream", "u", json!({"targets": ["192.0.2.1:80"]}))
        .await
        .unwrap();
    node.fail(1);
    let refused = node.serve("orders").await.unwrap_err();
    assert!(
        refused
            .message
            .contains("stored as change 3, but not served: the port is taken"),
        "{refused}"
    );
    assert!(!node.fake.serves("orders"));

    // One that has nothing to do with it.
    node.put("app", "till", json!({"tenant": "acme"}))
        .await
        .unwrap();
    assert!(node.fake.serves("orders") && node.fake.knows("till"));
}

#[tokio::test]
async fn what_could_not_be_served_is_served_when_it_is_stored_again() {
    let place = Place::new();
    let node = place.node().await;
    node.serve("orders").await.unwrap();
    node.fail(1);
    node.put("tenant", "acme", json!({})).await.unwrap_err();
    let again = node.put("tenant", "acme", json!({})).await.unwrap();
    assert_eq!(again["entries"], json!([]), "nothing is stored twice");
    assert!(node.fake.has_tenant("acme"));
}

#[tokio::test]
async fn another_node_that_could_not_serve_it_tries_again() {
    let place = Place::new();
    let (one, two) = (place.node().await, place.node().await);
    two.fail(2);
    one.serve("orders").await.unwrap();
    for _ in 0..2 {
        let refused = two.service.catch_up().await.unwrap_err();
        assert_eq!(refused.message, "the port is taken");
        assert!(!two.fake.serves("orders"));
    }
    two.service.catch_up().await.unwrap();
    assert!(two.fake.serves("orders"));
}
