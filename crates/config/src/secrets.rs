//! Where secrets and files come from.

use postern_model::Secret;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// The world outside of the document, as far as it refers to it. Tests have one of their own.
pub trait Secrets {
    /// The value of an environment variable; `None` if it is not set or not Unicode.
    fn env(&self, name: &str) -> Option<Secret<Arc<str>>>;

    /// Whether a file is there and can be read.
    ///
    /// # Errors
    /// What opening it says.
    fn check_file(&self, path: &Path) -> io::Result<()>;
}

/// The environment and the file system of this process.
#[derive(Debug, Clone, Copy, Default)]
pub struct System;

impl Secrets for System {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that resolves the environment"
    )]
    fn env(&self, name: &str) -> Option<Secret<Arc<str>>> {
        let value = std::env::var(name).ok()?;
        Some(Secret::new(value.into()))
    }

    fn check_file(&self, path: &Path) -> io::Result<()> {
        // A FIFO would block; a folder opens and then cannot be read.
        if !std::fs::metadata(path)?.is_file() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "not a regular file",
            ));
        }
        std::fs::File::open(path).map(drop)
    }
}
