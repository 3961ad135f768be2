//! What commands ask of webhooks and mails.

use super::{Service, encode};
use crate::notify::NewWebhook;
use crate::{Actor, Refusal};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Made {
    webhook: NewWebhook,
    #[serde(default)]
    comment: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfWebhook {
    id: String,
    #[serde(default)]
    overlap_seconds: Option<u32>,
    #[serde(default)]
    delivery: String,
    #[serde(default)]
    after: Option<String>,
    #[serde(default)]
    limit: Option<usize>,
    #[serde(default)]
    comment: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct To {
    to: String,
}

/// Attempts shown if nobody says how many, and at most.
const ATTEMPTS: usize = 100;
const MOST: usize = 1000;

impl Service {
    pub(super) async fn webhook_made(&self, actor: &Actor, made: Made) -> Result<Value, Refusal> {
        let new = self.create_webhook(actor, made.webhook, &made.comment);
        let new = new.await?;
        Ok(json!({"id": new.seen.id, "secret": new.secret.expose()}))
    }

    pub(super) async fn webhook_rotated(
        &self,
        actor: &Actor,
        of: OfWebhook,
    ) -> Result<Value, Refusal> {
        let rotated = self
            .rotate_webhook_secret(actor, &of.id, of.overlap_seconds, &of.comment)
            .await?;
        Ok(json!({
            "id": of.id,
            "secret": rotated.secret.expose(),
            "previous_until": rotated.previous_until,
        }))
    }

    pub(super) async fn webhook_tested(
        &self,
        actor: &Actor,
        of: OfWebhook,
    ) -> Result<Value, Refusal> {
        let delivery = self.test_webhook(actor, &of.id).await?;
        Ok(json!({ "delivery": delivery }))
    }

    pub(super) async fn webhook_deliveries(
        &self,
        actor: &Actor,
        of: OfWebhook,
    ) -> Result<Value, Refusal> {
        let limit = of.limit.unwrap_or(ATTEMPTS).clamp(1, MOST);
        let found = self.webhook_attempts(actor, &of.id, of.after.as_deref(), limit);
        let found = found.await?;
        Ok(json!({"items": encode(found.items)?, "next": found.next}))
    }

    pub(super) async fn webhook_redelivered(
        &self,
        actor: &Actor,
        of: OfWebhook,
    ) -> Result<Value, Refusal> {
        self.redeliver(actor, &of.id, &of.delivery).await?;
        Ok(json!({"delivery": of.delivery}))
    }

    pub(super) async fn mail_tested(&self, actor: &Actor, to: To) -> Result<Value, Refusal> {
        self.test_mail(actor, &to.to).await?;
        Ok(json!({"to": to.to}))
    }
}
