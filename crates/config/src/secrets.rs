//! Where secrets and files come from.

use postern_model::entity::KeyDigest;
use postern_model::key::Keyer;
use postern_model::{Holder, Secret};
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// The world outside of the document, as far as it refers to it. Tests have one of their own.
pub trait Secrets {
    /// The value of an environment variable; `None` if it is not set or not Unicode.
    fn env(&self, name: &str) -> Option<Secret<Arc<str>>>;

    /// Whether a file is there and can be read.
    ///
    /// # Errors
    /// What opening it says.
    fn check_file(&self, path: &Path) -> io::Result<()>;

    /// The first 4 KiB of a file with a secret in it.
    ///
    /// # Errors
    /// What reading it says.
    fn read_file(&self, path: &Path) -> io::Result<Secret<Vec<u8>>>;

    /// A file of at most so many bytes that is no secret; of a longer one, one byte more. A world
    /// without files has none to read.
    ///
    /// # Errors
    /// What reading it says; [`io::ErrorKind::Unsupported`] where there are no files.
    fn read_document(&self, _path: &Path, _most: u64) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// A sealed secret (`sealed:…`), opened in the document that holds it.
    ///
    /// # Errors
    /// Why it cannot be, as a sentence goes on.
    fn unseal(&self, _sealed: &str, _holder: Holder<'_>) -> Result<Secret<Vec<u8>>, String> {
        Err("sealed secrets are opened only by the Postern that keeps them".to_owned())
    }

    /// What is kept of an API key whose SHA-256 this is.
    fn keyed(&self, digest: &[u8; 32]) -> KeyDigest;

    /// Unix time in seconds.
    fn now(&self) -> i64;
}

/// What opens sealed secrets.
pub trait Unseal: std::fmt::Debug + Send + Sync {
    /// The secret.
    ///
    /// # Errors
    /// Why it cannot be opened, as a sentence goes on.
    fn unseal(&self, sealed: &str, holder: Holder<'_>) -> Result<Secret<Vec<u8>>, String>;
}

/// The environment and the file system of this process.
#[derive(Debug, Clone)]
pub struct System {
    keyer: Keyer,
    unseal: Option<Arc<dyn Unseal>>,
}

impl System {
    /// `keyer` keeps the digests of API keys.
    pub const fn new(keyer: Keyer) -> Self {
        Self {
            keyer,
            unseal: None,
        }
    }

    /// The same, which opens sealed secrets.
    #[must_use]
    pub fn with_unseal(self, unseal: Arc<dyn Unseal>) -> Self {
        Self {
            unseal: Some(unseal),
            ..self
        }
    }

    /// For looking at a configuration without running it: what becomes of its API keys verifies
    /// nothing.
    pub fn throwaway() -> Self {
        Self::new(Keyer::new(&[0; 32]))
    }
}

/// Longest secret in a file, in bytes.
const MAX_SECRET: u64 = 4096;

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

    fn read_file(&self, path: &Path) -> io::Result<Secret<Vec<u8>>> {
        let mut bytes = Vec::new();
        let file = std::fs::File::open(path)?;
        file.take(MAX_SECRET).read_to_end(&mut bytes)?;
        Ok(Secret::new(bytes))
    }

    fn read_document(&self, path: &Path, most: u64) -> io::Result<Vec<u8>> {
        self.check_file(path)?;
        let mut bytes = Vec::new();
        let file = std::fs::File::open(path)?;
        file.take(most + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn unseal(&self, sealed: &str, holder: Holder<'_>) -> Result<Secret<Vec<u8>>, String> {
        match &self.unseal {
            Some(unseal) => unseal.unseal(sealed, holder),
            None => Err("a configuration file has no sealed secrets: the database has".to_owned()),
        }
    }

    fn keyed(&self, digest: &[u8; 32]) -> KeyDigest {
        self.keyer.keyed(digest)
    }

    fn now(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        since.map_or(0, |time| i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
    }
}
