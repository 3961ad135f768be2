//! Inviting people, and accepting.

use super::kinds::Invitation;
use super::{TAG, cookies, not_signed_in, now, said, sign_in, visitor};
use crate::api::Api;
use crate::api::describe::{Describer, Description};
use crate::api::endpoint::{Asked, Endpoint, Nothing};
use crate::api::input::Json;
use crate::api::permission::{Anyone, MembersWrite};
use crate::api::problem::{Code, Problem};
use crate::api::reply::Reply;
use crate::api::resource::Resource as _;
use crate::api::table::Table;
use axum::http::{Method, StatusCode};
use postern_control::people::{Accepting, Comer, Invited, LinkSeen};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) fn add(table: &mut Table) {
    table.add::<Invite>();
    table.add::<Look>();
    table.add::<Accept>();
}

/// Invites somebody.
pub(crate) struct Invite;

impl Endpoint for Invite {
    type Permission = MembersWrite;
    type Path = Nothing;
    type Query = Nothing;
    type Body = Json<Invited>;
    type Answer = Value;

    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/invitations";
    const ID: &'static str = "create_invitation";
    const SUMMARY: &'static str = "Invite somebody";
    const TAG: &'static str = TAG;
    const MAX_BODY: usize = 16 << 10;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let people = api.service().people(now()).map_err(said)?;
        let made = people.invite(&asked.actor, asked.body.0).await;
        let (id, invitation, link) = made.map_err(said)?;
        let base = cookies::base(&asked.headers);
        let base = api.service().base(Some(&base));
        let mailed = api.service().mail_invitation(&invitation, &link, &base);
        let mailed = mailed.await;
        let mut answer = json!(invitation);
        if let Value::Object(members) = &mut answer {
            members.insert("id".to_owned(), id.clone().into());
            members.insert("link".to_owned(), link.below(&base).into());
            members.insert("mailed".to_owned(), mailed.mailed.into());
            members.insert(
                "not_mailed_because".to_owned(),
                mailed.not_mailed_because.into(),
            );
        }
        let location = format!("/api/v1/invitations/{id}");
        Ok(Reply::created(&location, &answer).shown_once(&["link"]))
    }

    fn describe(describer: &mut Describer) -> Description {
        let one = Invitation::schema(describer);
        let more = json!({"allOf": [one, {
            "type": "object",
            "required": ["id", "link", "mailed"],
            "properties": {
                "link": {"type": "string", "description": "What the invited person opens. This is the only time that it is shown."},
                "mailed": {"type": "boolean", "description": "Whether it was mailed to them; if not, give it to them."},
                "not_mailed_because": {"type": ["string", "null"]},
            },
        }]});
        Description {
            answer: (StatusCode::CREATED, Some(("application/json", more))),
            problems: vec![Code::ConfigurationInvalid],
            ..describer.of::<Self>()
        }
    }
}

/// Which link.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ByToken {
    /// What stands behind `token=` in the link.
    token: String,
}

/// Shows what a link is for.
pub(crate) struct Look;

impl Endpoint for Look {
    type Permission = Anyone;
    type Path = Nothing;
    type Query = ByToken;
    type Body = Nothing;
    type Answer = LinkSeen;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/invitations/accept";
    const ID: &'static str = "look_at_link";
    const SUMMARY: &'static str = "Show what a one-time link is for";
    const TAG: &'static str = TAG;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let people = api.service().people(now()).map_err(said)?;
        people.attempt_from(asked.from).map_err(not_signed_in)?;
        let visitor = visitor(&asked.headers, asked.from);
        let comer = Comer {
            visitor: &visitor,
            signed_in: asked.signed_in.then_some(&asked.actor),
        };
        let seen = people.look_at_link(comer, &asked.query.token).await;
        Ok(Reply::json(&seen.map_err(said)?))
    }

    fn describe(describer: &mut Describer) -> Description {
        Description {
            problems: vec![Code::FileMode, Code::NotFound, Code::SignInSlowed],
            ..describer.of::<Self>()
        }
    }
}

/// Uses a link.
pub(crate) struct Accept;

impl Endpoint for Accept {
    type Permission = Anyone;
    type Path = Nothing;
    type Query = Nothing;
    type Body = Json<Accepting>;
    type Answer = sign_in::SignedInAs;

    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/invitations/accept";
    const ID: &'static str = "accept_link";
    const SUMMARY: &'static str = "Use a one-time link, and be signed in";
    const TAG: &'static str = TAG;
    const MAX_BODY: usize = 8192;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        cookies::ours(&asked.headers, false)?;
        let people = api.service().people(now()).map_err(said)?;
        let visitor = visitor(&asked.headers, asked.from);
        let comer = Comer {
            visitor: &visitor,
            signed_in: asked.signed_in.then_some(&asked.actor),
        };
        let signed_in = people.accept(comer, asked.body.0).await;
        let signed_in = signed_in.map_err(not_signed_in)?;
        sign_in::opened(api, &asked.headers, &signed_in, StatusCode::OK).await
    }

    fn describe(describer: &mut Describer) -> Description {
        Description {
            more: "An invitation, the first administrator's link, or a link to choose a password. Whoever has an account with the invited address is signed in to it or shows its password; anybody else chooses one.",
            problems: vec![
                Code::ConfigurationInvalid,
                Code::Conflict,
                Code::CsrfOrigin,
                Code::FileMode,
                Code::NotFound,
                Code::SignInFailed,
                Code::SignInSlowed,
            ],
            ..describer.of::<Self>()
        }
    }
}
