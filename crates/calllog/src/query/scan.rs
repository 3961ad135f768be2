//! Going through the log in the order in which requests came, a row at a time.

use super::day_reader::DayReader;
use super::view::View;
use super::{Filter, Reader, Searched, row};
use crate::Result;
use crate::entry::Entry;
use crate::error::CallLogError;
use crate::index::COLUMNS;
use postern_model::RequestId;
use rusqlite::params_from_iter;
use std::collections::BTreeMap;

/// Most rows that are in memory because they are in no day file yet: those of a few seconds.
const MOST_UNFILED: usize = 200_000;

/// How far a scan has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanned {
    /// Rows that were given.
    pub rows: u64,
    /// Whether there were more than are kept in memory of what is in no day file yet: the newest of
    /// them were left out.
    pub cut: bool,
    /// Where was looked.
    pub searched: Searched,
}

/// The rows that are in no day file yet, oldest first, each in its newest state.
#[derive(Default)]
struct Unfiled {
    rows: BTreeMap<RequestId, Entry>,
    cut: bool,
}

impl Unfiled {
    fn put(&mut self, entry: Entry) {
        self.rows.insert(entry.id, entry);
        if self.rows.len() > MOST_UNFILED {
            self.rows.pop_last();
            self.cut = true;
        }
    }

    /// The oldest one, if it is older than that.
    fn before(&mut self, id: RequestId) -> Option<Entry> {
        let first = self.rows.first_entry()?;
        (*first.key() < id).then(|| first.remove())
    }
}

impl Reader {
    /// Gives the requests that pass the filter to `each`, one by one, the oldest first, until that
    /// says `false`. However long the log is, few of them are in memory at a time.
    pub fn scan(&self, filter: &Filter, mut each: impl FnMut(Entry) -> bool) -> Result<Scanned> {
        let mut unfiled = Unfiled::default();
        let view = View::open(self, filter, |entry| unfiled.put(entry))?;
        let mut rows = 0;
        let mut give = |entry: Entry| {
            rows += 1;
            each(entry)
        };
        let mut goes_on = true;
        for (day, open) in &view.days {
            let fault = CallLogError::day(&day.path(self.dir()));
            goes_on = of_day(open, filter, &mut unfiled, &mut give).map_err(fault)?;
            if !goes_on {
                break;
            }
        }
        let rest = std::mem::take(&mut unfiled.rows);
        if goes_on {
            let _ = rest.into_values().all(&mut give);
        }
        Ok(Scanned {
            rows,
            cut: unfiled.cut,
            searched: view.searched,
        })
    }
}

/// The rows of a day, and what is in no file yet and older than they are; `false`: no more are
/// wanted.
fn of_day(
    open: &DayReader,
    filter: &Filter,
    unfiled: &mut Unfiled,
    give: &mut impl FnMut(Entry) -> bool,
) -> rusqlite::Result<bool> {
    let Some(condition) = open.condition(filter)? else {
        return Ok(true);
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM calls WHERE {} ORDER BY id",
        condition.sql
    );
    let mut query = open.connection.prepare(&sql)?;
    let mut rows = query.query(params_from_iter(&condition.values))?;
    while let Some(row) = rows.next()? {
        let entry = row::read(&open.connection, &open.names, row)?;
        while let Some(older) = unfiled.before(entry.id) {
            if !give(older) {
                return Ok(false);
            }
        }
        // A row of a flood that has grown since.
        let entry = unfiled.rows.remove(&entry.id).unwrap_or(entry);
        if !give(entry) {
            return Ok(false);
        }
    }
    Ok(true)
}
