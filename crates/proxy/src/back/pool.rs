//! Idle connections of one core, by target.

use crate::io::Stream;
use crate::upstream::{CoreUpstreams, TargetState};
use crate::{http1, http2};
use postern_model::entity::Pool;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// The pools of every target, by index of upstream and target.
#[derive(Debug, Default)]
pub(crate) struct Pools(Vec<Vec<Rc<TargetPool>>>);

/// Connections of one core to one target.
#[derive(Debug)]
pub(crate) struct TargetPool {
    target: Arc<TargetState>,
    /// Changes when new connections would be made otherwise than those at hand.
    dialer: u64,
    max_idle: usize,
    idle_timeout: Duration,
    /// Last in, first out: few warm connections rather than many cold ones.
    #[expect(clippy::vec_box, reason = "they move in and out at every request")]
    idle: RefCell<Vec<Box<http1::Connection>>>,
    /// Requests at once on one HTTP/2 connection.
    most_streams: u32,
    sessions: RefCell<Vec<Rc<http2::Session>>>,
    /// Held by whoever opens a session, so that those who wait for a place share it.
    opening: tokio::sync::Mutex<()>,
    /// Set when no configuration in force has it.
    retired: Cell<bool>,
}

impl Pools {
    /// Makes the pools of a configuration. Those of an unchanged target keep their connections.
    pub(crate) fn build(
        upstreams: &CoreUpstreams,
        dialer: impl Fn(usize) -> u64,
        before: Option<&Self>,
    ) -> Self {
        let pool = |upstream: usize, target: &Arc<TargetState>, config: &Pool| {
            let dialer = dialer(upstream);
            before
                .and_then(|before| before.find(target, dialer, config))
                .unwrap_or_else(|| Rc::new(TargetPool::new(target.clone(), dialer, config)))
        };
        Self(
            upstreams
                .iter()
                .enumerate()
                .map(|(at, upstream)| {
                    let state = upstream.state();
                    state
                        .targets
                        .iter()
                        .map(|s| pool(at, &s.target, &state.config.pool))
                        .collect()
                })
                .collect(),
        )
    }

    fn find(
        &self,
        target: &Arc<TargetState>,
        dialer: u64,
        config: &Pool,
    ) -> Option<Rc<TargetPool>> {
        self.0
            .iter()
            .flatten()
            .find(|pool| {
                Arc::ptr_eq(&pool.target, target)
                    && pool.dialer == dialer
                    && pool.max_idle == config.max_idle
                    && pool.idle_timeout == config.idle_timeout
                    && pool.most_streams == config.http2_streams
            })
            .cloned()
    }

    /// The pool of a target.
    pub(crate) fn get(&self, upstream: usize, target: usize) -> Option<&Rc<TargetPool>> {
        self.0.get(upstream)?.get(target)
    }

    /// Closes the idle connections of targets that are not in `after` any more, and keeps none of
    /// those that are still in use: whoever holds an old configuration may do so for hours.
    pub(crate) fn retire(&self, after: &Self) {
        for pool in self.0.iter().flatten() {
            let stays = after.0.iter().flatten().any(|new| Rc::ptr_eq(new, pool));
            if !stays {
                pool.retired.set(true);
                pool.idle.borrow_mut().clear();
                pool.sessions.borrow_mut().clear();
            }
        }
    }

    /// Closes what has been idle for too long, was closed by its target, or leads to an address
    /// that its target has no more.
    pub(crate) fn reap(&self, now: Instant) {
        for pool in self.0.iter().flatten() {
            pool.reap(now);
        }
    }
}

impl TargetPool {
    fn new(target: Arc<TargetState>, dialer: u64, config: &Pool) -> Self {
        Self {
            target,
            dialer,
            max_idle: config.max_idle,
            idle_timeout: config.idle_timeout,
            idle: RefCell::default(),
            most_streams: config.http2_streams,
            sessions: RefCell::default(),
            opening: tokio::sync::Mutex::default(),
            retired: Cell::new(false),
        }
    }

    /// An idle connection that is still good.
    pub(crate) fn take(&self, now: Instant) -> Option<Box<http1::Connection>> {
        loop {
            let connection = self.idle.borrow_mut().pop()?;
            if self.is_fit(&connection, now) {
                return Some(connection);
            }
        }
    }

    /// Whether an idle connection may serve again: not idle for too long, open, and to an address
    /// that the target still has.
    fn is_fit(&self, connection: &http1::Connection, now: Instant) -> bool {
        now.duration_since(connection.idle_since) < self.idle_timeout
            && connection.link.is_quiet()
            && connection.place.is_current(&self.target)
    }

    /// Keeps a connection for the next request.
    pub(crate) fn put(&self, mut connection: Box<http1::Connection>, now: Instant) {
        let mut idle = self.idle.borrow_mut();
        let wanted = !self.retired.get() && connection.place.is_current(&self.target);
        if wanted && idle.len() < self.max_idle {
            connection.rest(now);
            idle.push(connection);
        }
    }

    /// A place on an open HTTP/2 connection.
    pub(crate) fn place(&self) -> Option<http2::Ticket> {
        let most = self.most_streams;
        let sessions = self.sessions.borrow();
        sessions
            .iter()
            .filter(|session| session.place.is_current(&self.target))
            .find_map(|session| session.take(most))
    }

    /// The right to open an HTTP/2 connection: one at a time.
    pub(crate) async fn opening(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.opening.lock().await
    }

    /// Shares a stream as an HTTP/2 connection, and gives a place on it.
    ///
    /// # Errors
    /// The connection broke.
    pub(crate) async fn share(&self, stream: Stream) -> Result<http2::Ticket, h2::Error> {
        let session = http2::Session::open(stream, self.most_streams).await?;
        let mut sessions = self.sessions.borrow_mut();
        sessions.retain(|session| session.is_good());
        if !self.retired.get() {
            sessions.push(session.clone());
        }
        Ok(session.place())
    }

    /// A session that is let go ends with its last request.
    fn reap(&self, now: Instant) {
        self.sessions.borrow_mut().retain(|session| {
            session.is_good()
                && !session.is_idle(now, self.idle_timeout)
                && session.place.is_current(&self.target)
        });
        self.idle
            .borrow_mut()
            .retain(|connection| self.is_fit(connection, now));
    }
}

#[cfg(test)]
mod tests;
