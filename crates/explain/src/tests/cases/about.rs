//! What is asked of some requests, and what access roles deny.

use super::*;

pub(super) fn about_some() -> Vec<Case> {
    let policy = |rule: Value| {
        let mut policy = json!({"on": {"service": "partners"}});
        crate::merge_patch(&mut policy, &rule);
        json!({"policies": {"some": policy}})
    };
    vec![
        case(
            Code::Forbidden,
            json!({
                "access_roles": {"trainee": {
                    "tenant": "commerce",
                    "allows": [{"service": "partners"}],
                    "deny": [{"service": "partners", "operations": ["create-customer"]}],
                }},
                "apps": {"fieldforce": {"access_roles": ["trainee"]}},
            }),
            post(),
        )
        .fixes(2),
        case(
            Code::NotOwner,
            policy(json!({"kind": "ownership", "resource": {"query": "owner"}, "owner": "app"})),
            Request {
                target: "/partners/customers?owner=somebody".to_owned(),
                ..post()
            },
        )
        .if_wrong(),
        case(
            Code::ConditionUnmet,
            policy(json!({"kind": "conditions", "require": {"lists": ["office"], "methods": ["POST"]}})),
            post(),
        )
        .fixes(2),
        case(
            Code::StepUpRequired,
            policy(json!({"kind": "step_up", "acr": ["mfa"]})),
            post(),
        )
        .if_wrong(),
    ]
}
