//! Webhooks.

use super::{Attempts, TAG};
use crate::api::Api;
use crate::api::describe::{Describer, Description};
use crate::api::endpoint::{Asked, Endpoint, Nothing};
use crate::api::input::Json;
use crate::api::permission as needs;
use crate::api::problem::{Code, Problem};
use crate::api::reply::Reply;
use crate::api::resource::{
    ById, Delete, Get, List, Patch, Replace, Resource as _, Why, page_of, problem, resources, shown,
};
use crate::api::table::Table;
use axum::http::{Method, StatusCode};
use postern_control::management::webhook::{KIND, Webhook as Document};
use postern_control::notify::NewWebhook;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(super) fn add(table: &mut Table) {
    table.add::<List<Webhook>>();
    table.add::<Create>();
    table.add::<Get<Webhook>>();
    table.add::<Replace<Webhook>>();
    table.add::<Patch<Webhook>>();
    table.add::<Delete<Webhook>>();
    table.add::<RotateSecret>();
    table.add::<SendTest>();
    table.add::<ListDeliveries>();
    table.add::<Redeliver>();
}

resources! {
    Webhook "webhook" "webhook" "webhooks" "webhooks" TAG, WebhooksRead WebhooksWrite |describer: &mut Describer, name| {
        let schema = describer.schema_of::<Document>();
        describer.named(name, schema)
    };
}

/// The schema of an answer that shows a secret.
fn with_secret(describer: &mut Describer) -> Value {
    let mut schema = describer.schema_of::<Document>();
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        let secret = json!({
            "type": "string",
            "description": "What its requests are signed with, shown this once.",
        });
        properties.insert("secret".to_owned(), secret);
    }
    describer.named("WebhookWithSecret", schema)
}

fn insert(body: &mut Value, name: &str, value: &str) {
    if let Value::Object(members) = body {
        members.insert(name.to_owned(), value.into());
    }
}

/// Makes a webhook.
struct Create;

impl Endpoint for Create {
    type Permission = needs::WebhooksWrite;
    type Path = Nothing;
    type Query = Why;
    type Body = Json<NewWebhook>;
    type Answer = Value;

    const METHOD: Method = Method::POST;
    const PATH: &'static str = Webhook::ALL;
    const ID: &'static str = "create_webhook";
    const SUMMARY: &'static str = "Make one webhook; its `secret` is shown this once";
    const TAG: &'static str = TAG;
    const CREATES: bool = true;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let comment = asked.query.comment.unwrap_or_default();
        let made = api
            .service()
            .create_webhook(&asked.actor, asked.body.0, &comment);
        let made = made.await.map_err(new_problem)?;
        let location = format!("/api/v1/webhooks/{}", made.seen.id);
        let version = made.seen.version;
        let mut body = shown(made.seen);
        insert(&mut body, "secret", made.secret.expose());
        let reply = Reply::created(&location, &body).version(version);
        Ok(reply.shown_once(&["secret"]))
    }

    fn describe(describer: &mut Describer) -> Description {
        let answer = with_secret(describer);
        Description {
            answer: (StatusCode::CREATED, Some(("application/json", answer))),
            problems: vec![Code::ConfigurationInvalid],
            ..describer.of::<Self>()
        }
    }
}

/// What is wrong with a webhook that has no id yet, by its place in the body.
fn new_problem(refusal: postern_control::Refusal) -> Problem {
    let place = refusal.findings.iter().find_map(|finding| {
        let rest = finding.pointer.as_deref()?.strip_prefix("/webhook/")?;
        rest.split('/').next().map(str::to_owned)
    });
    problem(refusal, KIND, &place.unwrap_or_default(), false)
}

/// How a secret is replaced.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SecretRotation {
    /// For how many seconds the secret before signs too; a day if this is not said, at most 30
    /// days.
    overlap_seconds: Option<u32>,
    /// Why.
    #[serde(default)]
    comment: String,
}

/// Gives a webhook another secret.
struct RotateSecret;

impl Endpoint for RotateSecret {
    type Permission = needs::WebhooksWrite;
    type Path = ById;
    type Query = Nothing;
    type Body = Json<SecretRotation>;
    type Answer = Value;

    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/webhooks/{id}/rotate-secret";
    const ID: &'static str = "rotate_webhook_secret";
    const SUMMARY: &'static str =
        "Give a webhook another secret, shown this once; the one before signs too for a while";
    const TAG: &'static str = TAG;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let (id, how) = (&asked.path.id, asked.body.0);
        let rotated = api
            .service()
            .rotate_webhook_secret(&asked.actor, id, how.overlap_seconds, &how.comment)
            .await?;
        let version = rotated.seen.version;
        let mut body = shown(rotated.seen);
        insert(&mut body, "secret", rotated.secret.expose());
        Ok(Reply::json(&body).version(version).shown_once(&["secret"]))
    }

    fn describe(describer: &mut Describer) -> Description {
        let answer = with_secret(describer);
        Description {
            answer: (StatusCode::OK, Some(("application/json", answer))),
            problems: vec![Code::Conflict, Code::NotFound],
            ..describer.of::<Self>()
        }
    }
}

/// A delivery that was asked for.
#[derive(Debug, Clone, Serialize, JsonSchema)]
struct QueuedDelivery {
    /// Its id, as in the delivery log and in `Postern-Delivery`.
    delivery: String,
}

/// Sends a `ping`.
struct SendTest;

impl Endpoint for SendTest {
    type Permission = needs::WebhooksWrite;
    type Path = ById;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = QueuedDelivery;

    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/webhooks/{id}/test";
    const ID: &'static str = "test_webhook";
    const SUMMARY: &'static str = "Send a `ping` to a webhook";
    const TAG: &'static str = TAG;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let sent = api.service().test_webhook(&asked.actor, &asked.path.id);
        let delivery = sent.await?;
        Ok(Reply::json(&QueuedDelivery { delivery }))
    }

    fn describe(describer: &mut Describer) -> Description {
        Description {
            problems: vec![Code::Conflict, Code::NotFound],
            ..describer.of::<Self>()
        }
    }
}

/// One attempt at a delivery.
#[derive(Debug, Clone, Serialize, JsonSchema)]
struct WebhookAttempt {
    /// The delivery.
    delivery: String,
    /// The event.
    event: String,
    /// What happened: `approval.asked`.
    kind: String,
    /// The number of the attempt, from 1.
    attempt: u32,
    /// When it began, as RFC 3339 has it.
    at: String,
    /// Where it was sent: scheme, host and port.
    to: Option<String>,
    /// `delivered`, `failed` (there will be another attempt), `dead`.
    outcome: Value,
    /// The response's status.
    status: Option<u16>,
    /// How long it took, milliseconds.
    latency_ms: u64,
    /// What was wrong.
    error: Option<String>,
    /// When the next attempt is due, as RFC 3339 has it.
    next: Option<String>,
}

/// Lists attempts.
struct ListDeliveries;

impl Endpoint for ListDeliveries {
    type Permission = needs::WebhooksRead;
    type Path = ById;
    type Query = Attempts;
    type Body = Nothing;
    type Answer = Value;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/webhooks/{id}/deliveries";
    const ID: &'static str = "list_webhook_deliveries";
    const SUMMARY: &'static str = "List attempts to deliver to a webhook, the newest first";
    const TAG: &'static str = TAG;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let limit = asked.query.limit()?;
        let after = asked.query.cursor.as_deref();
        let found = api
            .service()
            .webhook_attempts(&asked.actor, &asked.path.id, after, limit)
            .await?;
        let items = found.items.into_iter().map(|entry| WebhookAttempt {
            delivery: entry.delivery,
            event: entry.event,
            kind: entry.kind.as_str().to_owned(),
            attempt: entry.attempt,
            at: entry.at.to_string(),
            to: entry.to,
            outcome: serde_json::to_value(entry.outcome).unwrap_or_default(),
            status: entry.status,
            latency_ms: entry.latency_ms,
            error: entry.error,
            next: entry.next.map(|next| next.to_string()),
        });
        let items: Vec<WebhookAttempt> = items.collect();
        Ok(Reply::json(&json!({"items": items, "next": found.next})))
    }

    fn describe(describer: &mut Describer) -> Description {
        let one = describer.reference_to::<WebhookAttempt>();
        Description {
            answer: (StatusCode::OK, Some(("application/json", page_of(&one)))),
            problems: vec![Code::NotFound],
            ..describer.of::<Self>()
        }
    }
}

/// Which delivery.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OfDelivery {
    /// The id.
    id: String,
    /// The delivery.
    delivery: String,
}

/// Has a delivery made again.
struct Redeliver;

impl Endpoint for Redeliver {
    type Permission = needs::WebhooksWrite;
    type Path = OfDelivery;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = QueuedDelivery;

    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/webhooks/{id}/deliveries/{delivery}/redeliver";
    const ID: &'static str = "redeliver_webhook";
    const SUMMARY: &'static str = "Make a delivery again, now and with all its attempts";
    const TAG: &'static str = TAG;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let OfDelivery { id, delivery } = asked.path;
        api.service()
            .redeliver(&asked.actor, &id, &delivery)
            .await?;
        Ok(Reply::json(&QueuedDelivery { delivery }))
    }

    fn describe(describer: &mut Describer) -> Description {
        Description {
            problems: vec![Code::NotFound],
            ..describer.of::<Self>()
        }
    }
}
