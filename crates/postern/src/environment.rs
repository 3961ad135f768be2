//! What the environment says to commands.

use anyhow::anyhow;
use postern_model::Secret;
use std::path::PathBuf;

/// What it says. A variable that is empty says nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Environment {
    /// `POSTERN_SERVER`.
    pub(crate) server: Option<String>,
    /// `POSTERN_PROFILE`.
    pub(crate) profile: Option<String>,
    /// `POSTERN_TOKEN`: for the server that is named by its address.
    pub(crate) token: Option<Secret<String>>,
    /// Where this user's programs keep what they are told.
    pub(crate) settings: Option<PathBuf>,
}

impl Environment {
    pub(crate) fn read() -> anyhow::Result<Self> {
        let settings = match variable("XDG_CONFIG_HOME")?.map(PathBuf::from) {
            // The specification has others ignored.
            Some(path) if path.is_absolute() => Some(path),
            _ => variable("HOME")?.map(|home| PathBuf::from(home).join(".config")),
        };
        Ok(Self {
            server: variable("POSTERN_SERVER")?,
            profile: variable("POSTERN_PROFILE")?,
            token: variable("POSTERN_TOKEN")?.map(Secret::new),
            settings,
        })
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "whom commands ask is the caller's to say, and no configuration"
)]
fn variable(name: &str) -> anyhow::Result<Option<String>> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(std::env::VarError::NotPresent) => Ok(None),
        // The value may be a secret.
        Err(_) => Err(anyhow!("the environment variable {name} is not UTF-8")),
    }
}
