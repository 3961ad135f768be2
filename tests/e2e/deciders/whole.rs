//! What a decider tells callers by headers reaches them whole, and records keep a part of it.

use super::{World, forward_auth};
use crate::introspection::endpoint::{Endpoint, Says};
use serde_json::json;

#[test]
fn callers_are_sent_on_with_a_query_that_records_do_not_keep() {
    let endpoint = Endpoint::start();
    let world = World::start(&[("sso", forward_auth(&endpoint, &json!({})))]);
    let to = "https://sso.test/in?rd=https%3A%2F%2Fapp%2Freset%3Femail%3DCanary7";
    endpoint.says(Says::answer(302, &format!("Location: {to}\r\n"), ""));
    let sent_on = world.send("GET /asked/1", "Sec-Fetch-Mode: navigate\r\n", "");
    assert_eq!(
        (sent_on.status, sent_on.header("location").as_deref()),
        (302, Some(to))
    );
    assert!(!sent_on.text().contains("Canary7"), "{}", sent_on.text());
    let told = world.why(&sent_on);
    assert!(told.contains("https://sso.test/in?..."), "{told}");
    assert!(!told.contains("Canary7"), "{told}");

    let asks = "Bearer realm=\"sso\", authorization_uri=\"https://sso.test/in?rd=Canary7\"";
    let line = format!("WWW-Authenticate: {asks}\r\n");
    endpoint.says(Says::answer(401, &line, ""));
    let refused = world.ask();
    assert_eq!(
        (
            refused.status,
            refused.header("www-authenticate").as_deref()
        ),
        (401, Some(asks))
    );
    let told = world.why(&refused);
    assert!(told.contains("realm=\"sso\""), "{told}");
    assert!(!told.contains("Canary7"), "{told}");
    let log = world.stored.ok(&["log", "--json", "--limit", "100"]);
    assert!(!log.contains("Canary7"), "{log}");
}
