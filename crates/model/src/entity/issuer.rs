//! Issuers: whose tokens are believed.

use super::Name;
use crate::Secret;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Whoever signs tokens that callers may bring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// Its name.
    pub name: Name,
    /// The tenant it belongs to; `None`: the platform.
    pub tenant: Option<Name>,
    /// What its tokens say in `iss`, to the letter (RFC 7519 §4.1.1).
    pub iss: Name,
    /// Where its keys are.
    pub keys: IssuerKeys,
    /// Where it is asked about tokens, if it is.
    pub introspection: Option<Box<Introspection>>,
    /// The only algorithms that its tokens may be signed with; empty: those of its keys.
    pub algorithms: Vec<Algorithm>,
    /// Audiences of which a token has to name one.
    pub audiences: Vec<Name>,
    /// How far its clock and ours may be apart.
    pub leeway: Duration,
    /// Where its tokens say who calls, and what they may do.
    pub claims: ClaimNames,
}

/// Where the keys of an issuer are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IssuerKeys {
    /// In a file: a JWK set, or public keys in PEM.
    File(Arc<Path>),
    /// At an address: a JWK set.
    Url(Fetched),
    /// Where the issuer's own description says, at the address of which `iss` is the beginning
    /// (OpenID Connect Discovery 1.0 §4).
    Discovery(Fetched),
    /// A secret that it shares with us.
    Shared(Secret<Arc<[u8]>>),
    /// Nowhere: it is asked about each of its tokens.
    Untold,
}

/// How an issuer is asked about tokens (RFC 7662).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Introspection {
    /// The address of its endpoint.
    pub url: Name,
    /// What the gateway is called there.
    pub client: Name,
    /// What it proves itself with there.
    pub secret: Secret<Arc<str>>,
    /// The longest that one answer may take.
    pub timeout: Duration,
    /// How long it counts that a token is good, and never beyond its end.
    pub keep: Duration,
    /// Whether it is asked about tokens that are no JWT, which do not say whose they are.
    pub opaque: bool,
    /// What is done about those that are.
    pub jwt: JwtProof,
}

/// What proves a JWT of an issuer that can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum JwtProof {
    /// Its signature.
    #[default]
    Keys,
    /// Its signature and the issuer's word.
    Both,
    /// The issuer's word.
    Introspection,
}

impl Issuer {
    /// How it is asked about a JWT, if it is.
    pub fn introspects_jwt(&self) -> Option<&Introspection> {
        let asked = self.introspection.as_deref();
        asked.filter(|asked| asked.jwt != JwtProof::Keys)
    }

    /// How it is asked about tokens that are no JWT, if it is.
    pub fn introspects_opaque(&self) -> Option<&Introspection> {
        self.introspection.as_deref().filter(|asked| asked.opaque)
    }
}

/// Keys that are fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// From where.
    pub url: Name,
    /// How often.
    pub every: Duration,
    /// How long they count that were fetched last, while none can be had.
    pub keep: Duration,
}

/// An algorithm that a token may be signed with (RFC 7518 §3.1, RFC 8037 §3.1). `none` is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "they are called what the standards call them")]
pub enum Algorithm {
    RS256,
    RS384,
    RS512,
    PS256,
    PS384,
    PS512,
    ES256,
    ES384,
    ES512,
    EdDSA,
    HS256,
    HS384,
    HS512,
}

impl Algorithm {
    /// Every algorithm.
    pub const ALL: [Self; 13] = [
        Self::RS256,
        Self::RS384,
        Self::RS512,
        Self::PS256,
        Self::PS384,
        Self::PS512,
        Self::ES256,
        Self::ES384,
        Self::ES512,
        Self::EdDSA,
        Self::HS256,
        Self::HS384,
        Self::HS512,
    ];

    /// Those of a shared secret.
    pub const SHARED: [Self; 3] = [Self::HS256, Self::HS384, Self::HS512];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RS256 => "RS256",
            Self::RS384 => "RS384",
            Self::RS512 => "RS512",
            Self::PS256 => "PS256",
            Self::PS384 => "PS384",
            Self::PS512 => "PS512",
            Self::ES256 => "ES256",
            Self::ES384 => "ES384",
            Self::ES512 => "ES512",
            Self::EdDSA => "EdDSA",
            Self::HS256 => "HS256",
            Self::HS384 => "HS384",
            Self::HS512 => "HS512",
        }
    }

    /// The algorithm of that name. Names are told apart by case (RFC 7515 §4.1.1); `Ed25519` is
    /// what RFC 9864 calls the only curve of `EdDSA` that is known here.
    pub fn parse(name: &str) -> Option<Self> {
        if name == "Ed25519" {
            return Some(Self::EdDSA);
        }
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// The claims that say who calls, and what they may do. Of several names the first that a token
/// has counts. A name is one claim, or the way to one inside of others: `realm_access.roles`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimNames {
    /// The client that the token was made for: the app.
    pub client: Vec<Name>,
    /// The person.
    pub user: Vec<Name>,
    /// The groups of that person.
    pub groups: Vec<Name>,
    /// The scopes that the token carries; empty: it carries all.
    pub scopes: Vec<Name>,
}

impl Default for ClaimNames {
    /// As RFC 9068 §2.2, RFC 8693 §4.3 and OpenID Connect (`azp`) call them.
    fn default() -> Self {
        let names = |names: &[&str]| names.iter().map(|name| (*name).into()).collect();
        Self {
            client: names(&["client_id", "azp"]),
            user: names(&["sub"]),
            groups: names(&["groups"]),
            scopes: names(&["scope", "scp"]),
        }
    }
}
