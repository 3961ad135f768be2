//! Sending the requests of the table.

use super::row::{Before, Row, Telling};
use super::world::{good, guess, key, stranger, written};
use crate::harness::{Raw, Response, SOON};
use std::net::SocketAddr;

/// One row, asked of services that tell in one way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asking<'a> {
    pub(super) gateway: SocketAddr,
    /// The number of the row.
    pub(super) number: usize,
    pub(super) row: &'a Row,
    pub(super) telling: Telling,
}

impl Asking<'_> {
    /// Whatever has to happen before, and the request that is then refused.
    pub(super) fn provoke(&self) -> Response {
        let mut held = None;
        match self.row.before {
            Before::Nothing => {}
            Before::Sent(times, text) => {
                for _ in 0..times {
                    self.send(text);
                }
            }
            Before::Held(text) => {
                let mut raw = Raw::connect(self.gateway);
                raw.send(self.bytes(text));
                let passes = raw.head().map(|interim| interim.status);
                assert_eq!(passes, Some(100), "{}", self.row.code);
                held = Some(raw);
            }
        }
        let refused = self.send(self.row.sent);
        if let Some(mut raw) = held {
            assert_eq!(raw.send("{}").response().status, 200, "{}", self.row.code);
        }
        refused
    }

    /// Sends a request on a connection of its own.
    pub(super) fn send(&self, text: &str) -> Response {
        Raw::connect(self.gateway).exchange(self.bytes(text))
    }

    /// The same, and everything that comes back.
    pub(super) fn send_raw(&self, text: &str) -> Vec<u8> {
        let mut raw = Raw::connect(self.gateway);
        raw.send(self.bytes(text));
        raw.rest(SOON).0
    }

    /// The address that the request comes from, if it says no other: each asking has its own.
    pub(super) fn address(&self) -> String {
        let way = self.telling.profile * 3 + self.telling.disclosure;
        format!("198.18.{}.{}", self.number, way + 1)
    }

    fn bytes(&self, text: &str) -> Vec<u8> {
        let text = self.filled(text);
        let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
        let mut lines = head.lines();
        let mut words = lines.next().expect("a first line").split(' ');
        let (method, path) = (words.next().expect("one"), words.next().expect("a path"));
        let version = words.next().unwrap_or("HTTP/1.1");
        let mut fields: Vec<String> = lines.map(str::to_owned).collect();
        let mut usual = |name: &str, value: &str| {
            let there = fields.iter().any(|field| field.starts_with(name));
            if !there {
                fields.push(format!("{name}: {value}"));
            }
        };
        usual("Host", &self.telling.host());
        usual("X-Forwarded-For", &self.address());
        usual("Connection", "close");
        let chunked = head.contains("Transfer-Encoding");
        if !body.is_empty() && !chunked {
            usual("Content-Length", &body.len().to_string());
        }
        let fields = fields.join("\r\n");
        format!(
            "{method} /{}{path} {version}\r\n{fields}\r\n\r\n{body}",
            self.row.name()
        )
        .into_bytes()
    }

    /// The text with keys and fillings in place of what stands in brackets.
    fn filled(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let (name, after) = after.split_once('}').expect("a bracket that closes");
            match name {
                "key" => out.push_str(&written(&key(self.number))),
                "guess" => out.push_str(&written(&guess(self.number))),
                "good" => out.push_str(&written(&good())),
                name if name.starts_with("token") => {
                    let wrong = name.trim_start_matches("token").trim();
                    out.push_str(&super::token::token(&self.row.name(), wrong));
                }
                name if name.starts_with("signed") => {
                    let mut words = text.split([' ', '\n']);
                    let (method, path) = (words.next(), words.next());
                    out.push_str(&super::signed::fields(
                        &self.row.name(),
                        self.telling,
                        method.expect("a method"),
                        path.expect("a path"),
                        name.trim_start_matches("signed").trim(),
                    ));
                }
                name if name.starts_with("proof") => {
                    let wrong = name.trim_start_matches("proof").trim();
                    let address = format!("http://{}/{}/op", self.telling.host(), self.row.name());
                    out.push_str(&super::token::proof(&self.row.name(), &address, wrong));
                }
                "stranger" => out.push_str(&written(&stranger())),
                "" => out.push_str("{}"),
                length => out.push_str(&"a".repeat(length.parse().expect("a length"))),
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }
}
