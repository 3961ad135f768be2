//! From an HTTP request to an endpoint and back.

use super::Api;
use super::bodies::{Whole, parsed};
use super::endpoint::{Asked, Endpoint};
use super::fields;
use super::idempotency::{Begin, MOST_KEPT, begin};
use super::identity::Presented;
use super::input;
use super::permission::Need;
use super::problem::{Code, Place, Problem};
use super::reply::Reply;
use super::table::{Row, Table};
use crate::server::Peer;
use axum::Router;
use axum::body::Body;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, Response};
use axum::routing::any;
use postern_control::shorthand::Expectation;
use postern_control::{Actor, ActorKind, Answer, Bounds};
use postern_model::permission::Grants;
use std::marker::PhantomData;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A request whose head was read and whose sender is known.
pub(crate) struct Received {
    pub(crate) parts: Parts,
    /// The parameters in the path, encoded as in a query.
    pub(crate) parameters: String,
    pub(crate) body: Whole,
    pub(crate) actor: Option<Actor>,
    pub(crate) expected: Option<Expectation>,
    pub(crate) from: IpAddr,
}

/// An endpoint behind a pointer.
pub(crate) trait Served: Send + Sync {
    /// Reads the request, does it, answers.
    fn serve<'a>(
        &'a self,
        api: &'a Arc<Api>,
        received: Received,
    ) -> Answer<'a, Result<Reply, Problem>>;
}

/// An endpoint's type, as a value.
pub(crate) struct Of<E>(PhantomData<fn() -> E>);

impl<E> Of<E> {
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<E: Endpoint> Served for Of<E> {
    fn serve<'a>(
        &'a self,
        api: &'a Arc<Api>,
        received: Received,
    ) -> Answer<'a, Result<Reply, Problem>> {
        Box::pin(async move {
            let Received {
                parts,
                parameters,
                body,
                actor,
                expected,
                from,
            } = received;
            let Whole { bytes, place } = body;
            let asked = Asked::<E> {
                path: input::parameters(&parameters, Place::Path)?,
                query: input::parameters(parts.uri.query().unwrap_or(""), Place::Query)?,
                body: parsed(&parts.headers, bytes).await?,
                signed_in: actor.is_some(),
                actor: actor.unwrap_or_else(|| nobody(from)),
                expected,
                headers: parts.headers,
                from,
            };
            let answered = E::call(api, asked).await;
            drop(place);
            answered
        })
    }
}

/// Somebody without any rights.
fn nobody(from: IpAddr) -> Actor {
    Actor {
        who: "nobody".to_owned(),
        kind: ActorKind::User,
        id: None,
        from: Some(from),
        grants: Grants::none(),
        bounds: Bounds::None,
    }
}

/// What stands in a path, if it can be read.
type Parameters = Result<RawPathParams, RawPathParamsRejection>;

/// Every path of the table.
pub(crate) fn router(api: &Arc<Api>, table: Table) -> Router {
    let mut router = Router::new();
    for (path, rows) in table.by_path() {
        let api = api.clone();
        let handler = move |parameters: Parameters, request: Request| {
            let (api, rows) = (api.clone(), rows.clone());
            async move { finish(served(&api, &rows, parameters, request).await) }
        };
        router = router.route(path, any(handler));
    }
    router.fallback(|| async {
        let problem = Problem::new(Code::NotFound, "There is nothing at this path.");
        finish(Err(
            problem.fix("GET /api/v1/openapi.json lists what there is.")
        ))
    })
}

fn finish(outcome: Result<Reply, Problem>) -> Response<Body> {
    let id = postern_control::request_id();
    let mut response = match outcome {
        Ok(reply) => reply.response(),
        Err(problem) => {
            if problem.hidden.is_some() || problem.code == Code::Internal {
                let why = problem.hidden.as_ref().unwrap_or(&problem.detail);
                tracing::error!(request_id = id, "the API failed: {why}");
            }
            problem.response(&id)
        }
    };
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

async fn served(
    api: &Arc<Api>,
    rows: &Arc<[Arc<Row>]>,
    parameters: Parameters,
    request: Request,
) -> Result<Reply, Problem> {
    let parameters = parameters.map_err(|rejection| {
        Problem::field(
            Place::Path,
            "",
            format!("{}.", rejection.body_text()),
            "percent-encoded UTF-8 (RFC 3986)",
        )
    })?;
    let wanted = match request.method() {
        &Method::HEAD => &Method::GET,
        method => method,
    };
    let Some(row) = rows.iter().find(|row| row.method == wanted) else {
        return Err(Problem::method_not_allowed(&allowed(rows)));
    };
    let (parts, body) = request.into_parts();
    let from = parts.extensions.get::<Peer>();
    let from = from.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0.ip());
    let presented = Presented {
        method: &parts.method,
        headers: &parts.headers,
        from,
    };
    let actor = match api.identities.identify(presented).await {
        // Whoever signs in anew may still have a session that is over.
        Err(_) if row.need == Need::Nothing => None,
        identified => identified?,
    };
    let_in(row.need, actor.as_ref())?;
    let expected = fields::expected(row, &parts.headers)?;
    let body = api.bodies.receive(body, row.max_body).await?;
    let parameters = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters.iter())
        .finish();
    let received = Received {
        parts,
        parameters,
        body,
        actor,
        expected,
        from,
    };
    if row.method.is_safe() {
        return row.served.serve(api, received).await;
    }
    // What changes something runs to its end: whoever asked may be gone before that.
    let (api, row) = (Arc::clone(api), Arc::clone(row));
    let done = tokio::spawn(async move { once(&api, &row, received).await }).await;
    done.unwrap_or_else(|error| Err(Problem::new(Code::Internal, error.to_string())))
}

/// Does what was asked for, unless its key says that it was done before.
async fn once(api: &Arc<Api>, row: &Row, received: Received) -> Result<Reply, Problem> {
    let once = if row.is_done_once() {
        let begun = begin(
            api,
            &received.parts.headers,
            received.actor.as_ref(),
            [row.id, &received.parameters],
            &received.body.bytes,
        );
        match begun.await? {
            Begin::Again(reply) => return Ok(reply),
            Begin::First(once) => Some(once),
            Begin::Plain => None,
        }
    } else {
        None
    };
    let outcome = row.served.serve(api, received).await;
    if let Some(once) = once {
        let kept = outcome
            .as_ref()
            .ok()
            .and_then(|reply| reply.kept(MOST_KEPT));
        once.end(kept).await;
    }
    outcome
}

/// The methods of a path, as `Allow` lists them (RFC 9110, section 10.2.1).
fn allowed(rows: &[Arc<Row>]) -> String {
    let mut methods: Vec<&str> = rows.iter().map(|row| row.method.as_str()).collect();
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods.sort_unstable();
    methods.join(", ")
}

fn let_in(need: Need, actor: Option<&Actor>) -> Result<(), Problem> {
    let (point, has) = match (need, actor) {
        (Need::Nothing, _) | (Need::SignedIn, Some(_)) => return Ok(()),
        (_, None) => return Err(Problem::sign_in()),
        (Need::Somewhere(point), Some(actor)) => (point, actor.grants.allow_somewhere(point)),
        (Need::OnPlatform(point), Some(actor)) => (point, actor.grants.allow_everywhere(point)),
    };
    if has {
        return Ok(());
    }
    let detail = format!("This takes the permission `{}`.", need.name());
    Err(Problem::new(Code::PermissionMissing, detail).with("permission", point.name()))
}
