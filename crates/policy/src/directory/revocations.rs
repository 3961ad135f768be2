//! Revocations of tokens, found by what tokens say of themselves.

use super::trie::Trie;
use foldhash::quality::RandomState;
use postern_model::entity::{RevokedTokens, TokenRevocation};
use postern_proof::Token;
use std::hash::BuildHasher as _;
use std::sync::Arc;

/// Somebody who was signed in at a browser.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// The issuer, by its name in the configuration.
    pub issuer: &'a str,
    /// Who, as the issuer calls them.
    pub subject: Option<&'a str>,
    /// What the service is called there.
    pub client: Option<&'a str>,
    /// When they signed in; Unix time in seconds.
    pub in_at: i64,
}

/// Those of a directory. No two are about the same tokens.
#[derive(Debug, Clone, Default)]
pub(super) struct Revocations {
    by_id: Trie<TokenRevocation>,
    by_tokens: Trie<TokenRevocation>,
    count: usize,
}

impl Revocations {
    pub(super) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(super) fn put(&mut self, row: TokenRevocation, hasher: &RandomState) {
        self.remove(&row.id, hasher);
        let row = Arc::new(row);
        let by_id = |row: &TokenRevocation| hasher.hash_one(&*row.id);
        let by_tokens = |row: &TokenRevocation| hasher.hash_one(tokens(row));
        self.by_id.put(row.clone(), &by_id, &|a, b| a.id == b.id);
        self.by_tokens.put(row, &by_tokens, &|a, b| a.id == b.id);
        self.count += 1;
    }

    pub(super) fn remove(&mut self, id: &str, hasher: &RandomState) {
        let Some(row) = self.get(id, hasher).cloned() else {
            return;
        };
        self.by_id
            .remove(hasher.hash_one(id), &|row| *row.id == *id);
        let hash = hasher.hash_one(tokens(&row));
        self.by_tokens.remove(hash, &|row| *row.id == *id);
        self.count -= 1;
    }

    pub(super) fn get(&self, id: &str, hasher: &RandomState) -> Option<&Arc<TokenRevocation>> {
        self.by_id.get(hasher.hash_one(id), |row| *row.id == *id)
    }

    /// The one about these tokens of an issuer.
    pub(super) fn about(
        &self,
        issuer: &str,
        by: &str,
        name: &str,
        hasher: &RandomState,
    ) -> Option<&Arc<TokenRevocation>> {
        let wanted = (issuer, by, name);
        self.by_tokens
            .get(hasher.hash_one(wanted), |row| tokens(row) == wanted)
    }

    /// The one that ends a token. Takes three lookups at most, and none where there are none.
    pub(super) fn ending(
        &self,
        token: &Token,
        now: i64,
        hasher: &RandomState,
    ) -> Option<&Arc<TokenRevocation>> {
        let said = [
            ("jti", token.id.as_deref()),
            ("subject", token.subject.as_deref()),
            ("client", token.client.as_deref()),
        ];
        self.first(&token.issuer, &said, token.issued_at, now, hasher)
    }

    /// The one that ends a session with the tokens of whoever was signed in then, or of the client.
    /// One token ends no session: its tokens are refreshed.
    pub(super) fn ending_session(
        &self,
        session: &Signed<'_>,
        now: i64,
        hasher: &RandomState,
    ) -> Option<&Arc<TokenRevocation>> {
        let said = [("subject", session.subject), ("client", session.client)];
        self.first(session.issuer, &said, Some(session.in_at), now, hasher)
    }

    fn first(
        &self,
        issuer: &str,
        said: &[(&str, Option<&str>)],
        made_at: Option<i64>,
        now: i64,
        hasher: &RandomState,
    ) -> Option<&Arc<TokenRevocation>> {
        if self.is_empty() {
            return None;
        }
        let mut rows = said
            .iter()
            .filter_map(|(by, name)| self.about(issuer, by, (*name)?, hasher));
        rows.find(|row| row.ends(made_at, now))
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &Arc<TokenRevocation>> {
        self.by_id.rows()
    }
}

/// What no two rows may share.
fn tokens(row: &TokenRevocation) -> (&str, &str, &str) {
    let which: &RevokedTokens = &row.tokens;
    (&row.issuer, which.by(), which.name())
}
