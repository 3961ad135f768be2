//! The demo's keys: new each time.

use postern_model::key::ApiKey;
use std::fmt::Write as _;

/// Whole keys, by whom they are for.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(crate) shop: String,
    pub(crate) reader: String,
    pub(crate) staging: String,
    pub(crate) partner: String,
    pub(crate) build: String,
    pub(crate) newcomer: String,
    pub(crate) expired: String,
    pub(crate) revoked: String,
    /// In no document.
    pub(crate) unknown: String,
}

impl Keys {
    /// New keys, and `text` with their ids and digests in it.
    ///
    /// # Errors
    /// The operating system gives no random bytes.
    pub(crate) fn fill_in(text: &str) -> anyhow::Result<(Self, String)> {
        let mut text = text.to_owned();
        let mut make = |name: &str| -> anyhow::Result<String> {
            let mut random = [0; ApiKey::RANDOM];
            aws_lc_rs::rand::fill(&mut random)
                .map_err(|_| anyhow::anyhow!("the operating system gives no random bytes"))?;
            let key = ApiKey::generate(&random);
            let mut digest = String::with_capacity(64);
            for byte in key.digest() {
                // Writing to a String cannot fail.
                let _ = write!(digest, "{byte:02x}");
            }
            text = text
                .replace(&format!("{{{name}.id}}"), &format!("key_{}", key.id()))
                .replace(&format!("{{{name}.sha256}}"), &digest);
            Ok((*key.reveal().expose()).to_owned())
        };
        let keys = Self {
            shop: make("shop")?,
            reader: make("reader")?,
            staging: make("staging")?,
            partner: make("partner")?,
            build: make("build")?,
            newcomer: make("newcomer")?,
            expired: make("expired")?,
            revoked: make("revoked")?,
            unknown: make("unknown")?,
        };
        Ok((keys, text))
    }
}
