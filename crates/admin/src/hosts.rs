//! Which names the admin address answers to.
//!
//! A page on the web can point its own name at 127.0.0.1 and have a browser read what is there
//! (DNS rebinding). The browser then sends that name as `Host`, so foreign names are refused.

use std::net::IpAddr;

/// The names that are answered to.
#[derive(Debug, Clone)]
pub(crate) struct Hosts {
    own: IpAddr,
    names: Vec<String>,
}

impl Hosts {
    /// The address listened on, `localhost`, and more names.
    pub(crate) fn new(own: IpAddr, names: Vec<String>) -> Self {
        Self { own, names }
    }

    /// Whether an authority (`Host`, or a request target's) is one of ours. The port is not looked
    /// at: it may have been mapped.
    pub(crate) fn contains(&self, authority: &str) -> bool {
        let Some(host) = host(authority) else {
            return false;
        };
        let literal = host
            .strip_prefix('[')
            .and_then(|h| h.strip_suffix(']'))
            .unwrap_or(host);
        if let Ok(address) = literal.parse::<IpAddr>() {
            // Nobody can rebind a literal. It is ours if we listen on it, or on every address.
            return address.is_loopback() || address == self.own || self.own.is_unspecified();
        }
        let is = |name: &str| host.eq_ignore_ascii_case(name);
        is("localhost") || self.names.iter().any(|name| is(name))
    }
}

/// The host of an authority; `None` unless it is a host and perhaps a port.
fn host(authority: &str) -> Option<&str> {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, port),
        _ => (authority, ""),
    };
    let valid = !host.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    valid.then(|| host.strip_suffix('.').unwrap_or(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_names_and_addresses_are_answered_to() {
        let hosts = Hosts::new([192, 0, 2, 7].into(), vec!["admin.example".into()]);
        for ours in [
            "localhost",
            "LOCALHOST:9090",
            "localhost.",
            "127.0.0.1:9090",
            "127.8.9.1",
            "[::1]:9090",
            "[::1]",
            "192.0.2.7:80",
            "Admin.Example:9090",
        ] {
            assert!(hosts.contains(ours), "{ours}");
        }
        for foreign in [
            "",
            ":9090",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "192.0.2.8",
            "user@localhost",
            "localhost:x",
            "a:b:localhost",
        ] {
            assert!(!hosts.contains(foreign), "{foreign}");
        }
    }

    #[test]
    fn whoever_listens_everywhere_has_every_address_and_still_no_foreign_name() {
        let hosts = Hosts::new([0, 0, 0, 0].into(), Vec::new());
        assert!(hosts.contains("192.0.2.8:9090") && hosts.contains("[2001:db8::1]"));
        assert!(!hosts.contains("evil.example"));
    }
}
