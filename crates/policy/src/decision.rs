//! What comes out of deciding.

use crate::client::{ClientAddress, Scheme};
use crate::forward::Written;
use crate::identity::Identity;
use crate::kept::Kept;
use crate::own::Own;
use crate::policies::LimitUse;
use crate::router::{Params, Route};
use postern_model::Stage;
use postern_model::denial::Denial;
use postern_model::entity::Method;
use std::net::IpAddr;

/// How far a walk goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Depth {
    /// To the first refusal: serving.
    #[default]
    FirstDenial,
    /// Through every stage, past refusals and missing facts: explaining.
    Everything,
}

/// A fact that the edge of the system has to obtain. Closed: a new one is a new variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactRequest {
    /// What the connection's client certificate is worth for a service.
    ClientCertificate {
        /// Index into [`Configuration::services`](postern_model::entity::Configuration).
        service: usize,
    },
    /// What the counters of the client's address say.
    Edge,
    /// In which country the client's address is.
    Country,
    /// To which autonomous system the client's address belongs.
    AutonomousSystem,
    /// What a list that comes from elsewhere says of an address.
    Listed {
        /// Index into [`Configuration::lists`](postern_model::entity::Configuration).
        list: usize,
        /// The address.
        address: IpAddr,
    },
    /// What stands where the matched operation looks for credentials.
    Credential,
    /// What stands where a policy looks for a token of the host's own pages.
    CsrfToken {
        /// Index into [`Configuration::policies`](postern_model::entity::Configuration).
        policy: u32,
    },
    /// What stands in the field of a form where a policy looks for such a token. The form's
    /// beginning is there.
    CsrfField {
        /// As above.
        policy: u32,
    },
    /// What somebody says whom a policy asks.
    External {
        /// Index into [`Configuration::policies`](postern_model::entity::Configuration).
        policy: u32,
        /// Most bytes of the body that it is shown; `None`: it is not.
        body: Option<u32>,
    },
    /// The blocks that the caller is under at [`Walk::block_places`](crate::Walk::block_places).
    CallerBlocks,
    /// What the limits say that the walk has named.
    Counters,
    /// The first bytes of the body.
    BodyStart {
        /// How many, at most.
        bytes: usize,
    },
    /// The whole body.
    Body {
        /// Most bytes that are read of it.
        limit: u64,
    },
    /// Whether the body is the one whose digest was signed.
    Content {
        /// Most bytes that are read of it.
        limit: u64,
    },
}

impl FactRequest {
    /// The fact's name in findings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ClientCertificate { .. } => "client_certificate",
            Self::Edge => "edge_counters",
            Self::Listed { .. } => "list",
            Self::Country => "country",
            Self::AutonomousSystem => "autonomous_system",
            Self::Credential => "credential",
            Self::CsrfToken { .. } | Self::CsrfField { .. } => "csrf_token",
            Self::External { .. } => "external_decision",
            Self::CallerBlocks => "caller_blocks",
            Self::Counters => "counters",
            Self::BodyStart { .. } => "body_start",
            Self::Body { .. } => "body",
            Self::Content { .. } => "content_digest",
        }
    }
}

/// Where a walk stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Obtain this fact and step again.
    Need(FactRequest),
    /// The walk is over.
    Done(Decision),
}

/// What is decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It may pass; what it needs on its way is [`Walk::allowed`](crate::Walk::allowed).
    Allow,
    /// It may not. With [`Depth::Everything`]: the first of several.
    Refuse(Denial),
    /// It is for the gateway itself, which answers it and forwards nothing. The stages up to
    /// `edge` have passed; no later one is walked.
    Own(Box<Own>),
    /// It is a browser's question whether a page of another origin may send something, and it may
    /// ([`Walk::preflight`](crate::Walk::preflight)). The gateway answers it and forwards nothing;
    /// the stages up to `cors` have passed, and no later one is walked.
    Preflight,
    /// A record did not keep what it takes to tell. Never of a live request.
    CannotTell(Unknown),
}

/// What an allowed request needs on its way: a view of what its walk and its head hold, so that
/// nothing is moved.
#[derive(Debug, Clone, Copy)]
pub struct Allowed<'a> {
    /// The operation.
    pub route: Route,
    /// Index into [`Configuration::upstreams`](postern_model::entity::Configuration).
    pub upstream: usize,
    /// The method; a WebSocket over HTTP/2 counts as GET.
    pub method: Method,
    /// The path parameters, in the order of the template, as pieces of the normal path.
    pub params: &'a Params,
    /// The normal path: matched, logged and sent upstream. ASCII.
    pub path: &'a [u8],
    /// The host asked for, in its one spelling. ASCII.
    pub host: &'a [u8],
    /// Whose request it is.
    pub client: ClientAddress,
    /// What the caller speaks, a trusted hop's word included.
    pub scheme: Scheme,
    /// A well-formed WebSocket handshake on an operation that declares it.
    pub websocket: bool,
    /// Counters to take from before it goes on, all or none.
    pub limits: &'a [LimitUse],
    /// Most bytes of its body, where its length is not known beforehand.
    pub body_limit: Option<u64>,
    /// What policies in shadow mode would have refused.
    pub shadow: &'a Vec<Denial>,
    /// What was found out that no record keeps otherwise.
    pub kept: &'a Vec<Kept>,
    /// What others write into it, whom policies asked.
    pub written: &'a Vec<Written>,
    /// The environment of the host asked for; [`Rules::environment`](crate::rules::Rules) names it.
    pub environment: usize,
    /// Who calls; `None`: nobody in particular, which is allowed there.
    pub identity: Option<&'a Identity>,
}

/// A fact that was not there when everything was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unknown {
    /// The stage that could not tell.
    pub stage: Stage,
    /// What was missing, by name.
    pub what: &'static str,
}
