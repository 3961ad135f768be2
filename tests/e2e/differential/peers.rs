//! The servers behind the gateway: nginx, Node, Flask, and a servlet container (Tomcat).

use crate::harness::files::{Scratch, scratch};
use crate::harness::nginx;
use crate::harness::program::{Program, find, free_address, installed, skipped};
use crate::harness::python::python;
use crate::harness::{Response, eventually};
use serde_json::Value;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// A server that says what it made of a request.
#[derive(Debug)]
pub(super) struct Peer {
    pub(super) name: &'static str,
    pub(super) address: SocketAddr,
    /// How many requests it refused itself.
    pub(super) refused: usize,
    /// Where it writes its view, if it does not answer with it.
    log: Option<PathBuf>,
    _program: Program,
    _scratch: Scratch,
}

/// What a server made of a request.
#[derive(Debug)]
pub(super) struct View {
    /// The target as it came.
    pub(super) raw: String,
    /// The path, decoded.
    pub(super) path: String,
    pub(super) host: String,
    headers: Value,
}

impl View {
    /// A header's value, empty where there was none.
    pub(super) fn header(&self, name: &str) -> String {
        self.headers[name].as_str().unwrap_or_default().to_owned()
    }
}

/// Starts all that are installed.
pub(super) fn start() -> Vec<Peer> {
    let peers: Vec<Peer> = [nginx(), node(), flask(), tomcat()]
        .into_iter()
        .flatten()
        .collect();
    let names: Vec<_> = peers.iter().map(|peer| peer.name).collect();
    println!("compared with {names:?}");
    peers
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("e2e/differential/peers")
        .join(name)
}

fn run(
    name: &'static str,
    log: Option<&str>,
    command: impl FnOnce(SocketAddr, &Scratch) -> Command,
) -> Option<Peer> {
    let scratch = scratch(name);
    let address = free_address();
    let mut command = command(address, &scratch);
    let mut program = Program::start(&mut command, &scratch, "output");
    if let Err(why) = program.wait_for(address, Duration::from_secs(40)) {
        skipped(&format!("{name} {why}"));
        return None;
    }
    Some(Peer {
        name,
        address,
        refused: 0,
        log: log.map(|log| scratch.join(log)),
        _program: program,
        _scratch: scratch,
    })
}

fn nginx() -> Option<Peer> {
    let program = find("nginx")?;
    let headers: Vec<String> = super::variants::COMPARED
        .iter()
        .map(|name| format!("\"{name}\":\"$http_{}\"", name.replace('-', "_")))
        .collect();
    let headers = headers.join(",");
    run("nginx", Some("views"), |address, scratch| {
        let directory = scratch.display();
        let http = format!(
            r#"
  log_format view escape=json '{{"id":"$http_x_variant","raw":"$request_uri","path":"$uri","host":"$host","headers":{{{headers}}}}}';
  access_log {directory}/views view;
  large_client_header_buffers 4 32k;
  server {{ listen {address}; location / {{ return 200 "ok"; }} }}"#
        );
        nginx::command(&program, scratch, &http)
    })
}

fn node() -> Option<Peer> {
    installed("node").then_some(())?;
    run("node", None, |address, _| {
        let mut command = Command::new("node");
        command.arg(file("node.js")).arg(address.port().to_string());
        command
    })
}

fn flask() -> Option<Peer> {
    let python = python()?;
    run("flask", None, |address, _| {
        let mut command = Command::new(python);
        command
            .arg(file("flask_server.py"))
            .arg(address.port().to_string());
        command
    })
}

fn tomcat() -> Option<Peer> {
    const JARS: &str = "/usr/share/java";
    installed("java").then_some(())?;
    if !Path::new(JARS).join("tomcat10-embed-core.jar").exists() {
        skipped("libtomcat10-embed-java is not installed");
        return None;
    }
    run("tomcat", None, |address, scratch| {
        let mut command = Command::new("java");
        command.args(["-Xmx128m", "-cp"]).arg(format!("{JARS}/*"));
        command
            .arg(file("Servlet.java"))
            .arg(address.port().to_string())
            .arg(&**scratch);
        command
    })
}

impl Peer {
    /// What it made of variant `number`, to which this was its response.
    pub(super) fn view(&self, response: &Response, number: usize) -> Result<View, String> {
        if response.status != 200 {
            return Err(format!("answered {}: {}", response.status, response.text()));
        }
        let view = match &self.log {
            None => response.json(),
            Some(log) => eventually("a line in the log", || {
                let bytes = std::fs::read(log).unwrap_or_default();
                let id = format!("{{\"id\":\"{number}\",");
                String::from_utf8_lossy(&bytes)
                    .lines()
                    .find(|line| line.starts_with(&id))
                    .and_then(|line| serde_json::from_str::<Value>(line).ok())
            }),
        };
        let text = |name: &str| view[name].as_str().unwrap_or_default().to_owned();
        Ok(View {
            raw: text("raw"),
            path: text("path"),
            host: text("host"),
            headers: view["headers"].clone(),
        })
    }
}
