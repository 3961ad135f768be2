//! What an endpoint answers when it did what it was asked for.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, ETAG, LOCATION};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use serde::Serialize;
use serde_json::{Value, json};

/// An answer.
#[derive(Debug)]
pub struct Reply {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Nothing,
    /// JSON. `shown_once`: members that are in it, and are never told again.
    Json {
        value: Value,
        shown_once: &'static [&'static str],
    },
    Bytes(&'static str, Body),
}

impl Reply {
    /// 200 with JSON.
    pub fn json(value: &impl Serialize) -> Self {
        let value = serde_json::to_value(value).unwrap_or_default();
        Self::of(Content::Json {
            value,
            shown_once: &[],
        })
    }

    /// 200 with bytes of a media type.
    pub fn bytes(kind: &'static str, bytes: impl Into<Body>) -> Self {
        Self::of(Content::Bytes(kind, bytes.into()))
    }

    /// 204.
    pub fn nothing() -> Self {
        Self::of(Content::Nothing).status(StatusCode::NO_CONTENT)
    }

    const fn of(content: Content) -> Self {
        Self {
            status: StatusCode::OK,
            headers: Vec::new(),
            content,
        }
    }

    /// 201 with JSON; `location` is the path of what was made.
    pub fn created(location: &str, value: &impl Serialize) -> Self {
        let made = Self::json(value).status(StatusCode::CREATED);
        made.header(LOCATION, location)
    }

    /// The same; these members of its JSON are secrets that are shown this once.
    #[must_use]
    pub fn shown_once(mut self, members: &'static [&'static str]) -> Self {
        if let Content::Json { shown_once, .. } = &mut self.content {
            *shown_once = members;
        }
        self
    }

    /// The same with another status.
    #[must_use]
    pub const fn status(mut self, status: StatusCode) -> Self {
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

    /// What is kept of it to be answered again, if it is no longer than that.
    pub(super) fn kept(&self, most: usize) -> Option<Kept> {
        let body = match &self.content {
            Content::Nothing => Value::Null,
            Content::Json { value, shown_once } => {
                let mut value = value.clone();
                if let Value::Object(members) = &mut value {
                    members.retain(|name, _| !shown_once.contains(&name.as_str()));
                }
                (value.to_string().len() <= most).then_some(value)?
            }
            Content::Bytes(..) => return None,
        };
        let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
        let headers = self.headers.iter();
        let headers = headers.filter_map(|(name, value)| Some((name.to_string(), text(value)?)));
        Some(Kept {
            status: self.status.as_u16(),
            headers: headers.collect(),
            body,
        })
    }

    pub(crate) fn response(self) -> Response<Body> {
        let (kind, body) = match self.content {
            Content::Nothing => (None, Body::empty()),
            Content::Json { value, .. } => (Some("application/json"), value.to_string().into()),
            Content::Bytes(kind, body) => (Some(kind), body),
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        if let Some(kind) = kind {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        for (name, value) in self.headers {
            headers.append(name, value);
        }
        response
    }
}

/// An answer that is kept to be given again.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub(super) struct Kept {
    status: u16,
    headers: Vec<(String, String)>,
    body: Value,
}

impl Kept {
    pub(super) fn to_json(&self) -> Value {
        json!(self)
    }

    pub(super) fn from_json(value: &Value) -> Option<Self> {
        serde_json::from_value(value.clone()).ok()
    }

    pub(super) fn reply(self) -> Reply {
        let again = match self.body {
            Value::Null => Reply::of(Content::Nothing),
            value => Reply::json(&value),
        };
        let again = again.status(StatusCode::from_u16(self.status).unwrap_or_default());
        self.headers.iter().fold(again, |reply, (name, value)| {
            match HeaderName::try_from(name.as_str()) {
                Ok(name) => reply.header(name, value),
                Err(_) => reply,
            }
        })
    }
}
