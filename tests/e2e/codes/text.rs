//! Texts that people read, kept in files.

use super::row::Row;
use crate::harness::Response;
use crate::harness::binary::workspace;
use crate::harness::problem::is_id;
use serde_json::Value;
use std::fmt::Write as _;

/// What stands in lines whose numbers are of the moment.
const MOMENTS: [&str; 5] = [
    " too late",
    " waiting ",
    "127.0.0.1:",
    "_at\":\"20",
    " failing since 20",
];
/// The same where something is counted or runs out soon.
const COUNTED: [&str; 10] = [
    "Retry-After",
    "RateLimit",
    "\"reset\"",
    "\"until\"",
    "\"after\"",
    "\"detail\"",
    "\"fix\"",
    "Wait ",
    "passes in",
    "until",
];

/// The same of how far a period has come.
const PERIOD: [&str; 5] = [
    "retry-after:",
    "ratelimit:",
    "x-ratelimit-reset:",
    "renewed at",
    "\"renews\"",
];

/// A response as it is read, without what differs from run to run.
pub(super) fn of_response(row: &Row, response: &Response) -> String {
    let mut out = format!("{} {}\n", response.version, response.status);
    for (name, value) in &response.headers {
        let moment = ["date", "content-length"].contains(&&*name.to_ascii_lowercase());
        if !moment {
            let _ = writeln!(out, "{name}: {value}");
        }
    }
    out.push('\n');
    let mut body: Value = response.json();
    if let Some(Value::String(help)) = body.get_mut("help") {
        let (link, _) = help.split_once('?').expect("a signature");
        *help = format!("{link}?SIGNATURE");
    }
    out.push_str(&serde_json::to_string_pretty(&body).expect("JSON"));
    out.push('\n');
    let id = response.header("x-request-id").expect("an id");
    steady(row, &out.replace(&id, "ID"))
}

/// A text without the numbers and ids that are of the moment.
pub(super) fn steady(row: &Row, text: &str) -> String {
    let counted = row.code == "edge.address_blocked"
        || row.code == "edge.rate_exceeded"
        || row.sent.is_empty()
        || row.family() == "limit";
    let ends = ["credential.expired", "subscription.expired"].contains(&row.code);
    let text = super::token::without_thumbprints(text);
    let mut out = String::new();
    for line in text.lines() {
        let clock = ["token.", "identity_provider.", "signature.", "session."]
            .iter()
            .any(|family| row.code.starts_with(family));
        let of_now = MOMENTS.iter().any(|moment| line.contains(moment))
            || counted && COUNTED.iter().any(|moment| line.contains(moment))
            || row.code == "limit.quota_exhausted"
                && PERIOD.iter().any(|moment| line.contains(moment))
            || ends && line.contains(" until 20") && line.contains('Z')
            || row.code == "csrf.token_expired" && line.contains("until")
            || row.code == "connection.certificate_expired" && line.contains("now")
            || clock
                && (line.contains(" too early")
                    || line.contains(" apart")
                    || line.contains("since 20")
                    || line.contains("\"since\":")
                    || line.contains("this one was until ")
                    || line.contains("asked at ")
                    || row.code == "token.inactive" && line.contains("\"at\"")
                    || line.contains("\"now\"")
                    || line.contains("\"created\"")
                    || line.contains("\"skew\"")
                    || line.contains("made at 20")
                    || line.contains(" old"));
        let mut words = Vec::new();
        let mut rest = line.split(' ');
        while let Some(word) = rest.next() {
            match word {
                // Commands name this run's directory.
                "--data" => _ = rest.next(),
                word if is_id(word) => words.push("ID"),
                word if is_nonce(word) => words.push("NONCE"),
                word if is_program(word) => words.push("postern"),
                word if word.len() == 55 && word.starts_with("00-") => words.push("TRACE"),
                word => words.push(word),
            }
        }
        let line = words.join(" ");
        out.push_str(&if of_now { without_numbers(&line) } else { line });
        out.push('\n');
    }
    out
}

/// Whether a word is a nonce of the gateway: when it was given out, and a seal.
fn is_nonce(word: &str) -> bool {
    let parts = word.split_once('.');
    parts.is_some_and(|(at, seal)| {
        at.bytes().all(|b| b.is_ascii_digit())
            && seal.len() == 64
            && seal.bytes().all(|b| b.is_ascii_hexdigit())
    })
}

/// Whether a word is the program under test, which stands somewhere else in every run.
fn is_program(word: &str) -> bool {
    let name = word.rsplit_once('/').map(|(_, name)| name);
    name.is_some_and(|name| name.starts_with("postern-"))
}

fn without_numbers(line: &str) -> String {
    let mut out = String::new();
    for character in line.chars() {
        if !character.is_ascii_digit() {
            out.push(character);
        } else if !out.ends_with('#') {
            out.push('#');
        }
    }
    // Whole seconds have no point, and whole days no hours.
    out.replace("#.#", "#").replace("# d # h", "# d")
}

/// Compares a text with the one that is kept; `UPDATE=1` keeps it.
pub(super) fn golden(name: &str, text: &str) -> Result<(), String> {
    let path = workspace().join("tests/e2e/codes/golden").join(name);
    if std::env::var_os("UPDATE").is_some() {
        let directory = path.parent().expect("a directory");
        std::fs::create_dir_all(directory).expect("the directory can be made");
        std::fs::write(&path, text).expect("the golden file can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    if kept == text {
        return Ok(());
    }
    Err(format!(
        "{name} has changed (UPDATE=1 writes it anew):\n--- kept\n{kept}\n--- now\n{text}"
    ))
}
