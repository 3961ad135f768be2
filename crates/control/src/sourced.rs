//! Lists of addresses that come from files and URLs: read, kept on the disk, and read again.
//!
//! What a list said last goes on counting while its place cannot be read, also over a restart
//! without a network; for how long where it allows is the list's `stale_after`. Nothing here waits
//! for a request, and no request for anything here.

mod disk;
mod places;
#[cfg(test)]
mod tests;

pub use places::read_file;

use disk::Copy;
use ipnet::IpNet;
use places::{Answer, Mark, mark};
use postern_model::entity::{AddressList, ListPlace, ListSource, Name};
use postern_outbound::HttpClient;
use postern_policy::listing::{Contents, Listings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How soon a URL is asked again that could not be asked, seconds; twice as long each time, and at
/// most as long as it is refreshed.
const AGAIN: i64 = 30;

/// How a list from elsewhere stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "SourcedList")]
pub struct State {
    /// The list.
    pub list: String,
    /// Where it comes from.
    pub source: String,
    /// How many ranges it has; none: it never said anything.
    pub ranges: Option<u64>,
    /// Since when it says that: Unix time in seconds.
    pub since: Option<i64>,
    /// When it was last confirmed: Unix time in seconds.
    pub confirmed: Option<i64>,
    /// When its URL is asked next: Unix time in seconds.
    pub next: Option<i64>,
    /// Whether it was not confirmed for so long that nobody is let in by it.
    pub stale: bool,
    /// Why it could not be read at the last try.
    pub error: Option<String>,
}

/// Keeps what lists say.
#[derive(Debug)]
pub struct Keeper {
    folder: PathBuf,
    lists: Mutex<BTreeMap<Name, Kept>>,
}

/// One list.
#[derive(Debug, Clone)]
struct Kept {
    source: ListSource,
    contents: Option<Arc<Contents>>,
    /// When it was last confirmed.
    confirmed: Option<i64>,
    /// What a server said that tells whether it has changed.
    validators: Validators,
    error: Option<String>,
    failures: u32,
    /// When a URL is asked next.
    next: i64,
    /// The file when it was read, and at the last look.
    read: Mark,
    seen: Mark,
}

/// `ETag` and `Last-Modified` (RFC 9110 §8.8).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Validators {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    modified: Option<String>,
}

impl Keeper {
    /// One whose copies are in the folder `lists` of a data directory.
    pub fn new(data: &Path) -> Self {
        Self {
            folder: data.join("lists"),
            lists: Mutex::default(),
        }
    }

    fn lists(&self) -> MutexGuard<'_, BTreeMap<Name, Kept>> {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the lists of a configuration say, before it is served: files are read, and of URLs what
    /// was kept. Gives what all say if one of them was not known before. `now` is Unix time in
    /// seconds. Blocks.
    pub fn prepare(&self, lists: &[AddressList], now: i64) -> Option<Listings> {
        let mut is_new = false;
        for (name, source) in sourced(lists) {
            if self
                .lists()
                .get(name)
                .is_some_and(|kept| kept.source == *source)
            {
                continue;
            }
            let kept = self.begin(name, source, now);
            self.lists().insert(name.clone(), kept);
            is_new = true;
        }
        is_new.then(|| self.listings(lists))
    }

    /// A list of which nothing is known but what stands on the disk.
    fn begin(&self, name: &Name, source: &ListSource, now: i64) -> Kept {
        let mut kept = Kept {
            source: source.clone(),
            contents: None,
            confirmed: None,
            validators: Validators::default(),
            error: None,
            failures: 0,
            next: now,
            read: None,
            seen: None,
        };
        let copy = disk::load(&self.folder, name).filter(|copy| copy.place == copy_of(source));
        if let Some(copy) = copy {
            let stale_at = copy.confirmed.saturating_add(seconds(source.stale_after));
            let contents = Contents::new(name, &copy.ranges, copy.since, stale_at);
            kept.contents = Some(Arc::new(contents));
            kept.confirmed = Some(copy.confirmed);
            kept.validators = copy.validators;
        }
        if let ListPlace::File(path) = &source.place {
            kept.seen = mark(path);
            self.take_file(name, &mut kept, path, now);
        }
        kept
    }

    /// Looks at every list of a configuration, and asks those URLs whose time has come. Gives what
    /// all say if that is not what it was. `now` is Unix time in seconds.
    pub async fn look(
        &self,
        lists: &[AddressList],
        client: &HttpClient,
        now: i64,
    ) -> Option<Listings> {
        let mut changed = false;
        for (name, source) in sourced(lists) {
            let kept = self.lists().get(name).cloned();
            let Some(mut kept) = kept.filter(|kept| kept.source == *source) else {
                continue;
            };
            let before = kept.contents.clone();
            match &source.place {
                ListPlace::File(path) => self.look_at_file(name, &mut kept, path, now),
                ListPlace::Url(url) if kept.next <= now => {
                    let answer = places::ask(client, url, source.format, &kept.validators).await;
                    self.answered(name, &mut kept, answer, now);
                }
                ListPlace::Url(_) => {}
            }
            changed |= match (&before, &kept.contents) {
                (Some(before), Some(after)) => !Arc::ptr_eq(before, after),
                (before, after) => before.is_some() != after.is_some(),
            };
            // Another configuration may have come meanwhile.
            if let Some(place) = self.lists().get_mut(name)
                && place.source == kept.source
            {
                *place = kept;
            }
        }
        let gone = |name: &str| !sourced(lists).any(|(known, _)| **known == *name);
        self.lists().retain(|name, _| !gone(name));
        changed.then(|| self.listings(lists))
    }

    fn look_at_file(&self, name: &Name, kept: &mut Kept, path: &Path, now: i64) {
        let mark = mark(path);
        let settled = std::mem::replace(&mut kept.seen, mark) == mark;
        if mark != kept.read && settled {
            self.take_file(name, kept, path, now);
        }
    }

    fn take_file(&self, name: &Name, kept: &mut Kept, path: &Path, now: i64) {
        kept.read = kept.seen;
        let answer = match places::read_file(path, kept.source.format) {
            Ok(ranges) => Answer::Says(ranges, Validators::default()),
            Err(why) => Answer::Failed(why),
        };
        self.answered(name, kept, answer, now);
    }

    /// Takes over what a place says.
    fn answered(&self, name: &Name, kept: &mut Kept, answer: Answer, now: i64) {
        let shown = kept.source.place.to_string();
        // A file is there or not, which is looked at all the time.
        let lasts = match kept.source.place {
            ListPlace::File(_) => i64::MAX,
            ListPlace::Url(_) => now.saturating_add(seconds(kept.source.stale_after)),
        };
        match answer {
            Answer::Says(ranges, validators) => {
                let contents = Contents::new(name, &ranges, now, lasts);
                tracing::info!(list = %name, from = %shown, ranges = ranges.len(), "read a list");
                kept.validators = validators;
                self.confirm(name, kept, contents, now, Some(ranges));
            }
            Answer::Unchanged => {
                if let Some(contents) = kept.contents.clone() {
                    self.confirm(name, kept, contents.confirmed(lasts), now, None);
                }
            }
            Answer::Failed(why) => {
                if kept.error.as_ref() != Some(&why) {
                    tracing::warn!(list = %name, from = %shown, "a list cannot be read: {why}");
                }
                let first = kept.error.replace(why).is_none();
                kept.failures = kept.failures.saturating_add(1);
                let wait = AGAIN.saturating_mul(1 << kept.failures.saturating_sub(1).min(16));
                kept.next = now.saturating_add(wait.min(seconds(kept.source.refresh)));
                // From now on a file counts like a URL that was confirmed last now.
                if first
                    && let (ListPlace::File(_), Some(contents)) =
                        (&kept.source.place, &kept.contents)
                {
                    let until = now.saturating_add(seconds(kept.source.stale_after));
                    let until = until.min(contents.stale_at());
                    kept.contents = Some(Arc::new(contents.confirmed(until)));
                }
            }
        }
    }

    fn confirm(
        &self,
        name: &Name,
        kept: &mut Kept,
        contents: Contents,
        now: i64,
        ranges: Option<Vec<IpNet>>,
    ) {
        let since = contents.since();
        kept.contents = Some(Arc::new(contents));
        kept.confirmed = Some(now);
        kept.error = None;
        kept.failures = 0;
        kept.next = now.saturating_add(seconds(kept.source.refresh));
        let ranges = ranges.or_else(|| disk::load(&self.folder, name).map(|copy| copy.ranges));
        let Some(ranges) = ranges else {
            return;
        };
        let copy = Copy {
            place: copy_of(&kept.source),
            since,
            confirmed: now,
            validators: kept.validators.clone(),
            ranges,
        };
        if let Err(error) = disk::store(&self.folder, name, &copy) {
            tracing::warn!(list = %name, "a list cannot be kept over a restart: {error}");
        }
    }

    /// What the lists of a configuration say.
    fn listings(&self, lists: &[AddressList]) -> Listings {
        let kept = self.lists();
        let mut all = Listings::default();
        for (name, _) in sourced(lists) {
            let contents = kept.get(name).and_then(|kept| kept.contents.clone());
            if let Some(contents) = contents {
                all = all.with(name.clone(), contents);
            }
        }
        all
    }

    /// How the lists stand at `now`, Unix time in seconds.
    pub fn states(&self, now: i64) -> Vec<State> {
        let kept = self.lists();
        let state = |(name, kept): (&Name, &Kept)| State {
            list: name.to_string(),
            source: kept.source.place.to_string(),
            ranges: kept.contents.as_ref().map(|c| c.count() as u64),
            since: kept.contents.as_ref().map(|c| c.since()),
            confirmed: kept.confirmed,
            next: match kept.source.place {
                ListPlace::File(_) => None,
                ListPlace::Url(_) => Some(kept.next),
            },
            stale: kept.contents.as_ref().is_none_or(|c| c.stale_at() <= now),
            error: kept.error.clone(),
        };
        kept.iter().map(state).collect()
    }
}

/// The lists of a configuration that come from elsewhere.
fn sourced(lists: &[AddressList]) -> impl Iterator<Item = (&Name, &ListSource)> {
    let lists = lists.iter();
    lists.filter_map(|list| Some((&list.name, list.source.as_ref()?)))
}

/// What tells a copy of this place from one of another.
fn copy_of(source: &ListSource) -> String {
    match &source.place {
        ListPlace::File(path) => format!("file {} {:?}", path.display(), source.format),
        ListPlace::Url(url) => format!("url {url} {:?}", source.format),
    }
}

fn seconds(time: std::time::Duration) -> i64 {
    i64::try_from(time.as_secs()).unwrap_or(i64::MAX)
}
