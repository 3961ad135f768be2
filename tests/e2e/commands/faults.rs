//! Keys that are none, and a disk that fails: each is told in a sentence, and requests go on.

use super::{Stored, code};
use crate::harness::files::scratch;
use crate::harness::program::skipped;
use crate::harness::raw::{get, once};
use crate::harness::{Response, eventually};
use std::path::PathBuf;
use std::process::Command;

fn with(postern: &Stored, lines: &str) -> Response {
    let lines = format!("Connection: close\r\n{lines}");
    get(postern.gateway, "/partners/customers", &lines)
}

#[test]
fn whatever_comes_in_place_of_a_key_is_named() {
    // Nobody is blocked for trying.
    let config = format!(
        "{}edge: {{ refusals: {{ rate: 0, per: 1m }} }}\n",
        super::CONFIG
    );
    let postern = Stored::empty();
    assert!(postern.apply(&config).status.success());
    let key = postern.key("fieldforce");
    let header = format!("X-API-Key: {key}\r\n");
    let cases: [(String, u16, &str, &str); 9] = [
        (
            header.repeat(100),
            400,
            "credential.ambiguous",
            "more than one",
        ),
        (
            format!("X-API-Key: {}\r\n", "k".repeat(100_000)),
            431,
            "connection.header_too_large",
            "the limit is 16384",
        ),
        (
            format!("X-API-Key: {}\r\n", "k".repeat(10_000)),
            401,
            "credential.malformed",
            "longer than 512 bytes",
        ),
        (
            "X-API-Key: pst_\u{7}\r\n".to_owned(),
            400,
            "connection.malformed",
            "control byte",
        ),
        (
            "X-API-Key: pst_\u{e9}\r\n".to_owned(),
            401,
            "credential.malformed",
            "beyond ASCII",
        ),
        (
            "X-API-Key: 6f1ed002-ab5d-4b0e-9f0e-2b7f5a5a5a5a\r\n".to_owned(),
            401,
            "credential.malformed",
            "pst_",
        ),
        (
            "X-API-Key: eyJhbGciOiJIUzI1NiJ9.e30.x\r\n".to_owned(),
            401,
            "credential.malformed",
            "pst_",
        ),
        (
            format!("X-API-Key: \"{key}\"\r\n"),
            401,
            "credential.malformed",
            "quotes",
        ),
        (
            format!("X-API-Key: {}\r\n", &key[..key.len() - 4]),
            401,
            "credential.malformed",
            "cut off",
        ),
    ];
    for (lines, status, name, says) in cases {
        let refused = with(&postern, &lines);
        let told = refused.text();
        assert_eq!((refused.status, &*code(&refused)), (status, name), "{told}");
        assert!(told.contains(says), "{says}: {told}");
    }
    assert_eq!(with(&postern, &header).status, 200);
}

/// A small file system of its own below the data directory, ended with it.
struct Disk(PathBuf);

impl Disk {
    /// None where it takes rights that we do not have.
    fn mount(at: PathBuf, options: &str) -> Option<Self> {
        std::fs::create_dir_all(&at).expect("the directory can be made");
        let mut command = Command::new("mount");
        let ran = command
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(&at)
            .output();
        ran.is_ok_and(|ran| ran.status.success())
            .then_some(Self(at))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Even while files are open.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn requests_go_on_when_the_disk_of_the_call_log_is_full() {
    let place = scratch("disk");
    let Some(disk) = Disk::mount(place.join("data/calls"), "size=1m") else {
        return skipped("it takes the right to mount a file system");
    };
    let postern = Stored::on(place);
    assert!(postern.apply(super::CONFIG).status.success());
    let key = postern.key("fieldforce");
    let filler = disk.0.join("filler");
    // The file system takes what it can, and then says that it is full.
    let _ = std::fs::write(&filler, vec![0; 2 << 20]);
    let before = postern.output().len();
    eventually("the log says so", || {
        assert_eq!(postern.customers(&key).status, 200);
        assert_eq!(code(&postern.customers("")), "credential.missing");
        let log = postern.output();
        let mut lines = log[before..].lines();
        let says = |line: &str| line.contains("No space left") && line.contains("requests go on");
        lines.any(says).then_some(())
    });
    std::fs::remove_file(&filler).expect("the filler is ours");
    // It works again by itself.
    eventually("records are written again", || {
        let refused = postern.customers("");
        let id = refused.header("x-request-id").expect("an id");
        let why = postern.run(&["why", &id]);
        why.stdout.starts_with("refused[").then_some(())
    });
}

#[test]
fn a_read_only_disk_is_named_before_anything_is_served() {
    let place = scratch("disk");
    let Some(disk) = Disk::mount(place.join("data/calls"), "ro") else {
        return skipped("it takes the right to mount a file system");
    };
    let ran = super::run(&place.join("data"), &["run", "--gateway", "127.0.0.1:0"]);
    assert_eq!(ran.status.code(), Some(1), "{ran:?}");
    assert_eq!(ran.stderr.trim_end().lines().count(), 1, "{}", ran.stderr);
    let directory = disk.0.display().to_string();
    for part in ["Read-only file system", &directory] {
        assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
    }
}

#[test]
fn a_segment_that_was_cut_costs_its_tail_alone() {
    let mut postern = Stored::start();
    let mut ids = Vec::new();
    for _ in 0..3 {
        let refused = postern.customers("");
        ids.push(refused.header("x-request-id").expect("an id"));
        // Each in a frame of its own.
        postern.ok(&["why", ids.last().expect("one")]);
    }
    postern.program.signal("KILL");
    postern.program.wait(super::SOON).expect("it ends");
    let calls = postern.data().join("calls");
    let segments = std::fs::read_dir(&calls).expect("a directory");
    let segment = segments
        .map(|entry| entry.expect("an entry").path())
        .find(|path| path.display().to_string().contains("/segment-"))
        .expect("a segment");
    let file = std::fs::File::options()
        .write(true)
        .open(&segment)
        .expect("a file");
    let length = file.metadata().expect("a file").len();
    file.set_len(length - 3).expect("it can be cut");
    let Stored { scratch, .. } = postern;
    let again = Stored::on(scratch);
    for id in &ids[..2] {
        let why = again.ok(&["why", id]);
        assert!(why.starts_with("refused[credential.missing]"), "{why}");
    }
    let lost = again.fails(&["why", &ids[2]]);
    assert!(lost.contains("is in the call log"), "{lost}");
    let request = "GET /partners/customers HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    assert_eq!(once(again.gateway, request).status, 401);
}
