//! What a replay found, as people read it.

use crate::cli::time::local_ms;
use crate::commands::table::table;
use postern_control::{ReplayReport, ReplayStopped};
use postern_explain::{ReplayDifference, ReplayGroup};
use std::fmt::Write as _;

/// Groups that are named in a line.
const NAMED: usize = 2;
/// Milliseconds of a minute.
const MINUTE: u64 = 60_000;

/// In a line.
pub(in crate::commands) fn brief(report: &ReplayReport) -> String {
    let counts = &report.counts;
    if counts.requests == 0 {
        return format!(
            "replayed nothing: no request of the {} is recorded",
            over(report)
        );
    }
    let mut line = format!(
        "replayed {} of the {}: {} newly refused{}, {} newly let in{}",
        requests(counts.requests),
        over(report),
        grouped(counts.newly_refused),
        named(report, ReplayDifference::NewlyRefused),
        grouped(counts.newly_allowed),
        named(report, ReplayDifference::NewlyAllowed),
    );
    if counts.code_changed > 0 {
        let _ = write!(line, ", {} with another code", grouped(counts.code_changed));
    }
    let _ = write!(
        line,
        ", {} cannot be told",
        share(counts.cannot_tell, counts.requests)
    );
    if !report.complete {
        line.push_str(" (not all of them were replayed)");
    }
    line
}

/// With all groups, so many at most.
pub(super) fn whole(report: &ReplayReport, most: usize) -> String {
    let mut parts = vec![brief(report)];
    if !report.complete {
        parts.push(unfinished(report));
    }
    let kinds = [
        (ReplayDifference::NewlyRefused, "newly refused"),
        (ReplayDifference::NewlyAllowed, "newly let in"),
        (ReplayDifference::CodeChanged, "refused with another code"),
    ];
    for (kind, title) in kinds {
        let groups = report.counts.groups.iter();
        let groups: Vec<_> = groups.filter(|one| one.difference == kind).collect();
        if groups.is_empty() {
            continue;
        }
        let rows: Vec<_> = groups.iter().take(most).map(|one| row(one)).collect();
        let head = ["COUNT", "APP", "OPERATION", "CODE", "POLICY", "EXAMPLE"];
        let mut part = format!("{title}:\n{}", table(&head, &rows));
        if groups.len() > most {
            let _ = write!(
                part,
                "\n… and {} more groups: raise --limit",
                groups.len() - most
            );
        }
        parts.push(part);
    }
    if !report.counts.not_told.is_empty() {
        let rows = report.counts.not_told.iter();
        let rows: Vec<_> = rows
            .map(|one| {
                vec![
                    grouped(one.count),
                    one.what.to_string(),
                    one.example.clone(),
                ]
            })
            .collect();
        let head = ["COUNT", "FOR WANT OF", "EXAMPLE"];
        parts.push(format!("cannot be told:\n{}", table(&head, &rows)));
    }
    if report.counts.requests > 0 {
        let assumed = report.assumed.iter().map(|one| format!("\n  {one}"));
        parts.push(assumed.fold("assumed:".to_owned(), |all, one| all + &one));
    }
    if !report.unreadable_days.is_empty() {
        let days = report.unreadable_days.join(", ");
        parts.push(format!("records of {days} cannot be read"));
    }
    parts.join("\n\n")
}

/// Why not all was decided.
fn unfinished(report: &ReplayReport) -> String {
    let reached = report.reached_ms.map(|at| local_ms(signed(at)));
    let reached = reached.unwrap_or_else(|| "nowhere".to_owned());
    match report.stopped {
        Some(ReplayStopped::Time) => format!(
            "it came to {reached}, and then the time was over: raise --seconds, or say --since or \
             --until"
        ),
        None => format!("it came to {reached}: what came in last is not indexed yet; try again"),
    }
}

fn row(group: &ReplayGroup) -> Vec<String> {
    let text = |text: Option<&str>| text.unwrap_or("-").to_owned();
    let code = match (group.before.as_deref(), group.after.as_deref()) {
        (Some(before), Some(after)) => format!("{before} → {after}"),
        (before, after) => text(before.or(after)),
    };
    vec![
        grouped(group.count),
        text(group.app.as_deref()),
        text(group.operation.as_deref()),
        code,
        text(group.policy.as_deref()),
        text(group.examples.first().map(String::as_str)),
    ]
}

/// The largest groups of a kind: ` (11 limit.rate_exceeded of crm, …)`.
fn named(report: &ReplayReport, kind: ReplayDifference) -> String {
    let groups = report.counts.groups.iter();
    let mut groups = groups.filter(|one| one.difference == kind);
    let named: Vec<String> = groups
        .by_ref()
        .take(NAMED)
        .map(|one| {
            let code = one
                .after
                .as_deref()
                .or(one.before.as_deref())
                .unwrap_or("-");
            let of = one.app.as_deref().or(one.operation.as_deref());
            let of = of.map_or_else(String::new, |of| format!(" of {of}"));
            format!("{} {code}{of}", grouped(one.count))
        })
        .collect();
    if named.is_empty() {
        return String::new();
    }
    let more = if groups.next().is_some() { ", …" } else { "" };
    format!(" ({}{more})", named.join(", "))
}

/// `last 24h`, or how many days. What was said as a length of time is that long by a moment.
fn over(report: &ReplayReport) -> String {
    let length = report.until_ms.saturating_sub(report.from_ms);
    let minutes = (length + MINUTE / 2) / MINUTE;
    match (minutes / 60, minutes % 60) {
        (hours, 0) if hours > 24 && hours % 24 == 0 => format!("last {}d", hours / 24),
        (hours, 0) if hours > 0 => format!("last {hours}h"),
        _ => format!("last {} min", minutes.max(1)),
    }
}

fn requests(count: u64) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{} request{s}", grouped(count))
}

/// A share in percent, never nothing of something.
fn share(of: u64, all: u64) -> String {
    let percent = u128::from(of) * 100 / u128::from(all.max(1));
    match percent {
        0 if of > 0 => "less than 1%".to_owned(),
        percent => format!("{percent}%"),
    }
}

/// `9,200`.
pub(in crate::commands) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn signed(millis: u64) -> i64 {
    i64::try_from(millis).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_explain::{NotTold, Replayed};

    const DAY: u64 = 24 * 60 * MINUTE;

    fn report(counts: Replayed) -> ReplayReport {
        ReplayReport {
            from_ms: 0,
            until_ms: DAY,
            reached_ms: Some(DAY - 1),
            oldest_ms: Some(0),
            complete: true,
            stopped: None,
            took_ms: 1200,
            answered_by_gateway: 0,
            unreadable_days: Vec::new(),
            assumed: vec!["counters had counted nothing".to_owned()],
            counts,
        }
    }

    fn group(difference: ReplayDifference, app: &str, count: u64) -> ReplayGroup {
        let refused = difference != ReplayDifference::NewlyAllowed;
        ReplayGroup {
            difference,
            app: Some(app.into()),
            operation: Some("orders/v1/place".into()),
            before: (!refused).then(|| "network.address_not_allowed".into()),
            after: refused.then(|| "limit.rate_exceeded".into()),
            policy: None,
            count,
            examples: vec!["01JDB7Z3K8Q4M2T9V6X1C5N0RW".to_owned()],
        }
    }

    #[test]
    fn a_line_says_what_matters() {
        let counts = Replayed {
            requests: 9_200,
            rows: 9_100,
            same: 8_910,
            newly_refused: 14,
            cannot_tell: 276,
            groups: vec![
                group(ReplayDifference::NewlyRefused, "crm", 11),
                group(ReplayDifference::NewlyRefused, "till", 2),
                group(ReplayDifference::NewlyRefused, "shop", 1),
            ],
            ..Replayed::default()
        };
        assert_eq!(
            brief(&report(counts)),
            "replayed 9,200 requests of the last 24h: 14 newly refused (11 limit.rate_exceeded of \
             crm, 2 limit.rate_exceeded of till, …), 0 newly let in, 3% cannot be told"
        );
        assert_eq!(
            brief(&report(Replayed::default())),
            "replayed nothing: no request of the last 24h is recorded"
        );
        for (length, said) in [
            (DAY + 3, "last 24h"),
            (7 * DAY, "last 7d"),
            (90 * MINUTE, "last 90 min"),
            (10, "last 1 min"),
        ] {
            let report = ReplayReport {
                until_ms: length,
                ..report(Replayed::default())
            };
            assert_eq!(over(&report), said);
        }
        assert_eq!(share(1, 1_000), "less than 1%");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }

    #[test]
    fn everything_is_told_by_how_it_differs() {
        let counts = Replayed {
            requests: 20,
            rows: 20,
            newly_refused: 11,
            newly_allowed: 2,
            cannot_tell: 7,
            groups: vec![
                group(ReplayDifference::NewlyRefused, "crm", 11),
                group(ReplayDifference::NewlyAllowed, "till", 2),
            ],
            not_told: vec![NotTold {
                what: "query".into(),
                count: 7,
                example: "01JDB7Z3K8Q4M2T9V6X1C5N0RX".to_owned(),
            }],
            ..Replayed::default()
        };
        let text = whole(&report(counts), 20);
        let expected = "\
replayed 20 requests of the last 24h: 11 newly refused (11 limit.rate_exceeded of crm), 2 newly let in (2 network.address_not_allowed of till), 35% cannot be told

newly refused:
COUNT  APP  OPERATION        CODE                 POLICY  EXAMPLE
11     crm  orders/v1/place  limit.rate_exceeded  -       01JDB7Z3K8Q4M2T9V6X1C5N0RW

newly let in:
COUNT  APP   OPERATION        CODE                         POLICY  EXAMPLE
2      till  orders/v1/place  network.address_not_allowed  -       01JDB7Z3K8Q4M2T9V6X1C5N0RW

cannot be told:
COUNT  FOR WANT OF  EXAMPLE
7      query        01JDB7Z3K8Q4M2T9V6X1C5N0RX

assumed:
  counters had counted nothing";
        assert_eq!(text, expected);
    }
}
