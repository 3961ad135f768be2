//! How the keys of issuers stand, for whoever looks after them.

use super::{lock, now};
use postern_model::entity::{Issuer, IssuerKeys, Name};
use postern_proof::Keyring;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// How the keys of an issuer stand. Times are Unix time in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The issuer.
    pub issuer: Name,
    /// How many keys count now; `None`: none are known, or none that are fresh enough.
    pub keys: Option<usize>,
    /// The names of those that have one.
    pub names: Vec<String>,
    /// How many more are published that are of no use here.
    pub left_out: usize,
    /// When they were last fetched or read.
    pub fetched: Option<i64>,
    /// When they are fetched next.
    pub next: Option<i64>,
    /// Since when they cannot be had, and why.
    pub failing: Option<(i64, String)>,
    /// Until when those count that were fetched last, while none can be had.
    pub kept_until: Option<i64>,
}

/// What was noted of the keys of one issuer.
#[derive(Debug, Clone, Default)]
struct Noted {
    fetched: Option<i64>,
    next: Option<i64>,
    failing: Option<(i64, String)>,
}

/// What was noted of all, for tasks to write and for others to read.
#[derive(Debug, Clone, Default)]
pub(super) struct Board(Arc<Mutex<HashMap<Name, Noted>>>);

impl Board {
    fn notes(&self) -> MutexGuard<'_, HashMap<Name, Noted>> {
        lock(&self.0)
    }

    /// Keys were had.
    pub(super) fn good(&self, issuer: &Name) {
        let mut notes = self.notes();
        let noted = notes.entry(issuer.clone()).or_default();
        noted.fetched = Some(now());
        noted.failing = None;
    }

    /// Keys could not be had, since then.
    pub(super) fn failed(&self, issuer: &Name, since: i64, error: &str) {
        let mut notes = self.notes();
        notes.entry(issuer.clone()).or_default().failing = Some((since, error.to_owned()));
    }

    /// Since when keys cannot be had.
    pub(super) fn failing_since(&self, issuer: &str) -> Option<i64> {
        let notes = self.notes();
        notes.get(issuer)?.failing.as_ref().map(|(since, _)| *since)
    }

    /// Keys are fetched again so long from now.
    pub(super) fn next(&self, issuer: &Name, wait: Duration) {
        let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
        let mut notes = self.notes();
        notes.entry(issuer.clone()).or_default().next = Some(now().saturating_add(wait));
    }

    /// Nothing is known of it any more.
    pub(super) fn forget(&self, issuer: &str) {
        self.notes().remove(issuer);
    }

    /// Keeps what is known of those alone that are still there.
    pub(super) fn only(&self, still: impl Fn(&str) -> bool) {
        self.notes().retain(|name, _| still(name));
    }

    /// How the keys of an issuer stand.
    pub(super) fn standing(&self, issuer: &Issuer, ring: &Keyring) -> Standing {
        let noted = self.notes().get(&issuer.name).cloned().unwrap_or_default();
        let known = ring.of(&issuer.name).known.as_ref();
        let kept_until = match &issuer.keys {
            IssuerKeys::Url(from) | IssuerKeys::Discovery(from) if noted.failing.is_some() => {
                let keep = i64::try_from(from.keep.as_millis()).unwrap_or(i64::MAX);
                noted.fetched.map(|at| at.saturating_add(keep))
            }
            _ => None,
        };
        Standing {
            issuer: issuer.name.clone(),
            keys: known.map(|keys| keys.len()),
            names: known.map_or_else(Vec::new, |keys| keys.kids().map(str::to_owned).collect()),
            left_out: known.map_or(0, |keys| keys.left_out()),
            fetched: noted.fetched,
            next: noted.next,
            failing: noted.failing,
            kept_until,
        }
    }
}
