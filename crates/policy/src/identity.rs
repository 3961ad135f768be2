//! Who calls.

use crate::rules::Rules;
use crate::session::Session;
use postern_model::entity::{
    App, Credential, CredentialKind, Group, Name, Plan, Subscription, Tenant,
};
use postern_model::key::digest;
use postern_proof::Token;
use smallvec::SmallVec;
use std::sync::Arc;

/// A caller who has proved who it is, and what it may do with the service it calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// What it proved it with.
    pub credential: Arc<Credential>,
    /// The token that it brought, if it was one.
    pub token: Option<Arc<Token>>,
    /// The session that the token was brought for, if it was one of a browser.
    pub session: Option<Arc<Session>>,
    /// The app.
    pub app: Arc<App>,
    /// The app's tenant.
    pub tenant: Arc<Tenant>,
    /// The groups that the app is in and that are for its tenant.
    pub groups: SmallVec<[Arc<Group>; 2]>,
    /// The access roles that the token gives, of those that its issuer may give.
    pub token_roles: SmallVec<[Name; 2]>,
    /// The app's subscription to the service, while that is in force.
    pub subscription: Option<Arc<Subscription>>,
    /// The subscription's plan, by index into
    /// [`Configuration::plans`](postern_model::entity::Configuration).
    pub plan: Option<usize>,
}

/// For whom a caller acts, told apart in few bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acting {
    /// For its app.
    ForApp,
    /// For a person, who is this one to its issuer.
    For([u8; 8]),
}

impl Acting {
    /// Of a caller that has brought a token, or none.
    pub fn by(token: Option<&Token>) -> Self {
        let Some((token, user)) = token.and_then(|token| Some((token, token.user.as_ref()?)))
        else {
            return Self::ForApp;
        };
        // Names have no NUL.
        let parts = [token.issuer.as_bytes(), &[0], user.as_bytes()];
        let whole: SmallVec<[u8; 192]> = parts.into_iter().flatten().copied().collect();
        let digest = digest(&whole);
        let mark = digest.first_chunk();
        Self::For(mark.copied().unwrap_or_default())
    }
}

impl Identity {
    /// For whom it calls.
    pub fn acting(&self) -> Acting {
        Acting::by(self.token.as_deref())
    }

    /// The kind of what it proved it with. Whoever has a token that was made here has a key, too.
    pub fn kind(&self) -> CredentialKind {
        if self.session.is_some() {
            CredentialKind::Session
        } else if self.token.is_some() {
            CredentialKind::Jwt
        } else {
            self.credential.proof.kind()
        }
    }

    /// The plan.
    pub fn plan<'a>(&self, rules: &'a Rules) -> Option<&'a Plan> {
        rules.configuration().plans.get(self.plan?)
    }

    /// The scopes that count: granted, and carried by the credential and the token.
    pub fn scopes<'a>(&'a self, rules: &'a Rules) -> impl Iterator<Item = &'a Name> {
        self.granted(rules)
            .iter()
            .filter(move |scope| self.carries(scope))
    }

    /// Whether the credential and the token carry a scope, if it is granted.
    pub(crate) fn carries(&self, scope: &Name) -> bool {
        self.credential_carries(scope) && self.token_carries(scope)
    }

    /// Whether the credential carries a scope, whatever a token of it does.
    pub(crate) fn credential_carries(&self, scope: &Name) -> bool {
        let carried = self.credential.scopes.as_deref();
        carried.is_none_or(|list| list.contains(scope))
    }

    /// Whether the token does; where there is none, nothing is missing in it.
    pub(crate) fn token_carries(&self, scope: &Name) -> bool {
        self.token_scopes().is_none_or(|list| list.contains(scope))
    }

    /// The scopes that the token carries; `None`: there is none, or it carries all.
    pub(crate) fn token_scopes(&self) -> Option<&[Name]> {
        self.token.as_ref()?.scopes.as_deref()
    }

    /// The access roles that the app carries, by itself or by its groups, and those of the token.
    pub fn given_roles(&self) -> impl Iterator<Item = &Name> + Clone {
        let groups = self.groups.iter().flat_map(|group| &group.access_roles);
        let own = self.app.access_roles.iter().chain(groups);
        own.chain(&self.token_roles)
    }

    /// The access roles that count: the app carries them, and so does the credential.
    pub fn access_roles(&self) -> impl Iterator<Item = &Name> + Clone {
        let only = self.credential.restriction.as_deref();
        let carried = only.and_then(|only| only.access_roles.as_deref());
        self.given_roles()
            .filter(move |role| carried.is_none_or(|list| list.contains(role)))
    }

    /// What is granted: the subscription's scopes, or its plan's. Where a service asks for no
    /// subscription and there is none, the credential's own list is what somebody has granted, or
    /// that of the token, whose issuer has.
    pub(crate) fn granted<'a>(&'a self, rules: &'a Rules) -> &'a [Name] {
        let Some(subscription) = &self.subscription else {
            let own = self.credential.scopes.as_deref();
            // A token that was made here grants no more than the key that it was made for.
            let by_issuer = || {
                self.credential
                    .proof
                    .client()
                    .and_then(|_| self.token_scopes())
            };
            return own.or_else(by_issuer).unwrap_or_default();
        };
        match &subscription.scopes {
            Some(scopes) => scopes,
            None => self.plan(rules).map_or(&[], |plan| &plan.scopes),
        }
    }
}

/// What is known of who calls.
#[derive(Debug, Clone, Default)]
pub(crate) enum Caller {
    /// Nothing.
    #[default]
    Unknown,
    /// Nobody in particular, which is allowed here.
    Anonymous,
    /// Somebody.
    Known(Identity),
}

impl Caller {
    pub(crate) fn identity(&self) -> Option<&Identity> {
        match self {
            Self::Known(identity) => Some(identity),
            Self::Unknown | Self::Anonymous => None,
        }
    }
}
