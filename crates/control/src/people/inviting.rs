//! Invitations and other links: their making.

use super::{Link, LinkFor, People, created, kept_email};
use crate::management::invitation::{Invitation, InvitationState, KIND};
use crate::management::user::{self, User};
use crate::people::links::not_good;
use crate::people::tokens::lasting;
use crate::{Actor, Refusal};
use aws_lc_rs::digest::{SHA256, digest};
use postern_model::permission::{Grants, Point, Points};
use serde::Deserialize;
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
        if actor.grants != Grants::everything() {
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
        let found: Option<User> = self.read(user::KIND, id).await?;
        let found = found.ok_or_else(not_good)?;
        // Whoever does not get in has what they will have once they do.
        let theirs = self.held(id, &found).await?;
        let may = actor.grants.allow_everywhere(Point::UsersWrite)
            && actor.grants.could_give(theirs.platform(), None)
            && theirs
                .tenants()
                .all(|(tenant, points)| actor.grants.could_give(points, Some(tenant)));
        if !may {
            let message = "this user has permissions that you do not have";
            return Err(Refusal::new("forbidden", message));
        }
        let standing = self.standing(id, &found).await?;
        let for_user = |_: &str| LinkFor::Password {
            user: id.to_owned(),
            standing,
        };
        let link = self.new_link(for_user, LASTS_MS).await?;
        self.event(actor, "password_link_made", Some((user::KIND, id)), "")
            .await?;
        Ok(link)
    }

    /// What a user has at this moment, as a text to compare: a link for them is good only as long as
    /// they have neither more nor less, and vouched for by nobody else, than when it was made.
    pub(super) async fn standing(&self, id: &str, user: &User) -> Result<String, Refusal> {
        let held = self.held(id, user).await?;
        let names = |points: Points| points.iter().map(Point::name).collect::<Vec<_>>();
        let tenants: Vec<_> = held
            .tenants()
            .map(|(tenant, points)| (tenant.to_string(), names(points)))
            .collect();
        let all = json!([user.email, user.subject, names(held.platform()), tenants]);
        let digest = digest(&SHA256, all.to_string().as_bytes());
        Ok(crate::credential::hex(digest.as_ref()))
    }
}
