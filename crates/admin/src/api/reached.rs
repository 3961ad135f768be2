//! What runs, as far as people need to know it: where the gateway is, how upstreams are, and what
//! refusals are called.

use super::Api;
use super::endpoint::{Asked, Endpoint, Nothing};
use super::permission as needs;
use super::problem::Problem;
use super::reply::Reply;
use super::resource::ById;
use super::table::Table;
use axum::http::Method;
use axum::http::header::HOST;
use axum::http::uri::Authority;
use postern_control::{GatewayAddresses, UpstreamHealth};
use postern_model::Code;
use schemars::JsonSchema;
use serde::Serialize;

/// Adds the endpoints.
pub(super) fn add(table: &mut Table) {
    table.add::<Gateway>();
    table.add::<Health>();
    table.add::<Codes>();
}

/// Where callers reach the gateway.
struct Gateway;

impl Endpoint for Gateway {
    type Permission = needs::SignedIn;
    type Path = Nothing;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = GatewayAddresses;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/gateway";
    const ID: &'static str = "gateway_addresses";
    const SUMMARY: &'static str = "Say where callers reach the gateway";
    const TAG: &'static str = "About";

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let host = asked.headers.get(HOST).and_then(|host| host.to_str().ok());
        let host = host.and_then(|host| host.parse::<Authority>().ok());
        let host = host.as_ref().map(Authority::host);
        let told = api.service().gateway_addresses(&asked.actor, host);
        Ok(Reply::json(&told))
    }
}

/// How an upstream is.
struct Health;

impl Endpoint for Health {
    type Permission = needs::UpstreamsRead;
    type Path = ById;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = UpstreamHealth;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/upstreams/{id}/health";
    const ID: &'static str = "upstream_health";
    const SUMMARY: &'static str = "Say how the targets of an upstream are, as this node sees them";
    const TAG: &'static str = "Upstreams";

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let health = api.service().upstream_health(&asked.actor, &asked.path.id);
        Ok(Reply::json(&health.await?))
    }
}

/// A code of refusals.
#[derive(Debug, Serialize, JsonSchema)]
struct DenialCode {
    /// The code: `credential.expired`.
    code: &'static str,
    /// A few words.
    title: &'static str,
    /// The status that it is answered with.
    status: u16,
    /// Whose business it is.
    fault: &'static str,
    /// The stage that refuses so.
    stage: &'static str,
}

/// Every code.
#[derive(Debug, Serialize, JsonSchema)]
struct DenialCodes {
    /// In the order of the stages.
    items: Vec<DenialCode>,
}

/// What refusals are called.
struct Codes;

impl Endpoint for Codes {
    type Permission = needs::SignedIn;
    type Path = Nothing;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = DenialCodes;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/denial-codes";
    const ID: &'static str = "list_denial_codes";
    const SUMMARY: &'static str = "List the codes of refusals, with their titles";
    const TAG: &'static str = "Calls";

    async fn call(_: &Api, _: Asked<Self>) -> Result<Reply, Problem> {
        let rows = Code::ALL.iter().map(|code| code.row());
        let mut items: Vec<_> = rows
            .map(|row| {
                let code = DenialCode {
                    code: row.name,
                    title: row.title,
                    status: row.status,
                    fault: row.fault.name(),
                    stage: row.stage.name(),
                };
                (row.stage, code)
            })
            .collect();
        items.sort_by_key(|(stage, _)| *stage);
        let items = items.into_iter().map(|(_, code)| code).collect();
        Ok(Reply::json(&DenialCodes { items }))
    }
}
