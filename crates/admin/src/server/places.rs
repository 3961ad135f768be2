//! Places for connections. Where all are taken, the connection that has waited longest for its
//! client makes room: sockets that say nothing cannot keep a probe of `/healthz` out.

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// All places.
#[derive(Debug, Clone)]
pub(super) struct Places {
    permits: Arc<Semaphore>,
    most: u32,
    waiting: Arc<Waiting>,
}

/// Connections without a request, by how long they have been so.
#[derive(Debug, Default)]
struct Waiting {
    queue: Mutex<Queue>,
    /// Told when one begins to wait.
    more: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    turn: u64,
    connections: BTreeMap<u64, Arc<Notify>>,
}

/// One place, as long as its connection is open.
#[derive(Debug)]
pub(super) struct Place {
    // Before the permit goes to somebody else.
    _waits: Waits,
    seat: Seat,
    _permit: OwnedSemaphorePermit,
}

/// What requests of the connection know it by.
#[derive(Debug, Clone)]
pub(super) struct Seat {
    waiting: Arc<Waiting>,
    left: Arc<Notify>,
    turn: Arc<Mutex<u64>>,
}

/// Takes a connection off the queue when it ends.
#[derive(Debug)]
struct Waits(Seat);

/// A request that is being answered.
#[derive(Debug)]
pub(super) struct Busy(Seat);

impl Waiting {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the connection that has waited longest to end; `false` if none waits.
    fn dismiss(&self) -> bool {
        let oldest = self.queue().connections.pop_first();
        oldest.map(|(_, left)| left.notify_one()).is_some()
    }
}

impl Places {
    pub(super) fn new(most: u32) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(most as usize)),
            most,
            waiting: Arc::default(),
        }
    }

    /// A place, as soon as there is one.
    pub(super) async fn take(&self) -> Place {
        let permit = loop {
            let acquired = self.permits.clone().acquire_owned();
            if let Ok(permit) = self.permits.clone().try_acquire_owned() {
                break permit;
            }
            let more = self.waiting.more.notified();
            if self.waiting.dismiss() {
                if let Ok(permit) = acquired.await {
                    break permit;
                }
            } else {
                tokio::select! {
                    Ok(permit) = acquired => break permit,
                    () = more => {}
                }
            }
        };
        let seat = Seat {
            waiting: self.waiting.clone(),
            left: Arc::default(),
            turn: Arc::default(),
        };
        seat.wait();
        Place {
            _permit: permit,
            _waits: Waits(seat.clone()),
            seat,
        }
    }

    /// Waits until all connections have ended; `false` if they do not in that time.
    pub(super) async fn all_left(&self, patience: Duration) -> bool {
        timeout(patience, self.permits.acquire_many(self.most))
            .await
            .is_ok()
    }
}

impl Place {
    pub(super) fn seat(&self) -> Seat {
        self.seat.clone()
    }

    /// Waits until the place is wanted for somebody else.
    pub(super) async fn wanted(&self) {
        self.seat.left.notified().await;
    }
}

impl Seat {
    /// Begins to wait for its client.
    fn wait(&self) {
        let mut queue = self.waiting.queue();
        queue.turn += 1;
        let turn = queue.turn;
        queue.connections.insert(turn, self.left.clone());
        *self.turn.lock().unwrap_or_else(PoisonError::into_inner) = turn;
        drop(queue);
        self.waiting.more.notify_waiters();
    }

    fn leave(&self) {
        let turn = *self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.waiting.queue().connections.remove(&turn);
    }

    /// While this is kept, its client waits for us.
    pub(super) fn busy(&self) -> Busy {
        self.leave();
        Busy(self.clone())
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.wait();
    }
}

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.leave();
    }
}

/// The body of an answer; as long as there is some of it, the connection is busy.
#[derive(Debug)]
pub(super) struct Answering {
    body: Body,
    _busy: Busy,
}

impl Answering {
    pub(super) fn new(body: Body, busy: Busy) -> Self {
        Self { body, _busy: busy }
    }
}

impl HttpBody for Answering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
