//! One attempt of one request on one target.

mod changed;
mod copy;
mod websocket;

use super::changing::{Changing, Sent};
use super::faults::{Failed, UpstreamFault, caller_fault};
use super::journal::{Journal, Traffic};
use super::message::{
    RequestLine, RequestSink, RequestSource, ResponseHead, ResponseSink, ResponseSource, Sink as _,
};
use super::relay::{Broken, Upload, download};
use crate::back::{self, ConnectFault};
use crate::connection::Caller;
use crate::gateway::{Core, CoreState};
use crate::http1::{self, Length};
use crate::http2;
use crate::io::Stream;
use crate::tunnel::Tunnel;
use crate::upstream::{FailureClass, Lease, Outcome};
use postern_model::entity::{Method, UpstreamProtocol};
use postern_model::id::EncodedId;
use postern_policy::Allowed;
use postern_policy::facts::Reading;
use postern_policy::fields::Known;
use postern_policy::forward::trace::Trace;
use postern_policy::head::{Head, Version};
use postern_policy::stages::upstream::Timeouts;
use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;
use tokio::time::Instant;

/// Interim responses taken before the final one.
const MOST_INTERIM: usize = 16;
/// A response's head is waited for without limit while the request is still on its way: that has
/// limits of its own.
const UPLOADING: Duration = Duration::from_hours(24);
/// How long an upstream that takes no more of a request may still answer it.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// An allowed request and everything around it.
#[derive(Debug)]
pub(crate) struct Exchange<'a> {
    pub(crate) core: &'a Rc<Core>,
    pub(crate) state: &'a Rc<CoreState>,
    pub(crate) caller: &'a Caller,
    pub(crate) head: &'a Head,
    pub(crate) allowed: Allowed<'a>,
    /// What its limits said before it took from them.
    pub(crate) readings: &'a [Reading],
    pub(crate) id: EncodedId,
    pub(crate) trace: Trace,
    /// When it was decided: Unix time in milliseconds.
    pub(super) now: i64,
    pub(crate) traffic: &'a Traffic,
    pub(super) timeouts: Timeouts,
    /// How long the caller may be silent within its body.
    pub(super) body_timeout: Duration,
    /// Policies that change the request or its answer.
    pub(super) changing: Option<Box<Changing<'a>>>,
}

/// What a request goes up on.
enum Back {
    Http1(Box<http1::Connection>),
    Http2(http2::Ticket),
}

impl Back {
    /// Whether it has served before.
    fn is_reused(&self) -> bool {
        match self {
            Self::Http1(connection) => connection.uses > 0,
            Self::Http2(ticket) => ticket.is_reused(),
        }
    }
}

/// How an attempt was answered.
#[derive(Debug)]
pub(crate) enum Passed {
    /// The response has been passed on to its end.
    Answered,
    /// Both sides speak WebSocket now.
    Tunnel(Tunnel),
    /// The gateway has answered itself.
    Own,
}

/// How an attempt ended without an answer.
#[derive(Debug)]
pub(crate) enum Ended {
    /// The caller's doing.
    Caller(Failed),
    /// The upstream's.
    Upstream(UpstreamFault),
    /// The response's status is one to try again, and trying again is allowed.
    Again(FailureClass),
}

/// Whether another attempt is allowed after a failure, given whether the body can be sent again
/// and whether the response has begun. Asking takes from the retry budget.
pub(crate) type MayRetry<'a> = dyn Fn(FailureClass, bool, bool) -> bool + 'a;

impl Exchange<'_> {
    /// Sends the request over a connection and passes the response on. `begun`: just now.
    pub(crate) async fn attempt<S: RequestSource>(
        &self,
        lease: &mut Lease,
        begun: std::time::Instant,
        upload: &mut Upload<'_, S>,
        sink: &mut impl ResponseSink,
        journal: &mut Journal<'_>,
        may_retry: &MayRetry<'_>,
    ) -> Result<Passed, Ended> {
        let back = self.back(lease, begun.into()).await?;
        let cap = self.timeouts.total.map(|total| Instant::now() + total);
        let gone = upload.source().proceed().await;
        gone.map_err(|fault| Ended::Caller(caller_fault(fault, self.body_timeout)))?;
        let mut over = Over {
            exchange: self,
            lease,
            reused: back.is_reused(),
            extended: self.allowed.websocket && matches!(back, Back::Http2(_)),
            key: self.fresh_key(&back),
            sink,
            journal,
            may_retry,
        };
        let method = self.allowed.method.as_str();
        match back {
            Back::Http1(mut connection) => {
                connection.link.cap(cap);
                let (mut out, mut input) = connection.exchange(method, self.timeouts.idle);
                let passed = over.run(&mut out, &mut input, upload).await;
                let reusable = out.is_ended() && input.is_reusable();
                match passed {
                    Ok(true) => Ok(Passed::Tunnel(Tunnel::Http1(connection))),
                    Ok(false) => {
                        let now = Instant::now();
                        journal.ended(now.into_std());
                        self.put_back(reusable, connection, lease, now);
                        Ok(Passed::Answered)
                    }
                    Err(ended) => {
                        out.abort();
                        Err(ended)
                    }
                }
            }
            Back::Http2(ticket) => {
                let received = ticket.received();
                let call = ticket.exchange(method, self.timeouts.idle, cap);
                let (mut out, mut input) = call.sides();
                let passed = over.run(&mut out, &mut input, upload).await;
                if matches!(passed, Err(Ended::Upstream(_))) && ticket.received() == received {
                    // Not a byte, not even for others: nobody may be there any more.
                    ticket.retire();
                }
                match passed {
                    Ok(false) => Ok(Passed::Answered),
                    Ok(true) => match input.into_body() {
                        Some(body) => {
                            let stream = call.into_tunnel(body, ticket);
                            Ok(Passed::Tunnel(Tunnel::Http2(Box::new(stream))))
                        }
                        None => Err(Ended::Caller(Failed::Cancelled)),
                    },
                    Err(ended) => {
                        out.abort();
                        Err(ended)
                    }
                }
            }
        }
    }

    /// What goes up in place of what came.
    pub(super) fn sent_instead(&self) -> Option<&Sent> {
        self.changing.as_ref()?.sent.as_ref()
    }

    /// A connection, or a place on one.
    async fn back(&self, lease: &Lease, now: Instant) -> Result<Back, Ended> {
        match lease.upstream().state().config.protocol {
            UpstreamProtocol::Http1 => self.connection(lease, now).await.map(Back::Http1),
            UpstreamProtocol::Http2 => {
                let ticket = self.place(lease).await?;
                if self.allowed.websocket {
                    self.check_tunnels(lease, &ticket).await?;
                }
                Ok(Back::Http2(ticket))
            }
        }
    }

    async fn connection(
        &self,
        lease: &Lease,
        now: Instant,
    ) -> Result<Box<http1::Connection>, Ended> {
        if let Some(pool) = self.state.pool(self.allowed.upstream, lease)
            && let Some(connection) = pool.take(now)
        {
            return Ok(connection);
        }
        let stream = self.connect(lease).await?;
        Ok(Box::new(http1::Connection::new(stream)))
    }

    async fn place(&self, lease: &Lease) -> Result<http2::Ticket, Ended> {
        let target = lease.target().name();
        let failed = |error: &str| {
            let fault = UpstreamFault::new(FailureClass::NotSent, target, error);
            Err(Ended::Upstream(fault))
        };
        let Some(pool) = self.state.pool(self.allowed.upstream, lease) else {
            return failed("there is no way to it");
        };
        if let Some(ticket) = pool.place() {
            return Ok(ticket);
        }
        let limit = self.timeouts.connect;
        let Ok(_turn) = tokio::time::timeout(limit, pool.opening()).await else {
            return Err(Ended::Upstream(UpstreamFault::connect(
                ConnectFault::timed_out(limit),
                target,
            )));
        };
        if let Some(ticket) = pool.place() {
            return Ok(ticket);
        }
        let stream = self.connect(lease).await?;
        match pool.share(stream).await {
            Ok(ticket) => Ok(ticket),
            Err(error) => failed(&error.to_string()),
        }
    }

    async fn connect(&self, lease: &Lease) -> Result<Stream, Ended> {
        let target = lease.target().name();
        let Some(dialer) = self.state.dialer(self.allowed.upstream) else {
            let error = "there is no way to it";
            return Err(Ended::Upstream(UpstreamFault::new(
                FailureClass::Connect,
                target,
                error,
            )));
        };
        back::connect(self.state.snapshot(), dialer, lease, self.timeouts.connect)
            .await
            .map_err(|fault| Ended::Upstream(UpstreamFault::connect(fault, target)))
    }

    fn put_back(
        &self,
        reusable: bool,
        connection: Box<http1::Connection>,
        lease: &Lease,
        now: Instant,
    ) {
        if reusable && let Some(pool) = self.state.pool(self.allowed.upstream, lease) {
            pool.put(connection, now);
        }
    }

    /// Writes the request's head.
    fn write_head(
        &self,
        lease: &Lease,
        out: &mut impl RequestSink,
        length: Length,
        key: Option<&str>,
    ) {
        let rules = &self.state.snapshot().rules;
        let mut target = self.core.scratch();
        match self.sent_instead() {
            Some(sent) => target.extend_from_slice(&sent.target),
            None => self
                .allowed
                .write_target(rules, self.head.query(), |piece| {
                    target.extend_from_slice(piece);
                }),
        }
        let plan = rules.upstream_plan(&self.allowed);
        out.begin(&RequestLine {
            method: self.allowed.method.as_str(),
            scheme: if rules.upstream(&self.allowed).tls.is_some() {
                "https"
            } else {
                "http"
            },
            authority: plan.host(lease.index(), self.head.authority()),
            target: &target,
            websocket: self.allowed.websocket,
        });
        self.core.give_back(target);
        self.forward_request(key, |name, value| out.field(name, value));
        out.end_head(length);
    }
}

/// An attempt under way.
struct Over<'a, 'e, 'j, K> {
    exchange: &'a Exchange<'e>,
    lease: &'a mut Lease,
    reused: bool,
    /// Whether the upstream is asked for a WebSocket by an extended CONNECT (RFC 8441 §5).
    extended: bool,
    /// Of a WebSocket that the caller asked for in that way, and the upstream is not.
    key: Option<String>,
    sink: &'a mut K,
    journal: &'a mut Journal<'j>,
    may_retry: &'a MayRetry<'a>,
}

impl<K: ResponseSink> Over<'_, '_, '_, K> {
    /// Whether both sides speak WebSocket now.
    async fn run<S: RequestSource>(
        &mut self,
        out: &mut impl RequestSink,
        input: &mut impl ResponseSource,
        upload: &mut Upload<'_, S>,
    ) -> Result<bool, Ended> {
        let length = upload.length();
        let key = self.key.as_deref();
        self.exchange.write_head(self.lease, out, length, key);
        self.journal.sent_on();
        if upload.is_replaced() || upload.source().is_small() || upload.source().is_ended() {
            self.in_turn(out, input, upload).await
        } else {
            self.at_once(out, input, upload).await
        }
    }

    /// First the whole request, then the response: for what fits in one go.
    async fn in_turn<S: RequestSource>(
        &mut self,
        out: &mut impl RequestSink,
        input: &mut impl ResponseSource,
        upload: &mut Upload<'_, S>,
    ) -> Result<bool, Ended> {
        let mut wait = self.exchange.timeouts.first_byte;
        let sent = if self.extended {
            // What follows goes through the tunnel.
            out.flush().await.map_err(Broken::Sink)
        } else {
            upload.run(out).await
        };
        match sent {
            Ok(()) => {}
            Err(Broken::Source(fault)) => {
                return Err(Ended::Caller(caller_fault(
                    fault,
                    self.exchange.body_timeout,
                )));
            }
            Err(Broken::Sink(_)) => wait = LAST_WORDS,
        }
        let mut head = self.exchange.core.lend_head();
        let replayable = upload.is_replayable();
        let source = upload.source();
        for _ in 0..MOST_INTERIM {
            let came = tokio::select! {
                biased;
                came = input.head(&mut head, wait) => came,
                () = source.gone() => return Err(Ended::Caller(Failed::Cancelled)),
            };
            came.map_err(|fault| {
                let first_byte = self.exchange.timeouts.first_byte;
                Ended::Upstream(UpstreamFault::head(
                    fault,
                    self.lease.target().name(),
                    self.reused,
                    first_byte,
                ))
            })?;
            if self.interim(&head).await? {
                continue;
            }
            let switches = if self.extended {
                (200..300).contains(&head.status)
            } else {
                head.status == 101
            };
            if switches {
                return self.switch(&mut head).await.map(|()| true);
            }
            if self.extended && head.status == 101 {
                return Err(self.invalid("101 Switching Protocols does not exist in HTTP/2"));
            }
            if self.key.is_some() && (200..300).contains(&head.status) {
                // Over HTTP/2 the caller would take it for a tunnel.
                return Err(self.invalid("it answered a WebSocket handshake without switching"));
            }
            self.settle(&head, replayable)?;
            let passed = tokio::select! {
                biased;
                passed = self.answer(&head, input) => passed?,
                () = source.gone() => return Err(Ended::Caller(Failed::Cancelled)),
            };
            return self.passed(passed).map(|()| false);
        }
        Err(self.invalid("there are too many interim responses"))
    }

    /// The request and the response at the same time: for streams, and for upstreams that answer
    /// before they have read everything.
    async fn at_once<S: RequestSource>(
        &mut self,
        out: &mut impl RequestSink,
        input: &mut impl ResponseSource,
        upload: &mut Upload<'_, S>,
    ) -> Result<bool, Ended> {
        let mut head = self.exchange.core.lend_head();
        let mut interim = 0;
        let sent = Cell::new(None);
        let first_byte = self.exchange.timeouts.first_byte;
        let body_timeout = self.exchange.body_timeout;
        let head_fault = |this: &Self, fault| {
            Ended::Upstream(UpstreamFault::head(
                fault,
                this.lease.target().name(),
                this.reused,
                first_byte,
            ))
        };
        {
            let mut uploading = pin!(upload.run_and_watch(out, &sent));
            loop {
                let known = sent.get().is_some();
                let wait = match sent.get() {
                    None => UPLOADING,
                    Some(Ok(())) => first_byte,
                    Some(Err(_)) => LAST_WORDS,
                };
                tokio::select! {
                    biased;
                    fault = &mut uploading => {
                        return Err(Ended::Caller(caller_fault(fault, body_timeout)));
                    }
                    // Polled after the half that sets it, in the same task.
                    () = poll_fn(|_| match sent.get() {
                        Some(_) if !known => Poll::Ready(()),
                        _ => Poll::Pending,
                    }) => continue,
                    came = input.head(&mut head, wait) => came.map_err(|f| head_fault(self, f))?,
                }
                if !self.interim(&head).await? {
                    break;
                }
                interim += 1;
                if interim > MOST_INTERIM {
                    return Err(self.invalid("there are too many interim responses"));
                }
            }
            if head.status == 101 {
                return Err(self.invalid("it switched protocols unasked"));
            }
            if sent.get().is_none() {
                // What is left of the request may never be read.
                self.sink.close();
            }
            self.settle(&head, false)?;
            let passed = {
                let answering = pin!(self.answer(&head, input));
                tokio::select! {
                    biased;
                    passed = answering => passed?,
                    fault = &mut uploading => {
                        return Err(Ended::Caller(caller_fault(fault, body_timeout)));
                    }
                }
            };
            self.passed(passed)?;
        }
        Ok(false)
    }

    /// Passes an interim response on; says whether it was one.
    async fn interim(&mut self, head: &ResponseHead) -> Result<bool, Ended> {
        if !(100..200).contains(&head.status) || head.status == 101 {
            return Ok(false);
        }
        // `100 Continue` was for us; whoever speaks HTTP/1.0 knows none of them.
        if head.status != 100 && self.exchange.head.version != Version::Http10 {
            self.sink.begin(head.status);
            let sink = &mut *self.sink;
            self.exchange
                .forward_interim(head, |name, value| sink.field(name, value));
            self.sink.end_head(Length::None);
            let sent = self.sink.flush().await;
            sent.map_err(|_| Ended::Caller(Failed::Cancelled))?;
        }
        Ok(true)
    }

    /// Whether the response is the final one: its status is not one to try again.
    fn settle(&mut self, head: &ResponseHead, replayable: bool) -> Result<(), Ended> {
        let now = std::time::Instant::now();
        self.lease.report(Outcome::of_status(head.status), now);
        let statuses = &self.lease.upstream().state().config.retry.statuses;
        let class = FailureClass::Status(head.status);
        if statuses.contains(&head.status) && (self.may_retry)(class, replayable, false) {
            return Err(Ended::Again(class));
        }
        Ok(())
    }

    /// Begins the final response, and passes its body on.
    async fn answer(
        &mut self,
        head: &ResponseHead,
        input: &mut impl ResponseSource,
    ) -> Result<Result<(), Broken>, Ended> {
        let exchange = self.exchange;
        if let Some(changing) = &exchange.changing {
            // Boxed, so that requests do not grow by what few of them need.
            return Box::pin(self.changed(changing, head, input)).await;
        }
        self.begin(head, input);
        Ok(download(input, self.sink, exchange.traffic).await)
    }

    /// Begins the final response.
    fn begin(&mut self, head: &ResponseHead, input: &impl ResponseSource) {
        self.responded(head);
        self.sink.begin(head.status);
        let sink = &mut *self.sink;
        self.exchange
            .forward_response(head, |name, value| sink.field(name, value));
        let bodiless = self.exchange.allowed.method == Method::Head || head.status == 304;
        if bodiless && let Some(length) = head.fields.get(Known::ContentLength) {
            // What a GET would have brought.
            self.sink.field(b"content-length", length);
        }
        self.sink.end_head(input.length());
    }

    fn passed(&mut self, passed: Result<(), Broken>) -> Result<(), Ended> {
        match passed {
            Ok(()) => Ok(()),
            Err(Broken::Sink(_)) => Err(Ended::Caller(Failed::Cancelled)),
            Err(Broken::Source(fault)) => {
                let idle = self.exchange.timeouts.idle;
                let fault = UpstreamFault::body(fault, self.lease.target().name(), idle);
                self.lease
                    .report(Outcome::Failure(fault.class), std::time::Instant::now());
                Err(Ended::Upstream(fault))
            }
        }
    }

    fn invalid(&self, what: &'static str) -> Ended {
        Ended::Upstream(UpstreamFault::new(
            FailureClass::ResponseInvalid,
            self.lease.target().name(),
            what,
        ))
    }
}
