//! Policies of the kind `mask`.

use super::Resolver;
use crate::code::Code;
use crate::document::policy as policies;
use crate::document::transform as document;
use crate::located::At;
use postern_model::entity::{Hidden, MaskRule, Sought, ValueKind, Way};
use postern_transform::Mask;

impl Resolver<'_, '_> {
    pub(super) fn mask(&mut self, shown: &str, given: &policies::Policy) -> MaskRule {
        let list = given.hide.as_ref();
        if let Some(list) = list {
            self.not_too_many(shown, list.value.len(), list.span);
            let empty = list.value.is_empty() && list.intact;
            self.not_empty(&format!("{shown} has an empty `hide`"), empty, list.span);
        }
        let hide = list.iter().flat_map(|list| &list.value);
        MaskRule {
            hide: hide.filter_map(|hide| self.hidden(shown, hide)).collect(),
            pass_unreadable: given
                .unreadable
                .as_ref()
                .is_some_and(|at| at.value == document::Unreadable::Pass),
            max_body: self.longest_body(shown, given),
        }
    }

    fn hidden(&mut self, shown: &str, hide: &At<document::Hide>) -> Option<Hidden> {
        let given = &hide.value;
        let (what, span) = match (&given.at, &given.value, &given.matching) {
            (Some(at), None, None) => (Sought::Place(at.value.as_str().into()), at.span),
            (None, Some(kind), None) => (Sought::Kind(kind_of(kind.value)), kind.span),
            (None, None, Some(text)) => (Sought::Expression(text.value.as_str().into()), text.span),
            _ => {
                if hide.intact {
                    let message = format!("{shown} does not say what one thing it hides");
                    let label = "expected one of `at`, `value` and `matching`";
                    self.findings
                        .error(Code::InvalidValue, hide.span, &message, label);
                }
                return None;
            }
        };
        let number = |at: &Option<At<u32>>| at.as_ref().map(|at| at.value as usize);
        let (first, last) = (number(&given.keep_first), number(&given.keep_last));
        let partial = first.is_some() || last.is_some();
        let ways = [partial, given.truncate.is_some(), given.replace.is_some()];
        if ways.into_iter().filter(|way| *way).count() > 1 {
            let message = format!("{shown} hides one thing in two ways");
            let label = "expected `keep_first` and `keep_last`, `truncate`, or `replace`";
            self.findings
                .error(Code::Conflict, hide.span, &message, label);
        }
        let way = match (&given.replace, number(&given.truncate)) {
            (Some(text), _) => Way::Replace(text.value.as_str().into()),
            (None, Some(length)) => Way::Truncate(length),
            (None, None) => Way::Partial {
                first: first.unwrap_or(0),
                last: last.unwrap_or(0),
            },
        };
        let hidden = Hidden {
            what,
            way,
            only_records: given.only_records.unwrap_or(false),
        };
        let alone = MaskRule {
            hide: vec![hidden.clone()],
            ..MaskRule::default()
        };
        if let Err(fault) = Mask::new(&alone) {
            let message = format!("{shown} hides something that cannot be found");
            self.findings
                .error(Code::InvalidValue, span, &message, &fault.problem);
            return None;
        }
        Some(hidden)
    }
}

const fn kind_of(kind: document::HiddenKind) -> ValueKind {
    match kind {
        document::HiddenKind::Name => ValueKind::Name,
        document::HiddenKind::Phone => ValueKind::Phone,
        document::HiddenKind::Email => ValueKind::Email,
        document::HiddenKind::Card => ValueKind::Card,
        document::HiddenKind::Date => ValueKind::Date,
        document::HiddenKind::Amount => ValueKind::Amount,
    }
}
