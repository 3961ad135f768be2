//! The resumable machine that decides.

#[cfg(test)]
mod tests;

use crate::client::{ClientAddress, Scheme};
use crate::cors::Preflight;
use crate::decision::{Allowed, Decision, Depth, FactRequest, Step, Unknown};
use crate::facts::{Facts, LocatedCountry, LocatedSystem};
use crate::fields::Span;
use crate::forward::Written;
use crate::head::Head;
use crate::identity::{Caller, Identity};
use crate::kept::Kept;
use crate::listing::Listed;
use crate::own::Own;
use crate::policies::{BlockPlace, LimitUse, LimitUses, Offence};
use crate::router::{Params, Route};
use crate::rules::Rules;
use crate::snapshot::Snapshot;
use crate::stages::cors::Asked;
use crate::stages::{NearMiss, Outcome, STAGES};
use postern_model::Stage;
use postern_model::denial::{Code, Denial};
use postern_model::entity::{Method, Name};

/// A text in normal form: a piece of the raw bytes where they had that form already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NormalPath {
    /// A piece of the raw bytes.
    AsSent(Span),
    /// Brought to normal form.
    Changed(Box<str>),
}

impl Default for NormalPath {
    fn default() -> Self {
        Self::AsSent(Span::default())
    }
}

impl NormalPath {
    /// The text, given the bytes it was made from.
    pub fn of<'a>(&'a self, raw: &'a [u8]) -> &'a str {
        text(self.bytes(raw))
    }

    /// As [`NormalPath::of`], for whoever needs no text: it is ASCII and not looked at again.
    pub fn bytes<'a>(&'a self, raw: &'a [u8]) -> &'a [u8] {
        match self {
            Self::AsSent(span) => span.of(raw),
            Self::Changed(text) => text.as_bytes(),
        }
    }

    /// The beginning of the raw bytes, which has this form.
    pub(crate) fn begin(beginning: &[u8]) -> Self {
        Self::AsSent(Span::new(0, beginning.len()))
    }

    pub(crate) fn new(text: std::borrow::Cow<'_, str>) -> Self {
        match text {
            std::borrow::Cow::Borrowed(text) => Self::AsSent(Span::new(0, text.len())),
            std::borrow::Cow::Owned(text) => Self::Changed(text.into()),
        }
    }
}

/// What earlier stages found out.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    pub(crate) method: Option<Method>,
    /// A WebSocket handshake is asked for, and well-formed.
    pub(crate) websocket: bool,
    pub(crate) host: Option<NormalPath>,
    pub(crate) client: Option<ClientAddress>,
    pub(crate) country: Option<LocatedCountry>,
    pub(crate) system: Option<LocatedSystem>,
    /// What lists from elsewhere say of the client.
    pub(crate) listed: Vec<Listed>,
    pub(crate) scheme: Scheme,
    pub(crate) path: Option<NormalPath>,
    pub(crate) has_encoded_slash: bool,
    pub(crate) has_parameters: bool,
    pub(crate) route: Option<Route>,
    /// Whose operations stand at the path, where none of them is for the method.
    pub(crate) service: Option<usize>,
    pub(crate) params: Params,
    /// What a browser asks beforehand.
    pub(crate) preflight: Option<Asked>,
    /// An operation at the path whose policy is about pages of other origins, where none of those
    /// there is for the method.
    pub(crate) beside: Option<Route>,
    /// How far the walk goes.
    pub(crate) depth: Depth,
    /// Counters that the request touches.
    pub(crate) limits: LimitUses,
    /// Most bytes of a body whose length is not known beforehand.
    pub(crate) body_limit: Option<u64>,
    /// What policies in shadow mode would have refused.
    pub(crate) shadow: Vec<Denial>,
    /// What others write into the request that goes on.
    pub(crate) written: Vec<Written>,
    /// Refusals of the running check besides its outcome.
    pub(crate) also: Vec<Denial>,
    /// What was found out that no record keeps otherwise.
    pub(crate) kept: Vec<Kept>,
    /// Which sets of Cedar policies wait for the body.
    pub(crate) cedar: crate::stages::CedarOpen,
    /// Of the host asked for.
    pub(crate) environment: usize,
    pub(crate) caller: Caller,
}

impl Progress {
    /// The host asked for, in its one spelling.
    pub(crate) fn host<'a>(&'a self, facts: &'a dyn Facts) -> Option<&'a str> {
        self.host_bytes(facts).map(text)
    }

    /// As [`Progress::host`], as bytes.
    pub(crate) fn host_bytes<'a>(&'a self, facts: &'a dyn Facts) -> Option<&'a [u8]> {
        let host = self.host.as_ref()?;
        Some(host.bytes(facts.authority().unwrap_or_default()))
    }

    /// The normal path.
    pub(crate) fn path<'a>(&'a self, facts: &'a dyn Facts) -> Option<&'a str> {
        self.path_bytes(facts).map(text)
    }

    /// As [`Progress::path`], as bytes.
    pub(crate) fn path_bytes<'a>(&'a self, facts: &'a dyn Facts) -> Option<&'a [u8]> {
        match self.path.as_ref()? {
            // Nothing else is looked at: a record may not have kept it.
            NormalPath::Changed(text) => Some(text.as_bytes()),
            sent @ NormalPath::AsSent(_) => Some(sent.bytes(facts.path())),
        }
    }
}

/// Hosts and paths are ASCII by now, so that this cannot fail.
fn text(ascii: &[u8]) -> &str {
    std::str::from_utf8(ascii).unwrap_or_default()
}

/// The decision about one request, as far as it has come. Facts may be added between steps, never
/// changed.
#[derive(Debug, Default)]
pub struct Walk {
    line: usize,
    check: usize,
    progress: Progress,
    /// Every stage has passed.
    passed: bool,
    denials: Vec<Denial>,
    unknown: Vec<Unknown>,
}

impl Walk {
    /// A walk that has not begun.
    pub fn new(depth: Depth) -> Self {
        let mut walk = Self::default();
        walk.progress.depth = depth;
        walk
    }

    /// Goes on until a fact is missing or the decision is made. Nothing is done twice. A walk that
    /// is done is not stepped again.
    pub fn step(&mut self, snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Step {
        let is_recorded = facts.is_recorded();
        while let Some(line) = STAGES.get(self.line) {
            let next = std::mem::take(&mut self.check);
            for (at, check) in line.checks.iter().enumerate().skip(next) {
                let noted = (self.progress.shadow.len(), self.progress.also.len());
                let mut outcome = check(&mut self.progress, snapshot, facts);
                if is_recorded && let Some(what) = facts.not_kept() {
                    // What has looked at something that was not kept has found nothing out.
                    outcome = Outcome::NotKept(what);
                }
                if matches!(outcome, Outcome::Need(_)) {
                    // The same check is asked again, and notes the same again.
                    self.progress.shadow.truncate(noted.0);
                    self.progress.also.truncate(noted.1);
                }
                if !matches!(outcome, Outcome::Pass)
                    && let Some(step) = self.meet(line.stage, outcome)
                {
                    self.check = at;
                    return step;
                }
            }
            self.line += 1;
        }
        Step::Done(self.conclude())
    }

    /// What comes of a check that did not pass: the walk pauses or ends there, or goes on.
    fn meet(&mut self, stage: Stage, outcome: Outcome) -> Option<Step> {
        let to_the_end = self.progress.depth == Depth::Everything;
        match outcome {
            Outcome::Pass => None,
            Outcome::Refuse(denial) if to_the_end => {
                self.denials.push(denial);
                self.denials.append(&mut self.progress.also);
                None
            }
            Outcome::Refuse(denial) => Some(Step::Done(Decision::Refuse(denial))),
            Outcome::Need(fact) if to_the_end => {
                let what = fact.name();
                self.unknown.push(Unknown { stage, what });
                None
            }
            Outcome::Need(fact) => Some(Step::Need(fact)),
            Outcome::Own => Some(Step::Done(self.own())),
            Outcome::Preflight => Some(Step::Done(match self.denials.first() {
                Some(first) => Decision::Refuse(first.clone()),
                None => Decision::Preflight,
            })),
            Outcome::NotKept(what) => {
                let unknown = Unknown { stage, what };
                self.unknown.push(unknown);
                (!to_the_end).then_some(Step::Done(Decision::CannotTell(unknown)))
            }
        }
    }

    /// The gateway answers itself. What is known so far stays readable.
    fn own(&self) -> Decision {
        if let Some(first) = self.denials.first() {
            return Decision::Refuse(first.clone());
        }
        let progress = &self.progress;
        let (Some(method), Some(client), Some(path)) =
            (progress.method, progress.client, &progress.path)
        else {
            return Decision::Refuse(Denial::new(Code::Internal));
        };
        Decision::Own(Box::new(Own {
            method,
            path: path.clone(),
            host: progress.host.clone().unwrap_or_default(),
            client,
        }))
    }

    fn conclude(&mut self) -> Decision {
        if let Some(first) = self.denials.first() {
            return Decision::Refuse(first.clone());
        }
        let progress = &self.progress;
        // Every stage passed, so these are there; if one is not, that is a bug and nobody passes.
        self.passed = progress.route.is_some()
            && progress.method.is_some()
            && progress.client.is_some()
            && progress.path.is_some();
        if self.passed {
            Decision::Allow
        } else {
            Decision::Refuse(Denial::new(Code::Internal))
        }
    }

    /// What an allowed request needs on its way, given the rules and the head it was decided by;
    /// `None` of one that has not passed every stage.
    pub fn allowed<'a>(&'a self, rules: &Rules, head: &'a Head) -> Option<Allowed<'a>> {
        let progress = self.passed.then_some(&self.progress)?;
        let route = progress.route?;
        let host = progress.host.as_ref();
        Some(Allowed {
            route,
            upstream: rules.plan(&route).way(progress.environment).upstream,
            method: progress.method?,
            params: &progress.params,
            path: progress.path.as_ref()?.bytes(head.path()),
            host: host.map_or(b"", |host| host.bytes(head.authority().unwrap_or_default())),
            client: progress.client?,
            scheme: progress.scheme,
            websocket: progress.websocket,
            limits: &progress.limits,
            body_limit: progress.body_limit,
            shadow: &progress.shadow,
            kept: &progress.kept,
            written: &progress.written,
            environment: progress.environment,
            identity: progress.caller.identity(),
        })
    }

    /// The answer to a preflight, given what it was decided by; `None` of any other request. Of one
    /// that was refused it says nothing.
    pub fn preflight<'a>(
        &self,
        rules: &'a Rules,
        head: &'a Head,
        now: i64,
    ) -> Option<Preflight<'a>> {
        let asked = self.asked_beforehand()?;
        rules.preflight(&asked.route, asked.method, head, now)
    }

    /// The method that a preflight asks about, where the gateway answers it; also of a refused one.
    pub fn preflight_method(&self) -> Option<Method> {
        self.asked_beforehand().map(|asked| asked.method)
    }

    fn asked_beforehand(&self) -> Option<Asked> {
        self.progress.preflight.filter(|asked| asked.answered)
    }

    /// The operation whose policy says what the answer tells browsers; also of a refused request,
    /// and of one whose path has operations for other methods only.
    pub fn told_by(&self) -> Option<&Route> {
        self.progress
            .route
            .as_ref()
            .or(self.progress.beside.as_ref())
    }

    /// Of a request that Cedar policies refused, what would let its caller pass and nobody else.
    pub fn near_miss(&self, snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Option<NearMiss> {
        crate::stages::near_miss(&self.progress, snapshot, facts)
    }

    /// The counters that [`FactRequest::Counters`] asks for, in the order of the readings.
    pub fn limits(&self) -> &[LimitUse] {
        &self.progress.limits
    }

    /// Where a block of the caller would hold: what [`FactRequest::CallerBlocks`] asks about. `now`
    /// is Unix time in milliseconds.
    pub fn block_places<'a>(
        &'a self,
        rules: &'a Rules,
        now: i64,
    ) -> impl Iterator<Item = BlockPlace<'a>> {
        let of = self.route().zip(self.identity()).into_iter();
        of.flat_map(move |(route, identity)| {
            let policies = rules.policies();
            policies.block_places(rules, route.plan, identity, now)
        })
    }

    /// The policies that count a refusal with that code against the caller, if it is known who that
    /// is. `now` is Unix time in milliseconds.
    pub fn offences<'a>(
        &'a self,
        rules: &'a Rules,
        code: Code,
        now: i64,
    ) -> impl Iterator<Item = Offence<'a>> {
        let of = self.route().zip(self.identity()).into_iter();
        of.flat_map(move |(route, identity)| {
            let policies = rules.policies();
            policies.offences(rules, route.plan, identity, code, now)
        })
    }

    /// Most bytes of a body whose length is not known beforehand.
    pub const fn body_limit(&self) -> Option<u64> {
        self.progress.body_limit
    }

    /// What policies in shadow mode would have refused, so far.
    pub fn shadow(&self) -> &[Denial] {
        &self.progress.shadow
    }

    /// With [`Depth::Everything`], after the end: every refusal, in the order of the stages.
    pub fn denials(&self) -> &[Denial] {
        &self.denials
    }

    /// With [`Depth::Everything`], after the end: what could not be told. An `Allow` with unknown
    /// facts means: cannot tell.
    pub fn unknown(&self) -> &[Unknown] {
        &self.unknown
    }

    /// The operation, once `route` has found it; also of a refused request.
    pub fn route(&self) -> Option<&Route> {
        self.progress.route.as_ref()
    }

    /// The service asked for, once `route` has found it: that of the operation, or of those at the
    /// path that are for other methods. Index into
    /// [`Configuration::services`](postern_model::entity::Configuration).
    pub fn service(&self) -> Option<usize> {
        let route = self.progress.route.as_ref();
        route.map(|route| route.service).or(self.progress.service)
    }

    /// The environment of the host asked for, once the service is known.
    pub fn environment<'r>(&self, rules: &'r Rules) -> Option<&'r Name> {
        self.service()?;
        Some(rules.environment(self.progress.environment))
    }

    pub(crate) const fn progress(&self) -> &Progress {
        &self.progress
    }

    pub(crate) fn params(&self) -> &Params {
        &self.progress.params
    }

    /// The path as records keep it, without the parameters that are not to be kept, once the
    /// operation is known; also of a refused request.
    pub fn recorded_path(&self, rules: &Rules, facts: &dyn Facts) -> Option<Name> {
        let route = self.progress.route.as_ref()?;
        let path = self.progress.path_bytes(facts)?;
        let kept = &rules.operation(route).recorded_parameters;
        let plan = rules.plan(route);
        Some(plan.recorded_path(path, &self.progress.params, kept))
    }

    /// Who calls, once `authenticate` has found that out; also of a refused request.
    pub fn identity(&self) -> Option<&Identity> {
        self.progress.caller.identity()
    }

    /// The method, once it was read; also of a refused request.
    pub fn method(&self) -> Option<Method> {
        self.progress.method
    }

    /// The client's address, once `client` has found it; also of a refused request.
    pub fn client(&self) -> Option<&ClientAddress> {
        self.progress.client.as_ref()
    }

    /// The normal path, once there is one; also of a refused request.
    pub fn path<'a>(&'a self, facts: &'a dyn Facts) -> Option<&'a str> {
        self.progress.path(facts)
    }

    /// The host in its one spelling, once it was read; also of a refused request.
    pub fn host<'a>(&'a self, facts: &'a dyn Facts) -> Option<&'a str> {
        self.progress.host(facts)
    }
}

/// The name of a fact request, for logs.
impl std::fmt::Display for FactRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
