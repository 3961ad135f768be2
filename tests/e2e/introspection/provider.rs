//! The provider of the example, `oidc-provider`, whose access tokens are opaque.

use crate::harness::binary::workspace;
use crate::harness::files::{Scratch, scratch};
use crate::harness::program::{Program, free_address};
use crate::harness::{Raw, SOON, node};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;

/// What its client of the calls proves itself with: `till-7` and its secret.
const TILL: &str = "Authorization: Basic dGlsbC03Om9mLXRoZS10aWxscw==\r\n";

pub(super) struct Provider {
    library: PathBuf,
    address: SocketAddr,
    scratch: Scratch,
    running: Option<Program>,
}

impl Provider {
    /// `None`, and a line that says so, where Node or the package is missing.
    pub(super) fn start() -> Option<Self> {
        let mut provider = Self {
            library: node::module("oidc-provider/lib/index.js")?,
            address: free_address(),
            scratch: scratch("oidc-provider"),
            running: None,
        };
        provider.come_back();
        Some(provider)
    }

    pub(super) fn issuer(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn come_back(&mut self) {
        let mut command = Command::new("node");
        command
            .arg(workspace().join("examples/introspection/provider.mjs"))
            .arg(&self.library)
            .arg(self.address.port().to_string())
            .env("GATEWAY_SECRET", super::SECRET);
        let mut program = Program::start(&mut command, &self.scratch, "provider");
        program
            .wait_for(self.address, SOON)
            .expect("the provider starts");
        self.running = Some(program);
    }

    pub(super) fn die(&mut self) {
        if let Some(mut program) = self.running.take() {
            program.signal("KILL");
            program.wait(SOON);
        }
    }

    fn post(&self, path: &str, form: &str) -> String {
        let length = form.len();
        let mut raw = Raw::connect(self.address);
        let response = raw.exchange(format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\n{TILL}Connection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}",
            self.address
        ));
        assert_eq!(response.status, 200, "{}", response.text());
        response.text()
    }

    /// A token of the client, with this scope.
    pub(super) fn token(&self, scope: &str) -> String {
        let form = format!("grant_type=client_credentials&scope={scope}");
        let said: serde_json::Value =
            serde_json::from_str(&self.post("/token", &form)).expect("JSON");
        said["access_token"].as_str().expect("a token").to_owned()
    }

    pub(super) fn revoke(&self, token: &str) {
        self.post("/token/revocation", &format!("token={token}"));
    }
}
