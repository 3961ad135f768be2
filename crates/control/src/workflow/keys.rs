//! Keys of apps: created and shown once, rotated without an outage, revoked.

use super::time::{is_before, is_past, later, now, written};
use super::{cannot, of, text};
use crate::shorthand::{self, Change, NewKey};
use crate::{Actor, Refusal, Seen, Service};
use postern_calllog::{Column, Filter};
use postern_model::key::ApiKey;
use postern_model::{Holder, Secret};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// What a key is to be.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyWanted {
    /// What it is: an API key, if this is not said.
    pub kind: Option<KeyKind>,
    /// Instead of a key, a password for this user name (HTTP Basic). No other credential has it.
    pub user: Option<String>,
    /// The environment that it is good for; `production` if this is not said.
    pub environment: Option<String>,
    /// What people call it.
    pub title: Option<String>,
    /// Scopes; without any, all that the app's subscriptions grant.
    pub scopes: Option<Vec<String>>,
    /// Access roles; without any, all that its app has.
    pub access_roles: Option<Vec<String>>,
    /// When it ends, as RFC 3339 has it.
    pub expires_at: Option<String>,
    /// Where and for what it may be used, as a credential's `restricted_to`.
    pub restricted_to: Option<Map<String, Value>>,
}

/// What a key of an app may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyKind {
    /// An API key, of which only a digest is kept.
    ApiKey,
    /// A secret that requests are signed by (HMAC). It is kept sealed.
    Hmac,
}

/// How a key is replaced.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// For how many seconds the old key stays good; a day if this is not said, at most 90 days.
    pub overlap_seconds: Option<u32>,
    /// Why.
    #[serde(default)]
    pub comment: String,
}

/// A new key, and its secret, which nobody can be told again.
#[derive(Debug)]
pub struct CreatedKey {
    /// Its document.
    pub seen: Seen,
    /// The whole key, or the password.
    pub secret: Secret<String>,
}

/// For how long the old key of a rotation stays good, in seconds.
const OVERLAP: u32 = 24 * 60 * 60;
const LONGEST: u32 = 90 * OVERLAP;

/// A key in the place of another.
#[derive(Debug)]
pub struct Rotated {
    /// The new key.
    pub key: ApiKey,
    /// The id of its credential.
    pub id: String,
    /// What makes it good, and gives the old one an end.
    pub changes: [Change; 2],
    /// Until when the old one is good, as RFC 3339 has it.
    pub previous_until: String,
}

/// Makes up a key like another, and the end of that one.
///
/// # Errors
/// The old one is no longer good, or the overlap is too long.
pub fn rotated(old: &Seen, who: &str, rotation: &Rotation) -> Result<Rotated, Refusal> {
    let overlap = rotation.overlap_seconds.unwrap_or(OVERLAP);
    if overlap > LONGEST {
        let message = format!("an overlap of {overlap} seconds is too long");
        return Err(Refusal::invalid(message).help(format!("at most {LONGEST}, 90 days")));
    }
    good(old)?;
    if old.document.get("client").is_some() {
        let message = format!("`{}` has no key that could be rotated", old.id);
        return Err(Refusal::new("conflict", message).help(
            "tokens prove it: its issuer makes new ones, and changes the keys that sign them",
        ));
    }
    if old.document.get("signing_key").is_some() {
        let message = format!(
            "`{}` has no key of this gateway that could be rotated",
            old.id
        );
        return Err(Refusal::new("conflict", message)
            .help("add another credential with the new signing key, and revoke this one later"));
    }
    if old.document.get("certificate").is_some() {
        let message = format!("`{}` has no key that could be rotated", old.id);
        return Err(Refusal::new("conflict", message).help(
            "a certificate proves it: one with the same name takes its place without a change here",
        ));
    }
    if old.document.get("password").is_some() {
        let message = format!(
            "`{}` is a user name, which has one password at a time",
            old.id
        );
        return Err(Refusal::new("conflict", message)
            .help("make another user name of the app, and revoke this one once nobody uses it"));
    }
    let member = |name: &str| old.document.get(name).cloned();
    let (key, mut change) = shorthand::new_key(NewKey {
        app: text(&old.document, "app").to_owned(),
        environment: match text(&old.document, "environment") {
            "" => "production".to_owned(),
            environment => environment.to_owned(),
        },
        scopes: None,
        expires_at: None,
        title: None,
    })?;
    let more = [
        ("title", member("title")),
        ("scopes", member("scopes")),
        ("access_roles", member("access_roles")),
        ("restricted_to", member("restricted_to")),
        ("created_at", Some(written(now()).into())),
        ("created_by", Some(who.into())),
        ("replaces", Some(old.id.clone().into())),
    ];
    add(&mut change, more);
    let ends = later(i64::from(overlap))?;
    let sooner = text(&old.document, "expires_at");
    let ends = if is_before(sooner, &ends) {
        sooner.to_owned()
    } else {
        ends
    };
    let end = of(old, "credential", json!({"expires_at": ends}));
    Ok(Rotated {
        key,
        id: change.id.clone(),
        changes: [change, end],
        previous_until: ends,
    })
}

impl Service {
    /// Makes a key of an app.
    ///
    /// # Errors
    /// There is no such app for the actor, or the key would not be valid.
    pub async fn create_key(
        &self,
        actor: &Actor,
        app: &str,
        wanted: KeyWanted,
        comment: &str,
    ) -> Result<CreatedKey, Refusal> {
        self.see(actor, "app", app).await?;
        let production = || "production".to_owned();
        let new = NewKey {
            app: app.to_owned(),
            environment: wanted.environment.unwrap_or_else(production),
            scopes: wanted.scopes,
            expires_at: wanted.expires_at,
            title: wanted.title,
        };
        let (secret, mut change) = match (wanted.user, &wanted.kind) {
            (Some(user), None) => {
                let work = move || shorthand::new_user(&user, new);
                let made = tokio::task::spawn_blocking(work).await;
                made.map_err(|error| Refusal::new("failed", error.to_string()))??
            }
            (Some(_), Some(_)) => {
                let message = "what has a `user` is a password, and has no `kind`";
                return Err(Refusal::invalid(message).help("leave one of them out"));
            }
            (None, _) => {
                let (key, change) = shorthand::new_key(new)?;
                (revealed(&key), change)
            }
        };
        let more = [
            ("created_at", Some(written(now()).into())),
            ("created_by", Some(actor.who.clone().into())),
            ("access_roles", wanted.access_roles.map(Value::from)),
            ("restricted_to", wanted.restricted_to.map(Value::Object)),
        ];
        add(&mut change, more);
        let id = change.id.clone();
        let secret = match wanted.kind {
            Some(KeyKind::Hmac) => self.secret_in(&mut change)?,
            Some(KeyKind::ApiKey) | None => secret,
        };
        self.step(actor, vec![change], comment).await?;
        Ok(CreatedKey {
            seen: self.left(actor, "credential", &id).await?,
            secret,
        })
    }

    /// Puts a sealed secret in the place of the key of a new credential.
    fn secret_in(&self, change: &mut Change) -> Result<Secret<String>, Refusal> {
        let secret = shorthand::new_secret()?;
        // As what opens it names the credential.
        let holder = Holder {
            kind: "credential",
            id: &change.id,
            tenant: None,
        };
        let sealed = self.sealed(&secret, holder)?;
        shorthand::signed_by(change, &sealed);
        Ok(secret)
    }

    /// Makes a key like another, which stays good for a while. Until when is told with the key, as
    /// RFC 3339 has it.
    ///
    /// # Errors
    /// There is none for the actor, or it is no longer good.
    pub async fn rotate_key(
        &self,
        actor: &Actor,
        id: &str,
        rotation: &Rotation,
    ) -> Result<(CreatedKey, String), Refusal> {
        let old = self.see(actor, "credential", id).await?;
        let new = rotated(&old, &actor.who, rotation)?;
        self.step(actor, new.changes.into(), &rotation.comment)
            .await?;
        let created = CreatedKey {
            seen: self.see(actor, "credential", &new.id).await?,
            secret: revealed(&new.key),
        };
        Ok((created, new.previous_until))
    }

    /// Ends a key at once.
    ///
    /// # Errors
    /// There is none for the actor, or it is revoked already.
    pub async fn revoke_key(&self, actor: &Actor, id: &str, reason: &str) -> Result<Seen, Refusal> {
        let seen = self.see(actor, "credential", id).await?;
        if reason.trim().is_empty() {
            let message = "a revocation has a reason, for the key's owners to read";
            return Err(Refusal::invalid(message).help("say it in `reason`"));
        }
        let at = written(now());
        let change = shorthand::revoke(id, &seen.document, &at, &actor.who, reason)?;
        self.step(actor, vec![change], reason).await?;
        self.see(actor, "credential", id).await
    }

    /// When a key was used last, as far as the call log goes back: the newest request that it was
    /// verified for, its time in Unix milliseconds and its id.
    ///
    /// # Errors
    /// There is no such key for the actor, or the log cannot be read.
    pub async fn last_use(
        &self,
        actor: &Actor,
        id: &str,
    ) -> Result<Option<(u64, String)>, Refusal> {
        self.see(actor, "credential", id).await?;
        let filter = Filter {
            columns: vec![(Column::Credential, id.into())],
            ..Filter::default()
        };
        self.newest_call(filter).await
    }
}

/// The whole key, for the one answer that shows it.
fn revealed(key: &ApiKey) -> Secret<String> {
    Secret::new((*key.reveal().expose()).to_owned())
}

/// Refuses a key that is no longer good.
fn good(seen: &Seen) -> Result<(), Refusal> {
    let (id, document) = (&seen.id, &seen.document);
    if document.get("revoked_at").is_some() {
        return Err(cannot(format!("{id} is revoked; make a new key instead")));
    }
    if is_past(text(document, "expires_at")) {
        return Err(cannot(format!("{id} has expired; make a new key instead")));
    }
    Ok(())
}

/// Adds members to the document of a new key.
fn add<const N: usize>(change: &mut Change, more: [(&str, Option<Value>); N]) {
    if let Some(Value::Object(members)) = &mut change.put {
        members.extend(
            more.into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), value?))),
        );
    }
}
