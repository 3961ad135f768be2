//! People who are signed out by others, on one node and on two.

use super::browser::Browser;
use super::{COOKIE, FETCHED, Provider, SECRET, code, configuration};
use crate::commands::Stored;
use crate::harness::files::scratch;
use crate::harness::postgres::Server;
use crate::harness::program::free_address;
use crate::harness::raw::once;
use crate::harness::{Raw, Response, within};
use crate::upstream::Upstream;
use serde_json::{Value, json};
use std::io::Write as _;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// How soon a revocation counts.
const SOON: Duration = Duration::from_secs(1);

/// How long a stream may outlive its session.
const STREAM: Duration = Duration::from_secs(5);

/// Nodes of one installation, a provider and an upstream that streams.
struct World {
    nodes: Vec<Stored>,
    provider: Provider,
    _secret: tempfile::NamedTempFile,
    _upstream: Upstream,
}

impl World {
    fn new(nodes: Vec<Stored>) -> Option<Self> {
        let upstream = Upstream::start();
        let addresses: Vec<SocketAddr> = nodes.iter().map(|node| node.gateway).collect();
        let provider = Provider::start(free_address(), &addresses)?;
        let mut secret = tempfile::NamedTempFile::new().expect("a file");
        secret.write_all(SECRET.as_bytes()).expect("room");
        let place = format!("file:{}", secret.path().display());
        let mut config = configuration(&provider.issuer, &json!({"client_secret": place}));
        config["upstreams"]["streams"] = json!({"targets": [upstream.address.to_string()]});
        config["services"]["live"] = json!({
            "tenant": "commerce", "base_path": "/live",
            "authentication": config["services"]["shop"]["authentication"],
            "versions": {"v1": {"upstream": "streams", "operations": {
                "events": {"methods": ["GET"], "path": "/do/events/1000/100"},
            }}},
        });
        let applied = nodes.first()?.apply(&config.to_string());
        assert!(applied.status.success(), "{applied:?}");
        Some(Self {
            nodes,
            provider,
            _secret: secret,
            _upstream: upstream,
        })
    }

    fn one() -> Option<Self> {
        Self::new(vec![Stored::empty()])
    }

    fn node(&self) -> &Stored {
        self.nodes.first().expect("a node")
    }

    fn at(&self) -> SocketAddr {
        self.node().gateway
    }

    /// Somebody at a browser of their own.
    fn signed_in(&mut self, who: &str) -> Browser {
        self.provider.tell(&json!({"account": who}));
        let mut browser = Browser::default();
        let shown = browser.open(self.at(), "/");
        assert_eq!(shown.response.status, 200, "{}", shown.response.text());
        browser
    }

    fn cookie(&self, browser: &Browser) -> String {
        let key = (self.at(), COOKIE.to_owned());
        format!("{COOKIE}={}", browser.cookies[&key])
    }

    /// The one session of somebody.
    fn session_of(&self, user: &str) -> Value {
        let listed = self.node().json(&["sessions", "list", "--user", user]);
        let sessions = listed["sessions"].as_array().expect("sessions");
        assert_eq!(sessions.len(), 1, "{listed}");
        sessions[0].clone()
    }
}

/// Asks a node with a cookie, whichever node it is of.
fn ask(node: &Stored, cookie: &str) -> Response {
    let at = node.gateway;
    let lines = format!("Connection: close\r\n{FETCHED}Cookie: {cookie}\r\n");
    once(at, format!("GET / HTTP/1.1\r\nHost: {at}\r\n{lines}\r\n"))
}

fn refused(node: &Stored, cookie: &str) -> Response {
    within(SOON, "the refusal", || {
        let response = ask(node, cookie);
        (code(&response) == "session.invalid").then_some(response)
    })
}

/// A stream that has begun.
fn open(node: &Stored, cookie: &str) -> Raw {
    let at = node.gateway;
    let mut raw = Raw::connect(at);
    raw.send(format!(
        "GET /live/do/events/1000/100 HTTP/1.1\r\nHost: {at}\r\n{FETCHED}Cookie: {cookie}\r\n\r\n"
    ));
    assert_eq!(raw.head().expect("a head").status, 200);
    assert!(raw.chunk().is_some());
    raw
}

#[test]
fn who_is_signed_in_is_listed_without_a_secret() {
    let Some(mut world) = World::one() else {
        return;
    };
    let nobody = world.node().run(&["sessions", "list"]);
    assert!(nobody.stderr.contains("nobody is signed in"), "{nobody:?}");
    let browser = world.signed_in("lin");
    for _ in 0..2 {
        world.signed_in("kim");
    }
    let one = world.session_of("lin");
    assert_eq!(one["user"], "lin");
    assert_eq!(one["service"], "shop");
    assert_eq!(one["tenant"], "commerce");
    assert_eq!(one["issuer"], "login");
    assert_eq!(one["origin"], format!("http://{}", world.at()));
    assert_eq!(one["from"], "127.0.0.1");
    let times = ["since_ms", "seen_ms", "until_ms", "ends_ms"].map(|name| one[name].as_i64());
    assert!(times.is_sorted() && times[0].is_some(), "{one}");
    let cookie = browser.cookies[&(world.at(), COOKIE.to_owned())].clone();
    let id = one["id"].as_str().expect("an id").to_owned();

    // All of it is to be had, in parts too, and of others there is nothing.
    let all = world.node().json(&["sessions", "list"]);
    assert_eq!(all["sessions"].as_array().map(Vec::len), Some(3), "{all}");
    assert_eq!(all["next"], Value::Null);
    assert!(!all.to_string().contains(&cookie), "{all}");
    let first = world.node().json(&["sessions", "list", "--limit", "2"]);
    assert_eq!(first["sessions"].as_array().map(Vec::len), Some(2));
    assert_eq!(first["next"], first["sessions"][1]["id"], "{first}");
    let host = world.at().to_string();
    for (option, value, count) in [
        ("--service", "shop", 3),
        ("--service", "live", 0),
        ("--issuer", "login", 3),
        ("--issuer", "other", 0),
        ("--host", "127.0.0.1", 3),
        ("--host", &host, 3),
        ("--host", "shop.example", 0),
        ("--user", "kim", 2),
    ] {
        let listed = world.node().json(&["sessions", "list", option, value]);
        let found = listed["sessions"].as_array().map(Vec::len);
        assert_eq!(found, Some(count), "{option} {value}: {listed}");
    }
    let table = world.node().ok(&["sessions", "list", "--user", "lin"]);
    for due in ["USER", "lin", "shop", &id, "127.0.0.1"] {
        assert!(table.contains(due), "{due}: {table}");
    }
}

#[test]
fn a_revoked_session_is_refused_at_once_and_its_streams_end() {
    let Some(mut world) = World::one() else {
        return;
    };
    let (lin, kim) = (world.signed_in("lin"), world.signed_in("kim"));
    let (lin, kim) = (world.cookie(&lin), world.cookie(&kim));
    let (mut cut, mut kept) = (open(world.node(), &lin), open(world.node(), &kim));
    let id = world.session_of("lin")["id"]
        .as_str()
        .expect("it")
        .to_owned();

    let unasked = world.node().fails(&["sessions", "revoke", &id]);
    assert!(
        unasked.contains("--yes") && unasked.contains(&id),
        "{unasked}"
    );
    assert_eq!(ask(world.node(), &lin).status, 200);
    let revoke = [
        "sessions",
        "revoke",
        &id,
        "--reason",
        "Laptop stolen",
        "--yes",
    ];
    let said = world.node().ok(&revoke);
    let begun = Instant::now();
    assert!(said.contains("1 session revoked"), "{said}");
    let response = refused(world.node(), &lin);
    assert_eq!(response.status, 401);
    let told = response.text();
    assert!(told.contains("its session was revoked at"), "{told}");
    assert!(told.contains("Laptop stolen"), "{told}");
    assert!(
        !told.contains("root") && !told.contains("ended_by"),
        "{told}"
    );
    let (_, _end) = cut.rest(Duration::from_secs(30));
    assert!(begun.elapsed() < STREAM, "{:?}", begun.elapsed());
    // Others go on, whose streams outlive that.
    assert_eq!(ask(world.node(), &kim).status, 200);
    std::thread::sleep(STREAM.saturating_sub(begun.elapsed()));
    for _ in 0..60 {
        assert!(kept.chunk().is_some_and(|chunk| !chunk.is_empty()));
    }
    // Whoever asks why is told by whom, as far as they may know; the stream's record says so too.
    let request = response.header("x-request-id").expect("an id");
    let why = within(STREAM, "the record", || {
        let ran = world.node().run(&["why", &request]);
        ran.status.success().then_some(ran.stdout)
    });
    for due in ["session.invalid", "was revoked", "by ", "Laptop stolen"] {
        assert!(why.contains(due), "{due}: {why}");
    }
    let ids = ["log", "--json", "--limit", "100"];
    within(STREAM, "the stream's record", || {
        let log = world.node().ok(&ids);
        let ended = log.lines().filter(|line| line.contains("session.invalid"));
        (ended.count() >= 2).then_some(())
    });
    // The audit trail has it once, however often it is asked for.
    let again = world.node().ok(&revoke);
    assert!(
        again.contains("had ended before: it was revoked"),
        "{again}"
    );
    assert!(
        again.contains("by ") && again.contains("Laptop stolen"),
        "{again}"
    );
    let audit = world.node().ok(&["audit", "export"]);
    let entries: Vec<&str> = audit
        .lines()
        .filter(|line| line.contains("sessions_revoked"))
        .collect();
    assert_eq!(entries.len(), 1, "{audit}");
    for due in [&*id, "commerce", "a session of lin: Laptop stolen"] {
        assert!(entries[0].contains(due), "{due}: {entries:?}");
    }
    let gone = world
        .node()
        .fails(&["sessions", "revoke", "ses_0000000000000000", "--yes"]);
    assert!(gone.contains("there is no session"), "{gone}");
}

#[test]
fn people_are_signed_out_by_who_they_are_and_where() {
    let Some(mut world) = World::one() else {
        return;
    };
    let browsers = ["lin", "lin", "kim", "ann"].map(|who| world.signed_in(who));
    let cookies = browsers.each_ref().map(|browser| world.cookie(browser));
    let statuses = |world: &World| {
        cookies
            .each_ref()
            .map(|cookie| ask(world.node(), cookie).status)
    };
    let revoke = |world: &World, which: &[&str]| {
        let all = [&["sessions", "revoke", "--yes"][..], which].concat();
        world.node().json(&all)["revoked"].as_u64()
    };
    assert_eq!(
        revoke(&world, &["--user", "lin", "--service", "live"]),
        Some(0)
    );
    assert_eq!(statuses(&world), [200; 4]);
    assert_eq!(revoke(&world, &["--user", "lin"]), Some(2));
    // On the node where that happens it counts when it is answered.
    assert_eq!(statuses(&world), [401, 401, 200, 200]);
    assert_eq!(revoke(&world, &["--user", "lin"]), Some(0));
    let nobody = world.node().run(&["sessions", "revoke", "--yes"]);
    assert_eq!(nobody.status.code(), Some(2), "{nobody:?}");
    assert_eq!(revoke(&world, &["--all", "--reason", "A drill"]), Some(2));
    assert_eq!(statuses(&world), [401; 4]);
    let listed = world.node().run(&["sessions", "list"]);
    assert!(listed.stderr.contains("nobody is signed in"), "{listed:?}");
    let audit = world.node().ok(&["audit", "export"]);
    assert!(
        audit.contains("2 sessions of lin") && audit.contains("2 sessions: A drill"),
        "{audit}"
    );
    // It is the session that ended, and nobody's right to begin another one.
    let back = world.signed_in("lin");
    assert_eq!(ask(world.node(), &world.cookie(&back)).status, 200);
}

#[test]
fn other_nodes_refuse_a_revoked_session_within_a_second() {
    let Some(server) = Server::start() else {
        return;
    };
    let one = Stored::with(scratch("node"), &["--database", &server.url()]);
    let two = one.beside(&server);
    let Some(mut world) = World::new(vec![one, two]) else {
        return;
    };
    let browsers = ["lin", "kim"].map(|who| world.signed_in(who));
    let [lin, kim] = browsers.each_ref().map(|browser| world.cookie(browser));
    let [one, two] = world.nodes.as_slice() else {
        panic!("two nodes")
    };
    within(STREAM, "the other node's configuration", || {
        (ask(two, &lin).status == 200 && ask(two, &kim).status == 200).then_some(())
    });
    let mut cut = open(two, &lin);
    let id = world.session_of("lin")["id"]
        .as_str()
        .expect("it")
        .to_owned();
    // Listed and revoked wherever one is.
    let listed = two.json(&["sessions", "list"]);
    assert_eq!(listed["sessions"].as_array().map(Vec::len), Some(2));
    one.ok(&["sessions", "revoke", &id, "--reason", "left", "--yes"]);
    let begun = Instant::now();
    let response = refused(two, &lin);
    let took = begun.elapsed();
    assert!(took < SOON, "{took:?}");
    assert!(
        response.text().contains("was revoked at"),
        "{}",
        response.text()
    );
    let (_, _end) = cut.rest(Duration::from_secs(30));
    assert!(begun.elapsed() < STREAM, "{:?}", begun.elapsed());
    assert_eq!(ask(two, &kim).status, 200);
    // What a node has forgotten is in the database: it says so after a restart, too.
    two.ok(&["sessions", "revoke", "--user", "kim", "--yes"]);
    refused(one, &kim);
    println!("refused on the other node after {took:?}");
}

#[test]
fn whose_tokens_are_revoked_is_signed_out_too() {
    let Some(mut world) = World::one() else {
        return;
    };
    let (mut lin, kim) = (world.signed_in("lin"), world.signed_in("kim"));
    let (cookie, kim) = (world.cookie(&lin), world.cookie(&kim));
    let mut cut = open(world.node(), &cookie);
    let which = ["tokens", "revoke", "--issuer", "login", "--subject", "lin"];
    let revoke = [&which[..], &["--reason", "Laptop stolen", "--yes"]].concat();
    world.node().ok(&revoke);
    let begun = Instant::now();
    let response = refused(world.node(), &cookie);
    let told = response.text();
    for due in ["with all tokens of its subject", "Laptop stolen"] {
        assert!(told.contains(due), "{due}: {told}");
    }
    assert!(!told.contains("root") && !told.contains("rev_"), "{told}");
    let (_, _end) = cut.rest(Duration::from_secs(30));
    assert!(begun.elapsed() < STREAM, "{:?}", begun.elapsed());
    assert_eq!(ask(world.node(), &kim).status, 200);
    let listed = world.node().json(&["sessions", "list"]);
    assert_eq!(listed["sessions"].as_array().map(Vec::len), Some(1));
    // Where nobody is asked who calls, they are nobody in particular.
    let open = lin.send("GET", world.at(), "/open", FETCHED);
    assert_eq!(open.status, 200, "{}", open.text());
    let request = response.header("x-request-id").expect("an id");
    let why = within(STREAM, "the record", || {
        let ran = world.node().run(&["why", &request]);
        ran.status.success().then_some(ran.stdout)
    });
    for due in [
        "session.invalid",
        "revocation rev_",
        "by ",
        "tokens restore rev_",
    ] {
        assert!(why.contains(due), "{due}: {why}");
    }
    // Whoever navigates signs in again, and that counts.
    std::thread::sleep(Duration::from_secs(2));
    let shown = lin.open(world.at(), "/");
    assert_eq!(shown.response.status, 200, "{}", shown.response.text());
    let again = world.cookie(&lin);
    assert!(again != cookie);
    assert_eq!(ask(world.node(), &again).status, 200);
}
