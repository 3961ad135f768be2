//! The master key, which wraps the keys that secrets are sealed by.

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use postern_model::Secret;

use crate::canonical::{hex, sha256};
use crate::directory::{DataDirectory, at};
use crate::error::StoreError;
use crate::installation::{create_key, read_key};

#[cfg(test)]
mod tests;

/// The master key in a data directory, and the next one while it is replaced.
const FILE: &str = "master.key";
const NEXT: &str = "master.key.next";

/// How long a command may take to print the key, and how often it is looked at.
const PATIENCE: Duration = Duration::from_secs(30);
const BETWEEN: Duration = Duration::from_millis(20);

/// Bytes of a command's output that are read.
const MAX_OUTPUT: u64 = 4096;

/// 32 bytes that wrap the keys of sealed secrets.
#[derive(Debug, Clone)]
pub struct MasterKey(Secret<[u8; 32]>);

/// Where the master key is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum MasterSource {
    /// In `master.key` in the data directory, where it is made if it is not there.
    #[default]
    Directory,
    /// In a file: its 32 bytes, or text as [`MasterKey::parse`] reads it.
    File(PathBuf),
    /// Text that was read from somewhere, such as an environment variable.
    Text(Secret<String>),
    /// What a command prints; a program and its arguments, split at spaces.
    Command(String),
}

impl MasterKey {
    pub(crate) const fn new(key: [u8; 32]) -> Self {
        Self(Secret::new(key))
    }

    pub(crate) const fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }

    /// What it is known by: tells nothing about it.
    pub(crate) fn id(&self) -> String {
        let mut text = b"postern master key ".to_vec();
        text.extend(self.0.expose());
        hex(&sha256(&text)).chars().take(16).collect()
    }

    /// Reads 64 hexadecimal digits, or base64 of 32 bytes, with space around it.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let key = match crate::engine::bytes(text) {
            Some(key) => key,
            None => STANDARD.decode(text).ok()?.try_into().ok()?,
        };
        Some(Self::new(key))
    }
}

impl DataDirectory {
    /// The master key from where it is. `known`: whether secrets are sealed already; then a missing
    /// `master.key` is not made anew.
    pub fn master_key(&self, source: &MasterSource, known: bool) -> Result<MasterKey, StoreError> {
        match source {
            MasterSource::Directory => {
                let path = self.path().join(FILE);
                match fs::File::open(&path) {
                    Ok(file) => read_key(&path, file).map(MasterKey::new),
                    Err(error) if error.kind() != ErrorKind::NotFound => {
                        Err(at(&path, "open", error))
                    }
                    Err(_) if known => Err(StoreError::MasterMissing { path }),
                    Err(_) => create_key(self.path(), &path).map(MasterKey::new),
                }
            }
            MasterSource::File(path) => file(path),
            MasterSource::Text(text) => MasterKey::parse(text.expose())
                .ok_or_else(|| malformed("the text that was given".to_owned())),
            MasterSource::Command(line) => command(line),
        }
    }

    /// A master key that a rotation began with and did not come to the end of.
    pub(crate) fn next_master_key(&self) -> Option<MasterKey> {
        let path = self.path().join(NEXT);
        let file = fs::File::open(&path).ok()?;
        read_key(&path, file).ok().map(MasterKey::new)
    }

    /// Makes the next master key, beside the one in use.
    pub(crate) fn make_next_master_key(&self) -> Result<MasterKey, StoreError> {
        create_key(self.path(), &self.path().join(NEXT)).map(MasterKey::new)
    }

    /// Puts the next master key in the place of the one in use.
    pub(crate) fn adopt_next_master_key(&self) -> Result<(), StoreError> {
        let (next, path) = (self.path().join(NEXT), self.path().join(FILE));
        fs::rename(&next, &path)
            .and_then(|()| fs::File::open(self.path())?.sync_all())
            .map_err(|error| at(&path, "replace", error))
    }
}

fn file(path: &Path) -> Result<MasterKey, StoreError> {
    let file = fs::File::open(path).map_err(|error| at(path, "open", error))?;
    let mut bytes = Vec::new();
    file.take(MAX_OUTPUT)
        .read_to_end(&mut bytes)
        .map_err(|error| at(path, "read", error))?;
    parse_bytes(&bytes).ok_or_else(|| malformed(path.display().to_string()))
}

fn command(line: &str) -> Result<MasterKey, StoreError> {
    let failed = |detail: String| StoreError::MasterCommand {
        command: line.to_owned(),
        detail,
    };
    let mut words = line.split_whitespace();
    let program = words
        .next()
        .ok_or_else(|| failed("it is empty".to_owned()))?;
    let mut child = Command::new(program)
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    let output = child.stdout.take();
    let reader = thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = output.map(|output| output.take(MAX_OUTPUT).read_to_end(&mut bytes));
        read.and_then(Result::ok).map(|_| bytes)
    });
    let deadline = Instant::now() + PATIENCE;
    let status = loop {
        let status = child
            .try_wait()
            .map_err(|error| failed(error.to_string()))?;
        if let Some(status) = status {
            break status;
        }
        if Instant::now() > deadline {
            // It is over either way.
            let _ = child.kill();
            let _ = child.wait();
            return Err(failed(format!("it took longer than {PATIENCE:?}")));
        }
        thread::sleep(BETWEEN);
    };
    if !status.success() {
        return Err(failed(format!("it ended with {status}")));
    }
    let bytes = reader.join().ok().flatten().unwrap_or_default();
    parse_bytes(&bytes).ok_or_else(|| malformed(format!("what `{line}` prints")))
}

/// 32 bytes, or text.
fn parse_bytes(bytes: &[u8]) -> Option<MasterKey> {
    match <[u8; 32]>::try_from(bytes) {
        Ok(key) => Some(MasterKey::new(key)),
        Err(_) => MasterKey::parse(std::str::from_utf8(bytes).ok()?),
    }
}

fn malformed(place: String) -> StoreError {
    StoreError::MasterMalformed { place }
}
