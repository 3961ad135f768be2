//! Other programs: started, waited for, ended by their id.

use super::files::Scratch;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// A running program. Ended when dropped; its output goes to a file.
#[derive(Debug)]
pub(crate) struct Program {
    child: Child,
    output: PathBuf,
}

impl Program {
    /// Starts `command` with its output going to `output` in `scratch`.
    pub(crate) fn start(command: &mut Command, scratch: &Scratch, output: &str) -> Self {
        let output = scratch.join(output);
        let file = std::fs::File::create(&output).expect("the output file can be made");
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone().expect("a file can be duplicated"))
            .stderr(file)
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Self { child, output }
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has printed so far.
    pub(crate) fn output(&self) -> String {
        let bytes = std::fs::read(&self.output).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Its exit status, once it has ended.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("our own child can be asked")
    }

    /// Waits for the end.
    pub(crate) fn wait(&mut self, limit: Duration) -> Option<ExitStatus> {
        let start = Instant::now();
        while start.elapsed() < limit {
            if let Some(status) = self.ended() {
                return Some(status);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        None
    }

    /// Sends a signal by name (`HUP`, `TERM`).
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("sh")
            .args(["-c", &format!("kill -{name} {}", self.id())])
            .status()
            .expect("sh can be started");
        assert!(sent.success(), "kill -{name} {} failed", self.id());
    }

    /// Waits until it accepts connections at `address`.
    pub(crate) fn wait_for(&mut self, address: SocketAddr, limit: Duration) -> Result<(), String> {
        let start = Instant::now();
        loop {
            if TcpStream::connect(address).is_ok() {
                return Ok(());
            }
            if let Some(status) = self.ended() {
                return Err(format!("ended with {status}:\n{}", self.output()));
            }
            if start.elapsed() > limit {
                return Err(format!("does not listen on {address}:\n{}", self.output()));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!(
                "--- {}\n{}",
                self.output.display(),
                tail(&self.output(), 60)
            );
        }
    }
}

fn tail(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

/// A port of the loopback interface that nobody listens on: below the range that the kernel
/// gives to outgoing connections, so that none of ours takes it in the meantime.
pub(crate) fn free_address() -> SocketAddr {
    const FIRST: u32 = 18_000;
    const COUNT: u32 = 14_000;
    static NEXT: AtomicU32 = AtomicU32::new(0);
    for _ in 0..COUNT {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let offset = (std::process::id().wrapping_mul(37).wrapping_add(step)) % COUNT;
        let port = u16::try_from(FIRST + offset).expect("within the range of ports");
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
    panic!("no free port");
}

/// The result of a program that was run to its end.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs a program to its end, at most `limit` long.
pub(crate) fn run(command: &mut Command, limit: Duration) -> Ran {
    run_with_input(command, b"", limit)
}

/// Runs a program with something on its standard input.
pub(crate) fn run_with_input(command: &mut Command, input: &[u8], limit: Duration) -> Ran {
    use std::io::Write as _;
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let mut stdin = child.stdin.take().expect("piped");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        let _ = stdin.write_all(&input);
    });
    let stdout = drain(child.stdout.take().expect("piped"));
    let stderr = drain(child.stderr.take().expect("piped"));
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("our own child can be asked") {
            break status;
        }
        if start.elapsed() > limit {
            let _ = child.kill();
            let _ = child.wait();
            panic!("{command:?} took longer than {limit:?}");
        }
        std::thread::sleep(Duration::from_millis(3));
    };
    let text = |reader: std::thread::JoinHandle<Vec<u8>>| {
        String::from_utf8_lossy(&reader.join().expect("a reader")).into_owned()
    };
    let ran = Ran {
        status,
        stdout: text(stdout),
        stderr: text(stderr),
    };
    let _ = writer.join();
    ran
}

fn drain(mut from: impl std::io::Read + Send + 'static) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut all = Vec::new();
        let _ = from.read_to_end(&mut all);
        all
    })
}

/// Whether a program is installed; says that a test is skipped where it is not.
pub(crate) fn installed(name: &str) -> bool {
    find(name).is_some()
}

/// Where a program is installed; says that a test is skipped where it is not. Servers may lie
/// where only root's search path leads.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .chain(["/usr/sbin".into(), "/sbin".into()])
        .map(|directory| directory.join(name))
        .find(|file| file.is_file());
    if found.is_none() {
        skipped(&format!("{name} is not installed"));
    }
    found
}

/// Says that (a part of) a test was skipped, and why.
pub(crate) fn skipped(why: &str) {
    let test = std::thread::current().name().unwrap_or("test").to_owned();
    eprintln!("SKIPPED {test}: {why}");
}
