//! Where the requests of a version go: to an upstream, and maybe to another one in an environment.

use super::Resolver;
use super::declared::{ENVIRONMENT, refer};
use super::service::Above;
use crate::code::Code;
use crate::document::service as document;
use crate::findings::quote;
use crate::located::At;
use postern_model::entity::Name;

impl Resolver<'_, '_> {
    /// The upstream of that name, of those that the service may use.
    pub(super) fn upstream_of(&mut self, given: &At<String>, above: &Above<'_>) -> Option<usize> {
        let found = above.upstreams.get(given.value.as_str()).copied();
        let declared = self.declared(&["upstreams"])?;
        let usable = |name: &&str| self.may_use("upstreams", name, above.tenant);
        let usable: Vec<String> = declared
            .into_iter()
            .filter(usable)
            .map(str::to_owned)
            .collect();
        if usable.contains(&given.value) {
            return found;
        }
        let message = format!(
            "service {} goes to an upstream that does not exist",
            quote(above.service)
        );
        let label = format!("no upstream {}", quote(&given.value));
        let more = self
            .findings
            .error(Code::UnknownUpstream, given.span, &message, &label);
        let more = match above.tenant {
            Some(_) => more.note("an upstream that has a `tenant` is there for its services only"),
            None => more,
        };
        if usable.is_empty() {
            more.help("declare it in `upstreams`");
        } else {
            more.did_you_mean(&given.value, usable.iter().map(String::as_str));
        }
        None
    }

    /// The upstreams that a version goes to in environments of their own.
    pub(super) fn upstreams_of(
        &mut self,
        name: &At<String>,
        given: &document::Version,
        above: &Above<'_>,
    ) -> Vec<(Name, usize)> {
        let mut found = Vec::new();
        let published = given.environments.as_deref().unwrap_or_default();
        for (environment, upstream) in given.upstreams.iter().flat_map(|all| &all.0) {
            let shown = format!("version {}", quote(&name.value));
            let declared = refer(
                self.findings,
                &ENVIRONMENT,
                &self.names.environments,
                environment,
                || format!("{shown} has an upstream in an environment that does not exist"),
            );
            let is_there = published.is_empty()
                || published
                    .iter()
                    .any(|other| other.value == environment.value);
            if declared && !is_there {
                let message = format!("{shown} has an upstream where it is not published");
                let label = format!("{} is not in `environments`", quote(&environment.value));
                self.findings
                    .error(Code::Conflict, environment.span, &message, &label);
            }
            if let Some(at) = self.upstream_of(upstream, above) {
                found.push((environment.value.as_str().into(), at));
            }
        }
        found
    }
}
