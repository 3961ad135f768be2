//! Ownership: what a request names has to be its caller's own.

use super::*;

fn own(resource: Resource, owner: Owner, separator: Option<&str>) -> OwnershipRule {
    OwnershipRule {
        when: Conditions::default(),
        except: entity::Exceptions::default(),
        resource,
        owner,
        separator: separator.map(Into::into),
        status: None,
    }
}

#[test]
fn what_a_request_names_has_to_be_the_callers_own() {
    let path = || Resource::Path("customer".into());
    let query = || Resource::Query("owner".into());
    let refuses = |rule: OwnershipRule, sent: &Sent| {
        let denial = refused(&world(rule), sent);
        denial
            .inspect(|denial| assert_eq!(denial.code, Code::NotOwner))
            .is_some()
    };
    assert!(!refuses(
        own(path(), Owner::App, None),
        &get("/orders/shop")
    ));
    assert!(!refuses(
        own(path(), Owner::App, None),
        &get("/orders/%73hop")
    ));
    assert!(refuses(own(path(), Owner::App, None), &get("/orders/till")));
    assert!(!refuses(
        own(path(), Owner::Tenant, Some(":")),
        &get("/orders/partner:7")
    ));
    assert!(refuses(
        own(path(), Owner::Tenant, Some(":")),
        &get("/orders/partner7")
    ));
    // It is about operations that have the parameter.
    assert!(!refuses(own(path(), Owner::App, None), &post()));
    let ask = |target| Sent { target, ..post() };
    assert!(!refuses(
        own(query(), Owner::App, None),
        &ask("/orders?owner=shop")
    ));
    for odd in [
        "/orders",
        "/orders?owner=",
        "/orders?owner=till",
        "/orders?owner=shop&owner=till",
        "/orders?owner=shop&%6fwner=till",
    ] {
        assert!(refuses(own(query(), Owner::App, None), &ask(odd)), "{odd}");
    }
    let body = || Resource::Body("/customer/id".into());
    let sent = |body: &'static [u8]| Sent {
        body: Some(body),
        ..post()
    };
    let good = sent(b"{\"customer\": {\"id\": \"shop\"}}");
    assert!(!refuses(own(body(), Owner::App, None), &good));
    for odd in [&b"{}"[..], b"shop", b"{\"customer\": {\"id\": [\"shop\"]}}"] {
        assert!(refuses(own(body(), Owner::App, None), &sent(odd)));
    }
}

#[test]
fn tokens_own_what_their_user_and_their_claims_name() {
    let path = || Resource::Path("customer".into());
    let with = |texts: &[&str]| Sent {
        token: Some(Token {
            claims: [Claim {
                name: "customers".into(),
                texts: texts.iter().map(|text| Arc::from(*text)).collect(),
            }]
            .into(),
            ..token()
        }),
        ..get("/orders/lin")
    };
    let refuses = |owner, sent: &Sent| refused(&world(own(path(), owner, None)), sent).is_some();
    let claim = || Owner::Claim("customers".into());
    assert!(!refuses(Owner::User, &with(&[])));
    assert!(!refuses(claim(), &with(&["canary", "lin"])));
    assert!(refuses(claim(), &with(&["canary"])));
    assert!(refuses(claim(), &with(&[])));
    // A key has neither.
    assert!(refuses(Owner::User, &get("/orders/lin")));
    assert!(refuses(claim(), &get("/orders/lin")));
}

#[test]
fn the_name_of_a_thing_is_told_only_where_records_may_have_it() {
    let rule = || own(Resource::Path("customer".into()), Owner::App, None);
    let mut world = world(rule());
    let sent = get("/orders/canary");
    let denial = refused(&world, &sent).unwrap();
    assert_eq!(denial.evidence("resource"), None);
    assert_eq!(denial.evidence("owner"), Some(&"app `shop`".into()));
    let operations = &mut world.configuration.services[0].versions[0].operations;
    operations[0].recorded_parameters = vec!["customer".into()];
    let denial = refused(&world, &get("/orders/till")).unwrap();
    assert_eq!(denial.evidence("resource"), Some(&"till".into()));
    let PolicyRule::Ownership(rule) = &mut world.configuration.policies[0].rule else {
        panic!("another rule");
    };
    rule.status = Some(404);
    assert_eq!(refused(&world, &get("/orders/till")).unwrap().status, 404);
}
