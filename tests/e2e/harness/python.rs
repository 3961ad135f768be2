//! The Python environment that `tests/setup.sh` makes below the target directory.

use super::binary::workspace;
use super::program::{installed, skipped};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The environment's interpreter; `None` (and a line that says so) where there is none and none
/// can be made.
pub(crate) fn python() -> Option<&'static Path> {
    static FOUND: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOUND.get_or_init(find).as_deref()
}

fn find() -> Option<PathBuf> {
    if !installed("python3") {
        return None;
    }
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent()?;
    let environment = target.join("tests-python");
    // Several tests may get here at once; one makes it, the others wait.
    let lock = std::fs::File::create(target.join("tests-python.lock")).ok()?;
    lock.lock().ok()?;
    // It knows itself whether something is missing.
    let _ = Command::new("bash")
        .arg(workspace().join("tests/setup.sh"))
        .arg("python")
        .env("CARGO_TARGET_DIR", target)
        .stdout(Stdio::null())
        .status();
    if environment.join("complete").exists() {
        return Some(environment.join("bin/python"));
    }
    skipped("no Python environment could be made");
    None
}
