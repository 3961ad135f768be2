//! Which tenants something concerns.

use super::happened::{Party, Who};
use crate::ownership::Owner;
use crate::workflow::is_offered;
use crate::{Refusal, Service};
use postern_model::entity::SubscriptionState;
use postern_model::permission::Point;
use postern_store::{Kind, Store};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A tenant that something concerns, or the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Side {
    /// Which; none: the platform.
    pub(super) tenant: Option<String>,
    /// Its apps that are meant.
    pub(super) apps: Vec<String>,
    /// Which of its members get a mail.
    pub(super) mailed: Option<Point>,
    /// Whether they get none where one of theirs did it.
    pub(super) unless_theirs: bool,
}

/// The tenants that are meant, each once, the first one first.
pub(super) async fn sides(
    service: &Service,
    store: &Store,
    parties: &[Party],
) -> Result<Vec<Side>, Refusal> {
    let mut sides: Vec<Side> = Vec::new();
    for party in parties {
        for (owner, apps) in of(service, store, &party.who).await? {
            let tenant = owner.tenant().map(str::to_owned);
            match sides.iter_mut().find(|side| side.tenant == tenant) {
                Some(side) => {
                    side.mailed = side.mailed.or(party.mailed);
                    side.unless_theirs &= party.unless_theirs;
                    side.apps.extend(apps);
                }
                None => sides.push(Side {
                    tenant,
                    apps,
                    mailed: party.mailed,
                    unless_theirs: party.unless_theirs,
                }),
            }
        }
    }
    Ok(sides)
}

/// Whose an app or a service is. What is stored counts: this node may not serve yet what another
/// has stored. What is gone may still be served.
async fn owner(
    service: &Service,
    store: &Store,
    kind: &str,
    id: &str,
) -> Result<Option<Owner>, Refusal> {
    let stored = store.document(Kind::new(kind)?, id).await?;
    let found = match stored {
        Some(stored) => Some(stored.value()?),
        None => service.look(kind, id),
    };
    Ok(
        found.map(|found| match found.get("tenant").and_then(Value::as_str) {
            Some(tenant) => Owner::Tenant(tenant.to_owned()),
            None => Owner::Platform,
        }),
    )
}

async fn of(
    service: &Service,
    store: &Store,
    who: &Who,
) -> Result<Vec<(Owner, Vec<String>)>, Refusal> {
    Ok(match who {
        Who::Publisher(name) => {
            let owner = owner(service, store, "service", name).await?;
            owner.map(|owner| (owner, Vec::new())).into_iter().collect()
        }
        Who::Owner(app) => {
            let owner = owner(service, store, "app", app).await?;
            owner
                .map(|owner| (owner, vec![app.clone()]))
                .into_iter()
                .collect()
        }
        Who::Tenant(tenant) => {
            let owner = tenant.clone().map_or(Owner::Platform, Owner::Tenant);
            vec![(owner, Vec::new())]
        }
        Who::Subscribers(name) => subscribers(service, name, |_| true),
        Who::Offered(name) => {
            let configuration = service.running().configuration();
            let found = configuration
                .services
                .iter()
                .find(|one| *one.name == **name);
            found.map_or_else(Vec::new, |found| {
                subscribers(service, name, |tenant| is_offered(found, tenant))
            })
        }
    })
}

/// The tenants with apps that have a subscription to a service, and these apps.
fn subscribers(
    service: &Service,
    name: &str,
    which: impl Fn(&str) -> bool,
) -> Vec<(Owner, Vec<String>)> {
    use SubscriptionState::{Approved, Pending, Suspended};
    let directory = service.running().directory();
    let live = directory
        .subscriptions()
        .filter(|row| *row.service == *name && matches!(row.state, Pending | Approved | Suspended));
    let mut tenants: BTreeMap<Owner, BTreeSet<String>> = BTreeMap::new();
    for row in live {
        let Some(app) = directory.app(&row.app) else {
            continue;
        };
        if which(&app.tenant) {
            let owner = Owner::Tenant(app.tenant.to_string());
            let apps = tenants.entry(owner).or_default();
            apps.insert(row.app.to_string());
        }
    }
    let listed = tenants.into_iter();
    listed
        .map(|(owner, apps)| (owner, apps.into_iter().collect()))
        .collect()
}
