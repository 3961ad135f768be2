//! Plans, as people read them.

use crate::output;
use postern_control::{Difference, Does, Plan, Planned};
use std::io::IsTerminal as _;

/// A plan, line by line, and what it comes to.
pub(crate) fn text(plan: &Plan) -> String {
    let colour = std::io::stdout().is_terminal() && output::colours();
    let mut lines = plain(plan, colour);
    lines.extend(
        plan.notes
            .iter()
            .map(|note| format!("note: {}", clean(note))),
    );
    lines.push(sum(plan));
    lines.join("\n")
}

/// The same of what has been changed already.
pub(crate) fn changed(plan: &Plan) -> String {
    let colour = std::io::stdout().is_terminal() && output::colours();
    let [adds, changes, removes] = plan.counts();
    let mut lines = plain(plan, colour);
    lines.push(if plan.changes.is_empty() {
        "nothing differs".to_owned()
    } else {
        format!("{adds} added, {changes} changed, {removes} removed")
    });
    lines.join("\n")
}

/// What a plan comes to, in a sentence.
fn sum(plan: &Plan) -> String {
    let [adds, changes, removes] = plan.counts();
    if plan.changes.is_empty() {
        return "nothing changes".to_owned();
    }
    format!("{adds} to add, {changes} to change, {removes} to remove")
}

fn plain(plan: &Plan, colour: bool) -> Vec<String> {
    plan.changes
        .iter()
        .flat_map(|one| of(one, colour))
        .collect()
}

/// The lines of one document. What changes in one place stands on one line.
fn of(one: &Planned, colour: bool) -> Vec<String> {
    let (sign, paint) = match one.does {
        Does::Add => ("+", "\u{1b}[32m"),
        Does::Change => ("~", "\u{1b}[33m"),
        Does::Remove => ("-", "\u{1b}[31m"),
    };
    let head = format!("{sign} {} {}", clean(&one.kind), clean(&one.id));
    let head = if colour {
        format!("{paint}{head}\u{1b}[0m")
    } else {
        head
    };
    match one.differences.as_slice() {
        [] if one.more == 0 => vec![head],
        [only] if one.more == 0 => vec![format!("{head}: {}", side_by_side(only))],
        all => {
            let mut lines = vec![format!("{head}:")];
            lines.extend(all.iter().map(|one| format!("    {}", side_by_side(one))));
            if one.more > 0 {
                lines.push(format!("    … and {} more", one.more));
            }
            lines
        }
    }
}

fn side_by_side(one: &Difference) -> String {
    let path = clean(&one.path);
    match (&one.before, &one.after) {
        (Some(before), Some(after)) => format!("{path} {} → {}", clean(before), clean(after)),
        (None, Some(after)) => format!("{path} + {}", clean(after)),
        (Some(before), None) => format!("{path} - {}", clean(before)),
        (None, None) => path,
    }
}

/// Without what a terminal would act on: documents are written by others.
fn clean(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_known_from_other_tools_looks_alike() {
        let plan: Plan = serde_json::from_value(json!({
            "changes": [
                {"does": "add", "kind": "service", "id": "orders", "version": null},
                {"does": "change", "kind": "plan", "id": "gold", "version": 3, "differences": [
                    {"path": "limits.per-app.rate", "before": "100", "after": "200"},
                ]},
                {"does": "change", "kind": "list", "id": "o\u{1b}", "version": 4, "more": 2, "differences": [
                    {"path": "entries[]", "before": "192.0.2.0/24", "after": null},
                    {"path": "entries[]", "before": null, "after": "192.0.2.1"},
                ]},
                {"does": "remove", "kind": "app", "id": "old", "version": 5},
            ],
            "same": 7,
            "notes": ["key_1 stays revoked"],
        }))
        .unwrap();
        let mut lines = plain(&plan, false);
        lines.push(sum(&plan));
        assert_eq!(
            lines.join("\n"),
            "+ service orders\n\
             ~ plan gold: limits.per-app.rate 100 → 200\n\
             ~ list o\u{fffd}:\n    entries[] - 192.0.2.0/24\n    entries[] + 192.0.2.1\n    … and 2 more\n\
             - app old\n\
             1 to add, 2 to change, 1 to remove"
        );
        assert!(plain(&plan, true)[0].starts_with("\u{1b}[32m+"));
        assert_eq!(sum(&Plan::default()), "nothing changes");
    }
}
