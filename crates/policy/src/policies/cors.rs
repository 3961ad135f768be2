//! Kind `cors`: which pages of other origins may call, and what of the answers they may read.

use crate::origin::{ExpressionError, Origins};
use postern_model::entity::{CorsRule, Method, Name, OriginPattern};

/// Headers of answers that pages may always read: without them nobody could tell what was refused.
/// And without `DPoP-Nonce` none could go on that is asked for one (RFC 9449 §8).
const EXPOSED: &str = "X-Request-Id, Postern-Denial, Retry-After, RateLimit, RateLimit-Policy, \
                       WWW-Authenticate, DPoP-Nonce";

/// Most origins in evidence.
const SHOWN: usize = 20;

/// Compiled.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the policy"
)]
pub(crate) struct Cors {
    origins: Origins,
    /// As the evidence shows them.
    pub(crate) shown: Box<[Box<str>]>,
    methods: Box<[Method]>,
    pub(crate) headers: Box<[Name]>,
    any_header: bool,
    /// The value of `Access-Control-Expose-Headers`.
    pub(crate) exposed: Box<str>,
    pub(crate) credentials: bool,
    /// The value of `Access-Control-Allow-Origin`, where it is the same for all: with credentials
    /// it never is.
    pub(crate) everybody: Option<&'static str>,
    /// The value of `Access-Control-Max-Age`.
    pub(crate) max_age: Box<str>,
    pub(crate) enforce_origin: bool,
    pub(crate) private_network: bool,
}

impl Cors {
    pub(super) fn new(rule: &CorsRule) -> Result<Self, ExpressionError> {
        let shown = rule.origins.iter().take(SHOWN);
        let mut exposed = EXPOSED.to_owned();
        for name in &rule.exposed_headers {
            exposed.push_str(", ");
            exposed.push_str(name);
        }
        let everybody = rule.origins.contains(&OriginPattern::Any) && !rule.credentials;
        Ok(Self {
            origins: Origins::new(&rule.origins)?,
            shown: shown.map(|origin| origin.to_string().into()).collect(),
            methods: rule.methods.clone().into(),
            headers: rule.headers.clone().into(),
            any_header: rule.any_header,
            exposed: exposed.into(),
            credentials: rule.credentials,
            everybody: everybody.then_some("*"),
            max_age: rule.max_age.as_secs().to_string().into(),
            enforce_origin: rule.enforce_origin,
            private_network: rule.private_network,
        })
    }

    /// Whether pages of an origin may call.
    pub(crate) fn allows_origin(&self, origin: &[u8]) -> bool {
        self.origins.allow(origin)
    }

    /// Whether such pages may use a method. HEAD is GET without the body.
    pub(crate) fn allows_method(&self, method: Method) -> bool {
        method.is_among(&self.methods)
    }

    /// Whether such pages may send a header, its name in any case.
    pub(crate) fn allows_header(&self, name: &[u8]) -> bool {
        let is = |allowed: &Name| allowed.as_bytes().eq_ignore_ascii_case(name);
        self.any_header || self.headers.iter().any(is)
    }
}
