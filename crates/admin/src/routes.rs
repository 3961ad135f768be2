//! What there is to ask for.

use crate::AdminState;
use crate::api::{Api, dispatch, table};
use crate::console;
use crate::hosts::Hosts;
use crate::server::Peer;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HOST, X_CONTENT_TYPE_OPTIONS};
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
        .route("/", get(console::page))
        // One-time links lead here, and are looked at by programs, too.
        .route("/accept", get(console::page))
        .route("/assets/{*name}", get(console::asset))
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
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
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
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

/// A browser gets the console, whose pages have addresses of their own; others are told.
async fn unknown(request: Request) -> Response {
    if console::is_navigation(request.method(), request.headers()) {
        return console::page().await;
    }
    plain(
        StatusCode::NOT_FOUND,
        "There is nothing here. /api/v1: the management; /metrics, /healthz, /readyz; /: the console.\n",
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
