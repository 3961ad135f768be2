//! Subscriptions: asked for, decided about, held back, ended.

mod deciding;

pub use deciding::{Cause, Decision, Step};

use super::time::{moment, now, written};
use super::{cannot, text};
use crate::ownership::Owner;
use crate::shorthand::{Change, Expectation};
use crate::{Actor, Refusal, Seen, Service, request_id};
use postern_model::entity::{Approval, Service as Published, SubscriptionState, Visibility};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// What is asked for.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// The app that asks.
    pub app: String,
    /// The service that it asks for.
    pub service: String,
    /// The plan.
    pub plan: String,
    /// Scopes; without any, those of the plan. The publisher may grant others.
    pub scopes: Option<Vec<String>>,
    /// What for, for the publisher to read.
    pub reason: String,
}

impl Service {
    /// Asks for a subscription. Where nobody decides, it is granted at once.
    ///
    /// # Errors
    /// There is no such app, service or plan for the actor; there is a subscription already.
    pub async fn subscribe(&self, actor: &Actor, wanted: &Access) -> Result<Seen, Refusal> {
        let app = self.see(actor, "app", &wanted.app).await?;
        let consumer = text(&app.document, "tenant").to_owned();
        let approval = self.offered(&wanted.service, &consumer)?;
        if wanted.reason.trim().is_empty() && approval == Approval::Manual {
            let message = "whoever decides wants to know what it is for";
            return Err(Refusal::invalid(message).help("say it in `reason`"));
        }
        let at = written(now());
        let mut document = Map::new();
        let mut put = |name: &str, value: Value| {
            document.insert(name.to_owned(), value);
        };
        put("app", wanted.app.clone().into());
        put("service", wanted.service.clone().into());
        put("plan", wanted.plan.clone().into());
        put("requested_at", at.into());
        put("requested_by", actor.who.clone().into());
        if !wanted.reason.trim().is_empty() {
            put("reason", wanted.reason.clone().into());
        }
        match approval {
            Approval::Automatic if wanted.scopes.is_none() => {
                put("state", "approved".into());
                put("decided_at", written(moment()).into());
                put("decided_by", "automatic".into());
            }
            // Scopes of one's own choosing are for somebody to decide about.
            _ => {
                put("state", "pending".into());
                if let Some(scopes) = &wanted.scopes {
                    put("scopes", scopes.clone().into());
                }
            }
        }
        let change = self.asked_for(wanted, document)?;
        let id = change.id.clone();
        self.step(actor, vec![change], &wanted.reason).await?;
        self.left(actor, "subscription", &id).await
    }

    /// The change that asks: a new subscription, or the one that there was, which is over.
    fn asked_for(&self, wanted: &Access, document: Map<String, Value>) -> Result<Change, Refusal> {
        use SubscriptionState::{Approved, Pending, Suspended};
        let directory = self.running().directory();
        let (id, expect) = match directory.subscription(&wanted.app, &wanted.service) {
            Some(row) if matches!(row.state, Pending | Approved | Suspended) => {
                let (app, service, state) = (&wanted.app, &wanted.service, row.state.name());
                let message = format!("app `{app}` has a subscription to `{service}`: {}", row.id);
                return Err(cannot(message).help(format!("it is {state}")));
            }
            Some(row) => (row.id.to_string(), Expectation::Present),
            None => {
                let id = format!("sub_{}", request_id().to_lowercase());
                (id, Expectation::Absent)
            }
        };
        let change = Change {
            patch: None,
            put: Some(Value::Object(document)),
            ..Change::patch("subscription", &id, Value::Null)
        };
        Ok(change.expecting(expect))
    }

    /// Who decides about subscriptions of a tenant's apps to a service; a service that the tenant
    /// cannot see is not there.
    fn offered(&self, service: &str, consumer: &str) -> Result<Approval, Refusal> {
        let configuration = self.running().configuration();
        let found = configuration.services.iter().find(|s| *s.name == *service);
        let found = found.filter(|service| is_offered(service, consumer));
        found.map(|service| service.approval).ok_or_else(|| {
            let name: String = service
                .chars()
                .take(80)
                .flat_map(char::escape_debug)
                .collect();
            Refusal::new("not_found", format!("there is no service `{name}`"))
        })
    }

    /// Reminds whoever may decide about a subscription, at most once a day.
    ///
    /// # Errors
    /// It does not wait for a decision, or they were reminded already.
    pub async fn remind(&self, actor: &Actor, id: &str) -> Result<(), Refusal> {
        const DAY_MS: i64 = 24 * 60 * 60 * 1000;
        let seen = self.see(actor, "subscription", id).await?;
        let state = text(&seen.document, "state");
        if state != "pending" {
            return Err(cannot(format!("{id} waits for nobody: it is {state}")));
        }
        let Some(store) = self.store() else {
            return Err(cannot("a file owns the configuration".to_owned()));
        };
        let now_ms = crate::now();
        let note = postern_store::Note {
            key: id.into(),
            value: json!({"by": actor.who}),
            expires_at_ms: now_ms.saturating_add(DAY_MS),
        };
        if let Some(earlier) = store.note_put_if_absent("reminder", note, now_ms).await? {
            let by = text(&earlier.value, "by");
            return Err(cannot(format!(
                "they were reminded within the last day, by {by}"
            )));
        }
        let tenant = self.look("service", text(&seen.document, "service"));
        let owner = tenant
            .as_ref()
            .map(|found| text(found, "tenant").to_owned());
        let mut event = postern_store::Event::new("reminded");
        event.subject = Some((crate::documents::kind("subscription")?, id.into()));
        event.tenant = owner.filter(|name| !name.is_empty()).map(Into::into);
        store
            .note_event(event, crate::service::meta(actor, String::new(), "api"))
            .await?;
        Ok(())
    }
}

/// Whether apps of a tenant may know of a service.
pub(crate) fn is_offered(service: &Published, consumer: &str) -> bool {
    let own = service.tenant.as_deref() == Some(consumer);
    match &service.visibility {
        Visibility::Public => true,
        Visibility::Private { shared_with } => {
            own || shared_with.iter().any(|tenant| **tenant == *consumer)
        }
    }
}

/// Whose a subscription is: the consumer's tenant and the publisher's.
pub(super) fn sides(service: &Service, document: &Value) -> (Owner, Owner) {
    let look = |kind: &str, id: &str| service.look(kind, id);
    let (consumer, publisher) = crate::ownership::owners("subscription", "", document, &look);
    (consumer, publisher.unwrap_or(Owner::Platform))
}
