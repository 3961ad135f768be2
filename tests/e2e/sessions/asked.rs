//! What `postern requirements` says of an operation for people at browsers, and that whoever does
//! what it says passes.

use super::browser::Browser;
use super::{FETCHED, World, code};
use crate::harness::gateway::cli;
use crate::harness::raw::get;
use serde_json::{Value, json};

#[test]
fn what_is_asked_of_people_is_said_and_whoever_does_it_passes() {
    let Some(world) = World::new(&json!({})) else {
        return;
    };
    let at = world.at();
    let data = world.gateway.file().with_file_name("data");
    let data = data.to_str().expect("a path of ours");
    let asked = |more: &[&str]| {
        let ran = cli(&[&["requirements", "shop/v1/orders", "--data", data], more].concat());
        assert!(ran.status.success(), "{ran:?}");
        ran.stdout
    };
    let said: Value = serde_json::from_str(&asked(&["--json"])).expect("JSON");
    let iss = &*world.provider.issuer;
    let expected = json!({
        "kinds": ["session"], "headers": [], "query": [], "issuers": [], "optional": false,
        "sign_in": {"issuer": "login", "iss": iss, "cookie": "postern_session"},
    });
    assert_eq!(said["credentials"], expected);
    assert_eq!(said["scopes"][0]["name"], "orders:read");
    // A cookie is what browsers send on their own.
    assert_eq!(said["own_pages_only"], true);
    assert_eq!(said["page_tokens"], json!([]));
    let words = asked(&[]);
    for due in [
        &*format!("somebody signed in at {iss} (cookie)"),
        "of the host itself, to change something",
    ] {
        assert!(words.contains(due), "{due}: {words}");
    }
    let refusals = said["refusals"].as_array().expect("refusals");
    let is_possible = |code: &str| refusals.iter().any(|one| one["code"] == code);
    for due in ["session.missing", "session.expired", "csrf.cross_site"] {
        assert!(is_possible(due), "{due}");
    }
    for other in ["csrf.token_missing", "csrf.referer_not_allowed"] {
        assert!(!is_possible(other), "{other}");
    }

    let mut browser = Browser::default();
    let shown = browser.open(at, "/orders");
    assert_eq!(shown.response.status, 200, "{}", shown.response.text());
    let cookie = expected["sign_in"]["cookie"].as_str().expect("a name");
    assert!(browser.cookies.contains_key(&(at, cookie.to_owned())));
    let own = format!("{FETCHED}Content-Length: 0\r\n");
    assert_eq!(browser.send("POST", at, "/orders", &own).status, 200);
    let forged = "Sec-Fetch-Site: cross-site\r\nContent-Length: 0\r\n";
    let forged = browser.send("POST", at, "/orders", forged);
    assert_eq!((forged.status, &*code(&forged)), (403, "csrf.cross_site"));
    let nobody = get(at, "/orders", FETCHED);
    assert_eq!((nobody.status, &*code(&nobody)), (401, "session.missing"));
}
