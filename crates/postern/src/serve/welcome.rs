//! What a person sees when the gateway has started.

use crate::output;
use postern_model::entity::{Configuration, Method, Operation, Service, Version};
use postern_proxy::Gateway;
use std::fmt::Write as _;
use std::net::SocketAddr;

/// Commands offered.
const OFFERED: usize = 3;

/// Prints addresses and commands to paste; `begin` where nothing is served yet.
pub(crate) fn print(
    gateway: &Gateway,
    configuration: &Configuration,
    admin: &SocketAddr,
    begin: Option<&str>,
) {
    let (mut text, base) = addresses(gateway, admin);
    if let Some((base, tls)) = base {
        let offers: Vec<_> = operations(configuration)
            .filter_map(|(service, version, operation)| {
                offer(&base, tls, service, version, operation)
            })
            .take(OFFERED)
            .collect();
        if let Some(begin) = begin.filter(|_| configuration.services.is_empty()) {
            let _ = write!(text, "\n{begin}\n");
        }
        if !offers.is_empty() {
            let _ = write!(text, "\nTry:\n  {}\n", offers.join("\n  "));
        }
    }
    output::say(&text);
}

/// Prints addresses and the demo's stories.
pub(crate) fn print_demo(gateway: &Gateway, admin: &SocketAddr, stories: &str) {
    let (addresses, _) = addresses(gateway, admin);
    output::say(&format!("{addresses}\n{stories}"));
}

/// Prints the link with which the first administrator signs up.
pub(crate) fn print_link(link: &str) {
    output::say(&format!(
        "\nThe first administrator opens this, once, within a day:\n  {link}\nLater: postern admin-link"
    ));
}

/// A line for every address; the first one of the gateway, and whether it speaks TLS.
fn addresses(gateway: &Gateway, admin: &SocketAddr) -> (String, Option<(String, bool)>) {
    let mut text = String::new();
    let mut base = None;
    for (name, address, tls) in gateway.listeners() {
        let scheme = if tls { "https" } else { "http" };
        let url = format!("{scheme}://{}", reachable(address));
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name:<9}{url}");
        base.get_or_insert((url, tls));
    }
    let _ = writeln!(
        text,
        "{:<9}http://{}  (console, /api/v1, /metrics, /healthz, /readyz)",
        "admin",
        reachable(*admin)
    );
    (text, base)
}

/// An address that a client on this machine can use.
pub(crate) fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        SocketAddr::new(std::net::Ipv4Addr::LOCALHOST.into(), address.port())
    } else {
        address
    }
}

fn operations(
    configuration: &Configuration,
) -> impl Iterator<Item = (&Service, &Version, &Operation)> {
    configuration.services.iter().flat_map(|service| {
        service.versions.iter().flat_map(move |version| {
            version
                .operations
                .iter()
                .map(move |operation| (service, version, operation))
        })
    })
}

/// A command that calls an operation, with something in the place of every parameter.
fn offer(
    base: &str,
    tls: bool,
    service: &Service,
    version: &Version,
    operation: &Operation,
) -> Option<String> {
    let template = format!(
        "{}{}{}",
        service.base_path, version.base_path, operation.path
    );
    let segments: Vec<_> = template
        .split('/')
        .map(|segment| match segment.strip_prefix('{') {
            Some(name) if name.starts_with('*') => "hello",
            Some(_) => "1",
            None => segment,
        })
        .collect();
    let path = segments.join("/");
    let mut command = String::from("curl -i");
    if tls {
        command.push_str(" -k");
    }
    if let Some(host) = service.hosts.first() {
        let _ = write!(command, " -H 'Host: {}'", host.replace('*', "www"));
    }
    match operation.methods.first().copied().unwrap_or(Method::Get) {
        Method::Get => {}
        method @ (Method::Post | Method::Put | Method::Patch) => {
            let _ = write!(
                command,
                " -X {} -H 'Content-Type: application/json' -d '{{\"hello\":\"world\"}}'",
                method.as_str()
            );
        }
        Method::Connect | Method::Head => return None,
        method => {
            let _ = write!(command, " -X {}", method.as_str());
        }
    }
    let _ = write!(command, " {base}{path}");
    Some(command)
}
