//! What is noted about one request while it lives, for its record.

use super::message::ResponseHead;
use crate::connection::Caller;
use crate::gateway::{Core, CoreState};
use crate::refusal::Refusal;
use crate::upstream::Lease;
use postern_model::Denial;
use postern_model::id::EncodedId;
use postern_policy::fields::Known;
use postern_policy::forward::trace::Trace;
use postern_policy::head::Head;
use postern_policy::{Allowed, Walk};

#[derive(Debug)]
pub(crate) struct Journal<'a> {
    id: EncodedId,
    head: &'a Head,
    trace: Trace,
}

impl<'a> Journal<'a> {
    pub(super) fn begin(core: &Core, _caller: &'a Caller, head: &'a Head) -> Self {
        Self {
            id: core.new_id().encode(),
            trace: Trace::new(
                head.fields.all(Known::Traceparent),
                (u128::from(core.random()) << 64) | u128::from(core.random()),
                core.random(),
                false,
            ),
            head,
        }
    }
    pub(super) fn id(&self) -> EncodedId {
        self.id
    }
    pub(super) fn trace(&self) -> Trace {
        self.trace
    }
    pub(super) fn allowed(&mut self, _allowed: &Allowed) {}
    pub(super) fn walked(&mut self, _walk: &Walk) {}
    pub(super) fn attempt(&mut self, _lease: &Lease) {}
    pub(super) fn responded(&mut self, _head: &ResponseHead) {}
    pub(super) fn refused(&mut self, denial: Denial, refusal: &Refusal) {
        tracing::info!(id = self.id.as_str(), status = refusal.status, code = %denial.code, path = %String::from_utf8_lossy(self.head.path()), evidence = ?denial.evidence, "refused");
    }
    pub(super) fn cut_off(&mut self, denial: Denial) {
        tracing::info!(id = self.id.as_str(), code = %denial.code, evidence = ?denial.evidence, "cut off");
    }
    pub(super) fn cancelled(&mut self) {}
    pub(super) fn undelivered(&mut self) {}
    pub(super) fn end(self, _core: &Core, _state: &CoreState) {}
}
