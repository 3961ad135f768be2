//! The endpoints.

use super::ask;
use super::which::{WhichCalls, WhichDenials};
use crate::api::Api;
use crate::api::answers::calls::{CallsPage, DecidedCall, DenialCounts, ExplainedCall, MadeFix};
use crate::api::endpoint::{Asked, Endpoint, Nothing};
use crate::api::input::Json;
use crate::api::permission as needs;
use crate::api::problem::Problem;
use crate::api::reply::Reply;
use crate::api::resource::ById;
use axum::http::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

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
    type Query = WhichCalls;
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
    const SUMMARY: &'static str = "Make a fix, or say what it would make";
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
    type Query = WhichDenials;
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
