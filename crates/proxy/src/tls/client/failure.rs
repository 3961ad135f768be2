//! What kind of failure a failed TLS connection to an upstream is.

use super::certificate_text;
use rustls::{Error, InvalidMessage};
use std::io;
use std::sync::Arc;

/// Longest description kept, in bytes: a certificate can name thousands of hosts.
const MAX_TEXT: usize = 400;

/// A TLS failure with an upstream, in the words of `Proxy-Status` (RFC 9209 §2.3).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlsFailure {
    /// The upstream's certificate is not acceptable (`tls_certificate_error`).
    #[error("{0}")]
    Certificate(Arc<str>),
    /// The upstream ended the handshake with an alert (`tls_alert_received`); a certificate
    /// of ours that it does not accept shows up here.
    #[error("{text}")]
    Alert {
        /// The alert's number (RFC 8446 §6).
        id: u8,
        /// What it says.
        text: Arc<str>,
    },
    /// Anything else about TLS (`tls_protocol_error`): no common version, not TLS at all.
    #[error("{0}")]
    Protocol(Arc<str>),
}

impl TlsFailure {
    /// Classifies an error of a TLS stream; `None` if it is the transport's.
    pub fn of(error: &io::Error) -> Option<Self> {
        let error = error.get_ref()?.downcast_ref::<Error>()?;
        let text = bounded(match error {
            Error::InvalidCertificate(certificate) => certificate_text::describe(certificate),
            Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
                "what the upstream sent is not TLS; is this its port for plain HTTP?".into()
            }
            other => other.to_string(),
        });
        Some(match error {
            Error::InvalidCertificate(_)
            | Error::InvalidCertRevocationList(_)
            | Error::NoCertificatesPresented
            | Error::UnsupportedNameType => Self::Certificate(text),
            Error::AlertReceived(alert) => Self::Alert {
                id: u8::from(*alert),
                text,
            },
            _ => Self::Protocol(text),
        })
    }

    /// The error type for `Proxy-Status` (RFC 9209 §2.3.13 to §2.3.15).
    pub const fn proxy_status(&self) -> &'static str {
        match self {
            Self::Certificate(_) => "tls_certificate_error",
            Self::Alert { .. } => "tls_alert_received",
            Self::Protocol(_) => "tls_protocol_error",
        }
    }
}

fn bounded(mut text: String) -> Arc<str> {
    if text.len() > MAX_TEXT {
        text.truncate(text.floor_char_boundary(MAX_TEXT));
        text.push('…');
    }
    text.into()
}
