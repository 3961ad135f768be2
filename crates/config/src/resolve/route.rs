//! What only shows when all operations lie side by side.

use super::Resolver;
use super::upstream::ResolvedUpstream;
use crate::code::Code;
use crate::findings::quote;
use crate::scalar::path::{Part, parts};
use crate::source::Span;
use crate::tree::{Kind, Node};
use postern_model::entity::{Level, Method, Name, PathRewrite};
use postern_policy::router::RESERVED;
use std::collections::HashMap;

/// One operation with everything that its requests are found by.
pub(super) struct Route {
    /// Service, version and operation.
    pub name: String,
    /// The service's hosts.
    pub hosts: Vec<Name>,
    /// The whole path template, with all prefixes.
    pub path: String,
    /// Its methods; none for every method; absent when they were faulty.
    pub methods: Option<Vec<Method>>,
    /// Where its path stands.
    pub span: Span,
    /// The upstreams that it goes to, in any environment, as far as they are known.
    pub upstreams: Vec<usize>,
    /// The tenant that publishes it.
    pub tenant: Option<Name>,
    /// Whether its version is a draft: those are compared with each other only.
    pub draft: bool,
    /// Whether its version is retired: one that is not goes first.
    pub retired: bool,
}

impl Route {
    /// Whether policies of that level hold for it.
    pub(super) fn is_at(&self, level: &Level) -> bool {
        let mut names = self.name.split('/');
        let [service, version, operation] = [(); 3].map(|()| names.next().unwrap_or_default());
        match level {
            Level::Platform => true,
            Level::Tenant(tenant) => self.tenant.as_ref() == Some(tenant),
            Level::Service(s) => **s == *service,
            Level::Version(s, v) => **s == *service && **v == *version,
            Level::Operation(s, v, o) => **s == *service && **v == *version && **o == *operation,
        }
    }
}

/// Where operations may be in each other's way: draft, retired, host, and the shape of the path.
type Place<'a> = (bool, bool, Option<&'a str>, String);

impl Resolver<'_, '_> {
    pub(super) fn routes(&mut self, routes: &[Route], upstreams: &[ResolvedUpstream]) {
        self.duplicates(routes);
        self.reserved(routes);
        let mut used = vec![false; upstreams.len()];
        // One fault of an upstream is enough: the others are mostly the same.
        let mut faulty = vec![false; upstreams.len()];
        let ways = routes
            .iter()
            .flat_map(|r| r.upstreams.iter().map(move |at| (r, *at)));
        for (route, at) in ways {
            if let Some(used) = used.get_mut(at) {
                *used = true;
            }
            let (Some(upstream), Some(faulty)) = (upstreams.get(at), faulty.get_mut(at)) else {
                continue;
            };
            if !*faulty {
                *faulty = self.rewrite_fits(route, upstream);
            }
        }
        self.unused(upstreams, &used);
    }

    fn duplicates(&mut self, routes: &[Route]) {
        let mut seen: HashMap<Place<'_>, Vec<&Route>> = HashMap::new();
        for route in routes {
            let shape = shape(&route.path);
            let hosts = route.hosts.iter().map(|host| Some(&**host));
            let any = route.hosts.is_empty().then_some(None);
            let mut reported = false;
            for host in hosts.chain(any) {
                let place = (route.draft, route.retired, host, shape.clone());
                let before = seen.entry(place).or_default();
                let other = before.iter().find(|other| overlap(other, route).is_some());
                if let Some(other) = other.filter(|_| !reported) {
                    self.duplicate(route, other, host);
                    reported = true;
                }
                before.push(route);
            }
        }
    }

    fn duplicate(&mut self, route: &Route, other: &Route, host: Option<&str>) {
        if route.tenant != other.tenant {
            // Each of them is told of itself only.
            self.taken(route, other, host);
            self.taken(other, route, host);
            return;
        }
        let method = overlap(other, route).unwrap_or_default();
        let on = host.map_or_else(
            || "any host".to_owned(),
            |host| format!("host {}", quote(host)),
        );
        let message = format!(
            "operations {} and {} answer the same requests",
            quote(&other.name),
            quote(&route.name)
        );
        let label = format!("{method} {} on {on}", quote(&route.path));
        let line = self.findings.line(other.span.start);
        self.findings
            .error(Code::DuplicateOperation, route.span, &message, &label)
            .note(format!("the other one is in line {line}"));
    }

    fn taken(&mut self, route: &Route, other: &Route, host: Option<&str>) {
        let method = overlap(other, route).unwrap_or_default();
        let on = host.map_or_else(
            || "any host".to_owned(),
            |host| format!("host {}", quote(host)),
        );
        let message = format!(
            "operation {} answers requests that are not its service's alone",
            quote(&route.name)
        );
        let label = format!("{method} {} on {on} is taken", quote(&route.path));
        self.findings
            .error(Code::DuplicateOperation, route.span, &message, &label)
            .help("choose another host or another path");
    }

    fn reserved(&mut self, routes: &[Route]) {
        for route in routes {
            let below = route.path.strip_prefix(RESERVED);
            if below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
                let message = format!("operation {} is never reached", quote(&route.name));
                let label = format!("`{RESERVED}` belongs to the gateway itself");
                self.findings
                    .error(Code::InvalidPath, route.span, &message, &label);
            }
        }
    }

    /// Whether the path that the upstream gets can be made for this operation. `true` if not.
    fn rewrite_fits(&mut self, route: &Route, upstream: &ResolvedUpstream) -> bool {
        let Some(span) = upstream.path else {
            return false;
        };
        match &upstream.entity.path {
            PathRewrite::Keep => false,
            PathRewrite::Replace { strip, .. } => {
                let rest = route.path.strip_prefix(&**strip);
                let fits = rest.is_some_and(|rest| strip.is_empty() || rest.starts_with('/'));
                if !fits {
                    let message = format!(
                        "{} is not a prefix of all paths that go to upstream {}",
                        quote(strip),
                        quote(&upstream.entity.name)
                    );
                    let label = format!(
                        "operation {} is at {}",
                        quote(&route.name),
                        quote(&route.path)
                    );
                    self.findings
                        .error(Code::NotAPrefix, span, &message, &label);
                }
                !fits
            }
            PathRewrite::Template(template) => self.template_fits(template, span, route),
        }
    }

    fn template_fits(&mut self, template: &str, span: Span, route: &Route) -> bool {
        for part in parts(template) {
            let Some(name) = part.parameter() else {
                continue;
            };
            let mut names = parts(&route.path).filter_map(Part::parameter);
            if names.any(|known| known == name) {
                continue;
            }
            let shown = format!("`{{{name}}}`");
            let message = format!("operation {} has no parameter {shown}", quote(&route.name));
            let label = format!("its path is {}", quote(&route.path));
            let names = parts(&route.path).filter_map(Part::parameter);
            self.findings
                .error(Code::UnknownParameter, span, &message, &label)
                .did_you_mean(name, names);
            return true;
        }
        false
    }

    fn unused(&mut self, upstreams: &[ResolvedUpstream], used: &[bool]) {
        // What is wrong in the services may be what leads there.
        let certain = self.root.get("services").is_none_or(|node| node.intact);
        for (upstream, used) in upstreams.iter().zip(used) {
            if !used && certain && !self.named(&upstream.entity.name) {
                let name = quote(&upstream.entity.name);
                let message = format!("upstream {name} is not used");
                self.findings.warning(
                    Code::UnusedUpstream,
                    upstream.span,
                    &message,
                    "no version goes here",
                );
            }
        }
    }

    /// Whether a version names this upstream, though it has no operations.
    fn named(&self, upstream: &str) -> bool {
        let services = self
            .root
            .get("services")
            .map_or(&[][..], |node| node.entries());
        let versions = services
            .iter()
            .filter_map(|service| service.value.get("versions"));
        versions.flat_map(Node::entries).any(|version| {
            let others = version.value.get("upstreams");
            let others = others.map_or(&[][..], |node| node.entries());
            let others = others.iter().map(|entry| &entry.value);
            let mut names = version.value.get("upstream").into_iter().chain(others);
            names.any(|node| matches!(&node.kind, Kind::Scalar { text, .. } if text == upstream))
        })
    }
}

/// The first method for which only their order would tell which of two operations goes first; in
/// words for all of them. An operation that names its methods goes before one that does not.
fn overlap(a: &Route, b: &Route) -> Option<&'static str> {
    let (a, b) = (a.methods.as_ref()?, b.methods.as_ref()?);
    if a.is_empty() && b.is_empty() {
        return Some("every method");
    }
    let common = a.iter().find(|method| b.contains(method));
    common.map(|method| method.as_str())
}

/// A path template without the names of its parameters.
fn shape(path: &str) -> String {
    let mut shape = String::with_capacity(path.len());
    for part in parts(path) {
        shape.push('/');
        match part {
            Part::Literal(text) => shape.push_str(text),
            Part::One(_) => shape.push_str("{}"),
            Part::Rest(_) => shape.push_str("{*}"),
        }
    }
    shape
}
