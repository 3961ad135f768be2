//! What it takes to send something out.

use super::{Service, Source};
use postern_config::{Secrets as _, System};
use postern_model::key::Keyer;
use postern_model::{Holder, Secret};
use postern_outbound::Dialer;

impl Service {
    /// The same, which hands mails to the server of the settings over connections that `dialer`
    /// makes. Without it, none are sent.
    #[must_use]
    pub fn mailing(mut self, dialer: Dialer) -> Self {
        self.dialer = Some(dialer);
        self
    }

    pub(crate) const fn dialer(&self) -> Option<&Dialer> {
        self.dialer.as_ref()
    }

    /// The installation's key; none where a file owns the configuration.
    pub(crate) fn keyer(&self) -> Option<&Keyer> {
        match &self.source {
            Source::File(_) => None,
            Source::Store(stored) => Some(stored.loader.keyer()),
        }
    }

    /// What a reference (`env:NAME`, `file:PATH`, `sealed:…`) leads to in a document, without the end
    /// of its line. Relative paths begin where those of documents do.
    ///
    /// # Errors
    /// Why there is no such secret, without saying it.
    pub async fn secret(
        &self,
        reference: &str,
        holder: Holder<'_>,
    ) -> Result<Secret<String>, String> {
        let Source::Store(stored) = &self.source else {
            return Err("a file owns the configuration".to_owned());
        };
        let (secrets, folder) = (stored.loader.secrets().clone(), stored.loader.folder());
        let sealed = Some(reference).filter(|reference| reference.starts_with("sealed:"));
        let opened = sealed.map(|sealed| secrets.unseal(sealed, holder));
        let opened = opened.transpose()?;
        let reference = reference.to_owned();
        let read = move || read(&secrets, &folder, &reference, opened);
        // A file may be on a disk that is slow.
        let read = tokio::task::spawn_blocking(read).await;
        read.map_err(|error| error.to_string())?
    }
}

fn read(
    secrets: &System,
    folder: &std::path::Path,
    reference: &str,
    opened: Option<Secret<Vec<u8>>>,
) -> Result<Secret<String>, String> {
    let text = if let Some(name) = reference.strip_prefix("env:") {
        let value = secrets.env(name);
        let value = value.ok_or_else(|| format!("the environment variable {name} is not set"))?;
        value.expose().to_string()
    } else if let Some(path) = reference.strip_prefix("file:") {
        let path = folder.join(path);
        let said = |error: std::io::Error| format!("{}: {error}", path.display());
        secrets.check_file(&path).map_err(said)?;
        let bytes = secrets.read_file(&path).map_err(said)?;
        let text = String::from_utf8(bytes.expose().clone());
        text.map_err(|_| format!("{} is not UTF-8", path.display()))?
    } else if let Some(bytes) = opened {
        let text = String::from_utf8(bytes.expose().clone());
        text.map_err(|_| "the sealed secret is not UTF-8".to_owned())?
    } else {
        return Err("a secret is named by `env:NAME`, `file:PATH` or `sealed:…`".to_owned());
    };
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err("the secret is empty".to_owned());
    }
    Ok(Secret::new(text.to_owned()))
}
