//! Requests for the gateway itself: below `/.well-known/postern`, on every host. Here is what they
//! may know; the data plane writes the answers.

#[cfg(test)]
mod tests;

use crate::client::ClientAddress;
use crate::facts::Facts;
use crate::fields::Span;
use crate::head::Head;
use crate::identity::Identity;
use crate::policies::{Compiled, CompiledLimit, Holds, LimitUses, Parties, holds};
use crate::router::template::below_reserved;
use crate::rules::Rules;
use crate::snapshot::Snapshot;
use crate::stages::authenticate;
use crate::stages::csrf::of_another_page;
use crate::stages::route::nothing_at;
use crate::walk::NormalPath;
use postern_model::denial::Denial;
use postern_model::entity::{LimitKey, Method};

/// A request that the gateway answers itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// The method.
    pub method: Method,
    /// The normal path.
    pub path: NormalPath,
    /// The host asked for.
    pub host: NormalPath,
    /// Whose request it is.
    pub client: ClientAddress,
}

impl Own {
    /// What follows `/.well-known/postern`: nothing, or something that begins with `/`.
    pub fn rest<'a>(&'a self, facts: &'a dyn Facts) -> &'a str {
        below_reserved(self.path.of(facts.path())).unwrap_or_default()
    }

    /// The host in its one spelling.
    pub fn host<'a>(&'a self, facts: &'a dyn Facts) -> Option<&'a str> {
        facts.authority().map(|raw| self.host.of(raw))
    }

    /// Why the credential of whoever asks is not good on this host, whichever operation of it is
    /// called; `None`: it is good.
    pub fn held_off(
        &self,
        asker: &Identity,
        snapshot: &Snapshot<'_>,
        facts: &dyn Facts,
    ) -> Option<Denial> {
        let host = || self.host(facts).map(str::as_bytes);
        let here = snapshot.rules.access().environment_of(host);
        authenticate::held_off(asker, &self.client, here, snapshot, facts)
    }

    /// Why a request that changes something is refused where browsers are signed in: a page of
    /// another site may have had a browser send it.
    pub fn forged(&self, rules: &Rules, facts: &dyn Facts) -> Option<Denial> {
        let host = self.host(facts).unwrap_or_default();
        of_another_page(&self.client, host, rules, facts)
    }

    /// There is no such page: the refusal of any path that nothing answers at.
    pub fn not_found(&self, rules: &Rules, facts: &dyn Facts) -> Denial {
        nothing_at(self.host(facts), self.path.of(facts.path()), rules)
    }
}

/// The request that asks for what follows the first `segments` segments of this one's path, all
/// else alike. `None` where nothing follows.
pub fn shifted(head: &Head, segments: usize) -> Option<Head> {
    let skipped: usize = head
        .path()
        .split(|&b| b == b'/')
        .take(segments + 1)
        .map(|segment| segment.len() + 1)
        .sum();
    // The slash that ends what is skipped begins what is left.
    let skipped = skipped.checked_sub(1)?;
    if skipped >= head.path().len() {
        return None;
    }
    let mut asked = head.clone();
    asked.path = Span::new(head.path.start() + skipped, head.path.end());
    let end = head.query.map_or(head.path.end(), Span::end);
    asked.target = Span::new(asked.path.start(), end);
    Some(asked)
}

/// The subscriptions of an app, in the order in which services are declared, whatever their state:
/// its identity towards each service, with the service's index.
pub fn subscriptions<'a>(
    identity: &'a Identity,
    snapshot: &Snapshot<'a>,
) -> impl Iterator<Item = (usize, Identity)> + 'a {
    let Snapshot { rules, directory } = *snapshot;
    let services = rules.configuration().services.iter().enumerate();
    services.filter_map(move |(index, service)| {
        let row = directory.subscription(&identity.app.name, &service.name)?;
        let towards = Identity {
            subscription: Some(row.clone()),
            plan: rules.access().plan(&row.plan),
            ..identity.clone()
        };
        Some((index, towards))
    })
}

/// What a caller's requests to a service take from, whatever the operation.
#[derive(Debug, Default)]
pub struct ServiceLimits {
    /// The counters.
    pub uses: LimitUses,
    /// Some operations have limits, or counters, of their own besides.
    pub others: bool,
}

/// The limits of its plan, and of policies, that an app meets at every operation of the service
/// with that index. `now` is Unix time in milliseconds.
pub fn service_limits(
    identity: &Identity,
    service: usize,
    client: &ClientAddress,
    rules: &Rules,
    now: i64,
) -> ServiceLimits {
    let mut found = ServiceLimits::default();
    let Some(name) = rules.configuration().services.get(service) else {
        return found;
    };
    let parties = Parties {
        address: Some(client.address),
        identity: Some(identity),
        facts: None,
    };
    let policies = rules.policies();
    let mut add = |limit: &CompiledLimit, shadow: bool| {
        let differs = |key: &LimitKey| matches!(key, LimitKey::Operation | LimitKey::Header(_));
        if limit.limit.by.iter().any(differs) {
            found.others |= !shadow;
        } else {
            found
                .uses
                .extend(limit.of(&parties, &name.name, "", shadow));
        }
    };
    for limit in identity
        .plan
        .into_iter()
        .flat_map(|plan| policies.plan(plan))
    {
        add(limit, false);
    }
    let shared = policies.shared(service);
    for &at in shared.into_iter().flat_map(|shared| shared.limits.iter()) {
        let holds = rules.policy(at).map_or(Holds::Enforced, |p| holds(p, now));
        if let (Some(Compiled::Limit(limit)), true) = (policies.compiled(at), holds != Holds::Off) {
            add(limit, holds == Holds::Shadow);
        }
    }
    found.others |= shared.is_some_and(|shared| shared.others);
    found
}
