//! Who may call an operation, and what an app may call. Asked of the stages about callers, for
//! every credential in question; what a request looks like and where it comes from is left open.

mod told;

pub use told::{Access, Callable, Callers, CallingApp};

use crate::made::{QuestionError, head_of};
use postern_model::Code;
use postern_model::entity::{App, Credential, Method, Name};
use postern_policy::caller::{Judged, Towards, judge};
use postern_policy::facts::{CertificateVerdict, CredentialVerdict, EdgeReading, Tls};
use postern_policy::head::Head;
use postern_policy::router::Route;
use postern_policy::{Connection, Decision, Depth, Directory, Live, Rules, Snapshot, Step, Walk};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

/// So often the stages are asked for one answer; what is left then is said to be left.
const MOST_ASKED: usize = 500_000;
/// Most credentials that are named for one app or operation.
const MOST_NAMED: usize = 10;

/// Where a request for that method, target and host is routed to. `at` is Unix time in
/// milliseconds.
///
/// # Errors
/// It is no request; `Ok(Err)` says in a sentence why it is routed nowhere.
pub fn routed(
    rules: &Rules,
    [method, target]: [&str; 2],
    host: Option<&str>,
    at: i64,
) -> Result<Result<Route, String>, QuestionError> {
    let head = head_of(method, target, host)?;
    let name = host.and_then(|host| host.split(':').next());
    let over = |tls: Option<Tls>| {
        let connection = nowhere(tls);
        let live = Live::new(&head, &connection, at);
        live.provide_edge(EdgeReading::default());
        live.provide_certificate(CertificateVerdict::Missing);
        let directory = Directory::default();
        let snapshot = Snapshot {
            rules,
            directory: &directory,
        };
        let mut walk = Walk::new(Depth::FirstDenial);
        let step = walk.step(&snapshot, &live);
        match (walk.route(), step) {
            (Some(route), _) => Ok(*route),
            (None, Step::Done(Decision::Refuse(denial))) => Err(Some(denial)),
            (None, _) => Err(None),
        }
    };
    let encrypted = over(Some(Tls {
        version: postern_model::entity::TlsVersion::V1_3,
        sni: name.map(|name| name.to_ascii_lowercase().into()),
    }));
    let found = match encrypted {
        // No connection is asked about: that of a host that nobody serves is nobody's business.
        Err(Some(denial)) if denial.code == Code::Misdirected => over(None),
        found => found,
    };
    Ok(found.map_err(|denial| match denial {
        Some(denial) => denial.detail(),
        None => "The gateway answers that itself.".to_owned(),
    }))
}

/// Who may call the operation of a route. At most `limit` apps; `at` is Unix time in milliseconds.
pub fn who_can(
    snapshot: &Snapshot<'_>,
    route: &Route,
    method: Method,
    limit: usize,
    at: i64,
) -> Callers {
    let (rules, directory) = (snapshot.rules, snapshot.directory);
    let service = rules.service(route);
    let mut asking = Asking::new(snapshot, at);
    let mut callers = Callers {
        service: service.name.to_string(),
        version: rules.version(route).name.to_string(),
        operation: rules.operation(route).name.to_string(),
        method: method.as_str().to_owned(),
        everybody: rules.authentication(route).is_none() || rules.operation(route).anonymous,
        apps: Vec::new(),
        more: false,
    };
    let Some(accepted) = rules.authentication(route) else {
        return callers;
    };
    let needs_subscription = accepted.subscription && !rules.operation(route).anonymous;
    let names: BTreeSet<&Name> = if needs_subscription {
        let rows = directory.subscriptions();
        rows.filter(|row| row.service == service.name)
            .map(|row| &row.app)
            .collect()
    } else {
        directory.apps().map(|app| &app.name).collect()
    };
    let mut keys: BTreeMap<&Name, Vec<&Arc<Credential>>> = BTreeMap::new();
    for row in directory
        .credentials()
        .filter(|row| names.contains(&row.app))
    {
        keys.entry(&row.app).or_default().push(row);
    }
    for (name, mut keys) in keys {
        let Some(app) = directory.app(name) else {
            continue;
        };
        keys.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        let with = asking.with(&keys, route, &[method]);
        if with.credentials.is_empty() {
            continue;
        }
        if callers.apps.len() == limit {
            callers.more = true;
            break;
        }
        callers.apps.push(CallingApp {
            app: app.name.to_string(),
            tenant: app.tenant.to_string(),
            plan: with.plan,
            credentials: with.credentials,
            environments: with.environments.into_iter().collect(),
        });
    }
    callers.more |= asking.left == 0;
    callers
}

/// What an app may call: at most `limit` operations, in the order of the configuration; `at` is
/// Unix time in milliseconds.
pub fn access_of(snapshot: &Snapshot<'_>, app: &App, limit: usize, at: i64) -> Access {
    let (rules, directory) = (snapshot.rules, snapshot.directory);
    let rows = directory.credentials().filter(|row| row.app == app.name);
    let mut keys: Vec<_> = rows.collect();
    keys.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    let groups = app.groups.iter().filter_map(|name| directory.group(name));
    let groups = groups.filter(|group| group.is_for(&app.tenant));
    let mut access = Access {
        app: app.name.to_string(),
        tenant: app.tenant.to_string(),
        access_roles: app.access_roles.iter().map(ToString::to_string).collect(),
        groups: groups
            .map(|group| {
                let roles = group.access_roles.iter().map(ToString::to_string);
                (group.name.to_string(), roles.collect())
            })
            .collect(),
        operations: Vec::new(),
        more: false,
    };
    let mut asking = Asking::new(snapshot, at);
    for route in rules.routes() {
        let Some(callable) = callable(&mut asking, rules, &route, &keys) else {
            continue;
        };
        if access.operations.len() == limit {
            access.more = true;
            break;
        }
        access.operations.push(callable);
    }
    access.more |= asking.left == 0;
    access
}

fn callable(
    asking: &mut Asking<'_>,
    rules: &Rules,
    route: &Route,
    keys: &[&Arc<Credential>],
) -> Option<Callable> {
    use postern_model::entity::Lifecycle::{Draft, Retired};
    let (service, version) = (rules.service(route), rules.version(route));
    let operation = rules.operation(route);
    if matches!(version.state, Draft | Retired { .. }) {
        return None;
    }
    let methods: &[Method] = match operation.methods.as_slice() {
        [] => &Method::ALL,
        some => some,
    };
    let open = rules.authentication(route).is_none() || operation.anonymous;
    let with = if rules.authentication(route).is_none() {
        With::default()
    } else {
        asking.with(keys, route, methods)
    };
    if !open && with.credentials.is_empty() {
        return None;
    }
    let all = open || with.methods.len() == methods.len();
    let told: Vec<String> = methods
        .iter()
        .filter(|method| open || with.methods.contains(method))
        .map(|method| method.as_str().to_owned())
        .collect();
    Some(Callable {
        service: service.name.to_string(),
        version: version.name.to_string(),
        operation: operation.name.to_string(),
        methods: if all && operation.methods.is_empty() {
            Vec::new()
        } else {
            told
        },
        path: rules.plan(route).template.to_string(),
        plan: with.plan,
        credentials: with.credentials,
        environments: with.environments.into_iter().collect(),
    })
}

/// With what an operation may be called.
#[derive(Default)]
struct With {
    plan: Option<String>,
    credentials: Vec<String>,
    environments: BTreeSet<String>,
    methods: BTreeSet<Method>,
}

/// A question to the stages about callers, for many of them.
struct Asking<'a> {
    snapshot: &'a Snapshot<'a>,
    /// Of a request of which nothing is known.
    head: Head,
    connection: Connection,
    at: i64,
    /// So often they may still be asked.
    left: usize,
}

impl<'a> Asking<'a> {
    fn new(snapshot: &'a Snapshot<'a>, at: i64) -> Self {
        Self {
            snapshot,
            head: Head::default(),
            connection: nowhere(None),
            at,
            left: MOST_ASKED,
        }
    }

    /// Which of an app's credentials open an operation, each in its own environment.
    fn with(&mut self, keys: &[&Arc<Credential>], route: &Route, methods: &[Method]) -> With {
        let mut with = With::default();
        let published = &self.snapshot.rules.version(route).environments;
        for key in keys {
            if !published.is_empty() && !published.contains(&key.environment) {
                continue;
            }
            let mut opens = false;
            for method in methods {
                if self.left == 0 {
                    return with;
                }
                self.left -= 1;
                let judged = self.judge(key, route, *method);
                if judged.may_call() {
                    opens = true;
                    with.methods.insert(*method);
                    let subscription = judged.identity.and_then(|who| who.subscription);
                    with.plan = with.plan.or(subscription.map(|row| row.plan.to_string()));
                }
            }
            if opens {
                with.environments.insert(key.environment.to_string());
                if with.credentials.len() < MOST_NAMED {
                    with.credentials.push(key.id.to_string());
                }
            }
        }
        with
    }

    fn judge(&self, key: &Credential, route: &Route, method: Method) -> Judged {
        let only = key
            .restriction
            .as_ref()
            .and_then(|only| only.referrers.first());
        let from_page = only.map(|host| {
            // Some page that it may be used on.
            let mut head = Head::default();
            let page = format!("https://{}/", host.replace('*', "page"));
            head.fields.push(b"Referer", page.as_bytes());
            head
        });
        let head = from_page.as_ref().unwrap_or(&self.head);
        let live = Live::new(head, &self.connection, self.at);
        live.provide_credential(CredentialVerdict::Verified { id: key.id.clone() });
        let towards = Towards {
            route: *route,
            method,
            environment: &key.environment,
        };
        judge(self.snapshot, &live, &towards)
    }
}

/// A connection from nowhere in particular.
fn nowhere(tls: Option<Tls>) -> Connection {
    let unspecified = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
    Connection {
        peer: unspecified,
        local: unspecified,
        proxied_source: None,
        tls,
    }
}
