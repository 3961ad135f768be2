//! Copies of the header fields of both directions, of requests whose record is to have them.

use super::{Exchange, Over};
use crate::exchange::message::{ResponseHead, ResponseSink};
use postern_policy::fields::Fields;

impl Exchange<'_> {
    /// What the upstream was sent, but for what frames the body. `target`: its position.
    pub(in crate::exchange) fn sent(&self, target: usize, key: Option<&str>) -> Fields {
        let rules = &self.state.snapshot().rules;
        let plan = rules.upstream_plan(&self.allowed);
        let mut sent = Fields::default();
        sent.push(b"Host", plan.host(target, self.head.authority()));
        self.forward_request(key, |name, value| sent.push(name, value));
        sent
    }
}

impl<K: ResponseSink> Over<'_, '_, '_, K> {
    /// The final response begins with this head.
    pub(super) fn responded(&mut self, head: &ResponseHead) {
        self.journal.responded(head);
        if self.journal.is_copied() {
            let sent = self.exchange.sent(self.lease.index(), self.key.as_deref());
            let mut got = Fields::default();
            self.exchange
                .forward_response(head, |name, value| got.push(name, value));
            self.journal.copied(sent, got);
        }
    }
}
