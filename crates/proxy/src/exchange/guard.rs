//! A bug in one request ends that request, not its connection.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

/// The work panicked. What it was has been said by the process's panic hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Panicked;

/// Awaits `work`, and survives its panic. The caller has to treat whatever `work` was changing as
/// half done.
pub(super) async fn guarded<F: Future>(work: F) -> Result<F::Output, Panicked> {
    let mut work = pin!(work);
    std::future::poll_fn(
        |cx| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx))) {
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Ok(Poll::Pending) => Poll::Pending,
            Err(_) => Poll::Ready(Err(Panicked)),
        },
    )
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_error_and_everything_else_passes() {
        assert_eq!(guarded(async { 7 }).await, Ok(7));
        let panics = async {
            tokio::task::yield_now().await;
            assert_eq!(1, 2);
        };
        assert_eq!(guarded(panics).await, Err(Panicked));
    }
}
