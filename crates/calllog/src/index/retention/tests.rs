use super::*;
use crate::entry::Entry;
use crate::log::tests::{entry, options};
use postern_model::RequestId;

pub(super) const DAY: u64 = 86_400_000;

fn shared(dir: &Path, days: u32, bytes: u64) -> Shared {
    let mut options = options(dir);
    options.keep_days = days;
    options.keep_bytes = bytes;
    crate::log::tests::shared(options)
}

fn day(dir: &Path, n: u64, rows: u64) -> DayFile {
    let mut file = DayFile::open(dir, Day::of_millis(n * DAY)).unwrap();
    let rows: Vec<Entry> = (0..rows)
        .map(|i| {
            let mut entry = entry(i);
            entry.id = RequestId::new(n * DAY + i, i.into());
            entry
        })
        .collect();
    file.write(&rows, None, 0).unwrap();
    file
}

pub(super) fn left(dir: &Path) -> Vec<u64> {
    let days = Day::list(dir).unwrap();
    days.into_iter().map(|day| day.begin() / DAY).collect()
}

#[test]
fn days_beyond_the_age_go_and_nothing_that_is_not_ours() {
    let dir = tempfile::tempdir().unwrap();
    let strange = [
        "calls-1970-01-02.sqlite.bak",
        "calls-1970-1-2.sqlite",
        "notes",
        "postern.db",
    ];
    for name in strange {
        std::fs::write(dir.path().join(name), "x").unwrap();
    }
    std::fs::create_dir(dir.path().join("calls-1970-01-03.sqlite")).unwrap();
    for n in [60, 69, 70, 71, 100] {
        day(dir.path(), n, 3);
    }
    let shared = shared(dir.path(), 30, u64::MAX);
    let now = 100 * DAY + 5;
    let instant = Instant::now();
    let mut retention = Retention::new(instant, now);
    let alarm = retention
        .pass(&shared, &mut BTreeMap::new(), now, instant)
        .unwrap();
    assert_eq!(alarm, None);
    assert_eq!(left(dir.path()), [70, 71, 100]);
    assert!(strange.iter().all(|name| dir.path().join(name).exists()));
    assert!(dir.path().join("calls-1970-01-03.sqlite").exists());
    assert_eq!(shared.counters.health(0).days_removed, 2);
}

#[test]
fn the_oldest_day_goes_first_when_there_are_too_many_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let mut open = BTreeMap::new();
    for n in [7, 5, 6] {
        open.insert(Day::of_millis(n * DAY), day(dir.path(), n, 2_000));
    }
    let one = open.values().next().unwrap().used().unwrap();
    let shared = shared(dir.path(), 1_000, one * 5 / 2);
    let instant = Instant::now();
    let mut retention = Retention::new(instant, 8 * DAY);
    retention
        .pass(&shared, &mut open, 8 * DAY, instant)
        .unwrap();
    assert_eq!(left(dir.path()), [6, 7]);
    assert_eq!(open.len(), 2);
}

#[test]
fn a_day_that_is_too_large_by_itself_loses_its_oldest_rows() {
    let dir = tempfile::tempdir().unwrap();
    let mut open = BTreeMap::new();
    open.insert(Day::of_millis(5 * DAY), day(dir.path(), 5, 30_000));
    let used = open.values().next().unwrap().used().unwrap();
    let shared = shared(dir.path(), 1_000, used / 2);
    let instant = Instant::now();
    let mut retention = Retention::new(instant, 6 * DAY);
    retention
        .pass(&shared, &mut open, 6 * DAY, instant)
        .unwrap();
    let reader = crate::Reader::offline(dir.path(), 30);
    let page = reader
        .search(&crate::Filter::default(), 100_000, None)
        .unwrap();
    assert_eq!(page.entries.len(), 10_000);
    assert_eq!(page.entries[0].id.millis(), 5 * DAY + 29_999);
    assert!(open.values().next().unwrap().used().unwrap() <= used / 2);
}

#[test]
fn a_clock_that_jumps_deletes_nothing_until_it_has_stood_for_an_hour() {
    let dir = tempfile::tempdir().unwrap();
    let shared = shared(dir.path(), 30, u64::MAX);
    let mut open = BTreeMap::new();
    let begin = Instant::now();
    let mut retention = Retention::new(begin, 100 * DAY);
    day(dir.path(), 100, 3);
    let jumped = 900 * DAY;
    let alarm = retention.pass(&shared, &mut open, jumped, begin).unwrap();
    assert!(alarm.is_some());
    assert_eq!(left(dir.path()), [100]);
    let later = Duration::from_secs(3_599);
    let millis = |d: Duration| u64::try_from(d.as_millis()).unwrap();
    retention
        .pass(&shared, &mut open, jumped + millis(later), begin + later)
        .unwrap();
    assert_eq!(left(dir.path()), [100]);
    let later = Duration::from_secs(3_611);
    let alarm = retention
        .pass(&shared, &mut open, jumped + millis(later), begin + later)
        .unwrap();
    assert_eq!(alarm, None);
    assert!(left(dir.path()).is_empty());
}
