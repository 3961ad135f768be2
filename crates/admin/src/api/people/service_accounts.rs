//! Service accounts and their tokens, as far as they are not like other resources.

use super::kinds::ServiceAccount;
use super::me::{Items, TokenSeen, TokenShown, made, tokens};
use super::{TAG, now, said};
use crate::api::Api;
use crate::api::describe::{Describer, Description};
use crate::api::endpoint::{Asked, Endpoint, Nothing};
use crate::api::input::Json;
use crate::api::permission::{ServiceAccountsRead, ServiceAccountsWrite};
use crate::api::problem::{Code, Place, Problem};
use crate::api::reply::Reply;
use crate::api::resource::{ById, Resource as _, Why, create};
use crate::api::table::Table;
use axum::http::{Method, StatusCode};
use postern_control::people::{NewToken, new_id};
use serde_json::{Map, Value};

pub(super) fn add(table: &mut Table) {
    table.add::<Create>();
    table.add::<Delete>();
    table.add::<Tokens>();
    table.add::<MakeToken>();
}

/// Makes a service account.
pub(crate) struct Create;

impl Endpoint for Create {
    type Permission = ServiceAccountsWrite;
    type Path = Nothing;
    type Query = Why;
    type Body = Json<Map<String, Value>>;
    type Answer = Value;

    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/service-accounts";
    const ID: &'static str = "create_service_account";
    const SUMMARY: &'static str = "Make one service account";
    const TAG: &'static str = TAG;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let Json(document) = asked.body;
        for member in ["id", "version"] {
            if document.contains_key(member) {
                let detail = "Postern makes its id and version.";
                let pointer = format!("/{member}");
                return Err(Problem::field(Place::Body, &pointer, detail, "nothing"));
            }
        }
        let id = new_id("sa_").map_err(said)?;
        let document = Value::Object(document);
        create::<ServiceAccount>(api, &asked.actor, &id, document, asked.query).await
    }

    fn describe(describer: &mut Describer) -> Description {
        let one = ServiceAccount::schema(describer);
        Description {
            body: Some(("application/json", one.clone())),
            answer: (StatusCode::CREATED, Some(("application/json", one))),
            problems: vec![Code::ConfigurationInvalid],
            ..describer.of::<Self>()
        }
    }
}

/// Removes a service account.
pub(crate) struct Delete;

impl Endpoint for Delete {
    type Permission = ServiceAccountsWrite;
    type Path = ById;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Nothing;

    const METHOD: Method = Method::DELETE;
    const PATH: &'static str = "/service-accounts/{id}";
    const ID: &'static str = "delete_service_account";
    const SUMMARY: &'static str = "Remove one service account, with its tokens";
    const TAG: &'static str = TAG;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let people = api.service().people(now()).map_err(said)?;
        let removed = people.remove_account(&asked.actor, &asked.path.id).await;
        removed.map_err(said)?;
        Ok(Reply::nothing())
    }

    fn describe(describer: &mut Describer) -> Description {
        Description {
            answer: (StatusCode::NO_CONTENT, None),
            problems: vec![Code::ConfigurationInvalid],
            ..describer.of::<Self>()
        }
    }
}

/// Lists the tokens of a service account.
pub(crate) struct Tokens;

impl Endpoint for Tokens {
    type Permission = ServiceAccountsRead;
    type Path = ById;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Items<TokenSeen>;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/service-accounts/{id}/tokens";
    const ID: &'static str = "list_service_account_tokens";
    const SUMMARY: &'static str = "List the tokens of a service account";
    const TAG: &'static str = TAG;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let id = &asked.path.id;
        api.service()
            .see(&asked.actor, "service_account", id)
            .await?;
        let people = api.service().people(now()).map_err(said)?;
        tokens(&people, id).await
    }
}

/// Makes a token of a service account.
pub(crate) struct MakeToken;

impl Endpoint for MakeToken {
    type Permission = ServiceAccountsWrite;
    type Path = ById;
    type Query = Nothing;
    type Body = Json<NewToken>;
    type Answer = TokenShown;

    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/service-accounts/{id}/tokens";
    const ID: &'static str = "create_service_account_token";
    const SUMMARY: &'static str = "Make a token of a service account";
    const TAG: &'static str = TAG;
    const MAX_BODY: usize = 16 << 10;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let people = api.service().people(now()).map_err(said)?;
        let (id, new) = (&asked.path.id, asked.body.0);
        let token = people.new_account_token(&asked.actor, id, new).await;
        Ok(made(&token.map_err(said)?))
    }

    fn describe(describer: &mut Describer) -> Description {
        let usual = describer.of::<Self>();
        Description {
            more: "Whoever makes one has every permission that the account has. The token is shown this once.",
            answer: (StatusCode::CREATED, usual.answer.1.clone()),
            problems: vec![Code::ConfigurationInvalid, Code::Conflict],
            ..usual
        }
    }
}
