//! Questions about requests: why, what if, and what came in.

mod again;
mod calls;
mod can;
mod counts;
mod fix;
mod known;
mod origin;
mod passed;
mod past;
mod reach;
mod record;
mod replay;
mod rights;
mod shadow;
mod told;
mod why;
mod world;

pub(super) use replay::{Prospect, Window};
pub(super) use shadow::in_shadow;
pub use shadow::{ShadowCode, ShadowCounts, ShadowPolicies, ShadowPolicy};

use super::{Running, Service, Source};
use crate::Refusal;
use postern_calllog::{CallLog, CallLogError, Reader};
use postern_explain::{ApplyError, QuestionError};
use postern_policy::Directory;
use postern_store::Store;
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::runtime::Handle;

/// What questions are answered from. Reads disks, so that it works on threads of its own.
#[derive(Debug, Clone)]
pub(super) struct Asking {
    running: Arc<dyn Running>,
    calls: Arc<CallLog>,
    documents: Documents,
    tokio: Handle,
}

/// Where documents are.
#[derive(Debug, Clone)]
enum Documents {
    Store(Store),
    File(PathBuf),
}

impl Asking {
    /// What is served.
    pub(super) fn running(&self) -> &dyn Running {
        &*self.running
    }

    /// Who may call what, now.
    pub(super) fn directory(&self) -> Arc<Directory> {
        self.running.directory()
    }

    fn reader(&self) -> Reader {
        self.calls.reader()
    }

    /// Waits for the store; never on the runtime's own thread.
    fn wait<T>(&self, answer: impl Future<Output = T>) -> T {
        self.tokio.block_on(answer)
    }
}

/// Questions that are answered at once; more wait.
pub(super) const AT_ONCE: usize = 8;

impl Service {
    /// Answers a question on a thread that may block.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Asking) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let place = self.questions.clone().acquire_owned().await;
        // With the thread, that nobody gets the place of one that goes on for somebody who left.
        let answer = move |asking: &Asking| {
            let answer = question(asking);
            drop(place);
            answer
        };
        self.ask_slowly(answer).await
    }

    /// The same of what is answered as slowly as it is taken, and keeps nobody else waiting.
    async fn ask_slowly<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Asking) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let asking = Asking {
            running: self.running.clone(),
            calls: self.calls.clone(),
            documents: match &self.source {
                Source::Store(stored) => Documents::Store(stored.store.clone()),
                Source::File(path) => Documents::File(path.clone()),
            },
            tokio: Handle::current(),
        };
        super::apart(move || question(&asking)).await
    }
}

fn unread(error: &CallLogError) -> Refusal {
    Refusal::new("failed", format!("the call log cannot be read: {error}"))
}

fn compiled(error: &ApplyError) -> Refusal {
    Refusal::new("failed", error.to_string())
}

impl From<QuestionError> for Refusal {
    fn from(error: QuestionError) -> Self {
        Self::invalid(error.to_string())
    }
}
