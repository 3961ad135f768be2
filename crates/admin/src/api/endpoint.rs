//! What an endpoint is: one method of one path, as a type.

use super::Api;
use super::describe::{Describer, Description};
use super::permission::Permission;
use super::problem::Problem;
use super::reply::Reply;
use axum::http::{HeaderMap, Method};
use postern_control::Actor;
use postern_control::shorthand::Expectation;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use std::future::Future;
use std::net::IpAddr;

/// One method of one path below `/api/v1`.
///
/// Whoever adds one says which permission it needs: without `Permission` it does not compile.
pub trait Endpoint: Send + Sync + 'static {
    /// What whoever calls it has to have.
    type Permission: Permission;
    /// The parameters in its path; `()` for none.
    type Path: DeserializeOwned + JsonSchema + Send;
    /// The parameters in its query; [`Nothing`] for none.
    type Query: DeserializeOwned + JsonSchema + Send;
    /// Its body; [`Nothing`] for none.
    type Body: super::input::FromBody;
    /// What it answers.
    type Answer: JsonSchema;

    /// Its method.
    const METHOD: Method;
    /// Its path, with `{name}` for parameters: `/services/{id}`.
    const PATH: &'static str;
    /// Its name in the OpenAPI document, unique: `list_services`.
    const ID: &'static str;
    /// What it does, in a few words.
    const SUMMARY: &'static str;
    /// The room of the reference that it stands in.
    const TAG: &'static str;
    /// Whether it makes something: it is answered with 201.
    const CREATES: bool = false;
    /// Whether it answers anything: without an answer, with 204.
    const ANSWERS: bool = true;
    /// Whether it honours `If-Match` and, with `PUT`, `If-None-Match`: see [`Asked::expected`].
    const CONDITIONAL: bool = false;
    /// Whether its answer can be kept and given again to whoever sends an `Idempotency-Key` twice.
    const KEPT: bool = true;
    /// Bytes that its body may have.
    const MAX_BODY: usize = 1 << 20;

    /// Does it.
    fn call(api: &Api, asked: Asked<Self>) -> impl Future<Output = Result<Reply, Problem>> + Send;

    /// How the OpenAPI document describes it.
    fn describe(describer: &mut Describer) -> Description {
        describer.of::<Self>()
    }
}

/// A request to an endpoint, read and let in.
#[derive(Debug)]
pub struct Asked<E: Endpoint + ?Sized> {
    /// Who asks. Somebody without any rights where nobody has to be signed in.
    pub actor: Actor,
    /// Whether somebody is signed in.
    pub signed_in: bool,
    /// The parameters in the path.
    pub path: E::Path,
    /// The parameters in the query.
    pub query: E::Query,
    /// The body.
    pub body: E::Body,
    /// What has to be stored so that a change is made, by `If-Match` and `If-None-Match`.
    pub expected: Option<Expectation>,
    /// The headers, as they came.
    pub headers: HeaderMap,
    /// From where it came.
    pub from: IpAddr,
}

/// No parameters.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}
