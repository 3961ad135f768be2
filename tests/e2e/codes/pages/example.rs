//! The example of a page: a row's request, and what the tests of this directory kept of the answer
//! and of `postern why`. What differs from run to run, or is the tests' own, is made stable.

use crate::codes::kept::read;
use crate::codes::row::{Before, Row};
use crate::codes::table::{ROW, ROWS};
use crate::harness::binary::workspace;
use postern_model::Code;
use std::fmt::Write as _;

/// The host that examples call.
const HOST: &str = "api.example.com";
/// Where their callers are.
const CALLER: &str = "198.51.100.7";

/// A refusal as it was.
pub(super) struct Example {
    /// What happens before the request.
    pub(super) before: Option<String>,
    pub(super) request: String,
    pub(super) response: String,
    /// The evidence that callers read where the disclosure is `verbose`.
    pub(super) evidence: Option<String>,
    /// What `postern why` says; none where nobody decides the code.
    pub(super) why: Option<String>,
    /// The commands that `why` offers, and what each does.
    pub(super) commands: Vec<(String, String)>,
}

impl Example {
    /// The example of a code; `None` where nothing is kept. What callers are only shown is what a
    /// row shows them.
    pub(super) fn of(code: Code) -> Option<Self> {
        let own = ROWS.iter().find(|row| row.code == code.name());
        let shown = || ROWS.iter().find(|row| row.shown == code.name());
        let Some(row) = own.or_else(shown) else {
            return Self::kept(code);
        };
        let told = kept("told", row)?;
        let why = kept("why", row).filter(|_| own.is_some());
        let why = why.map(|text| stable(row, text.trim_end()));
        Some(Self {
            before: before(row),
            request: request(row),
            response: stable(row, section(&told, "standard")),
            evidence: evidence(section(&told, "verbose")).map(|text| stable(row, &text)),
            commands: why.as_deref().map(commands).unwrap_or_default(),
            why,
        })
    }
}

impl Example {
    /// What a test kept of a code that no row is about.
    fn kept(code: Code) -> Option<Self> {
        let (request, response) = read(code.name())?;
        let row = Row {
            code: code.name(),
            ..ROW
        };
        Some(Self {
            before: None,
            request: stable(&row, &request),
            response: stable(&row, &response),
            evidence: None,
            why: None,
            commands: Vec::new(),
        })
    }
}

fn kept(kind: &str, row: &Row) -> Option<String> {
    let golden = workspace().join("tests/e2e/codes/golden");
    std::fs::read_to_string(golden.join(kind).join(format!("{}.txt", row.code))).ok()
}

/// What is told under a disclosure.
fn section<'a>(told: &'a str, disclosure: &str) -> &'a str {
    let (_, after) = told
        .split_once(&format!("## {disclosure}\n\n"))
        .expect("a section for each disclosure");
    let end = after.find("\n\n## ").or_else(|| after.find("\n\nforbid: "));
    end.map_or(after, |end| after.split_at(end).0).trim_end()
}

/// The member `evidence` of a problem document.
fn evidence(response: &str) -> Option<String> {
    let (_, after) = response.split_once("\n  \"evidence\": {\n")?;
    let (inside, _) = after.split_once("\n  }")?;
    Some(format!(
        "\"evidence\": {{\n{}\n}}",
        inside.replace("\n    ", "\n  ").replacen("    ", "  ", 1)
    ))
}

/// What `why` offers: a command, and what stands below it.
fn commands(why: &str) -> Vec<(String, String)> {
    let offers = [
        "   = fix: ",
        "   = may help: ",
        "   = if this refusal was wrong: ",
    ];
    let mut lines = why.lines();
    let mut out = Vec::new();
    while let Some(line) = lines.next() {
        let Some(command) = offers.iter().find_map(|offer| line.strip_prefix(offer)) else {
            continue;
        };
        let does = lines.next().unwrap_or_default().trim();
        let does = does.split_once(": ").map_or(does, |(_, does)| does);
        out.push((command.to_owned(), does.to_owned()));
    }
    out
}

/// What happens before the request, in a sentence.
fn before(row: &Row) -> Option<String> {
    let line = |text: &str| text.lines().next().unwrap_or_default().to_owned();
    let first = match row.before {
        Before::Nothing => None,
        Before::Sent(times, text) => {
            let same = text == row.sent;
            let what = if same {
                "the same".to_owned()
            } else {
                format!("`{}`", line(text))
            };
            let how = if times == 1 {
                "once".to_owned()
            } else {
                format!("{times} times")
            };
            Some(format!("After {what} was sent {how}."))
        }
        Before::UsedUp(text) if text == row.sent => {
            Some("After the same was sent as often as may be.".to_owned())
        }
        Before::UsedUp(text) => Some(format!(
            "After `{}` was sent as often as may be.",
            line(text)
        )),
        Before::Held(text) => Some(format!("While another `{}` is under way.", line(text))),
    };
    let who = row.sent.lines().find_map(|line| line.strip_prefix("TLS: "));
    let tls = who.map(|who| match who.split_once(' ').unwrap_or((who, "")) {
        ("none", "") => "Over TLS, without a client certificate.".to_owned(),
        ("none", name) => format!("Over a connection that was opened for `{name}`."),
        ("old", _) => "Over TLS, with a client certificate that is over.".to_owned(),
        ("stranger", _) => "Over TLS, with a client certificate of another authority.".to_owned(),
        _ => "Over TLS, with a client certificate.".to_owned(),
    });
    let both: Vec<String> = first.into_iter().chain(tls).collect();
    (!both.is_empty()).then(|| both.join(" "))
}

/// The request as it is sent, with words in place of what is secret, long or made anew each time.
fn request(row: &Row) -> String {
    let sent = filled(row.sent);
    let (head, body) = sent.split_once("\n\n").unwrap_or((&sent, ""));
    let mut lines = head.lines().filter(|line| !line.starts_with("TLS: "));
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (method, path) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let version = words.next().unwrap_or("HTTP/1.1");
    let base = if path.starts_with("/.well-known/") {
        String::new()
    } else {
        format!("/{}", row.name())
    };
    let mut out = format!("{method} {base}{path} {version}\n");
    if !head.contains("\nHost: ") {
        let _ = writeln!(out, "Host: {HOST}");
    }
    for line in lines {
        let _ = writeln!(out, "{line}");
    }
    if !body.is_empty() && !head.contains("Transfer-Encoding") {
        let _ = writeln!(out, "Content-Length: {}", body.len());
    }
    if !body.is_empty() {
        let _ = write!(out, "\n{body}");
    }
    out.trim_end().to_owned()
}

/// The text with words in place of what stands in brackets.
fn filled(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (name, after) = after.split_once('}').expect("a bracket that closes");
        match name.split(' ').next().unwrap_or_default() {
            "key" | "good" | "guess" | "stranger" => out.push_str("YOUR-KEY"),
            "token" => out.push_str("YOUR-TOKEN"),
            "signed" => out.push_str("Signature-Input: sig1=…\nSignature: sig1=:…:"),
            "proof" => out.push_str("YOUR-PROOF"),
            "csrf" => out.push_str("X-CSRF-Token: THE-TOKEN\nCookie: postern_csrf=THE-TOKEN"),
            "id" => out.push_str("THE-KEY-ID"),
            "session" => out.push_str("YOUR-SESSION"),
            "" => out.push_str("{}"),
            length => _ = write!(out, "aaa… ({length} times)"),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// A text without what is the tests' own.
pub(super) fn stable(row: &Row, text: &str) -> String {
    let name = row.name();
    let mut text = text
        .replace(&format!("{name}-standard-verbose"), &name)
        .replace("standard-standard.test", HOST)
        .replace("standard-verbose.test", HOST)
        .replace("://test/", &format!("://{HOST}/"))
        .replace("Host: test\n", &format!("Host: {HOST}\n"))
        .replace("#.#:#", HOST)
        .replace("#-#-#T#:#:#Z", "2026-12-31T00:00:00Z")
        .replace("#-#-# #:#:# UTC", "2026-12-31 00:00:00 UTC")
        .replace("`#.#`", &format!("`{CALLER}`"))
        .replace("[#]", "[1]")
        .replace("key_#", "key_0000000000000001")
        .replace("          #: ", "          1: ")
        .replace('#', "N");
    text = each_after(
        &text,
        "198.18.",
        |c| c.is_ascii_digit() || matches!(c, '.' | 'N'),
        CALLER,
    );
    text = each_after(
        &text,
        "key_...",
        |c| c.is_ascii_alphanumeric(),
        "key_...0001",
    );
    text = each_after(
        &text,
        "pst_...",
        |c| c.is_ascii_alphanumeric(),
        "pst_...0001",
    );
    text = each_after(
        &text,
        "key_0",
        |c| c.is_ascii_alphanumeric(),
        "key_0000000000000001",
    );
    text
}

/// The text with every word that begins so, as long as its characters go on, in the form `stable`.
fn each_after(text: &str, begin: &str, goes_on: impl Fn(char) -> bool, stable: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(begin) {
        out.push_str(before);
        out.push_str(stable);
        rest = after.trim_start_matches(&goes_on);
    }
    out.push_str(rest);
    out
}
