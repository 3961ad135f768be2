//! Blocks of callers, kept in the data directory: who was blocked for an hour is blocked for that
//! hour, whatever becomes of the process.
//!
//! One file of JSON, replaced as a whole when a block comes or is lifted.

#[cfg(test)]
mod tests;

use crate::quotas::replace;
use postern_model::Code;
use postern_state::{CallerBlock, CallerKind, Cause};
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Where blocks are kept.
#[derive(Debug)]
pub struct BlockFile {
    place: PathBuf,
    /// One writer at a time.
    writing: Mutex<()>,
}

/// A block as it is kept.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    number: u64,
    is_app: bool,
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    policy: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trigger: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(default)]
    shadow: bool,
    since: u64,
    until: u64,
}

impl BlockFile {
    /// That of a data directory.
    pub fn new(data: &Path) -> Self {
        Self {
            place: data.join("blocks.json"),
            writing: Mutex::new(()),
        }
    }

    /// What was kept; nothing if nothing was yet. Blocks; for start-up.
    ///
    /// # Errors
    /// There is something that cannot be read.
    pub fn read(&self) -> io::Result<Vec<CallerBlock>> {
        let text = match std::fs::read(&self.place) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let kept: Vec<Kept> = serde_json::from_slice(&text)?;
        Ok(kept.into_iter().filter_map(Kept::block).collect())
    }

    /// Writes what `blocks` gives, if it gives anything. It is asked only when nobody else writes.
    /// Blocks.
    ///
    /// # Errors
    /// It could not be written; the older file is there still.
    pub fn write(&self, blocks: impl FnOnce() -> Option<Vec<CallerBlock>>) -> io::Result<()> {
        let _one = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(blocks) = blocks() else {
            return Ok(());
        };
        let kept: Vec<Kept> = blocks.iter().map(Kept::of).collect();
        replace(&self.place, &serde_json::to_vec(&kept)?)
    }
}

impl Kept {
    fn of(block: &CallerBlock) -> Self {
        let (mut policy, mut trigger, mut by, mut reason) = (None, None, None, None);
        match &block.cause {
            Cause::Abuse {
                policy: name,
                trigger: code,
            } => {
                policy = Some(name.to_string());
                trigger = Some(code.name().to_owned());
            }
            Cause::Hand {
                by: who,
                reason: why,
            } => {
                by = Some(who.to_string());
                reason = why.as_ref().map(ToString::to_string);
            }
        }
        Self {
            number: block.number,
            is_app: block.kind == CallerKind::App,
            name: block.name.to_string(),
            policy,
            trigger,
            by,
            reason,
            shadow: block.shadow,
            since: block.since,
            until: block.until,
        }
    }

    /// `None` of one whose code this version does not know.
    fn block(self) -> Option<CallerBlock> {
        let cause = match (self.by, self.policy, self.trigger) {
            (Some(by), ..) => Cause::Hand {
                by: by.into(),
                reason: self.reason.map(Into::into),
            },
            (None, Some(policy), Some(trigger)) => Cause::Abuse {
                policy: policy.into(),
                trigger: Code::parse(&trigger)?,
            },
            _ => return None,
        };
        Some(CallerBlock {
            number: self.number,
            kind: if self.is_app {
                CallerKind::App
            } else {
                CallerKind::Credential
            },
            name: self.name.into(),
            cause,
            shadow: self.shadow,
            since: self.since,
            until: self.until,
        })
    }
}
