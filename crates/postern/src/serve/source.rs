//! The configuration file: read, watched, compared with what is served.

use super::completion::Completion;
use crate::output;
use postern_config::System;
use postern_model::entity::{Accounts, Configuration};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long files have to stay as they are before they are read, so that nothing half written is.
const SETTLED: Duration = Duration::from_millis(100);
/// The most of a file that is compared; larger ones count as changed.
const MOST_COMPARED: u64 = 64 << 20;

/// A file's identity and age: differs when the file was written or replaced.
type Mark = Option<(u64, u64, i64, i64)>;

/// What a file says; `None` where that cannot be told.
type Content = Option<[u8; 32]>;

/// What was read.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) configuration: Configuration,
    pub(crate) accounts: Accounts,
    /// The file's values.
    pub(crate) documents: Value,
}

/// The configuration file, and every file that it names.
#[derive(Debug)]
pub(crate) struct Source {
    path: PathBuf,
    completion: Arc<Completion>,
    secrets: System,
    /// The files as they were when last read.
    read: Vec<(PathBuf, Mark)>,
    /// The files as they were at the last look, and since when.
    seen: Vec<Mark>,
    since: Instant,
    /// What the files said that were loaded last, and those that are served.
    loaded: Vec<(PathBuf, Content)>,
    served: Vec<(PathBuf, Content)>,
}

impl Source {
    pub(crate) fn new(path: PathBuf, completion: Arc<Completion>, secrets: System) -> Self {
        Self {
            path,
            completion,
            secrets,
            read: Vec::new(),
            seen: Vec::new(),
            since: Instant::now(),
            loaded: Vec::new(),
            served: Vec::new(),
        }
    }

    /// Reads the configuration; the error is ready to be printed.
    pub(crate) fn load(&mut self) -> Result<Read, String> {
        let before = mark(&self.path);
        let said = content(&self.path);
        let loaded = postern_config::load(&self.path, &self.secrets);
        let sources = match &loaded {
            Ok(loaded) => loaded.sources.clone(),
            Err(_) if self.read.is_empty() => vec![self.path.clone()],
            Err(_) => self.read.iter().map(|(path, _)| path.clone()).collect(),
        };
        self.read = marks(sources);
        // The gateway reads the other files later: what they say now is not newer than that.
        self.loaded = contents(&self.read);
        if let (Some((_, first)), Some((_, content))) =
            (self.read.first_mut(), self.loaded.first_mut())
        {
            *content = said.filter(|_| *first == before);
            *first = before;
        }
        self.seen = self.read.iter().map(|(_, mark)| *mark).collect();
        let loaded = loaded.map_err(|report| report.render(output::colours()))?;
        let mut configuration = loaded.configuration;
        self.completion.complete(&mut configuration)?;
        Ok(Read {
            configuration,
            accounts: loaded.accounts,
            documents: documents(&self.path)?,
        })
    }

    /// Notes that what was loaded last is served now.
    pub(crate) fn taken_over(&mut self) {
        self.served = std::mem::take(&mut self.loaded);
    }

    /// Whether a file has changed since it was read, and has stayed the same for long enough.
    pub(crate) fn has_changed(&mut self, now: Instant) -> bool {
        let marks: Vec<Mark> = self.read.iter().map(|(path, _)| mark(path)).collect();
        let changed = marks
            .iter()
            .zip(&self.read)
            .any(|(mark, (_, read))| mark != read);
        if marks != self.seen {
            self.seen = marks;
            self.since = now;
        }
        changed && now.duration_since(self.since) >= SETTLED
    }

    /// Whether the files say what is served, though they were written; then they count as read.
    pub(crate) fn is_served(&mut self) -> bool {
        // Marks first: what is written meanwhile is seen at the next look.
        let marks = marks(self.served.iter().map(|(path, _)| path.clone()));
        let same = !marks.is_empty()
            && contents(&marks)
                .iter()
                .zip(&self.served)
                .all(|((_, now), (_, served))| now.is_some() && now == served);
        if same {
            self.seen = marks.iter().map(|(_, mark)| *mark).collect();
            self.read = marks;
        }
        same
    }
}

/// What the file says, as the values that stand in it.
fn documents(path: &Path) -> Result<Value, String> {
    let name = path.display().to_string();
    let mut text = String::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(MOST_COMPARED).read_to_string(&mut text))
        .map_err(|error| format!("error: {name}: {error}"))?;
    let values = postern_config::values(&name, &text);
    let mut values = values.map_err(|report| report.render(output::colours()))?;
    inline(&mut values, path.parent().unwrap_or(Path::new("")));
    Ok(values)
}

/// Puts OpenAPI documents into the place of the names of their files: what is decided by them is
/// explained by them, though the files may say something else by then.
fn inline(values: &mut Value, folder: &Path) {
    let services = values.get_mut("services").and_then(Value::as_object_mut);
    for service in services.into_iter().flat_map(|all| all.values_mut()) {
        let versions = service.get_mut("versions").and_then(Value::as_object_mut);
        for version in versions.into_iter().flat_map(|all| all.values_mut()) {
            let Some(Value::String(named)) = version.get_mut("openapi") else {
                continue;
            };
            let is_text = |text: &str| text.contains('\n') || text.trim_start().starts_with('{');
            if is_text(named) {
                continue;
            }
            let mut text = String::new();
            let read = std::fs::File::open(folder.join(&*named))
                .and_then(|file| file.take(MOST_COMPARED).read_to_string(&mut text));
            if read.is_ok() && is_text(&text) {
                *named = text;
            }
        }
    }
}

fn marks(paths: impl IntoIterator<Item = PathBuf>) -> Vec<(PathBuf, Mark)> {
    let marked = |path: PathBuf| {
        let mark = mark(&path);
        (path, mark)
    };
    paths.into_iter().map(marked).collect()
}

fn mark(path: &Path) -> Mark {
    let meta = std::fs::metadata(path).ok()?;
    Some((meta.ino(), meta.size(), meta.mtime(), meta.mtime_nsec()))
}

fn contents(files: &[(PathBuf, Mark)]) -> Vec<(PathBuf, Content)> {
    let read = |(path, _): &(PathBuf, Mark)| (path.clone(), content(path));
    files.iter().map(read).collect()
}

fn content(path: &Path) -> Content {
    // A FIFO would block.
    let meta = std::fs::metadata(path).ok()?;
    if !meta.is_file() || meta.len() > MOST_COMPARED {
        return None;
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).ok()?;
    file.take(MOST_COMPARED).read_to_end(&mut bytes).ok()?;
    Some(Sha256::digest(&bytes).into())
}

#[cfg(test)]
mod tests;
