//! Addresses, lists, countries and autonomous systems.

use super::*;

#[test]
fn an_address_off_the_list_is_refused_with_the_nearest_range() {
    let rules = rules(vec![policy(
        "office-only",
        Level::Platform,
        network(&[0], &[]),
    )]);
    assert_eq!(code(get("203.0.113.7", &rules)), None);
    assert_eq!(code(get("2001:db8::7", &rules)), None);
    let denial = get("203.0.112.7", &rules).unwrap();
    assert_eq!(denial.code, Code::AddressNotAllowed);
    assert_eq!(denial.policy.as_deref(), Some("office-only"));
    let text = |name| {
        denial
            .evidence(name)
            .and_then(Value::as_text)
            .map(str::to_owned)
    };
    assert_eq!(text("address").as_deref(), Some("203.0.112.7"));
    assert_eq!(text("provenance").as_deref(), Some("peer"));
    assert_eq!(text("nearest_range").as_deref(), Some("203.0.113.0/24"));
}

#[test]
fn a_deny_list_beats_an_allow_list_and_says_since_when() {
    let rules = rules(vec![policy(
        "office-only",
        Level::Platform,
        network(&[0], &[1]),
    )]);
    let denial = get("203.0.113.66", &rules).unwrap();
    assert_eq!(denial.code, Code::AddressDenied);
    assert!(denial.evidence("since").is_some() && denial.evidence("reason").is_some());
    assert_eq!(code(get("203.0.113.67", &rules)), None);
}

#[test]
fn an_entry_counts_until_it_expires() {
    let mut entries = list("guests", &["198.51.100.0/24", "198.51.100.0/28"]);
    for (entry, until) in entries.entries.iter_mut().zip([NOW / 1000, NOW / 1000 + 1]) {
        entry.expires_at = Some(until);
    }
    let list = List::new(&entries);
    let find = |address: &str| list.find(address.parse().unwrap(), NOW).is_some();
    assert!(find("198.51.100.1"));
    assert!(!find("198.51.100.200"), "expired to the millisecond");
    let nearest = list
        .nearest("198.51.100.200".parse().unwrap(), NOW)
        .unwrap();
    assert_eq!(nearest.range.to_string(), "198.51.100.0/28");
}

#[test]
fn a_list_that_has_expired_is_empty_where_it_allows_and_where_it_denies() {
    let at = |allow: &[usize], deny: &[usize], ends: [Option<i64>; 2]| {
        let mut configuration =
            configured(vec![policy("where", Level::Platform, network(allow, deny))]);
        for (list, end) in configuration.lists.iter_mut().zip(ends) {
            list.expires_at = end;
        }
        let rules = compile(configuration);
        get("203.0.113.66", &rules)
    };
    let (over, lasts) = (Some(NOW / 1000), Some(NOW / 1000 + 1));
    // 203.0.113.66 stands on both.
    assert_eq!(code(at(&[0], &[], [lasts, None])), None);
    let refused = at(&[0], &[], [over, None]).unwrap();
    assert_eq!(refused.code, Code::AddressNotAllowed);
    let expired = refused.evidence("expired_list").unwrap();
    assert_eq!(*expired, Value::List(vec!["office".into()]));
    assert!(refused.evidence("nearest_range").is_none());
    let denied = at(&[0], &[1], [None, lasts]).map(|denial| denial.code);
    assert_eq!(denied, Some(Code::AddressDenied));
    assert_eq!(code(at(&[0], &[1], [None, over])), None);
}

/// What is known of a client: its country, its autonomous system; `None`: nobody has looked.
type Known = (Option<&'static str>, Option<u32>);

/// Judges a client of which that is known, by one policy; `unknown` and 0 stand for what databases
/// do not know.
fn from(rule: NetworkRule, peer: &str, known: Known, depth: Depth) -> (Walk, Step) {
    let rules = rules(vec![policy(
        "where",
        Level::Platform,
        PolicyRule::Network(rule),
    )]);
    let (head, connection) = (head("GET", "/orders", &["Host: a"]), connection(peer));
    let facts = Live::new(&head, &connection, NOW);
    let address = connection.peer.ip();
    if let Some(country) = known.0 {
        facts.provide_country(LocatedCountry {
            address,
            country: Country::parse(country),
            built: 7,
        });
    }
    if let Some(number) = known.1 {
        facts.provide_autonomous_system(LocatedSystem {
            address,
            system: (number > 0).then(|| AutonomousSystem {
                number: AsNumber(number),
                name: Label::new("Example Net"),
            }),
            built: 8,
        });
    }
    let directory = Directory::default();
    let snapshot = Snapshot {
        rules: &rules,
        directory: &directory,
    };
    let mut walk = Walk::new(depth);
    let step = walk.step(&snapshot, &facts);
    (walk, step)
}

fn verdict(rule: &NetworkRule, peer: &str, known: Known) -> String {
    match from(rule.clone(), peer, known, Depth::FirstDenial).1 {
        Step::Done(Decision::Allow) => "allowed".to_owned(),
        Step::Done(Decision::Refuse(denial)) => denial.code.name().to_owned(),
        Step::Need(fact) => format!("needs {fact}"),
        Step::Done(other) => panic!("{other:?}"),
    }
}

fn countries(codes: &[&str]) -> Vec<Country> {
    let parse = |code: &&str| match *code {
        "unknown" => Country::UNKNOWN,
        code => Country::parse(code).unwrap(),
    };
    codes.iter().map(parse).collect()
}

#[test]
fn countries_are_allowed_and_denied_and_an_unknown_one_is_in_none() {
    let allow = |codes: &[&str]| NetworkRule {
        allow_countries: countries(codes),
        ..NetworkRule::default()
    };
    let deny = |codes: &[&str]| NetworkRule {
        deny_countries: countries(codes),
        ..NetworkRule::default()
    };
    let refused = "network.country_not_allowed";
    for (rule, country, expected) in [
        (allow(&["FR", "DE"]), "DE", "allowed"),
        (allow(&["FR", "DE"]), "AT", refused),
        (allow(&["FR", "DE"]), "unknown", refused),
        (allow(&["DE", "unknown"]), "unknown", "allowed"),
        (deny(&["FR", "DE"]), "DE", refused),
        (deny(&["FR", "DE"]), "AT", "allowed"),
        (deny(&["FR", "DE"]), "unknown", "allowed"),
        (deny(&["unknown"]), "unknown", refused),
    ] {
        let said = verdict(&rule, "198.51.100.7", (Some(country), None));
        assert_eq!(said, expected, "{country} by {rule:?}");
    }
    let both = NetworkRule {
        allow_countries: countries(&["DE"]),
        ..deny(&["DE"])
    };
    assert_eq!(verdict(&both, "198.51.100.7", (Some("DE"), None)), refused);
}

#[test]
fn whoever_is_in_one_thing_that_is_allowed_may_call() {
    let rule = NetworkRule {
        allow: vec![0],
        deny: vec![1],
        allow_countries: countries(&["DE"]),
        allow_asns: vec![AsNumber(64_496), AsNumber(64_500)],
        deny_asns: vec![AsNumber(64_497)],
        ..NetworkRule::default()
    };
    for (peer, known, expected) in [
        ("203.0.113.7", (Some("unknown"), Some(0)), "allowed"),
        ("198.51.100.7", (Some("DE"), Some(0)), "allowed"),
        ("198.51.100.7", (Some("FR"), Some(64_500)), "allowed"),
        (
            "198.51.100.7",
            (Some("FR"), Some(0)),
            "network.country_not_allowed",
        ),
        (
            "203.0.113.66",
            (Some("DE"), Some(64_496)),
            "network.address_denied",
        ),
        (
            "203.0.113.7",
            (Some("DE"), Some(64_497)),
            "network.address_denied",
        ),
    ] {
        assert_eq!(verdict(&rule, peer, known), expected, "{peer} {known:?}");
    }
    let asns = NetworkRule {
        allow_asns: vec![AsNumber(64_496)],
        ..NetworkRule::default()
    };
    let refused = verdict(&asns, "198.51.100.7", (None, Some(0)));
    assert_eq!(refused, "network.address_not_allowed");
}

/// A proxy that stands on a list is believed: one of the rules, and one from elsewhere.
#[test]
fn proxies_may_be_trusted_by_lists() {
    let mut configuration = configured(vec![]);
    configuration.lists.push(AddressList {
        source: Some(ListSource::usual(ListPlace::Url(
            "https://example.com".into(),
        ))),
        entries: vec![],
        ..list("cdn", &[])
    });
    configuration.client.trusted_lists = vec![0, 2];
    let rules = compile(configuration);
    let fields = ["Host: a", "X-Forwarded-For: 192.0.2.9, 198.51.100.1"];
    let (head, connection) = (head("GET", "/orders", &fields), connection("203.0.113.7"));
    let directory = Directory::default();
    let snapshot = Snapshot {
        rules: &rules,
        directory: &directory,
    };
    let found = |stale: bool, on: &str| {
        let mut facts = Live::new(&head, &connection, NOW);
        let mut walk = Walk::new(Depth::FirstDenial);
        loop {
            match walk.step(&snapshot, &facts) {
                Step::Need(crate::FactRequest::Listed { list: 2, address }) => {
                    facts.provide_listed(Listed {
                        list: "cdn".into(),
                        address,
                        range: (address.to_string() == on).then(|| address.into()),
                        nearest: None,
                        since: Some(1),
                        stale,
                    });
                }
                Step::Done(Decision::Allow) => {
                    let client = walk.client().unwrap();
                    return format!("{} {}", client.address, client.provenance);
                }
                other => panic!("{other:?}"),
            }
        }
    };
    assert_eq!(found(false, "198.51.100.1"), "192.0.2.9 x-forwarded-for[2]");
    assert_eq!(
        found(true, "198.51.100.1"),
        "198.51.100.1 x-forwarded-for[1]"
    );
    assert_eq!(found(false, "nobody"), "198.51.100.1 x-forwarded-for[1]");
}

/// A stale list lets nobody in, and still keeps out whom it kept out.
#[test]
fn lists_from_elsewhere_let_in_and_keep_out() {
    let verdict = |allows: bool, range: Option<&str>, stale: bool| {
        let rule = NetworkRule {
            allow: if allows { vec![2] } else { vec![] },
            deny: if allows { vec![] } else { vec![2] },
            ..NetworkRule::default()
        };
        let mut configuration = configured(vec![policy(
            "where",
            Level::Platform,
            PolicyRule::Network(rule),
        )]);
        configuration.lists.push(AddressList {
            source: Some(ListSource::usual(ListPlace::Url(
                "https://example.com/r".into(),
            ))),
            entries: vec![],
            ..list("cdn", &[])
        });
        let rules = compile(configuration);
        let (head, connection) = (
            head("GET", "/orders", &["Host: a"]),
            connection("203.0.113.7"),
        );
        let mut facts = Live::new(&head, &connection, NOW);
        facts.provide_listed(Listed {
            list: "cdn".into(),
            address: connection.peer.ip(),
            range: range.map(|range| range.parse().unwrap()),
            nearest: Some("203.0.114.0/24".parse().unwrap()),
            since: Some(77),
            stale,
        });
        let directory = Directory::default();
        let snapshot = Snapshot {
            rules: &rules,
            directory: &directory,
        };
        match Walk::new(Depth::FirstDenial).step(&snapshot, &facts) {
            Step::Done(Decision::Allow) => None,
            Step::Done(Decision::Refuse(denial)) => Some(denial),
            other => panic!("{other:?}"),
        }
    };
    let on = Some("203.0.113.0/24");
    assert!(verdict(true, on, false).is_none());
    let stale = verdict(true, on, true).unwrap();
    assert_eq!(stale.code, Code::AddressNotAllowed);
    assert_eq!(
        stale.evidence("expired_list"),
        Some(&Value::List(vec!["cdn".into()]))
    );
    let off = verdict(true, None, false).unwrap();
    assert_eq!(
        off.evidence("nearest_range"),
        Some(&"203.0.114.0/24".into())
    );
    assert_eq!(
        off.evidence("source"),
        Some(&Value::List(vec!["https://example.com/r".into()]))
    );
    for stale in [false, true] {
        let denied = verdict(false, on, stale).unwrap();
        assert_eq!(denied.code, Code::AddressDenied);
        assert_eq!(denied.evidence("since"), Some(&77.into()));
        assert_eq!(
            denied.evidence("source"),
            Some(&"https://example.com/r".into())
        );
        assert!(verdict(false, None, stale).is_none());
    }
}

#[test]
fn what_no_policy_asks_is_not_looked_up() {
    let nothing = (None, None);
    let lists = NetworkRule {
        allow: vec![0],
        ..NetworkRule::default()
    };
    assert_eq!(verdict(&lists, "203.0.113.7", nothing), "allowed");
    let country = NetworkRule {
        allow_countries: countries(&["DE"]),
        ..lists.clone()
    };
    assert_eq!(verdict(&country, "203.0.113.7", nothing), "needs country");
    let asn = NetworkRule {
        deny_asns: vec![AsNumber(64_496)],
        ..lists
    };
    assert_eq!(
        verdict(&asn, "203.0.113.7", nothing),
        "needs autonomous_system"
    );
}

/// Where everything is asked for and a fact is missing, only what hangs on it is not told.
#[test]
fn a_missing_country_is_neither_a_refusal_nor_a_pass() {
    let rule = NetworkRule {
        allow: vec![0],
        deny: vec![1],
        deny_countries: countries(&["FR"]),
        ..NetworkRule::default()
    };
    let all = |peer: &str| {
        let (walk, _) = from(rule.clone(), peer, (None, None), Depth::Everything);
        let codes: Vec<_> = walk.denials().iter().map(|d| d.code).collect();
        let unknown: Vec<_> = walk.unknown().iter().map(|u| u.what).collect();
        (codes, unknown)
    };
    assert_eq!(all("203.0.113.7"), (vec![], vec!["country"]));
    let denied = (vec![Code::AddressDenied], vec!["country"]);
    assert_eq!(all("203.0.113.66"), denied);
}

#[test]
fn a_refused_country_says_which_and_by_what_database_and_has_the_chosen_status() {
    let rule = NetworkRule {
        allow: vec![0],
        allow_countries: countries(&["DE"]),
        status: Some(451),
        ..NetworkRule::default()
    };
    let (_, step) = from(rule, "203.0.112.7", (Some("FR"), None), Depth::FirstDenial);
    let Step::Done(Decision::Refuse(denial)) = step else {
        panic!("{step:?}");
    };
    assert_eq!(denial.status, 451);
    let seen = |name: &str| denial.evidence(name).cloned();
    assert_eq!(seen("country"), Some("FR".into()));
    assert_eq!(seen("database"), Some(7.into()));
    assert_eq!(seen("address"), Some("203.0.112.7".into()));
    assert_eq!(seen("provenance"), Some("peer".into()));
    assert_eq!(seen("list"), Some(Value::List(vec!["office".into()])));
    assert_eq!(seen("nearest_range"), Some("203.0.113.0/24".into()));
    // 451 is no status of this one.
    let rule = NetworkRule {
        deny_asns: vec![AsNumber(64_496)],
        status: Some(451),
        ..NetworkRule::default()
    };
    let (_, step) = from(
        rule,
        "203.0.112.7",
        (None, Some(64_496)),
        Depth::FirstDenial,
    );
    let Step::Done(Decision::Refuse(denial)) = step else {
        panic!("{step:?}");
    };
    assert_eq!(denial.status, 403);
    let asn = denial.evidence("asn").cloned();
    assert_eq!(asn, Some("AS64496 (Example Net)".into()));
}

#[test]
fn a_policy_that_names_no_list_does_not_compile() {
    let mut configuration = configuration(vec![service(&[], "", &["GET /"])]);
    configuration.policies = vec![policy("p", Level::Platform, network(&[3], &[]))];
    let error = Rules::compile(std::sync::Arc::new(configuration), "1".into()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "policy p: it names a list that is not there"
    );
}
