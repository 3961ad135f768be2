//! What users have, and what they change themselves.

use super::{People, tokens};
use crate::management::member::{self, Member as Membership};
use crate::management::role::{self, Role};
use crate::management::token;
use crate::management::user::{KIND, User, UserState};
use crate::people::passwords::acceptable;
use crate::people::{NotSignedIn, Opened, Visitor};
use crate::shorthand::Change;
use crate::{Actor, Refusal};
use postern_model::permission::{Grants, Points};
use postern_store::Member;
use serde_json::json;
use std::collections::BTreeMap;

/// Whoever is signed in, to themselves.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Me {
    /// What the audit trail calls them.
    pub who: String,
    /// `user` or `service_account`.
    pub kind: String,
    /// Their id.
    pub id: Option<String>,
    /// Their name.
    pub name: Option<String>,
    /// Their e-mail address.
    pub email: Option<String>,
    /// The permission points that they have on the platform.
    pub platform: Vec<String>,
    /// The permission points that they have in tenants.
    pub tenants: BTreeMap<String, Vec<String>>,
}

/// What somebody changes of themselves.
#[derive(Clone, Copy, Default)]
pub struct Own<'a> {
    /// What people call them; the empty text: nothing.
    pub name: Option<&'a str>,
    /// The password until now, and the new one.
    pub password: Option<(&'a str, &'a str)>,
}

impl std::fmt::Debug for Own<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Own").finish_non_exhaustive()
    }
}

/// The id of a user who acts.
pub(super) fn own_id(actor: &Actor) -> Result<&str, Refusal> {
    let id = actor.id.as_deref().filter(|id| id.starts_with("usr_"));
    id.ok_or_else(|| {
        Refusal::new(
            "forbidden",
            "this takes somebody with an account of a person",
        )
    })
}

fn names(points: Points) -> Vec<String> {
    points.iter().map(|point| point.name().to_owned()).collect()
}

impl People<'_> {
    /// A user who gets in, and what they may; none if there is none, or if they do not get in.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn grants_of_user(&self, id: &str) -> Result<Option<(User, Grants)>, Refusal> {
        let user: Option<User> = self.read(KIND, id).await?;
        let Some(user) = user.filter(|user| user.state == UserState::Active) else {
            return Ok(None);
        };
        let grants = self.held(id, &user).await?;
        Ok(Some((user, grants)))
    }

    /// What a user may, or may once they get in (again).
    pub(super) async fn held(&self, id: &str, user: &User) -> Result<Grants, Refusal> {
        let mut grants = self.grants_of_roles(&user.platform_roles, None).await?;
        let members: Vec<(String, Membership)> =
            self.having(member::KIND, Member::User, id).await?;
        for (_, member) in members {
            let tenant = member.tenant.as_str();
            let points = self.points(&member.roles, Some(tenant)).await?;
            grants.grant(&tenant.into(), points);
        }
        Ok(grants)
    }

    pub(super) async fn grants_of_roles(
        &self,
        roles: &[String],
        tenant: Option<&str>,
    ) -> Result<Grants, Refusal> {
        let points = self.points(roles, tenant).await?;
        let mut grants = Grants::none();
        match tenant {
            Some(tenant) => grants.grant(&tenant.into(), points),
            None => grants.grant_platform(points),
        }
        Ok(grants)
    }

    async fn points(&self, roles: &[String], tenant: Option<&str>) -> Result<Points, Refusal> {
        let mut points = Points::default();
        for name in roles {
            let own: Option<Role> = match postern_model::permission::BuiltIn::parse(name) {
                Some(_) => None,
                None => self.read(role::KIND, name).await?,
            };
            let found = role::points(name, tenant, |_| Ok::<_, Refusal>(own))?;
            points = points.union(found.unwrap_or_default());
        }
        Ok(points)
    }

    /// Whether there is any user who gets in and may do everything.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn has_owner(&self) -> Result<bool, Refusal> {
        let kind = postern_store::Kind::new(KIND)?;
        let look = |found: &mut bool, document: postern_store::Document| {
            let user: Option<User> = serde_json::from_str(&document.json).ok();
            *found |= user.is_some_and(|user| {
                user.state == UserState::Active
                    && user.platform_roles.iter().any(|role| role == "owner")
            });
        };
        let scope = postern_store::Scope::Kind(kind);
        let (_, found) = self.store.fold(scope, false, look).await?;
        Ok(found)
    }

    pub(super) async fn by_email(&self, email: &str) -> Result<Option<(String, User)>, Refusal> {
        let email = super::kept_email(email);
        if email.len() > 254 {
            return Ok(None);
        }
        Ok(self.having(KIND, Member::Email, &email).await?.pop())
    }

    /// The actor, to themselves.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn me(&self, actor: &Actor) -> Result<Me, Refusal> {
        let user: Option<User> = match own_id(actor) {
            Ok(id) => self.read(KIND, id).await?,
            Err(_) => None,
        };
        let tenants = actor.grants.tenants();
        Ok(Me {
            who: actor.who.clone(),
            kind: actor.kind.as_str().to_owned(),
            id: actor.id.clone(),
            name: user.as_ref().and_then(|user| user.name.clone()),
            email: user.map(|user| user.email),
            platform: names(actor.grants.platform()),
            tenants: tenants
                .map(|(tenant, points)| (tenant.to_string(), names(points)))
                .collect(),
        })
    }

    /// The e-mail address and the name of a user, for those who see that they are a member.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn card(&self, id: &str) -> Result<Option<(String, Option<String>)>, Refusal> {
        let user: Option<User> = self.read(KIND, id).await?;
        Ok(user.map(|user| (user.email, user.name)))
    }

    /// Changes the actor's own name and password. A new password takes the old one; every session of
    /// theirs ends then, and the one that is opened instead is returned.
    ///
    /// # Errors
    /// The old password is wrong, or was tried too often; the new one, or the name, cannot be one.
    /// Then nothing was changed.
    pub async fn change_own(
        &self,
        actor: &Actor,
        visitor: &Visitor,
        change: Own<'_>,
    ) -> Result<Option<Opened>, NotSignedIn> {
        let id = own_id(actor)?;
        // What can be refused comes before what changes something.
        if let Some((old, new)) = change.password {
            acceptable(new, &actor.who)?;
            let attempt = self.attempt(visitor.from, &actor.who)?;
            if !self.is_password(Some(id), old).await? {
                self.failed(visitor, &actor.who).await?;
                return Err(NotSignedIn::Failed);
            }
            self.succeeded(&attempt);
        }
        if let Some(name) = change.name {
            let name = Some(name).filter(|name| !name.is_empty());
            let patch = Change::patch(KIND, id, json!({"name": name}));
            self.make(actor, vec![patch], "me").await?;
        }
        let Some((_, new)) = change.password else {
            return Ok(None);
        };
        self.keep_password(id, new).await?;
        self.end_sessions(id).await?;
        self.event(actor, "password_changed", Some((KIND, id)), "")
            .await?;
        let opened = self.open_session(id, visitor, actor.bounds.tenant());
        Ok(Some(opened.await?))
    }

    /// Removes a user with all that is theirs, as far as the actor may.
    ///
    /// # Errors
    /// There is none for them, or they may not.
    pub async fn remove_user(&self, actor: &Actor, id: &str) -> Result<(), Refusal> {
        self.service.see(actor, KIND, id).await?;
        let members: Vec<(String, Membership)> =
            self.having(member::KIND, Member::User, id).await?;
        let tokens: Vec<(String, token::Token)> =
            self.having(token::KIND, Member::User, id).await?;
        let members = members
            .iter()
            .map(|(id, _)| tokens::removed(member::KIND, id));
        let tokens = tokens
            .iter()
            .map(|(id, _)| tokens::removed(token::KIND, id));
        let mut changes: Vec<Change> = members.chain(tokens).collect();
        changes.push(tokens::removed(KIND, id));
        let set = crate::ChangeSet {
            changes,
            comment: String::new(),
            source: Some("api".to_owned()),
        };
        self.service.change(actor, set).await?;
        self.forget_password(id).await?;
        self.end_sessions(id).await
    }

    /// Removes a service account with its tokens, as far as the actor may.
    ///
    /// # Errors
    /// There is none for them, or they may not.
    pub async fn remove_account(&self, actor: &Actor, id: &str) -> Result<(), Refusal> {
        const ACCOUNT: &str = crate::management::service_account::KIND;
        self.service.see(actor, ACCOUNT, id).await?;
        let tokens = self.tokens_of(id).await?;
        let tokens = tokens
            .iter()
            .map(|(id, _)| tokens::removed(token::KIND, id));
        let mut changes: Vec<Change> = tokens.collect();
        changes.push(tokens::removed(ACCOUNT, id));
        let set = crate::ChangeSet {
            changes,
            comment: String::new(),
            source: Some("api".to_owned()),
        };
        self.service.change(actor, set).await.map(drop)
    }

    /// A user for the demo, or for whoever is on this machine: with everything, and a token.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn owner_with_token(
        &self,
        local: &Actor,
        email: &str,
    ) -> Result<postern_model::Secret<String>, Refusal> {
        let there = self.by_email(email).await?;
        let id = if let Some((id, _)) = there {
            id
        } else {
            let id = super::new_id("usr_")?;
            let user = User {
                email: super::kept_email(email),
                name: None,
                state: UserState::Active,
                platform_roles: vec!["owner".to_owned()],
                subject: None,
                created_at: Some(self.at(0)),
                reason: None,
            };
            let change = super::created(KIND, &id, &user)?;
            self.make(local, vec![change], "local").await?;
            id
        };
        let owner = Actor {
            id: Some(id),
            ..local.clone()
        };
        let new = super::NewToken {
            title: "Made on the machine itself".to_owned(),
            scopes: None,
            only_in: None,
            expires_at: None,
        };
        Ok(self.new_own_token(&owner, new).await?.secret)
    }
}
