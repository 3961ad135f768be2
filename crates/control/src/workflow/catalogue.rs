//! What there is to subscribe to, for whoever looks for it.

use super::subscriptions::is_offered;
use crate::{Actor, Service};
use postern_model::entity::{Approval, Lifecycle, Plan, Service as Published};
use postern_model::permission::Point;
use schemars::JsonSchema;
use serde::Serialize;

/// A service that is offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Offer {
    /// Its name.
    pub service: String,
    /// The tenant that publishes it; none: the platform.
    pub tenant: Option<String>,
    /// What people call it.
    pub title: Option<String>,
    /// What it is.
    pub description: Option<String>,
    /// Whether whoever asks gets a subscription at once.
    pub automatic: bool,
    /// The versions that are published.
    pub versions: Vec<OfferedVersion>,
    /// The plans that cover it.
    pub plans: Vec<OfferedPlan>,
    /// The scopes that it declares.
    pub scopes: Vec<String>,
}

/// A version that is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OfferedVersion {
    /// Its name.
    pub version: String,
    /// Whether it will end.
    pub deprecated: bool,
    /// Its operations.
    pub operations: Vec<String>,
}

/// A plan that covers a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OfferedPlan {
    /// Its name.
    pub plan: String,
    /// The scopes that it grants.
    pub scopes: Vec<String>,
}

impl Service {
    /// What is offered to the tenants of somebody, by name; with a phrase, what has it in its
    /// name, title or description.
    pub fn catalogue(&self, actor: &Actor, phrase: Option<&str>) -> Vec<Offer> {
        let configuration = self.running().configuration();
        let everything = actor.grants.allow_everywhere(Point::ServicesRead);
        let tenants: Vec<&str> = actor
            .grants
            .tenants_with(Point::ServicesRead)
            .map(|tenant| &**tenant)
            .collect();
        let phrase = phrase.map(str::to_lowercase);
        let mut offers: Vec<Offer> = configuration
            .services
            .iter()
            .filter(|service| everything || tenants.iter().any(|t| is_offered(service, t)))
            .map(|service| offer(service, &configuration.plans))
            .filter(|offer| !offer.versions.is_empty())
            .filter(|offer| phrase.as_deref().is_none_or(|phrase| offer.says(phrase)))
            .collect();
        offers.sort_by(|one, other| one.service.cmp(&other.service));
        offers
    }
}

impl Offer {
    fn says(&self, phrase: &str) -> bool {
        let texts = [
            Some(&self.service),
            self.title.as_ref(),
            self.description.as_ref(),
        ];
        let mut texts = texts.into_iter().flatten();
        texts.any(|text| text.to_lowercase().contains(phrase))
    }
}

fn offer(service: &Published, plans: &[Plan]) -> Offer {
    let published = service.versions.iter().filter(|version| {
        matches!(
            version.state,
            Lifecycle::Published | Lifecycle::Deprecated { .. }
        )
    });
    let covering = plans
        .iter()
        .filter(|plan| plan.covers.iter().any(|c| c.service == service.name));
    let about = service.about.as_deref();
    Offer {
        service: service.name.to_string(),
        tenant: service.tenant.as_ref().map(ToString::to_string),
        title: about.and_then(|about| about.title.as_ref().map(ToString::to_string)),
        description: about.and_then(|about| about.description.as_ref().map(ToString::to_string)),
        automatic: service.approval == Approval::Automatic,
        versions: published
            .map(|version| OfferedVersion {
                version: version.name.to_string(),
                deprecated: matches!(version.state, Lifecycle::Deprecated { .. }),
                operations: version
                    .operations
                    .iter()
                    .map(|o| o.name.to_string())
                    .collect(),
            })
            .collect(),
        plans: covering
            .map(|plan| OfferedPlan {
                plan: plan.name.to_string(),
                scopes: plan.scopes.iter().map(ToString::to_string).collect(),
            })
            .collect(),
        scopes: service
            .scopes
            .iter()
            .map(|scope| scope.name.to_string())
            .collect(),
    }
}
