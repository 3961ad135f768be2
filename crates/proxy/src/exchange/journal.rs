//! What is noted about one request while it lives: counted when it is over, and offered to whoever
//! wants records.

mod copied;
mod offer;
#[cfg(test)]
mod tests;

pub(super) use copied::Copied;

use super::changing::Changes;
use super::decide::Passes;
use super::message::ResponseHead;
use super::standing::{Standings, standings};
use crate::connection::Caller;
use crate::gateway::{Core, CoreState};
use crate::metrics::{Finished, OperationId, UpstreamFailure, UpstreamId};
use crate::record::Outcome;
use crate::refusal::Refusal;
use crate::upstream::{FailureClass, Lease};
use copied::Beginning;
use postern_calllog::Place;
use postern_model::entity::{Capture, Name, Recorded as Kept, Service};
use postern_model::id::EncodedId;
use postern_model::{Code, Denial, RequestId};
use postern_policy::cors::Grant;
use postern_policy::facts::{Facts as _, Readings};
use postern_policy::fields::{Fields, Known};
use postern_policy::forward;
use postern_policy::forward::trace::Trace;
use postern_policy::head::Head;
use postern_policy::nonce;
use postern_policy::policies::LimitUses;
use postern_policy::router::Route;
use postern_policy::stages::response::attribution;
use postern_policy::{Allowed, Identity, Live, Recorded, Snapshot, Walk};
use std::borrow::Cow;
use std::cell::Cell;
use std::net::IpAddr;
use std::time::Instant;

/// Bytes of bodies and of tunnels, counted where they pass.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    /// From the caller.
    pub(crate) received: Cell<u64>,
    /// To the caller.
    pub(crate) sent: Cell<u64>,
    /// How the request's body begins, where that is kept.
    pub(super) request: Beginning,
    /// How the upstream's answer begins, where that is kept.
    pub(super) response: Beginning,
}

/// How much is kept of an upstream's own refusal, bytes.
pub(super) const ORIGIN: usize = 8 << 10;

impl Traffic {
    /// A piece of a request from the caller.
    pub(super) fn take(&self, piece: &[u8]) {
        count(&self.received, piece.len());
        self.request.pass(piece);
    }

    /// A piece of a response on its way to the caller.
    pub(super) fn pass(&self, piece: &[u8]) {
        count(&self.sent, piece.len());
        self.response.pass(piece);
    }
}

/// Adds to a count of bytes.
pub(super) fn count(counter: &Cell<u64>, bytes: usize) {
    counter.set(counter.get() + bytes as u64);
}

/// What the stages found out about a request that they refused.
#[derive(Debug)]
pub(super) struct Walked {
    route: Option<Route>,
    service: Option<usize>,
    /// Whose policy says what browsers are told.
    told_by: Option<Route>,
    pub(super) client: Option<IpAddr>,
    client_request_id: Option<Box<str>>,
    pub(super) host: Box<str>,
    pub(super) path: Option<Box<str>>,
    /// The path without parameters that are not to be kept.
    pub(super) recorded_path: Option<Name>,
    pub(super) environment: Option<Name>,
    /// Who called, if that was proved.
    pub(super) identity: Option<Identity>,
    limits: LimitUses,
    readings: Readings,
    /// What it takes to decide it again, where that is kept.
    pub(super) facts: Option<Recorded>,
    /// What policies in shadow mode would have refused before.
    shadow: Box<[Denial]>,
}

/// Notes about one request. It ends when it is dropped, so that what is abandoned half-way is
/// counted and recorded too.
#[derive(Debug)]
pub(crate) struct Journal<'a> {
    core: &'a Core,
    state: &'a CoreState,
    caller: &'a Caller,
    head: &'a Head,
    traffic: &'a Traffic,
    begun: Instant,
    /// When it was over; `None`: when these notes are dropped.
    ended: Option<Instant>,
    id: RequestId,
    /// Of the directory that was decided by.
    sequence: u64,
    trace: Trace,
    passes: Option<Passes<'a>>,
    walked: Option<Box<Walked>>,
    /// The last target, by position in its upstream.
    target: usize,
    attempts: u32,
    status: u16,
    /// Until somebody says more, the caller has left.
    outcome: Outcome,
    denial: Option<Box<Denial>>,
    /// What the caller of a refused request was told, as JSON.
    projection: Option<Vec<u8>>,
    /// What becomes of its row, and of which refusal that was said.
    place: (Place, Option<Code>),
    is_whole: bool,
    /// The upstream was sent a head.
    is_sent: bool,
    /// By which its service has it copied.
    capture: Option<&'a Capture>,
    copied: Option<Box<Copied>>,
    /// What policies changed and hid.
    changes: Option<Box<Changes>>,
}

impl<'a> Journal<'a> {
    /// Begins with what the head tells. `begun`: when its first byte came.
    pub(super) fn begin(
        core: &'a Core,
        state: &'a CoreState,
        caller: &'a Caller,
        head: &'a Head,
        traffic: &'a Traffic,
        begun: Option<Instant>,
    ) -> Self {
        core.metrics.started();
        let random = || (u128::from(core.random()) << 64) | u128::from(core.random());
        Self {
            core,
            state,
            caller,
            head,
            traffic,
            begun: begun.unwrap_or_else(Instant::now),
            ended: None,
            id: core.new_id(),
            sequence: 0,
            trace: Trace::new(
                head.fields.all(Known::Traceparent),
                random(),
                core.random(),
                core.shared.sinks.trace(),
            ),
            passes: None,
            walked: None,
            target: 0,
            attempts: 0,
            status: 0,
            outcome: Outcome::Cancelled,
            denial: None,
            projection: None,
            place: (Place::Row, None),
            is_whole: false,
            is_sent: false,
            capture: None,
            copied: None,
            changes: None,
        }
    }

    /// By which state of the directory it was decided.
    pub(super) const fn decided_by(&mut self, sequence: u64) {
        self.sequence = sequence;
    }

    /// The request's id, as it is written.
    pub(super) fn id(&self) -> EncodedId {
        self.id.encode()
    }

    /// A link under which its refusal can be read without credentials, path and query.
    pub(super) fn help(&self) -> Option<String> {
        let requests = self.core.shared.requests.as_ref()?;
        Some(requests.links.sign(self.id, self.now().div_euclid(1000)))
    }

    /// A nonce for a proof of possession.
    pub(super) fn nonce(&self) -> String {
        nonce::issue(&self.core.shared.keyer, self.now().div_euclid(1000))
    }

    /// When it came in: Unix time in milliseconds.
    pub(super) fn now(&self) -> i64 {
        i64::try_from(self.id.millis()).unwrap_or(i64::MAX)
    }

    /// Its place in a trace.
    pub(super) const fn trace(&self) -> Trace {
        self.trace
    }

    /// Where bytes of the response's body are counted.
    pub(super) const fn sent(&self) -> &'a Cell<u64> {
        &self.traffic.sent
    }

    /// It may pass.
    pub(super) const fn allowed(&mut self, passes: &Passes<'a>) {
        self.passes = Some(*passes);
    }

    /// It is refused: says what becomes of its row before anything is made for it.
    pub(super) fn refusing(&mut self, denial: &Denial, walk: &Walk) {
        if let Some(producer) = &self.core.producer
            && self.is_recorded()
        {
            let client = walk.client().map(|client| client.address);
            let address = client.unwrap_or_else(|| self.caller.facts.peer.ip());
            let place = producer.place(self.id, denial.code, address);
            self.place = (place, Some(denial.code));
        }
    }

    /// What becomes of its row.
    fn place(&self) -> Place {
        match self.place {
            // It was to be refused for one reason, and was for another.
            (_, code) if code != self.code() => Place::Row,
            (place, _) => place,
        }
    }

    /// It may not; the walk has found out so much.
    pub(super) fn walked(&mut self, walk: &Walk, live: &Live<'_>, snapshot: &Snapshot<'_>) {
        let client = walk.client();
        let id = client.and_then(|c| forward::client_request_id(&self.head.fields, c));
        self.walked = Some(Box::new(Walked {
            route: walk.route().copied(),
            service: walk.service(),
            told_by: walk.told_by().copied(),
            client: client.map(|c| c.address),
            client_request_id: id
                .and_then(|id| std::str::from_utf8(id).ok())
                .map(Into::into),
            host: walk.host(live).unwrap_or_default().into(),
            path: walk.path(live).map(Into::into),
            recorded_path: walk.recorded_path(&self.state.snapshot().rules, live),
            environment: walk.environment(&self.state.snapshot().rules).cloned(),
            identity: walk.identity().cloned(),
            limits: walk.limits().into(),
            readings: live.readings().unwrap_or_default().into(),
            facts: self.is_kept().then(|| Recorded::of(live, walk, snapshot)),
            shadow: walk.shadow().into(),
        }));
    }

    /// Whether the caller has proved who it is.
    pub(super) fn is_proved(&self) -> bool {
        match (self.allowed_request(), &self.walked) {
            (Some(allowed), _) => allowed.identity.is_some(),
            (None, Some(walked)) => walked.identity.is_some(),
            (None, None) => false,
        }
    }

    /// How the limits stood that refused, or might have.
    pub(super) fn limits(&self) -> Standings<'_> {
        match (&self.walked, &self.passes) {
            (Some(walked), _) => standings(&walked.limits, &walked.readings, 0),
            // It has taken from them, and was refused later.
            (None, Some(passes)) => standings(passes.allowed.limits, passes.readings, 1),
            (None, None) => Standings::new(),
        }
    }

    /// What policies change and hide, to be added to.
    pub(super) fn changes(&mut self) -> &mut Changes {
        self.changes.get_or_insert_default()
    }

    /// What policies changed and hid; `None`: nothing.
    pub(super) fn changes_made(&self) -> Option<&Changes> {
        self.changes.as_deref()
    }

    /// An attempt at a target begins.
    pub(super) fn attempt(&mut self, lease: &Lease) {
        let upstream = self.upstream_place();
        self.core.metrics.attempt(upstream);
        if self.attempts > 0 {
            self.core.metrics.retry(upstream);
        }
        self.attempts += 1;
        self.target = lease.index();
    }

    /// The attempt failed.
    pub(super) fn attempt_failed(&self, class: FailureClass) {
        let upstream = self.upstream_place();
        self.core.metrics.attempt_failed(upstream, reason(class));
    }

    /// The final response begins.
    pub(super) fn responded(&mut self, head: &ResponseHead) {
        self.status = head.status;
        if !self.is_copied() {
            return;
        }
        if attribution(head.status).is_some() {
            self.traffic.response.keep(ORIGIN);
        }
        if let Some(capture) = self.capture {
            self.traffic.response.keep(capture.body);
        }
        self.copies().answered = Some(head.fields.clone());
    }

    /// The last byte of the response has been passed on, and the time is known anyway.
    pub(super) const fn ended(&mut self, now: Instant) {
        self.ended = Some(now);
    }

    /// The final response has been passed on to its end.
    pub(super) const fn answered(&mut self) {
        self.is_whole = true;
        self.outcome = match attribution(self.status) {
            Some(_) => Outcome::OriginRefused,
            None => Outcome::Allowed,
        };
    }

    /// Both sides have left HTTP: until more is said, their tunnel was cut off.
    pub(super) const fn switched(&mut self) {
        self.outcome = Outcome::Allowed;
    }

    /// Their tunnel was closed by both.
    pub(super) const fn closed(&mut self) {
        self.is_whole = true;
    }

    /// The gateway answers itself, and this is on its way.
    pub(super) const fn own(&mut self, status: u16) {
        self.status = status;
        self.outcome = Outcome::Own;
        self.is_whole = true;
    }

    /// Who asks the gateway itself, if that was proved.
    pub(super) fn asked_by(&mut self, identity: &Identity) {
        if let Some(walked) = &mut self.walked {
            walked.identity = Some(identity.clone());
        }
    }

    /// The path under which a question to the gateway itself is recorded.
    pub(super) fn recorded_as(&mut self, path: String) {
        if let Some(walked) = &mut self.walked {
            walked.recorded_path = Some(path.as_str().into());
            walked.path = Some(path.into());
        }
    }

    /// A refusal is on its way.
    /// `told`: the problem document, in whatever form it was sent.
    pub(super) fn refused(&mut self, denial: Denial, refusal: &Refusal, told: Option<Vec<u8>>) {
        if self.capture.is_some() {
            let mut got = Fields::default();
            for (name, value) in refusal.headers.iter() {
                got.push(name.lower.as_bytes(), value.as_bytes());
            }
            self.copies().got = Some(got);
        }
        self.projection = told;
        self.status = refusal.status;
        self.outcome = Outcome::Refused;
        self.denial = Some(Box::new(denial));
        self.is_whole = true;
    }

    /// The response had begun already and is broken off, or there is no way to say anything.
    pub(super) fn cut_off(&mut self, denial: Denial) {
        self.outcome = Outcome::Refused;
        self.denial = Some(Box::new(denial));
    }

    /// The refusal did not arrive.
    pub(super) const fn undelivered(&mut self) {
        self.is_whole = false;
    }

    pub(super) fn route(&self) -> Option<Route> {
        match self.allowed_request() {
            Some(allowed) => Some(allowed.route),
            None => self.walked.as_ref()?.route,
        }
    }

    /// What its answer tells browsers, where a policy is about that.
    pub(super) fn grant(&self) -> Option<Grant<'a>> {
        let route = match self.allowed_request() {
            Some(allowed) => allowed.route,
            None => self.walked.as_ref()?.told_by?,
        };
        let rules = &self.state.snapshot().rules;
        rules.grant(&route, self.head, self.now())
    }

    /// The service asked for, as far as it is known.
    pub(super) fn service(&self) -> Option<&'a Service> {
        let known = match self.allowed_request() {
            Some(allowed) => Some(allowed.route.service),
            None => self.walked.as_ref()?.service,
        };
        let configuration = self.state.configuration();
        configuration.services.get(known?)
    }

    /// The environment of the host asked for, once the service is known.
    pub(super) fn environment(&self) -> Option<&Name> {
        match self.allowed_request() {
            Some(allowed) => Some(self.state.snapshot().rules.environment(allowed.environment)),
            None => self.walked.as_ref()?.environment.as_ref(),
        }
    }

    /// A refusal that is told as an unknown path, with what tells of one. `about`: host and path,
    /// where they are not the request's own.
    pub(super) fn concealed(&self, denial: &Denial, about: Option<(&str, &str)>) -> Denial {
        let rules = &self.state.snapshot().rules;
        let (host, path) = match (about, self.allowed_request(), &self.walked) {
            (Some(about), _, _) => about,
            (None, Some(allowed), _) => (ascii(allowed.host), ascii(allowed.path)),
            (None, None, Some(walked)) => {
                (&*walked.host, walked.path.as_deref().unwrap_or_default())
            }
            (None, None, None) => ("", ""),
        };
        postern_policy::stages::concealed(denial.clone(), host, path, rules)
    }

    fn upstream_place(&self) -> UpstreamId {
        let upstream = self
            .allowed_request()
            .map_or(usize::MAX, |allowed| allowed.upstream);
        self.state.snapshot().layout.upstream(upstream)
    }

    pub(super) fn code(&self) -> Option<Code> {
        match &self.denial {
            Some(denial) => Some(denial.code),
            None if self.outcome == Outcome::Own => None,
            None => attribution(self.status),
        }
    }

    pub(super) fn client_request_id(&self) -> Option<Cow<'_, str>> {
        match self.allowed_request() {
            Some(allowed) => forward::client_request_id(&self.head.fields, &allowed.client)
                .map(String::from_utf8_lossy),
            None => Some(self.walked.as_ref()?.client_request_id.as_deref()?.into()),
        }
    }
}

/// What a row of the call log is made of.
impl Journal<'_> {
    /// Whether the call log is to have a row of it.
    fn has_row(&self) -> bool {
        match self.state.configuration().call_log.record {
            Kept::All => true,
            Kept::Refused => self.outcome != Outcome::Allowed,
            Kept::None => false,
        }
    }

    pub(super) const fn request_id(&self) -> RequestId {
        self.id
    }

    pub(super) const fn caller(&self) -> &Caller {
        self.caller
    }

    pub(super) const fn head(&self) -> &Head {
        self.head
    }

    pub(super) const fn state(&self) -> &CoreState {
        self.state
    }

    pub(super) const fn traffic(&self) -> &Traffic {
        self.traffic
    }

    pub(super) const fn status(&self) -> u16 {
        self.status
    }

    pub(super) const fn outcome(&self) -> Outcome {
        self.outcome
    }

    pub(super) const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The last target tried, by position in its upstream.
    pub(super) const fn target(&self) -> usize {
        self.target
    }

    pub(super) const fn sequence(&self) -> u64 {
        self.sequence
    }

    pub(super) fn denial(&self) -> Option<&Denial> {
        self.denial.as_deref()
    }

    pub(super) fn allowed_request(&self) -> Option<Allowed<'_>> {
        self.passes.map(|passes| passes.allowed)
    }

    pub(super) const fn passes(&self) -> Option<Passes<'_>> {
        self.passes
    }

    pub(super) fn projection(&self) -> Option<&[u8]> {
        self.projection.as_deref()
    }

    /// Whether a call log knows of refusals.
    pub(super) fn is_recorded(&self) -> bool {
        let kept = self.state.configuration().call_log.record;
        self.core.producer.is_some() && kept != Kept::None
    }

    /// Whether somebody keeps more of it than that it was.
    pub(super) fn is_kept(&self) -> bool {
        self.is_recorded() && self.place.0 != Place::Counted
    }

    /// What policies in shadow mode would have refused, as far as the walk came.
    pub(super) fn shadow(&self) -> &[Denial] {
        match (self.allowed_request(), &self.walked) {
            (Some(allowed), _) => allowed.shadow,
            (None, Some(walked)) => &walked.shadow,
            (None, None) => &[],
        }
    }

    pub(super) fn walked_request(&self) -> Option<&Walked> {
        self.walked.as_deref()
    }
}

impl Drop for Journal<'_> {
    fn drop(&mut self) {
        let ended = self.ended.unwrap_or_else(Instant::now);
        let duration = ended.saturating_duration_since(self.begun);
        let layout = &self.state.snapshot().layout;
        let operation = self.route().map_or_else(OperationId::default, |route| {
            layout.operation(route.service, route.version, route.operation)
        });
        self.core.metrics.finished(&Finished {
            operation,
            status: self.status,
            outcome: self.outcome,
            code: self.code(),
            duration,
            bytes_in: self.traffic.received.get(),
            bytes_out: self.traffic.sent.get(),
        });
        for finding in self.shadow() {
            let policy = finding.policy.as_ref();
            self.core.metrics.shadow_refusal(policy, finding.code);
        }
        let shared = &self.core.shared;
        if self.code().is_some_and(comes_in_floods) && !shared.floods.passes() {
            return;
        }
        if let Some(producer) = &self.core.producer
            && self.has_row()
        {
            let place = self.place();
            let entry = match place {
                Place::Counted => self.counted_entry(),
                Place::Row | Place::Fold | Place::Sample => self.entry(duration),
            };
            producer.push_at(entry, place);
        }
        if shared.sinks.wants(self.outcome) {
            self.offer(duration);
        }
    }
}

/// What the walk has found to be ASCII, as text.
fn ascii(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// Refusals of whole connections: whoever opens many must not fill the log.
const fn comes_in_floods(code: Code) -> bool {
    matches!(code, Code::LimitReached | Code::ProxyProtocolInvalid)
}

/// Under which reason a failure is counted.
const fn reason(class: FailureClass) -> UpstreamFailure {
    match class {
        FailureClass::Resolve => UpstreamFailure::Dns,
        FailureClass::AddressForbidden => UpstreamFailure::Forbidden,
        FailureClass::Connect | FailureClass::ConnectTimeout => UpstreamFailure::Connect,
        FailureClass::Tls => UpstreamFailure::Tls,
        FailureClass::FirstByteTimeout | FailureClass::BodyTimeout => UpstreamFailure::Timeout,
        FailureClass::NotSent
        | FailureClass::IdleClosed
        | FailureClass::RefusedStream
        | FailureClass::GoawayUnprocessed
        | FailureClass::Reset
        | FailureClass::ClosedEarly
        | FailureClass::BodyCut => UpstreamFailure::Reset,
        FailureClass::ResponseInvalid | FailureClass::UpgradeRefused => UpstreamFailure::Protocol,
        FailureClass::Status(_) => UpstreamFailure::Status,
    }
}
