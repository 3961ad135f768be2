//! Backups, while everything runs.

use super::Service;
use super::audit::{note, now_ms};
use super::changing::{MEND, NOT_SERVED, meta, need};
use crate::load::Read as Loaded;
use crate::socket::Items;
use crate::{Actor, ActorKind, Refusal};
use flate2::bufread::GzDecoder;
use postern_model::permission::Point;
use postern_store::{ApplyError, Event, Proposal};
use serde::Deserialize;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Lines that wait for whoever takes a backup.
const WAITING: usize = 256;

/// Bytes a line of a backup may have: two documents of the largest size, and what is beside them.
const MAX_LINE: u64 = 40 << 20;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Restore {
    /// The file, by its absolute path; compressed or not.
    path: PathBuf,
    #[serde(default)]
    comment: String,
}

impl Service {
    /// Everything that is stored, handed to the other side line by line. That it was taken is a
    /// line of the audit trail.
    pub(super) async fn backup(
        &self,
        actor: &Actor,
        replies: &mut dyn Items,
    ) -> Result<Value, Refusal> {
        need(actor, Point::BackupsMake, None)?;
        let store = self.stored()?.store.clone();
        note(&store, actor, Event::new("backup"), "").await?;
        let (lines, mut taken) = tokio::sync::mpsc::channel(WAITING);
        let work = tokio::spawn(async move {
            let sink = move |line| lines.blocking_send(line).is_ok();
            store.backup(now_ms(), sink).await
        });
        while let Some(line) = taken.recv().await {
            if let Err(error) = replies.item(line).await {
                return Err(Refusal::new("failed", error.to_string()));
            }
        }
        let done = work.await;
        let done = done.map_err(|error| Refusal::new("failed", error.to_string()))??;
        super::encode(done)
    }

    /// Puts a backup in the place of everything that is stored, or changes nothing; then serves it,
    /// or says why it cannot.
    ///
    /// The file is one of this machine, so that only who is on it may name it.
    pub(super) async fn restore(&self, actor: &Actor, given: Restore) -> Result<Value, Refusal> {
        if actor.kind != ActorKind::Local {
            let message = "a backup is restored on the machine that Postern runs on";
            return Err(Refusal::new("forbidden", message)
                .help("`postern restore FILE --data DIR`, as the user it runs as"));
        }
        let stored = self.stored()?;
        if !given.path.is_absolute() {
            return Err(Refusal::invalid("the path of a backup begins with a slash"));
        }
        let lines = open(&given.path)?;
        let mut last = stored.last.lock().await;
        let (loader, running) = (stored.loader.clone(), self.running.clone());
        let validate = move |proposal: &Proposal<'_>| {
            let read = || {
                let mut read = loader.whole(proposal)?;
                if let Some(configuration) = read.candidate.configuration.take() {
                    let checked = running.check(Arc::unwrap_or_clone(configuration));
                    let checked = checked.map_err(|why| Refusal::new("configuration", why))?;
                    read.candidate.configuration = Some(checked);
                }
                Ok::<Loaded, Refusal>(read)
            };
            read().map_err(ApplyError::Refused)
        };
        let meta = meta(actor, given.comment, "restore");
        let sealer = stored.loader.sealer()?.clone();
        let (found, read) = stored.store.restore(lines, sealer, meta, validate).await?;
        let taken = self.take_over(stored, &mut last, read).await;
        taken.map_err(|why| {
            Refusal::new(NOT_SERVED, format!("restored, but not served: {why}")).help(MEND)
        })?;
        Ok(json!({
            "sequence": found.sequence,
            "documents": found.documents,
            "change_sets": found.change_sets,
        }))
    }
}

/// The lines of a backup. What cannot be read is a line that says so, and the last one.
fn open(
    path: &Path,
) -> Result<impl Iterator<Item = Result<Value, String>> + Send + use<>, Refusal> {
    let failed = |error: std::io::Error| {
        Refusal::new(
            "failed",
            format!("{} cannot be read: {error}", path.display()),
        )
    };
    if !std::fs::metadata(path).map_err(failed)?.is_file() {
        let message = format!("{} is not a regular file", path.display());
        return Err(Refusal::invalid(message));
    }
    let mut file = BufReader::new(File::open(path).map_err(failed)?);
    // The magic number of gzip (RFC 1952 §2.3.1).
    let compressed = file.fill_buf().map_err(failed)?.starts_with(&[0x1f, 0x8b]);
    let mut reader: Box<dyn BufRead + Send> = if compressed {
        Box::new(BufReader::new(GzDecoder::new(file)))
    } else {
        Box::new(file)
    };
    let mut over = false;
    Ok(std::iter::from_fn(move || {
        if over {
            return None;
        }
        let line = line(&mut *reader).transpose()?;
        over = line.is_err();
        Some(line)
    }))
}

fn line(reader: &mut (dyn BufRead + Send)) -> Result<Option<Value>, String> {
    let mut line = Vec::new();
    reader
        .take(MAX_LINE)
        .read_until(b'\n', &mut line)
        .map_err(|error| error.to_string())?;
    match line.last() {
        None => Ok(None),
        Some(b'\n') => serde_json::from_slice(&line)
            .map(Some)
            .map_err(|error| format!("it is no JSON: {error}")),
        Some(_) => Err("it is longer than a line may be, or the file was cut off".to_owned()),
    }
}
