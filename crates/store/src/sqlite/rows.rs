//! The statements.

use std::ops::RangeInclusive;
use std::path::Path;

use rusqlite::types::ToSql;
use rusqlite::{CachedStatement, OptionalExtension, Params, Row, params};

use super::fault;
use crate::change::{ActorKind, ChangeFilter, ChangeMeta, Entry, LoggedChange, Order, Position};
use crate::document::{Class, Document, Kind, Member, Page, Scope};
use crate::error::StoreError;
use crate::revision::{Head, Revision, RevisionRecord};
use crate::rows::{ChangeSet, Concerns, Horizons, RulesChange, Transaction, Visit};

type Result<T> = std::result::Result<T, StoreError>;

/// A transaction of SQLite's.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    transaction: rusqlite::Transaction<'a>,
    path: &'a Path,
}

impl<'a> Rows<'a> {
    pub(super) fn new(transaction: rusqlite::Transaction<'a>, path: &'a Path) -> Self {
        Self { transaction, path }
    }

    pub(super) fn prepare(&self, sql: &str) -> Result<CachedStatement<'_>> {
        self.transaction
            .prepare_cached(sql)
            .map_err(|error| fault(self.path, error))
    }

    /// Runs a statement; returns how many rows it changed.
    pub(super) fn execute(&self, sql: &str, parameters: impl Params) -> Result<u64> {
        let changed = self
            .prepare(sql)?
            .execute(parameters)
            .map_err(|error| fault(self.path, error))?;
        Ok(u64::try_from(changed).unwrap_or(u64::MAX))
    }

    pub(super) fn one<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>> {
        self.prepare(sql)?
            .query_row(parameters, read)
            .optional()
            .map_err(|error| fault(self.path, error))
    }

    pub(super) fn each(
        &self,
        sql: &str,
        parameters: impl Params,
        mut visit: impl FnMut(&Row<'_>) -> rusqlite::Result<Result<()>>,
    ) -> Result<()> {
        let failed = |error| fault(self.path, error);
        let mut statement = self.prepare(sql)?;
        let mut rows = statement.query(parameters).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            visit(row).map_err(failed)??;
        }
        Ok(())
    }

    fn each_document(
        &self,
        sql: &str,
        parameters: impl Params,
        visit: Visit<'_, Document>,
    ) -> Result<()> {
        let mut kind: Option<Kind> = None;
        self.each(sql, parameters, |row| {
            let name = row.get_ref(0)?.as_str()?;
            // Rows come sorted by kind, so that one name serves many.
            let kind = match &kind {
                Some(same) if same.as_str() == name => same.clone(),
                _ => kind.insert(Kind::stored(name)).clone(),
            };
            Ok(visit(Document {
                kind,
                id: row.get_ref(1)?.as_str()?.into(),
                version: number(row, 2)?,
                json: row.get_ref(3)?.as_str()?.into(),
            }))
        })
    }
}

impl Transaction for Rows<'_> {
    fn commit(self: Box<Self>) -> Result<()> {
        let Self { transaction, path } = *self;
        transaction.commit().map_err(|error| fault(path, error))
    }

    fn meta(&self, key: &str) -> Result<Option<String>> {
        self.one("SELECT value FROM meta WHERE key = ?1", [key], |row| {
            row.get(0)
        })
    }

    fn set_meta(&self, key: &str, value: &str) -> Result<()> {
        self.execute(
            "INSERT INTO meta (key, value) VALUES (?1, ?2)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            [key, value],
        )?;
        Ok(())
    }

    fn head(&self) -> Result<Head> {
        let head = self.one("SELECT sequence, revision, hash FROM head", [], |row| {
            Ok(Head {
                sequence: number(row, 0)?,
                revision: Revision {
                    number: number(row, 1)?,
                    hash: row.get(2)?,
                },
            })
        })?;
        head.ok_or_else(|| self.headless())
    }

    fn set_head(&self, head: &Head) -> Result<()> {
        self.execute(
            "UPDATE head SET sequence = ?1, revision = ?2, hash = ?3",
            params![
                integer(head.sequence),
                integer(head.revision.number),
                head.revision.hash
            ],
        )?;
        Ok(())
    }

    fn horizons(&self) -> Result<Horizons> {
        let sql = "SELECT rules_horizon, directory_horizon FROM head";
        let horizons = self.one(sql, [], |row| {
            Ok(Horizons {
                rules: number(row, 0)?,
                directory: number(row, 1)?,
            })
        })?;
        horizons.ok_or_else(|| self.headless())
    }

    fn document(&self, kind: &Kind, id: &str) -> Result<Option<Document>> {
        self.one(
            "SELECT version, json FROM documents WHERE kind = ?1 AND id = ?2",
            [kind.as_str(), id],
            |row| {
                Ok(Document {
                    kind: kind.clone(),
                    id: id.into(),
                    version: number(row, 0)?,
                    json: row.get_ref(1)?.as_str()?.into(),
                })
            },
        )
    }

    fn documents(&self, scope: &Scope, visit: Visit<'_, Document>) -> Result<()> {
        match scope {
            Scope::Everything => self.each_document(
                "SELECT kind, id, version, json FROM documents ORDER BY kind, id",
                [],
                visit,
            ),
            Scope::Class(Class::Rules) => self.each_document(
                // In these words the partial index is used, which skips the directory.
                "SELECT kind, id, version, json FROM documents WHERE class = 0 ORDER BY kind, id",
                [],
                visit,
            ),
            Scope::Class(Class::Directory) => self.each_document(
                "SELECT kind, id, version, json FROM documents WHERE class = 1 ORDER BY kind, id",
                [],
                visit,
            ),
            Scope::Class(Class::Management) => self.each_document(
                "SELECT kind, id, version, json FROM documents WHERE class = 2 ORDER BY kind, id",
                [],
                visit,
            ),
            Scope::Kind(kind) => self.each_document(
                "SELECT kind, id, version, json FROM documents WHERE kind = ?1 ORDER BY id",
                [kind.as_str()],
                visit,
            ),
        }
    }

    fn page(&self, page: &Page) -> Result<Vec<Document>> {
        let mut sql = String::from("SELECT kind, id, version, json FROM documents WHERE kind = ?");
        let mut values: Vec<Box<dyn ToSql>> = vec![Box::new(page.kind.as_str().to_owned())];
        if let Some((member, value)) = &page.filter {
            let condition = match member {
                Member::App => " AND json ->> '$.app' = ?",
                Member::Email => " AND json ->> '$.email' = ?",
                Member::Service => " AND json ->> '$.service' = ?",
                Member::ServiceAccount => " AND json ->> '$.service_account' = ?",
                Member::State => " AND json ->> '$.state' = ?",
                Member::Subject => " AND json ->> '$.subject' = ?",
                Member::Tenant => " AND json ->> '$.tenant' = ?",
                Member::User => " AND json ->> '$.user' = ?",
            };
            sql.push_str(condition);
            values.push(Box::new(value.clone()));
        }
        if let Some(after) = &page.after {
            let beyond = if page.descending {
                " AND id < ?"
            } else {
                " AND id > ?"
            };
            sql.push_str(beyond);
            values.push(Box::new(after.clone()));
        }
        sql.push_str(if page.descending {
            " ORDER BY id DESC LIMIT ?"
        } else {
            " ORDER BY id LIMIT ?"
        });
        values.push(Box::new(limit(page.limit)));
        let mut documents = Vec::new();
        self.each_document(&sql, rusqlite::params_from_iter(values), &mut |document| {
            documents.push(document);
            Ok(())
        })?;
        Ok(documents)
    }

    fn put_document(&self, document: &Document, digest: &[u8; 32]) -> Result<()> {
        self.execute(
            "INSERT INTO documents (kind, id, class, version, digest, json)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (kind, id) DO UPDATE
             SET version = excluded.version, digest = excluded.digest, json = excluded.json",
            params![
                document.kind.as_str(),
                document.id,
                class(&document.kind),
                integer(document.version),
                digest,
                document.json
            ],
        )?;
        Ok(())
    }

    fn delete_document(&self, kind: &Kind, id: &str) -> Result<()> {
        self.execute(
            "DELETE FROM documents WHERE kind = ?1 AND id = ?2",
            [kind.as_str(), id],
        )?;
        Ok(())
    }

    fn rules_digests(&self, visit: &mut dyn FnMut(&str, &str, &[u8])) -> Result<()> {
        self.each(
            "SELECT kind, id, digest FROM documents WHERE class = 0 ORDER BY kind, id",
            [],
            |row| {
                let (kind, id) = (row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?);
                visit(kind, id, row.get_ref(2)?.as_blob()?);
                Ok(Ok(()))
            },
        )
    }

    fn append_change_set(&self, set: &ChangeSet, hash: &[u8; 32]) -> Result<()> {
        let ChangeSet { meta, digests, .. } = set;
        let event = set.event.as_ref();
        let subject = event.and_then(|event| event.subject.as_ref());
        self.execute(
            "INSERT INTO change_sets (sequence, revision, at_ms, who, comment, source, actor,
                 origin, event, subject_kind, subject_id, tenant, rules_digest, others_digest, hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
            params![
                integer(set.sequence),
                set.revision.map(integer),
                meta.at_ms,
                meta.who,
                meta.comment,
                meta.source,
                meta.actor.as_str(),
                meta.from,
                event.map(|event| &event.name),
                subject.map(|(kind, _)| kind.as_str()),
                subject.map(|(_, id)| id),
                event.and_then(|event| event.tenant.as_ref()),
                digests.rules,
                digests.others,
                hash,
            ],
        )?;
        Ok(())
    }

    fn append_revision(&self, revision: &Revision, sequence: u64) -> Result<()> {
        self.execute(
            "INSERT INTO revisions (number, hash, sequence) VALUES (?1, ?2, ?3)",
            params![integer(revision.number), revision.hash, integer(sequence)],
        )?;
        Ok(())
    }

    fn append_entry(
        &self,
        sequence: u64,
        ordinal: u64,
        entry: &Entry,
        concerns: &Concerns,
    ) -> Result<()> {
        self.execute(
            "INSERT INTO changes (sequence, ordinal, class, kind, id, before, after, tenant,
                 provider)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                integer(sequence),
                integer(ordinal),
                class(&entry.kind),
                entry.kind.as_str(),
                entry.id,
                entry.before,
                entry.after,
                concerns.tenant,
                concerns.other,
            ],
        )?;
        Ok(())
    }

    fn changes(&self, filter: &ChangeFilter) -> Result<Vec<LoggedChange>> {
        let mut sql = String::from(
            "SELECT c.sequence, c.ordinal, c.kind, c.id, c.before, c.after,
                    s.revision, s.at_ms, s.who, s.comment, s.source, s.actor, s.origin
             FROM changes c JOIN change_sets s ON s.sequence = c.sequence WHERE 1",
        );
        let mut values: Vec<Box<dyn ToSql>> = Vec::new();
        let mut also = |condition: &str, value: Box<dyn ToSql>| {
            sql.push_str(condition);
            values.push(value);
        };
        if let Some(kind) = &filter.kind {
            also(" AND c.kind = ?", Box::new(kind.as_str().to_owned()));
        }
        if let Some(id) = &filter.id {
            also(" AND c.id = ?", Box::new(id.clone()));
        }
        if let Some(since) = filter.since_ms {
            also(" AND s.at_ms >= ?", Box::new(since));
        }
        if let Some(from) = filter.from {
            let condition = match filter.order {
                Order::OldestFirst => " AND (c.sequence, c.ordinal) > (?, ?)",
                Order::NewestFirst => " AND (c.sequence, c.ordinal) < (?, ?)",
            };
            also(condition, Box::new(integer(from.sequence)));
            also("", Box::new(integer(from.ordinal)));
        }
        let order = match filter.order {
            Order::OldestFirst => " ORDER BY c.sequence, c.ordinal LIMIT ?",
            Order::NewestFirst => " ORDER BY c.sequence DESC, c.ordinal DESC LIMIT ?",
        };
        also(order, Box::new(limit(filter.limit)));
        let mut changes = Vec::new();
        self.each(&sql, rusqlite::params_from_iter(values), |row| {
            changes.push(logged_change(row)?);
            Ok(Ok(()))
        })?;
        Ok(changes)
    }

    fn next_change(&self, kind: &Kind, id: &str, after: u64) -> Result<Option<Entry>> {
        self.one(
            "SELECT before, after FROM changes WHERE kind = ?1 AND id = ?2 AND sequence > ?3
             ORDER BY sequence LIMIT 1",
            params![kind.as_str(), id, integer(after)],
            |row| {
                Ok(Entry {
                    kind: kind.clone(),
                    id: id.into(),
                    before: row.get(0)?,
                    after: row.get(1)?,
                })
            },
        )
    }

    fn rules_changes(
        &self,
        sequences: RangeInclusive<u64>,
        visit: Visit<'_, RulesChange>,
    ) -> Result<()> {
        self.each(
            "SELECT sequence, kind, id, after FROM changes
             WHERE sequence BETWEEN ?1 AND ?2 AND class = 0 ORDER BY sequence, ordinal",
            [integer(*sequences.start()), integer(*sequences.end())],
            |row| {
                Ok(visit(RulesChange {
                    sequence: number(row, 0)?,
                    kind: Kind::stored(row.get_ref(1)?.as_str()?),
                    id: row.get(2)?,
                    after: row.get(3)?,
                }))
            },
        )
    }

    fn revisions(&self, numbers: RangeInclusive<u64>, most: usize) -> Result<Vec<RevisionRecord>> {
        let mut records = Vec::new();
        self.each(
            "SELECT r.number, r.hash, r.sequence, s.at_ms, s.who, s.comment, s.source
             FROM revisions r JOIN change_sets s ON s.sequence = r.sequence
             WHERE r.number BETWEEN ?1 AND ?2 ORDER BY r.number DESC LIMIT ?3",
            [
                integer(*numbers.start()),
                integer(*numbers.end()),
                limit(most),
            ],
            |row| {
                records.push(RevisionRecord {
                    revision: Revision {
                        number: number(row, 0)?,
                        hash: row.get(1)?,
                    },
                    sequence: number(row, 2)?,
                    at_ms: row.get(3)?,
                    who: row.get(4)?,
                    comment: row.get(5)?,
                    source: row.get(6)?,
                });
                Ok(Ok(()))
            },
        )?;
        Ok(records)
    }

    fn checkpoint_before(&self, number: u64) -> Result<Option<u64>> {
        let sql = "SELECT max(number) FROM revisions WHERE number <= ?1 AND checkpoint = 1";
        let found = self.one(sql, [integer(number)], |row| row.get::<_, Option<i64>>(0))?;
        Ok(found.flatten().map(natural))
    }

    fn checkpoint(&self, number: u64, visit: Visit<'_, Document>) -> Result<()> {
        self.each_document(
            "SELECT kind, id, version, json FROM checkpoints WHERE revision = ?1
             ORDER BY kind, id",
            [integer(number)],
            visit,
        )
    }

    fn write_checkpoint(&self, number: u64, documents: &[Document]) -> Result<()> {
        self.execute(
            "UPDATE revisions SET checkpoint = 1 WHERE number = ?1",
            [integer(number)],
        )?;
        for document in documents {
            self.execute(
                "INSERT INTO checkpoints (revision, kind, id, version, json)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                params![
                    integer(number),
                    document.kind.as_str(),
                    document.id,
                    integer(document.version),
                    document.json
                ],
            )?;
        }
        Ok(())
    }

    fn first_change_set_since(&self, at_ms: i64) -> Result<Option<u64>> {
        let sql = "SELECT min(sequence) FROM change_sets WHERE at_ms >= ?1";
        let found = self.one(sql, [at_ms], |row| row.get::<_, Option<i64>>(0))?;
        Ok(found.flatten().map(natural))
    }

    fn revision_before(&self, sequence: u64) -> Result<Option<u64>> {
        let sql = "SELECT max(number) FROM revisions WHERE sequence < ?1";
        let found = self.one(sql, [integer(sequence)], |row| row.get::<_, Option<i64>>(0))?;
        Ok(found.flatten().map(natural))
    }

    fn forget(&self, horizons: &Horizons, before: u64) -> Result<(u64, u64)> {
        let (rules, directory) = (integer(horizons.rules), integer(horizons.directory));
        let before = integer(before);
        self.execute(
            "UPDATE head SET rules_horizon = ?1, directory_horizon = ?2",
            [rules, directory],
        )?;
        let changes = self.execute(
            "DELETE FROM changes WHERE sequence <= max(?1, ?2)
             AND sequence <= CASE class WHEN 0 THEN ?1 ELSE ?2 END",
            [rules, directory],
        )?;
        let revisions = self.execute("DELETE FROM revisions WHERE number < ?1", [before])?;
        self.execute("DELETE FROM checkpoints WHERE revision < ?1", [before])?;
        Ok((changes, revisions))
    }
}

impl Rows<'_> {
    fn headless(&self) -> StoreError {
        StoreError::Damaged {
            place: self.path.display().to_string().into(),
            detail: "it does not say where it stands".to_owned(),
        }
    }
}

fn logged_change(row: &Row<'_>) -> rusqlite::Result<LoggedChange> {
    Ok(LoggedChange {
        position: Position {
            sequence: number(row, 0)?,
            ordinal: number(row, 1)?,
        },
        entry: Entry {
            kind: Kind::stored(row.get_ref(2)?.as_str()?),
            id: row.get(3)?,
            before: row.get(4)?,
            after: row.get(5)?,
        },
        revision: row.get::<_, Option<i64>>(6)?.map(natural),
        meta: meta(row, 7)?,
    })
}

/// Columns in the order: time, who, comment, source, actor, origin.
pub(super) fn meta(row: &Row<'_>, first: usize) -> rusqlite::Result<ChangeMeta> {
    let actor = row.get_ref(first + 4)?.as_str()?;
    Ok(ChangeMeta {
        at_ms: row.get(first)?,
        who: row.get(first + 1)?,
        comment: row.get(first + 2)?,
        source: row.get(first + 3)?,
        // A newer schema would have been refused; nobody else writes here.
        actor: ActorKind::named(actor).unwrap_or(ActorKind::System),
        from: row.get(first + 5)?,
    })
}

fn class(kind: &Kind) -> i64 {
    match kind.class() {
        Class::Rules => 0,
        Class::Directory => 1,
        Class::Management => 2,
    }
}

/// SQLite's integers are signed; what does not fit is beyond every stored number.
pub(super) fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn natural(integer: i64) -> u64 {
    u64::try_from(integer).unwrap_or(0)
}

pub(super) fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get(column).map(natural)
}

pub(super) fn limit(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}
