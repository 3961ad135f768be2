//! A browser as far as signing in goes: it keeps cookies by host, and follows redirections.

use crate::harness::{Raw, Response};
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// Its cookies, by host and name. Ports are none of a cookie's business; here each is a host of its
/// own, so that the provider's do not reach the gateway.
#[derive(Debug, Clone, Default)]
pub(super) struct Browser {
    pub(super) cookies: BTreeMap<(SocketAddr, String), String>,
}

/// What an answer was, and where from.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) at: SocketAddr,
    pub(super) target: String,
    pub(super) response: Response,
}

impl Browser {
    /// The cookies for a host, as they are sent.
    pub(super) fn sent_to(&self, host: SocketAddr) -> String {
        let all = self.cookies.iter().filter(|((at, _), _)| *at == host);
        let pairs: Vec<String> = all
            .map(|((_, name), value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    /// Sends one request, and keeps the cookies of its answer. `lines` end in `\r\n`.
    pub(super) fn send(
        &mut self,
        method: &str,
        to: SocketAddr,
        target: &str,
        lines: &str,
    ) -> Response {
        let cookies = self.sent_to(to);
        let cookies = match cookies.as_str() {
            "" => String::new(),
            some => format!("Cookie: {some}\r\n"),
        };
        let request = format!(
            "{method} {target} HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\n{cookies}{lines}\r\n"
        );
        let response = Raw::connect(to).exchange(request);
        for (name, value) in &response.headers {
            if name.eq_ignore_ascii_case("set-cookie") {
                self.keep(to, value);
            }
        }
        response
    }

    /// Sends a form.
    pub(super) fn post(&mut self, to: SocketAddr, target: &str, form: &str) -> Response {
        let kind = "Content-Type: application/x-www-form-urlencoded";
        // A line end more after it is passed over (RFC 9112 §2.2).
        let lines = format!("{kind}\r\nContent-Length: {}\r\n\r\n{form}", form.len());
        self.send("POST", to, target, &lines)
    }

    fn keep(&mut self, host: SocketAddr, cookie: &str) {
        let mut parts = cookie.split(';').map(str::trim);
        let (name, value) = parts
            .next()
            .and_then(|pair| pair.split_once('='))
            .expect("a pair");
        let ended = parts.clone().any(|part| {
            part.eq_ignore_ascii_case("max-age=0") || part.starts_with("expires=Thu, 01 Jan 1970")
        });
        let key = (host, name.to_owned());
        if ended || value.is_empty() {
            self.cookies.remove(&key);
        } else {
            self.cookies.insert(key, value.to_owned());
        }
    }

    /// Goes to an address as somebody who types it does, and follows redirections until `ends` says
    /// of one that it is not to be followed, or a page is shown.
    pub(super) fn follow(
        &mut self,
        to: SocketAddr,
        target: &str,
        ends: impl Fn(&str) -> bool,
    ) -> Shown {
        let (mut at, mut target) = (to, target.to_owned());
        for _ in 0..20 {
            let lines = "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Site: none\r\nAccept: text/html\r\n";
            let response = self.send("GET", at, &target, lines);
            let location = response.header("location");
            let moved = matches!(response.status, 302 | 303);
            let Some(location) = location.filter(|location| moved && !ends(location)) else {
                return Shown {
                    at,
                    target,
                    response,
                };
            };
            (at, target) = resolved(at, &location);
        }
        panic!("it is sent around for ever, last to {at}{target}");
    }

    /// The same, to a page.
    pub(super) fn open(&mut self, to: SocketAddr, target: &str) -> Shown {
        self.follow(to, target, |_| false)
    }
}

/// Where a location leads from a host.
pub(super) fn resolved(from: SocketAddr, location: &str) -> (SocketAddr, String) {
    let Some(rest) = location.strip_prefix("http://") else {
        assert!(
            location.starts_with('/') && !location.starts_with("//"),
            "{location}"
        );
        return (from, location.to_owned());
    };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    (host.parse().expect("an address"), format!("/{path}"))
}
