//! The life of a version.

use super::{Object, Read, document};
use crate::api::Api;
use crate::api::describe::{Describer, Description};
use crate::api::endpoint::{Asked, Endpoint, Nothing};
use crate::api::input::Json;
use crate::api::permission as needs;
use crate::api::problem::{Code, Problem};
use crate::api::reply::Reply;
use crate::api::resource::Why;
use crate::api::table::Table;
use axum::http::header::LOCATION;
use axum::http::{Method, StatusCode};
use postern_control::Proposed;
use postern_control::workflow::{
    Caller, Difference, Endings, Lifecycle, Lived, Retirement, month_ago,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(super) fn add(table: &mut Table) {
    table.add::<Live>();
    table.add::<Differs>();
    table.add::<Callers>();
    table.add::<Ends>();
    table.add::<Retire>();
}

/// Which version.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WhichVersion {
    /// The service.
    service: String,
    /// The version.
    version: String,
}

/// What somebody else decides about.
#[derive(Debug, Serialize, JsonSchema)]
struct WaitsFor {
    /// The change request that does it.
    change_request: Proposed,
}

/// Publishes, promotes or deprecates a version.
struct Live;

impl Endpoint for Live {
    type Permission = needs::ServicesPublish;
    type Path = WhichVersion;
    type Query = Why;
    type Body = Json<Lifecycle>;
    type Answer = Object;

    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/services/{service}/versions/{version}/lifecycle";
    const ID: &'static str = "change_lifecycle";
    const SUMMARY: &'static str = "Publish, promote or deprecate a version";
    const TAG: &'static str = "Services";
    const CONDITIONAL: bool = true;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let WhichVersion { service, version } = &asked.path;
        let comment = asked.query.comment.unwrap_or_default();
        let step = &asked.body.0;
        let read = Read::of(asked.expected);
        let (actor, expect) = (&asked.actor, read.version());
        let live = api
            .service()
            .live(actor, service, version, step, &comment, expect);
        let live = match live.await {
            Ok(live) => live,
            Err(refusal) => {
                return Err(read.problem(api, actor, "service", service, refusal).await);
            }
        };
        Ok(match live {
            Lived::Made(seen) => document(*seen),
            Lived::Proposed(proposed) => {
                let at = format!("/api/v1/change-requests/{}", proposed.id);
                Reply::json(&WaitsFor {
                    change_request: *proposed,
                })
                .status(StatusCode::ACCEPTED)
                .header(LOCATION, &at)
            }
        })
    }

    fn describe(describer: &mut Describer) -> Description {
        let proposed = describer.schema_of::<WaitsFor>();
        Description {
            also: Some((
                StatusCode::ACCEPTED,
                "Somebody else has to approve it.",
                proposed,
            )),
            ..describer.of::<Self>()
        }
    }
}

/// What publishing would change.
struct Differs;

impl Endpoint for Differs {
    type Permission = needs::ServicesRead;
    type Path = WhichVersion;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Difference;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/services/{service}/versions/{version}/difference";
    const ID: &'static str = "version_difference";
    const SUMMARY: &'static str =
        "Show what a version changes for callers of the last published one";
    const TAG: &'static str = "Services";

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let WhichVersion { service, version } = &asked.path;
        let differs = api.service().difference(&asked.actor, service, version);
        Ok(Reply::json(&differs.await?))
    }
}

/// Since when.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Since {
    /// Unix time in milliseconds; 30 days ago, if this is not said.
    since_ms: Option<u64>,
}

/// Who calls a version.
struct Callers;

impl Endpoint for Callers {
    type Permission = needs::ServicesRead;
    type Path = WhichVersion;
    type Query = Since;
    type Body = Nothing;
    type Answer = Vec<Caller>;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/services/{service}/versions/{version}/callers";
    const ID: &'static str = "version_callers";
    const SUMMARY: &'static str = "List who called a version, the busiest first";
    const TAG: &'static str = "Services";

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let WhichVersion { service, version } = &asked.path;
        let since = asked.query.since_ms;
        let since = since.unwrap_or_else(month_ago);
        let callers = api.service().callers(&asked.actor, service, version, since);
        Ok(Reply::json(&callers.await?))
    }
}

/// What ends with a version.
struct Ends;

impl Endpoint for Ends {
    type Permission = needs::ServicesRead;
    type Path = WhichVersion;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Endings;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/services/{service}/versions/{version}/retirement";
    const ID: &'static str = "version_retirement";
    const SUMMARY: &'static str = "List the subscriptions that are for a version alone";
    const TAG: &'static str = "Services";

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let WhichVersion { service, version } = &asked.path;
        let ending = api.service().ending(&asked.actor, service, version);
        Ok(Reply::json(&ending.await?))
    }

    fn describe(describer: &mut Describer) -> Description {
        Description {
            // Of a version that is retired already, nothing ends.
            problems: vec![Code::Conflict],
            ..describer.of::<Self>()
        }
    }
}

/// Ends a version.
struct Retire;

impl Endpoint for Retire {
    type Permission = needs::ServicesPublish;
    type Path = WhichVersion;
    type Query = Nothing;
    type Body = Json<Retirement>;
    type Answer = Object;

    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/services/{service}/versions/{version}/retire";
    const ID: &'static str = "retire_version";
    const SUMMARY: &'static str = "End a version, and move or cancel the subscriptions to it alone";
    const TAG: &'static str = "Services";
    const CONDITIONAL: bool = true;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let WhichVersion { service, version } = &asked.path;
        let how = &asked.body.0;
        let read = Read::of(asked.expected);
        let (actor, expect) = (&asked.actor, read.version());
        let retired = api.service().retire(actor, service, version, how, expect);
        match retired.await {
            Ok(retired) => Ok(Reply::json(&retired)),
            Err(refusal) => Err(read.problem(api, actor, "service", service, refusal).await),
        }
    }
}
