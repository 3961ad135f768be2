//! Envelope encryption: secrets that have to be read again are sealed by data keys, which are stored
//! wrapped by the [master key](crate::MasterKey).
//!
//! A sealed secret is a text, `sealed:ID:HOLDER:DATA`: the id of its data key, the document that it
//! is for (a [`Holder`]), and the nonce, the ciphertext and the tag of AES-256-GCM (NIST SP 800-38D)
//! in base64url. Id and holder are authenticated with it, and it is opened in that document only:
//! whoever copies it into another one has a text. One without a holder, `sealed:ID:DATA`, is of a
//! time before there were any; none is made any more, and each gets its holder when it is sealed
//! anew.

use std::sync::{Arc, PoisonError, RwLock};

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_model::{Holder, Secret};
use serde::{Deserialize, Serialize};

use crate::canonical::hex;
use crate::error::StoreError;
use crate::master::MasterKey;

#[cfg(test)]
mod tests;

/// What every sealed secret begins with.
pub const PREFIX: &str = "sealed:";

/// The meta key under which the wrapped data keys are.
pub(crate) const KEYS: &str = "seal.keys";

/// Bytes that a secret may have: a private key with its chain, and more.
const MAX_SECRET: usize = 64 << 10;

/// Data keys that are kept at most: one a rotation.
const MAX_KEYS: usize = 10_000;

/// Why a secret cannot be sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// It is no sealed secret.
    #[error(
        "this is no sealed secret: one begins with `{PREFIX}`, and `postern secrets seal` makes it"
    )]
    Malformed,
    /// Its data key is not there.
    #[error("it was sealed by the key `{0}`, which this installation does not have")]
    UnknownKey(String),
    /// It was changed, or cut off.
    #[error("it is not as it was sealed: a part of it was changed or cut off")]
    Damaged,
    /// It stands in another document than it was sealed for.
    #[error("it was sealed for `{sealed_for}`, and stands in `{here}`")]
    Elsewhere {
        /// The document that it was sealed for.
        sealed_for: String,
        /// The one that it stands in.
        here: String,
    },
    /// It is too long.
    #[error("a secret has at most {MAX_SECRET} bytes; this one has {0}")]
    TooLong(usize),
    /// The system failed.
    #[error("the system could not seal it")]
    System,
}

/// Seals and opens secrets. Cheap to clone; clones share their keys.
#[derive(Debug, Clone)]
pub struct Sealer(Arc<RwLock<Ring>>);

/// Data keys; the last one seals.
#[derive(Debug)]
struct Ring {
    master: MasterKey,
    keys: Vec<DataKey>,
}

#[derive(Debug, Clone)]
struct DataKey {
    id: String,
    key: Secret<[u8; 32]>,
}

/// The ring as it is stored.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    /// What the master key is known by.
    master: String,
    keys: Vec<Wrapped>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wrapped {
    id: String,
    key: String,
}

impl Sealer {
    /// Opens the stored ring, or makes one with a first key. `previous`: a master key that the ring
    /// may still be wrapped by. The second value is what is to be stored, if it is not already.
    pub(crate) fn open(
        stored: Option<&str>,
        master: MasterKey,
        previous: Option<&MasterKey>,
    ) -> Result<(Self, Option<String>), StoreError> {
        let Some(stored) = stored else {
            let ring = Ring {
                keys: vec![DataKey::make()?],
                master,
            };
            let text = ring.wrapped()?;
            return Ok((Self(Arc::new(RwLock::new(ring))), Some(text)));
        };
        let stored = Stored::read(stored)?;
        let again = master.id() != stored.master;
        let by = match previous {
            _ if !again => &master,
            Some(previous) if previous.id() == stored.master => previous,
            _ => {
                return Err(StoreError::MasterDiffers {
                    expected: stored.master,
                    found: master.id(),
                });
            }
        };
        let keys = stored.keys.iter().map(|wrapped| wrapped.open(by));
        let keys = keys.collect::<Result<Vec<_>, _>>()?;
        let ring = Ring { master, keys };
        let text = if again { Some(ring.wrapped()?) } else { None };
        Ok((Self(Arc::new(RwLock::new(ring))), text))
    }

    /// Seals a secret for a document by the newest data key.
    pub fn seal(&self, secret: &[u8], holder: Holder<'_>) -> Result<String, SealError> {
        if secret.len() > MAX_SECRET {
            return Err(SealError::TooLong(secret.len()));
        }
        let ring = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let key = ring.keys.last().ok_or(SealError::System)?;
        let begin = format!("{}:{holder}", key.id);
        let data = encrypt(key.key.expose(), &begin, secret).ok_or(SealError::System)?;
        Ok(format!("{PREFIX}{begin}:{data}"))
    }

    /// Opens a sealed secret in the document that holds it.
    pub fn open_secret(
        &self,
        sealed: &str,
        holder: Holder<'_>,
    ) -> Result<Secret<Vec<u8>>, SealError> {
        let Parts { id, begin, data } = parts(sealed).ok_or(SealError::Malformed)?;
        let ring = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let key = ring.keys.iter().rev().find(|key| key.id == id);
        let key = key.ok_or_else(|| SealError::UnknownKey(id.chars().take(40).collect()))?;
        let opened = decrypt(key.key.expose(), begin, data).ok_or(SealError::Damaged)?;
        // What it says of its holder is true now.
        if let Some((_, sealed_for)) = begin.split_once(':') {
            let here = holder.to_string();
            if sealed_for != here {
                let sealed_for = sealed_for.to_owned();
                return Err(SealError::Elsewhere { sealed_for, here });
            }
        }
        Ok(Secret::new(opened))
    }

    /// What the master key is known by.
    pub(crate) fn master_id(&self) -> String {
        let ring = self.0.read().unwrap_or_else(PoisonError::into_inner);
        ring.master.id()
    }

    /// Whether a secret is sealed by the newest data key, for a document.
    pub fn is_newest(&self, sealed: &str) -> bool {
        let ring = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let newest = ring.keys.last().map(|key| key.id.as_str());
        parts(sealed).is_some_and(|parts| Some(parts.id) == newest && parts.begin != parts.id)
    }

    /// What the ring would be with a new data key, wrapped by another master key if one is given:
    /// the text to be stored, and the ring for [`Sealer::adopt`] once it is.
    pub(crate) fn rotated(
        &self,
        master: Option<MasterKey>,
    ) -> Result<(Rotated, String), StoreError> {
        let ring = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut keys = ring.keys.clone();
        if keys.len() >= MAX_KEYS {
            return Err(StoreError::Damaged {
                place: KEYS.into(),
                detail: format!("{MAX_KEYS} data keys"),
            });
        }
        keys.push(DataKey::make()?);
        let next = Ring {
            master: master.unwrap_or_else(|| ring.master.clone()),
            keys,
        };
        let text = next.wrapped()?;
        Ok((Rotated(next), text))
    }

    /// Goes on with what was stored.
    pub(crate) fn adopt(&self, rotated: Rotated) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = rotated.0;
    }

    /// Takes over what another process stored. A key that is known already stays known.
    pub(crate) fn refresh(&self, stored: &str) -> Result<(), StoreError> {
        let stored = Stored::read(stored)?;
        let mut ring = self.0.write().unwrap_or_else(PoisonError::into_inner);
        same_master(&stored.master, &ring.master)?;
        let ids = ring.keys.iter().rev().map(|key| &key.id);
        if ids
            .take(stored.keys.len())
            .eq(stored.keys.iter().rev().map(|key| &key.id))
        {
            return Ok(());
        }
        let fresh = stored.keys.iter().map(|wrapped| wrapped.open(&ring.master));
        let fresh = fresh.collect::<Result<Vec<_>, _>>()?;
        ring.keys
            .retain(|known| fresh.iter().all(|key| key.id != known.id));
        ring.keys.extend(fresh);
        Ok(())
    }

    /// A stored ring, with the keys of another one that it lacks before its own: the last one still
    /// seals. Refuses keys under another master key.
    pub(crate) fn merged(&self, stored: Option<&str>, other: &str) -> Result<String, StoreError> {
        let ring = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let Stored { master, keys } = Stored::read(other)?;
        let mut merged = match stored {
            Some(stored) => Stored::read(stored)?,
            None => Stored {
                master: ring.master.id(),
                keys: Vec::new(),
            },
        };
        let missing = |key: &Wrapped| merged.keys.iter().all(|known| known.id != key.id);
        let mut keys: Vec<_> = keys.into_iter().filter(missing).collect();
        if !keys.is_empty() {
            same_master(&merged.master, &ring.master)?;
            same_master(&master, &ring.master)?;
        }
        for key in &keys {
            key.open(&ring.master)?;
        }
        keys.append(&mut merged.keys);
        merged.keys = keys;
        merged.text()
    }
}

/// A ring that is not in use yet.
#[derive(Debug)]
pub(crate) struct Rotated(Ring);

impl Stored {
    fn read(text: &str) -> Result<Self, StoreError> {
        serde_json::from_str(text).map_err(|error| damaged(&error))
    }

    fn text(&self) -> Result<String, StoreError> {
        serde_json::to_string(self).map_err(|error| damaged(&error))
    }
}

/// Refuses another master key than the one that keys are wrapped by.
fn same_master(expected: &str, master: &MasterKey) -> Result<(), StoreError> {
    let found = master.id();
    if expected == found {
        return Ok(());
    }
    Err(StoreError::MasterDiffers {
        expected: expected.to_owned(),
        found,
    })
}

impl Ring {
    fn wrapped(&self) -> Result<String, StoreError> {
        let keys = self.keys.iter().map(|key| {
            let wrapped = encrypt(self.master.expose(), &key.id, key.key.expose());
            Ok(Wrapped {
                id: key.id.clone(),
                key: wrapped.ok_or(StoreError::NoRandomness)?,
            })
        });
        let stored = Stored {
            master: self.master.id(),
            keys: keys.collect::<Result<_, StoreError>>()?,
        };
        stored.text()
    }
}

impl DataKey {
    fn make() -> Result<Self, StoreError> {
        let (mut id, mut key) = ([0; 6], [0; 32]);
        let random = SystemRandom::new();
        random
            .fill(&mut id)
            .and_then(|()| random.fill(&mut key))
            .map_err(|_| StoreError::NoRandomness)?;
        Ok(Self {
            id: hex(&id),
            key: Secret::new(key),
        })
    }
}

impl Wrapped {
    fn open(&self, master: &MasterKey) -> Result<DataKey, StoreError> {
        let key = decrypt(master.expose(), &self.id, &self.key);
        let key = key.and_then(|key| <[u8; 32]>::try_from(key).ok());
        Ok(DataKey {
            id: self.id.clone(),
            key: Secret::new(key.ok_or_else(|| damaged(&SealError::Damaged))?),
        })
    }
}

/// What a sealed secret is written of.
struct Parts<'a> {
    /// The id of the data key.
    id: &'a str,
    /// What is authenticated: the id, and the holder behind a colon if there is one.
    begin: &'a str,
    data: &'a str,
}

fn parts(sealed: &str) -> Option<Parts<'_>> {
    let (begin, data) = sealed.strip_prefix(PREFIX)?.rsplit_once(':')?;
    let id = begin.split(':').next()?;
    Some(Parts { id, begin, data })
}

/// Nonce, ciphertext and tag in base64url. `with` is authenticated too.
fn encrypt(key: &[u8; 32], with: &str, secret: &[u8]) -> Option<String> {
    let key = RandomizedNonceKey::new(&AES_256_GCM, key).ok()?;
    let mut text = secret.to_vec();
    let nonce = key
        .seal_in_place_append_tag(Aad::from(with.as_bytes()), &mut text)
        .ok()?;
    let mut data = nonce.as_ref().to_vec();
    data.extend(text);
    Some(URL_SAFE_NO_PAD.encode(data))
}

fn decrypt(key: &[u8; 32], with: &str, data: &str) -> Option<Vec<u8>> {
    let data = URL_SAFE_NO_PAD.decode(data).ok()?;
    let (nonce, text) = data.split_at_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let key = RandomizedNonceKey::new(&AES_256_GCM, key).ok()?;
    let mut text = text.to_vec();
    let opened = key
        .open_in_place(nonce, Aad::from(with.as_bytes()), &mut text)
        .ok()?;
    Some(opened.to_vec())
}

fn damaged(error: &dyn std::error::Error) -> StoreError {
    StoreError::Damaged {
        place: "the list of data keys".into(),
        detail: error.to_string(),
    }
}
