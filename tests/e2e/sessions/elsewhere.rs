//! A session is for the environment of the client that somebody signed in by.

use super::{Browser, COOKIE, FETCHED, World};
use crate::harness::eventually;
use crate::harness::raw::once;
use serde_json::{Value, json};

#[test]
fn a_session_is_for_its_own_environment() {
    let Some(world) = World::new(&json!({})) else {
        return;
    };
    let mut browser = Browser::default();
    assert_eq!(browser.open(world.at(), "/orders").response.status, 200);
    let cookie = browser.cookies[&(world.at(), COOKIE.to_owned())].clone();
    let text = std::fs::read_to_string(world.gateway.file()).expect("its configuration");
    let mut all: Value = serde_json::from_str(&text).expect("JSON");
    all["environments"] = json!({"staging": {"hosts": ["staging.test"]}});
    all["services"]["shop"]["versions"]["v1"]["environments"] = json!(["production", "staging"]);
    world.gateway.replace_config(&all.to_string());
    let ask = || {
        let lines = format!("Cookie: {COOKIE}={cookie}\r\n{FETCHED}");
        once(
            world.at(),
            format!(
                "GET /orders HTTP/1.1\r\nHost: staging.test\r\nConnection: close\r\n{lines}\r\n"
            ),
        )
    };
    let refused = eventually("the other environment is there", || {
        let refused = ask();
        (refused.status != 200).then_some(refused)
    });
    assert_eq!(
        (refused.status, refused.denial().as_deref()),
        (403, Some("credential.wrong_environment")),
        "{}",
        refused.text()
    );
    let passed = browser.send("GET", world.at(), "/orders", FETCHED);
    assert_eq!(passed.status, 200, "{}", passed.text());
}
