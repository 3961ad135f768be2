//! Invitations and other links, from their making to their use.

use super::links::not_good;
use super::{Link, LinkFor, NotSignedIn, People, SignedIn, Visitor, created, kept_email, new_id};
use crate::management::check::is_email;
use crate::management::invitation::{Invitation, InvitationState, KIND};
use crate::management::member::{self, Member};
use crate::management::user::{self, User, UserState};
use crate::people::passwords::acceptable;
use crate::people::signing_in::nobody;
use crate::people::tokens::lasting;
use crate::shorthand::Change;
use crate::{Actor, Refusal};
use serde::{Deserialize, Serialize};
use serde_json::json;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// How long an invitation is good if nothing else is said, in days.
const DAYS: u32 = 7;
/// How long it is good at most, in days.
const MOST_DAYS: u32 = 30;
/// How long other links are good.
const LASTS_MS: i64 = DAY_MS;

/// Somebody who is invited.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Invited {
    /// Their e-mail address.
    pub email: String,
    /// The tenant that they are invited into; none: the platform.
    #[serde(default)]
    pub tenant: Option<String>,
    /// Roles that they get there.
    pub roles: Vec<String>,
    /// Days that the link is good, 1 to 30; 7 if this is not said.
    #[serde(default)]
    pub days: Option<u32>,
}

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
    /// Whether there is an account with this address already, so that its password is asked for.
    pub account: bool,
}

impl People<'_> {
    /// Invites somebody.
    ///
    /// # Errors
    /// The actor may not, or could not give these roles.
    pub async fn invite(
        &self,
        actor: &Actor,
        invited: Invited,
    ) -> Result<(String, Invitation, Link), Refusal> {
        lasting(actor)?;
        let days = invited.days.unwrap_or(DAYS);
        if !(1..=MOST_DAYS).contains(&days) {
            return Err(Refusal::invalid(format!(
                "an invitation is good for 1 to {MOST_DAYS} days"
            )));
        }
        let lasts = DAY_MS.saturating_mul(i64::from(days));
        let for_invitation = |id: &str| LinkFor::Invitation {
            invitation: format!("inv_{id}"),
        };
        // The link opens nothing as long as there is no invitation.
        let link = self.new_link(for_invitation, lasts).await?;
        let id = format!("inv_{}", link.id);
        let invitation = Invitation {
            email: kept_email(&invited.email),
            tenant: invited.tenant,
            roles: invited.roles,
            state: InvitationState::Open,
            invited_by: actor.who.clone(),
            created_at: self.at(0),
            expires_at: link.expires_at.clone(),
            accepted_by: None,
        };
        let set = crate::ChangeSet {
            changes: vec![created(KIND, &id, &invitation)?],
            comment: String::new(),
            source: Some("invitation".to_owned()),
        };
        if let Err(refusal) = self.service.change(actor, set).await {
            self.use_up(&link.id).await?;
            return Err(refusal);
        }
        Ok((id, invitation, link))
    }

    /// A link by which the first administrator signs up. It makes another one where there is one
    /// already, so it is only for whoever may do everything.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn first_administrator(&self, actor: &Actor) -> Result<Link, Refusal> {
        lasting(actor)?;
        if actor.grants != postern_model::permission::Grants::everything() {
            return Err(Refusal::new("forbidden", "this takes every permission"));
        }
        let link = self
            .new_link(|_| LinkFor::FirstAdministrator, LASTS_MS)
            .await?;
        self.event(actor, "administrator_link_made", None, "")
            .await?;
        Ok(link)
    }

    /// A link by which a user chooses a new password, as far as the actor may change that user.
    ///
    /// # Errors
    /// There is none for them, or they may not.
    pub async fn password_link(&self, actor: &Actor, id: &str) -> Result<Link, Refusal> {
        lasting(actor)?;
        self.service.see(actor, user::KIND, id).await?;
        let theirs = self.grants_of_user(id).await?;
        let theirs = theirs.map(|(_, grants)| grants).unwrap_or_default();
        let point = postern_model::permission::Point::UsersWrite;
        let may = actor.grants.allow_everywhere(point)
            && actor.grants.could_give(theirs.platform(), None)
            && theirs
                .tenants()
                .all(|(tenant, points)| actor.grants.could_give(points, Some(tenant)));
        if !may {
            let message = "this user has permissions that you do not have";
            return Err(Refusal::new("forbidden", message));
        }
        let for_user = |_: &str| LinkFor::Password {
            user: id.to_owned(),
        };
        let link = self.new_link(for_user, LASTS_MS).await?;
        self.event(actor, "password_link_made", Some((user::KIND, id)), "")
            .await?;
        Ok(link)
    }

    /// What a link is for.
    ///
    /// # Errors
    /// It is not good (any more).
    pub async fn look_at_link(&self, token: &str) -> Result<LinkSeen, Refusal> {
        let (_, what) = self.link(token).await?.ok_or_else(not_good)?;
        let seen = |purpose: &str, email: Option<String>| LinkSeen {
            purpose: purpose.to_owned(),
            email,
            tenant: None,
            roles: Vec::new(),
            account: false,
        };
        match what {
            LinkFor::FirstAdministrator => Ok(seen("first_administrator", None)),
            LinkFor::Invitation { invitation } => {
                let found = self.open_invitation(&invitation).await?;
                Ok(LinkSeen {
                    account: self.by_email(&found.email).await?.is_some(),
                    tenant: found.tenant,
                    roles: found.roles,
                    ..seen("invitation", Some(found.email))
                })
            }
            LinkFor::Password { user } => {
                let found: Option<User> = self.read(user::KIND, &user).await?;
                let email = found.ok_or_else(not_good)?.email;
                Ok(LinkSeen {
                    account: true,
                    ..seen("password", Some(email))
                })
            }
        }
    }

    async fn open_invitation(&self, id: &str) -> Result<Invitation, Refusal> {
        let found: Option<Invitation> = self.read(KIND, id).await?;
        let open = found.filter(|found| {
            found.state == InvitationState::Open && !self.is_over(&found.expires_at)
        });
        open.ok_or_else(not_good)
    }

    /// Uses a link, and signs whoever has it in.
    ///
    /// # Errors
    /// It is not good (any more), or what is given with it does not do.
    pub async fn accept(
        &self,
        visitor: &Visitor,
        given: Accepting,
    ) -> Result<SignedIn, NotSignedIn> {
        // Nobody guesses a link; this bounds the work.
        self.attempt(visitor.from, "link")?;
        let (link, what) = self.link(&given.token).await?.ok_or_else(not_good)?;
        let (id, user, how) = match what {
            LinkFor::FirstAdministrator => {
                let (id, user) = self.administrator(visitor, &link, &given).await?;
                (id, user, "administrator link")
            }
            LinkFor::Invitation { invitation } => {
                let (id, user) = self.invited(visitor, &link, &invitation, &given).await?;
                (id, user, "invitation")
            }
            LinkFor::Password { user: id } => {
                let found: Option<User> = self.read(user::KIND, &id).await?;
                let found = found.ok_or_else(not_good)?;
                let password = new_password(&given, &found.email)?;
                self.take_link(&link).await?;
                self.keep_password(&id, password).await?;
                self.end_sessions(&id).await?;
                let actor = nobody(&found.email, visitor.from);
                let subject = Some((user::KIND, &*id));
                self.event(&actor, "password_changed", subject, "by a link")
                    .await?;
                (id, found, "password link")
            }
        };
        self.succeeded(visitor.from, "link");
        if user.state != UserState::Active {
            return Err(Refusal::new("forbidden", "this account is not active").into());
        }
        self.let_in(&id, &user, visitor, how).await
    }

    async fn take_link(&self, link: &str) -> Result<(), Refusal> {
        if self.use_up(link).await? {
            return Ok(());
        }
        Err(not_good())
    }

    async fn administrator(
        &self,
        visitor: &Visitor,
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
        let owner = vec!["owner".to_owned()];
        if let Some((id, mut user)) = self.by_email(&email).await? {
            self.own_password(visitor, &id, &user, given).await?;
            self.take_link(link).await?;
            user.platform_roles = owner;
            user.state = UserState::Active;
            let patch = json!({"platform_roles": user.platform_roles, "state": user.state});
            let change = Change::patch(user::KIND, &id, patch);
            let actor = nobody(&email, visitor.from);
            self.make(&actor, vec![change], "administrator_link")
                .await?;
            return Ok((id, user));
        }
        let password = new_password(given, &email)?;
        self.take_link(link).await?;
        let made = self.new_user(visitor, &email, given.name.clone(), owner);
        let (id, user) = made.await?;
        self.keep_password(&id, password).await?;
        Ok((id, user))
    }

    async fn invited(
        &self,
        visitor: &Visitor,
        link: &str,
        invitation: &str,
        given: &Accepting,
    ) -> Result<(String, User), NotSignedIn> {
        let found = self.open_invitation(invitation).await?;
        let email = found.email.clone();
        let (id, user) = if let Some((id, user)) = self.by_email(&email).await? {
            self.own_password(visitor, &id, &user, given).await?;
            self.take_link(link).await?;
            (id, user)
        } else {
            let password = new_password(given, &email)?;
            self.take_link(link).await?;
            let name = given.name.clone();
            let made = self.new_user(visitor, &email, name, Vec::new());
            let (id, user) = made.await?;
            self.keep_password(&id, password).await?;
            (id, user)
        };
        let patch = json!({"state": "accepted", "accepted_by": id});
        let mut changes = vec![Change::patch(KIND, invitation, patch)];
        changes.push(self.given(&id, &user, found).await?);
        let actor = nobody(&email, visitor.from);
        self.make(&actor, changes, "invitation").await?;
        Ok((id, user))
    }

    /// What an invitation gives to a user, beside what they have.
    async fn given(&self, id: &str, user: &User, found: Invitation) -> Result<Change, Refusal> {
        let together = |mut roles: Vec<String>| {
            roles.extend(found.roles.iter().cloned());
            roles.sort_unstable();
            roles.dedup();
            roles
        };
        let Some(tenant) = &found.tenant else {
            let roles = together(user.platform_roles.clone());
            let patch = json!({ "platform_roles": roles });
            return Ok(Change::patch(user::KIND, id, patch));
        };
        let key = member::id(id, tenant);
        let before: Option<Member> = self.read(member::KIND, &key).await?;
        let member = Member {
            user: id.to_owned(),
            tenant: tenant.clone(),
            roles: together(before.map(|before| before.roles).unwrap_or_default()),
            since: Some(self.at(0)),
        };
        let put = created(member::KIND, &key, &member)?;
        Ok(Change {
            expect: None,
            ..put
        })
    }

    /// That whoever has the link is also who has the account.
    async fn own_password(
        &self,
        visitor: &Visitor,
        id: &str,
        user: &User,
        given: &Accepting,
    ) -> Result<(), NotSignedIn> {
        self.attempt(visitor.from, &user.email)?;
        let password = given.password.as_deref().unwrap_or_default();
        if user.state != UserState::Deactivated && self.is_password(Some(id), password).await? {
            self.succeeded(visitor.from, &user.email);
            return Ok(());
        }
        self.failed(visitor, &user.email).await?;
        Err(NotSignedIn::Failed)
    }

    /// Makes a user who gets in.
    pub(super) async fn new_user(
        &self,
        visitor: &Visitor,
        email: &str,
        name: Option<String>,
        platform_roles: Vec<String>,
    ) -> Result<(String, User), Refusal> {
        let id = new_id("usr_")?;
        let user = User {
            email: email.to_owned(),
            name: name.and_then(|name| kept_name(&name)),
            state: UserState::Active,
            platform_roles,
            subject: None,
            created_at: Some(self.at(0)),
            reason: None,
        };
        let change = created(user::KIND, &id, &user)?;
        let actor = nobody(email, visitor.from);
        self.make(&actor, vec![change], "sign_up").await?;
        Ok((id, user))
    }
}

/// A name as it is kept: the link is used up by then, so that what does not do is left out.
fn kept_name(name: &str) -> Option<String> {
    let plain = name.chars().filter(|c| !c.is_control());
    let name: String = plain.take(200).collect();
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// A new password of whoever has this address.
fn new_password<'a>(given: &'a Accepting, email: &str) -> Result<&'a str, Refusal> {
    let password = given.password.as_deref().unwrap_or_default();
    acceptable(password, email).map(|()| password)
}
