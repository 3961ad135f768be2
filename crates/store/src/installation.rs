//! The installation's key.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use aws_lc_rs::hmac;
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use postern_model::Secret;

use crate::canonical::array;
use crate::directory::{DataDirectory, at};
use crate::error::StoreError;
use crate::postgres::{self, address::Address};

#[cfg(test)]
mod tests;

const FILE: &str = "installation.key";
const LENGTH: usize = 32;

/// 32 random bytes that belong to one installation, kept in `installation.key`. Who has them and
/// the database can test guessed keys; who has the database alone cannot.
#[derive(Debug, Clone)]
pub struct InstallationKey(Secret<[u8; LENGTH]>);

impl InstallationKey {
    /// HMAC-SHA-256 (RFC 2104) of a message under the key: what is kept of a credential's digest.
    pub fn hmac(&self, message: &[u8]) -> [u8; 32] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.0.expose());
        array(hmac::sign(&key, message).as_ref())
    }

    /// A key for another purpose, which tells nothing about this one: HMAC-SHA-256 of the purpose's
    /// name. A name is never as long as the 32 bytes of a digest, so that no derived key is also
    /// what is kept of a credential.
    #[must_use]
    pub fn derive(&self, purpose: &'static str) -> Self {
        debug_assert!(
            purpose.len() != LENGTH,
            "a purpose as long as a digest could be one"
        );
        Self(Secret::new(self.hmac(purpose.as_bytes())))
    }

    /// The bytes, for the data plane, which makes the HMAC of every credential that it is shown.
    pub const fn expose(&self) -> &[u8; LENGTH] {
        self.0.expose()
    }
}

impl DataDirectory {
    /// The installation's key of nodes that share a database: of the file `given`, or else of this
    /// directory. Makes it only for a database that no installation has used yet: nodes that share
    /// a database need the same key. Blocks; for start-up.
    ///
    /// Refuses what [`Self::installation_key`] refuses.
    pub fn shared_key(
        &self,
        given: Option<&Path>,
        database: &Address,
    ) -> Result<InstallationKey, StoreError> {
        let own = self.path().join(FILE);
        let path = given.unwrap_or(&own);
        match File::open(path) {
            Ok(file) => read_key(path, file).map(|key| InstallationKey(Secret::new(key))),
            Err(error) if error.kind() == ErrorKind::NotFound && given.is_none() => {
                if postgres::is_used(database)? {
                    return Err(StoreError::KeyElsewhere {
                        path: own,
                        database: database.to_string().into(),
                    });
                }
                create_key(self.path(), &own).map(|key| InstallationKey(Secret::new(key)))
            }
            Err(error) => Err(at(path, "open", error)),
        }
    }

    /// The installation's key. Makes it (mode 0600) in a directory that has neither key nor
    /// database.
    ///
    /// Refuses a file that other users may read, or that the group may write, one of another
    /// length, and a missing file beside a database.
    pub fn installation_key(&self) -> Result<InstallationKey, StoreError> {
        let path = self.path().join(FILE);
        match File::open(&path) {
            Ok(file) => read_key(&path, file).map(|key| InstallationKey(Secret::new(key))),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                if self.database().exists() {
                    return Err(StoreError::KeyMissing { path });
                }
                create_key(self.path(), &path).map(|key| InstallationKey(Secret::new(key)))
            }
            Err(error) => Err(at(&path, "open", error)),
        }
    }
}

/// Reads a key of 32 bytes that is for this user alone.
pub(crate) fn read_key(path: &Path, file: File) -> Result<[u8; LENGTH], StoreError> {
    let metadata = file
        .metadata()
        .map_err(|error| at(path, "look at", error))?;
    let mode = metadata.permissions().mode() & 0o777;
    // The group may read: that is how orchestrators mount secrets.
    if mode & 0o027 != 0 {
        return Err(StoreError::KeyExposed {
            path: path.to_owned(),
            mode,
        });
    }
    let mut bytes = Vec::with_capacity(LENGTH);
    let bound = u64::try_from(LENGTH).unwrap_or(u64::MAX).saturating_add(1);
    file.take(bound)
        .read_to_end(&mut bytes)
        .map_err(|error| at(path, "read", error))?;
    <[u8; LENGTH]>::try_from(bytes.as_slice()).map_err(|_| StoreError::KeyMalformed {
        path: path.to_owned(),
        length: metadata.len(),
    })
}

/// Makes a key. Writes it under another name first, so that a crash leaves a whole key or none.
pub(crate) fn create_key(directory: &Path, path: &Path) -> Result<[u8; LENGTH], StoreError> {
    let mut key = [0; LENGTH];
    SystemRandom::new()
        .fill(&mut key)
        .map_err(|_| StoreError::NoRandomness)?;
    let mut partial = path.as_os_str().to_owned();
    partial.push(".new");
    let partial = PathBuf::from(partial);
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&partial)
        .map_err(|error| at(&partial, "create", error))?;
    file.write_all(&key)
        .and_then(|()| file.sync_all())
        .map_err(|error| at(&partial, "write", error))?;
    fs::rename(&partial, path)
        .and_then(|()| File::open(directory)?.sync_all())
        .map_err(|error| at(path, "create", error))?;
    Ok(key)
}
