//! The life of a version: published, promoted, deprecated, retired.

mod asked;
mod breaking;
mod differing;
mod retiring;

pub use differing::{Changed, Difference, MemberChange};
pub use retiring::{Ending, Endings, Retirement};

use super::time::{now, written};
use super::{cannot, of, text, without};
use crate::ownership::APPROVAL_NEEDED;
use crate::service::{NewChangeRequest, Proposed};
use crate::{Actor, Refusal, Seen, Service};
use postern_calllog::{Filter, GroupBy};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How far a version has come, and what is said of it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
pub enum Lifecycle {
    /// It is served.
    Publish,
    /// It is served in one more environment.
    Promote {
        /// The environment.
        environment: String,
    },
    /// It is served, and its responses say that it will end.
    Deprecate {
        /// When it will end, as RFC 3339 has it.
        sunset_at: Option<String>,
    },
}

/// What became of a step.
#[derive(Debug, Clone, PartialEq)]
pub enum Lived {
    /// It was made; the service as it is now.
    Made(Box<Seen>),
    /// Somebody else has to approve it, and was asked to.
    Proposed(Box<Proposed>),
}

/// Who calls a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Caller {
    /// The app; none: callers without one.
    pub app: Option<String>,
    /// Requests since the time that was asked for.
    pub requests: u64,
    /// The last one, in Unix milliseconds.
    pub last_ms: u64,
}

/// 30 days ago, in Unix milliseconds: since when callers are looked for if nothing is said.
pub fn month_ago() -> u64 {
    const MONTH_MS: i64 = 30 * 24 * 60 * 60 * 1000;
    u64::try_from(crate::now() - MONTH_MS).unwrap_or_default()
}

/// What is said of a version that will end.
const ENDING: [&str; 2] = ["deprecated_at", "sunset_at"];

/// Callers listed at most.
const MOST_CALLERS: usize = 1000;

impl Lifecycle {
    /// What is done, as a sentence begins.
    const fn name(&self) -> &'static str {
        match self {
            Self::Publish => "Publish",
            Self::Promote { .. } => "Promote",
            Self::Deprecate { .. } => "Deprecate",
        }
    }
}

impl Service {
    /// Takes a step in the life of a version, or proposes it where that takes two: with the version
    /// of the service's document that somebody has read, if they say which.
    ///
    /// # Errors
    /// There is no such version for the actor, the service is another by now, or the step makes no
    /// sense in the state of the version.
    pub async fn live(
        &self,
        actor: &Actor,
        service: &str,
        version: &str,
        step: &Lifecycle,
        comment: &str,
        expect: Option<u64>,
    ) -> Result<Lived, Refusal> {
        let seen = self.see_in(actor, "service", service, expect).await?;
        let found = version_of(&seen, version)?;
        let patch = patch(found, version, step)?;
        let change = of(&seen, "service", json!({"versions": {version: patch}}));
        match self.step(actor, vec![change.clone()], comment).await {
            Ok(_) => {
                let seen = self.see(actor, "service", service).await?;
                Ok(Lived::Made(Box::new(seen)))
            }
            Err(refusal) if refusal.code == APPROVAL_NEEDED => {
                let tenant = text(&seen.document, "tenant");
                let proposal = NewChangeRequest {
                    comment: match comment.trim() {
                        "" => format!("{} {service}/{version}", step.name()),
                        said => said.to_owned(),
                    },
                    tenant: Some(tenant.to_owned()).filter(|tenant| !tenant.is_empty()),
                    changes: vec![change],
                    ..NewChangeRequest::default()
                };
                let proposed = self.propose(actor, proposal).await?;
                Ok(Lived::Proposed(Box::new(proposed)))
            }
            Err(refusal) => Err(refusal),
        }
    }

    /// What publishing a version would change for callers.
    ///
    /// # Errors
    /// There is no such version for the actor.
    pub async fn difference(
        &self,
        actor: &Actor,
        service: &str,
        version: &str,
    ) -> Result<Difference, Refusal> {
        let seen = self.see(actor, "service", service).await?;
        let found = version_of(&seen, version)?;
        Ok(differing::against_last(&seen.document, version, found))
    }

    /// Who called a version since a time (Unix milliseconds), the busiest first.
    ///
    /// # Errors
    /// There is no such version for the actor, or the log cannot be read.
    pub async fn callers(
        &self,
        actor: &Actor,
        service: &str,
        version: &str,
        since_ms: u64,
    ) -> Result<Vec<Caller>, Refusal> {
        let seen = self.see(actor, "service", service).await?;
        version_of(&seen, version)?;
        let filter = Filter {
            from: Some(since_ms),
            service: Some(service.into()),
            version: Some(version.into()),
            ..Filter::default()
        };
        let groups = self
            .groups_of_calls(filter, GroupBy::App, MOST_CALLERS)
            .await?;
        let callers = groups.into_iter().map(|group| Caller {
            app: group.key,
            requests: group.count,
            last_ms: group.last,
        });
        Ok(callers.collect())
    }
}

fn version_of<'a>(seen: &'a Seen, version: &str) -> Result<&'a Value, Refusal> {
    let found = seen
        .document
        .get("versions")
        .and_then(|all| all.get(version));
    found.ok_or_else(|| {
        let name: String = version
            .chars()
            .take(80)
            .flat_map(char::escape_debug)
            .collect();
        let id = &seen.id;
        Refusal::new(
            "not_found",
            format!("service `{id}` has no version `{name}`"),
        )
    })
}

/// The state of a version, which is published where nothing else is said.
fn state(version: &Value) -> &str {
    match text(version, "state") {
        "" => "published",
        state => state,
    }
}

fn patch(found: &Value, version: &str, step: &Lifecycle) -> Result<Value, Refusal> {
    let is = state(found);
    match step {
        Lifecycle::Publish if matches!(is, "draft" | "deprecated") => {
            let published = json!({"state": "published"});
            Ok(without(published, found, &ENDING))
        }
        Lifecycle::Publish if is == "published" => {
            Err(cannot(format!("{version} is published already")))
        }
        Lifecycle::Publish => Err(cannot(format!(
            "{version} is {is}; only a draft or a deprecated version can be published"
        ))),
        Lifecycle::Deprecate { sunset_at } if matches!(is, "published" | "deprecated") => {
            let since = match text(found, "deprecated_at") {
                "" => written(now()),
                since => since.to_owned(),
            };
            Ok(json!({
                "state": "deprecated", "deprecated_at": since, "sunset_at": sunset_at,
            }))
        }
        Lifecycle::Deprecate { .. } => Err(cannot(format!(
            "{version} is {is}; only a published version can be deprecated"
        ))),
        Lifecycle::Promote { environment } => promoted(found, version, environment),
    }
}

fn promoted(found: &Value, version: &str, environment: &str) -> Result<Value, Refusal> {
    let listed = found.get("environments").and_then(Value::as_array);
    let mut all: Vec<Value> = listed.cloned().unwrap_or_default();
    if all.is_empty() {
        let message = format!("{version} is in every environment already");
        return Err(cannot(message).help("name environments in it, to have it in some only"));
    }
    if all.iter().any(|one| one == environment) {
        return Err(cannot(format!("{version} is in `{environment}` already")));
    }
    all.push(environment.into());
    Ok(json!({ "environments": all }))
}
