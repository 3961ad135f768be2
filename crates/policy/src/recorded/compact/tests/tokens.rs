//! What is kept of tokens.

use super::*;
use crate::identity::Acting;
use postern_model::entity::{
    ClaimNames, ClientId, CredentialKind, Issuer, IssuerKeys, Name, Proof, Scope,
};
use std::path::Path;

/// `till` of issuer `corp` is the app, which needs a subscription only where it says so.
fn tokened() -> World {
    let mut world = world();
    let claims = |names: &[&str]| names.iter().map(|name| Name::from(*name)).collect();
    world.configuration.issuers = vec![Issuer {
        name: "corp".into(),
        tenant: None,
        iss: "https://login.example.com".into(),
        keys: IssuerKeys::File(Path::new("keys.json").into()),
        introspection: None,
        algorithms: vec![],
        audiences: vec!["orders".into()],
        leeway: Duration::from_secs(30),
        claims: ClaimNames {
            client: claims(&["client_id"]),
            user: claims(&["sub"]),
            groups: claims(&["groups"]),
            scopes: claims(&["scope"]),
            roles: Vec::new(),
            role_names: Vec::new(),
            asked: Vec::new(),
        },
    }];
    let service = &mut world.configuration.services[0];
    let accepted = service.authentication.as_mut().unwrap();
    accepted.kinds = vec![CredentialKind::ApiKey, CredentialKind::Jwt];
    accepted.issuers = vec![0];
    let declared = ["orders:read", "orders:write"].map(|name| Scope {
        name: name.into(),
        description: None,
    });
    service.scopes = declared.into();
    world.credential().proof = Proof::Client(Box::new(ClientId {
        issuer: "corp".into(),
        id: "till".into(),
    }));
    world
}

fn token(user: Option<&str>) -> Token {
    let name = |text: &str| Some(text.into());
    Token {
        issuer: "corp".into(),
        subject: name("canary-subject"),
        id: name("canary-id"),
        kid: name("canary-kid"),
        client: name("till"),
        user: user.map(Into::into),
        groups: ["canary-group".into()].into(),
        roles: ["canary-role".into()].into(),
        acr: name("canary-acr"),
        auth_time: Some(NOW),
        claims: [postern_proof::Claim {
            name: "department".into(),
            texts: ["canary-claim".into()].into(),
        }]
        .into(),
        scopes: Some(["orders:read".into(), "orders:write".into()].into()),
        bound_to: None,
        audience: ["orders".into()].into(),
        issued_at: Some(NOW),
        not_before: None,
        expires_at: Some(NOW + 60),
        introspected: false,
    }
}

fn with(world: &World, token: Token) -> Sent {
    let mut sent = Sent::new(world, "POST", "/orders", &[]);
    sent.token = Some(Arc::new(token));
    sent
}

fn later(world: &World, change: impl FnOnce(&mut World)) -> World {
    let mut then = world.clone();
    change(&mut then);
    then
}

fn issuer(world: &mut World) -> &mut Issuer {
    &mut world.configuration.issuers[0]
}

fn wants(world: &mut World, scope: &str) {
    let operation = &mut world.configuration.services[0].versions[0].operations[1];
    operation.scopes = vec![scope.into()];
}

#[test]
fn it_is_told_what_other_rules_would_have_said_of_a_token() {
    type Later = fn(&mut World);
    let world = tokened();
    let more = |change: fn(&mut Token)| {
        let mut token = token(Some("lin"));
        change(&mut token);
        token
    };
    let cases: [(Token, Later, &str); 12] = [
        (token(None), |_| {}, "allowed"),
        (token(Some("lin")), |_| {}, "allowed"),
        (token(Some("lin")), |w| wants(w, "orders:read"), "allowed"),
        (
            token(Some("lin")),
            |w| wants(w, "admin"),
            "authorization.scope_missing",
        ),
        (
            more(|token| {
                token.scopes =
                    Some(["orders:read".into(), "orders:write".into(), "x".into()].into());
            }),
            |w| wants(w, "admin"),
            "cannot tell: token_scopes",
        ),
        (
            token(None),
            |w| issuer(w).audiences = vec!["stock".into()],
            "token.audience_mismatch",
        ),
        (
            more(|token| token.audience = ["orders".into(), "stock".into()].into()),
            |w| issuer(w).audiences = vec!["stock".into()],
            "cannot tell: token_audience",
        ),
        (
            more(|token| token.audience = ["orders".into(), "stock".into()].into()),
            |w| issuer(w).leeway = Duration::ZERO,
            "allowed",
        ),
        (
            more(|token| token.expires_at = Some(NOW - 10)),
            |w| issuer(w).leeway = Duration::ZERO,
            "token.expired",
        ),
        (
            more(|token| token.not_before = Some(NOW + 10)),
            |w| issuer(w).leeway = Duration::ZERO,
            "token.not_yet_valid",
        ),
        // Whether it would be genuine, and whom it would name, nobody knows.
        (
            token(None),
            |w| issuer(w).claims.client = vec!["azp".into()],
            "cannot tell: credential",
        ),
        (
            token(None),
            |w| issuer(w).keys = IssuerKeys::File(Path::new("others.json").into()),
            "cannot tell: credential",
        ),
    ];
    for (token, change, expected) in cases {
        let shown = format!("{token:?}");
        let sent = with(&world, token);
        let then = later(&world, change);
        let (_, _, kept) = both(&world, &sent, &then, &[], true).unwrap();
        assert_eq!(kept, expected, "{shown}");
    }
}

#[test]
fn for_whom_an_app_acted_is_known_without_rules_and_nothing_else_of_them() {
    let world = tokened();
    let (rules, directory) = (world.rules(), world.directory());
    let bytes = |sent: &Sent| {
        let head = sent.head();
        let mut live = sent.live(&head);
        let (Decision::Allow, walk) = decide(&rules, &directory, &mut live, b"") else {
            panic!("refused");
        };
        let acting = walk.identity().unwrap().acting();
        let row = Row::new(&rules, &live, walk, true);
        assert_eq!(super::super::acting(&row.bytes), Some(acting));
        let text = String::from_utf8_lossy(&row.bytes).into_owned();
        assert!(!text.contains("canary") && !text.contains("lin"), "{text}");
        assert!(row.bytes.len() <= 96, "{}", row.bytes.len());
        acting
    };
    let nobody = bytes(&with(&world, token(None)));
    let lin = bytes(&with(&world, token(Some("lin@example.com"))));
    let kim = bytes(&with(&world, token(Some("kim@example.com"))));
    assert_eq!(nobody, Acting::ForApp);
    assert!(lin != kim && lin != nobody && kim != nobody);
    // Two issuers may both have somebody of that name.
    let other = Token {
        issuer: "partners".into(),
        ..token(Some("lin@example.com"))
    };
    assert_ne!(Acting::by(Some(&other)), lin);
    assert_eq!(super::super::acting(&[]), None);
    assert_eq!(super::super::acting(&[LAYOUT; 18]), None);
}

fn tokens() -> impl Strategy<Value = Token> {
    let some = |names: &'static [&'static str]| {
        let subset = prop::sample::subsequence(names, 0..=names.len());
        subset.prop_map(|names| names.into_iter().map(Name::from).collect::<Box<[Name]>>())
    };
    let scopes = prop::option::of(some(&["orders:read", "orders:write", "admin", "x"]));
    let audience = some(&["orders", "stock", "y"]);
    let client = prop_oneof![Just("till".to_owned()), Just("c".repeat(300))];
    let times = (NOW - 40..NOW + 40, prop::option::of(NOW - 40..NOW + 40));
    (scopes, audience, client, times).prop_map(|(scopes, audience, client, (end, begin))| Token {
        client: Some(client.into()),
        scopes,
        audience,
        not_before: begin,
        expires_at: Some(end),
        ..token(Some("lin"))
    })
}

/// Everything that a token is judged by, in another way.
fn changed(world: &mut World, which: u8) {
    match which {
        0 => issuer(world).audiences = vec!["stock".into()],
        1 => issuer(world).audiences = vec!["orders".into(), "z".into()],
        2 => issuer(world).leeway = Duration::ZERO,
        3 => wants(world, "admin"),
        4 => wants(world, "x"),
        5 => wants(world, "orders:read"),
        6 => world.credential().scopes = Some(["orders:read".into()].into()),
        7 => {
            let service = &mut world.configuration.services[0];
            service.authentication.as_mut().unwrap().subscription = false;
        }
        8 => issuer(world).claims.scopes = Vec::new(),
        9 => world.configuration.services[0].scopes.clear(),
        10 => {
            world.credential().proof = Proof::Client(Box::new(ClientId {
                issuer: "corp".into(),
                id: ClientId::ANY.into(),
            }));
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_token_is_decided_on_like_it_was_or_it_cannot_be_told(
        before in prop::collection::vec(0u8..12, 0..3),
        after in prop::collection::vec(prop_oneof![0u8..6, Just(7u8), Just(9u8)], 0..3),
        token in tokens(),
    ) {
        let mut world = tokened();
        for which in before {
            changed(&mut world, which);
        }
        let then = later(&world, |then| {
            for which in after {
                changed(then, which);
            }
        });
        let sent = with(&world, token);
        if let Some((_, live, kept)) = both(&world, &sent, &then, &[], true)
            && !kept.starts_with("cannot tell")
        {
            prop_assert_eq!(live, kept);
        }
    }
}
