//! Deadlines that cost nothing while they are kept.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

/// A timer that is set far more often than it fires. It stays armed for the earliest time that
/// anybody asked for; when it fires early, it is set again. So moving a deadline into the future,
/// as every request does, touches no timer wheel.
#[derive(Debug, Default)]
pub(crate) struct Alarm(Option<Pin<Box<Sleep>>>);

impl Alarm {
    /// Ready once `deadline` has passed; otherwise the task is woken when it has.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, deadline: Instant) -> Poll<()> {
        let sleep = self
            .0
            .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        if sleep.deadline() > deadline {
            sleep.as_mut().reset(deadline);
        }
        while sleep.as_mut().poll(cx).is_ready() {
            if Instant::now() >= deadline {
                // Left as it is, a timer that has fired would have to be asked for the time at
                // every wait.
                sleep
                    .as_mut()
                    .reset(Instant::now() + Duration::from_hours(1));
                return Poll::Ready(());
            }
            sleep.as_mut().reset(deadline);
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_fires_at_the_deadline_though_it_was_armed_for_an_earlier_one() {
        let mut alarm = Alarm::default();
        let begun = Instant::now();
        let early = begun + Duration::from_secs(1);
        let late = begun + Duration::from_secs(5);
        std::future::poll_fn(|cx| {
            assert!(alarm.poll(cx, early).is_pending());
            Poll::Ready(())
        })
        .await;
        std::future::poll_fn(|cx| alarm.poll(cx, late)).await;
        assert_eq!(begun.elapsed().as_secs(), 5);
        std::future::poll_fn(|cx| alarm.poll(cx, begun + Duration::from_secs(6))).await;
        assert_eq!(begun.elapsed().as_secs(), 6);
    }
}
