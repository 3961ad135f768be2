//! Tokens of issuers, and the sessions of people at browsers.

use super::*;

/// The service accepts tokens of an issuer, too.
pub(in crate::tests) fn tokens_accepted() -> Value {
    json!({
        "issuers": {"corp": {
            "issuer": "https://login.example.com", "audiences": ["orders"], "leeway": "10s",
        }},
        "services": {"partners": {"authentication": {"jwt": {"issuers": ["corp"]}}}},
        "credentials": {"key_9c4n9c4n9c4n9c4n": {
            "app": "fieldforce", "client": {"issuer": "corp", "id": "till"},
        }},
    })
}

/// Every operation but one accepts keys.
pub(super) fn but_for_one() -> Value {
    let mut world = tokens_accepted();
    world["services"]["partners"]["versions"]["v1"]["operations"] = json!({
        "create-customer": {"accepts": ["jwt"]},
        "list-orders": {"methods": ["GET"], "path": "/orders"},
    });
    world
}

/// A genuine token, good in every respect.
pub(in crate::tests) fn token() -> Token {
    Token {
        issuer: "corp".into(),
        subject: Some("lin".into()),
        id: Some("1".into()),
        kid: Some("2026-11".into()),
        client: Some("till".into()),
        user: Some("lin".into()),
        groups: Box::default(),
        roles: Box::default(),
        acr: None,
        auth_time: None,
        claims: Box::default(),
        scopes: Some(["write:users".into()].into()),
        bound_to: None,
        audience: ["orders".into()].into(),
        issued_at: Some(NOW - 60),
        not_before: None,
        expires_at: Some(NOW + 600),
        introspected: false,
    }
}

pub(super) fn tokens() -> Vec<Case> {
    let fault = |code: Code, fault: TokenFault| {
        let verdict = CredentialVerdict::TokenFault(fault);
        case(code, tokens_accepted(), with(verdict)).fixes(0)
    };
    let said = |code: Code, change: fn(&mut Token)| {
        let mut token = token();
        change(&mut token);
        let request = Request {
            credential: Some(CredentialVerdict::Token(Arc::new(token))),
            ..post()
        };
        case(code, tokens_accepted(), request)
    };
    vec![
        fault(
            Code::TokenMalformed,
            TokenFault::Malformed("is not a JWT: it has no dots".into()),
        ),
        fault(
            Code::TokenIssuerNotTrusted,
            TokenFault::Issuer {
                iss: Some("https://evil.example".into()),
            },
        )
        .unproved(1),
        fault(
            Code::TokenIssuerNotTrusted,
            TokenFault::Issuer {
                iss: Some("https://login.example.com/".into()),
            },
        )
        .blames(Fault::Operator)
        .unproved(1),
        case(
            Code::TokenIssuerNotTrusted,
            trusted_beside(),
            with(CredentialVerdict::TokenFault(TokenFault::Issuer {
                iss: Some("https://staff.example.com".into()),
            })),
        )
        .fixes(0)
        .blames(Fault::Publisher)
        .unproved(1),
        fault(
            Code::TokenKeyUnknown,
            TokenFault::KeyUnknown {
                issuer: "corp".into(),
                alg: "ES256".into(),
                kid: Some("2026-10".into()),
                known: 2,
            },
        )
        .unproved(1),
        fault(
            Code::TokenSignatureInvalid,
            TokenFault::Signature {
                issuer: "corp".into(),
                alg: "none".into(),
                kid: None,
                why: "it is not signed".into(),
            },
        ),
        case(
            Code::IdentityProviderUnreachable,
            tokens_accepted(),
            with(CredentialVerdict::NoKeys {
                issuer: "corp".into(),
                since: Some((NOW - 3_600) * 1000),
                error: Some("connection refused".into()),
            }),
        )
        .fixes(0)
        .unproved(1),
        said(Code::TokenExpired, |token| {
            token.expires_at = Some(NOW - 72);
        }),
        said(Code::TokenNotYetValid, |token| {
            token.not_before = Some(NOW + 30);
        }),
        said(Code::TokenAudienceMismatch, |token| {
            token.audience = ["billing".into()].into();
        }),
        said(Code::TokenAudienceMismatch, |token| {
            token.audience = ["billing".into(), "Orders".into()].into();
        })
        .blames(Fault::Operator),
        said(Code::TokenAudienceMismatch, |token| {
            token.audience = ["https://api.example.com/partners".into()].into();
        })
        .blames(Fault::Operator),
        said(Code::TokenClaimMissing, |token| {
            token.client = Some("kiosk".into());
        })
        .fixes(0)
        .unproved(1),
        said(Code::TokenClaimMissing, |token| token.client = None)
            .fixes(0)
            .blames(Fault::IdentityProvider),
    ]
}

/// Tokens that their issuer does not call good, or somebody here.
pub(super) fn ended_tokens() -> Vec<Case> {
    let revoked = |tokens: Value| {
        let mut row = json!({"issuer": "corp", "revoked_at": "2026-11-22T12:11:30Z"});
        crate::merge_patch(&mut row, &tokens);
        let mut world = tokens_accepted();
        world["token_revocations"] = json!({"rev_1": row});
        let request = Request {
            credential: Some(CredentialVerdict::Token(Arc::new(token()))),
            ..post()
        };
        case(Code::TokenRevoked, world, request).if_wrong()
    };
    vec![
        case(
            Code::IdentityProviderUnreachable,
            tokens_accepted(),
            with(CredentialVerdict::NoAnswer {
                issuer: "corp".into(),
                since: Some((NOW - 60) * 1000),
                error: Some("it does not take the gateway's own client credentials (401)".into()),
                rejects_us: true,
            }),
        )
        .fixes(0),
        case(
            Code::TokenInactive,
            tokens_accepted(),
            with(CredentialVerdict::Inactive {
                issuer: "corp".into(),
                at: (NOW - 2) * 1000,
                token: None,
            }),
        )
        .fixes(0),
        revoked(
            json!({"subject": "lin", "reason": "laptop stolen", "revoked_by": "ann@example.com"}),
        ),
        revoked(json!({"jti": "1"})),
        revoked(json!({"client": "till"})),
    ]
}

/// The other services of the tenant accept tokens of one issuer more.
fn trusted_beside() -> Value {
    let mut world = tokens_accepted();
    world["issuers"]["staff"] = json!({
        "issuer": "https://staff.example.com", "audiences": ["orders"],
    });
    for name in ["stock", "bills"] {
        world["services"][name] = json!({
            "tenant": "commerce", "base_path": format!("/{name}"),
            "authentication": {"jwt": {"issuers": ["corp", "staff"]}},
            "versions": {"v1": {"upstream": "backend", "operations": {
                "list": {"methods": ["GET"], "path": "/all"},
            }}},
        });
    }
    world
}

/// People at browsers, who are signed in or not.
pub(super) fn browsers() -> Vec<Case> {
    let mut rules = tokens_accepted();
    rules["services"]["partners"]["authentication"] = json!({
        "api_key": null, "session": {"issuer": "corp", "client_id": "till"},
    });
    let over = SessionFault::Over {
        at: NOW - 60,
        why: Ended::Idle,
    };
    let closed = Closed {
        at: NOW - 60,
        how: How::Revoked,
        by: Some("ann@example.com".into()),
        reason: Some("Laptop stolen".into()),
        issuer: "corp".into(),
        client: Some("till".into()),
    };
    let mut with_tokens = rules.clone();
    with_tokens["token_revocations"] = json!({"rev_1": {
        "issuer": "corp", "subject": "lin", "revoked_at": "2026-11-22T12:11:30Z",
        "revoked_by": "ann@example.com",
    }});
    let session = Session {
        id: "ses_7f3a9c0b12d4e5f6".into(),
        token: Arc::new(token()),
        begun_at: NOW - 3600,
        ends_at: NOW + 3600,
        digest: KeyDigest([0; 32]),
    };
    let session = with(CredentialVerdict::Session(Arc::new(session)));
    let with_tokens = case(Code::SessionInvalid, with_tokens, session).if_wrong();
    let mut cases: Vec<Case> = [
        (Code::SessionMissing, CredentialVerdict::Missing),
        (Code::SessionExpired, CredentialVerdict::NoSession(over)),
        (
            Code::SessionInvalid,
            CredentialVerdict::NoSession(SessionFault::Unknown),
        ),
        (
            Code::SessionInvalid,
            CredentialVerdict::NoSession(SessionFault::Closed(Arc::new(closed))),
        ),
    ]
    .map(|(code, verdict)| case(code, rules.clone(), with(verdict)).fixes(0))
    .into();
    cases.push(with_tokens);
    cases
}
