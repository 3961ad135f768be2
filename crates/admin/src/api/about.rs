//! What the API says of itself.

use super::Api;
use super::describe::{Describer, Description};
use super::endpoint::{Asked, Endpoint, Nothing};
use super::permission::Anyone;
use super::problem::{Code, Problem};
use super::reply::Reply;
use super::table::Table;
use axum::http::{Method, StatusCode};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Adds the endpoints.
pub(super) fn add(table: &mut Table) {
    table.add::<OpenApi>();
    table.add::<AboutProblem>();
    table.add::<TryIt>();
    table.add::<TryItScript>();
}

/// The OpenAPI document.
struct OpenApi;

impl Endpoint for OpenApi {
    type Permission = Anyone;
    type Path = Nothing;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Map<String, Value>;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/openapi.json";
    const ID: &'static str = "openapi";
    const SUMMARY: &'static str = "This document";
    const TAG: &'static str = "About";

    async fn call(api: &Api, _: Asked<Self>) -> Result<Reply, Problem> {
        Ok(Reply::bytes("application/json", api.openapi()))
    }
}

/// Which code.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ByCode {
    /// The code: `resource.not_found`.
    code: String,
}

/// What a code of a problem means.
struct AboutProblem;

impl Endpoint for AboutProblem {
    type Permission = Anyone;
    type Path = ByCode;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Map<String, Value>;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/problems/{code}";
    const ID: &'static str = "about_problem";
    const SUMMARY: &'static str = "Say what the code of a problem means";
    const TAG: &'static str = "About";

    async fn call(_: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let code = &asked.path.code;
        let found = Code::parse(code).ok_or_else(|| {
            let codes: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
            Problem::not_found("code", code).fix(format!("There are: {}.", codes.join(", ")))
        })?;
        Ok(Reply::json(&json!({
            "code": found.name(),
            "status": found.status().as_u16(),
            "title": found.title(),
            "fix": found.fix(),
        })))
    }
}

/// Declares what is a file of the page on which the API can be tried.
macro_rules! files {
    ($($name:ident $id:literal $path:literal $kind:literal $file:literal $says:literal;)*) => {
        $(
            #[doc = $says]
            struct $name;

            impl Endpoint for $name {
                type Permission = Anyone;
                type Path = Nothing;
                type Query = Nothing;
                type Body = Nothing;
                type Answer = String;

                const METHOD: Method = Method::GET;
                const PATH: &'static str = $path;
                const ID: &'static str = $id;
                const SUMMARY: &'static str = $says;
                const TAG: &'static str = "About";

                async fn call(_: &Api, _: Asked<Self>) -> Result<Reply, Problem> {
                    // Everything on the page is ours; nothing is taken from elsewhere.
                    let policy = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; \
                                  connect-src 'self'; frame-ancestors 'none'; base-uri 'none'";
                    Ok(Reply::bytes($kind, include_str!($file))
                        .header(axum::http::header::CONTENT_SECURITY_POLICY, policy))
                }

                fn describe(describer: &mut Describer) -> Description {
                    let text = json!({"type": "string"});
                    Description {
                        answer: (StatusCode::OK, Some(($kind, text))),
                        ..describer.of::<Self>()
                    }
                }
            }
        )*
    };
}

files! {
    TryIt "try_it" "/try" "text/html; charset=utf-8" "about/try.html" "A page on which the API can be tried";
    TryItScript "try_it_script" "/try.js" "text/javascript; charset=utf-8" "about/try.js" "The script of that page";
}
