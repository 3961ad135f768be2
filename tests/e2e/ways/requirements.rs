//! What `postern requirements` says of an operation, to the letter, and that whoever does what it
//! says passes.

use super::{Way, Who, World, now};
use crate::harness::files::scratch;
use crate::harness::gateway::cli;
use crate::introspection::endpoint::{Endpoint, Says};
use postern_geo::testing::{database, lite};
use postern_proof::testing::attacks::ISSUER;
use serde_json::{Value, json};

impl World {
    /// What is said of the operation of a service, as data.
    fn said(&self, service: &str) -> Value {
        let text = self.requirements(service, &["--json"]);
        serde_json::from_str(&text).expect("JSON")
    }

    /// The line of that name of what is said for people.
    fn line(&self, service: &str, name: &str) -> String {
        let text = self.requirements(service, &[]);
        let mut lines = text.lines().filter_map(|line| line.strip_prefix("  "));
        let line = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        let line = line.unwrap_or_else(|| panic!("no `{name}`: {text}"));
        line.trim().to_owned()
    }

    fn requirements(&self, service: &str, more: &[&str]) -> String {
        let data = self.gateway.file().with_file_name("data");
        let data = data.to_str().expect("a path of ours");
        let operation = format!("{service}/v1/list");
        let ran = cli(&[&["requirements", &operation, "--data", data], more].concat());
        assert!(ran.status.success(), "{ran:?}");
        ran.stdout
    }

    /// What comes of a request of any method.
    fn send(&self, method: &str, host: &str, lines: &[String]) -> (u16, String) {
        let lines = lines.join("\r\n");
        let answer = crate::harness::raw::once(
            self.at(),
            format!(
                "{method} /orders HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{lines}\r\n\r\n"
            ),
        );
        (answer.status, answer.denial().unwrap_or_default())
    }
}

/// The codes of the refusals that are said to be possible.
fn possible(said: &Value) -> Vec<&str> {
    let refusals = said["refusals"].as_array().expect("refusals");
    let codes = refusals.iter().map(|one| one["code"].as_str());
    codes.map(|code| code.expect("a code")).collect()
}

fn passed() -> (u16, String) {
    (200, String::new())
}

#[test]
fn of_each_kind_what_is_said_is_what_passes() {
    let world = World::new();
    let own = format!("http://{}{}", Way::Granted.host(), super::PLACE);
    let issuer =
        |name: &str, iss: &str| json!([{"name": name, "iss": iss, "audiences": ["orders"]}]);
    let signature = |components: Value| {
        json!({
            "components": components, "max_age_s": 300, "leeway_s": 30, "nonce": false,
            "digest": true, "max_body": 1 << 20,
        })
    };
    let target = json!(["@method", "@authority", "@path", "@query"]);
    let cases = [
        (
            Way::ApiKey,
            json!({"kinds": ["api_key"], "headers": ["x-api-key"]}),
            "API key in header x-api-key".to_owned(),
        ),
        (
            Way::Basic,
            json!({"kinds": ["basic"]}),
            "user name and password (Basic)".to_owned(),
        ),
        (
            Way::Jwt,
            json!({"kinds": ["jwt"], "issuers": issuer("corp", ISSUER)}),
            format!("bearer token of {ISSUER}"),
        ),
        (
            Way::Dpop,
            json!({"kinds": ["jwt"], "issuers": issuer("corp", ISSUER), "dpop": "required"}),
            format!("token with a proof of possession (DPoP) of {ISSUER}"),
        ),
        (
            Way::Signature,
            json!({"kinds": ["signature"], "signature": signature(target)}),
            "signature (RFC 9421) over @method @authority @path @query, and the digest of a body, good for 300 s"
                .to_owned(),
        ),
        (
            Way::Hmac,
            json!({"kinds": ["hmac"], "hmac": signature(json!(["@method", "@path", "@query", "@authority"]))}),
            "signature (HMAC in Authorization) over @method @path @query @authority, and the digest of a body, good for 300 s"
                .to_owned(),
        ),
        (
            Way::Granted,
            json!({"kinds": ["jwt"], "issuers": issuer("own", &own)}),
            format!("bearer token of {own}"),
        ),
    ];
    for (way, more, words) in cases {
        let mut expected =
            json!({"kinds": [], "headers": [], "query": [], "issuers": [], "optional": false});
        for (name, value) in more.as_object().expect("members") {
            expected[name] = value.clone();
        }
        let said = world.said(way.name());
        assert_eq!(said["credentials"], expected, "{way:?}");
        assert_eq!(world.line(way.name(), "credential"), words, "{way:?}");
        assert_eq!(said["subscription"], false, "{way:?}");
        assert_eq!(said["hosts"], json!([way.host(), way.staging()]));
        // Exactly that is sent, and then nothing of it.
        let host = said["hosts"][0].as_str().expect("a host").to_owned();
        let mut proof = world.proof(way, &host, Who::Known, 0);
        if way == Way::ApiKey {
            let header = said["credentials"]["headers"][0].as_str().expect("one");
            let (_, key) = proof[0].split_once(": ").expect("a key");
            proof = vec![format!("{header}: {key}")];
        }
        assert_eq!(world.send("GET", &host, &proof), passed(), "{way:?}");
        let (status, code) = world.send("GET", &host, &[]);
        assert_eq!((status, &*code), (401, "credential.missing"), "{way:?}");
        assert!(possible(&said).contains(&&*code), "{way:?}");
    }
}

#[test]
fn of_who_is_asked_about_tokens_and_of_nobody_it_is_said_too() {
    let endpoint = Endpoint::start();
    endpoint.says(Says::json(&json!({
        "active": true, "client_id": "till", "sub": "lin", "aud": "orders", "exp": now() + 600,
        "iss": "https://asked.test", "token_type": "Bearer",
    })));
    let folder = scratch("asked");
    let secret = folder.write("secret", "a secret of the gateway");
    let world = World::with(|all| {
        all["issuers"]["asked"] = json!({
            "issuer": "https://asked.test", "audiences": ["orders"],
            "introspection": {
                "url": endpoint.url(), "client_id": "gateway",
                "client_secret": format!("file:{}", secret.display()),
            },
        });
        all["credentials"]["key_0000000000000004"] =
            json!({"app": "shop", "client": {"issuer": "asked", "id": "till"}});
        all["services"]["jwt"]["authentication"]["jwt"]["issuers"] = json!(["asked"]);
        all["services"]["key"]["versions"]["v1"]["operations"]["list"]["anonymous"] = json!(true);
        let basic = all["services"]["basic"].as_object_mut();
        basic.expect("a service").remove("authentication");
    });
    let said = world.said("jwt");
    let issuers = json!([{"name": "asked", "iss": "https://asked.test", "audiences": ["orders"]}]);
    assert_eq!(said["credentials"]["issuers"], issuers);
    let words = world.line("jwt", "credential");
    assert_eq!(words, "bearer token of https://asked.test");
    for code in ["token.inactive", "identity_provider.unreachable"] {
        assert!(possible(&said).contains(&code), "{code}");
    }
    let token = ["Authorization: Bearer an-opaque-token".to_owned()];
    assert_eq!(world.send("GET", &Way::Jwt.host(), &token), passed());

    // Nobody has to be anybody, and whoever is may say so.
    let said = world.said("key");
    assert_eq!(said["credentials"]["optional"], true);
    let words = world.line("key", "credential");
    assert_eq!(words, "API key in header x-api-key, optional");
    assert!(!possible(&said).contains(&"credential.missing"));
    assert_eq!(world.send("GET", &Way::ApiKey.host(), &[]), passed());
    let said = world.said("basic");
    assert_eq!(said.get("credentials"), None);
    assert_eq!(world.line("basic", "credential"), "none is asked for");
    assert_eq!(world.send("GET", &Way::Basic.host(), &[]), passed());
}

/// Rules about pages and networks, each of a service of its own.
fn ruled(all: &mut Value, database: &std::path::Path) {
    all["client"] = json!({"trusted_proxies": ["127.0.0.0/8"]});
    all["geo"] = json!({"country": database});
    all["lists"] = json!({"office": {"entries": ["192.0.2.0/24"]}});
    for way in super::WAYS {
        let list = &mut all["services"][way.name()]["versions"]["v1"]["operations"]["list"];
        list["methods"] = json!(["GET", "PUT"]);
    }
    let on = |service: &str, kind: &str, more: Value| {
        let mut policy = json!({"kind": kind, "on": {"service": service}});
        for (name, value) in more.as_object().expect("members") {
            policy[name] = value.clone();
        }
        policy
    };
    let page = json!({"origins": ["https://app.example"], "headers": ["X-API-Key"]});
    let token = json!({"token": {"field": "csrf"}});
    all["policies"] = json!({
        "pages": on("key", "cors", page.clone()),
        "those-alone": on("signature", "cors", json!({"origins": ["https://app.example"], "enforce_origin": true})),
        "own-pages": on("basic", "csrf", token),
        "office-only": on("hmac", "network", json!({"allow": ["office"]})),
        "home": on("jwt", "network", json!({"allow_countries": ["DE"]})),
        "elsewhere": on("dpop", "network", json!({"deny_countries": ["FR"]})),
    });
}

#[test]
fn rules_about_pages_are_said_and_whoever_keeps_them_passes() {
    let folder = scratch("requirements");
    let file = folder.write("country.mmdb", geography());
    let world = World::with(|all| ruled(all, &file));
    let proof = |way: Way, more: &str| {
        let mut lines = world.proof(way, &way.host(), Who::Known, 0);
        lines.extend(more.lines().map(ToOwned::to_owned));
        lines
    };
    // Pages of some origins can read answers, or call at all.
    let page = "Origin: https://app.example";
    let other = "Origin: https://evil.example";
    for (way, browsers, words, elsewhere) in [
        (
            Way::ApiKey,
            "some_origins",
            "pages of some origins",
            passed(),
        ),
        (
            Way::Signature,
            "some_origins_only",
            "pages of some origins, no others",
            (403, "cors.origin_not_allowed".to_owned()),
        ),
    ] {
        let said = world.said(way.name());
        assert_eq!(said["browsers"], browsers);
        assert_eq!(world.line(way.name(), "browsers"), words);
        assert!(possible(&said).contains(&"cors.origin_not_allowed"));
        assert_eq!(world.send("GET", &way.host(), &proof(way, page)), passed());
        let refused = world.send("GET", &way.host(), &proof(way, other));
        assert_eq!(refused, elsewhere, "{way:?}");
    }

    // What browsers send on their own is believed of own pages alone, with the host's own token.
    let (basic, host) = (Way::Basic, Way::Basic.host());
    let said = world.said("basic");
    assert_eq!(said["own_pages_only"], true);
    let words = world.line("basic", "pages");
    assert_eq!(words, "of the host itself, to change something");
    let asked = &said["page_tokens"][0];
    let expected = json!([{
        "from": "/.well-known/postern/csrf", "header": "x-csrf-token", "field": "csrf",
    }]);
    assert_eq!(said["page_tokens"], expected);
    let words = world.line("basic", "page token");
    assert_eq!(
        words,
        "from /.well-known/postern/csrf, with its cookie, in header x-csrf-token or form field csrf"
    );
    let from = asked["from"].as_str().expect("a path");
    let given = crate::harness::raw::once(
        world.at(),
        format!("GET {from} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
    );
    let cookie = given.header("set-cookie").expect("a cookie");
    let cookie = cookie.split(';').next().expect("a pair");
    let token = given.json()["token"].as_str().expect("a token").to_owned();
    let header = asked["header"].as_str().expect("a name");
    let with_token = format!("Sec-Fetch-Site: same-origin\nCookie: {cookie}\n{header}: {token}");
    let put = |more: &str| world.send("PUT", &host, &proof(basic, more));
    assert_eq!(put(&with_token), passed());
    assert_eq!(world.send("GET", &host, &proof(basic, "")), passed());
    let refused = [
        ("", "csrf.token_missing"),
        ("Sec-Fetch-Site: cross-site", "csrf.cross_site"),
    ];
    for (more, code) in refused {
        assert_eq!(put(more), (403, code.to_owned()));
        assert!(possible(&said).contains(&code), "{code}");
    }
    // A key is sent by nobody on their own: nothing of the kind is said where no rule looks.
    let said = world.said("key");
    assert_eq!(said["own_pages_only"], false);
    assert_eq!(said["page_tokens"], json!([]));
    let codes = possible(&said);
    assert!(
        !codes.iter().any(|code| code.starts_with("csrf.")),
        "{codes:?}"
    );
}

/// Two ranges that are kept for examples, each of a country.
fn geography() -> Vec<u8> {
    let ranges = [
        ("203.0.113.0/24", lite("DE", "AS64496", "Example Net")),
        ("198.51.100.0/24", lite("FR", "AS64497", "Example Net")),
    ];
    database("Test", 1_794_960_000, &ranges)
}

#[test]
fn rules_about_networks_and_countries_are_said_and_whoever_keeps_them_passes() {
    let folder = scratch("requirements");
    let file = folder.write("country.mmdb", geography());
    let world = World::with(|all| ruled(all, &file));
    let some = "some networks or countries only";
    for (way, network, words, from, elsewhere, code) in [
        (
            Way::Hmac,
            "internal_only",
            some,
            "192.0.2.7",
            "203.0.113.7",
            "network.address_not_allowed",
        ),
        (
            Way::Jwt,
            "internal_only",
            some,
            "203.0.113.7",
            "198.51.100.7",
            "network.country_not_allowed",
        ),
        (
            Way::Dpop,
            "not_everywhere",
            "some networks or countries are denied",
            "203.0.113.7",
            "198.51.100.7",
            "network.country_not_allowed",
        ),
    ] {
        let said = world.said(way.name());
        assert_eq!(said["network"], network, "{way:?}");
        assert_eq!(world.line(way.name(), "network"), words, "{way:?}");
        assert!(possible(&said).contains(&code), "{way:?}");
        // Which those are, its owners know.
        let text = world.requirements(way.name(), &["--json"]);
        assert!(!text.contains("192.0.2") && !text.contains("office"));
        let host = way.host();
        let ask = |address: &str| {
            let mut lines = world.proof(way, &host, Who::Known, 0);
            lines.push(format!("X-Forwarded-For: {address}"));
            world.send("GET", &host, &lines)
        };
        assert_eq!(ask(from), passed(), "{way:?}");
        assert_eq!(ask(elsewhere), (403, code.to_owned()), "{way:?}");
    }
}
