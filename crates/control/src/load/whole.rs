//! Reading everything: at once, or, where that is too much, in parts.

use super::alike::{
    beginning, few_formats, few_revocations, one_revocation, one_subscription, unique,
};
use super::rows::{Row, base, put};
use super::step::puts;
use super::{Last, Loader, PART, Read};
use crate::Refusal;
use postern_config::Known;
use postern_model::entity::{Accounts, Configuration};
use postern_policy::Directory;
use postern_store::{Document, Proposal};
use std::sync::Arc;

/// Everything, while it is read.
pub(super) struct Whole<'a> {
    loader: &'a Loader,
    proposal: &'a Proposal<'a>,
    /// Documents that are still to be read.
    waiting: Vec<Document>,
    /// What was read, if there is more than can be read at once.
    large: Option<Large>,
}

/// A directory that is too large to be read at once, and the rules that it refers to.
struct Large {
    rules: Configuration,
    last: Last,
    /// The beginnings of all credentials' digests.
    digests: Vec<u64>,
}

impl<'a> Whole<'a> {
    pub(super) const fn new(loader: &'a Loader, proposal: &'a Proposal<'a>) -> Self {
        Self {
            loader,
            proposal,
            waiting: Vec::new(),
            large: None,
        }
    }

    pub(super) fn take(&mut self, document: Document) -> Result<(), Refusal> {
        self.waiting.push(document);
        let most = self.loader.together;
        let most = if self.large.is_some() {
            most.min(PART)
        } else {
            most
        };
        if self.waiting.len() > most {
            self.read()?;
        }
        Ok(())
    }

    /// Reads what waits as a part of more.
    fn read(&mut self) -> Result<(), Refusal> {
        let Self {
            loader, proposal, ..
        } = self;
        let large = match &mut self.large {
            Some(large) => large,
            none => none.insert(Large::new(loader, proposal)?),
        };
        for part in self.waiting.chunks(loader.together.min(PART)) {
            let rows: Vec<_> = part.iter().map(Row::from).collect();
            let last = &large.last;
            let accounts = loader.accounts(proposal, &rows, &last.known, &last.directory)?;
            large.put(accounts, proposal.head().sequence)?;
        }
        self.waiting.clear();
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Read, Refusal> {
        let proposal = self.proposal;
        if self.large.is_some() {
            self.read()?;
        }
        if let Some(large) = self.large {
            unique(&large.last.directory, large.digests)?;
            few_formats(&large.last.directory)?;
            few_revocations(&large.last.directory)?;
            return Ok(Read::new(proposal, Some(large.rules), large.last));
        }
        let mut all = base(proposal)?;
        for document in &self.waiting {
            put(&mut all, document)?;
        }
        let loaded = self.loader.parse(proposal, all)?;
        let last = Last {
            known: Arc::new(Known::of(&loaded.configuration)),
            directory: Directory::new(loaded.accounts, proposal.head().sequence),
            stood: None,
        };
        Ok(Read::new(proposal, Some(loaded.configuration), last))
    }
}

impl Large {
    fn new(loader: &Loader, proposal: &Proposal<'_>) -> Result<Self, Refusal> {
        let read = loader.parse(proposal, base(proposal)?)?;
        Ok(Self {
            last: Last {
                directory: Directory::new(read.accounts, proposal.head().sequence),
                stood: None,
                known: Arc::new(Known::of(&read.configuration)),
            },
            rules: read.configuration,
            digests: Vec::new(),
        })
    }

    fn put(&mut self, accounts: Accounts, sequence: u64) -> Result<(), Refusal> {
        let digests = accounts.credentials.iter().map(beginning);
        self.digests.extend(digests);
        for row in &accounts.subscriptions {
            one_subscription(&self.last.directory, row)?;
        }
        let puts: Vec<_> = puts(accounts).collect();
        one_revocation(&self.last.directory, &puts)?;
        self.last.directory.change(puts, sequence);
        Ok(())
    }
}
