//! Processes of a run: started on one core, accounted for, and ended by id.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal};

/// How long a process may take to end when asked to.
const PATIENCE: Duration = Duration::from_secs(3);

/// What the threads of Postern that carry requests are called, before their number.
const CORE: &str = "core-";

/// CPU time of a process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Cpu {
    /// Of everything in it.
    pub(super) total: Duration,
    /// Of Postern's threads that carry requests; the others write and index the call log, reload
    /// and answer commands.
    pub(super) cores: Duration,
}

impl Cpu {
    /// Of the threads that carry no requests.
    pub(super) const fn beside(self) -> Duration {
        self.total.saturating_sub(self.cores)
    }
}

/// A process with its children, ended when this is dropped.
#[derive(Debug)]
pub(super) struct Process {
    name: String,
    child: Child,
    log: PathBuf,
}

/// `program` with `arguments`, pinned to `core` where `taskset` is there.
pub(super) fn pinned(core: Option<usize>, program: &Path, arguments: &[String]) -> Command {
    let mut command = match core {
        Some(core) => {
            let mut command = Command::new("taskset");
            command.arg("-c").arg(core.to_string()).arg(program);
            command
        }
        None => Command::new(program),
    };
    command.args(arguments).stdin(Stdio::null());
    command
}

impl Process {
    /// Starts a process in a group of its own; what it prints goes to a log in `dir`.
    pub(super) fn start(name: &str, mut command: Command, dir: &Path) -> Result<Self> {
        use std::os::unix::process::CommandExt as _;
        let log = dir.join(format!("{name}.log"));
        let out = File::create(&log)?;
        let child = command
            .stdout(out.try_clone()?)
            .stderr(out)
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        Ok(Self {
            name: name.to_owned(),
            child,
            log,
        })
    }

    /// Waits until every address accepts connections.
    pub(super) async fn ready(&mut self, addresses: &[std::net::SocketAddr]) -> Result<()> {
        self.ready_within(Duration::from_secs(15), addresses).await
    }

    /// The same for a process that may take so long.
    pub(super) async fn ready_within(
        &mut self,
        patience: Duration,
        addresses: &[std::net::SocketAddr],
    ) -> Result<()> {
        let deadline = Instant::now() + patience;
        for address in addresses {
            while tokio::net::TcpStream::connect(address).await.is_err() {
                if let Some(status) = self.child.try_wait()? {
                    bail!("{} ended with {status}: {}", self.name, self.said());
                }
                if Instant::now() > deadline {
                    bail!(
                        "{} does not listen on {address}: {}",
                        self.name,
                        self.said()
                    );
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        Ok(())
    }

    /// Asks the process to end and waits until it has.
    pub(super) async fn end(mut self, patience: Duration) -> Result<()> {
        self.signal(Signal::TERM);
        let deadline = Instant::now() + patience;
        while self.child.try_wait()?.is_none() {
            if Instant::now() > deadline {
                bail!("{} does not end", self.name);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// The end of what the process printed.
    fn said(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.trim().lines().rev().take(5).collect();
        if lines.is_empty() {
            return "it printed nothing".to_owned();
        }
        lines.into_iter().rev().collect::<Vec<_>>().join(" | ")
    }

    /// Its id.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// CPU time so far of the process and its children, from the kernel's own accounting.
    pub(super) fn cpu(&self) -> Result<Cpu> {
        let mut cpu = Cpu::default();
        let mut open = vec![self.child.id()];
        while let Some(id) = open.pop() {
            let tasks = fs::read_dir(format!("/proc/{id}/task"))
                .with_context(|| format!("{} is gone", self.name))?;
            for task in tasks {
                let task = task?.path();
                let spent = task_cpu(&task)?;
                cpu.total += spent;
                let name = fs::read_to_string(task.join("comm")).unwrap_or_default();
                if name.starts_with(CORE) {
                    cpu.cores += spent;
                }
                let children = fs::read_to_string(task.join("children")).unwrap_or_default();
                open.extend(
                    children
                        .split_whitespace()
                        .filter_map(|child| child.parse::<u32>().ok()),
                );
            }
        }
        Ok(cpu)
    }

    /// Resident memory of the process and its children in bytes.
    pub(super) fn memory(&self) -> u64 {
        self.status("VmRSS:")
    }

    /// The most memory that was resident, of the process and its children, in bytes.
    pub(super) fn peak_memory(&self) -> u64 {
        self.status("VmHWM:")
    }

    /// The sum of a field in KiB of `/proc/ID/status`, in bytes.
    fn status(&self, field: &str) -> u64 {
        let mut total = 0;
        let mut open = vec![self.child.id()];
        while let Some(id) = open.pop() {
            let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
            let line = status.lines().find_map(|line| line.strip_prefix(field));
            let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
            total += kib.unwrap_or(0) * 1024;
            let children =
                fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
            open.extend(
                children
                    .split_whitespace()
                    .filter_map(|child| child.parse::<u32>().ok()),
            );
        }
        total
    }

    fn signal(&self, signal: Signal) {
        let group = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        if let Some(group) = group {
            // An error says that the group is gone, which is what is wanted.
            rustix::process::kill_process_group(group, signal).ok();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.signal(Signal::TERM);
        let deadline = Instant::now() + PATIENCE;
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(10));
        }
        self.signal(Signal::KILL);
        self.child.wait().ok();
    }
}

/// Nanoseconds a task ran, from `schedstat`; kernels without it have clock ticks in `stat`.
fn task_cpu(task: &Path) -> Result<Duration> {
    if let Ok(text) = fs::read_to_string(task.join("schedstat")) {
        let nanoseconds = text
            .split_whitespace()
            .next()
            .context("schedstat")?
            .parse()?;
        return Ok(Duration::from_nanos(nanoseconds));
    }
    let stat = fs::read_to_string(task.join("stat"))?;
    // The second field is the name in brackets and may hold anything.
    let (_, fields) = stat.rsplit_once(')').context("stat")?;
    let ticks: u64 = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    let per_second = rustix::param::clock_ticks_per_second();
    Ok(Duration::from_nanos(ticks * (1_000_000_000 / per_second)))
}

/// How long a core has been busy, whoever used it: everything but idle and waiting, stolen included.
pub(super) fn core_busy(core: usize) -> Option<Duration> {
    let stat = fs::read_to_string("/proc/stat").ok()?;
    let name = format!("cpu{core} ");
    let line = stat.lines().find_map(|line| line.strip_prefix(&name))?;
    let ticks = line
        .split_whitespace()
        .map(|field| field.parse::<u64>().unwrap_or(0));
    let busy: u64 = ticks
        .enumerate()
        .filter(|(at, _)| !matches!(at, 3 | 4 | 8..))
        .map(|(_, ticks)| ticks)
        .sum();
    Some(Duration::from_nanos(
        busy * (1_000_000_000 / rustix::param::clock_ticks_per_second()),
    ))
}
