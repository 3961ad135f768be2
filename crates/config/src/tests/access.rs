//! Who may call what.

use super::{codes, key, keyer, parse};
use crate::Code;
use postern_model::entity::*;
use postern_model::key::ApiKey;
use std::time::Duration;

const EXAMPLE: &str = include_str!("../../../../examples/access.yaml");

fn example() -> crate::Loaded {
    parse(EXAMPLE).unwrap_or_else(|report| panic!("{report}"))
}

/// A document with a tenant, an app, a service, a plan, and more.
fn with(more: &str) -> String {
    format!(
        "tenants: {{t: {{}}}}\napps: {{a: {{tenant: t}}}}\n\
         services: {{s: {{versions: {{v: {{upstream: u, operations: {{}}}}}}}}}}\n\
         upstreams: {{u: {{targets: ['example.com:80']}}}}\n\
         plans: {{p: {{services: [s]}}}}\n{more}\n"
    )
}

#[test]
fn the_access_of_a_service_arrives() {
    let configuration = example().configuration;
    let service = &configuration.services[0];
    assert_eq!(service.tenant.as_deref(), Some("commerce"));
    assert_eq!(service.visibility, Visibility::Public);
    let scopes: Vec<_> = service.scopes.iter().map(|scope| &*scope.name).collect();
    assert_eq!(
        scopes,
        ["partners:read", "partners:write", "partners:admin"]
    );
    let authentication = Authentication {
        kinds: vec![CredentialKind::ApiKey],
        issuers: vec![],
        opaque: None,
        session: None,
        dpop: None,
        resource_metadata: None,
        headers: vec!["x-api-key".into()],
        query: Vec::new(),
        signature: None,
        hmac: None,
        forward_credential: false,
        subscription: true,
    };
    assert_eq!(service.authentication, Some(authentication));
    let [status, list, ..] = service.versions[0].operations.as_slice() else {
        panic!("four operations");
    };
    assert!(status.anonymous && status.scopes.is_empty());
    assert!(!list.anonymous);
    assert_eq!(list.scopes, ["partners:read".into()]);
}

#[test]
fn accounts_arrive() {
    let accounts = example().accounts;
    assert_eq!(accounts.tenants[1].title.as_deref(), Some("Partner X"));
    assert_eq!(&*accounts.apps[0].tenant, "partner-x");
    let [first, second] = accounts.credentials.as_slice() else {
        panic!("two credentials");
    };
    assert_eq!(
        (&*first.id, &*first.app),
        ("key_exampe0000000001", "fieldforce")
    );
    assert_eq!((&*first.environment, &first.scopes), ("production", &None));
    assert_eq!(
        second.scopes.as_deref(),
        Some(&["partners:read".into()][..])
    );
    let subscriptions = &accounts.subscriptions;
    let states: Vec<_> = subscriptions.iter().map(|s| (s.state, s.since)).collect();
    let expected = [
        (SubscriptionState::Approved, Some(1_795_096_800)),
        (SubscriptionState::Pending, Some(1_795_165_920)),
    ];
    assert_eq!(states, expected);
    let decided = subscriptions[0].decided.as_ref().unwrap();
    assert_eq!(decided.by.as_deref(), Some("ada@commerce.example"));
}

#[test]
fn the_keys_that_an_example_prints_are_those_of_its_credentials() {
    let printed = EXAMPLE.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let keys: Vec<_> = printed.filter(|word| word.starts_with("pst_")).collect();
    let credentials = example().accounts.credentials;
    assert_eq!(keys.len(), credentials.len());
    for (text, credential) in keys.iter().zip(&credentials) {
        let parsed = ApiKey::parse(text.as_bytes()).unwrap();
        assert_eq!(format!("key_{}", parsed.id), *credential.id);
        assert!(keyer().verify(text.as_bytes(), credential.proof.digest().unwrap()));
    }
}

#[test]
fn plans_lists_and_policies_arrive() {
    let configuration = example().configuration;
    let plan = &configuration.plans[0];
    assert_eq!(&*plan.covers[0].service, "partners");
    let rate = Measure::Rate {
        count: 100,
        per: Duration::from_secs(1),
        burst: 50,
    };
    assert_eq!(
        (plan.limits[0].measure, &plan.limits[0].by),
        (rate, &vec![LimitKey::App])
    );
    assert_eq!(plan.limits[1].measure, Measure::Concurrency { most: 20 });
    assert_eq!(configuration.lists[0].entries.len(), 2);
    let [office, flood, json, small] = configuration.policies.as_slice() else {
        panic!("four policies");
    };
    let operation = |name: &str| Level::Operation("partners".into(), "v1".into(), name.into());
    assert_eq!(office.level, operation("set-config"));
    let network = NetworkRule {
        allow: vec![0],
        ..NetworkRule::default()
    };
    assert_eq!(
        (&office.rule, office.mode),
        (&PolicyRule::Network(network), Mode::Enforce)
    );
    assert_eq!(flood.level, Level::Tenant("commerce".into()));
    let PolicyRule::Limit(limit) = &flood.rule else {
        panic!("a limit");
    };
    assert_eq!(
        (&*limit.name, &limit.by),
        ("flood", &vec![LimitKey::Address])
    );
    let PolicyRule::Headers(headers) = &json.rule else {
        panic!("headers");
    };
    assert_eq!(headers.content_types, ["application/json".into()]);
    assert_eq!(small.rule, PolicyRule::Body(BodyRule { max_size: 1 << 20 }));
}

#[test]
fn a_key_may_be_kept_somewhere_else() {
    let (one, two) = (key(1), key(2));
    let credential =
        |key: &ApiKey, home: &str| format!("key_{}: {{app: a, secret: '{home}'}}", key.id());
    let text = format!(
        "credentials: {{{}, {}}}",
        credential(&one, "env:KEY_1"),
        credential(&two, "file:key-2")
    );
    let loaded = parse(&with(&text)).unwrap_or_else(|report| panic!("{report}"));
    for (key, credential) in [one, two].iter().zip(&loaded.accounts.credentials) {
        assert_eq!(
            credential.proof.digest(),
            Some(&keyer().keyed(&key.digest()))
        );
    }
    // A change of the file is a change of the configuration.
    assert!(loaded.sources.iter().any(|path| path.ends_with("key-2")));
}

#[test]
fn a_pasted_key_is_never_shown() {
    let pasted = key(9);
    let secret = pasted.reveal();
    let text = secret.expose();
    let (_, canary) = text.rsplit_once('_').unwrap();
    let places = [
        format!(
            "credentials: {{key_{}: {{app: a, sha256: {text}}}}}",
            pasted.id()
        ),
        format!(
            "credentials: {{key_{}: {{app: a, secret: {text}}}}}",
            pasted.id()
        ),
        format!(
            "credentials: {{key_{}: {{app: {text}, sha256: x}}}}",
            pasted.id()
        ),
        format!("credentials: {{{text}: {{app: b}}}}"),
        format!(
            "credentials: {{key_{}: {{ap: a, key: {text}}}}}",
            pasted.id()
        ),
        format!("{text}: ["),
    ];
    for place in places {
        let report = parse(&with(&place)).unwrap_err();
        let json = serde_json::to_string(&report).unwrap();
        for shown in [report.to_string(), json, format!("{report:?}")] {
            assert!(!shown.contains(canary), "{shown}");
        }
    }
}

#[test]
fn an_app_has_one_subscription_to_a_service() {
    let states = [
        "pending",
        "approved",
        "suspended",
        "rejected",
        "expired",
        "cancelled",
    ];
    for first in states {
        for second in states {
            let one = |state: &str| format!("{{app: a, service: s, plan: p, state: {state}}}");
            let text = with(&format!(
                "subscriptions: {{x: {}, y: {}}}",
                one(first),
                one(second)
            ));
            let report = parse(&text).unwrap_err();
            assert_eq!(
                report.codes().collect::<Vec<_>>(),
                [Code::DuplicateSubscription]
            );
            let said = report.to_string();
            assert!(
                said.contains("`x` and `y` are both of app `a` to service `s`"),
                "{said}"
            );
        }
    }
}

#[test]
fn verbose_is_for_other_environments_than_production() {
    let service = |version: &str| {
        codes(&format!(
            "environments: {{staging: {{hosts: [s.example.com]}}}}\n\
             services: {{s: {{disclosure: verbose, disclosure_until: 2026-12-01, \
             versions: {{v: {{{version} upstream: u, operations: {{}}}}}}}}}}\n\
             upstreams: {{u: {{targets: ['example.com:80']}}}}\n"
        ))
    };
    assert_eq!(service(""), [Code::Conflict]);
    assert_eq!(
        service("environments: [production, staging],"),
        [Code::Conflict]
    );
    assert_eq!(service("environments: [staging],"), []);
    assert_eq!(service("state: draft,"), []);
}

#[test]
fn fields_of_one_kind_are_not_for_another() {
    use Code::*;
    let cases: &[(&str, &[Code])] = &[
        (
            "{kind: rate, on: platform, rate: 1, per: 1s, by: address}",
            &[],
        ),
        (
            "{kind: rate, on: platform, rate: 1, per: 1s}",
            &[MissingField],
        ),
        (
            "{kind: rate, on: platform, rate: 0, per: 1s, by: address}",
            &[OutOfRange],
        ),
        (
            "{kind: rate, on: platform, rate: 1, per: 1s, by: []}",
            &[OutOfRange],
        ),
        (
            "{kind: spacing, on: platform, apart: 1s, by: [app, operation]}",
            &[],
        ),
        (
            "{kind: concurrency, on: platform, limit: 1, by: app, burst: 1}",
            &[Conflict],
        ),
        ("{kind: body, on: platform}", &[MissingField]),
        ("{kind: body, on: {}, max_size: 1MB}", &[InvalidValue]),
        (
            "{kind: body, on: {tenant: t, service: s}, max_size: 1MB}",
            &[InvalidValue],
        ),
        (
            "{kind: body, on: {service: s, operation: o}, max_size: 1MB}",
            &[UnknownOperation],
        ),
        (
            "{kind: body, on: plattform, max_size: 1MB}",
            &[InvalidValue],
        ),
        ("{kind: body, on: [platform], max_size: 1MB}", &[WrongType]),
        ("{kind: network, on: platform}", &[MissingField]),
        (
            "{kind: headers, on: platform, methods: [GET]}",
            &[MissingField],
        ),
        (
            "{kind: headers, on: platform, sniff: true, until: 2027-01-01}",
            &[Conflict],
        ),
        (
            "{kind: headers, on: platform, sniff: true, mode: off, until: 2027-01-01}",
            &[],
        ),
    ];
    for (policy, expected) in cases {
        let text = with(&format!("policies: {{x: {policy}}}"));
        assert_eq!(codes(&text), *expected, "{policy}");
    }
}

#[test]
fn what_no_bound_means_at_the_edge() {
    let edge = |text: &str| parse(text).unwrap().configuration.edge;
    assert_eq!(edge("edge: {}"), Edge::default());
    let text = "edge: {refusals: {rate: 0}, requests: {rate: 5, per: 2s}, block_for: 10m}";
    let expected = Edge {
        refusals: None,
        requests: Some(EdgeRate {
            count: 5,
            per: Duration::from_secs(2),
        }),
        block_for: Duration::from_mins(10),
        ..Edge::default()
    };
    assert_eq!(edge(text), expected);
}

#[test]
fn a_service_that_not_everybody_sees_conceals_itself_unless_it_says_otherwise() {
    let profile = |more: &str| {
        let text = with("").replace("services: {s: {", &format!("services: {{s: {{{more}"));
        let loaded = parse(&text).unwrap_or_else(|report| panic!("{report}"));
        loaded.configuration.services[0].status_profile
    };
    let standard = StatusProfile::Standard;
    assert_eq!(profile(""), standard);
    assert_eq!(profile("visibility: private, "), StatusProfile::Conceal);
    let tenants = "tenant: t, visibility: tenant, ";
    assert_eq!(profile(tenants), StatusProfile::Conceal);
    let open = "visibility: private, status_profile: standard, ";
    assert_eq!(profile(open), standard);
}

const SHA1: &str = "a9993e364706816aba3e25717850c26c9cd0d89d";
const SHA256: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

/// A document whose credentials, one for each, say this.
fn imports(said: &[&str]) -> String {
    let one = |(n, said): (usize, &&str)| format!("\n  key_{n:0>16}: {{app: a, {said}}}");
    let all: String = said.iter().enumerate().map(one).collect();
    with(&format!("credentials:{all}"))
}

#[test]
fn the_digests_of_other_gateways_arrive() {
    let plain = format!("imported: {{algorithm: sha256, digest: {SHA256}}}");
    let salted =
        format!("imported: {{algorithm: sha1, digest: {SHA1}, salt_prefix: a, salt_suffix: c}}");
    let kept = format!("hmac: {SHA256}, imported: {{algorithm: sha1}}");
    let loaded = parse(&imports(&[&plain, &salted, &kept])).unwrap();
    let [plain, salted, kept] = loaded.accounts.credentials.as_slice() else {
        panic!("three credentials");
    };
    let digest = |row: &Credential, key: &[u8]| {
        let format = row.proof.imported().unwrap();
        keyer().keyed(&format.digest(key))
    };
    assert_eq!(Some(&digest(plain, b"abc")), plain.proof.digest());
    assert_eq!(Some(&digest(salted, b"b")), salted.proof.digest());
    assert_eq!(kept.proof.imported().unwrap().algorithm.name(), "sha1");
    assert_eq!(kept.proof.digest().unwrap().0[0], 0xba);
}

#[test]
fn a_digest_that_cannot_be_looked_up_is_told_apart_with_what_is_taken() {
    let bcrypt = "imported: {algorithm: sha256, digest: '$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW'}";
    let md5 = "imported: {algorithm: sha1, digest: 900150983cd24fb0d6963f7d28e17f72}";
    let murmur = format!("imported: {{algorithm: murmur64, digest: {SHA1}}}");
    let other = format!("imported: {{algorithm: sha256, digest: {SHA1}}}");
    let cases = [
        (bcrypt, Code::InvalidDigest, "a salt of its own"),
        (
            md5,
            Code::InvalidDigest,
            "expected a SHA-256 (64 hexadecimal digits",
        ),
        (&murmur, Code::InvalidValue, "sha512"),
        (
            &other,
            Code::InvalidDigest,
            "64 hexadecimal digits, or 44 characters",
        ),
        (
            "imported: {algorithm: sha1}",
            Code::MissingField,
            "add `digest:`",
        ),
    ];
    for (said, code, says) in cases {
        let report = parse(&imports(&[said])).unwrap_err();
        assert_eq!(report.codes().collect::<Vec<_>>(), [code], "{report}");
        assert!(report.to_string().contains(says), "{report}");
        assert!(!report.to_string().contains("900150983"), "{report}");
    }
    let both = format!("sha256: {SHA256}, imported: {{algorithm: sha1, digest: {SHA1}}}");
    let report = parse(&imports(&[&both])).unwrap_err();
    assert_eq!(
        report.codes().collect::<Vec<_>>(),
        [Code::Conflict],
        "{report}"
    );
}

#[test]
fn a_fifth_format_of_imported_keys_is_refused() {
    let said: Vec<String> = (1..=5)
        .map(|n| {
            format!(
                "imported: {{algorithm: sha1, digest: {}, salt_suffix: s{n}}}",
                format!("0{n}").repeat(20)
            )
        })
        .collect();
    let said: Vec<&str> = said.iter().map(String::as_str).collect();
    assert!(parse(&imports(said.get(..4).unwrap())).is_ok());
    let report = parse(&imports(&said)).unwrap_err();
    assert_eq!(
        report.codes().collect::<Vec<_>>(),
        [Code::Conflict],
        "{report}"
    );
    assert!(
        report.to_string().contains("expected at most 4"),
        "{report}"
    );
}

#[test]
fn a_tenant_keeps_its_records_within_the_platforms_bounds() {
    let text = |tenant: &str, bounds: &str| {
        format!("tenants: {{t: {{{tenant}}}}}\ncall_log: {{tenant_days: {{{bounds}}}}}\n")
    };
    let days = |tenant, bounds| {
        let loaded = parse(&text(tenant, bounds)).unwrap();
        loaded.accounts.tenants[0].call_log_days
    };
    assert_eq!(days("", "least: 3"), None);
    assert_eq!(days("call_log_days: 30", ""), Some(30));
    assert_eq!(days("call_log_days: 3", "least: 3, most: 3"), Some(3));
    for (tenant, bounds, code) in [
        ("call_log_days: 2", "least: 3", Code::OutOfRange),
        ("call_log_days: 4", "most: 3", Code::OutOfRange),
        ("call_log_days: 31", "", Code::OutOfRange),
        ("", "least: 4, most: 3", Code::Conflict),
    ] {
        assert_eq!(codes(&text(tenant, bounds)), [code], "{tenant} {bounds}");
    }
}
