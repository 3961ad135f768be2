use super::*;
use crate::testing::callers::{NOW, World, key, walk, written};
use postern_model::denial::{Fault, Public};
use postern_model::entity::{
    Decided, Method, Name, Requested, Restriction, Revocation, StatusProfile, SubscriptionState,
    Suspension, Visibility,
};

fn decision(world: &World, head: &Head) -> (Decision, Walk) {
    let (rules, directory) = (world.rules(), world.directory());
    let peer = connection("198.51.100.1");
    let (decision, walk, _) = walk(&rules, &directory, head, &peer, Depth::FirstDenial);
    (decision, walk)
}

/// The walk of a request that is allowed.
fn passes(world: &World, head: &Head) -> Walk {
    match decision(world, head) {
        (Decision::Allow, walk) => walk,
        (other, _) => panic!("{other:?}"),
    }
}

/// The request target that the upstream gets.
fn sent(world: &World, head: &Head) -> String {
    let (rules, walk) = (world.rules(), passes(world, head));
    let allowed = walk.allowed(&rules, head).unwrap();
    let mut out = Vec::new();
    allowed.write_target(&rules, head.query(), |piece| out.extend_from_slice(piece));
    String::from_utf8(out).unwrap()
}

/// The refusal of `POST /orders`, if the world is changed like that.
fn broken(change: impl FnOnce(&mut World)) -> Denial {
    let mut world = World::new();
    change(&mut world);
    let head = world.request("POST", "/orders", &[]);
    refusal(&world, &head)
}

fn refusal(world: &World, head: &Head) -> Denial {
    match decision(world, head) {
        (Decision::Refuse(denial), _) => denial,
        (other, _) => panic!("{other:?}"),
    }
}

/// Evidence by name.
type Seen = &'static [(&'static str, &'static str)];
/// A change of the world, and what comes of it.
type Broken = (fn(&mut World), Code, Seen);

fn shows(denial: &Denial, code: Code, evidence: &[(&str, &str)]) {
    assert_eq!(denial.code, code, "{denial:?}");
    for (name, value) in evidence {
        let seen = denial.evidence(name).map(ToString::to_string);
        assert_eq!(seen.as_deref(), Some(*value), "{name} of {denial:?}");
    }
    let kinds = code.kinds();
    let known = [kinds.consumer, kinds.publisher, kinds.operator].concat();
    for evidence in &denial.evidence {
        assert!(known.contains(&evidence.name), "{}", evidence.name);
    }
}

#[test]
fn a_caller_who_may_passes_with_its_rows() {
    let world = World::new();
    let head = world.request("POST", "/orders", &[]);
    let walk = passes(&world, &head);
    let identity = walk.identity().unwrap();
    assert_eq!(&*identity.app.name, "shop");
    assert_eq!(&*identity.tenant.name, "partner");
    assert_eq!(&*identity.subscription.as_ref().unwrap().id, "sub_1");
    let rules = world.rules();
    assert_eq!(&*identity.plan(&rules).unwrap().name, "standard");
    assert_eq!(identity.scopes(&rules).count(), 2);
    assert_eq!(&**walk.environment(&rules).unwrap(), "production");
}

#[test]
fn a_key_may_stand_in_the_query_and_is_withheld_from_the_upstream() {
    let world = World::new();
    let key = written(&world.key).replace("pst_", "pst%5F");
    for (target, upstream) in [
        (format!("/orders?api%5Fkey={key}"), "/orders"),
        (
            format!("/orders?a=1&api_key={key}&b=%32"),
            "/orders?a=1&b=%32",
        ),
        (format!("/orders?&api_key={key}"), "/orders?"),
    ] {
        assert_eq!(sent(&world, &head("GET", &target, &[HOST])), upstream);
    }
    let mut world = World::new();
    let accepted = world.configuration.services[0].authentication.as_mut();
    accepted.unwrap().forward_credential = true;
    let target = format!("/orders?api_key={}", written(&world.key));
    assert_eq!(sent(&world, &head("GET", &target, &[HOST])), target);
}

#[test]
fn what_is_not_a_verified_key_is_told_apart() {
    let world = World::new();
    let good = written(&world.key);
    let id = world.key.id();
    let ask = |fields: &[&str]| {
        let mut all = vec![HOST];
        all.extend(fields);
        refusal(&world, &head("POST", "/orders", &all))
    };
    shows(
        &ask(&[]),
        Code::CredentialMissing,
        &[("looked", "X-API-Key, ?api_key")],
    );
    let denial = ask(&["Authorization: Digest x", "X-Auth-Token: y"]);
    shows(
        &denial,
        Code::CredentialMissing,
        &[("came", "Authorization, X-Auth-Token")],
    );

    let denial = ask(&["Authorization: bearer abc"]);
    let accepted = "an API key in `X-API-Key`, an API key in `?api_key`";
    let sent = [("sent", "a bearer token"), ("accepted", accepted)];
    shows(&denial, Code::CredentialKindNotAccepted, &sent);
    assert_eq!(denial.fault, Fault::Consumer);
    let denial = ask(&[&format!("Authorization: Bearer {good}")]);
    let sent = [("sent", "an API key sent as a bearer token")];
    shows(&denial, Code::CredentialKindNotAccepted, &sent);
    assert_eq!(
        ask(&["Authorization: Basic YTpi"]).code,
        Code::CredentialKindNotAccepted
    );

    let line = format!("X-API-Key: {good}");
    let twice = ask(&[&line, &line]);
    shows(&twice, Code::CredentialAmbiguous, &[("kinds", "X-API-Key")]);
    let hundred = vec![&*line; 100];
    assert_eq!(ask(&hundred).code, Code::CredentialAmbiguous);
    let target = format!("/orders?api_key={good}");
    let both = refusal(&world, &head("POST", &target, &[HOST, &line]));
    shows(
        &both,
        Code::CredentialAmbiguous,
        &[("kinds", "X-API-Key, ?api_key")],
    );
    let target = "/orders?api_key=&api%5fkey=x";
    assert_eq!(
        refusal(&world, &head("POST", target, &[HOST])).code,
        Code::CredentialAmbiguous
    );

    let other = written(&key(2));
    let denial = ask(&[&format!("X-API-Key: {other}")]);
    let prefix = format!("pst_…{}", key(2).id().get(12..).unwrap());
    shows(&denial, Code::CredentialUnknown, &[("prefix", &prefix)]);
    let malformed = ask(&[&format!("X-API-Key: {}", good.get(..50).unwrap())]);
    let error = [
        ("place", "X-API-Key"),
        ("error", "it is cut off: its end is missing"),
    ];
    shows(&malformed, Code::CredentialMalformed, &error);
    let long = "x".repeat(100_000);
    assert_eq!(
        ask(&[&format!("X-API-Key: {long}")]).code,
        Code::CredentialMalformed
    );

    // The same id under another secret: the row keeps another digest.
    let mut changed = World::new();
    changed.credential().proof =
        postern_model::entity::Proof::Key(crate::testing::callers::keyer().keyed(&[3; 32]));
    let denial = refusal(&changed, &changed.request("POST", "/orders", &[]));
    let id = format!("key_{id}");
    shows(
        &denial,
        Code::CredentialWrongSecret,
        &[("key", &id), ("app", "shop")],
    );
    for denial in [&denial, &malformed, &twice] {
        assert!(!format!("{denial:?}").contains(good.get(21..50).unwrap()));
    }
}

#[test]
fn a_verified_key_is_judged_by_its_row() {
    let cases: [Broken; 8] = [
        (
            |w| {
                w.credential().revoked = Some(Box::new(Revocation {
                    at: 5,
                    by: Some("ann".into()),
                    reason: Some("leaked".into()),
                }));
            },
            Code::CredentialRevoked,
            &[
                ("revoked_at", "5"),
                ("revoked_by", "ann"),
                ("reason", "leaked"),
            ],
        ),
        (
            |w| w.credential().not_before = Some(Box::new(NOW + 1)),
            Code::CredentialNotYetValid,
            &[("from", "1795167121")],
        ),
        (
            |w| w.credential().expires_at = Some(NOW),
            Code::CredentialExpired,
            &[("until", "1795167120")],
        ),
        (
            |w| w.credential().environment = "staging".into(),
            Code::CredentialWrongEnvironment,
            &[
                ("key_environment", "staging"),
                ("service_environment", "production"),
            ],
        ),
        (
            |w| restrict(w, |r| r.networks = vec!["203.0.113.0/24".parse().unwrap()]),
            Code::CredentialRestricted,
            &[
                ("restriction", "`203.0.113.0/24`"),
                ("seen", "`198.51.100.1` (peer)"),
            ],
        ),
        (
            |w| restrict(w, |r| r.services = vec!["invoices".into()]),
            Code::CredentialRestricted,
            &[("restriction", "`invoices`"), ("seen", "`orders`")],
        ),
        (
            |w| restrict(w, |r| r.methods = vec![Method::Get, Method::Head]),
            Code::CredentialRestricted,
            &[("restriction", "`GET`, `HEAD`"), ("seen", "`POST`")],
        ),
        (
            |w| restrict(w, |r| r.referrers = vec!["*.example.com".into()]),
            Code::CredentialRestricted,
            &[("seen", "without a `Referer`")],
        ),
    ];
    for (change, code, evidence) in cases {
        shows(&broken(change), code, evidence);
    }
    let nearly: [fn(&mut World); 4] = [
        |w| w.credential().not_before = Some(Box::new(NOW)),
        |w| w.credential().expires_at = Some(NOW + 1),
        |w| restrict(w, |r| r.networks = vec!["198.51.100.1/32".parse().unwrap()]),
        |w| restrict(w, |r| r.referrers = vec!["*.example.com".into()]),
    ];
    for change in nearly {
        let mut world = World::new();
        change(&mut world);
        let referer = "Referer: https://shop.example.com/cart?x=1";
        passes(&world, &world.request("POST", "/orders", &[referer]));
    }
}

fn restrict(world: &mut World, change: impl FnOnce(&mut Restriction)) {
    change(world.credential().restriction.get_or_insert_default());
}

fn suspension() -> Suspension {
    Suspension {
        since: 7,
        reason: Some("unpaid".into()),
    }
}

#[test]
fn whoever_is_suspended_may_not_act() {
    let evidence = [("app", "shop"), ("since", "7"), ("reason", "unpaid")];
    let denial = broken(|w| w.accounts.apps[0].suspended = Some(suspension()));
    shows(&denial, Code::AppSuspended, &evidence);
    let denial = broken(|w| w.accounts.tenants[0].suspended = Some(suspension()));
    shows(
        &denial,
        Code::TenantSuspended,
        &[("tenant", "partner"), ("since", "7")],
    );
    // A key whose app is gone is nobody's.
    assert_eq!(
        broken(|w| w.accounts.apps.clear()).code,
        Code::CredentialUnknown
    );
}

#[test]
fn a_subscription_has_to_be_in_force() {
    let denial = broken(|w| w.accounts.subscriptions.clear());
    shows(
        &denial,
        Code::SubscriptionMissing,
        &[("app", "shop"), ("service", "orders")],
    );
    let in_state = |state| {
        broken(move |w| {
            let row = w.subscription();
            row.state = state;
            row.since = Some(6);
            row.requested = Requested {
                at: Some(4),
                by: Some("lin".into()),
                reason: None,
            };
            row.decided = Some(Decided {
                at: 5,
                millis: 0,
                by: Some("ann".into()),
                comment: Some("no contract".into()),
            });
        })
    };
    let cases: [(SubscriptionState, Code, Seen); 5] = [
        (
            SubscriptionState::Pending,
            Code::SubscriptionPending,
            &[
                ("requested_at", "4"),
                ("requested_by", "lin"),
                ("subscription", "sub_1"),
            ],
        ),
        (
            SubscriptionState::Rejected,
            Code::SubscriptionRejected,
            &[
                ("decided_at", "5"),
                ("comment", "no contract"),
                ("decided_by", "ann"),
            ],
        ),
        (
            SubscriptionState::Suspended,
            Code::SubscriptionSuspended,
            &[
                ("since", "6"),
                ("reason", "no contract"),
                ("plan", "standard"),
            ],
        ),
        (
            SubscriptionState::Expired,
            Code::SubscriptionExpired,
            &[("since", "6")],
        ),
        (
            SubscriptionState::Cancelled,
            Code::SubscriptionCancelled,
            &[("since", "6")],
        ),
    ];
    for (state, code, evidence) in cases {
        shows(&in_state(state), code, evidence);
    }
    let denial = broken(|w| w.subscription().expires_at = Some(NOW));
    shows(
        &denial,
        Code::SubscriptionExpired,
        &[("since", "1795167120")],
    );

    let denial = broken(|w| {
        w.configuration.plans[0].covers[0].operations = vec!["list".into(), "status".into()];
    });
    let covers = [
        ("plan", "standard"),
        ("operation", "create"),
        ("covers", "orders list, orders status"),
    ];
    shows(&denial, Code::SubscriptionNotCovered, &covers);
    let denial = broken(|w| w.subscription().plan = "gone".into());
    shows(
        &denial,
        Code::SubscriptionNotCovered,
        &[("plan", "gone"), ("covers", "")],
    );

    let mut world = World::new();
    world.accounts.subscriptions.clear();
    let accepted = world.configuration.services[0].authentication.as_mut();
    accepted.unwrap().subscription = false;
    world.credential().scopes = Some(["orders:read".into()].into());
    passes(&world, &world.request("GET", "/orders", &[]));
    assert_eq!(
        refusal(&world, &world.request("POST", "/orders", &[])).code,
        Code::ScopeMissing
    );
}

#[test]
fn a_private_service_is_there_for_those_it_is_shared_with() {
    let private = |shared: &'static [&'static str]| {
        move |w: &mut World| {
            w.configuration.services[0].visibility = Visibility::Private {
                shared_with: shared.iter().map(|name| (*name).into()).collect(),
            };
        }
    };
    let denial = broken(private(&["somebody"]));
    let evidence = [
        ("host", "api.example.com"),
        ("path", "/orders"),
        ("tenant", "partner"),
    ];
    shows(&denial, Code::TenantIsolated, &evidence);
    assert_eq!(denial.code.row().public, Public::As(Code::NotFound));
    // A hint at the path that was asked for would say that it is there.
    assert_eq!(denial.evidence("nearest"), None);
    let mut world = World::new();
    private(&["partner"])(&mut world);
    passes(&world, &world.request("POST", "/orders", &[]));
    private(&[])(&mut world);
    world.accounts.apps[0].tenant = "commerce".into();
    passes(&world, &world.request("POST", "/orders", &[]));
}

#[test]
fn scopes_have_to_be_granted_and_carried() {
    let denial = broken(|w| w.subscription().scopes = Some(vec!["orders:read".into()]));
    let evidence = [
        ("required", "orders:write, orders:read"),
        ("granted", "orders:read"),
        ("not_granted", "orders:write"),
    ];
    shows(&denial, Code::ScopeMissing, &evidence);
    assert_eq!(denial.evidence("not_carried"), None);
    let denial = broken(|w| w.credential().scopes = Some(["orders:read".into()].into()));
    let evidence = [("granted", "orders:read"), ("not_carried", "orders:write")];
    shows(&denial, Code::ScopeMissing, &evidence);
    assert_eq!(denial.evidence("not_granted"), None);
    let mut world = World::new();
    world.credential().scopes = Some(["orders:read".into()].into());
    passes(&world, &world.request("GET", "/orders", &[]));
}

#[test]
fn one_access_role_that_allows_the_operation_is_enough() {
    let with = |change: fn(&mut World)| {
        move |w: &mut World| {
            w.require_role();
            change(w);
        }
    };
    let carried = |roles: &[&str]| -> Box<[Name]> { roles.iter().map(|r| (*r).into()).collect() };
    let denial = broken(with(|_| {}));
    let evidence = [
        ("required", "order-writer"),
        ("has", ""),
        ("app", "shop"),
        ("method", "POST"),
    ];
    shows(&denial, Code::RoleMissing, &evidence);
    assert_eq!(denial.evidence("not_allowing"), None);
    // An access role that nobody declares any more allows nothing.
    let denial = broken(with(|w| {
        w.accounts.apps[0].access_roles = ["order-writer".into()].into();
        w.configuration.access_roles.remove(0);
    }));
    shows(&denial, Code::RoleMissing, &[("required", ""), ("has", "")]);
    // The near misses: one for another method, and one that the key leaves out.
    let denial = broken(with(|w| {
        w.accounts.apps[0].access_roles = ["order-reader".into()].into();
    }));
    let evidence = [("has", "order-reader"), ("not_allowing", "order-reader")];
    shows(&denial, Code::RoleMissing, &evidence);
    let denial = broken(with(|w| {
        w.join(Some("partner"), "order-writer");
        w.credential().restriction = Some(Box::new(Restriction {
            access_roles: Some(vec!["order-reader".into()]),
            ..Restriction::default()
        }));
    }));
    let evidence = [("has", ""), ("not_carried", "order-writer")];
    shows(&denial, Code::RoleMissing, &evidence);
    // A group of another tenant does not count.
    let denial = broken(with(|w| w.join(Some("commerce"), "order-writer")));
    shows(&denial, Code::RoleMissing, &[("has", "")]);

    let mut world = World::new();
    world.require_role();
    world.accounts.apps[0].access_roles = carried(&["other", "order-writer"]);
    passes(&world, &world.request("POST", "/orders", &[]));
    // The operation beside it asks for none.
    world.accounts.apps[0].access_roles = carried(&[]);
    passes(&world, &world.request("GET", "/orders", &[]));
    for tenant in [None, Some("partner")] {
        world.join(tenant, "order-writer");
        passes(&world, &world.request("POST", "/orders", &[]));
    }
}

#[test]
fn an_access_role_for_get_is_for_head_too() {
    let mut world = World::new();
    world.require_role();
    let list = &mut world.configuration.services[0].versions[0].operations[0];
    list.access_roles = vec!["order-reader".into()];
    let head = world.request("HEAD", "/orders", &[]);
    assert_eq!(refusal(&world, &head).code, Code::RoleMissing);
    world.join(None, "order-reader");
    passes(&world, &head);
}

#[test]
fn anonymous_callers_pass_where_they_may_and_keys_are_judged_there_too() {
    let mut world = World::new();
    let walk = passes(&world, &head("GET", "/status", &[HOST]));
    assert_eq!(walk.identity(), None);
    passes(
        &world,
        &head("GET", "/status", &[HOST, "Authorization: Bearer x"]),
    );
    let unknown = format!("X-API-Key: {}", written(&key(2)));
    let denial = refusal(&world, &head("GET", "/status", &[HOST, &unknown]));
    assert_eq!(denial.code, Code::CredentialUnknown);
    world.subscription().state = SubscriptionState::Pending;
    let walk = passes(&world, &world.request("GET", "/status", &[]));
    assert_eq!(&*walk.identity().unwrap().app.name, "shop");
}

#[test]
fn a_version_is_there_only_where_it_is_published() {
    let denial =
        broken(|w| w.configuration.services[0].versions[0].environments = vec!["staging".into()]);
    let state = [
        ("state", "published in staging, not in production"),
        ("path", "/orders"),
    ];
    shows(&denial, Code::NotPublished, &state);
    assert_eq!(denial.code.row().public, Public::As(Code::NotFound));
    let mut world = World::new();
    world.configuration.services[0].versions[0].environments = vec!["staging".into()];
    world.credential().environment = "staging".into();
    let key = format!("X-API-Key: {}", written(&world.key));
    let head = head("GET", "/orders", &["Host: staging.example.com", &key]);
    let walk = passes(&world, &head);
    assert_eq!(&**walk.environment(&world.rules()).unwrap(), "staging");
}

#[test]
fn no_hint_and_no_method_tells_of_what_is_published_elsewhere() {
    let mut world = World::new();
    world.configuration.services[0].versions[0].environments = vec!["staging".into()];
    let ask = |world: &World, method: &str, path: &str, host: &str| {
        refusal(world, &head(method, path, &[host]))
    };
    let staging = "Host: staging.example.com";
    assert!(
        ask(&world, "GET", "/order", staging)
            .evidence("nearest")
            .is_some()
    );
    assert_eq!(ask(&world, "GET", "/order", HOST).evidence("nearest"), None);
    let other_method = ask(&world, "DELETE", "/orders", HOST);
    let state = [("state", "published in staging, not in production")];
    shows(&other_method, Code::NotPublished, &state);
    assert_eq!(
        ask(&world, "DELETE", "/orders", staging).code,
        Code::MethodNotAllowed
    );
    // Retired, but never published here.
    world.configuration.services[0].versions[0].state = Lifecycle::Retired {
        at: 0,
        successor: None,
    };
    let retired = ask(&world, "GET", "/orders", HOST);
    shows(&retired, Code::NotPublished, &state);
    // Of a service that conceals itself nobody is told.
    let mut world = World::new();
    world.configuration.services[0].status_profile = StatusProfile::Conceal;
    assert_eq!(ask(&world, "GET", "/order", HOST).evidence("nearest"), None);
}

#[test]
fn another_method_is_refused_by_the_service_that_has_the_path() {
    let mut world = World::new();
    let other = |world: &World| {
        let (rules, directory) = (world.rules(), world.directory());
        let peer = connection("198.51.100.1");
        let head = head("DELETE", "/orders", &[HOST]);
        let (decision, walk, _) = walk(&rules, &directory, &head, &peer, Depth::FirstDenial);
        let Decision::Refuse(denial) = decision else {
            panic!("{decision:?}");
        };
        assert_eq!((denial.code, walk.route()), (Code::MethodNotAllowed, None));
        walk.service()
    };
    assert_eq!(other(&world), Some(0));
    // Two services at one path: neither speaks for the other.
    let mut second = world.configuration.services[0].clone();
    second.name = "more".into();
    second.versions[0].operations.truncate(1);
    second.versions[0].operations[0].methods = vec![Method::Patch];
    world.configuration.services.push(second);
    assert_eq!(other(&world), None);
}

#[test]
fn everything_shows_all_reasons_of_a_caller() {
    let mut world = World::new();
    world.credential().environment = "staging".into();
    world.credential().scopes = Some(["orders:read".into()].into());
    world.accounts.apps[0].suspended = Some(suspension());
    let (rules, directory) = (world.rules(), world.directory());
    let peer = connection("198.51.100.1");
    let head = world.request("POST", "/orders", &[]);
    let (_, walk, _) = walk(&rules, &directory, &head, &peer, Depth::Everything);
    let codes: Vec<Code> = walk.denials().iter().map(|d| d.code).collect();
    assert_eq!(
        codes,
        [
            Code::CredentialWrongEnvironment,
            Code::AppSuspended,
            Code::ScopeMissing
        ]
    );
}

#[test]
fn without_an_identity_later_stages_cannot_tell() {
    let world = World::new();
    let (rules, directory) = (world.rules(), world.directory());
    let peer = connection("198.51.100.1");
    let head = head("POST", "/orders", &[HOST]);
    let (_, walk, _) = walk(&rules, &directory, &head, &peer, Depth::Everything);
    let stages: Vec<&str> = walk.unknown().iter().map(|u| u.stage.name()).collect();
    assert_eq!(stages, ["subscription", "authorize"]);
    assert!(walk.unknown().iter().all(|u| u.what == "identity"));
}

#[test]
fn nobody_asks_for_a_credential_before_it_is_its_turn() {
    let world = World::new();
    let (rules, directory) = (world.rules(), world.directory());
    let peer = connection("198.51.100.1");
    let asked = |head: &Head| walk(&rules, &directory, head, &peer, Depth::FirstDenial).2;
    for refused_before in [
        head("BREW", "/orders", &[HOST]),
        head("POST", "/nothing", &[HOST]),
        head("DELETE", "/orders", &[HOST]),
        head("POST", "/orders", &[HOST, "Expect: miracles"]),
    ] {
        assert_eq!(asked(&refused_before), []);
    }
    let fine = head("POST", "/orders", &[HOST]);
    assert_eq!(asked(&fine), [FactRequest::Credential]);
}
