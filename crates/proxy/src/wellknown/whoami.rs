//! Who the caller is, as the gateway sees it.

use super::answer::Answer;
use super::check::{Left, left};
use crate::counting::Counting;
use postern_model::entity::{
    Credential, CredentialState, Name, Revocation, Subscription, SubscriptionState,
};
use postern_policy::client::ClientAddress;
use postern_policy::date::rfc3339;
use postern_policy::facts::CredentialVerdict;
use postern_policy::own::{ServiceLimits, service_limits, subscriptions};
use postern_policy::{Identity, Snapshot};
use serde::Serialize;
use std::collections::BTreeSet;

/// Most subscriptions that are listed.
const LISTED: usize = 500;

/// The answer. Without a key, or with one that nobody has, it tells the address alone.
pub(crate) fn answer(
    id: &str,
    client: &ClientAddress,
    caller: Caller<'_>,
    snapshot: &Snapshot<'_>,
    counting: &Counting,
    now: i64,
) -> Option<Answer> {
    let mut whoami = Whoami {
        request_id: id,
        address: client.address.to_string(),
        provenance: client.provenance.to_string(),
        credential: None,
        app: None,
        tenant: None,
        subscriptions: None,
    };
    match caller {
        Caller::Nobody => {}
        Caller::Faulty(fault) => whoami.credential = Some(Shown::Faulty(fault)),
        Caller::Known(identity) => {
            let seconds = now.div_euclid(1000);
            whoami.credential = Some(Shown::Known(Box::new(described(
                &identity.credential,
                seconds,
            ))));
            whoami.app = Some(Party {
                name: &identity.app.name,
                state: state(identity.app.suspended.is_some()),
            });
            whoami.tenant = Some(Party {
                name: &identity.tenant.name,
                state: state(identity.tenant.suspended.is_some()),
            });
            let all: Vec<_> = subscriptions(identity, snapshot).take(LISTED).collect();
            let listed = all.iter().filter_map(|(service, towards)| {
                subscription(*service, towards, client, snapshot, counting, now)
            });
            whoami.subscriptions = Some(listed.collect());
            return Answer::personal(200, &whoami);
        }
    }
    Answer::personal(200, &whoami)
}

/// What is known of the caller.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Caller<'a> {
    /// Nothing, or that it has no genuine key.
    Nobody,
    /// Its key cannot be one.
    Faulty(Faulty),
    /// Its key is genuine, good or not.
    Known(&'a Identity),
}

impl<'a> Caller<'a> {
    /// By what was found where keys are looked for, and whom it proves.
    pub(crate) fn of(verdict: &CredentialVerdict, identity: Option<&'a Identity>) -> Self {
        match (identity, verdict) {
            (Some(identity), _) => Self::Known(identity),
            (None, CredentialVerdict::Malformed { fault, .. }) => Self::Faulty(Faulty {
                state: "malformed",
                error: fault.what(),
            }),
            (None, CredentialVerdict::Ambiguous { .. }) => Self::Faulty(Faulty {
                state: "ambiguous",
                error: "was sent more than once",
            }),
            _ => Self::Nobody,
        }
    }
}

/// Something that was sent as a key and is none.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Faulty {
    state: &'static str,
    /// As it follows "the key".
    error: &'static str,
}

#[derive(Debug, Serialize)]
struct Whoami<'a> {
    request_id: &'a str,
    address: String,
    provenance: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    credential: Option<Shown<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    app: Option<Party<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<Party<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subscriptions: Option<Vec<Subscribed<'a>>>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Shown<'a> {
    Faulty(Faulty),
    Known(Box<Described<'a>>),
}

#[derive(Debug, Serialize)]
struct Party<'a> {
    name: &'a str,
    state: &'static str,
}

const fn state(suspended: bool) -> &'static str {
    if suspended { "suspended" } else { "active" }
}

#[derive(Debug, Serialize)]
struct Described<'a> {
    id: &'a str,
    state: &'static str,
    environment: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_before: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    /// Null: all that subscriptions grant.
    scopes: Option<Vec<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    only: Option<Only<'a>>,
}

/// Where and for what alone a key may be used.
#[derive(Debug, Serialize)]
struct Only<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    networks: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    services: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    methods: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    referrers: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_roles: Option<Vec<&'a str>>,
}

fn described(row: &Credential, now: i64) -> Described<'_> {
    let revoked: Option<&Revocation> = row.revoked.as_deref();
    Described {
        id: &row.id,
        state: row.state(now).name(),
        environment: &row.environment,
        not_before: row
            .not_before
            .as_deref()
            .copied()
            .filter(|_| row.state(now) == CredentialState::NotYetValid)
            .map(rfc3339),
        expires_at: row.expires_at.map(rfc3339),
        revoked_at: revoked.map(|revoked| rfc3339(revoked.at)),
        reason: revoked.and_then(|revoked| revoked.reason.as_deref()),
        scopes: row.scopes.as_deref().map(names),
        only: row.restriction.as_deref().map(|only| Only {
            networks: only.networks.iter().map(ToString::to_string).collect(),
            services: names(&only.services),
            methods: only.methods.iter().map(|method| method.as_str()).collect(),
            referrers: names(&only.referrers),
            access_roles: only.access_roles.as_deref().map(names),
        }),
    }
}

fn names(names: &[Name]) -> Vec<&str> {
    names.iter().map(|name| &**name).collect()
}

#[derive(Debug, Serialize)]
struct Subscribed<'a> {
    id: &'a str,
    service: &'a str,
    plan: &'a str,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    /// Those that count with this key.
    scopes: Vec<&'a str>,
    /// The same of access roles that are about the service.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    access_roles: BTreeSet<&'a str>,
    /// Those that it meets whatever the operation.
    limits: Vec<Left>,
    /// Some operations have others besides.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    other_limits: bool,
}

fn subscription<'a>(
    service: usize,
    towards: &'a Identity,
    client: &ClientAddress,
    snapshot: &Snapshot<'a>,
    counting: &Counting,
    now: i64,
) -> Option<Subscribed<'a>> {
    let row = towards.subscription.as_deref()?;
    let state = effective(row, now.div_euclid(1000));
    let limits = if state == SubscriptionState::Approved {
        service_limits(towards, service, client, snapshot.rules, now)
    } else {
        ServiceLimits::default()
    };
    Some(Subscribed {
        id: &row.id,
        service: &row.service,
        plan: &row.plan,
        state: state.name(),
        expires_at: row.expires_at.map(rfc3339),
        scopes: towards.scopes(snapshot.rules).map(|s| &**s).collect(),
        access_roles: access_roles(towards, &row.service, snapshot),
        limits: left(&limits.uses, &counting.peek(&limits.uses, now)),
        other_limits: limits.others,
    })
}

/// The access roles that count towards a service.
fn access_roles<'a>(
    identity: &'a Identity,
    service: &str,
    snapshot: &Snapshot<'_>,
) -> BTreeSet<&'a str> {
    let about = |role: &&Name| {
        let role = snapshot.rules.access_role(role);
        role.is_some_and(|role| role.is_about(service))
    };
    identity
        .access_roles()
        .filter(about)
        .map(|role| &**role)
        .collect()
}

/// Its state, its time being over or not.
fn effective(row: &Subscription, now: i64) -> SubscriptionState {
    match (row.state, row.expires_at) {
        (SubscriptionState::Approved, Some(end)) if now >= end => SubscriptionState::Expired,
        (state, _) => state,
    }
}
