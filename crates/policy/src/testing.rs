//! Configurations and requests for tests.

pub(crate) mod callers;
pub(crate) mod work;

use crate::facts::{Connection, Tls};
use crate::fields::Span;
use crate::head::{Head, Version};
use crate::rules::Rules;
use postern_model::entity::{
    self, Configuration, ExternalRule, Method, Operation, Service, Upstream,
};
use postern_proof::Token;
use std::sync::Arc;

/// An upstream with defaults everywhere.
pub(crate) fn upstream() -> Upstream {
    Upstream {
        name: "backend".into(),
        targets: vec![entity::Target {
            host: "127.0.0.1".into(),
            port: 9000,
            weight: 1,
        }],
        protocol: entity::UpstreamProtocol::Http1,
        tls: None,
        balance: entity::Balance::RoundRobin,
        active_health: None,
        outlier: entity::Outlier::default(),
        breaker: None,
        retry: entity::Retry::default(),
        timeouts: entity::UpstreamTimeouts::default(),
        pool: entity::Pool::default(),
        host: entity::HostMode::Pass,
        path: entity::PathRewrite::Keep,
        dns: entity::Dns::default(),
    }
}

/// Somebody who is asked, by forward auth, and is shown so much of the body.
pub(crate) fn decider(body: Option<u32>) -> ExternalRule {
    ExternalRule {
        protocol: entity::DeciderProtocol::ForwardAuth,
        url: "http://127.0.0.1:9000/check".into(),
        target: entity::Target {
            host: "127.0.0.1".into(),
            port: 9000,
            weight: 1,
        },
        path: "/check".into(),
        tls: None,
        timeout: std::time::Duration::from_millis(500),
        on_failure: entity::OnFailure::Refuse,
        max_answer: 65_536,
        headers: vec![],
        credentials: false,
        identity: true,
        body,
        answer_headers: vec![],
    }
}

/// `GET POST /path`, or only a path for any method.
pub(crate) fn operation(text: &str) -> Operation {
    let (methods, path) = match text.rsplit_once(' ') {
        Some((methods, path)) => (methods, path),
        None => ("", text),
    };
    Operation {
        name: text.into(),
        methods: methods
            .split_whitespace()
            .map(|m| Method::parse(m.as_bytes()).unwrap())
            .collect(),
        path: path.into(),
        ..Operation::default()
    }
}

/// A published version with these operations.
pub(crate) fn version(operations: &[&str]) -> entity::Version {
    entity::Version {
        name: "v1".into(),
        operations: operations.iter().map(|text| operation(text)).collect(),
        ..entity::Version::default()
    }
}

/// A service with one published version.
pub(crate) fn service(hosts: &[&str], base_path: &str, operations: &[&str]) -> Service {
    Service {
        name: format!("service{base_path}").into(),
        hosts: hosts.iter().map(|h| (*h).into()).collect(),
        base_path: base_path.into(),
        versions: vec![version(operations)],
        ..Service::default()
    }
}

/// These services before one upstream; nothing is asked of the edge.
pub(crate) fn configuration(services: Vec<Service>) -> Configuration {
    Configuration {
        edge: entity::Edge {
            refusals: None,
            ..entity::Edge::default()
        },
        services,
        upstreams: vec![upstream()],
        ..Configuration::default()
    }
}

pub(crate) fn rules(services: Vec<Service>) -> Rules {
    compile(configuration(services))
}

pub(crate) fn compile(configuration: Configuration) -> Rules {
    Rules::compile(Arc::new(configuration), "1".into()).unwrap()
}

/// A request of HTTP/1.1: method, target, and fields as `Name: value`.
pub(crate) fn head(method: &str, target: &str, fields: &[&str]) -> Head {
    let mut head = Head::default();
    head.version = Version::Http11;
    head.method = head.fields.append(method.as_bytes());
    head.target = head.fields.append(target.as_bytes());
    let at = head.target.start();
    if target.starts_with('/') {
        head.split_path(Span::new(at, at + target.len()));
    }
    for field in fields {
        let (name, value) = field.split_once(": ").unwrap();
        if name == "Host" {
            head.authority = Some(head.fields.append(value.as_bytes()));
        }
        head.fields.push(name.as_bytes(), value.as_bytes());
    }
    head
}

/// A plain connection from that address.
pub(crate) fn connection(peer: &str) -> Connection {
    Connection {
        peer: (peer.parse::<std::net::IpAddr>().unwrap(), 50_000).into(),
        local: "127.0.0.1:8080".parse().unwrap(),
        proxied_source: None,
        tls: None,
    }
}

/// A TLS connection that asked for that name.
pub(crate) fn tls(sni: Option<&str>) -> Connection {
    Connection {
        tls: Some(Tls {
            version: entity::TlsVersion::V1_3,
            sni: sni.map(Into::into),
        }),
        ..connection("198.51.100.1")
    }
}

/// A token of `corp` that says nothing.
pub(crate) fn token() -> Token {
    Token {
        issuer: "corp".into(),
        subject: None,
        id: None,
        kid: None,
        client: None,
        user: None,
        groups: Box::default(),
        roles: Box::default(),
        acr: None,
        auth_time: None,
        claims: Box::default(),
        scopes: None,
        bound_to: None,
        audience: Box::default(),
        issued_at: None,
        not_before: None,
        expires_at: None,
        introspected: false,
    }
}
