//! The header fields of both directions, by the rules of `postern_policy::forward`.

use super::attempt::Exchange;
use super::message::ResponseHead;
use super::standing::standings;
use crate::refusal::limit_fields;
use postern_model::entity::UpstreamProtocol;
use postern_policy::fields::Known;
use postern_policy::forward::{self, RequestContext, ResponseContext};
use postern_policy::head::Version;

impl Exchange<'_> {
    /// What the upstream gets. `key`: of a WebSocket for a caller that has none, to an upstream
    /// that wants one.
    pub(super) fn forward_request(&self, key: Option<&str>, mut emit: impl FnMut(&[u8], &[u8])) {
        let rules = &self.state.snapshot().rules;
        let configuration = rules.configuration();
        let facts = &self.caller.facts;
        let protocol = self.protocol();
        let context = RequestContext {
            forwarding: &configuration.forwarding,
            trusted_header: configuration.client.header,
            client: &self.allowed.client,
            peer: facts.proxied_source.unwrap_or(facts.peer).ip(),
            scheme: self.allowed.scheme,
            request_id: self.id.as_bytes(),
            trace: &self.trace,
            to: protocol,
            withheld: self.allowed.withheld(rules).0,
            consumer: self.allowed.consumer(rules),
        };
        let mut scratch = self.core.scratch();
        let over_http2 = protocol == UpstreamProtocol::Http2;
        if key.is_some() || (self.allowed.websocket && over_http2) {
            // Where one side speaks HTTP/2 the caller's key does not count (RFC 8441 §5).
            forward::request(self.head, &context, &mut scratch, |name, value| {
                if !matches!(
                    Known::of(name),
                    Known::SecWebSocketKey | Known::SecWebSocketVersion
                ) {
                    emit(name, value);
                }
            });
            if let Some(key) = key {
                emit(b"Sec-WebSocket-Key", key.as_bytes());
            }
            emit(b"Sec-WebSocket-Version", b"13");
        } else {
            forward::request(self.head, &context, &mut scratch, &mut emit);
        }
        self.core.give_back(scratch);
        if self.allowed.websocket && !over_http2 {
            emit(b"Connection", b"Upgrade");
            emit(b"Upgrade", b"websocket");
        }
    }

    /// What the caller gets of an interim response.
    pub(super) fn forward_interim(&self, head: &ResponseHead, emit: impl FnMut(&[u8], &[u8])) {
        self.emit_response(head, None, None, emit);
    }

    /// What the caller gets.
    pub(super) fn forward_response(&self, head: &ResponseHead, mut emit: impl FnMut(&[u8], &[u8])) {
        let plan = self.state.snapshot().rules.plan(&self.allowed.route);
        self.emit_response(
            head,
            plan.deprecation.as_deref(),
            plan.sunset.as_deref(),
            &mut emit,
        );
        self.emit_limits(emit);
    }

    /// How the caller's limits stand after this request.
    fn emit_limits(&self, mut emit: impl FnMut(&[u8], &[u8])) {
        if self.allowed.limits.is_empty() {
            return;
        }
        let standings = standings(self.allowed.limits, self.readings, 1);
        // Empty, so that it is text.
        let mut scratch = String::from_utf8(self.core.scratch()).unwrap_or_default();
        limit_fields(&standings, true, &mut scratch, |name, value| {
            emit(name.lower.as_bytes(), value.as_bytes());
        });
        self.core.give_back(scratch.into_bytes());
    }

    fn emit_response(
        &self,
        head: &ResponseHead,
        deprecation: Option<&str>,
        sunset: Option<&str>,
        emit: impl FnMut(&[u8], &[u8]),
    ) {
        let context = ResponseContext {
            forwarding: &self.state.configuration().forwarding,
            deprecation,
            sunset,
            request_id: self.id.as_bytes(),
            status: head.status,
            received: match self.protocol() {
                UpstreamProtocol::Http1 => head.version,
                UpstreamProtocol::Http2 => Version::Http2,
            },
        };
        let mut scratch = self.core.scratch();
        forward::response(&head.fields, &context, &mut scratch, emit);
        self.core.give_back(scratch);
    }

    /// What is spoken with the upstream.
    fn protocol(&self) -> UpstreamProtocol {
        let rules = &self.state.snapshot().rules;
        rules.upstream(&self.allowed.route).protocol
    }
}
