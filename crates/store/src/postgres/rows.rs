//! The statements.

use std::ops::RangeInclusive;

use tokio_postgres::types::{FromSql, ToSql};
use tokio_postgres::{Row, Statement};

use super::conditions::Conditions;
use super::members::Members;
use super::session::Place;
use super::{fault, path};
use crate::change::{ActorKind, ChangeFilter, ChangeMeta, Entry, LoggedChange, Order, Position};
use crate::document::{Class, Document, Kind, Member, Page, Scope};
use crate::error::StoreError;
use crate::revision::{Head, Revision, RevisionRecord};
use crate::rows::{Access, ChangeSet, Concerns, Horizons, RulesChange, Transaction, Visit};

type Result<T> = std::result::Result<T, StoreError>;

pub(super) type Parameters<'a> = &'a [&'a (dyn ToSql + Sync)];

/// Rows that are fetched at a time. Between two parts a visitor may ask for more.
const PART: u16 = 500;

/// A transaction of PostgreSQL's.
pub(super) struct Rows<'a> {
    /// None once it has ended.
    transaction: Option<tokio_postgres::Transaction<'a>>,
    place: Place<'a>,
    access: Access,
}

impl<'a> Rows<'a> {
    pub(super) const fn new(
        transaction: tokio_postgres::Transaction<'a>,
        place: Place<'a>,
        access: Access,
    ) -> Self {
        Self {
            transaction: Some(transaction),
            place,
            access,
        }
    }

    /// Waits until nobody else writes. Returns the schema's version.
    pub(super) fn lock(&self) -> Result<i64> {
        let sql = "SELECT (SELECT version FROM schema_version) FROM head FOR UPDATE";
        let version = self.one(sql, &[], |row| self.get(row, 0))?;
        version.ok_or_else(|| self.headless())
    }

    fn transaction(&self) -> Result<&tokio_postgres::Transaction<'a>> {
        self.transaction.as_ref().ok_or(StoreError::Abandoned)
    }

    fn prepare(&self, sql: &str) -> Result<Statement> {
        let kept = self.place.statements.borrow().get(sql).cloned();
        if let Some(statement) = kept {
            return Ok(statement);
        }
        let statement = self.place.wait(self.transaction()?.prepare(sql))?;
        self.place.keep(sql, &statement);
        Ok(statement)
    }

    /// Runs a statement; returns how many rows it changed.
    pub(super) fn execute(&self, sql: &str, parameters: Parameters<'_>) -> Result<u64> {
        let statement = self.prepare(sql)?;
        let transaction = self.transaction()?;
        self.place.wait(transaction.execute(&statement, parameters))
    }

    pub(super) fn one<T>(
        &self,
        sql: &str,
        parameters: Parameters<'_>,
        read: impl FnOnce(&Row) -> Result<T>,
    ) -> Result<Option<T>> {
        let statement = self.prepare(sql)?;
        let transaction = self.transaction()?;
        let row = self
            .place
            .wait(transaction.query_opt(&statement, parameters))?;
        row.map(|row| read(&row)).transpose()
    }

    pub(super) fn each(
        &self,
        sql: &str,
        parameters: Parameters<'_>,
        mut visit: impl FnMut(&Row) -> Result<()>,
    ) -> Result<()> {
        let statement = self.prepare(sql)?;
        let transaction = self.transaction()?;
        let portal = self.place.wait(transaction.bind(&statement, parameters))?;
        loop {
            let part = transaction.query_portal(&portal, i32::from(PART));
            let part = self.place.wait(part)?;
            part.iter().try_for_each(&mut visit)?;
            if part.len() < usize::from(PART) {
                return Ok(());
            }
        }
    }

    fn each_document(
        &self,
        sql: &str,
        parameters: Parameters<'_>,
        visit: Visit<'_, Document>,
    ) -> Result<()> {
        let mut kind: Option<Kind> = None;
        self.each(sql, parameters, |row| {
            let name: &str = self.get(row, 0)?;
            // Rows come sorted by kind, so that one name serves many.
            let kind = match &kind {
                Some(same) if same.as_str() == name => same.clone(),
                _ => kind.insert(Kind::stored(name)).clone(),
            };
            visit(Document {
                kind,
                id: self.text(row, 1)?,
                version: self.number(row, 2)?,
                json: self.text(row, 3)?,
            })
        })
    }

    pub(super) fn get<'r, T: FromSql<'r>>(&self, row: &'r Row, column: usize) -> Result<T> {
        row.try_get(column)
            .map_err(|error| fault(self.place.address, &error))
    }

    pub(super) fn text(&self, row: &Row, column: usize) -> Result<Box<str>> {
        self.get(row, column).map(|text: &str| text.into())
    }

    pub(super) fn maybe_text(&self, row: &Row, column: usize) -> Result<Option<Box<str>>> {
        let text: Option<&str> = self.get(row, column)?;
        Ok(text.map(Into::into))
    }

    pub(super) fn number(&self, row: &Row, column: usize) -> Result<u64> {
        self.get(row, column).map(natural)
    }

    pub(super) fn hash(&self, row: &Row, column: usize) -> Result<[u8; 32]> {
        let hash = self.maybe_hash(row, column)?;
        hash.ok_or_else(|| self.damaged("a hash in it is missing"))
    }

    pub(super) fn maybe_hash(&self, row: &Row, column: usize) -> Result<Option<[u8; 32]>> {
        let bytes: Option<&[u8]> = self.get(row, column)?;
        bytes
            .map(<[u8; 32]>::try_from)
            .transpose()
            .map_err(|_| self.damaged("a hash in it is not one"))
    }

    /// Columns in the order: time, who, comment, source, actor, origin.
    pub(super) fn meta_of(&self, row: &Row, first: usize) -> Result<ChangeMeta> {
        Ok(ChangeMeta {
            at_ms: self.get(row, first)?,
            who: self.get(row, first + 1)?,
            comment: self.get(row, first + 2)?,
            source: self.get(row, first + 3)?,
            // A newer schema would have been refused; nobody else writes here.
            actor: ActorKind::named(self.get(row, first + 4)?).unwrap_or(ActorKind::System),
            from: self.get(row, first + 5)?,
        })
    }

    fn logged_change(&self, row: &Row) -> Result<LoggedChange> {
        let revision: Option<i64> = self.get(row, 6)?;
        Ok(LoggedChange {
            position: Position {
                sequence: self.number(row, 0)?,
                ordinal: self.number(row, 1)?,
            },
            entry: Entry {
                kind: Kind::stored(self.get(row, 2)?),
                id: self.text(row, 3)?,
                before: self.maybe_text(row, 4)?,
                after: self.maybe_text(row, 5)?,
            },
            revision: revision.map(natural),
            meta: self.meta_of(row, 7)?,
        })
    }

    fn headless(&self) -> StoreError {
        self.damaged("it does not say where it stands")
    }

    fn damaged(&self, what: &str) -> StoreError {
        StoreError::Damaged {
            place: path(self.place.address).display().to_string().into(),
            detail: what.to_owned(),
        }
    }
}

impl Drop for Rows<'_> {
    /// Undoes it now: a rollback that waits for the next transaction would keep the lock until then.
    fn drop(&mut self) {
        if let Some(transaction) = self.transaction.take()
            && let Err(error) = self.place.wait(transaction.rollback())
        {
            tracing::debug!(%error, "a transaction ended with its connection");
        }
    }
}

impl Transaction for Rows<'_> {
    fn commit(mut self: Box<Self>) -> Result<()> {
        let Some(transaction) = self.transaction.take() else {
            return Err(StoreError::Abandoned);
        };
        let outcome = self.place.wait(transaction.commit());
        match (outcome, self.access) {
            (Err(StoreError::Away { database, detail }), Access::Write) => {
                Err(StoreError::Uncertain { database, detail })
            }
            (outcome, _) => outcome,
        }
    }

    fn meta(&self, key: &str) -> Result<Option<String>> {
        let sql = "SELECT value FROM meta WHERE key = $1";
        self.one(sql, &[&key], |row| self.get(row, 0))
    }

    fn set_meta(&self, key: &str, value: &str) -> Result<()> {
        self.execute(
            "INSERT INTO meta (key, value) VALUES ($1, $2)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            &[&key, &value],
        )?;
        Ok(())
    }

    fn head(&self) -> Result<Head> {
        let sql = "SELECT sequence, revision, hash FROM head";
        let head = self.one(sql, &[], |row| {
            Ok(Head {
                sequence: self.number(row, 0)?,
                revision: Revision {
                    number: self.number(row, 1)?,
                    hash: self.hash(row, 2)?,
                },
            })
        })?;
        head.ok_or_else(|| self.headless())
    }

    /// Other nodes hear of it once it is permanent.
    fn set_head(&self, head: &Head) -> Result<()> {
        self.execute(
            "UPDATE head SET sequence = $1, revision = $2, hash = $3",
            &[
                &integer(head.sequence),
                &integer(head.revision.number),
                &head.revision.hash.as_slice(),
            ],
        )?;
        self.execute("NOTIFY postern", &[])?;
        Ok(())
    }

    fn horizons(&self) -> Result<Horizons> {
        let sql = "SELECT rules_horizon, directory_horizon FROM head";
        let horizons = self.one(sql, &[], |row| {
            Ok(Horizons {
                rules: self.number(row, 0)?,
                directory: self.number(row, 1)?,
            })
        })?;
        horizons.ok_or_else(|| self.headless())
    }

    fn document(&self, kind: &Kind, id: &str) -> Result<Option<Document>> {
        let sql = "SELECT version, json FROM documents WHERE kind = $1 AND id = $2";
        self.one(sql, &[&kind.as_str(), &id], |row| {
            Ok(Document {
                kind: kind.clone(),
                id: id.into(),
                version: self.number(row, 0)?,
                json: self.text(row, 1)?,
            })
        })
    }

    fn documents(&self, scope: &Scope, visit: Visit<'_, Document>) -> Result<()> {
        match scope {
            Scope::Everything => self.each_document(
                "SELECT kind, id, version, json FROM documents ORDER BY kind, id",
                &[],
                visit,
            ),
            Scope::Class(Class::Rules) => self.each_document(
                // In these words the partial index is used, which skips the directory.
                "SELECT kind, id, version, json FROM documents WHERE class = 0 ORDER BY kind, id",
                &[],
                visit,
            ),
            Scope::Class(Class::Directory) => self.each_document(
                "SELECT kind, id, version, json FROM documents WHERE class = 1 ORDER BY kind, id",
                &[],
                visit,
            ),
            Scope::Class(Class::Management) => self.each_document(
                "SELECT kind, id, version, json FROM documents WHERE class = 2 ORDER BY kind, id",
                &[],
                visit,
            ),
            Scope::Kind(kind) => self.each_document(
                "SELECT kind, id, version, json FROM documents WHERE kind = $1 ORDER BY id",
                &[&kind.as_str()],
                visit,
            ),
        }
    }

    fn page(&self, page: &Page) -> Result<Vec<Document>> {
        let mut asked = Conditions::new("SELECT kind, id, version, json FROM documents WHERE TRUE");
        asked.also(" AND kind = ?", [page.kind.as_str().to_owned()]);
        if let Some((member, value)) = &page.filter {
            let condition = match member {
                Member::App => " AND app = ?",
                Member::Email => " AND email = ?",
                Member::Service => " AND service = ?",
                Member::ServiceAccount => " AND service_account = ?",
                Member::State => " AND state = ?",
                Member::Subject => " AND subject = ?",
                Member::Tenant => " AND tenant = ?",
                Member::User => " AND user_id = ?",
            };
            // What no text of PostgreSQL can be is equal to none.
            if value.contains('\0') {
                return Ok(Vec::new());
            }
            asked.also(condition, [value.clone()]);
        }
        if let Some(after) = &page.after {
            let beyond = if page.descending {
                " AND id < ?"
            } else {
                " AND id > ?"
            };
            asked.also(beyond, [after.to_string()]);
        }
        let order = if page.descending {
            " ORDER BY id DESC LIMIT ?"
        } else {
            " ORDER BY id LIMIT ?"
        };
        asked.also(order, [limit(page.limit)]);
        let mut documents = Vec::new();
        self.each_document(asked.sql(), &asked.values(), &mut |document| {
            documents.push(document);
            Ok(())
        })?;
        Ok(documents)
    }

    fn put_document(&self, document: &Document, digest: &[u8; 32]) -> Result<()> {
        let members = Members::of(&document.json);
        self.execute(
            "INSERT INTO documents (kind, id, class, version, digest, json, app, service, state,
                 tenant, email, subject, user_id, service_account)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
             ON CONFLICT (kind, id) DO UPDATE
             SET version = excluded.version, digest = excluded.digest, json = excluded.json,
                 app = excluded.app, service = excluded.service, state = excluded.state,
                 tenant = excluded.tenant, email = excluded.email,
                 subject = excluded.subject, user_id = excluded.user_id,
                 service_account = excluded.service_account",
            &[
                &document.kind.as_str(),
                &&*document.id,
                &class(&document.kind),
                &integer(document.version),
                &digest.as_slice(),
                &&*document.json,
                &members.app,
                &members.service,
                &members.state,
                &members.tenant,
                &members.email,
                &members.subject,
                &members.user,
                &members.service_account,
            ],
        )?;
        Ok(())
    }

    fn delete_document(&self, kind: &Kind, id: &str) -> Result<()> {
        let sql = "DELETE FROM documents WHERE kind = $1 AND id = $2";
        self.execute(sql, &[&kind.as_str(), &id])?;
        Ok(())
    }

    fn rules_digests(&self, visit: &mut dyn FnMut(&str, &str, &[u8])) -> Result<()> {
        let sql = "SELECT kind, id, digest FROM documents WHERE class = 0 ORDER BY kind, id";
        self.each(sql, &[], |row| {
            visit(self.get(row, 0)?, self.get(row, 1)?, self.get(row, 2)?);
            Ok(())
        })
    }

    fn append_change_set(&self, set: &ChangeSet, hash: &[u8; 32]) -> Result<()> {
        let ChangeSet { meta, digests, .. } = set;
        let event = set.event.as_ref();
        let subject = event.and_then(|event| event.subject.as_ref());
        self.execute(
            "INSERT INTO change_sets (sequence, revision, at_ms, who, comment, source, actor,
                 origin, event, subject_kind, subject_id, tenant, rules_digest, others_digest, hash)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
            &[
                &integer(set.sequence),
                &set.revision.map(integer),
                &meta.at_ms,
                &meta.who,
                &meta.comment,
                &meta.source,
                &meta.actor.as_str(),
                &meta.from,
                &event.map(|event| &*event.name),
                &subject.map(|(kind, _)| kind.as_str()),
                &subject.map(|(_, id)| &**id),
                &event.and_then(|event| event.tenant.as_deref()),
                &digests.rules.as_ref().map(<[u8; 32]>::as_slice),
                &digests.others.as_ref().map(<[u8; 32]>::as_slice),
                &hash.as_slice(),
            ],
        )?;
        Ok(())
    }

    fn append_revision(&self, revision: &Revision, sequence: u64) -> Result<()> {
        self.execute(
            "INSERT INTO revisions (number, hash, sequence) VALUES ($1, $2, $3)",
            &[
                &integer(revision.number),
                &revision.hash.as_slice(),
                &integer(sequence),
            ],
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
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            &[
                &integer(sequence),
                &integer(ordinal),
                &class(&entry.kind),
                &entry.kind.as_str(),
                &&*entry.id,
                &entry.before.as_deref(),
                &entry.after.as_deref(),
                &storable(concerns.tenant.as_deref()),
                &storable(concerns.other.as_deref()),
            ],
        )?;
        Ok(())
    }

    fn changes(&self, filter: &ChangeFilter) -> Result<Vec<LoggedChange>> {
        let mut asked = Conditions::new(
            "SELECT c.sequence, c.ordinal, c.kind, c.id, c.before, c.after,
                    s.revision, s.at_ms, s.who, s.comment, s.source, s.actor, s.origin
             FROM changes c JOIN change_sets s ON s.sequence = c.sequence WHERE TRUE",
        );
        if let Some(kind) = &filter.kind {
            asked.also(" AND c.kind = ?", [kind.as_str().to_owned()]);
        }
        if let Some(id) = &filter.id {
            asked.also(" AND c.id = ?", [id.to_string()]);
        }
        if let Some(since) = filter.since_ms {
            asked.also(" AND s.at_ms >= ?", [since]);
        }
        if let Some(from) = filter.from {
            let condition = match filter.order {
                Order::OldestFirst => " AND (c.sequence, c.ordinal) > (?, ?)",
                Order::NewestFirst => " AND (c.sequence, c.ordinal) < (?, ?)",
            };
            asked.also(condition, [integer(from.sequence), integer(from.ordinal)]);
        }
        let order = match filter.order {
            Order::OldestFirst => " ORDER BY c.sequence, c.ordinal LIMIT ?",
            Order::NewestFirst => " ORDER BY c.sequence DESC, c.ordinal DESC LIMIT ?",
        };
        asked.also(order, [limit(filter.limit)]);
        let mut changes = Vec::new();
        self.each(asked.sql(), &asked.values(), |row| {
            changes.push(self.logged_change(row)?);
            Ok(())
        })?;
        Ok(changes)
    }

    fn next_change(&self, kind: &Kind, id: &str, after: u64) -> Result<Option<Entry>> {
        self.one(
            "SELECT before, after FROM changes WHERE kind = $1 AND id = $2 AND sequence > $3
             ORDER BY sequence LIMIT 1",
            &[&kind.as_str(), &id, &integer(after)],
            |row| {
                Ok(Entry {
                    kind: kind.clone(),
                    id: id.into(),
                    before: self.maybe_text(row, 0)?,
                    after: self.maybe_text(row, 1)?,
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
             WHERE sequence BETWEEN $1 AND $2 AND class = 0 ORDER BY sequence, ordinal",
            &[&integer(*sequences.start()), &integer(*sequences.end())],
            |row| {
                visit(RulesChange {
                    sequence: self.number(row, 0)?,
                    kind: Kind::stored(self.get(row, 1)?),
                    id: self.text(row, 2)?,
                    after: self.maybe_text(row, 3)?,
                })
            },
        )
    }

    fn revisions(&self, numbers: RangeInclusive<u64>, most: usize) -> Result<Vec<RevisionRecord>> {
        let mut records = Vec::new();
        self.each(
            "SELECT r.number, r.hash, r.sequence, s.at_ms, s.who, s.comment, s.source
             FROM revisions r JOIN change_sets s ON s.sequence = r.sequence
             WHERE r.number BETWEEN $1 AND $2 ORDER BY r.number DESC LIMIT $3",
            &[
                &integer(*numbers.start()),
                &integer(*numbers.end()),
                &limit(most),
            ],
            |row| {
                records.push(RevisionRecord {
                    revision: Revision {
                        number: self.number(row, 0)?,
                        hash: self.hash(row, 1)?,
                    },
                    sequence: self.number(row, 2)?,
                    at_ms: self.get(row, 3)?,
                    who: self.get(row, 4)?,
                    comment: self.get(row, 5)?,
                    source: self.get(row, 6)?,
                });
                Ok(())
            },
        )?;
        Ok(records)
    }

    fn checkpoint_before(&self, number: u64) -> Result<Option<u64>> {
        let sql = "SELECT max(number) FROM revisions WHERE number <= $1 AND checkpoint";
        let found = self.one(sql, &[&integer(number)], |row| {
            self.get::<Option<i64>>(row, 0)
        })?;
        Ok(found.flatten().map(natural))
    }

    fn checkpoint(&self, number: u64, visit: Visit<'_, Document>) -> Result<()> {
        self.each_document(
            "SELECT kind, id, version, json FROM checkpoints WHERE revision = $1
             ORDER BY kind, id",
            &[&integer(number)],
            visit,
        )
    }

    fn write_checkpoint(&self, number: u64, documents: &[Document]) -> Result<()> {
        let sql = "UPDATE revisions SET checkpoint = TRUE WHERE number = $1";
        self.execute(sql, &[&integer(number)])?;
        for document in documents {
            self.execute(
                "INSERT INTO checkpoints (revision, kind, id, version, json)
                 VALUES ($1, $2, $3, $4, $5)",
                &[
                    &integer(number),
                    &document.kind.as_str(),
                    &&*document.id,
                    &integer(document.version),
                    &&*document.json,
                ],
            )?;
        }
        Ok(())
    }

    fn first_change_set_since(&self, at_ms: i64) -> Result<Option<u64>> {
        let sql = "SELECT min(sequence) FROM change_sets WHERE at_ms >= $1";
        let found = self.one(sql, &[&at_ms], |row| self.get::<Option<i64>>(row, 0))?;
        Ok(found.flatten().map(natural))
    }

    fn revision_before(&self, sequence: u64) -> Result<Option<u64>> {
        let sql = "SELECT max(number) FROM revisions WHERE sequence < $1";
        let found = self.one(sql, &[&integer(sequence)], |row| {
            self.get::<Option<i64>>(row, 0)
        })?;
        Ok(found.flatten().map(natural))
    }

    fn forget(&self, horizons: &Horizons, before: u64) -> Result<(u64, u64)> {
        let (rules, directory) = (integer(horizons.rules), integer(horizons.directory));
        let before = integer(before);
        self.execute(
            "UPDATE head SET rules_horizon = $1, directory_horizon = $2",
            &[&rules, &directory],
        )?;
        let changes = self.execute(
            "DELETE FROM changes WHERE sequence <= greatest($1::bigint, $2::bigint)
             AND sequence <= CASE class WHEN 0 THEN $1 ELSE $2 END",
            &[&rules, &directory],
        )?;
        let revisions = self.execute("DELETE FROM revisions WHERE number < $1", &[&before])?;
        self.execute("DELETE FROM checkpoints WHERE revision < $1", &[&before])?;
        Ok((changes, revisions))
    }
}

fn class(kind: &Kind) -> i16 {
    match kind.class() {
        Class::Rules => 0,
        Class::Directory => 1,
        Class::Management => 2,
    }
}

/// PostgreSQL keeps no NUL in a text; the name of a tenant has none, but a document may say what it
/// likes.
fn storable(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.contains('\0'))
}

/// PostgreSQL's integers are signed; what does not fit is beyond every stored number.
pub(super) fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn natural(integer: i64) -> u64 {
    u64::try_from(integer).unwrap_or(0)
}

pub(super) fn limit(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}
