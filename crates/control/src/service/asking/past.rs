//! What is kept of the past, for since when something is refused.

use super::{Asking, Documents};
use crate::Named;
use postern_calllog::{CodeFilter, Entry, Filter};
use postern_explain::{History, Made, RowChange, Who, compile};
use postern_policy::Rules;
use postern_store::{ChangeFilter, Kind, Order};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

/// Revisions that are looked through.
const REVISIONS: usize = 1000;
/// Changes of one row that are looked through.
const CHANGES: usize = 1000;

pub(super) type Old = Option<(Arc<Rules>, Arc<postern_explain::Documents>)>;

/// The past of a recorded refusal.
pub(super) struct Past<'a> {
    asking: &'a Asking,
    entry: &'a Entry,
    made: Vec<Made>,
    seen: RefCell<HashMap<u64, Old>>,
}

impl<'a> Past<'a> {
    pub(super) fn new(asking: &'a Asking, entry: &'a Entry) -> Self {
        Self {
            asking,
            entry,
            made: made(asking, entry.revision),
            seen: RefCell::default(),
        }
    }

    /// Rules and documents of a revision; `None` if they are gone.
    pub(super) fn old(&self, revision: u64) -> Old {
        if let Some(old) = self.seen.borrow().get(&revision) {
            return old.clone();
        }
        let old = self.asking.old(revision);
        self.seen.borrow_mut().insert(revision, old.clone());
        old
    }
}

impl Asking {
    /// Rules and documents of a revision; `None` if they are gone.
    pub(super) fn old(&self, revision: u64) -> Old {
        let (name, documents) = match &self.documents {
            Documents::File(_) => {
                let kept = self.running.remembered().until(revision);
                let last = kept.last()?;
                let Named { number, name } = last.named();
                (number == revision).then(|| (name.to_string(), last.documents.clone()))?
            }
            Documents::Store(_) => {
                let (name, sections) = self.rules_of(revision).ok()??;
                let documents = postern_explain::Documents::new(Value::Object(sections));
                (name, Arc::new(documents))
            }
        };
        let rules = compile(&documents, &name).ok()?;
        Some((Arc::new(rules), documents))
    }
}

/// The kept revisions, oldest first.
fn made(asking: &Asking, revision: u64) -> Vec<Made> {
    match &asking.documents {
        Documents::File(path) => {
            let kept = asking.running.remembered().until(revision);
            let made = kept.iter().map(|kept| Made {
                revision: kept.named().number,
                sequence: kept.named().number,
                by: by_file(path, kept.at_ms),
            });
            made.collect()
        }
        Documents::Store(store) => {
            let found = asking.wait(store.revisions(0..=revision, REVISIONS));
            let made = found.unwrap_or_default().into_iter().rev();
            made.map(|record| Made {
                revision: record.revision.number,
                sequence: record.sequence,
                by: Who {
                    who: record.who,
                    at: record.at_ms,
                    comment: record.comment,
                },
            })
            .collect()
        }
    }
}

/// Who writes a file is not known; when it was read is.
fn by_file(path: &std::path::Path, at_ms: i64) -> Who {
    Who {
        who: format!("read from {}", path.display()),
        at: at_ms,
        comment: String::new(),
    }
}

impl History for Past<'_> {
    fn revisions(&self) -> Vec<Made> {
        self.made.clone()
    }

    fn rules(&self, revision: u64) -> Option<Arc<Rules>> {
        self.old(revision).map(|(rules, _)| rules)
    }

    fn documents(&self, revision: u64) -> Option<Arc<postern_explain::Documents>> {
        self.old(revision).map(|(_, documents)| documents)
    }

    fn row(&self, kind: &str, id: &str) -> Vec<RowChange> {
        match &self.asking.documents {
            Documents::File(path) => {
                let kept = self.asking.running.remembered().until(self.entry.revision);
                let pairs = kept.iter().zip(kept.iter().skip(1));
                let change = |(old, new): (&crate::Kept, &crate::Kept)| RowChange {
                    sequence: new.named().number,
                    by: by_file(path, new.at_ms),
                    before: old.documents.get(kind, id).cloned(),
                    after: new.documents.get(kind, id).cloned(),
                };
                let changes = pairs.map(change);
                changes
                    .filter(|change| change.before.is_some() && change.before != change.after)
                    .collect()
            }
            Documents::Store(store) => {
                let Ok(kind) = Kind::new(kind) else {
                    return Vec::new();
                };
                let filter = ChangeFilter {
                    kind: Some(kind),
                    id: Some(id.into()),
                    since_ms: None,
                    from: None,
                    order: Order::OldestFirst,
                    limit: CHANGES,
                };
                let changes = self.asking.wait(store.changes(filter)).unwrap_or_default();
                let until = self.entry.directory;
                let read = |json: Option<Box<str>>| serde_json::from_str(&json?).ok();
                let changes = changes.into_iter();
                changes
                    .filter(|change| change.position.sequence <= until)
                    // Before a row was made there was nothing to compare with.
                    .filter(|change| change.entry.before.is_some())
                    .map(|change| RowChange {
                        sequence: change.position.sequence,
                        by: Who {
                            who: change.meta.who,
                            at: change.meta.at_ms,
                            comment: change.meta.comment,
                        },
                        before: read(change.entry.before),
                        after: read(change.entry.after),
                    })
                    .collect()
            }
        }
    }

    fn refusals(&self, from: i64) -> Option<u64> {
        let filter = Filter {
            from: Some(u64::try_from(from).ok()?),
            code: self.entry.code.map(CodeFilter::Is),
            app: self.entry.app.clone(),
            service: self.entry.service.clone(),
            version: self.entry.version.clone(),
            operation: self.entry.operation.clone(),
            ..Filter::default()
        };
        self.asking.reader().count(&filter).ok()
    }
}
