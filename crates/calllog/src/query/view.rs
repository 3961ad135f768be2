//! One consistent look at the log: each row once, wherever it is.

use super::day_reader::DayReader;
use super::{Filter, Reader, Searched};
use crate::Result;
use crate::codec::decode;
use crate::day::Day;
use crate::entry::Entry;
use crate::error::CallLogError;
use crate::segment::{self, Frames};
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

/// How long a question waits for what is still on its way from the cores.
const PATIENCE: Duration = Duration::from_millis(250);

/// The day files that can have an answer, and what the segments add to them.
pub(super) struct View {
    /// Newest last.
    pub(super) days: BTreeMap<Day, DayReader>,
    pub(super) searched: Searched,
}

impl View {
    /// Opens the day files of the filter's time, and gives every row of the segments that passes
    /// the filter and is not in those files to `each`. Rows of a flood come again when they have
    /// grown, the last time with the highest count; an older state of theirs may be in the files.
    pub(super) fn open(
        reader: &Reader,
        filter: &Filter,
        mut each: impl FnMut(Entry),
    ) -> Result<Self> {
        let dir = reader.dir();
        let mut searched = Searched {
            keep_days: reader.keep_days,
            ..Searched::default()
        };
        let mut moving = None;
        if let Some((shared, lines)) = &reader.live {
            searched.rings = lines.drain(PATIENCE);
            moving = shared.moving.read().ok();
        }
        // No segment is deleted from here on: each is either read or in the snapshots.
        let segments = segment::list(dir).map_err(CallLogError::io("cannot list", dir))?;
        let all = Day::list(dir)?;
        let mut days = BTreeMap::new();
        let first = filter.from.map(Day::of_millis);
        let last = filter.to.map(Day::of_millis);
        for day in &all {
            if first.is_some_and(|first| *day < first) || last.is_some_and(|last| *day > last) {
                continue;
            }
            match DayReader::open(&day.path(dir)) {
                Ok(open) => {
                    days.insert(*day, open);
                }
                Err(error) => searched.unreadable.push((*day, error.to_string())),
            }
        }
        searched.day_files = days.len();
        searched.days = days.keys().next().copied().zip(days.keys().last().copied());
        let mut oldest_in_segments = None;
        for sequence in segments {
            // A segment that cannot be read is like one that is not there.
            let Ok(bytes) = segment::load(&segment::path(dir, sequence)) else {
                continue;
            };
            searched.segments += 1;
            uncovered(&days, &bytes, |entry| {
                let millis = entry.id.millis();
                let oldest = oldest_in_segments.get_or_insert(millis);
                *oldest = millis.min(*oldest);
                if filter.matches(&entry) {
                    each(entry);
                }
            });
        }
        drop(moving);
        searched.oldest = oldest(reader, &all, &days)
            .into_iter()
            .chain(oldest_in_segments)
            .min();
        Ok(Self { days, searched })
    }

    /// How many requests a flood's row of the segments stands for beyond its state in the day files.
    pub(super) fn grown(&self, reader: &Reader, entry: &Entry) -> Result<u64> {
        let day = Day::of(entry.id);
        let before = match self.days.get(&day) {
            Some(open) => open
                .get(entry.id)
                .map_err(CallLogError::day(&day.path(reader.dir())))?,
            None => None,
        };
        let counted = before.map_or(0, |before| before.represents());
        Ok(entry.represents().saturating_sub(counted))
    }
}

/// Gives the rows of a segment that are not in the day files yet to `each`.
fn uncovered(days: &BTreeMap<Day, DayReader>, bytes: &[u8], mut each: impl FnMut(Entry)) {
    let identity = segment::identity(bytes);
    let mut done: HashMap<Day, u64> = HashMap::new();
    for frame in Frames::new(bytes) {
        for entry in decode(frame.payload).unwrap_or_default() {
            let day = Day::of(entry.id);
            let done = *done.entry(day).or_insert_with(|| {
                let open = days.get(&day);
                identity
                    .zip(open)
                    .and_then(|(identity, open)| open.progress(identity).ok())
                    .unwrap_or_default()
            });
            if frame.end > done {
                each(entry);
            }
        }
    }
}

/// The time of the oldest row in the day files.
fn oldest(reader: &Reader, all: &[Day], days: &BTreeMap<Day, DayReader>) -> Option<u64> {
    all.iter().find_map(|day| {
        let id = match days.get(day) {
            Some(open) => open.oldest(),
            None => DayReader::open(&day.path(reader.dir())).and_then(|open| open.oldest()),
        };
        id.ok().flatten().map(postern_model::RequestId::millis)
    })
}
