//! The process log.
//!
//! Lines about requests ([`ProcessLog`](postern_proxy::record::ProcessLog)) are gathered, so that
//! a refusal costs no call into the kernel and no core waits for whoever reads the log. A thread
//! writes them within [`PATIENCE`]; what there is no room for is dropped and counted. Every other
//! line is written at once, behind those that wait.

mod fields;

use crate::cli::{LogFormat, LogLevel};
use fields::Fields;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How long a line about a request waits for others.
const PATIENCE: Duration = Duration::from_millis(50);
/// The most bytes that wait.
const ROOM: usize = 4 << 20;
/// Of lines about requests.
const REQUESTS: &str = "postern::request";

/// Sends the process log to standard error, until what is returned is dropped: then everything has
/// been written.
pub(crate) fn start(format: LogFormat, level: LogLevel) -> std::io::Result<Running> {
    let level = match level {
        LogLevel::Error => Level::ERROR,
        LogLevel::Warn => Level::WARN,
        LogLevel::Info => Level::INFO,
        LogLevel::Debug => Level::DEBUG,
    };
    let lines = Arc::new(Lines::new(std::io::stderr(), ROOM));
    let log = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_ansi(crate::output::colours())
        .with_writer(Shared(lines.clone()));
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        let what = panic.payload_as_str().unwrap_or("no message");
        tracing::error!(place, what, "panicked: this is a bug");
    }));
    match format {
        LogFormat::Text => log.fmt_fields(Fields).init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    Running::new(lines)
}

/// The thread that writes what was gathered.
pub(crate) struct Running {
    lines: Arc<Lines>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    fn new(lines: Arc<Lines>) -> std::io::Result<Self> {
        let shared = lines.clone();
        let thread = std::thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || {
                let is_over = || shared.is_over.load(Ordering::Acquire);
                while !is_over() {
                    // Until a line comes.
                    std::thread::park();
                    if !is_over() {
                        std::thread::park_timeout(PATIENCE);
                    }
                    shared.flush();
                }
            })?;
        let mut waiting = locked(&lines.waiting);
        waiting.writer = Some(thread.thread().clone());
        // Of a line that came before, nobody has told the thread.
        thread.thread().unpark();
        drop(waiting);
        Ok(Self {
            lines,
            thread: Some(thread),
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.lines.is_over.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
        self.lines.flush();
    }
}

/// Lines on their way.
struct Lines {
    waiting: Mutex<Waiting>,
    /// Locked before `waiting` by whoever writes, so that lines keep their order.
    out: Mutex<Out>,
    room: usize,
    is_over: AtomicBool,
}

#[derive(Default)]
struct Waiting {
    text: Vec<u8>,
    /// Lines that there was no room for.
    dropped: u64,
    /// Who writes them.
    writer: Option<std::thread::Thread>,
}

struct Out {
    to: Box<dyn Write + Send>,
    /// What was written last, for its room.
    written: Vec<u8>,
}

impl Lines {
    fn new(to: impl Write + Send + 'static, room: usize) -> Self {
        Self {
            waiting: Mutex::default(),
            out: Mutex::new(Out {
                to: Box::new(to),
                written: Vec::new(),
            }),
            room,
            is_over: AtomicBool::new(false),
        }
    }

    /// Takes a line that is written soon.
    fn gather(&self, line: &[u8]) {
        let mut waiting = locked(&self.waiting);
        if waiting.text.len() + line.len() > self.room {
            waiting.dropped += 1;
            return;
        }
        let is_first = waiting.text.is_empty();
        waiting.text.extend_from_slice(line);
        if is_first && let Some(writer) = &waiting.writer {
            writer.unpark();
        }
    }

    /// Writes what waits, and then this.
    fn write(&self, line: &[u8]) -> std::io::Result<()> {
        let mut out = locked(&self.out);
        let Out { to, written } = &mut *out;
        written.clear();
        std::mem::swap(written, &mut locked(&self.waiting).text);
        let gathered = to.write_all(written);
        to.write_all(line)?;
        gathered
    }

    /// Writes what waits, and how much there was no room for.
    fn flush(&self) {
        // Nobody is left to be told of an error of the log.
        let _ = self.write(b"");
        let dropped = std::mem::take(&mut locked(&self.waiting).dropped);
        if dropped > 0 {
            tracing::warn!(
                lines = dropped,
                "the process log is read too slowly: lines about requests were dropped"
            );
        }
    }
}

/// What a panic has left behind is a line at most.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lines, as `tracing` writes to them.
struct Shared(Arc<Lines>);

/// The way of one line.
struct Line<'a> {
    lines: &'a Lines,
    can_wait: bool,
}

impl<'a> MakeWriter<'a> for Shared {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line {
            lines: &self.0,
            can_wait: false,
        }
    }

    fn make_writer_for(&'a self, of: &Metadata<'_>) -> Line<'a> {
        Line {
            lines: &self.0,
            can_wait: of.target() == REQUESTS,
        }
    }
}

impl Write for Line<'_> {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        if self.can_wait {
            self.lines.gather(line);
        } else {
            self.lines.write(line)?;
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[derive(Clone, Default)]
    struct Seen(Arc<Mutex<Vec<u8>>>);

    impl Seen {
        fn text(&self) -> String {
            String::from_utf8(locked(&self.0).clone()).unwrap()
        }
    }

    impl Write for Seen {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            locked(&self.0).write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn lines(room: usize) -> (Seen, Arc<Lines>) {
        let seen = Seen::default();
        (seen.clone(), Arc::new(Lines::new(seen, room)))
    }

    /// What is logged through these lines.
    fn logged(lines: &Arc<Lines>, log: impl FnOnce()) {
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .without_time()
            .with_writer(Shared(lines.clone()))
            .finish();
        tracing::subscriber::with_default(subscriber, log);
    }

    #[test]
    fn lines_about_requests_wait_and_keep_their_order() {
        let (seen, lines) = lines(ROOM);
        logged(&lines, || {
            tracing::info!(target: REQUESTS, id = 1);
            tracing::info!(target: REQUESTS, id = 2);
            assert_eq!(seen.text(), "");
            tracing::info!(target: "postern", "at once");
        });
        let expected = " INFO postern::request: id=1\n INFO postern::request: id=2\n \
                        INFO postern: at once\n";
        assert_eq!(seen.text(), expected);
    }

    #[test]
    fn what_waits_is_written_soon_and_in_the_end() {
        let (seen, lines) = lines(ROOM);
        lines.gather(b"before\n");
        let running = Running::new(lines.clone()).unwrap();
        let is_there = |text: &str| {
            let end = Instant::now() + Duration::from_secs(10);
            while !seen.text().contains(text) {
                assert!(Instant::now() < end, "{text}");
                std::thread::sleep(Duration::from_millis(1));
            }
        };
        is_there("before\n");
        for n in 0..3 {
            lines.gather(format!("line {n}\n").as_bytes());
            is_there(&format!("line {n}\n"));
        }
        lines.gather(b"last\n");
        drop(running);
        assert!(seen.text().ends_with("last\n"));
    }

    #[test]
    fn what_there_is_no_room_for_is_dropped_and_counted() {
        let (seen, lines) = lines(8);
        for line in [b"one\n", b"two\n", b"san\n", b"yon\n"] {
            lines.gather(line);
        }
        logged(&lines, || lines.flush());
        let text = seen.text();
        assert!(text.starts_with("one\ntwo\n WARN"), "{text}");
        assert!(text.contains("lines=2"), "{text}");
        lines.gather(b"one\n");
        logged(&lines, || lines.flush());
        assert!(seen.text().ends_with("lines=2\none\n"), "{}", seen.text());
    }
}
