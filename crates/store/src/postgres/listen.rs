//! Hearing of what other nodes change, and whether the database is there at all.

use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::time::timeout;

use super::session::{self, Session, silent};
use super::{Postgres, fault};
use crate::error::StoreError;
use crate::revision::{Head, Revision};

/// How long the database may take to say where it stands.
const ANSWER: Duration = Duration::from_secs(2);

/// How long after a failure it is tried again, at first and at most.
const FIRST: Duration = Duration::from_millis(100);
const MOST: Duration = Duration::from_secs(2);

/// Whether the database is reached.
#[derive(Debug, Clone)]
pub struct Contact {
    /// When it was last known where the database stands, by this process or by the one that made the
    /// copy that it began with; none if there is no telling.
    pub last: Option<Instant>,
    /// Why it is not reached; none while it is.
    pub error: Option<Arc<str>>,
}

/// Who is told.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) head: watch::Sender<Head>,
    pub(crate) contact: watch::Sender<Contact>,
}

impl Told {
    /// `known`: what was known before it was asked.
    fn stands(&self, head: Head, known: Head) {
        self.head.send_if_modified(|seen| {
            // A change set of this node's was told meanwhile; what was asked before it says less.
            // A database that really was put back to an earlier state is not newer than that.
            if head.sequence < seen.sequence && *seen != known {
                return false;
            }
            std::mem::replace(seen, head) != head
        });
        let back = self.contact.borrow().error.is_some();
        if back {
            tracing::info!("the database is there again");
        }
        self.contact.send_replace(Contact {
            last: Some(Instant::now()),
            error: None,
        });
    }

    fn lost(&self, why: &StoreError) {
        let known = self.contact.borrow().error.is_some();
        if !known {
            tracing::warn!("{why}");
        }
        let why: Arc<str> = why.to_string().into();
        self.contact
            .send_modify(|contact| contact.error = Some(why));
    }
}

/// The thread that listens; ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Listener {
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    /// Asks where the database stands whenever it says that something changed, and every so often.
    pub(crate) fn start(
        postgres: Postgres,
        every: Duration,
        told: Told,
    ) -> Result<Self, std::io::Error> {
        let (stop, stopped) = watch::channel(false);
        let thread = thread::Builder::new()
            .name("store-listen".to_owned())
            .spawn(move || listen(postgres, every, &told, stopped))?;
        Ok(Self {
            stop,
            thread: Some(thread),
        })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn listen(
    mut postgres: Postgres,
    every: Duration,
    told: &Told,
    mut stopped: watch::Receiver<bool>,
) {
    let mut pause = FIRST;
    loop {
        let begun = told.contact.borrow().last;
        let error = match follow(&mut postgres, every, told, &mut stopped) {
            Ok(()) => return,
            Err(error) => error,
        };
        postgres.session = None;
        told.lost(&error);
        // It was there meanwhile.
        if told.contact.borrow().last != begun {
            pause = FIRST;
        }
        if waited(&postgres, jittered(pause), &mut stopped) {
            return;
        }
        pause = pause.saturating_mul(2).min(MOST);
    }
}

/// Until it is told to stop, or the database is away.
fn follow(
    postgres: &mut Postgres,
    every: Duration,
    told: &Told,
    stopped: &mut watch::Receiver<bool>,
) -> Result<(), StoreError> {
    let target = postgres.target.clone();
    let (session, runtime) = postgres.connected()?;
    let address = &target.address;
    let listening = session.client().batch_execute("LISTEN postern");
    let outcome = runtime.block_on(async { timeout(ANSWER, listening).await });
    outcome
        .map_err(|_| silent(address, ANSWER))?
        .map_err(|error| fault(address, &error))?;
    loop {
        let known = *told.head.borrow();
        let asked = Box::pin(stand(session));
        let head = runtime.block_on(async { timeout(ANSWER, asked).await });
        let head = head
            .map_err(|_| silent(address, ANSWER))?
            .map_err(|error| fault(address, &error))?;
        told.stands(head, known);
        if heard(runtime, session, every, stopped) {
            return Ok(());
        }
    }
}

/// Waits until something is heard, or for so long; whether it is time to stop.
fn heard(
    runtime: &Runtime,
    session: &Session,
    every: Duration,
    stopped: &mut watch::Receiver<bool>,
) -> bool {
    runtime.block_on(async {
        tokio::select! {
            // A sender that is gone means the same.
            _ = stopped.wait_for(|stop| *stop) => true,
            () = session.heard().notified() => false,
            () = tokio::time::sleep(every) => false,
        }
    })
}

/// Waits before the next try; whether it is time to stop.
fn waited(postgres: &Postgres, pause: Duration, stopped: &mut watch::Receiver<bool>) -> bool {
    let wait = async { timeout(pause, stopped.wait_for(|stop| *stop)).await.is_ok() };
    match &postgres.runtime {
        Some(runtime) => runtime.block_on(wait),
        // Not even a runtime could be made.
        None => {
            if let Ok(runtime) = session::runtime(&postgres.target.address) {
                runtime.block_on(wait)
            } else {
                thread::sleep(pause);
                false
            }
        }
    }
}

/// Nodes that lost it at one moment do not come back at one moment.
fn jittered(pause: Duration) -> Duration {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let nanos = now.map_or(0, |now| now.subsec_nanos());
    pause.mul_f64(0.75 + f64::from(nanos % 1_000) / 2_000.0)
}

async fn stand(session: &Session) -> Result<Head, tokio_postgres::Error> {
    let sql = "SELECT sequence, revision, hash FROM head";
    let row = session.client().query_one(sql, &[]).await?;
    let number = |column| {
        row.try_get(column)
            .map(|n: i64| u64::try_from(n).unwrap_or(0))
    };
    let hash: &[u8] = row.try_get(2)?;
    Ok(Head {
        sequence: number(0)?,
        revision: Revision {
            number: number(1)?,
            hash: crate::canonical::array(hash),
        },
    })
}
