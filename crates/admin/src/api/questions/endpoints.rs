//! The endpoints.

use super::ask;
use crate::api::Api;
use crate::api::endpoint::{Asked, Endpoint, Nothing};
use crate::api::input::Json;
use crate::api::permission as needs;
use crate::api::problem::{Code, Place, Problem};
use crate::api::reply::Reply;
use crate::api::resource::ById;
use axum::http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::net::IpAddr;

/// Any object.
type Object = Map<String, Value>;

/// Which requests; every condition may be left out.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// Not before: Unix time in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    since_ms: Option<u64>,
    /// Before: Unix time in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    until_ms: Option<u64>,
    /// How it ended: `allowed`, `refused`, `origin_refused`, ….
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    /// A code, or a family of codes.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// The app.
    #[serde(skip_serializing_if = "Option::is_none")]
    app: Option<String>,
    /// The service's tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<String>,
    /// The service.
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<String>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    /// Its operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    /// The caller's address, or a network.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// A status, or a class: `403`, `4xx`.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    /// The method.
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    /// Whose business it is: `consumer`, `publisher`, ….
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
    /// The stage that refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<String>,
    /// Words in path, host, code or detail.
    #[serde(skip_serializing_if = "Option::is_none")]
    phrase: Option<String>,
    /// At most so many, up to 1000.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<usize>,
    /// Refusals only: what to count by: `code`, `app`, `operation`, `service`, `fault`, `address`,
    /// `status`.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
}

impl Which {
    fn params(&self) -> Result<Value, Problem> {
        const MOST: usize = 1000;
        if self.limit.is_some_and(|limit| !(1..=MOST).contains(&limit)) {
            let detail = "So many cannot be had at once.";
            return Err(Problem::field(Place::Query, "limit", detail, "1 to 1000"));
        }
        serde_json::to_value(self).map_err(|error| Problem::new(Code::Internal, error.to_string()))
    }
}

/// For whom.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ForWhom {
    /// `operator`, `publisher` or `consumer`; as much as may be told, if this is not said.
    audience: Option<String>,
}

/// Requests, newest first.
pub(super) struct Calls;

impl Endpoint for Calls {
    type Permission = needs::CallsRead;
    type Path = Nothing;
    type Query = Which;
    type Body = Nothing;
    type Answer = Object;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/calls";
    const ID: &'static str = "list_calls";
    const SUMMARY: &'static str = "List requests, the newest first";
    const TAG: &'static str = "Calls";

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let params = asked.query.params()?;
        let (items, end) = ask(api, &asked.actor, "log", params).await?;
        Ok(Reply::json(
            &json!({"items": items, "more": end.get("more")}),
        ))
    }
}

/// Why a request was refused.
pub(super) struct Why;

impl Endpoint for Why {
    type Permission = needs::CallsRead;
    type Path = ById;
    type Query = ForWhom;
    type Body = Nothing;
    type Answer = Object;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/calls/{id}/explanation";
    const ID: &'static str = "explain_call";
    const SUMMARY: &'static str = "Explain why a request was refused, or how it passed";
    const TAG: &'static str = "Calls";

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let params = json!({"id": asked.path.id, "audience": asked.query.audience});
        let (_, found) = ask(api, &asked.actor, "why", params).await?;
        if found.get("found").is_none() {
            let id = &asked.path.id;
            let problem = Problem::not_found("recorded request", id);
            return Err(problem.with("searched", found));
        }
        Ok(Reply::json(&found))
    }
}

/// Which fix of which request.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WhichFix {
    /// The request's id.
    id: String,
    /// The number of the fix, from 1, as the explanation lists them.
    number: usize,
}

/// How a fix is made.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct How {
    /// Why, for the audit trail.
    comment: Option<String>,
    /// Only say what would be made.
    #[serde(default)]
    preview: bool,
}

/// Makes a proved fix.
pub(super) struct Mend;

impl Endpoint for Mend {
    type Permission = needs::CallsRead;
    type Path = WhichFix;
    type Query = Nothing;
    type Body = Json<How>;
    type Answer = Object;

    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/calls/{id}/fixes/{number}";
    const ID: &'static str = "apply_fix";
    const SUMMARY: &'static str = "Make a proved fix, or say what it would make";
    const TAG: &'static str = "Calls";

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let how = asked.body.0;
        let params = json!({
            "id": asked.path.id,
            "number": asked.path.number,
            "comment": how.comment.unwrap_or_default(),
            "preview": how.preview,
        });
        let (_, made) = ask(api, &asked.actor, "fix", params).await?;
        Ok(Reply::json(&made))
    }
}

/// Refusals, counted.
pub(super) struct Denials;

impl Endpoint for Denials {
    type Permission = needs::CallsRead;
    type Path = Nothing;
    type Query = Which;
    type Body = Nothing;
    type Answer = Object;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/denials";
    const ID: &'static str = "count_denials";
    const SUMMARY: &'static str =
        "Count refusals by code, app, operation, fault, address or status";
    const TAG: &'static str = "Calls";

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let (_, found) = ask(api, &asked.actor, "denials", asked.query.params()?).await?;
        Ok(Reply::json(&found))
    }
}

/// A request that nobody has sent.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MadeUp {
    /// The app that would send it.
    #[serde(skip_serializing_if = "Option::is_none")]
    app: Option<String>,
    /// The id of the credential that it would have.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// The method.
    method: String,
    /// The path, with a query if there is one.
    target: String,
    /// The host.
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<String>,
    /// Names and values of headers.
    #[serde(default)]
    headers: Vec<(String, String)>,
    /// The body's length in bytes, and its beginning as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<(u64, String)>,
    /// The caller's address.
    from: IpAddr,
    /// Unix time in milliseconds; now, if this is not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    at_ms: Option<i64>,
    /// Whether it comes over TLS.
    #[serde(default)]
    tls: bool,
    /// For whom the answer is; as much as may be told, if this is not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    audience: Option<String>,
}

/// Decides a made-up request.
pub(super) struct Can;

impl Endpoint for Can {
    type Permission = needs::QuestionsAsk;
    type Path = Nothing;
    type Query = Nothing;
    type Body = Json<MadeUp>;
    type Answer = Object;

    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/questions/can";
    const ID: &'static str = "ask_can";
    const SUMMARY: &'static str = "Decide a request that nobody has sent";
    const TAG: &'static str = "Calls";

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let params = serde_json::to_value(&asked.body.0)
            .map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
        let (_, found) = ask(api, &asked.actor, "can", params).await?;
        Ok(Reply::json(&found))
    }
}

/// Which operation.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WhichOperation {
    /// The service.
    service: String,
    /// Its version.
    version: String,
    /// The operation.
    operation: String,
}

/// The policies of an operation.
pub(super) struct Effective;

impl Endpoint for Effective {
    type Permission = needs::PoliciesRead;
    type Path = WhichOperation;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Object;

    const METHOD: Method = Method::GET;
    const PATH: &'static str =
        "/services/{service}/versions/{version}/operations/{operation}/policies";
    const ID: &'static str = "effective_policies";
    const SUMMARY: &'static str =
        "Show which policies hold for an operation, and where they come from";
    const TAG: &'static str = "Policies";

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let params = serde_json::to_value(&asked.path)
            .map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
        let (_, found) = ask(api, &asked.actor, "policies.effective", params).await?;
        Ok(Reply::json(&found))
    }
}

/// Which blocks.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WhichBlocks {
    /// Only that of this address.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<IpAddr>,
    /// At most so many.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<usize>,
}

/// Addresses that are blocked for now.
pub(super) struct Blocks;

impl Endpoint for Blocks {
    type Permission = needs::BlocksLift;
    type Path = Nothing;
    type Query = WhichBlocks;
    type Body = Nothing;
    type Answer = Object;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/blocks";
    const ID: &'static str = "list_blocks";
    const SUMMARY: &'static str = "List addresses that are blocked for now";
    const TAG: &'static str = "Platform";

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let params = serde_json::to_value(&asked.query)
            .map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
        let (_, found) = ask(api, &asked.actor, "blocks.list", params).await?;
        Ok(Reply::json(&found))
    }
}

/// Which address.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WhichAddress {
    /// The address.
    address: IpAddr,
}

/// Ends a block.
pub(super) struct Lift;

impl Endpoint for Lift {
    type Permission = needs::BlocksLift;
    type Path = WhichAddress;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Object;

    const METHOD: Method = Method::DELETE;
    const PATH: &'static str = "/blocks/{address}";
    const ID: &'static str = "lift_block";
    const SUMMARY: &'static str = "End the block of an address";
    const TAG: &'static str = "Platform";

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let params = json!({"address": asked.path.address});
        let (_, lifted) = ask(api, &asked.actor, "blocks.lift", params).await?;
        Ok(Reply::json(&lifted))
    }
}
