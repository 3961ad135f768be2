//! How services sign people in at browsers.

use super::{codes, parse};
use crate::Code;
use postern_model::entity::{CredentialKind, SameSite};
use std::time::Duration;

/// A service that signs people in; with another piece in the place of one.
fn with(what: &str, instead: &str) -> String {
    let text = r#"
tenants: {owner: {}, partner: {}}
upstreams: {u: {targets: ["192.0.2.1:80"]}}
issuers:
  login: {issuer: "https://login.example.com", audiences: [shop]}
  own: {tenant: partner, issuer: "https://own.example.com", audiences: [shop]}
  named: {issuer: in-house, audiences: [shop], keys_file: keys.json}
  shared: {issuer: "https://old.example.com", audiences: [shop], secret: env:KEY_1}
services:
  shop:
    tenant: owner
    authentication:
      session: {issuer: login, client_id: shop-web}
      subscription: false
    versions:
      v1:
        upstream: u
        operations:
          home: {methods: [GET], path: /}
          both: {methods: [GET], path: /both, accepts: [session, anonymous]}
"#;
    assert!(text.contains(what), "{what}");
    text.replace(what, instead)
}

#[test]
fn a_session_has_what_is_usual_unless_something_else_is_said() {
    let loaded = parse(&with("", "")).unwrap_or_else(|report| panic!("{report}"));
    let service = &loaded.configuration.services[0];
    let accepted = service.authentication.as_ref().unwrap();
    assert_eq!(accepted.kinds, [CredentialKind::Session]);
    assert!(accepted.headers.is_empty() && accepted.query.is_empty());
    let rule = accepted.session.as_deref().unwrap();
    assert_eq!((rule.issuer, &*rule.client_id), (0, "shop-web"));
    assert_eq!(rule.scopes, ["profile".into()]);
    assert_eq!(rule.cookie_name(true), "__Host-postern_session");
    assert_eq!(rule.cookie_name(false), "postern_session");
    assert_eq!(
        (rule.same_site, &*rule.after_sign_out),
        (SameSite::Lax, "/")
    );
    assert_eq!(
        (rule.idle, rule.lifetime),
        (Duration::from_mins(30), Duration::from_hours(12))
    );
    let both = &service.versions[0].operations[1];
    assert!(both.anonymous);
    assert!(both.authentication.as_ref().unwrap().session.is_some());

    let said = "{issuer: login, client_id: a, client_secret: env:KEY_1, scopes: [], idle: 1h, lifetime: 30m, cookie: {name: s, same_site: strict}, after_sign_out: \"/bye?a=1\"}, api_key: {}";
    let text = with("{issuer: login, client_id: shop-web}", said);
    let text = text.replace(", api_key: {}", "\n      api_key: {}");
    let text = text.replace("accepts: [session, anonymous]", "accepts: [api_key]");
    let loaded = parse(&text).unwrap_or_else(|report| panic!("{report}"));
    let service = &loaded.configuration.services[0];
    let accepted = service.authentication.as_ref().unwrap();
    let kinds = [CredentialKind::ApiKey, CredentialKind::Session];
    assert_eq!(accepted.kinds, kinds);
    let rule = accepted.session.as_deref().unwrap();
    assert_eq!(rule.idle, Duration::from_mins(30), "no longer than at most");
    assert_eq!(rule.same_site, SameSite::Strict);
    assert!(rule.scopes.is_empty() && rule.client_secret.is_some());
    let both = service.versions[0].operations[1].authentication.as_ref();
    assert!(both.unwrap().session.is_none());
}

#[test]
fn what_cannot_be_is_told_with_what_would_do() {
    let whole = "{issuer: login, client_id: shop-web}";
    let cases: [(&str, &str, Code, &str); 10] = [
        (
            "issuer: login,",
            "issuer: lgoin,",
            Code::UnknownIssuer,
            "did you mean `login`",
        ),
        (
            "issuer: login,",
            "issuer: own,",
            Code::Conflict,
            "another tenant's issuer",
        ),
        (
            "issuer: login,",
            "issuer: named,",
            Code::Conflict,
            "no OpenID provider",
        ),
        (
            "issuer: login,",
            "issuer: shared,",
            Code::Conflict,
            "signs with a secret",
        ),
        (whole, "{issuer: login}", Code::MissingField, "client_id"),
        (whole, "{client_id: a}", Code::MissingField, "issuer"),
        (
            whole,
            "{issuer: login, client_id: a, client_secret: env:MISSING}",
            Code::SecretMissing,
            "not set",
        ),
        (
            whole,
            "{issuer: login, client_id: a, cookie: {name: __host-a}}",
            Code::Conflict,
            "has a prefix",
        ),
        (
            whole,
            "{issuer: login, client_id: a, after_sign_out: \"//evil.example\"}",
            Code::InvalidPath,
            "another host",
        ),
        (
            "session: {issuer: login, client_id: shop-web}",
            "api_key: {}",
            Code::Conflict,
            "no `authentication.session`",
        ),
    ];
    for (what, instead, code, words) in cases {
        let text = with(what, instead);
        assert!(
            codes(&text).contains(&code),
            "{instead}: {:?}",
            codes(&text)
        );
        let report = parse(&text).unwrap_err().to_string();
        assert!(report.contains(words), "{instead}: {report}");
    }
}
