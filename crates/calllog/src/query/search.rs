//! Searching, and the last time that something worked.

use super::view::View;
use super::{Filter, Reader, Searched, row};
use crate::Result;
use crate::day::Day;
use crate::entry::{Entry, Outcome};
use crate::error::CallLogError;
use crate::index::HOUR;
use crate::query::day_reader::DayReader;
use postern_model::RequestId;
use rusqlite::{OptionalExtension, params};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Rows that a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Newest first.
    pub entries: Vec<Entry>,
    /// Where to go on: what to give as `before` for the next page. `None` if this was the last.
    pub next: Option<RequestId>,
    /// Where was looked.
    pub searched: Searched,
}

/// A way of calling: who calls what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// The service.
    pub service: Option<Arc<str>>,
    /// Its version.
    pub version: Option<Arc<str>>,
    /// Its operation.
    pub operation: Option<Arc<str>>,
    /// The app; `None` for callers without one.
    pub app: Option<Arc<str>>,
}

impl Way {
    /// The way that a request took.
    pub fn of(entry: &Entry) -> Self {
        Self {
            service: entry.service.clone(),
            version: entry.version.clone(),
            operation: entry.operation.clone(),
            app: entry.app.clone(),
        }
    }
}

/// The newest rows, so many.
pub(super) struct Newest {
    rows: BTreeMap<RequestId, Entry>,
    limit: usize,
}

impl Newest {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            rows: BTreeMap::new(),
            limit,
        }
    }

    /// Takes a row, in place of an older state of it.
    pub(super) fn replace(&mut self, entry: Entry) {
        self.rows.insert(entry.id, entry);
        if self.rows.len() > self.limit {
            self.rows.pop_first();
        }
    }

    /// Takes a row unless a newer state of it is there.
    pub(super) fn add(&mut self, entry: Entry) {
        self.rows.entry(entry.id).or_insert(entry);
        if self.rows.len() > self.limit {
            self.rows.pop_first();
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.rows.len() >= self.limit
    }

    /// Newest first.
    pub(super) fn finish(self) -> Vec<Entry> {
        self.rows.into_values().rev().collect()
    }
}

impl Reader {
    /// The newest requests that pass the filter, at most `limit`; only those older than `before`,
    /// which is the previous page's `next`.
    pub fn search(&self, filter: &Filter, limit: usize, before: Option<RequestId>) -> Result<Page> {
        let mut filter = filter.clone();
        if let Some(before) = before {
            // Ids of that very millisecond are told apart below.
            let to = before.millis() + 1;
            filter.to = Some(filter.to.map_or(to, |given| given.min(to)));
        }
        let wanted = |id| before.is_none_or(|before| id < before);
        // One more than asked for, to know whether there is a next page.
        let mut newest = Newest::new(limit.saturating_add(1));
        let view = View::open(self, &filter, |entry| {
            if wanted(entry.id) {
                newest.replace(entry);
            }
        })?;
        let mut from_days = 0;
        for (day, open) in view.days.iter().rev() {
            for entry in rows(open, *day, &filter, before, limit.saturating_add(1))? {
                from_days += 1;
                newest.add(entry);
            }
            if from_days > limit {
                break;
            }
        }
        let more = newest.is_full();
        let mut entries = newest.finish();
        entries.truncate(limit);
        Ok(Page {
            next: entries.last().map(|last| last.id).filter(|_| more),
            entries,
            searched: view.searched,
        })
    }

    /// The last request that went this way and was allowed, before that moment (Unix time in
    /// milliseconds).
    pub fn last_allowed(&self, way: &Way, before: u64) -> Result<Option<Entry>> {
        let filter = Filter {
            to: Some(before),
            outcome: Some(Outcome::Allowed),
            ..Filter::default()
        };
        let mut newest = Newest::new(1);
        let view = View::open(self, &filter, |entry| {
            if Way::of(&entry) == *way {
                newest.replace(entry);
            }
        })?;
        for (day, open) in view.days.iter().rev() {
            let found =
                last_of_day(open, way, before).map_err(CallLogError::day(&day.path(self.dir())))?;
            if let Some(entry) = found {
                newest.add(entry);
                break;
            }
        }
        Ok(newest.finish().pop())
    }

    /// How many requests pass the filter, those that samples and folded rows stand for included.
    pub fn count(&self, filter: &Filter) -> Result<u64> {
        let groups = self.groups(filter, super::GroupBy::All, usize::MAX)?;
        Ok(groups.iter().map(|group| group.count).sum())
    }
}

fn rows(
    open: &DayReader,
    day: Day,
    filter: &Filter,
    before: Option<RequestId>,
    limit: usize,
) -> Result<Vec<Entry>> {
    let find = || {
        let Some(mut condition) = open.condition(filter)? else {
            return Ok(Vec::new());
        };
        if let Some(before) = before {
            condition.sql.push_str(" AND id < ?");
            let id = before.bits().to_be_bytes().to_vec();
            condition.values.push(rusqlite::types::Value::Blob(id));
        }
        open.rows(&condition, limit)
    };
    find().map_err(|source| CallLogError::Day {
        path: day.to_string().into(),
        source,
    })
}

/// Hour by hour backwards: an hour that ended before the moment has its last allowed request in
/// `seen`; in the moment's own hour it is looked for.
fn last_of_day(open: &DayReader, way: &Way, before: u64) -> rusqlite::Result<Option<Entry>> {
    let mut ids = [0i64; 4];
    let names = [&way.service, &way.version, &way.operation, &way.app];
    for (slot, name) in ids.iter_mut().zip(names) {
        let Some(name) = name else { continue };
        match open.name(name)? {
            Some(id) => *slot = id,
            None => return Ok(None),
        }
    }
    let [service, version, operation, app] = ids;
    let bound = RequestId::new(before, 0).bits().to_be_bytes();
    let hour = (before / HOUR).cast_signed();
    let sql = "SELECT first, last FROM seen WHERE service = ?1 AND version = ?2 \
               AND operation = ?3 AND app = ?4 AND hour <= ?5 AND first < ?6 \
               ORDER BY hour DESC LIMIT 1";
    let found: Option<([u8; 16], [u8; 16])> = open
        .connection
        .query_row(
            sql,
            params![service, version, operation, app, hour, bound],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let Some((first, last)) = found else {
        return Ok(None);
    };
    if last < bound {
        return open.get(row::id(last));
    }
    let sql = "SELECT id FROM calls WHERE id >= ?1 AND id < ?2 AND outcome = ?3 \
               AND coalesce(service, 0) = ?4 AND coalesce(version, 0) = ?5 \
               AND coalesce(operation, 0) = ?6 AND coalesce(app, 0) = ?7 \
               ORDER BY id DESC LIMIT 1";
    let allowed = Outcome::Allowed.number();
    let id: Option<[u8; 16]> = open
        .connection
        .query_row(
            sql,
            params![first, bound, allowed, service, version, operation, app],
            |row| row.get(0),
        )
        .optional()?;
    id.map_or(Ok(None), |id| open.get(row::id(id)))
}
