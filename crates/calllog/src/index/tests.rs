use super::*;
use crate::codec::tests::encode;
use crate::log::tests::{entry, options, refusal};
use crate::{CallLog, Filter, Reader};
use postern_model::Code;
use std::sync::Arc;

/// What a busy core would push: every name set, now and then a refusal.
fn typical(n: u64) -> Call {
    let mut row = if n.is_multiple_of(20) {
        refusal(n, Code::NotFound)
    } else {
        entry(n)
    };
    let name = |text: &str| Some(Arc::from(text));
    row.client = Some("203.0.113.7".parse().unwrap());
    row.method = Some(postern_model::entity::Method::Post.into());
    row.host = name("api.example.com");
    row.path = Some("/partners/customers/4711/orders".into());
    row.tenant = name("commerce");
    row.version = name("v1");
    row.operation = Some(format!("operation-{}", n % 50).into());
    row.environment = name("production");
    row.app = Some(format!("app-{}", n % 200).into());
    row.credential = Some(format!("key_{:016}", n % 400).into());
    row.subscription = Some(format!("sub_{}", n % 200).into());
    row.upstream = name("customers");
    row.target = name("10.0.0.7:8443");
    row.attempts = 1;
    row.revision = 41;
    row.directory = 9_000;
    row.detail = Some(vec![b'x'; 150].into());
    row
}

fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    let nanos: f64 = stat.split_whitespace().next().unwrap().parse().unwrap();
    nanos / 1e9
}

#[test]
#[ignore = "measures; run with --release -- --ignored --nocapture"]
fn cpu_per_row_of_the_indexer_and_of_the_writer() {
    const ROWS: u64 = 100_000;
    let dir = tempfile::tempdir().unwrap();
    let rows: Vec<Call> = (0..ROWS).map(typical).collect();
    let begin = cpu_seconds();
    let mut frames = Vec::new();
    for batch in rows.chunks(512) {
        segment::frame(&mut frames, &encode(batch));
    }
    let writing = cpu_seconds() - begin;
    let log = CallLog::open(options(dir.path())).unwrap();
    log.close();
    drop(log);
    let path = segment::path(dir.path(), 1);
    let mut open = segment::Segment::create(dir.path(), 1).unwrap();
    open.append(&frames).unwrap();
    let shared = crate::log::tests::shared(options(dir.path()));
    shared.closed_below.store(2, Ordering::Relaxed);
    let mut indexer = Indexer::new(Arc::new(shared), Arc::new(AtomicBool::new(false)));
    let begin = cpu_seconds();
    indexer.move_all().unwrap();
    let indexing = cpu_seconds() - begin;
    assert!(!path.exists());
    let count = Reader::offline(dir.path(), 30).count(&Filter::default());
    assert_eq!(count.unwrap(), ROWS);
    let size: u64 = std::fs::read_dir(dir.path())
        .unwrap()
        .flatten()
        .map(|e| e.metadata().unwrap().len())
        .sum();
    #[expect(clippy::cast_precision_loss, reason = "a report")]
    let each = |total: f64| total / ROWS as f64;
    println!(
        "per row: {:.2} µs to encode, {:.2} µs to index; {} bytes in a segment, {} in a day file",
        each(writing * 1e6),
        each(indexing * 1e6),
        frames.len() as u64 / ROWS,
        size / ROWS,
    );
}
