//! Signing in with an identity provider.

use super::outside::{NotVouched, Provider};
use super::{TAG, cookies, not_signed_in, now, said, sign_in, visitor};
use crate::api::Api;
use crate::api::describe::{Describer, Description};
use crate::api::endpoint::{Asked, Endpoint, Nothing};
use crate::api::permission::Anyone;
use crate::api::problem::{Code, Place, Problem};
use crate::api::reply::Reply;
use crate::api::table::Table;
use crate::console::is_navigation;
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, Method, StatusCode};
use postern_control::management::identity_provider::{IdentityProvider, SignUp};
use postern_model::Fault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Where the cookie of a sign-in that has begun is sent.
const COOKIE_PATH: &str = "/api/v1/sign-in";
/// How long it lasts, in seconds.
const COOKIE_LASTS: u64 = 600;

pub(super) fn add(table: &mut Table) {
    table.add::<Providers>();
    table.add::<Begin>();
    table.add::<Callback>();
}

/// Ways to sign in.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Ways {
    /// In the order in which they are offered.
    items: Vec<Way>,
}

/// A way to sign in.
#[derive(Debug, Serialize, JsonSchema)]
struct Way {
    /// Its id; `local` for a password.
    id: String,
    /// What people call it.
    title: String,
    /// Where a browser begins; none for a password.
    begin: Option<String>,
    /// Whether one can ask for an account.
    sign_up: bool,
}

/// Lists ways to sign in.
pub(crate) struct Providers;

impl Endpoint for Providers {
    type Permission = Anyone;
    type Path = Nothing;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Ways;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/sign-in/providers";
    const ID: &'static str = "list_ways_to_sign_in";
    const SUMMARY: &'static str = "List ways to sign in";
    const TAG: &'static str = TAG;

    async fn call(api: &Api, _: Asked<Self>) -> Result<Reply, Problem> {
        let people = api.service().people(now()).map_err(said)?;
        let found = people.providers().await.map_err(said)?;
        let way = |(id, provider): (String, IdentityProvider)| Way {
            begin: (id != "local").then(|| format!("/api/v1/sign-in/with/{id}")),
            sign_up: provider.sign_up != SignUp::Closed,
            title: provider.title,
            id,
        };
        let items = found.into_iter().map(way).collect();
        Ok(Reply::json(&Ways { items }))
    }

    fn describe(describer: &mut Describer) -> Description {
        Description {
            problems: vec![Code::FileMode],
            ..describer.of::<Self>()
        }
    }
}

/// Which provider.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// Its id.
    provider: String,
}

/// Where to go afterwards.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Afterwards {
    /// A path here, such as `/apps`; `/` if this is not said.
    return_to: Option<String>,
}

/// What is kept until the browser is back.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    provider: String,
    redirect_uri: String,
    return_to: String,
    pending: Value,
}

fn asked_provider(id: &str, document: IdentityProvider, redirect_uri: &str) -> Provider {
    Provider {
        id: id.to_owned(),
        document,
        redirect_uri: redirect_uri.to_owned(),
    }
}

/// Sends a browser to a provider.
pub(crate) struct Begin;

impl Endpoint for Begin {
    type Permission = Anyone;
    type Path = Which;
    type Query = Afterwards;
    type Body = Nothing;
    type Answer = Nothing;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/sign-in/with/{provider}";
    const ID: &'static str = "begin_sign_in_with_provider";
    const SUMMARY: &'static str = "Sign in with an identity provider";
    const TAG: &'static str = TAG;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let return_to = asked.query.return_to.unwrap_or_else(|| "/".to_owned());
        if !is_path(&return_to) {
            let detail = "One returns to a path of this server only.";
            return Err(Problem::field(
                Place::Query,
                "return_to",
                detail,
                "such as `/apps`",
            ));
        }
        let begun = begin(
            api,
            &asked.headers,
            asked.from,
            asked.path.provider,
            &return_to,
        )
        .await;
        begun.or_else(|problem| told(&asked.headers, &return_to, problem))
    }

    fn describe(describer: &mut Describer) -> Description {
        Description {
            more: "A browser that cannot be sent there is sent to where it wanted to go, with `sign_in`, the code of the problem, in the query.",
            answer: (StatusCode::SEE_OTHER, None),
            problems: vec![
                Code::FileMode,
                Code::ProviderUnavailable,
                Code::SignInSlowed,
            ],
            ..describer.of::<Self>()
        }
    }
}

/// Keeps what is needed when the browser is back, and sends it there.
async fn begin(
    api: &Api,
    headers: &HeaderMap,
    from: IpAddr,
    id: String,
    return_to: &str,
) -> Result<Reply, Problem> {
    let people = api.service().people(now()).map_err(said)?;
    people.attempt_from(from).map_err(not_signed_in)?;
    let document = people.provider(&id).await.map_err(said)?;
    let Some(sign_on) = api.sign_on() else {
        return Err(unreachable(&id, "it cannot be asked from here"));
    };
    let redirect_uri = format!("{}{COOKIE_PATH}/callback", cookies::base(headers));
    let begun = sign_on.begin(asked_provider(&id, document, &redirect_uri));
    let begun = begun.await.map_err(|not| not_vouched(&id, &not))?;
    let kept = Kept {
        provider: id,
        redirect_uri,
        return_to: return_to.to_owned(),
        pending: begun.pending,
    };
    let kept = people.keep_sign_on(&begun.state, json!(kept));
    kept.await.map_err(said)?;
    let cookie = cookies::set(
        headers,
        cookies::SIGN_ON,
        &begun.state,
        COOKIE_PATH,
        COOKIE_LASTS,
    );
    Ok(Reply::nothing()
        .status(StatusCode::SEE_OTHER)
        .header(LOCATION, &begun.url)
        .header(SET_COOKIE, &cookie))
}

/// Takes a browser back from a provider.
pub(crate) struct Callback;

impl Endpoint for Callback {
    type Permission = Anyone;
    type Path = Nothing;
    type Query = BTreeMap<String, String>;
    type Body = Nothing;
    type Answer = Nothing;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/sign-in/callback";
    const ID: &'static str = "end_sign_in_with_provider";
    const SUMMARY: &'static str = "Come back from an identity provider";
    const TAG: &'static str = TAG;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let headers = &asked.headers;
        let kept = match begun_here(api, headers, asked.from, &asked.query).await {
            Ok(kept) => kept,
            Err(problem) => return told(headers, "/", problem),
        };
        let return_to = kept.return_to.clone();
        let came = come(api, headers, asked.from, &asked.query, kept).await;
        let reply = match came {
            Ok(reply) => reply.header(LOCATION, &return_to),
            Err(problem) => told(headers, &return_to, problem)?,
        };
        Ok(ended(reply, headers))
    }

    fn describe(describer: &mut Describer) -> Description {
        Description {
            more: "A browser in which nobody was signed in is sent to where it wanted to go, with `sign_in`, the code of the problem, in the query.",
            answer: (StatusCode::SEE_OTHER, None),
            problems: vec![
                Code::FileMode,
                Code::NotFound,
                Code::PermissionMissing,
                Code::ProviderUnavailable,
                Code::RequestInvalid,
                Code::SignInFailed,
                Code::SignInSlowed,
            ],
            ..describer.of::<Self>()
        }
    }
}

/// What was kept of the sign-in that this browser began.
async fn begun_here(
    api: &Api,
    headers: &HeaderMap,
    from: IpAddr,
    query: &BTreeMap<String, String>,
) -> Result<Kept, Problem> {
    let people = api.service().people(now()).map_err(said)?;
    people.attempt_from(from).map_err(not_signed_in)?;
    let state = query.get("state").map_or("", String::as_str);
    // The browser that began is the one that ends: nobody is signed in as somebody else by a
    // link that they were given.
    if state.is_empty() || cookies::cookie(headers, cookies::SIGN_ON) != Some(state) {
        let detail = "This browser did not begin this sign-in.";
        return Err(Problem::new(Code::SignInFailed, detail).fix("Begin again."));
    }
    let kept = people.take_sign_on(state).await.map_err(said)?;
    serde_json::from_value(kept).map_err(|error| Problem::new(Code::Internal, error.to_string()))
}

/// Signs in whom the provider vouches for.
async fn come(
    api: &Api,
    headers: &HeaderMap,
    from: IpAddr,
    query: &BTreeMap<String, String>,
    kept: Kept,
) -> Result<Reply, Problem> {
    let people = api.service().people(now()).map_err(said)?;
    let id = kept.provider;
    let document = people.provider(&id).await.map_err(said)?;
    let Some(sign_on) = api.sign_on() else {
        return Err(unreachable(&id, "it cannot be asked from here"));
    };
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(query)
        .finish();
    let provider = asked_provider(&id, document.clone(), &kept.redirect_uri);
    let vouched = sign_on.finish(provider, kept.pending, query);
    let vouched = vouched.await.map_err(|not| not_vouched(&id, &not))?;
    let visitor = visitor(headers, from);
    let signed_in = people.sign_in_vouched(&visitor, (&id, &document), vouched);
    let signed_in = signed_in.await.map_err(not_signed_in)?;
    sign_in::opened(api, headers, &signed_in, StatusCode::SEE_OTHER).await
}

/// What somebody is told who was not signed in. A browser is sent to where it wanted to go, with the
/// code: the page there says what it means. The rest is in the log, under the request id.
fn told(headers: &HeaderMap, return_to: &str, problem: Problem) -> Result<Reply, Problem> {
    if !is_navigation(&Method::GET, headers) {
        return Err(problem);
    }
    let (id, code) = (postern_control::request_id(), problem.code.name());
    let why = problem.hidden.as_ref().unwrap_or(&problem.detail);
    tracing::warn!(request_id = id, code, "nobody was signed in: {why}");
    let path = return_to.split('#').next().unwrap_or("/");
    let joint = if path.contains('?') { '&' } else { '?' };
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("sign_in", code)
        .append_pair("request_id", &id)
        .finish();
    Ok(Reply::nothing()
        .status(StatusCode::SEE_OTHER)
        .header(LOCATION, &format!("{path}{joint}{query}")))
}

fn ended(reply: Reply, headers: &HeaderMap) -> Reply {
    let gone = cookies::set(headers, cookies::SIGN_ON, "", COOKIE_PATH, 0);
    reply.header(SET_COOKIE, &gone)
}

/// What is told to whoever was not signed in: it is not always the provider that failed.
fn not_vouched(id: &str, not: &NotVouched) -> Problem {
    match not.fault {
        Fault::Consumer => {
            let detail = format!("Signing in with `{id}` ended: {}.", not.why);
            Problem::new(Code::SignInFailed, detail).fix("Begin again.")
        }
        Fault::Gateway => Problem::new(Code::Internal, not.why.clone()),
        _ => unreachable(id, &not.why),
    }
}

fn unreachable(id: &str, why: &str) -> Problem {
    let detail = format!("The identity provider `{id}` does not do: {why}.");
    Problem::new(Code::ProviderUnavailable, detail)
}

/// Whether this leads nowhere else.
fn is_path(path: &str) -> bool {
    let mut bytes = path.bytes();
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
    bytes.next() == Some(b'/')
        && !path.starts_with("//")
        && path.len() <= 1024
        && path.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::is_path;

    #[test]
    fn one_returns_to_a_path_only() {
        for good in ["/", "/apps?x=1#y", "/a/b"] {
            assert!(is_path(good), "{good}");
        }
        for bad in [
            "",
            "apps",
            "//evil.example",
            "/\\evil.example",
            "https://a",
            "/a\nb",
        ] {
            assert!(!is_path(bad), "{bad}");
        }
    }
}
