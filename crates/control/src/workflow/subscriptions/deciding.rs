//! What is decided about a subscription, and what that changes in it.

#[cfg(test)]
mod tests;

use crate::workflow::time::{moment, written};
use crate::workflow::{cannot, of, text};
use crate::{Actor, Refusal, Seen, Service};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What is decided.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// For the app's owners to read.
    #[serde(default)]
    pub comment: String,
    /// When approved: scopes that are granted instead of those asked for.
    pub scopes: Option<Vec<String>>,
    /// When approved: another plan.
    pub plan: Option<String>,
    /// When approved: when it ends by itself, as RFC 3339 has it.
    pub expires_at: Option<String>,
    /// When suspended: what about.
    pub cause: Option<Cause>,
}

/// Why a subscription is held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Its use is against the rules.
    Policy,
    /// It is not paid for.
    Billing,
    /// It is a danger.
    Security,
}

impl Cause {
    /// Its name in documents.
    const fn name(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::Billing => "billing",
            Self::Security => "security",
        }
    }
}

/// What happens to a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// It is granted.
    Approve,
    /// It is not, or no longer.
    Reject,
    /// It is held back for now.
    Suspend,
    /// It is no longer held back.
    Resume,
    /// It is ended by its owner.
    Cancel,
}

impl Step {
    /// The states that it is made from, and the one that it leads to.
    const fn states(self) -> (&'static [&'static str], &'static str) {
        match self {
            Self::Approve => (&["pending", "rejected", "expired", "cancelled"], "approved"),
            Self::Reject => (&["pending", "approved", "suspended"], "rejected"),
            Self::Suspend => (&["approved"], "suspended"),
            Self::Resume => (&["suspended"], "approved"),
            Self::Cancel => (&["pending", "approved", "suspended"], "cancelled"),
        }
    }

    const fn verb(self) -> &'static str {
        match self {
            Self::Approve => "approved",
            Self::Reject => "rejected",
            Self::Suspend => "suspended",
            Self::Resume => "resumed",
            Self::Cancel => "cancelled",
        }
    }
}

impl Service {
    /// Takes a step with a subscription: with the version of it that somebody has read, if they say
    /// which.
    ///
    /// # Errors
    /// There is none for the actor, it is another version, or the step makes no sense in its state.
    pub async fn decide(
        &self,
        actor: &Actor,
        id: &str,
        step: Step,
        decision: &Decision,
        expect: Option<u64>,
    ) -> Result<Seen, Refusal> {
        let seen = self.see_in(actor, "subscription", id, expect).await?;
        let patch = patch(&seen, &actor.who, step, decision)?;
        let change = of(&seen, "subscription", patch);
        self.step(actor, vec![change], &decision.comment).await?;
        self.see(actor, "subscription", id).await
    }
}

/// What a step changes.
fn patch(seen: &Seen, who: &str, step: Step, decision: &Decision) -> Result<Value, Refusal> {
    let document = &seen.document;
    let to = allowed(seen, step)?;
    let cause = match (step, decision.cause) {
        (Step::Suspend, None) => {
            let message = "a suspension has a cause";
            return Err(Refusal::invalid(message)
                .help("`cause` is `policy`, `billing` or `security`; `comment` says more"));
        }
        (Step::Suspend, cause) => cause,
        _ => None,
    };
    let mut patch = Map::new();
    patch.insert("state".to_owned(), to.into());
    patch.insert("decided_at".to_owned(), written(moment()).into());
    patch.insert("decided_by".to_owned(), who.into());
    let said = Some(&*decision.comment).filter(|comment| !comment.is_empty());
    for (member, value) in [
        ("comment", said.map(Value::from)),
        ("cause", cause.map(|cause| cause.name().into())),
    ] {
        // What was said of an earlier decision does not stay.
        if value.is_some() || document.get(member).is_some() {
            patch.insert(member.to_owned(), value.unwrap_or_default());
        }
    }
    if step == Step::Approve {
        let granted = [
            ("scopes", decision.scopes.clone().map(Value::from)),
            ("plan", decision.plan.clone().map(Value::from)),
            ("expires_at", decision.expires_at.clone().map(Value::from)),
        ];
        patch.extend(
            granted
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), value?))),
        );
    }
    Ok(Value::Object(patch))
}

/// The state that a step leads to, if it makes sense where things stand.
fn allowed(seen: &Seen, step: Step) -> Result<&'static str, Refusal> {
    let (from, to) = step.states();
    let (id, state) = (&seen.id, text(&seen.document, "state"));
    if from.contains(&state) {
        return Ok(to);
    }
    if state == to {
        let by = match text(&seen.document, "decided_by") {
            "" => String::new(),
            by => format!(" by {by}"),
        };
        return Err(cannot(format!("{id} is {state} already{by}")));
    }
    let message = format!(
        "{id} is {state}; only one that is {} can be {}",
        from.join(" or "),
        step.verb()
    );
    let refusal = cannot(message);
    Err(match (state, step) {
        ("suspended", Step::Approve) => {
            refusal.help("`postern subscriptions resume` lets it go on")
        }
        _ => refusal,
    })
}
