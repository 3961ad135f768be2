//! The open loop.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::time::{Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec};
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::Stream;
use super::h1::Client;
use super::tally::Tally;

/// Requests that are due and not yet sent.
#[derive(Default)]
struct Due {
    moments: RefCell<VecDeque<Instant>>,
    /// Set when no more will come.
    done: RefCell<bool>,
    changed: Notify,
}

/// Sends `rate` requests a second for `length`, on whichever connection is free.
pub(super) async fn run(
    clients: Vec<Client>,
    tally: &Rc<Tally>,
    rate: f64,
    length: Duration,
) -> Result<Vec<Stream>> {
    let due = Rc::new(Due::default());
    let mut tasks = JoinSet::new();
    for client in clients {
        tasks.spawn_local(serve(client, Rc::clone(&due), Rc::clone(tally)));
    }
    pace(&due, rate, length).await?;
    super::join(tasks).await
}

/// A kernel timer, since tokio's wakes at whole milliseconds only.
async fn pace(due: &Due, rate: f64, length: Duration) -> Result<()> {
    let interval = Duration::from_secs_f64(1.0 / rate);
    let timer = rustix::time::timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK)?;
    let tick = Timespec::try_from(interval).context("rate")?;
    let start = Instant::now();
    rustix::time::timerfd_settime(
        &timer,
        TimerfdTimerFlags::empty(),
        &Itimerspec {
            it_interval: tick,
            it_value: tick,
        },
    )?;
    // Reads like a pipe: eight bytes, the ticks since the last read.
    let mut timer = Receiver::from_owned_fd_unchecked(timer)?;
    let mut moment = start;
    while moment < start + length {
        let mut ticks = [0_u8; 8];
        timer.read_exact(&mut ticks).await.context("timer")?;
        for _ in 0..u64::from_ne_bytes(ticks) {
            moment += interval;
            due.moments.borrow_mut().push_back(moment);
            due.changed.notify_one();
        }
    }
    *due.done.borrow_mut() = true;
    due.changed.notify_waiters();
    Ok(())
}

async fn serve(mut client: Client, due: Rc<Due>, tally: Rc<Tally>) -> Result<Stream> {
    loop {
        let moment = due.moments.borrow_mut().pop_front();
        let Some(moment) = moment else {
            if *due.done.borrow() {
                return Ok(client.into_stream());
            }
            due.changed.notified().await;
            continue;
        };
        match client.exchange().await {
            Ok(bytes) => tally.answered(bytes, moment.elapsed()),
            Err(error) => {
                tally.failed(&error)?;
                return Ok(client.into_stream());
            }
        }
    }
}
