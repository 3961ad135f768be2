//! What templates are shown of a request: nothing that is a credential.

use super::pairs;
use crate::exchange::attempt::Exchange;
use crate::redact::{hides_header, hides_parameter};
use postern_model::entity::{Name, Service};
use postern_policy::Rules;
use postern_transform::{Asked, Reads, Scene, decoded, parameters};
use std::str;

/// Names and values.
type Pairs = Vec<(String, String)>;

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

    /// What templates read; what none of them does is left out.
    pub(super) fn scene(&self, reads: Reads) -> Scene {
        let rules = &self.state.snapshot().rules;
        let service = rules.service(&self.allowed.route);
        let consumer = self.allowed.consumer(rules);
        let identity = consumer.map(|consumer| consumer.identity);
        let token = identity.and_then(|identity| identity.token.as_ref());
        let (headers, query) = self.shown(reads, rules, service);
        let params = self.params().into_iter().filter(|_| reads.has("params"));
        let id = &self.id;
        let asked = Asked {
            method: self.allowed.method.as_str(),
            path: str::from_utf8(self.allowed.path).unwrap_or_default(),
            params: params
                .map(|(name, value)| (name, decoded(value.as_bytes(), false)))
                .collect(),
            query,
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
        };
        Scene::new(&asked, reads)
    }

    /// Headers and parameters of the query that are nothing that proves who calls.
    fn shown(&self, reads: Reads, rules: &Rules, service: &Service) -> (Pairs, Pairs) {
        let (headers, query) = (reads.has("headers"), reads.has("query"));
        if !headers && !query {
            return Default::default();
        }
        let (withheld, withheld_query) = self.allowed.withheld(rules);
        let fields = self.head.fields.iter().filter(|_| headers);
        let fields = pairs(fields.map(|field| (field.name, field.value)), |name| {
            let is = |other: &Name| name.eq_ignore_ascii_case(other.as_bytes());
            withheld.iter().any(is) || hides_header(Some(service), name)
        });
        let sent = self.head.query().filter(|_| query);
        let parameters = parameters(sent.unwrap_or_default()).into_iter();
        let parameters = parameters.filter(|(name, _)| {
            !withheld_query.iter().any(|other| **other == **name)
                && !hides_parameter(Some(service), name)
        });
        (fields, parameters.collect())
    }
}
