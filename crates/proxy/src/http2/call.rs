//! One request to an upstream over HTTP/2, and its response.

use super::incoming::{Incoming, load};
use super::outgoing::{Draft, GATHER, Outlet, trailing};
use super::session::Ticket;
use super::tunnel::Tunnel;
use crate::exchange::{
    BodyFault, Piece, RequestLine, RequestSink, ResponseFault, ResponseHead, ResponseSource, Sink,
    SinkFault, Source,
};
use crate::http1::{self, Invalid, Length, Pace};
use crate::io::Alarm;
use crate::tunnel::{SILENCE, STUCK};
use bytes::{Bytes, BytesMut};
use h2::client::{ResponseFuture, SendRequest};
use h2::ext::Protocol;
use h2::{Reason, RecvStream};
use http::header::{CONTENT_LENGTH, HeaderValue};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{Method, Request, Response, Uri};
use postern_policy::fields::Fields;
use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::Instant;

/// What both directions of an exchange share.
pub(crate) struct Call {
    send: RefCell<SendRequest<Bytes>>,
    outlet: Outlet,
    response: RefCell<Option<ResponseFuture>>,
    /// Why no response will come.
    fault: Cell<Option<ResponseFault>>,
    to_head: bool,
    idle: Duration,
    cap: Option<Instant>,
}

impl Call {
    pub(super) fn new(
        send: SendRequest<Bytes>,
        method: &str,
        idle: Duration,
        cap: Option<Instant>,
    ) -> Self {
        Self {
            send: RefCell::new(send),
            outlet: Outlet::new(idle, cap),
            response: RefCell::new(None),
            fault: Cell::new(None),
            to_head: method == "HEAD",
            idle,
            cap,
        }
    }

    /// What both sides go on with once the upstream has agreed to a tunnel.
    pub(crate) fn into_tunnel(self, mut body: Incoming, ticket: Ticket) -> Tunnel {
        body.relax(SILENCE);
        Tunnel::new(body, self.outlet.relaxed(STUCK), ticket)
    }

    /// Both directions.
    pub(crate) fn sides(&self) -> (RequestOut<'_>, ResponseIn<'_>) {
        let out = RequestOut {
            call: self,
            method: Method::GET,
            websocket: false,
            uri: None,
            draft: None,
            data: BytesMut::new(),
        };
        let read = ResponseIn {
            call: self,
            body: None,
            alarm: Alarm::default(),
        };
        (out, read)
    }
}

/// A request on its way out.
pub(crate) struct RequestOut<'a> {
    call: &'a Call,
    method: Method,
    /// Whether it is an extended CONNECT (RFC 8441 §4).
    websocket: bool,
    uri: Option<Uri>,
    /// The head, until it is sent.
    draft: Option<Draft>,
    data: BytesMut,
}

impl RequestOut<'_> {
    /// Sends the head if that was not done yet; `end` says that nothing follows.
    fn head(&mut self, end: bool) -> Result<(), SinkFault> {
        let Some(draft) = self.draft.take() else {
            return Ok(());
        };
        let sent = self.uri.take().and_then(|uri| {
            let mut request = Request::new(());
            *request.method_mut() = self.method.clone();
            *request.uri_mut() = uri;
            *request.headers_mut() = draft.fields;
            if self.websocket {
                let protocol = Protocol::from_static("websocket");
                request.extensions_mut().insert(protocol);
            }
            self.call.send.borrow_mut().send_request(request, end).ok()
        });
        let Some((response, stream)) = sent else {
            // Nothing has left: the session ended in between.
            self.call.fault.set(Some(ResponseFault::NotProcessed));
            return Err(SinkFault::Gone);
        };
        *self.call.response.borrow_mut() = Some(response);
        self.call.outlet.open(stream);
        Ok(())
    }

    async fn push(&mut self, end: bool) -> Result<(), SinkFault> {
        let data = self.data.split().freeze();
        self.call.outlet.send(data, end).await
    }
}

impl Sink for RequestOut<'_> {
    fn field(&mut self, name: &[u8], value: &[u8]) {
        if let Some(draft) = &mut self.draft {
            draft.field(name, value);
        }
    }

    fn end_head(&mut self, length: Length) {
        if let (Length::Exact(length), Some(draft)) = (length, &mut self.draft) {
            draft
                .fields
                .insert(CONTENT_LENGTH, HeaderValue::from(length));
        }
    }

    async fn data(&mut self, piece: &[u8]) -> Result<(), SinkFault> {
        if self.data.len() + piece.len() > GATHER {
            self.head(false)?;
            self.push(false).await?;
        }
        self.data.extend_from_slice(piece);
        if self.data.len() > GATHER {
            self.push(false).await?;
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), SinkFault> {
        self.head(false)?;
        self.push(false).await
    }

    async fn end(&mut self, trailers: Option<&Fields>) -> Result<(), SinkFault> {
        let trailers = trailing(trailers);
        if trailers.is_none() && self.data.is_empty() && self.draft.is_some() {
            return self.head(true);
        }
        self.head(false)?;
        self.push(trailers.is_none()).await?;
        trailers.map_or(Ok(()), |trailers| self.call.outlet.trail(trailers))
    }

    fn abort(&mut self) {
        self.draft = None;
        self.call.outlet.reset(Reason::CANCEL);
    }
}

impl RequestSink for RequestOut<'_> {
    fn begin(&mut self, line: &RequestLine<'_>) {
        let mut draft = Draft::new();
        self.websocket = line.websocket;
        self.method = if line.websocket {
            Method::CONNECT
        } else {
            Method::from_bytes(line.method.as_bytes()).unwrap_or_default()
        };
        self.uri = uri(line, &mut draft);
        self.draft = Some(draft);
    }
}

/// The URI that the library makes `:scheme`, `:authority` and `:path` of.
fn uri(line: &RequestLine<'_>, draft: &mut Draft) -> Option<Uri> {
    let mut parts = http::uri::Parts::default();
    parts.scheme = Some(if line.scheme == "https" {
        Scheme::HTTPS
    } else {
        Scheme::HTTP
    });
    parts.authority = Some(Authority::from_maybe_shared(draft.keep(line.authority)).ok()?);
    let path = draft.keep(line.target);
    let path = PathAndQuery::from_maybe_shared(path)
        .or_else(|_| PathAndQuery::from_maybe_shared(escaped(line.target)));
    parts.path_and_query = Some(path.ok()?);
    Uri::from_parts(parts).ok()
}

/// A target without bytes that no URI may have (RFC 3986 §2): each as its percent escape, which
/// means the same.
fn escaped(target: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(target.len() + 32);
    for &byte in target {
        match byte {
            b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | b'#' => {
                out.extend_from_slice(b"%");
                for digit in [byte >> 4, byte & 15] {
                    let base = if digit < 10 { b'0' } else { b'A' - 10 };
                    out.extend_from_slice(&[base + digit]);
                }
            }
            byte => out.extend_from_slice(&[byte]),
        }
    }
    out.freeze()
}

/// A response on its way in.
pub(crate) struct ResponseIn<'a> {
    call: &'a Call,
    body: Option<Incoming>,
    alarm: Alarm,
}

impl ResponseIn<'_> {
    /// What follows the head, as one direction of a tunnel.
    pub(crate) fn into_body(self) -> Option<Incoming> {
        self.body
    }

    fn accept(
        &mut self,
        response: Response<RecvStream>,
        into: &mut ResponseHead,
    ) -> Result<(), ResponseFault> {
        let (parts, body) = response.into_parts();
        copy(&parts, into);
        let length = self
            .length_of(into, body.is_end_stream())
            .map_err(ResponseFault::Invalid)?;
        let pace = Pace {
            silence: self.call.idle,
            rate: 0,
        };
        self.body = Some(Incoming::new(body, length, pace, self.call.cap));
        Ok(())
    }

    fn length_of(&self, head: &ResponseHead, ended: bool) -> Result<Length, Invalid> {
        match http1::of_response(&head.fields, true, head.status, self.call.to_head)? {
            Length::UntilClose | Length::Chunked if ended => Ok(Length::Exact(0)),
            Length::UntilClose => Ok(Length::Chunked),
            Length::Exact(1..) if ended => Err(Invalid {
                section: "RFC 9113 §8.1.1",
                what: "Content-Length announces a body that is not there",
            }),
            length => Ok(length),
        }
    }

    fn poll_head(
        &mut self,
        cx: &mut Context<'_>,
        into: &mut ResponseHead,
    ) -> Poll<Result<(), ResponseFault>> {
        if let Some(fault) = self.call.fault.get() {
            return Poll::Ready(Err(fault));
        }
        let mut slot = self.call.response.borrow_mut();
        let Some(response) = slot.as_mut() else {
            // The half that sends is polled by the same task, and comes first.
            return Poll::Pending;
        };
        match response.poll_informational(cx) {
            Poll::Ready(Some(Ok(interim))) => {
                copy(&interim.into_parts().0, into);
                return Poll::Ready(Ok(()));
            }
            Poll::Ready(Some(Err(error))) => return Poll::Ready(Err(fault(&error))),
            Poll::Ready(None) | Poll::Pending => {}
        }
        match ready!(Pin::new(response).poll(cx)) {
            Ok(response) => {
                *slot = None;
                drop(slot);
                Poll::Ready(self.accept(response, into))
            }
            Err(error) => Poll::Ready(Err(fault(&error))),
        }
    }
}

fn copy(parts: &http::response::Parts, into: &mut ResponseHead) {
    into.status = parts.status.as_u16();
    into.fields.clear();
    load(&parts.headers, &mut into.fields);
}

/// How far the upstream got (RFC 9113 §8.7).
fn fault(error: &h2::Error) -> ResponseFault {
    if error.is_remote() && error.is_go_away() {
        // The library says so only of streams above the last one that is processed.
        return ResponseFault::NotProcessed;
    }
    if error.is_remote() && error.is_reset() {
        return if error.reason() == Some(Reason::REFUSED_STREAM) {
            ResponseFault::NotProcessed
        } else {
            ResponseFault::ClosedWithin
        };
    }
    if error.is_library() {
        return ResponseFault::Invalid(Invalid {
            section: "RFC 9113 §8.1.1",
            what: "the response is not proper HTTP/2",
        });
    }
    ResponseFault::ClosedUnanswered
}

impl Source for ResponseIn<'_> {
    fn length(&self) -> Length {
        self.body.as_ref().map_or(Length::None, Incoming::length)
    }

    fn take(&mut self) -> Result<Option<Piece<'_>>, BodyFault> {
        self.body
            .as_mut()
            .map_or(Ok(Some(Piece::End)), Incoming::take)
    }

    async fn fill(&mut self) -> Result<(), BodyFault> {
        match &mut self.body {
            Some(body) => body.fill().await,
            None => Ok(()),
        }
    }

    fn trailers(&self) -> Option<&Fields> {
        self.body.as_ref().and_then(Incoming::trailers)
    }

    fn is_ended(&self) -> bool {
        self.body.as_ref().is_none_or(Incoming::is_ended)
    }
}

impl ResponseSource for ResponseIn<'_> {
    async fn head(&mut self, into: &mut ResponseHead, wait: Duration) -> Result<(), ResponseFault> {
        let own = Instant::now() + wait;
        let deadline = self.call.cap.map_or(own, |cap| cap.min(own));
        std::future::poll_fn(|cx| {
            if let Poll::Ready(result) = self.poll_head(cx, into) {
                return Poll::Ready(result);
            }
            ready!(self.alarm.poll(cx, deadline));
            Poll::Ready(Err(ResponseFault::TimedOut))
        })
        .await
    }
}
