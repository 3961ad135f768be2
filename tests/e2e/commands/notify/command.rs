//! `postern webhooks`, on the machine and over HTTP.

use super::super::{CONFIG, Stored};
use super::{is_signed, receiver, started};
use crate::harness::files::scratch;
use crate::harness::management::{Management, PASSWORD, printed};
use crate::harness::program::{Ran, run_with_input};
use crate::harness::tls::Authority;
use crate::harness::{SOON, binary, eventually};
use serde_json::{Value, json};
use std::process::Command;

/// Somebody at another machine, with a token.
struct Away {
    server: String,
    token: String,
}

impl Away {
    /// The owner of a Postern that has none yet.
    fn owner(postern: &Stored) -> Self {
        let management = Management::of(postern);
        let link = printed(postern, |line| line.contains("/accept?token="));
        let owner = json!({"email": "owner@example.com", "password": PASSWORD});
        let owner = management.accept(&link, owner);
        let title = json!({"title": "Laptop"});
        let made = management.ask(&owner, "POST", "/api/v1/me/tokens", &title);
        Self {
            server: format!("http://{}", management.0),
            token: made.json()["token"].as_str().unwrap().to_owned(),
        }
    }

    fn run(&self, words: &[&str]) -> Ran {
        let mut command = Command::new(binary::postern());
        command.args(words).env("TZ", "UTC");
        command.env("POSTERN_SERVER", &self.server);
        command.env("POSTERN_TOKEN", &self.token);
        run_with_input(&mut command, b"", SOON)
    }

    fn ok(&self, words: &[&str]) -> String {
        let ran = self.run(words);
        assert!(ran.status.success(), "{words:?}: {ran:?}");
        ran.stdout
    }
}

fn as_json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// That commands say the same on the machine and over HTTP, and never a secret again.
fn same_here_and_there(postern: &Stored, away: &Away, id: &str, secret: &str) {
    let plain = [
        "webhooks",
        "create",
        "--url",
        "http://x.example",
        "--events",
        "ping",
    ];
    for words in [
        &["webhooks", "list"][..],
        &["webhooks", "list", "--json"],
        &["webhooks", "show", id],
        &["webhooks", "show", id, "--json"],
        &["webhooks", "deliveries", id],
        &["webhooks", "deliveries", id, "--json"],
        &["webhooks", "show", "wh_nothing"],
        &["webhooks", "redeliver", id, "dlv_nothing"],
        &plain,
        &["webhooks", "delete", id],
    ] {
        let (here, there) = (postern.run(words), away.run(words));
        assert_eq!(
            (&here.stdout, &here.stderr, here.status.code()),
            (&there.stdout, &there.stderr, there.status.code()),
            "{words:?}"
        );
        let shown = format!("{}{}", here.stdout, here.stderr);
        assert!(!shown.contains(secret), "{words:?}: {shown}");
    }
}

#[test]
fn webhooks_are_made_tried_watched_and_deleted_by_commands() {
    let authority = Authority::new("Receivers");
    let (address, received) = receiver(&authority, &[]);
    let postern = started(&authority, scratch("webhooks"));
    let applied = postern.apply(CONFIG);
    assert!(applied.status.success(), "{applied:?}");
    let away = Away::owner(&postern);
    let url = format!("https://{address}/hooks?token=s3same");
    let create = [
        "webhooks",
        "create",
        "--tenant",
        "partner-x",
        "--url",
        &url,
        "--events",
        "approval.decided,credential.revoked",
        "--description",
        "Chat",
    ];
    let ran = postern.run(&create);
    assert!(ran.status.success(), "{ran:?}");
    let secret = ran.stdout.trim().to_owned();
    assert!(secret.starts_with("whsec_"), "{ran:?}");
    let said = format!(" to https://{address}. This is the only time that the secret is shown");
    assert!(ran.stderr.contains(&said), "{ran:?}");
    assert!(!ran.stderr.contains("s3same"), "{ran:?}");

    let list = postern.json(&["webhooks", "list", "--tenant", "partner-x"]);
    let id = list["webhooks"][0]["id"].as_str().unwrap().to_owned();
    let shown = postern.ok(&["webhooks", "list"]);
    for part in [
        &*id,
        "partner-x",
        "approval.decided,credential.revoked",
        "Chat",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(
        !shown.contains("s3same") && !shown.contains(&secret),
        "{shown}"
    );
    let show = ["webhooks", "show", &id];
    assert!(postern.ok(&show).contains(&url));

    // Elsewhere the same, and the secret by no way again.
    let test = as_json(&away.ok(&["webhooks", "test", &id, "--json"]));
    let delivery = test["delivery"].as_str().unwrap().to_owned();
    let ping = received.recv_timeout(SOON).expect("the ping");
    assert_eq!(ping.header("postern-delivery"), delivery);
    assert_eq!(ping.event()["type"], "ping");
    assert!(is_signed(&ping, &[&secret]));
    let deliveries = ["webhooks", "deliveries", &id];
    let listed = eventually("the attempt", || {
        Some(postern.ok(&deliveries)).filter(|listed| listed.contains(&delivery))
    });
    assert!(
        listed.contains("ping") && listed.contains("204"),
        "{listed}"
    );
    same_here_and_there(&postern, &away, &id, &secret);

    away.ok(&["webhooks", "redeliver", &id, &delivery]);
    let again = received.recv_timeout(SOON).expect("the delivery, again");
    assert_eq!(again.body, ping.body);
    let rotated = away.ok(&["webhooks", "rotate-secret", &id, "--overlap", "0s"]);
    let rotated = rotated.trim();
    assert_ne!(rotated, secret);
    postern.ok(&["webhooks", "test", &id]);
    let ping = received.recv_timeout(SOON).expect("another ping");
    assert!(is_signed(&ping, &[rotated]) && !is_signed(&ping, &[&secret]));

    postern.ok(&["webhooks", "disable", &id]);
    let refused = postern.fails(&["webhooks", "test", &id]);
    assert!(refused.contains("is switched off"), "{refused}");
    away.ok(&["webhooks", "enable", &id]);
    let refused = postern.fails(&["webhooks", "delete", &id]);
    assert!(refused.contains("add --yes"), "{refused}");
    away.ok(&["webhooks", "delete", &id, "--yes"]);
    assert_eq!(postern.json(&["webhooks", "list"])["webhooks"], json!([]));
    assert!(!postern.output().contains(&secret) && !postern.output().contains("s3same"));
}
