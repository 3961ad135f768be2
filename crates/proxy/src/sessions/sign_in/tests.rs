//! What a browser keeps of a sign-in, and what is made of what providers say.

use super::super::testing::{issuer, keyer};
use super::super::{Outside, Seal};
use super::*;

#[test]
fn the_cookie_of_a_sign_in_is_named_by_its_state_where_that_can_be_a_name() {
    for (state, secure, due) in [
        ("abcdefghijklmnop", false, Some("abcdefghijkl")),
        ("abcdefghijkl", false, Some("abcdefghijkl")),
        ("AZaz09-_AZaz-more", true, Some("AZaz09-_AZaz")),
        ("abcdefghijk", false, None),
        ("", false, None),
        ("abcdefghijk=l", false, None),
        ("abc; Path=/x", false, None),
        ("abcdefghijk\r\n", false, None),
        ("abcdefghijk\u{e9}", false, None),
        ("\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}", false, None),
    ] {
        let prefix = if secure { HOST_PREFIX } else { "" };
        let due = due.map(|start| format!("{prefix}{SIGN_IN}{start}"));
        assert_eq!(sign_in_cookie(state, secure), due, "{state:?}");
    }
}

#[test]
fn cookies_are_of_the_host_alone_and_out_of_reach_of_scripts() {
    for (secure, same_site, due) in [
        (
            true,
            SameSite::Lax,
            "; Path=/; HttpOnly; Secure; SameSite=Lax",
        ),
        (
            true,
            SameSite::Strict,
            "; Path=/; HttpOnly; Secure; SameSite=Strict",
        ),
        (false, SameSite::Lax, "; Path=/; HttpOnly; SameSite=Lax"),
    ] {
        assert_eq!(attributes(secure, same_site), due);
    }
    assert_eq!(
        forgotten("__Host-shop", true),
        "__Host-shop=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax"
    );
}

#[test]
fn a_sign_in_goes_on_in_the_browser_alone_that_has_begun_it() {
    const STATE: &str = "abcdefghijklmnop";
    let browsers = Browsers::new(&keyer(), Outside::nobody());
    let pending = serde_json::to_string(&Pending {
        service: "shop".into(),
        origin: "https://shop.example".to_owned(),
        back: "/orders?a=1".to_owned(),
        pending: "verifier".to_owned(),
    });
    let pending = pending.unwrap();
    let by = |seal: &Seal, purpose: &str, text: &str| seal.seal(purpose, text).unwrap();
    let own = &browsers.inner.seal;
    let good = by(own, PENDING, &pending);
    let other = Seal::new(&postern_model::key::Keyer::new(&[2; 32]));
    let name = sign_in_cookie(STATE, true).unwrap();
    let resume = |state: &str, secure: bool, have: &str, value: &str| {
        let cookie = |asked: &str| (asked == have).then_some(value.as_bytes());
        browsers.pending(state, secure, cookie)
    };
    let resumed = resume(STATE, true, &name, &good).ok().unwrap();
    assert_eq!(resumed.service(), "shop");
    assert_eq!(resumed.origin(), "https://shop.example");
    assert_eq!(
        (resumed.cookie.as_str(), resumed.pending.back.as_str()),
        (name.as_str(), "/orders?a=1")
    );
    let plain = sign_in_cookie(STATE, false).unwrap();
    for (what, state, secure, have, value) in [
        ("no cookie", STATE, true, "theme", good.clone()),
        (
            "another state",
            "bbbbbbbbbbbbbbbb",
            true,
            &*name,
            good.clone(),
        ),
        ("no state", "", true, &name, good.clone()),
        // Over TLS no other host can have set it; without, anybody on the way can.
        ("of plain HTTP", STATE, true, &plain, good.clone()),
        ("of TLS", STATE, false, &name, good.clone()),
        ("empty", STATE, true, &name, String::new()),
        ("made up", STATE, true, &name, "A".repeat(good.len())),
        ("not sealed", STATE, true, &name, pending.clone()),
        (
            "sealed elsewhere",
            STATE,
            true,
            &name,
            by(&other, PENDING, &pending),
        ),
        (
            "sealed for something else",
            STATE,
            true,
            &name,
            by(own, "tokens", &pending),
        ),
        (
            "of another kind",
            STATE,
            true,
            &name,
            by(own, PENDING, "{}"),
        ),
    ] {
        let denial = resume(state, secure, have, &value).err();
        let denial = denial.unwrap_or_else(|| panic!("{what}"));
        assert_eq!((denial.code, denial.status), (Code::SessionInvalid, 403));
    }
}

#[test]
fn what_a_provider_grants_is_read_in_measure() {
    let read = |granted: &str| {
        let all = scopes(granted);
        all.iter().map(ToString::to_string).collect::<Vec<String>>()
    };
    assert_eq!(read(" openid  orders:read "), ["openid", "orders:read"]);
    assert_eq!(read(""), [""; 0]);
    assert_eq!(read(&"a ".repeat(1000)).len(), MOST_SCOPES);
    let said = shown(&format!("no\r\nSet-Cookie: x\u{7}{}", "a".repeat(5000)));
    assert!(!said.contains(char::is_control), "{said}");
    assert!(said.len() < 2 * SHOWN, "{}", said.len());
}

#[test]
fn a_text_stands_in_a_query_and_ends_there() {
    for (text, due) in [
        ("shop-web_1.~", "shop-web_1.~"),
        (
            "https://a.test/x?y=1&z#f",
            "https%3A%2F%2Fa.test%2Fx%3Fy%3D1%26z%23f",
        ),
        ("a b+c%", "a%20b%2Bc%25"),
        ("\u{e9}\r\n\"<", "%C3%A9%0D%0A%22%3C"),
    ] {
        let mut out = "x=".to_owned();
        percent_encode(text.as_bytes(), &mut out);
        assert_eq!(out, format!("x={due}"));
    }
}

#[test]
fn whoever_is_to_blame_for_a_sign_in_is_told_by_the_code() {
    let error = || "why".to_owned();
    for (fault, due) in [
        (SignOnFault::Refused(error()), Code::SessionInvalid),
        (
            SignOnFault::Provider(error()),
            Code::IdentityProviderUnreachable,
        ),
        (SignOnFault::Gateway(error()), Code::ConfigurationStale),
    ] {
        assert_eq!(told(&issuer("login"), &fault).code, due, "{fault:?}");
    }
}
