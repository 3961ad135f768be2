//! One-time links.

use super::{People, new_pass};
use crate::Refusal;
use postern_model::Secret;
use postern_model::key::{Opens, Pass};
use postern_store::Note;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The notes with links, by their ids.
const SPACE: &str = "link";

/// What a link lets do, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "purpose", rename_all = "snake_case", deny_unknown_fields)]
pub enum LinkFor {
    /// Make oneself the first user, who may do everything.
    FirstAdministrator,
    /// Accept the invitation with this id.
    Invitation {
        /// The invitation.
        invitation: String,
    },
    /// Choose a new password.
    Password {
        /// The user.
        user: String,
        /// What they had when it was made.
        standing: String,
    },
}

/// A link that was made.
#[derive(Debug, Clone)]
pub struct Link {
    /// What goes behind `token=`: shown once.
    pub secret: Secret<String>,
    /// Its id.
    pub id: String,
    /// Until when it is good, as RFC 3339 has it.
    pub expires_at: String,
}

impl Link {
    /// Where whoever gets it goes: `base` is where people reach the management.
    pub fn below(&self, base: &str) -> String {
        let base = base.trim_end_matches('/');
        format!("{base}/accept?token={}", self.secret.expose())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    hmac: String,
    what: LinkFor,
}

impl People<'_> {
    /// A new secret for a link, of which the id is known before it is kept.
    pub(super) async fn new_link(
        &self,
        what: impl FnOnce(&str) -> LinkFor,
        lasts_ms: i64,
    ) -> Result<Link, Refusal> {
        let pass = new_pass(Opens::Link)?;
        let kept = Kept {
            hmac: self.kept(&pass),
            what: what(pass.id()),
        };
        let note = Note {
            key: pass.id().into(),
            value: json!(kept),
            expires_at_ms: self.now_ms.saturating_add(lasts_ms),
        };
        self.store.note_put(SPACE, note, self.now_ms).await?;
        Ok(Link {
            secret: Secret::new((*pass.reveal().expose()).to_owned()),
            id: pass.id().to_owned(),
            expires_at: self.at(lasts_ms),
        })
    }

    /// What a link lets do, and its id; none if it is not good any more.
    pub(super) async fn link(&self, shown: &str) -> Result<Option<(String, LinkFor)>, Refusal> {
        let Some(pass) = Pass::parse(Opens::Link, shown.trim()) else {
            return Ok(None);
        };
        let note = self.store.note_get(SPACE, pass.id(), self.now_ms).await?;
        let kept: Option<Kept> = note.and_then(|note| serde_json::from_value(note.value).ok());
        let kept = kept.filter(|kept| self.is_kept(&pass, &kept.hmac));
        Ok(kept.map(|kept| (pass.id().to_owned(), kept.what)))
    }

    /// Uses a link up. Whether nobody else was faster.
    pub(super) async fn use_up(&self, link: &str) -> Result<bool, Refusal> {
        let taken = self.store.note_take(SPACE, link, self.now_ms).await?;
        Ok(taken.is_some())
    }
}

/// What whoever has a link that is not good gets to know.
pub(super) fn not_good() -> Refusal {
    Refusal::new("not_found", "this link is not good (any more)")
        .help("ask whoever gave it to you for a new one")
}
