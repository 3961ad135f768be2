//! What a process begins with: what a file says, or what is stored.

use super::completion::Completion;
use super::demo::Demo;
use super::source::Source;
use crate::cli::keeping::Masters;
use postern_config::System;
use postern_control::{Named, Remembered, Stored};
use postern_model::entity::Configuration;
use postern_model::key::Keyer;
use postern_policy::Directory;
use postern_proxy::Revision;
use postern_store::{DataDirectory, InstallationKey, Shared, Store, StoreError};
use std::path::Path;
use std::sync::Arc;

/// A first configuration, and who owns it.
#[derive(Debug)]
pub(crate) struct Begun {
    pub(crate) configuration: Configuration,
    pub(crate) directory: Directory,
    pub(crate) revision: Revision,
    /// The file, if one owns the configuration.
    pub(crate) file: Option<Source>,
    pub(crate) source: postern_control::Source,
    /// The store, if it owns the configuration.
    pub(crate) store: Option<Store>,
    /// The demo, if it is one.
    pub(crate) demo: Option<Demo>,
}

/// With a file; the error is ready to be printed.
pub(crate) fn by_file(
    file: &Path,
    completion: &Arc<Completion>,
    keyer: Keyer,
    remembered: &Remembered,
) -> Result<Begun, String> {
    let secrets = System::new(keyer);
    let mut source = Source::new(file.to_owned(), completion.clone(), secrets);
    let read = source.load()?;
    source.taken_over();
    let absolute = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    Ok(Begun {
        revision: revision(remembered.add(read.documents)),
        configuration: read.configuration,
        directory: Directory::new(read.accounts, 1),
        file: Some(source),
        source: postern_control::Source::File(absolute),
        store: None,
        demo: None,
    })
}

/// What records call it.
pub(super) fn revision(named: Named) -> Revision {
    Revision {
        number: named.number,
        name: named.name,
    }
}

/// Opens the store: the database in the directory, or the one that is shared.
pub(crate) fn open(
    directory: &Arc<DataDirectory>,
    key: &InstallationKey,
    shared: Option<&Shared>,
) -> Result<Store, String> {
    let opened = match shared {
        Some(shared) => Store::open_shared(directory.clone(), key, shared),
        None => Store::open(directory.clone()),
    };
    opened.map_err(|error| format!("error: {error}"))
}

/// With the store; the error is ready to be printed.
pub(crate) async fn by_store(
    store: Store,
    directory: &DataDirectory,
    completion: &Completion,
    keyer: Keyer,
    demo: bool,
    masters: &Masters,
) -> Result<Begun, String> {
    let demo = if demo {
        Some(Demo::set_up(&store, directory, &keyer).await?)
    } else {
        None
    };
    let master = masters.master_key.clone().unwrap_or_default();
    let opened = store
        .open_secrets(&master, masters.previous_master_key.as_ref())
        .await;
    let sealer = match opened {
        Ok(sealer) => Some(sealer),
        // What secrets are sealed by stands in the database. A new start opens them.
        Err(error @ StoreError::Away { .. }) => {
            tracing::warn!("sealed secrets stay sealed until the next start: {error}");
            None
        }
        Err(error) => return Err(format!("error: {error}")),
    };
    let (stored, candidate) = Stored::open(store.clone(), directory.path(), keyer, sealer)
        .await
        .map_err(|refusal| crate::output::refused(&refusal))?;
    for said in stored.repaired() {
        crate::output::complain(&format!("warning: {said}"));
    }
    let configuration = candidate.configuration.unwrap_or_default();
    let mut configuration = Arc::unwrap_or_clone(configuration);
    completion.complete(&mut configuration)?;
    Ok(Begun {
        configuration,
        directory: candidate.directory,
        revision: revision(candidate.revision),
        file: None,
        source: postern_control::Source::Store(Box::new(stored)),
        store: Some(store),
        demo,
    })
}
