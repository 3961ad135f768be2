//! Checks passwords beside the cores: each takes tens of milliseconds and megabytes.

use postern_model::key::Keyer;
use postern_policy::credential::{Passwords as Known, Question};
use std::sync::Arc;
use tokio::sync::Semaphore;

#[cfg(test)]
mod tests;

/// So many may wait for each one that is being worked at: a second or so.
const QUEUE: usize = 32;

/// What is known of passwords, and who may find out more.
#[derive(Debug)]
pub(crate) struct Passwords {
    /// Those that were checked before.
    pub(crate) known: Known,
    /// Who works. Half of the cores at most, so that there are always some for everything else.
    working: Arc<Semaphore>,
    /// Who works or waits.
    waiting: Semaphore,
}

impl Passwords {
    /// Nothing is known yet. `process` is this process's own.
    pub(crate) fn new(cores: usize, keyer: &Keyer, process: u64) -> Self {
        let together = (cores / 2).max(1);
        Self {
            known: Known::new(keyer, process),
            working: Arc::new(Semaphore::new(together)),
            waiting: Semaphore::new(together * (QUEUE + 1)),
        }
    }

    /// Finds out whether a password is right, and remembers it. Says whether that was found out:
    /// not where too many wait already.
    pub(crate) async fn check(&self, question: Question, now: i64) -> bool {
        let Ok(_place) = self.waiting.try_acquire() else {
            return false;
        };
        let Ok(turn) = self.working.clone().acquire_owned().await else {
            return false;
        };
        let question = Arc::new(question);
        let work = {
            let question = question.clone();
            move || {
                // The work goes on when whoever asked goes away, and so does its turn.
                let _turn = turn;
                question.answer()
            }
        };
        match tokio::task::spawn_blocking(work).await {
            Ok(genuine) => {
                self.known.put(&question, genuine, now);
                true
            }
            Err(_) => false,
        }
    }
}
