//! The gateway under test.

use super::files::{Scratch, scratch};
use super::program::{Program, free_address, run};
use super::raw::{Response, get};
use super::{SOON, binary};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// A running `postern run` with files and addresses of its own.
#[derive(Debug)]
pub(crate) struct Gateway {
    program: Program,
    command: Command,
    scratch: Scratch,
    /// Where it serves plain HTTP.
    pub(crate) address: SocketAddr,
    /// Its admin address.
    pub(crate) admin: SocketAddr,
}

/// How to start one.
#[derive(Debug)]
pub(crate) struct Launch {
    config: String,
    own_listeners: Option<SocketAddr>,
    wrapper: Vec<String>,
    log_all: bool,
}

impl Launch {
    /// With this configuration, on a free port given on the command line.
    pub(crate) fn new(config: impl Into<String>) -> Self {
        Self {
            config: config.into(),
            own_listeners: None,
            wrapper: Vec::new(),
            log_all: false,
        }
    }

    /// The configuration's own listeners are used, one of which is at `address`.
    pub(crate) fn own_listeners(mut self, address: SocketAddr) -> Self {
        self.own_listeners = Some(address);
        self
    }

    /// Started through another program, such as `prlimit --nofile=…`.
    pub(crate) fn through(mut self, wrapper: &[&str]) -> Self {
        self.wrapper = wrapper.iter().map(ToString::to_string).collect();
        self
    }

    /// With a line in the log for every request, not only for those refused.
    pub(crate) fn logging_all_requests(mut self) -> Self {
        self.log_all = true;
        self
    }

    /// Starts it and waits until it is ready; panics with its log if it does not get there.
    pub(crate) fn start(self) -> Gateway {
        let scratch = scratch("gateway");
        let file = scratch.write("postern.yaml", &self.config);
        let admin = free_address();
        let address = self.own_listeners.unwrap_or_else(free_address);
        let mut command = match self.wrapper.split_first() {
            Some((program, arguments)) => {
                let mut command = Command::new(program);
                command.args(arguments).arg(binary::postern());
                command
            }
            None => Command::new(binary::postern()),
        };
        command.arg("run").arg("--config").arg(&file);
        command.arg("--data").arg(scratch.join("data"));
        command.args(["--admin", &admin.to_string()]);
        if self.own_listeners.is_none() {
            command.args(["--gateway", &address.to_string()]);
        }
        if self.log_all {
            command.args(["--log-requests", "all"]);
        }
        command.current_dir(&*scratch);
        let mut program = Program::start(&mut command, &scratch, "log");
        for awaited in [admin, address] {
            if let Err(why) = program.wait_for(awaited, SOON) {
                panic!("postern {why}\n--- configuration\n{}", self.config);
            }
        }
        let gateway = Gateway {
            program,
            command,
            scratch,
            address,
            admin,
        };
        super::eventually("the gateway is ready", || {
            (gateway.ready().status == 200).then_some(())
        });
        gateway
    }
}

impl Gateway {
    /// Starts one on a free port.
    pub(crate) fn start(config: impl Into<String>) -> Self {
        Launch::new(config).start()
    }

    /// The configuration file.
    pub(crate) fn file(&self) -> PathBuf {
        self.scratch.join("postern.yaml")
    }

    /// Replaces the configuration file as careful tools do: another file, renamed over it.
    pub(crate) fn replace_config(&self, config: &str) {
        let new = self.scratch.write("postern.yaml.new", config);
        std::fs::rename(new, self.file()).expect("a file can be renamed");
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> String {
        self.program.output()
    }

    /// Waits until the log has a line with all of `parts`, and gives that line.
    pub(crate) fn logged(&self, parts: &[&str]) -> String {
        super::eventually(&format!("a log line with {parts:?}"), || {
            self.log()
                .lines()
                .find(|line| parts.iter().all(|part| line.contains(part)))
                .map(ToOwned::to_owned)
        })
    }

    /// `/readyz` of the admin address.
    pub(crate) fn ready(&self) -> Response {
        self.ask_admin("/readyz")
    }

    /// `/metrics` of the admin address.
    pub(crate) fn metrics(&self) -> String {
        let response = self.ask_admin("/metrics");
        assert_eq!(response.status, 200, "{}", response.text());
        response.text()
    }

    /// A path of the admin address.
    pub(crate) fn ask_admin(&self, path: &str) -> Response {
        let lines = "Connection: close\r\n";
        let host = self.admin;
        super::raw::once(
            host,
            format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{lines}\r\n"),
        )
    }

    /// Sends a GET to the gateway.
    pub(crate) fn get(&self, target: &str) -> Response {
        get(self.address, target, "Connection: close\r\n")
    }

    /// Sends it a signal by name.
    pub(crate) fn signal(&self, name: &str) {
        self.program.signal(name);
    }

    /// Waits for its end.
    pub(crate) fn wait(&mut self, limit: Duration) -> Option<std::process::ExitStatus> {
        self.program.wait(limit)
    }

    /// Ends it and starts it again, with the same files and addresses.
    pub(crate) fn restart(&mut self) {
        self.signal("TERM");
        assert!(self.wait(SOON).is_some(), "it ends: {}", self.log());
        self.started();
    }

    /// Kills it and starts it again.
    pub(crate) fn killed(&mut self) {
        self.signal("KILL");
        assert!(self.wait(SOON).is_some(), "it ends: {}", self.log());
        self.started();
    }

    /// Starts it again after its end.
    pub(crate) fn started(&mut self) {
        self.program = Program::start(&mut self.command, &self.scratch, "log");
        super::eventually("it is ready again", || {
            let up = std::net::TcpStream::connect(self.admin).is_ok();
            (up && self.ready().status == 200).then_some(())
        });
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.program.id()
    }

    /// Asserts that it is alive and answers.
    pub(crate) fn assert_alive(&mut self) {
        if let Some(status) = self.program.ended() {
            panic!("the gateway ended with {status}");
        }
        assert_eq!(self.ask_admin("/healthz").status, 200);
    }

    /// A number (kB) from `/proc/<id>/status`, such as `VmRSS`.
    pub(crate) fn memory_kb(&self, field: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id()))
            .expect("our own child has a status");
        status
            .lines()
            .find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))
            .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
            .unwrap_or_else(|| panic!("no {field} in {status}"))
    }
}

/// Runs `postern` with arguments to its end.
pub(crate) fn cli(arguments: &[&str]) -> super::program::Ran {
    // Texts have times in the local zone.
    let mut command = Command::new(binary::postern());
    run(command.args(arguments).env("TZ", "UTC"), SOON)
}
