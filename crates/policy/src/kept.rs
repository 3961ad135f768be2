//! What was found out about something that no record keeps: a body, most values of headers.
//!
//! A rule that looks at such a thing asks it once, under a key that stands for the question and for
//! everything else that the answer hung on. The answer goes into the record, so that whoever decides
//! it again by a rule that asks the same is answered the same, and whoever asks something else
//! cannot tell.

use crate::decision::FactRequest;
use crate::facts::Facts;
use crate::walk::Progress;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a question is known by.
pub type Key = u64;

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// What was asked ([`key`]).
    pub key: Key,
    /// What speaks against the request, as whoever asked it writes that down; `None`: nothing. No
    /// secrets: it is written into the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<Value>,
}

impl Kept {
    /// What speaks against the request.
    pub(crate) fn against<T: DeserializeOwned>(&self) -> Option<T> {
        // Whoever reads it has written it: the key stands for its form, too.
        let against = self.against.as_ref()?;
        serde_json::from_value(against.clone()).ok()
    }

    /// Whether the answer can be read by whoever asks for a `T`.
    fn is<T: DeserializeOwned>(&self) -> bool {
        self.against.is_none() || self.against::<T>().is_some()
    }
}

/// A key: of the kind of question, and of what its answer hangs on besides the request.
///
/// The beginning of a SHA-256 (FIPS 180-4), the same in every version and on every machine: one
/// policy is answered by what another one found, so that nobody may be able to write a policy whose
/// question has the key of somebody else's.
pub fn key(parts: &[&[u8]]) -> Key {
    // What does not occur in UTF-8 stands between them.
    let digest = postern_model::key::digest(&parts.join(&0xff));
    digest
        .first_chunk()
        .map_or(0, |first| Key::from_be_bytes(*first))
}

/// The answer to a question: asked now, or earlier in this walk, or when the record was made.
///
/// # Errors
/// What has to be known before.
pub(crate) fn answer<T: Serialize + DeserializeOwned>(
    progress: &mut Progress,
    facts: &dyn Facts,
    key: Key,
    ask: impl FnOnce(&mut Progress) -> Result<Option<T>, FactRequest>,
) -> Result<Option<T>, FactRequest> {
    let mut earlier = progress.kept.iter();
    let known = earlier.find(|kept| kept.key == key);
    if let Some(kept) = known
        .or_else(|| facts.kept(key))
        .filter(|kept| kept.is::<T>())
    {
        return Ok(kept.against());
    }
    let against = ask(progress)?;
    if facts.is_recorded() {
        // It may have looked at something that was not kept, which is found out after it.
        return Ok(against);
    }
    let written = against.as_ref().map(serde_json::to_value);
    // What cannot be written down is asked again, and no record has it.
    if let Ok(written) = written.transpose() {
        progress.kept.push(Kept {
            key,
            against: written,
        });
    }
    Ok(against)
}

#[cfg(test)]
mod tests;
