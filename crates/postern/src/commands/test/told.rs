//! How cases went, as people read it: a line for each, and of what was not expected the two sides.

use super::{Case, Suite, Went};
use postern_config::{Expected, RefusedWith};
use postern_explain::{Explanation, Fix, Refusal, Style, Value, Verdict};
use std::fmt::Write as _;

/// Every case, and the sum.
pub(super) fn all(suites: &[Suite], style: &Style) -> String {
    let mut out = String::new();
    let mut counts = [0usize; 3];
    for suite in suites {
        for case in &suite.cases {
            let place = format!("{}:{}", suite.file.display(), case.case.line);
            let at = match &case.went {
                Went::Met(_) => 0,
                Went::Otherwise(_) => 1,
                Went::Unknown(_) | Went::Unasked(_) => 2,
            };
            if let Some(count) = counts.get_mut(at) {
                *count += 1;
            }
            one(&mut out, case, &place, style.colour);
        }
    }
    let [met, otherwise, unknown] = counts;
    let total = met + otherwise + unknown;
    let _ = write!(out, "\n{met} of {total} as expected");
    if otherwise > 0 {
        let _ = write!(out, ", {otherwise} not");
    }
    if unknown > 0 {
        let _ = write!(out, ", {unknown} cannot be told");
    }
    out
}

fn one(out: &mut String, case: &Case, place: &str, colour: bool) {
    let paint = |text: &str, code: &str| {
        if colour {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    };
    let name = clean(&case.case.name);
    match &case.went {
        Went::Met(found) => {
            let _ = writeln!(out, "{}    {name}: {}", paint("ok", "32"), result(found));
        }
        went => {
            let _ = writeln!(out, "{}  {name} ({place})", paint("FAIL", "31"));
            for (sign, line) in difference(case, went) {
                let line = format!("      {sign} {line}");
                let line = match sign {
                    '-' => paint(&line, "31"),
                    '+' => paint(&line, "32"),
                    _ => line,
                };
                let _ = writeln!(out, "{}", line.trim_end());
            }
        }
    }
}

/// The two sides of a case that did not go as expected, and why: each line with `-`, `+` or a
/// blank before it.
pub(super) fn difference(case: &Case, went: &Went) -> Vec<(char, String)> {
    let mut lines = Vec::new();
    let asked = format!("{} {}", case.case.method, case.case.target);
    if !case.case.name.starts_with(&asked) {
        lines.push((' ', clean(&asked)));
    }
    lines.push(('-', format!("expected: {}", expected(&case.case.expected))));
    let found = match went {
        Went::Unasked(why) => {
            lines.push(('+', format!("cannot be asked: {}", clean(why))));
            return lines;
        }
        Went::Unknown(found) => {
            lines.push(('+', "cannot be told".to_owned()));
            let unknown = found.not_known.iter().map(|one| {
                let why = "is not known; the case can say it, or the rule be tested alone";
                (' ', format!("  {}: {} {why}", one.stage, one.what))
            });
            lines.extend(unknown);
            return lines;
        }
        Went::Met(found) | Went::Otherwise(found) => found,
    };
    lines.push(('+', format!("found:    {}", result(found))));
    if let Some(refusal) = &found.refusal {
        lines.extend(why(refusal).into_iter().map(|line| (' ', line)));
        lines.extend(mends(found).into_iter().map(|line| (' ', line)));
    } else {
        let who = &found.asked;
        for (what, name) in [("app", &who.app), ("credential", &who.credential)] {
            lines.extend(name.iter().map(|name| (' ', format!("  {what}: {name}"))));
        }
    }
    lines
}

/// What is expected, in words.
pub(super) fn expected(expected: &Expected) -> String {
    match expected {
        Expected::Allow => "allowed".to_owned(),
        Expected::Refuse { with, policy } => {
            let mut words = match with {
                RefusedWith::Anything => "refused".to_owned(),
                RefusedWith::Family(family) => format!("refused with {family}.*"),
                RefusedWith::Code(code) => format!("refused with {}", code.name()),
            };
            if let Some(policy) = policy {
                let _ = write!(words, " by policy `{}`", clean(policy));
            }
            words
        }
    }
}

/// What became of it, in words.
fn result(found: &Explanation) -> String {
    match &found.refusal {
        Some(refusal) => {
            let by = refusal.policy.as_ref();
            let by = by.map_or_else(String::new, |name| format!(" by policy `{}`", clean(name)));
            format!(
                "refused with {} ({}) at {}{by}",
                refusal.code, refusal.status, refusal.stage
            )
        }
        None if found.verdict == Verdict::Allowed => "allowed".to_owned(),
        None => "cannot be told".to_owned(),
    }
}

/// The sentence, what was expected and what was seen; near misses are among that.
fn why(refusal: &Refusal) -> Vec<String> {
    let mut lines = vec![format!("  {}", clean(&refusal.detail))];
    for evidence in &refusal.evidence {
        let value = match &evidence.value {
            Value::Number(number) => number.to_string(),
            Value::Text(text) => clean(text),
            Value::List(texts) => clean(&texts.join(", ")),
        };
        lines.push(format!("  {}: {value}", evidence.name.replace('_', " ")));
    }
    lines
}

/// The smallest change that opens the gate.
fn mends(found: &Explanation) -> Vec<String> {
    let consumer = found
        .refusal
        .as_ref()
        .and_then(|refusal| refusal.fix.as_ref());
    let consumer = consumer.map(|fix| format!("  consumer's fix: {}", clean(fix)));
    let proved = |fix: &&Fix| fix.proof.is_some() && !fix.if_wrong;
    let fix = found.fixes.iter().find(proved);
    let fix = fix.map(|fix| format!("  fix: {}", clean(&fix.sentence)));
    consumer.into_iter().chain(fix).collect()
}

/// Without what a terminal would act on: what is shown may come from anywhere.
fn clean(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}
