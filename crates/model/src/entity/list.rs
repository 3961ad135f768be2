//! Lists of addresses.

use super::Name;
use ipnet::IpNet;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// A named list of address ranges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressList {
    /// Its name.
    pub name: Name,
    /// The tenant it belongs to; `None`: the platform.
    pub tenant: Option<Name>,
    /// None of its entries counts from then on; Unix time in seconds.
    pub expires_at: Option<i64>,
    /// Its entries; empty where they come from elsewhere.
    pub entries: Vec<ListEntry>,
    /// Where they come from instead.
    pub source: Option<ListSource>,
}

/// Where the ranges of a list come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListSource {
    /// The file or the URL.
    pub place: ListPlace,
    /// How they are written there.
    pub format: ListFormat,
    /// How often a URL is asked.
    pub refresh: Duration,
    /// Where it was not confirmed for so long, nobody is let in by it.
    pub stale_after: Duration,
}

impl ListSource {
    /// A source as it is where nothing more is said.
    pub const fn usual(place: ListPlace) -> Self {
        Self {
            place,
            format: ListFormat::Text,
            refresh: Duration::from_hours(1),
            stale_after: Duration::from_hours(7 * 24),
        }
    }
}

/// A file or a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListPlace {
    /// A file, which is looked at all the time.
    File(Arc<Path>),
    /// An `https` URL.
    Url(Name),
}

impl fmt::Display for ListPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Url(url) => f.write_str(url),
        }
    }
}

/// How ranges are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ListFormat {
    /// One on a line, `#` begins a comment.
    #[default]
    Text,
    /// As providers publish them.
    Json,
}

/// One range of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListEntry {
    /// The range; a single address is a range of one.
    pub range: IpNet,
    /// Why it is there.
    pub comment: Option<Name>,
    /// Since when; Unix time in seconds.
    pub added_at: Option<i64>,
    /// It does not count from then on; Unix time in seconds.
    pub expires_at: Option<i64>,
}
