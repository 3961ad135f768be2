//! What others do for us: vouching for people.

use postern_control::Answer;
use postern_control::management::identity_provider::IdentityProvider;
use postern_control::people::Vouched;
use postern_model::Fault;
use serde_json::Value;

/// A provider of identities that is asked.
#[derive(Debug, Clone)]
pub struct Provider {
    /// Its id.
    pub id: String,
    /// What its document says.
    pub document: IdentityProvider,
    /// Where the browser comes back to.
    pub redirect_uri: String,
}

/// A sign-in that was begun.
#[derive(Debug, Clone)]
pub struct Begun {
    /// Where to send the browser.
    pub url: String,
    /// What names it when the browser comes back.
    pub state: String,
    /// What is needed then: a secret.
    pub pending: Value,
}

/// Why somebody was not signed in, and whose fault it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotVouched {
    /// Whose.
    pub fault: Fault,
    /// Why, for strangers: a sentence without a full stop.
    pub why: String,
}

/// Signs people in with providers of identities.
pub trait SignOn: Send + Sync {
    /// Begins, or says why that is not possible.
    fn begin(&self, provider: Provider) -> Answer<'_, Result<Begun, NotVouched>>;

    /// Ends: who it is, or why that is not known. `query` is what the browser came back with.
    fn finish(
        &self,
        provider: Provider,
        pending: Value,
        query: String,
    ) -> Answer<'_, Result<Vouched, NotVouched>>;
}
