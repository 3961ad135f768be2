//! Who gets mails.

use super::happened::Doer;
use crate::management::{member, service_account};
use crate::people::kept_email;
use crate::{ActorKind, Answer, Refusal};
use postern_model::permission::{BuiltIn, Point, Points};
use postern_store::{Kind, Member, Page, Scope, Store};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Debug;

/// Most people who get a mail about one thing.
const MOST: usize = 200;

/// Members of a tenant that are looked at.
const MOST_MEMBERS: usize = 10_000;

/// Knows people.
pub trait Addressees: Debug + Send + Sync {
    /// The mail addresses of those who have a permission in a tenant by being a member of it, or
    /// (none) on the platform.
    fn with_point<'a>(
        &'a self,
        point: Point,
        tenant: Option<&'a str>,
    ) -> Answer<'a, Result<Vec<String>, Refusal>>;

    /// Whether somebody belongs to a tenant, or (none) to the platform.
    fn acts_for<'a>(
        &'a self,
        doer: &'a Doer,
        tenant: Option<&'a str>,
    ) -> Answer<'a, Result<bool, Refusal>>;
}

/// People as the store has them: documents of the kinds `user`, `member` and `role`.
#[derive(Debug, Clone)]
pub struct Members(Store);

/// What is read of a user.
#[derive(Debug, Deserialize)]
struct User {
    email: String,
    #[serde(default)]
    state: Option<String>,
    #[serde(default)]
    platform_roles: Vec<String>,
}

/// What is read of a member.
#[derive(Debug, Deserialize)]
struct Membership {
    user: String,
    #[serde(default)]
    roles: Vec<String>,
}

/// What is read of a role.
#[derive(Debug, Deserialize)]
struct Role {
    #[serde(default)]
    tenant: Option<String>,
    permissions: Vec<String>,
}

impl Members {
    /// Those of a store.
    pub const fn new(store: Store) -> Self {
        Self(store)
    }

    /// Whether a role gives a permission where somebody has it.
    async fn gives(&self, role: &str, point: Point, tenant: Option<&str>) -> Result<bool, Refusal> {
        if let Some(role) = BuiltIn::parse(role) {
            return Ok(role.is_of_platform() == tenant.is_none() && role.points().contains(point));
        }
        let found = self.0.document(Kind::new("role")?, role).await?;
        let found: Option<Role> = found.and_then(|found| serde_json::from_str(&found.json).ok());
        Ok(found.is_some_and(|role| {
            let points: Points = role
                .permissions
                .iter()
                .filter_map(|name| Point::parse(name))
                .collect();
            role.tenant.as_deref() == tenant && points.contains(point)
        }))
    }

    async fn any_gives(
        &self,
        roles: &[String],
        point: Point,
        tenant: Option<&str>,
    ) -> Result<bool, Refusal> {
        for role in roles {
            if self.gives(role, point, tenant).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn members(&self, point: Point, tenant: &str) -> Result<Vec<String>, Refusal> {
        let page = Page {
            kind: Kind::new("member")?,
            filter: Some((Member::Tenant, tenant.to_owned())),
            after: None,
            descending: false,
            limit: MOST_MEMBERS,
        };
        let mut found = BTreeSet::new();
        for document in self.0.documents_page(page).await? {
            let Ok(member) = serde_json::from_str::<Membership>(&document.json) else {
                continue;
            };
            if !self.any_gives(&member.roles, point, Some(tenant)).await? {
                continue;
            }
            let user = self.0.document(Kind::new("user")?, &member.user).await?;
            found.extend(
                user.and_then(|user| active(&user.json))
                    .map(|user| user.email),
            );
            if found.len() >= MOST {
                break;
            }
        }
        Ok(found.into_iter().collect())
    }

    async fn of_platform(&self, point: Point) -> Result<Vec<String>, Refusal> {
        let visit = |users: &mut Vec<User>, document: postern_store::Document| {
            let user = active(&document.json);
            users.extend(user.filter(|user| !user.platform_roles.is_empty()));
        };
        let scope = Scope::Kind(Kind::new("user")?);
        let (_, users) = self.0.fold(scope, Vec::new(), visit).await?;
        let mut found = BTreeSet::new();
        for user in users {
            if self.any_gives(&user.platform_roles, point, None).await? {
                found.insert(user.email);
            }
            if found.len() >= MOST {
                break;
            }
        }
        Ok(found.into_iter().collect())
    }
}

impl Members {
    /// Whether a person belongs to a tenant, or has a role on the platform.
    async fn is_of(&self, email: &str, tenant: Option<&str>) -> Result<bool, Refusal> {
        let page = Page {
            kind: Kind::new("user")?,
            filter: Some((Member::Email, kept_email(email))),
            after: None,
            descending: false,
            limit: 1,
        };
        let found = self.0.documents_page(page).await?.pop();
        let Some(user) = found else { return Ok(false) };
        let Some(tenant) = tenant else {
            let user: Option<User> = serde_json::from_str(&user.json).ok();
            return Ok(user.is_some_and(|user| !user.platform_roles.is_empty()));
        };
        let member = member::id(&user.id, tenant);
        let member = self.0.document(Kind::new(member::KIND)?, &member).await?;
        Ok(member.is_some())
    }

    /// Whether a program belongs to a tenant, or to the platform.
    async fn is_program_of(&self, id: &str, tenant: Option<&str>) -> Result<bool, Refusal> {
        let found = self
            .0
            .document(Kind::new(service_account::KIND)?, id)
            .await?;
        let account = found.map(|found| found.value()).transpose()?;
        Ok(account.is_some_and(|account| account.get("tenant").and_then(Value::as_str) == tenant))
    }
}

/// A user who gets in.
fn active(json: &str) -> Option<User> {
    let user: User = serde_json::from_str(json).ok()?;
    let active = user.state.as_deref().is_none_or(|state| state == "active");
    (active && postern_outbound::mail::is_address(&user.email)).then_some(user)
}

impl Addressees for Members {
    fn with_point<'a>(
        &'a self,
        point: Point,
        tenant: Option<&'a str>,
    ) -> Answer<'a, Result<Vec<String>, Refusal>> {
        Box::pin(async move {
            match tenant {
                Some(tenant) => self.members(point, tenant).await,
                None => self.of_platform(point).await,
            }
        })
    }

    fn acts_for<'a>(
        &'a self,
        doer: &'a Doer,
        tenant: Option<&'a str>,
    ) -> Answer<'a, Result<bool, Refusal>> {
        Box::pin(async move {
            match doer.kind {
                ActorKind::User => self.is_of(&doer.who, tenant).await,
                ActorKind::ServiceAccount => self.is_program_of(&doer.who, tenant).await,
                ActorKind::Local | ActorKind::System => Ok(tenant.is_none()),
            }
        })
    }
}
