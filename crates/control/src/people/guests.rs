//! Whoever comes in by a link: that the account is theirs, and what they get of it.

use super::links::not_good;
use super::{Accepting, Comer, NotSignedIn, People, Versioned, Visitor, created, new_id};
use crate::Refusal;
use crate::management::member::{self, Member};
use crate::management::user::{self, User, UserState};
use crate::people::passwords::acceptable;
use crate::people::signing_in::nobody;
use crate::shorthand::{Change, Expectation};
use serde_json::json;

/// Somebody who is about to get what an invitation gives.
pub(super) struct Guest {
    pub(super) id: String,
    pub(super) user: User,
    /// The version of their document; none: they are new.
    version: Option<u64>,
}

impl People<'_> {
    /// Whoever has this address: the user, whose account it has to be, or somebody new.
    pub(super) async fn guest(
        &self,
        comer: Comer<'_>,
        email: &str,
        given: &Accepting,
    ) -> Result<Guest, NotSignedIn> {
        let Some((id, _)) = self.by_email(email).await? else {
            new_password(given, email)?;
            let user = User {
                email: email.to_owned(),
                name: given.name.as_deref().and_then(kept_name),
                state: UserState::Active,
                platform_roles: Vec::new(),
                subject: None,
                created_at: Some(self.at(0)),
                reason: None,
            };
            let id = new_id("usr_")?;
            let version = None;
            return Ok(Guest { id, user, version });
        };
        let found: Option<Versioned<User>> = self.versioned(user::KIND, &id).await?;
        let found = found.ok_or_else(not_good)?;
        if !comer.is(&id) {
            self.own_password(comer.visitor, &id, &found.document, given)
                .await?;
        }
        let version = Some(found.version);
        Ok(Guest {
            id,
            user: found.document,
            version,
        })
    }

    /// Makes a guest what they are to be, all or nothing: as long as nobody changed them meanwhile.
    pub(super) async fn welcome(
        &self,
        comer: Comer<'_>,
        guest: Guest,
        given: &Accepting,
        mut changes: Vec<Change>,
        source: &str,
    ) -> Result<(String, User), NotSignedIn> {
        let Guest { id, user, version } = guest;
        changes.push(match version {
            None => created(user::KIND, &id, &user)?,
            Some(version) => {
                let patch = json!({"platform_roles": user.platform_roles, "state": user.state});
                Change::patch(user::KIND, &id, patch).expecting(Expectation::Version(version))
            }
        });
        if version.is_none() {
            let password = new_password(given, &user.email)?;
            self.keep_password(&id, password).await?;
        }
        let actor = nobody(&user.email, comer.visitor.from);
        if let Err(refusal) = self.make(&actor, changes, source).await {
            if version.is_none() {
                self.forget_password(&id).await?;
            }
            return Err(refusal.into());
        }
        Ok((id, user))
    }

    /// Makes somebody a member, or gives a member more roles.
    pub(super) async fn joining(
        &self,
        id: &str,
        tenant: String,
        roles: Vec<String>,
    ) -> Result<Change, Refusal> {
        let key = member::id(id, &tenant);
        let before: Option<Versioned<Member>> = self.versioned(member::KIND, &key).await?;
        let (before, expect) = match before {
            None => (Vec::new(), Expectation::Absent),
            Some(found) => (found.document.roles, Expectation::Version(found.version)),
        };
        let member = Member {
            user: id.to_owned(),
            tenant,
            roles: together(before, roles),
            since: Some(self.at(0)),
        };
        Ok(created(member::KIND, &key, &member)?.expecting(expect))
    }

    /// That whoever has the link is also who has the account.
    async fn own_password(
        &self,
        visitor: &Visitor,
        id: &str,
        user: &User,
        given: &Accepting,
    ) -> Result<(), NotSignedIn> {
        let attempt = self.attempt(visitor.from, &user.email)?;
        let password = given.password.as_deref().unwrap_or_default();
        if user.state != UserState::Deactivated && self.is_password(Some(id), password).await? {
            self.succeeded(&attempt);
            return Ok(());
        }
        self.failed(visitor, &user.email).await?;
        Err(NotSignedIn::Failed)
    }
}

/// Roles that somebody has with those that they get.
pub(super) fn together(mut roles: Vec<String>, more: Vec<String>) -> Vec<String> {
    roles.extend(more);
    roles.sort_unstable();
    roles.dedup();
    roles
}

/// A name as it can be kept; what does not do is left out.
fn kept_name(name: &str) -> Option<String> {
    let plain = name.chars().filter(|c| !c.is_control());
    let name: String = plain.take(200).collect();
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// A new password of whoever has this address.
pub(super) fn new_password<'a>(given: &'a Accepting, email: &str) -> Result<&'a str, Refusal> {
    let password = given.password.as_deref().unwrap_or_default();
    acceptable(password, email).map(|()| password)
}
