//! Callers who go away before they are answered.

use super::world::World;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

const SOON: Duration = Duration::from_secs(20);

#[tokio::test]
async fn what_is_stored_is_served_and_answered_to_whoever_asks_again() {
    let world = Arc::new(World::new().await);
    let held = world.hold().await;
    let before = world.service.store().unwrap().head();
    let app = json!({"id": "crm", "tenant": "commerce"});
    let key = [("idempotency-key", "k")];
    let asking = tokio::spawn({
        let (world, app) = (Arc::clone(&world), app.clone());
        async move {
            let made = world.ask_with("developer@commerce", "POST", "/apps", app, &key);
            made.await
        }
    });
    let stored = async {
        while world.service.store().unwrap().head() == before {
            tokio::task::yield_now().await;
        }
    };
    timeout(SOON, stored).await.expect("it is stored");
    asking.abort();
    assert!(asking.await.unwrap_err().is_cancelled());
    assert!(!world.serves_app("crm"));

    drop(held);
    let served = async {
        while !world.serves_app("crm") {
            tokio::task::yield_now().await;
        }
    };
    timeout(SOON, served).await.expect("it is served");
    let answered = async {
        loop {
            let again = world
                .ask_with("developer@commerce", "POST", "/apps", app.clone(), &key)
                .await;
            if again.body["code"] != json!("idempotency.in_progress") {
                return again;
            }
        }
    };
    let again = timeout(SOON, answered).await.expect("it comes to its end");
    assert_eq!(again.status, 201, "{again:?}");
}
