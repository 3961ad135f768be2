//! What there is to ask for.

use crate::AdminState;
use crate::api::{Api, dispatch, table};
use crate::hosts::Hosts;
use crate::server::Peer;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::net::SocketAddr;
use std::sync::Arc;

const TEXT: &str = "text/plain; charset=utf-8";

/// Every path, behind the check of `Host`.
pub(crate) fn router(state: Arc<dyn AdminState>, hosts: Hosts, api: Option<Arc<Api>>) -> Router {
    let api = api.map_or_else(Router::new, |api| dispatch::router(&api, table()));
    Router::new()
        .route("/", get(index))
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .route("/accept", get(accept))
        .route("/accept.js", get(accept_script))
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .with_state(state.clone())
        .nest("/api/v1", api)
        .layer(from_fn_with_state(state, found))
        .layer(from_fn_with_state(Arc::new(hosts), guard))
}

/// Refuses foreign hosts, and adds the headers of every answer.
async fn guard(State(hosts): State<Arc<Hosts>>, request: Request, next: Next) -> Response {
    let ours = {
        let mut fields = request.headers().get_all(HOST).iter();
        let field = fields.next().and_then(|value| value.to_str().ok());
        let target = request
            .uri()
            .authority()
            .map(axum::http::uri::Authority::as_str);
        field.is_some_and(|host| hosts.contains(host))
            && fields.next().is_none()
            && target.is_none_or(|host| hosts.contains(host))
    };
    let mut response = if ours {
        next.run(request).await
    } else {
        plain(
            StatusCode::MISDIRECTED_REQUEST,
            "The admin address answers to its own address and to localhost; list other names as admin hosts.\n",
        )
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Finds out from where a request comes.
async fn found(
    State(state): State<Arc<dyn AdminState>>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(Peer(peer)) = request.extensions().get().copied() else {
        return next.run(request).await;
    };
    let fields = request.headers().iter();
    let fields = fields.map(|(name, value)| (name.as_str(), value.as_bytes()));
    let forwarded: Vec<_> = fields
        .filter(|(name, _)| ["x-forwarded-for", "forwarded"].contains(name))
        .collect();
    match state.client(peer, &forwarded) {
        Ok(client) => {
            let client = Peer(SocketAddr::new(client, peer.port()));
            request.extensions_mut().insert(client);
            next.run(request).await
        }
        Err(why) => answer(StatusCode::BAD_REQUEST, TEXT, why + "\n"),
    }
}

async fn index() -> Response {
    plain(
        StatusCode::OK,
        concat!(
            "Postern ",
            env!("CARGO_PKG_VERSION"),
            ": admin address\n\n",
            "/api/v1   the management, as JSON: /api/v1/permissions and more\n",
            "/metrics  counters and gauges, Prometheus text format\n",
            "/healthz  200 while the process lives\n",
            "/readyz   200 while the gateway takes requests, else 503 with reasons\n",
        ),
    )
}

async fn healthz() -> Response {
    plain(StatusCode::OK, "ok\n")
}

async fn readyz(State(state): State<Arc<dyn AdminState>>) -> Response {
    let readiness = state.readiness();
    let status = if readiness.reasons().is_empty() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    answer(status, "application/json", readiness.document())
}

async fn metrics(State(state): State<Arc<dyn AdminState>>) -> Response {
    let mut page = String::with_capacity(16 << 10);
    state.metrics(&mut page);
    answer(
        StatusCode::OK,
        "text/plain; version=0.0.4; charset=utf-8",
        page,
    )
}

/// The page that a one-time link leads to.
async fn accept() -> Response {
    const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";
    let page = include_str!("accept/page.html").to_owned();
    let mut response = answer(StatusCode::OK, "text/html; charset=utf-8", page);
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    // The link is a secret.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

async fn accept_script() -> Response {
    let script = include_str!("accept/page.js").to_owned();
    answer(StatusCode::OK, "text/javascript; charset=utf-8", script)
}

async fn unknown() -> Response {
    plain(
        StatusCode::NOT_FOUND,
        "There is nothing here; GET / lists what there is.\n",
    )
}

async fn wrong_method() -> Response {
    plain(StatusCode::METHOD_NOT_ALLOWED, "Use GET or HEAD.\n")
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    answer(status, TEXT, text.to_owned())
}

fn answer(status: StatusCode, kind: &'static str, body: String) -> Response {
    (
        status,
        [(CONTENT_TYPE, HeaderValue::from_static(kind))],
        body,
    )
        .into_response()
}
