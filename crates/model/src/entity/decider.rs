//! Deciders: services of others that are asked whether a request may pass.

use super::{Level, Name, Target, UpstreamTls};
use std::time::Duration;

/// How a decider is asked, and what counts of its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalRule {
    /// What is spoken with it.
    pub protocol: DeciderProtocol,
    /// Where it is, as configured: `http` or `https`, without user, query and fragment.
    pub url: Name,
    /// Its host and port.
    pub target: Target,
    /// The path in its address, without a slash at its end; empty where there is none.
    pub path: Name,
    /// TLS to it.
    pub tls: Option<UpstreamTls>,
    /// The longest that one question may take, connecting included.
    pub timeout: Duration,
    /// What becomes of requests that it says nothing about.
    pub on_failure: OnFailure,
    /// Most bytes of an answer's body.
    pub max_answer: u32,
    /// Headers of the request that it is shown, lower case. None of them may carry a credential,
    /// unless `credentials` says so.
    pub headers: Vec<Name>,
    /// Whether it is shown headers that carry credentials, too, where `headers` names them.
    pub credentials: bool,
    /// Whether it is told who calls.
    pub identity: bool,
    /// Most bytes of the request's body that it is shown; `None`: it is not.
    pub body: Option<u32>,
    /// Headers that its answer may set in the request that goes on, lower case. What callers send in
    /// them is dropped.
    pub answer_headers: Vec<Name>,
}

impl ExternalRule {
    /// What the answer depends on, besides the request: questions that are alike have alike answers.
    pub fn question(&self) -> String {
        let list = |names: &[Name]| names.join(",");
        let flags = (self.credentials, self.identity, self.body);
        let (protocol, url) = (self.protocol.name(), &self.url);
        let answered = list(&self.answer_headers);
        format!(
            "{protocol} {url} {} {flags:?} {answered}",
            list(&self.headers)
        )
    }
}

/// What is spoken with a decider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeciderProtocol {
    /// A GET with `X-Forwarded-` headers, as Traefik's `ForwardAuth` and nginx's `auth_request` ask.
    ForwardAuth,
    /// Envoy's `ext_authz` over HTTP: the request again, without its body, below a prefix.
    ExtAuthzHttp,
    /// Envoy's `ext_authz` over gRPC: `envoy.service.auth.v3.Authorization/Check`.
    ExtAuthzGrpc,
    /// The Open Policy Agent's REST API: `POST /v1/data/…`.
    Opa,
}

impl DeciderProtocol {
    /// Its name in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ForwardAuth => "forward_auth",
            Self::ExtAuthzHttp => "ext_authz_http",
            Self::ExtAuthzGrpc => "ext_authz_grpc",
            Self::Opa => "opa",
        }
    }
}

/// What becomes of requests that a decider says nothing about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnFailure {
    /// They are refused.
    #[default]
    Refuse,
    /// They pass, and that is noted.
    Allow,
}

/// Whose decider it is, by where its policy holds: the service's or tenant's name decides where it
/// may be.
impl Level {
    /// The service that the policy is about, if it is about one.
    pub fn service(&self) -> Option<&Name> {
        match self {
            Self::Platform | Self::Tenant(_) => None,
            Self::Service(service) | Self::Version(service, _) | Self::Operation(service, _, _) => {
                Some(service)
            }
        }
    }
}
