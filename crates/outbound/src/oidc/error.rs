//! Why nobody is signed in, and whose fault it is.

use crate::ambient::NoRandomness;
use postern_model::Fault;

/// Why nobody is signed in. A provider that is down is never the fault of who signs in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OidcError {
    /// How the provider is configured here.
    #[error("the identity provider is configured wrongly: {0}")]
    Settings(String),
    /// It does not answer, or not what it should.
    #[error("the identity provider {issuer} cannot be used: {what}")]
    Provider {
        /// Its issuer identifier.
        issuer: String,
        /// What is wrong.
        what: String,
    },
    /// It says no (RFC 6749 §4.1.2.1).
    #[error("the identity provider answered `{error}`{}", said(description.as_deref()))]
    Refused {
        /// Its code, such as `access_denied`.
        error: String,
        /// Its words.
        description: Option<String>,
    },
    /// The browser came back with something that does not belong to a sign-in that we began.
    #[error("this is not an answer to a sign-in that was begun here: {0}; begin again")]
    Callback(&'static str),
    /// The sign-in took too long.
    #[error("the sign-in was begun too long ago; begin again")]
    Expired,
    /// The ID token proves nothing.
    #[error("the ID token of {issuer} is not accepted: {fault}")]
    Token {
        /// The issuer that was expected.
        issuer: String,
        /// What is wrong with it.
        fault: TokenFault,
    },
    /// The system has no randomness to give.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
}

/// What is wrong with an ID token (OpenID Connect Core §3.1.3.7).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// It cannot be read.
    #[error("it cannot be read as a signed JWT")]
    Malformed,
    /// Signed with what we do not accept, `none` and shared secrets among it.
    #[error("it is signed with `{0}`; RS, PS, ES or EdDSA is needed")]
    Algorithm(String),
    /// The provider publishes no such key.
    #[error("no key of the provider fits it")]
    UnknownKey,
    /// Signed by somebody else, or changed.
    #[error("its signature is wrong")]
    Signature,
    /// A claim that must be there.
    #[error("it has no `{0}`, or not as it should be")]
    Missing(&'static str),
    /// By another issuer.
    #[error("its issuer is another one")]
    Issuer,
    /// For another client.
    #[error("it is for another client")]
    Audience,
    /// Not valid any more.
    #[error("it has expired")]
    Expired,
    /// Not valid yet.
    #[error("it is from the future; a clock is wrong")]
    Future,
    /// For another sign-in.
    #[error("its nonce belongs to another sign-in")]
    Nonce,
    /// It belongs to another access token.
    #[error("the access token is not the one that it belongs to")]
    AccessToken,
    /// The userinfo endpoint speaks of another person.
    #[error("the userinfo endpoint speaks of another subject")]
    Subject,
}

impl OidcError {
    /// Whose fault it is.
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Settings(_) => Fault::Operator,
            Self::Provider { .. } | Self::Token { .. } => Fault::IdentityProvider,
            Self::Refused { .. } | Self::Callback(_) | Self::Expired => Fault::Consumer,
            Self::Randomness(_) => Fault::Gateway,
        }
    }
}

fn said(description: Option<&str>) -> String {
    description.map_or_else(String::new, |text| format!(" ({text})"))
}
