//! The endpoints.

use super::ask;
use crate::api::Api;
use crate::api::answers::{CallsPage, DecidedCall, DenialCounts, ExplainedCall, MadeFix};
use crate::api::endpoint::{Asked, Endpoint, Nothing};
use crate::api::input::Json;
use crate::api::permission as needs;
use crate::api::problem::{Code, Place, Problem};
use crate::api::reply::Reply;
use crate::api::resource::ById;
use axum::http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

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
    /// How it ended: `allowed`, `refused`, `origin_refused`, …. Of refusals, whose groups are
    /// counted: `refused` or `origin_refused`.
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
    /// The credential, by its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    credential: Option<String>,
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
    /// Columns that say nothing, separated by commas: `app`, `service`, `operation`, `code`,
    /// `fault`.
    #[serde(skip_serializing_if = "Option::is_none")]
    without: Option<String>,
    /// Requests only: those before the request of this id, which is the `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<String>,
    /// Refusals only: into how many parts of the time from `since_ms` to `until_ms` (without them,
    /// the last day) they are counted, too: 1 to 200.
    #[serde(skip_serializing_if = "Option::is_none")]
    buckets: Option<u64>,
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
    type Answer = CallsPage;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/calls";
    const ID: &'static str = "list_calls";
    const SUMMARY: &'static str = "List requests, the newest first";
    const TAG: &'static str = "Calls";

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let params = asked.query.params()?;
        let (items, end) = ask(api, &asked.actor, "log", params).await?;
        Ok(Reply::json(
            &json!({"items": items, "more": end.get("more"), "next": end.get("next")}),
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
    type Answer = ExplainedCall;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/calls/{id}/explanation";
    const ID: &'static str = "explain_call";
    const SUMMARY: &'static str = "Explain why a request was refused, or how it passed";
    const TAG: &'static str = "Calls";

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let params = json!({"id": asked.path.id, "audience": asked.query.audience});
        let (_, found) = ask(api, &asked.actor, "why", params).await?;
        told(&asked.path.id, &found)
    }
}

/// What is assumed.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Assuming {
    /// The id of a credential that it is sent with instead of the one that it was sent with.
    #[serde(default)]
    credential: Option<String>,
    /// `operator`, `publisher` or `consumer`; as much as may be told, if this is not said.
    #[serde(default)]
    audience: Option<String>,
}

/// Decides a recorded request anew.
pub(super) struct Retry;

impl Endpoint for Retry {
    type Permission = needs::CallsRead;
    type Path = ById;
    type Query = Nothing;
    type Body = Json<Assuming>;
    type Answer = DecidedCall;

    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/calls/{id}/decision";
    const ID: &'static str = "decide_call_again";
    const SUMMARY: &'static str = "Decide a recorded request anew, by what is in force now";
    const TAG: &'static str = "Calls";
    const KEPT: bool = false;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let (id, assuming) = (&asked.path.id, asked.body.0);
        let params = json!({
            "id": id, "credential": assuming.credential, "audience": assuming.audience,
        });
        let (_, found) = ask(api, &asked.actor, "again", params).await?;
        told(id, &found)
    }
}

/// What was found of a recorded request, if it is there.
fn told(id: &str, found: &Value) -> Result<Reply, Problem> {
    if found.get("found").is_none() {
        let problem = Problem::not_found("recorded request", id);
        return Err(problem.with("searched", found.clone()));
    }
    Ok(Reply::json(found))
}

/// Which fix.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WhichFix {
    /// The request's id.
    id: String,
    /// The number of the fix, from 1, as the explanation lists them.
    number: usize,
}

/// How it is made.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HowFix {
    /// Why, for the audit trail.
    #[serde(default)]
    comment: String,
    /// Only say what would be made.
    #[serde(default)]
    preview: bool,
}

/// Makes a fix.
pub(super) struct Mend;

impl Endpoint for Mend {
    type Permission = needs::CallsRead;
    type Path = WhichFix;
    type Query = Nothing;
    type Body = Json<HowFix>;
    type Answer = MadeFix;

    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/calls/{id}/fixes/{number}";
    const ID: &'static str = "apply_fix";
    const SUMMARY: &'static str = "Make a proved fix, or say what it would make";
    const TAG: &'static str = "Calls";

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let (WhichFix { id, number }, how) = (asked.path, asked.body.0);
        let params = json!({
            "id": &id, "number": number, "comment": how.comment, "preview": how.preview,
        });
        let (_, made) = ask(api, &asked.actor, "fix", params).await?;
        if made.get("fix").is_none() {
            let problem = Problem::not_found("recorded request", &id);
            return Err(problem.with("searched", made));
        }
        // A fix may make a key.
        Ok(Reply::json(&made).shown_once(&["key"]))
    }
}

/// Refusals, counted.
pub(super) struct Denials;

impl Endpoint for Denials {
    type Permission = needs::CallsRead;
    type Path = Nothing;
    type Query = Which;
    type Body = Nothing;
    type Answer = DenialCounts;

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
