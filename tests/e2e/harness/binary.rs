//! Finds the `postern` binary of this workspace, and makes sure that it is not an old one.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::SystemTime;

/// The binary under test: `$POSTERN_BIN` if set, else the one beside this test's executable,
/// built first if a source is newer.
pub(crate) fn postern() -> &'static Path {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND.get_or_init(|| match std::env::var_os("POSTERN_BIN") {
        Some(path) => path.into(),
        None => locate(),
    })
}

fn locate() -> PathBuf {
    // <target>/<profile>/deps/e2e-<hash>
    let test = std::env::current_exe().expect("the test knows its own path");
    let profile = test
        .ancestors()
        .nth(2)
        .expect("a test lives in <target>/<profile>/deps");
    let binary = profile.join("postern");
    if !is_fresh(&binary) {
        build(profile);
        assert!(binary.exists(), "cargo left no {}", binary.display());
    }
    keep(&binary)
}

/// Links the binary under a name of its own: another build may replace the file while tests run.
fn keep(binary: &Path) -> PathBuf {
    let built = changed(binary)
        .and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok())
        .expect("the binary has a date");
    let directory = super::files::kept("binary");
    let own = directory.join(format!("postern-{}", built.as_nanos()));
    for old in std::fs::read_dir(&directory)
        .into_iter()
        .flatten()
        .flatten()
    {
        if old.path() != own {
            let _ = std::fs::remove_file(old.path());
        }
    }
    // Another test may be doing the same: what counts is that the file is there.
    if !own.exists() && std::fs::hard_link(binary, &own).is_err() && !own.exists() {
        std::fs::copy(binary, &own).expect("the binary can be copied");
    }
    own
}

/// Whether no source that cargo names in `postern.d` is newer than the binary, and all of them
/// are of this workspace (target directories can be shared).
fn is_fresh(binary: &Path) -> bool {
    let Ok(built) = binary.metadata().and_then(|m| m.modified()) else {
        return false;
    };
    let Ok(rule) = std::fs::read_to_string(binary.with_extension("d")) else {
        return false;
    };
    let sources: Vec<&str> = rule
        .split_once(": ")
        .map(|(_, sources)| sources.split_whitespace().collect())
        .unwrap_or_default();
    let root = workspace();
    !sources.is_empty()
        && sources.iter().all(|source| {
            let path = root.join(source);
            path.starts_with(root) && changed(&path).is_some_and(|changed| changed <= built)
        })
}

fn changed(path: &Path) -> Option<SystemTime> {
    path.metadata().ok()?.modified().ok()
}

fn build(profile_directory: &Path) {
    let name = profile_directory
        .file_name()
        .and_then(|name| name.to_str())
        .expect("a profile has a name");
    let profile = if name == "debug" { "dev" } else { name };
    let target = profile_directory.parent().expect("a target directory");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // As the tests were built: a build of one package alone would choose other features for shared
    // dependencies, and compile them again.
    let status = Command::new(cargo)
        .args(["build", "--quiet", "--workspace", "--tests"])
        .args(["--features", "postern-proxy/otlp", "--bin", "postern"])
        .args(["--profile", profile])
        .arg("--target-dir")
        .arg(target)
        .current_dir(workspace())
        .status()
        .expect("cargo can be started");
    assert!(status.success(), "`cargo build --bin postern` failed");
}

/// The root of the workspace.
pub(crate) fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests/ lies in the workspace")
}
