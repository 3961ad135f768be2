//! The life of a version as the socket asks for it.

use super::{Lifecycle, Lived, Retirement, month_ago, state};
use crate::{Actor, Refusal, Service};
use serde::Deserialize;
use serde_json::{Value, json};

/// A step, of a version.
#[derive(Debug, Deserialize)]
pub(crate) struct StepAsked {
    service: String,
    version: String,
    #[serde(flatten)]
    step: Lifecycle,
    #[serde(default)]
    comment: String,
    /// The version of the service's document that was read.
    #[serde(default)]
    expect: Option<u64>,
}

/// The end, of a version.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetirementAsked {
    service: String,
    version: String,
    #[serde(default)]
    successor: Option<String>,
    #[serde(default)]
    move_to_plan: Option<String>,
    #[serde(default)]
    cancel_rest: bool,
    #[serde(default)]
    comment: String,
    /// The version of the service's document that was read.
    #[serde(default)]
    expect: Option<u64>,
    /// Only say which subscriptions are for it alone.
    #[serde(default)]
    preview: bool,
}

/// The callers of a version.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CallersAsked {
    service: String,
    version: String,
    /// Unix time in milliseconds; 30 days ago, if this is not said.
    #[serde(default)]
    since_ms: Option<u64>,
}

impl Service {
    /// Takes a step, and says what became of it: the version's `state`, or the change request that
    /// was `proposed`.
    pub(crate) async fn lifecycle(
        &self,
        actor: &Actor,
        asked: &StepAsked,
    ) -> Result<Value, Refusal> {
        let StepAsked {
            service,
            version,
            step,
            comment,
            expect,
        } = asked;
        let lived = self.live(actor, service, version, step, comment, *expect);
        Ok(match lived.await? {
            Lived::Made(seen) => {
                let found = seen.document.pointer("/versions");
                let found = found.and_then(|all| all.get(version));
                json!({"service": service, "version": version, "state": found.map(state)})
            }
            Lived::Proposed(proposed) => {
                json!({"service": service, "version": version, "proposed": proposed})
            }
        })
    }

    pub(crate) async fn retirement(
        &self,
        actor: &Actor,
        asked: RetirementAsked,
    ) -> Result<Value, Refusal> {
        let (service, version) = (&asked.service, &asked.version);
        if asked.preview {
            let ending = self.ending(actor, service, version).await?;
            return crate::service::encode(ending);
        }
        let how = Retirement {
            successor: asked.successor,
            move_to_plan: asked.move_to_plan,
            cancel_rest: asked.cancel_rest,
            comment: asked.comment,
        };
        self.retire(actor, service, version, &how, asked.expect)
            .await
    }

    pub(crate) async fn version_callers(
        &self,
        actor: &Actor,
        asked: &CallersAsked,
    ) -> Result<Value, Refusal> {
        let since = asked.since_ms.unwrap_or_else(month_ago);
        let callers = self.callers(actor, &asked.service, &asked.version, since);
        Ok(json!({"callers": callers.await?}))
    }
}
