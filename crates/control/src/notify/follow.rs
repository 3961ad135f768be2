//! Follows the change log.

use super::addressees::Addressees;
use super::derive::derive;
use super::lease::{Lease, SPACE};
use super::tell::Teller;
use super::{LEASE, millis, scan};
use crate::{Refusal, Service};
use postern_outbound::Clock;
use postern_outbound::webhook::Poke;
use postern_store::{AuditFilter, AuditLine, Entry, LoggedChange, Note, Order, Position, Store};
use serde_json::{Value, json};
use std::sync::Arc;

/// Lines read at once.
const PART: usize = 200;

/// The event of a reminder.
const REMINDED: &str = "reminded";

const CURSOR: &str = "cursor";
const SCANNED: &str = "scanned";

/// Between two looks at what expires, in milliseconds: half a day, so that whatever ends is seen
/// within its last day.
const SCAN_MS: i64 = 12 * 60 * 60 * 1000;

/// The same while there is nobody to be told.
const DEAF_MS: i64 = 60 * 1000;

/// Reads the log, and tells what it says.
#[derive(Debug)]
pub(super) struct Follower {
    service: Arc<Service>,
    store: Store,
    addressees: Arc<dyn Addressees>,
    clock: Clock,
    poke: Poke,
    lease: Lease,
}

impl Follower {
    pub(super) fn new(
        service: Arc<Service>,
        store: Store,
        addressees: Arc<dyn Addressees>,
        clock: Clock,
        poke: Poke,
    ) -> Self {
        let lease = Lease::new(store.clone(), crate::request_id(), LEASE);
        Self {
            service,
            store,
            addressees,
            clock,
            poke,
            lease,
        }
    }

    /// Tells what is new, if following is ours.
    ///
    /// # Errors
    /// The store cannot be used; what was not told is told later.
    pub(super) async fn round(&self) -> Result<(), Refusal> {
        if !self.lease.hold(self.clock.now()).await? {
            return Ok(());
        }
        let mut cursor = self.cursor().await?;
        loop {
            let filter = AuditFilter {
                from: Some(cursor),
                order: Order::OldestFirst,
                limit: PART,
                ..AuditFilter::default()
            };
            let lines = self.store.audit(filter).await?;
            let Some(last) = lines.last() else { break };
            cursor = last.position;
            let teller = self.teller().await?;
            for line in lines {
                let Some(change) = self.change(line).await? else {
                    continue;
                };
                for happened in derive(&change, teller.links()) {
                    teller.tell(happened).await?;
                }
            }
            self.keep(cursor).await?;
            self.poke.poke();
            if !self.lease.hold(self.clock.now()).await? {
                return Ok(());
            }
        }
        self.scan().await
    }

    /// What a line says that was changed. A reminder says again that something waits.
    async fn change(&self, line: AuditLine) -> Result<Option<LoggedChange>, Refusal> {
        let entry = match (line.entry, line.event) {
            (Some(entry), _) => entry,
            (None, Some(event)) if &*event.name == REMINDED => {
                let Some((kind, id)) = event.subject else {
                    return Ok(None);
                };
                let found = self.store.document(kind.clone(), &id).await?;
                Entry {
                    kind,
                    id,
                    before: None,
                    after: found.map(|found| found.json),
                }
            }
            (None, _) => return Ok(None),
        };
        Ok(Some(LoggedChange {
            position: line.position,
            revision: line.revision,
            meta: line.meta,
            entry,
        }))
    }

    /// Lets others follow.
    pub(super) async fn leave(&self) {
        self.lease.leave(self.clock.now()).await;
    }

    async fn teller(&self) -> Result<Teller<'_>, Refusal> {
        let now = self.clock.now();
        Teller::new(&self.service, &self.store, &*self.addressees, now).await
    }

    /// Where the log was read to. Who follows for the first time begins with what comes next: what
    /// was before is no news.
    async fn cursor(&self) -> Result<Position, Refusal> {
        let now_ms = millis(self.clock.now());
        let number = |value: &Value, name: &str| value.get(name).and_then(Value::as_u64);
        let kept = self.store.note_get(SPACE, CURSOR, now_ms).await?;
        let kept = kept.and_then(|note| {
            Some(Position {
                sequence: number(&note.value, "sequence")?,
                ordinal: number(&note.value, "ordinal")?,
            })
        });
        if let Some(position) = kept {
            return Ok(position);
        }
        let position = Position {
            sequence: self.store.head().sequence,
            ordinal: u64::from(u32::MAX),
        };
        self.keep(position).await?;
        Ok(position)
    }

    async fn keep(&self, position: Position) -> Result<(), Refusal> {
        let note = Note {
            key: CURSOR.into(),
            value: json!({"sequence": position.sequence, "ordinal": position.ordinal}),
            expires_at_ms: i64::MAX,
        };
        let now_ms = millis(self.clock.now());
        Ok(self.store.note_put(SPACE, note, now_ms).await?)
    }

    /// Looks at what expires, unless somebody just did.
    async fn scan(&self) -> Result<(), Refusal> {
        let now = self.clock.now();
        let now_ms = millis(now);
        if self.store.note_get(SPACE, SCANNED, now_ms).await?.is_some() {
            return Ok(());
        }
        let teller = self.teller().await?;
        let mut wait = DEAF_MS;
        if teller.is_heard() {
            scan::scan(&self.service, &self.store, &teller, now).await?;
            self.poke.poke();
            wait = SCAN_MS;
        }
        let note = Note {
            key: SCANNED.into(),
            value: json!({}),
            expires_at_ms: now_ms.saturating_add(wait),
        };
        Ok(self.store.note_put(SPACE, note, now_ms).await?)
    }
}
