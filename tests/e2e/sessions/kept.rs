//! What a provider gives out for a session is kept where nobody can read it.

use super::browser::Browser;
use super::{COOKIE, FETCHED, Provider, SECRET, configuration};
use crate::canaries::{no_file_holds, none_of};
use crate::commands::Stored;
use crate::harness::program::free_address;
use crate::harness::{eventually, within};
use crate::signed::by_hand::base64;
use serde_json::json;
use std::time::Duration;

/// How long access tokens are good.
const LIVES: u64 = 3;

#[test]
fn codes_tokens_cookies_and_the_client_s_secret_show_up_nowhere() {
    let mut stored = Stored::with_variable("SHOP_SECRET", SECRET);
    let at = stored.gateway;
    let Some(mut provider) = Provider::start(free_address(), &[at]) else {
        return;
    };
    provider.tell(&json!({"lives": {"AccessToken": LIVES}}));
    let more = json!({"client_secret": "env:SHOP_SECRET"});
    let applied = stored.apply(&configuration(&provider.issuer, &more).to_string());
    assert!(applied.status.success(), "{applied:?}");
    let mut browser = Browser::default();
    let shown = browser.open(at, "/");
    assert_eq!(shown.response.status, 200, "{}", shown.response.text());
    // Its tokens are replaced by new ones, and it is refused something.
    within(Duration::from_secs(30), "new tokens", || {
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(browser.send("GET", at, "/", FETCHED).status, 200);
        (provider.refreshed() > 0).then_some(())
    });
    let body = format!("{FETCHED}Content-Length: 0\r\n");
    let refused = browser.send("PUT", at, "/orders", &body);
    assert_eq!(refused.status, 403, "{}", refused.text());
    let cookie = browser.cookies[&(at, COOKIE.to_owned())].clone();

    let given = provider.given();
    // A code and its proof, and three tokens each of two times.
    assert!(given.len() >= 8, "{given:?}");
    let mut secrets: Vec<&str> = given.iter().map(String::as_str).collect();
    // Of a token that says something, its signature alone is nobody's business, too.
    let signatures = given.iter().filter_map(|one| {
        let mut parts = one.split('.').skip(2);
        parts.next().filter(|_| one.starts_with("eyJ"))
    });
    secrets.extend(signatures);
    let as_client = base64(format!("shop-web:{SECRET}").as_bytes());
    secrets.extend([SECRET, &as_client, &cookie]);

    let none_of = |what: &str, text: &str| none_of(what, text, secrets.iter().copied());
    let id = refused.header("x-request-id").expect("an id");
    eventually("the record", || {
        stored.run(&["why", &id]).status.success().then_some(())
    });
    for arguments in [
        &["log", "--json", "--limit", "1000"][..],
        &["log", "--export", "csv"],
        &["why", &id, "--json"],
        &["why", &id, "--as", "consumer"],
        &["sessions", "list", "--json"],
        &["issuers", "show", "login", "--json"],
        &["audit", "export"],
        &["export"],
    ] {
        none_of(&format!("{arguments:?}"), &stored.ok(arguments));
    }
    none_of(
        "a refusal",
        &format!("{:?}{}", refused.headers, refused.text()),
    );
    none_of("the process log", &stored.output());
    // It is still there, in a form that its node can use alone.
    assert_eq!(browser.send("GET", at, "/", FETCHED).status, 200);
    stored.stop();
    no_file_holds(&stored.data(), &secrets);
}
