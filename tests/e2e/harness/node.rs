//! The Node environment that `tests/setup.sh` makes below the target directory.

use super::binary::workspace;
use super::program::{installed, skipped};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A module of the environment; `None` (and a line that says so) where there is none and none can
/// be made.
pub(crate) fn module(file: &str) -> Option<PathBuf> {
    if !installed("node") {
        return None;
    }
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent()?;
    let environment = target.join("tests-node");
    // Several tests may get here at once; one makes it, the others wait.
    let lock = std::fs::File::create(target.join("tests-node.lock")).ok()?;
    lock.lock().ok()?;
    let wanted = environment.join("node_modules").join(file);
    if !wanted.exists() {
        let _ = Command::new("bash")
            .arg(workspace().join("tests/setup.sh"))
            .arg("node")
            .env("CARGO_TARGET_DIR", target)
            .stdout(Stdio::null())
            .status();
    }
    if wanted.exists() && environment.join("complete").exists() {
        return Some(wanted);
    }
    skipped("no Node environment could be made");
    None
}
