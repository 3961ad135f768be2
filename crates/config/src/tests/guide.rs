//! What the guide and the README show is what the gateway takes.

use super::parse;

/// The blocks of a language in a document, each with the line it begins at.
fn blocks(document: &str, language: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut lines = document.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        if line.strip_prefix("```") == Some(language) {
            let block = lines.by_ref().map(|(_, line)| line);
            let text = block.take_while(|line| *line != "```");
            found.push((at + 2, text.flat_map(|line| [line, "\n"]).collect()));
        }
    }
    found
}

fn check(name: &str, document: &str, at_least: usize) {
    let found = blocks(document, "yaml");
    assert!(found.len() >= at_least, "{name}: {}", found.len());
    for (line, text) in found {
        match parse(&text) {
            Ok(loaded) => {
                let warnings = crate::render_all(&loaded.warnings, false);
                assert!(loaded.warnings.is_empty(), "{name}:{line}\n{warnings}");
            }
            Err(report) => panic!("{name}:{line}\n{report}"),
        }
    }
}

#[test]
fn every_snippet_of_the_guide_loads() {
    check(
        "configuration.md",
        include_str!("../../../../docs/configuration.md"),
        8,
    );
}

#[test]
fn every_snippet_of_the_readme_loads() {
    check("README.md", include_str!("../../../../README.md"), 1);
}

#[test]
fn every_snippet_of_the_guide_to_limits_loads() {
    check(
        "guides/limits.md",
        include_str!("../../../../docs/guides/limits.md"),
        2,
    );
}
