//! Who the caller is, as the gateway sees it.

use super::answer::Answer;
use super::check::{Left, left};
use crate::counting::Counting;
use postern_model::entity::{
    CredentialState, Disclosure, Name, Revocation, StatusProfile, Subscription, SubscriptionState,
};
use postern_model::{Code, Denial};
use postern_policy::client::ClientAddress;
use postern_policy::date::rfc3339;
use postern_policy::own::{ServiceLimits, service_limits, subscriptions};
use postern_policy::{Identity, Snapshot};
use postern_proof::Token;
use serde::Serialize;
use std::collections::BTreeSet;

/// Most subscriptions that are listed.
const LISTED: usize = 500;

/// Who asks, and what is known of that.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asking<'a> {
    /// Of the question.
    pub(crate) id: &'a str,
    pub(crate) client: &'a ClientAddress,
    /// Whom its credential proves, good or not; or why it proves nobody, as strangers are told.
    pub(crate) proved: Result<&'a Identity, &'a Denial>,
    /// Why the credential of somebody is not good here.
    pub(crate) held_off: Option<&'a Denial>,
    /// Unix time in milliseconds.
    pub(crate) now: i64,
}

/// The answer. Without a credential it tells the address alone.
pub(crate) fn answer(
    asking: &Asking<'_>,
    snapshot: &Snapshot<'_>,
    counting: &Counting,
) -> Option<Answer> {
    let Asking { client, now, .. } = *asking;
    let mut whoami = Whoami {
        request_id: asking.id,
        address: client.address.to_string(),
        provenance: client.provenance.to_string(),
        credential: None,
        app: None,
        tenant: None,
        subscriptions: None,
    };
    let identity = match asking.proved {
        Ok(identity) => identity,
        Err(denial) => {
            let sent = denial.code != Code::CredentialMissing;
            whoami.credential = sent.then(|| {
                let refused = Refused::of(denial);
                let state = refused.state();
                Shown::Faulty { state, refused }
            });
            return Answer::personal(200, &whoami);
        }
    };
    let described = described(identity, asking.held_off, snapshot, now.div_euclid(1000));
    whoami.credential = Some(Shown::Known(Box::new(described)));
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
    Answer::personal(200, &whoami)
}

/// Why a credential would be refused, as its caller would be told then.
#[derive(Debug, Serialize)]
struct Refused {
    code: &'static str,
    detail: String,
    fix: String,
}

impl Refused {
    fn of(denial: &Denial) -> Self {
        let shown = denial.shown(StatusProfile::Standard, Disclosure::Standard, true);
        let code = shown.name();
        let (mut detail, mut fix) = (String::new(), String::new());
        // A string takes everything.
        let _ = shown.write_detail(&mut detail);
        let _ = shown.write_fix(&mut fix);
        Self { code, detail, fix }
    }

    /// The last word of the code.
    fn state(&self) -> &'static str {
        self.code.rsplit('.').next().unwrap_or(self.code)
    }
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
    Faulty {
        state: &'static str,
        refused: Refused,
    },
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
    kind: &'static str,
    /// `active`, or [`Refused::state`].
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<Refused>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<Said<'a>>,
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

/// What a token says, as far as it was believed.
#[derive(Debug, Serialize)]
struct Said<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    groups: &'a [Name],
    audience: &'a [Name],
    /// Null: tokens of its issuer carry all.
    scopes: Option<&'a [Name]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_before: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
}

fn said<'a>(token: &'a Token, snapshot: &Snapshot<'a>) -> Said<'a> {
    let mut issuers = snapshot.rules.configuration().issuers.iter();
    Said {
        // What it says in `iss`, not what it is called here.
        issuer: issuers
            .find(|issuer| issuer.name == token.issuer)
            .map(|issuer| &*issuer.iss),
        subject: token.subject.as_deref(),
        client: token.client.as_deref(),
        user: token.user.as_deref(),
        groups: &token.groups,
        audience: &token.audience,
        scopes: token.scopes.as_deref(),
        not_before: token.not_before.map(rfc3339),
        expires_at: token.expires_at.map(rfc3339),
    }
}

/// Where and for what alone a credential may be used.
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

fn described<'a>(
    identity: &'a Identity,
    held_off: Option<&Denial>,
    snapshot: &Snapshot<'a>,
    now: i64,
) -> Described<'a> {
    let row = &*identity.credential;
    let revoked: Option<&Revocation> = row.revoked.as_deref();
    let refused = held_off.map(Refused::of);
    Described {
        id: &row.id,
        kind: row.proof.kind().name(),
        state: match &refused {
            Some(refused) => refused.state(),
            None => row.state(now).name(),
        },
        refused,
        token: identity.token.as_deref().map(|token| said(token, snapshot)),
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
    /// Those that count with this credential.
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
