//! Whoever is signed in, and what is theirs.

use super::{TAG, cookies, not_signed_in, now, said, visitor};
use crate::api::Api;
use crate::api::describe::{Describer, Description};
use crate::api::endpoint::{Asked, Endpoint, Nothing};
use crate::api::input::Json;
use crate::api::permission::SignedIn;
use crate::api::problem::{Code, Place, Problem};
use crate::api::reply::Reply;
use crate::api::resource::ById;
use crate::api::table::Table;
use axum::http::header::{AUTHORIZATION, SET_COOKIE};
use axum::http::{HeaderMap, Method, StatusCode};
use postern_control::management::token::Token;
use postern_control::people::{Me, NewToken, Own, People, SessionSeen, TokenMade};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(super) fn add(table: &mut Table) {
    table.add::<Get>();
    table.add::<Change>();
    table.add::<Sessions>();
    table.add::<EndSession>();
    table.add::<Tokens>();
    table.add::<MakeToken>();
    table.add::<EndToken>();
}

/// Shows whoever asks.
pub(crate) struct Get;

impl Endpoint for Get {
    type Permission = SignedIn;
    type Path = Nothing;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Me;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/me";
    const ID: &'static str = "get_me";
    const SUMMARY: &'static str = "Show who is signed in, and what they may";
    const TAG: &'static str = TAG;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let people = api.service().people(now()).map_err(said)?;
        let me = people.me(&asked.actor).await.map_err(said)?;
        Ok(Reply::json(&me))
    }
}

/// What one changes of oneself.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnChange {
    /// What people call one; the empty text: nothing.
    #[serde(default)]
    name: Option<String>,
    /// A new password.
    #[serde(default)]
    password: Option<String>,
    /// The old one, which changing it takes.
    #[serde(default)]
    old_password: Option<String>,
}

/// Changes whoever asks.
pub(crate) struct Change;

impl Endpoint for Change {
    type Permission = SignedIn;
    type Path = Nothing;
    type Query = Nothing;
    type Body = Json<OwnChange>;
    type Answer = Me;

    const METHOD: Method = Method::PATCH;
    const PATH: &'static str = "/me";
    const ID: &'static str = "patch_me";
    const SUMMARY: &'static str = "Change one's name or password";
    const TAG: &'static str = TAG;
    const MAX_BODY: usize = 8192;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let Json(change) = asked.body;
        by_session(&asked.headers)?;
        let people = api.service().people(now()).map_err(said)?;
        let password = match (&change.password, &change.old_password) {
            (None, _) => None,
            (Some(new), Some(old)) => Some((old.as_str(), new.as_str())),
            (Some(_), None) => {
                let detail = "Changing the password takes the old one.";
                let accepted = "the password until now";
                return Err(Problem::field(
                    Place::Body,
                    "/old_password",
                    detail,
                    accepted,
                ));
            }
        };
        let own = Own {
            name: change.name.as_deref(),
            password,
        };
        let visitor = visitor(&asked.headers, asked.from);
        let changed = people.change_own(&asked.actor, &visitor, own).await;
        let opened = changed.map_err(not_signed_in)?;
        let cookie = opened.map(|opened| cookies::opened(&asked.headers, &opened));
        let reply = Reply::json(&people.me(&asked.actor).await.map_err(said)?);
        Ok(match cookie {
            Some(cookie) => reply.header(SET_COOKIE, &cookie),
            None => reply,
        })
    }

    fn describe(describer: &mut Describer) -> Description {
        Description {
            more: "All of it or nothing. A new password ends every session; the browser that asked gets a new one.",
            problems: vec![
                Code::ConfigurationInvalid,
                Code::SignInFailed,
                Code::SignInSlowed,
            ],
            ..describer.of::<Self>()
        }
    }
}

/// What is one's own takes a session, and no token, whether it is restricted or not.
fn by_session(headers: &HeaderMap) -> Result<(), Problem> {
    if headers.contains_key(AUTHORIZATION) {
        let detail =
            "This takes a session: with a token, one cannot make tokens or change accounts.";
        return Err(Problem::new(Code::PermissionMissing, detail)
            .fix("Sign in with a password or an identity provider."));
    }
    Ok(())
}

/// Several of something.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Items<T> {
    /// All of them.
    pub(super) items: Vec<T>,
}

/// Lists sessions.
pub(crate) struct Sessions;

impl Endpoint for Sessions {
    type Permission = SignedIn;
    type Path = Nothing;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Items<SessionSeen>;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/me/sessions";
    const ID: &'static str = "list_my_sessions";
    const SUMMARY: &'static str = "List one's sessions";
    const TAG: &'static str = TAG;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let people = api.service().people(now()).map_err(said)?;
        let id = asked.actor.id.unwrap_or_default();
        let items = people.sessions(&id, cookies::session(&asked.headers)).await;
        let items = items.map_err(said)?;
        Ok(Reply::json(&Items { items }))
    }
}

/// Ends a session.
pub(crate) struct EndSession;

impl Endpoint for EndSession {
    type Permission = SignedIn;
    type Path = ById;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Nothing;

    const METHOD: Method = Method::DELETE;
    const PATH: &'static str = "/me/sessions/{id}";
    const ID: &'static str = "end_my_session";
    const SUMMARY: &'static str = "End one of one's sessions";
    const TAG: &'static str = TAG;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let people = api.service().people(now()).map_err(said)?;
        let user = asked.actor.id.unwrap_or_default();
        let ended = people.end_session(&user, &asked.path.id).await;
        if ended.map_err(said)? {
            Ok(Reply::nothing())
        } else {
            Err(Problem::not_found("session", &asked.path.id))
        }
    }

    fn describe(describer: &mut Describer) -> Description {
        Description {
            answer: (StatusCode::NO_CONTENT, None),
            ..describer.of::<Self>()
        }
    }
}

/// A token, as it is listed.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct TokenSeen {
    /// Its id.
    id: String,
    /// When it was last used, to a minute, as RFC 3339 has it.
    last_used_at: Option<String>,
    /// What it is.
    #[serde(flatten)]
    token: Token,
}

pub(super) async fn tokens(people: &People<'_>, owner: &str) -> Result<Reply, Problem> {
    let mut items = Vec::new();
    for (id, token) in people.tokens_of(owner).await.map_err(said)? {
        items.push(TokenSeen {
            last_used_at: people.last_used(&id).await.map_err(said)?,
            id,
            token,
        });
    }
    Ok(Reply::json(&Items { items }))
}

/// A token that was made, with the one look at it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct TokenShown {
    /// Its id.
    id: String,
    /// The token. This is the only time that it is shown.
    token: String,
    /// What it is.
    #[serde(flatten)]
    document: Token,
}

pub(super) fn made(made: &TokenMade) -> Reply {
    let mut shown = json!({"id": made.id, "token": made.secret.expose()});
    if let (Value::Object(shown), Ok(Value::Object(document))) =
        (&mut shown, serde_json::to_value(&made.document))
    {
        shown.extend(document);
    }
    Reply::json(&shown)
        .status(StatusCode::CREATED)
        .shown_once(&["token"])
}

/// Lists own tokens.
pub(crate) struct Tokens;

impl Endpoint for Tokens {
    type Permission = SignedIn;
    type Path = Nothing;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Items<TokenSeen>;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/me/tokens";
    const ID: &'static str = "list_my_tokens";
    const SUMMARY: &'static str = "List one's tokens";
    const TAG: &'static str = TAG;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let people = api.service().people(now()).map_err(said)?;
        tokens(&people, asked.actor.id.as_deref().unwrap_or_default()).await
    }
}

/// Makes an own token.
pub(crate) struct MakeToken;

impl Endpoint for MakeToken {
    type Permission = SignedIn;
    type Path = Nothing;
    type Query = Nothing;
    type Body = Json<NewToken>;
    type Answer = TokenShown;

    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/me/tokens";
    const ID: &'static str = "create_my_token";
    const SUMMARY: &'static str = "Make a token of one's own";
    const TAG: &'static str = TAG;
    const MAX_BODY: usize = 16 << 10;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        by_session(&asked.headers)?;
        let people = api.service().people(now()).map_err(said)?;
        let token = people.new_own_token(&asked.actor, asked.body.0).await;
        Ok(made(&token.map_err(said)?))
    }

    fn describe(describer: &mut Describer) -> Description {
        let usual = describer.of::<Self>();
        Description {
            more: "Takes a session. The token is shown this once.",
            answer: (StatusCode::CREATED, usual.answer.1.clone()),
            problems: vec![Code::ConfigurationInvalid, Code::Conflict],
            ..usual
        }
    }
}

/// Ends an own token.
pub(crate) struct EndToken;

impl Endpoint for EndToken {
    type Permission = SignedIn;
    type Path = ById;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Nothing;

    const METHOD: Method = Method::DELETE;
    const PATH: &'static str = "/me/tokens/{id}";
    const ID: &'static str = "end_my_token";
    const SUMMARY: &'static str = "End one of one's tokens";
    const TAG: &'static str = TAG;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let people = api.service().people(now()).map_err(said)?;
        let ended = people.end_own_token(&asked.actor, &asked.path.id).await;
        ended.map_err(said)?;
        Ok(Reply::nothing())
    }

    fn describe(describer: &mut Describer) -> Description {
        Description {
            answer: (StatusCode::NO_CONTENT, None),
            ..describer.of::<Self>()
        }
    }
}
