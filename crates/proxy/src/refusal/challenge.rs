//! `WWW-Authenticate`: how to prove who one is (RFC 9110 §11.6.1).

use super::headers::{Headers, names};
use super::{Context, push_string};

/// One way to prove an identity that an operation accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Challenge<'a> {
    /// An API key in a header.
    ApiKey {
        /// The service.
        realm: &'a str,
        /// The header in which the key is looked for.
        header: &'a str,
    },
    /// A bearer token (RFC 6750 §3).
    Bearer {
        /// The service.
        realm: &'a str,
        /// What was wrong with the one that came; `None`: none came.
        error: Option<&'static str>,
    },
    /// The cookie of a session.
    Cookie {
        /// The service.
        realm: &'a str,
        /// The cookie's name.
        name: &'a str,
    },
}

/// Adds a field for each challenge. A 401 must have one (RFC 9110 §15.5.2): where none is known,
/// it says at least for whom.
pub(super) fn push(context: &Context<'_>, headers: &mut Headers) {
    for challenge in context.challenges {
        headers.write(names::WWW_AUTHENTICATE, |out| match challenge {
            Challenge::ApiKey { realm, header } => {
                out.push_str("ApiKey realm=");
                push_string(out, realm);
                out.push_str(", header=");
                push_string(out, header);
            }
            Challenge::Cookie { realm, name } => {
                out.push_str("Cookie realm=");
                push_string(out, realm);
                out.push_str(", cookie-name=");
                push_string(out, name);
            }
            Challenge::Bearer { realm, error } => {
                out.push_str("Bearer realm=");
                push_string(out, realm);
                if let Some(error) = error {
                    out.push_str(", error=");
                    push_string(out, error);
                }
            }
        });
    }
    if context.challenges.is_empty() {
        headers.write(names::WWW_AUTHENTICATE, |out| {
            out.push_str("ApiKey realm=");
            push_string(out, context.pseudonym);
        });
    }
}
