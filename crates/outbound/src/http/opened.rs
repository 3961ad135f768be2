//! A response whose body comes in parts.

use super::target::Target;
use super::{HttpClient, HttpError, Request, exchange};
use ::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// A response of which the head was read. Dropping it ends its connection.
#[derive(Debug)]
pub struct Opened {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    body: Incoming,
    host: String,
    patience: Duration,
    /// Drives the connection.
    _driver: JoinSet<()>,
    _place: Option<OwnedSemaphorePermit>,
}

impl Opened {
    pub(super) async fn open(
        client: &HttpClient,
        target: &Target,
        request: &Request,
    ) -> Result<Self, HttpError> {
        // Never closed, so there is always a place in the end.
        let place = client.places.clone().acquire_owned().await.ok();
        let begun = exchange::begin(&client.dialer, client.limits, target, request);
        let (head, body, driver) = begun.await?;
        Ok(Self {
            status: head.status,
            headers: head.headers,
            body,
            host: target.host.clone(),
            patience: client.limits.total,
            _driver: driver,
            _place: place,
        })
    }

    /// The next part of the body; none at its end.
    pub async fn part(&mut self) -> Result<Option<Bytes>, HttpError> {
        loop {
            let next = timeout(self.patience, self.body.frame()).await;
            let next = next.map_err(|_| HttpError::Timeout {
                host: self.host.clone(),
                limit: self.patience,
            })?;
            let Some(frame) = next else {
                return Ok(None);
            };
            let frame = frame.map_err(|error| HttpError::Protocol {
                host: self.host.clone(),
                error: exchange::described(&error),
            })?;
            // Trailers are of no use here.
            if let Ok(data) = frame.into_data() {
                return Ok(Some(data));
            }
        }
    }

    /// How long the server asks us to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        super::retry_after(&self.headers)
    }

    /// A header, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}
