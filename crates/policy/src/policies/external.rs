//! Kind `external`: whom another service lets pass.

use crate::decision::FactRequest;
use crate::kept::{self, Key};
use crate::rules::Rules;
use postern_model::entity::{ExternalRule, Name};

/// Compiled.
#[derive(Debug)]
pub(crate) struct External {
    pub(crate) rule: ExternalRule,
    /// The policy's name.
    pub(crate) policy: Name,
    /// Of the question: of everything that the answer hangs on besides the request.
    pub(crate) key: Key,
    /// What obtains the answer.
    pub(crate) fact: FactRequest,
}

impl External {
    /// `at` is the index of the policy.
    pub(super) fn new(at: usize, policy: &Name, rule: &ExternalRule) -> Self {
        Self {
            fact: FactRequest::External {
                policy: u32::try_from(at).unwrap_or(u32::MAX),
                body: rule.body,
            },
            key: kept::key(&[b"external", rule.question().as_bytes()]),
            rule: rule.clone(),
            policy: policy.clone(),
        }
    }
}

/// What a policy asks another service.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// How, and whom.
    pub rule: &'a ExternalRule,
    /// What answers to it are known by.
    pub key: Key,
    /// The policy's name.
    pub policy: &'a Name,
}

impl Rules {
    /// What the policy with that index asks another service.
    pub fn question(&self, policy: u32) -> Option<Question<'_>> {
        let external = self.policies().external(policy)?;
        Some(Question {
            rule: &external.rule,
            key: external.key,
            policy: &external.policy,
        })
    }
}
