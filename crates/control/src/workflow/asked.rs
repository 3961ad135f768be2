//! What is offered, subscriptions and keys as the socket asks for them.

use super::{Access, Decision, Rotation, Step, subscriptions::Cause};
use crate::{Actor, Refusal, Seen, Service};
use serde::Deserialize;
use serde_json::{Value, json};

/// A step, of a subscription.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DecisionAsked {
    id: String,
    step: Step,
    #[serde(default)]
    comment: String,
    #[serde(default)]
    scopes: Option<Vec<String>>,
    #[serde(default)]
    plan: Option<String>,
    #[serde(default)]
    expires_at: Option<String>,
    #[serde(default)]
    cause: Option<Cause>,
    /// The version of its document that was read.
    #[serde(default)]
    expect: Option<u64>,
}

/// The end, of a subscription.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndAsked {
    id: String,
    #[serde(default)]
    comment: String,
    /// The version of its document that was read.
    #[serde(default)]
    expect: Option<u64>,
}

/// Which one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OneAsked {
    id: String,
}

/// What is offered.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CatalogueAsked {
    /// What its name, title or description has in it.
    #[serde(default)]
    phrase: Option<String>,
}

/// Another key in the place of one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RotationAsked {
    id: String,
    #[serde(default)]
    overlap_seconds: Option<u32>,
    #[serde(default)]
    comment: String,
}

impl Service {
    pub(crate) fn offers(&self, actor: &Actor, asked: &CatalogueAsked) -> Value {
        json!({"offers": self.catalogue(actor, asked.phrase.as_deref())})
    }

    pub(crate) async fn access_asked(
        &self,
        actor: &Actor,
        wanted: &Access,
    ) -> Result<Value, Refusal> {
        Ok(given(&self.subscribe(actor, wanted).await?))
    }

    pub(crate) async fn decided(
        &self,
        actor: &Actor,
        asked: DecisionAsked,
    ) -> Result<Value, Refusal> {
        let decision = Decision {
            comment: asked.comment,
            scopes: asked.scopes,
            plan: asked.plan,
            expires_at: asked.expires_at,
            cause: asked.cause,
        };
        let seen = self.decide(actor, &asked.id, asked.step, &decision, asked.expect);
        Ok(given(&seen.await?))
    }

    pub(crate) async fn cancelled(&self, actor: &Actor, asked: EndAsked) -> Result<Value, Refusal> {
        let decision = Decision {
            comment: asked.comment,
            ..Decision::default()
        };
        let seen = self.decide(actor, &asked.id, Step::Cancel, &decision, asked.expect);
        Ok(given(&seen.await?))
    }

    pub(crate) async fn reminded(&self, actor: &Actor, of: &OneAsked) -> Result<Value, Refusal> {
        self.remind(actor, &of.id).await?;
        Ok(json!({ "id": of.id }))
    }

    pub(crate) async fn subscription_history(
        &self,
        actor: &Actor,
        of: &OneAsked,
    ) -> Result<Value, Refusal> {
        let history = self.history(actor, "subscription", &of.id).await?;
        Ok(json!({ "history": history }))
    }

    pub(crate) async fn key_rotated(
        &self,
        actor: &Actor,
        asked: RotationAsked,
    ) -> Result<Value, Refusal> {
        let rotation = Rotation {
            overlap_seconds: asked.overlap_seconds,
            comment: asked.comment,
        };
        let (new, until) = self.rotate_key(actor, &asked.id, &rotation).await?;
        Ok(json!({
            "id": new.seen.id,
            "key": new.secret.expose(),
            "replaces": asked.id,
            "previous_until": until,
        }))
    }
}

/// A document, as `documents` has it.
fn given(seen: &Seen) -> Value {
    json!({"id": seen.id, "version": seen.version, "document": seen.document})
}
