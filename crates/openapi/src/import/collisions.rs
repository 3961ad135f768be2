//! Operations that requests could not tell apart.

use super::Operation;
use super::template::shape;
use crate::report::{Report, quote};
use std::collections::{BTreeSet, HashMap};

/// What several operations come to together.
struct Together {
    scopes: BTreeSet<String>,
    /// None once one of them takes any.
    media_types: Option<BTreeSet<String>>,
}

impl Together {
    fn new(first: &Operation) -> Self {
        let any = first.media_types.is_empty();
        Self {
            scopes: first.scopes.iter().cloned().collect(),
            media_types: (!any).then(|| first.media_types.iter().cloned().collect()),
        }
    }

    /// Adds another one. Whether callers have to have more from now on.
    fn add(&mut self, first: &mut Operation, other: Operation) -> bool {
        let mut stricter = false;
        if !other.anonymous {
            stricter = first.anonymous;
            first.anonymous = false;
            for scope in other.scopes {
                stricter |= self.scopes.insert(scope);
            }
        }
        match &mut self.media_types {
            Some(types) if !other.media_types.is_empty() => types.extend(other.media_types),
            types => *types = None,
        }
        first.max_body = first.max_body.zip(other.max_body).map(|(a, b)| a.max(b));
        stricter
    }
}

/// Keeps the first of the operations that requests could not tell apart, as strict as the
/// strictest of them: who calls the others comes there.
pub(super) fn settle(operations: Vec<Operation>, report: &mut Report) -> Vec<Operation> {
    let mut kept: Vec<Operation> = Vec::with_capacity(operations.len());
    let mut places: HashMap<(String, String), usize> = HashMap::new();
    let mut together: HashMap<usize, Together> = HashMap::new();
    for operation in operations {
        let place = (operation.method.clone(), shape(&operation.path));
        let found = places.get(&place).copied();
        let Some((at, first)) = found.and_then(|at| Some((at, kept.get_mut(at)?))) else {
            places.insert(place, kept.len());
            kept.push(operation);
            continue;
        };
        let what = format!(
            "requests cannot tell {} {} from {}",
            operation.method,
            quote(&operation.path),
            quote(&first.path)
        );
        let pointer = operation.pointer.clone();
        let all = together.entry(at).or_insert_with(|| Together::new(first));
        let name = quote(&first.name);
        let instead = if all.add(first, operation) {
            format!("left out: they come to {name}, which asks for what both ask for")
        } else {
            format!("left out: they come to {name}")
        };
        report.add(pointer, what, instead);
    }
    for (at, all) in together {
        if let Some(first) = kept.get_mut(at) {
            first.scopes = all.scopes.into_iter().collect();
            first.media_types = all.media_types.into_iter().flatten().collect();
        }
    }
    kept
}
