//! Tokens of built-in issuers that their clients give up (RFC 7009).

use super::{ChangeSet, Listing, Service, Source};
use crate::shorthand::{self, Change, Expectation, RevokeTokens};
use crate::{Actor, Refusal};
use jiff::Timestamp;

/// How it came in, for the change log.
const SOURCE: &str = "token_revocation";

/// Most revocations that are over and removed at once.
const MOST_OVER: usize = 200;

/// A token that an app gives up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenUp {
    /// The name of its issuer.
    pub issuer: String,
    /// What it is called (`jti`).
    pub token: String,
    /// When it ends anyway; Unix time in seconds.
    pub until: i64,
    /// The app.
    pub app: String,
}

impl Service {
    /// Whether changes are kept here, and not in a file that somebody else writes.
    pub const fn keeps_changes(&self) -> bool {
        matches!(self.source, Source::Store(_))
    }

    /// Revokes a token that its own app gives up, on every node. Revocations of the same issuer that
    /// are over go with it, so that they do not become more and more.
    ///
    /// # Errors
    /// A file owns the configuration, or the store cannot be written.
    pub async fn give_up(&self, token: GivenUp) -> Result<(), Refusal> {
        let now = Timestamp::now();
        let until = Timestamp::from_second(token.until).unwrap_or(Timestamp::MAX);
        let who = format!("app {}", token.app);
        let change = shorthand::revoke_tokens(RevokeTokens {
            issuer: token.issuer.clone(),
            jti: Some(token.token),
            at: now.to_string(),
            until: until.to_string(),
            who: who.clone(),
            ..RevokeTokens::default()
        })?;
        let actor = Actor::system(&who);
        let set = ChangeSet::new(vec![change], String::new(), SOURCE);
        self.change(&actor, set).await?;
        let removed = self.remove_over(&actor, &token.issuer, now).await;
        if let Err(refusal) = removed {
            // The next one has another try.
            tracing::debug!("revocations that are over stay: {}", refusal.message);
        }
        Ok(())
    }

    async fn remove_over(
        &self,
        actor: &Actor,
        issuer: &str,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let listing = Listing {
            having: [("issuer".to_owned(), issuer.to_owned())].into(),
            limit: MOST_OVER,
            ..Listing::default()
        };
        let page = self.list(actor, "token_revocation", &listing).await?;
        let over = page.items.iter();
        let over = over.filter(|one| shorthand::is_over(&one.document, now));
        let deletions = over.map(|one| {
            let delete = Change::delete("token_revocation", &one.id);
            match one.version {
                Some(version) => delete.expecting(Expectation::Version(version)),
                None => delete,
            }
        });
        let deletions: Vec<Change> = deletions.collect();
        if deletions.is_empty() {
            return Ok(());
        }
        let comment = "they were over".to_owned();
        let set = ChangeSet::new(deletions, comment, SOURCE);
        self.change(actor, set).await.map(drop)
    }
}
