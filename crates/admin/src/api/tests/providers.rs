//! Signing in with an identity provider, which is made up here, and the lives of sessions.

use super::people::{code, with_token};
use super::world::{Answered, World};
use crate::api::Api;
use crate::api::people::{Accounts, Begun, NotVouched, Provider, SignOn};
use postern_control::management::identity_provider::{IdentityProvider, SignUp};
use postern_control::people::{Accepting, Comer, Visitor, Vouched};
use postern_control::shorthand::Change;
use postern_control::{Actor, Answer, ChangeSet, now};
use postern_model::Fault;
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const PASSWORD: &str = "four words nobody guesses";

/// Vouches for whoever is next.
struct Fake {
    next: Mutex<Option<Vouched>>,
    /// Whose fault it is if nobody is.
    fault: Mutex<Fault>,
    begun: AtomicU64,
}

impl Default for Fake {
    fn default() -> Self {
        Self {
            next: Mutex::default(),
            fault: Mutex::new(Fault::IdentityProvider),
            begun: AtomicU64::default(),
        }
    }
}

impl SignOn for Fake {
    fn begin(&self, provider: Provider) -> Answer<'_, Result<Begun, NotVouched>> {
        let n = self.begun.fetch_add(1, Ordering::Relaxed);
        assert_eq!(
            provider.redirect_uri,
            "https://admin.example/api/v1/sign-in/callback"
        );
        let state = format!("state{n}");
        Box::pin(async move {
            Ok(Begun {
                url: format!("https://id.example/authorize?state={state}"),
                pending: json!({ "n": n }),
                state,
            })
        })
    }

    fn finish(
        &self,
        _: Provider,
        pending: Value,
        query: String,
    ) -> Answer<'_, Result<Vouched, NotVouched>> {
        Box::pin(async move {
            assert!(
                query.contains(&format!("state=state{}", pending["n"])),
                "{query}"
            );
            let next = self.next.lock().unwrap().take();
            next.ok_or_else(|| NotVouched {
                fault: *self.fault.lock().unwrap(),
                why: "it came to nothing".to_owned(),
            })
        })
    }
}

fn vouched(subject: &str, email: &str, email_verified: bool) -> Vouched {
    Vouched {
        subject: subject.to_owned(),
        email: Some(email.to_owned()),
        email_verified,
        name: None,
    }
}

/// A world with a provider of the platform, and one of the tenant `commerce`.
async fn world(fake: &Arc<Fake>) -> World {
    let sign_on = fake.clone();
    let world = World::with_api(|service| {
        let accounts = Arc::new(Accounts::new(service.clone()));
        Api::new(service.clone(), accounts).with_sign_on(sign_on)
    });
    let world = world.await;
    let provider = |tenant: Option<&str>, sign_up: SignUp, roles: &[&str]| IdentityProvider {
        title: "Single sign-on".to_owned(),
        tenant: tenant.map(str::to_owned),
        issuer: Some("https://id.example".to_owned()),
        client_id: Some("postern".to_owned()),
        client_secret: None,
        scopes: Vec::new(),
        enabled: true,
        sign_up,
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
    };
    let put = |kind: &str, id: &str, document: Value| Change {
        patch: None,
        put: Some(document),
        ..Change::patch(kind, id, Value::Null)
    };
    let changes = vec![
        put(
            "identity_provider",
            "sso",
            json!(provider(None, SignUp::Closed, &[])),
        ),
        put(
            "identity_provider",
            "shop",
            json!(provider(Some("commerce"), SignUp::Open, &["viewer"])),
        ),
        put(
            "user",
            "usr_aaaaaaaaaaaaaaaa",
            json!({"email": "lin@example.com"}),
        ),
    ];
    let set = ChangeSet {
        changes,
        comment: String::new(),
        source: None,
    };
    world
        .service
        .change(&Actor::local("root"), set)
        .await
        .unwrap();
    world
}

async fn browse(world: &World, cookie: &str, path: &str) -> Answered {
    let headers = [
        ("cookie", cookie),
        ("host", "admin.example"),
        ("x-forwarded-proto", "https"),
    ];
    world.ask_with("", "GET", path, Value::Null, &headers).await
}

/// Cookies that an answer sets, as a browser shows them.
fn cookies(answer: &Answered) -> String {
    let set = answer.headers.get_all("set-cookie").iter();
    let set = set.map(|cookie| cookie.to_str().unwrap());
    let shown: Vec<_> = set
        .map(|cookie| cookie.split(';').next().unwrap())
        .collect();
    shown.join("; ")
}

/// Goes to a provider and comes back.
async fn sign_in(world: &World, provider: &str) -> Answered {
    let path = format!("/sign-in/with/{provider}?return_to=/apps");
    let begun = browse(world, "", &path).await;
    assert_eq!(begun.status, 303, "{begun:?}");
    let url = begun.headers["location"].to_str().unwrap();
    let (_, state) = url.split_once("state=").unwrap();
    let cookie = cookies(&begun);
    let back = format!("/sign-in/callback?state={state}&code=x&session_state=y");
    // Somebody else's browser ends nothing.
    let foreign = browse(world, "", &back).await;
    assert_eq!(foreign.status, 401, "{foreign:?}");
    let done = browse(world, &cookie, &back).await;
    let again = browse(world, &cookie, &back).await;
    assert_eq!(again.status, 404, "{again:?}");
    done
}

#[tokio::test]
async fn a_browser_in_which_nobody_was_signed_in_goes_where_it_wanted_to_and_is_told() {
    let fake = Arc::new(Fake::default());
    let world = world(&fake).await;
    let see = async |cookie: &str, path: &str| {
        let headers = [
            ("accept", "text/html,*/*"),
            ("host", "admin.example"),
            ("origin", "https://admin.example"),
            ("cookie", cookie),
        ];
        world.ask_with("", "GET", path, Value::Null, &headers).await
    };
    let led = |answer: &Answered| {
        assert_eq!(answer.status, 303, "{answer:?}");
        answer.headers["location"].to_str().unwrap().to_owned()
    };
    let begun = see("", "/sign-in/with/sso?return_to=/apps%3Fq%3Dx%23y").await;
    let to = led(&begun);
    let (_, state) = to.split_once("state=").unwrap();
    let back = format!("/sign-in/callback?state={state}&code=x");
    // Another browser did not begin it, and wanted to go nowhere that is known.
    let other = led(&see("", &back).await);
    assert!(
        other.starts_with("/?sign_in=sign_in.failed&request_id="),
        "{other}"
    );
    // The provider vouches for nobody.
    let failed = see(&cookies(&begun), &back).await;
    let to = led(&failed);
    assert!(
        to.starts_with("/apps?q=x&sign_in=identity_provider.unavailable&request_id="),
        "{to}"
    );
    assert!(
        cookies(&failed).ends_with('='),
        "the sign-in is over: {failed:?}"
    );
    // One that is not there.
    let nowhere = led(&see("", "/sign-in/with/nowhere").await);
    assert!(
        nowhere.starts_with("/?sign_in=resource.not_found&"),
        "{nowhere}"
    );
}

#[tokio::test]
async fn people_are_known_by_verified_addresses_and_then_by_who_they_are_there() {
    let fake = Arc::new(Fake::default());
    let world = world(&fake).await;
    let next = |vouched: Vouched| *fake.next.lock().unwrap() = Some(vouched);

    next(vouched("1", "lin@example.com", false));
    let refused = sign_in(&world, "sso").await;
    assert_eq!(refused.body["code"], "permission.missing", "{refused:?}");
    next(vouched("1", "LIN@example.com", true));
    let done = sign_in(&world, "sso").await;
    assert_eq!(
        (done.status, &done.headers["location"]),
        (303, &"/apps".parse().unwrap())
    );
    let secure = done
        .headers
        .get_all("set-cookie")
        .iter()
        .all(|c| c.to_str().unwrap().ends_with("; Secure"));
    assert!(secure, "{done:?}");
    let me = browse(&world, &cookies(&done), "/me").await;
    assert_eq!(me.body["id"], "usr_aaaaaaaaaaaaaaaa", "{me:?}");
    // From then on the subject counts, whatever the address.
    next(vouched("1", "married@example.com", true));
    let done = sign_in(&world, "sso").await;
    let me = browse(&world, &cookies(&done), "/me").await;
    assert_eq!(me.body["id"], "usr_aaaaaaaaaaaaaaaa", "{me:?}");
    // The address alone is not enough for another subject.
    next(vouched("2", "lin@example.com", true));
    assert_eq!(sign_in(&world, "sso").await.status, 403);
    next(vouched("3", "stranger@example.com", true));
    assert_eq!(sign_in(&world, "sso").await.status, 403);
    let failed = sign_in(&world, "sso").await;
    assert_eq!(code(&failed), (502, "identity_provider.unavailable"));
    // It is not the provider that somebody changed their mind.
    *fake.fault.lock().unwrap() = Fault::Consumer;
    let failed = sign_in(&world, "sso").await;
    assert_eq!(code(&failed), (401, "sign_in.failed"));
    assert_eq!(
        browse(&world, "", "/sign-in/with/nowhere").await.status,
        404
    );
    let elsewhere = browse(&world, "", "/sign-in/with/sso?return_to=//evil.example").await;
    assert_eq!(elsewhere.status, 400);
}

#[tokio::test]
async fn a_tenants_provider_lets_in_its_own_people_only() {
    let fake = Arc::new(Fake::default());
    let world = world(&fake).await;
    let next = |vouched: Vouched| *fake.next.lock().unwrap() = Some(vouched);
    next(vouched("1", "new@example.com", true));
    let done = sign_in(&world, "shop").await;
    assert_eq!(done.status, 303, "{done:?}");
    let me = browse(&world, &cookies(&done), "/me").await;
    assert_eq!(me.body["platform"], json!([]));
    let tenants: Vec<_> = me.body["tenants"].as_object().unwrap().keys().collect();
    assert_eq!(tenants, ["commerce"]);
    // Lin is nobody's of theirs.
    next(vouched("2", "lin@example.com", true));
    let refused = sign_in(&world, "shop").await;
    assert_eq!(refused.status, 403, "{refused:?}");
}

#[tokio::test]
async fn sessions_end_unused_and_in_any_case() {
    const HOUR: i64 = 60 * 60 * 1000;
    let fake = Arc::new(Fake::default());
    let world = world(&fake).await;
    let begin = now();
    let people = |ms: i64| world.service.people(begin + ms).unwrap();
    let visitor = Visitor {
        from: HOME,
        agent: "a browser".to_owned(),
    };
    let root = Actor::local("root");
    let link = people(0).first_administrator(&root).await.unwrap();
    let accepting = || Accepting {
        token: link.secret.expose().clone(),
        email: Some("owner@example.com".to_owned()),
        name: None,
        password: Some(PASSWORD.to_owned()),
    };
    let comer = Comer {
        visitor: &visitor,
        signed_in: None,
    };
    // A link is not good for ever.
    assert!(people(25 * HOUR).accept(comer, accepting()).await.is_err());
    people(0).accept(comer, accepting()).await.unwrap();
    let open = async |ms: i64| {
        let people = people(ms);
        let signed_in = people.sign_in(&visitor, "owner@example.com", PASSWORD);
        signed_in.await.unwrap().session.secret.expose().clone()
    };
    let is_good = async |session: &str, ms: i64| {
        people(ms)
            .by_session(session, HOME)
            .await
            .unwrap()
            .is_some()
    };
    let session = open(0).await;
    assert!(is_good(&session, 11 * HOUR).await);
    assert!(!is_good(&session, 24 * HOUR).await, "twelve hours unused");
    let session = open(0).await;
    for hour in (0..7 * 24).step_by(6) {
        assert!(is_good(&session, hour * HOUR).await, "{hour}");
    }
    assert!(
        !is_good(&session, 7 * 24 * HOUR).await,
        "a week in any case"
    );
    let cut = session.split_at(session.len() - 1).0;
    for other in ["", "x", "usr_x.pms_x", cut] {
        assert!(!is_good(other, 0).await, "{other}");
    }
}

#[tokio::test]
async fn whoever_sets_up_a_provider_can_do_whatever_its_people_can() {
    let world = World::new().await;
    let provider = |tenant: Option<&str>| json!({"title": "Mine", "issuer": "https://mine.example", "client_id": "x", "tenant": tenant});
    for tenant in [None, Some("commerce")] {
        let path = "/identity-providers/mine";
        let refused = world.ask("operator", "PUT", path, provider(tenant)).await;
        assert_eq!(refused.body["code"], "permission.missing", "{refused:?}");
        let done = world.ask("owner", "PUT", path, provider(tenant)).await;
        assert_eq!(done.status, 200, "{done:?}");
        // Nor does one become another's.
        let issuer = json!({"issuer": "https://evil.example"});
        let refused = world.ask("operator", "PATCH", path, issuer).await;
        assert_eq!(refused.body["code"], "permission.missing", "{refused:?}");
        let gone = world.ask("owner", "DELETE", path, Value::Null).await;
        assert_eq!(gone.status, 204, "{gone:?}");
    }
    // Own accounts are nobody's word.
    let local = json!({"title": "Password", "sign_up": "approval"});
    let path = "/identity-providers/local";
    let done = world.ask("operator", "PUT", path, local).await;
    assert_eq!(done.status, 200, "{done:?}");
}

/// Changes a user as somebody who may.
async fn change(world: &World, changes: Vec<Change>) {
    let set = ChangeSet {
        changes,
        comment: String::new(),
        source: None,
    };
    let root = Actor::local("root");
    world.service.change(&root, set).await.unwrap();
}

#[tokio::test]
async fn whoever_outgrew_a_tenant_is_somebody_there_only_to_its_provider() {
    let fake = Arc::new(Fake::default());
    let world = world(&fake).await;
    let next = || *fake.next.lock().unwrap() = Some(vouched("1", "new@example.com", true));
    next();
    let before = cookies(&sign_in(&world, "shop").await);
    let me = browse(&world, &before, "/me").await;
    let id = me.body["id"].as_str().unwrap().to_owned();
    let operator = json!({"platform_roles": ["operator"]});
    change(&world, vec![Change::patch("user", &id, operator)]).await;
    next();
    let after = cookies(&sign_in(&world, "shop").await);
    for session in [before, after] {
        let me = browse(&world, &session, "/me").await;
        assert_eq!(me.body["id"], id, "{me:?}");
        assert_eq!(me.body["platform"], json!([]), "{me:?}");
        let tenants: Vec<_> = me.body["tenants"].as_object().unwrap().keys().collect();
        assert_eq!(tenants, ["commerce"]);
        // Nor does it make them more.
        let headers = [
            ("cookie", session.as_str()),
            ("sec-fetch-site", "same-origin"),
        ];
        let make = async |new: Value| {
            let path = "/me/tokens";
            world.ask_with("", "POST", path, new, &headers).await
        };
        let whole = make(json!({"title": "x"})).await;
        assert_eq!(code(&whole), (403, "permission.missing"));
        let there = make(json!({"title": "x", "only_in": "commerce"})).await;
        assert_eq!(there.status, 201, "{there:?}");
    }
}

#[tokio::test]
async fn another_issuer_knows_nobody() {
    let fake = Arc::new(Fake::default());
    let world = world(&fake).await;
    let next = || *fake.next.lock().unwrap() = Some(vouched("1", "lin@example.com", true));
    next();
    assert_eq!(sign_in(&world, "sso").await.status, 303);
    let other = json!({"issuer": "https://another.example"});
    change(
        &world,
        vec![Change::patch("identity_provider", "sso", other)],
    )
    .await;
    next();
    let refused = sign_in(&world, "sso").await;
    assert_eq!(code(&refused), (403, "permission.missing"), "{refused:?}");
}

#[tokio::test]
async fn an_account_becomes_whose_address_it_is() {
    let fake = Arc::new(Fake::default());
    let world = world(&fake).await;
    // A stranger accepts an invitation to somebody else's address.
    let root = Actor::local("root");
    let people = || world.service.people(now()).unwrap();
    let invited = serde_json::from_value(
        json!({"email": "ceo@example.com", "tenant": "commerce", "roles": ["viewer"]}),
    );
    let (_, _, link) = people().invite(&root, invited.unwrap()).await.unwrap();
    let accept = json!({"token": link.secret.expose(), "password": PASSWORD});
    let accepted = world.ask("", "POST", "/invitations/accept", accept).await;
    let stranger = cookies(&accepted);
    let id = accepted.body["user"].as_str().unwrap().to_owned();
    let headers = [
        ("cookie", stranger.as_str()),
        ("sec-fetch-site", "same-origin"),
    ];
    let new = json!({"title": "x"});
    let made = world
        .ask_with("", "POST", "/me/tokens", new, &headers)
        .await;
    let token = made.body["token"].as_str().unwrap().to_owned();
    let reset = people().password_link(&root, &id).await.unwrap();

    *fake.next.lock().unwrap() = Some(vouched("1", "ceo@example.com", true));
    let done = sign_in(&world, "sso").await;
    let me = browse(&world, &cookies(&done), "/me").await;
    assert_eq!(me.body["id"], id, "{me:?}");
    // Nothing of the stranger's opens it any more.
    assert_eq!(browse(&world, &stranger, "/me").await.status, 401);
    let by_token = with_token(&world, &token, "GET", "/me", Value::Null).await;
    assert_eq!(by_token.status, 401, "{by_token:?}");
    let sign_in = json!({"email": "ceo@example.com", "password": PASSWORD});
    let refused = world.ask("", "POST", "/sign-in", sign_in).await;
    assert_eq!(code(&refused), (401, "sign_in.failed"));
    let accept = json!({"token": reset.secret.expose(), "password": PASSWORD});
    let refused = world.ask("", "POST", "/invitations/accept", accept).await;
    assert_eq!(code(&refused), (404, "resource.not_found"));
}

#[tokio::test]
async fn whoever_has_no_password_accepts_an_invitation_in_a_session() {
    let fake = Arc::new(Fake::default());
    let world = world(&fake).await;
    *fake.next.lock().unwrap() = Some(vouched("1", "lin@example.com", true));
    let session = cookies(&sign_in(&world, "sso").await);
    let invited = serde_json::from_value(
        json!({"email": "lin@example.com", "tenant": "commerce", "roles": ["viewer"]}),
    );
    let people = world.service.people(now()).unwrap();
    let root = Actor::local("root");
    let (_, _, link) = people.invite(&root, invited.unwrap()).await.unwrap();
    let path = format!("/invitations/accept?token={}", link.secret.expose());
    let look = async |cookie: &str| {
        let seen = browse(&world, cookie, &path).await;
        (seen.body["account"].clone(), seen.body["signed_in"].clone())
    };
    assert_eq!(look("").await, (json!(true), json!(false)));
    assert_eq!(look(&session).await, (json!(true), json!(true)));
    let accept = async |headers: &[(&str, &str)]| {
        let body = json!({"token": link.secret.expose()});
        world
            .ask_with("", "POST", "/invitations/accept", body, headers)
            .await
    };
    let refused = accept(&[]).await;
    assert_eq!(code(&refused), (401, "sign_in.failed"));
    let headers = [
        ("cookie", session.as_str()),
        ("sec-fetch-site", "same-origin"),
    ];
    let accepted = accept(&headers).await;
    assert_eq!(accepted.status, 200, "{accepted:?}");
    let me = browse(&world, &cookies(&accepted), "/me").await;
    let tenants: Vec<_> = me.body["tenants"].as_object().unwrap().keys().collect();
    assert_eq!(tenants, ["commerce"]);
}
