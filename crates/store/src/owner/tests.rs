use super::{Belongs, belongs};
use serde_json::json;

#[test]
fn a_document_says_whose_it_is() {
    use Belongs::{Platform, Tenant, With};
    for (kind, id, document, owner) in [
        ("tenant", "t", json!({}), Tenant("t")),
        ("tenant_default", "t", json!({"tenant": "u"}), Tenant("t")),
        ("app", "a", json!({"tenant": "t"}), Tenant("t")),
        ("plan", "p", json!({}), Platform),
        ("credential", "k", json!({"app": "a"}), With("app", "a")),
        ("api_document", "s/v1", json!({}), With("service", "s")),
        (
            "token_revocation",
            "r",
            json!({"issuer": "i", "tenant": "t"}),
            With("issuer", "i"),
        ),
        (
            "policy",
            "p",
            json!({"on": {"service": "s"}}),
            With("service", "s"),
        ),
        ("policy", "p", json!({"on": {"tenant": "t"}}), Tenant("t")),
        (
            "policy",
            "p",
            json!({"on": "platform", "tenant": "t"}),
            Platform,
        ),
        ("user", "u", json!({"tenant": "t"}), Platform),
        ("edge", "platform", json!({"tenant": "t"}), Platform),
    ] {
        assert_eq!(belongs(kind, id, &document), (owner, None), "{kind}");
    }
    let both = json!({"app": "a", "service": "s"});
    assert_eq!(
        belongs("subscription", "x", &both),
        (With("app", "a"), Some(With("service", "s")))
    );
}
