//! Passwords that were checked a moment ago, so that a caller who sends the same one again costs no
//! slow hash.

use super::halves::Halves;
use postern_model::Secret;
use postern_model::entity::KeyDigest;
use postern_model::key::password::{Cost, PasswordHash};
use postern_model::key::{Keyer, digest};
use std::sync::{Arc, Mutex, PoisonError};

/// Most good ones of each half.
const GOOD: usize = 4096;
/// Most wrong ones of each half.
const WRONG: usize = 1024;
/// For how long a wrong one is remembered, in milliseconds.
const WRONG_FOR: i64 = 5000;

/// User names and passwords, with what is kept of the password, by what a key of this process makes
/// of all three: where another password is set there is another name, and whether the credential is
/// still good is judged each time. For all cores, as it takes long to find out again.
#[derive(Debug)]
pub struct Passwords {
    names: Keyer,
    marks: Keyer,
    good: Mutex<Halves<(), GOOD>>,
    /// Until when: Unix time in milliseconds.
    wrong: Mutex<Halves<i64, WRONG>>,
}

impl Passwords {
    /// Nothing yet. `process` is this process's own.
    pub fn new(keyer: &Keyer, process: u64) -> Self {
        let own = keyer.keyed_parts(&[b"passwords that were checked", &process.to_ne_bytes()]);
        Self {
            names: Keyer::new(&own.0),
            marks: keyer.derived("user names that nobody has"),
            good: Mutex::default(),
            wrong: Mutex::default(),
        }
    }

    /// What a user name is called that nobody has, so that records show when it comes again, whatever process met it.
    pub(super) fn mark(&self, user: &str) -> KeyDigest {
        self.marks.keyed(&digest(user.as_bytes()))
    }

    /// What a pair is remembered by. `pair` is a name, a colon and a password; neither of them has a
    /// NUL in it.
    pub(super) fn name(&self, pair: &[u8], hash: &PasswordHash) -> KeyDigest {
        let parts = [pair, &[0], &hash.salt, &hash.output];
        self.names.keyed_parts(&parts)
    }

    /// What has to be found out about a pair. It is as much for a user that nobody is.
    pub fn question(&self, pair: &[u8], password: &[u8], hash: Arc<PasswordHash>) -> Question {
        Question {
            name: self.name(pair, &hash),
            password: Secret::new(password.into()),
            hash,
        }
    }

    /// Whether a pair is genuine, as far as that is known.
    pub(super) fn get(&self, name: &KeyDigest, now: i64) -> Option<bool> {
        let mut good = self.good.lock().unwrap_or_else(PoisonError::into_inner);
        if good.get(name).is_some() {
            return Some(true);
        }
        drop(good);
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        let until = *wrong.get(name)?;
        (now < until).then_some(false)
    }

    /// Remembers what was found out.
    pub fn put(&self, question: &Question, genuine: bool, now: i64) {
        if genuine {
            let mut good = self.good.lock().unwrap_or_else(PoisonError::into_inner);
            good.put(question.name, ());
        } else {
            let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
            wrong.put(question.name, now.saturating_add(WRONG_FOR));
        }
    }
}

/// A password that has to be checked. It costs the same whether or not somebody has that user name.
#[derive(Debug, Clone)]
pub struct Question {
    name: KeyDigest,
    password: Secret<Box<[u8]>>,
    hash: Arc<PasswordHash>,
}

impl Question {
    /// Whether it is the password. Takes tens of milliseconds: not for a thread that serves.
    pub fn answer(&self) -> bool {
        postern_proof::password::is_password(self.password.expose(), &self.hash)
    }

    /// What answering it costs.
    pub fn cost(&self) -> Cost {
        self.hash.cost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(passwords: &Passwords, pair: &[u8], hash: &PasswordHash) -> Question {
        passwords.question(pair, b"", Arc::new(hash.clone()))
    }

    #[test]
    fn what_was_found_is_remembered_for_this_pair_and_this_hash() {
        let passwords = Passwords::new(&Keyer::new(&[1; 32]), 1);
        let hash = PasswordHash::of_nobody(Cost::USUAL);
        let other = PasswordHash {
            salt: [1; 16].into(),
            ..hash.clone()
        };
        let name = passwords.name(b"anna:secret", &hash);
        assert_eq!(passwords.get(&name, 0), None);
        passwords.put(&question(&passwords, b"anna:secret", &hash), true, 0);
        assert_eq!(passwords.get(&name, i64::MAX), Some(true));
        for (pair, hash) in [
            (&b"anna:secre"[..], &hash),
            (b"ann:asecret", &hash),
            (b"anna:secret", &other),
        ] {
            assert_eq!(passwords.get(&passwords.name(pair, hash), 0), None);
        }
        // Another process remembers by other names.
        assert_ne!(
            Passwords::new(&Keyer::new(&[1; 32]), 2).name(b"anna:secret", &hash),
            name
        );
    }

    #[test]
    fn a_wrong_one_is_forgotten_after_five_seconds_and_leaves_the_good_ones() {
        let passwords = Passwords::new(&Keyer::new(&[1; 32]), 1);
        let hash = PasswordHash::of_nobody(Cost::USUAL);
        passwords.put(&question(&passwords, b"a:good", &hash), true, 0);
        for n in 0..3 * WRONG {
            let pair = format!("a:{n}");
            passwords.put(&question(&passwords, pair.as_bytes(), &hash), false, 1000);
            let name = passwords.name(pair.as_bytes(), &hash);
            assert_eq!(passwords.get(&name, 5999), Some(false));
            assert_eq!(passwords.get(&name, 6000), None);
        }
        assert!(passwords.wrong.lock().unwrap().len() <= 2 * WRONG);
        let good = passwords.name(b"a:good", &hash);
        assert_eq!(passwords.get(&good, 0), Some(true));
    }
}
