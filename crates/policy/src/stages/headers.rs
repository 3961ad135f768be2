//! Stage 7: what the request's fields must and must not say.

use super::{Check, Outcome};
use crate::facts::{Facts, values};
use crate::fields::{Known, list_members};
use crate::head::Version;
use crate::snapshot::Snapshot;
use crate::walk::Progress;
use postern_model::denial::{Code, Denial, printable};

pub(super) const CHECKS: &[Check] = &[expectation];

/// `100-continue` is the only expectation there is (RFC 9110 §10.1.1); HTTP/1.0's is ignored.
/// `100 Continue` itself is sent by the data plane once everything before `body` has passed.
fn expectation(_: &mut Progress, _: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    if facts.version() == Version::Http10 {
        return Outcome::Pass;
    }
    let unmet = values(facts, Known::Expect)
        .flat_map(list_members)
        .find(|member| !member.eq_ignore_ascii_case(b"100-continue"));
    match unmet {
        None => Outcome::Pass,
        Some(value) => Outcome::Refuse(
            Denial::new(Code::ExpectationUnsupported).saw("value", printable(value, 64)),
        ),
    }
}
