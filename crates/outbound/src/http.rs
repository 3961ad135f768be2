//! An HTTP client for what the control plane sends out: few requests, to servers that nobody vouches
//! for. One connection per request, no proxies, no cookies, no decompression; every size and every
//! wait has a bound.

use crate::dial::{DialError, Dialer};
use ::http::header::{self, HeaderMap, HeaderValue};
use ::http::{Method, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use postern_model::Secret;
use serde::de::DeserializeOwned;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use url::form_urlencoded::byte_serialize;

mod error;
mod exchange;
mod opened;
mod redirect;
mod target;
#[cfg(test)]
mod tests;

pub use error::HttpError;
pub use opened::Opened;

use target::Target;

/// Requests under way at once, over all uses of one client.
const PLACES: usize = 64;

/// Bounds of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest time until there is a connection, TLS included.
    pub connect: Duration,
    /// Longest time from the start until the whole response is there, redirects included.
    pub total: Duration,
    /// Largest head of a response, bytes; at least 8192.
    pub head: usize,
    /// Largest body of a response, bytes.
    pub body: usize,
    /// How many redirects a GET follows; with 0, a redirect is a response like any other.
    pub redirects: u8,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            total: Duration::from_secs(10),
            head: 32 * 1024,
            body: 1024 * 1024,
            redirects: 0,
        }
    }
}

/// Sends requests. Cheap to clone; clones share the bound on requests under way.
#[derive(Debug, Clone)]
pub struct HttpClient {
    dialer: Dialer,
    /// Connects where redirects lead that leave their origin; `None`: as everywhere.
    led: Option<Dialer>,
    limits: Limits,
    plain: bool,
    places: Arc<Semaphore>,
}

/// A request.
#[derive(Clone)]
pub struct Request {
    method: Method,
    url: String,
    headers: HeaderMap,
    body: Bytes,
}

/// A response, whatever its status.
#[derive(Debug, Clone)]
pub struct Response {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, as it came.
    pub body: Bytes,
}

impl HttpClient {
    /// One that connects with `dialer`, with the default limits, and only to `https`.
    pub fn new(dialer: Dialer) -> Self {
        Self {
            dialer,
            led: None,
            limits: Limits::default(),
            plain: false,
            places: Arc::new(Semaphore::new(PLACES)),
        }
    }

    /// The same with other limits.
    #[must_use]
    pub fn limited(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The same with another guard, such as a tenant's.
    #[must_use]
    pub fn guarded_by(mut self, guard: Arc<dyn crate::Guard>) -> Self {
        self.dialer = self.dialer.guarded_by(guard);
        self
    }

    /// The same with a guard of its own for where redirects lead that leave their origin.
    #[must_use]
    pub fn led_by(mut self, guard: Arc<dyn crate::Guard>) -> Self {
        self.led = Some(self.dialer.clone().guarded_by(guard));
        self
    }

    /// The same, and `http` may be used too, where nobody on the way is to be feared.
    #[must_use]
    pub fn plain_allowed(mut self) -> Self {
        self.plain = true;
        self
    }

    /// The limits.
    pub const fn limits(&self) -> Limits {
        self.limits
    }

    /// Says what is wrong with a URL as far as that is certain without sending anything: for when
    /// one is configured.
    pub fn accepts(&self, url: &str) -> Result<(), HttpError> {
        let target = Target::parse(url, self.plain)?;
        Ok(self.dialer.foresee(&target.host, target.port)?)
    }

    /// Sends a GET.
    pub async fn get(&self, url: &str) -> Result<Response, HttpError> {
        self.send(Request::get(url)).await
    }

    /// Sends a POST.
    pub async fn post(&self, url: &str, kind: &str, body: Bytes) -> Result<Response, HttpError> {
        self.send(Request::post(url, kind, body)?).await
    }

    /// Sends a request and reads the whole response.
    pub async fn send(&self, request: Request) -> Result<Response, HttpError> {
        let target = Target::parse(&request.url, self.plain)?;
        let host = target.host.clone();
        let limit = self.limits.total;
        let done = timeout(limit, self.follow(target, request)).await;
        done.unwrap_or(Err(HttpError::Timeout { host, limit }))
    }

    /// Sends a request and reads the head of the response; its body is read in parts, for as long
    /// as parts come. A redirect is a response like any other.
    ///
    /// The limit on the whole time is one on the time until the head is there, and then on that
    /// until each next part; the limit on the body is its reader's.
    pub async fn open(&self, request: Request) -> Result<Opened, HttpError> {
        let target = Target::parse(&request.url, self.plain)?;
        let limit = self.limits.total;
        let opening = Opened::open(self, &target, &request);
        let done = timeout(limit, opening).await;
        done.unwrap_or(Err(HttpError::Timeout {
            host: target.host.clone(),
            limit,
        }))
    }

    async fn follow(&self, target: Target, request: Request) -> Result<Response, HttpError> {
        let _place = self.places.acquire().await;
        let (mut target, mut request) = (target, request);
        let mut left = self.limits.redirects;
        let mut dialer = &self.dialer;
        loop {
            let response = exchange::once(dialer, self.limits, &target, &request).await?;
            if self.limits.redirects == 0 || request.method != Method::GET {
                return Ok(response);
            }
            let Some(next) = redirect::target(&target, &response, self.plain)? else {
                return Ok(response);
            };
            left = left.checked_sub(1).ok_or(HttpError::Redirects {
                host: next.host.clone(),
                limit: self.limits.redirects,
            })?;
            if !next.same_origin(&target) {
                request.headers.clear();
                dialer = self.led.as_ref().unwrap_or(dialer);
            }
            target = next;
        }
    }
}

impl Request {
    /// A GET.
    pub fn get(url: &str) -> Self {
        Self {
            method: Method::GET,
            url: url.to_owned(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
    }

    /// A POST with a body of the media type `kind`.
    pub fn post(url: &str, kind: &str, body: Bytes) -> Result<Self, HttpError> {
        let request = Self {
            method: Method::POST,
            body,
            ..Self::get(url)
        };
        request.header("content-type", kind)
    }

    /// A question whether a token is good (RFC 7662 §2.1).
    pub fn introspection(url: &str, token: &Secret<Box<[u8]>>) -> Result<Self, HttpError> {
        let mut form = String::from("token=");
        form.extend(byte_serialize(token.expose()));
        form.push_str("&token_type_hint=access_token");
        Self::form(url, form)
    }

    /// A POST of a form.
    pub fn form(url: &str, form: String) -> Result<Self, HttpError> {
        Self::post(url, "application/x-www-form-urlencoded", form.into())
    }

    /// A DELETE.
    pub fn delete(url: &str) -> Self {
        Self {
            method: Method::DELETE,
            ..Self::get(url)
        }
    }

    /// The same as a client of OAuth, by HTTP Basic.
    pub fn as_client(self, id: &str, secret: &Secret<impl AsRef<str>>) -> Result<Self, HttpError> {
        // Each encoded as in a form first (RFC 6749 §2.3.1).
        let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!("{}:{}", encoded(id), encoded(secret.expose().as_ref()));
        self.header("authorization", &format!("Basic {}", STANDARD.encode(pair)))
    }

    /// The same with a header. No log shows its value.
    pub fn header(mut self, name: &'static str, value: &str) -> Result<Self, HttpError> {
        let mut value = HeaderValue::from_str(value).map_err(|_| HttpError::Header(name))?;
        value.set_sensitive(true);
        self.headers.insert(name, value);
        Ok(self)
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Paths and queries hold secrets as often as headers do.
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &masked(&self.url))
            .field("body", &self.body.len())
            .finish_non_exhaustive()
    }
}

impl Response {
    /// The body as JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }

    /// A header, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// How long a server asks us to wait (`Retry-After` in seconds, RFC 9110 §10.2.3).
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?;
    value.trim().parse().ok().map(Duration::from_secs)
}

/// Says what is wrong with a URL by itself, whoever may go there: for when one is configured.
/// `http` is never right.
pub fn check(url: &str) -> Result<(), HttpError> {
    Target::parse(url, false).map(drop)
}

/// A URL as it may be shown: its path and query are often a secret.
pub fn masked(url: &str) -> String {
    match Target::parse(url, true) {
        Ok(target) => target.origin() + "/…",
        Err(_) => "(not a URL)".to_owned(),
    }
}

impl From<DialError> for HttpError {
    fn from(error: DialError) -> Self {
        Self::Dial(error)
    }
}
