//! What can go wrong in the demo, each as a command to paste.

use super::keys::Keys;
use serde_json::{Value, json};

/// One request and what becomes of it.
#[derive(Debug)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// A complete shell command, ending in one `curl` without output options.
    pub(crate) curl: String,
    pub(crate) status: u16,
    /// The code that is recorded; `None`: it passes.
    pub(crate) code: Option<&'static str>,
}

impl Scenario {
    pub(crate) fn document(&self) -> Value {
        json!({
            "name": self.name,
            "curl": self.curl,
            "expect_status": self.status,
            "expect_code": self.code,
        })
    }
}

/// A body that users and orders are made of.
const USER: &str = r#"{"name":"Lin"}"#;
const ORDER: &str = r#"{"item":"lamp","count":2}"#;

/// A POST of JSON with a key.
fn post(gateway: &str, path: &str, key: &str, body: &str) -> String {
    format!(
        "curl -X POST {gateway}{path} -H 'X-API-Key: {key}' -H 'Content-Type: application/json' -d '{body}'"
    )
}

/// A POST of JSON without one.
fn strange(gateway: &str, path: &str, body: &str) -> String {
    format!("curl -X POST {gateway}{path} -H 'Content-Type: application/json' -d '{body}'")
}

/// Every scenario, at a gateway and with the keys of this demo.
pub(crate) fn all(gateway: &str, keys: &Keys) -> Vec<Scenario> {
    let parts = [credentials, access, shape, rest];
    parts
        .into_iter()
        .flat_map(|part| part(gateway, keys))
        .collect()
}

const fn scenario(
    name: &'static str,
    curl: String,
    status: u16,
    code: Option<&'static str>,
) -> Scenario {
    Scenario {
        name,
        curl,
        status,
        code,
    }
}

/// Who calls.
fn credentials(gateway: &str, keys: &Keys) -> Vec<Scenario> {
    let users = |key: &str| post(gateway, "/v1/users", key, USER);
    vec![
        scenario("allowed", users(&keys.shop), 200, None),
        scenario(
            "missing key",
            strange(gateway, "/v1/users", USER),
            401,
            Some("credential.missing"),
        ),
        scenario(
            "unknown key",
            users(&keys.unknown),
            401,
            Some("credential.unknown"),
        ),
        scenario(
            "malformed key",
            users("pst_7q4m2t9v6x1c5n0r_cut-off"),
            401,
            Some("credential.malformed"),
        ),
        scenario(
            "expired key",
            users(&keys.expired),
            401,
            Some("credential.expired"),
        ),
        scenario(
            "revoked key",
            users(&keys.revoked),
            401,
            Some("credential.revoked"),
        ),
        scenario(
            "key of another environment with too few scopes",
            users(&keys.staging),
            403,
            Some("credential.wrong_environment"),
        ),
    ]
}

/// Who may call what, and from where.
fn access(gateway: &str, keys: &Keys) -> Vec<Scenario> {
    vec![
        scenario(
            "subscription pending",
            post(gateway, "/partners/customers", &keys.partner, USER),
            403,
            Some("subscription.pending"),
        ),
        scenario(
            "subscription missing",
            post(gateway, "/partners/customers", &keys.newcomer, USER),
            403,
            Some("subscription.missing"),
        ),
        scenario(
            "subscription suspended",
            post(gateway, "/orders/new", &keys.partner, ORDER),
            403,
            Some("subscription.suspended"),
        ),
        scenario(
            "missing scope",
            post(gateway, "/orders/new", &keys.reader, ORDER),
            403,
            Some("authorization.scope_missing"),
        ),
        scenario(
            "address not on the list",
            post(gateway, "/admin/config", &keys.build, r#"{"debug":true}"#),
            403,
            Some("network.address_not_allowed"),
        ),
    ]
}

/// What a request looks like.
fn shape(gateway: &str, keys: &Keys) -> Vec<Scenario> {
    let large = format!(r#"{{"item":"{}"}}"#, "lamp ".repeat(60));
    vec![
        scenario(
            "unknown path",
            post(gateway, "/v1/user", &keys.shop, USER),
            404,
            Some("route.not_found"),
        ),
        scenario(
            "wrong method",
            format!(
                "curl -X DELETE {gateway}/v1/users -H 'X-API-Key: {}'",
                keys.shop
            ),
            405,
            Some("route.method_not_allowed"),
        ),
        scenario(
            "missing media type",
            format!(
                "curl -X POST {gateway}/v1/users -H 'X-API-Key: {}' -H 'Content-Type:' -d '{USER}'",
                keys.shop
            ),
            415,
            Some("headers.content_type_missing"),
        ),
        scenario(
            "wrong media type",
            format!(
                "curl -X POST {gateway}/v1/users -H 'X-API-Key: {}' -d '{USER}'",
                keys.shop
            ),
            415,
            Some("headers.content_type_unsupported"),
        ),
        scenario(
            "body too large",
            post(gateway, "/orders/new", &keys.shop, &large),
            413,
            Some("body.too_large"),
        ),
    ]
}

/// How much is used, and what the upstream does.
fn rest(gateway: &str, keys: &Keys) -> Vec<Scenario> {
    vec![
        scenario(
            "rate exceeded",
            post(
                &format!("'{gateway}"),
                "/orders/quote?part=[1-4]'",
                &keys.shop,
                ORDER,
            ),
            429,
            Some("limit.rate_exceeded"),
        ),
        scenario(
            "upstream down",
            post(gateway, "/warehouse/bookings", &keys.shop, ORDER),
            502,
            Some("upstream.unreachable"),
        ),
        scenario(
            "upstream refuses by itself",
            post(
                gateway,
                "/billing/charges",
                &keys.shop,
                r#"{"amount":1200}"#,
            ),
            403,
            Some("origin.refused"),
        ),
    ]
}
