//! The statements for the change log as a chain and as an audit trail.

use tokio_postgres::Row;

use super::conditions::Conditions;
use super::rows::{Rows, integer, limit, natural};
use crate::change::{AuditFilter, AuditLine, Entry, Event, Order, Position};
use crate::document::Kind;
use crate::error::StoreError;
use crate::rows::{Chained, ChangeSet, Concerns, Digests, KeptEntry, Visit};

type Result<T> = std::result::Result<T, StoreError>;

impl Chained for Rows<'_> {
    fn newest_hash(&self) -> Result<Option<[u8; 32]>> {
        let sql = "SELECT hash FROM change_sets ORDER BY sequence DESC LIMIT 1";
        Ok(self.one(sql, &[], |row| self.maybe_hash(row, 0))?.flatten())
    }

    fn change_sets(&self, after: u64, most: usize) -> Result<Vec<(ChangeSet, Option<[u8; 32]>)>> {
        let mut sets = Vec::new();
        self.each(
            "SELECT sequence, revision, at_ms, who, comment, source, actor, origin,
                    event, subject_kind, subject_id, tenant, rules_digest, others_digest, hash
             FROM change_sets WHERE sequence > $1 ORDER BY sequence LIMIT $2",
            &[&integer(after), &limit(most)],
            |row| {
                let revision: Option<i64> = self.get(row, 1)?;
                let set = ChangeSet {
                    sequence: self.number(row, 0)?,
                    revision: revision.map(natural),
                    meta: self.meta_of(row, 2)?,
                    event: self.event(row, 8)?,
                    digests: Digests {
                        rules: self.maybe_hash(row, 12)?,
                        others: self.maybe_hash(row, 13)?,
                    },
                };
                sets.push((set, self.maybe_hash(row, 14)?));
                Ok(())
            },
        )?;
        Ok(sets)
    }

    fn entries(&self, sequence: u64, visit: Visit<'_, KeptEntry>) -> Result<()> {
        self.each(
            "SELECT ordinal, kind, id, before, after, tenant, provider FROM changes
             WHERE sequence = $1 ORDER BY ordinal",
            &[&integer(sequence)],
            |row| {
                let entry = Entry {
                    kind: Kind::stored(self.get(row, 1)?),
                    id: self.text(row, 2)?,
                    before: self.maybe_text(row, 3)?,
                    after: self.maybe_text(row, 4)?,
                };
                visit(KeptEntry {
                    ordinal: self.number(row, 0)?,
                    entry,
                    concerns: Concerns {
                        tenant: self.get(row, 5)?,
                        other: self.get(row, 6)?,
                    },
                })
            },
        )
    }

    fn clear(&self) -> Result<()> {
        for table in [
            "documents",
            "change_sets",
            "changes",
            "revisions",
            "checkpoints",
            "notes",
        ] {
            self.execute(&format!("DELETE FROM {table}"), &[])?;
        }
        Ok(())
    }

    fn link(&self, sequence: u64, digests: &Digests, hash: &[u8; 32]) -> Result<()> {
        self.execute(
            "UPDATE change_sets SET rules_digest = $2, others_digest = $3, hash = $4
             WHERE sequence = $1 AND hash IS NULL",
            &[
                &integer(sequence),
                &digests.rules.as_ref().map(<[u8; 32]>::as_slice),
                &digests.others.as_ref().map(<[u8; 32]>::as_slice),
                &hash.as_slice(),
            ],
        )?;
        Ok(())
    }

    fn unlogged_document(&self) -> Result<Option<(Kind, Box<str>)>> {
        self.one(
            // Those that are there, then those that are not.
            "SELECT d.kind, d.id FROM documents d CROSS JOIN head h
             WHERE CASE
                 WHEN EXISTS (SELECT 1 FROM changes c WHERE c.kind = d.kind AND c.id = d.id)
                 THEN NOT EXISTS (SELECT 1 FROM changes c
                     WHERE c.kind = d.kind AND c.id = d.id AND c.sequence = d.version
                     AND c.after = d.json AND NOT EXISTS (SELECT 1 FROM changes n
                         WHERE n.kind = c.kind AND n.id = c.id AND n.sequence > c.sequence))
                 ELSE d.version > CASE d.class
                         WHEN 0 THEN h.rules_horizon ELSE h.directory_horizon END
                     OR NOT EXISTS (SELECT 1 FROM change_sets s WHERE s.sequence = d.version)
                 END
             UNION ALL
             SELECT c.kind, c.id FROM changes c
             WHERE c.after IS NOT NULL
             AND NOT EXISTS (SELECT 1 FROM documents d WHERE d.kind = c.kind AND d.id = c.id)
             AND NOT EXISTS (SELECT 1 FROM changes n
                 WHERE n.kind = c.kind AND n.id = c.id AND n.sequence > c.sequence)
             LIMIT 1",
            &[],
            |row| Ok((Kind::stored(self.get(row, 0)?), self.text(row, 1)?)),
        )
    }

    fn audit(&self, filter: &AuditFilter) -> Result<Vec<AuditLine>> {
        let mut asked = Conditions::new(
            "SELECT s.sequence, coalesce(c.ordinal, 0), s.revision,
                    s.at_ms, s.who, s.comment, s.source, s.actor, s.origin,
                    s.event, s.subject_kind, s.subject_id, s.tenant,
                    c.kind, c.id, c.before, c.after, s.hash
             FROM change_sets s LEFT JOIN changes c ON c.sequence = s.sequence
             WHERE TRUE",
        );
        conditions(filter, &mut asked);
        let order = match filter.order {
            Order::OldestFirst => " ORDER BY s.sequence, coalesce(c.ordinal, 0) LIMIT ?",
            Order::NewestFirst => " ORDER BY s.sequence DESC, coalesce(c.ordinal, 0) DESC LIMIT ?",
        };
        asked.also(order, [limit(filter.limit)]);
        let mut lines = Vec::new();
        self.each(asked.sql(), &asked.values(), |row| {
            lines.push(self.line(row)?);
            Ok(())
        })?;
        Ok(lines)
    }
}

fn conditions(filter: &AuditFilter, asked: &mut Conditions) {
    // What cannot be in a text of PostgreSQL is found nowhere.
    let text = |text: &str| text.replace('\0', "\u{fffd}");
    if let Some(who) = &filter.who {
        asked.also(" AND s.who = ?", [text(who)]);
    }
    if let Some(kind) = &filter.kind {
        let kind = kind.as_str().to_owned();
        asked.also(
            " AND (c.kind = ? OR s.subject_kind = ?)",
            [kind.clone(), kind],
        );
    }
    if let Some(id) = &filter.id {
        asked.also(" AND (c.id = ? OR s.subject_id = ?)", [text(id), text(id)]);
    }
    if let Some(tenant) = &filter.tenant {
        let tenant = text(tenant);
        asked.also(
            " AND (c.tenant = ? OR c.provider = ? OR s.tenant = ?)",
            [tenant.clone(), tenant.clone(), tenant],
        );
    }
    if let Some(event) = &filter.event {
        asked.also(" AND s.event = ?", [text(event)]);
    }
    if let Some(since) = filter.since_ms {
        asked.also(" AND s.at_ms >= ?", [since]);
    }
    if let Some(until) = filter.until_ms {
        asked.also(" AND s.at_ms < ?", [until]);
    }
    if let Some(from) = filter.from {
        let condition = match filter.order {
            // The first comparison is what the index is searched by.
            Order::OldestFirst => {
                " AND s.sequence >= ? AND (s.sequence, coalesce(c.ordinal, 0)) > (?, ?)"
            }
            Order::NewestFirst => {
                " AND s.sequence <= ? AND (s.sequence, coalesce(c.ordinal, 0)) < (?, ?)"
            }
        };
        let sequence = integer(from.sequence);
        asked.also(condition, [sequence, sequence, integer(from.ordinal)]);
    }
}

impl Rows<'_> {
    /// Columns in the order: name, the subject's kind and id, tenant.
    fn event(&self, row: &Row, first: usize) -> Result<Option<Event>> {
        let Some(name) = self.maybe_text(row, first)? else {
            return Ok(None);
        };
        let kind: Option<&str> = self.get(row, first + 1)?;
        let id = self.maybe_text(row, first + 2)?;
        Ok(Some(Event {
            name,
            subject: kind.map(Kind::stored).zip(id),
            tenant: self.maybe_text(row, first + 3)?,
        }))
    }

    fn line(&self, row: &Row) -> Result<AuditLine> {
        let kind: Option<&str> = self.get(row, 13)?;
        let entry = match kind {
            Some(kind) => Some(Entry {
                kind: Kind::stored(kind),
                id: self.text(row, 14)?,
                before: self.maybe_text(row, 15)?,
                after: self.maybe_text(row, 16)?,
            }),
            None => None,
        };
        let revision: Option<i64> = self.get(row, 2)?;
        Ok(AuditLine {
            position: Position {
                sequence: self.number(row, 0)?,
                ordinal: self.number(row, 1)?,
            },
            revision: revision.map(natural),
            meta: self.meta_of(row, 3)?,
            event: self.event(row, 9)?,
            entry,
            hash: self.hash(row, 17)?,
        })
    }
}
