//! The file: a mark, how many counts there are, the counts, and a checksum of all that. Numbers are
//! little-endian.

use postern_state::{Counted, Key, Window};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

/// What the file begins with: what it is, and the version of its layout.
const MARK: &[u8; 8] = b"PSTQUOT1";
/// Bytes of a count.
const RECORD: usize = 8 + 16 + 3 * 8;
/// Bytes of the checksum.
const CHECKSUM: usize = 4;

/// Why a file is not what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Damaged {
    /// It begins otherwise.
    #[error("the file of quotas is none, or of another version")]
    Mark,
    /// It is shorter or longer than it says.
    #[error("the file of quotas is not as long as it says")]
    Length,
    /// Its checksum is that of something else.
    #[error("the file of quotas is not what was written")]
    Checksum,
}

pub(super) fn encode(counted: &[Counted]) -> Vec<u8> {
    let mut out = Vec::with_capacity(MARK.len() + 8 + counted.len() * RECORD + CHECKSUM);
    out.extend_from_slice(MARK);
    out.extend_from_slice(&(counted.len() as u64).to_le_bytes());
    for one in counted {
        out.extend_from_slice(&one.key.limit.to_le_bytes());
        out.extend_from_slice(&one.key.subject.to_le_bytes());
        for number in [one.window.start, one.window.ends, one.used] {
            out.extend_from_slice(&number.to_le_bytes());
        }
    }
    let checksum = crc32fast::hash(&out);
    out.extend_from_slice(&checksum.to_le_bytes());
    out
}

pub(super) fn decode(bytes: &[u8]) -> Result<Vec<Counted>, Damaged> {
    let (body, checksum) = bytes.split_last_chunk::<CHECKSUM>().ok_or(Damaged::Mark)?;
    let (mark, rest) = body.split_first_chunk::<8>().ok_or(Damaged::Mark)?;
    if mark != MARK {
        return Err(Damaged::Mark);
    }
    let (count, records) = rest.split_first_chunk::<8>().ok_or(Damaged::Length)?;
    let expected = u64::from_le_bytes(*count).checked_mul(RECORD as u64);
    if expected != Some(records.len() as u64) {
        return Err(Damaged::Length);
    }
    if crc32fast::hash(body) != u32::from_le_bytes(*checksum) {
        return Err(Damaged::Checksum);
    }
    let read = records.chunks_exact(RECORD).map(record);
    read.collect::<Option<_>>().ok_or(Damaged::Length)
}

fn record(bytes: &[u8]) -> Option<Counted> {
    let (limit, rest) = bytes.split_first_chunk::<8>()?;
    let (subject, rest) = rest.split_first_chunk::<16>()?;
    let (start, rest) = rest.split_first_chunk::<8>()?;
    let (ends, rest) = rest.split_first_chunk::<8>()?;
    let (used, _) = rest.split_first_chunk::<8>()?;
    Some(Counted {
        key: Key {
            limit: u64::from_le_bytes(*limit),
            subject: u128::from_le_bytes(*subject),
        },
        window: Window {
            start: u64::from_le_bytes(*start),
            ends: u64::from_le_bytes(*ends),
        },
        used: u64::from_le_bytes(*used),
    })
}

/// Puts a file in the place of an older one; at any moment one of them is there as a whole.
pub(crate) fn replace(place: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = place.with_extension("new");
    let mut file = File::create(&new)?;
    file.write_all(bytes)?;
    file.sync_data()?;
    drop(file);
    fs::rename(&new, place)?;
    match place.parent() {
        // The name has to be on the disk, too.
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}
