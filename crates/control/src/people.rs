//! Who people are: how they sign in, what they have then, and what they may.
//!
//! What somebody may is read anew each time ([`People::grants_of_user`]), so that whoever is removed
//! loses everything at once. Passwords, sessions and one-time links are notes of the store: no
//! export, no audit trail shows them.

mod accepting;
mod accounts;
mod guests;
mod inviting;
mod links;
mod passwords;
mod sessions;
mod signing_in;
#[cfg(test)]
mod tests;
mod throttle;
mod tokens;
mod vouched;

pub use accepting::{Accepting, Comer, LinkSeen};
pub use accounts::{Me, Own};
pub use inviting::Invited;
pub use links::{Link, LinkFor};
pub use passwords::LEAST_PASSWORD;
pub use sessions::{Opened, SessionSeen};
pub use signing_in::{NotSignedIn, SignUpAsked, SignedIn, Visitor};
pub use tokens::{NewToken, TokenMade};
pub use vouched::Vouched;

use crate::service::{ChangeSet, Service, Source};
use crate::shorthand::Change;
use crate::{Actor, Refusal};
use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use jiff::Timestamp;
use passwords::Passwords;
use postern_model::key::{Keyer, Opens, Pass};
use postern_model::permission::Grants;
use postern_store::{ChangeMeta, Document, Event, Kind, Member, Page, Store};
use serde::de::DeserializeOwned;
use serde_json::Value;
use throttle::Throttle;

/// Documents of one somebody that are read at most.
const MOST_OF_ONE: usize = 1000;

/// What is remembered about those who try to sign in, and who may work at passwords.
#[derive(Debug, Default)]
pub(crate) struct Doors {
    passwords: Passwords,
    throttle: Throttle,
}

/// People, at one moment.
#[derive(Debug, Clone, Copy)]
pub struct People<'a> {
    service: &'a Service,
    store: &'a Store,
    keyer: &'a Keyer,
    doors: &'a Doors,
    /// Unix time in milliseconds.
    now_ms: i64,
}

/// A document, in the version in which it was read.
struct Versioned<T> {
    document: T,
    version: u64,
}

impl Service {
    /// People, at this moment (Unix milliseconds).
    ///
    /// # Errors
    /// `file_mode`: a file owns the configuration, and nobody has an account.
    pub fn people(&self, now_ms: i64) -> Result<People<'_>, Refusal> {
        match self.source() {
            Source::Store(stored) => Ok(People {
                service: self,
                store: stored.store(),
                keyer: stored.keyer(),
                doors: self.doors(),
                now_ms,
            }),
            Source::File(path) => {
                let message = format!(
                    "this Postern runs by the file {}: there are no accounts to sign in with",
                    path.display()
                );
                Err(Refusal::new("file_mode", message)
                    .help("start it without `--config` to manage it over the network"))
            }
        }
    }
}

impl People<'_> {
    /// Reads a document into its type.
    async fn read<T: DeserializeOwned>(&self, kind: &str, id: &str) -> Result<Option<T>, Refusal> {
        if id.is_empty() || id.len() > 256 || id.chars().any(char::is_control) {
            return Ok(None);
        }
        let found = self.store.document(Kind::new(kind)?, id).await?;
        found.map(|found| typed(&found)).transpose()
    }

    /// Reads a document into its type, with its version.
    async fn versioned<T: DeserializeOwned>(
        &self,
        kind: &str,
        id: &str,
    ) -> Result<Option<Versioned<T>>, Refusal> {
        let found = self.store.document(Kind::new(kind)?, id).await?;
        let read = found.map(|found| {
            Ok(Versioned {
                version: found.version,
                document: typed(&found)?,
            })
        });
        read.transpose()
    }

    /// Documents of a kind whose member has a value, with their ids.
    async fn having<T: DeserializeOwned>(
        &self,
        kind: &str,
        member: Member,
        value: &str,
    ) -> Result<Vec<(String, T)>, Refusal> {
        let page = Page {
            kind: Kind::new(kind)?,
            filter: Some((member, value.to_owned())),
            after: None,
            descending: false,
            limit: MOST_OF_ONE,
        };
        let found = self.store.documents_page(page).await?;
        let read = found
            .iter()
            .map(|found| Ok((found.id.to_string(), typed(found)?)));
        read.collect()
    }

    /// Makes changes that the caller has judged: somebody's own account, what a link lets do.
    async fn make(&self, actor: &Actor, changes: Vec<Change>, source: &str) -> Result<(), Refusal> {
        let acting = Actor {
            grants: Grants::everything(),
            ..actor.clone()
        };
        let set = ChangeSet {
            changes,
            comment: String::new(),
            source: Some(source.to_owned()),
        };
        self.service.change(&acting, set).await.map(drop)
    }

    /// Notes in the audit trail what changed no document.
    async fn event(
        &self,
        actor: &Actor,
        name: &str,
        subject: Option<(&str, &str)>,
        comment: &str,
    ) -> Result<(), Refusal> {
        let mut event = Event::new(name);
        if let Some((kind, id)) = subject {
            event.subject = Some((Kind::new(kind)?, id.into()));
        }
        let meta = ChangeMeta {
            who: actor.who.clone(),
            actor: actor.kind,
            from: actor.from.map(|address| address.to_string()),
            at_ms: self.now_ms,
            comment: comment.to_owned(),
            source: "sign_in".to_owned(),
        };
        self.store.note_event(event, meta).await?;
        Ok(())
    }

    /// What is kept of a secret.
    fn kept(&self, pass: &Pass) -> String {
        crate::credential::hex(&self.keyer.keyed(&pass.digest()).0)
    }

    /// Whether a secret is the one of which this is kept. Takes the same time whatever the answer.
    fn is_kept(&self, pass: &Pass, kept: &str) -> bool {
        let keyed = self.keyer.keyed(&pass.digest());
        let kept = crate::credential::bytes(kept).unwrap_or_default();
        aws_lc_rs::constant_time::verify_slices_are_equal(&keyed.0, &kept).is_ok()
    }

    /// A time from now, as RFC 3339 has it.
    fn at(&self, ms: i64) -> String {
        timestamp(self.now_ms.saturating_add(ms))
    }

    /// Whether a time of a document is over.
    fn is_over(&self, time: &str) -> bool {
        let time: Option<Timestamp> = time.parse().ok();
        time.is_none_or(|time| time.as_millisecond() <= self.now_ms)
    }
}

/// A time in Unix milliseconds, as RFC 3339 has it.
pub(crate) fn timestamp(ms: i64) -> String {
    let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A new secret.
fn new_pass(opens: Opens) -> Result<Pass, Refusal> {
    let mut random = [0; Pass::RANDOM];
    SystemRandom::new()
        .fill(&mut random)
        .map_err(|_| Refusal::new("failed", "the system gives no random bytes"))?;
    Ok(Pass::generate(opens, &random))
}

/// A new id: `begin` and 16 characters that tell nothing.
///
/// # Errors
/// The system gives no random bytes.
pub fn new_id(begin: &str) -> Result<String, Refusal> {
    Ok(format!("{begin}{}", new_pass(Opens::Link)?.id()))
}

/// An e-mail address as it is kept.
pub fn kept_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// A document that comes to be.
fn created(kind: &str, id: &str, document: &impl serde::Serialize) -> Result<Change, Refusal> {
    Ok(Change {
        patch: None,
        put: Some(value(document)?),
        ..Change::patch(kind, id, Value::Null)
    }
    .expecting(crate::shorthand::Expectation::Absent))
}

fn value(document: &impl serde::Serialize) -> Result<Value, Refusal> {
    serde_json::to_value(document).map_err(|error| Refusal::new("failed", error.to_string()))
}

fn typed<T: DeserializeOwned>(found: &Document) -> Result<T, Refusal> {
    serde_json::from_str(&found.json).map_err(|error| {
        let message = format!("{} `{}` is damaged: {error}", found.kind, found.id);
        Refusal::new("failed", message)
    })
}
