//! Tokens that are not accepted any more.

use crate::located::At;
use crate::scalar::date::Date;
use crate::scalar::text::Text;
use schemars::JsonSchema;
use serde::Deserialize;

/// Tokens of an issuer that end here, whatever they say themselves: one of `jti`, `subject` and
/// `client`. There are at most 10,000 of each issuer.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenRevocation {
    /// The issuer, declared in `issuers`.
    #[schemars(required)]
    pub issuer: Option<At<String>>,
    /// The one token of this name (`jti`).
    pub jti: Option<At<Text>>,
    /// All tokens of this subject (`sub`) that were made up to `revoked_at` (`iat`), and those that
    /// do not say when. Whoever signs in again gets one that is good.
    pub subject: Option<At<Text>>,
    /// The same of all tokens that were made for this client (`client_id`, `azp`).
    pub client: Option<At<Text>>,
    /// When they were revoked.
    #[schemars(required)]
    pub revoked_at: Option<At<Date>>,
    /// Until when this counts: until the last of them is over by itself. Without it, 30 days from
    /// `revoked_at` on.
    pub until: Option<At<Date>>,
    /// Who revoked them.
    pub revoked_by: Option<Text>,
    /// Why, for their holders to read.
    pub reason: Option<Text>,
}
