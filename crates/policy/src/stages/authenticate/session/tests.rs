//! People at browsers, from the cookie to the decision, live and from a record.

use crate::decision::{Decision, Depth, FactRequest, Step};
use crate::facts::{CredentialVerdict, Facts as _, Live};
use crate::identity::Identity;
use crate::recorded::Recorded;
use crate::session::{Freshness, Read, Session, SessionFault, Sessions};
use crate::snapshot::Snapshot;
use crate::testing::callers::{NOW, World, keyer, verifier};
use crate::testing::{connection, head};
use crate::walk::Walk;
use postern_model::denial::{Code, Denial};
use postern_model::entity::{
    ClaimNames, ClientId, CredentialKind, Issuer, IssuerKeys, Proof, Revocation, RevokedTokens,
    SameSite, SessionRule, TokenRevocation,
};
use postern_proof::Token;
use std::sync::Arc;
use std::time::Duration;

const COOKIE: &str = "__Host-shop";

/// The world of the other tests, whose service signs people in and takes no keys.
fn world() -> World {
    let mut world = World::new();
    world.configuration.issuers = vec![Issuer {
        name: "login".into(),
        tenant: None,
        iss: "https://login.example.com".into(),
        keys: IssuerKeys::File(std::path::Path::new("keys.json").into()),
        algorithms: vec![],
        audiences: vec!["api".into()],
        leeway: Duration::ZERO,
        claims: ClaimNames::default(),
        introspection: None,
    }];
    let accepted = world.configuration.services[0].authentication.as_mut();
    let accepted = accepted.unwrap();
    accepted.kinds = vec![CredentialKind::Session];
    accepted.headers.clear();
    accepted.query.clear();
    accepted.session = Some(Box::new(SessionRule {
        issuer: 0,
        client_id: "shop-web".into(),
        client_secret: None,
        scopes: vec![],
        cookie: "shop".into(),
        same_site: SameSite::Lax,
        idle: Duration::from_mins(1),
        lifetime: Duration::from_hours(1),
        after_sign_out: "/".into(),
    }));
    world.credential().proof = Proof::Client(Box::new(ClientId {
        issuer: "login".into(),
        id: "shop-web".into(),
    }));
    world
}

fn token(client: &str) -> Arc<Token> {
    Arc::new(Token {
        issuer: "login".into(),
        subject: Some("lin".into()),
        id: None,
        kid: None,
        client: Some(client.into()),
        user: Some("lin".into()),
        groups: Box::default(),
        roles: Box::default(),
        acr: None,
        auth_time: None,
        claims: Box::default(),
        scopes: Some(Box::new(["orders:read".into()])),
        bound_to: None,
        // For the client, and long over: that was judged when somebody signed in.
        audience: Box::new([client.into()]),
        issued_at: None,
        not_before: None,
        expires_at: Some(NOW - 1000),
        introspected: false,
    })
}

/// Begins a session; what its cookie holds.
fn begun(sessions: &Sessions, client: &str, ends_at: i64) -> String {
    let made = sessions.key().make(&[7; 32]);
    let session = Session {
        id: Session::id_of(&made.digest),
        token: token(client),
        begun_at: NOW,
        ends_at,
        digest: made.digest,
    };
    let read = Read {
        session,
        idle: 60,
        seen: NOW,
        tokens: Freshness::default(),
    };
    sessions.put(read, NOW);
    made.secret.expose().clone()
}

/// Decides about a request, and again from its record.
fn decided(
    world: &World,
    sessions: &Sessions,
    request: (&str, &str),
    fields: &[&str],
) -> (Result<Option<Identity>, Denial>, CredentialVerdict) {
    let (rules, directory) = (world.rules(), world.directory());
    let snapshot = Snapshot {
        rules: &rules,
        directory: &directory,
    };
    let mut all = vec!["Host: api.example.com"];
    all.extend(fields);
    let head = head(request.0, request.1, &all);
    let connection = connection("192.0.2.7");
    let facts = Live::new(&head, &connection, NOW * 1000);
    let mut walk = Walk::new(Depth::FirstDenial);
    let mut decision = walk.step(&snapshot, &facts);
    if decision == Step::Need(FactRequest::Credential) {
        let by = crate::credential::Verifier {
            sessions: Some(sessions),
            ..verifier()
        };
        let route = *walk.route().unwrap();
        let verdict = crate::credential::verify(&facts, &snapshot, &route, by);
        facts.provide_credential(verdict);
        decision = walk.step(&snapshot, &facts);
    }
    let recorded = Recorded::of(&facts, &walk, &snapshot);
    let recorded = serde_json::to_string(&recorded).unwrap();
    assert!(!recorded.contains("AAAA") && !recorded.contains("digest"));
    let recorded: Recorded = serde_json::from_str(&recorded).unwrap();
    let mut again = Walk::new(Depth::FirstDenial);
    let again = again.step(&snapshot, &recorded);
    let verdict = facts
        .credential()
        .cloned()
        .unwrap_or(CredentialVerdict::Missing);
    let found = match decision {
        Step::Done(Decision::Allow) => {
            assert_eq!(again, Step::Done(Decision::Allow));
            Ok(walk.identity().cloned())
        }
        Step::Done(Decision::Refuse(denial)) => {
            let Step::Done(Decision::Refuse(again)) = again else {
                panic!("{again:?} of a record, and live {denial:?}");
            };
            assert_eq!(again, denial, "of a record");
            Err(denial)
        }
        other => panic!("{other:?}"),
    };
    (found, verdict)
}

fn code(found: &(Result<Option<Identity>, Denial>, CredentialVerdict)) -> Option<Code> {
    found.0.as_ref().err().map(|denial| denial.code)
}

#[test]
fn a_session_proves_the_app_of_its_client_and_who_was_signed_in() {
    let world = world();
    let sessions = Sessions::new(&keyer());
    let secret = begun(&sessions, "shop-web", NOW + 100);
    let cookie = format!("Cookie: a=b; {COOKIE}={secret}; c=d");
    let (found, _) = decided(&world, &sessions, ("GET", "/orders"), &[&cookie]);
    let identity = found.unwrap().unwrap();
    assert_eq!(identity.kind(), CredentialKind::Session);
    assert_eq!(&*identity.app.name, "shop");
    assert_eq!(
        identity.token.as_ref().unwrap().user.as_deref(),
        Some("lin")
    );
    let rules = world.rules();
    let scopes: Vec<&str> = identity.scopes(&rules).map(|scope| &**scope).collect();
    assert_eq!(scopes, ["orders:read"], "what the provider granted");
    assert_eq!(
        identity.ends_at(),
        Some(NOW + 100),
        "not when the token does"
    );
}

#[test]
fn what_is_no_session_of_the_service_is_refused() {
    let world = world();
    let sessions = Sessions::new(&keyer());
    let secret = begun(&sessions, "shop-web", NOW + 100);
    let ask = |cookie: &str| {
        let cookie = format!("Cookie: {cookie}");
        code(&decided(&world, &sessions, ("GET", "/orders"), &[&cookie]))
    };
    let made_up = "A".repeat(64);
    for (cookie, due) in [
        (format!("{COOKIE}={secret}"), None),
        (format!("{COOKIE}={made_up}"), Some(Code::SessionInvalid)),
        (format!("{COOKIE}="), Some(Code::SessionInvalid)),
        // Over TLS, no other host may have set it.
        (format!("shop={secret}"), Some(Code::SessionMissing)),
        (format!("{COOKIE}2={secret}"), Some(Code::SessionMissing)),
        ("a=b".to_owned(), Some(Code::SessionMissing)),
        (
            format!("{COOKIE}={made_up}; {COOKIE}={secret}"),
            Some(Code::CredentialAmbiguous),
        ),
        (
            format!("{COOKIE}={secret}; {COOKIE}={secret}"),
            Some(Code::CredentialAmbiguous),
        ),
    ] {
        assert_eq!(ask(&cookie), due, "{cookie}");
    }
    let elsewhere = Sessions::new(&keyer());
    let other = begun(&elsewhere, "other-web", NOW + 100);
    let cookie = format!("Cookie: {COOKIE}={other}");
    let found = decided(&world, &elsewhere, ("GET", "/orders"), &[&cookie]);
    assert_eq!(code(&found), Some(Code::SessionInvalid));
    let over = Sessions::new(&keyer());
    let secret = begun(&over, "shop-web", NOW);
    let cookie = format!("Cookie: {COOKIE}={secret}");
    let found = decided(&world, &over, ("GET", "/orders"), &[&cookie]);
    assert_eq!(code(&found), Some(Code::SessionExpired));
    // Where nobody has to be known, nobody is.
    let anonymous = decided(&world, &over, ("GET", "/status"), &[&cookie]);
    assert_eq!(anonymous.0, Ok(None));
    assert!(matches!(
        anonymous.1,
        CredentialVerdict::NoSession(SessionFault::Over { .. })
    ));
}

#[test]
fn somebody_who_navigates_is_sent_to_sign_in_and_others_are_told_why() {
    let world = world();
    let sessions = Sessions::new(&keyer());
    let ask = |method: &str, fields: &[&str]| {
        let (found, _) = decided(&world, &sessions, (method, "/orders"), fields);
        let denial = found.unwrap_err();
        assert_eq!(denial.code, Code::SessionMissing);
        let why = denial.evidence("why").and_then(|why| why.as_text());
        (denial.status, why.unwrap().to_owned())
    };
    let navigates = "Sec-Fetch-Mode: navigate";
    assert_eq!(ask("GET", &[navigates]).0, 303);
    assert_eq!(ask("GET", &["Accept: text/html,*/*"]).0, 303);
    assert_eq!(
        ask("GET", &["Accept: text/html", "Sec-Fetch-Mode: cors"]).0,
        401
    );
    assert_eq!(
        ask("POST", &[navigates]).0,
        401,
        "what was posted would be lost"
    );
    assert_eq!(ask("GET", &[]).0, 401);
    let cross = "Sec-Fetch-Site: cross-site";
    for (method, fields, due) in [
        (
            "GET",
            &["Sec-Fetch-Mode: no-cors", cross][..],
            "SameSite=Lax",
        ),
        ("POST", &[navigates, cross], "SameSite=Lax"),
        ("GET", &["Cookie: a=b"], "on the host that set it"),
        (
            "GET",
            &["Cookie: a=b", "Sec-Fetch-Mode: cors"],
            "on the host that set it",
        ),
        ("GET", &[], "plain HTTP"),
        ("GET", &["X-Forwarded-Proto: https"], "takes no cookies"),
        (
            "GET",
            &["X-Forwarded-Proto: https", "Sec-Fetch-Mode: cors"],
            "credentials",
        ),
    ] {
        let (_, why) = ask(method, fields);
        assert!(why.contains(due), "{fields:?}: {why}");
    }
}

#[test]
fn pages_of_other_sites_change_nothing_without_any_policy() {
    let mut world = world();
    world.configuration.services[0].versions[0].operations[1].scopes = vec![];
    let sessions = Sessions::new(&keyer());
    let secret = begun(&sessions, "shop-web", NOW + 100);
    let cookie = format!("Cookie: {COOKIE}={secret}");
    let ask = |method: &str, field: &str| {
        let found = decided(&world, &sessions, (method, "/orders"), &[&cookie, field]);
        code(&found)
    };
    for (method, field, due) in [
        ("POST", "Sec-Fetch-Site: same-origin", None),
        ("POST", "Sec-Fetch-Site: none", None),
        ("POST", "Origin: https://api.example.com", None),
        ("POST", "X-Nothing: said", None),
        (
            "POST",
            "Sec-Fetch-Site: same-site",
            Some(Code::CsrfCrossSite),
        ),
        (
            "POST",
            "Sec-Fetch-Site: cross-site",
            Some(Code::CsrfCrossSite),
        ),
        (
            "POST",
            "Origin: https://evil.example",
            Some(Code::CsrfOriginMismatch),
        ),
        ("POST", "Origin: null", Some(Code::CsrfOriginMismatch)),
        ("GET", "Sec-Fetch-Site: cross-site", None),
    ] {
        assert_eq!(ask(method, field), due, "{method} {field}");
    }
}

#[test]
fn whoever_was_signed_in_when_their_tokens_were_revoked_is_so_no_more() {
    let mut world = world();
    let sessions = Sessions::new(&keyer());
    let secret = begun(&sessions, "shop-web", NOW + 100);
    let cookie = format!("Cookie: {COOKIE}={secret}");
    let ask = |world: &World, path: &str, more: &str| {
        decided(world, &sessions, ("GET", path), &[&cookie, more])
    };
    let revocation = |tokens: RevokedTokens, at: i64| TokenRevocation {
        id: "rev_1".into(),
        issuer: "login".into(),
        tokens,
        revocation: Revocation {
            at,
            by: Some("ann".into()),
            reason: Some("Laptop stolen".into()),
        },
        until: NOW + 1000,
    };
    let fetched = "Sec-Fetch-Mode: cors";
    let subject = || RevokedTokens::Subject("lin".into());
    let client = || RevokedTokens::Client("shop-web".into());
    for (row, ends) in [
        (revocation(subject(), NOW), true),
        (revocation(client(), NOW), true),
        // They signed in again since.
        (revocation(subject(), NOW - 1), false),
        (revocation(client(), NOW - 1), false),
        (revocation(RevokedTokens::Subject("ann".into()), NOW), false),
        (
            revocation(RevokedTokens::Client("other".into()), NOW),
            false,
        ),
        // One token is not the session, whose tokens are refreshed.
        (revocation(RevokedTokens::Id("lin".into()), NOW), false),
        (
            TokenRevocation {
                issuer: "other".into(),
                ..revocation(subject(), NOW)
            },
            false,
        ),
        (
            TokenRevocation {
                until: NOW,
                ..revocation(subject(), NOW)
            },
            false,
        ),
    ] {
        world.accounts.token_revocations = vec![row.clone()];
        let found = ask(&world, "/orders", fetched);
        assert_eq!(
            code(&found),
            ends.then_some(Code::SessionInvalid),
            "{row:?}"
        );
    }
    world.accounts.token_revocations = vec![revocation(subject(), NOW)];
    let denial = ask(&world, "/orders", fetched).0.unwrap_err();
    let said = |name| denial.evidence(name).map(ToString::to_string);
    assert_eq!(denial.status, 401);
    assert_eq!(said("ended_at"), Some(NOW.to_string()));
    assert_eq!(said("reason").as_deref(), Some("Laptop stolen"));
    assert_eq!(said("ended_by").as_deref(), Some("ann"));
    assert_eq!(said("revocation").as_deref(), Some("rev_1"));
    assert_eq!(said("cookie").as_deref(), Some("shop"));
    let navigating = ask(&world, "/orders", "Sec-Fetch-Mode: navigate");
    assert_eq!(navigating.0.unwrap_err().status, 303);
    // Where nobody has to be known, nobody is.
    assert_eq!(ask(&world, "/status", fetched).0, Ok(None));
}
