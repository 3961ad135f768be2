mod access;
mod around;
mod capture;
mod certificates;
mod diagnostics;
mod entities;
mod examples;
mod fuzz;
mod guide;
mod issuers;
mod loading;
mod ownership;
mod people;
mod roles;
mod sessions;
mod signatures;

use crate::{Code, Loaded, Report, Secrets};
use postern_model::Secret;
use postern_model::entity::KeyDigest;
use postern_model::key::{ApiKey, Keyer};
use std::io;
use std::path::Path;
use std::sync::Arc;

/// A world with the files and variables that the tests name.
pub(crate) struct World;

/// The installation's key of that world.
pub(crate) fn keyer() -> Keyer {
    Keyer::new(&[7; 32])
}

/// Its keys.
pub(crate) fn key(seed: u8) -> ApiKey {
    ApiKey::generate(&[seed; ApiKey::RANDOM])
}

impl Secrets for World {
    fn env(&self, name: &str) -> Option<Secret<Arc<str>>> {
        let text = match name {
            "PRESENT" => "-----BEGIN canary".to_owned(),
            "SHORT" => "too short".to_owned(),
            "LOGIN_SECRET" => "of the gateway".to_owned(),
            "TILL_SECRET" => "a".repeat(32),
            "KEY_1" => format!("{}\n", key(1).reveal().expose()),
            _ => return None,
        };
        Some(Secret::new(text.into()))
    }

    fn check_file(&self, path: &Path) -> io::Result<()> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        match name.as_ref() {
            "missing.crt" => Err(io::ErrorKind::NotFound.into()),
            "secret.key" => Err(io::ErrorKind::PermissionDenied.into()),
            _ => Ok(()),
        }
    }

    fn read_file(&self, path: &Path) -> io::Result<Secret<Vec<u8>>> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let text = match name.as_ref() {
            "key-2" => key(2).reveal().expose().as_bytes().to_vec(),
            "canary" => b"Bearer canary".to_vec(),
            _ => return Err(io::ErrorKind::NotFound.into()),
        };
        Ok(Secret::new(text))
    }

    fn keyed(&self, digest: &[u8; 32]) -> KeyDigest {
        keyer().keyed(digest)
    }

    /// 2026-11-20.
    fn now(&self) -> i64 {
        1_795_132_800
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
