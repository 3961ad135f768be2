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
    /// Here: it is this gateway itself.
    BuiltIn(BuiltIn),
    /// Nowhere: it is asked about each of its tokens.
    Untold,
}

/// An issuer that is the gateway itself: apps get tokens for their keys (RFC 6749 §4.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltIn {
    /// How long a token is good.
    pub lifetime: Duration,
    /// How often it begins to sign with another key.
    pub rotation: Duration,
    /// When somebody had it begin with another one last; Unix time in seconds.
    pub rotated_at: Option<i64>,
}

impl BuiltIn {
    /// When the key begins to sign that signs at a time; Unix times in seconds.
    pub fn began(&self, now: i64) -> i64 {
        let every = seconds(self.rotation).max(1);
        let base = self.rotated_at.filter(|at| *at <= now).unwrap_or(0);
        now - (now - base).rem_euclid(every)
    }

    /// When the keys began, or will begin, that are published at a time: the one that signs, the
    /// one before for as long as its tokens are good, and the one after, since the clock of another
    /// node may be ahead.
    pub fn published(&self, now: i64) -> impl Iterator<Item = i64> {
        /// How far clocks of nodes may differ, seconds.
        const SKEW: i64 = 60;
        let now_signs = self.began(now);
        let ends = now_signs
            .saturating_add(seconds(self.lifetime))
            .saturating_add(SKEW);
        let before = (now < ends).then(|| self.began(now_signs - 1));
        let scheduled = now_signs.saturating_add(seconds(self.rotation));
        let after = self
            .rotated_at
            .filter(|at| *at > now)
            .map_or(scheduled, |at| at.min(scheduled));
        [Some(now_signs), before, Some(after)].into_iter().flatten()
    }
}

fn seconds(time: Duration) -> i64 {
    i64::try_from(time.as_secs()).unwrap_or(i64::MAX)
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
    /// The access roles of that person; empty: tokens give none.
    pub roles: Vec<Name>,
    /// The access roles that are meant by what those claims say; empty: it is their names.
    pub role_names: Vec<(Name, Name)>,
    /// Other claims, which policies look at.
    pub asked: Vec<Name>,
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
            roles: Vec::new(),
            role_names: Vec::new(),
            asked: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_change_by_age_and_when_somebody_says_so_and_overlap() {
        let minute = Duration::from_mins(1);
        let mut issuer = BuiltIn {
            lifetime: minute,
            rotation: 100 * minute,
            rotated_at: None,
        };
        let published = |issuer: &BuiltIn, now| issuer.published(now).collect::<Vec<_>>();
        assert_eq!(issuer.began(5_999), 0);
        assert_eq!(issuer.began(6_000), 6_000);
        // Its tokens live for a minute, and clocks are a minute apart.
        assert_eq!(published(&issuer, 6_000), [6_000, 0, 12_000]);
        assert_eq!(published(&issuer, 6_119), [6_000, 0, 12_000]);
        assert_eq!(published(&issuer, 6_120), [6_000, 12_000]);
        issuer.rotated_at = Some(7_000);
        assert_eq!(issuer.began(6_999), 6_000);
        assert_eq!(published(&issuer, 6_999), [6_000, 7_000]);
        assert_eq!(published(&issuer, 7_000), [7_000, 6_000, 13_000]);
        assert_eq!(published(&issuer, 7_120), [7_000, 13_000]);
        assert_eq!(issuer.began(13_000), 13_000);
        assert_eq!(published(&issuer, 13_000), [13_000, 7_000, 19_000]);
    }
}
