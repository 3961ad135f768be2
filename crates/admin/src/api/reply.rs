//! What an endpoint answers when it did what it was asked for.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, ETAG, LOCATION};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use serde::Serialize;
use serde_json::Value;

/// An answer.
#[derive(Debug)]
pub struct Reply {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    kind: &'static str,
    body: Body,
}

impl Reply {
    /// 200 with JSON.
    pub fn json(value: &impl Serialize) -> Self {
        let text = serde_json::to_vec(value).unwrap_or_default();
        Self::bytes("application/json", text)
    }

    /// 200 with bytes of a media type.
    pub fn bytes(kind: &'static str, bytes: impl Into<Body>) -> Self {
        Self {
            status: StatusCode::OK,
            headers: Vec::new(),
            kind,
            body: bytes.into(),
        }
    }

    /// 204.
    pub fn nothing() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            ..Self::bytes("", Body::empty())
        }
    }

    /// 201 with JSON; `location` is the path of what was made.
    pub fn created(location: &str, value: &Value) -> Self {
        Self {
            status: StatusCode::CREATED,
            ..Self::json(value)
        }
        .header(LOCATION, location)
    }

    /// The same with another status.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The same with the version of what it shows (RFC 9110, section 8.8.3).
    #[must_use]
    pub fn version(self, version: Option<u64>) -> Self {
        match version {
            Some(version) => self.header(ETAG, &format!("\"{version}\"")),
            None => self,
        }
    }

    /// The same with another header; one whose value cannot be sent is left out.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }

    pub(crate) fn response(self) -> Response<Body> {
        let mut response = Response::new(self.body);
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        if !self.kind.is_empty() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.kind));
        }
        for (name, value) in self.headers {
            headers.append(name, value);
        }
        response
    }
}
