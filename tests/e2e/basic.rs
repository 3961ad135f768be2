//! User names and passwords: hashes that another program made, curl as the client, and guesses.

use crate::commands::Stored;
use crate::harness::binary::workspace;
use crate::harness::gateway::{Launch, cli};
use crate::harness::program::{free_address, installed, run, run_with_input};
use crate::harness::raw::{get, once};
use crate::harness::{Gateway, Raw, Response, SOON, eventually};
use crate::upstream::Upstream;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::process::Command;
use std::time::{Duration, Instant};

/// Colons, an umlaut, and what is not ASCII at all.
const PASSWORD: &str = "Canary:Pä\u{df}€word";
const ID: &str = "key_0000000000000001";

/// What Debian's `argon2` keeps of a password; `None`, and a line that says so, where it is not
/// installed.
fn hashed(password: &str) -> Option<String> {
    if !installed("argon2") {
        return None;
    }
    let arguments = "saltsaltsalt -id -t 2 -k 19456 -p 1 -l 32 -e".split(' ');
    let mut command = Command::new("argon2");
    let made = run_with_input(command.args(arguments), password.as_bytes(), SOON);
    assert!(made.status.success(), "{made:?}");
    Some(made.stdout.trim().to_owned())
}

/// A service that accepts passwords, and `anna` of app `shop` with that hash.
fn configuration(upstream: &str, hash: &str) -> Value {
    json!({
        "environments": {"staging": {"hosts": ["staging.test"]}},
        "tenants": {"partner": {}},
        "egress": {"allow": ["127.0.0.0/8"]},
        "edge": {"refusals": {"rate": 0}},
        "apps": {"shop": {"tenant": "partner"}},
        "credentials": {ID: {"app": "shop", "password": {"user": "anna", "hash": hash}}},
        "upstreams": {"behind": {"targets": [upstream]}},
        "services": {"orders": {
            "authentication": {"basic": {}, "subscription": false},
            "versions": {"v1": {"upstream": "behind", "environments": ["production", "staging"], "operations": {
                "any": {"methods": ["GET", "POST"], "path": "/orders"},
            }}},
        }},
    })
}

fn line(user: &str, password: &str) -> String {
    let pair = STANDARD.encode(format!("{user}:{password}"));
    format!("Authorization: Basic {pair}\r\n")
}

fn ask(to: SocketAddr, user: &str, password: &str) -> Response {
    get(to, "/orders", &line(user, password))
}

fn code(response: &Response) -> String {
    response.denial().unwrap_or_default()
}

#[test]
fn curl_passes_with_what_another_program_hashed_and_is_asked_for_it_without() {
    let Some(hash) = hashed(PASSWORD).filter(|_| installed("curl")) else {
        return;
    };
    let upstream = Upstream::start();
    let gateway = Gateway::start(configuration(&upstream.address.to_string(), &hash).to_string());
    let url = format!("http://{}/orders", gateway.address);
    let curl = |more: &[&str]| {
        let mut command = Command::new("curl");
        let common = ["-s", "-o", "/dev/null", "-w", "%{http_code}"];
        run(command.args(common).args(more).arg(&url), SOON).stdout
    };
    assert_eq!(curl(&["-u", &format!("anna:{PASSWORD}")]), "200");
    let seen = upstream.seen().pop().expect("a request");
    assert_eq!(seen.header("x-postern-app").as_deref(), Some("shop"));
    assert_eq!(seen.header("authorization"), None, "it stays here");
    assert_eq!(curl(&["-u", "anna:wrong"]), "401");
    // One that finds out by itself which scheme is asked for.
    assert_eq!(
        curl(&["--anyauth", "-u", &format!("anna:{PASSWORD}")]),
        "200"
    );

    // Browsers ask whoever sits before them where a page is opened, and only there.
    let challenge = r#"Basic realm="orders", charset="UTF-8""#;
    for (mode, asked) in [
        ("", true),
        ("Sec-Fetch-Mode: navigate\r\n", true),
        ("Sec-Fetch-Mode: cors\r\n", false),
        ("Sec-Fetch-Mode: no-cors\r\n", false),
    ] {
        let refused = get(gateway.address, "/orders", mode);
        assert_eq!(
            (refused.status, &*code(&refused)),
            (401, "credential.missing")
        );
        let said = refused.header("www-authenticate").expect("a challenge");
        assert_eq!(said == challenge, asked, "{mode}: {said}");
    }
}

#[test]
fn guesses_are_told_alike_and_what_was_what_only_to_operators() {
    let Some(hash) = hashed(PASSWORD) else {
        return;
    };
    let upstream = Upstream::start();
    let gateway = Gateway::start(configuration(&upstream.address.to_string(), &hash).to_string());
    let wrong = ask(gateway.address, "anna", "hunter2-Canary");
    let unknown = ask(gateway.address, "Canary-hunter2", PASSWORD);
    assert_eq!((wrong.status, &*code(&wrong)), (401, "credential.invalid"));
    // That they are the same to the byte, tests/e2e/ways/alike.rs shows.
    assert_eq!(
        (unknown.status, &*code(&unknown)),
        (401, "credential.invalid")
    );

    let data = gateway.file().with_file_name("data");
    let data = data.to_str().expect("a path of ours");
    let why = |response: &Response, reader: &str| {
        let id = response.header("x-request-id").expect("an id");
        let ran = eventually("a record", || {
            let ran = cli(&["why", &id, "--as", reader, "--data", data]);
            ran.status.success().then_some(ran)
        });
        assert!(!ran.stdout.contains("Canary"), "{}", ran.stdout);
        ran.stdout
    };
    let told = why(&wrong, "operator");
    for part in [
        "credential.wrong_secret",
        "user name `anna`",
        ID,
        "app `shop`",
    ] {
        assert!(told.contains(part), "no {part} in {told}");
    }
    let told = why(&unknown, "operator");
    for part in ["credential.unknown", "no credential has this user name"] {
        assert!(told.contains(part), "no {part} in {told}");
    }
    let (one, other) = (why(&wrong, "consumer"), why(&unknown, "consumer"));
    for told in [one, other] {
        assert!(
            told.contains("credential.invalid") && !told.contains("anna"),
            "{told}"
        );
    }
    let log = cli(&["log", "--json", "--data", data]).stdout;
    assert!(!log.contains("Canary"), "{log}");
    assert!(!gateway.log().contains("Canary"), "{}", gateway.log());
}

#[test]
fn what_is_wrong_with_a_header_is_said() {
    let gateway = Gateway::start(configuration("127.0.0.1:9", NOBODY).to_string());
    for (sent, part) in [
        ("anna:secret".to_owned(), "is not Base64"),
        (STANDARD.encode("anna"), "has no colon"),
        (STANDARD.encode("anna:"), "has no password"),
        (STANDARD.encode(":secret"), "has no name"),
        (STANDARD.encode("anna:secret\n"), "has control characters"),
        (STANDARD.encode(b"anna:\xe4"), "no UTF-8"),
        (
            STANDARD.encode(format!("anna:{}", "a".repeat(256))),
            "is longer than",
        ),
        (String::new(), "has nothing after `Basic`"),
    ] {
        let fields = format!("Authorization: Basic {sent}\r\n");
        let refused = get(gateway.address, "/orders", &fields);
        assert_eq!(
            (refused.status, &*code(&refused)),
            (401, "credential.malformed")
        );
        let detail = refused.json()["detail"].to_string();
        assert!(detail.contains(part), "{part}: {detail}");
        assert!(!detail.contains("secret"), "{detail}");
    }
    let twice = line("anna", "a").repeat(2);
    assert_eq!(
        code(&get(gateway.address, "/orders", &twice)),
        "credential.ambiguous"
    );
    let bearer = get(gateway.address, "/orders", "Authorization: Bearer x\r\n");
    assert_eq!(code(&bearer), "credential.kind_not_accepted");
}

/// Of `password`, which no test sends.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$PL01amPyeUuxG7H0vIr5X+qHkZvWnHmGBGXFYvh8z2E";

#[test]
fn what_a_verified_user_lacks_is_said_of_the_user_and_pages_of_others_change_nothing() {
    let Some(hash) = hashed("secret") else {
        return;
    };
    let upstream = Upstream::start();
    let mut all = configuration(&upstream.address.to_string(), &hash);
    all["policies"] = json!({"own": {"kind": "csrf", "on": {"service": "orders"}}});
    let gateway = Gateway::start(all.to_string());
    let to = gateway.address;
    let post = |more: &str| {
        let login = line("anna", "secret");
        once(
            to,
            format!(
                "POST /orders HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n{login}{more}\r\n"
            ),
        )
    };
    assert_eq!(post("").status, 200);
    assert_eq!(post("Sec-Fetch-Site: same-origin\r\n").status, 200);
    assert_eq!(
        code(&post("Sec-Fetch-Site: cross-site\r\n")),
        "csrf.cross_site"
    );

    let staging = once(
        to,
        format!(
            "GET /orders HTTP/1.1\r\nHost: staging.test\r\n{}\r\n",
            line("anna", "secret")
        ),
    );
    assert_eq!(code(&staging), "credential.wrong_environment");
    let detail = staging.json()["detail"].to_string();
    assert!(
        detail.contains("User name `anna` is for environment `production`"),
        "{detail}"
    );

    for (patch, expected) in [
        (
            json!({"expires_at": "2026-01-01T00:00:00Z"}),
            "credential.expired",
        ),
        (
            json!({"not_before": "2099-01-01T00:00:00Z"}),
            "credential.not_yet_valid",
        ),
        (
            json!({"revoked_at": "2026-01-01T00:00:00Z", "reason": "left"}),
            "credential.revoked",
        ),
        (
            json!({"restricted_to": {"methods": ["PUT"]}}),
            "credential.restricted",
        ),
    ] {
        let mut other = all.clone();
        for (name, value) in patch.as_object().expect("a patch") {
            other["credentials"][ID][name] = value.clone();
        }
        gateway.replace_config(&other.to_string());
        eventually(expected, || {
            (code(&ask(to, "anna", "secret")) == expected).then_some(())
        });
        // Who has not proved to be that user is not told.
        assert_eq!(code(&ask(to, "anna", "guess")), "credential.invalid");
    }
}

#[test]
fn a_flood_of_guesses_keeps_nobody_waiting_who_was_checked() {
    let Some(hash) = hashed("secret") else {
        return;
    };
    let upstream = Upstream::start();
    let mut all = configuration(&upstream.address.to_string(), &hash);
    all["edge"]["wrong_secrets"] = json!({"rate": 0});
    let gateway = Gateway::start(all.to_string());
    let to = gateway.address;
    assert_eq!(ask(to, "anna", "secret").status, 200);
    // More than wait at a time, all at once.
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut guesses: Vec<Raw> = (0..40 * cores.max(2))
        .map(|n| {
            let mut raw = Raw::connect(to);
            raw.patience(Duration::from_mins(1));
            let login = line(&format!("user{n}"), "guess");
            raw.send(format!("GET /orders HTTP/1.1\r\nHost: test\r\n{login}\r\n"));
            raw
        })
        .collect();
    let begun = Instant::now();
    assert_eq!(ask(to, "anna", "secret").status, 200);
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );
    let answers: Vec<Response> = guesses.iter_mut().map(Raw::response).collect();
    let of = |status| answers.iter().filter(|a| a.status == status).count();
    assert_eq!(of(401) + of(503), answers.len());
    assert!(of(401) > 0 && of(503) > 0, "{} and {}", of(401), of(503));
    let busy = answers.iter().find(|a| a.status == 503).expect("one");
    assert_eq!(code(busy), "gateway.overloaded");
    assert!(busy.header("retry-after").is_some());
    // Once they are through, the next one is checked.
    assert_eq!(code(&ask(to, "anna", "guess")), "credential.invalid");
}

#[test]
fn a_password_is_made_shown_once_used_and_revoked() {
    let upstream = Upstream::start();
    let mut all = configuration(&upstream.address.to_string(), NOBODY);
    all["credentials"] = json!({});
    let stored = Stored::empty();
    let applied = stored.apply(&all.to_string());
    assert!(applied.status.success(), "{applied:?}");
    let made = stored.run(&[
        "keys", "create", "--app", "shop", "--basic", "anna", "--json",
    ]);
    assert!(made.status.success(), "{made:?}");
    let made: Value = serde_json::from_str(&made.stdout).expect("JSON");
    let (id, password) = (
        made["id"].as_str().expect("an id"),
        made["password"].as_str().expect("a password"),
    );
    let to = stored.gateway;
    eventually("the password opens", || {
        (ask(to, "anna", password).status == 200).then_some(())
    });
    for arguments in [&["keys", "list", "--json"][..], &["audit", "log", "--json"]] {
        let shown = stored.run(arguments).stdout;
        assert!(shown.contains("anna"), "{shown}");
        assert!(
            !shown.contains("argon2id") && !shown.contains(password),
            "{shown}"
        );
    }
    // No second user of that name, and no second password of it.
    let again = stored.run(&["keys", "create", "--app", "shop", "--basic", "anna"]);
    assert!(
        again.stderr.contains("have the same user name"),
        "{again:?}"
    );
    let rotated = stored.run(&["keys", "rotate", id]);
    assert!(
        rotated.stderr.contains("one password at a time"),
        "{rotated:?}"
    );
    let revoked = stored.run(&["keys", "revoke", id, "--reason", "left", "--yes"]);
    assert!(revoked.status.success(), "{revoked:?}");
    eventually("it is revoked", || {
        (code(&ask(to, "anna", password)) == "credential.revoked").then_some(())
    });
}

#[test]
fn the_example_does_what_it_says() {
    let path = workspace().join("examples/basic.yaml");
    let text = std::fs::read_to_string(&path).expect("the example");
    let address = free_address();
    let text = text.replace("address: 127.0.0.1:8080", &format!("address: {address}"));
    let gateway = Launch::new(text).own_listeners(address).start();
    let to = gateway.address;
    assert_eq!(ask(to, "till-7", "only an example").status, 200);
    assert_eq!(
        code(&ask(to, "till-7", "only a guess")),
        "credential.invalid"
    );
    assert_eq!(
        code(&ask(to, "till-8", "only a guess")),
        "credential.invalid"
    );
    let login = line("till-7", "only an example");
    let forged = once(
        to,
        format!(
            "POST /orders HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\nSec-Fetch-Site: cross-site\r\n{login}\r\n"
        ),
    );
    assert_eq!(code(&forged), "csrf.cross_site");
    let lines = cli(&[
        "keys",
        "create",
        "--app",
        "till",
        "--basic",
        "till-9",
        "--offline",
    ])
    .stdout;
    let (password, lines) = lines.split_once('\n').expect("a password and lines");
    let more = std::fs::read_to_string(gateway.file()).expect("its file");
    let rows = lines
        .trim()
        .strip_prefix("credentials:")
        .expect("a section");
    let more = more.replace("\ncredentials:", &format!("\ncredentials:{rows}"));
    gateway.replace_config(&more);
    eventually("the new password opens", || {
        (ask(to, "till-9", password).status == 200).then_some(())
    });
}
