//! One request on one connection.

use super::target::Target;
use super::{HttpError, Limits, Request, Response};
use crate::dial::Dialer;
use ::http::header::{self, HeaderValue};
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::task::JoinSet;

/// Most header fields of a response.
const FIELDS: usize = 100;

/// The least that hyper reads heads with.
const LEAST_HEAD: usize = 8 * 1024;

/// How we name ourselves.
const AGENT: &str = concat!("Postern/", env!("CARGO_PKG_VERSION"));

/// Sends the request and reads the response.
pub(super) async fn once(
    dialer: &Dialer,
    limits: Limits,
    target: &Target,
    request: &Request,
) -> Result<Response, HttpError> {
    let (head, body, _driver) = begin(dialer, limits, target, request).await?;
    let body = read(body, target, limits.body).await?;
    Ok(Response {
        status: head.status,
        headers: head.headers,
        body,
    })
}

/// Sends the request and reads the head of the response. The body comes as long as what drives the
/// connection is kept.
pub(super) async fn begin(
    dialer: &Dialer,
    limits: Limits,
    target: &Target,
    request: &Request,
) -> Result<(::http::response::Parts, Incoming, JoinSet<()>), HttpError> {
    let failed = |error: hyper::Error| HttpError::Protocol {
        host: target.host.clone(),
        error: described(&error),
    };
    let (host, port) = (target.host.as_str(), target.port);
    let stream = dialer.dial(host, port, target.tls, limits.connect).await?;
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(limits.head.max(LEAST_HEAD))
        .max_headers(FIELDS)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(failed)?;
    // Ends when this is dropped, however that comes. Its fault is also the request's.
    let mut driver = JoinSet::new();
    driver.spawn(async move {
        let _ = connection.await;
    });
    let sent = sender.send_request(message(target, request)?).await;
    let (head, body) = sent.map_err(failed)?.into_parts();
    Ok((head, body, driver))
}

fn message(target: &Target, request: &Request) -> Result<::http::Request<Full<Bytes>>, HttpError> {
    let host = HeaderValue::from_str(&target.authority());
    let host = host.map_err(|_| HttpError::Header("host"))?;
    let mut message = ::http::Request::new(Full::new(request.body.clone()));
    *message.method_mut() = request.method.clone();
    *message.uri_mut() = target
        .path()
        .parse()
        .map_err(|_| HttpError::Url("has a path that cannot be sent"))?;
    let headers = message.headers_mut();
    headers.extend(request.headers.clone());
    headers.insert(header::HOST, host);
    headers.insert(header::USER_AGENT, HeaderValue::from_static(AGENT));
    headers.insert(
        header::ACCEPT,
        HeaderValue::from_static("application/json, */*;q=0.1"),
    );
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    Ok(message)
}

async fn read(mut body: Incoming, target: &Target, limit: usize) -> Result<Bytes, HttpError> {
    let too_large = || HttpError::TooLarge {
        host: target.host.clone(),
        limit,
    };
    if usize::try_from(body.size_hint().lower()).map_or(true, |least| least > limit) {
        return Err(too_large());
    }
    let mut all = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| HttpError::Protocol {
            host: target.host.clone(),
            error: described(&error),
        })?;
        // Trailers are of no use here.
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if data.len() > limit - all.len() {
            return Err(too_large());
        }
        all.extend_from_slice(&data);
    }
    Ok(all.freeze())
}

/// An error with its causes, which hyper keeps apart.
pub(super) fn described(error: &hyper::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
