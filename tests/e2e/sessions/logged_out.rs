//! People whom the real provider has signed out, and tokens that say so and are not believed
//! (OpenID Connect Back-Channel Logout 1.0).

use super::browser::{Browser, resolved};
use super::{COOKIE, FETCHED, World, code};
use crate::harness::raw::once;
use crate::harness::{Response, within};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;

const PAGE: &str = "/.well-known/postern/session/backchannel-logout";
const FORM: &str = "application/x-www-form-urlencoded";
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// How soon a logout counts on the node that is told.
const SOON: Duration = Duration::from_secs(1);

/// Somebody at a browser of their own.
fn signed_in(world: &mut World, who: &str) -> Browser {
    world.provider.tell(&json!({"account": who}));
    let mut browser = Browser::default();
    let shown = browser.open(world.at(), "/");
    assert_eq!(shown.response.status, 200, "{}", shown.response.text());
    browser
}

fn status(browser: &mut Browser, at: SocketAddr) -> u16 {
    browser.send("GET", at, "/orders", FETCHED).status
}

fn posted(at: SocketAddr, kind: &str, body: &str) -> Response {
    let length = body.len();
    let head = format!(
        "POST {PAGE} HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\nContent-Type: {kind}\r\n\
         Content-Length: {length}\r\n\r\n"
    );
    once(at, head + body)
}

fn tell(at: SocketAddr, token: &str) -> Response {
    posted(at, FORM, &format!("logout_token={token}"))
}

/// What the provider says of somebody, with these claims besides.
fn claims(world: &World, more: &Value) -> Value {
    let now = Timestamp::now().as_second();
    let mut claims = json!({
        "iss": world.provider.issuer, "aud": "shop-web", "sub": "lin", "iat": now, "exp": now + 120,
        "jti": format!("{:?}", Timestamp::now()), "events": {EVENT: {}},
    });
    for (name, value) in more.as_object().expect("claims") {
        if value.is_null() {
            claims.as_object_mut().expect("claims").remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}

#[test]
fn who_signs_out_at_the_provider_is_signed_out_here() {
    let Some(mut world) = World::new(&json!({})) else {
        return;
    };
    let at = world.at();
    let mut here = signed_in(&mut world, "lin");
    let mut elsewhere = signed_in(&mut world, "lin");
    let mut other = signed_in(&mut world, "kim");
    // At the provider itself, and the gateway is not where the browser comes by.
    let provider = world.provider.address;
    let page = here.send("GET", provider, "/session/end", "Accept: text/html\r\n");
    assert_eq!(page.status, 200, "{}", page.text());
    let text = page.text();
    let between = |before: &str, after: &str| {
        let rest = text.split_once(before).expect("the form").1;
        rest.split_once(after).expect("its end").0.to_owned()
    };
    let (action, xsrf) = (
        between("action=\"", "\""),
        between("name=\"xsrf\" value=\"", "\""),
    );
    let (to, target) = resolved(provider, &action);
    assert_eq!(status(&mut here, at), 200);
    let done = here.post(to, &target, &format!("xsrf={xsrf}&logout=yes"));
    assert!(matches!(done.status, 200 | 302 | 303), "{}", done.text());
    let refused = within(SOON, "the logout", || {
        let response = here.send("GET", at, "/orders", FETCHED);
        let told = response.text();
        told.contains("signed out at the identity provider")
            .then_some(response)
    });
    assert_eq!(
        (refused.status, code(&refused).as_str()),
        (401, "session.invalid")
    );
    // It was that session at the provider, and neither the person's others nor anybody else's.
    assert_eq!(status(&mut elsewhere, at), 200);
    assert_eq!(status(&mut other, at), 200);
    // Whoever navigates is asked to sign in there again, and may.
    assert_eq!(here.open(at, "/").response.status, 200);
}

#[test]
fn a_logout_ends_what_it_is_about_once_and_nothing_else() {
    let Some(mut world) = World::new(&json!({})) else {
        return;
    };
    let at = world.at();
    let mut browsers = ["lin", "lin", "kim"].map(|who| signed_in(&mut world, who));
    let all = |browsers: &mut [Browser; 3]| browsers.each_mut().map(|one| status(one, at));
    // Of another session at the provider, or another person in that: nobody is meant.
    for nobody in [json!({"sid": "other"}), json!({"sub": "ann"})] {
        let said = claims(&world, &nobody);
        let token = world.provider.sign(&said);
        assert_eq!(tell(at, &token).status, 200, "{nobody}");
    }
    // Made before they signed in, by more than clocks are apart.
    let now = Timestamp::now().as_second();
    let old = claims(&world, &json!({"iat": now - 600}));
    let old = world.provider.sign(&old);
    assert_eq!(tell(at, &old).status, 200);
    assert_eq!(all(&mut browsers), [200; 3]);
    let said = claims(&world, &json!({}));
    let token = world.provider.sign(&said);
    let told = tell(at, &token);
    assert_eq!(told.status, 200, "{}", told.text());
    assert_eq!(told.header("cache-control").as_deref(), Some("no-store"));
    assert!(told.body.is_empty(), "{}", told.text());
    assert_eq!(all(&mut browsers), [401, 401, 200]);
    let cookie = browsers[0].cookies[&(at, COOKIE.to_owned())].clone();
    assert!(!world.gateway.log().contains(&cookie), "it is in the log");
    // Again, it says nothing.
    let again = tell(at, &token);
    assert_eq!(
        (again.status, code(&again).as_str()),
        (400, "session.invalid")
    );
    assert_eq!(again.header("cache-control").as_deref(), Some("no-store"));
    assert!(again.text().contains("used before"), "{}", again.text());
}

#[test]
fn a_token_that_is_not_one_of_the_provider_s_logouts_ends_nothing() {
    let Some(mut world) = World::new(&json!({})) else {
        return;
    };
    let at = world.at();
    let mut browser = signed_in(&mut world, "lin");
    let now = Timestamp::now().as_second();
    for (alter, why) in [
        (
            json!({"iss": "https://evil.example"}),
            "signs nobody in here",
        ),
        (json!({"iss": null}), "signs nobody in here"),
        (json!({"aud": "other-web"}), "`aud`"),
        (json!({"events": null}), "`events`"),
        (json!({"events": {}}), "`events`"),
        (json!({"nonce": "n"}), "`nonce`"),
        (json!({"sub": null}), "`sub`, `sid`"),
        (json!({"jti": null}), "`jti`"),
        (json!({"exp": null}), "`exp`"),
        (json!({"exp": now - 3600, "iat": now - 3700}), "`exp`"),
        (json!({"iat": null}), "`iat`"),
        (json!({"iat": now + 3600, "exp": now + 3700}), "`iat`"),
    ] {
        let said = claims(&world, &alter);
        let token = world.provider.sign(&said);
        let told = tell(at, &token);
        assert_eq!(
            (told.status, code(&told).as_str()),
            (400, "session.invalid")
        );
        let text = told.text();
        assert!(text.contains("Nobody was signed out"), "{text}");
        assert!(text.contains(why), "{alter}: {text}");
        assert_eq!(told.header("cache-control").as_deref(), Some("no-store"));
    }
    let said = claims(&world, &json!({}));
    let good = world.provider.sign(&said);
    let (signed, signature) = good.rsplit_once('.').expect("a signature");
    let payload = signed.split_once('.').expect("a payload").1;
    let other = if signature.starts_with('A') { "B" } else { "A" };
    let forged = format!("{signed}.{other}{}", &signature[1..]);
    // {"alg":"none"}
    let unsigned = format!("eyJhbGciOiJub25lIn0.{payload}.");
    for (token, why) in [
        (forged.as_str(), "not signed by the issuer"),
        (&unsigned, "it is not signed"),
        ("x", "is not a JWT"),
    ] {
        let told = tell(at, token);
        assert_eq!(told.status, 400);
        assert!(told.text().contains(why), "{why}: {}", told.text());
    }
    let long = format!("logout_token={}", "a".repeat(100_000));
    for (kind, body, why) in [
        ("application/json", "{}", "as a form"),
        (FORM, "", "no `logout_token`"),
        (FORM, "logout_token=a&logout_token=b", "or two"),
        (FORM, &long, "too long"),
    ] {
        let told = posted(at, kind, body);
        assert_eq!(
            (told.status, code(&told).as_str()),
            (400, "session.invalid")
        );
        assert!(told.text().contains(why), "{why}: {}", told.text());
    }
    let linked = browser.send("GET", at, PAGE, "");
    assert_eq!(
        (linked.status, linked.header("allow").as_deref()),
        (405, Some("POST"))
    );
    assert_eq!(status(&mut browser, at), 200, "nobody is signed out");
    assert_eq!(tell(at, &good).status, 200);
    assert_eq!(status(&mut browser, at), 401);
    assert!(!world.gateway.log().contains(&good), "it is in the log");
}
