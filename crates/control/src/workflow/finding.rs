//! What people look for by a name or an address: operations, and what lists say of an address.

use super::time::{now, written};
use crate::{Actor, Refusal, Service};
use jiff::Timestamp;
use postern_model::entity::{
    AddressList, Level, Lifecycle, Name, PolicyRule, Service as Published,
};
use postern_model::permission::Point;
use schemars::JsonSchema;
use serde::Serialize;
use std::net::IpAddr;

/// An operation that was looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FoundOperation {
    /// Its service.
    pub service: String,
    /// Its version.
    pub version: String,
    /// Its name.
    pub operation: String,
    /// Its methods; none: any.
    pub methods: Vec<String>,
    /// Its path, below that of its version.
    pub path: String,
    /// What people call it.
    pub title: Option<String>,
    /// The tenant that publishes it; none: the platform.
    pub tenant: Option<String>,
    /// Whether callers can reach it.
    pub published: bool,
}

/// What the lists say of an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct KnownAddress {
    /// The address, as it is compared.
    pub address: IpAddr,
    /// The lists that have it, by name: of each the narrowest entry.
    pub lists: Vec<ListedAddress>,
}

/// What refers to a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UseOfList {
    /// `policy`, or `edge`: the rules that every address meets first.
    pub kind: String,
    /// The policy's name.
    pub name: Option<String>,
    /// Where it holds: `platform`, `tenant t`, `service s`, `s/v1`, `s/v1/operation`.
    pub on: String,
    /// `allow`, or `deny`.
    pub does: String,
}

/// The entry of a list that has an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ListedAddress {
    /// The list.
    pub list: String,
    /// The tenant that it belongs to; none: the platform.
    pub tenant: Option<String>,
    /// The range.
    pub range: String,
    /// Why it is there.
    pub comment: Option<String>,
    /// Until when it counts, as RFC 3339 has it.
    pub expires_at: Option<String>,
    /// Whether that is over.
    pub over: bool,
}

impl Service {
    /// Operations whose name, title or path has a phrase in it; those that are published first.
    pub fn operations(&self, actor: &Actor, phrase: &str, limit: usize) -> Vec<FoundOperation> {
        let configuration = self.running().configuration();
        let phrase = phrase.to_lowercase();
        let seen = |tenant: Option<&str>| actor.grants.allow(Point::ServicesRead, tenant);
        let mut found: Vec<FoundOperation> = configuration
            .services
            .iter()
            .filter(|service| seen(service.tenant.as_deref()))
            .flat_map(|service| matching(service, &phrase))
            .collect();
        let key = |o: &FoundOperation| (!o.published, o.service.clone(), o.operation.clone());
        found.sort_by_cached_key(key);
        found.truncate(limit);
        found
    }

    /// What the lists that somebody may see say of an address.
    pub fn known_address(&self, actor: &Actor, address: IpAddr) -> KnownAddress {
        let address = address.to_canonical();
        let configuration = self.running().configuration();
        let seen = |tenant: Option<&str>| actor.grants.allow(Point::ListsRead, tenant);
        let mut lists: Vec<ListedAddress> = configuration
            .lists
            .iter()
            .filter(|list| seen(list.tenant.as_deref()))
            .filter_map(|list| listed(list, address, now().as_second()))
            .collect();
        lists.sort_by(|one, other| one.list.cmp(&other.list));
        KnownAddress { address, lists }
    }
}

impl Service {
    /// What refers to a list, as far as somebody may see it.
    ///
    /// # Errors
    /// There is no such list for them.
    pub async fn uses_of_list(&self, actor: &Actor, id: &str) -> Result<Vec<UseOfList>, Refusal> {
        self.see(actor, "list", id).await?;
        let configuration = self.running().configuration();
        let Some(at) = configuration
            .lists
            .iter()
            .position(|list| &*list.name == id)
        else {
            return Ok(Vec::new());
        };
        let tenant_of = |service: &Name| {
            let mut services = configuration.services.iter();
            let found = services.find(|candidate| candidate.name == *service);
            found.and_then(|service| service.tenant.clone())
        };
        let mut uses = Vec::new();
        for policy in &configuration.policies {
            let PolicyRule::Network(rule) = &policy.rule else {
                continue;
            };
            let (on, tenant) = match &policy.level {
                Level::Platform => ("platform".to_owned(), None),
                Level::Tenant(tenant) => (format!("tenant {tenant}"), Some(tenant.clone())),
                Level::Service(service) => (format!("service {service}"), tenant_of(service)),
                Level::Version(service, version) => {
                    (format!("{service}/{version}"), tenant_of(service))
                }
                Level::Operation(service, version, operation) => (
                    format!("{service}/{version}/{operation}"),
                    tenant_of(service),
                ),
            };
            if !actor.grants.allow(Point::PoliciesRead, tenant.as_deref()) {
                continue;
            }
            for (does, lists) in [("allow", &rule.allow), ("deny", &rule.deny)] {
                if lists.contains(&at) {
                    uses.push(UseOfList {
                        kind: "policy".to_owned(),
                        name: Some(policy.name.to_string()),
                        on: on.clone(),
                        does: does.to_owned(),
                    });
                }
            }
        }
        if configuration.edge.deny.contains(&at) && actor.grants.allow(Point::PoliciesRead, None) {
            uses.push(UseOfList {
                kind: "edge".to_owned(),
                name: None,
                on: "platform".to_owned(),
                does: "deny".to_owned(),
            });
        }
        Ok(uses)
    }
}

fn matching(service: &Published, phrase: &str) -> Vec<FoundOperation> {
    let has = |text: &str| text.to_lowercase().contains(phrase);
    let mut found = Vec::new();
    for version in &service.versions {
        let published = matches!(
            version.state,
            Lifecycle::Published | Lifecycle::Deprecated { .. }
        );
        for operation in &version.operations {
            let title = operation.about.as_deref();
            let title = title.and_then(|about| about.title.as_deref());
            if !(has(&operation.name) || has(&operation.path) || title.is_some_and(has)) {
                continue;
            }
            found.push(FoundOperation {
                service: service.name.to_string(),
                version: version.name.to_string(),
                operation: operation.name.to_string(),
                methods: operation
                    .methods
                    .iter()
                    .map(|m| m.as_str().to_owned())
                    .collect(),
                path: operation.path.to_string(),
                title: title.map(str::to_owned),
                tenant: service.tenant.as_ref().map(ToString::to_string),
                published,
            });
        }
    }
    found
}

/// The narrowest entry of a list that has an address; one that counts before one that is over.
fn listed(list: &AddressList, address: IpAddr, now: i64) -> Option<ListedAddress> {
    let ends = |entry: Option<i64>| match (entry, list.expires_at) {
        (Some(entry), Some(list)) => Some(entry.min(list)),
        (entry, list) => entry.or(list),
    };
    let holding = list.entries.iter().filter(|e| e.range.contains(&address));
    let (entry, end) = holding
        .map(|entry| (entry, ends(entry.expires_at)))
        .max_by_key(|(entry, end)| {
            let counts = end.is_none_or(|end| end > now);
            (counts, entry.range.prefix_len())
        })?;
    Some(ListedAddress {
        list: list.name.to_string(),
        tenant: list.tenant.as_ref().map(ToString::to_string),
        range: entry.range.to_string(),
        comment: entry.comment.as_ref().map(ToString::to_string),
        expires_at: end
            .and_then(|end| Timestamp::from_second(end).ok())
            .map(written),
        over: end.is_some_and(|end| end <= now),
    })
}
