//! Counting over time.

use super::day_reader::{Condition, DayReader, MAX_MILLIS};
use super::view::View;
use super::{Filter, Reader};
use crate::Result;
use crate::day::Day;
use crate::entry::{Entry, Outcome};
use crate::error::CallLogError;
use postern_model::RequestId;
use rusqlite::params_from_iter;
use rusqlite::types::Value;
use std::collections::HashMap;
use std::ops::Range;

/// The requests of a part of a time, those that samples and folded rows stand for included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// Not before: Unix time in milliseconds.
    pub from: u64,
    /// Before: Unix time in milliseconds.
    pub until: u64,
    /// Those that the gateway refused.
    pub refused: u64,
    /// Those that an upstream refused.
    pub origin_refused: u64,
    /// Those that were allowed.
    pub allowed: u64,
}

impl Slice {
    /// Adds requests that ended so; others are not counted.
    pub fn add(&mut self, outcome: Outcome, count: u64) {
        let counted = match outcome {
            Outcome::Refused => &mut self.refused,
            Outcome::OriginRefused => &mut self.origin_refused,
            Outcome::Allowed => &mut self.allowed,
            Outcome::Cancelled | Outcome::Own => return,
        };
        *counted += count;
    }
}

/// Parts of a time, which follow on one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series(Vec<Slice>);

impl Series {
    /// Cuts a time into `parts` of one length, or one more millisecond; into fewer where it has
    /// not so many milliseconds.
    pub fn new(over: Range<u64>, parts: u64) -> Self {
        let over = over.start.min(MAX_MILLIS)..over.end.min(MAX_MILLIS);
        let span = over.end.saturating_sub(over.start);
        let parts = parts.clamp(1, span.max(1));
        let at = |part: u64| {
            let offset = u128::from(span) * u128::from(part) / u128::from(parts);
            over.start + u64::try_from(offset).unwrap_or(span)
        };
        let slice = |part| Slice {
            from: at(part),
            until: at(part + 1),
            refused: 0,
            origin_refused: 0,
            allowed: 0,
        };
        Self((0..parts).map(slice).collect())
    }

    /// Counts requests of a moment, if it is within.
    pub fn add(&mut self, millis: u64, outcome: Outcome, count: u64) {
        let after = self.0.partition_point(|slice| slice.from <= millis);
        let found = after.checked_sub(1).and_then(|at| self.0.get_mut(at));
        if let Some(slice) = found.filter(|slice| millis < slice.until) {
            slice.add(outcome, count);
        }
    }

    /// The parts, in their order.
    pub fn slices(&self) -> &[Slice] {
        &self.0
    }
}

impl Reader {
    /// Counts the requests that pass the filter in each part of a time. What the filter says of
    /// time does not count.
    pub fn series(&self, filter: &Filter, mut series: Series) -> Result<Series> {
        let filter = Filter {
            from: series.0.first().map(|slice| slice.from),
            to: series.0.last().map(|slice| slice.until),
            ..filter.clone()
        };
        // Rows of floods, each in its newest state: an older one may be in a day file.
        let mut folds: HashMap<RequestId, Entry> = HashMap::new();
        let view = View::open(self, &filter, |entry| {
            if entry.fold.is_some() {
                folds.insert(entry.id, entry);
            } else {
                series.add(entry.id.millis(), entry.outcome, entry.represents());
            }
        })?;
        for (day, open) in &view.days {
            let fault = CallLogError::day(&day.path(self.dir()));
            of_day(*day, open, &filter, &mut series).map_err(fault)?;
        }
        for entry in folds.into_values() {
            let grown = view.grown(self, &entry)?;
            series.add(entry.id.millis(), entry.outcome, grown);
        }
        Ok(series)
    }
}

/// Counts what passes a filter from one id to before another, which come after the condition's
/// values. The time of the filter is left out: SQLite seeks by the first bounds that it reads, and
/// those have to be the part's.
fn counting(open: &DayReader, filter: &Filter) -> rusqlite::Result<Option<(String, Condition)>> {
    let timeless = Filter {
        from: None,
        to: None,
        ..filter.clone()
    };
    let Some(condition) = open.condition(&timeless)? else {
        return Ok(None);
    };
    let sql = format!(
        "SELECT outcome, sum(weight * count) FROM calls WHERE {} AND id >= ? AND id < ? GROUP BY 1",
        condition.sql
    );
    Ok(Some((sql, condition)))
}

/// Each part is a range of the primary key, so that together they read what one count reads.
fn of_day(
    day: Day,
    open: &DayReader,
    filter: &Filter,
    series: &mut Series,
) -> rusqlite::Result<()> {
    let Some((sql, condition)) = counting(open, filter)? else {
        return Ok(());
    };
    let mut query = open.connection.prepare(&sql)?;
    let bound = |millis| Value::Blob(RequestId::new(millis, 0).bits().to_be_bytes().to_vec());
    let of_day = |slice: &&mut Slice| {
        Day::of_millis(slice.from) <= day && day <= Day::of_millis(slice.until)
    };
    for slice in series.0.iter_mut().filter(of_day) {
        let bounds = [bound(slice.from), bound(slice.until)];
        let values = condition.values.iter().chain(&bounds);
        let mut rows = query.query(params_from_iter(values))?;
        while let Some(row) = rows.next()? {
            if let Some(outcome) = Outcome::from_number(row.get(0)?) {
                slice.add(outcome, row.get::<_, i64>(1)?.cast_unsigned());
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_time_follow_on_one_another() {
        let of = |over: Range<u64>, parts| {
            let series = Series::new(over, parts);
            series
                .slices()
                .iter()
                .map(|s| (s.from, s.until))
                .collect::<Vec<_>>()
        };
        assert_eq!(of(0..10, 3), [(0, 3), (3, 6), (6, 10)]);
        assert_eq!(of(5..7, 9), [(5, 6), (6, 7)]);
        assert_eq!(of(5..5, 2), [(5, 5)]);
    }

    #[test]
    fn a_part_is_sought_by_its_own_bounds() {
        let open = DayReader {
            connection: rusqlite::Connection::open_in_memory().unwrap(),
            names: crate::query::row::Names::default(),
        };
        let filter = Filter {
            from: Some(1_000),
            to: Some(2_000),
            ..Filter::default()
        };
        let (sql, condition) = counting(&open, &filter).unwrap().unwrap();
        assert_eq!(sql.matches("id >= ?").count(), 1, "{sql}");
        assert_eq!(sql.matches("id < ?").count(), 1, "{sql}");
        assert!(condition.values.is_empty());
    }

    #[test]
    fn a_moment_counts_in_the_part_that_it_begins() {
        let mut series = Series::new(100..200, 2);
        for millis in [99, 100, 149, 150, 199, 200] {
            series.add(millis, Outcome::Refused, 2);
        }
        series.add(100, Outcome::Own, 1);
        let counted: Vec<u64> = series.slices().iter().map(|s| s.refused).collect();
        assert_eq!(counted, [4, 4]);
    }
}
