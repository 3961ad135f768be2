//! What policies in shadow mode would have refused.
//!
//! Whoever makes an entry says so in the `shadow` of its detail: a list of objects with `policy` and
//! `code`. That is all that the log reads of a detail.

use super::day_reader::DayReader;
use super::view::View;
use super::{Filter, Reader, row};
use crate::Result;
use crate::entry::Entry;
use crate::error::CallLogError;
use crate::index::SHADOWED;
use postern_model::RequestId;
use rusqlite::params_from_iter;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Policies, codes and apps that are told apart; what is more is left out.
const MOST: usize = 100_000;

/// What one policy in shadow mode would have refused with one code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shadowed {
    /// The policy.
    pub policy: String,
    /// The code.
    pub code: String,
    /// How many requests, those that samples and folded rows stand for included.
    pub count: u64,
    /// The apps that sent them; those of nobody are in none.
    pub apps: BTreeSet<Arc<str>>,
    /// When the first came: Unix time in milliseconds.
    pub first: u64,
    /// When the last came.
    pub last: u64,
    /// One of them: the newest that has a row.
    pub example: RequestId,
}

/// What is read of a detail.
#[derive(Deserialize)]
struct Detail {
    #[serde(default)]
    shadow: Vec<Finding>,
}

#[derive(Deserialize)]
struct Finding {
    #[serde(default)]
    policy: Option<String>,
    code: String,
}

#[derive(Default)]
struct Found(BTreeMap<(String, String), Shadowed>);

impl Found {
    /// The ids are the first, the last, and that of the newest row.
    fn add(
        &mut self,
        (policy, code): (String, String),
        app: Option<Arc<str>>,
        count: u64,
        [first, last, example]: [RequestId; 3],
    ) {
        let key = (policy, code);
        if self.0.len() >= MOST && !self.0.contains_key(&key) {
            return;
        }
        let known = self.0.entry(key.clone()).or_insert_with(|| Shadowed {
            policy: key.0,
            code: key.1,
            count: 0,
            apps: BTreeSet::new(),
            first: u64::MAX,
            last: 0,
            example,
        });
        known.count += count;
        if known.apps.len() < MOST {
            known.apps.extend(app);
        }
        known.first = known.first.min(first.millis());
        known.last = known.last.max(last.millis());
        known.example = known.example.max(example);
    }
}

impl Reader {
    /// Counts what policies in shadow mode would have refused of the requests that pass the filter,
    /// by policy and code, in the order of these.
    pub fn shadowed(&self, filter: &Filter) -> Result<Vec<Shadowed>> {
        let mut found = Found::default();
        // Rows of floods, each in its newest state: an older one may be in a day file.
        let mut folds: HashMap<RequestId, Entry> = HashMap::new();
        let view = View::open(self, filter, |entry| {
            if entry.fold.is_some() {
                folds.insert(entry.id, entry);
            } else {
                add(&mut found, &entry, entry.represents(), [entry.id; 3]);
            }
        })?;
        for (day, open) in &view.days {
            let fault = CallLogError::day(&day.path(self.dir()));
            of_day(open, filter, &mut found).map_err(fault)?;
        }
        for entry in folds.into_values() {
            let grown = view.grown(self, &entry)?;
            let fold = entry.fold.as_ref();
            let [first, last] = fold.map_or([entry.id; 2], |fold| [fold.first, fold.last]);
            add(&mut found, &entry, grown, [first, last, entry.id]);
        }
        Ok(found.0.into_values().collect())
    }
}

fn add(found: &mut Found, entry: &Entry, count: u64, ids: [RequestId; 3]) {
    let detail = entry.detail.as_deref();
    let detail: Option<Detail> = detail.and_then(|detail| serde_json::from_slice(detail).ok());
    for finding in detail.into_iter().flat_map(|detail| detail.shadow) {
        let policy = finding.policy.unwrap_or_default();
        found.add((policy, finding.code), entry.app.clone(), count, ids);
    }
}

fn of_day(open: &DayReader, filter: &Filter, found: &mut Found) -> rusqlite::Result<()> {
    let Some(condition) = open.condition(filter)? else {
        return Ok(());
    };
    let sql = format!(
        "SELECT coalesce(one.value ->> 'policy', ''), one.value ->> 'code', app, sum(requests), \
         min(call), max(call) \
         FROM (SELECT id AS call, app, weight * count AS requests, CAST(detail AS TEXT) AS said \
         FROM calls WHERE {SHADOWED} AND {}), json_each(said, '$.shadow') AS one \
         WHERE one.value ->> 'code' IS NOT NULL GROUP BY 1, 2, 3",
        condition.sql
    );
    let mut query = open.connection.prepare(&sql)?;
    let mut rows = query.query(params_from_iter(&condition.values))?;
    while let Some(row) = rows.next()? {
        let app = match row.get::<_, Option<i64>>(2)? {
            Some(id) => Some(open.names.get(&open.connection, id)?),
            None => None,
        };
        let count = row.get::<_, i64>(3)?.cast_unsigned();
        let [first, last] = [row::id(row.get(4)?), row::id(row.get(5)?)];
        found.add((row.get(0)?, row.get(1)?), app, count, [first, last, last]);
    }
    Ok(())
}
