//! What is lost, and what is not, when things go wrong.

use super::*;
use crate::codec::tests::encode;
use crate::day::Day;
use crate::segment::Segment;
use crate::{Alarm, Cause};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// A segment as a process that died has left it: frames of one entry each.
fn left_over(dir: &Path, entries: std::ops::Range<u64>) -> PathBuf {
    let mut open = Segment::create(dir, 9).unwrap();
    for n in entries {
        let mut frame = Vec::new();
        segment::frame(&mut frame, &encode(&[entry(n)]));
        open.append(&frame).unwrap();
    }
    segment::path(dir, 9)
}

fn recovered(dir: &Path) -> (Vec<u64>, Health) {
    let log = CallLog::open(options(dir)).unwrap();
    wait("the segment is moved", || !segment::path(dir, 9).exists());
    let page = log
        .reader()
        .search(&Filter::default(), 1_000, None)
        .unwrap();
    let ids = page.entries.iter().rev().map(|e| e.id.millis() - BASE);
    (ids.collect(), log.health())
}

#[test]
fn a_truncated_segment_gives_all_but_its_tail() {
    let dir = tempfile::tempdir().unwrap();
    let path = left_over(dir.path(), 0..10);
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 7]).unwrap();
    let (ids, health) = recovered(dir.path());
    assert_eq!(ids, (0..9).collect::<Vec<_>>());
    assert_eq!((health.torn_tails, health.damaged_bytes), (1, 0));
}

#[test]
fn a_flipped_bit_costs_its_frame_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = left_over(dir.path(), 0..10);
    let mut bytes = std::fs::read(&path).unwrap();
    let size = (bytes.len() - 24) / 10;
    bytes[24 + 4 * size + 30] ^= 4;
    std::fs::write(&path, &bytes).unwrap();
    let (ids, health) = recovered(dir.path());
    assert_eq!(ids, [0, 1, 2, 3, 5, 6, 7, 8, 9]);
    assert_eq!((health.torn_tails, health.damaged_bytes), (0, size as u64));
}

#[test]
fn a_power_cut_loses_what_was_not_synced_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let log = CallLog::open(options(dir.path())).unwrap();
    let producer = log.producer();
    (0..50).for_each(|n| producer.push(entry(n)));
    log.flush().unwrap();
    let open = segment::path(dir.path(), 1);
    let synced = std::fs::metadata(&open).unwrap().len();
    (50..80).for_each(|n| producer.push(entry(n)));
    wait("the rest is written", || log.health().written == 80);
    // What the disk has after the cut: the synced bytes, and zeros where the length, but not the
    // content, had got there.
    let after = tempfile::tempdir().unwrap();
    let mut bytes = std::fs::read(&open).unwrap();
    assert!(bytes.len() as u64 > synced);
    bytes[usize::try_from(synced).unwrap()..].fill(0);
    std::fs::write(segment::path(after.path(), 9), bytes).unwrap();
    let (ids, health) = recovered(after.path());
    assert_eq!(ids, (0..50).collect::<Vec<_>>());
    assert_eq!(health.torn_tails, 1);
}

#[test]
fn a_segment_that_was_moved_but_not_deleted_is_not_counted_twice() {
    let dir = tempfile::tempdir().unwrap();
    let path = left_over(dir.path(), 0..10);
    let bytes = std::fs::read(&path).unwrap();
    recovered(dir.path());
    std::fs::write(&path, bytes).unwrap();
    let offline = Reader::offline(dir.path(), 30);
    assert_eq!(offline.count(&Filter::default()).unwrap(), 10);
    let (ids, _) = recovered(dir.path());
    assert_eq!(ids.len(), 10);
}

#[test]
fn a_day_file_deleted_while_open_is_begun_anew() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = options(dir.path());
    options.segment_bytes = 1;
    let log = CallLog::open(options).unwrap();
    let producer = log.producer();
    producer.push(entry(1));
    let moved = || log.health().indexed > 0 && segment::list(dir.path()).unwrap().is_empty();
    wait("the first row is moved", moved);
    let day = Day::of_millis(BASE).path(dir.path());
    std::fs::remove_file(&day).unwrap();
    producer.push(entry(2));
    wait("the second row is moved", || {
        log.health().indexed == 2 && moved()
    });
    let page = log.reader().search(&Filter::default(), 10, None).unwrap();
    assert_eq!(page.entries, [entry(2)]);
    assert!(day.exists());
}

#[test]
fn a_damaged_day_file_is_set_aside() {
    let dir = tempfile::tempdir().unwrap();
    let day = Day::of_millis(BASE).path(dir.path());
    std::fs::write(&day, [b'x'; 10_000]).unwrap();
    left_over(dir.path(), 0..10);
    let (ids, _) = recovered(dir.path());
    assert_eq!(ids.len(), 10);
    let names = std::fs::read_dir(dir.path()).unwrap().flatten();
    let aside = names.filter(|e| e.file_name().to_string_lossy().contains(".damaged-"));
    assert_eq!(aside.count(), 1);
}

#[test]
fn day_files_of_another_layout_stop_the_indexer_and_lose_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let day = Day::of_millis(BASE).path(dir.path());
    let newer = rusqlite::Connection::open(&day).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    let path = left_over(dir.path(), 0..10);
    let log = CallLog::open(options(dir.path())).unwrap();
    wait("an alarm", || {
        log.health().alarms.iter().any(|a| a.part == Part::Indexer)
    });
    assert!(path.exists());
    let page = log.reader().search(&Filter::default(), 100, None).unwrap();
    assert_eq!(page.entries.len(), 10);
    assert_eq!(page.searched.unreadable.len(), 1);
}

#[test]
fn a_full_disk_drops_records_raises_an_alarm_and_is_left_behind() {
    let place = tempfile::tempdir().unwrap();
    let mount = |args: &[&str]| {
        let status = Command::new("mount").args(args).arg(place.path()).status();
        status.is_ok_and(|status| status.success())
    };
    if !mount(&["-t", "tmpfs", "-o", "size=256k", "tmpfs"]) {
        println!("skipped: this needs the right to mount a small file system");
        return;
    }
    let result = std::panic::catch_unwind(|| fill(place.path()));
    let unmounted = Command::new("umount").arg(place.path()).status().unwrap();
    assert!(unmounted.success());
    result.unwrap();
}

fn fill(dir: &Path) {
    let filler = dir.join("filler");
    std::fs::write(&filler, vec![0; 230 << 10]).unwrap();
    let mut options = options(dir);
    options.waiting_bytes = 10_000;
    options.ring = 100_000;
    let log = CallLog::open(options).unwrap();
    let producer = log.producer();
    (0..2_000).for_each(|n| producer.push(entry(n)));
    wait("records are dropped", || log.health().dropped_disk > 0);
    let alarms = log.health().alarms;
    let full = |alarm: &Alarm| (alarm.part, alarm.cause) == (Part::Writer, Cause::Full);
    assert!(alarms.iter().any(full), "{alarms:?}");
    std::fs::remove_file(filler).unwrap();
    producer.push(refusal(5_000, Code::NotFound));
    wait("the log works again", || {
        let health = log.health();
        health.alarms.iter().all(|a| a.part != Part::Writer)
            && health.written + health.dropped_disk == 2_001
    });
    let last = refusal(5_000, Code::NotFound);
    assert_eq!(found(&log.reader(), last.id), Some(last));
}

/// The child of the test below: pushes, prints what it has pushed, and waits to be killed.
#[test]
#[ignore = "the child process of the test of `kill -9`"]
fn killed_child() {
    let Some(dir) = std::env::args().find_map(|a| a.strip_prefix("dir=").map(PathBuf::from)) else {
        return;
    };
    let log = CallLog::open(options(&dir)).unwrap();
    let producer = log.producer();
    let begin = Instant::now();
    for n in 0.. {
        producer.push(entry(n));
        println!("\npushed {n} {}", begin.elapsed().as_micros());
        std::thread::sleep(Duration::from_micros(200));
    }
}

#[test]
fn kill_9_loses_at_most_the_last_200_milliseconds() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "log::tests::faults::killed_child",
            "--ignored",
            "--nocapture",
        ])
        .arg("--skip")
        .arg(format!("dir={}", dir.path().display()))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pushed = Vec::new();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for line in lines.map_while(std::result::Result::ok) {
        let mut words = line.split_whitespace();
        if words.next() != Some("pushed") {
            continue;
        }
        let mut number = || words.next().and_then(|word| word.parse::<u64>().ok());
        if let (Some(n), Some(micros)) = (number(), number()) {
            pushed.push((n, micros));
            if micros > 1_500_000 && pushed.len() > 1_000 {
                // SIGKILL; what is still in the pipe is read on.
                let _ = child.kill();
            }
        }
    }
    child.wait().unwrap();
    let log = CallLog::open(options(dir.path())).unwrap();
    let page = log
        .reader()
        .search(&Filter::default(), 100_000, None)
        .unwrap();
    let kept: std::collections::HashSet<u64> =
        page.entries.iter().map(|e| e.id.millis() - BASE).collect();
    let end = pushed.last().unwrap().1;
    let lost: Vec<_> = pushed.iter().filter(|(n, _)| !kept.contains(n)).collect();
    assert!(kept.len() > 500);
    assert!(
        lost.iter().all(|(_, at)| end - at <= 200_000),
        "{lost:?} of {end}"
    );
}
