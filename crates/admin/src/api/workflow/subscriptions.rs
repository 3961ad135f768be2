//! Subscriptions: asked for and decided about.

use super::{Object, Read, document};
use crate::api::Api;
use crate::api::endpoint::{Asked, Endpoint, Nothing};
use crate::api::input::Json;
use crate::api::permission as needs;
use crate::api::problem::{Place, Problem};
use crate::api::reply::Reply;
use crate::api::resource::{ById, shown};
use crate::api::table::Table;
use axum::http::Method;
use postern_control::workflow::{Access, Approvals, Decision, Decisions, Step, Told};
use schemars::JsonSchema;
use serde::Deserialize;

pub(super) fn add(table: &mut Table) {
    table.add::<Subscribe>();
    table.add::<Inbox>();
    table.add::<Decided>();
    table.add::<History>();
    table.add::<Remind>();
    table.add::<Approve>();
    table.add::<Reject>();
    table.add::<Suspend>();
    table.add::<Resume>();
    table.add::<Cancel>();
}

/// Asks for a subscription.
struct Subscribe;

impl Endpoint for Subscribe {
    type Permission = needs::SubscriptionsRequest;
    type Path = Nothing;
    type Query = Nothing;
    type Body = Json<Access>;
    type Answer = Object;

    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/subscription-requests";
    const ID: &'static str = "request_subscription";
    const SUMMARY: &'static str =
        "Ask for a subscription; where nobody decides, it is granted at once";
    const TAG: &'static str = "Subscriptions";
    const CREATES: bool = true;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let seen = api.service().subscribe(&asked.actor, &asked.body.0).await?;
        let location = format!("/api/v1/subscriptions/{}", seen.id);
        let version = seen.version;
        Ok(Reply::created(&location, &shown(seen)).version(version))
    }
}

/// What waits for a decision.
struct Inbox;

impl Endpoint for Inbox {
    type Permission = needs::SignedIn;
    type Path = Nothing;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Approvals;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/approvals";
    const ID: &'static str = "list_approvals";
    const SUMMARY: &'static str = "List what waits for one's decision";
    const TAG: &'static str = "Subscriptions";

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        Ok(Reply::json(&api.service().approvals(&asked.actor).await?))
    }
}

/// Which decisions.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Earlier {
    /// At most so many, 1 to 200; 50 if this is not said.
    limit: Option<usize>,
    /// Where to go on: the `next` of the page before.
    before: Option<String>,
}

/// What was decided.
struct Decided;

impl Endpoint for Decided {
    type Permission = needs::SubscriptionsRead;
    type Path = Nothing;
    type Query = Earlier;
    type Body = Nothing;
    type Answer = Decisions;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/approvals/decided";
    const ID: &'static str = "list_decisions";
    const SUMMARY: &'static str = "List subscriptions that were decided about, the newest first";
    const TAG: &'static str = "Subscriptions";

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let Earlier { limit, before } = asked.query;
        let limit = limit.unwrap_or(50);
        if !(1..=200).contains(&limit) {
            let detail = format!("{limit} decisions cannot be had.");
            return Err(Problem::field(Place::Query, "limit", detail, "1 to 200"));
        }
        let (service, before) = (api.service(), before.as_deref());
        let decisions = service.decisions(&asked.actor, before, limit).await?;
        Ok(Reply::json(&decisions))
    }
}

/// What happened to a subscription.
struct History;

impl Endpoint for History {
    type Permission = needs::SubscriptionsRead;
    type Path = ById;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Vec<Told>;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/subscriptions/{id}/history";
    const ID: &'static str = "subscription_history";
    const SUMMARY: &'static str = "Show what happened to a subscription, the oldest first";
    const TAG: &'static str = "Subscriptions";

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let (actor, id) = (&asked.actor, &asked.path.id);
        let told = api.service().history(actor, "subscription", id).await?;
        Ok(Reply::json(&told))
    }
}

/// Reminds the publisher.
struct Remind;

impl Endpoint for Remind {
    type Permission = needs::SubscriptionsRequest;
    type Path = ById;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = ();

    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/subscriptions/{id}/remind";
    const ID: &'static str = "remind_of_subscription";
    const SUMMARY: &'static str = "Remind whoever decides, at most once a day";
    const TAG: &'static str = "Subscriptions";
    const ANSWERS: bool = false;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        api.service().remind(&asked.actor, &asked.path.id).await?;
        Ok(Reply::nothing())
    }
}

/// Declares steps: type, path, name, permission, what it does.
macro_rules! steps {
    ($($name:ident $path:literal $id:literal $needs:ident $says:literal;)*) => {
        $(
            #[doc = $says]
            struct $name;

            impl Endpoint for $name {
                type Permission = needs::$needs;
                type Path = ById;
                type Query = Nothing;
                type Body = Json<Decision>;
                type Answer = Object;

                const METHOD: Method = Method::POST;
                const PATH: &'static str = $path;
                const ID: &'static str = $id;
                const SUMMARY: &'static str = $says;
                const TAG: &'static str = "Subscriptions";
                const CONDITIONAL: bool = true;

                async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
                    let (actor, id) = (&asked.actor, &asked.path.id);
                    let read = Read::of(asked.expected);
                    let decided = api
                        .service()
                        .decide(actor, id, Step::$name, &asked.body.0, read.version());
                    match decided.await {
                        Ok(seen) => Ok(document(seen)),
                        Err(refusal) => Err(read.problem(api, actor, "subscription", id, refusal).await),
                    }
                }
            }
        )*
    };
}

steps! {
    Approve "/subscriptions/{id}/approve" "approve_subscription" SubscriptionsDecide "Grant a subscription";
    Reject "/subscriptions/{id}/reject" "reject_subscription" SubscriptionsDecide "Refuse a subscription, or end one that was granted";
    Suspend "/subscriptions/{id}/suspend" "suspend_subscription" SubscriptionsDecide "Hold a subscription back, with a cause";
    Resume "/subscriptions/{id}/resume" "resume_subscription" SubscriptionsDecide "Let a suspended subscription go on";
    Cancel "/subscriptions/{id}/cancel" "cancel_subscription" SubscriptionsRequest "End a subscription";
}
