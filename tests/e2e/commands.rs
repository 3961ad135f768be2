//! Commands that ask and change a running Postern through the socket in its data directory.

mod access;
mod apply;
mod asking;
mod believed;
mod blocks;
mod cedar;
mod declared;
mod demo;
mod directory;
mod elsewhere;
mod faults;
mod file;
mod import;
mod keeping;
mod keys;
mod manners;
mod many;
mod nodes;
mod notify;
mod others;
mod people;
mod proposals;
mod remote;
mod replay;
mod shadow;
mod sign_on;
mod story;
mod streams;
mod tokens;
mod workflow;

use super::harness::files::{Scratch, scratch};
use super::harness::gateway::cli;
use super::harness::program::{Program, Ran, free_address};
use super::harness::raw::get;
use super::harness::{Response, SOON, binary, eventually};
use serde_json::Value;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;

/// Two tenants, a service with a key, a plan, subscriptions, a list and policies.
const CONFIG: &str = r#"
tenants: { commerce: {}, partner-x: {} }
services:
  partners:
    tenant: commerce
    base_path: /partners
    scopes: { "partners:read": See customers, "partners:write": Change customers }
    authentication: { api_key: { header: X-API-Key } }
    versions:
      v1:
        upstream: echo
        operations:
          list-customers: { methods: [GET], path: /customers, scopes: ["partners:read"] }
          set-config: { methods: [PUT], path: /config, scopes: ["partners:write"] }
plans:
  standard: { services: [partners], scopes: ["partners:read", "partners:write"] }
apps: { fieldforce: { tenant: partner-x }, crm: { tenant: partner-x } }
subscriptions:
  sub_fieldforce: { app: fieldforce, service: partners, plan: standard, state: approved }
  sub_crm: { app: crm, service: partners, plan: standard, state: pending }
lists: { office: { tenant: commerce, entries: [203.0.113.0/24] } }
policies:
  office-only:
    kind: network
    on: { service: partners, version: v1, operation: set-config }
    allow: [office]
  small: { kind: body, on: platform, max_size: 1MiB }
upstreams: { echo: { targets: [builtin:echo] } }
egress: { allow: [127.0.0.0/8] }
"#;

/// A Postern that runs by its store.
pub(crate) struct Stored {
    program: Program,
    scratch: Scratch,
    pub(crate) gateway: SocketAddr,
    pub(crate) admin: SocketAddr,
}

impl Stored {
    /// Starts an empty one.
    pub(crate) fn empty() -> Self {
        Self::on(scratch("stored"))
    }

    /// Starts one that serves [`CONFIG`].
    fn start() -> Self {
        let stored = Self::empty();
        let applied = stored.apply(CONFIG);
        assert!(applied.status.success(), "{applied:?}");
        stored
    }

    /// Starts one on a data directory that may hold something.
    fn on(scratch: Scratch) -> Self {
        Self::with(scratch, &[])
    }

    /// Starts an empty one with a variable in its environment.
    pub(crate) fn with_variable(name: &str, value: &str) -> Self {
        Self::prepared(scratch("stored"), |command| {
            command.env(name, value);
        })
    }

    /// The same with more arguments.
    pub(crate) fn with(scratch: Scratch, more: &[&str]) -> Self {
        Self::prepared(scratch, |command| {
            command.args(more);
        })
    }

    /// The same with something else about its process.
    fn prepared(scratch: Scratch, prepare: impl FnOnce(&mut Command)) -> Self {
        let (gateway, admin) = (free_address(), free_address());
        let mut command = Command::new(binary::postern());
        command.arg("run").arg("--data").arg(scratch.join("data"));
        command.args(["--gateway", &gateway.to_string()]);
        command.args(["--admin", &admin.to_string()]);
        prepare(&mut command);
        let mut program = Program::start(&mut command, &scratch, "log");
        for awaited in [admin, gateway] {
            program.wait_for(awaited, SOON).expect("postern starts");
        }
        let stored = Self {
            program,
            scratch,
            gateway,
            admin,
        };
        eventually("the socket", || {
            stored.data().join("postern.sock").exists().then_some(())
        });
        stored
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.scratch.join("data")
    }

    pub(crate) fn apply(&self, config: &str) -> Ran {
        let file = self.scratch.write("postern.yaml", config);
        let file = file.to_str().expect("a path of ours");
        self.run(&["apply", file, "--comment", "a test", "--yes"])
    }

    /// What it has printed and logged so far.
    pub(crate) fn output(&self) -> String {
        self.program.output()
    }

    /// Ends it, so that everything is in its files.
    pub(crate) fn stop(&mut self) {
        self.program.signal("TERM");
        self.program.wait(SOON).expect("it ends");
    }

    /// Its files, when it has ended.
    fn into_scratch(self) -> Scratch {
        self.scratch
    }

    /// Starts one on the same directory, after this one was stopped.
    fn again(self) -> Self {
        Self::on(self.scratch)
    }

    /// Runs a command against it.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        run(&self.data(), arguments)
    }

    /// Runs a command that has to succeed, and gives what it printed.
    pub(crate) fn ok(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert!(ran.status.success(), "{arguments:?}: {ran:?}");
        ran.stdout
    }

    /// Runs a command that has to fail, and gives what it said.
    pub(crate) fn fails(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.status.code(), Some(1), "{arguments:?}: {ran:?}");
        ran.stderr
    }

    /// The same with `--json`.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let all: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
        serde_json::from_str(&self.ok(&all)).expect("JSON")
    }

    /// Asks for customers with a key, or without one.
    fn customers(&self, key: &str) -> Response {
        let key = if key.is_empty() {
            String::new()
        } else {
            format!("X-API-Key: {key}\r\n")
        };
        let lines = format!("Connection: close\r\n{key}");
        get(self.gateway, "/partners/customers", &lines)
    }

    /// Makes a key of an app.
    pub(crate) fn key(&self, app: &str) -> String {
        let printed = self.ok(&["keys", "create", "--app", app]);
        printed.trim().to_owned()
    }
}

fn run(data: &std::path::Path, arguments: &[&str]) -> Ran {
    let data = data.to_str().expect("a path of ours");
    let all: Vec<&str> = arguments.iter().copied().chain(["--data", data]).collect();
    cli(&all)
}

/// The id of the credential of a key.
fn id_of(key: &str) -> String {
    let id = key.split('_').nth(1).expect("a key has an id");
    format!("key_{id}")
}

/// The code of a refusal.
fn code(response: &Response) -> String {
    response.denial().unwrap_or_default()
}
