//! What a configuration file said, by the revisions that were served since the process began.

use crate::credential::hex;
use aws_lc_rs::digest::{SHA256, digest};
use postern_explain::Documents;
use postern_model::entity::Name;
use postern_store::Revision;
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

/// Revisions that are remembered.
const MOST: usize = 50;

/// What records call the rules of a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its number.
    pub number: u64,
    /// Its number and the beginning of its hash: `41 (9f3ac2)`.
    pub name: Name,
}

impl From<&Revision> for Named {
    fn from(revision: &Revision) -> Self {
        Self {
            number: revision.number,
            name: revision.to_string().into(),
        }
    }
}

/// What a file said at one time.
#[derive(Debug, Clone)]
pub struct Kept {
    named: Named,
    /// When it was read, Unix time in milliseconds.
    pub(crate) at_ms: i64,
    pub(crate) documents: Arc<Documents>,
}

impl Kept {
    /// What records call it.
    pub fn named(&self) -> Named {
        self.named.clone()
    }

    /// What tells it from others of its number.
    fn hash(&self) -> &str {
        hash_of(&self.named.name)
    }
}

/// The hash in a revision's name: `(9f3ac2)`.
fn hash_of(name: &str) -> &str {
    name.split_once(' ').map_or("", |(_, hash)| hash)
}

/// The last 50 revisions of a file.
#[derive(Debug, Default)]
pub struct Remembered(Mutex<VecDeque<Kept>>);

impl Remembered {
    /// What the next revision would be; remembered only by [`Self::keep`].
    pub fn next(&self, documents: Value) -> Kept {
        let hash = digest(&SHA256, documents.to_string().as_bytes());
        let short: String = hex(hash.as_ref()).chars().take(6).collect();
        let number = self.lock().back().map_or(1, |last| last.named.number + 1);
        Kept {
            named: Named {
                number,
                name: format!("{number} ({short})").into(),
            },
            at_ms: now(),
            documents: Arc::new(Documents::new(documents)),
        }
    }

    /// Remembers what is served now; the oldest is forgotten where there are too many.
    pub fn keep(&self, kept: Kept) {
        let mut all = self.lock();
        if all.len() >= MOST {
            all.pop_front();
        }
        all.push_back(kept);
    }

    /// Remembers what is served first.
    pub fn add(&self, documents: Value) -> Named {
        let kept = self.next(documents);
        let named = kept.named();
        self.keep(kept);
        named
    }

    /// The revision of that name; of an earlier process, one that says the same.
    pub(crate) fn find(&self, name: &str) -> Option<Kept> {
        let all = self.lock();
        let same = |kept: &&Kept| *kept.named.name == *name;
        let alike = |kept: &&Kept| kept.hash() == hash_of(name);
        all.iter()
            .find(same)
            .or_else(|| all.iter().rev().find(alike))
            .cloned()
    }

    /// All of them up to that one, oldest first.
    pub(crate) fn until(&self, number: u64) -> Vec<Kept> {
        let all = self.lock();
        all.iter()
            .filter(|kept| kept.named.number <= number)
            .cloned()
            .collect()
    }

    /// What the file says now.
    pub(crate) fn last(&self) -> Option<Kept> {
        self.lock().back().cloned()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Unix time in milliseconds.
pub fn now() -> i64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.map_or(0, |now| i64::try_from(now.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_revision_is_found_by_its_name_and_by_what_it_says() {
        let remembered = Remembered::default();
        let first = remembered.add(json!({"a": 1}));
        let second = remembered.add(json!({"a": 2}));
        assert_eq!([first.number, second.number], [1, 2]);
        let found = |name: &str| remembered.find(name).map(|kept| kept.named().number);
        assert_eq!(found(&first.name), Some(1));
        assert_eq!(found(&second.name), Some(2));
        let earlier = first.name.replace("1 (", "7 (");
        assert_eq!(found(&earlier), Some(1));
        assert_eq!(found("1 (000000)"), None);
        assert_eq!(found("1"), None);
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let remembered = Remembered::default();
        for number in 0..60 {
            remembered.add(json!({ "a": number }));
        }
        let all = remembered.until(55);
        let numbers: Vec<_> = all.iter().map(|kept| kept.named().number).collect();
        assert_eq!(numbers, (11..=55).collect::<Vec<_>>());
        assert_eq!(remembered.last().map(|kept| kept.named().number), Some(60));
    }

    #[test]
    fn what_was_not_served_takes_no_number() {
        let remembered = Remembered::default();
        remembered.next(json!({}));
        assert_eq!(remembered.next(json!({})).named().number, 1);
    }
}
