//! What people look for by a name or an address.

use super::Api;
use super::endpoint::{Asked, Endpoint, Nothing};
use super::permission as needs;
use super::problem::{Place, Problem};
use super::reply::Reply;
use super::resource::ById;
use super::table::Table;
use axum::http::Method;
use postern_control::UsesOfIssuer;
use postern_control::workflow::{FoundOperation, KnownAddress, UseOfList};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Operations that are found at most, and where nobody says how many.
const MOST: usize = 100;
const USUAL: usize = 20;
/// Bytes of what is looked for.
const LONGEST: usize = 200;

/// Adds the endpoints.
pub(super) fn add(table: &mut Table) {
    table.add::<Operations>();
    table.add::<Address>();
    table.add::<Uses>();
    table.add::<UsesOfIssuers>();
}

/// Several of something.
#[derive(Debug, Serialize, JsonSchema)]
struct Found<T> {
    /// Them.
    items: Vec<T>,
}

/// What is looked for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Phrase {
    /// What its name, title or path has in it.
    q: String,
    /// At most so many, 1 to 100; 20 if this is not said.
    limit: Option<usize>,
}

/// Operations by name.
struct Operations;

impl Endpoint for Operations {
    type Permission = needs::ServicesRead;
    type Path = Nothing;
    type Query = Phrase;
    type Body = Nothing;
    type Answer = Found<FoundOperation>;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/operations";
    const ID: &'static str = "find_operations";
    const SUMMARY: &'static str = "Find operations by name, title or path";
    const TAG: &'static str = "Services";

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let limit = asked.query.limit.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            let detail = format!("{limit} operations cannot be had.");
            return Err(Problem::field(Place::Query, "limit", detail, "1 to 100"));
        }
        let phrase = asked.query.q.trim();
        if phrase.is_empty() || phrase.len() > LONGEST {
            let detail = "There is nothing to look for, or too much.";
            return Err(Problem::field(Place::Query, "q", detail, "1 to 200 bytes"));
        }
        let items = api.service().operations(&asked.actor, phrase, limit);
        Ok(Reply::json(&Found { items }))
    }
}

/// Which address.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Which {
    /// The address.
    address: IpAddr,
}

/// What lists say of an address.
struct Address;

impl Endpoint for Address {
    type Permission = needs::ListsRead;
    type Path = Which;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = KnownAddress;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/addresses/{address}";
    const ID: &'static str = "find_address";
    const SUMMARY: &'static str = "Say which lists have an address";
    const TAG: &'static str = "Policies";

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let known = api
            .service()
            .known_address(&asked.actor, asked.path.address);
        Ok(Reply::json(&known))
    }
}

/// What refers to a list.
struct Uses;

impl Endpoint for Uses {
    type Permission = needs::ListsRead;
    type Path = ById;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Found<UseOfList>;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/lists/{id}/uses";
    const ID: &'static str = "uses_of_list";
    const SUMMARY: &'static str = "Say which policies use a list";
    const TAG: &'static str = "Policies";

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let uses = api.service().uses_of_list(&asked.actor, &asked.path.id);
        Ok(Reply::json(&Found { items: uses.await? }))
    }
}

/// What relies on an issuer.
struct UsesOfIssuers;

impl Endpoint for UsesOfIssuers {
    type Permission = needs::IssuersRead;
    type Path = ById;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = UsesOfIssuer;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/issuers/{id}/uses";
    const ID: &'static str = "uses_of_issuer";
    const SUMMARY: &'static str =
        "Say which services accept an issuer's tokens, and which of its clients are apps";
    const TAG: &'static str = "Apps";

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let uses = api.service().uses_of_issuer(&asked.actor, &asked.path.id);
        Ok(Reply::json(&uses.await?))
    }
}
