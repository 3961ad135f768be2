//! A token for the pages of a host, where some policy asks for one. Pages of other origins cannot
//! read the answer: nothing in it lets them.

use super::answer::Answer;
use postern_model::key::Keyer;
use postern_policy::Rules;
use postern_policy::csrf::issue;
use postern_policy::date::rfc3339;
use serde::Serialize;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// Most cookies that are set.
const MOST: usize = 8;

/// For whom, and when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) address: IpAddr,
    /// The browser speaks TLS, with us or with a trusted proxy.
    pub(crate) secure: bool,
    /// Unix time in seconds.
    pub(crate) now: i64,
    pub(crate) random: u128,
}

#[derive(Debug, Serialize)]
struct Issued<'a> {
    token: &'a str,
    /// The headers that it is looked for in.
    headers: BTreeSet<&'a str>,
    /// The fields of forms that it is looked for in.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    fields: BTreeSet<&'a str>,
    /// When it is no longer good for some of them.
    expires_at: String,
}

/// The answer; `None` where nobody asks for tokens.
pub(crate) fn answer(asked: &Asked, rules: &Rules, keyer: &Keyer) -> Option<Answer> {
    let soonest = rules.csrf_tokens().map(|token| token.valid).min()?;
    let token = issue(keyer, asked.address, asked.now, asked.random);
    let seconds = i64::try_from(soonest.as_secs()).unwrap_or(i64::MAX);
    let body = Issued {
        token: &token,
        headers: rules.csrf_tokens().map(|token| &*token.header).collect(),
        fields: rules
            .csrf_tokens()
            .filter_map(|token| token.field.as_deref())
            .collect(),
        expires_at: rfc3339(asked.now.saturating_add(seconds)),
    };
    let mut answer = Answer::personal(200, &body)?;
    let cookies: BTreeSet<&str> = rules.csrf_tokens().map(|token| &*token.cookie).collect();
    let secure = if asked.secure { "; Secure" } else { "" };
    for cookie in cookies.into_iter().take(MOST) {
        let value = format!("{cookie}={token}; Path=/; SameSite=Strict; HttpOnly{secure}");
        answer = answer.with("set-cookie", value);
    }
    Some(answer)
}
