use super::*;
use crate::query::{IdPrefix, Lookup};
use crate::{Entry, Followed, Outcome, Part};
use postern_model::{Code, RequestId};
use std::time::Instant;

const BASE: u64 = 1_795_305_600_000;

pub(crate) fn entry(n: u64) -> Entry {
    let peer = "127.0.0.1:4000".parse().unwrap();
    let mut entry = Entry::new(RequestId::new(BASE + n, n.into()), (BASE + n) * 1_000, peer);
    entry.app = Some("fieldforce".into());
    entry.service = Some("partners".into());
    entry.status = 200;
    entry
}

pub(crate) fn refusal(n: u64, code: Code) -> Entry {
    let mut entry = entry(n);
    entry.outcome = Outcome::Refused;
    entry.code = Some(code);
    entry.status = 403;
    entry.detail = Some(b"{\"why\":\"because\"}".as_slice().into());
    entry
}

/// Options under which nothing is deleted for its age: the entries of these tests are old or new
/// as they like.
pub(crate) fn options(dir: &Path) -> Options {
    let mut options = Options::new(dir);
    options.keep_days = 1_000_000;
    options
}

/// What the log's threads share, without them.
pub(crate) fn shared(options: Options) -> Shared {
    Shared {
        gauges: Mutex::new(Vec::new()),
        options,
        counters: Arc::new(Counters::default()),
        new_rings: Mutex::default(),
        followers: Followers::default(),
        closed_below: AtomicU64::new(0),
        moving: RwLock::default(),
        tenant_days: TenantDays::default(),
    }
}

/// Waits until it holds, for at most 10 s.
pub(crate) fn wait(what: &str, holds: impl Fn() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < Duration::from_secs(10), "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn found(reader: &Reader, id: RequestId) -> Option<Entry> {
    match reader.find(id.into()).unwrap() {
        Lookup::Found(entry) => Some(*entry),
        _ => None,
    }
}

#[test]
fn what_was_just_pushed_is_found_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let log = CallLog::open(options(dir.path())).unwrap();
    let producer = log.producer();
    let pushed = refusal(1, Code::NotFound);
    producer.push(pushed.clone());
    assert_eq!(found(&log.reader(), pushed.id), Some(pushed));
}

#[test]
fn closing_loses_nothing_and_the_next_process_finds_everything() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = options(dir.path());
    options.ring = 20_000;
    let log = CallLog::open(options.clone()).unwrap();
    let producers: Vec<_> = (0..3).map(|_| log.producer()).collect();
    for n in 0..9_000u64 {
        producers[(n % 3) as usize].push(entry(n));
    }
    log.close();
    assert_eq!(log.health().dropped(), 0);
    assert_eq!(log.health().sampled_out, 0);
    // What comes too late is counted.
    producers[0].push(refusal(9_001, Code::NotFound));
    assert_eq!(log.health().dropped_refusals, 1);
    drop(log);
    let offline = Reader::offline(dir.path(), 30);
    assert_eq!(offline.count(&Filter::default()).unwrap(), 9_000);
    let log = CallLog::open(options).unwrap();
    wait("segments are moved", || log.health().indexed == 9_000);
    let reader = log.reader();
    assert_eq!(reader.count(&Filter::default()).unwrap(), 9_000);
    let page = reader.search(&Filter::default(), 9_999, None).unwrap();
    assert_eq!(page.entries.len(), 9_000);
    assert_eq!((page.searched.segments, page.searched.day_files), (0, 1));
    assert_eq!(page.entries.last(), Some(&entry(0)));
}

#[test]
fn no_segment_grows_beyond_what_readers_take() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = options(dir.path());
    options.segment_bytes = u64::MAX;
    let log = CallLog::open(options).unwrap();
    let producers: Vec<_> = (0..6).map(|_| log.producer()).collect();
    for n in 0..84 {
        let mut entry = refusal(n, Code::NotFound);
        entry.detail = Some(vec![b'x'; 1 << 20].into());
        producers[(n % 6) as usize].push(entry);
    }
    log.flush().unwrap();
    let segments = segment::list(dir.path()).unwrap();
    let longest = segments.iter().map(|sequence| {
        std::fs::metadata(segment::path(dir.path(), *sequence)).map_or(0, |meta| meta.len())
    });
    assert!(longest.max() < Some(40 << 20));
    assert_eq!(log.health().dropped() + log.health().details_dropped, 0);
    assert_eq!(log.reader().count(&Filter::default()).unwrap(), 84);
}

#[test]
fn a_second_process_is_refused_and_told_who_has_it() {
    let dir = tempfile::tempdir().unwrap();
    let log = CallLog::open(options(dir.path())).unwrap();
    let Err(CallLogError::Taken { holder, .. }) = CallLog::open(options(dir.path())) else {
        panic!("opened twice");
    };
    assert_eq!(holder, std::process::id().to_string());
    drop(log);
    CallLog::open(options(dir.path())).unwrap();
}

#[test]
fn followers_get_what_they_asked_for_and_are_told_what_they_missed() {
    let dir = tempfile::tempdir().unwrap();
    let log = CallLog::open(options(dir.path())).unwrap();
    let filter = Filter {
        outcome: Some(Outcome::Refused),
        ..Filter::default()
    };
    let all = log.follow(Filter::default(), 1);
    let refused = log.follow(filter, 10);
    let producer = log.producer();
    producer.push(entry(1));
    producer.push(refusal(2, Code::NotFound));
    producer.push(entry(3));
    log.flush().unwrap();
    let patience = Duration::from_secs(5);
    let Followed::Entry(got) = refused.next(patience) else {
        panic!("nothing came");
    };
    assert_eq!(*got, refusal(2, Code::NotFound));
    assert_eq!(refused.next(Duration::ZERO), Followed::Nothing);
    assert!(matches!(all.next(patience), Followed::Entry(_)));
    assert_eq!(all.missed(), 2);
    log.close();
    assert_eq!(refused.next(patience), Followed::Ended);
}

#[test]
fn a_directory_that_fails_raises_an_alarm_and_works_again_afterwards() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("log");
    let mut options = options(&place);
    options.waiting_bytes = 20_000;
    let log = CallLog::open(options).unwrap();
    let producer = log.producer();
    // A file where the directory was: whatever the user, nothing can be created in it.
    std::fs::remove_dir_all(&place).unwrap();
    std::fs::write(&place, "").unwrap();
    producer.push(entry(0));
    wait("an alarm", || !log.health().alarms.is_empty());
    for n in 1..2_000 {
        producer.push(entry(n));
    }
    wait("records are dropped", || log.health().dropped_disk > 0);
    assert!(log.health().alarms.iter().any(|a| a.part == Part::Writer));
    std::fs::remove_file(&place).unwrap();
    let last = refusal(3_000, Code::NotFound);
    producer.push(last.clone());
    wait("it works again", || {
        log.health().alarms.is_empty() && log.health().written > 0
    });
    assert_eq!(found(&log.reader(), last.id), Some(last));
    let health = log.health();
    assert_eq!(
        health.written + health.dropped_disk + health.sampled_out,
        2_001
    );
}

#[test]
fn a_deleted_segment_is_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let log = CallLog::open(options(dir.path())).unwrap();
    let producer = log.producer();
    producer.push(entry(0));
    log.flush().unwrap();
    std::fs::remove_file(segment::path(dir.path(), 1)).unwrap();
    wait("a new segment", || {
        producer.push(refusal(1, Code::NotFound));
        log.flush().unwrap();
        segment::path(dir.path(), 2).exists()
    });
    let last = refusal(2, Code::NotFound);
    producer.push(last.clone());
    assert_eq!(found(&log.reader(), last.id), Some(last));
}

#[test]
fn the_beginning_of_an_id_is_enough_unless_several_begin_so() {
    let dir = tempfile::tempdir().unwrap();
    let log = CallLog::open(options(dir.path())).unwrap();
    let producer = log.producer();
    for n in 0..20 {
        producer.push(refusal(n, Code::NotFound));
    }
    let reader = log.reader();
    let wanted = refusal(7, Code::NotFound);
    let text = wanted.id.to_string();
    let prefix = |len| IdPrefix::parse(&text.get(..len).unwrap().to_lowercase()).unwrap();
    assert_eq!(
        reader.find(prefix(10)).unwrap(),
        Lookup::Found(Box::new(wanted))
    );
    let Lookup::Ambiguous { newest, more, .. } = reader.find(prefix(8)).unwrap() else {
        panic!("one of twenty");
    };
    assert_eq!((newest.len(), more), (10, true));
    assert_eq!(newest[0], refusal(19, Code::NotFound).id);
    let Lookup::Absent(searched) = reader.find(entry(70_000).id.into()).unwrap() else {
        panic!("found what is not there");
    };
    assert!(searched.rings);
    assert_eq!(searched.segments, 1);
    assert_eq!(searched.oldest, Some(BASE));
    assert_eq!(IdPrefix::parse("01U"), None);
    assert_eq!(IdPrefix::parse(""), None);
    assert_eq!(IdPrefix::parse("8"), None);
    assert_eq!(IdPrefix::parse(&"0".repeat(27)), None);
}

#[test]
fn a_folded_request_leads_to_its_row() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = options(dir.path());
    options.fold_above = 1;
    options.reserve = 1_000;
    let log = CallLog::open(options).unwrap();
    let producer = log.producer();
    for n in 0..200 {
        producer.push(refusal(n, Code::NotFound));
    }
    // Where a second ends among them, there are two such rows.
    let reader = log.reader();
    assert_eq!(reader.count(&Filter::default()).unwrap(), 200);
    let Lookup::Folded(row) = reader.find(refusal(190, Code::NotFound).id.into()).unwrap() else {
        panic!("not folded");
    };
    assert!(row.count > 1 && row.fold.is_some());
    log.close();
    drop(log);
    let mut again = super::tests::options(dir.path());
    again.fold_above = 1;
    let log = CallLog::open(again).unwrap();
    wait("segments are moved", || log.health().indexed > 0);
    let reader = log.reader();
    assert_eq!(reader.count(&Filter::default()).unwrap(), 200);
    let lookup = reader.find(refusal(190, Code::NotFound).id.into()).unwrap();
    assert!(matches!(lookup, Lookup::Folded(found) if found.count == row.count));
}

mod faults;
