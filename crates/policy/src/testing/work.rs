//! What is done to find out whose secret it is that somebody shows.

use std::cell::RefCell;

/// Something that takes time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// A row is looked for.
    LookUp,
    /// What was shown is digested.
    Digest,
    /// A digest is compared with one that is kept.
    Compare,
}

std::thread_local! {
    /// Nothing is kept while nobody counts.
    static DONE: RefCell<Option<Vec<Step>>> = const { RefCell::new(None) };
}

/// These are done.
pub(crate) fn did(steps: &[Step]) {
    DONE.with_borrow_mut(|all| {
        if let Some(all) = all {
            all.extend(steps);
        }
    });
}

/// What is done, in order, and what comes of it.
pub(crate) fn of<T>(act: impl FnOnce() -> T) -> (T, Vec<Step>) {
    DONE.set(Some(Vec::new()));
    let found = act();
    (found, DONE.take().unwrap_or_default())
}
