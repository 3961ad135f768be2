mod diagnostics;
mod entities;
mod examples;
mod fuzz;
mod guide;
mod loading;

use crate::{Code, Loaded, Report, Secrets};
use postern_model::Secret;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// A world with the files and variables that the tests name.
pub(crate) struct World;

impl Secrets for World {
    fn env(&self, name: &str) -> Option<Secret<Arc<str>>> {
        (name == "PRESENT").then(|| Secret::new("-----BEGIN canary".into()))
    }

    fn check_file(&self, path: &Path) -> io::Result<()> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        match name.as_ref() {
            "missing.crt" => Err(io::ErrorKind::NotFound.into()),
            "secret.key" => Err(io::ErrorKind::PermissionDenied.into()),
            _ => Ok(()),
        }
    }
}

pub(crate) fn parse(text: &str) -> Result<Loaded, Report> {
    crate::parse("postern.yaml", text, &World)
}

/// The codes of everything found, warnings too.
pub(crate) fn codes(text: &str) -> Vec<Code> {
    match parse(text) {
        Ok(loaded) => loaded.warnings.iter().map(|d| d.code).collect(),
        Err(report) => report.codes().collect(),
    }
}

/// Compares with a committed file, or writes it when `UPDATE` is set.
pub(crate) fn golden(path: &Path, actual: &str) {
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, actual).unwrap();
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        expected == actual,
        "{} is out of date; run the tests with UPDATE=1\n{actual}",
        path.display()
    );
}
