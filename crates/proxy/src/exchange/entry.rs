//! A request's row in the call log.

use super::decide::Passes;
use super::journal::{Journal, Walked};
use postern_calllog::{Entry, Facts, MethodName, Protocol};
use postern_model::denial::printable;
use postern_model::entity::{Method, Name};
use postern_policy::Identity;
use postern_policy::head::Version;
use postern_policy::recorded::compact::Passed;
use std::time::{Duration, SystemTime};

/// Longest method token and path of a request that no operation was found for, bytes.
const TOKEN: usize = 32;
const PATH: usize = 512;

impl Journal<'_> {
    /// The row. Of an allowed request it is put together from what is there anyway: nothing is
    /// allocated but a path with recorded parameters, and the id that a trusted hop gave.
    pub(super) fn entry(&self, duration: Duration) -> Entry {
        let begun = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default()
            .saturating_sub(duration);
        let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let mut entry = Entry::new(self.request_id(), micros(begun), self.caller().facts.peer);
        entry.duration = micros(duration);
        entry.protocol = Some(match self.head().version {
            Version::Http10 => Protocol::Http10,
            Version::Http11 => Protocol::Http11,
            Version::Http2 => Protocol::Http2,
        });
        entry.status = self.status();
        entry.outcome = self.outcome();
        entry.attempts = self.attempts();
        entry.bytes_in = self.traffic().received.get();
        entry.bytes_out = self.traffic().sent.get();
        let snapshot = self.state().snapshot();
        entry.revision = snapshot.revision.number;
        entry.directory = self.sequence();
        entry.trace = Some(self.trace().trace_id.to_be_bytes());
        entry.client_request_id = self.client_request_id().map(|id| id.as_ref().into());
        if let Some(code) = self.code() {
            entry.code = Some(code);
            entry.stage = Some(code.row().stage);
            entry.fault = Some(
                self.denial()
                    .map_or(code.row().fault, |denial| denial.fault),
            );
            entry.policy = self.denial().and_then(|denial| denial.policy.clone());
        }
        match (self.passes(), self.walked_request()) {
            (Some(passes), _) => self.allowed_entry(&passes, &mut entry),
            (None, Some(walked)) => self.refused_entry(walked, &mut entry),
            (None, None) => self.unread_entry(&mut entry),
        }
        entry.detail = self.detail();
        entry
    }

    /// The row of a refusal that is only counted.
    pub(super) fn counted_entry(&self) -> Entry {
        let (id, peer) = (self.request_id(), self.caller().facts.peer);
        let mut entry = Entry::new(id, id.millis().saturating_mul(1_000), peer);
        entry.client = self.walked_request().and_then(|walked| walked.client);
        entry.outcome = self.outcome();
        entry.status = self.status();
        if let Some(code) = self.code() {
            entry.code = Some(code);
            entry.stage = Some(code.row().stage);
            entry.fault = Some(code.row().fault);
        }
        entry
    }

    fn allowed_entry(&self, passes: &Passes<'_>, entry: &mut Entry) {
        let allowed = passes.allowed;
        let rules = &self.state().snapshot().rules;
        let operation = rules.operation(&allowed.route);
        entry.client = Some(allowed.client.address);
        entry.method = Some(allowed.method.into());
        let kept = &operation.recorded_parameters;
        let plan = rules.plan(&allowed.route);
        entry.path = Some(plan.recorded_path(allowed.path, allowed.params, kept));
        let service = rules.service(&allowed.route);
        entry.host = service
            .hosts
            .iter()
            .find(|name| name.as_bytes() == allowed.host)
            .cloned();
        entry.environment = Some(rules.environment(allowed.environment).clone());
        self.name_route(entry);
        identify(allowed.identity, entry);
        if let Some(upstream) = self.state().upstream(allowed.upstream) {
            let state = upstream.state();
            entry.upstream = Some(state.name().clone());
            if self.attempts() > 0 {
                let slot = state.targets.get(self.target());
                entry.target = slot.map(|slot| slot.target.name().clone());
            }
        }
        let kept = Passed {
            head: self.head(),
            connection: &self.caller().facts,
            allowed,
            readings: passes.readings,
            seen: passes.seen,
            rules,
            path: entry.path.as_deref().unwrap_or_default(),
            has_host: entry.host.is_some(),
        };
        entry.facts = Facts::written(|room| kept.write(room));
    }

    fn refused_entry(&self, walked: &Walked, entry: &mut Entry) {
        entry.client = walked.client;
        entry.method = Some(self.method());
        entry.host = (!walked.host.is_empty()).then(|| (*walked.host).into());
        entry.path = Some(match (&walked.recorded_path, &walked.path) {
            (Some(path), _) => path.clone(),
            (None, Some(path)) => (**path).into(),
            (None, None) => printable(self.head().path(), PATH).into(),
        });
        entry.environment.clone_from(&walked.environment);
        self.name_route(entry);
        identify(walked.identity.as_ref(), entry);
    }

    fn unread_entry(&self, entry: &mut Entry) {
        if !self.head().method().is_empty() {
            entry.method = Some(self.method());
        }
        if !self.head().path().is_empty() {
            entry.path = Some(printable(self.head().path(), PATH).into());
        }
    }

    fn name_route(&self, entry: &mut Entry) {
        let Some(route) = self.route() else {
            return;
        };
        let rules = &self.state().snapshot().rules;
        let service = rules.service(&route);
        entry.tenant.clone_from(&service.tenant);
        entry.service = Some(service.name.clone());
        entry.version = Some(rules.version(&route).name.clone());
        entry.operation = Some(rules.operation(&route).name.clone());
    }

    fn method(&self) -> MethodName {
        let token = self.head().method();
        match Method::parse(token) {
            Some(method) => method.into(),
            None => MethodName::Other(printable(token, TOKEN).into()),
        }
    }
}

/// Who called.
fn identify(identity: Option<&Identity>, entry: &mut Entry) {
    let Some(identity) = identity else {
        return;
    };
    let name = |name: &Name| Some(name.clone());
    entry.app = name(&identity.app.name);
    entry.credential = name(&identity.credential.id);
    entry.subscription = identity.subscription.as_ref().and_then(|s| name(&s.id));
}
