//! Nobody gives away what they do not have, and nobody changes whoever has more.

use super::check::find_role;
use super::identity_provider::{self, IdentityProvider};
use super::invitation::{Invitation, InvitationState};
use super::member::Member;
use super::role::{self, Role};
use super::service_account::ServiceAccount;
use super::token::Token;
use super::user::User;
use crate::{Actor, ActorKind, Refusal};
use postern_model::permission::Points;
use postern_store::{Entry, Kind, Member as Index, Page, Proposal};
use serde::de::DeserializeOwned;

/// Tenants of one user that are looked at.
const MOST_TENANTS: usize = 10_000;

/// What a document gives, and where.
struct Given {
    points: Points,
    tenant: Option<String>,
}

/// Refuses a change of a document that gives, before it or after it, what the actor does not have.
pub(super) fn giving(actor: &Actor, proposal: &Proposal<'_>, entry: &Entry) -> Result<(), Refusal> {
    own_token(actor, entry)?;
    let mut all = Vec::new();
    for json in [&entry.before, &entry.after].into_iter().flatten() {
        all.extend(given(proposal, entry.kind.as_str(), json)?);
    }
    if entry.kind.as_str() == super::user::KIND {
        // Whoever changes somebody's address could become them.
        for member in memberships(proposal, &entry.id)? {
            all.extend(given(proposal, super::member::KIND, &member)?);
        }
    }
    for given in all {
        let tenant = given.tenant.as_deref();
        if actor.grants.could_give(given.points, tenant) {
            continue;
        }
        let own = match tenant {
            Some(tenant) => actor.grants.in_tenant(tenant),
            None => actor.grants.platform(),
        };
        let missing = given.points.iter().find(|point| !own.contains(*point));
        let place = match tenant {
            Some(tenant) => format!("in tenant `{tenant}`"),
            None => "on the platform".to_owned(),
        };
        let missing = missing.map_or("", |point| point.name());
        let message = format!(
            "{} `{}` has or gives the permission `{missing}` {place}, which you do not have: nobody can give it, or change who has it, without having it",
            entry.kind,
            entry.id.escape_debug()
        );
        return Err(Refusal::new("forbidden", message).help("ask somebody who has it"));
    }
    Ok(())
}

fn memberships(proposal: &Proposal<'_>, user: &str) -> Result<Vec<Box<str>>, Refusal> {
    let page = Page {
        kind: Kind::new(super::member::KIND)?,
        filter: Some((Index::User, user.to_owned())),
        after: None,
        descending: false,
        limit: MOST_TENANTS,
    };
    let found = proposal.page(&page)?;
    Ok(found.into_iter().map(|document| document.json).collect())
}

/// Nobody makes a token of somebody else: it would be them.
fn own_token(actor: &Actor, entry: &Entry) -> Result<(), Refusal> {
    let Some(json) = &entry.after else {
        return Ok(());
    };
    if entry.kind.as_str() != super::token::KIND || actor.kind == ActorKind::Local {
        return Ok(());
    }
    let token: Option<Token> = read(json);
    match token.and_then(|token| token.user) {
        Some(user) if actor.id.as_deref() != Some(&*user) => Err(Refusal::new(
            "forbidden",
            "a token of a user is made by that user",
        )),
        _ => Ok(()),
    }
}

fn given(proposal: &Proposal<'_>, kind: &str, json: &str) -> Result<Option<Given>, Refusal> {
    let of = |roles: &[String], tenant: Option<String>| {
        let mut points = Points::default();
        for name in roles {
            let found = role::points(name, tenant.as_deref(), |name| find_role(proposal, name))?;
            points = points.union(found.unwrap_or_default());
        }
        Ok::<_, Refusal>(Some(Given { points, tenant }))
    };
    match kind {
        super::user::KIND => match read::<User>(json) {
            Some(user) => of(&user.platform_roles, None),
            None => Ok(None),
        },
        super::member::KIND => match read::<Member>(json) {
            Some(member) => of(&member.roles, Some(member.tenant)),
            None => Ok(None),
        },
        super::service_account::KIND => match read::<ServiceAccount>(json) {
            Some(account) => of(&account.roles, account.tenant),
            None => Ok(None),
        },
        super::invitation::KIND => match read::<Invitation>(json) {
            Some(invitation) if invitation.state == InvitationState::Open => {
                of(&invitation.roles, invitation.tenant)
            }
            _ => Ok(None),
        },
        role::KIND => Ok(read::<Role>(json).map(|role| Given {
            points: role.points(),
            tenant: role.tenant,
        })),
        super::token::KIND => {
            // Whoever has it is the service account.
            let token: Option<Token> = read(json);
            let Some(account) = token.and_then(|token| token.service_account) else {
                return Ok(None);
            };
            let kind = Kind::new(super::service_account::KIND)?;
            let account = proposal.document(&kind, &account)?;
            match account.and_then(|account| read::<ServiceAccount>(&account.json)) {
                Some(account) => of(&account.roles, account.tenant),
                None => Ok(None),
            }
        }
        identity_provider::KIND => {
            // Whoever says who people are can be any of them.
            let provider: Option<IdentityProvider> = read(json);
            Ok(match provider {
                Some(provider) if provider.issuer.is_some() => Some(Given {
                    points: match provider.tenant {
                        Some(_) => Points::of_tenants(),
                        None => Points::all(),
                    },
                    tenant: provider.tenant,
                }),
                _ => None,
            })
        }
        _ => Ok(None),
    }
}

fn read<T: DeserializeOwned>(json: &str) -> Option<T> {
    serde_json::from_str(json).ok()
}
