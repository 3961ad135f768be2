//! A database that this node shares with others: opened, followed, and missed while it is away.

use super::running::Process;
use crate::cli::RunArgs;
use anyhow::Context as _;
use postern_config::{Secrets as _, System};
use postern_control::Service;
use postern_proxy::freshness::Freshness;
use postern_store::{DataDirectory, Head, InstallationKey, Shared, Store};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long what could not be taken over is not tried again, unless something changes.
const AGAIN: Duration = Duration::from_secs(10);

/// How often the copy in the data directory is noted to be up to date.
const CONFIRM: Duration = Duration::from_secs(10);

/// The database that the command line names, if it names one.
pub(super) fn shared(args: &RunArgs) -> anyhow::Result<Option<Shared>> {
    let Some(given) = &args.database else {
        return Ok(None);
    };
    let secrets = System::throwaway();
    let url = match given.split_once(':') {
        Some(("env", name)) => {
            let value = secrets.env(name).with_context(|| {
                format!("--database env:{name}: that environment variable is not set")
            })?;
            value.expose().to_string()
        }
        Some(("file", path)) => {
            let bytes = secrets
                .read_file(Path::new(path))
                .with_context(|| format!("--database file:{path}: that file cannot be read"))?;
            let text = std::str::from_utf8(bytes.expose());
            text.with_context(|| format!("--database file:{path}: that is no text"))?
                .to_owned()
        }
        _ => given.clone(),
    };
    Ok(Some(Shared::new(url.trim().parse()?)))
}

/// The installation's key.
pub(super) fn key(
    args: &RunArgs,
    directory: &DataDirectory,
    shared: Option<&Shared>,
) -> anyhow::Result<InstallationKey> {
    Ok(match shared {
        Some(shared) => directory.shared_key(args.installation_key.as_deref(), &shared.address)?,
        None => directory.installation_key()?,
    })
}

/// Whether what is served is known to hold, at the beginning.
pub(super) fn freshness(store: Option<&Store>) -> Freshness {
    let contact = store.and_then(Store::contact);
    contact.map_or(Freshness::always(), |contact| {
        Freshness::since(contact.borrow().last)
    })
}

/// Serves what other nodes change, for as long as the process lives. Does nothing else where the
/// database is this process's own.
pub(super) async fn follow(store: Option<Store>, service: Arc<Service>, process: Arc<Process>) {
    let Some(store) = store else { return };
    let Some(mut contact) = store.contact() else {
        return;
    };
    store.keep();
    let mut failed: Option<Failed> = None;
    let mut confirmed = Instant::now();
    loop {
        let seen = contact.borrow_and_update().clone();
        if seen.error.is_none() && failed.as_ref().is_none_or(|failed| failed.is_over(&store)) {
            match service.catch_up().await {
                Ok(()) => {
                    if failed.take().is_some() {
                        process.status.reloaded(Ok(()));
                    }
                    if let Some(last) = seen.last {
                        process.gateway.freshness().confirm(last);
                    }
                    if confirmed.elapsed() >= CONFIRM {
                        confirmed = Instant::now();
                        store.confirm();
                    }
                }
                Err(why) => {
                    let now = Failed::new(why.to_string(), store.head(), failed.as_ref());
                    if now.is_news() {
                        tracing::error!("what other nodes changed is not served: {}", now.why);
                        process.status.reloaded(Err(now.why.clone()));
                    }
                    failed = Some(now);
                }
            }
        }
        if contact.changed().await.is_err() {
            return;
        }
    }
}

/// What could not be taken over.
struct Failed {
    why: String,
    head: Head,
    at: Instant,
    /// How often for this reason.
    times: u32,
}

impl Failed {
    fn new(why: String, head: Head, before: Option<&Self>) -> Self {
        let same = before.filter(|before| before.why == why);
        Self {
            times: same.map_or(1, |before| before.times.saturating_add(1)),
            why,
            head,
            at: Instant::now(),
        }
    }

    /// Whether it is worth a word: the first time, the database may just have gone away.
    const fn is_news(&self) -> bool {
        self.times == 2
    }

    /// Whether it is time to try again.
    fn is_over(&self, store: &Store) -> bool {
        self.times == 1 || self.head != store.head() || self.at.elapsed() >= AGAIN
    }
}
