//! Policies of the kind `abuse`.

use super::Resolver;
use crate::code::Code;
use crate::document::plan::LimitKey;
use crate::document::policy as document;
use crate::located::At;
use crate::scalar::denial::DenialCode;
use crate::scalar::period::Per;
use postern_model::Stage;
use postern_model::denial::Code as Denial;
use postern_model::entity::{AbuseRule, BlockedBy};
use std::time::Duration;

/// For how long a caller is blocked at most.
const LONGEST_BLOCK: Duration = Duration::from_hours(7 * 24);

impl Resolver<'_, '_> {
    pub(super) fn abuse(&mut self, shown: &str, given: &document::Policy) -> Option<AbuseRule> {
        let by = given.by.as_ref()?;
        let blocked = match by.value.0.as_slice() {
            [key] if key.value == LimitKey::Credential => Some(BlockedBy::Credential),
            [key] if key.value == LimitKey::App => Some(BlockedBy::App),
            _ => None,
        };
        if blocked.is_none() && by.intact {
            let message = format!("{shown} does not say who is blocked");
            self.findings
                .error(
                    Code::InvalidValue,
                    by.span,
                    &message,
                    "expected `credential` or `app`",
                )
                .help("addresses are blocked by `edge.refusals`");
        }
        let codes = given.codes.as_ref()?;
        let counted: Vec<Vec<Denial>> = codes
            .value
            .0
            .iter()
            .map(|one| self.counted(shown, one))
            .collect();
        let empty = codes.value.0.is_empty() && codes.intact;
        self.not_empty(&format!("{shown} has empty `codes`"), empty, codes.span);
        let block_for = given.block_for.as_ref()?;
        if block_for.value.0 > LONGEST_BLOCK {
            let message = format!("{shown} blocks for more than seven days");
            self.findings
                .error(
                    Code::OutOfRange,
                    block_for.span,
                    &message,
                    "a block is for a while",
                )
                .help("suspend the app or revoke the credential to end it for good");
        }
        let mut codes = counted.concat();
        codes.sort_unstable_by_key(|code| code.name());
        codes.dedup();
        Some(AbuseRule {
            count: given.rate.as_ref()?.value,
            per: match given.per.as_ref()?.value {
                Per::Time(time) => time.0,
                Per::Calendar(_) => return None,
            },
            codes,
            by: blocked?,
            block_for: block_for.value.0,
        })
    }

    /// The codes of a text that can count against a caller.
    fn counted(&mut self, shown: &str, given: &At<DenialCode>) -> Vec<Denial> {
        let counts = |code: &Denial| {
            let stage = code.row().stage;
            // Before, nobody is known who could be blocked; after, it is not the caller's doing.
            let known = stage > Stage::Authenticate && stage < Stage::Upstream;
            known && *code != Denial::Blocked
        };
        let codes: Vec<Denial> = given.value.0.iter().copied().filter(counts).collect();
        if codes.is_empty() {
            let message = format!("{shown} counts what cannot be held against a caller");
            let label = "it is not known, or not to blame, when this is refused";
            self.findings
                .error(Code::Conflict, given.span, &message, label)
                .help("`edge.refusals` counts refused credentials and tokens by address");
        }
        codes
    }
}
