//! What the kernel knows about this process (Linux; elsewhere nothing is told).

use std::fs;

/// Clock ticks per second in `/proc`: fixed at 100 in the interface of every platform we run on.
const TICKS: f64 = 100.0;

/// Numbers about the process, as far as they can be read.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(super) struct Process {
    pub(super) cpu_seconds: Option<f64>,
    pub(super) resident: Option<u64>,
    pub(super) fds: Option<u64>,
    pub(super) max_fds: Option<u64>,
    pub(super) start: Option<f64>,
}

/// Memory of this process that is in RAM, in bytes; `None` where it cannot be read.
pub fn resident_bytes() -> Option<u64> {
    resident(&fs::read_to_string("/proc/self/status").ok()?)
}

impl Process {
    pub(super) fn read() -> Self {
        let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
        let (cpu_seconds, started) = times(&stat).unzip();
        let boot = fs::read_to_string("/proc/stat").ok().and_then(|s| boot(&s));
        Self {
            cpu_seconds,
            resident: resident_bytes(),
            fds: fs::read_dir("/proc/self/fd")
                .ok()
                // The directory itself is open while it is counted.
                .map(|dir| (dir.count() as u64).saturating_sub(1)),
            max_fds: fs::read_to_string("/proc/self/limits")
                .ok()
                .and_then(|s| max_fds(&s)),
            start: boot.zip(started).map(|(boot, started)| boot + started),
        }
    }
}

/// `VmRSS` of `/proc/self/status`, in bytes.
fn resident(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024)
}

/// CPU time used and start time after boot, in seconds, of `/proc/self/stat`. The command's name
/// may hold anything, so fields are counted from behind its closing bracket.
fn times(stat: &str) -> Option<(f64, f64)> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace();
    let user: f64 = fields.nth(11)?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    let began: f64 = fields.nth(6)?.parse().ok()?;
    Some(((user + system) / TICKS, began / TICKS))
}

/// The machine's start of `/proc/stat`: Unix time in seconds.
fn boot(stat: &str) -> Option<f64> {
    let line = stat.lines().find_map(|l| l.strip_prefix("btime "))?;
    line.trim().parse().ok()
}

/// The soft limit of open files of `/proc/self/limits`; `None` if there is no limit.
fn max_fds(limits: &str) -> Option<u64> {
    let line = limits
        .lines()
        .find_map(|l| l.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_texts_are_read() {
        assert_eq!(resident("Name:\tx\nVmRSS:\t  123 kB\n"), Some(125_952));
        let stat = "12 (a) b) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 1 0 1000 5 6";
        assert_eq!(times(stat), Some((3.0, 10.0)));
        assert_eq!(boot("cpu 1\nbtime 1700000000\n"), Some(1_700_000_000.0));
        assert_eq!(
            max_fds("Max open files            1024   4096  files\n"),
            Some(1024)
        );
        assert_eq!(
            max_fds("Max open files            unlimited unlimited files\n"),
            None
        );
        assert_eq!(times("nonsense"), None);
    }
}
