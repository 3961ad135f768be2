//! Signing in with a name and a password, and asking for an account.

use super::throttle::{self, Attempt, BY_ACCOUNT, BY_ADDRESS, BY_BOTH, RECORDED};
use super::{Opened, People, created, kept_email, new_id};
use crate::management::check::is_email;
use crate::management::identity_provider::{self, IdentityProvider, LOCAL, SignUp};
use crate::management::user::{KIND, User, UserState};
use crate::people::passwords::acceptable;
use crate::{Actor, ActorKind, Bounds, Refusal};
use postern_model::permission::Grants;
use postern_store::{Kind, Member, Page};
use serde::Deserialize;
use std::net::IpAddr;

/// People who wait to be let in, at most.
const MOST_WAITING: usize = 500;

/// Whoever comes to the door.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// From where.
    pub from: IpAddr,
    /// What their browser calls itself.
    pub agent: String,
}

/// Somebody who signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The user.
    pub user: String,
    /// Their session.
    pub session: Opened,
}

/// Why somebody did not sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotSignedIn {
    /// Name and password do not fit; which of them is not told.
    Failed,
    /// Too many attempts: seconds until the next.
    Slowed(u64),
    /// Something else.
    Refused(Refusal),
}

impl From<Refusal> for NotSignedIn {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Somebody who asks for an account.
#[derive(Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignUpAsked {
    /// Their e-mail address.
    pub email: String,
    /// What people call them.
    #[serde(default)]
    pub name: Option<String>,
    /// Their password.
    pub password: String,
    /// Why they ask, for whoever decides.
    #[serde(default)]
    pub reason: Option<String>,
}

impl std::fmt::Debug for SignUpAsked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignUpAsked").finish_non_exhaustive()
    }
}

/// Somebody by the name that they gave, without any rights.
pub(super) fn nobody(name: &str, from: IpAddr) -> Actor {
    let name: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
    Actor {
        who: name,
        kind: ActorKind::User,
        id: None,
        from: Some(from),
        grants: Grants::none(),
        bounds: Bounds::None,
    }
}

impl People<'_> {
    /// Takes one attempt to show that one is somebody. Whoever empties the bucket of an account
    /// keeps out nobody who comes from elsewhere: for each address there are a few more.
    pub(super) fn attempt(&self, from: IpAddr, name: &str) -> Result<Attempt, NotSignedIn> {
        self.attempt_from(from)?;
        let throttle = &self.doors.throttle;
        let address = throttle::address(from);
        let account = account(name);
        let both = format!("{account} {address}");
        let mut taken = throttle.take(&account, BY_ACCOUNT, self.now_ms);
        let mut bucket = (account, BY_ACCOUNT);
        if taken.is_err() {
            taken = throttle.take(&both, BY_BOTH, self.now_ms);
            bucket = (both, BY_BOTH);
        }
        taken.map_err(NotSignedIn::Slowed)?;
        Ok(Attempt([(address, BY_ADDRESS), bucket]))
    }

    /// Takes one attempt of an address.
    ///
    /// # Errors
    /// There is none: seconds until there is.
    pub fn attempt_from(&self, from: IpAddr) -> Result<(), NotSignedIn> {
        let key = throttle::address(from);
        let taken = self.doors.throttle.take(&key, BY_ADDRESS, self.now_ms);
        taken.map_err(NotSignedIn::Slowed)
    }

    /// Gives an attempt back that was none to guess.
    pub(super) fn succeeded(&self, attempt: &Attempt) {
        for (bucket, pace) in &attempt.0 {
            self.doors.throttle.give_back(bucket, *pace);
        }
    }

    /// Notes a failed attempt, unless there are too many to note.
    pub(super) async fn failed(&self, visitor: &Visitor, name: &str) -> Result<(), Refusal> {
        let room = self.doors.throttle.take("recorded", RECORDED, self.now_ms);
        if room.is_err() {
            tracing::warn!(from = %visitor.from, "a sign-in failed; too many fail to record each");
            return Ok(());
        }
        let actor = nobody(name, visitor.from);
        self.event(&actor, "sign_in_failed", None, "").await
    }

    /// Signs somebody in. For a name that there is not the same work is done, and the same is
    /// answered.
    ///
    /// # Errors
    /// Name and password do not fit, or there were too many attempts.
    pub async fn sign_in(
        &self,
        visitor: &Visitor,
        name: &str,
        password: &str,
    ) -> Result<SignedIn, NotSignedIn> {
        let attempt = self.attempt(visitor.from, name)?;
        if !self.local().await?.enabled {
            let refusal = Refusal::new("forbidden", "nobody signs in with a password here");
            return Err(refusal.help("sign in with an identity provider").into());
        }
        let found = self.by_email(name).await?;
        let id = found.as_ref().map(|(id, _)| id.as_str());
        let fits = self.is_password(id, password).await?;
        let Some((id, user)) = found.filter(|_| fits) else {
            self.failed(visitor, name).await?;
            return Err(NotSignedIn::Failed);
        };
        match user.state {
            UserState::Active => {}
            UserState::Pending => {
                let refusal = Refusal::new("forbidden", "this account waits to be let in");
                return Err(refusal.help("an administrator decides about it").into());
            }
            UserState::Deactivated => {
                self.failed(visitor, name).await?;
                return Err(NotSignedIn::Failed);
            }
        }
        self.succeeded(&attempt);
        self.let_in(&id, &user, visitor, ("password", None)).await
    }

    /// Opens a session of somebody who showed who they are, and notes how; where that tells who they
    /// are in one tenant, for that tenant only.
    pub(super) async fn let_in(
        &self,
        id: &str,
        user: &User,
        visitor: &Visitor,
        (how, only_in): (&str, Option<&str>),
    ) -> Result<SignedIn, NotSignedIn> {
        let actor = nobody(&user.email, visitor.from);
        self.event(&actor, "sign_in", Some((KIND, id)), how).await?;
        Ok(SignedIn {
            user: id.to_owned(),
            session: self.open_session(id, visitor, only_in).await?,
        })
    }

    /// Signs the actor out of the session that their browser shows.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn sign_out(&self, actor: &Actor, shown: &str) -> Result<(), Refusal> {
        self.end_shown(shown).await?;
        let subject = actor.id.as_deref().map(|id| (KIND, id));
        self.event(actor, "sign_out", subject, "").await
    }

    /// How own accounts are had.
    pub(super) async fn local(&self) -> Result<IdentityProvider, Refusal> {
        let found = self.read(identity_provider::KIND, LOCAL).await?;
        Ok(found.unwrap_or_else(|| IdentityProvider {
            title: "Password".to_owned(),
            tenant: None,
            issuer: None,
            client_id: None,
            client_secret: None,
            scopes: Vec::new(),
            enabled: true,
            sign_up: SignUp::Closed,
            roles: Vec::new(),
        }))
    }

    /// Asks for an account that somebody has to let in. An address that there is already gets the
    /// same answer, and nothing happens.
    ///
    /// # Errors
    /// Nobody can ask here, too many wait, or what is given cannot be.
    pub async fn sign_up(&self, visitor: &Visitor, asked: SignUpAsked) -> Result<(), NotSignedIn> {
        self.attempt(visitor.from, &asked.email)?;
        let local = self.local().await?;
        if !local.enabled || local.sign_up != SignUp::Approval {
            let refusal = Refusal::new("forbidden", "one cannot ask for an account here");
            return Err(refusal
                .help("ask an administrator for an invitation")
                .into());
        }
        let email = kept_email(&asked.email);
        if !is_email(&email) {
            return Err(Refusal::invalid("`email` is no e-mail address").into());
        }
        acceptable(&asked.password, &email)?;
        let page = Page {
            kind: Kind::new(KIND).map_err(Refusal::from)?,
            filter: Some((Member::State, "pending".to_owned())),
            after: None,
            descending: false,
            limit: MOST_WAITING,
        };
        let waiting = self.store.documents_page(page).await;
        if waiting.map_err(Refusal::from)?.len() >= MOST_WAITING {
            return Err(Refusal::new("conflict", "too many wait to be let in").into());
        }
        if self.by_email(&email).await?.is_some() {
            // The same work as for a new one.
            self.is_password(None, &asked.password).await?;
            return Ok(());
        }
        let id = new_id("usr_")?;
        let user = User {
            email: email.clone(),
            name: asked.name,
            state: UserState::Pending,
            platform_roles: Vec::new(),
            subject: None,
            created_at: Some(self.at(0)),
            reason: asked.reason,
        };
        let actor = nobody(&email, visitor.from);
        self.make(&actor, vec![created(KIND, &id, &user)?], "sign_up")
            .await?;
        Ok(self.keep_password(&id, &asked.password).await?)
    }
}

/// The bucket of an account.
fn account(name: &str) -> String {
    let name: String = kept_email(name).chars().take(254).collect();
    format!("account {name}")
}
