//! What the edge remembers of addresses and of wrong secrets.
//!
//! Each table keeps up to [`ENTRIES`] subjects; beyond that those go that are worth least: the
//! address that owes least, the block that ends first. So a flood from many addresses pushes out
//! others of its kind, and leaves those that did most.
//!
//! Whose address counts is decided before: trusted proxies never come here.

mod block;
mod slow;
mod source;
#[cfg(test)]
mod tests;

use crate::counters::{Key, Reading};
use crate::limit::Limit;
use crate::memory::Memory;
use crate::table::Usage;
use block::Blocks;
use postern_model::Code;
use slow::WrongSecrets;
use std::net::IpAddr;

pub use block::Block;
pub use slow::LONGEST_DELAY;
pub use source::Source;

/// The capacity of each of the edge's tables.
pub const ENTRIES: usize = 65_536;

/// What the edge allows one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Requests.
    pub requests: Option<Limit>,
    /// Refusals of the kinds that suggest guessing; the one too many starts a block.
    pub refusals: Option<Limit>,
    /// Wrong secrets for one presented id; those beyond it are held back.
    pub wrong_secrets: Option<Limit>,
    /// How long a block lasts, in nanoseconds.
    pub block_for: u64,
}

/// What the edge says to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// It may go on.
    Passes,
    /// Its source is blocked.
    Blocked(Block),
    /// Its source sends too many requests. The reading is that of [`Settings::requests`].
    TooMany(Reading),
}

/// Counters of the edge, shared by all cores.
#[derive(Debug)]
pub struct Edge {
    requests: Memory,
    refusals: Memory,
    blocks: Blocks,
    wrong_secrets: WrongSecrets,
}

/// How full the tables of the edge are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EdgeUsage {
    /// Sources whose requests are counted.
    pub requests: Usage,
    /// Sources whose refusals are counted.
    pub refusals: Usage,
    /// Blocks.
    pub blocks: Usage,
    /// Presented ids whose wrong secrets are counted.
    pub wrong_secrets: Usage,
}

impl Default for Edge {
    fn default() -> Self {
        Self {
            requests: Memory::new(ENTRIES),
            refusals: Memory::new(ENTRIES),
            blocks: Blocks::new(ENTRIES),
            wrong_secrets: WrongSecrets::new(ENTRIES),
        }
    }
}

impl Edge {
    /// Counts a request. One from a blocked source is not counted.
    pub fn arrive(&self, settings: &Settings, address: IpAddr, now: u64) -> Arrival {
        let source = Source::from(address);
        if let Some(block) = self.blocks.find(source, now) {
            return Arrival::Blocked(block);
        }
        let Some(limit) = settings.requests else {
            return Arrival::Passes;
        };
        match self.requests.charge(key(source), &limit, 1, now) {
            Ok(()) => Arrival::Passes,
            Err(reading) => Arrival::TooMany(reading),
        }
    }

    /// Counts a refusal with `trigger`. The refusal that is one too many blocks its source, and
    /// the block is handed back. Refusals of a blocked source change nothing: a block ends when
    /// it said it would.
    pub fn refused(
        &self,
        settings: &Settings,
        address: IpAddr,
        trigger: Code,
        now: u64,
    ) -> Option<Block> {
        let source = Source::from(address);
        let limit = settings.refusals?;
        let counted = self.refusals.charge(key(source), &limit, 1, now);
        if counted.is_ok() || self.blocks.find(source, now).is_some() {
            return None;
        }
        let block = Block {
            source,
            since: now,
            until: now.saturating_add(settings.block_for),
            trigger,
        };
        self.blocks.put(block, now).then_some(block)
    }

    /// The blocks in force, in the order of their sources.
    pub fn blocks(&self, now: u64) -> Vec<Block> {
        self.blocks.list(now)
    }

    /// Ends the block that `address` is under, and forgets its refusals, so that the next one
    /// does not block it at once.
    pub fn lift(&self, address: IpAddr, now: u64) -> Option<Block> {
        let source = Source::from(address);
        let block = self.blocks.lift(source, now)?;
        self.refusals.forget(&key(source));
        Some(block)
    }

    /// Counts a wrong secret for a presented credential id or user name, given by a hash of it,
    /// whether or not there is such an id. Answers for how many nanoseconds to hold the refusal
    /// back: 0 for a burst of [`Settings::wrong_secrets`], then as long as keeps them at that
    /// rate, at most [`LONGEST_DELAY`]. A right secret is never held back.
    pub fn wrong_secret(&self, settings: &Settings, presented: u128, now: u64) -> u64 {
        match &settings.wrong_secrets {
            Some(limit) => self.wrong_secrets.count(limit, presented, now),
            None => 0,
        }
    }

    /// How full its tables are.
    pub fn usage(&self) -> EdgeUsage {
        EdgeUsage {
            requests: self.requests.usage(),
            refusals: self.refusals.usage(),
            blocks: self.blocks.usage(),
            wrong_secrets: self.wrong_secrets.usage(),
        }
    }
}

/// There is one limit per table, so it needs no number.
fn key(source: Source) -> Key {
    Key {
        limit: 0,
        subject: source.bits(),
    }
}
