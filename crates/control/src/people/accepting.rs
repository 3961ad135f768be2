//! Invitations and other links: their use.

use super::links::not_good;
use super::{LinkFor, NotSignedIn, People, SignedIn, Versioned, Visitor, kept_email};
use crate::management::check::is_email;
use crate::management::invitation::{Invitation, KIND};
use crate::management::user::{self, User, UserState};
use crate::people::guests::{new_password, together};
use crate::people::signing_in::nobody;
use crate::shorthand::{Change, Expectation};
use crate::{Actor, Bounds, Refusal};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Somebody who uses a link.
#[derive(Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Accepting {
    /// What stands behind `token=` in the link.
    pub token: String,
    /// The e-mail address of the first administrator; of anybody else it is known.
    #[serde(default)]
    pub email: Option<String>,
    /// What people call them.
    #[serde(default)]
    pub name: Option<String>,
    /// The password: a new one, or that of the account that there is with this address.
    #[serde(default)]
    pub password: Option<String>,
}

impl std::fmt::Debug for Accepting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Accepting").finish_non_exhaustive()
    }
}

/// What a link is for, to whoever has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct LinkSeen {
    /// What it lets do: `first_administrator`, `invitation`, `password`.
    pub purpose: String,
    /// Whose it is.
    pub email: Option<String>,
    /// The tenant that one is invited into.
    pub tenant: Option<String>,
    /// The roles that one gets.
    pub roles: Vec<String>,
    /// Whether there is an account with this address already. Whoever is not signed in to it shows
    /// its password.
    pub account: bool,
    /// Whether whoever asks is signed in to that account.
    pub signed_in: bool,
}

/// Whoever uses a link.
#[derive(Debug, Clone, Copy)]
pub struct Comer<'a> {
    /// From where they come.
    pub visitor: &'a Visitor,
    /// As whom they are signed in, if they are.
    pub signed_in: Option<&'a Actor>,
}

impl Comer<'_> {
    /// Whether they are signed in as this user, and not in one tenant or for a while only.
    pub(super) fn is(&self, user: &str) -> bool {
        let is = |actor: &Actor| actor.id.as_deref() == Some(user) && actor.bounds == Bounds::None;
        self.signed_in.is_some_and(is)
    }
}

impl People<'_> {
    /// What a link is for.
    ///
    /// # Errors
    /// It is not good (any more).
    pub async fn look_at_link(&self, comer: Comer<'_>, token: &str) -> Result<LinkSeen, Refusal> {
        let (_, what) = self.link(token).await?.ok_or_else(not_good)?;
        let seen = |purpose: &str, email: Option<String>| LinkSeen {
            purpose: purpose.to_owned(),
            email,
            tenant: None,
            roles: Vec::new(),
            account: false,
            signed_in: false,
        };
        match what {
            LinkFor::FirstAdministrator => Ok(seen("first_administrator", None)),
            LinkFor::Invitation { invitation } => {
                let found = self.open_invitation(&invitation).await?.document;
                let account = self.by_email(&found.email).await?;
                Ok(LinkSeen {
                    account: account.is_some(),
                    signed_in: account.is_some_and(|(id, _)| comer.is(&id)),
                    tenant: found.tenant,
                    roles: found.roles,
                    ..seen("invitation", Some(found.email))
                })
            }
            LinkFor::Password { user, .. } => {
                let found: Option<User> = self.read(user::KIND, &user).await?;
                let email = found.ok_or_else(not_good)?.email;
                Ok(LinkSeen {
                    account: true,
                    ..seen("password", Some(email))
                })
            }
        }
    }

    async fn open_invitation(&self, id: &str) -> Result<Versioned<Invitation>, Refusal> {
        let now = Timestamp::from_millisecond(self.now_ms).unwrap_or(Timestamp::MAX);
        let found: Option<Versioned<Invitation>> = self.versioned(KIND, id).await?;
        let open = found.filter(|found| found.document.is_open(now));
        open.ok_or_else(not_good)
    }

    /// Uses a link, and signs whoever has it in.
    ///
    /// # Errors
    /// It is not good (any more), or what is given with it does not do.
    pub async fn accept(
        &self,
        comer: Comer<'_>,
        given: Accepting,
    ) -> Result<SignedIn, NotSignedIn> {
        let visitor = comer.visitor;
        // Nobody guesses a link; this bounds the work of one address.
        self.attempt_from(visitor.from)?;
        let (link, what) = self.link(&given.token).await?.ok_or_else(not_good)?;
        let (id, user, how) = match what {
            LinkFor::FirstAdministrator => {
                let (id, user) = self.administrator(comer, &link, &given).await?;
                (id, user, "administrator link")
            }
            LinkFor::Invitation { invitation } => {
                let (id, user) = self.invited(comer, &link, &invitation, &given).await?;
                (id, user, "invitation")
            }
            LinkFor::Password { user, standing } => {
                let found = self.choose_password(visitor, &link, (&user, &standing), &given);
                (user.clone(), found.await?, "password link")
            }
        };
        self.let_in(&id, &user, visitor, (how, None)).await
    }

    async fn take_link(&self, link: &str) -> Result<(), Refusal> {
        if self.use_up(link).await? {
            return Ok(());
        }
        Err(not_good())
    }

    /// Gives a user the password of their choice. Not if they have become somebody else meanwhile:
    /// whoever made the link could not make it now, perhaps.
    async fn choose_password(
        &self,
        visitor: &Visitor,
        link: &str,
        (id, standing): (&str, &str),
        given: &Accepting,
    ) -> Result<User, NotSignedIn> {
        let found: Option<User> = self.read(user::KIND, id).await?;
        let found = found.ok_or_else(not_good)?;
        if found.state != UserState::Active {
            return Err(not_active().into());
        }
        if self.standing(id, &found).await? != standing {
            return Err(not_good().into());
        }
        let password = new_password(given, &found.email)?;
        self.take_link(link).await?;
        self.keep_password(id, password).await?;
        self.end_sessions(id).await?;
        let actor = nobody(&found.email, visitor.from);
        let subject = Some((user::KIND, id));
        self.event(&actor, "password_changed", subject, "by a link")
            .await?;
        Ok(found)
    }

    async fn administrator(
        &self,
        comer: Comer<'_>,
        link: &str,
        given: &Accepting,
    ) -> Result<(String, User), NotSignedIn> {
        let email = kept_email(given.email.as_deref().unwrap_or_default());
        if !is_email(&email) {
            let refusal = Refusal::invalid("`email` is no e-mail address");
            return Err(refusal
                .help("say your own: it is what you sign in with")
                .into());
        }
        let mut guest = self.guest(comer, &email, given).await?;
        guest.user.platform_roles = vec!["owner".to_owned()];
        guest.user.state = UserState::Active;
        // Before what it gives: of two who use it at once, one becomes an owner.
        self.take_link(link).await?;
        self.welcome(comer, guest, given, Vec::new(), "administrator_link")
            .await
    }

    async fn invited(
        &self,
        comer: Comer<'_>,
        link: &str,
        invitation: &str,
        given: &Accepting,
    ) -> Result<(String, User), NotSignedIn> {
        let found = self.open_invitation(invitation).await?;
        let mut guest = self.guest(comer, &found.document.email, given).await?;
        if guest.user.state != UserState::Active {
            return Err(not_active().into());
        }
        let patch = json!({"state": "accepted", "accepted_by": guest.id});
        let accepted =
            Change::patch(KIND, invitation, patch).expecting(Expectation::Version(found.version));
        let mut changes = vec![accepted];
        let Invitation { tenant, roles, .. } = found.document;
        match tenant {
            None => guest.user.platform_roles = together(guest.user.platform_roles, roles),
            Some(tenant) => changes.push(self.joining(&guest.id, tenant, roles).await?),
        }
        // The invitation is accepted once, whatever becomes of the link.
        let in_it = self
            .welcome(comer, guest, given, changes, "invitation")
            .await?;
        self.use_up(link).await?;
        Ok(in_it)
    }
}

fn not_active() -> Refusal {
    Refusal::new("forbidden", "this account is not active")
}
