//! Wider bounds of what a client may send, and of how long it may take. What lies beyond them was
//! never read, so that nothing of it can be decided.

use super::Candidate;
use super::case::{number, text};
use super::demands::size;
use crate::document::Change;
use crate::explanation::Step;
use postern_model::denial::{Code, Denial};
use serde_json::{Value as Json, json};

const UNREAD: &str = "what is beyond the limit was never read";

/// The largest that a limit may be: of one header and of the path, of all headers, and how many.
const MOST: (u64, u64, u64) = (1 << 20, 4 << 20, 4096);
/// The longest that a client is given, in seconds.
const LONGEST: u64 = 600;

pub(super) fn candidates(denial: &Denial) -> Vec<Candidate> {
    let raised = match denial.code {
        Code::HeaderTooLarge => match text(denial, "name") {
            Some("number of header fields") => raised(denial, "header_count", MOST.2),
            Some("all header fields together") => raised(denial, "headers", MOST.1),
            _ => raised(denial, "header", MOST.0),
        },
        Code::UriTooLong => raised(denial, "uri", MOST.0),
        Code::ConnectionTimeout => longer(denial),
        _ => None,
    };
    raised.into_iter().collect()
}

/// The next power of two that what came is within, as far as it was seen.
fn raised(denial: &Denial, field: &'static str, most: u64) -> Option<Candidate> {
    let (seen, limit) = (number(denial, "size")?, number(denial, "limit")?);
    let wide = seen.max(limit).checked_add(1)?.checked_next_power_of_two();
    let wide = wide.filter(|wide| *wide <= most)?;
    let value = match field {
        "header_count" => json!(wide),
        _ => json!(size(wide)),
    };
    Some(of(denial.code, "limits", field, &value))
}

/// Twice the time.
fn longer(denial: &Denial) -> Option<Candidate> {
    let field = match text(denial, "phase")? {
        "header" => "header",
        "body" => "body",
        _ => return None,
    };
    let twice = number(denial, "limit")?.checked_mul(2)?.div_ceil(1000);
    let twice = (twice <= LONGEST).then(|| json!(format!("{twice}s")))?;
    Some(of(denial.code, "timeouts", field, &twice))
}

fn of(code: Code, section: &str, field: &str, value: &Json) -> Candidate {
    let shown = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    let change = Change::new(section, section, json!({ field: value }));
    let sentence = format!("raise `{section}.{field}` to {shown}");
    Candidate::new(code, sentence, Step::Change(change))
        .reach("every client, on every listener".to_owned())
        .unproved(UNREAD)
}

#[cfg(test)]
mod tests {
    use crate::explanation::{Audience, Step};
    use crate::unproved;
    use postern_model::denial::{Code, Denial};
    use serde_json::{Value as Json, json};

    /// What is offered: the section, and what changes in it.
    fn offered(denial: &Denial) -> Option<(String, Json)> {
        let fixes = unproved(denial, Audience::Operator, Some("01JDB7Z3K8"));
        let fix = fixes.first()?;
        assert_eq!(fix.commands, ["postern fix 01JDB7Z3K8 1"]);
        assert!(fix.proof.is_none() && fix.unproved.is_some());
        assert!(unproved(denial, Audience::Publisher, None).is_empty());
        match fix.steps.first()? {
            Step::Change(change) => Some((change.kind.clone(), change.patch.clone())),
            step => panic!("{step:?}"),
        }
    }

    #[test]
    fn a_bound_is_raised_as_far_as_is_known_to_be_needed() {
        let too_large = |name: &'static str, limit: u64, size: u64| {
            let denial = Denial::new(Code::HeaderTooLarge).saw("limit", limit);
            denial.saw("name", name).saw("size", size)
        };
        let uri = |size: u64| {
            let denial = Denial::new(Code::UriTooLong).saw("limit", 8192_u64);
            denial.saw("size", size)
        };
        let slow = |phase: &'static str, limit: u64| {
            let denial = Denial::new(Code::ConnectionTimeout).saw("phase", phase);
            denial.saw("limit", limit)
        };
        let limits = |patch: Json| Some(("limits".to_owned(), patch));
        for (denial, due) in [
            (
                too_large("cookie", 16_384, 17_000),
                limits(json!({"header": "32KiB"})),
            ),
            (
                too_large("all header fields together", 65_536, 65_536),
                limits(json!({"headers": "128KiB"})),
            ),
            (
                too_large("number of header fields", 128, 129),
                limits(json!({"header_count": 256})),
            ),
            (too_large("cookie", 1 << 20, (1 << 20) + 1), None),
            (uri(9_000), limits(json!({"uri": "16KiB"}))),
            (uri(1 << 20), None),
            (
                slow("body", 1500),
                Some(("timeouts".to_owned(), json!({"body": "3s"}))),
            ),
            (slow("header", 400_000), None),
            (slow("tls", 1000), None),
        ] {
            assert_eq!(offered(&denial), due, "{denial:?}");
        }
    }
}
