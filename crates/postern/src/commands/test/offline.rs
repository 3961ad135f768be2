//! A configuration that requests are decided by, without anything that runs.

use crate::output;
use anyhow::Context as _;
use postern_config::{ExpectedRequest, System};
use postern_explain::{Body, Documents, Located, QuestionError, Tested, Testing, World, test};
use postern_model::entity::{Configuration, ListPlace};
use postern_policy::listing::{Contents, Listings};
use postern_policy::{Directory, Rules, Snapshot};
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

/// Rules, rows and documents of a file.
#[derive(Debug)]
pub(super) struct Offline {
    rules: Rules,
    directory: Directory,
    documents: Documents,
    /// What lists say that come from files.
    listings: Listings,
    /// Unix time in milliseconds.
    now: i64,
}

impl Offline {
    /// Reads a configuration; `None` where it is wrong, which was said then.
    pub(super) fn load(path: &Path) -> anyhow::Result<Option<Self>> {
        let loaded = match postern_config::load(path, &System::throwaway()) {
            Ok(loaded) => loaded,
            Err(report) => {
                output::complain(&report.render(output::colours()));
                return Ok(None);
            }
        };
        // It was read just now, and is no other if somebody writes it meanwhile: what documents say
        // beside the rules is which credentials an app has.
        let values = postern_config::values(&path.display().to_string(), &super::text(path)?)?;
        let now = jiff::Timestamp::now().as_millisecond();
        let configuration = Arc::new(loaded.configuration);
        let listings = listings(path, &configuration, now.div_euclid(1000))?;
        Ok(Some(Self {
            rules: Rules::compile(configuration, "tested".into())
                .with_context(|| path.display().to_string())?,
            directory: Directory::new(loaded.accounts, 0),
            documents: Documents::new(values),
            listings,
            now,
        }))
    }

    /// Decides the request of a case.
    pub(super) fn test(
        &self,
        case: &ExpectedRequest,
        body: Option<&[u8]>,
    ) -> Result<Tested, QuestionError> {
        let world = World {
            snapshot: Snapshot {
                rules: &self.rules,
                directory: &self.directory,
            },
            documents: &self.documents,
        };
        let locate = |address| self.locate(address, case.at.unwrap_or(self.now));
        let testing = Testing {
            body: body.map(|bytes| Body {
                size: bytes.len() as u64,
                start: bytes,
            }),
            now: self.now,
            locate: &locate,
        };
        test(&world, case, &testing)
    }

    /// What lists from files say of an address. Databases of addresses and lists from URLs are not
    /// asked: what hangs on those cannot be told unless the case says it.
    fn locate(&self, address: IpAddr, at: i64) -> Located {
        let lists = self.rules.configuration().lists.iter();
        let of_files = lists.filter(|list| {
            let source = list.source.as_ref();
            source.is_some_and(|source| matches!(source.place, ListPlace::File(_)))
        });
        let listed = of_files.map(|list| self.listings.listed(&list.name, address, at));
        Located {
            listed: listed.collect(),
            ..Located::default()
        }
    }
}

/// Reads the lists that come from files.
fn listings(path: &Path, configuration: &Configuration, now: i64) -> anyhow::Result<Listings> {
    let mut all = Listings::default();
    for list in &configuration.lists {
        let Some(source) = &list.source else { continue };
        let ListPlace::File(file) = &source.place else {
            continue;
        };
        let read = postern_control::sourced::read_file(file, source.format);
        let ranges = read.map_err(|why| {
            let (list, file) = (&list.name, file.display());
            anyhow::anyhow!(
                "{}: list `{list}` cannot be read from {file}: {why}",
                path.display()
            )
        })?;
        let contents = Contents::new(&list.name, &ranges, now, i64::MAX);
        all = all.with(list.name.clone(), Arc::new(contents));
    }
    Ok(all)
}
