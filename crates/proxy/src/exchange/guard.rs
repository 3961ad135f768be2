//! What ends a request from outside: a bug in it, which must not end its connection too, the end of a
//! drain, and the end of what its caller was let in by.

use super::faults::Failed;
use crate::gateway::Core;
use postern_model::{Code, Denial};
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;

/// Why work was not done to its end. The caller has to treat whatever it was changing as half done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Interrupted {
    /// It panicked. What it was has been said by the process's panic hook.
    Panicked,
    /// The gateway ends, and the time to finish what is under way is over.
    CutOff,
    /// Its caller would not be let in any more.
    Lapsed(Box<Denial>),
}

impl From<Interrupted> for Failed {
    fn from(interrupted: Interrupted) -> Self {
        Self::Refused(match interrupted {
            Interrupted::Panicked => Denial::new(Code::Internal),
            Interrupted::CutOff => Denial::new(Code::Draining),
            Interrupted::Lapsed(denial) => *denial,
        })
    }
}

/// Awaits `work` for as long as the core serves and the caller's leave holds (`lapsed` is asked at
/// each of the core's sweeps after the one of number `sweep`), and survives its panic. The task has
/// to be one that the core wakes ([`Core::wake_to_drain`]).
pub(super) async fn guarded<F: Future>(
    core: &Core,
    mut sweep: u64,
    mut work: Pin<&mut F>,
    lapsed: impl Fn() -> Option<Denial>,
) -> Result<F::Output, Interrupted> {
    std::future::poll_fn(|cx| {
        if core.is_cut_off() {
            return Poll::Ready(Err(Interrupted::CutOff));
        }
        if core.sweep() != sweep {
            sweep = core.sweep();
            if let Some(denial) = lapsed() {
                return Poll::Ready(Err(Interrupted::Lapsed(Box::new(denial))));
            }
        }
        survived(|| work.as_mut().poll(cx))
    })
    .await
}

fn survived<T>(poll: impl FnOnce() -> Poll<T>) -> Poll<Result<T, Interrupted>> {
    catch_unwind(AssertUnwindSafe(poll)).map_or(Poll::Ready(Err(Interrupted::Panicked)), |polled| {
        polled.map(Ok)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_and_everything_else_passes() {
        assert_eq!(survived(|| Poll::Ready(7)), Poll::Ready(Ok(7)));
        assert_eq!(survived(|| Poll::<u8>::Pending), Poll::Pending);
        let panics = || -> Poll<()> { panic!("a bug") };
        assert_eq!(survived(panics), Poll::Ready(Err(Interrupted::Panicked)));
    }
}
