//! Temporary blocks: of addresses by the edge, of credentials and apps by policies and by hand.

use super::audit::{note, now_ms};
use super::{Service, on_platform};
use crate::{Actor, Refusal};
use postern_model::permission::Point;
use postern_store::{Event, Kind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::net::IpAddr;

/// Blocks listed at most.
const MOST_BLOCKS: usize = 10_000;
/// For how long somebody may block a caller, in milliseconds: 30 days.
const LONGEST_BY_HAND: i64 = 30 * 86_400_000;
/// The longest reason, in bytes.
const LONGEST_REASON: usize = 500;

/// A temporary block of an address, a credential or an app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "TemporaryBlock")]
pub struct Block {
    /// `address`, `credential` or `app`.
    pub kind: String,
    /// Who: an address or the /64 of an IPv6 address, the id of a credential, the name of an app.
    pub source: String,
    /// Since when, in Unix milliseconds.
    pub since_ms: i64,
    /// Until when, in Unix milliseconds.
    pub until_ms: i64,
    /// The code of the refusal that was one too many; none where somebody made the block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<String>,
    /// The policy that a block of a caller came of; it holds where that does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// Who made it; it holds everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A caller that somebody wants to block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBlock {
    /// Who.
    pub caller: BlockedCaller,
    /// Until when, in Unix milliseconds.
    pub until_ms: i64,
    /// Who blocks it.
    pub by: String,
    /// Why, which the caller reads.
    pub reason: Option<String>,
}

/// Who is blocked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockedCaller {
    /// A credential, by its id.
    Credential(String),
    /// An app, by its name.
    App(String),
}

impl BlockedCaller {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Credential(_) => "credential",
            Self::App(_) => "app",
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Credential(name) | Self::App(name) => name,
        }
    }
}

/// Which blocks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Blocks {
    #[serde(default)]
    address: Option<IpAddr>,
    #[serde(default)]
    credential: Option<String>,
    #[serde(default)]
    app: Option<String>,
    #[serde(default)]
    limit: Option<usize>,
}

/// Whose block ends: one of these.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::service) struct Lift {
    #[serde(default)]
    pub(in crate::service) address: Option<IpAddr>,
    #[serde(default)]
    pub(in crate::service) credential: Option<String>,
    #[serde(default)]
    pub(in crate::service) app: Option<String>,
}

/// Who is blocked, for how long, and why.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Add {
    #[serde(default)]
    credential: Option<String>,
    #[serde(default)]
    app: Option<String>,
    /// Until when, in Unix milliseconds.
    until_ms: i64,
    #[serde(default)]
    reason: Option<String>,
}

fn caller(
    credential: Option<&String>,
    app: Option<&String>,
) -> Result<Option<BlockedCaller>, Refusal> {
    match (credential, app) {
        (Some(id), None) => Ok(Some(BlockedCaller::Credential(id.clone()))),
        (None, Some(name)) => Ok(Some(BlockedCaller::App(name.clone()))),
        (None, None) => Ok(None),
        (Some(_), Some(_)) => Err(Refusal::invalid(
            "say one of `credential` and `app`, not both".to_owned(),
        )),
    }
}

impl Service {
    pub(super) fn blocks(&self, actor: &Actor, wanted: &Blocks) -> Result<Value, Refusal> {
        on_platform(actor, Point::BlocksLift)?;
        let mut blocks = self.running.blocks();
        if let Some(address) = wanted.address {
            let source = self.running.source_of(address);
            blocks.retain(|block| block.kind == "address" && block.source == source);
        }
        if let Some(caller) = caller(wanted.credential.as_ref(), wanted.app.as_ref())? {
            let (kind, name) = (caller.kind(), caller.name());
            blocks.retain(|block| block.kind == kind && block.source == name);
        }
        let limit = wanted.limit.unwrap_or(MOST_BLOCKS).min(MOST_BLOCKS);
        let more = blocks.len() > limit;
        blocks.truncate(limit);
        Ok(json!({"blocks": blocks, "more": more}))
    }

    /// Blocks a caller. The audit trail has it first.
    pub(super) async fn block(&self, actor: &Actor, wanted: Add) -> Result<Value, Refusal> {
        on_platform(actor, Point::BlocksLift)?;
        let Some(caller) = caller(wanted.credential.as_ref(), wanted.app.as_ref())? else {
            return Err(Refusal::invalid(
                "say who is blocked: `credential` or `app`".to_owned(),
            ));
        };
        let directory = self.running.directory();
        let is_there = match &caller {
            BlockedCaller::Credential(id) => directory.credential(id).is_some(),
            BlockedCaller::App(name) => directory.app(name).is_some(),
        };
        if !is_there {
            let message = format!("there is no {} `{}`", caller.kind(), caller.name());
            return Err(Refusal::new("not_found", message));
        }
        let length = wanted.until_ms.saturating_sub(now_ms());
        if length <= 0 || length > LONGEST_BY_HAND {
            return Err(Refusal::invalid(
                "a block lasts from now until at most 30 days later".to_owned(),
            )
            .help("suspend the app or revoke the credential to end it for good"));
        }
        let reason = wanted.reason.filter(|reason| !reason.trim().is_empty());
        if reason.as_ref().is_some_and(|reason| {
            reason.len() > LONGEST_REASON || reason.chars().any(char::is_control)
        }) {
            return Err(Refusal::invalid(format!(
                "a reason has at most {LONGEST_REASON} bytes and no control characters"
            )));
        }
        let said = reason.as_deref().unwrap_or_default();
        self.note_block(actor, "caller_blocked", &caller, said)
            .await?;
        let block = self.running.block(NewBlock {
            caller,
            until_ms: wanted.until_ms,
            by: actor.who.clone(),
            reason,
        });
        let block = block.ok_or_else(|| {
            Refusal::new("failed", "there is no room for another block".to_owned())
        })?;
        Ok(json!({ "blocked": block }))
    }

    /// Ends blocks. The audit trail has it.
    pub(in crate::service) async fn lift(
        &self,
        actor: &Actor,
        wanted: &Lift,
    ) -> Result<Value, Refusal> {
        on_platform(actor, Point::BlocksLift)?;
        let caller = caller(wanted.credential.as_ref(), wanted.app.as_ref())?;
        let nobody = |who: String| {
            Refusal::new("not_found", format!("{who} is not blocked"))
                .help("`postern blocks list` shows who is")
        };
        let lifted = match (wanted.address, caller) {
            (Some(address), None) => {
                let lifted = self.running.lift(address);
                lifted.ok_or_else(|| nobody(address.to_string()))?
            }
            (None, Some(caller)) => {
                let is_blocked =
                    |block: &Block| block.kind == caller.kind() && block.source == caller.name();
                if !self.running.blocks().iter().any(is_blocked) {
                    return Err(nobody(format!("{} `{}`", caller.kind(), caller.name())));
                }
                self.note_block(actor, "caller_block_lifted", &caller, "")
                    .await?;
                let lifted = self.running.lift_caller(&caller).into_iter().next();
                lifted.ok_or_else(|| nobody(format!("{} `{}`", caller.kind(), caller.name())))?
            }
            _ => {
                return Err(Refusal::invalid(
                    "say one of `address`, `credential` and `app`".to_owned(),
                ));
            }
        };
        Ok(json!({ "lifted": lifted }))
    }

    async fn note_block(
        &self,
        actor: &Actor,
        name: &str,
        caller: &BlockedCaller,
        reason: &str,
    ) -> Result<(), Refusal> {
        let Some(store) = self.store() else {
            let (kind, who) = (caller.kind(), caller.name());
            tracing::info!(by = actor.who, kind, who, reason, "{name}");
            return Ok(());
        };
        let directory = self.running.directory();
        let app = match caller {
            BlockedCaller::App(name) => Some(name.clone()),
            BlockedCaller::Credential(id) => {
                let credential = directory.credential(id);
                credential.map(|credential| credential.app.to_string())
            }
        };
        let app = app.and_then(|app| directory.app(&app).cloned());
        let event = Event {
            name: name.into(),
            subject: Kind::new(caller.kind())
                .ok()
                .map(|kind| (kind, caller.name().into())),
            tenant: app.map(|app| (*app.tenant).into()),
        };
        note(store, actor, event, reason).await
    }
}
