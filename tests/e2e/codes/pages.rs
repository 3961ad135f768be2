//! The pages about codes, `docs/denials/`: a page for each code, family and reserved code, written
//! from the table of codes, its words, and what this directory's tests saw of the real program
//! (`golden/`). The gateway serves the same files.

mod example;
mod write;

use super::table::{ELSEWHERE, ROWS};
use crate::harness::binary::workspace;
use example::Example;
use postern_model::denial::{Code, Family, Reserved};
use std::collections::BTreeMap;

/// What to do where a page is not what it has to be.
const HOW: &str = "write it anew with `UPDATE=1 cargo test -p postern-tests --test e2e codes::pages`, \
                   and see docs/contributing/adding-a-denial-code.md";

/// Codes of which nobody gets an answer that an example could be: the connection is closed, an
/// answer that has begun is cut off, or it takes a bug that only a test inside can plant.
const WITHOUT_EXAMPLE: &[&str] = &[
    "connection.proxy_protocol_invalid",
    "upstream.closed_early",
    "gateway.internal",
];

/// Every page by its name, without lines that are empty for nothing.
fn pages() -> BTreeMap<String, String> {
    let mut all = BTreeMap::from([("README".to_owned(), write::index())]);
    for family in Family::ALL {
        all.insert(family.name.to_owned(), write::family(family));
    }
    for code in Code::ALL {
        let example = Example::of(*code);
        all.insert(code.name().to_owned(), write::code(*code, example.as_ref()));
    }
    for code in Reserved::all() {
        all.insert(code.name.to_owned(), write::reserved(code));
    }
    for text in all.values_mut() {
        *text = text.replace("\n\n\n", "\n\n").trim_end().to_owned() + "\n";
    }
    all
}

#[test]
fn every_code_has_its_page_and_every_page_its_code() {
    let directory = workspace().join("docs/denials");
    let pages = pages();
    let entries = std::fs::read_dir(&directory).expect("the directory of the pages");
    let kept: Vec<String> = entries
        .filter_map(|entry| entry.expect("an entry").file_name().into_string().ok())
        .collect();
    if std::env::var_os("UPDATE").is_some() {
        for file in &kept {
            std::fs::remove_file(directory.join(file)).expect("a page can be removed");
        }
        for (name, text) in &pages {
            std::fs::write(directory.join(format!("{name}.md")), text).expect("a page is written");
        }
        return;
    }
    let mut wrong = Vec::new();
    for (name, text) in &pages {
        match std::fs::read_to_string(directory.join(format!("{name}.md"))) {
            Ok(kept) if kept == *text => {}
            Ok(_) => wrong.push(format!("{name} has changed")),
            Err(_) => wrong.push(format!("{name} has no page")),
        }
    }
    let known = |file: &str| {
        let name = file.strip_suffix(".md");
        name.is_some_and(|name| pages.contains_key(name))
    };
    let strays = kept.iter().filter(|file| !known(file));
    wrong.extend(strays.map(|file| format!("{file} is about no code")));
    assert!(
        wrong.is_empty(),
        "docs/denials: {}; {HOW}",
        wrong.join(", ")
    );
}

#[test]
fn every_page_has_an_example_where_there_can_be_one() {
    for code in Code::ALL {
        let without = WITHOUT_EXAMPLE.contains(&code.name());
        assert_eq!(Example::of(*code).is_none(), without, "{code}: {HOW}");
    }
    let known = |name: &str| ELSEWHERE.iter().any(|(code, ..)| *code == name);
    assert!(WITHOUT_EXAMPLE.iter().all(|name| known(name)));
}

#[test]
fn no_page_has_a_secret_or_anything_of_the_machine_it_was_written_on() {
    let keys = (0..ROWS.len()).flat_map(|row| [super::world::key(row), super::world::guess(row)]);
    let keys = keys.chain([super::world::good(), super::world::stranger()]);
    let keys: Vec<String> = keys.map(|key| super::world::written(&key)).collect();
    let home = workspace().display().to_string();
    for (name, text) in pages() {
        for key in &keys {
            assert!(!text.contains(key.as_str()), "{name} has a key");
        }
        for foreign in [
            home.as_str(),
            "/tmp/",
            "standard-standard",
            "198.18.",
            "eyJ",
        ] {
            assert!(!text.contains(foreign), "{name} has `{foreign}`");
        }
    }
}

#[test]
fn a_reserved_code_is_not_raised() {
    for reserved in Reserved::all() {
        assert!(
            Code::parse(reserved.name).is_none(),
            "{} is raised now: take it out of crates/model/src/denial/reserved.rs",
            reserved.name
        );
    }
}
