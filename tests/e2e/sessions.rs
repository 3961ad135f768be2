//! People at browsers, whom a real OpenID provider (`oidc-provider`) signs in.

mod asked;
mod browser;
mod elsewhere;
mod kept;
mod logged_out;
mod refreshed;
mod revoked;

use crate::harness::binary::workspace;
use crate::harness::gateway::Launch;
use crate::harness::program::{free_address, installed, run};
use crate::harness::{Gateway, Raw, Response, eventually, node};
use browser::{Browser, resolved};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

/// The secret of the client, which must be nowhere to be seen.
const SECRET: &str = "client-secret-canary-7f3a9c";

/// The cookie, on plain HTTP.
const COOKIE: &str = "postern_session";

/// A provider; it ends when this is dropped.
struct Provider {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    issuer: String,
    address: SocketAddr,
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Provider {
    /// `None`, and a line that says so, where Node or the package is missing.
    fn start(address: SocketAddr, gateways: &[SocketAddr]) -> Option<Self> {
        let hosts = gateways.iter().map(|gateway| format!("http://{gateway}"));
        let hosts: Vec<String> = hosts.collect();
        let library = node::module("oidc-provider/lib/index.js")?;
        let mut child = Command::new("node")
            .arg(workspace().join("tests/e2e/sessions/provider.mjs"))
            .arg(library)
            .arg(address.port().to_string())
            .arg(json!(hosts).to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the provider starts");
        let input = child.stdin.take().expect("its input");
        let output = BufReader::new(child.stdout.take().expect("its output"));
        let mut provider = Self {
            child,
            input,
            output,
            issuer: String::new(),
            address,
        };
        let started = provider.read();
        started["issuer"]
            .as_str()
            .expect("an issuer")
            .clone_into(&mut provider.issuer);
        Some(provider)
    }

    fn read(&mut self) -> Value {
        loop {
            let mut line = String::new();
            self.output.read_line(&mut line).expect("a line");
            assert!(!line.is_empty(), "the provider has ended");
            // It warns of what is only for tests.
            if let Ok(value) = serde_json::from_str(&line) {
                return value;
            }
        }
    }

    /// How many times it was asked with a refresh token, and gave new ones.
    fn refreshed(&mut self) -> u64 {
        writeln!(self.input, "{}", json!({ "count": true })).expect("it listens");
        let counted = self.read();
        counted["refreshed"].as_u64().expect("a number")
    }

    /// What it gave out, and what it was shown for that: codes, their proofs, tokens.
    fn given(&mut self) -> Vec<String> {
        writeln!(self.input, "{}", json!({ "given": true })).expect("it listens");
        let given = self.read()["given"].take();
        serde_json::from_value(given).expect("texts")
    }

    /// A token with these claims, signed with the provider's key.
    fn sign(&mut self, claims: &Value) -> String {
        writeln!(self.input, "{}", json!({ "sign": claims })).expect("it listens");
        let token = self.read();
        token["token"].as_str().expect("a token").to_owned()
    }

    /// Who signs in from now on, or how that goes wrong.
    fn tell(&mut self, what: &Value) {
        writeln!(self.input, "{what}").expect("it listens");
        self.read();
    }
}

/// A gateway before a web app; `more` is what its sessions say besides.
fn configuration(issuer: &str, more: &Value) -> Value {
    let mut session = json!({
        "issuer": "login", "client_id": "shop-web", "client_secret": "file:client-secret",
        "scopes": ["profile", "orders:read", "offline_access"], "after_sign_out": "/bye",
    });
    let all = more.as_object().expect("members");
    for (name, value) in all {
        session[name] = value.clone();
    }
    json!({
        "tenants": {"commerce": {}},
        "egress": {"allow": ["127.0.0.0/8"]},
        "groups": {"staff": {"tenant": "commerce"}},
        "apps": {"shop": {"tenant": "commerce"}},
        "issuers": {"login": {"tenant": "commerce", "issuer": issuer, "audiences": ["api"]}},
        "credentials": {"key_0000000000000001": {
            "app": "shop", "client": {"issuer": "login", "id": "shop-web"},
        }},
        "upstreams": {"behind": {"targets": ["builtin:echo"]}},
        "services": {"shop": {
            "tenant": "commerce",
            "scopes": {"orders:read": "To read", "orders:write": "To write"},
            "authentication": {"session": session, "subscription": false},
            "versions": {"v1": {"upstream": "behind", "operations": {
                "home": {"methods": ["GET"], "path": "/"},
                "open": {"methods": ["GET"], "path": "/open", "anonymous": true},
                "bye": {"methods": ["GET"], "path": "/bye", "anonymous": true},
                "orders": {"methods": ["GET", "POST"], "path": "/orders", "scopes": ["orders:read"]},
                "write": {"methods": ["PUT"], "path": "/orders", "scopes": ["orders:write"]},
            }}},
        }},
    })
}

/// A provider, and a gateway.
struct World {
    provider: Provider,
    gateway: Gateway,
    /// It is read again when the configuration is.
    _secret: tempfile::NamedTempFile,
}

impl World {
    fn new(more: &Value) -> Option<Self> {
        let (at, gateway) = (free_address(), free_address());
        let provider = Provider::start(at, &[gateway])?;
        let mut config = configuration(&provider.issuer, more);
        config["listeners"] = json!({"http": {"address": gateway.to_string()}});
        let mut secret = tempfile::NamedTempFile::new().expect("a file");
        secret.write_all(SECRET.as_bytes()).expect("room");
        let place = format!("file:{}", secret.path().display());
        config["services"]["shop"]["authentication"]["session"]["client_secret"] = json!(place);
        let gateway = Launch::new(config.to_string())
            .own_listeners(gateway)
            .logging_all_requests()
            .start();
        Some(Self {
            provider,
            gateway,
            _secret: secret,
        })
    }

    fn at(&self) -> SocketAddr {
        self.gateway.address
    }
}

fn code(response: &Response) -> String {
    response.denial().unwrap_or_default()
}

/// Fetched by a script of the host's own page.
const FETCHED: &str = "Sec-Fetch-Mode: cors\r\nSec-Fetch-Site: same-origin\r\n";

#[test]
fn somebody_signs_in_is_known_to_the_upstream_and_signs_out() {
    let Some(world) = World::new(&json!({})) else {
        return;
    };
    let (at, provider) = (world.at(), world.provider.address);
    let mut browser = Browser::default();
    let theme = "\"dark%3B a\"".to_owned();
    browser.cookies.insert((at, "theme".to_owned()), theme);
    // A script is told; a browser that navigates is sent to sign in.
    let asked = browser.send("GET", at, "/orders", FETCHED);
    assert_eq!(
        (asked.status, code(&asked).as_str()),
        (401, "session.missing")
    );
    let challenge = asked.header("www-authenticate").expect("a challenge");
    assert_eq!(
        challenge,
        "Cookie realm=\"shop\", cookie-name=\"postern_session\""
    );
    let sent = browser.follow(at, "/orders?a=1&b=%2F", |to| {
        to.contains("/session/sign-in")
    });
    assert_eq!(
        (sent.response.status, code(&sent.response).as_str()),
        (303, "session.missing")
    );
    assert_eq!(
        sent.response.header("location").as_deref(),
        Some("/.well-known/postern/session/sign-in?return=%2Forders%3Fa%3D1%26b%3D%252F")
    );
    let shown = browser.open(at, "/orders?a=1&b=%2F");
    assert_eq!(shown.response.status, 200, "{}", shown.response.text());
    assert_eq!((shown.at, shown.target.as_str()), (at, "/orders?a=1&b=%2F"));
    let echoed = shown.response.json();
    for (name, due) in [
        ("x-postern-user", "lin"),
        ("x-postern-app", "shop"),
        ("x-postern-tenant", "commerce"),
        ("x-postern-scopes", "openid profile orders:read"),
        ("cookie", "theme=\"dark%3B a\""),
    ] {
        assert_eq!(echoed["headers"][name], due, "{echoed}");
    }
    assert_eq!(echoed["query"], "a=1&b=%2F");
    assert!(!echoed.to_string().contains(COOKIE), "{echoed}");
    let cookie = browser.cookies[&(at, COOKIE.to_owned())].clone();
    assert_eq!(cookie.len(), 64);
    let kept = browser.cookies.keys().filter(|(host, _)| *host == at);
    assert_eq!(
        kept.count(),
        2,
        "what kept the sign-in is gone: {browser:?}"
    );
    // It may read, and no more than the provider has granted.
    let write = browser.send("PUT", at, "/orders", FETCHED);
    assert_eq!(code(&write), "authorization.scope_missing");
    assert!(!world.gateway.log().contains(&cookie), "it is in the log");
    assert!(!world.gateway.log().contains(SECRET), "it is in the log");

    // Another page cannot sign anybody out, a link cannot, and the page of the host can.
    let out = "/.well-known/postern/session/sign-out";
    let linked = browser.send("GET", at, out, "");
    assert_eq!(
        (linked.status, linked.header("allow").as_deref()),
        (405, Some("POST"))
    );
    let forged = browser.send(
        "POST",
        at,
        out,
        "Content-Length: 0\r\nSec-Fetch-Site: cross-site\r\n",
    );
    assert_eq!(code(&forged), "csrf.cross_site");
    assert_eq!(browser.send("GET", at, "/orders", FETCHED).status, 200);
    let stolen = browser.clone();
    let lines = "Content-Length: 0\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: navigate\r\n";
    let left = browser.send("POST", at, out, lines);
    assert_eq!(left.status, 303, "{}", left.text());
    let (to, target) = resolved(at, &left.header("location").expect("a location"));
    assert_eq!(to, provider);
    for due in [
        "client_id=shop-web",
        "post_logout_redirect_uri=http%3A",
        "id_token_hint=",
    ] {
        assert!(target.contains(due), "{target}");
    }
    let page = browser.send("GET", to, &target, "Accept: text/html\r\n");
    assert_eq!(page.status, 200, "the provider asks: {}", page.text());
    assert!(!browser.cookies.contains_key(&(at, COOKIE.to_owned())));
    // Whoever has copied the cookie has nothing.
    let mut thief = stolen;
    let refused = thief.send("GET", at, "/orders", FETCHED);
    assert_eq!(
        (refused.status, code(&refused).as_str()),
        (401, "session.invalid")
    );
    // Where nobody is asked who calls, what a browser sends on its own is no reason to refuse.
    assert_eq!(thief.send("GET", at, "/open", FETCHED).status, 200);
}

#[test]
fn a_session_ends_in_time() {
    let Some(world) = World::new(&json!({"idle": "1m", "lifetime": "1m"})) else {
        return;
    };
    let mut browser = Browser::default();
    assert_eq!(browser.open(world.at(), "/").response.status, 200);
    std::thread::sleep(Duration::from_secs(61));
    let refused = browser.send("GET", world.at(), "/", FETCHED);
    assert_eq!(
        (refused.status, code(&refused).as_str()),
        (401, "session.expired")
    );
    assert!(
        refused.text().contains("had lasted as long as one may"),
        "{}",
        refused.text()
    );
    // Whoever is at a browser signs in again without noticing.
    assert_eq!(browser.open(world.at(), "/").response.status, 200);
}

#[test]
fn a_session_outlives_a_restart() {
    let Some(mut world) = World::new(&json!({})) else {
        return;
    };
    let mut browser = Browser::default();
    assert_eq!(browser.open(world.at(), "/").response.status, 200);
    world.gateway.restart();
    let asked = browser.send("GET", world.at(), "/orders", FETCHED);
    assert_eq!(asked.status, 200, "{}", asked.text());
}

#[test]
fn a_callback_that_belongs_to_no_sign_in_of_this_browser_signs_nobody_in() {
    let Some(mut world) = World::new(&json!({})) else {
        return;
    };
    let at = world.at();
    let callback = |to: &str| to.contains("/session/callback");
    let refused = |browser: &mut Browser, target: &str, why: &str| {
        let shown = browser.send("GET", at, target, "Accept: text/html\r\n");
        assert_eq!(
            (shown.status, code(&shown).as_str()),
            (403, "session.invalid"),
            "{why}"
        );
        assert!(
            !browser.cookies.contains_key(&(at, COOKIE.to_owned())),
            "{why}"
        );
        shown.text()
    };
    // A sign-in up to the callback, which is then not made.
    let begun = |browser: &mut Browser| {
        let shown = browser.follow(at, "/orders", callback);
        let location = shown.response.header("location").expect("a location");
        resolved(at, &location).1
    };
    let mut victim = Browser::default();
    let mut attacker = Browser::default();
    let theirs = begun(&mut attacker);
    refused(&mut victim, &theirs, "somebody else's sign-in");
    let own = begun(&mut victim);
    let code_of = |target: &str| {
        let query = target.split_once('?').expect("a query").1;
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let pairs: Vec<(String, String)> = pairs.map(|(a, b)| (a.into(), b.into())).collect();
        let find = |name: &str| {
            pairs
                .iter()
                .find(|(have, _)| have == name)
                .expect("it")
                .1
                .clone()
        };
        (find("code"), find("state"), find("iss"))
    };
    let (their_code, _, _) = code_of(&theirs);
    let (own_code, own_state, iss) = code_of(&own);
    let base = "/.well-known/postern/session/callback";
    let with = |query: &str| format!("{base}?{query}");
    for (query, why) in [
        (format!("code={own_code}&iss={iss}"), "no state"),
        (
            format!("code={own_code}&state=&iss={iss}"),
            "an empty state",
        ),
        (
            format!("code={own_code}&state={own_state}&state={own_state}&iss={iss}"),
            "two states",
        ),
        (
            format!(
                "code={own_code}&state={}!&iss={iss}",
                &own_state[..own_state.len() - 1]
            ),
            "another state",
        ),
        (
            format!("code={own_code}&state={own_state}&iss=http%3A%2F%2Fevil.example"),
            "another issuer (mix-up)",
        ),
        (
            format!("code={own_code}&state={own_state}"),
            "no issuer, though it says one",
        ),
        (format!("state={own_state}&iss={iss}"), "no code"),
        ("%00%ff=%zz&&&=".to_owned(), "garbage"),
        (String::new(), "nothing"),
    ] {
        refused(&mut victim, &with(&query), why);
    }
    // No provider answers so much.
    let long = with(&format!("state={own_state}&{}", "a".repeat(9000)));
    let shown = victim.send("GET", at, &long, "");
    assert_eq!(code(&shown), "connection.uri_too_long");
    // The attacker's code in the victim's sign-in: PKCE holds.
    let injected = with(&format!("code={their_code}&state={own_state}&iss={iss}"));
    let told = refused(&mut victim, &injected, "another's code");
    assert!(told.contains("invalid_grant"), "{told}");
    // What belongs together works, and once.
    let mut replayed = victim.clone();
    let good = victim.send("GET", at, &own, "");
    assert_eq!(
        (good.status, good.header("location").as_deref()),
        (303, Some("/orders"))
    );
    refused(&mut replayed, &own, "a code that was used");
    // Somebody says no.
    world.provider.tell(&json!({"error": "access_denied"}));
    let mut other = Browser::default();
    let denied = begun(&mut other);
    let told = refused(&mut other, &denied, "an error");
    assert!(told.contains("access_denied"), "{told}");
}

#[test]
fn cookies_that_were_planted_or_made_up_prove_nothing() {
    let Some(world) = World::new(&json!({})) else {
        return;
    };
    let at = world.at();
    let mut browser = Browser::default();
    assert_eq!(browser.open(at, "/").response.status, 200);
    let good = browser.cookies[&(at, COOKIE.to_owned())].clone();
    let ask = |cookies: &str| {
        let request = format!(
            "GET / HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n{FETCHED}Cookie: {cookies}\r\n\r\n"
        );
        Raw::connect(at).exchange(request)
    };
    assert_eq!(ask(&format!("{COOKIE}={good}")).status, 200);
    let mut other = Browser::default();
    assert_eq!(other.open(at, "/").response.status, 200);
    let planted = other.cookies[&(at, COOKIE.to_owned())].clone();
    for (cookies, due) in [
        (
            format!("{COOKIE}={planted}; {COOKIE}={good}"),
            "credential.ambiguous",
        ),
        (
            format!("{COOKIE}={good}; {COOKIE}={good}"),
            "credential.ambiguous",
        ),
        (
            format!("{COOKIE}=; {COOKIE}={good}"),
            "credential.ambiguous",
        ),
        (format!("{COOKIE}="), "session.invalid"),
        (format!("{COOKIE}={}", "A".repeat(64)), "session.invalid"),
        (
            format!("{COOKIE}={}", "A".repeat(10_000)),
            "session.invalid",
        ),
        (format!("{COOKIE}={}B", &good[..63]), "session.invalid"),
        (format!("__Host-{COOKIE}={good}"), "session.missing"),
        (format!("Postern_Session={good}"), "session.missing"),
    ] {
        let response = ask(&cookies);
        let found = code(&response);
        // The last letter may have been that one.
        if response.status != 200 || !cookies.ends_with(&good) {
            assert_eq!(found, due, "{cookies}");
        }
    }
    // A cookie beside another credential is one too many.
    let both = format!("{COOKIE}={good}\r\nAuthorization: Bearer x.y.z");
    assert_eq!(ask(&both).status, 200, "tokens are not looked for here");
}

#[test]
fn browsers_are_sent_back_to_this_host_alone() {
    let Some(world) = World::new(&json!({})) else {
        return;
    };
    let at = world.at();
    for to in [
        "//evil.example",
        "https://evil.example/",
        "/%5Cevil.example",
        "%2F%2Fevil.example",
        "javascript:alert(1)",
        "/%0d%0aLocation:%20https://evil.example",
    ] {
        let mut browser = Browser::default();
        let page = format!("/.well-known/postern/session/sign-in?return={to}");
        let shown = browser.open(at, &page);
        assert_eq!((shown.at, shown.target.as_str()), (at, "/"), "{to}");
        assert_eq!(shown.response.status, 200);
    }
}

#[test]
fn pages_of_other_sites_change_nothing_with_somebody_s_session() {
    let Some(world) = World::new(&json!({})) else {
        return;
    };
    let at = world.at();
    let mut browser = Browser::default();
    assert_eq!(browser.open(at, "/").response.status, 200);
    let post = |browser: &mut Browser, lines: &str| {
        let lines = format!("Content-Length: 0\r\n{lines}");
        browser.send("POST", at, "/orders", &lines)
    };
    for (lines, due) in [
        ("Sec-Fetch-Site: cross-site\r\n", "csrf.cross_site"),
        ("Sec-Fetch-Site: same-site\r\n", "csrf.cross_site"),
        ("Origin: https://evil.example\r\n", "csrf.origin_mismatch"),
        ("Origin: null\r\n", "csrf.origin_mismatch"),
    ] {
        assert_eq!(code(&post(&mut browser, lines)), due, "{lines}");
    }
    assert_eq!(
        post(&mut browser, "Sec-Fetch-Site: same-origin\r\n").status,
        200
    );
    assert_eq!(
        post(&mut browser, &format!("Origin: http://{at}\r\n")).status,
        200
    );
    let read = browser.send("GET", at, "/orders", "Sec-Fetch-Site: cross-site\r\n");
    assert_eq!(read.status, 200, "reading changes nothing");
}

#[test]
fn a_provider_that_is_away_is_to_blame_and_nobody_else() {
    let Some(mut world) = World::new(&json!({})) else {
        return;
    };
    let at = world.at();
    let mut browser = Browser::default();
    assert_eq!(browser.open(at, "/").response.status, 200);
    let _ = world.provider.child.kill();
    let _ = world.provider.child.wait();
    // Who is signed in stays so.
    assert_eq!(browser.send("GET", at, "/orders", FETCHED).status, 200);
    let mut fresh = Browser::default();
    let callback = |to: &str| to.contains("127.0.0.1") && to.contains("/auth?");
    let shown = fresh.follow(at, "/", callback);
    // What it published counts for a while; then, and for its tokens, it is needed.
    assert_eq!(shown.response.status, 303);
    let (_, target) = resolved(at, &shown.response.header("location").expect("one"));
    let state = target.split_once("state=").expect("a state").1;
    let state = state.split('&').next().expect("it");
    let iss = world
        .provider
        .issuer
        .replace(':', "%3A")
        .replace('/', "%2F");
    let page = format!("/.well-known/postern/session/callback?code=x&state={state}&iss={iss}");
    let refused = fresh.send("GET", at, &page, "");
    assert_eq!(
        (refused.status, code(&refused).as_str()),
        (503, "identity_provider.unreachable")
    );
    assert_eq!(refused.json()["fault"], "identity_provider");
}

#[test]
fn a_real_browser_signs_in() {
    if !installed("chromium") {
        return;
    }
    let Some(world) = World::new(&json!({"cookie": {"same_site": "strict"}})) else {
        return;
    };
    let profile = tempfile::tempdir().expect("a folder");
    let mut chromium = Command::new("chromium");
    chromium
        .args([
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
        ])
        .args(["--disable-dev-shm-usage", "--disable-background-networking"])
        .args([
            "--timeout=20000",
            "--virtual-time-budget=20000",
            "--dump-dom",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("http://{}/orders?from=chromium", world.at()));
    let shown = run(&mut chromium, Duration::from_mins(1));
    let page = &shown.stdout;
    assert!(page.contains("\"x-postern-user\":\"lin\""), "{shown:?}");
    assert!(page.contains("\"query\":\"from=chromium\""), "{page}");
    assert!(!page.contains(COOKIE), "{page}");
    let log = || world.gateway.log();
    eventually("it is recorded", || {
        log().contains("session.missing").then_some(())
    });
}
