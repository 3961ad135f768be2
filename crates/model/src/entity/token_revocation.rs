//! Revocations of tokens that issuers made: they end here what their issuers still take for good.

use super::{Name, Revocation};

/// Most revocations of the tokens of one issuer.
pub const MOST_TOKEN_REVOCATIONS: usize = 10_000;

/// How long a revocation counts whose end nobody says, in seconds: 30 days, which access tokens
/// hardly live.
pub const TOKEN_REVOCATION_LENGTH: i64 = 30 * 86_400;

/// Tokens of an issuer that are not accepted any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRevocation {
    /// Its id, `rev_…`.
    pub id: Name,
    /// The issuer.
    pub issuer: Name,
    /// Which of its tokens.
    pub tokens: RevokedTokens,
    /// When, by whom and why.
    pub revocation: Revocation,
    /// It does not count from then on; Unix time in seconds.
    pub until: i64,
}

/// Which tokens a revocation ends.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RevokedTokens {
    /// The one of that name (`jti`, RFC 7519 §4.1.7).
    Id(Name),
    /// Those of that subject (`sub`) that were made up to the revocation.
    Subject(Name),
    /// Those of that client that were made up to the revocation.
    Client(Name),
}

impl RevokedTokens {
    /// What is looked at of a token, by its name in documents.
    pub const fn by(&self) -> &'static str {
        match self {
            Self::Id(_) => "jti",
            Self::Subject(_) => "subject",
            Self::Client(_) => "client",
        }
    }

    /// Those by what is looked at, called so, and what it has to be.
    pub fn by_name(by: &str, name: Name) -> Option<Self> {
        Some(match by {
            "jti" => Self::Id(name),
            "subject" => Self::Subject(name),
            "client" => Self::Client(name),
            _ => return None,
        })
    }

    /// What it has to be.
    pub const fn name(&self) -> &Name {
        match self {
            Self::Id(name) | Self::Subject(name) | Self::Client(name) => name,
        }
    }
}

impl TokenRevocation {
    /// Whether it ends a token of those that it is about, which was made at that time (`iat`).
    /// Whoever signs in again gets one that was made later. One that does not say when it was made
    /// may be an old one.
    pub fn ends(&self, issued_at: Option<i64>, now: i64) -> bool {
        let old = || issued_at.is_none_or(|at| at <= self.revocation.at);
        now < self.until && (matches!(self.tokens, RevokedTokens::Id(_)) || old())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(tokens: RevokedTokens) -> TokenRevocation {
        TokenRevocation {
            id: "rev_1".into(),
            issuer: "corp".into(),
            tokens,
            revocation: Revocation {
                at: 1_000,
                by: None,
                reason: None,
            },
            until: 2_000,
        }
    }

    #[test]
    fn tokens_that_were_made_later_are_not_ended() {
        for all in [
            RevokedTokens::Subject("lin".into()),
            RevokedTokens::Client("till".into()),
        ] {
            let row = of(all);
            assert!(row.ends(Some(1_000), 1_000) && row.ends(None, 1_000));
            assert!(!row.ends(Some(1_001), 1_000));
        }
        assert!(of(RevokedTokens::Id("a".into())).ends(Some(1_500), 1_600));
    }

    #[test]
    fn one_that_is_over_ends_nothing() {
        let row = of(RevokedTokens::Id("a".into()));
        assert!(row.ends(None, 1_999) && !row.ends(None, 2_000));
    }
}
