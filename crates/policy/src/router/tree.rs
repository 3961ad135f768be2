//! A tree of path segments.

use super::template::{Segment, Template};
use super::{Leaf, Params, Route};
use crate::fields::Span;

/// A template, and whether a caller may be told about it.
#[derive(Debug)]
pub(super) struct Listing {
    pub(super) template: Template,
    pub(super) route: Route,
    /// Retired, or of a service that not everybody may know of.
    pub(super) unlisted: bool,
}

/// The templates of one host pattern.
#[derive(Debug, Default)]
pub(super) struct Tree {
    root: Node,
    listings: Vec<Listing>,
}

#[derive(Debug, Default)]
struct Node {
    /// Sorted by text.
    literals: Vec<(Box<str>, Node)>,
    param: Option<Box<Node>>,
    rest: Option<Leaf>,
    leaf: Option<Leaf>,
}

impl Tree {
    /// Lists an operation, and gives the leaf where it belongs.
    pub(super) fn insert(
        &mut self,
        template: &Template,
        route: Route,
        unlisted: bool,
    ) -> &mut Leaf {
        self.listings.push(Listing {
            template: template.clone(),
            route,
            unlisted,
        });
        let mut node = &mut self.root;
        for segment in &template.segments {
            node = match segment {
                Segment::Literal(text) => node.literal(text),
                Segment::Param => node.param.get_or_insert_default(),
                Segment::Rest => {
                    return node.rest.get_or_insert_default();
                }
            };
        }
        node.leaf.get_or_insert_default()
    }

    /// The leaf of the best template for a normal path.
    pub(super) fn find(&self, path: &[u8], params: &mut Params) -> Option<&Leaf> {
        params.clear();
        self.root.find(path, Some(1), params)
    }

    /// What stands in it.
    pub(super) fn listings(&self) -> &[Listing] {
        &self.listings
    }
}

impl Node {
    fn literal(&mut self, text: &str) -> &mut Self {
        let at = match self
            .literals
            .binary_search_by(|(have, _)| have.as_ref().cmp(text))
        {
            Ok(at) => at,
            Err(at) => {
                self.literals.insert(at, (text.into(), Self::default()));
                at
            }
        };
        #[expect(
            clippy::indexing_slicing,
            reason = "found or inserted just now; compile time only"
        )]
        &mut self.literals[at].1
    }

    /// Recursion is as deep as the longest template, not as the path.
    fn find(&self, path: &[u8], start: Option<usize>, params: &mut Params) -> Option<&Leaf> {
        let Some(start) = start else {
            return self.leaf.as_ref();
        };
        let rest = path.get(start..)?;
        let length = rest.iter().position(|&b| b == b'/');
        let segment = rest.get(..length.unwrap_or(rest.len()))?;
        let next = length.map(|n| start + n + 1);
        // Servlet-like upstreams do not see `;` parameters, so rules must not be dodged by them.
        let bare = segment
            .iter()
            .position(|&b| b == b';')
            .and_then(|at| segment.get(..at))
            .unwrap_or(segment);
        let literal = self
            .literals
            .binary_search_by(|(have, _)| have.as_bytes().cmp(bare))
            .ok()
            .and_then(|at| self.literals.get(at))
            .and_then(|(_, node)| node.find(path, next, params));
        if literal.is_some() {
            return literal;
        }
        if let Some(node) = &self.param
            && !bare.is_empty()
        {
            params.push(Span::new(start, start + bare.len()));
            if let Some(leaf) = node.find(path, next, params) {
                return Some(leaf);
            }
            params.pop();
        }
        let leaf = self.rest.as_ref()?;
        params.push(Span::new(start, path.len()));
        Some(leaf)
    }
}
