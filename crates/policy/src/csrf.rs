//! Tokens by which a page shows that it is one of the host itself: it has read one there, which no
//! other page can, and sends it in a header beside the cookie that came with it.
//!
//! A token says when it was issued, something random, and an HMAC of both and of the address that
//! it was issued to: the proof of who calls that browsers send on their own. So nobody can plant a
//! token of their own in somebody else's cookie.

#[cfg(test)]
mod tests;

use crate::facts::{Facts, values};
use crate::fields::Known;
use crate::rules::Rules;
use postern_model::entity::{CsrfToken, KeyDigest, Name};
use postern_model::key::{Keyer, digest};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::net::IpAddr;

/// What the key of tokens is derived for.
const PURPOSE: &str = "csrf tokens";
/// Longest text that can be a token, bytes.
const LONGEST: usize = 160;
/// How far clocks of nodes may differ, seconds.
const SKEW: i64 = 60;

/// What was found where a token is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenVerdict {
    /// A token that is good.
    Good,
    /// No header.
    NoHeader,
    /// A header, and no cookie of that name.
    NoCookie,
    /// Header and cookie are not the same.
    Different,
    /// It was not issued here, or not to this address.
    Foreign,
    /// It was issued here, and is no longer good.
    Expired {
        /// Since then: Unix time in seconds.
        until: i64,
    },
}

/// A verdict, and of which token it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedToken {
    cookie: Name,
    header: Name,
    /// Seconds.
    valid: u64,
    pub(crate) verdict: TokenVerdict,
}

impl CheckedToken {
    pub(crate) fn new(token: &CsrfToken, verdict: TokenVerdict) -> Self {
        Self {
            cookie: token.cookie.clone(),
            header: token.header.clone(),
            valid: token.valid.as_secs(),
            verdict,
        }
    }

    pub(crate) fn is_of(&self, token: &CsrfToken) -> bool {
        let Self {
            cookie,
            header,
            valid,
            ..
        } = self;
        *cookie == token.cookie && *header == token.header && *valid == token.valid.as_secs()
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
    let mut token = format!("{now}.{random:032x}");
    let KeyDigest(mac) = keyer
        .derived(PURPOSE)
        .keyed(&digest(&signed(&token, address)));
    token.push('.');
    for byte in mac {
        // Writing to a String cannot fail.
        let _ = write!(token, "{byte:02x}");
    }
    token
}

fn signed(token: &str, address: IpAddr) -> Vec<u8> {
    format!("{token}.{}", address.to_canonical()).into_bytes()
}

/// Looks at the token of a request from an address. Compares in constant time what is secret.
pub fn verify(
    facts: &dyn Facts,
    token: &CsrfToken,
    address: IpAddr,
    keyer: &Keyer,
) -> TokenVerdict {
    let name = token.header.as_bytes();
    let Some(sent) = facts.header_named(name, 0) else {
        return TokenVerdict::NoHeader;
    };
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
    if facts.header_named(name, 1).is_some() || !cookies.any(|cookie| cookie == sent) {
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
    let text = std::str::from_utf8(sent)
        .ok()
        .filter(|text| text.len() <= LONGEST)?;
    let (token, written) = text.rsplit_once('.')?;
    let (seconds, _) = token.split_once('.')?;
    let lower = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    if written.len() != 64 || !written.bytes().all(lower) {
        return None;
    }
    let mut mac = [0; 32];
    for (slot, pair) in mac.iter_mut().zip(written.as_bytes().chunks(2)) {
        *slot = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    let genuine = keyer
        .derived(PURPOSE)
        .verify(&signed(token, address), &KeyDigest(mac));
    seconds.parse().ok().filter(|_| genuine)
}
