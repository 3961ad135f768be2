//! Nodes that share a PostgreSQL database: in step, and serving while it is away.

use super::super::harness::binary;
use super::super::harness::files::scratch;
use super::super::harness::postgres::Server;
use super::super::harness::program::{free_address, run};
use super::super::harness::raw::{Response, get, once};
use super::super::harness::tls::{Authority, Validity};
use super::super::harness::{SOON, eventually, within};
use super::{CONFIG, Stored, code, id_of};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// A service that everybody may call, beside those that take keys.
const OPEN: &str = r"
  open:
    base_path: /open
    versions: { v1: { upstream: echo, operations: { all: { methods: [GET], path: /all } } } }
plans:";

impl Stored {
    /// A node that shares this database.
    fn node(server: &Server) -> Self {
        Self::with(scratch("node"), &["--database", &server.url()])
    }

    /// Another node beside this one.
    pub(crate) fn beside(&self, server: &Server) -> Self {
        let other = scratch("node");
        fs::create_dir(other.join("data")).unwrap();
        for key in ["installation.key", "master.key"] {
            fs::copy(self.data().join(key), other.join("data").join(key)).unwrap();
        }
        Self::with(other, &["--database", &server.url()])
    }

    /// Ends it and starts it again.
    fn again_with(mut self, server: &Server) -> Self {
        self.stop();
        Self::with(self.scratch, &["--database", &server.url()])
    }

    fn ask_admin(&self, path: &str) -> Response {
        let host = self.admin;
        once(
            host,
            format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
        )
    }

    fn readiness(&self) -> Value {
        let ready = self.ask_admin("/readyz");
        assert_eq!(ready.status, 200);
        ready.json()
    }

    fn measures(&self, line: &str) -> bool {
        let metrics = self.ask_admin("/metrics").text();
        metrics.lines().any(|found| found == line)
    }
}

/// Two nodes that serve [`CONFIG`].
fn two() -> Option<(Server, Stored, Stored)> {
    let server = Server::start()?;
    let one = Stored::node(&server);
    let applied = one.apply(&CONFIG.replace("\nplans:", OPEN));
    assert!(applied.status.success(), "{applied:?}");
    let two = one.beside(&server);
    Some((server, one, two))
}

/// A server on loopback that is spoken to by TLS alone, with a certificate for `localhost`; its port.
fn encrypted(authority: &Authority) -> Option<(Server, u16)> {
    let port = free_address().port();
    let settings = ["listen_addresses=127.0.0.1", "ssl=on"];
    let mut settings: Vec<_> = settings.map(str::to_owned).into();
    settings.push(format!("port={port}"));
    let issued = authority.issue("database", &["localhost"], Validity::Now);
    let server = Server::prepared(settings, |data| {
        let owner = fs::metadata(data).unwrap();
        for (name, text) in [
            ("server.crt", &*issued.certificate_pem),
            ("server.key", &*issued.key_pem),
            (
                "pg_hba.conf",
                "local all all trust\nhostssl all all 127.0.0.1/32 trust\n",
            ),
        ] {
            let path = data.join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            chown(&path, Some(owner.uid()), Some(owner.gid())).unwrap();
        }
    })?;
    Some((server, port))
}

#[test]
fn a_database_over_tls_is_the_one_that_its_certificate_says() {
    let (authority, other) = (Authority::new("ours"), Authority::new("another"));
    let Some((_server, port)) = encrypted(&authority) else {
        return;
    };
    let url = |host: &str, more: &str, authority: &Authority| {
        let root = authority.path();
        let root = root.display();
        format!("postgres://postern@{host}:{port}/postgres?{more}&sslrootcert={root}")
    };
    let good = url("localhost", "sslmode=verify-full", &authority);
    let mut node = Stored::with(scratch("node"), &["--database", &good]);
    let applied = node.apply(CONFIG);
    assert!(applied.status.success(), "{applied:?}");
    // A listener has a connection of its own: what another node changes comes over that.
    let other_node = scratch("node");
    fs::create_dir(other_node.join("data")).unwrap();
    for key in ["installation.key", "master.key"] {
        fs::copy(node.data().join(key), other_node.join("data").join(key)).unwrap();
    }
    let beside = Stored::with(other_node, &["--database", &good]);
    let key = node.key("fieldforce");
    eventually("the other node has the key", || {
        (beside.customers(&key).status == 200).then_some(())
    });
    node.stop();

    for (wrong, url) in [
        (
            "another authority",
            url("localhost", "sslmode=verify-full", &other),
        ),
        (
            "another name",
            url("127.0.0.1", "sslmode=verify-full", &authority),
        ),
        (
            "in the clear",
            url("localhost", "sslmode=disable", &authority),
        ),
    ] {
        let files = scratch("refused");
        let data = files.join("data");
        let mut command = std::process::Command::new(binary::postern());
        command.args(["run", "--gateway", "127.0.0.1:0", "--admin", "127.0.0.1:0"]);
        command.arg("--data").arg(&data).args(["--database", &url]);
        let ran = run(&mut command, SOON);
        assert_eq!(ran.status.code(), Some(1), "{wrong}: {ran:?}");
        assert!(ran.stderr.contains("postgres"), "{wrong}: {ran:?}");
        assert!(!ran.stderr.contains("panicked"), "{wrong}: {ran:?}");
    }
}

/// Callers who ask both nodes until they are told to stop.
struct Callers {
    stop: Arc<AtomicBool>,
    done: Arc<AtomicUsize>,
    threads: Vec<std::thread::JoinHandle<Vec<String>>>,
}

impl Callers {
    fn start(nodes: [&Stored; 2], key: &str) -> Self {
        let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let threads = nodes.map(|node| {
            let (to, lines) = (
                node.gateway,
                format!("X-API-Key: {key}\r\nConnection: close\r\n"),
            );
            let (stop, done): (_, Arc<AtomicUsize>) = (Arc::clone(&stop), Arc::clone(&done));
            std::thread::spawn(move || {
                let mut failures = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    let response = get(to, "/partners/customers", &lines);
                    if response.status != 200 {
                        failures.push(response.text());
                    }
                    done.fetch_add(1, Ordering::Relaxed);
                }
                failures
            })
        });
        Self {
            stop,
            done,
            threads: threads.into(),
        }
    }

    fn finish(self) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads {
            let failures = thread.join().unwrap();
            assert!(
                failures.is_empty(),
                "{} failed: {}",
                failures.len(),
                failures[0]
            );
        }
        self.done.load(Ordering::Relaxed)
    }
}

#[test]
fn what_one_node_changes_the_other_serves_within_a_second() {
    let Some((_server, one, two)) = two() else {
        return;
    };
    let second = Duration::from_secs(1);
    let key = one.key("fieldforce");
    within(second, "the key on the other node", || {
        (two.customers(&key).status == 200).then_some(())
    });
    one.ok(&["keys", "revoke", &id_of(&key), "--reason", "lost", "--yes"]);
    let refused = within(second, "the refusal on the other node", || {
        let response = two.customers(&key);
        (response.status != 200).then_some(response)
    });
    assert_eq!(code(&refused), "credential.revoked");

    // Rules, and in the other direction; each node goes on from what the other did.
    let lists = two.ok(&["lists", "add", "office", "192.0.2.0/24"]);
    assert!(!lists.is_empty());
    let shows = |node: &Stored| node.ok(&["lists", "list", "office"]);
    assert_eq!(shows(&one), shows(&two));
    let late = one.key("fieldforce");
    within(second, "a key made after it", || {
        (two.customers(&late).status == 200).then_some(())
    });
    assert_eq!(one.customers(&late).status, 200);
    assert_eq!(two.customers(&key).status, 401);
}

#[test]
fn a_restore_and_new_keys_of_secrets_reach_the_other_node() {
    let Some((_server, one, two)) = two() else {
        return;
    };
    let key = one.key("fieldforce");
    let file = one.data().join("../kept.jsonl");
    one.ok(&["backup", file.to_str().unwrap()]);
    one.ok(&["keys", "revoke", &id_of(&key), "--reason", "x", "--yes"]);
    let late = one.key("fieldforce");
    eventually("the later key on the other node", || {
        (two.customers(&late).status == 200).then_some(())
    });
    one.ok(&["restore", file.to_str().unwrap(), "--yes"]);
    eventually("what was restored on the other node", || {
        (two.customers(&key).status == 200 && two.customers(&late).status == 401).then_some(())
    });

    // Each node has made a key that the other one has not.
    for (makes, other) in [(&one, &two), (&two, &one)] {
        makes.ok(&["secrets", "rotate"]);
        let made = makes.json(&["keys", "create", "--app", "fieldforce", "--offline"]);
        let made = made["key"].as_str().unwrap();
        let sealed = makes.sealed(made);
        let credential = format!(
            "credentials: {{ {}: {{ app: fieldforce, secret: {sealed} }} }}",
            id_of(made)
        );
        let applied = makes.apply(&credential);
        assert!(applied.status.success(), "{applied:?}");
        eventually("the sealed key on the other node", || {
            (other.customers(made).status == 200).then_some(())
        });
        assert_eq!(makes.customers(made).status, 200);
    }
}

#[test]
fn a_database_that_goes_away_fails_no_request() {
    let Some((mut server, one, two)) = two() else {
        return;
    };
    let (key, doomed) = (one.key("fieldforce"), one.key("fieldforce"));
    eventually("both keys on the other node", || {
        (two.customers(&doomed).status == 200).then_some(())
    });
    let callers = Callers::start([&one, &two], &key);
    server.stop();
    let refused = one.fails(&["keys", "create", "--app", "fieldforce"]);
    assert!(refused.contains("is away"), "{refused}");
    assert!(refused.contains("nothing was written"), "{refused}");
    // Over HTTP nobody is told where it is.
    let unavailable = one.ask_admin("/api/v1/sign-in/providers");
    assert_eq!(unavailable.status, 503, "{}", unavailable.text());
    assert_eq!(unavailable.json()["code"], "store.unavailable");
    let text = unavailable.text();
    let detail = unavailable.json()["detail"].as_str().unwrap().to_owned();
    assert!(
        !text.contains("postgres") && !text.contains("host="),
        "{text}"
    );
    eventually("the log has it", || {
        one.output().contains("is away").then_some(())
    });
    assert!(detail.contains("cannot be used now"), "{text}");
    within(Duration::from_secs(8), "it is said", || {
        let said = two.readiness()["database"]
            .as_str()?
            .starts_with("away for");
        (said && two.measures("postern_database_away 1")).then_some(())
    });

    server.resume();
    eventually("it is there again", || {
        let made = one.run(&["keys", "revoke", &id_of(&doomed), "--reason", "x", "--yes"]);
        made.status.success().then_some(())
    });
    eventually("the other node has caught up", || {
        (code(&two.customers(&doomed)) == "credential.revoked").then_some(())
    });
    eventually("it is said", || {
        let said = two.readiness()["database"] == "reached";
        (said && two.measures("postern_database_away 0")).then_some(())
    });
    assert!(callers.finish() > 100);
}

#[test]
fn a_node_starts_without_its_database_and_catches_up() {
    let Some((mut server, one, two)) = two() else {
        return;
    };
    let key = one.key("fieldforce");
    eventually("the key on the other node", || {
        (two.customers(&key).status == 200).then_some(())
    });
    let id = id_of(&key);
    eventually("the key in the copy", || {
        let files = ["replica.db", "replica.db-wal"].map(|name| two.data().join(name));
        let mut files = files.iter().flat_map(fs::read);
        let holds = |file: Vec<u8>| file.windows(id.len()).any(|part| part == id.as_bytes());
        files.any(holds).then_some(())
    });
    server.stop();
    let two = two.again_with(&server);
    assert!(two.output().contains("is away"), "{}", two.output());
    assert_eq!(two.customers(&key).status, 200);
    let refused = two.fails(&["keys", "create", "--app", "fieldforce"]);
    assert!(refused.contains("is away"), "{refused}");
    server.resume();
    eventually("a revocation by the first node", || {
        let revoked = one.run(&["keys", "revoke", &id_of(&key), "--reason", "x", "--yes"]);
        revoked.status.success().then_some(())
    });
    eventually("the second one knows of it", || {
        (code(&two.customers(&key)) == "credential.revoked").then_some(())
    });
    let made = two.key("fieldforce");
    eventually("what the second one makes", || {
        (one.customers(&made).status == 200).then_some(())
    });
    // Nothing was stored twice: every change set has one row.
    let twice = "SELECT count(*) - count(DISTINCT sequence) FROM postern.change_sets";
    assert_eq!(server.run(twice).trim(), "0");
}

#[test]
fn callers_are_refused_once_nobody_can_know_of_revocations() {
    let Some((mut server, one, _two)) = two() else {
        return;
    };
    let key = one.key("fieldforce");
    let strict = CONFIG.replace("\nplans:", OPEN) + "staleness: { limit: 0s }\n";
    let applied = one.apply(&strict);
    assert!(applied.status.success(), "{applied:?}");
    server.stop();
    assert_eq!(one.customers(&key).status, 200, "it cannot know yet");
    let refused = within(Duration::from_secs(12), "the refusal", || {
        let response = one.customers(&key);
        (response.status != 200).then_some(response)
    });
    super::super::harness::problem::assert_refused(&refused, "gateway.configuration_stale");
    let sent = "GET /partners/customers HTTP/1.1\nHost: api.example.com\nX-API-Key: YOUR-KEY";
    crate::codes::kept::example("gateway.configuration_stale", sent, &refused);
    let open = get(one.gateway, "/open/all", "Connection: close\r\n");
    assert_eq!(open.status, 200, "{}", open.text());
    assert_eq!(code(&one.customers("")), "credential.missing");
    server.resume();
    within(SOON, "callers are let in again", || {
        (one.customers(&key).status == 200).then_some(())
    });
    let why = ["denials", "--code", "gateway.configuration_stale", "--json"];
    assert!(one.ok(&why).contains("gateway.configuration_stale"));
}

#[test]
fn a_second_node_needs_the_first_one_s_key() {
    let Some((server, one, _two)) = two() else {
        return;
    };
    let alone = scratch("alone");
    let data = alone.join("data");
    let taken = one.admin.to_string();
    let start = |more: &[&str]| {
        let data = data.to_str().unwrap();
        let url = server.url();
        let arguments = ["run", "--data", data, "--database", &url, "--admin", &taken];
        super::cli(&[&arguments, more].concat())
    };
    let refused = start(&[]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(
        refused.stderr.contains("copy it from a node that runs"),
        "{}",
        refused.stderr
    );
    // With its keys it comes as far as the address that cannot be bound.
    let key = one.data().join("installation.key");
    let master = format!("file:{}", one.data().join("master.key").display());
    let keys = [
        "--installation-key",
        key.to_str().unwrap(),
        "--master-key",
        &master,
    ];
    let started = start(&keys);
    assert!(started.stderr.contains(&taken), "{}", started.stderr);
}
