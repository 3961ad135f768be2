//! What a process begins with: what a file says, or what is stored.

use super::completion::Completion;
use super::demo::Demo;
use super::source::Source;
use postern_config::System;
use postern_control::{Named, Remembered, Stored};
use postern_model::entity::Configuration;
use postern_model::key::Keyer;
use postern_policy::Directory;
use postern_proxy::Revision;
use postern_store::{DataDirectory, Store};
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

/// With the store; the error is ready to be printed.
pub(crate) async fn by_store(
    directory: &Arc<DataDirectory>,
    completion: &Completion,
    keyer: Keyer,
    demo: bool,
) -> Result<Begun, String> {
    let said = |error: &dyn std::fmt::Display| format!("error: {error}");
    let store = Store::open(directory.clone()).map_err(|error| said(&error))?;
    let demo = if demo {
        Some(Demo::set_up(&store, directory, &keyer).await?)
    } else {
        None
    };
    let (stored, candidate) = Stored::open(store, directory.path(), keyer)
        .await
        .map_err(|refusal| crate::output::refused(&refusal))?;
    let configuration = candidate.configuration.unwrap_or_default();
    let mut configuration = Arc::unwrap_or_clone(configuration);
    completion.complete(&mut configuration)?;
    Ok(Begun {
        configuration,
        directory: candidate.directory,
        revision: revision(candidate.revision),
        file: None,
        source: postern_control::Source::Store(stored),
        demo,
    })
}
