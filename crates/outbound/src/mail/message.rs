//! A mail, before it is sent.

use super::error::MailError;
use jiff::Timestamp;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox};
use serde::{Deserialize, Serialize};
use std::time::SystemTime;

/// Longest subject, characters.
const SUBJECT: usize = 200;

/// Largest text, bytes.
const TEXT: usize = 64 * 1024;

/// A mail to one person, in plain text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// Names it: whoever gets it twice, since it was sent twice, sees one. Letters, digits, `-`,
    /// `_` and `.`.
    pub id: String,
    /// The address, with or without a name: `Ada <ada@example.com>`.
    pub to: String,
    /// The subject, one line.
    pub subject: String,
    /// The text.
    pub text: String,
}

impl Message {
    /// As the protocol wants it (RFC 5322).
    pub(super) fn build(
        &self,
        from: &Mailbox,
        at: Timestamp,
    ) -> Result<lettre::Message, MailError> {
        let fit = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if self.id.is_empty() || self.id.len() > 128 || !self.id.bytes().all(fit) {
            return Err(MailError::Message(
                "its id must be 1 to 128 letters, digits, `-`, `_` and `.`",
            ));
        }
        if self.subject.chars().count() > SUBJECT || self.subject.chars().any(char::is_control) {
            return Err(MailError::Message(
                "its subject must be one line of at most 200 characters",
            ));
        }
        if self.text.len() > TEXT {
            return Err(MailError::Message("its text is longer than 64 KiB"));
        }
        let to = mailbox(&self.to)?;
        let id = format!("<{}@{}>", self.id, from.email.domain());
        // RFC 3834: nobody's holiday notice has to answer this.
        let automatic = HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        );
        // 7 bit on the way, so that every server takes it; quoted-printable keeps it readable.
        let text = self.text.replace("\r\n", "\n").replace('\n', "\r\n");
        let body = Body::new_with_encoding(text, ContentTransferEncoding::QuotedPrintable);
        let body = body.map_err(|_| MailError::Message("its text cannot be encoded"))?;
        lettre::Message::builder()
            .from(from.clone())
            .to(to)
            .subject(self.subject.as_str())
            .date(SystemTime::from(at))
            .message_id(Some(id))
            .raw_header(automatic)
            .header(ContentType::TEXT_PLAIN)
            .body(body)
            .map_err(|_| MailError::Message("it cannot be put together"))
    }
}

/// Reads an address, with or without a name.
pub(super) fn mailbox(text: &str) -> Result<Mailbox, MailError> {
    let address = || MailError::Address {
        address: text
            .chars()
            .take(100)
            .flat_map(char::escape_default)
            .collect(),
    };
    if text.len() > 320 || text.chars().any(char::is_control) {
        return Err(address());
    }
    text.parse().map_err(|_| address())
}
