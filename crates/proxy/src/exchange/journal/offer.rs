//! What sinks of records are told of a request that is over.

use super::{Journal, ascii};
use crate::record::{self, Delivered, Outcome, Record};
use postern_model::entity::TlsVersion;
use postern_model::{Code, Denial};
use postern_policy::forward::trace::Trace;
use postern_policy::head::Version;
use std::time::{Duration, SystemTime};

impl Journal<'_> {
    /// Tells the sinks. Not on the way of a request that nobody wants to hear of.
    #[cold]
    pub(super) fn offer(&self, duration: Duration) {
        let shared = &self.core.shared;
        let rules = &self.state.snapshot().rules;
        let of_origin = (self.outcome == Outcome::OriginRefused)
            .then(|| Denial::new(Code::OriginRefused).saw("status", u64::from(self.status)));
        let route = self.route();
        let upstream = self
            .allowed_request()
            .and_then(|allowed| self.state.upstream(allowed.upstream))
            .map(|upstream| upstream.state());
        let target = upstream
            .filter(|_| self.attempts > 0)
            .and_then(|upstream| upstream.targets.get(self.target));
        let walked = self.walked.as_deref();
        let raw_path;
        let path = match (
            self.allowed_request(),
            walked.and_then(|w| w.path.as_deref()),
        ) {
            (Some(allowed), _) => ascii(allowed.path),
            (None, Some(path)) => path,
            (None, None) => {
                raw_path = String::from_utf8_lossy(self.head.path());
                &*raw_path
            }
        };
        let host = match self.allowed_request() {
            Some(allowed) => ascii(allowed.host),
            // What is no host may be anything, a password among it.
            None => walked.map_or("", |w| &w.host),
        };
        let micros = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default()
            .saturating_sub(duration)
            .as_micros();
        shared.sinks.record(&Record {
            id: self.id,
            start: u64::try_from(micros).unwrap_or(u64::MAX),
            duration,
            client: match self.allowed_request() {
                Some(allowed) => Some(allowed.client.address),
                None => walked.and_then(|w| w.client),
            },
            peer: self.caller.facts.peer,
            method: std::str::from_utf8(self.head.method()).unwrap_or_default(),
            host,
            path,
            service: route.as_ref().map(|route| &*rules.service(route).name),
            version: route.as_ref().map(|route| &*rules.version(route).name),
            operation: route.as_ref().map(|route| &*rules.operation(route).name),
            status: self.status,
            outcome: self.outcome,
            denial: self.denial.as_deref().or(of_origin.as_ref()),
            upstream: upstream.map(|upstream| &**upstream.name()),
            target: target.map(|slot| &**slot.target.name()),
            attempts: self.attempts,
            bytes_in: self.traffic.received.get(),
            bytes_out: self.traffic.sent.get(),
            delivered: delivered(self.is_whole, self.head.version),
            protocol: self.head.version,
            tls: self
                .caller
                .facts
                .tls
                .as_ref()
                .map(|tls| tls_name(tls.version)),
            client_request_id: self.client_request_id().as_deref(),
            trace: Some(place(&self.trace)),
        });
    }
}

const fn delivered(whole: bool, version: Version) -> Delivered {
    match (whole, version) {
        (true, _) => Delivered::Response,
        (false, Version::Http2) => Delivered::Reset,
        (false, Version::Http10 | Version::Http11) => Delivered::Close,
    }
}

const fn tls_name(version: TlsVersion) -> &'static str {
    match version {
        TlsVersion::V1_2 => "TLSv1.2",
        TlsVersion::V1_3 => "TLSv1.3",
    }
}

fn place(trace: &Trace) -> record::Trace {
    record::Trace {
        trace: trace.trace_id.to_be_bytes(),
        span: trace.span_id.to_be_bytes(),
        parent: trace.parent_id.map(u64::to_be_bytes),
        sampled: trace.is_sampled(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_did_not_arrive_was_reset_or_closed() {
        assert_eq!(delivered(true, Version::Http2), Delivered::Response);
        assert_eq!(delivered(false, Version::Http2), Delivered::Reset);
        assert_eq!(delivered(false, Version::Http10), Delivered::Close);
    }

    #[test]
    fn a_record_names_the_span_that_the_upstream_was_told() {
        let parent = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let trace = Trace::new([&parent[..]].into_iter(), 1, 0x0102, false);
        let place = place(&trace);
        assert_eq!(place.span, [0, 0, 0, 0, 0, 0, 1, 2]);
        assert_eq!(place.parent, Some(0xb7ad_6b71_6920_3331_u64.to_be_bytes()));
        assert_eq!(
            place.trace,
            0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c_u128.to_be_bytes()
        );
        assert!(place.sampled);
        let sent = trace.encode();
        assert!(sent.ends_with(b"-0000000000000102-01"));
    }
}
