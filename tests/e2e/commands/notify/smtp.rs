//! A mail server, and what it was given.

use super::super::Stored;
use super::ask;
use crate::harness::SOON;
use crate::harness::binary::workspace;
use crate::harness::python::python;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// A mail as its reader sees it.
#[derive(Debug)]
pub(super) struct Mail {
    pub(super) to: String,
    pub(super) from: String,
    pub(super) subject: String,
    pub(super) text: String,
}

impl Mail {
    fn read(got: &Value) -> Self {
        let to = got["to"].as_array().expect("recipients");
        assert_eq!(to.len(), 1, "{got}");
        let data = got["data"].as_str().expect("a mail");
        let (head, body) = data.split_once("\r\n\r\n").expect("a head");
        let head = head.replace("\r\n ", " ");
        let mut lines = head.lines();
        let subject = lines.find_map(|line| line.strip_prefix("Subject: "));
        Self {
            to: to[0].as_str().expect("an address").to_owned(),
            from: got["from"].as_str().expect("an address").to_owned(),
            subject: subject.expect("a subject").to_owned(),
            text: decoded(body),
        }
    }

    /// The one-time link in it.
    pub(super) fn link(&self) -> &str {
        let mut lines = self.text.lines();
        let link = lines.find(|line| line.contains("/accept?token="));
        link.unwrap_or_else(|| panic!("no link: {self:?}"))
    }

    /// Whether all of this is in it.
    pub(super) fn says(&self, parts: &[&str]) {
        for part in parts {
            assert!(self.text.contains(part), "{part}: {self:?}");
        }
    }
}

/// Quoted-printable (RFC 2045, section 6.7).
fn decoded(body: &str) -> String {
    let body = body.replace("=\r\n", "").replace("\r\n", "\n");
    let mut parts = body.split('=');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (code, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(code, 16).expect("two digits"));
        bytes.extend(rest.as_bytes());
    }
    String::from_utf8(bytes).expect("UTF-8")
}

/// Has a Postern hand its mails to whatever listens at a port of this machine.
pub(super) fn hand_over(postern: &Stored, port: &Value, links: Option<&str>) {
    let mail = json!({
        "host": "127.0.0.1", "port": port, "security": "none", "title": "Example APIs",
        "from": "Postern <postern@example.com>", "links": links,
    });
    let change = json!({"kind": "mail", "id": "platform", "put": mail});
    ask(postern, "change", &json!({"changes": [change]}));
}

/// A mail server that hands out what it gets.
pub(super) struct Smtpd {
    child: Child,
    port: Value,
    received: Receiver<Value>,
}

impl Smtpd {
    /// Starts one with more options; none where there is no Python.
    pub(super) fn start(more: &[(&str, &str)]) -> Option<Self> {
        let mut options = json!({"tls": "none"});
        for (name, value) in more {
            options[name] = (*value).into();
        }
        let script = workspace().join("crates/outbound/tests/peers/smtpd.py");
        let mut child = Command::new(python()?)
            .arg(script)
            .arg(options.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the mail server");
        let output = BufReader::new(child.stdout.take().expect("its output"));
        let (sender, received) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let got = serde_json::from_str(&line).expect("JSON");
                if sender.send(got).is_err() {
                    return;
                }
            }
        });
        let first: Value = received.recv_timeout(SOON).expect("its port");
        Some(Self {
            child,
            port: first["port"].clone(),
            received,
        })
    }

    /// Has a Postern hand its mails to it, whose links begin with this.
    pub(super) fn serve(&self, postern: &Stored, links: Option<&str>) {
        hand_over(postern, &self.port, links);
    }

    /// The next mail.
    pub(super) fn read(&self) -> Mail {
        self.within(SOON)
    }

    /// The next mail, which may take so long.
    pub(super) fn within(&self, limit: Duration) -> Mail {
        Mail::read(&self.received.recv_timeout(limit).expect("a mail"))
    }

    /// The next mails, by their readers.
    pub(super) fn several(&self, count: usize) -> Vec<Mail> {
        let mut mails: Vec<Mail> = (0..count).map(|_| self.read()).collect();
        mails.sort_by(|one, other| one.to.cmp(&other.to));
        mails
    }

    /// That nothing comes for so long.
    pub(super) fn is_quiet(&self, limit: Duration) {
        if let Ok(got) = self.received.recv_timeout(limit) {
            panic!("{:?}", Mail::read(&got));
        }
    }
}

impl Drop for Smtpd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
