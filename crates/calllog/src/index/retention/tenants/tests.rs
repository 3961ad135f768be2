use super::super::tests::{DAY, left};
use super::*;
use crate::entry::Entry;
use crate::index::retention::Retention;
use crate::log::tests::{entry, options};
use crate::{Filter, Reader};
use postern_model::RequestId;
use std::path::Path;

/// A log that asks for how long tenants keep what is theirs.
fn shared(dir: &Path, kept: &[(&str, u32)]) -> Shared {
    let shared = crate::log::tests::shared(options(dir));
    let kept: Vec<(Arc<str>, u32)> = kept.iter().map(|(name, n)| ((*name).into(), *n)).collect();
    shared.tenant_days.set(Box::new(move || kept.clone()));
    shared
}

/// Rows of a day: so many of `commerce`, of `partner`, and of nobody, and again.
fn rows(day: u64, count: u64, each: u64) -> Vec<Entry> {
    let tenants = [Some("commerce"), Some("partner"), None];
    let row = |n: u64| {
        let mut entry = entry(n);
        entry.id = RequestId::new(day * DAY + n, n.into());
        let at = usize::try_from(n / each % 3).unwrap();
        entry.tenant = tenants[at].map(Into::into);
        entry.service = tenants[at].map(|tenant| format!("{tenant}-api").into());
        entry
    };
    (0..count).map(row).collect()
}

fn count(dir: &Path, tenant: &str) -> u64 {
    let filter = Filter {
        tenant: Some(tenant.into()),
        ..Filter::default()
    };
    Reader::offline(dir, 30).count(&filter).unwrap()
}

fn run(tenants: &mut Tenants, shared: &Shared, now: u64) {
    tenants.pass(shared, now, true).unwrap();
    while tenants.work.is_some() {
        tenants.pass(shared, now, false).unwrap();
    }
}

#[test]
fn a_tenants_records_go_after_its_days_and_nobody_elses() {
    let dir = tempfile::tempdir().unwrap();
    for day in [97, 98, 99, 100] {
        let mut file = DayFile::open(dir.path(), Day::of_millis(day * DAY)).unwrap();
        file.write(&rows(day, 30, 1), None, 0).unwrap();
    }
    let shared = shared(dir.path(), &[("commerce", 2), ("unheard-of", 1)]);
    let mut tenants = Tenants::default();
    // Of day 97 only: two days besides today are kept.
    run(&mut tenants, &shared, 100 * DAY + 5);
    assert_eq!(count(dir.path(), "commerce"), 30);
    assert_eq!(count(dir.path(), "partner"), 40);
    assert_eq!(
        Reader::offline(dir.path(), 30)
            .count(&Filter::default())
            .unwrap(),
        110
    );
    assert_eq!(left(dir.path()), [97, 98, 99, 100]);
    run(&mut tenants, &shared, 101 * DAY);
    assert_eq!(count(dir.path(), "commerce"), 20);
    // When it was last called is gone with its records, and stays for others.
    let path = Day::of_millis(97 * DAY).path(dir.path());
    let seen = "SELECT group_concat(DISTINCT name) FROM seen JOIN names ON id = service";
    let seen: String = rusqlite::Connection::open(path)
        .unwrap()
        .query_row(seen, [], |row| row.get(0))
        .unwrap();
    assert_eq!(seen, "partner-api");
}

#[test]
fn the_room_of_deleted_records_is_given_back() {
    let dir = tempfile::tempdir().unwrap();
    let day = Day::of_millis(50 * DAY);
    let mut file = DayFile::open(dir.path(), day).unwrap();
    file.write(&rows(50, 21_000, 500), None, 0).unwrap();
    drop(file);
    let size = || std::fs::metadata(day.path(dir.path())).unwrap().len();
    let before = size();
    let shared = shared(dir.path(), &[("commerce", 7), ("partner", 7)]);
    run(&mut Tenants::default(), &shared, 100 * DAY);
    let after = size();
    assert!(after < before * 2 / 3, "{after} of {before}");
    let wal = super::super::super::day_file::beside(&day.path(dir.path()), "-wal");
    assert_eq!(std::fs::metadata(wal).map_or(0, |meta| meta.len()), 0);
}

#[test]
fn a_day_is_gone_through_once_and_again_when_something_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let day = Day::of_millis(50 * DAY);
    let mut file = DayFile::open(dir.path(), day).unwrap();
    file.write(&rows(50, 30, 1), None, 0).unwrap();
    let shared = shared(dir.path(), &[("commerce", 7)]);
    let mut tenants = Tenants::default();
    run(&mut tenants, &shared, 100 * DAY);
    assert!(tenants.next(&shared, 100 * DAY).unwrap().is_none());
    // Nor by a process that starts anew.
    let due = ["commerce".into()].into();
    assert_eq!(file.begin_forgetting(&due).unwrap(), [0; 0]);
    // A segment that was left over brings more of that day.
    file.write(&rows(50, 60, 1), None, 0).unwrap();
    tenants.written(day);
    assert_eq!(count(dir.path(), "commerce"), 20);
    run(&mut tenants, &shared, 100 * DAY);
    assert_eq!(count(dir.path(), "commerce"), 0);
    assert_eq!(count(dir.path(), "partner"), 20);
}

#[test]
fn a_clock_that_jumps_deletes_nothing_of_a_tenant() {
    let dir = tempfile::tempdir().unwrap();
    let mut file = DayFile::open(dir.path(), Day::of_millis(99 * DAY)).unwrap();
    file.write(&rows(99, 30, 1), None, 0).unwrap();
    let shared = shared(dir.path(), &[("commerce", 1)]);
    let instant = Instant::now();
    let mut retention = Retention::new(instant, 99 * DAY);
    let pass = |retention: &mut Retention, now, instant| {
        retention
            .pass(&shared, &mut BTreeMap::new(), now, instant)
            .unwrap()
    };
    let minute = Duration::from_mins(1);
    assert!(pass(&mut retention, 110 * DAY, instant + minute).is_some());
    assert_eq!(count(dir.path(), "commerce"), 10);
    let later = instant + minute + Duration::from_hours(2);
    assert_eq!(pass(&mut retention, 110 * DAY + 7_200_000, later), None);
    assert_eq!(count(dir.path(), "commerce"), 0);
}

#[test]
#[ignore = "measures; run with --release -- --ignored --nocapture"]
fn cost_of_deleting_100_000_rows() {
    const ROWS: u64 = 300_000;
    let dir = tempfile::tempdir().unwrap();
    let day = Day::of_millis(50 * DAY);
    let mut file = DayFile::open(dir.path(), day).unwrap();
    let mut all = rows(50, ROWS, 1);
    for entry in &mut all {
        entry.path = Some("/partners/customers/4711/orders".into());
        entry.detail = Some([b'x'; 150][..].into());
    }
    let began = Instant::now();
    for part in all.chunks(1_000) {
        file.write(part, None, 0).unwrap();
    }
    drop(file);
    let written = began.elapsed();
    let size = || std::fs::metadata(day.path(dir.path())).unwrap().len() >> 20;
    let before = size();
    let shared = shared(dir.path(), &[("commerce", 7)]);
    let mut tenants = Tenants::default();
    let (began, mut passes, mut longest) = (Instant::now(), 0, Duration::ZERO);
    loop {
        let pass = Instant::now();
        tenants.pass(&shared, 100 * DAY, passes == 0).unwrap();
        longest = longest.max(pass.elapsed());
        passes += 1;
        if tenants.work.is_none() {
            break;
        }
    }
    assert_eq!(count(dir.path(), "commerce"), 0);
    println!(
        "100,000 of {ROWS} rows in {:?} and {passes} passes, the longest {longest:?}; \
         {before} MiB before, {} MiB after; written in {written:?}",
        began.elapsed(),
        size(),
    );
}
