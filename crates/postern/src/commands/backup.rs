//! `postern backup` and `postern restore`.

use super::remote::Remote;
use super::table;
use crate::cli::keeping::{BackupArgs, RestoreArgs};
use crate::output;
use anyhow::{Context as _, bail};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A file that is written, compressed or not.
enum Sink {
    Plain(BufWriter<File>),
    Compressed(Box<GzEncoder<BufWriter<File>>>),
}

impl Sink {
    fn new(file: File, compressed: bool) -> Self {
        let file = BufWriter::new(file);
        if compressed {
            Self::Compressed(Box::new(GzEncoder::new(file, Compression::default())))
        } else {
            Self::Plain(file)
        }
    }

    fn write(&mut self, line: &Value) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(line)?;
        bytes.push(b'\n');
        match self {
            Self::Plain(file) => file.write_all(&bytes),
            Self::Compressed(file) => file.write_all(&bytes),
        }
    }

    /// Brings it to the disk.
    fn finish(self) -> io::Result<()> {
        let file = match self {
            Self::Plain(file) => file,
            Self::Compressed(file) => file.finish()?,
        };
        file.into_inner()
            .map_err(io::IntoInnerError::into_error)?
            .sync_all()
    }
}

pub(crate) fn backup(args: &BackupArgs) -> anyhow::Result<ExitCode> {
    let file = &args.file;
    if file.exists() {
        bail!(
            "{} is there already\n  = help: a backup is never written over; give it another name",
            file.display()
        );
    }
    let mut remote = Remote::connect(&args.shown.at)?;
    // Under another name until it is whole.
    let mut partial = file.clone().into_os_string();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let written = write(&mut remote, &partial, compressed(file));
    let answer = match written {
        Ok(answer) => answer,
        Err(error) => {
            // What is there is no backup.
            let _ = std::fs::remove_file(&partial);
            return Err(error);
        }
    };
    std::fs::rename(&partial, file)
        .with_context(|| format!("{} cannot be made", file.display()))?;
    if args.shown.json {
        table::json(&answer);
        return Ok(ExitCode::SUCCESS);
    }
    let number = |member| answer.get(member).and_then(Value::as_u64).unwrap_or(0);
    output::say(&format!(
        "wrote {} documents and {} change sets into {}",
        number("documents"),
        number("change_sets"),
        file.display()
    ));
    output::complain(
        "  = note: keep `installation.key` and the master key somewhere else: without them it is \
         worth nothing",
    );
    Ok(ExitCode::SUCCESS)
}

fn compressed(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "gz")
}

fn write(remote: &mut Remote, partial: &Path, compressed: bool) -> anyhow::Result<Value> {
    let shown = || format!("{} cannot be written", partial.display());
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(partial)
        .with_context(shown)?;
    let mut sink = Sink::new(file, compressed);
    let mut failed = None;
    let answer = remote.stream("backup", Value::Null, |line| {
        let written = sink.write(&line);
        failed = written.err();
        failed.is_none()
    })?;
    if let Some(error) = failed {
        return Err(error).with_context(shown);
    }
    sink.finish().with_context(shown)?;
    Ok(answer)
}

pub(crate) fn restore(args: &RestoreArgs) -> anyhow::Result<ExitCode> {
    let file = std::path::absolute(&args.file)?;
    let mut remote = Remote::connect(&args.shown.at)?;
    let what = format!(
        "this puts {} in the place of everything that is stored; what was changed since it was made \
         is gone",
        file.display()
    );
    if !remote.confirm(&what, args.yes)? {
        return Ok(ExitCode::FAILURE);
    }
    let Some(path) = file.to_str() else {
        bail!("the name of {} is not UTF-8", file.display());
    };
    let answer = remote.call("restore", json!({"path": path, "comment": args.comment}))?;
    if args.shown.json {
        table::json(&answer);
        return Ok(ExitCode::SUCCESS);
    }
    let number = |member| answer.get(member).and_then(Value::as_u64).unwrap_or(0);
    output::say(&format!(
        "restored {} documents and {} change sets; they are served",
        number("documents"),
        number("change_sets")
    ));
    Ok(ExitCode::SUCCESS)
}
