use super::*;
use postern_model::permission::{BuiltIn, Grants};
use serde_json::json;

fn actor(roles: &[(&str, BuiltIn)]) -> Actor {
    let mut grants = Grants::none();
    for (tenant, role) in roles {
        grants.grant(&(*tenant).into(), role.points());
    }
    Actor {
        grants,
        ..Actor::local("lin@example.com")
    }
}

fn look(kind: &str, id: &str) -> Option<Value> {
    match (kind, id) {
        ("access_role", "reader") => Some(json!({"tenant": "commerce"})),
        ("access_role", "everything") => Some(json!({})),
        ("group", "staff") => Some(json!({"tenant": "partner"})),
        ("group", "trusted") => Some(json!({"access_roles": ["everything"]})),
        _ => None,
    }
}

fn given(actor: &Actor, kind: &str, before: Value, after: Value) -> bool {
    let step = Step {
        kind,
        id: "x",
        before: Some(before),
        after: Some(after),
    };
    gives(actor, &step, &look).is_ok()
}

#[test]
fn an_access_role_is_given_by_its_owner() {
    let partner = actor(&[("partner", BuiltIn::Admin)]);
    let both = actor(&[
        ("partner", BuiltIn::Admin),
        ("commerce", BuiltIn::Publisher),
    ]);
    for kind in ["app", "group"] {
        let with = |roles: &[&str]| json!({"tenant": "partner", "access_roles": roles});
        assert!(
            !given(&partner, kind, with(&[]), with(&["reader"])),
            "{kind}"
        );
        assert!(!given(
            &partner,
            kind,
            with(&["reader"]),
            with(&["reader", "everything"])
        ));
        // What it has, it keeps; what it gives up needs nobody.
        assert!(given(&partner, kind, with(&["reader"]), with(&["reader"])));
        assert!(given(&partner, kind, with(&["reader"]), with(&[])));
        assert!(given(&both, kind, with(&[]), with(&["reader"])));
        assert!(!given(&both, kind, with(&[]), with(&["everything"])));
        assert!(given(
            &Actor::local("root"),
            kind,
            with(&[]),
            with(&["everything"])
        ));
    }
}

#[test]
fn a_group_is_joined_where_its_owner_says_so() {
    let (developer, viewer) = (BuiltIn::Developer, BuiltIn::Viewer);
    let with = |groups: &[&str]| json!({"tenant": "partner", "groups": groups});
    let joins = |role, group| {
        given(
            &actor(&[("partner", role)]),
            "app",
            with(&[]),
            with(&[group]),
        )
    };
    assert!(joins(developer, "staff"));
    assert!(!joins(viewer, "staff"));
    // The platform's group may carry anything.
    assert!(!joins(developer, "trusted"));
}
