//! From host, path and method to an operation.
//!
//! Hosts: the exact name, then `*.` patterns from the longest suffix to the shortest, then
//! services without hosts. The first of these where a template matches the path decides. In a
//! tree of segments, a literal goes before `{name}` and that before `{*name}`, with backtracking;
//! each node is visited at most once. The path alone chooses the template: a method that the best
//! template does not have is not looked for in a worse one.
//!
//! Drafts stand in trees of their own: they never change what a caller sees.

pub(crate) mod hosts;
mod nearest;
pub(crate) mod template;
#[cfg(test)]
mod tests;
mod tree;

use crate::fields::Span;
use crate::rules::CompileError;
use hosts::Hosts;
use postern_model::entity::{Configuration, Lifecycle, Method, Name};
use smallvec::SmallVec;
use template::Template;
use tree::Tree;

/// Everything below it belongs to the gateway, on every host.
pub const RESERVED: &str = "/.well-known/postern";

/// Most parameters of one template.
pub const MAX_PARAMS: usize = 16;

/// One operation, by position in the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Route {
    /// Index into the services.
    pub service: usize,
    /// Index into the service's versions.
    pub version: usize,
    /// Index into the version's operations.
    pub operation: usize,
    /// Index into the compiled operations.
    pub(crate) plan: usize,
}

/// The path parameters of a match: pieces of the normal path, in the order of the template.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Params {
    /// Few templates have more: no room is asked for.
    spans: SmallVec<[Span; 4]>,
}

impl Params {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The value of one, given the normal path. `;` parameters are not part of it, except in the
    /// rest of a path.
    pub fn get<'a>(&self, index: usize, path: &'a [u8]) -> Option<&'a [u8]> {
        let span = self.spans.get(index)?;
        path.get(span.start()..span.end())
    }

    fn push(&mut self, span: Span) {
        self.spans.push(span);
    }

    fn clear(&mut self) {
        self.spans.clear();
    }

    fn pop(&mut self) {
        self.spans.pop();
    }
}

/// A set of methods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Methods(u32);

impl Methods {
    pub(crate) fn of(list: &[Method]) -> Self {
        if list.is_empty() {
            return Self::of(&Method::ALL);
        }
        let set = Self(list.iter().fold(0, |set, &m| set | 1 << m as u32));
        set.without_connect()
    }

    /// A tunnel is never an operation.
    fn without_connect(self) -> Self {
        Self(self.0 & !(1 << Method::Connect as u32))
    }

    pub(crate) const fn has(self, method: Method) -> bool {
        self.0 & (1 << method as u32) != 0
    }

    /// Whether a request with that method is for it. HEAD is GET without the body
    /// (RFC 9110 §9.3.2).
    pub(crate) const fn answers(self, method: Method) -> bool {
        self.has(method) || (matches!(method, Method::Head) && self.has(Method::Get))
    }
}

/// An operation at a leaf.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate {
    pub(crate) route: Route,
    pub(crate) methods: Methods,
    /// It names no methods, so that one that does goes first.
    any_method: bool,
    pub(crate) retired: bool,
}

impl Candidate {
    /// Whether nothing but their order tells which of two answers a request.
    fn rivals(&self, other: &Self) -> bool {
        self.retired == other.retired
            && self.any_method == other.any_method
            && self.methods.0 & other.methods.0 != 0
    }
}

fn describe(configuration: &Configuration, route: Route) -> Box<str> {
    let service = configuration.services.get(route.service);
    let version = service.and_then(|s| s.versions.get(route.version));
    let operation = version.and_then(|v| v.operations.get(route.operation));
    let names = [
        service.map(|s| &*s.name),
        version.map(|v| &*v.name),
        operation.map(|o| &*o.name),
    ];
    names.map(Option::unwrap_or_default).join(" ").into()
}

/// Everything that stands at one template.
#[derive(Debug, Clone, Default)]
pub(crate) struct Leaf {
    pub(crate) candidates: Vec<Candidate>,
}

impl Leaf {
    pub(crate) fn choose(&self, method: Method) -> Option<&Candidate> {
        self.candidates
            .iter()
            .filter(|c| c.methods.answers(method))
            .min_by_key(|c| (c.retired, c.any_method, !c.methods.has(method)))
    }
}

/// What was found.
#[derive(Debug)]
pub(crate) enum Found<'a> {
    /// An operation.
    Operation(&'a Candidate),
    /// Operations at that path, with other methods.
    OtherMethods(&'a Leaf),
    /// Nothing public, but a draft.
    Draft,
    /// Nothing.
    Nothing {
        /// Whether any service answers on that host.
        host_known: bool,
    },
}

/// The compiled routes.
#[derive(Debug, Default)]
pub(crate) struct Router {
    hosts: Hosts,
    public: Vec<Tree>,
    drafts: Vec<Tree>,
}

impl Router {
    /// Compiles the routes of a configuration; `plans` is called for each operation, in order, and
    /// gives the index of its plan.
    pub(crate) fn compile(
        configuration: &Configuration,
        mut plan: impl FnMut(Route, &Template) -> Result<usize, CompileError>,
    ) -> Result<Self, CompileError> {
        let mut router = Self::default();
        for (s, service) in configuration.services.iter().enumerate() {
            let trees = router.trees_of(&service.hosts);
            // Hints name what everybody may know of.
            let private = service.conceals_itself();
            for (v, version) in service.versions.iter().enumerate() {
                for (o, operation) in version.operations.iter().enumerate() {
                    let text = format!(
                        "{}{}{}",
                        service.base_path, version.base_path, operation.path
                    );
                    let refuse = |problem| CompileError::Template {
                        service: service.name.clone(),
                        version: version.name.clone(),
                        operation: operation.name.clone(),
                        problem,
                    };
                    let template = Template::parse(&text).map_err(refuse)?;
                    let mut route = Route {
                        service: s,
                        version: v,
                        operation: o,
                        plan: 0,
                    };
                    route.plan = plan(route, &template)?;
                    let candidate = Candidate {
                        route,
                        methods: Methods::of(&operation.methods),
                        any_method: operation.methods.is_empty(),
                        retired: matches!(version.state, Lifecycle::Retired { .. }),
                    };
                    let forest = if matches!(version.state, Lifecycle::Draft) {
                        &mut router.drafts
                    } else {
                        &mut router.public
                    };
                    for &tree in &trees {
                        let Some(tree) = forest.get_mut(tree) else {
                            continue;
                        };
                        let leaf = tree.insert(&template, route, candidate.retired || private);
                        let rival = leaf.candidates.iter().find(|c| c.rivals(&candidate));
                        if let Some(rival) = rival {
                            return Err(CompileError::Conflict {
                                first: describe(configuration, rival.route),
                                second: describe(configuration, route),
                                path: template.text,
                            });
                        }
                        leaf.candidates.push(candidate);
                    }
                }
            }
        }
        Ok(router)
    }

    /// The trees of a service's hosts, made where they are missing.
    fn trees_of(&mut self, hosts: &[Name]) -> Vec<usize> {
        let mut trees: Vec<usize> = if hosts.is_empty() {
            vec![self.hosts.any()]
        } else {
            hosts.iter().map(|host| self.hosts.add(host)).collect()
        };
        trees.sort_unstable();
        trees.dedup();
        self.public.resize_with(self.hosts.len(), Tree::default);
        self.drafts.resize_with(self.hosts.len(), Tree::default);
        trees
    }

    /// What stands at a path, whatever the method. Allocates nothing.
    pub(crate) fn leaf(
        &self,
        host: Option<&[u8]>,
        path: &[u8],
        params: &mut Params,
    ) -> Option<&Leaf> {
        let mut trees = self.hosts.matching(host);
        trees.find_map(|tree| self.public.get(tree)?.find(path, params))
    }

    /// Finds the operation of a request. Allocates nothing.
    pub(crate) fn find(
        &self,
        host: Option<&[u8]>,
        path: &[u8],
        method: Method,
        params: &mut Params,
    ) -> Found<'_> {
        if let Some(leaf) = self.leaf(host, path, params) {
            return match leaf.choose(method) {
                Some(candidate) => Found::Operation(candidate),
                None => Found::OtherMethods(leaf),
            };
        }
        // From here on it is a refusal; a draft only changes what the record says.
        let mut host_known = false;
        for tree in self.hosts.matching(host) {
            host_known = true;
            let leaf = self.drafts.get(tree).and_then(|t| t.find(path, params));
            if leaf.is_some_and(|l| l.choose(method).is_some()) {
                return Found::Draft;
            }
        }
        Found::Nothing { host_known }
    }

    /// The public operations whose templates are most like a path that matches none, of those
    /// that are `here`: at most three. For refusals; its work is bounded.
    pub(crate) fn nearest(
        &self,
        host: Option<&str>,
        path: &str,
        here: impl Fn(&Route) -> bool,
    ) -> Vec<String> {
        let listings = self
            .hosts
            .matching(host.map(str::as_bytes))
            .filter_map(|tree| self.public.get(tree))
            .flat_map(Tree::listings)
            .filter(|listing| here(&listing.route));
        nearest::nearest(path, listings)
    }
}
