//! The HTTP API of the management, as a browser and a program ask it.

use super::{Raw, Response, eventually};
use crate::commands::Stored;
use serde_json::Value;
use std::net::SocketAddr;

/// A password that may be chosen.
pub(crate) const PASSWORD: &str = "four words nobody guesses";

/// The management of a running Postern.
pub(crate) struct Management(pub(crate) SocketAddr);

impl Management {
    /// Of the Postern that has printed its addresses.
    pub(crate) fn of(postern: &Stored) -> Self {
        let line = printed(postern, |line| line.starts_with("admin"));
        let url = line.split_whitespace().nth(1);
        let address = url.and_then(|url| url.strip_prefix("http://"));
        Self(address.expect(&line).parse().expect(&line))
    }

    /// Asks with these header lines.
    pub(crate) fn ask(&self, headers: &str, method: &str, path: &str, body: &Value) -> Response {
        let body = match body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{headers}\r\n{body}",
            self.0,
            body.len()
        );
        Raw::connect(self.0).exchange(request)
    }

    /// Uses a link as its page does; what the browser shows from then on.
    pub(crate) fn accept(&self, link: &str, mut body: Value) -> String {
        let (base, token) = link.split_once("/accept?token=").expect(link);
        assert_eq!(base, format!("http://{}", self.0));
        let page = self.ask("", "GET", &format!("/accept?token={token}"), &Value::Null);
        assert_eq!(page.status, 200);
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        body["token"] = token.into();
        let done = self.ask("", "POST", "/api/v1/invitations/accept", &body);
        assert_eq!(done.status, 200, "{}", done.text());
        let cookie = done.header("set-cookie").unwrap();
        format!("Cookie: {}\r\n", cookie.split(';').next().unwrap())
    }
}

/// A line that it has printed.
pub(crate) fn printed(postern: &Stored, is: impl Fn(&str) -> bool) -> String {
    eventually("what it prints", || {
        let output = postern.output();
        let line = output.lines().find(|line| is(line));
        line.map(|line| line.trim().to_owned())
    })
}
