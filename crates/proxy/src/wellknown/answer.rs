//! An answer of the gateway's own, ready to be sent.

use serde::Serialize;
use std::borrow::Cow;

/// Longest body of an answer, bytes: a longer one is not sent.
pub(crate) const LONGEST: usize = 1 << 20;

/// Status, fields and body. `Date`, `X-Request-Id` and the length are added when it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names are lower case.
    pub(crate) fields: Vec<(&'static str, Cow<'static, str>)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// JSON about whoever asks, for nobody else to keep. `None` if it cannot be written, or is too
    /// long.
    pub(crate) fn personal(status: u16, body: &impl Serialize) -> Option<Self> {
        Self::personal_json(status, serde_json::to_vec(body).ok()?)
    }

    /// The same, written already.
    pub(crate) fn personal_json(status: u16, body: Vec<u8>) -> Option<Self> {
        (body.len() <= LONGEST).then(|| Self {
            status,
            fields: vec![
                ("content-type", "application/json".into()),
                ("cache-control", "no-store".into()),
                ("referrer-policy", "no-referrer".into()),
                ("x-content-type-options", "nosniff".into()),
            ],
            body,
        })
    }

    /// Adds a field.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.fields.push((name, value.into()));
        self
    }
}
