//! Following the log as it is written.

use crate::entry::Entry;
use crate::query::Filter;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Everybody who follows.
#[derive(Debug, Default)]
pub(crate) struct Followers {
    any: AtomicBool,
    all: Mutex<Vec<Follower>>,
}

#[derive(Debug)]
struct Follower {
    filter: Filter,
    entries: SyncSender<Arc<Entry>>,
    missed: Arc<AtomicU64>,
}

impl Followers {
    pub(crate) fn add(&self, filter: Filter, capacity: usize) -> Subscription {
        let (entries, receiver) = sync_channel(capacity.max(1));
        let missed = Arc::new(AtomicU64::new(0));
        if let Ok(mut all) = self.all.lock() {
            all.push(Follower {
                filter,
                entries,
                missed: missed.clone(),
            });
            self.any.store(true, Relaxed);
        }
        Subscription { receiver, missed }
    }

    /// Gives the rows to those who want them; never waits for any of them.
    pub(crate) fn publish(&self, rows: &mut Vec<Entry>) {
        if !self.any.load(Relaxed) {
            return;
        }
        let Ok(mut all) = self.all.lock() else {
            return;
        };
        for row in rows.drain(..).map(Arc::new) {
            all.retain(|follower| {
                if !follower.filter.matches(&row) {
                    return true;
                }
                match follower.entries.try_send(row.clone()) {
                    Ok(()) => true,
                    Err(TrySendError::Full(_)) => {
                        follower.missed.fetch_add(1, Relaxed);
                        true
                    }
                    Err(TrySendError::Disconnected(_)) => false,
                }
            });
        }
        self.any.store(!all.is_empty(), Relaxed);
    }

    /// Ends every subscription.
    pub(crate) fn end(&self) {
        if let Ok(mut all) = self.all.lock() {
            all.clear();
        }
    }
}

/// What comes in from now on. Rows of a flood come again, under the same id, with a higher count.
#[derive(Debug)]
pub struct Subscription {
    receiver: Receiver<Arc<Entry>>,
    missed: Arc<AtomicU64>,
}

/// What waiting for the next entry came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Followed {
    /// An entry.
    Entry(Arc<Entry>),
    /// None came in time.
    Nothing,
    /// The log was closed.
    Ended,
}

impl Subscription {
    /// The next entry, waited for at most so long.
    pub fn next(&self, patience: Duration) -> Followed {
        match self.receiver.recv_timeout(patience) {
            Ok(entry) => Followed::Entry(entry),
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) => Followed::Nothing,
            Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => Followed::Ended,
        }
    }

    /// Entries that came faster than they were taken, since this was last asked.
    pub fn missed(&self) -> u64 {
        self.missed.swap(0, Relaxed)
    }
}
