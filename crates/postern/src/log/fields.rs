//! The fields of a line, as `tracing_subscriber` writes them by itself, at a tenth of the cost where
//! nothing is coloured: a line about a refusal has two dozen.

use std::fmt;
use tracing::field::{Field, Visit};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::{DefaultVisitor, Writer};

/// Writes `name=value`, one after the other.
pub(super) struct Fields;

impl<'w> FormatFields<'w> for Fields {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'w>, fields: R) -> fmt::Result {
        let mut plain = Plain {
            has_colours: writer.has_ansi_escapes(),
            writer,
            is_empty: true,
            written: Ok(()),
        };
        fields.record(&mut plain);
        plain.written
    }
}

struct Plain<'w> {
    writer: Writer<'w>,
    has_colours: bool,
    is_empty: bool,
    written: fmt::Result,
}

impl Plain<'_> {
    /// Writes a field by itself, if it is an ordinary one.
    fn write(&mut self, field: &Field, value: impl FnOnce(&mut Writer<'_>) -> fmt::Result) -> bool {
        let name = field.name();
        // The message has no name, and others are written without what stands before the dot.
        let is_ordinary = name != "message" && !name.starts_with("r#") && !name.contains('.');
        if self.has_colours || !is_ordinary {
            return false;
        }
        if self.written.is_ok() {
            let gap = if self.is_empty { "" } else { " " };
            self.written = [gap, name, "="]
                .into_iter()
                .try_for_each(|part| self.writer.write_str(part))
                .and_then(|()| value(&mut self.writer));
        }
        self.is_empty = false;
        true
    }

    /// Has a field written as it would be without us.
    fn pass(&mut self, record: impl FnOnce(&mut DefaultVisitor<'_>)) {
        if self.written.is_ok() {
            let mut visitor = DefaultVisitor::new(self.writer.by_ref(), self.is_empty);
            record(&mut visitor);
            self.written = tracing_subscriber::field::VisitOutput::finish(visitor);
        }
        self.is_empty = false;
    }
}

impl Visit for Plain<'_> {
    fn record_u64(&mut self, field: &Field, value: u64) {
        if !self.write(field, |writer| write!(writer, "{value}")) {
            self.pass(|visitor| visitor.record_u64(field, value));
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let is_plain = |b: u8| (b' '..=b'~').contains(&b) && b != b'"' && b != b'\\';
        let written = value.bytes().all(is_plain)
            && self.write(field, |writer| {
                let mut parts = ["\"", value, "\""].into_iter();
                parts.try_for_each(|part| writer.write_str(part))
            });
        if !written {
            self.pass(|visitor| visitor.record_str(field, value));
        }
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.pass(|visitor| visitor.record_error(field, value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if !self.write(field, |writer| write!(writer, "{value:?}")) {
            self.pass(|visitor| visitor.record_debug(field, value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Seen(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Seen {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn log() {
        let text: Option<&str> = None;
        let error = std::io::Error::other(std::fmt::Error);
        let error: &(dyn std::error::Error + 'static) = &error;
        tracing::info!(a = "b", "said {}", 7);
        tracing::warn!(target: "postern::request", id = %"x y", of = 7, signed = -7_i64, ok = true);
        tracing::info!(
            plain = "a b'c",
            quoted = "a\"b\\c",
            line = "a\nb\u{1b}[0m",
            letters = "wörd",
            empty = "",
            none = text,
            debug = ?Some("x"),
            dotted.name = 1.5,
            r#type = "t",
            error,
            most = u64::MAX,
        );
        tracing::info!("only \u{1b}[0m this");
    }

    #[test]
    fn lines_are_what_they_would_be_without_us() {
        for colours in [false, true] {
            let (ours, theirs) = (Seen::default(), Seen::default());
            let to = |seen: &Seen| {
                let seen = seen.clone();
                tracing_subscriber::fmt()
                    .with_ansi(colours)
                    .without_time()
                    .with_writer(Mutex::new(seen))
            };
            tracing::subscriber::with_default(to(&theirs).finish(), log);
            let quick = to(&ours).fmt_fields(Fields).finish();
            tracing::subscriber::with_default(quick, log);
            let text = |seen: &Seen| String::from_utf8(seen.0.lock().unwrap().clone()).unwrap();
            assert_eq!(text(&ours), text(&theirs));
            assert_eq!(text(&ours).lines().count(), 4);
        }
    }
}
