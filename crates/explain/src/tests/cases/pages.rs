//! What pages of other sites send.

use super::*;

pub(super) fn pages() -> Vec<Case> {
    let cors = |rule: &Value| {
        let mut policy = json!({
            "kind": "cors", "on": {"service": "partners"}, "origins": "https://app.example.com",
        });
        crate::merge_patch(&mut policy, rule);
        json!({"policies": {"pages": policy}})
    };
    let asks = |more: &[&str]| {
        let fields = [
            "Origin: https://app.example.com",
            "Access-Control-Request-Method: POST",
        ];
        let fields = fields.iter().chain(more).map(|field| (*field).to_owned());
        Request {
            method: "OPTIONS",
            fields: fields.collect(),
            credential: None,
            readings: None,
            ..post()
        }
    };
    let calls = |fields: &[&str]| Request {
        fields: fields.iter().map(|field| (*field).to_owned()).collect(),
        ..post()
    };
    vec![
        case(
            Code::OriginNotAllowed,
            cors(&json!({"origins": ["https://www.example.com"], "enforce_origin": true})),
            calls(&["Origin: https://app.example.com"]),
        ),
        case(
            Code::OriginNotAllowed,
            cors(&json!({"origins": ["http://app.example.com"], "enforce_origin": true})),
            calls(&["Origin: https://app.example.com"]),
        )
        .blames(Fault::Publisher),
        case(
            Code::OriginNotAllowed,
            cors(&json!({"enforce_origin": true})),
            calls(&["Origin: https://api.example.com:8443"]),
        )
        .blames(Fault::Publisher),
        case(
            Code::CorsMethodNotAllowed,
            cors(&json!({"methods": ["GET"]})),
            asks(&[]),
        )
        .blames(Fault::Publisher),
        case(
            Code::CorsHeaderNotAllowed,
            cors(&json!({"headers": "content-type"})),
            asks(&["Access-Control-Request-Headers: content-type,x-api-key"]),
        )
        .blames(Fault::Publisher),
        case(
            Code::CorsCredentialsNotAllowed,
            cors(&json!({"enforce_origin": true})),
            calls(&["Origin: https://app.example.com", "Cookie: session=1"]),
        )
        .if_wrong(),
    ]
}

pub(super) fn page_tokens() -> Vec<Case> {
    let rule = json!({"policies": {"own-pages": {"kind": "csrf", "on": {"service": "admin"}, "token": {}}}});
    let sent = |token| Request {
        target: "/admin/config".to_owned(),
        from: "203.0.113.7",
        credential: None,
        readings: None,
        token: Some(token),
        ..post()
    };
    let until = NOW - 60;
    [
        (Code::CsrfTokenMissing, TokenVerdict::NoHeader),
        (Code::CsrfTokenInvalid, TokenVerdict::Different),
        (Code::CsrfTokenExpired, TokenVerdict::Expired { until }),
    ]
    .map(|(code, token)| case(code, rule.clone(), sent(token)).if_wrong())
    .into()
}

pub(super) fn sites() -> Vec<Case> {
    let csrf = |rule: &Value| {
        let mut policy = json!({"kind": "csrf", "on": {"service": "admin"}});
        crate::merge_patch(&mut policy, rule);
        json!({"policies": {"own-pages": policy}})
    };
    let from = |fields: &[&str]| Request {
        target: "/admin/config".to_owned(),
        from: "203.0.113.7",
        fields: fields.iter().map(|field| (*field).to_owned()).collect(),
        credential: None,
        readings: None,
        ..post()
    };
    vec![
        case(
            Code::CsrfCrossSite,
            csrf(&json!({})),
            from(&[
                "Sec-Fetch-Site: cross-site",
                "Origin: https://tools.example.com",
            ]),
        )
        .if_wrong(),
        case(
            Code::CsrfOriginMismatch,
            csrf(&json!({"trusted_origins": "https://other.example.com"})),
            from(&["Origin: https://tools.example.com"]),
        )
        .if_wrong(),
        case(
            Code::CsrfRefererNotAllowed,
            csrf(&json!({"referer_required": true})),
            from(&["Referer: https://tools.example.com/form"]),
        )
        .if_wrong(),
    ]
}
