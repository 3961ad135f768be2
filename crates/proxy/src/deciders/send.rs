//! One question on its way, and its answer: over a connection that is kept, or a new one.

use crate::back::{self, TargetPool};
use crate::exchange::{
    BodyFault, Piece, RequestLine, RequestSink, ResponseFault, ResponseHead, ResponseSource,
};
use crate::gateway::{Dialer, Snapshot};
use crate::http1::{self, Length};
use crate::http2;
use crate::upstream::{CoreUpstream, Denied, FailureClass, Lease, Outcome, Tried};
use postern_model::entity::UpstreamProtocol;
use postern_policy::fields::Fields;
use std::fmt::Write as _;
use std::rc::Rc;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Interim responses taken before the final one.
const MOST_INTERIM: usize = 8;

/// How to reach a decider.
#[derive(Debug)]
pub(super) struct Way<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) upstream: Option<&'a Rc<CoreUpstream>>,
    pub(super) pool: Option<&'a Rc<TargetPool>>,
    pub(super) dialer: Option<&'a Dialer>,
}

/// A request to a decider.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) method: &'static str,
    /// Path and query.
    pub(super) target: Vec<u8>,
    /// What `Host` says; `None`: the decider's own.
    pub(super) authority: Option<String>,
    pub(super) fields: Vec<(Vec<u8>, Vec<u8>)>,
    pub(super) body: Option<Vec<u8>>,
}

impl Outgoing {
    pub(super) fn new(method: &'static str, target: impl Into<Vec<u8>>) -> Self {
        Self {
            method,
            target: target.into(),
            authority: None,
            fields: Vec::new(),
            body: None,
        }
    }

    pub(super) fn field(&mut self, name: &str, value: impl AsRef<[u8]>) {
        let (name, value) = (name.as_bytes().to_vec(), value.as_ref().to_vec());
        self.fields.push((name, value));
    }
}

/// An answer.
#[derive(Debug, Default)]
pub(super) struct Incoming {
    pub(super) status: u16,
    pub(super) fields: Fields,
    pub(super) body: Vec<u8>,
    /// The fields after the body.
    pub(super) trailers: Fields,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) class: FailureClass,
    pub(super) error: String,
}

impl Fault {
    fn new(class: FailureClass, error: impl Into<String>) -> Self {
        let error = error.into();
        Self { class, error }
    }
}

/// What is judged of an answer, and a fault where that is none that counts.
pub(super) type Judged<T> = Result<T, String>;

impl Way<'_> {
    /// Sends a request and reads its answer, of which `judge` says what it is worth: one that counts
    /// for nothing is a failure of the decider like any other.
    pub(super) async fn ask<T>(
        &self,
        outgoing: &Outgoing,
        most: usize,
        timeout: Duration,
        judge: impl FnOnce(&Incoming) -> Judged<T>,
    ) -> Result<T, String> {
        let (Some(upstream), Some(pool), Some(dialer)) = (self.upstream, self.pool, self.dialer)
        else {
            return Err("there is no way to it".to_owned());
        };
        let deadline = Instant::now() + timeout;
        let lease = upstream
            .acquire(std::time::Instant::now(), None, &Tried::NONE)
            .map_err(|denied| unleased(&denied))?;
        let over = Over {
            way: self,
            pool,
            dialer,
            outgoing,
            most,
            timeout,
            deadline,
        };
        let done = timeout_at(deadline, over.run(&lease)).await;
        let done =
            done.unwrap_or_else(|_| Err(Fault::new(FailureClass::FirstByteTimeout, late(timeout))));
        let judged = done.and_then(|incoming| {
            judge(&incoming).map_err(|error| Fault::new(FailureClass::ResponseInvalid, error))
        });
        let outcome = match &judged {
            Ok(_) => Outcome::Success,
            Err(fault) => Outcome::Failure(fault.class),
        };
        lease.finish(outcome, std::time::Instant::now());
        judged.map_err(|fault| fault.error)
    }
}

/// Why nobody is asked.
fn unleased(denied: &Denied) -> String {
    match denied {
        Denied::CircuitOpen { open_for, .. } => {
            let seconds = open_for.as_secs();
            format!("it failed too often, and has been left alone for {seconds} s")
        }
        Denied::TooManyInFlight { limit } => format!("{limit} questions are under way already"),
        Denied::NotReady { targets } | Denied::NoHealthyTarget { targets } => {
            let mut error = String::new();
            for (target, why) in targets {
                // Writing to a String cannot fail.
                let _ = write!(error, "{target}: {why}");
            }
            error
        }
    }
}

/// A question that is being put.
struct Over<'a> {
    way: &'a Way<'a>,
    pool: &'a Rc<TargetPool>,
    dialer: &'a Dialer,
    outgoing: &'a Outgoing,
    most: usize,
    timeout: Duration,
    deadline: Instant,
}

impl Over<'_> {
    async fn run(&self, lease: &Lease) -> Result<Incoming, Fault> {
        match lease.upstream().state().config.protocol {
            UpstreamProtocol::Http1 => self.http1(lease).await,
            UpstreamProtocol::Http2 => self.http2(lease).await,
        }
    }

    async fn http1(&self, lease: &Lease) -> Result<Incoming, Fault> {
        while let Some(connection) = self.pool.take(Instant::now()) {
            match self.over_http1(connection, lease).await {
                // A question changes nothing: it may be put again where a connection that was kept
                // turns out to be closed.
                Err(fault) if fault.class == FailureClass::IdleClosed => {}
                done => return done,
            }
        }
        let stream = self.connect(lease).await?;
        let connection = Box::new(http1::Connection::new(stream));
        self.over_http1(connection, lease).await
    }

    async fn over_http1(
        &self,
        mut connection: Box<http1::Connection>,
        lease: &Lease,
    ) -> Result<Incoming, Fault> {
        let reused = connection.uses > 0;
        let (mut out, mut input) = connection.exchange(self.outgoing.method, self.patience());
        let incoming = self.exchange(&mut out, &mut input, lease, reused).await?;
        if out.is_ended() && input.is_reusable() {
            self.pool.put(connection, Instant::now());
        }
        Ok(incoming)
    }

    /// How long each wait may last. The whole has an end of its own, which comes before.
    fn patience(&self) -> Duration {
        self.timeout * 2
    }

    async fn http2(&self, lease: &Lease) -> Result<Incoming, Fault> {
        let ticket = self.place(lease).await?;
        let received = ticket.received();
        let call = ticket.exchange(self.outgoing.method, self.patience(), None);
        let (mut out, mut input) = call.sides();
        let done = self.exchange(&mut out, &mut input, lease, false).await;
        if done.is_err() {
            crate::exchange::Sink::abort(&mut out);
            if ticket.received() == received {
                // Not a byte, not even for others: nobody may be there any more.
                ticket.retire();
            }
        }
        done
    }

    async fn place(&self, lease: &Lease) -> Result<http2::Ticket, Fault> {
        if let Some(ticket) = self.pool.place() {
            return Ok(ticket);
        }
        let _turn = self.pool.opening().await;
        if let Some(ticket) = self.pool.place() {
            return Ok(ticket);
        }
        let stream = self.connect(lease).await?;
        let shared = self.pool.share(stream).await;
        shared.map_err(|error| Fault::new(FailureClass::Connect, error.to_string()))
    }

    async fn connect(&self, lease: &Lease) -> Result<crate::io::Stream, Fault> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        let connected = back::connect(self.way.snapshot, self.dialer, lease, left).await;
        connected.map_err(|fault| Fault::new(fault.class, fault.error))
    }

    /// Writes the request, and reads the answer to its end.
    async fn exchange(
        &self,
        out: &mut impl RequestSink,
        input: &mut impl ResponseSource,
        lease: &Lease,
        reused: bool,
    ) -> Result<Incoming, Fault> {
        let asked = self.outgoing;
        let tls = self.dialer.tls.is_some();
        let own = own_authority(lease, tls);
        out.begin(&RequestLine {
            method: asked.method,
            scheme: if tls { "https" } else { "http" },
            authority: asked.authority.as_deref().unwrap_or(&own).as_bytes(),
            target: &asked.target,
            websocket: false,
        });
        for (name, value) in &asked.fields {
            out.field(name, value);
        }
        let length = asked.body.as_ref().map(|body| body.len() as u64);
        out.end_head(length.map_or(Length::None, Length::Exact));
        let gone = if reused {
            FailureClass::IdleClosed
        } else {
            FailureClass::ClosedEarly
        };
        let sent = async {
            if let Some(body) = &asked.body {
                out.data(body).await?;
            }
            out.end(None).await
        };
        // One that answers before it has read everything may close; what it said still counts.
        let unsent = sent.await.is_err();
        let mut head = ResponseHead::default();
        for _ in 0..MOST_INTERIM {
            let came = input.head(&mut head, self.patience()).await;
            came.map_err(|fault| headless(fault, gone, unsent))?;
            if head.status < 200 && head.status != 101 {
                continue;
            }
            if head.status == 101 {
                return Err(invalid("it switched protocols unasked"));
            }
            let mut incoming = Incoming {
                status: head.status,
                fields: std::mem::take(&mut head.fields),
                ..Incoming::default()
            };
            self.read(input, &mut incoming).await?;
            return Ok(incoming);
        }
        Err(invalid("it sends too many interim responses"))
    }

    async fn read(
        &self,
        input: &mut impl ResponseSource,
        incoming: &mut Incoming,
    ) -> Result<(), Fault> {
        loop {
            match input.take().map_err(bodiless)? {
                Some(Piece::Data(piece)) => {
                    if incoming.body.len() + piece.len() > self.most {
                        let most = self.most;
                        return Err(invalid(format!("its answer is larger than {most} bytes")));
                    }
                    incoming.body.extend_from_slice(piece);
                }
                Some(Piece::End) => break,
                None => input.fill().await.map_err(bodiless)?,
            }
        }
        if let Some(trailers) = input.trailers() {
            for field in trailers.iter() {
                incoming.trailers.push(field.name, field.value);
            }
        }
        Ok(())
    }
}

fn invalid(error: impl Into<String>) -> Fault {
    Fault::new(FailureClass::ResponseInvalid, error)
}

fn headless(fault: ResponseFault, gone: FailureClass, unsent: bool) -> Fault {
    match fault {
        ResponseFault::ClosedUnanswered | ResponseFault::NotProcessed => {
            Fault::new(gone, "it closed the connection without an answer")
        }
        ResponseFault::ClosedWithin => Fault::new(
            FailureClass::ClosedEarly,
            "it closed the connection within its answer",
        ),
        ResponseFault::Invalid(what) => invalid(format!(
            "its answer is not proper HTTP: {} ({})",
            what.what, what.section
        )),
        ResponseFault::TooLarge => invalid("the head of its answer is too large"),
        ResponseFault::TimedOut if unsent => {
            Fault::new(gone, "it took no more of what it was asked")
        }
        ResponseFault::TimedOut => Fault::new(FailureClass::FirstByteTimeout, "it did not answer"),
    }
}

fn bodiless(fault: BodyFault) -> Fault {
    match fault {
        BodyFault::Invalid(what) => invalid(format!(
            "its answer is not proper HTTP: {} ({})",
            what.what, what.section
        )),
        BodyFault::TooSlow => Fault::new(FailureClass::BodyTimeout, "its answer came too slowly"),
        BodyFault::TooLarge { limit, .. } => {
            invalid(format!("its answer is larger than {limit} bytes"))
        }
        BodyFault::ClosedEarly => Fault::new(
            FailureClass::BodyCut,
            "it closed the connection within its answer",
        ),
    }
}

/// Its host, and its port unless that is the scheme's own.
fn own_authority(lease: &Lease, tls: bool) -> String {
    let name = lease.target().name();
    let implied = if tls { ":443" } else { ":80" };
    name.strip_suffix(implied).unwrap_or(name).to_owned()
}

/// What is said of one that took too long.
pub(super) fn late(timeout: Duration) -> String {
    format!("it did not answer in {} ms", timeout.as_millis())
}
