//! Listeners.

use super::Resolver;
use super::certificate::Certificates;
use super::service::ResolvedService;
use super::settings::{networks, set};
use crate::code::Code;
use crate::document::listener as document;
use crate::document::settings::Admin;
use crate::findings::quote;
use crate::located::{At, Map};
use crate::scalar::address::ListenAddress;
use postern_model::entity::{Distribution, Listener, ListenerTls, ProxyProtocol, TlsVersion};
use std::net::SocketAddr;

impl Resolver<'_, '_> {
    pub(super) fn listeners(
        &mut self,
        given: Map<document::Listener>,
        admin: Option<&Admin>,
        certificates: &Certificates,
    ) -> Vec<Listener> {
        let mut addresses: Vec<(String, SocketAddr)> = Vec::new();
        if let Some(address) = admin.and_then(|admin| admin.address.as_ref()) {
            addresses.push(("admin".to_owned(), address.value.0));
        }
        let mut listeners = Vec::new();
        for (name, given) in given.0 {
            if let Some(address) = &given.address {
                self.address_once(&name.value, address, &addresses);
                addresses.push((name.value.clone(), address.value.0));
            }
            let tls = given.tls.as_ref();
            let tls = tls.map(|tls| self.listener_tls(&name.value, tls, certificates));
            let Some(address) = given.address else {
                continue;
            };
            let mut listener = Listener {
                name: name.value.into(),
                address: address.value.0,
                tls,
                proxy_protocol: given.proxy_protocol.map(|given| ProxyProtocol {
                    from: networks(given.from),
                    optional: given.optional.unwrap_or(false),
                }),
                http2: true,
                distribution: Distribution::default(),
            };
            set(&mut listener.http2, given.http2);
            if let Some(distribution) = given.distribution {
                listener.distribution = match distribution {
                    document::Distribution::ReusePort => Distribution::ReusePort,
                    document::Distribution::LeastLoaded => Distribution::LeastLoaded,
                };
            }
            listeners.push(listener);
        }
        listeners
    }

    fn address_once(
        &mut self,
        name: &str,
        address: &At<ListenAddress>,
        before: &[(String, SocketAddr)],
    ) {
        let new = address.value.0;
        // Port 0 is a free port, each time another one.
        let same = |old: &SocketAddr| {
            let overlap = old.ip() == new.ip()
                || (old.is_ipv4() == new.is_ipv4()
                    && (old.ip().is_unspecified() || new.ip().is_unspecified()));
            new.port() != 0 && old.port() == new.port() && overlap
        };
        if let Some((other, old)) = before.iter().find(|(_, old)| same(old)) {
            let message = format!(
                "{} and {} listen on the same address",
                quote(other),
                quote(name)
            );
            let label = format!("{} is on `{old}`", quote(other));
            self.findings
                .error(Code::DuplicateAddress, address.span, &message, &label);
        }
    }

    fn listener_tls(
        &mut self,
        name: &str,
        given: &document::ListenerTls,
        certificates: &Certificates,
    ) -> ListenerTls {
        ListenerTls {
            certificates: self.certificates_of(name, given, certificates),
            min_version: match given.min_version {
                Some(document::TlsVersion::V1_3) => TlsVersion::V1_3,
                Some(document::TlsVersion::V1_2) => TlsVersion::V1_2,
                None => TlsVersion::default(),
            },
            request_client_certificate: given.request_client_certificate.unwrap_or(false),
        }
    }

    /// Whether the listeners can do what the services need. Without any listener the command
    /// line gives plain ones.
    pub(super) fn reachable(&mut self, services: &[ResolvedService], listeners: &[Listener]) {
        let declared = self.declared(&["listeners"]);
        let intact = self.root.get("listeners").is_none_or(|node| node.intact);
        if declared.is_none() || !intact {
            return;
        }
        let tls = || {
            listeners
                .iter()
                .filter_map(|listener| listener.tls.as_ref())
        };
        let encrypted = tls().next().is_some();
        let asks = tls().any(|tls| tls.request_client_certificate);
        for service in services {
            let name = &service.entity.name;
            if let Some(span) = service.tls_required
                && !encrypted
            {
                let message = format!("service {} cannot be reached", quote(name));
                let found = self.findings.error(
                    Code::ListenerMissing,
                    span,
                    &message,
                    "TLS is required, and no listener speaks it",
                );
                found.help("give a listener a `tls` section");
            }
            if let Some(span) = service.client_certificate
                && !asks
            {
                let message = format!("service {} gets no client certificates", quote(name));
                let found = self.findings.error(
                    Code::ListenerMissing,
                    span,
                    &message,
                    "no listener asks for certificates",
                );
                found.help("set `tls.request_client_certificate` of a listener to `true`");
            }
        }
    }
}
