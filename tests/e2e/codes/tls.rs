//! Who calls over TLS.

use crate::harness::Raw;
use crate::harness::program::free_address;
use crate::harness::tls::{Authority, Validity, connect};
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// The server name of the first certificate, which is for every host that no other is for.
pub(super) const FIRST: &str = "standard-standard.test";
/// A name that has a certificate of its own.
pub(super) const OTHER: &str = "other.test";

/// Where a gateway speaks TLS, and its callers by name: without a certificate (`none`), with a good
/// one (`till`), with one that is over (`old`), and with one of another authority (`stranger`).
#[derive(Debug)]
pub(super) struct Tls {
    pub(super) address: SocketAddr,
    callers: BTreeMap<&'static str, rustls::ClientConfig>,
}

impl Tls {
    /// With an authority that servers and callers trust.
    pub(super) fn new(authority: &Authority) -> Self {
        let issue = |by: &Authority, name: &str, when| {
            let issued = by.issue(name, &["till.test"], when);
            authority.client(Some(&issued), &["http/1.1"])
        };
        let stranger = Authority::new("somebody else");
        let callers = [
            ("none", authority.client(None, &["http/1.1"])),
            ("till", issue(authority, "till", Validity::Now)),
            ("old", issue(authority, "old till", Validity::Past)),
            ("stranger", issue(&stranger, "strange till", Validity::Now)),
        ];
        Self {
            address: free_address(),
            callers: callers.into_iter().collect(),
        }
    }

    /// A connection of a caller: its name, and the server name that it asks for where that is not
    /// the first.
    pub(super) fn connect(&self, who: &str) -> Raw {
        let (who, name) = who.split_once(' ').unwrap_or((who, FIRST));
        let caller = self.callers.get(who);
        let caller = caller.unwrap_or_else(|| panic!("nobody is called {who}"));
        connect(self.address, name, caller.clone()).expect("a handshake")
    }
}
