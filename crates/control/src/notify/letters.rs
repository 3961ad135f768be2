//! Mails with one-time links. They are sent while whoever made the link waits, and are never in the
//! queue: of a link's secret nothing is kept but its HMAC, and a mail that waits would be the secret
//! itself. Whoever made the link has it, and is told whether it was mailed.

use super::mailing::{self, SentMail};
use super::{millis, named};
use crate::Service;
use crate::management::invitation::Invitation;
use crate::management::user;
use crate::people::Link;
use crate::{Actor, Refusal};
use jiff::Timestamp;
use postern_outbound::Clock;
use postern_outbound::mail::{self, Template};
use postern_outbound::webhook::Outcome;
use schemars::JsonSchema;
use serde::Serialize;
use std::time::Duration;

/// Longest time that somebody waits for a mail to be taken.
const PATIENCE: Duration = Duration::from_secs(15);

/// Whether a link was mailed to the one whom it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Mailed {
    /// The address that it is for.
    pub email: String,
    /// Whether it was mailed there; if not, give it to them.
    pub mailed: bool,
    /// Why it was not mailed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_mailed_because: Option<String>,
}

impl Mailed {
    fn of(email: String, sent: Result<(), String>) -> Self {
        Self {
            email,
            mailed: sent.is_ok(),
            not_mailed_because: sent.err(),
        }
    }
}

impl Service {
    /// Mails an invitation's link. `base`: where people reach the management, if the mail settings
    /// do not say it.
    pub async fn mail_invitation(
        &self,
        invitation: &Invitation,
        link: &Link,
        base: &str,
    ) -> Mailed {
        let template = |address: String, expires_at| {
            Template::Invitation(mail::Invitation {
                inviter: invitation.invited_by.clone(),
                tenant: invitation.tenant.clone(),
                roles: invitation.roles.clone(),
                link: address,
                expires_at,
            })
        };
        let sent = self.mail_link(link, &invitation.email, base, template);
        Mailed::of(invitation.email.clone(), sent.await)
    }

    /// Mails the link by which a user chooses a password. `base` as for invitations.
    ///
    /// # Errors
    /// There is no such user for the actor.
    pub async fn mail_password_link(
        &self,
        actor: &Actor,
        id: &str,
        link: &Link,
        base: &str,
    ) -> Result<Mailed, Refusal> {
        let seen = self.see(actor, user::KIND, id).await?;
        let email = seen.document.get("email").and_then(|email| email.as_str());
        let email = email.unwrap_or_default().to_owned();
        let template = |address: String, expires_at| {
            Template::Password(mail::Password {
                by: actor.who.clone(),
                link: address,
                expires_at,
            })
        };
        let sent = self.mail_link(link, &email, base, template).await;
        Ok(Mailed::of(email, sent))
    }

    /// Sends a mail with a link now, or says why not, without the link's secret.
    async fn mail_link(
        &self,
        link: &Link,
        to: &str,
        base: &str,
        template: impl FnOnce(String, Timestamp) -> Template,
    ) -> Result<(), String> {
        let said = |refusal: Refusal| refusal.message;
        let store = self.store().ok_or("a file owns the configuration")?;
        let settings = mailing::settings(store).await.map_err(said)?;
        let settings = settings.ok_or("there are no mail settings")?;
        let expires_at = link.expires_at.parse();
        let expires_at = expires_at.map_err(|error: jiff::Error| error.to_string())?;
        let base = settings.links.as_deref().unwrap_or(base);
        let template = template(link.below(base), expires_at);
        let id = named("mail_", &["link", &link.id]);
        let message = template.message(&mailing::installation(&settings), &id, to);
        let at = Timestamp::now();
        let mailer = mailing::mailer(self, &settings, Clock::system()).await?;
        let sent = mailer.limited(PATIENCE).send(&message).await;
        // A server may say what it does not like about a mail.
        let error = sent.err().map(|error| {
            let secret = link.secret.expose();
            error.to_string().replace(secret, "(hidden)")
        });
        let line = SentMail {
            id,
            to: message.to,
            subject: message.subject,
            attempt: 1,
            at: at.to_string(),
            outcome: match &error {
                None => Outcome::Delivered,
                Some(_) => Outcome::Dead,
            },
            error: error.clone(),
        };
        // What was sent was sent, noted or not.
        if let Err(refusal) = mailing::log(store, &line, at, millis(at)).await {
            tracing::warn!(error = %refusal.message, "a mail that was sent is not in the log");
        }
        error.map_or(Ok(()), Err)
    }
}
