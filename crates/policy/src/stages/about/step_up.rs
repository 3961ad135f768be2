//! Kind `step_up`: whether the person signed in as is asked for, and lately enough (RFC 9470).

use super::super::{Outcome, connection::moment};
use super::{Against, Asking};
use crate::kept;
use crate::policies::{About, StepUp};
use postern_model::denial::{Code, Denial, printable};
use postern_model::entity::StepUpRule;
use postern_proof::Token;
use std::borrow::Cow;

/// Longest foreign text in evidence.
const SHOWN: usize = 128;

impl Asking<'_, '_> {
    pub(super) fn step_up(&mut self, rule: &About<StepUp>) -> Result<Option<Denial>, Outcome> {
        if !self.applies(rule, false)? {
            return Ok(None);
        }
        let said = &rule.rule.rule;
        let now = self.facts.now().div_euclid(1000);
        // How long ago it was depends on when that is asked.
        let key = match said.max_age {
            Some(_) => kept::key(&[&rule.rule.key.to_be_bytes(), &now.to_be_bytes()]),
            None => rule.rule.key,
        };
        let against = self.answer(key, |asking| {
            let Some(token) = asking.caller()?.and_then(|who| who.token.as_deref()) else {
                return Ok(Some(Against::Missing));
            };
            if !asking.facts.knows_whole_token() {
                return Err(Outcome::NotKept("token"));
            }
            Ok((!suffices(said, token, now)).then_some(Against::Other))
        })?;
        if against.is_none() {
            return Ok(None);
        }
        let token = self.caller()?.and_then(|who| who.token.as_deref());
        Ok(Some(denial(said, token)))
    }
}

fn suffices(said: &StepUpRule, token: &Token, now: i64) -> bool {
    let class = token.acr.as_ref();
    let by_class = said.acr.is_empty() || class.is_some_and(|acr| said.acr.contains(acr));
    let lately = said.max_age.is_none_or(|most| {
        let most = i64::try_from(most.as_secs()).unwrap_or(i64::MAX);
        let at = token.auth_time;
        at.is_some_and(|at| now.saturating_sub(at) <= most)
    });
    by_class && lately
}

fn denial(said: &StepUpRule, token: Option<&Token>) -> Denial {
    let mut denial = Denial::new(Code::StepUpRequired);
    if !said.acr.is_empty() {
        let names = said.acr.iter().map(|name| name.to_string().into());
        denial = denial.saw("acr", names.collect::<Vec<Cow<'static, str>>>());
    }
    if let Some(most) = said.max_age {
        denial = denial.saw("max_age", most.as_secs());
    }
    if let Some(acr) = token.and_then(|token| token.acr.as_ref()) {
        denial = denial.saw("seen_acr", printable(acr.as_bytes(), SHOWN));
    }
    match token.and_then(|token| token.auth_time) {
        Some(at) => denial.saw("signed_in", moment(at)),
        None => denial,
    }
}
