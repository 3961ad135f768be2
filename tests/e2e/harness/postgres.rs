//! A PostgreSQL server of a test's own, from Debian's package, on a Unix socket in a temporary
//! directory. Also compiled into the tests of `postern-store`.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Says that a test that needs PostgreSQL must not be skipped.
const NEEDED: &str = "POSTERN_TESTS_NEED_POSTGRES";

/// PostgreSQL does not run as root; then it runs as this user.
const NOBODY: u32 = 65534;

/// The server and its files; both go when this is dropped, or when the test's process ends.
#[derive(Debug)]
pub(crate) struct Server {
    directory: tempfile::TempDir,
    programs: PathBuf,
    /// Settings beside those that every server of tests has: `ssl=on`.
    settings: Vec<String>,
    running: Option<Child>,
}

impl Server {
    /// Starts one. Where it is not installed: none, with a message; or a failure, if [`NEEDED`] is
    /// in the environment.
    pub(crate) fn start() -> Option<Self> {
        Self::prepared(Vec::new(), |_| ())
    }

    /// The same with other settings, and a data directory that is prepared before it starts.
    pub(crate) fn prepared(settings: Vec<String>, prepare: impl FnOnce(&Path)) -> Option<Self> {
        let Some(programs) = programs() else {
            assert!(
                std::env::var_os(NEEDED).is_none(),
                "PostgreSQL is not installed, and {NEEDED} says that it has to be"
            );
            eprintln!("skipped: PostgreSQL is not installed; tests/setup.sh installs it");
            return None;
        };
        let directory = tempfile::tempdir().unwrap();
        if is_root() {
            std::os::unix::fs::chown(directory.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let mut server = Self {
            directory,
            programs,
            settings,
            running: None,
        };
        let made = server
            .command("initdb")
            .args(["--auth=trust", "--no-sync", "--no-instructions"])
            .args(["--locale=C", "--encoding=UTF8", "--username=postern", "-D"])
            .arg(server.data())
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        prepare(&server.data());
        server.resume();
        Some(server)
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!(
            "postgres://postern@/postgres?host={}",
            self.directory.path().display()
        )
    }

    /// Stops it at once, as a crash would.
    pub(crate) fn stop(&mut self) {
        let Some(mut child) = self.running.take() else {
            return;
        };
        // The shell stops the server when its input ends.
        drop(child.stdin.take());
        child.wait().unwrap();
    }

    /// Starts it again.
    pub(crate) fn resume(&mut self) {
        assert!(self.running.is_none(), "it runs");
        let script = r#""$@" & server=$!; read -r _; kill -QUIT $server; wait $server"#;
        let data = self.data();
        let socket = self.directory.path().display().to_string();
        let mut command = self.command("sh");
        command.args(["-c", script, "sh"]);
        command
            .arg(self.programs.join("postgres"))
            .arg("-D")
            .arg(&data);
        let usual = ["listen_addresses=", "fsync=off", "shared_buffers=16MB"];
        for setting in usual.into_iter().chain(self.settings.iter().map(|s| &**s)) {
            command.arg("-c").arg(setting);
        }
        command.args(["-k", &socket]);
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.directory.path().join("log"))
            .unwrap();
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(log);
        self.running = Some(command.spawn().unwrap());
        let until = Instant::now() + Duration::from_secs(30);
        while !self.is_ready() {
            assert!(Instant::now() < until, "{}", self.log());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Runs SQL.
    pub(crate) fn run(&self, sql: &str) -> String {
        let mut child = self
            .command("psql")
            .args([
                "-X",
                "-q",
                "-A",
                "-t",
                "-v",
                "ON_ERROR_STOP=1",
                "-U",
                "postern",
                "-h",
            ])
            .arg(self.directory.path())
            .args(["-d", "postgres"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(sql.as_bytes())
            .unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{sql}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn is_ready(&self) -> bool {
        let mut ready = self.command("pg_isready");
        let port = self
            .settings
            .iter()
            .find_map(|set| set.strip_prefix("port="));
        ready.arg("-p").arg(port.unwrap_or("5432"));
        ready.arg("-q").arg("-h").arg(self.directory.path());
        ready.status().unwrap().success()
    }

    fn log(&self) -> String {
        fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
    }

    fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// One of PostgreSQL's programs, or of the system's, as a user that may run it.
    fn command(&self, program: &str) -> Command {
        let own = self.programs.join(program);
        let path = if own.exists() { own } else { program.into() };
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.arg(format!("--reuid={NOBODY}"));
            command.arg(format!("--regid={NOBODY}"));
            command.arg("--clear-groups").arg("--").arg(path);
            command
        } else {
            Command::new(path)
        };
        command.current_dir(self.directory.path());
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Where Debian has the newest version's programs.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let programs = versions.flatten().map(|entry| entry.path().join("bin"));
    programs.filter(|path| path.join("initdb").exists()).max()
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}
