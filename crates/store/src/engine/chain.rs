//! The change log as a chain: each change set has a hash over the one before it, so that whoever
//! wrote down one hash can tell whether anything before it was changed or taken out since.

use aws_lc_rs::digest::{Context, SHA256};
use serde_json::json;

use super::apply::RulesHash;
use crate::canonical::{array, canonical, hex, sha256};
use crate::change::Entry;
use crate::document::{Class, Kind, Scope};
use crate::error::StoreError;
use crate::revision::Revision;
use crate::rows::{ChangeSet, Digests, Horizons, Transaction};

/// Change sets that are read at a time.
const PART: usize = 500;

/// What walking the chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// The newest change set; 0 if there is none.
    pub sequence: u64,
    /// Its hash; zeros if there is none. Written down elsewhere, it proves later that nothing
    /// before it was changed.
    pub hash: [u8; 32],
    /// Change sets in it.
    pub sets: u64,
    /// Kept changes that were compared with what their change sets say of them.
    pub changes: u64,
    /// Change sets up to this one may have lost the content of their changes to retention.
    pub forgotten: u64,
    /// The hash of the change set that was asked for; none if there is no such one.
    pub asked: Option<[u8; 32]>,
    /// The first thing that is wrong.
    pub fault: Option<Fault>,
}

/// What is wrong with the chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A change set, or one before it, is not what it was.
    #[error(
        "change set {0} does not follow from the one before it: it was changed, or one before it was taken out or put in"
    )]
    Link(u64),
    /// What a change set did is not what it did.
    #[error("the changes of change set {0} are not those that were made")]
    Entries(u64),
    /// The newest change set is missing.
    #[error(
        "the newest change set is {found}, and the database stands at {expected}: the end of the log was cut off"
    )]
    End {
        /// The last one there is.
        found: u64,
        /// The last one there was.
        expected: u64,
    },
    /// The rules are not those of their revision.
    #[error(
        "the rules that are stored are not those of revision {0}: one was changed, taken out or put in past the log"
    )]
    Rules(u64),
    /// A document was changed past the log.
    #[error("{kind} `{id}` is not what its last change made of it: it was changed past the log")]
    Document {
        /// Its kind.
        kind: Kind,
        /// Its id.
        id: Box<str>,
    },
}

/// SHA-256 of the hash before, and the change set as canonical JSON.
pub(super) fn link(previous: &[u8; 32], set: &ChangeSet) -> [u8; 32] {
    let ChangeSet {
        sequence,
        revision,
        meta,
        event,
        digests,
    } = set;
    let event = event.as_ref().map(|event| {
        json!({
            "name": event.name,
            "kind": event.subject.as_ref().map(|(kind, _)| kind.as_str()),
            "id": event.subject.as_ref().map(|(_, id)| id),
            "tenant": event.tenant,
        })
    });
    let text = json!({
        "sequence": sequence,
        "revision": revision,
        "who": meta.who,
        "actor": meta.actor.as_str(),
        "from": meta.from,
        "at_ms": meta.at_ms,
        "comment": meta.comment,
        "source": meta.source,
        "event": event,
        "rules": digests.rules.as_ref().map(|digest| hex(digest)),
        "others": digests.others.as_ref().map(|digest| hex(digest)),
    });
    let mut hash = Context::new(&SHA256);
    hash.update(previous);
    hash.update(canonical(&text).as_bytes());
    array(hash.finish().as_ref())
}

/// The digests of a change set's entries, in their order.
pub(super) fn digests(entries: &[Entry]) -> Digests {
    let mut made = Made::default();
    for (ordinal, entry) in (0..).zip(entries) {
        made.add(ordinal, entry);
    }
    made.finish()
}

/// Digests, while entries are added.
#[derive(Default)]
struct Made {
    rules: Option<Context>,
    others: Option<Context>,
}

impl Made {
    fn add(&mut self, ordinal: u64, entry: &Entry) {
        let context = match entry.kind.class() {
            Class::Rules => &mut self.rules,
            Class::Directory | Class::Management => &mut self.others,
        };
        let context = context.get_or_insert_with(|| Context::new(&SHA256));
        let digest =
            |json: &Option<Box<str>>| json.as_ref().map(|json| hex(&sha256(json.as_bytes())));
        let text = json!([
            ordinal,
            entry.kind.as_str(),
            entry.id,
            digest(&entry.before),
            digest(&entry.after)
        ]);
        context.update(text.to_string().as_bytes());
    }

    fn finish(self) -> Digests {
        let finish = |context: Context| array(context.finish().as_ref());
        Digests {
            rules: self.rules.map(finish),
            others: self.others.map(finish),
        }
    }
}

/// Walks the chain from its beginning. `asked`: the change set whose hash somebody wants to compare.
pub(crate) fn verify(
    transaction: &dyn Transaction,
    asked: Option<u64>,
) -> Result<Chain, StoreError> {
    let horizons = transaction.horizons()?;
    let mut chain = Chain {
        sequence: 0,
        hash: [0; 32],
        sets: 0,
        changes: 0,
        forgotten: horizons.rules.max(horizons.directory),
        asked: None,
        fault: None,
    };
    loop {
        let sets = transaction.change_sets(chain.sequence, PART)?;
        if sets.is_empty() {
            break;
        }
        for (set, hash) in sets {
            let next = link(&chain.hash, &set);
            let (entries, changes) = found(transaction, set.sequence)?;
            chain.fault = if hash != Some(next) {
                Some(Fault::Link(set.sequence))
            } else if !agrees(&set, &entries, &horizons) {
                Some(Fault::Entries(set.sequence))
            } else {
                None
            };
            if chain.fault.is_some() {
                return Ok(chain);
            }
            chain.sequence = set.sequence;
            chain.hash = next;
            chain.sets = chain.sets.saturating_add(1);
            chain.changes = chain.changes.saturating_add(changes);
            if asked == Some(set.sequence) {
                chain.asked = Some(next);
            }
        }
    }
    let expected = transaction.head()?.sequence;
    if chain.sequence != expected {
        chain.fault = Some(Fault::End {
            found: chain.sequence,
            expected,
        });
    } else if let Some((kind, id)) = transaction.unlogged_document()? {
        chain.fault = Some(Fault::Document { kind, id });
    } else {
        chain.fault = other_rules(transaction)?;
    }
    Ok(chain)
}

/// Compares the rules that are stored with the hash of their revision: whatever the log has
/// forgotten of them, and what nobody would miss in it.
fn other_rules(transaction: &dyn Transaction) -> Result<Option<Fault>, StoreError> {
    let Revision { number, hash } = transaction.head()?.revision;
    if number == 0 {
        return Ok(None);
    }
    let mut found = RulesHash::new();
    transaction.documents(&Scope::Class(Class::Rules), &mut |document| {
        let digest = sha256(document.json.as_bytes());
        found.add(document.kind.as_str(), &document.id, &digest);
        Ok(())
    })?;
    Ok((found.finish() != hash).then_some(Fault::Rules(number)))
}

/// Whether entries are those that the change set says it had, as far as they are kept.
fn agrees(set: &ChangeSet, found: &Digests, horizons: &Horizons) -> bool {
    let same = |found: Option<[u8; 32]>, said: Option<[u8; 32]>, horizon: u64| {
        found == said || (found.is_none() && set.sequence <= horizon)
    };
    same(found.rules, set.digests.rules, horizons.rules)
        && same(found.others, set.digests.others, horizons.directory)
}

/// The digests of the kept entries of a change set, and how many there are.
fn found(transaction: &dyn Transaction, sequence: u64) -> Result<(Digests, u64), StoreError> {
    let mut made = Made::default();
    let mut count = 0_u64;
    transaction.entries(sequence, &mut |kept| {
        made.add(kept.ordinal, &kept.entry);
        count = count.saturating_add(1);
        Ok(())
    })?;
    Ok((made.finish(), count))
}

/// Links change sets that a schema without hashes wrote; the caller commits. They stand before
/// every one with a hash.
pub(crate) fn link_unlinked(transaction: &dyn Transaction) -> Result<(), StoreError> {
    let mut previous = [0; 32];
    let mut after = 0;
    loop {
        let sets = transaction.change_sets(after, PART)?;
        if sets.is_empty() {
            return Ok(());
        }
        for (mut set, hash) in sets {
            if hash.is_some() {
                return Ok(());
            }
            (set.digests, _) = found(transaction, set.sequence)?;
            previous = link(&previous, &set);
            transaction.link(set.sequence, &set.digests, &previous)?;
            after = set.sequence;
        }
    }
}
