//! Segment files: what the writer appends to and the indexer empties.
//!
//! `segment-<sequence, 16 hexadecimal digits>.log` begins with [`MAGIC`] and a random number that
//! tells it from another segment of that sequence number; frames follow. A frame
//! is [`MARK`], the payload's length, a CRC-32 over length and payload (both `u32`, little
//! endian), and the payload, which is one batch of the codec. The mark lets a reader find the next
//! frame after a damaged one.

use std::fs::{File, OpenOptions};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// How a segment begins.
const MAGIC: &[u8; 16] = b"postern calllog1";
/// Bytes before the first frame.
const HEADER: usize = 24;
/// How a frame begins.
const MARK: [u8; 4] = [0xC3, b'P', b'L', 0x9A];
/// Bytes before a frame's payload.
const FRAME: usize = 12;
/// The largest payload a frame may have.
pub(crate) const MAX_PAYLOAD: usize = 8 << 20;
/// The most that is read of one segment.
const MAX_READ: u64 = 64 << 20;
/// How many places that look like a frame's beginning, but are none, are tried in one segment.
const MAX_TRIES: u32 = 1_000;

/// The path of a segment.
pub(crate) fn path(dir: &Path, sequence: u64) -> PathBuf {
    dir.join(format!("segment-{sequence:016x}.log"))
}

/// The sequence number in a segment's file name.
fn sequence_of(name: &str) -> Option<u64> {
    let digits = name.strip_prefix("segment-")?.strip_suffix(".log")?;
    let plain = digits.len() == 16
        && digits
            .bytes()
            .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    plain.then(|| u64::from_str_radix(digits, 16).ok())?
}

/// The segments in `dir`, oldest first.
pub(crate) fn list(dir: &Path) -> io::Result<Vec<u64>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            found.extend(entry.file_name().to_str().and_then(sequence_of));
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// Appends a frame around `payload` to `out`.
pub(crate) fn frame(out: &mut Vec<u8>, payload: &[u8]) {
    let len = u32::try_from(payload.len())
        .unwrap_or(u32::MAX)
        .to_le_bytes();
    out.extend_from_slice(&MARK);
    out.extend_from_slice(&len);
    out.extend_from_slice(&checksum(len, payload).to_le_bytes());
    out.extend_from_slice(payload);
}

fn checksum(len: [u8; 4], payload: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&len);
    hasher.update(payload);
    hasher.finalize()
}

/// A segment that is being written.
#[derive(Debug)]
pub(crate) struct Segment {
    file: File,
    path: PathBuf,
    sequence: u64,
    /// Where the last whole frame ends.
    good: u64,
    inode: u64,
}

impl Segment {
    /// A new segment. Fails where one of that number exists.
    pub(crate) fn create(dir: &Path, sequence: u64) -> io::Result<Self> {
        let path = path(dir, sequence);
        let mut file = OpenOptions::new()
            .append(true)
            .create_new(true)
            .open(&path)?;
        let mut header = MAGIC.to_vec();
        // The standard library's seeds are random, which is all that is asked for here.
        let random = RandomState::new().build_hasher().finish();
        header.extend_from_slice(&random.to_le_bytes());
        if let Err(error) = file.write_all(&header) {
            let _ = std::fs::remove_file(&path);
            return Err(error);
        }
        let inode = file.metadata()?.ino();
        Ok(Self {
            file,
            path,
            sequence,
            good: HEADER as u64,
            inode,
        })
    }

    /// Appends frames, whole or not at all as far as the file system lets us take half of one back.
    pub(crate) fn append(&mut self, frames: &[u8]) -> io::Result<()> {
        match self.file.write_all(frames) {
            Ok(()) => {
                self.good += frames.len() as u64;
                Ok(())
            }
            Err(error) => {
                // If this fails too, readers skip the half frame.
                let _ = self.file.set_len(self.good);
                Err(error)
            }
        }
    }

    /// Whether the file still stands where it was made.
    pub(crate) fn is_there(&self) -> bool {
        std::fs::metadata(&self.path).is_ok_and(|found| found.ino() == self.inode)
    }

    pub(crate) fn sequence(&self) -> u64 {
        self.sequence
    }

    pub(crate) fn len(&self) -> u64 {
        self.good
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.good == HEADER as u64
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Another handle, to sync with.
    pub(crate) fn handle(&self) -> io::Result<File> {
        self.file.try_clone()
    }
}

/// A segment's bytes, as far as they are read.
pub(crate) fn load(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_READ).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The random number of a segment; `None` if its header is damaged.
pub(crate) fn identity(bytes: &[u8]) -> Option<i64> {
    let rest = bytes.strip_prefix(MAGIC)?;
    rest.first_chunk().copied().map(i64::from_le_bytes)
}

/// One whole frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frame<'a> {
    /// Where it begins in the file.
    pub(crate) start: u64,
    /// Where it ends.
    pub(crate) end: u64,
    /// The batch in it.
    pub(crate) payload: &'a [u8],
}

/// Walks over the frames of a segment's bytes.
#[derive(Debug)]
pub(crate) struct Frames<'a> {
    bytes: &'a [u8],
    at: usize,
    tries: u32,
    /// Bytes between whole frames that are none: damage.
    pub(crate) damaged: u64,
    /// Bytes after the last whole frame: the tail that was being written.
    pub(crate) tail: u64,
}

impl<'a> Frames<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        // A damaged header is damage like any other: frames are found by their marks.
        let at = if bytes.starts_with(MAGIC) {
            HEADER.min(bytes.len())
        } else {
            0
        };
        Self {
            bytes,
            at,
            tries: MAX_TRIES,
            damaged: 0,
            tail: 0,
        }
    }

    fn frame_at(&self, at: usize) -> Option<Frame<'a>> {
        let rest = self.bytes.get(at..)?;
        let (head, rest) = rest.split_at_checked(FRAME)?;
        let mark = head.get(..4)?;
        let len: [u8; 4] = head.get(4..8)?.try_into().ok()?;
        let sum = u32::from_le_bytes(head.get(8..12)?.try_into().ok()?);
        let size = u32::from_le_bytes(len) as usize;
        if mark != MARK || size > MAX_PAYLOAD {
            return None;
        }
        let payload = rest.get(..size)?;
        (checksum(len, payload) == sum).then_some(Frame {
            start: at as u64,
            end: (at + FRAME + size) as u64,
            payload,
        })
    }
}

impl<'a> Iterator for Frames<'a> {
    type Item = Frame<'a>;

    fn next(&mut self) -> Option<Frame<'a>> {
        let from = self.at;
        let mut at = from;
        while self.tries > 0 {
            if let Some(frame) = self.frame_at(at) {
                self.damaged += (at - from) as u64;
                self.at = at + FRAME + frame.payload.len();
                return Some(frame);
            }
            // The next place that looks like a frame's beginning.
            let rest = self.bytes.get(at + 1..).unwrap_or_default();
            let Some(gap) = rest.windows(MARK.len()).position(|window| window == MARK) else {
                break;
            };
            at += 1 + gap;
            self.tries -= 1;
        }
        self.tail = (self.bytes.len() - from) as u64;
        self.at = self.bytes.len();
        None
    }
}

#[cfg(test)]
mod tests;
