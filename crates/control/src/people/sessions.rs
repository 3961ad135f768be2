//! Sessions of browsers.

use super::{People, Visitor, new_pass, timestamp};
use crate::{Actor, ActorKind, Bounds, Refusal};
use postern_model::Secret;
use postern_model::key::{Opens, Pass};
use postern_store::Note;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::net::IpAddr;

/// The notes with sessions: the user's id, a colon and the session's.
const SPACE: &str = "session";
/// How long a session lasts without being used.
const IDLE_MS: i64 = 12 * 60 * 60 * 1000;
/// How long it lasts at most.
const LONGEST_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// How often it is written down that it is used.
const SEEN_EVERY_MS: i64 = 60 * 1000;
/// Sessions of one user at most; the oldest goes.
const MOST: usize = 50;
/// Bytes of what a browser calls itself that are kept.
const AGENT: usize = 200;

/// What is kept of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    hmac: String,
    begun_ms: i64,
    seen_ms: i64,
    from: String,
    agent: String,
    /// The only tenant that it is good for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    only_in: Option<String>,
}

/// A session that was opened.
#[derive(Debug, Clone)]
pub struct Opened {
    /// What the browser shows from then on: shown once.
    pub secret: Secret<String>,
    /// How long it lasts at most, in seconds.
    pub lasts: u64,
}

/// A session, as its user sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct SessionSeen {
    /// Its id.
    pub id: String,
    /// When it was opened, as RFC 3339 has it.
    pub begun_at: String,
    /// When it was last used, to a minute.
    pub seen_at: String,
    /// When it ends if nothing is done with it.
    pub ends_at: String,
    /// From where it was opened.
    pub from: String,
    /// What its browser calls itself.
    pub agent: String,
    /// Whether it is the one that asks.
    pub current: bool,
}

impl Kept {
    fn ends_ms(&self) -> i64 {
        let idle = self.seen_ms.saturating_add(IDLE_MS);
        idle.min(self.begun_ms.saturating_add(LONGEST_MS))
    }

    fn note(&self, key: &str) -> Note {
        Note {
            key: key.into(),
            value: json!(self),
            expires_at_ms: self.ends_ms(),
        }
    }
}

/// The user's id and the secret in what a browser shows.
fn parts(shown: &str) -> Option<(&str, Pass)> {
    let (user, pass) = shown.split_once('.')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let formed = user.len() <= 64 && user.chars().all(plain);
    Some((user, Pass::parse(Opens::Session, pass)?)).filter(|_| formed)
}

fn key(user: &str, session: &str) -> String {
    format!("{user}:{session}")
}

impl People<'_> {
    /// Opens a session of a user: of all that they are, or of what they are in one tenant.
    pub(super) async fn open_session(
        &self,
        user: &str,
        visitor: &Visitor,
        only_in: Option<&str>,
    ) -> Result<Opened, Refusal> {
        let prefix = key(user, "");
        let mut open = self
            .store
            .notes(SPACE, &prefix, None, MOST * 2, self.now_ms)
            .await?;
        if open.len() >= MOST {
            let begun = |note: &Note| note.value.get("begun_ms").and_then(Value::as_i64);
            open.sort_by_key(begun);
            for note in open.iter().take(open.len() - MOST + 1) {
                self.store.note_delete(SPACE, &note.key).await?;
            }
        }
        let pass = new_pass(Opens::Session)?;
        let agent = visitor.agent.chars().filter(|c| !c.is_control());
        let kept = Kept {
            hmac: self.kept(&pass),
            begun_ms: self.now_ms,
            seen_ms: self.now_ms,
            from: visitor.from.to_string(),
            agent: agent.take(AGENT).collect(),
            only_in: only_in.map(str::to_owned),
        };
        let note = kept.note(&key(user, pass.id()));
        self.store.note_put(SPACE, note, self.now_ms).await?;
        let secret = format!("{user}.{}", pass.reveal().expose());
        Ok(Opened {
            secret: Secret::new(secret),
            lasts: u64::try_from(LONGEST_MS / 1000).unwrap_or(0),
        })
    }

    /// Who shows a session; none if it is not good, or if they no longer get in.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn by_session(&self, shown: &str, from: IpAddr) -> Result<Option<Actor>, Refusal> {
        let Some((user, pass)) = parts(shown) else {
            return Ok(None);
        };
        let key = key(user, pass.id());
        let Some(note) = self.store.note_get(SPACE, &key, self.now_ms).await? else {
            return Ok(None);
        };
        let kept: Option<Kept> = serde_json::from_value(note.value.clone()).ok();
        let Some(mut kept) = kept.filter(|kept| self.is_kept(&pass, &kept.hmac)) else {
            return Ok(None);
        };
        let Some((user_document, mut grants)) = self.grants_of_user(user).await? else {
            return Ok(None);
        };
        if self.now_ms.saturating_sub(kept.seen_ms) >= SEEN_EVERY_MS {
            kept.seen_ms = self.now_ms;
            // Not put: one that was revoked meanwhile stays so.
            let note_then = kept.note(&key);
            self.store
                .note_swap(SPACE, note.value, note_then, self.now_ms)
                .await?;
        }
        let bounds = match kept.only_in {
            None => Bounds::None,
            Some(tenant) => {
                grants.narrow_to_tenant(&tenant);
                Bounds::Tenant(tenant)
            }
        };
        Ok(Some(Actor {
            who: user_document.email,
            kind: ActorKind::User,
            id: Some(user.to_owned()),
            from: Some(from),
            grants,
            bounds,
        }))
    }

    /// The sessions of a user, the newest first. `shown`: what their browser shows.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn sessions(
        &self,
        user: &str,
        shown: Option<&str>,
    ) -> Result<Vec<SessionSeen>, Refusal> {
        let current = shown.and_then(parts);
        let prefix = key(user, "");
        let notes = self
            .store
            .notes(SPACE, &prefix, None, MOST * 2, self.now_ms)
            .await?;
        let mut found: Vec<(i64, SessionSeen)> = Vec::new();
        for note in notes {
            let id = note
                .key
                .strip_prefix(&*prefix)
                .unwrap_or_default()
                .to_owned();
            let Ok(kept) = serde_json::from_value::<Kept>(note.value) else {
                continue;
            };
            let is = |(owner, pass): &(&str, Pass)| *owner == user && pass.id() == id;
            found.push((
                kept.begun_ms,
                SessionSeen {
                    current: current.as_ref().is_some_and(is),
                    begun_at: timestamp(kept.begun_ms),
                    seen_at: timestamp(kept.seen_ms),
                    ends_at: timestamp(kept.ends_ms()),
                    from: kept.from,
                    agent: kept.agent,
                    id,
                },
            ));
        }
        found.sort_by_key(|(begun, _)| std::cmp::Reverse(*begun));
        Ok(found.into_iter().map(|(_, seen)| seen).collect())
    }

    /// Ends a session of a user. Whether there was one.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn end_session(&self, user: &str, session: &str) -> Result<bool, Refusal> {
        let key = key(user, session);
        if key.len() > 256 || key.chars().any(char::is_control) {
            return Ok(false);
        }
        Ok(self.store.note_delete(SPACE, &key).await?)
    }

    /// Ends the session that a browser shows, if it is one.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn end_shown(&self, shown: &str) -> Result<(), Refusal> {
        // Only whoever has the secret ends it.
        if self
            .by_session(shown, IpAddr::V4(std::net::Ipv4Addr::LOCALHOST))
            .await?
            .is_some()
            && let Some((user, pass)) = parts(shown)
        {
            self.end_session(user, pass.id()).await?;
        }
        Ok(())
    }

    /// Ends every session of a user.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn end_sessions(&self, user: &str) -> Result<(), Refusal> {
        for session in self.sessions(user, None).await? {
            self.end_session(user, &session.id).await?;
        }
        Ok(())
    }
}
