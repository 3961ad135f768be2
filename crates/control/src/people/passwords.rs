//! Passwords: Argon2id (RFC 9106), on a few threads of their own.

use super::{People, Refusal};
use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use postern_model::Secret;
use postern_store::{Note, PASSWORDS};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Fewest characters of a password.
pub const LEAST_PASSWORD: usize = 12;
/// Most bytes of a password.
const MOST_PASSWORD: usize = 256;
/// Passwords that are worked at together. Each takes 19 MiB.
const TOGETHER: usize = 2;
/// How long one waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);
/// Memory in KiB, passes and lanes, as OWASP recommends for Argon2id.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);

/// Who may work at a password.
#[derive(Debug)]
pub(super) struct Passwords(Arc<Semaphore>);

impl Default for Passwords {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(TOGETHER)))
    }
}

/// What is kept of a password.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    salt: String,
    hash: String,
    /// Memory, passes, lanes.
    cost: (u32, u32, u32),
}

impl Passwords {
    /// Argon2id of a password, on another thread.
    async fn hash(
        &self,
        password: Secret<String>,
        salt: [u8; 32],
        cost: (u32, u32, u32),
    ) -> Result<[u8; 32], Refusal> {
        let busy = || Refusal::new("busy", "too many passwords are being worked at");
        let turn = timeout(PATIENCE, self.0.clone().acquire_owned()).await;
        let turn = turn.map_err(|_| busy())?.map_err(|_| busy())?;
        let work = move || {
            // The work goes on when whoever asked goes away, and so does its turn.
            let _turn = turn;
            let (memory, passes, lanes) = cost;
            let params = Params::new(memory, passes, lanes, Some(32))?;
            let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
            let mut out = [0; 32];
            argon2.hash_password_into(password.expose().as_bytes(), &salt, &mut out)?;
            Ok::<_, argon2::Error>(out)
        };
        let done = tokio::task::spawn_blocking(work).await;
        let failed = |what: String| Refusal::new("failed", format!("a password: {what}"));
        done.map_err(|error| failed(error.to_string()))?
            .map_err(|error| failed(error.to_string()))
    }
}

impl People<'_> {
    /// Keeps a password of a user in the place of the one before.
    pub(super) async fn keep_password(&self, user: &str, password: &str) -> Result<(), Refusal> {
        let mut salt = [0; 32];
        SystemRandom::new()
            .fill(&mut salt)
            .map_err(|_| Refusal::new("failed", "the system gives no random bytes"))?;
        let password = Secret::new(password.to_owned());
        let hash = self.doors.passwords.hash(password, salt, COST).await?;
        let kept = Kept {
            salt: crate::credential::hex(&salt),
            hash: crate::credential::hex(&hash),
            cost: COST,
        };
        let note = Note {
            key: user.into(),
            value: json!(kept),
            expires_at_ms: i64::MAX,
        };
        Ok(self.store.note_put(PASSWORDS, note, self.now_ms).await?)
    }

    /// Whether this is the password of a user. For nobody, and for a user without one, the same
    /// work is done and the answer is no.
    pub(super) async fn is_password(
        &self,
        user: Option<&str>,
        password: &str,
    ) -> Result<bool, Refusal> {
        let key = user.unwrap_or("nobody");
        let note = self.store.note_get(PASSWORDS, key, self.now_ms).await?;
        let kept: Option<Kept> = note.and_then(|note| serde_json::from_value(note.value).ok());
        let there = kept.is_some();
        let (salt, expected, cost) = kept
            .and_then(|kept| {
                let salt = crate::credential::bytes(&kept.salt)?;
                Some((salt, crate::credential::bytes(&kept.hash)?, kept.cost))
            })
            .unwrap_or(([0; 32], [0; 32], COST));
        let fits = password.len() <= MOST_PASSWORD;
        let tried = if fits { password } else { "" };
        let tried = Secret::new(tried.to_owned());
        let hash = self.doors.passwords.hash(tried, salt, cost).await?;
        let same = verify_slices_are_equal(&hash, &expected).is_ok();
        Ok(there && fits && same)
    }

    /// Forgets the password of a user.
    pub(super) async fn forget_password(&self, user: &str) -> Result<(), Refusal> {
        self.store.note_delete(PASSWORDS, user).await?;
        Ok(())
    }
}

/// Whether this can be a password of whoever has this address.
///
/// # Errors
/// Why not.
pub(super) fn acceptable(password: &str, email: &str) -> Result<(), Refusal> {
    let wrong = |message: String| {
        let refusal = Refusal::invalid(message);
        Err(refusal.help(format!(
            "{LEAST_PASSWORD} characters or more, at most {MOST_PASSWORD} bytes; a few words that are yours alone"
        )))
    };
    if password.chars().count() < LEAST_PASSWORD {
        return wrong(format!(
            "the password has fewer than {LEAST_PASSWORD} characters"
        ));
    }
    if password.len() > MOST_PASSWORD {
        return wrong(format!("the password has more than {MOST_PASSWORD} bytes"));
    }
    let lower = password.to_lowercase();
    let name = email.split('@').next().unwrap_or_default();
    let common = ["password", "passwort", "123456", "qwerty", "postern"];
    let mut rest = lower.clone();
    for word in common
        .into_iter()
        .chain([email, name])
        .filter(|w| w.len() > 2)
    {
        rest = rest.replace(word, "");
    }
    let first = rest.chars().next();
    if rest.chars().count() < 6 || rest.chars().all(|c| Some(c) == first) {
        return wrong("the password is among the first that are guessed".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Passwords, TOGETHER, acceptable};
    use postern_model::Secret;
    use std::pin::pin;
    use std::task::Poll;

    #[tokio::test]
    async fn work_that_nobody_waits_for_any_more_keeps_its_turn() {
        // Long enough to be seen.
        const COST: (u32, u32, u32) = (19 * 1024, 10, 1);
        let passwords = Passwords::default();
        for _ in 0..TOGETHER {
            let mut work = pin!(passwords.hash(Secret::new("x".to_owned()), [0; 32], COST));
            std::future::poll_fn(|context| {
                assert!(work.as_mut().poll(context).is_pending());
                Poll::Ready(())
            })
            .await;
        }
        assert_eq!(passwords.0.available_permits(), 0);
        let all = passwords.0.acquire_many(TOGETHER.try_into().unwrap());
        assert!(all.await.is_ok());
    }

    #[test]
    fn what_is_soon_guessed_is_refused() {
        for bad in [
            "",
            "short",
            "aaaaaaaaaaaaaaaa",
            "password123456",
            "lin@example.com",
            "linlinlinlinlin",
            &"x".repeat(300),
        ] {
            assert!(acceptable(bad, "lin@example.com").is_err(), "{bad}");
        }
        for good in ["correct horse battery", "ein Satz, den nur ich weiß"] {
            assert!(acceptable(good, "lin@example.com").is_ok(), "{good}");
        }
    }
}
