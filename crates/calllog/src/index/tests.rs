use super::*;
use crate::codec::tests::encode;
use crate::log::tests::{entry, options, refusal};
use crate::{CallLog, Filter, Reader};
use postern_model::Code;
use std::sync::Arc;

/// Names as configuration has them: each once, shared by all rows.
struct Shared {
    fixed: Arc<str>,
    operations: Vec<Arc<str>>,
    apps: Vec<Arc<str>>,
}

impl Shared {
    fn new() -> Self {
        let names = |what, count| {
            (0..count)
                .map(|n| format!("{what}-{n:012}").into())
                .collect()
        };
        Self {
            fixed: "production".into(),
            operations: names("operation", 50),
            apps: names("app", 400),
        }
    }

    /// What a busy core would push: every name set, now and then a refusal.
    fn row(&self, n: u64) -> Call {
        let mut row = if n.is_multiple_of(20) {
            refusal(n, Code::NotFound)
        } else {
            entry(n)
        };
        let at = usize::try_from(n).unwrap();
        let fixed = Some(self.fixed.clone());
        let app = Some(self.apps[at % self.apps.len()].clone());
        row.client = Some("203.0.113.7".parse().unwrap());
        row.method = Some(postern_model::entity::Method::Post.into());
        row.path = Some("/partners/customers/4711/orders".into());
        row.operation = Some(self.operations[at % self.operations.len()].clone());
        row.host.clone_from(&fixed);
        row.tenant.clone_from(&fixed);
        row.service.clone_from(&fixed);
        row.version.clone_from(&fixed);
        row.environment.clone_from(&fixed);
        row.upstream.clone_from(&fixed);
        row.target.clone_from(&fixed);
        row.app.clone_from(&app);
        row.credential.clone_from(&app);
        row.subscription = app;
        row.attempts = 1;
        row.revision = 41;
        row.directory = 9_000;
        row.detail = Some(vec![b'x'; 150].into());
        row
    }
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
    let names = Shared::new();
    let rows: Vec<Call> = (0..ROWS).map(|n| names.row(n)).collect();
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
