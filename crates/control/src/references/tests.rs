use super::*;
use serde_json::json;

fn document(kind: &str, id: &str, value: &Value) -> Document {
    Document {
        kind: Kind::new(kind).unwrap(),
        id: id.into(),
        version: 1,
        json: value.to_string().into(),
    }
}

fn told(gone: &[(&str, &str)], documents: &[Document]) -> Option<String> {
    let mut dangling = Dangling {
        gone: gone
            .iter()
            .map(|(k, i)| ((*k).into(), (*i).into()))
            .collect(),
        others: BTreeMap::new(),
        sees: &|_, _, document| document.get("tenant").is_none_or(|t| t != "hidden"),
    };
    for document in documents {
        dangling.look_at(document);
    }
    dangling.refusal().map(|refusal| refusal.message)
}

#[test]
fn what_refers_to_something_that_goes_is_named_once() {
    let plan = json!({"services": ["s"], "covers": [{"service": "s", "versions": ["v1"]}]});
    let service = json!({"versions": {"v1": {"upstream": "u"}, "v2": {"upstream": "u"}}});
    let documents = [
        document("plan", "p", &plan),
        document("service", "s", &service),
    ];
    assert_eq!(
        told(&[("service", "s")], &documents).unwrap(),
        "service `s` cannot go: plan `p` refers to it"
    );
    assert_eq!(
        told(&[("upstream", "u")], &documents).unwrap(),
        "upstream `u` cannot go: service `s` refers to it"
    );
    assert_eq!(told(&[("plan", "p"), ("service", "x")], &documents), None);
}

#[test]
fn many_are_counted() {
    let one = |n: usize| document("app", &format!("a{n}"), &json!({"tenant": "t"}));
    let documents: Vec<_> = (0..9).map(one).collect();
    assert_eq!(
        told(&[("tenant", "t")], &documents).unwrap(),
        "tenant `t` cannot go: app `a0`, app `a1`, app `a2`, app `a3`, app `a4` and 4 more refer to it"
    );
}

#[test]
fn what_may_not_be_seen_is_counted() {
    let app = |id: &str, tenant: &str| {
        let app = json!({"tenant": tenant, "groups": ["g"]});
        document("app", id, &app)
    };
    let (own, one, other) = (app("a", "own"), app("b", "hidden"), app("c", "hidden"));
    let gone = [("group", "g")];
    assert_eq!(
        told(&gone, std::slice::from_ref(&one)).unwrap(),
        "group `g` cannot go: one thing of another tenant refers to it"
    );
    assert_eq!(
        told(&gone, &[one.clone(), other.clone()]).unwrap(),
        "group `g` cannot go: 2 things of other tenants refer to it"
    );
    assert_eq!(
        told(&gone, &[one, own, other]).unwrap(),
        "group `g` cannot go: app `a` and 2 more refer to it"
    );
}

#[test]
fn references_stand_in_order_and_name_kinds() {
    assert!(REFERENCES.is_sorted());
    for (from, path, target) in REFERENCES {
        assert!(
            Kind::new(from).is_ok() && Kind::new(target).is_ok(),
            "{path}"
        );
    }
}
