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

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// What was asked ([`key`]).
    pub key: u32,
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
/// FNV-1a, the same in every version and on every machine.
pub fn key(parts: &[&[u8]]) -> u32 {
    let step = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    parts.iter().fold(0x811c_9dc5, |hash, part| {
        // What does not occur in UTF-8 stands between them.
        step(part.iter().copied().fold(hash, step), 0xff)
    })
}

/// The answer to a question: asked now, or earlier in this walk, or when the record was made.
///
/// # Errors
/// What has to be known before.
pub(crate) fn answer<T: Serialize + DeserializeOwned>(
    progress: &mut Progress,
    facts: &dyn Facts,
    key: u32,
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
