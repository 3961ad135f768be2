//! One database, checked as a whole.

use crate::layout::{CountryLayout, SystemLayout};
use crate::whole::Whole;
use maxminddb::{MaxMindDbError, Reader, WithinOptions};
use postern_model::entity::Country;
use postern_policy::facts::AutonomousSystem;
use std::collections::HashSet;
use std::fs::File;
use std::io::Read as _;
use std::net::IpAddr;
use std::path::Path;

/// Most bytes of a file: the largest of those that are common have a quarter of that.
const MOST: u64 = 512 << 20;
/// Networks that a tree may have for each of its nodes. It has one more than nodes, and IPv4
/// addresses are reached on up to four ways.
const NETWORKS_A_NODE: usize = 8;
/// Records by which it is told where a database has what is looked for.
const SAMPLE: usize = 4096;

/// What a database has to know.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Countries.
    pub country: bool,
    /// Autonomous systems.
    pub asn: bool,
}

/// Why a file cannot be used. Each goes on a sentence that names the file.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The operating system says so.
    #[error("{0}")]
    File(std::io::Error),
    /// No regular file.
    #[error("it is not a regular file")]
    NotAFile,
    /// Too many bytes.
    #[error("it has more than {} MiB", MOST >> 20)]
    TooLarge,
    /// It is none, or a damaged one.
    #[error("it is not a whole database in the MMDB format: {0}")]
    Damaged(#[from] MaxMindDbError),
    /// Its tree leads to more networks than it can have.
    #[error("it is not a whole database in the MMDB format: its tree runs in circles")]
    Circles,
    /// Not one record has that.
    #[error("it is a database of `{kind}`, and no record of it has {wanted}")]
    Lacks {
        /// What the file calls itself.
        kind: String,
        /// What was looked for.
        wanted: &'static str,
    },
}

/// A database in memory.
#[derive(Debug)]
pub struct Database {
    reader: Reader<Vec<u8>>,
    built: i64,
    country: Option<CountryLayout>,
    system: Option<SystemLayout>,
}

impl Database {
    /// Reads a file, and all of it.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn read(path: &Path, wanted: Wanted) -> Result<Self, ReadError> {
        // A FIFO would block.
        let about = std::fs::metadata(path).map_err(ReadError::File)?;
        if !about.is_file() {
            return Err(ReadError::NotAFile);
        }
        let mut bytes = Vec::with_capacity(usize::try_from(about.len().min(MOST)).unwrap_or(0));
        let file = File::open(path).map_err(ReadError::File)?;
        // One more, so that it is seen where there is more.
        let mut file = file.take(MOST + 1);
        let read = file.read_to_end(&mut bytes).map_err(ReadError::File)?;
        if read as u64 > MOST {
            return Err(ReadError::TooLarge);
        }
        Self::of(bytes, wanted)
    }

    /// Reads bytes, and all of them.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn of(bytes: Vec<u8>, wanted: Wanted) -> Result<Self, ReadError> {
        let reader = Reader::from_source(bytes)?;
        let built = reader.metadata().build_epoch;
        let found = Found::in_all(&reader)?;
        let lacks = |wanted| ReadError::Lacks {
            kind: reader.metadata().database_type.chars().take(64).collect(),
            wanted,
        };
        if wanted.country && found.country.is_none() {
            return Err(lacks("a country"));
        }
        if wanted.asn && found.system.is_none() {
            return Err(lacks("an autonomous system"));
        }
        Ok(Self {
            built: i64::try_from(built).unwrap_or(0),
            country: found.country,
            system: found.system,
            reader,
        })
    }

    /// When it was built: Unix time in seconds.
    pub const fn built(&self) -> i64 {
        self.built
    }

    /// In which country an address is, if the database knows.
    pub fn country(&self, address: IpAddr) -> Option<Country> {
        let record = self.reader.lookup(address).ok()?;
        self.country?.read(&record)
    }

    /// To which autonomous system an address belongs, if the database knows.
    pub fn system(&self, address: IpAddr) -> Option<AutonomousSystem> {
        let record = self.reader.lookup(address).ok()?;
        self.system?.read(&record)
    }
}

/// Where the records of a database have what is looked for.
struct Found {
    country: Option<CountryLayout>,
    system: Option<SystemLayout>,
}

impl Found {
    /// Goes through all networks, and through every record once: whatever is damaged is found now,
    /// and not by a request.
    fn in_all(reader: &Reader<Vec<u8>>) -> Result<Self, ReadError> {
        // All of them, so that each step of the walk is counted.
        let all = WithinOptions::default()
            .include_networks_without_data()
            .include_aliased_networks();
        let nodes = usize::try_from(reader.metadata().node_count).unwrap_or(usize::MAX);
        let most = nodes.saturating_mul(NETWORKS_A_NODE);
        let mut seen = HashSet::new();
        let mut countries = CountryLayout::ALL.map(|layout| (layout, 0_u64));
        let mut systems = SystemLayout::ALL.map(|layout| (layout, 0_u64));
        for (count, network) in reader.networks(all)?.enumerate() {
            if count > most {
                return Err(ReadError::Circles);
            }
            let record = network?;
            let Some(offset) = record.offset() else {
                continue;
            };
            if !seen.insert(offset) {
                continue;
            }
            record.decode::<Whole>()?;
            if seen.len() > SAMPLE {
                continue;
            }
            for (layout, count) in &mut countries {
                *count += u64::from(layout.read(&record).is_some());
            }
            for (layout, count) in &mut systems {
                *count += layout.weigh(&record);
            }
        }
        Ok(Self {
            country: most_frequent(&countries),
            system: most_frequent(&systems),
        })
    }
}

/// The layout that told most, the first of several; none if none told anything.
fn most_frequent<T: Copy>(layouts: &[(T, u64)]) -> Option<T> {
    let mut best = None;
    let mut most = 0;
    for (layout, count) in layouts {
        if *count > most {
            (best, most) = (Some(*layout), *count);
        }
    }
    best
}
