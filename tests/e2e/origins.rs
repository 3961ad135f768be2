//! Upstreams that refuse by themselves, for real: their answers pass as they are, and the publisher
//! is told what they look like.

use crate::commands::Stored;
use crate::harness::files::{Scratch, scratch};
use crate::harness::nginx;
use crate::harness::node::module;
use crate::harness::program::{Program, find, free_address, skipped};
use crate::harness::python::python;
use crate::harness::{Raw, Response};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// A server, and what it refuses: a path, the status, and what its answer looks like.
struct Origin {
    name: &'static str,
    address: SocketAddr,
    refuses: &'static [(&'static str, u16, &'static str)],
    _program: Program,
    _scratch: Scratch,
}

fn start(
    name: &'static str,
    refuses: &'static [(&'static str, u16, &'static str)],
    command: impl FnOnce(SocketAddr, &Scratch) -> Command,
) -> Option<Origin> {
    let scratch = scratch(name);
    let address = free_address();
    let mut program = Program::start(&mut command(address, &scratch), &scratch, "output");
    if let Err(why) = program.wait_for(address, Duration::from_secs(40)) {
        skipped(&format!("{name} {why}"));
        return None;
    }
    Some(Origin {
        name,
        address,
        refuses,
        _program: program,
        _scratch: scratch,
    })
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("e2e/origins")
        .join(name)
}

fn script(program: &Path, name: &str, address: SocketAddr) -> Command {
    let mut command = Command::new(program);
    command.arg(file(name)).arg(address.port().to_string());
    command
}

fn nginx() -> Option<Origin> {
    let program = find("nginx")?;
    let refuses = &[
        ("closed", 403, "nginx, web server: certain"),
        ("read-only", 403, "nginx, web server: certain"),
        ("members", 401, "nginx, authentication: certain"),
        ("small", 413, "nginx, web server: certain"),
    ];
    start("nginx", refuses, |address, scratch| {
        let directory = scratch.display();
        let http = format!(
            "
  access_log off;
  server {{
    listen {address};
    location /nginx/closed {{ deny all; }}
    location /nginx/read-only {{ limit_except GET {{ deny all; }} }}
    location /nginx/members {{ auth_basic members; auth_basic_user_file {directory}/users; }}
    location /nginx/small {{ client_max_body_size 1; }}
  }}"
        );
        scratch.write("users", "");
        nginx::command(&program, scratch, &http)
    })
}

fn django() -> Option<Origin> {
    let refuses = &[
        (
            "form",
            403,
            "Django, check against cross-site requests (CSRF): certain",
        ),
        (
            "members",
            403,
            "Django REST framework, authentication: certain",
        ),
    ];
    let python = python()?;
    start("django", refuses, |address, _| {
        script(python, "django_server.py", address)
    })
}

fn flask() -> Option<Origin> {
    let refuses = &[
        (
            "form",
            400,
            "Flask-WTF, check against cross-site requests (CSRF): certain",
        ),
        ("closed", 403, "Werkzeug, web server: likely"),
    ];
    let python = python()?;
    start("flask", refuses, |address, _| {
        script(python, "flask_server.py", address)
    })
}

fn express() -> Option<Origin> {
    let csurf = module("csurf/index.js")?;
    let modules = csurf.ancestors().nth(2)?.to_owned();
    let refuses = &[
        (
            "form",
            403,
            "Express (csurf), check against cross-site requests (CSRF): certain",
        ),
        ("nowhere", 404, "Express, routing: likely"),
    ];
    start("express", refuses, |address, _| {
        let mut command = script(Path::new("node"), "express.js", address);
        command.env("NODE_PATH", modules);
        command
    })
}

fn post(address: SocketAddr, path: &str) -> Response {
    Raw::connect(address).exchange(format!(
        "POST {path} HTTP/1.1\r\nHost: origins.test\r\nContent-Length: 4\r\nConnection: close\r\n\r\na=bc"
    ))
}

fn configuration(origins: &[Origin]) -> Value {
    let mut all = json!({
        "listeners": {"plain": {"address": "127.0.0.1:0"}},
        "tenants": {"owner": {}},
        "egress": {"allow": ["127.0.0.0/8"]},
    });
    for origin in origins {
        all["upstreams"][origin.name] = json!({
            "targets": [origin.address.to_string()], "outlier": {"consecutive_failures": 0},
        });
        all["services"][origin.name] = json!({
            "tenant": "owner", "hosts": ["origins.test"], "base_path": format!("/{}", origin.name),
            "versions": {"v1": {"upstream": origin.name, "operations": {
                "all": {"methods": ["POST"], "path": "/{*rest}"},
            }}},
        });
    }
    all
}

#[test]
fn what_upstreams_refuse_passes_as_it_is_and_is_recognised() {
    let origins: Vec<Origin> = [nginx(), django(), flask(), express()]
        .into_iter()
        .flatten()
        .collect();
    if origins.is_empty() {
        return;
    }
    let postern = Stored::empty();
    let applied = postern.apply(&configuration(&origins).to_string());
    assert!(applied.status.success(), "{applied:?}");
    for origin in &origins {
        for (path, status, looks_like) in origin.refuses {
            let path = format!("/{}/{path}", origin.name);
            let direct = post(origin.address, &path);
            let passed = post(postern.gateway, &path);
            assert_eq!((direct.status, passed.status), (*status, *status), "{path}");
            assert_eq!(passed.denial(), None, "{path}");
            // Pages of frameworks may tell moments; their length is the same.
            assert_eq!(direct.body.len(), passed.body.len(), "{path}");
            let challenge = "www-authenticate";
            assert_eq!(direct.header(challenge), passed.header(challenge));
            let id = passed.header("x-request-id").expect("an id");
            let why = postern.ok(&["why", &id]);
            assert!(why.contains("refused[origin.refused]"), "{why}");
            assert!(
                why.contains(&format!("looks like: {looks_like}")),
                "{path}: {why}"
            );
            assert!(
                why.contains("next: ") && why.contains("= fault: upstream"),
                "{why}"
            );
            let publisher = postern.ok(&["why", &id, "--as", "publisher"]);
            assert!(publisher.contains("looks like: "), "{publisher}");
            let consumer = postern.ok(&["why", &id, "--as", "consumer", "--json"]);
            for told in ["looks_like", "what_next", "on_the_path", "likeness"] {
                assert!(!consumer.contains(told), "{consumer}");
            }
        }
    }
}
