//! Users, as far as they are not like other resources.

use super::kinds::User;
use super::{TAG, cookies, now, said};
use crate::api::Api;
use crate::api::describe::{Describer, Description};
use crate::api::endpoint::{Asked, Endpoint, Nothing};
use crate::api::input::Json;
use crate::api::permission::UsersWrite;
use crate::api::problem::{Code, Problem};
use crate::api::reply::Reply;
use crate::api::resource::{ById, Resource as _, Why, create};
use crate::api::table::Table;
use axum::http::{Method, StatusCode};
use postern_control::people::{kept_email, new_id};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(super) fn add(table: &mut Table) {
    table.add::<Create>();
    table.add::<Delete>();
    table.add::<PasswordLink>();
}

/// A user who is to be.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUser {
    /// The e-mail address.
    email: String,
    /// What people call them.
    #[serde(default)]
    name: Option<String>,
    /// Roles of the platform.
    #[serde(default)]
    platform_roles: Vec<String>,
}

/// Makes a user.
pub(crate) struct Create;

impl Endpoint for Create {
    type Permission = UsersWrite;
    type Path = Nothing;
    type Query = Why;
    type Body = Json<NewUser>;
    type Answer = Value;

    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/users";
    const ID: &'static str = "create_user";
    const SUMMARY: &'static str = "Make one user";
    const TAG: &'static str = TAG;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let Json(new) = asked.body;
        let id = new_id("usr_").map_err(said)?;
        let mut document = json!({
            "email": kept_email(&new.email),
            "state": "active",
            "platform_roles": new.platform_roles,
        });
        if let (Value::Object(members), Some(name)) = (&mut document, new.name) {
            members.insert("name".to_owned(), name.into());
        }
        create::<User>(api, &asked.actor, &id, document, asked.query).await
    }

    fn describe(describer: &mut Describer) -> Description {
        let one = User::schema(describer);
        Description {
            more: "They have no password yet: make a link with which they choose one.",
            answer: (StatusCode::CREATED, Some(("application/json", one))),
            problems: vec![Code::ConfigurationInvalid],
            ..describer.of::<Self>()
        }
    }
}

/// Removes a user.
pub(crate) struct Delete;

impl Endpoint for Delete {
    type Permission = UsersWrite;
    type Path = ById;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Nothing;

    const METHOD: Method = Method::DELETE;
    const PATH: &'static str = "/users/{id}";
    const ID: &'static str = "delete_user";
    const SUMMARY: &'static str = "Remove one user, with their memberships, sessions and tokens";
    const TAG: &'static str = TAG;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let people = api.service().people(now()).map_err(said)?;
        let removed = people.remove_user(&asked.actor, &asked.path.id).await;
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

/// A link that was made, with the one look at it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct LinkShown {
    /// Where its reader goes. This is the only time that it is shown.
    link: String,
    /// Until when it is good, as RFC 3339 has it.
    expires_at: String,
    /// Whether it was mailed to them; if not, give it to them.
    mailed: bool,
    /// Why it was not mailed.
    not_mailed_because: Option<String>,
}

/// Makes a link with which a user chooses a password.
pub(crate) struct PasswordLink;

impl Endpoint for PasswordLink {
    type Permission = UsersWrite;
    type Path = ById;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = LinkShown;

    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/users/{id}/password-link";
    const ID: &'static str = "create_password_link";
    const SUMMARY: &'static str = "Make a link with which a user chooses a password";
    const TAG: &'static str = TAG;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let people = api.service().people(now()).map_err(said)?;
        let (actor, id) = (&asked.actor, &asked.path.id);
        let link = people.password_link(actor, id).await.map_err(said)?;
        let base = cookies::base(&asked.headers);
        let base = api.service().base(Some(&base));
        let mailed = api.service().mail_password_link(actor, id, &link, &base);
        let mailed = mailed.await.map_err(said)?;
        let shown = LinkShown {
            link: link.below(&base),
            expires_at: link.expires_at,
            mailed: mailed.mailed,
            not_mailed_because: mailed.not_mailed_because,
        };
        Ok(Reply::json(&shown)
            .status(StatusCode::CREATED)
            .shown_once(&["link"]))
    }

    fn describe(describer: &mut Describer) -> Description {
        let usual = describer.of::<Self>();
        Description {
            answer: (StatusCode::CREATED, usual.answer.1.clone()),
            problems: vec![Code::RequestInvalid],
            ..usual
        }
    }
}
