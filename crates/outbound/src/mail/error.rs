//! Why a mail was not sent.

use crate::dial::DialError;
use std::time::Duration;

/// Why a mail was not sent. No text holds the password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// Not a mail that can be sent.
    #[error("the mail cannot be sent: {0}")]
    Message(&'static str),
    /// Not an address.
    #[error("`{address}` is not a mail address; one like `ada@example.com` is needed")]
    Address {
        /// What was given.
        address: String,
    },
    /// How the server is configured.
    #[error("the mail server is configured wrongly: {0}")]
    Server(&'static str),
    /// No connection.
    #[error("the mail server: {0}")]
    Dial(#[from] DialError),
    /// It did not offer encryption, which is asked for.
    #[error("the mail server {host} does not offer STARTTLS; nothing was sent to it")]
    NoStartTls {
        /// The server.
        host: String,
    },
    /// It did not let us in.
    #[error("the mail server {host} refused the login: {reply}")]
    Login {
        /// The server.
        host: String,
        /// What it said.
        reply: String,
    },
    /// It does not take the mail.
    #[error("the mail server {host} refused the mail: {reply}")]
    Refused {
        /// The server.
        host: String,
        /// What it said.
        reply: String,
        /// Whether it may take the mail later (RFC 5321 §4.2.1: 4yz).
        later: bool,
    },
    /// Not SMTP, or cut off.
    #[error("the mail server {host} does not speak SMTP that can be read: {error}")]
    Protocol {
        /// The server.
        host: String,
        /// What was wrong.
        error: String,
    },
    /// The time was over.
    #[error("the mail server {host} did not take the mail within {} ms", limit.as_millis())]
    Timeout {
        /// The server.
        host: String,
        /// The limit.
        limit: Duration,
    },
}

impl MailError {
    /// Whether sending the same mail again later may help without anybody's doing.
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Message(_) | Self::Address { .. } | Self::Server(_) => false,
            Self::Refused { later, .. } => *later,
            Self::Dial(_)
            | Self::NoStartTls { .. }
            | Self::Login { .. }
            | Self::Protocol { .. }
            | Self::Timeout { .. } => true,
        }
    }
}
