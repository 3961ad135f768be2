//! Bodies of requests: received and read so that they cannot take the process's memory, or the
//! thread that everything else of the management runs on.

use super::input::FromBody;
use super::problem::{Code, Problem};
use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::http::header::RETRY_AFTER;
use http_body_util::BodyExt as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// How long a large body may take, and one that cannot be large.
const PATIENCE: Duration = Duration::from_mins(1);
const LITTLE_PATIENCE: Duration = Duration::from_secs(10);

/// Bytes from which on a body is a large one.
const LARGE: usize = 64 << 10;

/// Large ones that are received and served at once.
const AT_ONCE: usize = 4;

/// How long one more waits for its place.
const WAIT: Duration = Duration::from_secs(15);

/// Places for large bodies.
#[derive(Debug)]
pub(super) struct Bodies(Arc<Semaphore>);

impl Default for Bodies {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

/// A body that was received.
#[derive(Debug)]
pub(crate) struct Whole {
    pub(super) bytes: Bytes,
    /// Its place among the large ones, to be kept until the request is served.
    pub(super) place: Option<OwnedSemaphorePermit>,
}

impl Bodies {
    /// Receives a body of at most so many bytes.
    pub(super) async fn receive(&self, body: Body, most: usize) -> Result<Whole, Problem> {
        let patience = match most {
            0..=LARGE => LITTLE_PATIENCE,
            _ => PATIENCE,
        };
        timeout(patience, self.whole(body, most))
            .await
            .unwrap_or_else(|_| {
                let seconds = patience.as_secs();
                let detail = format!("The body took more than {seconds} seconds.");
                Err(Problem::new(Code::RequestInvalid, detail))
            })
    }

    async fn whole(&self, mut body: Body, most: usize) -> Result<Whole, Problem> {
        let mut bytes = Vec::new();
        let mut place = None;
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else {
                let detail = "The body ended before its end.";
                return Err(Problem::new(Code::RequestInvalid, detail));
            };
            let Ok(data) = frame.into_data() else {
                continue;
            };
            let length = bytes.len() + data.len();
            if length > most {
                let detail = format!("The body has more than the {most} bytes that are read here.");
                return Err(Problem::new(Code::TooLarge, detail).with("limit", most));
            }
            if length > LARGE && place.is_none() {
                place = Some(self.place().await?);
            }
            bytes.extend_from_slice(&data);
        }
        Ok(Whole {
            bytes: bytes.into(),
            place,
        })
    }

    async fn place(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let place = timeout(WAIT, self.0.clone().acquire_owned()).await;
        place.ok().and_then(Result::ok).ok_or_else(|| {
            let detail = "Too many large requests are being done.";
            let problem = Problem::new(Code::Unavailable, detail);
            problem.header(RETRY_AFTER, &WAIT.as_secs().to_string())
        })
    }
}

/// Reads a body; a large one on a thread that may take its time.
pub(super) async fn parsed<B: FromBody>(headers: &HeaderMap, bytes: Bytes) -> Result<B, Problem> {
    if bytes.len() <= LARGE {
        return B::from_body(headers, bytes);
    }
    let headers = headers.clone();
    let read = tokio::task::spawn_blocking(move || B::from_body(&headers, bytes)).await;
    read.unwrap_or_else(|error| Err(Problem::new(Code::Internal, error.to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(length: usize) -> Body {
        Body::from(vec![b' '; length])
    }

    #[tokio::test(start_paused = true)]
    async fn large_bodies_wait_for_a_place_and_small_ones_do_not() {
        let bodies = Bodies::default();
        let mut large = Vec::new();
        for _ in 0..AT_ONCE {
            large.push(bodies.receive(of(LARGE + 1), 1 << 20).await.unwrap());
        }
        let refused = bodies.receive(of(LARGE + 1), 1 << 20).await.unwrap_err();
        assert_eq!(refused.code, Code::Unavailable);
        assert!(bodies.receive(of(LARGE), 1 << 20).await.is_ok());
        large.pop();
        assert!(bodies.receive(of(LARGE + 1), 1 << 20).await.is_ok());
    }

    #[tokio::test]
    async fn one_byte_too_much_is_refused() {
        let bodies = Bodies::default();
        assert!(bodies.receive(of(10), 10).await.is_ok());
        let refused = bodies.receive(of(11), 10).await.unwrap_err();
        assert_eq!(refused.code, Code::TooLarge);
    }
}
