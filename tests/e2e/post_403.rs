//! The guide `docs/guides/post-403.md`, row by row: every cause in its table is produced, found by
//! `postern why`, and mended by what is offered or by what the caller sends instead. The table is
//! read from the guide, so that a row without a way to produce it fails.

use crate::codes::kept::example;
use crate::codes::suite::{Mended, Suite};
use crate::harness::Response;
use crate::harness::binary::workspace;
use crate::harness::gateway::cli;
use postern_model::Code;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;

/// How many causes are tried side by side: some of them wait.
const AT_ONCE: usize = 4;
/// The code of what the upstream refuses, about which no row of the codes' table is.
const ORIGIN: &str = "origin.refused";

/// A row of the guide's table.
#[derive(Debug)]
struct Cause {
    /// What happens, as people say it.
    what: String,
    statuses: Vec<u16>,
    codes: Vec<String>,
    /// Who mends it, and how.
    how: String,
    console: String,
}

/// The table's rows.
fn causes() -> Vec<Cause> {
    let path = workspace().join("docs/guides/post-403.md");
    let guide = std::fs::read_to_string(path).expect("the guide");
    let rows = guide.lines().filter(|line| line.starts_with("| "));
    let rows = rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [what, status, codes, how, console] = cells[..] else {
            panic!("a row has {} cells: {row}", cells.len());
        };
        Cause {
            what: what.to_owned(),
            statuses: numbers(status),
            codes: codes_in(codes),
            how: how.to_owned(),
            console: console.to_owned(),
        }
    });
    let rows: Vec<Cause> = rows.filter(|cause| cause.what != "cause").collect();
    assert!(rows.len() > 30, "{}", rows.len());
    rows
}

/// What stands between back quotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

fn numbers(text: &str) -> Vec<u16> {
    let words = text.split(|character: char| !character.is_ascii_digit());
    words.filter_map(|word| word.parse().ok()).collect()
}

/// The codes of a cell. One that begins with a dot is of the family of the one before.
fn codes_in(cell: &str) -> Vec<String> {
    let mut codes: Vec<String> = Vec::new();
    for name in quoted(cell) {
        let family = codes.last().and_then(|code| code.split('.').next());
        let whole = match (name.starts_with('.'), family) {
            (true, Some(family)) => format!("{family}{name}"),
            _ => name.to_owned(),
        };
        codes.push(whole);
    }
    codes
}

#[test]
fn every_cause_of_the_guide_is_produced_found_and_mended() {
    let causes = causes();
    let suite = Suite::start();
    let (suite, causes, wrong) = (&suite, &causes, Mutex::new(String::new()));
    std::thread::scope(|scope| {
        for first in 0..AT_ONCE {
            let wrong = &wrong;
            scope.spawn(move || {
                for cause in causes.iter().skip(first).step_by(AT_ONCE) {
                    for code in &cause.codes {
                        if let Err(why) = tried(suite, cause, code) {
                            let mut wrong = wrong.lock().expect("nobody panics with it");
                            let _ = writeln!(wrong, "{}, {code}: {why}", cause.what);
                        }
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("nobody panics with it");
    assert!(wrong.is_empty(), "{wrong}");
}

/// A cause, from the refusal to the request that passes.
fn tried(suite: &Suite, cause: &Cause, code: &str) -> Result<(), String> {
    if code == ORIGIN {
        return by_upstream(suite);
    }
    let refused = suite.provoke(code)?;
    if !cause.statuses.contains(&refused.status) {
        return Err(format!("the status is {}", refused.status));
    }
    found(suite, code, &refused)?;
    let mended = suite.mend(code, &refused)?;
    // Whoever can change something in Postern is named, and so is a caller who has to do it.
    let named = match mended {
        Mended::ByChange => true,
        Mended::ByCaller => ["caller", "operator", "wait"]
            .iter()
            .any(|who| cause.how.contains(who)),
    };
    named
        .then_some(())
        .ok_or_else(|| "nobody is named who mends it".to_owned())
}

/// `postern why` names the code, whatever the caller was told, and what can be done.
fn found(suite: &Suite, code: &str, refused: &Response) -> Result<(), String> {
    let id = refused.header("x-request-id").ok_or("no id")?;
    let why = suite.json(&["why", &id]);
    let refusal = &why["found"]["refusal"];
    if refusal["code"] != code {
        return Err(format!("`postern why` says {refusal}"));
    }
    let has = |member: &str| {
        refusal[member]
            .as_str()
            .is_some_and(|text| !text.is_empty())
    };
    let way = has("fix") || why["found"]["fixes"][0].is_object();
    (has("detail") && way)
        .then_some(())
        .ok_or_else(|| format!("nothing is said of what to do: {refusal}"))
}

/// The upstream refuses by itself, and its answer passes as it is.
fn by_upstream(suite: &Suite) -> Result<(), String> {
    const THROUGH: &str = "connection.malformed";
    let ask = |path: &str| {
        let text = format!("GET {path}\nX-API-Key: {{key}}");
        suite.send(THROUGH, &text)
    };
    let refused = ask("/do/forged")?;
    if (refused.status, refused.denial()) != (403, None) {
        return Err(format!("{} {}", refused.status, refused.text()));
    }
    found(suite, ORIGIN, &refused)?;
    let sent = "GET /orders/1 HTTP/1.1\nHost: api.example.com\nX-API-Key: YOUR-KEY";
    example(ORIGIN, sent, &refused);
    let passed = ask("/op")?;
    (passed.status == 200)
        .then_some(())
        .ok_or_else(|| passed.text())
}

#[test]
fn the_guide_names_codes_that_there_are_and_everything_that_comes_back_as_403() {
    let causes = causes();
    let mut named: BTreeMap<&str, &str> = BTreeMap::new();
    for cause in &causes {
        assert!(!cause.codes.is_empty(), "{}", cause.what);
        assert!(
            !cause.console.is_empty(),
            "{}: what of the console?",
            cause.what
        );
        for code in &cause.codes {
            assert!(Code::parse(code).is_some(), "{}: {code}", cause.what);
            assert!(
                Suite::knows(code) || code == ORIGIN,
                "{code} has no row in tests/e2e/codes/table.rs"
            );
            let twice = named.insert(code, &cause.what);
            assert_eq!(twice, None, "{code} has two causes");
        }
    }
    for code in Code::ALL.iter().filter(|code| code.row().status == 403) {
        assert!(
            named.contains_key(code.name()),
            "{code} comes back as 403: give it a row"
        );
    }
}

#[test]
fn the_commands_of_the_guide_exist() {
    for cause in causes() {
        for command in quoted(&cause.how).filter_map(|text| text.strip_prefix("postern ")) {
            let words = command.split(' ');
            let words = words.take_while(|word| word.bytes().all(|b| b.is_ascii_lowercase()));
            let all: Vec<&str> = words.chain(["--help"]).collect();
            let ran = cli(&all);
            assert!(ran.status.success(), "{}: {ran:?}", cause.what);
        }
    }
}
