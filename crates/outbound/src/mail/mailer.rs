//! Hands mails to a server by SMTP (RFC 5321), one connection for each.

use super::error::MailError;
use super::message::{Message, mailbox};
use super::session::Session;
use super::starttls::{shown, starttls};
use crate::ambient::Clock;
use crate::dial::Dialer;
use lettre::message::Mailbox;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::ClientId;
use postern_model::Secret;
use std::error::Error as _;
use std::time::Duration;
use tokio::time::timeout;

/// Longest time until there is a connection.
const CONNECT: Duration = Duration::from_secs(10);

/// Longest time for a mail.
const TOTAL: Duration = Duration::from_mins(1);

/// How the way to the server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte, usually on port 465 (RFC 8314).
    Tls,
    /// STARTTLS, usually on port 587. A server that does not offer it gets no mail.
    StartTls,
    /// None: for a server on this machine. No login is possible.
    None,
}

/// A name and a password.
#[derive(Debug, Clone)]
pub struct Login {
    /// The name.
    pub user: String,
    /// The password.
    pub password: Secret<String>,
}

/// A mail server, and who we are to it.
#[derive(Debug, Clone)]
pub struct Server {
    /// A name, or an address without brackets. Its certificate must name it.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way there is protected.
    pub security: Security,
    /// Whether we log in.
    pub login: Option<Login>,
    /// The sender of every mail: `Postern <postern@example.com>`.
    pub from: String,
    /// How we name ourselves to the server: our host name.
    pub hello: String,
}

/// Sends mails.
#[derive(Debug, Clone)]
pub struct Mailer {
    server: Server,
    from: Mailbox,
    dialer: Dialer,
    clock: Clock,
    limit: Duration,
}

impl Mailer {
    /// A mailer for a server, whose configuration is checked as far as that is possible without
    /// asking it.
    pub fn new(server: Server, dialer: Dialer, clock: Clock) -> Result<Self, MailError> {
        let from = mailbox(&server.from)?;
        if server.login.is_some() && server.security == Security::None {
            return Err(MailError::Server(
                "a password must not be sent unencrypted; use TLS or STARTTLS, or no login",
            ));
        }
        let fit = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:[]".contains(&byte);
        if server.hello.is_empty() || !server.hello.bytes().all(fit) {
            return Err(MailError::Server(
                "the name that we give must be a host name, such as `postern.example.com`",
            ));
        }
        dialer.foresee(&server.host, server.port)?;
        Ok(Self {
            server,
            from,
            dialer,
            clock,
            limit: TOTAL,
        })
    }

    /// The same with another longest time for a mail.
    #[must_use]
    pub const fn limited(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Sends a mail. When this returns without an error, the server has taken it.
    pub async fn send(&self, message: &Message) -> Result<(), MailError> {
        let mail = message.build(&self.from, self.clock.now())?;
        let done = timeout(self.limit, self.hand_over(&mail)).await;
        done.unwrap_or_else(|_| {
            Err(MailError::Timeout {
                host: self.server.host.clone(),
                limit: self.limit,
            })
        })
    }

    /// Connects, logs in, and leaves: whether the server can be used.
    pub async fn probe(&self) -> Result<(), MailError> {
        let done = timeout(self.limit, async {
            self.open().await?.abort().await;
            Ok(())
        });
        done.await.unwrap_or_else(|_| {
            Err(MailError::Timeout {
                host: self.server.host.clone(),
                limit: self.limit,
            })
        })
    }

    async fn hand_over(&self, mail: &lettre::Message) -> Result<(), MailError> {
        let mut connection = self.open().await?;
        let sent = connection.send(mail.envelope(), &mail.formatted()).await;
        sent.map_err(|error| self.refused(&error))?;
        // It has the mail; how it says goodbye does not matter.
        connection.abort().await;
        Ok(())
    }

    async fn open(&self) -> Result<AsyncSmtpConnection, MailError> {
        let Server {
            host,
            port,
            security,
            hello,
            ..
        } = &self.server;
        let tls = *security == Security::Tls;
        let stream = self.dialer.dial(host, *port, tls, CONNECT).await?;
        let session = match security {
            Security::StartTls => starttls(&self.dialer, host, hello, stream).await?,
            Security::Tls | Security::None => Session::new(stream, Vec::new()),
        };
        let name = ClientId::Domain(hello.clone());
        let opened = AsyncSmtpConnection::connect_with_transport(Box::new(session), &name).await;
        let mut connection = opened.map_err(|error| self.refused(&error))?;
        if let Some(login) = &self.server.login {
            let password = login.password.expose().clone();
            let credentials = Credentials::new(login.user.clone(), password);
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            let done = connection.auth(&mechanisms, &credentials).await;
            done.map_err(|error| self.not_let_in(&error))?;
        }
        Ok(connection)
    }

    fn not_let_in(&self, error: &SmtpError) -> MailError {
        if error.is_permanent() || error.is_client() {
            return MailError::Login {
                host: self.server.host.clone(),
                reply: described(error),
            };
        }
        self.refused(error)
    }

    fn refused(&self, error: &SmtpError) -> MailError {
        let (host, text) = (self.server.host.clone(), described(error));
        if error.is_permanent() || error.is_transient() || error.is_client() {
            return MailError::Refused {
                host,
                reply: text,
                later: error.is_transient(),
            };
        }
        MailError::Protocol { host, error: text }
    }
}

/// What a server said with its code, or what was wrong with the connection.
fn described(error: &SmtpError) -> String {
    let source = error.source().map(|source| shown(&source.to_string()));
    match (error.status(), source) {
        (Some(code), Some(text)) => format!("{code} {text}"),
        (Some(code), None) => code.to_string(),
        (None, Some(text)) => text,
        (None, None) => shown(&error.to_string()),
    }
}
