use super::{SETTLED, Source};
use crate::serve::completion::Completion;
use postern_config::System;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

const CONFIG: &str = "listeners: {a: {address: '127.0.0.1:0', tls: {certificates: [{certificate: a.crt, key: 'file:a.key'}]}}}\n";

struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        let files = Self(tempfile::tempdir().unwrap());
        for (name, text) in [("c.yaml", CONFIG), ("a.crt", "one"), ("a.key", "one")] {
            fs::write(files.path(name), text).unwrap();
        }
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
        touch(&self.path(name));
    }

    fn source(&self) -> Source {
        let completion = Arc::new(Completion::new(Vec::new()));
        let mut source = Source::new(self.path("c.yaml"), completion, System::throwaway());
        source.load().unwrap();
        source.taken_over();
        source
    }
}

/// Gives a file a date that it never had: the file system's clock may stand still between writes.
fn touch(path: &Path) {
    static STEP: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    let step = STEP.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let file = File::options().append(true).open(path).unwrap();
    let date = SystemTime::now() + Duration::from_secs(step);
    file.set_modified(date).unwrap();
}

/// Looks twice, far enough apart.
fn settled(source: &mut Source) -> bool {
    let now = Instant::now();
    source.has_changed(now) || source.has_changed(now + SETTLED)
}

#[test]
fn what_is_written_without_a_change_is_served_already() {
    let files = Files::new();
    let mut source = files.source();
    assert!(!settled(&mut source));
    for name in ["c.yaml", "a.crt", "a.key"] {
        touch(&files.path(name));
        assert!(settled(&mut source), "{name}");
        assert!(source.is_served(), "{name}");
        assert!(!settled(&mut source), "{name}");
    }
}

#[test]
fn a_change_of_any_file_is_one() {
    let files = Files::new();
    let mut source = files.source();
    for name in ["a.crt", "a.key", "c.yaml"] {
        files.write(name, &format!("{CONFIG}# {name}\n"));
        assert!(settled(&mut source), "{name}");
        assert!(!source.is_served(), "{name}");
        source.load().unwrap();
        source.taken_over();
        assert!(source.is_served(), "{name}");
        assert!(!settled(&mut source), "{name}");
    }
    fs::remove_file(files.path("a.key")).unwrap();
    assert!(settled(&mut source) && !source.is_served());
}

#[test]
fn a_file_is_not_read_while_it_is_written() {
    let files = Files::new();
    let mut source = files.source();
    let start = Instant::now();
    for look in 1..20 {
        files.write("c.yaml", &format!("{CONFIG}# {look}\n"));
        assert!(!source.has_changed(start + SETTLED * look), "look {look}");
    }
    // However often one looks: only time tells that nobody writes any more.
    let last = start + SETTLED * 19;
    assert!(!source.has_changed(last));
    assert!(!source.has_changed(last + SETTLED.mul_f32(0.99)));
    assert!(source.has_changed(last + SETTLED));
}

#[test]
fn a_fault_that_is_taken_back_leaves_what_is_served() {
    let files = Files::new();
    let mut source = files.source();
    files.write("c.yaml", "surprise: 1\n");
    assert!(settled(&mut source) && !source.is_served());
    source.load().unwrap_err();
    // Not taken over, so a second try is a change.
    touch(&files.path("c.yaml"));
    assert!(settled(&mut source) && !source.is_served());
    files.write("c.yaml", CONFIG);
    assert!(settled(&mut source) && source.is_served());
}

#[test]
fn what_loads_but_is_not_taken_over_is_tried_again() {
    let files = Files::new();
    let mut source = files.source();
    files.write("c.yaml", &format!("{CONFIG}# more\n"));
    source.load().unwrap();
    touch(&files.path("c.yaml"));
    assert!(settled(&mut source) && !source.is_served());
}
