//! What lists said last, on the disk: a file of JSON for each.

use super::Validators;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::io::{self, Read as _};
use std::path::Path;

/// Most bytes of a copy: as many ranges as a list may have, and what stands around them.
const MOST: u64 = 16 << 20;

/// What a list said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Copy {
    /// Where, and how it was written there.
    pub(super) place: String,
    /// Since when: Unix time in seconds.
    pub(super) since: i64,
    /// When it was last confirmed: Unix time in seconds.
    pub(super) confirmed: i64,
    #[serde(flatten)]
    pub(super) validators: Validators,
    pub(super) ranges: Vec<IpNet>,
}

/// A copy, if there is one that can be read.
pub(super) fn load(folder: &Path, name: &str) -> Option<Copy> {
    let file = std::fs::File::open(folder.join(format!("{name}.json"))).ok()?;
    let mut text = String::new();
    file.take(MOST).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

/// Writes a copy in the place of an older one.
pub(super) fn store(folder: &Path, name: &str, copy: &Copy) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let text = serde_json::to_string(copy)?;
    let new = folder.join(format!("{name}.new"));
    std::fs::write(&new, text)?;
    std::fs::rename(new, folder.join(format!("{name}.json")))
}
