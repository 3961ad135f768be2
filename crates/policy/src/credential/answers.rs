//! What issuers said of tokens a moment ago, so that a caller who sends the same one again costs no
//! question.

use postern_model::entity::{KeyDigest, Name};
use postern_model::key::{Keyer, digest};
use postern_proof::Token;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Parts that are locked one by one.
const SHARDS: usize = 16;

/// Most answers of the newer and of the older half of a part each, of each sort.
const HALF: usize = 1024;

/// What an issuer said of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// The issuer's name in the configuration.
    pub issuer: Name,
    /// When it said so: Unix time in milliseconds.
    pub at: i64,
    /// What.
    pub said: Said,
}

/// An answer, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// The token is good.
    Active(Arc<Token>),
    /// It is not good.
    Inactive,
    /// It is good, and somebody else's: what it says in `iss`.
    Foreign(Box<str>),
    /// It cannot be told.
    Nothing(Silence),
}

/// Why an issuer says nothing of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    /// Since when: Unix time in milliseconds; `None`: nobody has asked.
    pub since: Option<i64>,
    /// Why.
    pub error: Option<Name>,
    /// It does not take the gateway for whom it says that it is.
    pub rejects_us: bool,
}

/// Answers, by what a key of this installation makes of the tokens. Those that a token is good are
/// kept apart from the others: whoever makes up tokens drives out nobody's.
#[derive(Debug)]
pub struct Answers {
    keyer: Keyer,
    shards: [Mutex<Shard>; SHARDS],
}

#[derive(Debug, Default)]
struct Shard {
    good: Halves,
    other: Halves,
}

/// The newer half, and the older one, which goes when the newer is full.
#[derive(Debug, Default)]
struct Halves {
    new: HashMap<KeyDigest, Entry>,
    old: HashMap<KeyDigest, Entry>,
}

#[derive(Debug)]
struct Entry {
    heard: Arc<Heard>,
    /// The rules that said how it is read.
    mark: u32,
    /// It does not count from then on: Unix time in milliseconds.
    until: i64,
}

impl Answers {
    /// None yet.
    pub fn new(keyer: &Keyer) -> Self {
        Self {
            keyer: keyer.derived("tokens that issuers were asked about"),
            shards: Default::default(),
        }
    }

    /// What a token is known by.
    pub fn name(&self, token: &[u8]) -> KeyDigest {
        self.keyer.keyed(&digest(token))
    }

    /// What an issuer said of a token, if the same rules read it and it still counts.
    pub fn get(&self, name: &KeyDigest, issuer: &str, mark: u32, now: i64) -> Option<Arc<Heard>> {
        let shard = self.shard(name)?;
        let shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = shard.good.get(name).or_else(|| shard.other.get(name))?;
        let counts = entry.mark == mark && now < entry.until && *entry.heard.issuer == *issuer;
        counts.then(|| entry.heard.clone())
    }

    /// Keeps an answer until then.
    pub fn put(&self, name: KeyDigest, mark: u32, heard: &Arc<Heard>, until: i64) {
        let Some(shard) = self.shard(&name) else {
            return;
        };
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = Entry {
            heard: heard.clone(),
            mark,
            until,
        };
        // What was said last counts.
        shard.good.remove(&name);
        shard.other.remove(&name);
        match heard.said {
            Said::Active(_) => shard.good.put(name, entry),
            _ => shard.other.put(name, entry),
        }
    }

    fn shard(&self, name: &KeyDigest) -> Option<&Mutex<Shard>> {
        let [first, ..] = name.0;
        self.shards.get(usize::from(first) % SHARDS)
    }
}

impl Halves {
    fn get(&self, name: &KeyDigest) -> Option<&Entry> {
        self.new.get(name).or_else(|| self.old.get(name))
    }

    fn remove(&mut self, name: &KeyDigest) {
        self.new.remove(name);
        self.old.remove(name);
    }

    fn put(&mut self, name: KeyDigest, entry: Entry) {
        if self.new.len() >= HALF {
            self.old = std::mem::take(&mut self.new);
        }
        self.new.insert(name, entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(said: Said) -> Arc<Heard> {
        Arc::new(Heard {
            issuer: "corp".into(),
            at: 0,
            said,
        })
    }

    fn good() -> Arc<Heard> {
        heard(Said::Active(Arc::new(crate::testing::token())))
    }

    #[test]
    fn an_answer_counts_for_a_while_and_for_the_rules_that_read_it() {
        let answers = Answers::new(&Keyer::new(&[1; 32]));
        let name = answers.name(b"a");
        answers.put(name, 7, &good(), 1_000);
        let get = |issuer, mark, now| answers.get(&name, issuer, mark, now).is_some();
        assert!(get("corp", 7, 999));
        assert!(!get("corp", 7, 1_000) && !get("corp", 8, 999) && !get("other", 7, 999));
        assert!(answers.get(&answers.name(b"b"), "corp", 7, 0).is_none());
        // The last word counts, whichever it is.
        answers.put(name, 7, &heard(Said::Inactive), 1_000);
        assert_eq!(
            answers.get(&name, "corp", 7, 0).unwrap().said,
            Said::Inactive
        );
        answers.put(name, 7, &good(), 1_000);
        assert!(matches!(
            answers.get(&name, "corp", 7, 0).unwrap().said,
            Said::Active(_)
        ));
    }

    #[test]
    fn tokens_that_are_made_up_drive_out_nobodys() {
        let answers = Answers::new(&Keyer::new(&[1; 32]));
        let name = answers.name(b"genuine");
        answers.put(name, 7, &good(), 1_000);
        for n in 0..4 * HALF * SHARDS {
            let made_up = answers.name(&n.to_be_bytes());
            answers.put(made_up, 7, &heard(Said::Inactive), 1_000);
        }
        assert!(answers.get(&name, "corp", 7, 0).is_some());
        for shard in &answers.shards {
            let shard = shard.lock().unwrap();
            assert!(shard.other.new.len() + shard.other.old.len() <= 2 * HALF);
        }
    }
}
