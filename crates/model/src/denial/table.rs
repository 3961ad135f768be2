//! The table of codes.

use super::{Fault, Retry};
use crate::Stage;

/// A code's row of the contract.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// The public name, `family.reason`.
    pub name: &'static str,
    /// A short sentence in the words that people search for.
    pub title: &'static str,
    /// Status by default.
    pub status: u16,
    /// The other statuses that a profile or policy may choose.
    pub other_statuses: &'static [u16],
    /// Whose business it is, unless the evidence proves otherwise.
    pub fault: Fault,
    /// Whether trying again can help, unless a time is known.
    pub retry: Retry,
    /// The stage that refuses.
    pub stage: Stage,
    /// What the caller is shown.
    pub public: Public,
    /// Error type in `Proxy-Status` (RFC 9209 §2.3); empty where the refusal is not ours.
    pub proxy_error: &'static str,
}

/// The public form of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Public {
    /// As itself.
    AsSelf,
    /// In every respect as another code.
    As(Code),
}

/// The stable name of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Code {
    /// `connection.tls_required`
    TlsRequired,
    /// `connection.certificate_missing`
    CertificateMissing,
    /// `connection.certificate_untrusted`
    CertificateUntrusted,
    /// `connection.certificate_expired`
    CertificateExpired,
    /// `connection.misdirected`
    Misdirected,
    /// `connection.header_too_large`
    HeaderTooLarge,
    /// `connection.uri_too_long`
    UriTooLong,
    /// `connection.malformed`
    Malformed,
    /// `connection.version_unsupported`
    VersionUnsupported,
    /// `connection.method_unsupported`
    MethodUnsupported,
    /// `connection.upgrade_not_allowed`
    UpgradeNotAllowed,
    /// `connection.proxy_protocol_invalid`
    ProxyProtocolInvalid,
    /// `connection.loop_detected`
    LoopDetected,
    /// `connection.limit_reached`
    LimitReached,
    /// `connection.timeout`
    ConnectionTimeout,
    /// `client.address_unparseable`
    AddressUnparseable,
    /// `route.not_found`
    NotFound,
    /// `route.method_not_allowed`
    MethodNotAllowed,
    /// `route.not_published`
    NotPublished,
    /// `route.version_retired`
    VersionRetired,
    /// `route.path_rejected`
    PathRejected,
    /// `headers.expectation_unsupported`
    ExpectationUnsupported,
    /// `upstream.unreachable`
    Unreachable,
    /// `upstream.address_forbidden`
    AddressForbidden,
    /// `upstream.timeout`
    UpstreamTimeout,
    /// `upstream.no_healthy_target`
    NoHealthyTarget,
    /// `upstream.circuit_open`
    CircuitOpen,
    /// `upstream.response_invalid`
    ResponseInvalid,
    /// `upstream.closed_early`
    ClosedEarly,
    /// `origin.refused`
    OriginRefused,
    /// `gateway.overloaded`
    Overloaded,
    /// `gateway.draining`
    Draining,
    /// `gateway.not_ready`
    NotReady,
    /// `gateway.internal`
    Internal,
}

impl Code {
    /// Every code, in the order of the contract.
    pub const ALL: &'static [Self] = &[
        Self::TlsRequired,
        Self::CertificateMissing,
        Self::CertificateUntrusted,
        Self::CertificateExpired,
        Self::Misdirected,
        Self::HeaderTooLarge,
        Self::UriTooLong,
        Self::Malformed,
        Self::VersionUnsupported,
        Self::MethodUnsupported,
        Self::UpgradeNotAllowed,
        Self::ProxyProtocolInvalid,
        Self::LoopDetected,
        Self::LimitReached,
        Self::ConnectionTimeout,
        Self::AddressUnparseable,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::NotPublished,
        Self::VersionRetired,
        Self::PathRejected,
        Self::ExpectationUnsupported,
        Self::Unreachable,
        Self::AddressForbidden,
        Self::UpstreamTimeout,
        Self::NoHealthyTarget,
        Self::CircuitOpen,
        Self::ResponseInvalid,
        Self::ClosedEarly,
        Self::OriginRefused,
        Self::Overloaded,
        Self::Draining,
        Self::NotReady,
        Self::Internal,
    ];

    /// The public name, `family.reason`.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The family: what stands before the dot.
    pub fn family(self) -> &'static str {
        self.name().split_once('.').map_or("", |(family, _)| family)
    }

    /// The code of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }

    /// The code's row.
    #[expect(clippy::too_many_lines, reason = "a table, one row beside the other")]
    pub const fn row(self) -> &'static Row {
        match self {
            Self::TlsRequired => &Row {
                name: "connection.tls_required",
                title: "HTTPS required",
                status: 403,
                other_statuses: &[308],
                fault: Fault::Consumer,
                retry: Retry::AfterChange,
                stage: Stage::Connection,
                public: Public::AsSelf,
                proxy_error: "http_request_denied",
            },
            Self::CertificateMissing => &Row {
                name: "connection.certificate_missing",
                title: "Client certificate required",
                status: 403,
                other_statuses: &[],
                fault: Fault::Consumer,
                retry: Retry::AfterChange,
                stage: Stage::Connection,
                public: Public::AsSelf,
                proxy_error: "http_request_denied",
            },
            Self::CertificateUntrusted => &Row {
                name: "connection.certificate_untrusted",
                title: "Client certificate not trusted",
                status: 403,
                other_statuses: &[],
                fault: Fault::Consumer,
                retry: Retry::AfterChange,
                stage: Stage::Connection,
                public: Public::AsSelf,
                proxy_error: "http_request_denied",
            },
            Self::CertificateExpired => &Row {
                name: "connection.certificate_expired",
                title: "Client certificate expired or not yet valid",
                status: 403,
                other_statuses: &[],
                fault: Fault::Consumer,
                retry: Retry::AfterChange,
                stage: Stage::Connection,
                public: Public::AsSelf,
                proxy_error: "http_request_denied",
            },
            Self::Misdirected => &Row {
                name: "connection.misdirected",
                title: "Misdirected request",
                status: 421,
                other_statuses: &[],
                fault: Fault::Consumer,
                retry: Retry::AfterChange,
                stage: Stage::Connection,
                public: Public::AsSelf,
                proxy_error: "http_request_error",
            },
            Self::HeaderTooLarge => &Row {
                name: "connection.header_too_large",
                title: "Request header too large",
                status: 431,
                other_statuses: &[],
                fault: Fault::Consumer,
                retry: Retry::AfterChange,
                stage: Stage::Connection,
                public: Public::AsSelf,
                proxy_error: "http_request_error",
            },
            Self::UriTooLong => &Row {
                name: "connection.uri_too_long",
                title: "Request target too long",
                status: 414,
                other_statuses: &[],
                fault: Fault::Consumer,
                retry: Retry::AfterChange,
                stage: Stage::Connection,
                public: Public::AsSelf,
                proxy_error: "http_request_error",
            },
            Self::Malformed => &Row {
                name: "connection.malformed",
                title: "Malformed HTTP request",
                status: 400,
                other_statuses: &[],
                fault: Fault::Consumer,
                retry: Retry::Never,
                stage: Stage::Connection,
                public: Public::AsSelf,
                proxy_error: "http_request_error",
            },
            Self::VersionUnsupported => &Row {
                name: "connection.version_unsupported",
                title: "HTTP version not supported",
                status: 505,
                other_statuses: &[],
                fault: Fault::Consumer,
                retry: Retry::Never,
                stage: Stage::Connection,
                public: Public::AsSelf,
                proxy_error: "http_request_error",
            },
            Self::MethodUnsupported => &Row {
                name: "connection.method_unsupported",
                title: "Method not implemented",
                status: 501,
                other_statuses: &[],
                fault: Fault::Consumer,
                retry: Retry::Never,
                stage: Stage::Connection,
                public: Public::AsSelf,
                proxy_error: "http_request_error",
            },
            Self::UpgradeNotAllowed => &Row {
                name: "connection.upgrade_not_allowed",
                title: "Protocol upgrade not allowed",
                status: 400,
                other_statuses: &[],
                fault: Fault::Consumer,
                retry: Retry::Never,
                stage: Stage::Connection,
                public: Public::AsSelf,
                proxy_error: "http_request_error",
            },
            Self::ProxyProtocolInvalid => &Row {
                name: "connection.proxy_protocol_invalid",
                title: "Invalid PROXY protocol header",
                status: 400,
                other_statuses: &[],
                fault: Fault::Operator,
                retry: Retry::AfterChange,
                stage: Stage::Connection,
                public: Public::AsSelf,
                proxy_error: "http_request_error",
            },
            Self::LoopDetected => &Row {
                name: "connection.loop_detected",
                title: "Loop detected",
                status: 508,
                other_statuses: &[],
                fault: Fault::Operator,
                retry: Retry::AfterChange,
                stage: Stage::Connection,
                public: Public::AsSelf,
                proxy_error: "proxy_loop_detected",
            },
            Self::LimitReached => &Row {
                name: "connection.limit_reached",
                title: "Too many connections",
                status: 503,
                other_statuses: &[],
                fault: Fault::Gateway,
                retry: Retry::After(1),
                stage: Stage::Connection,
                public: Public::AsSelf,
                proxy_error: "proxy_internal_response",
            },
            Self::ConnectionTimeout => &Row {
                name: "connection.timeout",
                title: "Request sent too slowly",
                status: 408,
                other_statuses: &[],
                fault: Fault::Consumer,
                retry: Retry::After(0),
                stage: Stage::Connection,
                public: Public::AsSelf,
                proxy_error: "http_request_error",
            },
            Self::AddressUnparseable => &Row {
                name: "client.address_unparseable",
                title: "Client address cannot be read",
                status: 400,
                other_statuses: &[],
                fault: Fault::Operator,
                retry: Retry::AfterChange,
                stage: Stage::Client,
                public: Public::AsSelf,
                proxy_error: "http_request_error",
            },
            Self::NotFound => &Row {
                name: "route.not_found",
                title: "No such operation",
                status: 404,
                other_statuses: &[],
                fault: Fault::Consumer,
                retry: Retry::AfterChange,
                stage: Stage::Route,
                public: Public::AsSelf,
                proxy_error: "http_request_error",
            },
            Self::MethodNotAllowed => &Row {
                name: "route.method_not_allowed",
                title: "Method not allowed",
                status: 405,
                other_statuses: &[403, 404],
                fault: Fault::Consumer,
                retry: Retry::AfterChange,
                stage: Stage::Route,
                public: Public::AsSelf,
                proxy_error: "http_request_error",
            },
            Self::NotPublished => &Row {
                name: "route.not_published",
                title: "Version not published",
                status: 404,
                other_statuses: &[],
                fault: Fault::Publisher,
                retry: Retry::AfterChange,
                stage: Stage::Route,
                public: Public::As(Self::NotFound),
                proxy_error: "http_request_error",
            },
            Self::VersionRetired => &Row {
                name: "route.version_retired",
                title: "Version retired",
                status: 410,
                other_statuses: &[404],
                fault: Fault::Consumer,
                retry: Retry::AfterChange,
                stage: Stage::Route,
                public: Public::AsSelf,
                proxy_error: "http_request_error",
            },
            Self::PathRejected => &Row {
                name: "route.path_rejected",
                title: "Ambiguous path",
                status: 400,
                other_statuses: &[],
                fault: Fault::Consumer,
                retry: Retry::AfterChange,
                stage: Stage::Route,
                public: Public::AsSelf,
                proxy_error: "http_request_error",
            },
            Self::ExpectationUnsupported => &Row {
                name: "headers.expectation_unsupported",
                title: "Expectation not supported",
                status: 417,
                other_statuses: &[],
                fault: Fault::Consumer,
                retry: Retry::AfterChange,
                stage: Stage::Headers,
                public: Public::AsSelf,
                proxy_error: "http_request_error",
            },
            Self::Unreachable => &Row {
                name: "upstream.unreachable",
                title: "Upstream unreachable",
                status: 502,
                other_statuses: &[],
                fault: Fault::Upstream,
                retry: Retry::After(1),
                stage: Stage::Upstream,
                public: Public::AsSelf,
                proxy_error: "destination_unavailable",
            },
            Self::AddressForbidden => &Row {
                name: "upstream.address_forbidden",
                title: "Upstream address forbidden",
                status: 502,
                other_statuses: &[],
                fault: Fault::Publisher,
                retry: Retry::AfterChange,
                stage: Stage::Upstream,
                public: Public::AsSelf,
                proxy_error: "destination_ip_prohibited",
            },
            Self::UpstreamTimeout => &Row {
                name: "upstream.timeout",
                title: "Upstream timed out",
                status: 504,
                other_statuses: &[],
                fault: Fault::Upstream,
                retry: Retry::After(1),
                stage: Stage::Upstream,
                public: Public::AsSelf,
                proxy_error: "http_response_timeout",
            },
            Self::NoHealthyTarget => &Row {
                name: "upstream.no_healthy_target",
                title: "No healthy upstream target",
                status: 503,
                other_statuses: &[],
                fault: Fault::Upstream,
                retry: Retry::After(5),
                stage: Stage::Upstream,
                public: Public::AsSelf,
                proxy_error: "destination_unavailable",
            },
            Self::CircuitOpen => &Row {
                name: "upstream.circuit_open",
                title: "Upstream circuit open",
                status: 503,
                other_statuses: &[],
                fault: Fault::Upstream,
                retry: Retry::After(5),
                stage: Stage::Upstream,
                public: Public::AsSelf,
                proxy_error: "destination_unavailable",
            },
            Self::ResponseInvalid => &Row {
                name: "upstream.response_invalid",
                title: "Invalid upstream response",
                status: 502,
                other_statuses: &[],
                fault: Fault::Upstream,
                retry: Retry::After(1),
                stage: Stage::Upstream,
                public: Public::AsSelf,
                proxy_error: "http_protocol_error",
            },
            Self::ClosedEarly => &Row {
                name: "upstream.closed_early",
                title: "Upstream closed early",
                status: 502,
                other_statuses: &[],
                fault: Fault::Upstream,
                retry: Retry::After(1),
                stage: Stage::Upstream,
                public: Public::AsSelf,
                proxy_error: "http_response_incomplete",
            },
            Self::OriginRefused => &Row {
                name: "origin.refused",
                title: "Refused by the upstream",
                status: 403,
                other_statuses: &[],
                fault: Fault::Upstream,
                retry: Retry::Never,
                stage: Stage::Response,
                public: Public::AsSelf,
                proxy_error: "",
            },
            Self::Overloaded => &Row {
                name: "gateway.overloaded",
                title: "Gateway overloaded",
                status: 503,
                other_statuses: &[],
                fault: Fault::Gateway,
                retry: Retry::After(1),
                stage: Stage::Connection,
                public: Public::AsSelf,
                proxy_error: "proxy_internal_response",
            },
            Self::Draining => &Row {
                name: "gateway.draining",
                title: "Gateway shutting down",
                status: 503,
                other_statuses: &[],
                fault: Fault::Gateway,
                retry: Retry::After(1),
                stage: Stage::Connection,
                public: Public::AsSelf,
                proxy_error: "proxy_internal_response",
            },
            Self::NotReady => &Row {
                name: "gateway.not_ready",
                title: "Gateway not ready",
                status: 503,
                other_statuses: &[],
                fault: Fault::Gateway,
                retry: Retry::After(1),
                stage: Stage::Connection,
                public: Public::AsSelf,
                proxy_error: "proxy_configuration_error",
            },
            Self::Internal => &Row {
                name: "gateway.internal",
                title: "Internal gateway error",
                status: 500,
                other_statuses: &[],
                fault: Fault::Gateway,
                retry: Retry::After(1),
                stage: Stage::Connection,
                public: Public::AsSelf,
                proxy_error: "proxy_internal_error",
            },
        }
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
