//! Sending the requests of the table.

use super::row::{Before, Row, Telling};
use super::tls::Tls;
use super::world::{good, guess, key, stranger, written};
use crate::harness::{Raw, Response, SOON};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::Duration;

/// What begins the line that says who calls over TLS.
const TLS: &str = "TLS: ";

/// One row, asked of services that tell in one way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asking<'a> {
    pub(super) gateway: SocketAddr,
    /// The same over TLS.
    pub(super) tls: &'a Tls,
    /// The number of the row.
    pub(super) number: usize,
    pub(super) row: &'a Row,
    pub(super) telling: Telling,
}

impl Asking<'_> {
    /// Whatever has to happen before, and the request that is then refused.
    pub(super) fn provoke(&self) -> Response {
        let held = self.before();
        let mut refused = self.send(self.row.sent);
        if matches!(self.row.before, Before::UsedUp(_)) && refused.denial().is_none() {
            // It was renewed in between.
            refused = self.send(self.row.sent);
        }
        if let Some(mut raw) = held {
            assert_eq!(raw.send("{}").response().status, 200, "{}", self.row.code);
        }
        refused
    }

    /// Whatever has to happen before the request is refused; and a request that is under way as long
    /// as it is held.
    pub(super) fn before(&self) -> Option<Raw> {
        match self.row.before {
            Before::Nothing => None,
            Before::Sent(times, text) => {
                for _ in 0..times {
                    self.send(text);
                }
                None
            }
            Before::UsedUp(text) => {
                let refused = (0..10).any(|_| self.send(text).denial().is_some());
                assert!(refused, "{}", self.row.code);
                None
            }
            Before::Held(text) => {
                let mut raw = self.connection(text);
                raw.send(self.bytes(text));
                let passes = raw.head().map(|interim| interim.status);
                assert_eq!(passes, Some(100), "{}", self.row.code);
                Some(raw)
            }
        }
    }

    /// Sends a request on a connection of its own.
    pub(super) fn send(&self, text: &str) -> Response {
        self.connection(text).exchange(self.bytes(text))
    }

    /// The same, and everything that comes back.
    pub(super) fn send_raw(&self, text: &str) -> Vec<u8> {
        let mut raw = self.connection(text);
        raw.send(self.bytes(text));
        raw.rest(SOON).0
    }

    /// A connection for a request, over TLS where it says by whom.
    fn connection(&self, text: &str) -> Raw {
        let over_tls = text.lines().find_map(|line| line.strip_prefix(TLS));
        over_tls.map_or_else(|| Raw::connect(self.gateway), |who| self.tls.connect(who))
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
        let lines = lines.filter(|line| !line.starts_with(TLS));
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
        // What the gateway is asked itself is below no service.
        let base = if path.starts_with("/.well-known/") {
            String::new()
        } else {
            format!("/{}", self.row.name())
        };
        format!("{method} {base}{path} {version}\r\n{fields}\r\n\r\n{body}").into_bytes()
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
                    let nonce = (wrong == "nonce").then(|| self.nonce());
                    let wrong = if nonce.is_some() { "" } else { wrong };
                    let address = format!("http://{}/{}/op", self.telling.host(), self.row.name());
                    let proof =
                        super::token::proof(&self.row.name(), &address, wrong, nonce.as_deref());
                    out.push_str(&proof);
                }
                "csrf" => out.push_str(&csrf(&self.csrf(text))),
                "csrf old" => out.push_str(&csrf(&self.old_csrf(text))),
                "id" => _ = write!(out, "key_{}", key(self.number).id()),
                "session" => out.push_str(&super::session::cookie(self, false)),
                "session brief" => out.push_str(&super::session::cookie(self, true)),
                "stranger" => out.push_str(&written(&stranger())),
                "" => out.push_str("{}"),
                length => out.push_str(&"a".repeat(length.parse().expect("a length"))),
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }

    /// A nonce of the gateway's, which it gives to whoever lacks nothing else.
    fn nonce(&self) -> String {
        let asked = self.send(self.row.sent);
        asked.header("dpop-nonce").expect("a nonce")
    }

    /// A token that pages of the host fetch, for the address that a request is to come from.
    fn csrf(&self, text: &str) -> String {
        let named = text
            .lines()
            .find_map(|line| line.strip_prefix("X-Forwarded-For: "));
        let address = named.map_or_else(|| self.address(), ToOwned::to_owned);
        let fetched = Raw::connect(self.gateway).exchange(format!(
            "GET /.well-known/postern/csrf HTTP/1.1\r\nHost: {}\r\nX-Forwarded-For: {address}\r\n\
             Connection: close\r\n\r\n",
            self.telling.host()
        ));
        if fetched.status != 200 {
            // Once nothing on the host asks for tokens, there are none, and none is needed.
            return "none".to_owned();
        }
        let token = fetched.json()["token"].take();
        token.as_str().expect("a token").to_owned()
    }

    /// One whose time is over. It is fetched once for each gateway and way of telling.
    fn old_csrf(&self, text: &str) -> String {
        static OLD: Mutex<BTreeMap<(SocketAddr, String), String>> = Mutex::new(BTreeMap::new());
        let place = (self.gateway, self.telling.host());
        let kept = OLD
            .lock()
            .expect("nobody panics with it")
            .get(&place)
            .cloned();
        kept.unwrap_or_else(|| {
            let token = self.csrf(text);
            std::thread::sleep(CSRF_VALID + Duration::from_secs(1));
            let mut all = OLD.lock().expect("nobody panics with it");
            all.insert(place, token.clone());
            token
        })
    }
}

/// How long a token is good that pages fetch, in the row `csrf.token_expired`.
const CSRF_VALID: Duration = Duration::from_secs(5);

/// A token as pages send it: in a field, and in a cookie.
fn csrf(token: &str) -> String {
    format!("X-CSRF-Token: {token}\nCookie: postern_csrf={token}")
}
