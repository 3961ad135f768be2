//! What the numbers were measured on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Processor, cores, memory, kernel.
pub(super) fn describe() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown processor", |(_, name)| name);
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib = memory.lines().find_map(|line| {
        line.strip_prefix("MemTotal:")?
            .split_whitespace()
            .next()?
            .parse::<u64>()
            .ok()
    });
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let guest = if cpu.contains("hypervisor") {
        ", virtual machine"
    } else {
        ""
    };
    format!(
        "{model}, {} cores{guest}, {} GiB, Linux {}",
        cores().len(),
        kib.unwrap_or(0) / (1024 * 1024),
        kernel.trim()
    )
}

/// The cores this process may use.
pub(super) fn cores() -> Vec<usize> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let list = status
        .lines()
        .find_map(|line| line.strip_prefix("Cpus_allowed_list:"))
        .unwrap_or("0");
    let mut cores = Vec::new();
    for range in list.trim().split(',') {
        let (from, to) = range.split_once('-').unwrap_or((range, range));
        if let (Ok(from), Ok(to)) = (from.parse::<usize>(), to.parse()) {
            cores.extend(from..=to);
        }
    }
    cores
}

/// The load average of the last minute: how quiet the machine is.
pub(super) fn load_average() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("?").to_owned()
}

/// The commit of the working directory, and whether it was changed since.
pub(super) fn commit() -> String {
    let hash = first_line(Command::new("git").args(["rev-parse", "--short=12", "HEAD"]));
    let changed =
        first_line(Command::new("git").args(["status", "--porcelain", "--untracked-files=no"]));
    match (hash, changed) {
        (Some(hash), None) => hash,
        (Some(hash), Some(_)) => format!("{hash} with changes"),
        (None, _) => "unknown".to_owned(),
    }
}

/// The first line a command prints, on either stream.
pub(super) fn first_line(command: &mut Command) -> Option<String> {
    let output = command.output().ok()?;
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    text.lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .map(str::to_owned)
}

/// A program by name, as a shell finds it, and where Debian keeps servers.
pub(super) fn find(name: &str) -> Option<PathBuf> {
    if name.contains('/') {
        return Some(PathBuf::from(name)).filter(|path| path.is_file());
    }
    // The one reader of PATH here: a child's own search would not look into /usr/sbin.
    let output = Command::new("sh")
        .args([
            "-c",
            "command -v \"$0\" || PATH=/usr/sbin:/sbin command -v \"$0\"",
            name,
        ])
        .output()
        .ok()?;
    let found = String::from_utf8(output.stdout).ok()?;
    Some(PathBuf::from(found.trim())).filter(|path| path.is_file())
}

/// Envoy: on the path, or where `bench/setup.sh` puts it; the program itself, not its Python door.
pub(super) fn find_envoy(target: &Path) -> Option<PathBuf> {
    let libraries = fs::read_dir(target.join("envoy/lib"))
        .ok()
        .into_iter()
        .flatten();
    libraries
        .filter_map(Result::ok)
        .map(|python| python.path().join("site-packages/envoy/_bin/envoy"))
        .find(|path| path.is_file())
        .or_else(|| find("envoy"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_may_use_a_core() {
        assert!(!cores().is_empty());
    }

    #[test]
    fn a_program_is_found_by_name_and_a_missing_one_is_not() {
        assert!(find("sh").is_some());
        assert!(find("no-such-program-here").is_none());
    }
}
