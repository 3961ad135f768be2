//! What access roles allow and deny, inheritance included, worked out beforehand: a request looks
//! into a table, and walks nowhere.

use postern_model::entity::{AccessRole, Method, Name};
use std::collections::{BTreeMap, HashMap};

/// Methods, a bit each, in the order of [`Method::ALL`].
type Mask = u32;

/// Of every access role what it inherits, and of every operation what roles say of it.
#[derive(Debug, Default)]
pub(crate) struct Permissions {
    /// By role: itself and what it inherits, sorted.
    includes: Vec<Box<[usize]>>,
    /// By role: itself and what inherits it, sorted.
    included_by: Vec<Vec<usize>>,
    /// By service: roles that say something of it themselves.
    about: HashMap<Name, Vec<usize>>,
    /// By plan.
    operations: Vec<OfOperation>,
}

/// What roles say of one operation: by role, sorted, without those that say nothing.
#[derive(Debug, Default)]
struct OfOperation {
    allows: Box<[(usize, Mask)]>,
    denies: Box<[(usize, Mask)]>,
}

impl Permissions {
    pub(super) fn new(roles: &[AccessRole]) -> Self {
        let names: HashMap<&Name, usize> = roles.iter().map(|role| &role.name).zip(0..).collect();
        let mut found = Self {
            included_by: vec![Vec::new(); roles.len()],
            ..Self::default()
        };
        for (at, role) in roles.iter().enumerate() {
            let includes = included(at, roles, &names);
            for other in &includes {
                if let Some(by) = found.included_by.get_mut(*other) {
                    by.push(at);
                }
            }
            found.includes.push(includes);
            for grant in role.allows.iter().chain(&role.denies) {
                let about = found.about.entry(grant.service.clone()).or_default();
                if about.last() != Some(&at) {
                    about.push(at);
                }
            }
        }
        found
    }

    /// Works out the next operation; `named` are the roles that it asks for.
    pub(super) fn add_operation(
        &mut self,
        roles: &[AccessRole],
        place: [&str; 3],
        named: &[usize],
    ) {
        let [service, ..] = place;
        let (mut allowed, mut denied) = (BTreeMap::new(), BTreeMap::new());
        for &at in self.about.get(service).into_iter().flatten() {
            let Some(role) = roles.get(at) else { continue };
            let allows = mask(|method| role.allows(place, Some(method)));
            let denies = mask(|method| role.denies(place, method));
            allowed.insert(at, allows);
            if denies != 0 {
                self.spread(at, denies, &mut denied);
            }
        }
        let mut passes = BTreeMap::new();
        for &at in named {
            let own = self.includes.get(at).into_iter().flatten();
            let own = own.filter_map(|one| allowed.get(one));
            let allows = own.fold(0, |all, one| all | one);
            if allows != 0 {
                self.spread(at, allows, &mut passes);
            }
        }
        self.operations.push(OfOperation {
            allows: passes.into_iter().collect(),
            denies: denied.into_iter().collect(),
        });
    }

    /// What a role says, all say that inherit it.
    fn spread(&self, at: usize, said: Mask, to: &mut BTreeMap<usize, Mask>) {
        for by in self.included_by.get(at).into_iter().flatten() {
            *to.entry(*by).or_default() |= said;
        }
    }

    /// Whether a role, or one that it inherits, is asked for by the operation with that plan and
    /// allows it.
    pub(crate) fn passes(&self, role: usize, plan: usize, method: Method) -> bool {
        let operation = self.operations.get(plan);
        operation.is_some_and(|operation| says(&operation.allows, role, method))
    }

    /// Whether a role, or one that it inherits, denies it.
    pub(crate) fn denies(&self, role: usize, plan: usize, method: Method) -> bool {
        let operation = self.operations.get(plan);
        operation.is_some_and(|operation| says(&operation.denies, role, method))
    }

    /// Whether any role denies something of it.
    pub(crate) fn any_denies(&self, plan: usize) -> bool {
        let operation = self.operations.get(plan);
        operation.is_some_and(|operation| !operation.denies.is_empty())
    }

    /// A role and those that it inherits.
    pub(crate) fn included(&self, role: usize) -> &[usize] {
        self.includes.get(role).map_or(&[], |roles| roles)
    }
}

fn included(at: usize, roles: &[AccessRole], names: &HashMap<&Name, usize>) -> Box<[usize]> {
    let mut found = vec![at];
    let mut next = 0;
    // Each is looked at once, so that a loop ends.
    while let Some(role) = found.get(next).and_then(|at| roles.get(*at)) {
        next += 1;
        for other in role.inherits.iter().filter_map(|name| names.get(name)) {
            if !found.contains(other) {
                found.push(*other);
            }
        }
    }
    found.sort_unstable();
    found.into()
}

fn mask(holds: impl Fn(Method) -> bool) -> Mask {
    let all = Method::ALL.iter().enumerate();
    let held = all.filter(|(_, method)| holds(**method));
    held.fold(0, |mask, (bit, _)| mask | 1 << bit)
}

fn says(said: &[(usize, Mask)], role: usize, method: Method) -> bool {
    let at = said.binary_search_by_key(&role, |(role, _)| *role);
    let mask = at
        .ok()
        .and_then(|at| said.get(at))
        .map_or(0, |(_, mask)| *mask);
    let bit = Method::ALL.iter().position(|one| *one == method);
    bit.is_some_and(|bit| mask >> bit & 1 == 1)
}

#[cfg(test)]
mod tests;
