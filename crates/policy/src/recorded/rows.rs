//! The rows of the directory that a decision read, by value.

use crate::directory::Directory;
use crate::facts::{CredentialVerdict, Facts, Live, SignatureFault};
use crate::identity::Identity;
use crate::router::Route;
use crate::snapshot::Snapshot;
use postern_model::Secret;
use postern_model::entity::{
    Accounts, App, CertificateName, ClientId, Credential, CredentialKind, Decided, Group,
    KeyDigest, Method, Name, Password, Proof, Requested, Restriction, Revocation, RevokedTokens,
    SignatureAlgorithm, SigningKey, SigningMaterial, Subscription, SubscriptionState, Suspension,
    Tenant, TokenRevocation,
};
use postern_model::key::password::{Cost, PasswordHash};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Those rows, and the number of the last change before they were read. What is kept of the key
/// itself is not among them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// [`Directory::sequence`].
    pub sequence: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<Account>,
    #[serde(skip_serializing_if = "Option::is_none")]
    app: Option<Account>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credential: Option<Box<Key>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subscription: Option<Box<Access>>,
    /// The service whose subscription was looked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    service: Option<Name>,
    /// The groups of the app.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    groups: Vec<Team>,
    /// What ended the token that was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    revocation: Option<Box<Ended>>,
    /// There was no room for the access roles.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    access_roles_left_out: bool,
    /// The groups were not kept, but what they carry.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    groups_left_out: bool,
}

/// Who passed, as far as that is known.
pub(super) struct Caller<'a> {
    pub(super) tenant: &'a str,
    pub(super) app: &'a str,
    pub(super) credential: &'a str,
    /// Issuer and client of the token that proved it, if it was one.
    pub(super) client: Option<(Name, Name)>,
    pub(super) kind: CredentialKind,
    pub(super) environment: &'a str,
    /// The scopes of the credential.
    pub(super) carried: Option<Vec<Name>>,
    pub(super) granted: Option<Granted<'a>>,
    /// The access roles that count; `None`: they were not kept.
    pub(super) access_roles: Option<Vec<Name>>,
}

/// The subscription that counted.
pub(super) struct Granted<'a> {
    pub(super) id: &'a str,
    pub(super) service: &'a str,
    pub(super) plan: &'a str,
    /// Its own scopes.
    pub(super) scopes: Option<Vec<Name>>,
}

/// A tenant or an app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Account {
    name: Name,
    /// Since when, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    suspended: Option<(i64, Option<Name>)>,
    /// What an app carries by itself.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    access_roles: Box<[Name]>,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Team {
    name: Name,
    access_roles: Vec<Name>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Key {
    id: Name,
    app: Name,
    /// Issuer and name of the client whose tokens prove it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client: Option<(Name, Name)>,
    /// Whether a key proves it that signs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    signs: bool,
    /// Whether that is a secret.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    shares: bool,
    /// The user name of one that a password proves; empty where it was not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user: Option<Name>,
    /// What the certificate that proves it is known by; empty where it was not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    certificate: Option<(Name, Name)>,
    environment: Name,
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<Vec<Name>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_before: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
    /// When, by whom, why.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked: Option<(i64, Option<Name>, Option<Name>)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    networks: Vec<ipnet::IpNet>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    services: Vec<Name>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    methods: Vec<Name>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    referrers: Vec<Name>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    access_roles: Option<Vec<Name>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Access {
    id: Name,
    app: Name,
    service: Name,
    plan: Name,
    state: Name,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<Vec<Name>>,
    requested: (Option<i64>, Option<Name>, Option<Name>),
    #[serde(skip_serializing_if = "Option::is_none")]
    decided: Option<(i64, Option<Name>, Option<Name>)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
}

/// A revocation of tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Ended {
    id: Name,
    issuer: Name,
    /// Which: by what is looked at of them, and what it has to be.
    tokens: (Name, Name),
    /// When, by whom, why.
    revoked: (i64, Option<Name>, Option<Name>),
    until: i64,
}

impl Rows {
    /// The rows about a caller, whom the credential's row names where nobody was verified.
    pub(super) fn read(
        identity: Option<&Identity>,
        route: Option<&Route>,
        live: &Live<'_>,
        snapshot: &Snapshot<'_>,
    ) -> Self {
        let directory = snapshot.directory;
        let id = match live.credential() {
            Some(CredentialVerdict::Verified { id } | CredentialVerdict::WrongSecret { id }) => {
                Some(id)
            }
            Some(CredentialVerdict::SignatureFault(fault)) => match &**fault {
                SignatureFault::Wrong { id, .. } => Some(id),
                _ => None,
            },
            _ => identity.map(|identity| &identity.credential.id),
        };
        let revocation = match live.credential() {
            Some(CredentialVerdict::Token(token)) => {
                directory.revocation_of(token, live.now().div_euclid(1000))
            }
            Some(CredentialVerdict::Session(session)) => {
                directory.revocation_of_session(&session.signed(), live.now().div_euclid(1000))
            }
            _ => None,
        };
        let revocation = revocation.map(|row| Box::new(ended(row)));
        let Some(id) = id else {
            return Self {
                revocation,
                ..Self::at(directory.sequence())
            };
        };
        let looked = identity.zip(route.map(|route| &snapshot.rules.service(route).name));
        let subscription = looked
            .and_then(|(identity, service)| directory.subscription(&identity.app.name, service));
        Self {
            sequence: directory.sequence(),
            tenant: identity.map(|i| account(&i.tenant.name, i.tenant.suspended.as_ref())),
            app: identity.map(|i| Account {
                access_roles: i.app.access_roles.clone(),
                ..account(&i.app.name, i.app.suspended.as_ref())
            }),
            credential: directory.credential(id).map(|row| Box::new(key(row))),
            subscription: subscription.map(|row| Box::new(access(row))),
            service: looked.map(|(_, service)| service.clone()),
            groups: identity.map(teams).unwrap_or_default(),
            revocation,
            access_roles_left_out: false,
            groups_left_out: false,
        }
    }

    /// No rows at all.
    pub(super) fn at(sequence: u64) -> Self {
        Self {
            sequence,
            ..Self::default()
        }
    }

    /// The rows of somebody who passed: whatever else they said, it was no reason to refuse.
    pub(super) fn passed(sequence: u64, caller: Caller<'_>) -> Self {
        let sound = |name: &str| Account {
            name: name.into(),
            suspended: None,
            access_roles: Box::default(),
        };
        let key = Key {
            id: caller.credential.into(),
            app: caller.app.into(),
            client: caller.client,
            signs: false,
            shares: false,
            user: (caller.kind == CredentialKind::Basic).then(|| "".into()),
            certificate: (caller.kind == CredentialKind::Mtls).then(|| ("".into(), "".into())),
            environment: caller.environment.into(),
            scopes: caller.carried,
            not_before: None,
            expires_at: None,
            revoked: None,
            networks: Vec::new(),
            services: Vec::new(),
            methods: Vec::new(),
            referrers: Vec::new(),
            access_roles: None,
        };
        let access = |granted: &Granted<'_>| Access {
            id: granted.id.into(),
            app: caller.app.into(),
            service: granted.service.into(),
            plan: granted.plan.into(),
            state: SubscriptionState::Approved.name().into(),
            since: None,
            scopes: granted.scopes.clone(),
            requested: (None, None, None),
            decided: None,
            expires_at: None,
        };
        let access_roles_left_out = caller.access_roles.is_none();
        Self {
            sequence,
            tenant: Some(sound(caller.tenant)),
            app: Some(Account {
                access_roles: caller.access_roles.unwrap_or_default().into(),
                ..sound(caller.app)
            }),
            credential: Some(Box::new(key)),
            subscription: caller.granted.as_ref().map(access).map(Box::new),
            service: caller.granted.map(|granted| granted.service.into()),
            groups: Vec::new(),
            revocation: None,
            access_roles_left_out,
            groups_left_out: true,
        }
    }

    /// Whether the app has no other subscription to that service than the one here.
    pub(super) fn tell_of(&self, service: &str) -> bool {
        self.service.as_deref() == Some(service)
    }

    /// Whether the groups are all that the caller was in.
    pub(super) const fn tell_groups(&self) -> bool {
        !self.groups_left_out
    }

    /// Whether the access roles are all that it had.
    pub(super) const fn tell_access_roles(&self) -> bool {
        !self.access_roles_left_out
    }

    /// A directory of nothing else. Its keys verify nothing.
    pub(super) fn directory(&self) -> Directory {
        let suspended = |account: &Account| {
            let (since, reason) = account.suspended.clone()?;
            Some(Suspension { since, reason })
        };
        let mut accounts = Accounts::default();
        if let (Some(app), Some(tenant)) = (&self.app, &self.tenant) {
            accounts.tenants.push(Tenant {
                name: tenant.name.clone(),
                title: None,
                call_log_days: None,
                suspended: suspended(tenant),
            });
            accounts.apps.push(App {
                name: app.name.clone(),
                tenant: tenant.name.clone(),
                title: None,
                access_roles: app.access_roles.clone(),
                groups: self.groups.iter().map(|team| team.name.clone()).collect(),
                suspended: suspended(app),
            });
        }
        // They counted, so that they are for the app's tenant.
        accounts.groups = self.groups.iter().map(Team::row).collect();
        accounts.credentials = self.credential.iter().map(|key| key.row()).collect();
        let subscriptions = self.subscription.iter();
        accounts.subscriptions = subscriptions.filter_map(|access| access.row()).collect();
        let revocation = self.revocation.iter().filter_map(|ended| ended.row());
        accounts.token_revocations = revocation.collect();
        Directory::new(accounts, self.sequence)
    }
}

fn account(name: &Name, suspended: Option<&Suspension>) -> Account {
    Account {
        name: name.clone(),
        suspended: suspended.map(|s| (s.since, s.reason.clone())),
        access_roles: Box::default(),
    }
}

fn teams(identity: &Identity) -> Vec<Team> {
    let groups = identity.groups.iter().map(|group| Team {
        name: group.name.clone(),
        access_roles: group.access_roles.clone(),
    });
    groups.collect()
}

impl Team {
    fn row(&self) -> Group {
        Group {
            name: self.name.clone(),
            tenant: None,
            title: None,
            access_roles: self.access_roles.clone(),
        }
    }
}

fn key(row: &Credential) -> Key {
    let only = row.restriction.as_deref().cloned().unwrap_or_default();
    let methods = only.methods.iter().map(|m| m.as_str().into());
    Key {
        id: row.id.clone(),
        app: row.app.clone(),
        client: (row.proof.client()).map(|client| (client.issuer.clone(), client.id.clone())),
        signs: row.proof.signing().is_some(),
        shares: row.proof.shares_secret(),
        user: (row.proof.password()).map(|password| password.user.clone()),
        certificate: (row.proof.certificate())
            .map(|name| (name.kind().into(), name.value().into())),
        environment: row.environment.clone(),
        scopes: row.scopes.as_ref().map(|scopes| scopes.to_vec()),
        not_before: row.not_before.as_deref().copied(),
        expires_at: row.expires_at,
        revoked: row
            .revoked
            .as_ref()
            .map(|r| (r.at, r.by.clone(), r.reason.clone())),
        methods: methods.collect(),
        networks: only.networks,
        services: only.services,
        referrers: only.referrers,
        access_roles: only.access_roles,
    }
}

impl Key {
    /// Of what proved it, what is known: it verifies nothing.
    fn proof(&self) -> Proof {
        if let Some((issuer, id)) = self.client.clone() {
            Proof::Client(Box::new(ClientId { issuer, id }))
        } else if let Some(user) = self.user.clone() {
            let hash = Arc::new(PasswordHash::of_nobody(Cost::USUAL));
            Proof::Password(Box::new(Password { user, hash }))
        } else if self.signs {
            Proof::Signing(Box::new(SigningKey {
                name: None,
                algorithm: SignatureAlgorithm::Ed25519,
                material: if self.shares {
                    SigningMaterial::Shared(Secret::new([].into()))
                } else {
                    SigningMaterial::Public("".into())
                },
            }))
        } else if let Some((kind, value)) = &self.certificate {
            Proof::Certificate(Box::new(CertificateName::read(kind, value)))
        } else {
            Proof::Key(KeyDigest([0; 32]))
        }
    }

    fn row(&self) -> Credential {
        let restriction = Restriction {
            networks: self.networks.clone(),
            services: self.services.clone(),
            methods: self
                .methods
                .iter()
                .filter_map(|m| Method::parse(m.as_bytes()))
                .collect(),
            referrers: self.referrers.clone(),
            access_roles: self.access_roles.clone(),
        };
        let revoked = self.revoked.clone();
        Credential {
            id: self.id.clone(),
            app: self.app.clone(),
            proof: self.proof(),
            environment: self.environment.clone(),
            scopes: self.scopes.clone().map(Into::into),
            not_before: self.not_before.map(Box::new),
            expires_at: self.expires_at,
            revoked: revoked.map(|(at, by, reason)| Box::new(Revocation { at, by, reason })),
            restriction: (restriction != Restriction::default()).then(|| Box::new(restriction)),
        }
    }
}

fn ended(row: &TokenRevocation) -> Ended {
    let revocation = row.revocation.clone();
    Ended {
        id: row.id.clone(),
        issuer: row.issuer.clone(),
        tokens: (row.tokens.by().into(), row.tokens.name().clone()),
        revoked: (revocation.at, revocation.by, revocation.reason),
        until: row.until,
    }
}

impl Ended {
    /// `None` if a newer version wrote of tokens by what this one does not look at.
    fn row(&self) -> Option<TokenRevocation> {
        let (by, name) = self.tokens.clone();
        let (at, who, reason) = self.revoked.clone();
        Some(TokenRevocation {
            id: self.id.clone(),
            issuer: self.issuer.clone(),
            tokens: RevokedTokens::by_name(&by, name)?,
            revocation: Revocation {
                at,
                by: who,
                reason,
            },
            until: self.until,
        })
    }
}

fn access(row: &Subscription) -> Access {
    let requested = row.requested.clone();
    Access {
        id: row.id.clone(),
        app: row.app.clone(),
        service: row.service.clone(),
        plan: row.plan.clone(),
        state: row.state.name().into(),
        since: row.since,
        scopes: row.scopes.clone(),
        requested: (requested.at, requested.by, requested.reason),
        decided: row.decided.clone().map(|d| (d.at, d.by, d.comment)),
        expires_at: row.expires_at,
    }
}

impl Access {
    /// `None` if a newer version wrote a state that this one does not know.
    fn row(&self) -> Option<Subscription> {
        let (at, by, reason) = self.requested.clone();
        let decided = self.decided.clone();
        Some(Subscription {
            id: self.id.clone(),
            app: self.app.clone(),
            service: self.service.clone(),
            plan: self.plan.clone(),
            state: SubscriptionState::ALL
                .into_iter()
                .find(|state| *state.name() == *self.state)?,
            since: self.since,
            scopes: self.scopes.clone(),
            requested: Requested { at, by, reason },
            decided: decided.map(|(at, by, comment)| Decided {
                at,
                millis: 0,
                by,
                comment,
            }),
            expires_at: self.expires_at,
        })
    }
}
