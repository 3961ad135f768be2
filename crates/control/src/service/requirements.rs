//! What operations ask of their callers, who may call them, and what an app may call.

use super::Service;
use crate::remembered::now as millis;
use crate::{Actor, Refusal};
use postern_explain::{Access, Callers, Requirements, access_of, requirements, routed, who_can};
use postern_model::entity::{Lifecycle, Method, Service as Published, Version, Visibility};
use postern_model::permission::{Grants, Point};
use postern_policy::router::Route;
use postern_policy::{Rules, Snapshot};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Most apps or operations in one answer.
const MOST: usize = 10_000;
/// So many where nothing is said.
const USUAL: usize = 100;

/// An operation: by its names, or by a method and a path.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperationAsked {
    /// `SERVICE/VERSION/OPERATION`, without the rest.
    #[serde(default)]
    pub operation: Option<String>,
    /// The method; with `operation`, one of it.
    #[serde(default)]
    pub method: Option<String>,
    /// The path.
    #[serde(default)]
    pub path: Option<String>,
    /// The host.
    #[serde(default)]
    pub host: Option<String>,
    /// Most apps in the answer.
    #[serde(default)]
    pub limit: Option<usize>,
}

/// An app, and how much is told of what it may call.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppAsked {
    /// The app.
    pub app: String,
    /// Most operations in the answer.
    #[serde(default)]
    pub limit: Option<usize>,
}

impl Service {
    /// What an operation asks of its callers, by what is served now.
    ///
    /// # Errors
    /// There is no such operation.
    pub async fn requirements(
        &self,
        actor: &Actor,
        asked: OperationAsked,
    ) -> Result<Requirements, Refusal> {
        let grants = actor.grants.clone();
        self.ask(move |asking| {
            let rules = asking.running().rules();
            let rules = (*rules).as_ref();
            let (route, _) = find(rules, &grants, &asked)?;
            Ok(requirements(rules, &route, millis().div_euclid(1000)))
        })
        .await
    }

    /// What each operation of a version asks of its callers, by its name.
    pub(super) async fn requirements_of(
        &self,
        service: &str,
        version: &str,
    ) -> Result<BTreeMap<String, Value>, Refusal> {
        let (service, version) = (service.to_owned(), version.to_owned());
        self.ask(move |asking| {
            let rules = asking.running().rules();
            let rules = (*rules).as_ref();
            let now = millis().div_euclid(1000);
            let mut all = BTreeMap::new();
            for route in rules.routes() {
                let of = (rules.service(&route), rules.version(&route));
                if *of.0.name == *service && *of.1.name == *version {
                    let name = rules.operation(&route).name.to_string();
                    all.insert(name, super::encode(requirements(rules, &route, now))?);
                }
            }
            Ok(all)
        })
        .await
    }

    /// Which apps may call an operation, by what is served now.
    ///
    /// # Errors
    /// There is no such operation, or it does not have that method.
    pub async fn who_can(&self, actor: &Actor, asked: OperationAsked) -> Result<Callers, Refusal> {
        let grants = actor.grants.clone();
        self.ask(move |asking| {
            let rules = asking.running().rules();
            let rules = (*rules).as_ref();
            let directory = asking.directory();
            let (route, method) = find(rules, &grants, &asked)?;
            let owner = rules.service(&route).tenant.as_deref();
            if !grants.allow(Point::SubscriptionsRead, owner) {
                let message = "who calls a service is for its owners to know";
                return Err(Refusal::new("forbidden", message));
            }
            let snapshot = Snapshot {
                rules,
                directory: &directory,
            };
            let limit = most(asked.limit);
            let mut callers = who_can(&snapshot, &route, method, limit, millis());
            keep_secret(&mut callers, &grants);
            Ok(callers)
        })
        .await
    }

    /// What an app may call, by what is served now.
    ///
    /// # Errors
    /// There is no such app.
    pub async fn access(&self, actor: &Actor, asked: AppAsked) -> Result<Access, Refusal> {
        let grants = actor.grants.clone();
        self.ask(move |asking| {
            let directory = asking.directory();
            let app = directory.app(&asked.app);
            let known = app.filter(|app| grants.allow(Point::AppsRead, Some(&app.tenant)));
            let Some(app) = known else {
                let shown = asked.app.escape_debug();
                return Err(Refusal::new(
                    "not_found",
                    format!("there is no app `{shown}`"),
                ));
            };
            let rules = asking.running().rules();
            let rules = (*rules).as_ref();
            let snapshot = Snapshot {
                rules,
                directory: &directory,
            };
            let mut access = access_of(&snapshot, app, most(asked.limit), millis());
            if !grants.allow(Point::CredentialsRead, Some(&app.tenant)) {
                for operation in &mut access.operations {
                    operation.credentials.clear();
                }
            }
            Ok(access)
        })
        .await
    }
}

/// Takes out what an actor may not know: credentials of other tenants, and apps of other tenants
/// that have no subscription.
fn keep_secret(callers: &mut Callers, grants: &Grants) {
    callers
        .apps
        .retain(|app| app.plan.is_some() || grants.allow(Point::AppsRead, Some(&app.tenant)));
    for app in &mut callers.apps {
        if !grants.allow(Point::CredentialsRead, Some(&app.tenant)) {
            app.credentials.clear();
        }
    }
}

/// Whether an actor may know that the operation is there: it is published for everybody or for a
/// tenant of theirs, or they may see what its owner has.
pub(super) fn is_visible(service: &Published, version: &Version, grants: &Grants) -> bool {
    let sees = |tenant: Option<&str>| grants.allow(Point::ServicesRead, tenant);
    let is_published = version.state != Lifecycle::Draft;
    let is_for_them = || match &service.visibility {
        Visibility::Public => true,
        Visibility::Private { shared_with } => shared_with.iter().any(|t| sees(Some(t))),
    };
    sees(service.tenant.as_deref()) || (is_published && is_for_them())
}

fn most(limit: Option<usize>) -> usize {
    limit.unwrap_or(USUAL).min(MOST)
}

/// The operation that is asked about, and a method of it.
fn find(
    rules: &Rules,
    grants: &Grants,
    asked: &OperationAsked,
) -> Result<(Route, Method), Refusal> {
    let method = asked.method.as_deref().map(method).transpose()?;
    // The same of what is not there and of what is not for them.
    let unseen = || match &asked.operation {
        Some(names) => {
            let names: String = names
                .chars()
                .take(200)
                .flat_map(char::escape_debug)
                .collect();
            Refusal::new("not_found", format!("there is no operation `{names}`"))
        }
        None => Refusal::new("not_found", "no operation answers that")
            .help("`--host` says which host is asked; SERVICE/VERSION/OPERATION names one"),
    };
    let route = match (&asked.operation, method, &asked.path) {
        (Some(names), _, None) => named(rules, names)?.ok_or_else(unseen)?,
        (None, Some(method), Some(path)) => {
            let host = asked.host.as_deref();
            let found = routed(rules, [method.as_str(), path], host, millis())?;
            found.map_err(|why| {
                // Why tells of services that not everybody sees.
                if !grants.allow_everywhere(Point::ServicesRead) {
                    return unseen();
                }
                Refusal {
                    message: format!("no operation answers that: {why}"),
                    ..unseen()
                }
            })?
        }
        _ => {
            return Err(Refusal::invalid(
                "expected a method and a path, or SERVICE/VERSION/OPERATION",
            ));
        }
    };
    if !is_visible(rules.service(&route), rules.version(&route), grants) {
        return Err(unseen());
    }
    let methods = &rules.operation(&route).methods;
    let first = methods.first().copied().unwrap_or(Method::Get);
    let method = method.unwrap_or(first);
    if method.is_among(methods) {
        Ok((route, method))
    } else {
        let message = format!("the operation does not answer {}", method.as_str());
        Err(Refusal::invalid(message))
    }
}

fn method(token: &str) -> Result<Method, Refusal> {
    Method::parse(token.as_bytes()).ok_or_else(|| {
        let shown: String = token
            .chars()
            .take(40)
            .flat_map(char::escape_debug)
            .collect();
        Refusal::invalid(format!("`{shown}` is not a method that the gateway knows"))
            .help("methods are upper case, such as `GET`")
    })
}

fn named(rules: &Rules, names: &str) -> Result<Option<Route>, Refusal> {
    let mut parts = names.split('/');
    let place = (parts.next(), parts.next(), parts.next(), parts.next());
    let (Some(service), Some(version), Some(operation), None) = place else {
        let shown = names.escape_debug();
        return Err(
            Refusal::invalid(format!("`{shown}` does not name an operation"))
                .help("expected SERVICE/VERSION/OPERATION, such as `orders/v1/create-order`"),
        );
    };
    Ok(rules.route_named([service, version, operation]))
}
