//! What templates are shown of a request: nothing that is a credential.

use super::pairs;
use crate::exchange::attempt::Exchange;
use crate::redact::{hides_header, hides_parameter};
use postern_transform::{Asked, Scene, decoded, parameters};
use std::str;

impl Exchange<'_> {
    /// The operation's parameters, as they stand in the path.
    pub(super) fn params(&self) -> Vec<(&str, &str)> {
        let rules = &self.state.snapshot().rules;
        let names = rules.plan(&self.allowed.route).parameters.iter();
        let values = names.enumerate().filter_map(|(at, name)| {
            let value = self.allowed.params.get(at, self.allowed.path)?;
            Some((&**name, str::from_utf8(value).ok()?))
        });
        values.collect()
    }

    /// What templates read.
    pub(super) fn scene(&self) -> Scene {
        let rules = &self.state.snapshot().rules;
        let service = rules.service(&self.allowed.route);
        let (withheld, withheld_query) = self.allowed.withheld(rules);
        let fields = self.head.fields.iter();
        let headers = pairs(fields.map(|field| (field.name, field.value)), |name| {
            let is =
                |other: &postern_model::entity::Name| name.eq_ignore_ascii_case(other.as_bytes());
            withheld.iter().any(is) || hides_header(Some(service), name)
        });
        let query = parameters(self.head.query().unwrap_or_default());
        let query = query.into_iter().filter(|(name, _)| {
            !withheld_query.iter().any(|other| **other == **name)
                && !hides_parameter(Some(service), name)
        });
        let consumer = self.allowed.consumer(rules);
        let identity = consumer.map(|consumer| consumer.identity);
        let token = identity.and_then(|identity| identity.token.as_ref());
        let params = self.params().into_iter();
        let id = &self.id;
        Scene::new(&Asked {
            method: self.allowed.method.as_str(),
            path: str::from_utf8(self.allowed.path).unwrap_or_default(),
            params: params
                .map(|(name, value)| (name, decoded(value.as_bytes(), false)))
                .collect(),
            query: query.collect(),
            headers,
            id: str::from_utf8(id.as_bytes()).unwrap_or_default(),
            service: &service.name,
            version: &rules.version(&self.allowed.route).name,
            operation: &rules.operation(&self.allowed.route).name,
            environment: rules.environment(self.allowed.environment),
            app: identity.map(|identity| &*identity.app.name),
            tenant: identity.map(|identity| &*identity.tenant.name),
            plan: identity
                .and_then(|identity| identity.plan(rules))
                .map(|plan| &*plan.name),
            user: token.and_then(|token| token.user.as_deref()),
        })
    }
}
