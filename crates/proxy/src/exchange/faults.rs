//! What went wrong on either side, as refusals.

use super::message::{BodyFault, ResponseFault};
use crate::back::ConnectFault;
use crate::http1::Invalid;
use crate::upstream::{Denied, FailureClass, TargetOut};
use postern_model::denial::Audience;
use postern_model::entity::Name;
use postern_model::{Code, Denial};
use postern_policy::stages::body::too_large;
use std::borrow::Cow;
use std::time::Duration;

/// Why a request was not answered by its upstream.
#[derive(Debug)]
pub(crate) enum Failed {
    /// The gateway refuses.
    Refused(Denial),
    /// The caller has left.
    Cancelled,
}

/// What is wrong with the caller's body.
pub(crate) fn caller_fault(fault: BodyFault, limit: Duration) -> Failed {
    match fault {
        BodyFault::Invalid(Invalid { section, what }) => Failed::Refused(
            Denial::new(Code::Malformed)
                .saw("section", section)
                .saw("error", what),
        ),
        BodyFault::TooSlow => Failed::Refused(
            Denial::new(Code::ConnectionTimeout)
                .saw("phase", "body")
                .saw("limit", limit.as_secs().saturating_mul(1000)),
        ),
        BodyFault::TooLarge { limit, seen } => Failed::Refused(too_large(limit, seen)),
        BodyFault::ClosedEarly => Failed::Cancelled,
    }
}

/// Why no target was leased.
pub(crate) fn denied(denied: &Denied) -> Denial {
    match denied {
        Denied::NoHealthyTarget { targets } => {
            Denial::new(Code::NoHealthyTarget).with("targets", list(targets), Audience::Publisher)
        }
        Denied::NotReady { targets } => {
            Denial::new(Code::NotReady).with("targets", list(targets), Audience::Publisher)
        }
        Denied::CircuitOpen {
            open_for,
            next_probe,
        } => {
            let wait = u32::try_from(next_probe.as_secs())
                .unwrap_or(u32::MAX)
                .saturating_add(1);
            Denial::new(Code::CircuitOpen)
                .with(
                    "since",
                    format!("{} s ago", open_for.as_secs()),
                    Audience::Publisher,
                )
                .saw("next_probe", u64::from(wait) * 1000)
                .retry_after(wait)
        }
        Denied::TooManyInFlight { limit } => {
            Denial::new(Code::CircuitOpen).with("limit", u64::from(*limit), Audience::Publisher)
        }
    }
}

fn list(targets: &[(Name, TargetOut)]) -> Vec<Cow<'static, str>> {
    let lines = targets.iter();
    lines
        .map(|(name, why)| format!("{name}: {why}").into())
        .collect()
}

/// What the upstream, or the way to it, did wrong.
#[derive(Debug)]
pub(crate) struct UpstreamFault {
    pub(crate) class: FailureClass,
    target: Name,
    error: String,
    limit: Option<Duration>,
    /// The error type of `Proxy-Status`, where it is closer than the code's.
    proxy_error: Option<&'static str>,
}

impl UpstreamFault {
    pub(crate) fn new(class: FailureClass, target: &Name, error: impl Into<String>) -> Self {
        Self {
            class,
            target: target.clone(),
            error: error.into(),
            limit: None,
            proxy_error: None,
        }
    }

    pub(crate) fn connect(fault: ConnectFault, target: &Name) -> Self {
        Self {
            proxy_error: Some(fault.proxy_error),
            ..Self::new(fault.class, target, fault.error)
        }
    }

    /// No head came. `reused` says whether the connection had served before, `first_byte` how long
    /// was waited.
    pub(crate) fn head(
        fault: ResponseFault,
        target: &Name,
        reused: bool,
        first_byte: Duration,
    ) -> Self {
        let (class, error) = match fault {
            ResponseFault::ClosedUnanswered if reused => (
                FailureClass::IdleClosed,
                "it closed the connection without an answer".to_owned(),
            ),
            ResponseFault::ClosedUnanswered => (
                FailureClass::Reset,
                "it closed the connection without an answer".to_owned(),
            ),
            ResponseFault::ClosedWithin => (
                FailureClass::ClosedEarly,
                "it closed the connection within the response's head".to_owned(),
            ),
            ResponseFault::Invalid(Invalid { section, what }) => {
                (FailureClass::ResponseInvalid, format!("{what} ({section})"))
            }
            ResponseFault::TooLarge => (
                FailureClass::ResponseInvalid,
                "the response's head is too large".to_owned(),
            ),
            ResponseFault::TimedOut => (
                FailureClass::FirstByteTimeout,
                "no response in time".to_owned(),
            ),
            ResponseFault::NotProcessed => (
                FailureClass::RefusedStream,
                "it refused the stream".to_owned(),
            ),
        };
        Self {
            limit: Some(first_byte),
            ..Self::new(class, target, error)
        }
    }

    /// The response's body broke off.
    pub(crate) fn body(fault: BodyFault, target: &Name, idle: Duration) -> Self {
        match fault {
            BodyFault::Invalid(Invalid { section, what }) => Self::new(
                FailureClass::ResponseInvalid,
                target,
                format!("{what} ({section})"),
            ),
            BodyFault::TooSlow => Self {
                limit: Some(idle),
                ..Self::new(
                    FailureClass::BodyTimeout,
                    target,
                    "the response stood still",
                )
            },
            BodyFault::TooLarge { limit, .. } => Self::new(
                FailureClass::ResponseInvalid,
                target,
                format!("the response is longer than {limit} bytes"),
            ),
            BodyFault::ClosedEarly => Self::new(
                FailureClass::BodyCut,
                target,
                "the response ended before its end",
            ),
        }
    }

    /// The refusal, after `attempts` attempts.
    pub(crate) fn denial(self, attempts: u32) -> Denial {
        let (code, phase) = match self.class {
            FailureClass::AddressForbidden => (Code::AddressForbidden, None),
            FailureClass::ConnectTimeout => (Code::UpstreamTimeout, Some("connect")),
            FailureClass::FirstByteTimeout => (Code::UpstreamTimeout, Some("first_byte")),
            FailureClass::BodyTimeout => (Code::UpstreamTimeout, Some("body")),
            FailureClass::ResponseInvalid => (Code::ResponseInvalid, None),
            FailureClass::IdleClosed
            | FailureClass::Reset
            | FailureClass::ClosedEarly
            | FailureClass::BodyCut => (Code::ClosedEarly, None),
            FailureClass::Resolve
            | FailureClass::Connect
            | FailureClass::Tls
            | FailureClass::UpgradeRefused
            | FailureClass::NotSent
            | FailureClass::RefusedStream
            | FailureClass::GoawayUnprocessed
            | FailureClass::Status(_) => (Code::Unreachable, None),
        };
        let mut denial = Denial::new(code)
            .with("target", self.target.to_string(), Audience::Publisher)
            .with("attempts", u64::from(attempts), Audience::Publisher)
            .with("error", self.error, Audience::Publisher);
        if let Some(error) = self.proxy_error {
            denial = denial.proxy_error(error);
        }
        if let Some(phase) = phase {
            denial = denial.with("phase", phase, Audience::Publisher);
            if let Some(limit) = self.limit {
                let millis = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
                denial = denial.with("limit", millis, Audience::Publisher);
            }
        }
        denial
    }
}
