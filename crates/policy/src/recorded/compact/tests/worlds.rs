//! Worlds that records are made in, what changes in them afterwards, the requests, and what holds of all.

use super::*;

pub(super) fn policy(rule: PolicyRule) -> Policy {
    Policy {
        name: format!("a {}", rule.kind()).into(),
        level: Level::Platform,
        mode: Mode::Enforce,
        is_default: false,
        rule,
    }
}

pub(super) fn headers(rule: HeadersRule) -> Policy {
    policy(PolicyRule::Headers(rule))
}

pub(super) fn office() -> Policy {
    policy(PolicyRule::Network(NetworkRule {
        allow: vec![0],
        ..NetworkRule::default()
    }))
}

/// A world with what a request may meet.
pub(super) fn world() -> World {
    let mut world = World::new();
    let services = &mut world.configuration.services;
    let operations = &mut services[0].versions[0].operations;
    operations[0].path = "/orders/{id}/{*rest}".into();
    operations[0].recorded_parameters = vec!["id".into()];
    operations.push(Operation {
        name: "chat".into(),
        path: "/chat".into(),
        websocket: true,
        ..Operation::default()
    });
    services[0].path_parameters = true;
    services.push(service(&[], "/open", &["/"]));
    world.configuration.lists = vec![AddressList {
        name: "office".into(),
        tenant: None,
        source: None,
        expires_at: None,
        entries: vec![ListEntry {
            range: "198.51.100.0/24".parse().unwrap(),
            comment: None,
            added_at: None,
            expires_at: None,
        }],
    }];
    world
}

/// Things that change, in the rules or in the rows; some may be wrong with both worlds.
pub(super) fn change(world: &mut World, which: u8) {
    let limit = || Limit {
        name: "all".into(),
        measure: Measure::Rate {
            count: 100,
            per: Duration::from_mins(1),
            burst: 100,
        },
        by: vec![LimitKey::App],
    };
    let configuration = &mut world.configuration;
    match which {
        0 => configuration.policies.push(headers(HeadersRule {
            required: vec!["x-reason".into()],
            ..HeadersRule::default()
        })),
        1 => configuration.policies.push(headers(HeadersRule {
            values: vec![HeaderValues {
                header: "x-region".into(),
                allowed: vec!["eu".into(), "us*".into()],
            }],
            ..HeadersRule::default()
        })),
        2 => configuration.policies.push(headers(HeadersRule {
            content_types: vec!["application/json".into()],
            sniff: true,
            length_required: true,
            ..HeadersRule::default()
        })),
        3 => configuration.policies.push(office()),
        4 => configuration.lists[0].entries[0].range = "192.0.2.0/24".parse().unwrap(),
        5 => configuration
            .policies
            .push(policy(PolicyRule::Limit(limit()))),
        6 => configuration.plans[0].scopes = vec!["orders:read".into()],
        7 => configuration.plans[0].covers.clear(),
        8 => {
            configuration.services[0].visibility = Visibility::Private {
                shared_with: vec![],
            }
        }
        9 => configuration.services[0].tls_required = true,
        10 | 11 => {
            if let Some(accepted) = &mut configuration.services[0].authentication {
                match which {
                    10 => accepted.headers = vec!["x-key".into()],
                    _ => accepted.subscription = false,
                }
            }
        }
        12 => configuration.services[0].authentication = None,
        13 => configuration.services[0].versions[0].operations[2].anonymous = false,
        14 => configuration.client.trusted_proxies = vec!["198.51.100.0/24".parse().unwrap()],
        15 => configuration.services[0].versions[0].operations[2].path = "/orders/new/x".into(),
        16 => configuration
            .policies
            .push(policy(PolicyRule::Body(entity::BodyRule { max_size: 3 }))),
        17 => configuration.services[0].versions[0].operations[1].scopes = vec!["admin".into()],
        18 => configuration.edge.deny = vec![0],
        19 => configuration.environments.clear(),
        20 => world.credential().scopes = Some(["orders:read".into()].into()),
        21 => world.subscription().scopes = Some(vec!["orders:read".into(), "admin".into()]),
        22 => {
            world.credential().restriction = Some(Box::new(Restriction {
                networks: vec!["198.51.100.0/24".parse().unwrap()],
                ..Restriction::default()
            }));
        }
        23 => world.subscription().scopes = Some(vec!["x".repeat(120).into(); 3]),
        24 => world.configuration.services[0].base_path = "/v2".into(),
        25 => world.require_role(),
        26 => world.accounts.apps[0].access_roles = ["order-writer".into()].into(),
        27 => world.join(None, "order-writer"),
        28 => {
            world.credential().restriction = Some(Box::new(Restriction {
                access_roles: Some(vec!["order-writer".into()]),
                ..Restriction::default()
            }));
        }
        29 => world.accounts.apps[0].access_roles = vec!["x".repeat(60).into(); 3].into(),
        30..=32 => pages(configuration, which),
        33..=35 => configuration.policies.push(network(places(which))),
        36 => {
            let rule = Box::new(crate::testing::decider(None));
            configuration
                .policies
                .push(policy(PolicyRule::External(rule)));
        }
        37 => documented(configuration),
        38..=49 => about_some(world, which - 2),
        _ => {
            for policy in &mut configuration.policies {
                policy.mode = Mode::Shadow { until: None };
            }
        }
    }
}

/// A policy that holds requests to a document.
fn documented(configuration: &mut entity::Configuration) {
    let document = serde_json::json!({"openapi": "3.1.0", "paths": {"/orders": {"post": {
        "parameters": [{"in": "query", "name": "x", "schema": {"type": "integer"}}],
        "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}},
        "responses": {"200": {"content": {"application/json": {}}}},
    }}}});
    configuration.services[0].versions[0].openapi = Some(document.into());
    let rule = entity::ContractRule {
        parameters: true,
        refuses_unknown: true,
        body: true,
        accept: true,
        encodings: true,
        max_size: 100,
        upload_types: vec![],
        upload_names: vec![],
        status: None,
    };
    configuration
        .policies
        .push(policy(PolicyRule::Contract(rule)));
}

/// Policies about pages.
pub(super) fn pages(configuration: &mut entity::Configuration, which: u8) {
    match which {
        30 => configuration
            .policies
            .push(policy(PolicyRule::Cors(entity::CorsRule {
                origins: vec![entity::OriginPattern::Exact("https://app.example".into())],
                enforce_origin: true,
                ..entity::CorsRule::default()
            }))),
        31 | 32 => {
            let token = entity::CsrfToken {
                cookie: "c".into(),
                header: "x-t".into(),
                field: Some("t".into()),
                valid: Duration::from_mins(1),
            };
            let rule = entity::CsrfRule {
                token: (which == 32).then_some(token),
                ..entity::CsrfRule::default()
            };
            configuration.policies.push(policy(PolicyRule::Csrf(rule)));
            configuration.policies.push(office());
        }
        _ => {}
    }
}

/// Rules about some requests.
pub(super) fn about_some(world: &mut World, which: u8) {
    let values = |name: &str, allowed: &str| entity::Values {
        name: name.into(),
        allowed: vec![allowed.into()],
    };
    let require = |require: entity::Conditions| {
        PolicyRule::Conditions(Box::new(entity::ConditionsRule {
            require,
            ..entity::ConditionsRule::default()
        }))
    };
    let none = entity::Conditions::default;
    let region = || HeaderValues {
        header: "x-region".into(),
        allowed: vec!["eu*".into()],
    };
    let rule = match which {
        36 => require(entity::Conditions {
            headers: vec![region()],
            ..none()
        }),
        37 => require(entity::Conditions {
            hours: Some(entity::Hours {
                between: Some((0, 6 * 60)),
                days: [true; 7],
                zone: "Europe/Berlin".into(),
            }),
            ..none()
        }),
        38 => require(entity::Conditions {
            methods: vec![entity::Method::Get],
            environments: vec!["production".into()],
            max_size: Some(5),
            media_types: vec!["application/*".into()],
            ..none()
        }),
        39 => require(entity::Conditions {
            groups: vec!["partners".into()],
            lists: vec![0],
            ..none()
        }),
        40 => require(entity::Conditions {
            body: vec![values("/currency", "EUR")],
            ..none()
        }),
        41 => require(entity::Conditions {
            claims: vec![values("department", "sales")],
            ..none()
        }),
        42 => PolicyRule::Conditions(Box::new(entity::ConditionsRule {
            when: entity::Conditions {
                headers: vec![region()],
                countries: vec![Country::parse("DE").unwrap()],
                ..none()
            },
            except: entity::Exceptions {
                groups: vec!["partners".into()],
                access_roles: vec!["order-reader".into()],
                ..entity::Exceptions::default()
            },
            require: entity::Conditions {
                apps: vec!["other".into()],
                ..none()
            },
        })),
        43..=45 => PolicyRule::Ownership(Box::new(entity::OwnershipRule {
            when: none(),
            except: entity::Exceptions::default(),
            resource: match which {
                43 => entity::Resource::Path("id".into()),
                44 => entity::Resource::Query("x".into()),
                _ => entity::Resource::Body("/owner".into()),
            },
            owner: entity::Owner::App,
            separator: Some("-".into()),
            status: None,
        })),
        46 => PolicyRule::StepUp(Box::new(entity::StepUpRule {
            max_age: Some(Duration::from_mins(5)),
            ..entity::StepUpRule::default()
        })),
        _ => {
            // `order-writer` inherits what denies `POST`.
            world.require_role();
            let roles = &mut world.configuration.access_roles;
            roles[0].inherits = vec!["order-reader".into()];
            roles[1].denies = vec![entity::RoleGrant {
                methods: vec![entity::Method::Post],
                ..roles[1].allows[0].clone()
            }];
            return;
        }
    };
    world.configuration.policies.push(policy(rule));
}

/// What is said of places.
pub(super) fn places(which: u8) -> NetworkRule {
    match which {
        33 => NetworkRule {
            allow_countries: vec![Country::parse("DE").unwrap()],
            ..NetworkRule::default()
        },
        34 => NetworkRule {
            deny_countries: vec![Country::UNKNOWN],
            deny_asns: vec![AsNumber(4_200_000_000)],
            ..NetworkRule::default()
        },
        _ => NetworkRule {
            allow: vec![0],
            allow_asns: vec![AsNumber(4_200_000_000)],
            ..NetworkRule::default()
        },
    }
}

pub(super) fn rows(which: u8, world: &World) -> Vec<Change> {
    let accounts = world.accounts.clone();
    let mut credential = accounts.credentials[0].clone();
    let mut subscription = accounts.subscriptions[0].clone();
    match which {
        0 => credential.expires_at = Some(NOW),
        1 => credential.scopes = Some([].into()),
        2 => subscription.state = entity::SubscriptionState::Pending,
        3 => return vec![Change::RemoveApp("shop".into())],
        4 => return vec![Change::RemoveCredential(credential.id)],
        _ => return Vec::new(),
    }
    vec![
        Change::PutCredential(credential),
        Change::PutSubscription(subscription),
    ]
}

pub(super) fn requests() -> impl Strategy<Value = Sent> {
    let line = prop::sample::select(vec![
        "KEY",
        "X-Reason: because",
        "X-Region: eu",
        "X-Region: us-1",
        "Content-Type: application/json",
        "Content-Type: text/plain",
        "Content-Length: 2",
        "Content-Length: 9",
        "Connection: keep-alive",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        "X-Forwarded-For: 192.0.2.1",
        "X-Forwarded-For: 2001:db8::1, 203.0.113.200, 203.0.113.201, 203.0.113.202, 203.0.113.203",
        "X-Forwarded-Proto: https",
        "Via: 1.1 somebody",
        "Expect: 100-continue",
        "Transfer-Encoding: chunked",
        "Accept: */*",
        "User-Agent: test",
        "Authorization: Bearer abc",
        "Origin: https://app.example",
        "Origin: https://evil.example",
        "Origin: https://api.example.com",
        "Sec-Fetch-Site: same-origin",
        "Sec-Fetch-Site: cross-site",
        "X-Forwarded-Host: evil.example",
        "Access-Control-Request-Method: GET",
        "Cookie: a=b",
    ]);
    let target = prop::sample::select(vec![
        "/orders/17/a/b",
        "/orders/new/x",
        "/orders/%7b;x=1/a",
        "/orders/shop-17/a",
        "/orders",
        "/orders?x=1",
        "/orders?x=shop&x=2",
        "/orders?x=shop-1",
        "/status",
        "/status;v=2",
        "/chat",
        "/open/",
        "/v2/status",
    ]);
    let method = prop::sample::select(vec!["GET", "POST", "OPTIONS"]);
    let host = prop::sample::select(vec!["api.example.com", "API.example.com:443", "x.test", ""]);
    let fields = prop::collection::vec(line, 0..7);
    let over = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (method, target, host, fields, over).prop_map(|(method, target, host, fields, over)| {
        let (tls, proxied, http10, has_body) = over;
        let mut lines = vec!["KEY"];
        lines.extend(fields);
        let key_line = format!("X-API-Key: {}", written(&key(1)));
        let mut lines: Vec<String> = lines
            .into_iter()
            .map(|line| {
                if line == "KEY" {
                    key_line.clone()
                } else {
                    line.to_owned()
                }
            })
            .collect();
        lines.dedup();
        if target == "/status" && lines.len().is_multiple_of(2) {
            lines.retain(|line| *line != key_line);
        }
        if !host.is_empty() {
            lines.insert(0, format!("Host: {host}"));
        }
        let lines_are_even = lines.len().is_multiple_of(2);
        let mut connection = connection("198.51.100.1");
        connection.tls = tls.then(|| Tls {
            version: TlsVersion::V1_3,
            sni: Some("api.example.com".into()),
        });
        connection.proxied_source = proxied.then(|| "203.0.113.9:7".parse().unwrap());
        Sent {
            method,
            target: target.to_owned(),
            fields: lines,
            body: has_body.then_some(if lines_are_even {
                b"{\"owner\":\"shop\",\"currency\":\"EUR\"}"
            } else {
                b"{}"
            }),
            token: None,
            connection,
            version: if http10 {
                Version::Http10
            } else {
                Version::Http11
            },
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn what_is_kept_is_decided_like_its_request_or_it_cannot_be_told(
        wrong in prop::collection::vec(0u8..51, 0..3),
        later in prop::collection::vec(prop_oneof![0u8..20, Just(25u8), 30u8..50], 0..3),
        rows_later in 0u8..8,
        sent in requests(),
        has_host in any::<bool>(),
    ) {
        let mut world = world();
        for which in wrong {
            change(&mut world, which);
        }
        let mut then = world.clone();
        for which in later {
            change(&mut then, which);
        }
        let changes = rows(rows_later, &world);
        if let Some((_, live, kept)) = both(&world, &sent, &then, &changes, has_host)
            && !kept.starts_with("cannot tell")
        {
            prop_assert_eq!(live, kept);
        }
    }

    #[test]
    fn bytes_that_are_no_facts_are_none_and_never_panic(
        sent in requests(),
        at in any::<prop::sample::Index>(),
        value in any::<u8>(),
        noise in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let world = world();
        let (rules, directory) = (world.rules(), world.directory());
        let head = sent.head();
        let mut live = Live::new(&head, &sent.connection, NOW * 1000);
        if let (Decision::Allow, walk) = decide(&rules, &directory, &mut live, b"{}") {
            let row = Row::new(&rules, &live, walk, true);
            let mut bytes = row.bytes.clone();
            let cut = at.index(bytes.len());
            prop_assert!(row.read(&rules, &bytes[..cut]).is_none());
            bytes[cut] = value;
            row.read(&rules, &bytes);
            row.read(&rules, &noise);
        }
    }
}
