//! Where a fault of stored documents stands: in a document, not in a file.

use crate::documents;
use postern_config::{Diagnostic, Position, Report};
use std::fmt::Write as _;

/// Lets the diagnostics of documents that were read together say which document is meant. They
/// know a line of a text that nobody has seen.
pub(crate) fn in_documents(mut report: Report) -> Report {
    report.diagnostics.iter_mut().for_each(name);
    report
}

fn name(diagnostic: &mut Diagnostic) {
    let place = diagnostic.pointer.as_deref().and_then(place);
    diagnostic.file = place.unwrap_or_else(|| "the stored documents, together".to_owned());
    if let Some(note) = diagnostic.position.take().and_then(|at| note(&at)) {
        diagnostic.notes.insert(0, note);
    }
}

/// What the mark in the line says.
fn note(position: &Position) -> Option<String> {
    let before = position.column.saturating_sub(position.source_column);
    let marked = position.source.chars().skip(before).take(position.length);
    let marked: String = marked.collect();
    // Of a mapping or a list there is only its beginning.
    let marked = Some(marked.trim()).filter(|text| !matches!(*text, "" | "{" | "["));
    match (marked, position.label.as_str()) {
        (None, "") => None,
        (None, label) => Some(label.to_owned()),
        (Some(marked), "") => Some(format!("it says {marked}")),
        (Some(marked), label) => Some(format!("it says {marked}: {label}")),
    }
}

/// The document and the path in it that a pointer (RFC 6901) into a configuration leads to.
fn place(pointer: &str) -> Option<String> {
    let steps = pointer.strip_prefix('/')?.split('/');
    let mut steps = steps.map(|step| step.replace("~1", "/").replace("~0", "~"));
    let section = steps.next()?;
    let kind = documents::kind(&section).ok()?;
    let (_, named) = documents::section(kind.as_str())?;
    let mut out = kind.as_str().to_owned();
    if named {
        let _ = write!(out, " `{}`", steps.next()?);
    }
    let mut path = String::new();
    for step in steps {
        if step.parse::<usize>().is_ok() {
            let _ = write!(path, "[{step}]");
        } else {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(&step);
        }
    }
    if !path.is_empty() {
        out.push_str(", ");
        out.push_str(&path);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_a_document_and_a_path() {
        let cases = [
            ("/plans/gold/services/1", "plan `gold`, services[1]"),
            ("/plans/gold", "plan `gold`"),
            ("/edge/block_for", "edge, block_for"),
            ("/services/a~1b/scopes/x~0y", "service `a/b`, scopes.x~y"),
        ];
        for (pointer, expected) in cases {
            assert_eq!(place(pointer).as_deref(), Some(expected));
        }
        assert_eq!(place(""), None);
        assert_eq!(place("/plnas/x"), None);
    }

    #[test]
    fn no_file_and_no_line_is_named() {
        let text = "{\"plans\": {\"p\": {\"services\": [\"x\"]}}}";
        let report = postern_config::parse(
            "/srv/data/documents",
            text,
            &postern_config::System::throwaway(),
        );
        let said = in_documents(report.unwrap_err()).render(false);
        assert!(said.contains("--> plan `p`, services[0]"), "{said}");
        assert!(said.contains("it says \"x\""), "{said}");
        assert!(!said.contains("/srv") && !said.contains(" 1 |"), "{said}");
    }
}
