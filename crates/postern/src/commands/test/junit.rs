//! Reports in the form of `JUnit`: `testsuites`, `testsuite`, `testcase`, `failure` and `error`.

use super::{Case, Suite, Went, told};
use std::fmt::Write as _;

/// The report.
pub(super) fn report(suites: &[Suite]) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let all = || suites.iter().flat_map(|suite| &suite.cases);
    let _ = writeln!(out, "<testsuites name=\"postern test\" {}>", counts(all()));
    for suite in suites {
        let name = escaped(&suite.file.display().to_string());
        let counts = counts(suite.cases.iter());
        let _ = writeln!(out, "  <testsuite name=\"{name}\" {counts}>");
        for case in &suite.cases {
            one(&mut out, case, &name);
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn counts<'a>(cases: impl Iterator<Item = &'a Case>) -> String {
    let (mut tests, mut failures, mut errors) = (0, 0, 0);
    for case in cases {
        tests += 1;
        match case.went {
            Went::Met(_) => {}
            Went::Otherwise(_) => failures += 1,
            Went::Unknown(_) | Went::Unasked(_) => errors += 1,
        }
    }
    format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" time=\"0\"")
}

fn one(out: &mut String, case: &Case, file: &str) {
    let (name, line) = (escaped(&case.case.name), case.case.line);
    let _ = write!(
        out,
        "    <testcase classname=\"{file}\" name=\"{name}\" file=\"{file}\" line=\"{line}\" time=\"0\""
    );
    let element = match &case.went {
        Went::Met(_) => {
            out.push_str("/>\n");
            return;
        }
        Went::Otherwise(_) => "failure",
        Went::Unknown(_) | Went::Unasked(_) => "error",
    };
    let lines = told::difference(case, &case.went);
    let said = lines.iter().filter(|(sign, _)| matches!(sign, '-' | '+'));
    let message: Vec<&str> = said.map(|(_, line)| line.trim()).collect();
    let text = lines.iter().fold(String::new(), |mut text, (sign, line)| {
        let _ = writeln!(text, "{sign} {line}");
        text
    });
    let (message, text) = (escaped(&message.join("; ")), escaped(&text));
    let _ = writeln!(
        out,
        ">\n      <{element} message=\"{message}\">{text}</{element}>"
    );
    out.push_str("    </testcase>\n");
}

/// Text in XML 1.0 (§2.2, §2.4): what it cannot have is replaced.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn what_xml_cannot_have_is_replaced() {
        assert_eq!(
            escaped("a<b> & \"c\"\u{1b}\u{0}\n"),
            "a&lt;b&gt; &amp; &quot;c&quot;\u{fffd}\u{fffd}\n"
        );
    }
}
