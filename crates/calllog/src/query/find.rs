//! Finding one request by its id, or by how its id begins.

use super::search::Newest;
use super::view::View;
use super::{Filter, Reader, Searched};
use crate::Result;
use crate::codec::id_of;
use crate::entry::Entry;
use crate::error::CallLogError;
use crate::query::day_reader::{Condition, DayReader};
use postern_model::RequestId;
use rusqlite::types::Value;

/// How many ids an ambiguous beginning is answered with.
const SHOWN: usize = 10;
/// How far around a folded request's time its row is looked for, in milliseconds: a row covers a
/// second, and a request may last before it is written.
const AROUND: u64 = 60_000;

/// The beginning of an id, or all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdPrefix {
    low: u128,
    high: u128,
    whole: bool,
}

impl IdPrefix {
    /// Reads 1 to 26 characters of Crockford's base 32, in any case; `I` and `L` are read as `1`,
    /// `O` as `0`. `None` for anything else: that is no beginning of an id.
    pub fn parse(text: &str) -> Option<Self> {
        let mut value: u128 = 0;
        let len = text.len();
        if !(1..=RequestId::LEN).contains(&len) {
            return None;
        }
        for (at, byte) in text.bytes().enumerate() {
            let digit = match byte.to_ascii_uppercase() {
                b'O' => 0,
                b'I' | b'L' => 1,
                upper => b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"
                    .iter()
                    .position(|known| *known == upper)?,
            };
            if at == 0 && digit > 7 {
                return None;
            }
            value = (value << 5) | digit as u128;
        }
        let free = 5 * (RequestId::LEN - len);
        let low = value << free;
        Some(Self {
            low,
            high: low | ((1 << free) - 1),
            whole: free == 0,
        })
    }

    fn contains(self, id: RequestId) -> bool {
        (self.low..=self.high).contains(&id.bits())
    }

    fn condition(self) -> Condition {
        let bytes = |bits: u128| Value::Blob(bits.to_be_bytes().to_vec());
        Condition {
            sql: "id BETWEEN ? AND ?".to_owned(),
            values: vec![bytes(self.low), bytes(self.high)],
        }
    }
}

impl From<RequestId> for IdPrefix {
    fn from(id: RequestId) -> Self {
        Self {
            low: id.bits(),
            high: id.bits(),
            whole: true,
        }
    }
}

/// What looking for an id came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// The request.
    Found(Box<Entry>),
    /// No row of its own, but a row of a flood whose range of ids includes it: it was most
    /// probably one of those.
    Folded(Box<Entry>),
    /// Several ids begin so.
    Ambiguous {
        /// The newest of them.
        newest: Vec<RequestId>,
        /// Whether there are more.
        more: bool,
        /// Where was looked.
        searched: Searched,
    },
    /// None.
    Absent(Searched),
}

impl Reader {
    /// Finds a request by its id or the beginning of it.
    pub fn find(&self, prefix: IdPrefix) -> Result<Lookup> {
        let filter = Filter {
            from: Some(id_of(prefix.low).millis().saturating_sub(AROUND)),
            to: Some(id_of(prefix.high).millis().saturating_add(AROUND)),
            ..Filter::default()
        };
        let mut newest = Newest::new(SHOWN + 1);
        let mut folded = None;
        let view = View::open(self, &filter, |entry| {
            if prefix.contains(entry.id) {
                newest.replace(entry);
            } else if prefix.whole && covers(&entry, prefix.low) {
                folded = Some(entry);
            }
        })?;
        for (day, open) in view.days.iter().rev() {
            let fault = CallLogError::day(&day.path(self.dir()));
            let rows = open.rows(&prefix.condition(), SHOWN + 1).map_err(fault)?;
            for entry in rows {
                newest.add(entry);
            }
        }
        let mut found = newest.finish();
        if found.is_empty() && prefix.whole && folded.is_none() {
            for (day, open) in &view.days {
                let fault = CallLogError::day(&day.path(self.dir()));
                folded = fold_around(open, prefix.low).map_err(fault)?.or(folded);
            }
        }
        if found.len() > 1 {
            let more = found.len() > SHOWN;
            found.truncate(SHOWN);
            return Ok(Lookup::Ambiguous {
                newest: found.into_iter().map(|entry| entry.id).collect(),
                more,
                searched: view.searched,
            });
        }
        Ok(match (found.pop(), folded) {
            (Some(entry), _) => Lookup::Found(Box::new(entry)),
            (None, Some(row)) => Lookup::Folded(Box::new(row)),
            (None, None) => Lookup::Absent(view.searched),
        })
    }
}

fn covers(entry: &Entry, bits: u128) -> bool {
    let fold = entry.fold.as_ref();
    fold.is_some_and(|fold| (fold.first.bits()..=fold.last.bits()).contains(&bits))
}

fn fold_around(open: &DayReader, bits: u128) -> rusqlite::Result<Option<Entry>> {
    let millis = id_of(bits).millis();
    let bound = |millis| {
        let id = RequestId::new(millis, 0);
        Value::Blob(id.bits().to_be_bytes().to_vec())
    };
    let condition = Condition {
        sql: "id BETWEEN ? AND ? AND code IS NOT NULL AND fold IS NOT NULL".to_owned(),
        values: vec![
            bound(millis.saturating_sub(AROUND)),
            bound(millis.saturating_add(AROUND)),
        ],
    };
    let rows = open.rows(&condition, 10_000)?;
    Ok(rows.into_iter().find(|row| covers(row, bits)))
}
