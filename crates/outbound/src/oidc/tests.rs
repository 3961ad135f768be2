use super::cache::Cache;
use super::claims::{self, Claims, Expected};
use super::keys::Keys;
use super::*;
use crate::HttpClient;
use crate::testing::{answering, at, client, still};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::Algorithm;
use postern_model::{Fault, Secret};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Mutex;

const NOW: &str = "2026-01-02T03:04:05Z";
const SECONDS: i64 = 1_767_323_045;

fn settings(issuer: &str) -> Settings {
    Settings {
        issuer: issuer.to_owned(),
        client_id: "postern".to_owned(),
        client_secret: None,
        client_auth: None,
        redirect_uri: "https://postern.example/callback".to_owned(),
        scopes: vec!["email".to_owned()],
        groups_claim: None,
        userinfo: Userinfo::default(),
    }
}

fn good() -> Claims {
    let claims = json!({
        "iss": "https://id.example", "aud": "postern", "sub": "ada", "nonce": "n",
        "iat": SECONDS, "exp": SECONDS + 300,
    });
    claims.as_object().unwrap().clone()
}

fn checked(change: &[(&str, Value)]) -> Result<String, TokenFault> {
    let mut claims = good();
    for (name, value) in change {
        match value {
            Value::Null => drop(claims.shift_remove(*name)),
            value => drop(claims.insert((*name).to_owned(), value.clone())),
        }
    }
    let expected = Expected {
        issuer: "https://id.example",
        client_id: "postern",
        nonce: "n",
        access_token: Some("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"),
        now: at(NOW),
    };
    claims::check(&claims, Algorithm::RS256, expected)
}

#[test]
fn claims_that_are_accepted() {
    for change in [
        &[][..],
        &[("aud", json!(["postern"]))],
        &[
            ("aud", json!(["postern", "other"])),
            ("azp", json!("postern")),
        ],
        &[("exp", json!(SECONDS - 59))],
        &[("exp", json!(1_767_323_345.5))],
        &[("iat", json!(SECONDS + 60))],
        &[("nbf", json!(SECONDS - 10))],
        // The example of OpenID Connect Core A.3.
        &[("at_hash", json!("77QmUPtjPfzWtF2AnpK9RQ"))],
    ] {
        assert_eq!(checked(change), Ok("ada".to_owned()), "{change:?}");
    }
}

#[test]
fn claims_that_are_refused() {
    use TokenFault::{AccessToken, Audience, Expired, Future, Issuer, Missing, Nonce};
    let table = [
        ("iss", json!("https://id.example/"), Issuer),
        ("iss", Value::Null, Missing("iss")),
        ("aud", json!("other"), Audience),
        ("aud", json!(["postern", "other"]), Audience),
        ("aud", json!([]), Audience),
        ("aud", Value::Null, Missing("aud")),
        ("azp", json!("other"), Audience),
        ("exp", json!(SECONDS - 60), Expired),
        ("exp", Value::Null, Missing("exp")),
        ("exp", json!("soon"), Missing("exp")),
        ("iat", Value::Null, Missing("iat")),
        ("iat", json!(SECONDS + 61), Future),
        ("nbf", json!(SECONDS + 61), Future),
        ("nonce", json!("m"), Nonce),
        ("nonce", Value::Null, Missing("nonce")),
        ("sub", json!(""), Missing("sub")),
        ("sub", json!("x".repeat(256)), Missing("sub")),
        ("sub", json!(7), Missing("sub")),
        ("at_hash", json!("77QmUPtjPfzWtF2AnpK9RR"), AccessToken),
        ("at_hash", json!(7), AccessToken),
    ];
    for (name, value, fault) in table {
        assert_eq!(
            checked(&[(name, value.clone())]),
            Err(fault),
            "{name}: {value}"
        );
    }
}

#[test]
fn keys_are_used_for_what_they_are() {
    use Algorithm::{ES256, ES384, HS256, PS512, RS256};
    let rsa = json!({"kty": "RSA", "kid": "r", "n": "AQAB", "e": "AQAB"});
    let with = |name: &str, value: &str| {
        let mut key = rsa.clone();
        key[name] = json!(value);
        key
    };
    let ec = json!({"kty": "EC", "kid": "e", "crv": "P-256", "x": "AQAB", "y": "AQAB"});
    let shared = json!({"kty": "oct", "kid": "s", "k": "AQAB"});
    let count = |keys: Value, kid: Option<&str>, alg| {
        let set = serde_json::to_vec(&json!({ "keys": keys })).unwrap();
        Keys::parse(&set).unwrap().fitting(kid, alg).len()
    };
    assert_eq!(count(json!([rsa]), Some("r"), RS256), 1);
    assert_eq!(count(json!([rsa]), None, PS512), 1);
    assert_eq!(count(json!([rsa]), Some("x"), RS256), 0);
    assert_eq!(count(json!([rsa]), Some("r"), ES256), 0);
    assert_eq!(count(json!([with("alg", "RS256")]), Some("r"), RS256), 1);
    assert_eq!(count(json!([with("alg", "RS512")]), Some("r"), RS256), 0);
    assert_eq!(count(json!([with("use", "enc")]), Some("r"), RS256), 0);
    assert_eq!(count(json!([ec]), Some("e"), ES256), 1);
    assert_eq!(count(json!([ec]), Some("e"), ES384), 0);
    // A public key is no shared secret, and a shared secret is never a key here.
    assert_eq!(count(json!([rsa, shared]), None, HS256), 0);
    // One that cannot be read spoils nothing.
    assert_eq!(
        count(json!([{"kty": 7}, "x", {"kty": "new"}, rsa]), None, RS256),
        1
    );
    assert!(Keys::parse(b"{}").is_err());
}

#[tokio::test]
async fn a_cache_asks_seldom_and_survives_an_outage() {
    let cache = Cache::<u32>::default();
    let asked = Mutex::new(0);
    let get = async |seconds: i64, answer: Result<u32, &str>, enough: bool| {
        let now = at(NOW) + SignedDuration::from_secs(seconds);
        let fetch = async || {
            *asked.lock().unwrap() += 1;
            answer.map_err(ToOwned::to_owned)
        };
        let found = cache.find(now, fetch, |_| enough).await;
        (found.map(|value| *value), *asked.lock().unwrap())
    };
    assert_eq!(get(0, Err("away"), true).await, (Err("away".to_owned()), 1));
    assert_eq!(get(9, Ok(1), true).await, (Err("away".to_owned()), 1));
    assert_eq!(get(11, Ok(1), true).await, (Ok(1), 2));
    assert_eq!(get(600, Ok(2), true).await, (Ok(1), 2));
    // Not enough: asked at once, but not again and again.
    assert_eq!(get(601, Ok(2), false).await, (Ok(2), 3));
    assert_eq!(get(602, Ok(3), false).await, (Ok(2), 3));
    // Old: asked, and used while there is no answer, but not for ever.
    assert_eq!(get(601 + 901, Err("away"), true).await, (Ok(2), 4));
    assert_eq!(get(601 + 86_400, Err("away"), true).await, (Ok(2), 5));
    let later = get(601 + 86_400 + 20, Err("still away"), true).await;
    assert_eq!(later, (Err("still away".to_owned()), 6));
    // A clock that is set back does not keep it for ever.
    assert_eq!(get(0, Ok(4), true).await, (Ok(4), 7));
}

#[test]
fn callbacks_are_read_strictly() {
    let read = Callback::parse("code=a%20b&state=s&session_state=x").unwrap();
    assert_eq!(
        (read.state(), read.code.as_ref().unwrap().expose().as_str()),
        ("s", "a b")
    );
    let read = Callback::parse("error=access_denied&error_description=no%0Away&state=s").unwrap();
    assert_eq!(read.description.as_deref(), Some("noway"));
    for query in ["", "code=a", "state=s&state=t", "state=s&code=a&code=a"] {
        assert!(
            matches!(Callback::parse(query), Err(OidcError::Callback(_))),
            "{query}"
        );
    }
    let long = format!("state={}", "x".repeat(9000));
    assert!(Callback::parse(&long).is_err());
}

proptest! {
    #[test]
    fn no_query_makes_the_reader_stumble(query in "((state|code|error|iss)=?.{0,9}&?){0,6}") {
        let _ = Callback::parse(&query);
    }
}

#[test]
fn settings_that_cannot_work() {
    let refused = |change: fn(&mut Settings), client: HttpClient| {
        let mut settings = settings("https://id.example");
        change(&mut settings);
        let error = Provider::new(settings, client, still(NOW).0).unwrap_err();
        assert_eq!(error.fault(), Fault::Operator);
        error.to_string()
    };
    for (change, says) in [
        (
            (|s| s.issuer = "id.example".to_owned()) as fn(&mut Settings),
            "`issuer`",
        ),
        (|s| s.issuer = "https://10.0.0.1".to_owned(), "private"),
        (|s| s.issuer = "https://id.example?a".to_owned(), "query"),
        (|s| s.client_id = String::new(), "`client_id`"),
        (
            |s| s.redirect_uri = "/callback".to_owned(),
            "`redirect_uri`",
        ),
        (
            |s| s.client_auth = Some(ClientAuth::Post),
            "`client_secret`",
        ),
    ] {
        let error = refused(change, client());
        assert!(error.contains(says), "{error}");
    }
}

#[test]
fn the_client_shows_its_secret_as_the_provider_says() {
    let mut settings = settings("https://id.example");
    let auth = |settings: &Settings, supported: &[&str]| {
        let supported: Vec<String> = supported.iter().map(|one| (*one).to_owned()).collect();
        settings.auth(Some(&supported))
    };
    assert_eq!(auth(&settings, &["client_secret_basic"]), ClientAuth::None);
    settings.client_secret = Some(Secret::new("secret".to_owned()));
    assert_eq!(settings.auth(None), ClientAuth::Basic);
    assert_eq!(auth(&settings, &["client_secret_post"]), ClientAuth::Post);
    let both = ["client_secret_post", "client_secret_basic"];
    assert_eq!(auth(&settings, &both), ClientAuth::Basic);
    settings.client_auth = Some(ClientAuth::Post);
    assert_eq!(settings.auth(None), ClientAuth::Post);
    assert!(!format!("{settings:?}").contains("\"secret\""));
}

#[test]
fn nothing_that_is_secret_is_shown() {
    let pending = Pending::new(at(NOW)).unwrap();
    let callback = Callback::parse(&format!("state={}&code=grant", pending.state)).unwrap();
    let shown = format!("{pending:?} {callback:?}");
    for secret in [&pending.state, &pending.nonce, &pending.verifier, "grant"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    let json = serde_json::to_string(&pending).unwrap();
    assert_eq!(serde_json::from_str::<Pending>(&json).unwrap(), pending);
}

#[test]
fn an_identity_takes_what_it_can_use() {
    let claims = json!({
        "email": "ada@example.com", "email_verified": "true", "name": " Ada ",
        "roles": ["admin", "", 7, "dev"],
    });
    let claims = claims.as_object().unwrap();
    let identity = Identity::new("i", "s".to_owned(), claims, Some("roles"));
    assert_eq!(identity.email.as_deref(), Some("ada@example.com"));
    assert!(identity.email_verified);
    assert_eq!(
        (identity.name.as_deref(), identity.groups.len()),
        (Some("Ada"), 2)
    );
    let bad =
        json!({"email": "a\nb", "email_verified": true, "name": "", "preferred_username": "ada"});
    let mut identity = Identity::new("i", "s".to_owned(), bad.as_object().unwrap(), None);
    assert_eq!((&identity.email, identity.email_verified), (&None, false));
    assert_eq!(identity.name.as_deref(), Some("ada"));
    let more = json!({"email": "eve@example.com", "name": "Eve"});
    identity.complete(more.as_object().unwrap(), None);
    assert_eq!(identity.email.as_deref(), Some("eve@example.com"));
    assert_eq!(
        (identity.email_verified, identity.name.as_deref()),
        (false, Some("ada"))
    );
}

async fn discovering(body: String) -> OidcError {
    let length = body.len();
    let whole = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}");
    let (address, _) = answering(whole).await;
    let provider = Provider::new(
        settings(&format!("http://{address}")),
        client(),
        still(NOW).0,
    );
    provider.unwrap().authorize().await.unwrap_err()
}

#[tokio::test]
async fn a_provider_that_is_unfit_is_to_blame_itself() {
    let document = |issuer: &str| {
        json!({
            "issuer": issuer, "authorization_endpoint": "https://id.example/a",
            "token_endpoint": "https://id.example/t", "jwks_uri": "https://id.example/k",
        })
    };
    for (body, says) in [
        ("<html>".to_owned(), "cannot be read"),
        ("{}".to_owned(), "cannot be read"),
        (
            document("https://other.example").to_string(),
            "must be exactly",
        ),
    ] {
        let error = discovering(body).await;
        assert!(error.to_string().contains(says), "{error}");
        assert_eq!(error.fault(), Fault::IdentityProvider);
    }
    // Nobody there.
    let provider = Provider::new(settings("http://127.0.0.1:9"), client(), still(NOW).0).unwrap();
    let error = provider.authorize().await.unwrap_err();
    assert_eq!(error.fault(), Fault::IdentityProvider);
    let pending = Pending::new(at(NOW)).unwrap();
    let callback = Callback::parse(&format!("state={}&code=a", pending.state)).unwrap();
    let error = provider.redeem(&pending, &callback).await.unwrap_err();
    assert_eq!(error.fault(), Fault::IdentityProvider);
    // Another sign-in, and one that took too long: nobody is asked.
    let other = Callback::parse("state=other&code=a").unwrap();
    let error = provider.redeem(&pending, &other).await.unwrap_err();
    assert!(matches!(error, OidcError::Callback(_)), "{error}");
    let old = Pending::new(at(NOW) - SignedDuration::from_mins(10)).unwrap();
    let callback = Callback::parse(&format!("state={}&code=a", old.state)).unwrap();
    let error = provider.redeem(&old, &callback).await.unwrap_err();
    assert_eq!(error, OidcError::Expired);
    let _: Timestamp = old.expires_at;
}
