//! Why there is no response.

use crate::dial::DialError;
use std::net::IpAddr;
use std::time::Duration;

/// Why a request has no response. The texts name the host, and nothing else of a URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// Not a URL that we send requests to.
    #[error("the URL {0}")]
    Url(&'static str),
    /// A header that cannot be sent.
    #[error("the value of the header `{0}` has characters that a header cannot have")]
    Header(&'static str),
    /// No connection.
    #[error(transparent)]
    Dial(DialError),
    /// The time was over.
    #[error("{host} did not answer in full within {} ms", limit.as_millis())]
    Timeout {
        /// Whom we asked.
        host: String,
        /// The limit.
        limit: Duration,
    },
    /// Not HTTP, or cut off.
    #[error("{host} did not answer with HTTP that can be read: {error}")]
    Protocol {
        /// Whom we asked.
        host: String,
        /// What was wrong.
        error: String,
    },
    /// More than we read.
    #[error("{host} answered with more than {limit} bytes")]
    TooLarge {
        /// Whom we asked.
        host: String,
        /// The limit.
        limit: usize,
    },
    /// Sent from one place to the next.
    #[error("more than {limit} redirects, the last one to {host}")]
    Redirects {
        /// Where we would have gone next.
        host: String,
        /// The limit.
        limit: u8,
    },
    /// A redirect that leads nowhere, or away from encryption.
    #[error("{host} redirects to a place that cannot be followed: {why}")]
    Redirect {
        /// Who redirects.
        host: String,
        /// What is wrong with the place.
        why: &'static str,
    },
}

impl HttpError {
    /// What went wrong, for whoever may not know what a name of ours resolves to: an address that
    /// may not be connected to reads like a name that there is none for.
    pub fn told(&self) -> String {
        match self {
            // An address tells nothing that was not said.
            Self::Dial(DialError::Resolve { host, .. } | DialError::Forbidden { host, .. })
                if host.parse::<IpAddr>().is_err() =>
            {
                format!("{host} is nowhere that may be connected to")
            }
            Self::Dial(DialError::Connect { host, .. }) => format!("cannot connect to {host}"),
            other => other.to_string(),
        }
    }
}
