use super::*;
use postern_model::entity::RoleGrant;
use proptest::prelude::*;
use std::collections::BTreeSet;

const PLACE: [&str; 3] = ["orders", "v1", "list"];

fn grant(operation: &str, method: Method) -> RoleGrant {
    RoleGrant {
        service: "orders".into(),
        versions: vec![],
        operations: vec![operation.into()],
        methods: vec![method],
    }
}

fn method() -> impl Strategy<Value = Method> {
    prop::sample::select(vec![Method::Get, Method::Post, Method::Put])
}

fn grants() -> impl Strategy<Value = Vec<RoleGrant>> {
    let one = (prop::sample::select(vec!["list", "other"]), method());
    prop::collection::vec(
        one.prop_map(|(operation, method)| grant(operation, method)),
        0..3,
    )
}

/// Six access roles, which may inherit one another in any way.
fn roles() -> impl Strategy<Value = Vec<AccessRole>> {
    let one = (prop::collection::vec(0usize..6, 0..3), grants(), grants());
    prop::collection::vec(one, 6).prop_map(|all| {
        let role =
            |(at, (inherits, allows, denies)): (usize, (Vec<usize>, _, Vec<_>))| AccessRole {
                name: format!("r{at}").into(),
                tenant: None,
                title: None,
                inherits: inherits.iter().map(|at| format!("r{at}").into()).collect(),
                allows,
                // Most deny nothing.
                denies: denies.into_iter().skip(1).collect(),
            };
        all.into_iter().enumerate().map(role).collect()
    })
}

/// A role and all that it inherits, walked.
fn walked(roles: &[AccessRole], role: usize) -> BTreeSet<usize> {
    let (mut found, mut next) = (BTreeSet::new(), vec![role]);
    while let Some(at) = next.pop() {
        if found.insert(at) {
            let named = |name: &Name| roles.iter().position(|role| role.name == *name);
            next.extend(roles[at].inherits.iter().filter_map(named));
        }
    }
    found
}

/// Whether whoever carries these may call, as the stage decides it.
fn may(table: &Permissions, carried: &BTreeSet<usize>, method: Method) -> bool {
    let any = |says: &dyn Fn(usize) -> bool| carried.iter().any(|role| says(*role));
    any(&|role| table.passes(role, 0, method)) && !any(&|role| table.denies(role, 0, method))
}

proptest! {
    #[test]
    fn the_table_says_what_a_walk_over_inheritance_says(
        roles in roles(),
        named in prop::collection::btree_set(0usize..6, 0..4),
        method in method(),
    ) {
        let mut table = Permissions::new(&roles);
        let asked: Vec<usize> = named.iter().copied().collect();
        table.add_operation(&roles, PLACE, &asked);
        for role in 0..roles.len() {
            let included = walked(&roles, role);
            prop_assert_eq!(table.included(role), included.iter().copied().collect::<Vec<_>>());
            let denies = included.iter().any(|at| roles[*at].denies(PLACE, method));
            prop_assert_eq!(table.denies(role, 0, method), denies);
            let allows = |at: &usize| {
                walked(&roles, *at).iter().any(|at| roles[*at].allows(PLACE, Some(method)))
            };
            let passes = included.iter().any(|at| named.contains(at) && allows(at));
            prop_assert_eq!(table.passes(role, 0, method), passes);
        }
    }

    #[test]
    fn a_deny_always_wins_and_another_role_takes_away_only_what_it_denies(
        roles in roles(),
        named in prop::collection::btree_set(0usize..6, 0..6),
        carried in prop::collection::btree_set(0usize..6, 0..4),
        more in 0usize..6,
        method in method(),
    ) {
        let mut table = Permissions::new(&roles);
        let asked: Vec<usize> = named.iter().copied().collect();
        table.add_operation(&roles, PLACE, &asked);
        let before = may(&table, &carried, method);
        let denied = carried.iter().any(|role| {
            walked(&roles, *role).iter().any(|at| roles[*at].denies(PLACE, method))
        });
        prop_assert!(!(before && denied));
        let mut with = carried.clone();
        with.insert(more);
        let after = may(&table, &with, method);
        prop_assert!(!before || after || table.denies(more, 0, method));
    }
}
