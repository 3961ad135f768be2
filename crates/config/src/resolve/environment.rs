//! Environments and their hosts.

use super::Resolver;
use crate::code::Code;
use crate::document::list as document;
use crate::findings::quote;
use crate::located::{At, Map};
use postern_model::entity::{Environment, Name, Service};
use std::collections::HashMap;

impl Resolver<'_, '_> {
    pub(super) fn environments(
        &mut self,
        given: Map<document::Environment>,
        services: &[Service],
    ) -> Vec<Environment> {
        let intact = self.root.get("services").is_none_or(|node| node.intact);
        let mut seen: HashMap<Name, Name> = HashMap::new();
        let mut environments = Vec::new();
        for (name, given) in given.0 {
            let mut hosts: Vec<Name> = Vec::new();
            let name: Name = name.value.into();
            for host in given.hosts.into_iter().flatten() {
                let shown = quote(&host.value.0);
                if hosts.contains(&host.value.0) {
                    let message = format!("host {shown} stands twice");
                    self.findings
                        .warning(Code::Conflict, host.span, &message, "the second one");
                    continue;
                }
                if let Some(other) = seen.insert(host.value.0.clone(), name.clone()) {
                    let message = format!("host {shown} is in two environments");
                    let label = format!("{} has it already", quote(&other));
                    self.findings
                        .error(Code::DuplicateHost, host.span, &message, &label);
                } else if intact && !answered(&host.value.0, services) {
                    self.unanswered(&name, &host.value.0, &host, services);
                }
                hosts.push(host.value.0);
            }
            environments.push(Environment { name, hosts });
        }
        environments
    }

    fn unanswered<T>(&mut self, environment: &str, host: &str, at: &At<T>, services: &[Service]) {
        let message = format!(
            "environment {} has a host that leads nowhere",
            quote(environment)
        );
        let all = services.iter().flat_map(|service| &service.hosts);
        self.findings
            .warning(
                Code::UnansweredHost,
                at.span,
                &message,
                "no service answers on it",
            )
            .did_you_mean(host, all.map(|host| &**host));
    }
}

/// Whether a service answers on a host, or on some of those that a pattern stands for.
fn answered(host: &str, services: &[Service]) -> bool {
    services.iter().any(|service| {
        service.hosts.is_empty() || service.hosts.iter().any(|other| overlap(host, other))
    })
}

/// Whether there is a host that both patterns stand for.
fn overlap(a: &str, b: &str) -> bool {
    // `.example.com` for `*.example.com`.
    let below = |pattern: &str, host: &str| {
        pattern
            .strip_prefix('*')
            .is_some_and(|domain| host.len() > domain.len() && host.ends_with(domain))
    };
    a == b || below(a, b) || below(b, a)
}
