//! Questions to the log: rings, segments and day files as one.

mod day_reader;
mod filter;
mod find;
mod groups;
mod row;
mod scan;
mod search;
mod series;
mod shadowed;
mod view;

pub use filter::{CodeFilter, Column, Empty, Filter, StatusFilter, Whose};
pub use find::{IdPrefix, Lookup};
pub use groups::{Group, GroupBy};
pub use scan::Scanned;
pub use search::{Page, Way};
pub use series::{Series, Slice};
pub use shadowed::Shadowed;

use crate::day::Day;
use crate::log::Lines;
use crate::writer::Shared;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Asks the log. Blocks on the disk: not for cores.
#[derive(Debug, Clone)]
pub struct Reader {
    dir: PathBuf,
    keep_days: u32,
    live: Option<(Arc<Shared>, Lines)>,
}

impl Reader {
    /// Reads a directory that no process writes to.
    pub fn offline(dir: impl Into<PathBuf>, keep_days: u32) -> Self {
        Self {
            dir: dir.into(),
            keep_days,
            live: None,
        }
    }

    pub(crate) fn live(shared: Arc<Shared>, lines: Lines) -> Self {
        Self {
            dir: shared.options.dir.clone(),
            keep_days: shared.options.keep_days,
            live: Some((shared, lines)),
        }
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }
}

/// Where an answer was looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Searched {
    /// Whether what was still on its way from the cores was included. It is not when the log is
    /// closed, or when its writer does not answer because the disk is slow.
    pub rings: bool,
    /// Segments read.
    pub segments: usize,
    /// The first and the last day whose file was read.
    pub days: Option<(Day, Day)>,
    /// How many days' files were read.
    pub day_files: usize,
    /// Days whose files could not be read, and why not.
    pub unreadable: Vec<(Day, String)>,
    /// When the oldest request that is kept came: Unix time in milliseconds.
    pub oldest: Option<u64>,
    /// For how many days requests are kept, room permitting.
    pub keep_days: u32,
}

#[cfg(test)]
mod tests;
