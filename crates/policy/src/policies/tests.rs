use super::*;
use crate::decision::Depth;
use crate::directory::Directory;
use crate::facts::{AutonomousSystem, Label, Live, LocatedCountry, LocatedSystem, Reading};
use crate::head::Head;
use crate::listing::Listed;
use crate::testing::{compile, configuration, connection, head, service};
use crate::{Decision, Rules, Snapshot, Step, Walk};
use postern_model::denial::{Code, Denial, Value};
use postern_model::entity::{
    AddressList, AsNumber, BodyRule, Configuration, Country, HeaderValues, HeadersRule, Level,
    Limit, LimitKey, ListEntry, ListPlace, ListSource, Measure, Method, NetworkRule,
};
use proptest::prelude::*;
use std::time::Duration;

/// Half past something, in milliseconds.
const NOW: i64 = 1_000_000_000;

fn list(name: &str, ranges: &[&str]) -> AddressList {
    let entry = |range: &&str| ListEntry {
        range: range.parse().unwrap(),
        comment: Some("a test".into()),
        added_at: Some(86_400),
        expires_at: None,
    };
    AddressList {
        name: name.into(),
        tenant: None,
        source: None,
        expires_at: None,
        entries: ranges.iter().map(entry).collect(),
    }
}

fn policy(name: &str, level: Level, rule: PolicyRule) -> Policy {
    Policy {
        name: name.into(),
        level,
        mode: Mode::Enforce,
        is_default: false,
        rule,
    }
}

fn network(allow: &[usize], deny: &[usize]) -> PolicyRule {
    PolicyRule::Network(NetworkRule {
        allow: allow.to_vec(),
        deny: deny.to_vec(),
        ..NetworkRule::default()
    })
}

/// One service of tenant `commerce` with `GET POST /orders` and `GET /open`, and two lists:
/// `office` with `203.0.113.0/24` and `2001:db8::/32`, and `bad` with `203.0.113.66/32`.
fn rules(policies: Vec<Policy>) -> Rules {
    compile(configured(policies))
}

fn configured(policies: Vec<Policy>) -> Configuration {
    let mut service = service(&[], "", &["GET POST /orders", "GET /open"]);
    service.name = "orders".into();
    service.tenant = Some("commerce".into());
    let mut configuration = configuration(vec![service]);
    configuration.lists = vec![
        list("office", &["203.0.113.0/24", "2001:db8::/32"]),
        list("bad", &["203.0.113.66/32"]),
    ];
    configuration.policies = policies;
    configuration
}

fn walk(rules: &Rules, head: &Head, peer: &str, depth: Depth) -> (Walk, Step) {
    let connection = connection(peer);
    let facts = Live::new(head, &connection, NOW);
    let directory = Directory::default();
    let snapshot = Snapshot {
        rules,
        directory: &directory,
    };
    let mut walk = Walk::new(depth);
    let step = walk.step(&snapshot, &facts);
    (walk, step)
}

fn refusal(rules: &Rules, head: &Head, peer: &str) -> Option<Denial> {
    match walk(rules, head, peer, Depth::FirstDenial).1 {
        Step::Done(Decision::Allow) => None,
        Step::Done(Decision::Refuse(denial)) => Some(denial),
        other => panic!("{other:?}"),
    }
}

fn get(peer: &str, rules: &Rules) -> Option<Denial> {
    refusal(rules, &head("GET", "/orders", &["Host: a"]), peer)
}

fn post(fields: &[&str]) -> Head {
    let mut all = vec!["Host: a"];
    all.extend(fields);
    let mut head = head("POST", "/orders", &all);
    head.has_body = true;
    head
}

fn code(denial: Option<Denial>) -> Option<&'static str> {
    denial.map(|denial| denial.code.row().name)
}

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
fn a_default_gives_way_to_its_namesake_below_and_a_mandatory_policy_does_not() {
    let on = |level| policy("where", level, network(&[0], &[]));
    let narrower = || Policy {
        rule: network(&[], &[1]),
        ..on(Level::Operation(
            "orders".into(),
            "v1".into(),
            "GET POST /orders".into(),
        ))
    };
    let mandatory = rules(vec![on(Level::Platform), narrower()]);
    assert_eq!(
        code(get("192.0.2.1", &mandatory)),
        Some("network.address_not_allowed")
    );
    let mut wider = on(Level::Platform);
    wider.is_default = true;
    let replaced = rules(vec![narrower(), wider.clone()]);
    assert_eq!(code(get("192.0.2.1", &replaced)), None);
    assert_eq!(
        code(get("203.0.113.66", &replaced)),
        Some("network.address_denied")
    );
    let open = head("GET", "/open", &["Host: a"]);
    let elsewhere = refusal(&replaced, &open, "192.0.2.1");
    assert_eq!(code(elsewhere), Some("network.address_not_allowed"));
    let mut other_name = narrower();
    other_name.name = "other".into();
    let both = rules(vec![other_name, wider]);
    assert_eq!(
        code(get("192.0.2.1", &both)),
        Some("network.address_not_allowed")
    );
}

#[test]
fn every_level_holds_for_its_own() {
    let levels = [
        (Level::Platform, true),
        (Level::Tenant("commerce".into()), true),
        (Level::Tenant("other".into()), false),
        (Level::Service("orders".into()), true),
        (Level::Version("orders".into(), "v1".into()), true),
        (Level::Version("orders".into(), "v2".into()), false),
        (
            Level::Operation("orders".into(), "v1".into(), "GET POST /orders".into()),
            true,
        ),
        (
            Level::Operation("orders".into(), "v1".into(), "GET /open".into()),
            false,
        ),
    ];
    for (level, holds) in levels {
        let rules = rules(vec![policy("p", level.clone(), network(&[0], &[]))]);
        assert_eq!(get("192.0.2.1", &rules).is_some(), holds, "{level:?}");
    }
}

#[test]
fn shadow_notes_off_is_silent_and_both_end() {
    let with = |mode| {
        let policy = policy("p", Level::Platform, network(&[0], &[]));
        rules(vec![Policy { mode, ..policy }])
    };
    let request = head("GET", "/orders", &["Host: a"]);
    let later = Some(NOW / 1000 + 1);
    let (walked, step) = walk(
        &with(Mode::Shadow { until: later }),
        &request,
        "192.0.2.1",
        Depth::FirstDenial,
    );
    assert_eq!(step, Step::Done(Decision::Allow));
    assert_eq!(walked.shadow().len(), 1);
    assert!(walked.denials().is_empty());
    assert_eq!(get("192.0.2.1", &with(Mode::Off { until: later })), None);
    let over = Some(NOW / 1000);
    for mode in [Mode::Shadow { until: over }, Mode::Off { until: over }] {
        assert!(get("192.0.2.1", &with(mode)).is_some(), "{mode:?}");
    }
}

#[test]
fn everything_names_every_policy_that_refuses() {
    let rules = rules(vec![
        policy("a", Level::Platform, network(&[0], &[])),
        policy("b", Level::Tenant("commerce".into()), network(&[1], &[])),
    ]);
    let request = head("GET", "/orders", &["Host: a"]);
    let (walked, _) = walk(&rules, &request, "192.0.2.1", Depth::Everything);
    let named: Vec<_> = walked
        .denials()
        .iter()
        .filter_map(|d| d.policy.as_deref())
        .collect();
    assert_eq!(named, ["a", "b"]);
}

#[test]
fn heads_that_miss_something_and_their_look_alikes() {
    let rule = HeadersRule {
        methods: vec![Method::Post],
        required: vec!["x-tenant".into(), "accept".into()],
        values: vec![HeaderValues {
            header: "x-mode".into(),
            allowed: vec!["fast".into(), "slow-*".into()],
        }],
        content_types: vec!["application/json".into(), "text/*".into()],
        sniff: false,
        length_required: true,
    };
    let rules = rules(vec![policy(
        "h",
        Level::Platform,
        PolicyRule::Headers(rule),
    )]);
    let fine = [
        "X-Tenant: a",
        "Accept: */*",
        "Content-Length: 2",
        "Content-Type: Application/JSON; charset=utf-8",
    ];
    let without = |name: &str| -> Vec<&str> {
        fine.iter()
            .copied()
            .filter(|f| !f.starts_with(name))
            .collect()
    };
    let with = |more: &'static str, instead: &str| {
        let mut fields = without(instead);
        fields.push(more);
        fields
    };
    let cases: [(Vec<&str>, Option<&str>); 9] = [
        (fine.to_vec(), None),
        (without("X-Tenant"), Some("headers.required_missing")),
        (without("Accept"), Some("headers.required_missing")),
        (without("Content-Length"), Some("headers.length_required")),
        (
            without("Content-Type"),
            Some("headers.content_type_missing"),
        ),
        (with("Content-Type: text/plain", "Content-Type"), None),
        (
            with("Content-Type: image/png", "Content-Type"),
            Some("headers.content_type_unsupported"),
        ),
        (with("X-Mode: slow-7", "-"), None),
        (with("X-Mode: FAST", "-"), Some("headers.value_not_allowed")),
    ];
    for (fields, expected) in cases {
        assert_eq!(
            code(refusal(&rules, &post(&fields), "192.0.2.1")),
            expected,
            "{fields:?}"
        );
    }
    assert_eq!(code(get("192.0.2.1", &rules)), None, "another method");
}

#[test]
fn a_body_has_to_look_like_what_it_says() {
    let rule = HeadersRule {
        sniff: true,
        ..HeadersRule::default()
    };
    let rules = rules(vec![policy(
        "h",
        Level::Platform,
        PolicyRule::Headers(rule),
    )]);
    let cases: [(&str, &[u8], bool); 12] = [
        ("application/json", b" {\"a\":1}", true),
        ("application/json", b"<a/>", false),
        ("application/vnd.api+json", b"[1]", true),
        ("application/json", b"a=b", false),
        ("application/xml", b"<?xml version='1.0'?>", true),
        ("text/xml", b"{}", false),
        ("application/x-www-form-urlencoded", b"a=b", true),
        ("application/x-www-form-urlencoded", b"{\"a\":1}", false),
        ("image/png", b"\x89PNG\r\n\x1a\n0000", true),
        ("image/png", b"GIF89a", false),
        ("text/plain", b"\x7fELF\x02", false),
        ("application/octet-stream", b"\x7fELF\x02", true),
    ];
    let connection = connection("192.0.2.1");
    let directory = Directory::default();
    let snapshot = Snapshot {
        rules: &rules,
        directory: &directory,
    };
    for (said, start, fits) in cases {
        let head = post(&[&format!("Content-Type: {said}"), "Content-Length: 9"]);
        let facts = Live::new(&head, &connection, NOW);
        let mut walk = Walk::new(Depth::FirstDenial);
        let step = walk.step(&snapshot, &facts);
        assert_eq!(
            step,
            Step::Need(crate::FactRequest::BodyStart { bytes: SNIFFED })
        );
        facts.provide_body_start(start.to_vec());
        let step = walk.step(&snapshot, &facts);
        assert_eq!(
            matches!(step, Step::Done(Decision::Allow)),
            fits,
            "{said} {start:?}"
        );
    }
}

#[test]
fn the_least_body_limit_holds() {
    let at_most =
        |name, level, max_size| policy(name, level, PolicyRule::Body(BodyRule { max_size }));
    let rules = rules(vec![
        at_most("a", Level::Platform, 1000),
        at_most("b", Level::Service("orders".into()), 100),
    ]);
    let sized = |length: u64| post(&[&format!("Content-Length: {length}")]);
    assert_eq!(code(refusal(&rules, &sized(100), "192.0.2.1")), None);
    let denial = refusal(&rules, &sized(101), "192.0.2.1").unwrap();
    assert_eq!(
        (denial.code, denial.policy.as_deref()),
        (Code::BodyTooLarge, Some("b"))
    );
    let request = post(&["Transfer-Encoding: chunked"]);
    let (walked, _) = walk(&rules, &request, "192.0.2.1", Depth::FirstDenial);
    let allowed = walked.allowed(&rules, &request).unwrap();
    assert_eq!(allowed.body_limit, Some(100));
}

fn rate(name: &str, by: &[LimitKey]) -> PolicyRule {
    PolicyRule::Limit(Limit {
        name: name.into(),
        measure: Measure::Rate {
            count: 10,
            per: Duration::from_secs(1),
            burst: 10,
        },
        by: by.to_vec(),
    })
}

#[test]
fn limits_are_named_then_read_then_judged() {
    let rules = rules(vec![
        policy(
            "by-address",
            Level::Platform,
            rate("per-address", &[LimitKey::Address]),
        ),
        policy("by-app", Level::Platform, rate("per-app", &[LimitKey::App])),
        policy(
            "all",
            Level::Service("orders".into()),
            rate("all", &[LimitKey::Operation]),
        ),
    ]);
    let connection = connection("192.0.2.1");
    let request = head("GET", "/orders", &["Host: a"]);
    let mut facts = Live::new(&request, &connection, NOW);
    let directory = Directory::default();
    let snapshot = Snapshot {
        rules: &rules,
        directory: &directory,
    };
    let mut walk = Walk::new(Depth::FirstDenial);
    assert_eq!(
        walk.step(&snapshot, &facts),
        Step::Need(crate::FactRequest::Counters)
    );
    let named: Vec<&str> = walk.limits().iter().map(|l| &*l.limit.name).collect();
    assert_eq!(
        named,
        ["per-address", "all"],
        "anonymous requests have no app"
    );
    let fits = Reading {
        passes: true,
        remaining: 9,
        reset: 100,
        retry_after: 0,
    };
    let used_up = Reading {
        passes: false,
        remaining: 0,
        reset: 1000,
        retry_after: 1200,
    };
    facts.provide_readings([fits, used_up].into_iter().collect());
    let Step::Done(Decision::Refuse(denial)) = walk.step(&snapshot, &facts) else {
        panic!("passes")
    };
    assert_eq!(denial.code, Code::RateExceeded);
    assert_eq!(
        denial.evidence("name").and_then(Value::as_text),
        Some("all")
    );
    assert_eq!(denial.retry, postern_model::denial::Retry::After(2));
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

fn any_level() -> impl Strategy<Value = Level> {
    prop_oneof![
        Just(Level::Platform),
        Just(Level::Tenant("commerce".into())),
        Just(Level::Service("orders".into())),
        Just(Level::Version("orders".into(), "v1".into())),
        Just(Level::Operation(
            "orders".into(),
            "v1".into(),
            "GET POST /orders".into()
        )),
    ]
}

fn any_policy() -> impl Strategy<Value = Policy> {
    let lists = proptest::collection::vec(0..2usize, 0..3);
    (any_level(), lists.clone(), lists, "[ab]", any::<bool>()).prop_map(
        |(level, allow, deny, name, is_default)| Policy {
            is_default,
            ..policy(&name, level, network(&allow, &deny))
        },
    )
}

proptest! {
    #[test]
    fn a_mandatory_policy_more_never_lets_anybody_in(
        policies in proptest::collection::vec(any_policy(), 0..5),
        more in any_level(),
        lists in proptest::collection::vec(0..2usize, 0..3),
        last in 0..255u8,
    ) {
        let peer = format!("203.0.113.{last}");
        let before = get(&peer, &rules(policies.clone()));
        let mut with = policies;
        // A name of its own replaces nothing.
        with.push(policy("c", more, network(&lists, &[])));
        let after = get(&peer, &rules(with));
        prop_assert!(before.is_none() || after.is_some());
    }

    #[test]
    fn a_list_agrees_with_looking_at_every_entry(
        ranges in proptest::collection::vec((any::<u32>(), 0..=32u8), 0..40),
        address in any::<u32>(),
    ) {
        let nets: Vec<ipnet::Ipv4Net> = ranges
            .iter()
            .map(|&(bits, length)| ipnet::Ipv4Net::new(bits.into(), length).unwrap())
            .collect();
        let texts: Vec<String> = nets.iter().map(ToString::to_string).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let list = List::new(&list("l", &texts));
        let address = std::net::Ipv4Addr::from(address);
        let narrowest = nets.iter().filter(|n| n.contains(&address)).map(ipnet::Ipv4Net::prefix_len).max();
        let found = list.find(address.into(), NOW).map(|entry| entry.range.prefix_len());
        prop_assert_eq!(found, narrowest);
        let closest = nets.iter().map(|n| (n.network().to_bits() ^ address.to_bits()).leading_zeros()).max();
        let nearest = list.nearest(address.into(), NOW).map(|entry| super::list::shared(entry.range, std::net::IpAddr::from(address).into()));
        prop_assert_eq!(nearest, closest);
    }
}
