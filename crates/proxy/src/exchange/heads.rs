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
        let over_http2 = self.protocol() == UpstreamProtocol::Http2;
        if key.is_some() || (self.allowed.websocket && over_http2) {
            // Where one side speaks HTTP/2 the caller's key does not count (RFC 8441 §5).
            self.fields_to_send(&mut |name, value| {
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
            self.fields_to_send(&mut emit);
        }
        if self.allowed.websocket && !over_http2 {
            emit(b"Connection", b"Upgrade");
            emit(b"Upgrade", b"websocket");
        }
    }

    /// As policies have changed them, or as they are.
    fn fields_to_send(&self, emit: &mut impl FnMut(&[u8], &[u8])) {
        match self.sent_instead() {
            Some(sent) => {
                for field in &sent.fields {
                    emit(&field.name, &field.value);
                }
            }
            None => self.own_fields(emit),
        }
    }

    /// The fields that the upstream would get if no policy changed them.
    pub(super) fn own_fields(&self, emit: &mut impl FnMut(&[u8], &[u8])) {
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
            session: rules.session(&self.allowed.route),
            consumer: self.allowed.consumer(rules),
            written: self.allowed.written,
        };
        let mut scratch = self.core.scratch();
        forward::request(self.head, &context, &mut scratch, emit);
        self.core.give_back(scratch);
    }

    /// What the caller gets of an interim response.
    pub(super) fn forward_interim(&self, head: &ResponseHead, emit: impl FnMut(&[u8], &[u8])) {
        let context = self.response_context(head);
        self.emit_response(head, &context, emit);
    }

    /// What the caller gets: with how its limits stand after this request, and what browsers
    /// are told, in place of what the upstream says of its own.
    pub(super) fn forward_response(&self, head: &ResponseHead, mut emit: impl FnMut(&[u8], &[u8])) {
        let plan = self.state.snapshot().rules.plan(&self.allowed.route);
        let standings = standings(self.allowed.limits, self.readings, 1);
        let grant = self
            .state
            .snapshot()
            .rules
            .grant(&self.allowed.route, self.head, self.now);
        let context = ResponseContext {
            deprecation: plan.deprecation.as_deref(),
            sunset: plan.sunset.as_deref(),
            limited: !standings.is_empty(),
            cors: grant.is_some(),
            ..self.response_context(head)
        };
        self.emit_response(head, &context, &mut emit);
        if let Some(grant) = grant {
            grant.fields(|name, value| emit(name.as_bytes(), value));
        }
        if context.limited {
            // Empty, so that it is text.
            let mut scratch = String::from_utf8(self.core.scratch()).unwrap_or_default();
            limit_fields(&standings, true, &mut scratch, |name, value| {
                emit(name.lower.as_bytes(), value.as_bytes());
            });
            self.core.give_back(scratch.into_bytes());
        }
    }

    /// Of any response: nothing is known better than by the upstream.
    fn response_context(&self, head: &ResponseHead) -> ResponseContext<'_> {
        ResponseContext {
            forwarding: &self.state.configuration().forwarding,
            deprecation: None,
            sunset: None,
            request_id: self.id.as_bytes(),
            status: head.status,
            received: match self.protocol() {
                UpstreamProtocol::Http1 => head.version,
                UpstreamProtocol::Http2 => Version::Http2,
            },
            limited: false,
            cors: false,
        }
    }

    fn emit_response(
        &self,
        head: &ResponseHead,
        context: &ResponseContext<'_>,
        emit: impl FnMut(&[u8], &[u8]),
    ) {
        let mut scratch = self.core.scratch();
        forward::response(&head.fields, context, &mut scratch, emit);
        self.core.give_back(scratch);
    }

    /// What is spoken with the upstream.
    fn protocol(&self) -> UpstreamProtocol {
        let rules = &self.state.snapshot().rules;
        rules.upstream(&self.allowed).protocol
    }
}
