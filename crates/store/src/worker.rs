//! Threads that work a database.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use tokio::sync::{mpsc, oneshot};

use crate::error::StoreError;
use crate::rows::Database;

/// Work that may wait before callers do.
const QUEUE: usize = 256;

type Job = Box<dyn FnOnce(&mut dyn Database) + Send>;

/// Threads with a connection each, and the one queue that they work off.
#[derive(Debug)]
pub(crate) struct Workers {
    jobs: Option<mpsc::Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    /// Starts a thread for each connection.
    pub(crate) fn start(
        name: &str,
        databases: Vec<Box<dyn Database>>,
    ) -> Result<Self, std::io::Error> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let queue = Arc::new(Mutex::new(queue));
        let mut threads = Vec::with_capacity(databases.len());
        for database in databases {
            let queue = Arc::clone(&queue);
            let thread = thread::Builder::new()
                .name(name.to_owned())
                .spawn(move || work(database, &queue))?;
            threads.push(thread);
        }
        Ok(Self {
            jobs: Some(jobs),
            threads,
        })
    }

    /// Does work on one of the threads. Once it is in the queue it is done even if the caller goes
    /// away.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut dyn Database) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |database| {
            // Nobody listens any more: the work is done all the same.
            drop(answer.send(job(database)));
        });
        let jobs = self.jobs.as_ref().ok_or(StoreError::Abandoned)?;
        jobs.send(job).await.map_err(|_| StoreError::Abandoned)?;
        answered.await.map_err(|_| StoreError::Abandoned)
    }
}

impl Drop for Workers {
    /// Lets the threads finish what is in the queue and close their connections.
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            drop(thread.join());
        }
    }
}

fn work(mut database: Box<dyn Database>, queue: &Mutex<mpsc::Receiver<Job>>) {
    loop {
        let job = queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .blocking_recv();
        let Some(job) = job else { return };
        // A panic drops the job's transaction, which undoes it; the caller is told by the channel
        // that closes. The next job finds the connection as before.
        if catch_unwind(AssertUnwindSafe(|| job(database.as_mut()))).is_err() {
            tracing::error!("work on the store panicked and was undone");
        }
    }
}
