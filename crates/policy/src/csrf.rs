//! Tokens by which a page shows that it is one of the host itself: it has read one there, which no
//! other page can, and sends it in a header, or in a field of a form, beside the cookie that came
//! with it.
//!
//! A token says when it was issued, something random, and an HMAC of both and of the address that
//! it was issued to: the proof of who calls that browsers send on their own. So nobody can plant a
//! token of their own in somebody else's cookie.

#[cfg(test)]
mod tests;

use crate::credential::query;
use crate::facts::{Facts, values};
use crate::fields::Known;
use crate::policies::essence;
use crate::rules::Rules;
use crate::sealed;
use postern_model::entity::{CsrfToken, Name};
use postern_model::key::Keyer;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// What the key of tokens is derived for.
const PURPOSE: &str = "csrf tokens";
/// Longest text that can be a token, bytes.
const LONGEST: usize = 160;
/// So much of a form is read for its token, bytes.
pub(crate) const FORM: usize = 16 * 1024;
/// How far clocks of nodes may differ, seconds.
const SKEW: i64 = 60;

/// What was found where a token is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenVerdict {
    /// A token that is good.
    Good,
    /// No header.
    NoHeader,
    /// No field of that name in the form, as far as it was read.
    NoField,
    /// A header, and no cookie of that name.
    NoCookie,
    /// It and the cookie are not the same.
    Different,
    /// It was not issued here, or not to this address.
    Foreign,
    /// It was issued here, and is no longer good.
    Expired {
        /// Since then: Unix time in seconds.
        until: i64,
    },
}

/// Whether a request brings a form whose fields can be read.
pub(crate) fn is_form(facts: &dyn Facts) -> bool {
    let essence = facts.header(Known::ContentType, 0).map(essence);
    let is = |essence: &[u8]| essence.eq_ignore_ascii_case(b"application/x-www-form-urlencoded");
    facts.has_body() && essence.is_some_and(is)
}

/// A verdict, of which token it is, and where that was looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedToken {
    cookie: Name,
    header: Name,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    field: Option<Name>,
    /// Seconds.
    valid: u64,
    /// It was looked for in a form.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    in_form: bool,
    pub(crate) verdict: TokenVerdict,
}

impl CheckedToken {
    pub(crate) fn new(token: &CsrfToken, verdict: TokenVerdict, in_form: bool) -> Self {
        Self {
            cookie: token.cookie.clone(),
            header: token.header.clone(),
            field: token.field.clone(),
            valid: token.valid.as_secs(),
            in_form,
            verdict,
        }
    }

    /// Whether both are of the same token, wherever it was looked for.
    pub(crate) fn looks_for_the_same(&self, other: &Self) -> bool {
        let (verdict, in_form) = (self.verdict, self.in_form);
        let there = Self {
            in_form,
            verdict,
            ..other.clone()
        };
        *self == there
    }

    /// The verdict, if it is of that token, looked for there.
    pub(crate) fn of(&self, token: &CsrfToken, in_form: bool) -> Option<TokenVerdict> {
        let same = self.cookie == token.cookie
            && self.header == token.header
            && self.field == token.field
            && self.valid == token.valid.as_secs()
            && self.in_form == in_form;
        same.then_some(self.verdict)
    }
}

impl Rules {
    /// The token that a policy asks for, by its index.
    pub fn csrf_token(&self, policy: u32) -> Option<&CsrfToken> {
        self.policies().csrf_token(policy)
    }

    /// The tokens that policies ask for, in any mode.
    pub fn csrf_tokens(&self) -> impl Iterator<Item = &CsrfToken> {
        let policies = 0..u32::try_from(self.configuration().policies.len()).unwrap_or(u32::MAX);
        policies.filter_map(|policy| self.csrf_token(policy))
    }
}

/// Issues a token to an address. `now` is Unix time in seconds.
pub fn issue(keyer: &Keyer, address: IpAddr, now: i64, random: u128) -> String {
    let token = format!("{now}.{random:032x}");
    let whom = address.to_canonical().to_string();
    sealed::seal(&keyer.derived(PURPOSE), &token, &whom)
}

/// Looks at the token in the header of a request from an address. Compares in constant time what is
/// secret.
pub fn verify(
    facts: &dyn Facts,
    token: &CsrfToken,
    address: IpAddr,
    keyer: &Keyer,
) -> TokenVerdict {
    let name = token.header.as_bytes();
    match facts.header_named(name, 0) {
        Some(sent) => {
            let again = facts.header_named(name, 1).is_some();
            verify_sent(facts, token, (sent, again), address, keyer)
        }
        None => TokenVerdict::NoHeader,
    }
}

/// As [`verify`], of the token in a form whose beginning was read.
pub fn verify_field(
    facts: &dyn Facts,
    token: &CsrfToken,
    address: IpAddr,
    keyer: &Keyer,
) -> TokenVerdict {
    let start = facts.body_start().unwrap_or_default();
    // What was cut off somewhere in a field is none.
    let whole = match start.iter().rposition(|&b| b == b'&') {
        _ if start.len() < FORM => start,
        Some(end) => start.get(..end).unwrap_or_default(),
        None => &[],
    };
    let name = token.field.as_deref().unwrap_or_default().as_bytes();
    let mut sent = query::values(whole, name);
    let mut room = [0; LONGEST + 1];
    match sent.next() {
        Some(first) => {
            let first = query::decode(first, &mut room);
            verify_sent(facts, token, (first, sent.next().is_some()), address, keyer)
        }
        None => TokenVerdict::NoField,
    }
}

/// Looks at a token that was sent, and maybe `again` in the same place.
fn verify_sent(
    facts: &dyn Facts,
    token: &CsrfToken,
    (sent, again): (&[u8], bool),
    address: IpAddr,
    keyer: &Keyer,
) -> TokenVerdict {
    let mut cookies = values(facts, Known::Cookie)
        .flat_map(|value| value.split(|&b| b == b';'))
        .filter_map(|pair| {
            let pair = pair.trim_ascii().strip_prefix(token.cookie.as_bytes())?;
            pair.strip_prefix(b"=")
        })
        .peekable();
    if cookies.peek().is_none() {
        return TokenVerdict::NoCookie;
    }
    if again || !cookies.any(|cookie| cookie == sent) {
        return TokenVerdict::Different;
    }
    let now = facts.now().div_euclid(1000);
    let Some(issued) = issued(sent, address, keyer).filter(|issued| *issued <= now + SKEW) else {
        return TokenVerdict::Foreign;
    };
    let valid = i64::try_from(token.valid.as_secs()).unwrap_or(i64::MAX);
    let until = issued.saturating_add(valid);
    if now < until {
        TokenVerdict::Good
    } else {
        TokenVerdict::Expired { until }
    }
}

/// When a token was issued, if it was, and to that address: `<seconds>.<random>.<HMAC>`.
fn issued(sent: &[u8], address: IpAddr, keyer: &Keyer) -> Option<i64> {
    if sent.len() > LONGEST {
        return None;
    }
    let whom = address.to_canonical().to_string();
    let token = sealed::open(&keyer.derived(PURPOSE), sent, &whom)?;
    let (seconds, _) = token.split_once('.')?;
    seconds.parse().ok()
}
