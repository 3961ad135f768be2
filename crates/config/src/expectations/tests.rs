use super::*;
use crate::tests::golden;

const WHOLE: &str = "
configuration: ../postern.yaml
defaults:
  host: api.example.com
  address: 203.0.113.9
  time: 2026-11-24T12:00:00Z
  headers: {Accept: application/json, X-Reason: test}
cases:
  - request: POST /v1/orders?dry=1
    app: crm
    scopes: [orders:write]
    headers: {x-reason: own}
    body: '{\"a\": 1}'
    expect: allow
  - name: nobody deletes
    request: DELETE https://shop.example.com/v1/orders/7
    expect: {refuse: credential, policy: strict}
  - request: GET /v1/orders
    token: {issuer: staff, client: till, scopes: [read], expires_at: 2026-12-01}
    address: 2001:db8::1
    country: DE
    asn: AS64500
    tls: true
    expect: {refuse: limit.rate_exceeded}
  - {request: GET /, expect: refuse}
";

#[test]
fn a_case_has_what_it_says_and_what_holds_of_all() {
    let read = expectations("dir/cases.yaml", WHOLE).unwrap();
    assert_eq!(
        read.configuration.as_deref(),
        Some(Path::new("dir/../postern.yaml"))
    );
    let [one, two, three, four] = read.cases.as_slice() else {
        panic!("{read:?}");
    };
    assert_eq!(one.name, "POST /v1/orders?dry=1 as crm");
    assert_eq!(
        (one.line, &*one.host, one.tls),
        (9, "api.example.com", false)
    );
    assert_eq!(one.scopes.as_deref(), Some(&["orders:write".into()][..]));
    let headers: Vec<_> = one.headers.iter().map(|(n, v)| (&**n, &**v)).collect();
    assert_eq!(
        headers,
        [("x-reason", "own"), ("Accept", "application/json")]
    );
    assert_eq!(one.at, Some(1_795_521_600_000));
    assert_eq!(one.expected, Expected::Allow);
    assert_eq!(
        (&*two.name, &*two.host, two.tls),
        ("nobody deletes", "shop.example.com", true)
    );
    assert_eq!((&*two.target, two.app.as_deref()), ("/v1/orders/7", None));
    let with = RefusedWith::Family("credential");
    assert!(with.is(Denial::CredentialExpired) && !with.is(Denial::RateExceeded));
    let policy = Some("strict".to_owned());
    assert_eq!(two.expected, Expected::Refuse { with, policy });
    assert_eq!(three.address, "2001:db8::1".parse::<IpAddr>().unwrap());
    assert_eq!(
        three.token.as_ref().unwrap().expires_at,
        Some(1_796_083_200)
    );
    let with = RefusedWith::Code(Denial::RateExceeded);
    assert_eq!(three.expected, Expected::Refuse { with, policy: None });
    let with = RefusedWith::Anything;
    assert_eq!(four.expected, Expected::Refuse { with, policy: None });
    assert_eq!(four.address, "203.0.113.9".parse::<IpAddr>().unwrap());
}

#[test]
fn all_that_is_wrong_is_said_with_its_place() {
    let text = "
defaults:
  address: here
  headers: {\"Bad Name\": x}
cases:
  - request: /v1/orders
    expect: allow
  - request: GET /
    scopes: [a]
    expect: {refuse: credential.expird}
  - request: GET /
    token: {client: c}
    credential: key_0123456789abcdef
    body: a
    body_file: b
    expect: maybe
  - requst: GET /
";
    let report = expectations("cases.yaml", text).unwrap_err();
    golden(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src/expectations/wrong.txt"),
        &report.render(false),
    );
    assert!(expectations("cases.yaml", "cases: []").is_err());
    assert!(expectations("cases.yaml", "").is_err());
}

#[test]
fn the_committed_schema_is_up_to_date() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema/postern.expectations.schema.json");
    golden(&path, &schema::expectations_schema());
}
