//! Clients that ask for a token with the key of an app (RFC 6749 §2.3.1 and §4.4).

use super::{api_key, query};
use crate::facts::CredentialVerdict;
use crate::identity::Identity;
use crate::own;
use crate::snapshot::Snapshot;
use postern_model::entity::{Name, SubscriptionState};
use postern_model::key::Keyer;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Most pairs of a form that are looked at.
const MOST_PAIRS: usize = 64;

/// The name of what a key is sent as.
static SECRET: LazyLock<Name> = LazyLock::new(|| "client_secret".into());

/// What a client shows.
#[derive(Debug, Clone, Copy)]
pub struct Client<'a> {
    /// The id of a credential.
    pub id: &'a str,
    /// The whole key.
    pub secret: &'a [u8],
}

impl Client<'_> {
    /// Whether it is the key of the credential. The same work is done for an id that nobody has.
    pub fn verify(&self, snapshot: &Snapshot<'_>, keyer: &Keyer) -> CredentialVerdict {
        let placed = api_key::Placed::sent_as(&SECRET, self.secret);
        match api_key::verify(&placed, snapshot, keyer) {
            // A key, but not of that id: neither says anything of the other.
            CredentialVerdict::Verified { id } if *id != *self.id => {
                CredentialVerdict::Unknown { id }
            }
            verdict => verdict,
        }
    }
}

/// The scopes that an app may have in a token: those of its subscriptions in force, as far as its
/// key carries them, and those that the key itself names. `now` is Unix time in seconds.
pub fn grantable(identity: &Identity, snapshot: &Snapshot<'_>, now: i64) -> BTreeSet<Name> {
    let in_force = |towards: &Identity| {
        towards.subscription.as_ref().is_some_and(|row| {
            let ends = row.expires_at.is_some_and(|until| now >= until);
            row.state == SubscriptionState::Approved && !ends
        })
    };
    let mut scopes = BTreeSet::new();
    for (_, towards) in own::subscriptions(identity, snapshot) {
        if in_force(&towards) {
            scopes.extend(towards.scopes(snapshot.rules).cloned());
        }
    }
    scopes.extend(
        identity
            .credential
            .scopes
            .iter()
            .flat_map(|own| own.iter())
            .cloned(),
    );
    scopes
}

/// The pairs of a form (`application/x-www-form-urlencoded`), in order.
///
/// # Errors
/// It is none, or has too many; in words that follow "it".
pub fn form(body: &[u8]) -> Result<Vec<(String, String)>, &'static str> {
    let text = |bytes: &[u8]| {
        String::from_utf8(query::decoded(bytes).collect()).map_err(|_| "is not UTF-8")
    };
    let pairs = body
        .split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty());
    let mut found = Vec::new();
    for pair in pairs {
        if found.len() == MOST_PAIRS {
            return Err("has more than 64 fields");
        }
        let (name, value) = query::split(pair);
        found.push((text(name)?, text(value)?));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_read_as_browsers_write_them() {
        let read = form(b"grant_type=client_credentials&scope=a+b%3Ac&&x").unwrap();
        let pairs = [
            ("grant_type", "client_credentials"),
            ("scope", "a b:c"),
            ("x", ""),
        ];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(read, pairs);
        assert!(form(b"a=%ff").is_err());
        assert!(form("a&".repeat(65).as_bytes()).is_err());
        assert!(form(b"").unwrap().is_empty());
    }
}
