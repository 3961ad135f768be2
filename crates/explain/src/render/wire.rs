//! What passed, as text.

use super::style::Text;
use crate::wire::{Body, Change, Changed, Changes, Header, Masked, Wire};

/// Lines of a body that are shown; `--json` has all.
const LINES: usize = 40;

/// Shows what passed.
pub(super) fn wire(wire: &Wire, out: &mut Text<'_>) {
    if let Some(changes) = &wire.to_upstream {
        out.item("to the upstream", &summary(changes), &lines(changes));
    }
    if let Some(changes) = &wire.changes {
        changed(changes, out);
    }
    let Some(capture) = &wire.capture else {
        return;
    };
    let request = &capture.request;
    message(
        "captured request",
        &request.headers,
        request.body.as_ref(),
        out,
    );
    if let Some(response) = &capture.response {
        message(
            "captured response",
            &response.headers,
            response.body.as_ref(),
            out,
        );
    }
    let got = &capture.got;
    if got.headers.is_empty() {
        let head = format!("{}, {}", got.status, summary(&got.changes));
        out.item("the caller got", &head, &lines(&got.changes));
    } else {
        let lines = got.headers.iter().map(field).collect::<Vec<_>>();
        out.item("the caller got", &got.status.to_string(), &lines);
    }
}

/// What policies did, one change to a line.
fn changed(changes: &Changed, out: &mut Text<'_>) {
    for (name, list) in [
        ("changed in the request", &changes.request),
        ("changed in the answer", &changes.response),
    ] {
        if !list.is_empty() {
            let head = format!("{} change{}", list.len(), plural(list.len() as u64));
            let lines: Vec<String> = list.iter().map(change).collect();
            out.item(name, &head, &lines);
        }
    }
    if !changes.masked.is_empty() {
        let total: u64 = changes.masked.iter().map(|one| one.count).sum();
        let lines = changes.masked.iter().map(|one| {
            let Masked {
                policy,
                rule,
                count,
            } = one;
            format!(
                "{rule}: {count} value{}, by policy {policy}",
                plural(*count)
            )
        });
        let head = format!("{total} value{}", plural(total));
        out.item("hidden in the answer", &head, &lines.collect::<Vec<_>>());
    }
}

fn change(change: &Change) -> String {
    let Change {
        policy, did, what, ..
    } = change;
    let (mark, how) = match (&change.before, &change.after) {
        (Some(before), Some(after)) if before == after => ("~", String::new()),
        (Some(before), Some(after)) => ("~", format!(": {before} → {after}")),
        (None, Some(after)) if did == "path" => ("~", format!(" → {after}")),
        (None, Some(after)) if after != what => ("+", format!(": {after}")),
        (Some(before), None) if before != what => ("-", format!(": {before}")),
        (None, Some(_)) => ("+", String::new()),
        (Some(_), None) => ("-", String::new()),
        (None, None) => ("~", String::new()),
    };
    let subject = match did.as_str() {
        "path" => "path".to_owned(),
        "body" if what.is_empty() => "body".to_owned(),
        did => format!("{did} {what}"),
    };
    format!("{mark} {subject}{how}, by policy {policy}")
}

fn message(name: &str, headers: &[Header], body: Option<&Body>, out: &mut Text<'_>) {
    let mut lines: Vec<String> = headers.iter().map(field).collect();
    let head = match body {
        None => "no body".to_owned(),
        Some(body) => format!("{} byte{} of body", body.bytes, plural(body.bytes)),
    };
    if let Some(body) = body {
        lines.push(String::new());
        body_lines(body, &mut lines);
    }
    out.item(name, &head, &lines);
}

fn body_lines(body: &Body, lines: &mut Vec<String>) {
    if let Some(why) = &body.left_out {
        lines.push(format!("(left out: {why})"));
        return;
    }
    let Some(text) = &body.text else {
        lines.push("(no bodies are captured)".to_owned());
        return;
    };
    let mut shown = text.lines();
    lines.extend(shown.by_ref().take(LINES).map(ToOwned::to_owned));
    let left = shown.count();
    if left > 0 {
        let s = if left == 1 { "" } else { "s" };
        lines.push(format!("(and {left} line{s}: --json has all)"));
    } else if body.cut {
        lines.push("(more of it was not captured)".to_owned());
    }
}

fn field((name, value): &Header) -> String {
    format!("{name}: {value}")
}

fn summary(changes: &Changes) -> String {
    format!(
        "{} removed, {} added, {} changed",
        changes.removed.len(),
        changes.added.len(),
        changes.changed.len()
    )
}

fn lines(changes: &Changes) -> Vec<String> {
    let gone = changes
        .removed
        .iter()
        .map(|one| format!("- {}", field(one)));
    let new = changes.added.iter().map(|one| format!("+ {}", field(one)));
    let other = changes
        .changed
        .iter()
        .map(|(name, before, after)| format!("~ {name}: {before} → {after}"));
    gone.chain(new).chain(other).collect()
}

const fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Style;
    use serde_json::json;

    #[test]
    fn what_passed_reads_as_it_should() {
        let detail = json!({
            "headers": {
                "received": [["Accept", "*/*"]],
                "removed": [["X-API-Key", "[redacted]"]],
                "added": [["Via", "1.1 postern"]],
                "changed": [["Host", "a", "b"]],
            },
            "capture": {
                "request": {"body": {"bytes": 9, "text": "one\n\u{1b}two", "cut": true}},
                "response": {
                    "headers": [["Server", "x"]],
                    "body": {"bytes": 1, "left_out": "it is image/png"},
                },
                "got": {"status": 200, "removed": [], "added": [], "changed": []},
            },
        });
        let passed = Wire::from_detail(&detail).unwrap();
        let mut out = Text::new(&Style::PLAIN);
        wire(&passed, &mut out);
        let expected = "   = to the upstream: 1 removed, 1 added, 1 changed
          - X-API-Key: [redacted]
          + Via: 1.1 postern
          ~ Host: a -> b
   = captured request: 9 bytes of body
          Accept: */*
          
          one
          \\u{1b}two
          (more of it was not captured)
   = captured response: 1 byte of body
          Server: x
          
          (left out: it is image/png)
   = the caller got: 200, 0 removed, 0 added, 0 changed
";
        assert_eq!(out.finish(), expected);
    }

    #[test]
    fn what_policies_changed_reads_as_it_should() {
        let note = |did: &str, what: &str, before: Option<&str>, after: Option<&str>| json!({"policy": "p", "did": did, "what": what, "before": before, "after": after});
        let detail = json!({"changes": {
            "request": [
                note("header", "x-a", None, Some("x-a")),
                note("header", "x-b", Some("x-b"), Some("x-c")),
                note("query", "q", Some("q"), None),
                note("path", "path", None, Some("/v2/{id}")),
                note("body", "/a", Some("text of 4"), Some("number")),
            ],
            "response": [note("body", "", Some("object of 1"), Some("list of 2"))],
            "masked": [{"policy": "h", "rule": "card", "count": 2}],
        }});
        let passed = Wire::from_detail(&detail).unwrap();
        let mut out = Text::new(&Style::PLAIN);
        wire(&passed, &mut out);
        let expected = "   = changed in the request: 5 changes
          + header x-a, by policy p
          ~ header x-b: x-b -> x-c, by policy p
          - query q, by policy p
          ~ path -> /v2/{id}, by policy p
          ~ body /a: text of 4 -> number, by policy p
   = changed in the answer: 1 change
          ~ body: object of 1 -> list of 2, by policy p
   = hidden in the answer: 2 values
          card: 2 values, by policy h
";
        assert_eq!(out.finish(), expected);
    }

    #[test]
    fn long_bodies_are_shown_in_part() {
        let body = Body {
            bytes: 100,
            text: Some("line\n".repeat(LINES + 1)),
            ..Body::default()
        };
        let mut lines = Vec::new();
        body_lines(&body, &mut lines);
        assert_eq!(lines.len(), LINES + 1);
        assert_eq!(lines[LINES], "(and 1 line: --json has all)");
    }
}
