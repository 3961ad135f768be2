use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::{DataDirectory, Holder};
use crate::error::StoreError;

fn then() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000)
}

#[test]
fn a_second_is_refused_and_told_of_the_first() {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("deep/data");
    let first = DataDirectory::lock(&path, then()).unwrap();
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "{mode:o}");

    let refused = || DataDirectory::lock(&path, SystemTime::now()).unwrap_err();
    let pid = std::process::id();
    // In whatever zone this runs.
    let since = jiff::Timestamp::from_second(1_790_000_000).unwrap();
    let since = since.to_zoned(jiff::tz::TimeZone::system());
    let since = since.strftime("since %Y-%m-%d %H:%M:%S %:z");
    let words = format!(
        "the data directory {} is in use by process {pid}, {since}; stop it, or give this one another --data",
        path.display()
    );
    assert_eq!(refused().to_string(), words);

    first.announce("127.0.0.1:9901").unwrap();
    let words = format!("process {pid} at 127.0.0.1:9901, {since};");
    assert!(refused().to_string().contains(&words), "{}", refused());
    let holder = DataDirectory::holder(&path).unwrap().unwrap();
    assert_eq!((holder.pid, holder.since), (pid, 1_790_000_000));
    assert_eq!(holder.address.as_deref(), Some("127.0.0.1:9901"));

    drop(first);
    assert_eq!(DataDirectory::holder(&path).unwrap(), None);
    let second = DataDirectory::lock(&path, then()).unwrap();
    let holder = DataDirectory::holder(second.path()).unwrap().unwrap();
    assert_eq!(holder.address, None, "what the first said is gone");
}

#[test]
fn nobody_holds_a_directory_that_is_not_there() {
    let holder = DataDirectory::holder(Path::new("/nonexistent/data"));
    assert_eq!(holder.unwrap(), None);
}

#[test]
fn a_lock_file_of_nonsense_does_no_harm() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("postern.lock"), "x".repeat(100_000)).unwrap();
    let first = DataDirectory::lock(directory.path(), then()).unwrap();
    fs::write(directory.path().join("postern.lock"), "?").unwrap();
    let error = DataDirectory::lock(directory.path(), then()).unwrap_err();
    let words = "in use by another process, which has not yet said which";
    assert!(error.to_string().contains(words), "{error}");
    drop(first);
}

#[test]
fn times_beyond_the_calendar_are_left_out() {
    let holder = Holder {
        pid: 1,
        since: u64::MAX,
        address: None,
    };
    assert_eq!(holder.to_string(), "process 1");
}

#[test]
fn a_file_is_no_directory() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = DataDirectory::lock(file.path(), then()).unwrap_err();
    assert!(matches!(error, StoreError::Io { .. }));
    let words = format!("cannot create the data directory {}", file.path().display());
    assert!(error.to_string().contains(&words), "{error}");
}

#[test]
fn what_cannot_be_written_is_named() {
    // Nobody makes files in /sys, not even root.
    for path in ["/sys", "/sys/postern/data"] {
        let error = DataDirectory::lock(Path::new(path), then()).unwrap_err();
        assert!(matches!(error, StoreError::NotWritable { .. }), "{error}");
        assert!(
            error.to_string().contains(" cannot be written ("),
            "{error}"
        );
    }
}
