//! The end of a version, and of what was for it alone.

use super::{ENDING, cannot, now, of, state, version_of, without, written};
use crate::shorthand::Change;
use crate::{Actor, Refusal, Seen, Service};
use postern_model::entity::{Name, SubscriptionState};
use postern_model::permission::Point;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How a version is ended.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retirement {
    /// The version to move to.
    pub successor: Option<String>,
    /// The plan that subscriptions get whose plan covers nothing but this version.
    pub move_to_plan: Option<String>,
    /// Whether such subscriptions are cancelled, where there is no plan to move them to.
    #[serde(default)]
    pub cancel_rest: bool,
    /// Why, for the audit trail.
    #[serde(default)]
    pub comment: String,
}

/// What the end of a version leaves without anything to call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Endings {
    /// How many subscriptions are for it alone.
    pub count: usize,
    /// They, 1,000 at most; none for whoever may not read the subscriptions to the service.
    pub only: Vec<Ending>,
    /// Whether there are more than those.
    pub more: bool,
}

/// A subscription that is for a version alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Ending {
    /// Its id.
    pub id: String,
    /// Its app.
    pub app: String,
    /// Its plan, which covers nothing of the service but the version.
    pub plan: String,
    /// Its state.
    pub state: &'static str,
}

/// Subscriptions listed at most.
const MOST_LISTED: usize = 1000;

/// Whether somebody may read the subscriptions to a service.
fn reads(actor: &Actor, service: &Seen) -> bool {
    let tenant = service.document.get("tenant").and_then(Value::as_str);
    actor.grants.allow(Point::SubscriptionsRead, tenant)
}

impl Service {
    /// The subscriptions that have to go somewhere when a version ends: live ones, whose plan covers
    /// nothing of the service but this version.
    ///
    /// # Errors
    /// There is no such version for the actor, or it is retired already.
    pub async fn ending(
        &self,
        actor: &Actor,
        service: &str,
        version: &str,
    ) -> Result<Endings, Refusal> {
        let seen = self.see(actor, "service", service).await?;
        alive(version_of(&seen, version)?, service, version)?;
        let mut only = self.only_for(service, version);
        let count = only.len();
        let most = if reads(actor, &seen) { MOST_LISTED } else { 0 };
        only.truncate(most);
        Ok(Endings {
            count,
            more: count > only.len(),
            only,
        })
    }

    /// Ends a version, and moves or cancels the subscriptions that were for it alone, in one
    /// change: with the version of the service's document that somebody has read, if they say which.
    ///
    /// # Errors
    /// There is no such version for the actor, the service is another by now, the version is retired
    /// already, or there are subscriptions for it alone and nothing is said of them.
    pub async fn retire(
        &self,
        actor: &Actor,
        service: &str,
        version: &str,
        how: &Retirement,
        expect: Option<u64>,
    ) -> Result<Value, Refusal> {
        let seen = self.see_in(actor, "service", service, expect).await?;
        let found = version_of(&seen, version)?;
        alive(found, service, version)?;
        let only = self.only_for(service, version);
        if !only.is_empty() && how.move_to_plan.is_none() && !how.cancel_rest {
            let named = if reads(actor, &seen) { &*only } else { &[] };
            return Err(unsaid(only.len(), named, service, version));
        }
        let at = written(now());
        let mut retired = json!({"state": "retired", "retired_at": at});
        if let (Some(successor), Value::Object(members)) = (&how.successor, &mut retired) {
            members.insert("successor".to_owned(), successor.clone().into());
        }
        let retired = without(retired, found, &ENDING);
        let mut changes = vec![of(
            &seen,
            "service",
            json!({"versions": {version: retired}}),
        )];
        for one in &only {
            let patch = match &how.move_to_plan {
                Some(plan) => json!({ "plan": plan }),
                None => json!({
                    "state": "cancelled",
                    "decided_at": at,
                    "decided_by": actor.who,
                    "comment": format!("{service}/{version} was retired"),
                }),
            };
            changes.push(Change::patch("subscription", &one.id, patch));
        }
        self.step(actor, changes, &how.comment).await
    }

    fn only_for(&self, service: &str, version: &str) -> Vec<Ending> {
        let configuration = self.running().configuration();
        let plans: Vec<&Name> = configuration
            .plans
            .iter()
            .filter(|plan| {
                let mut covered = plan.covers.iter().filter(|c| *c.service == *service);
                let alone = |versions: &[Name]| matches!(versions, [only] if **only == *version);
                let first = covered.next();
                first.is_some_and(|first| alone(&first.versions))
                    && covered.all(|more| alone(&more.versions))
            })
            .map(|plan| &plan.name)
            .collect();
        let directory = self.running().directory();
        let live = directory.subscriptions().filter(|row| {
            use SubscriptionState::{Approved, Pending, Suspended};
            *row.service == *service
                && matches!(row.state, Pending | Approved | Suspended)
                && plans.contains(&&row.plan)
        });
        live.map(|row| Ending {
            id: row.id.to_string(),
            app: row.app.to_string(),
            plan: row.plan.to_string(),
            state: row.state.name(),
        })
        .collect()
    }
}

/// Refuses to end what has ended.
fn alive(found: &Value, service: &str, version: &str) -> Result<(), Refusal> {
    if state(found) == "retired" {
        return Err(cannot(format!("{service}/{version} is retired already")));
    }
    Ok(())
}

/// Nothing is said of subscriptions that have to go somewhere.
fn unsaid(count: usize, only: &[Ending], service: &str, version: &str) -> Refusal {
    /// Named at most.
    const MOST: usize = 20;
    let ids: Vec<&str> = only.iter().take(MOST).map(|one| &*one.id).collect();
    let counted = match count {
        1 => "1 subscription is".to_owned(),
        some => format!("{some} subscriptions are"),
    };
    let mut message = format!("{counted} for {service}/{version} alone");
    if !ids.is_empty() {
        message.push_str(": ");
        message.push_str(&ids.join(", "));
    }
    cannot(message)
        .help("say which plan they get (`move_to_plan`), or that they end (`cancel_rest`)")
}
