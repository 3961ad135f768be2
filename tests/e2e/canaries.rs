//! Secrets and names planted wherever somebody could put them, and looked for wherever somebody
//! could read them.

mod ways;

use crate::commands::Stored;
use crate::harness::files::Scratch;
use crate::harness::gateway::{Launch, cli};
use crate::harness::tls::{Authority, Validity};
use crate::harness::{Gateway, Raw, Response, eventually};
use postern_model::key::ApiKey;
use serde_json::{Value, json};
use std::path::Path;

/// What stands in headers, queries and bodies that are nobody's business.
const CANARIES: [&str; 8] = [
    "Canary1Authorization",
    "Canary2Cookie",
    "Canary3Proxy",
    "Canary4Token",
    "Canary5Query",
    "Canary6Body",
    "Canary7Proof",
    "Canary8Page",
];
/// Names that only their own tenant and the operators know.
const STRANGERS: [&str; 2] = ["rival-tenant", "rival-app"];
/// What lists hold, besides the entry that a request meets.
const ENTRIES: [&str; 3] = ["203.0.113.0", "198.51.100.77", "CanaryComment"];

/// Where the platform makes tokens.
const OWN: &str = "/.well-known/postern/issuers/own";

/// A key and how it is sent.
fn key(number: u8) -> (ApiKey, String) {
    let key = ApiKey::generate(&[number; ApiKey::RANDOM]);
    let written = (*key.reveal().expose()).to_owned();
    (key, written)
}

/// What nobody may read of a key.
fn secret(written: &str) -> &str {
    written.rsplit('_').next().expect("a secret")
}

fn document(key: &ApiKey, app: &str) -> Value {
    let digest = key.digest().map(|byte| format!("{byte:02x}")).concat();
    json!({"app": app, "environment": "staging", "sha256": digest})
}

/// A platform with two lists, a tenant that publishes, one that calls, and one that is nobody's
/// business; the services tell as much as can be told.
fn configuration() -> Value {
    let service = |base: &str, more: Value| {
        let mut service = json!({
            "tenant": "owner",
            "hosts": ["canaries.test"],
            "base_path": base,
            "disclosure": "verbose",
            "disclosure_until": "2099-01-01",
            "scopes": {"read": "To read"},
            "authentication": {"api_key": {"header": "X-API-Key", "query": "api_key"}},
            "versions": {"v1": {"environments": ["staging"], "upstream": "echo", "operations": {
                "thing": {"methods": ["GET", "POST"], "path": "/things/{id}", "scopes": ["read"]},
            }}},
        });
        service
            .as_object_mut()
            .expect("a mapping")
            .extend(more.as_object().expect("a mapping").clone());
        service
    };
    let subscribed = |app: &str, service: &str, state: &str| json!({"app": app, "service": service, "plan": "all", "state": state});
    json!({
        "environments": {"staging": {"hosts": ["canaries.test"]}},
        "tenants": {"owner": {}, "mine": {}, "rival-tenant": {}},
        "apps": {"my-app": {"tenant": "mine"}, "rival-app": {"tenant": "rival-tenant"}},
        "services": {
            "open": service("/open", json!({})),
            "office": service("/office", json!({})),
            "tokens": service("/tokens", json!({
                "authentication": {"jwt": {"issuers": ["own"]}},
            })),
            "hidden": service("/hidden", json!({
                "visibility": "private", "shared_with": ["rival-tenant"],
            })),
        },
        "issuers": {"own": {
            "issuer": format!("https://canaries.test{OWN}"), "audiences": ["things"], "built_in": {},
        }},
        "plans": {"all": {"services": ["open", "office", "hidden"], "scopes": ["read"]}},
        "credentials": {},
        "subscriptions": {
            "sub_open": subscribed("my-app", "open", "pending"),
            "sub_office": subscribed("my-app", "office", "approved"),
            "sub_rival": subscribed("rival-app", "open", "approved"),
        },
        "lists": {
            "known-places": {"entries": [
                {"range": "203.0.113.0/24", "comment": "CanaryComment"}, "198.51.100.77",
            ]},
        },
        "policies": {
            "office-only": {"kind": "network", "on": {"service": "office"}, "allow": ["known-places"]},
        },
        "upstreams": {"echo": {"targets": ["builtin:echo"]}},
        "egress": {"allow": ["127.0.0.0/8"]},
    })
}

/// Requests that are refused, laden with everything secret; and what may see them.
fn laden(sent: &str) -> Vec<String> {
    let lines = format!(
        "Host: canaries.test\r\nConnection: close\r\nAuthorization: Bearer {}\r\nCookie: s={}\r\n\
         Proxy-Authorization: Basic {}\r\nX-Auth-Token: {}\r\nX-Note: {sent}\r\n\
         DPoP: {}\r\nX-CSRF-Token: {}\r\n\
         Referer: https://app.example/?api_key={sent}\r\n",
        CANARIES[0], CANARIES[1], CANARIES[2], CANARIES[3], CANARIES[6], CANARIES[7],
    );
    let post = |path: &str, more: &str| {
        let body = format!("{{\"note\":\"{}\",\"key\":\"{sent}\"}}", CANARIES[5]);
        let length = body.len();
        let path = format!("{path}/things/1?token={}", CANARIES[4]);
        format!("POST {path} HTTP/1.1\r\n{lines}{more}Content-Length: {length}\r\n\r\n{body}")
    };
    let form = |endpoint: &str, more: &str| {
        let id = sent.split('_').nth(1).unwrap_or_default();
        let body = format!(
            "client_id=key_{id}&client_secret={sent}&note={}{more}",
            CANARIES[5]
        );
        let length = body.len();
        format!(
            "POST {OWN}/{endpoint}?token={} HTTP/1.1\r\nHost: canaries.test\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{body}",
            CANARIES[4],
        )
    };
    let header = format!("X-API-Key: {sent}\r\n");
    let query = format!("/open/things/1?api_key={sent}&token={}", CANARIES[4]);
    vec![
        // Pending, from the wrong place, hidden; each with the whole valid key.
        post("/open", &header),
        post("/office", &header),
        post("/hidden", &header),
        // Twice, cut off, as another kind, with something around it, with a wrong end.
        post("/open", &format!("{header}{header}")),
        post(
            "/open",
            &format!("X-API-Key: {}\r\n", &sent[..sent.len() - 1]),
        ),
        post("/open", &format!("X-API-Key: Bearer {sent}\r\n")),
        post("/open", &format!("X-API-Key: \"{sent}\"\r\n")),
        post("/open", &format!("X-API-Key: {sent}x\r\n")),
        post("/open", ""),
        post("/tokens", ""),
        // In forms that ask for tokens, or give one up.
        form("token", "&grant_type=password"),
        form(
            "token",
            "&grant_type=client_credentials&scope=nobody-has-it",
        ),
        form("revoke", ""),
        // In the query: of a request that is refused later, and of ones that cannot be read.
        format!("GET {query} HTTP/1.1\r\n{lines}\r\n"),
        format!("GET {query} HTTP/1.1\r\n{lines}A : b\r\n\r\n"),
        format!("GET {query} HTTP/3.0\r\n{lines}\r\n"),
        format!("GET {query}{} HTTP/1.1\r\n{lines}\r\n", "a".repeat(9_000)),
        format!(
            "GET {query} HTTP/1.1\r\n{lines}X-Long: {}\r\n\r\n",
            "a".repeat(20_000)
        ),
        format!("GET {query}&x=\u{1} HTTP/1.1\r\n{lines}\r\n"),
        format!("BREW {query} HTTP/1.1\r\n{lines}\r\n"),
        format!("GET /nowhere?api_key={sent} HTTP/1.1\r\n{lines}\r\n"),
        format!("DELETE {query} HTTP/1.1\r\n{lines}\r\n"),
    ]
}

/// Fails if one of the texts is there.
pub(crate) fn none_of<'a>(what: &str, shown: &str, texts: impl IntoIterator<Item = &'a str>) {
    for text in texts {
        if let Some(at) = shown.find(text) {
            let from = shown.floor_char_boundary(at.saturating_sub(200));
            let until = shown.ceil_char_boundary((at + 200).min(shown.len()));
            panic!("{what} shows {text}: …{}…", &shown[from..until]);
        }
    }
}

/// Fails if a file below a directory holds one of the texts.
pub(crate) fn no_file_holds(directory: &Path, texts: &[&str]) {
    for entry in std::fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            no_file_holds(&path, texts);
            continue;
        }
        // A socket is no file.
        let Ok(bytes) = std::fs::read(&path) else {
            continue;
        };
        for text in texts {
            let found = bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes());
            assert!(!found, "{} holds {text}", path.display());
        }
    }
}

/// A refusal as text, head and all.
fn whole(response: &Response) -> String {
    format!("{:?}\n{}", response.headers, response.text())
}

/// Sends everything, looks at everything that comes back, and gives the ids of the refusals.
fn provoke(to: std::net::SocketAddr, written: &str) -> Vec<String> {
    let mut ids = Vec::new();
    for request in laden(written) {
        let refused = Raw::connect(to).exchange(&request);
        assert!(refused.status >= 400, "{request}: {refused:?}");
        let shown = whole(&refused);
        none_of("a response", &shown, CANARIES);
        none_of("a response", &shown, [secret(written)]);
        none_of("a response", &shown, STRANGERS);
        none_of("a response", &shown, ENTRIES);
        ids.push(refused.header("x-request-id").expect("an id"));
    }
    ids
}

/// Asks every command that shows something about requests or configuration.
fn asked(run: impl Fn(&[&str]) -> String, ids: &[String], secrets: &[&str]) {
    let whole: [&[&str]; 6] = [
        &["log", "--json", "--limit", "1000"],
        &["log", "--export", "csv"],
        &["denials", "--json"],
        &["keys", "list", "--json"],
        &["policies", "effective", "office", "v1", "thing"],
        &["subscriptions", "list", "--json"],
    ];
    for arguments in whole {
        none_of(
            &format!("{arguments:?}"),
            &run(arguments),
            secrets.iter().copied(),
        );
    }
    for id in ids {
        for audience in ["operator", "publisher", "consumer"] {
            for form in [&[][..], &["--json"]] {
                let arguments = [&["why", id, "--as", audience][..], form].concat();
                let shown = run(&arguments);
                let what = format!("{arguments:?}");
                none_of(&what, &shown, secrets.iter().copied());
                if audience != "operator" {
                    none_of(&what, &shown, STRANGERS);
                    none_of(&what, &shown, ENTRIES);
                }
                if audience == "consumer" {
                    none_of(&what, &shown, ["known-places"]);
                }
            }
        }
    }
}

#[test]
fn what_is_planted_in_requests_and_stored_shows_up_nowhere() {
    let (key, written) = key(1);
    let mut all = configuration();
    all["credentials"][format!("key_{}", key.id())] = document(&key, "my-app");
    let mut postern = Stored::empty();
    let applied = postern.apply(&all.to_string());
    assert!(applied.status.success(), "{applied:?}");
    let ids = provoke(postern.gateway, &written);
    let mut secrets = CANARIES.to_vec();
    secrets.push(secret(&written));
    asked(|arguments| postern.ok(arguments), &ids, &secrets);
    // Keys are made, and their secrets shown once.
    let made = postern.ok(&["keys", "create", "--app", "my-app"]);
    secrets.push(secret(made.trim()));
    let log = postern.output();
    none_of("the process log", &log, secrets.iter().copied());
    // A file that is refused: a key where its digest should stand, and beside it.
    let mut wrong = all.clone();
    wrong["credentials"][format!("key_{}", key.id())]["sha256"] = json!(written);
    wrong["credentials"]["key_0000000000000009"] = json!({"app": "nobody", "sha256": written});
    let refused = postern.apply(&wrong.to_string());
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    none_of(
        "a refusal of `apply`",
        &refused.stderr,
        secrets.iter().copied(),
    );
    postern.stop();
    no_file_holds(&postern.data(), &secrets);
}

#[test]
fn secrets_that_a_file_refers_to_show_up_nowhere() {
    let ((in_env, env), (in_file, file)) = (key(2), key(3));
    let authority = Authority::new("canaries");
    let issued = authority.issue("server", &["canaries.test"], Validity::Now);
    let private = issued
        .key_pem
        .lines()
        .nth(1)
        .expect("a line of the key")
        .to_owned();
    let kept = authority.files.write("the.key", format!("{file}\n"));
    let mut all = configuration();
    all["listeners"] = json!({
        "plain": {"address": "127.0.0.1:0"},
        "secure": {"address": "127.0.0.1:0", "tls": {"certificates": [
            {"certificate": issued.certificate, "key": issued.key},
        ]}},
    });
    for (key, from) in [
        (&in_env, "env:CANARY_KEY".to_owned()),
        (&in_file, format!("file:{}", kept.display())),
    ] {
        all["credentials"][format!("key_{}", key.id())] =
            json!({"app": "my-app", "environment": "staging", "secret": from});
    }
    let variable = format!("CANARY_KEY={env}");
    let gateway = Launch::new(all.to_string())
        .through(&["env", &variable])
        .logging_all_requests()
        .start();
    let mut secrets = CANARIES.to_vec();
    secrets.extend([secret(&env), secret(&file), &private]);
    let mut ids = provoke(gateway.address, &env);
    ids.extend(provoke(gateway.address, &file));
    let data = gateway.file().with_file_name("data");
    let run = |arguments: &[&str]| {
        let data = data.to_str().expect("a path of ours");
        let ran = cli(&[arguments, &["--data", data]].concat());
        assert!(ran.status.success(), "{arguments:?}: {ran:?}");
        ran.stdout
    };
    asked(run, &ids, &secrets);
    self_service(&gateway, &env);
    broken(&gateway, &all, &authority.files, &secrets);
    none_of("the process log", &gateway.log(), secrets.iter().copied());
    none_of("the metrics", &gateway.metrics(), secrets.iter().copied());
    no_file_holds(&data, &secrets);
}

/// What callers are told of themselves.
fn self_service(gateway: &Gateway, written: &str) {
    for path in [
        "whoami",
        "check/open/things/1",
        "check/office/things/1",
        "check/hidden/things/1",
    ] {
        let request = format!(
            "GET /.well-known/postern/{path} HTTP/1.1\r\nHost: canaries.test\r\n\
             X-API-Key: {written}\r\nConnection: close\r\n\r\n"
        );
        let shown = whole(&Raw::connect(gateway.address).exchange(request));
        none_of(path, &shown, [secret(written)]);
        none_of(path, &shown, STRANGERS);
        none_of(path, &shown, ENTRIES);
    }
}

/// Configurations with faults beside their secrets: on the command line, and of the running
/// gateway, which logs them.
fn broken(gateway: &Gateway, all: &Value, files: &Scratch, secrets: &[&str]) {
    let (_, written) = key(3);
    let torn = files.write("torn.key", &written[..written.len() - 1]);
    let id = format!("key_{}", key(3).0.id());
    let faults = [
        json!({"secret": format!("file:{}", torn.display())}),
        json!({"secret": written}),
        json!({"secret": format!("env:{written}")}),
        json!({"sha256": written}),
        json!({"sha256": "00", "secret": written, "hmac": written}),
        json!({"app": "nobody", "sha256": written}),
    ];
    for fault in faults {
        let mut wrong = all.clone();
        let mut credential = json!({"app": "my-app", "environment": "staging"});
        credential
            .as_object_mut()
            .expect("a mapping")
            .extend(fault.as_object().expect("a mapping").clone());
        wrong["credentials"] = json!({ &id: credential });
        let text = serde_json::to_string_pretty(&wrong).expect("JSON");
        let path = files.write("wrong.yaml", &text);
        let ran = cli(&["check", path.to_str().expect("a path of ours")]);
        assert_eq!(ran.status.code(), Some(1), "{fault}: {ran:?}");
        let said = format!("{}{}", ran.stdout, ran.stderr);
        none_of("`postern check`", &said, secrets.iter().copied());
        let before = gateway.log().len();
        gateway.replace_config(&text);
        eventually("the fault is logged", || {
            gateway.log()[before..].contains("error").then_some(())
        });
    }
}
