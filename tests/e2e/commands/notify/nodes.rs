//! Several nodes of one database tell each thing once, also when one of them is gone.

use super::super::{CONFIG, Stored, id_of};
use super::smtp::Smtpd;
use super::{AGAIN, Got, ask, receiver};
use crate::harness::files::{Scratch, scratch};
use crate::harness::postgres::Server;
use crate::harness::tls::Authority;
use serde_json::json;
use std::collections::BTreeSet;
use std::fs;
use std::sync::mpsc::Receiver;
use std::time::Duration;

/// Longer than a node that nobody tells waits until it looks at the log.
const LOOKED: Duration = Duration::from_secs(7);

fn node(place: Scratch, database: &Server, authority: &Authority) -> Stored {
    let (url, path) = (database.url(), authority.path());
    Stored::prepared(place, |command| {
        command.args(["--database", &url]);
        command
            .env("SSL_CERT_FILE", path)
            .env_remove("SSL_CERT_DIR");
    })
}

/// Makes a key and revokes it again.
fn revoked(node: &Stored) -> String {
    let id = id_of(&node.key("crm"));
    node.ok(&["keys", "revoke", &id, "--reason", "lost", "--yes"]);
    id
}

/// That webhooks and mails told of each of these once.
fn each_once(told: &BTreeSet<String>, mails: &Smtpd, webhooks: &Receiver<Got>) {
    let count = told.len();
    let events = (0..count).map(|_| webhooks.recv_timeout(AGAIN).expect("a request"));
    let events = events.map(|got| got.event()["data"]["credential"].clone());
    let events: BTreeSet<String> = events.map(|id| id.as_str().unwrap().to_owned()).collect();
    assert_eq!(&events, told);
    let texts: Vec<String> = (0..count).map(|_| mails.within(AGAIN).text).collect();
    for id in told {
        let of_it = texts.iter().filter(|text| text.contains(id.as_str()));
        assert_eq!(of_it.count(), 1, "{id}: {texts:?}");
    }
    mails.is_quiet(LOOKED);
    assert!(webhooks.try_recv().is_err(), "a request too many");
}

#[test]
fn of_several_nodes_one_tells_what_happens_and_another_takes_over() {
    let (Some(database), Some(mails)) = (Server::start(), Smtpd::start(&[])) else {
        return;
    };
    let authority = Authority::new("Receivers");
    let (address, webhooks) = receiver(&authority, &[]);
    let one = node(scratch("node"), &database, &authority);
    let config = CONFIG.replace(
        "crm: { tenant: partner-x }",
        "crm: { tenant: partner-x, contact: crm@partner.example }",
    );
    let applied = one.apply(&config);
    assert!(applied.status.success(), "{applied:?}");
    let place = scratch("node");
    fs::create_dir(place.join("data")).unwrap();
    for key in ["installation.key", "master.key"] {
        fs::copy(one.data().join(key), place.join("data").join(key)).unwrap();
    }
    let two = node(place, &database, &authority);
    mails.serve(&one, None);
    let webhook = json!({
        "tenant": "partner-x", "url": format!("https://{address}/hooks"),
        "events": ["credential.revoked"],
    });
    ask(&one, "webhooks.create", &json!({"webhook": webhook}));
    let told = [&one, &two].repeat(4).into_iter().map(revoked).collect();
    each_once(&told, &mails, &webhooks);

    // Whichever of them followed the log: the one that is left does, before long.
    one.program.signal("KILL");
    let told = [&two; 3].map(revoked).into();
    each_once(&told, &mails, &webhooks);

    // It comes back; nothing is told anew, and what happens then is told.
    let one = node(one.into_scratch(), &database, &authority);
    mails.is_quiet(LOOKED);
    assert!(webhooks.try_recv().is_err(), "a request too many");
    let told = [&one, &two].map(revoked).into();
    each_once(&told, &mails, &webhooks);
}
