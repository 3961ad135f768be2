//! The caller's side of one request over HTTP/2.

use super::head;
use super::incoming::Incoming;
use super::outgoing::{Draft, GATHER, Outlet, trailing};
use super::serve::Session;
use crate::exchange::{
    self, BodyFault, Piece, RequestSource, ResponseSink, Sink, SinkFault, Source,
};
use crate::http1::{LINGER, LINGER_BYTES, LINGER_SILENCE, Length, Pace};
use crate::tunnel::{End, Inflow, Outflow, SILENCE, STUCK};
use bytes::{Bytes, BytesMut};
use h2::server::SendResponse;
use h2::{Reason, RecvStream};
use http::header::{CONTENT_LENGTH, HeaderValue};
use http::{Request, Response, StatusCode};
use postern_policy::fields::{Fields, Known};
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

/// A body of at most so many bytes that is here already goes up in one go.
const SMALL_BODY: usize = 16 << 10;

/// Serves one request.
pub(super) async fn serve(
    session: Rc<Session>,
    request: Request<RecvStream>,
    respond: SendResponse<Bytes>,
) {
    let ending = Ending::of(&session);
    let core = &session.core;
    let _woken = poll_fn(|cx| Poll::Ready(core.wake_to_drain(cx.waker()))).await;
    let state = core.state();
    let timeouts = &state.configuration().timeouts;
    let mut head = session.head();
    let (parts, body) = request.into_parts();
    let limits = &state.configuration().limits;
    let read = head::read(&parts, body.is_end_stream(), limits, &mut head);
    drop(parts);
    let tunnel = head.protocol.is_some();
    let reply = Reply {
        respond: RefCell::new(respond),
        outlet: Outlet::new(if tunnel { STUCK } else { timeouts.body }, None),
        given_up: Cell::new(false),
    };
    let mut sink = Answer::new(&reply);
    let pace = if tunnel {
        Pace {
            silence: SILENCE,
            rate: 0,
        }
    } else {
        Pace {
            silence: timeouts.body,
            rate: timeouts.body_rate,
        }
    };
    let length = *read.as_ref().unwrap_or(&Length::Chunked);
    let mut source = Upload {
        body: Incoming::new(body, length, pace, None),
        small: false,
        tunnel,
        expects: head
            .get(Known::Expect)
            .is_some_and(|v| v.eq_ignore_ascii_case(b"100-continue")),
        reply: &reply,
    };
    source.small = tunnel || source.body.here().is_some_and(|n| n <= SMALL_BODY);
    let tunnel_end = match read {
        Ok(_) => exchange::run(core, &state, &session.caller, &head, &mut source, &mut sink).await,
        Err(denial) => {
            exchange::refuse_unread(core, &state, &session.caller, &head, denial, &mut sink).await;
            None
        }
    };
    if tunnel_end == Some(End::GivenUp) {
        reply.given_up.set(true);
    }
    // Whoever cannot be told at once to stop goes on sending, and may read the answer only then.
    let _ = tokio::time::timeout(LINGER, source.linger()).await;
    session.give_back(head);
    ending.given_up.set(reply.given_up.get());
}

/// Tells the session that a request has ended, however it did.
struct Ending {
    session: Rc<Session>,
    given_up: Cell<bool>,
}

impl Ending {
    fn of(session: &Rc<Session>) -> Self {
        session.begin();
        Self {
            session: session.clone(),
            given_up: Cell::new(false),
        }
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.session.end(self.given_up.get());
    }
}

/// The response's stream, for both halves of the exchange.
struct Reply {
    respond: RefCell<SendResponse<Bytes>>,
    outlet: Outlet,
    /// Whether the caller has reset the stream.
    given_up: Cell<bool>,
}

impl Reply {
    fn reset(&self, reason: Reason) {
        self.respond.borrow_mut().send_reset(reason);
    }
}

/// The caller's body.
struct Upload<'a> {
    body: Incoming,
    small: bool,
    /// Whether it is no body but what goes through a tunnel that may be agreed on (RFC 8441 §5).
    tunnel: bool,
    /// Whether the caller waits for `100 Continue`.
    expects: bool,
    reply: &'a Reply,
}

impl Upload<'_> {
    fn note<T>(&self, result: Result<T, BodyFault>) -> Result<T, BodyFault> {
        if matches!(result, Err(BodyFault::ClosedEarly)) {
            self.reply.given_up.set(true);
        }
        result
    }
}

impl Upload<'_> {
    /// Takes what still comes of a body that nobody wants: a stream that is dropped is reset, and
    /// the response with it where it has not been sent yet.
    async fn linger(&mut self) {
        let mut left = LINGER_BYTES;
        loop {
            match self.body.take() {
                Ok(Some(Piece::Data(piece))) if piece.len() <= left => left -= piece.len(),
                Ok(None) => match tokio::time::timeout(LINGER_SILENCE, self.body.fill()).await {
                    Ok(Ok(())) => {}
                    _ => return,
                },
                _ => return,
            }
        }
    }
}

impl Source for Upload<'_> {
    fn length(&self) -> Length {
        self.body.length()
    }

    fn take(&mut self) -> Result<Option<Piece<'_>>, BodyFault> {
        if self.tunnel {
            return Ok(Some(Piece::End));
        }
        self.body.take()
    }

    async fn fill(&mut self) -> Result<(), BodyFault> {
        let filled = self.body.fill().await;
        self.note(filled)
    }

    fn trailers(&self) -> Option<&Fields> {
        self.body.trailers()
    }

    fn is_ended(&self) -> bool {
        self.tunnel || self.body.is_ended()
    }
}

impl RequestSource for Upload<'_> {
    fn is_small(&self) -> bool {
        self.small
    }

    async fn proceed(&mut self) -> Result<(), BodyFault> {
        if !std::mem::take(&mut self.expects) || self.body.here().is_some() {
            return Ok(());
        }
        let mut response = Response::new(());
        *response.status_mut() = StatusCode::CONTINUE;
        let mut respond = self.reply.respond.borrow_mut();
        let sent = respond.send_informational(response);
        sent.map_err(|_| BodyFault::ClosedEarly)
    }

    fn inflow(&mut self) -> Inflow<'_> {
        Inflow::Stream(&mut self.body)
    }

    async fn gone(&mut self) {
        poll_fn(|cx| {
            if let Some(polled) = self.reply.outlet.poll_reset(cx) {
                return polled;
            }
            let mut respond = self.reply.respond.borrow_mut();
            respond.poll_reset(cx).map(|_| ())
        })
        .await;
        self.reply.given_up.set(true);
    }
}

/// The response to the caller.
struct Answer<'a> {
    reply: &'a Reply,
    status: StatusCode,
    /// The head, until it is sent.
    draft: Option<Draft>,
    data: BytesMut,
    started: bool,
}

impl<'a> Answer<'a> {
    fn new(reply: &'a Reply) -> Self {
        Self {
            reply,
            status: StatusCode::OK,
            draft: None,
            data: BytesMut::new(),
            started: false,
        }
    }

    /// Sends the head if that was not done yet; `end` says that nothing follows.
    fn head(&mut self, end: bool) -> Result<(), SinkFault> {
        let Some(draft) = self.draft.take() else {
            return Ok(());
        };
        let mut response = Response::new(());
        *response.status_mut() = self.status;
        *response.headers_mut() = draft.fields;
        let mut respond = self.reply.respond.borrow_mut();
        if self.status.is_informational() {
            let sent = respond.send_informational(response);
            return sent.map_err(|_| SinkFault::Gone);
        }
        self.started = true;
        let stream = respond
            .send_response(response, end)
            .map_err(|_| SinkFault::Gone)?;
        self.reply.outlet.open(stream);
        Ok(())
    }

    async fn push(&mut self, end: bool) -> Result<(), SinkFault> {
        let data = self.data.split().freeze();
        self.reply.outlet.send(data, end).await
    }
}

impl Sink for Answer<'_> {
    fn field(&mut self, name: &[u8], value: &[u8]) {
        if let Some(draft) = &mut self.draft {
            draft.field(name, value);
        }
    }

    fn end_head(&mut self, length: Length) {
        // An empty body ends with the head, which says so.
        if let (Length::Exact(length @ 1..), Some(draft)) = (length, &mut self.draft) {
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
        trailers.map_or(Ok(()), |trailers| self.reply.outlet.trail(trailers))
    }

    fn abort(&mut self) {
        self.draft = None;
        self.data.clear();
        self.reply.reset(Reason::INTERNAL_ERROR);
    }
}

impl ResponseSink for Answer<'_> {
    fn begin(&mut self, status: u16) {
        self.status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
        self.draft = Some(Draft::new());
    }

    /// Other requests share the connection, which frames keep apart: it stays.
    fn close(&mut self) {}

    fn outflow(&self) -> Outflow<'_> {
        Outflow::Stream(&self.reply.outlet)
    }

    fn is_started(&self) -> bool {
        self.started
    }
}
