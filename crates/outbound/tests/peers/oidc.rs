//! Signing in with a real provider, oauth2-mock-server.

use crate::support::Peer;
use postern_model::{Fault, Secret};
use postern_outbound::oidc::{
    Callback, ClientAuth, Identity, OidcError, Pending, Provider, Settings, TokenFault, Userinfo,
};
use postern_outbound::{Anywhere, Clock, Dialer, HttpClient, Trust};
use serde_json::{Value, json};
use std::sync::Arc;

const REDIRECT: &str = "https://postern.example/callback?from=id";

fn client() -> HttpClient {
    let dialer = Dialer::new(Arc::new(Anywhere), Trust::system().unwrap());
    HttpClient::new(dialer).plain_allowed()
}

fn settings(issuer: &str) -> Settings {
    Settings {
        issuer: issuer.to_owned(),
        client_id: "postern & co".to_owned(),
        client_secret: None,
        client_auth: None,
        redirect_uri: REDIRECT.to_owned(),
        scopes: vec!["email".to_owned(), "profile".to_owned()],
        groups_claim: Some("groups".to_owned()),
        userinfo: Userinfo::IfMissing,
    }
}

struct Scene {
    peer: Peer,
    issuer: String,
    provider: Provider,
}

impl Scene {
    fn new(change: impl FnOnce(&mut Settings)) -> Option<Self> {
        let mut peer = Peer::provider()?;
        let issuer = peer.read()["issuer"].as_str().unwrap().to_owned();
        let mut settings = settings(&issuer);
        change(&mut settings);
        let provider = Provider::new(settings, client(), Clock::system()).unwrap();
        Some(Self {
            peer,
            issuer,
            provider,
        })
    }

    /// Goes where the browser goes; the query it comes back with.
    async fn browse(&self) -> (Pending, String) {
        let request = self.provider.authorize().await.unwrap();
        let response = client().get(&request.url).await.unwrap();
        let location = response.header("location").unwrap().to_owned();
        assert!(location.starts_with(REDIRECT), "{location}");
        let (_, query) = location.split_once('?').unwrap();
        (request.pending, query.to_owned())
    }

    async fn sign_in(&self) -> Result<Identity, OidcError> {
        let (pending, query) = self.browse().await;
        let callback = Callback::parse(&query)?;
        self.provider.redeem(&pending, &callback).await
    }

    /// Signs in after the provider was told how.
    async fn told(&mut self, what: Value) -> Result<Identity, OidcError> {
        assert_eq!(self.peer.tell(&what)["ok"], true);
        self.sign_in().await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_signs_in() {
    let Some(mut scene) = Scene::new(|_| {}) else {
        return;
    };
    let claims = json!({"payload": {
        "email": "john@example.com", "email_verified": true, "name": "John", "groups": ["dev"],
    }});
    let identity = scene.told(claims).await.unwrap();
    let expected = Identity {
        issuer: scene.issuer.clone(),
        subject: "johndoe".to_owned(),
        email: Some("john@example.com".to_owned()),
        email_verified: true,
        name: Some("John".to_owned()),
        groups: vec!["dev".to_owned()],
    };
    assert_eq!(identity.groups, expected.groups);
    assert!(identity == expected, "{identity:?}");
    let seen = scene.peer.tell(&json!({}));
    let [asked] = seen["seen"].as_array().unwrap().as_slice() else {
        panic!("{seen}");
    };
    // No secret: the client names itself, and PKCE proves the rest.
    assert_eq!(
        (&asked["authorization"], &asked["body"]["client_id"]),
        (&Value::Null, &json!("postern & co"))
    );
    assert_eq!(asked["body"]["redirect_uri"], REDIRECT);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_token_does_not_say_the_userinfo_endpoint_does() {
    let Some(mut scene) = Scene::new(|_| {}) else {
        return;
    };
    let claims = json!({
        "payload": {"name": "John"},
        "userinfo": {"sub": "johndoe", "email": "john@example.com", "email_verified": false, "name": "Johnny", "groups": "ops"},
    });
    let identity = scene.told(claims).await.unwrap();
    assert_eq!(identity.name.as_deref(), Some("John"));
    assert_eq!(identity.email.as_deref(), Some("john@example.com"));
    assert_eq!(
        (identity.email_verified, identity.groups),
        (false, vec!["ops".to_owned()])
    );
    let other = json!({"userinfo": {"sub": "eve", "email": "eve@example.com"}});
    let error = scene.told(other).await.unwrap_err();
    assert!(
        matches!(
            error,
            OidcError::Token {
                fault: TokenFault::Subject,
                ..
            }
        ),
        "{error}"
    );
    let error = scene
        .told(json!({"userinfoStatus": 500}))
        .await
        .unwrap_err();
    assert_eq!(error.fault(), Fault::IdentityProvider);
    assert!(error.to_string().contains("userinfo endpoint"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_proves_itself_as_configured() {
    for auth in [ClientAuth::Basic, ClientAuth::Post] {
        let scene = Scene::new(|settings| {
            settings.client_secret = Some(Secret::new("s:3 cret".to_owned()));
            settings.client_auth = Some(auth);
            settings.client_id = "postern".to_owned();
            settings.userinfo = Userinfo::Never;
        });
        let Some(mut scene) = scene else {
            return;
        };
        scene.sign_in().await.unwrap();
        let asked = scene.peer.tell(&json!({}))["seen"][0].clone();
        if auth == ClientAuth::Basic {
            // base64("postern:s%3A3+cret")
            assert_eq!(asked["authorization"], "Basic cG9zdGVybjpzJTNBMytjcmV0");
            assert_eq!(asked["body"]["client_secret"], Value::Null);
        } else {
            assert_eq!(asked["body"]["client_secret"], "s:3 cret");
            assert_eq!(asked["authorization"], Value::Null);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_key_signs() {
    for alg in ["RS256", "RS512", "PS256", "ES256", "ES384", "EdDSA"] {
        let Some(mut scene) = Scene::new(|settings| settings.userinfo = Userinfo::Never) else {
            return;
        };
        let identity = scene.told(json!({"key": alg})).await;
        assert_eq!(identity.unwrap().subject, "johndoe", "{alg}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_is_looked_for_and_an_unpublished_one_is_not_believed() {
    let Some(mut scene) = Scene::new(|settings| settings.userinfo = Userinfo::Never) else {
        return;
    };
    scene.sign_in().await.unwrap();
    // The keys were just asked for, so a key that nobody knew then has to wait.
    let error = scene.told(json!({"key": "RS256"})).await.unwrap_err();
    assert!(
        matches!(
            error,
            OidcError::Token {
                fault: TokenFault::UnknownKey,
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(error.fault(), Fault::IdentityProvider);
    tokio::time::sleep(std::time::Duration::from_secs(11)).await;
    scene.told(json!({})).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(11)).await;
    let error = scene
        .told(json!({"key": "RS256", "unpublished": true}))
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            OidcError::Token {
                fault: TokenFault::UnknownKey,
                ..
            }
        ),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_for_others_are_refused() {
    let Some(mut scene) = Scene::new(|settings| settings.userinfo = Userinfo::Never) else {
        return;
    };
    for (payload, fault) in [
        (json!({"nonce": "other"}), TokenFault::Nonce),
        (json!({"nonce": null}), TokenFault::Missing("nonce")),
        (json!({"aud": "other"}), TokenFault::Audience),
        (json!({"iss": "https://evil.example"}), TokenFault::Issuer),
        (json!({"exp": 1_000_000_000}), TokenFault::Expired),
        (
            json!({"iat": 9_000_000_000_u64, "exp": 9_000_000_001_u64}),
            TokenFault::Future,
        ),
        (
            json!({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}),
            TokenFault::AccessToken,
        ),
        (json!({"sub": null}), TokenFault::Missing("sub")),
    ] {
        let error = scene.told(json!({ "payload": payload })).await.unwrap_err();
        let issuer = scene.issuer.clone();
        assert_eq!(error, OidcError::Token { issuer, fault }, "{payload}");
    }
    let error = scene
        .told(json!({"header": {"kid": "unknown"}}))
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            OidcError::Token {
                fault: TokenFault::UnknownKey,
                ..
            }
        ),
        "{error}"
    );
    // {"alg":"none"} and {"alg":"HS256"}
    for (token, alg) in [
        ("eyJhbGciOiJub25lIn0.e30.", "none"),
        ("eyJhbGciOiJIUzI1NiJ9.e30.AAAA", "HS256"),
    ] {
        let error = scene
            .told(json!({"body": {"id_token": token}}))
            .await
            .unwrap_err();
        let fault = TokenFault::Algorithm(alg.to_owned());
        let issuer = scene.issuer.clone();
        assert_eq!(error, OidcError::Token { issuer, fault });
    }
    for token in ["", "x", "a.b.c"] {
        let error = scene
            .told(json!({"body": {"id_token": token}}))
            .await
            .unwrap_err();
        assert!(
            matches!(
                error,
                OidcError::Token {
                    fault: TokenFault::Malformed,
                    ..
                }
            ),
            "{error}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_was_changed_is_refused() {
    let Some(mut scene) = Scene::new(|settings| settings.userinfo = Userinfo::Never) else {
        return;
    };
    // Signed with another key of the provider than the header says.
    scene.sign_in().await.unwrap();
    let mut other = Scene::new(|_| {}).unwrap();
    let keys: Value = client()
        .get(&format!("{}/jwks", scene.issuer))
        .await
        .unwrap()
        .json()
        .unwrap();
    let kid = &keys["keys"][0]["kid"];
    // Another provider's token, which claims to be of this one.
    other
        .peer
        .tell(&json!({"header": {"kid": kid}, "payload": {"iss": scene.issuer}}));
    let (_, query) = other.browse().await;
    let code = query
        .split('&')
        .find_map(|part| part.strip_prefix("code="))
        .unwrap();
    let form = format!("grant_type=authorization_code&client_id=x&code={code}");
    let url = format!("{}/token", other.issuer);
    let kind = "application/x-www-form-urlencoded";
    let answer = client().post(&url, kind, form.into()).await.unwrap();
    let tokens: Value = answer.json().unwrap();
    let error = scene
        .told(json!({"body": {"id_token": tokens["id_token"]}}))
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            OidcError::Token {
                fault: TokenFault::Signature,
                ..
            }
        ),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_to_blame() {
    let Some(mut scene) = Scene::new(|settings| settings.userinfo = Userinfo::Never) else {
        return;
    };
    let denied = json!({"redirect": {"code": null, "error": "access_denied", "error_description": "not today"}});
    let error = scene.told(denied).await.unwrap_err();
    assert_eq!(error.fault(), Fault::Consumer);
    assert!(
        error.to_string().contains("`access_denied` (not today)"),
        "{error}"
    );
    let error = scene
        .told(json!({"redirect": {"iss": "https://evil.example"}}))
        .await
        .unwrap_err();
    assert_eq!(error, OidcError::Callback("it is from another issuer"));
    let issuer = scene.issuer.clone();
    scene
        .told(json!({"redirect": {"iss": issuer}}))
        .await
        .unwrap();
    let error = scene
        .told(json!({"redirect": {"code": null}}))
        .await
        .unwrap_err();
    assert_eq!(error, OidcError::Callback("it has no `code`"));
    for (status, body, fault) in [
        (400, json!({"error": "invalid_grant"}), Fault::Consumer),
        (
            401,
            json!({"error": "invalid_client", "error_description": "who?"}),
            Fault::IdentityProvider,
        ),
        (503, json!("away"), Fault::IdentityProvider),
        (200, json!({"access_token": "a"}), Fault::IdentityProvider),
    ] {
        let token = json!({"token": {"status": status, "body": body}});
        let error = scene.told(token).await.unwrap_err();
        assert_eq!(error.fault(), fault, "{error}");
    }
    // A code that was redeemed proves nothing the second time, and another browser's verifier
    // does not fit.
    scene.peer.tell(&json!({}));
    let (pending, query) = scene.browse().await;
    let callback = Callback::parse(&query).unwrap();
    let (mut other, _) = scene.browse().await;
    other.state.clone_from(&pending.state);
    assert!(scene.provider.redeem(&other, &callback).await.is_err());
}
