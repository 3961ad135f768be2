//! What is asked of webhooks and mails: made, tested, looked at, sent again.

use super::mailing::{self, Mails, SentMail};
use super::secrets::{self, secrets};
use super::webhooks::Webhooks;
use super::{millis, named};
use crate::management::webhook::{KIND, Webhook};
use crate::shorthand::{Change, Expectation};
use crate::{Actor, ChangeSet, Refusal, Seen, Service, request_id};
use jiff::{SignedDuration, Timestamp};
use postern_model::Secret;
use postern_model::permission::Point;
use postern_outbound::Clock;
use postern_outbound::mail::Message;
use postern_outbound::webhook::{Event, EventKind, LogEntry};
use postern_store::Store;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// For how long the secret before signs too, in seconds: a day. And at most: 30 days.
const OVERLAP: u32 = 24 * 60 * 60;
const LONGEST: u32 = 30 * OVERLAP;

/// A webhook that is to be.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWebhook {
    /// The tenant whose events it gets; none: it is the platform's, and gets one of each.
    pub tenant: Option<String>,
    /// The endpoint: an `https` URL.
    pub url: String,
    /// What it wants to be told: `approval.asked`, `credential.expiring`.
    #[schemars(with = "Vec<String>", length(min = 1))]
    pub events: Vec<EventKind>,
    /// What people call it.
    pub description: Option<String>,
    /// Whether anything is sent; it is if this is not said.
    pub enabled: Option<bool>,
}

/// A webhook that was made, and its secret, which nobody can be told again.
#[derive(Debug)]
pub struct MadeWebhook {
    /// Its document.
    pub seen: Seen,
    /// `whsec_…`.
    pub secret: Secret<String>,
}

/// A webhook's new secret, which nobody can be told again.
#[derive(Debug)]
pub struct RotatedSecret {
    /// The webhook's document.
    pub seen: Seen,
    /// `whsec_…`.
    pub secret: Secret<String>,
    /// Until when the one before signs too, as RFC 3339 has it.
    pub previous_until: String,
}

/// Attempts, the newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempts<T> {
    /// Attempts.
    pub items: Vec<T>,
    /// Where the next page begins, if there is more.
    pub next: Option<String>,
}

fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

fn failed(error: impl std::fmt::Display) -> Refusal {
    Refusal::new("failed", error.to_string())
}

impl Service {
    fn notes(&self) -> Result<&Store, Refusal> {
        let message = "this Postern runs by a file, and keeps nothing of its own";
        self.store()
            .ok_or_else(|| Refusal::new("file_mode", message))
    }

    /// Makes a webhook.
    ///
    /// # Errors
    /// The actor may not, or it would not be valid.
    pub async fn create_webhook(
        &self,
        actor: &Actor,
        new: NewWebhook,
        comment: &str,
    ) -> Result<MadeWebhook, Refusal> {
        let random: String = {
            let signing = secrets::new()?;
            signing.salt.chars().take(16).collect()
        };
        let (id, signing) = (format!("wh_{random}"), secrets::new()?);
        let document = Webhook {
            tenant: new.tenant,
            url: new.url,
            events: new.events,
            description: new.description,
            enabled: new.enabled.unwrap_or(true),
            signing: Some(signing.clone()),
        };
        let change = Change {
            patch: None,
            put: Some(serde_json::to_value(document).map_err(failed)?),
            ..Change::patch(KIND, &id, Value::Null)
        };
        let change = change.expecting(Expectation::Absent);
        self.make_of_webhook(actor, change, comment).await?;
        let keyer = self.keyer().ok_or_else(|| failed("there is no store"))?;
        Ok(MadeWebhook {
            secret: Secret::new(secrets(keyer, &id, &signing).current().reveal()),
            seen: self.left(actor, KIND, &id).await?,
        })
    }

    /// Gives a webhook another secret. The one before signs too for `overlap_seconds`; a day if
    /// that is not said, at most 30 days.
    ///
    /// # Errors
    /// There is none for the actor, or they may not.
    pub async fn rotate_webhook_secret(
        &self,
        actor: &Actor,
        id: &str,
        overlap_seconds: Option<u32>,
        comment: &str,
    ) -> Result<RotatedSecret, Refusal> {
        let overlap = overlap_seconds.unwrap_or(OVERLAP);
        if overlap > LONGEST {
            let message = format!("an overlap of {overlap} seconds is too long");
            return Err(Refusal::invalid(message).help(format!("0 to {LONGEST} seconds: 30 days")));
        }
        let (seen, webhook) = self.webhook(actor, id).await?;
        let overlap = SignedDuration::from_secs(overlap.into());
        let signing = match webhook.signing {
            Some(before) => secrets::rotated(before, now(), overlap)?,
            None => secrets::new()?,
        };
        // As a whole: a patch of it would keep what is not in it.
        let patch = json!({"signing": {
            "salt": signing.salt,
            "previous": signing.previous,
            "previous_until": signing.previous_until,
        }});
        let mut change = Change::patch(KIND, id, patch);
        change.expect = seen.version.map(Expectation::Version);
        self.make_of_webhook(actor, change, comment).await?;
        let keyer = self.keyer().ok_or_else(|| failed("there is no store"))?;
        Ok(RotatedSecret {
            secret: Secret::new(secrets(keyer, id, &signing).current().reveal()),
            previous_until: signing.previous_until.unwrap_or_default(),
            seen: self.see(actor, KIND, id).await?,
        })
    }

    async fn make_of_webhook(
        &self,
        actor: &Actor,
        change: Change,
        comment: &str,
    ) -> Result<(), Refusal> {
        let set = ChangeSet {
            changes: vec![change],
            comment: comment.to_owned(),
            source: Some("api".to_owned()),
        };
        self.change(actor, set).await.map(drop)
    }

    async fn webhook(&self, actor: &Actor, id: &str) -> Result<(Seen, Webhook), Refusal> {
        let seen = self.see(actor, KIND, id).await?;
        let webhook = serde_json::from_value(seen.document.clone()).map_err(failed)?;
        Ok((seen, webhook))
    }

    /// A webhook that the actor may have things sent to.
    async fn own_webhook(&self, actor: &Actor, id: &str) -> Result<Webhook, Refusal> {
        let (_, webhook) = self.webhook(actor, id).await?;
        let tenant = webhook.tenant.as_deref();
        if actor.grants.allow(Point::WebhooksWrite, tenant) {
            return Ok(webhook);
        }
        let message = format!("this takes the permission `{}`", Point::WebhooksWrite);
        Err(Refusal::new("forbidden", message))
    }

    /// What was sent to a webhook, the newest attempt first.
    ///
    /// # Errors
    /// There is none for the actor, or the store cannot be read.
    pub async fn webhook_attempts(
        &self,
        actor: &Actor,
        id: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Attempts<LogEntry>, Refusal> {
        self.see(actor, KIND, id).await?;
        let store = self.notes()?;
        let (items, next) = Webhooks::attempts(store, id, after, limit, crate::now()).await?;
        Ok(Attempts { items, next })
    }

    /// Has a delivery made again, whatever became of it.
    ///
    /// # Errors
    /// There is no such webhook for the actor, or no such delivery to it; they may not.
    pub async fn redeliver(&self, actor: &Actor, id: &str, delivery: &str) -> Result<(), Refusal> {
        self.own_webhook(actor, id).await?;
        if Webhooks::again(self.notes()?, id, delivery, crate::now()).await? {
            return Ok(());
        }
        let name: String = delivery.chars().take(80).collect();
        let message = format!("there is no delivery `{}` to {id}", name.escape_debug());
        Err(Refusal::new("not_found", message).help("deliveries are kept for 30 days"))
    }

    /// Sends a `ping` to a webhook. Returns the delivery.
    ///
    /// # Errors
    /// There is no such webhook for the actor, they may not, or it is switched off.
    pub async fn test_webhook(&self, actor: &Actor, id: &str) -> Result<String, Refusal> {
        let webhook = self.own_webhook(actor, id).await?;
        if !webhook.enabled {
            let message = format!("{id} is switched off: nothing is sent to it");
            let help = format!("switch it on: `postern webhooks enable {id}`");
            return Err(Refusal::new("conflict", message).help(help));
        }
        let event = Event {
            id: named("evt_", &[&request_id()]),
            kind: EventKind::Ping,
            occurred_at: now(),
            tenant: webhook.tenant,
            data: json!({"webhook": id, "by": actor.who}),
        };
        Webhooks::enqueue(self.notes()?, id, &event, crate::now()).await
    }

    /// Sends a mail by the settings, now, to see whether they are right.
    ///
    /// # Errors
    /// The actor may not, there are no settings, or what the server said.
    pub async fn test_mail(&self, actor: &Actor, to: &str) -> Result<(), Refusal> {
        Self::on_mail(actor, Point::SettingsWrite)?;
        if !postern_outbound::mail::is_address(to) {
            let message = "`to` is no mail address";
            return Err(Refusal::invalid(message).help("such as `lin@example.com`"));
        }
        let Some(mail) = mailing::settings(self.notes()?).await? else {
            let message = "there are no mail settings, so that no mails are sent";
            return Err(Refusal::new("conflict", message).help("`PUT /api/v1/settings/mail` first"));
        };
        let title = mailing::installation(&mail).name;
        let text = format!(
            "This is a test. {} asked {title} for it.\n\nMails from {title} reach you.\n",
            actor.who
        );
        let message = Message {
            id: named("mail_", &[&request_id()]),
            to: to.to_owned(),
            subject: format!("A test of mails from {title}"),
            text,
        };
        let refused = |why: String| Refusal::new("conflict", why).help("mend the mail settings");
        let mailer = mailing::mailer(self, &mail, Clock::system()).await;
        let sent = mailer.map_err(refused)?.send(&message).await;
        sent.map_err(|error| refused(error.to_string()))
    }

    /// What mails were sent, the newest attempt first.
    ///
    /// # Errors
    /// The actor may not, or the store cannot be read.
    pub async fn mail_attempts(
        &self,
        actor: &Actor,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Attempts<SentMail>, Refusal> {
        Self::on_mail(actor, Point::SettingsRead)?;
        let now_ms = millis(Timestamp::now());
        let (items, next) = Mails::attempts(self.notes()?, after, limit, now_ms).await?;
        Ok(Attempts { items, next })
    }

    fn on_mail(actor: &Actor, point: Point) -> Result<(), Refusal> {
        if actor.grants.allow_everywhere(point) {
            return Ok(());
        }
        let message = format!("this takes the permission `{point}` on the platform");
        Err(Refusal::new("forbidden", message))
    }
}
