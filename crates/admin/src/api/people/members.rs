//! Members, shown with what tells who they are.

use super::kinds::Member;
use super::{TAG, now, said};
use crate::api::Api;
use crate::api::describe::{Describer, Description};
use crate::api::endpoint::{Asked, Endpoint, Nothing};
use crate::api::input::Json;
use crate::api::permission::{MembersRead, MembersWrite};
use crate::api::problem::{Code, Problem};
use crate::api::reply::Reply;
use crate::api::resource::{ById, Resource as _, Which, Why, create, page_of, shown};
use crate::api::table::Table;
use axum::http::{Method, StatusCode};
use postern_control::Seen;
use postern_control::management::member;
use postern_control::people::People;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) fn add(table: &mut Table) {
    table.add::<List>();
    table.add::<Create>();
    table.add::<Get>();
}

/// A member with name and address.
async fn told(people: &People<'_>, seen: Seen) -> Result<Value, Problem> {
    let user = seen.document.get("user").and_then(Value::as_str);
    let card = people.card(user.unwrap_or_default()).await.map_err(said)?;
    let mut value = shown(seen);
    if let (Value::Object(members), Some((email, name))) = (&mut value, card) {
        members.insert("email".to_owned(), email.into());
        members.insert("name".to_owned(), name.into());
    }
    Ok(value)
}

fn schema(describer: &mut Describer) -> Value {
    let one = Member::schema(describer);
    json!({
        "allOf": [one, {
            "type": "object",
            "properties": {
                "email": {"type": "string", "readOnly": true},
                "name": {"type": ["string", "null"], "readOnly": true},
            },
        }],
    })
}

/// Lists members.
pub(crate) struct List;

impl Endpoint for List {
    type Permission = MembersRead;
    type Path = Nothing;
    type Query = Which;
    type Body = Nothing;
    type Answer = Value;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/members";
    const ID: &'static str = "list_members";
    const SUMMARY: &'static str = "List members";
    const TAG: &'static str = TAG;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let listing = asked.query.listing()?;
        let page = api
            .service()
            .list(&asked.actor, member::KIND, &listing)
            .await?;
        let people = api.service().people(now()).map_err(said)?;
        let mut items = Vec::new();
        for seen in page.items {
            items.push(told(&people, seen).await?);
        }
        Ok(Reply::json(&json!({"items": items, "next": page.next})))
    }

    fn describe(describer: &mut Describer) -> Description {
        let one = schema(describer);
        Description {
            answer: (StatusCode::OK, Some(("application/json", page_of(&one)))),
            ..describer.of::<Self>()
        }
    }
}

/// Shows a member.
pub(crate) struct Get;

impl Endpoint for Get {
    type Permission = MembersRead;
    type Path = ById;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Value;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/members/{id}";
    const ID: &'static str = "get_member";
    const SUMMARY: &'static str = "Show one member";
    const TAG: &'static str = TAG;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let seen = api
            .service()
            .see(&asked.actor, member::KIND, &asked.path.id)
            .await?;
        let people = api.service().people(now()).map_err(said)?;
        let version = seen.version;
        Ok(Reply::json(&told(&people, seen).await?).version(version))
    }

    fn describe(describer: &mut Describer) -> Description {
        let one = schema(describer);
        Description {
            answer: (StatusCode::OK, Some(("application/json", one))),
            ..describer.of::<Self>()
        }
    }
}

/// A member who is to be.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMember {
    /// The user's id. Whoever has no account is invited.
    user: String,
    /// The tenant.
    tenant: String,
    /// Roles there.
    roles: Vec<String>,
}

/// Makes somebody a member.
pub(crate) struct Create;

impl Endpoint for Create {
    type Permission = MembersWrite;
    type Path = Nothing;
    type Query = Why;
    type Body = Json<NewMember>;
    type Answer = Value;

    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/members";
    const ID: &'static str = "create_member";
    const SUMMARY: &'static str = "Make a user a member of a tenant";
    const TAG: &'static str = TAG;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let Json(new) = asked.body;
        let id = member::id(&new.user, &new.tenant);
        let document = json!({"user": new.user, "tenant": new.tenant, "roles": new.roles});
        create::<Member>(api, &asked.actor, &id, document, asked.query).await
    }

    fn describe(describer: &mut Describer) -> Description {
        let one = Member::schema(describer);
        Description {
            answer: (StatusCode::CREATED, Some(("application/json", one))),
            problems: vec![Code::ConfigurationInvalid, Code::Exists],
            ..describer.of::<Self>()
        }
    }
}
