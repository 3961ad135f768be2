//! Keys: created, rotated, revoked.

use super::{Object, document};
use crate::api::Api;
use crate::api::endpoint::{Asked, Endpoint, Nothing};
use crate::api::input::Json;
use crate::api::permission as needs;
use crate::api::problem::Problem;
use crate::api::reply::Reply;
use crate::api::resource::{ById, Why, shown};
use crate::api::table::Table;
use axum::http::Method;
use postern_control::workflow::{CreatedKey, KeyWanted, Rotation};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(super) fn add(table: &mut Table) {
    table.add::<CreateKey>();
    table.add::<RotateKey>();
    table.add::<RevokeKey>();
    table.add::<LastUse>();
}

/// The answer that shows a key: this once.
fn created(key: CreatedKey) -> Reply {
    let location = format!("/api/v1/credentials/{}", key.seen.id);
    let version = key.seen.version;
    let mut body = shown(key.seen);
    if let Value::Object(members) = &mut body {
        members.insert("secret".to_owned(), key.secret.expose().as_str().into());
    }
    let reply = Reply::created(&location, &body).version(version);
    reply.shown_once(&["secret"])
}

/// Makes a key.
struct CreateKey;

impl Endpoint for CreateKey {
    type Permission = needs::CredentialsWrite;
    type Path = ById;
    type Query = Why;
    type Body = Json<KeyWanted>;
    type Answer = Object;

    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/apps/{id}/keys";
    const ID: &'static str = "create_key";
    const SUMMARY: &'static str = "Make a key of an app; its `secret` is shown this once";
    const TAG: &'static str = "Apps";
    const CREATES: bool = true;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let comment = asked.query.comment.unwrap_or_default();
        let (actor, app) = (&asked.actor, &asked.path.id);
        let key = api.service().create_key(actor, app, asked.body.0, &comment);
        Ok(created(key.await?))
    }
}

/// Makes a key like another.
struct RotateKey;

impl Endpoint for RotateKey {
    type Permission = needs::CredentialsWrite;
    type Path = ById;
    type Query = Nothing;
    type Body = Json<Rotation>;
    type Answer = Object;

    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/credentials/{id}/rotate";
    const ID: &'static str = "rotate_key";
    const SUMMARY: &'static str = "Replace a key; the old one stays good for a while";
    const TAG: &'static str = "Apps";
    const CREATES: bool = true;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let (actor, id) = (&asked.actor, &asked.path.id);
        let (key, _) = api.service().rotate_key(actor, id, &asked.body.0).await?;
        Ok(created(key))
    }
}

/// Why a key is revoked.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Reason {
    /// For its owners to read.
    reason: String,
}

/// Ends a key.
struct RevokeKey;

impl Endpoint for RevokeKey {
    type Permission = needs::CredentialsWrite;
    type Path = ById;
    type Query = Nothing;
    type Body = Json<Reason>;
    type Answer = Object;

    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/credentials/{id}/revoke";
    const ID: &'static str = "revoke_key";
    const SUMMARY: &'static str = "End a key at once";
    const TAG: &'static str = "Apps";

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let (actor, id) = (&asked.actor, &asked.path.id);
        let revoked = api.service().revoke_key(actor, id, &asked.body.0.reason);
        Ok(document(revoked.await?))
    }
}

/// When something was used last.
#[derive(Debug, Clone, Serialize, JsonSchema)]
struct Used {
    /// When, in Unix milliseconds; none: not as far as the call log goes back.
    at_ms: Option<u64>,
    /// The request.
    request_id: Option<String>,
}

/// When a key was used last.
struct LastUse;

impl Endpoint for LastUse {
    type Permission = needs::CredentialsRead;
    type Path = ById;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Used;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/credentials/{id}/last-use";
    const ID: &'static str = "last_use_of_key";
    const SUMMARY: &'static str = "Say when a key was used last, as far as the call log goes back";
    const TAG: &'static str = "Apps";

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let found = api.service().last_use(&asked.actor, &asked.path.id).await?;
        let (at_ms, request_id) = found.unzip();
        Ok(Reply::json(&Used { at_ms, request_id }))
    }
}
