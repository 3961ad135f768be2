//! A version as an `OpenAPI` document.

use super::Service;
use super::effective::positions;
use super::importing::missing;
use super::requirements::is_visible;
use crate::{Actor, Refusal};
use postern_model::entity::{Configuration, Mode, PolicyRule, Service as Published};
use postern_model::permission::Grants;
use postern_openapi::{Export, Exported, KeyPlaces, export};
use postern_policy::Rules;
use serde::Deserialize;
use serde_json::Value;

/// Which version.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// The service.
    pub service: String,
    /// Its version.
    pub version: String,
}

impl Service {
    /// Writes a version as an `OpenAPI` 3.1 document, with what each operation asks of its callers.
    ///
    /// # Errors
    /// There is no such version, for the actor.
    pub async fn openapi(&self, actor: &Actor, wanted: &Wanted) -> Result<Value, Refusal> {
        let configuration = self.running.configuration();
        let mut services = configuration.services.iter();
        let service = services.find(|one| *one.name == *wanted.service);
        let version = service.and_then(|service| {
            let mut versions = service.versions.iter();
            versions.find(|one| *one.name == *wanted.version)
        });
        match (service, version) {
            (Some(service), Some(version)) if is_visible(service, version, &actor.grants) => {}
            // Who may see all of them is told which there are.
            _ if actor.grants == Grants::everything() => {}
            _ => return Err(missing(&wanted.service)),
        }
        let requirements = self
            .requirements_of(&wanted.service, &wanted.version)
            .await?;
        let [service_at, version_at] = positions(&configuration, &wanted.service, &wanted.version)?;
        let kept = self.kept(&wanted.service, &wanted.version).await?;
        let kept = kept.unwrap_or_default();
        let service = configuration.services.get(service_at);
        let found = service.and_then(|service| Some((service, service.versions.get(version_at)?)));
        let Some((service, version)) = found else {
            return Err(Refusal::new("failed", "the version is gone"));
        };
        let servers = servers(&configuration, service, &version.base_path);
        let bodies: Vec<Body<'_>> = (0..version.operations.len())
            .map(|operation| body(&configuration, [service_at, version_at, operation]))
            .collect();
        let operations: Vec<Exported<'_>> = version
            .operations
            .iter()
            .zip(bodies)
            .map(|(operation, body)| {
                let origin = kept.operations.get(&*operation.name);
                let pointer = origin.and_then(|origin| origin.get("pointer"));
                Exported {
                    name: &operation.name,
                    methods: operation.methods.iter().map(|m| m.as_str()).collect(),
                    path: &operation.path,
                    scopes: operation.scopes.iter().map(|scope| &**scope).collect(),
                    anonymous: operation.anonymous,
                    media_types: body.media_types,
                    max_body: body.max_size,
                    pointer: pointer.and_then(Value::as_str),
                }
            })
            .collect();
        let scopes = service.scopes.iter();
        let original = kept.original.as_ref();
        Ok(export(&Export {
            title: &service.name,
            version: &version.name,
            servers: &servers,
            operations: &operations,
            scopes: scopes
                .map(|scope| {
                    let said = scope.description.as_ref().unwrap_or(&scope.name);
                    (scope.name.to_string(), said.to_string())
                })
                .collect(),
            key_places: service.authentication.as_ref().map(|given| KeyPlaces {
                headers: given.headers.iter().map(ToString::to_string).collect(),
                query: given.query.iter().map(ToString::to_string).collect(),
            }),
            requirements,
            original: original.map(|(document, dialect)| (document, *dialect)),
        }))
    }
}

/// The URLs that all paths of a version begin with. Without a host, they are relative.
fn servers(configuration: &Configuration, service: &Published, base_path: &str) -> Vec<String> {
    let prefix = format!("{}{base_path}", service.base_path);
    let tls = configuration.listeners.iter().any(|one| one.tls.is_some());
    let scheme = if tls { "https" } else { "http" };
    let hosts = service.hosts.iter().filter(|host| !host.starts_with('*'));
    let urls: Vec<String> = hosts
        .map(|host| format!("{scheme}://{host}{prefix}"))
        .collect();
    if !urls.is_empty() {
        return urls;
    }
    vec![if prefix.is_empty() {
        "/".to_owned()
    } else {
        prefix
    }]
}

/// What a body may be.
#[derive(Debug, Default)]
struct Body<'a> {
    media_types: Vec<&'a str>,
    max_size: Option<u64>,
}

/// What the policies of an operation say about bodies, all of them together.
fn body(configuration: &Configuration, at: [usize; 3]) -> Body<'_> {
    let mut body = Body::default();
    let holding = Rules::effective_of(configuration, at).into_iter();
    let holding = holding
        .filter(|effective| effective.replaced_by.is_none())
        .filter_map(|effective| configuration.policies.get(effective.policy))
        .filter(|policy| policy.mode == Mode::Enforce);
    for policy in holding {
        match &policy.rule {
            // One for certain methods only says nothing of an operation with several.
            PolicyRule::Headers(rule) if rule.methods.is_empty() => {
                let types = rule.content_types.iter().map(|kind| &**kind);
                if body.media_types.is_empty() {
                    body.media_types = types.collect();
                } else if !rule.content_types.is_empty() {
                    let both: Vec<&str> = types.collect();
                    body.media_types.retain(|kind| both.contains(kind));
                }
            }
            PolicyRule::Body(rule) => {
                let most = body
                    .max_size
                    .map_or(rule.max_size, |most| most.min(rule.max_size));
                body.max_size = Some(most);
            }
            _ => {}
        }
    }
    body
}
