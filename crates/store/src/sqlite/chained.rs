//! The statements for the change log as a chain and as an audit trail.

use rusqlite::types::ToSql;
use rusqlite::{Row, params};

use super::rows::{Rows, integer, limit, meta, natural, number};
use crate::change::{AuditFilter, AuditLine, Entry, Event, Order, Position};
use crate::document::Kind;
use crate::error::StoreError;
use crate::rows::{Chained, ChangeSet, Concerns, Digests, KeptEntry, Linked, Visit};

type Result<T> = std::result::Result<T, StoreError>;

impl Chained for Rows<'_> {
    fn newest_hash(&self) -> Result<Option<[u8; 32]>> {
        let sql = "SELECT hash FROM change_sets ORDER BY sequence DESC LIMIT 1";
        Ok(self.one(sql, [], |row| row.get(0))?.flatten())
    }

    fn change_sets(&self, after: u64, most: usize) -> Result<Vec<Linked>> {
        let mut sets = Vec::new();
        self.each(
            "SELECT sequence, revision, at_ms, who, comment, source, actor, origin,
                    event, subject_kind, subject_id, tenant, rules_digest, others_digest, hash
             FROM change_sets WHERE sequence > ?1 ORDER BY sequence LIMIT ?2",
            [integer(after), limit(most)],
            |row| {
                let set = ChangeSet {
                    sequence: number(row, 0)?,
                    revision: row.get::<_, Option<i64>>(1)?.map(natural),
                    meta: meta(row, 2)?,
                    event: event(row, 8)?,
                    digests: Digests {
                        rules: row.get(12)?,
                        others: row.get(13)?,
                    },
                };
                sets.push((set, row.get(14)?));
                Ok(Ok(()))
            },
        )?;
        Ok(sets)
    }

    fn entries(&self, sequence: u64, visit: Visit<'_, KeptEntry>) -> Result<()> {
        self.each(
            "SELECT ordinal, kind, id, before, after, tenant, provider FROM changes
             WHERE sequence = ?1 ORDER BY ordinal",
            [integer(sequence)],
            |row| {
                Ok(visit(KeptEntry {
                    ordinal: number(row, 0)?,
                    entry: Entry {
                        kind: Kind::stored(row.get_ref(1)?.as_str()?),
                        id: row.get(2)?,
                        before: row.get(3)?,
                        after: row.get(4)?,
                    },
                    concerns: Concerns {
                        tenant: row.get(5)?,
                        other: row.get(6)?,
                    },
                }))
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
            self.execute(&format!("DELETE FROM {table}"), [])?;
        }
        Ok(())
    }

    fn link(&self, sequence: u64, digests: &Digests, hash: &[u8; 32]) -> Result<()> {
        self.execute(
            "UPDATE change_sets SET rules_digest = ?2, others_digest = ?3, hash = ?4
             WHERE sequence = ?1 AND hash IS NULL",
            params![integer(sequence), digests.rules, digests.others, hash],
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
            [],
            |row| Ok((Kind::stored(row.get_ref(0)?.as_str()?), row.get(1)?)),
        )
    }

    fn audit(&self, filter: &AuditFilter) -> Result<Vec<AuditLine>> {
        let (conditions, values) = conditions(filter);
        let order = match filter.order {
            Order::OldestFirst => "ORDER BY s.sequence, coalesce(c.ordinal, 0)",
            Order::NewestFirst => "ORDER BY s.sequence DESC, coalesce(c.ordinal, 0) DESC",
        };
        let sql = format!(
            "SELECT s.sequence, coalesce(c.ordinal, 0), s.revision,
                    s.at_ms, s.who, s.comment, s.source, s.actor, s.origin,
                    s.event, s.subject_kind, s.subject_id, s.tenant,
                    c.kind, c.id, c.before, c.after, s.hash
             FROM change_sets s LEFT JOIN changes c ON c.sequence = s.sequence
             WHERE 1{conditions} {order} LIMIT ?"
        );
        let mut lines = Vec::new();
        self.each(&sql, rusqlite::params_from_iter(values), |row| {
            lines.push(line(row)?);
            Ok(Ok(()))
        })?;
        Ok(lines)
    }
}

/// The conditions of a filter, and the values that they and the limit are given.
fn conditions(filter: &AuditFilter) -> (String, Vec<Box<dyn ToSql>>) {
    let mut sql = String::new();
    let mut values: Vec<Box<dyn ToSql>> = Vec::new();
    let mut also = |condition: &str, times: usize, value: &dyn Fn() -> Box<dyn ToSql>| {
        sql.push_str(condition);
        values.extend((0..times).map(|_| value()));
    };
    if let Some(who) = &filter.who {
        also(" AND s.who = ?", 1, &|| Box::new(who.clone()));
    }
    if let Some(kind) = &filter.kind {
        let value = || Box::new(kind.as_str().to_owned()) as Box<dyn ToSql>;
        also(" AND (c.kind = ? OR s.subject_kind = ?)", 2, &value);
    }
    if let Some(id) = &filter.id {
        also(" AND (c.id = ? OR s.subject_id = ?)", 2, &|| {
            Box::new(id.clone())
        });
    }
    if let Some(tenant) = &filter.tenant {
        let condition = " AND (c.tenant = ? OR c.provider = ? OR s.tenant = ?)";
        also(condition, 3, &|| Box::new(tenant.clone()));
    }
    if let Some(event) = &filter.event {
        also(" AND s.event = ?", 1, &|| Box::new(event.clone()));
    }
    if let Some(since) = filter.since_ms {
        also(" AND s.at_ms >= ?", 1, &|| Box::new(since));
    }
    if let Some(until) = filter.until_ms {
        also(" AND s.at_ms < ?", 1, &|| Box::new(until));
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
        also(condition, 2, &|| Box::new(integer(from.sequence)));
        also("", 1, &|| Box::new(integer(from.ordinal)));
    }
    also("", 1, &|| Box::new(limit(filter.limit)));
    (sql, values)
}

/// Columns in the order: name, the subject's kind and id, tenant.
fn event(row: &Row<'_>, first: usize) -> rusqlite::Result<Option<Event>> {
    let Some(name) = row.get(first)? else {
        return Ok(None);
    };
    let kind: Option<String> = row.get(first + 1)?;
    let id: Option<Box<str>> = row.get(first + 2)?;
    Ok(Some(Event {
        name,
        subject: kind.map(|kind| Kind::stored(&kind)).zip(id),
        tenant: row.get(first + 3)?,
    }))
}

fn line(row: &Row<'_>) -> rusqlite::Result<AuditLine> {
    let kind: Option<String> = row.get(13)?;
    let entry = match kind {
        Some(kind) => Some(Entry {
            kind: Kind::stored(&kind),
            id: row.get(14)?,
            before: row.get(15)?,
            after: row.get(16)?,
        }),
        None => None,
    };
    Ok(AuditLine {
        position: Position {
            sequence: number(row, 0)?,
            ordinal: number(row, 1)?,
        },
        revision: row.get::<_, Option<i64>>(2)?.map(natural),
        meta: meta(row, 3)?,
        event: event(row, 9)?,
        entry,
        hash: row.get(17)?,
    })
}
