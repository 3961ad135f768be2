//! Signing in, out and up with a name and a password.

use super::{TAG, cookies, not_signed_in, now, said, visitor};
use crate::api::Api;
use crate::api::describe::{Describer, Description};
use crate::api::endpoint::{Asked, Endpoint, Nothing};
use crate::api::input::Json;
use crate::api::permission::{Anyone, SignedIn};
use crate::api::problem::{Code, Problem};
use crate::api::reply::Reply;
use crate::api::table::Table;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, Method, StatusCode};
use postern_control::people::{self, SignUpAsked};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

pub(super) fn add(table: &mut Table) {
    table.add::<SignInEndpoint>();
    table.add::<SignOut>();
    table.add::<SignUp>();
}

/// A name and a password.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NameAndPassword {
    /// The e-mail address.
    email: String,
    /// The password.
    password: String,
}

/// Who signed in.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SignedInAs {
    /// The user's id.
    user: String,
    /// How long the session lasts at most, in seconds.
    lasts: u64,
}

/// Opens the session in the browser; one that was open there before ends.
pub(super) async fn opened(
    api: &Api,
    headers: &HeaderMap,
    signed_in: &people::SignedIn,
    status: StatusCode,
) -> Result<Reply, Problem> {
    if let Some(before) = cookies::session(headers) {
        let people = api.service().people(now()).map_err(said)?;
        people.end_shown(before).await.map_err(said)?;
    }
    let answer = SignedInAs {
        user: signed_in.user.clone(),
        lasts: signed_in.session.lasts,
    };
    let cookie = cookies::opened(headers, &signed_in.session);
    Ok(Reply::json(&answer)
        .status(status)
        .header(SET_COOKIE, &cookie))
}

/// Signs in.
pub(crate) struct SignInEndpoint;

impl Endpoint for SignInEndpoint {
    type Permission = Anyone;
    type Path = Nothing;
    type Query = Nothing;
    type Body = Json<NameAndPassword>;
    type Answer = SignedInAs;

    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/sign-in";
    const ID: &'static str = "sign_in";
    const SUMMARY: &'static str = "Sign in with a password";
    const TAG: &'static str = TAG;
    const MAX_BODY: usize = 4096;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        cookies::ours(&asked.headers, false)?;
        let people = api.service().people(now()).map_err(said)?;
        let visitor = visitor(&asked.headers, asked.from);
        let Json(given) = asked.body;
        let signed_in = people
            .sign_in(&visitor, &given.email, &given.password)
            .await;
        let signed_in = signed_in.map_err(not_signed_in)?;
        opened(api, &asked.headers, &signed_in, StatusCode::OK).await
    }

    fn describe(describer: &mut Describer) -> Description {
        Description {
            more: "Opens a session: the cookie `postern_session`. Attempts are counted by address and by name.",
            problems: vec![
                Code::SignInFailed,
                Code::SignInSlowed,
                Code::CsrfOrigin,
                Code::FileMode,
            ],
            ..describer.of::<Self>()
        }
    }
}

/// Signs out.
pub(crate) struct SignOut;

impl Endpoint for SignOut {
    type Permission = SignedIn;
    type Path = Nothing;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Nothing;

    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/sign-out";
    const ID: &'static str = "sign_out";
    const SUMMARY: &'static str = "End the session";
    const TAG: &'static str = TAG;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        if let Some(shown) = cookies::session(&asked.headers) {
            let people = api.service().people(now()).map_err(said)?;
            people.sign_out(&asked.actor, shown).await.map_err(said)?;
        }
        Ok(Reply::nothing().header(SET_COOKIE, &cookies::ended(&asked.headers)))
    }

    fn describe(describer: &mut Describer) -> Description {
        Description {
            answer: (StatusCode::NO_CONTENT, None),
            problems: vec![Code::RequestInvalid],
            ..describer.of::<Self>()
        }
    }
}

/// Asks for an account.
pub(crate) struct SignUp;

impl Endpoint for SignUp {
    type Permission = Anyone;
    type Path = Nothing;
    type Query = Nothing;
    type Body = Json<SignUpAsked>;
    type Answer = Nothing;

    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/sign-up";
    const ID: &'static str = "sign_up";
    const SUMMARY: &'static str = "Ask for an account";
    const TAG: &'static str = TAG;
    const MAX_BODY: usize = 8192;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        cookies::ours(&asked.headers, false)?;
        let people = api.service().people(now()).map_err(said)?;
        let visitor = visitor(&asked.headers, asked.from);
        let done = people.sign_up(&visitor, asked.body.0).await;
        done.map_err(not_signed_in)?;
        Ok(Reply::json(&json!({})).status(StatusCode::ACCEPTED))
    }

    fn describe(describer: &mut Describer) -> Description {
        let usual = describer.of::<Self>();
        Description {
            more: "Where the identity provider `local` allows it. Somebody with `users.write` lets people in. An address that has an account gets the same answer.",
            answer: (StatusCode::ACCEPTED, usual.answer.1.clone()),
            problems: vec![
                Code::ConfigurationInvalid,
                Code::Conflict,
                Code::PermissionMissing,
                Code::SignInSlowed,
            ],
            ..usual
        }
    }
}
