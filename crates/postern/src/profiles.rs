//! Profiles: the Posterns that this user has signed in to, in a file that only they can read.

use crate::environment::Environment;
use anyhow::{Context as _, bail};
use postern_control::client::HttpServer;
use postern_model::Secret;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

#[cfg(test)]
mod tests;

/// Bytes of the file at most.
const LARGEST: u64 = 1 << 20;

/// Characters of a profile's name at most.
const LONGEST_NAME: usize = 100;

/// One that was signed in to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    /// Its address.
    #[serde(serialize_with = "as_text", deserialize_with = "from_text")]
    pub(crate) server: HttpServer,
    /// What signs in.
    #[serde(serialize_with = "exposed", deserialize_with = "secret")]
    pub(crate) token: Secret<String>,
    /// The token's id, where signing in has made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token_id: Option<String>,
    /// Authorities beside those of the system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ca: Option<PathBuf>,
    /// The token may go there in the clear.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) insecure_http: bool,
}

/// All of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profiles {
    /// The one that is asked if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    in_use: Option<String>,
    #[serde(default)]
    profiles: BTreeMap<String, Profile>,
}

impl Profiles {
    /// Where they are kept.
    pub(crate) fn path(environment: &Environment) -> anyhow::Result<PathBuf> {
        let Some(settings) = &environment.settings else {
            bail!(
                "there is no place for profiles: neither XDG_CONFIG_HOME nor HOME is set\n  = help: \
                 set one, or say POSTERN_SERVER and POSTERN_TOKEN"
            );
        };
        Ok(settings.join("postern/profiles.json"))
    }

    /// Reads them; none where there is no file.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(error).with_context(|| format!("{shown} cannot be read")),
        };
        let about = file.metadata();
        let about = about.with_context(|| format!("{shown} cannot be read"))?;
        if about.permissions().mode() & 0o077 != 0 {
            bail!(
                "{shown} has tokens in it, and others can read or change it\n  = help: chmod 600 \
                 {shown}; whoever has read it can use the tokens, so end them and make new ones"
            );
        }
        let mut text = Vec::new();
        let read = file.take(LARGEST + 1).read_to_end(&mut text);
        read.with_context(|| format!("{shown} cannot be read"))?;
        if text.len() as u64 > LARGEST {
            bail!("{shown} is larger than {} MiB", LARGEST >> 20);
        }
        match serde_json::from_slice(&text) {
            Ok(profiles) => Ok(profiles),
            // The error's own text may quote what stands there, and that may be a token.
            Err(error) => bail!(
                "{shown} cannot be read as profiles: line {}, column {}\n  = help: mend it, or move \
                 it away and sign in again with `postern login`",
                error.line(),
                error.column()
            ),
        }
    }

    /// Changes them. Two that do so at once do it one after the other.
    pub(crate) fn change<T>(
        path: &Path,
        change: impl FnOnce(&mut Self) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let shown = || format!("{} cannot be written", path.display());
        let directory = path.parent().unwrap_or(Path::new("."));
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(0o700);
        builder.create(directory).with_context(shown)?;
        let mut lock = OpenOptions::new();
        lock.create(true).truncate(false).write(true).mode(0o600);
        let lock = lock.open(path.with_extension("lock")).with_context(shown)?;
        lock.lock().with_context(shown)?;
        let mut profiles = Self::read(path)?;
        let done = change(&mut profiles)?;
        let text = serde_json::to_string_pretty(&profiles).with_context(shown)?;
        // Made for its owner alone, and takes the other's place when it is whole.
        let mut file = tempfile::NamedTempFile::new_in(directory).with_context(shown)?;
        file.write_all(text.as_bytes()).with_context(shown)?;
        file.write_all(b"\n").with_context(shown)?;
        file.as_file().sync_all().with_context(shown)?;
        file.persist(path).with_context(shown)?;
        Ok(done)
    }

    /// The profile of that name.
    pub(crate) fn get(&self, name: &str) -> anyhow::Result<&Profile> {
        if let Some(profile) = self.profiles.get(name) {
            return Ok(profile);
        }
        let names: Vec<&str> = self.profiles.keys().map(String::as_str).collect();
        let help = if names.is_empty() {
            "there is none yet; `postern login https://HOST` makes one".to_owned()
        } else {
            format!("there is {}", names.join(", "))
        };
        bail!(
            "there is no profile `{}`\n  = help: {help}",
            name.escape_debug()
        )
    }

    /// The profile that is asked if nothing is said, if there is one.
    pub(crate) fn in_use(&self) -> anyhow::Result<Option<(&str, &Profile)>> {
        let Some(name) = &self.in_use else {
            return Ok(None);
        };
        Ok(Some((name, self.get(name)?)))
    }

    /// A profile of a server: the one in use before others.
    pub(crate) fn of(&self, server: &HttpServer) -> Option<&Profile> {
        let in_use = self.in_use.as_ref();
        let in_use = in_use.and_then(|name| self.profiles.get(name));
        let mut all = in_use.into_iter().chain(self.profiles.values());
        all.find(|profile| profile.server == *server)
    }

    /// Each with its name, and whether it is in use.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &Profile, bool)> {
        let in_use = self.in_use.as_deref();
        let all = self.profiles.iter();
        all.map(move |(name, profile)| (name.as_str(), profile, in_use == Some(name)))
    }

    /// Whether a profile of that server may have that name.
    pub(crate) fn may_be(&self, name: &str, server: &HttpServer) -> anyhow::Result<()> {
        let good = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\'' | '`' | '\\');
        if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(good) {
            bail!(
                "`{}` cannot be a profile's name\n  = help: up to {LONGEST_NAME} letters, digits and \
                 marks, without spaces and quotes",
                name.escape_debug()
            );
        }
        match self.profiles.get(name) {
            Some(other) if other.server != *server => bail!(
                "the profile `{name}` is that of {}\n  = help: choose another name with --name, or \
                 `postern logout {name}` first",
                other.server
            ),
            _ => Ok(()),
        }
    }

    /// Keeps a profile, which is then in use.
    pub(crate) fn put(&mut self, name: &str, profile: Profile) -> anyhow::Result<()> {
        self.may_be(name, &profile.server)?;
        self.profiles.insert(name.to_owned(), profile);
        self.in_use = Some(name.to_owned());
        Ok(())
    }

    /// Makes a profile the one that is asked.
    pub(crate) fn choose(&mut self, name: &str) -> anyhow::Result<()> {
        self.get(name)?;
        self.in_use = Some(name.to_owned());
        Ok(())
    }

    /// Forgets a profile, or the one in use.
    pub(crate) fn forget(&mut self, name: Option<&str>) -> anyhow::Result<(String, Profile)> {
        let Some(name) = name.or(self.in_use.as_deref()).map(str::to_owned) else {
            bail!("no profile is in use\n  = help: `postern profiles list` shows which there are");
        };
        self.get(&name)?;
        if self.in_use.as_deref() == Some(&name) {
            self.in_use = None;
        }
        let removed = self.profiles.remove_entry(&name);
        removed.with_context(|| format!("there is no profile `{name}`"))
    }
}

fn as_text<S: Serializer>(server: &HttpServer, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(server)
}

fn from_text<'de, D: Deserializer<'de>>(from: D) -> Result<HttpServer, D::Error> {
    let text = String::deserialize(from)?;
    text.parse().map_err(serde::de::Error::custom)
}

/// The one place where a token is written down.
fn exposed<S: Serializer>(token: &Secret<String>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(token.expose())
}

fn secret<'de, D: Deserializer<'de>>(from: D) -> Result<Secret<String>, D::Error> {
    String::deserialize(from).map(Secret::new)
}
