//! How mails are sent.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kind of the one document, whose id is `platform`.
pub const KIND: &str = "mail";

/// The mail server, and what mails say of who sends them. Without this document no mails are sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// The server: a name, or an address without brackets. Its certificate must name it.
    #[schemars(length(min = 1, max = 253))]
    pub host: String,
    /// Its port: usually 465 for `tls`, 587 for `starttls`.
    #[schemars(range(min = 1))]
    pub port: u16,
    /// How the way there is protected.
    pub security: Security,
    /// Who we are to it; none: it wants no login.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<Login>,
    /// The sender of every mail: `Postern <postern@example.com>`.
    #[schemars(length(min = 3, max = 320))]
    pub from: String,
    /// How we name ourselves to the server; the host of `from` if this is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    pub hello: Option<String>,
    /// What people know this installation as; `Postern` if this is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 100))]
    pub title: Option<String>,
    /// Where people reach the management, for links: `https://manage.example.com`. What the
    /// setting `admin.url` says if this is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 8, max = 2048))]
    pub links: Option<String>,
}

/// A name, and where the password is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "MailLogin")]
pub struct Login {
    /// The name.
    #[schemars(length(min = 1, max = 320))]
    pub user: String,
    /// Where the password is: `env:NAME` or `file:PATH`, or the password as it was sealed; never
    /// the password itself.
    #[schemars(length(min = 5, max = 100_000))]
    pub password: String,
}

/// How the way to a mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "MailSecurity")]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// STARTTLS. A server that does not offer it gets no mail.
    Starttls,
    /// None: for a server on this machine. No login is possible.
    None,
}
