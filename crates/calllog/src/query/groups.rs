//! Counting by something.

use super::view::View;
use super::{Filter, Reader, row};
use crate::Result;
use crate::entry::{Entry, Outcome, fault_from};
use crate::error::CallLogError;
use crate::query::day_reader::DayReader;
use postern_model::RequestId;
use rusqlite::types::ValueRef;
use rusqlite::{Row, params_from_iter};
use std::collections::{BTreeMap, HashMap};

/// What to count by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupBy {
    /// Nothing: one group of all.
    All,
    /// The code.
    Code,
    /// The app.
    App,
    /// The operation, as `service/version/operation`.
    Operation,
    /// The service.
    Service,
    /// Whose business it is.
    Fault,
    /// The client's address.
    Address,
    /// How it ended.
    Outcome,
    /// The status.
    Status,
}

/// Requests that have something in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// What they have in common; `None` where they have no such thing.
    pub key: Option<String>,
    /// How many requests, those that samples and folded rows stand for included.
    pub count: u64,
    /// When the first came: Unix time in milliseconds.
    pub first: u64,
    /// When the last came.
    pub last: u64,
    /// One of them: the newest that has a row.
    pub example: RequestId,
}

impl Reader {
    /// Counts the requests that pass the filter, most frequent first, at most `limit` groups.
    pub fn groups(&self, filter: &Filter, by: GroupBy, limit: usize) -> Result<Vec<Group>> {
        let mut groups = Groups::default();
        // Rows of floods, each in its newest state: an older one may be in a day file.
        let mut folds: HashMap<RequestId, Entry> = HashMap::new();
        let view = View::open(self, filter, |entry| {
            if entry.fold.is_some() {
                folds.insert(entry.id, entry);
            } else {
                groups.add(by.key(&entry), entry.represents(), [entry.id; 3]);
            }
        })?;
        for (day, open) in &view.days {
            let fault = CallLogError::day(&day.path(self.dir()));
            of_day(open, filter, by, &mut groups).map_err(fault)?;
        }
        for entry in folds.into_values() {
            let grown = view.grown(self, &entry)?;
            let fold = entry.fold.as_ref();
            let [first, last] = fold.map_or([entry.id; 2], |fold| [fold.first, fold.last]);
            groups.add(by.key(&entry), grown, [first, last, entry.id]);
        }
        Ok(groups.finish(limit))
    }
}

#[derive(Default)]
struct Groups(BTreeMap<Option<String>, Group>);

impl Groups {
    /// The ids are the first, the last, and that of the newest row.
    fn add(&mut self, key: Option<String>, count: u64, [first, last, row]: [RequestId; 3]) {
        let group = self.0.entry(key.clone()).or_insert_with(|| Group {
            key,
            count: 0,
            first: u64::MAX,
            last: 0,
            example: row,
        });
        group.count += count;
        group.first = group.first.min(first.millis());
        group.last = group.last.max(last.millis());
        group.example = group.example.max(row);
    }

    fn finish(self, limit: usize) -> Vec<Group> {
        let mut groups: Vec<Group> = self.0.into_values().collect();
        groups.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.key.cmp(&b.key)));
        groups.truncate(limit);
        groups
    }
}

fn of_day(
    open: &DayReader,
    filter: &Filter,
    by: GroupBy,
    groups: &mut Groups,
) -> rusqlite::Result<()> {
    let Some(condition) = open.condition(filter)? else {
        return Ok(());
    };
    let columns = by.columns();
    let sql = format!(
        "SELECT {columns}, sum(weight * count), min(id), max(id) FROM calls WHERE {} {}",
        condition.sql,
        by.clause()
    );
    let mut query = open.connection.prepare(&sql)?;
    let mut rows = query.query(params_from_iter(&condition.values))?;
    while let Some(row) = rows.next()? {
        let key = by.read(open, row)?;
        let count = row.get::<_, i64>(3)?.cast_unsigned();
        let [first, newest] = [row::id(row.get(4)?), row::id(row.get(5)?)];
        groups.add(key, count, [first, newest, newest]);
    }
    Ok(())
}

impl GroupBy {
    /// What an entry has in common with others of its group.
    pub fn key(self, entry: &Entry) -> Option<String> {
        match self {
            Self::All => None,
            Self::Code => entry.code.map(|code| code.name().to_owned()),
            Self::App => entry.app.as_deref().map(str::to_owned),
            Self::Service => entry.service.as_deref().map(str::to_owned),
            Self::Operation => path_of(
                entry.service.as_deref(),
                entry.version.as_deref(),
                entry.operation.as_deref(),
            ),
            Self::Fault => entry.fault.map(|fault| fault.name().to_owned()),
            Self::Address => Some(entry.address().to_string()),
            Self::Outcome => Some(entry.outcome.name().to_owned()),
            Self::Status => Some(entry.status.to_string()),
        }
    }

    /// Three columns that make the key.
    const fn columns(self) -> &'static str {
        match self {
            Self::All => "null, null, null",
            Self::Code => "code, null, null",
            Self::App => "app, null, null",
            Self::Service => "service, null, null",
            Self::Operation => "service, version, operation",
            Self::Fault => "fault, null, null",
            Self::Address => "coalesce(client, peer), null, null",
            Self::Outcome => "outcome, null, null",
            Self::Status => "status, null, null",
        }
    }

    /// What makes groups of rows; without rows there are none.
    const fn clause(self) -> &'static str {
        match self {
            Self::All => "HAVING count(*) > 0",
            Self::Operation => "GROUP BY 1, 2, 3",
            _ => "GROUP BY 1",
        }
    }

    /// The key in the three columns.
    fn read(self, open: &DayReader, row: &Row<'_>) -> rusqlite::Result<Option<String>> {
        let name = |at: usize| match row.get::<_, Option<i64>>(at)? {
            None => rusqlite::Result::Ok(None),
            Some(id) => open.names.get(&open.connection, id).map(Some),
        };
        let number = || row.get::<_, Option<i64>>(0);
        let small = || Ok::<_, rusqlite::Error>(number()?.and_then(|n| u8::try_from(n).ok()));
        Ok(match self {
            Self::All => None,
            Self::Code | Self::App | Self::Service => name(0)?.map(|name| name.to_string()),
            Self::Operation => path_of(
                name(0)?.as_deref(),
                name(1)?.as_deref(),
                name(2)?.as_deref(),
            ),
            Self::Fault => small()?.and_then(fault_from).map(|f| f.name().to_owned()),
            Self::Address => match row.get_ref(0)? {
                ValueRef::Blob(bytes) => row::address(bytes).map(|address| address.to_string()),
                _ => None,
            },
            Self::Outcome => small()?
                .and_then(Outcome::from_number)
                .map(|outcome| outcome.name().to_owned()),
            Self::Status => number()?.map(|status| status.to_string()),
        })
    }
}

/// `service/version/operation`, as far as they are known.
fn path_of(
    service: Option<&str>,
    version: Option<&str>,
    operation: Option<&str>,
) -> Option<String> {
    let parts: Vec<&str> = [service?, version.unwrap_or("-"), operation.unwrap_or("-")].into();
    Some(parts.join("/"))
}
