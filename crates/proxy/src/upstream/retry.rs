//! What may be tried again after a failed attempt. Pure.
//!
//! A request must never be processed twice because of us. So either there is proof that the
//! target did not process it, then any method may be repeated; or repeating does no harm
//! (idempotent methods, RFC 9110 §9.2.2). Either way the body must still be at hand, and nothing
//! of a response may have reached the caller.

use postern_model::entity::{Method, Retry};

/// How an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureClass {
    /// The target's name has no address.
    Resolve,
    /// Every address is forbidden by the egress rule.
    AddressForbidden,
    /// TCP connection refused or unreachable.
    Connect,
    /// No TCP connection or TLS session in time.
    ConnectTimeout,
    /// TLS handshake failed or the certificate was not accepted.
    Tls,
    /// It does not let the tunnel be opened that the request asks for (RFC 8441 §3).
    UpgradeRefused,
    /// The connection was found closed before a byte of the request was written.
    NotSent,
    /// A reused idle HTTP/1 connection ended before any byte of a response. Most likely the
    /// target closed it as our request was under way (RFC 9112 §9.3.1), but that is no proof.
    IdleClosed,
    /// HTTP/2 `REFUSED_STREAM`: not processed (RFC 9113 §8.7).
    RefusedStream,
    /// HTTP/2 `GOAWAY` with a last stream id below ours: not processed (RFC 9113 §6.8).
    GoawayUnprocessed,
    /// The connection or stream was reset before a response.
    Reset,
    /// The connection ended before a response, or within its head.
    ClosedEarly,
    /// No response head in time.
    FirstByteTimeout,
    /// The response or its framing is invalid.
    ResponseInvalid,
    /// The response's body broke off.
    BodyCut,
    /// The response's body stood still for too long, or the whole took too long.
    BodyTimeout,
    /// The target answered with this status.
    Status(u16),
}

impl FailureClass {
    /// Whether it proves that the target has not processed the request.
    pub const fn unprocessed(self) -> bool {
        matches!(
            self,
            Self::Resolve
                | Self::Connect
                | Self::ConnectTimeout
                | Self::Tls
                | Self::UpgradeRefused
                | Self::NotSent
                | Self::RefusedStream
                | Self::GoawayUnprocessed
        )
    }

    /// Whether it counts against the target's health and the breaker. What happens to healthy
    /// targets too (idle connections that close, graceful GOAWAY, stream limits) does not, and
    /// neither does our own configuration.
    pub const fn blames_target(self) -> bool {
        match self {
            Self::AddressForbidden
            | Self::UpgradeRefused
            | Self::NotSent
            | Self::IdleClosed
            | Self::RefusedStream
            | Self::GoawayUnprocessed => false,
            Self::Status(status) => matches!(status, 502..=504),
            Self::Resolve
            | Self::Connect
            | Self::ConnectTimeout
            | Self::Tls
            | Self::Reset
            | Self::ClosedEarly
            | Self::FirstByteTimeout
            | Self::ResponseInvalid
            | Self::BodyCut
            | Self::BodyTimeout => true,
        }
    }

    /// Whether a retry of it must be paid from the budget. Connections that closed while idle put
    /// no load on anybody, and come in crowds when a target restarts.
    const fn costs(self) -> bool {
        !matches!(self, Self::NotSent | Self::IdleClosed)
    }

    /// Whether another attempt could end differently at all.
    const fn hopeless(self) -> bool {
        matches!(
            self,
            Self::AddressForbidden | Self::BodyCut | Self::BodyTimeout
        )
    }
}

/// A failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// The request's method.
    pub method: Method,
    /// How it failed.
    pub class: FailureClass,
    /// Whether every byte of the body that was taken from the caller can be sent again: nothing
    /// was taken yet, or all of it is in the replay buffer.
    pub body_replayable: bool,
    /// Whether a byte of a response has gone to the caller.
    pub response_started: bool,
    /// Attempts made, with this one.
    pub made: u32,
}

/// Whether an attempt may be followed by another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Try again.
    Retry,
    /// Do not, for this reason.
    GiveUp(GiveUp),
}

/// Why an attempt is the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GiveUp {
    /// The caller has part of a response.
    #[error("the response had begun")]
    ResponseStarted,
    /// Another attempt would end the same.
    #[error("this failure is not retried")]
    NotRetried,
    /// The target may have processed it, and the method is not idempotent.
    #[error("the target may have processed it, and the method is not idempotent")]
    NotIdempotent,
    /// The body went by and was too large to keep.
    #[error("the body is too large to be sent again")]
    BodyGone,
    /// All attempts were made.
    #[error("all attempts were made")]
    Attempts,
    /// Too many retries lately.
    #[error("the retry budget is spent")]
    Budget,
}

/// Decides whether `attempt` may be followed by another. `pay` takes one retry from the budget
/// and is asked last, and only if the retry costs anything.
pub fn may_retry(attempt: &Attempt, retry: &Retry, pay: impl FnOnce(&Retry) -> bool) -> Verdict {
    let class = attempt.class;
    let reason = if attempt.response_started {
        GiveUp::ResponseStarted
    } else if class.hopeless() || !listed(class, retry) {
        GiveUp::NotRetried
    } else if !class.unprocessed() && !attempt.method.is_idempotent() {
        GiveUp::NotIdempotent
    } else if !attempt.body_replayable {
        GiveUp::BodyGone
    } else if attempt.made > retry.attempts {
        GiveUp::Attempts
    } else if class.costs() && !pay(retry) {
        GiveUp::Budget
    } else {
        return Verdict::Retry;
    };
    Verdict::GiveUp(reason)
}

/// A status is only tried again where the configuration lists it.
fn listed(class: FailureClass, retry: &Retry) -> bool {
    match class {
        FailureClass::Status(status) => retry.statuses.contains(&status),
        _ => true,
    }
}

#[cfg(test)]
mod tests;
