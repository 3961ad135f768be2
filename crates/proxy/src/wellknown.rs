//! What the gateway answers about itself and to its callers, below `/.well-known/postern` on every
//! host: pages about codes, who the caller is, whether a request would pass, what became of one.
//!
//! Owns what those answers say. Refuses to own how they are sent, recorded and counted
//! (`exchange`), and where records are kept: it is handed them.

pub(crate) mod answer;
pub(crate) mod check;
pub(crate) mod csrf;
pub(crate) mod denials;
pub(crate) mod issuers;
mod links;
mod records;
pub(crate) mod session;
pub(crate) mod whoami;

pub use links::{HELP_VALID, Links};
pub(crate) use records::may_come;
pub use records::{ConsumerRecord, Looked, Records, Requests};

use postern_model::entity::Method;
use session::SessionPage;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Page<'a> {
    /// The page about a code or a family; of all of them where it is empty.
    Denials(&'a str),
    /// The same without the slash that its links need.
    DenialsBare,
    /// Who the caller is.
    Whoami,
    /// A token for the pages of this host.
    Csrf,
    /// Signing in and out at browsers.
    Session(SessionPage),
    /// An issuer that is built in, by its name.
    Issuer(&'a str, Endpoint),
    /// Whether the request would pass whose path follows.
    Check,
    /// What became of the request with that id.
    Request(&'a str),
}

/// What an issuer is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// How it describes itself (RFC 8414 §3).
    Description,
    /// Its keys (RFC 7517 §5).
    Keys,
    /// For a token (RFC 6749 §4.4).
    Token,
    /// To take a token back (RFC 7009 §2).
    Revocation,
}

/// Where the description of an issuer is looked for, in front of the issuer's own path
/// (RFC 8414 §3.1), and behind it (OpenID Connect Discovery 1.0 §4).
const BEFORE: &str = ".well-known/postern/issuers/";
const BEHIND: &str = ".well-known/openid-configuration";

/// Segments of a path before what [`Page::Check`] is asked about.
pub(crate) const CHECK_SEGMENTS: usize = 3;

impl<'a> Page<'a> {
    /// Reads what follows `/.well-known/postern`.
    pub(crate) fn of(rest: &'a str) -> Option<Self> {
        let (page, more) = match rest.strip_prefix('/')?.split_once('/') {
            Some((page, more)) => (page, Some(more)),
            None => (rest.strip_prefix('/')?, None),
        };
        match (page, more) {
            ("denials", Some(name)) => Some(Self::Denials(name)),
            ("denials", None) => Some(Self::DenialsBare),
            ("whoami", None) => Some(Self::Whoami),
            ("csrf", None) => Some(Self::Csrf),
            ("oauth-authorization-server", Some(more)) => {
                let name = more.strip_prefix(BEFORE)?;
                Some(Self::Issuer(name, Endpoint::Description))
            }
            ("issuers", Some(more)) => {
                let (name, endpoint) = more.split_once('/')?;
                let endpoint = match endpoint {
                    BEHIND => Endpoint::Description,
                    "keys" => Endpoint::Keys,
                    "token" => Endpoint::Token,
                    "revoke" => Endpoint::Revocation,
                    _ => return None,
                };
                Some(Self::Issuer(name, endpoint))
            }
            ("check", Some(_)) => Some(Self::Check),
            ("session", Some(name)) => SessionPage::of(name).map(Self::Session),
            ("requests", Some(id)) if !id.is_empty() && !id.contains('/') => {
                Some(Self::Request(id))
            }
            _ => None,
        }
    }

    /// Whether it is answered to requests of that method.
    pub(crate) fn answers(self, method: Method) -> bool {
        match self {
            Self::Check => true,
            _ => self.allowed().contains(&method),
        }
    }

    /// The methods of the requests that it is answered to, where these are not all.
    pub(crate) const fn allowed(self) -> &'static [Method] {
        match self {
            // What changes something is no link that a page could have a browser follow.
            Self::Session(SessionPage::SignOut | SessionPage::BackchannelLogout)
            | Self::Issuer(_, Endpoint::Token | Endpoint::Revocation) => &[Method::Post],
            // Each use has an effect: nobody is to try it out first.
            Self::Session(_) => &[Method::Get],
            _ => &[Method::Get, Method::Head],
        }
    }
}
