//! Other gateways.

use super::Confidence::{High, Medium};
use super::Kind::{Authentication, Csrf, Firewall, Gateway, Limit, Permission, Routing};
use super::Mark::{Body, Exactly, Field, Status};
use super::{Sign, sign};

const CREDENTIAL: &str = "It wants a credential of its own: have the upstream's settings add one, or forward the caller's.";
const ROUTE: &str =
    "It has no such route: compare host, path and method that go up with what is configured there.";
const ADDRESS: &str = "It sees the gateway's address, or one that it takes from a forwarding header: allow the gateway there, and let it trust the gateway's `X-Forwarded-For`.";
const RATE: &str = "It counts all callers as one where it knows the gateway's address only: raise its limit, or let it count by caller.";
const GROUP: &str = "The caller that it knows is in no group that may: change its groups there.";
const RBAC: &str = "No policy permits it: `%RESPONSE_CODE_DETAILS%` in its access log names the policy, or `none`.";

#[rustfmt::skip]
pub(super) const SIGNS: &[Sign] = &[
    sign("Postern", Gateway, High, &[Body("/.well-known/postern/denials/")],
        "Another Postern stands behind this one: ask it, by the request id of the answer."),
    sign("Kong", Authentication, High, &[Field("x-kong-response-latency", ""), Status(&[401])], CREDENTIAL),
    sign("Kong", Permission, High, &[Body("You cannot consume this service")], GROUP),
    sign("Kong", Firewall, High, &[Body("IP address not allowed: ")], ADDRESS),
    sign("Kong", Limit, High, &[Body("API rate limit exceeded"), Field("x-ratelimit-remaining-minute", "")], RATE),
    sign("Kong", Limit, Medium, &[Body("API rate limit exceeded")], RATE),
    sign("Kong", Routing, High, &[Body("no Route matched with those values")], ROUTE),
    sign("Kong", Authentication, Medium, &[Body("No API key found in request")], CREDENTIAL),
    sign("Kong", Gateway, High, &[Field("x-kong-response-latency", "")],
        "`X-Kong-Response-Latency` says that Kong itself answered: look for the request id of the answer in its log."),
    sign("APISIX", Authentication, High, &[Body("Missing API key in request")], CREDENTIAL),
    sign("APISIX", Authentication, High, &[Body("Invalid API key in request")], CREDENTIAL),
    sign("APISIX", Firewall, High, &[Body("Your IP address is not allowed")], ADDRESS),
    sign("APISIX", Csrf, High, &[Body("no csrf token in headers")], "Send its token in the header that the plugin names, and in its cookie."),
    sign("APISIX", Permission, High, &[Field("server", "apisix"), Body("is forbidden.")], GROUP),
    sign("APISIX", Routing, High, &[Body("404 Route Not Found")], ROUTE),
    sign("Envoy", Permission, High, &[Exactly("RBAC: access denied")], RBAC),
    sign("Envoy", Csrf, High, &[Exactly("Invalid origin")],
        "`Origin` and `Host` differ there: pass the caller's `Host` on, or add the origin to its CSRF filter."),
    sign("Envoy", Authentication, High, &[Exactly("Jwt is missing")], CREDENTIAL),
    sign("Envoy", Authentication, High, &[Exactly("Jwt is expired")], "Its clock says that the token's time is over: compare clocks, then get a new token."),
    sign("Envoy", Authentication, High, &[Exactly("Jwt verification fails")], "It does not know the key that signed the token: compare issuer and `kid`."),
    sign("Envoy", Authentication, High, &[Exactly("Jwt issuer is not configured")], "It trusts another issuer."),
    sign("Envoy", Authentication, High, &[Body("Jwks remote fetch is failed")], "It cannot get the issuer's keys: the token is not to blame."),
    sign("Envoy", Permission, High, &[Exactly("Audiences in Jwt are not allowed")], "The token is for another audience than it accepts."),
    sign("Envoy", Limit, High, &[Exactly("local_rate_limited")], RATE),
    sign("Traefik", Gateway, Medium, &[Exactly("Forbidden"), Field("content-type", "text/plain")],
        "Its `ipAllowList` says no more than this; which address it saw stands in its log at DEBUG."),
    sign("Tyk", Permission, High, &[Body("Access to this API has been disallowed")], "The key does not exist there, or is for another API."),
    sign("Tyk", Gateway, High, &[Field("x-generator", "tyk.io")], "`error` in the answer names the reason; its access log the middleware."),
    sign("KrakenD", Gateway, Medium, &[Field("x-krakend", "")], "It keeps the reason to its own log."),
    sign("WSO2 API Manager", Permission, High, &[Body("900908")], "The application is not subscribed to the API there."),
    sign("WSO2 API Manager", Permission, High, &[Body("900909")], "The subscription waits for approval there."),
    sign("WSO2 API Manager", Permission, High, &[Body("900910")], "The token lacks a scope that the resource asks for there."),
    sign("WSO2 API Manager", Authentication, Medium, &[Body("900901")], CREDENTIAL),
    sign("WSO2 API Manager", Authentication, Medium, &[Body("900902")], CREDENTIAL),
    sign("Azure API Management", Authentication, High, &[Body("Access denied due to missing subscription key")], CREDENTIAL),
    sign("Azure API Management", Authentication, High, &[Body("Access denied due to invalid subscription key")], CREDENTIAL),
    sign("Azure API Management", Limit, High, &[Body("Rate limit is exceeded. Try again in")], RATE),
    sign("Azure API Management", Limit, High, &[Body("Out of call volume quota")], RATE),
    sign("Apigee", Firewall, High, &[Body("accesscontrol.IPDeniedAccess")], ADDRESS),
    sign("Apigee", Authentication, High, &[Body("\"errorcode\":\"oauth.v2.")], CREDENTIAL),
    sign("Apigee", Authentication, High, &[Body("\"errorcode\":\"keymanagement.service.")], CREDENTIAL),
    sign("Apigee", Limit, High, &[Body("\"errorcode\":\"policies.ratelimit.")], RATE),
    sign("Gravitee", Gateway, Medium, &[Field("x-gravitee-transaction-id", ""), Field("x-gravitee-request-id", "")],
        "Its logs name the policy, by the transaction id of the answer."),
    sign("agentgateway", Csrf, Medium, &[Exactly("CSRF validation failed")], "Add the origin to its CSRF policy."),
];
