//! Real servers for these tests: Python's and Node's, installed below the target directory by
//! `tests/setup.sh`, and spoken to over lines of JSON.

use serde_json::Value;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A server of another language. It ends when its input does.
pub(crate) struct Peer {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Peer {
    /// aiosmtpd with these options; `None`, and a line that says so, where there is none.
    pub(crate) fn smtp(options: &Value) -> Option<Self> {
        let environment = environment("python")?;
        let mut command = Command::new(environment.join("bin/python"));
        command
            .arg(peers().join("smtpd.py"))
            .arg(options.to_string());
        Some(Self::start(command))
    }

    /// oauth2-mock-server; `None`, and a line that says so, where there is none.
    pub(crate) fn provider() -> Option<Self> {
        let environment = environment("node")?;
        let mut command = Command::new("node");
        command.arg(peers().join("provider.mjs"));
        command.arg(environment.join("node_modules/oauth2-mock-server/dist/index.mjs"));
        Some(Self::start(command))
    }

    fn start(mut command: Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the server starts");
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("its output"));
        Self {
            child,
            input,
            output,
        }
    }

    /// The next line that it writes.
    pub(crate) fn read(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("a line");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{line:?}: {error}"))
    }

    /// Tells it something, and waits until it is done.
    pub(crate) fn tell(&mut self, what: &Value) -> Value {
        let input = self.input.as_mut().expect("its input");
        writeln!(input, "{what}").expect("it listens");
        self.read()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn peers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers")
}

/// The directory `tests-KIND` below the target directory, made if it can be.
fn environment(kind: &str) -> Option<PathBuf> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent()?;
    let environment = target.join(format!("tests-{kind}"));
    // Several tests may get here at once; one makes it, the others wait.
    let lock = File::create(target.join(format!("tests-{kind}.lock"))).ok()?;
    lock.lock().ok()?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/setup.sh");
    let _ = Command::new("bash")
        .arg(script)
        .arg(kind)
        .env("CARGO_TARGET_DIR", target)
        .stdout(Stdio::null())
        .status();
    if environment.join("complete").exists() {
        return Some(environment);
    }
    let test = std::thread::current().name().unwrap_or("test").to_owned();
    eprintln!("SKIPPED {test}: no {kind} environment could be made");
    None
}
