//! Configurations, as JSON (which the gateway reads like YAML) that tests change where they
//! need something else.

use serde_json::{Value, json};
use std::net::SocketAddr;

/// A configuration.
#[derive(Debug, Clone)]
pub(crate) struct Setup(Value);

/// Any host, any method, any path, to this upstream; nothing declared as a WebSocket.
pub(crate) fn open(upstream: SocketAddr) -> Setup {
    let operations = json!({
        "root": {"path": "/"},
        "any": {"path": "/{*rest}"},
    });
    Setup(json!({
        "services": {"everything": {"versions": {"v1": {
            "upstream": "behind",
            "operations": operations,
        }}}},
        "upstreams": {"behind": {"targets": [upstream.to_string()]}},
        "egress": {"allow": ["127.0.0.0/8", "::1/128"]},
    }))
}

impl Setup {
    /// Sets what stands at `path` (names with dots between), making what lies on the way.
    pub(crate) fn with(mut self, path: &str, value: impl Into<Value>) -> Self {
        let mut place = &mut self.0;
        for name in path.split('.') {
            place = &mut place[name];
        }
        *place = value.into();
        self
    }

    /// The same of the upstream `behind`.
    pub(crate) fn upstream(self, path: &str, value: impl Into<Value>) -> Self {
        self.with(&format!("upstreams.behind.{path}"), value)
    }

    /// The same of the service `everything`.
    pub(crate) fn service(self, path: &str, value: impl Into<Value>) -> Self {
        self.with(&format!("services.everything.{path}"), value)
    }

    /// Adds an operation to version `v1` of the service `everything`.
    pub(crate) fn operation(self, name: &str, value: impl Into<Value>) -> Self {
        self.service(&format!("versions.v1.operations.{name}"), value)
    }

    /// Adds a service for one host, with an upstream of the same name; any method and path.
    pub(crate) fn host(self, name: &str, host: &str, upstream: SocketAddr) -> Self {
        let service = json!({"hosts": [host], "versions": {"v1": {
            "upstream": name,
            "operations": {"root": {"path": "/"}, "any": {"path": "/{*rest}"}},
        }}});
        self.with(&format!("services.{name}"), service).with(
            &format!("upstreams.{name}.targets"),
            json!([upstream.to_string()]),
        )
    }
}

impl From<Setup> for String {
    fn from(setup: Setup) -> Self {
        serde_json::to_string_pretty(&setup.0).expect("a value can be written")
    }
}
