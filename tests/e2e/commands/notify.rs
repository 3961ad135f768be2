//! What happens is told: by webhooks to a receiver that fails at first, over a crash, and by mail.

mod command;
mod links;
mod mails;
mod nodes;
mod smtp;

use super::{CONFIG, Stored};
use crate::harness::files::scratch;
use crate::harness::tls::{Authority, Validity, provider};
use crate::harness::{SOON, eventually};
use jiff::{SignedDuration, Timestamp};
use postern_outbound::webhook::{SigningSecret, verify};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// Longest time until an attempt comes again: the waits are up to 10 s and up to 20 s.
const AGAIN: Duration = Duration::from_mins(1);

/// A request that came.
#[derive(Debug)]
struct Got {
    head: String,
    body: Vec<u8>,
}

impl Got {
    fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        let mut found = lines.filter(|(named, _)| named.eq_ignore_ascii_case(name));
        found.next().map_or("", |(_, value)| value.trim())
    }

    fn event(&self) -> Value {
        serde_json::from_slice(&self.body).expect("an event")
    }
}

/// An HTTPS server that answers with these statuses, and with 204 after them.
fn receiver(authority: &Authority, statuses: &'static [u16]) -> (SocketAddr, Receiver<Got>) {
    let issued = authority.issue("receiver", &["127.0.0.1"], Validity::Now);
    let (chain, key) = issued.der();
    let config = rustls::ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("a pair");
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    let (sender, received) = channel();
    std::thread::spawn(move || {
        let mut statuses = statuses.iter();
        for stream in listener.incoming() {
            let Some(got) = stream.ok().and_then(|stream| {
                let status = statuses.next().copied().unwrap_or(204);
                answer(stream, config.clone(), status)
            }) else {
                continue;
            };
            if sender.send(got).is_err() {
                return;
            }
        }
    });
    (address, received)
}

fn answer(stream: TcpStream, config: Arc<rustls::ServerConfig>, status: u16) -> Option<Got> {
    stream.set_read_timeout(Some(SOON)).ok()?;
    let session = rustls::ServerConnection::new(config).ok()?;
    let mut stream = BufReader::new(rustls::StreamOwned::new(session, stream));
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let mut got = Got {
        head,
        body: Vec::new(),
    };
    let length: u64 = got.header("content-length").parse().ok()?;
    stream
        .by_ref()
        .take(length)
        .read_to_end(&mut got.body)
        .ok()?;
    let stream = stream.get_mut();
    write!(
        stream,
        "HTTP/1.1 {status} Done\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    )
    .ok()?;
    stream.conn.send_close_notify();
    stream.flush().ok()?;
    Some(got)
}

/// Asks through the socket, and gives what is answered.
fn ask(postern: &Stored, method: &str, params: &Value) -> Value {
    let mut stream = UnixStream::connect(postern.data().join("postern.sock")).expect("the socket");
    writeln!(stream, "{}", json!({"method": method, "params": params})).expect("it listens");
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).expect("a line");
    let answer: Value = serde_json::from_str(&line).expect("JSON");
    assert!(answer.get("error").is_none(), "{method}: {answer}");
    answer["ok"].clone()
}

fn started(authority: &Authority, at: crate::harness::files::Scratch) -> Stored {
    // The system's authorities, as far as this process knows.
    let path = authority.path();
    Stored::prepared(at, |command| {
        command
            .env("SSL_CERT_FILE", path)
            .env_remove("SSL_CERT_DIR");
    })
}

fn is_signed(got: &Got, secrets: &[&str]) -> bool {
    let secrets: Vec<_> = secrets
        .iter()
        .map(|text| SigningSecret::parse(text).expect("a secret"))
        .collect();
    let secrets: Vec<_> = secrets.iter().collect();
    let header = got.header("postern-signature");
    let (now, tolerance) = (Timestamp::now(), SignedDuration::from_mins(5));
    verify(header, &got.body, &secrets, now, tolerance).is_ok()
}

#[test]
fn a_webhook_is_sent_until_it_is_taken_even_over_a_crash() {
    let authority = Authority::new("Receivers");
    let (address, received) = receiver(&authority, &[500, 503]);
    let postern = started(&authority, scratch("notify"));
    let applied = postern.apply(CONFIG);
    assert!(applied.status.success(), "{applied:?}");
    let webhook = json!({
        "tenant": "partner-x", "url": format!("https://{address}/hooks?token=s3same"),
        "events": ["approval.decided", "ping"],
    });
    let made = ask(&postern, "webhooks.create", &json!({"webhook": webhook}));
    let (id, secret) = (
        made["id"].clone(),
        made["secret"].as_str().expect("a secret"),
    );
    postern.ok(&["subscriptions", "approve", "sub_crm", "--yes"]);
    let first = received.recv_timeout(SOON).expect("the first attempt");

    // The process is gone before the next attempt; what waits is not.
    let deliveries = |postern: &Stored| {
        let found = ask(postern, "webhooks.deliveries", &json!({"id": id}));
        found["items"].as_array().expect("a list").clone()
    };
    eventually("the attempt in the log", || {
        (deliveries(&postern).len() == 1).then_some(())
    });
    postern.program.signal("KILL");
    let postern = started(&authority, postern.into_scratch());
    let second = received.recv_timeout(AGAIN).expect("the second attempt");
    let third = received.recv_timeout(AGAIN).expect("the third attempt");
    for got in [&first, &second, &third] {
        assert!(
            got.head.starts_with("POST /hooks?token=s3same HTTP/1.1"),
            "{got:?}"
        );
        assert_eq!(got.body, first.body);
        assert_eq!(
            got.header("postern-delivery"),
            first.header("postern-delivery")
        );
        assert!(is_signed(got, &[secret]), "{got:?}");
        let other = SigningSecret::generate().expect("randomness").reveal();
        assert!(!is_signed(got, &[&other]));
    }
    let event = first.event();
    assert_eq!(event["type"], "approval.decided", "{event}");
    assert_eq!(event["tenant"], "partner-x");
    assert_eq!(event["data"]["app"], "crm");
    assert_eq!(event["data"]["decision"], "approved");

    let log = eventually("three attempts", || {
        Some(deliveries(&postern)).filter(|log| log.len() == 3)
    });
    let lines: Vec<_> = log
        .iter()
        .map(|line| {
            (
                line["attempt"].clone(),
                line["status"].clone(),
                line["outcome"].clone(),
            )
        })
        .collect();
    let expected = [
        (3, 204, "delivered"),
        (2, 503, "failed"),
        (1, 500, "failed"),
    ];
    let expected = expected.map(|(n, status, how)| (json!(n), json!(status), json!(how)));
    assert_eq!(lines, expected);
    assert!(!json!(log).to_string().contains("s3same"), "{log:?}");
    assert!(!postern.output().contains("s3same"));

    // Both secrets sign while one takes the place of the other; and what was sent is sent again.
    let rotated = ask(&postern, "webhooks.rotate_secret", &json!({"id": id}));
    let new = rotated["secret"].as_str().expect("a secret");
    assert_ne!(new, secret);
    let again = json!({"id": id, "delivery": first.header("postern-delivery")});
    ask(&postern, "webhooks.redeliver", &again);
    let fourth = received.recv_timeout(SOON).expect("the delivery, again");
    assert_eq!(fourth.body, first.body);
    assert!(is_signed(&fourth, &[secret]) && is_signed(&fourth, &[new]));
    ask(&postern, "webhooks.test", &json!({"id": id}));
    let ping = received.recv_timeout(SOON).expect("the ping");
    assert_eq!(ping.event()["type"], "ping");
}
