//! Where requests come from, and where they go.

use super::*;

pub(super) fn edge_and_network() -> Vec<Case> {
    let from = |from: &'static str| Request { from, ..post() };
    let admin = |from: &'static str| Request {
        from,
        target: "/admin/config".to_owned(),
        credential: None,
        readings: None,
        ..post()
    };
    let edge = |edge: EdgeReading| Request { edge, ..post() };
    vec![
        case(Code::EdgeAddressDenied, json!({}), from("192.0.2.9")).if_wrong(),
        case(
            Code::EdgeAddressBlocked,
            json!({}),
            edge(EdgeReading {
                blocked: Some(Blocked {
                    until: (NOW + 60) * 1000,
                    trigger: Code::CredentialUnknown,
                }),
                exceeded: None,
            }),
        )
        .if_wrong(),
        case(
            Code::EdgeRateExceeded,
            json!({"edge": {"requests": {"rate": 50, "per": "1s"}}}),
            edge(EdgeReading {
                blocked: None,
                exceeded: Some(Exceeded {
                    limit: 50,
                    retry_after: 20,
                }),
            }),
        ),
        case(Code::AddressNotAllowed, json!({}), admin("203.0.114.7")),
        case(
            Code::AddressNotAllowed,
            json!({}),
            Request {
                fields: vec!["X-Forwarded-For: 203.0.113.7".to_owned()],
                ..admin("10.0.0.7")
            },
        )
        .fixes(2)
        .blames(Fault::Operator),
        case(
            Code::AddressDenied,
            json!({"policies": {"no-scans": {"kind": "network", "on": "platform", "deny": ["bad"]}}, "edge": null}),
            from("192.0.2.9"),
        )
        .if_wrong(),
        case(
            Code::CountryNotAllowed,
            places(&json!({"allow_countries": ["DE", "AT"], "allow": ["office"]})),
            located("FR", 64_496),
        )
        .fixes(2),
        case(
            Code::CountryNotAllowed,
            places(&json!({"deny_countries": ["fr"]})),
            located("FR", 64_496),
        )
        .if_wrong(),
        case(
            Code::CountryNotAllowed,
            places(&json!({"allow_countries": ["DE"]})),
            located("unknown", 64_496),
        ),
        case(
            Code::AddressNotAllowed,
            places(&json!({"allow_asns": [64_500]})),
            located("FR", 64_496),
        ),
        case(
            Code::AddressDenied,
            places(&json!({"deny_asns": [64_496, "AS64497"], "deny_countries": ["RU"]})),
            located("FR", 64_496),
        )
        .if_wrong(),
    ]
}

/// A policy about places.
fn places(rule: &Value) -> Value {
    let mut policy = json!({"kind": "network", "on": {"service": "partners"}});
    crate::merge_patch(&mut policy, rule);
    json!({"policies": {"from-here": policy}})
}

fn located(country: &'static str, number: u32) -> Request {
    Request {
        located: Some((country, number)),
        ..post()
    }
}

pub(super) fn routes() -> Vec<Case> {
    let get = |target: &str| Request {
        method: "GET",
        target: target.to_owned(),
        credential: None,
        readings: None,
        ..post()
    };
    let version = |patch: Value| json!({"services": {"partners": {"versions": {"v1": patch}}}});
    let operation = |name: &str, path: &str| {
        version(json!({"operations": {name: {"methods": ["GET"], "path": path}}}))
    };
    vec![
        case(Code::NotFound, json!({}), get("/partners/customer")),
        case(
            Code::MethodNotAllowed,
            json!({}),
            Request {
                method: "DELETE",
                ..get("/partners/customers")
            },
        ),
        case(
            Code::NotPublished,
            version(json!({"state": "draft"})),
            get("/partners/customers"),
        ),
        case(
            Code::VersionRetired,
            version(json!({"state": "retired", "retired_at": "2026-10-01"})),
            get("/partners/customers"),
        )
        .if_wrong(),
        case(Code::PathRejected, json!({}), get("/partners/../admin")).fixes(0),
        case(
            Code::PathRejected,
            operation("get-customer", "/customers/{id}"),
            get("/partners/customers/a%2Fb;c"),
        ),
        case(
            Code::NotFound,
            json!({"services": {
                "partners": {"hosts": ["api.example.com"]},
                "admin": {"hosts": ["api.example.com"]},
            }}),
            Request {
                host: "shop.example.com",
                ..get("/partners/customers")
            },
        )
        .fixes(0)
        .blames(Fault::Operator),
        case(
            Code::NotFound,
            operation("list-orders", "/partners/orders"),
            get("/partners/orders"),
        )
        .blames(Fault::Publisher),
        case(
            Code::MethodNotAllowed,
            json!({}),
            Request {
                method: "OPTIONS",
                fields: vec![
                    "Origin: https://app.example.com".to_owned(),
                    "Access-Control-Request-Method: POST".to_owned(),
                ],
                ..get("/partners/customers")
            },
        )
        .fixes(2)
        .blames(Fault::Publisher),
    ]
}
