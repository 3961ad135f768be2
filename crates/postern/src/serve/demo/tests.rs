use super::*;
use postern_config::System;

/// The documents as they would be stored.
fn documents() -> (Keys, String) {
    let (keys, text) = Keys::fill_in(DOCUMENTS).unwrap();
    let text = text
        .replace("{ledger.address}", "127.0.0.1:9001")
        .replace("{warehouse.address}", "127.0.0.1:9002");
    (keys, text)
}

#[test]
fn the_documents_have_no_faults_and_nothing_is_left_to_fill_in() {
    let (_, text) = documents();
    let loaded = postern_config::parse(NAME, &text, &System::throwaway()).unwrap();
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
    assert!(!text.contains(".id}") && !text.contains(".sha256}"));
}

#[test]
fn every_story_has_its_scenario_and_every_name_stands_once() {
    let (keys, _) = documents();
    let scenarios = scenarios::all("http://127.0.0.1:8080", &keys);
    for story in &STORIES {
        assert!(
            scenarios.iter().any(|s| s.name == story.scenario),
            "{}",
            story.title
        );
    }
    let mut names: Vec<_> = scenarios.iter().map(|s| s.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), scenarios.len());
}

#[test]
fn commands_name_the_directory_unless_it_is_the_usual_one() {
    let (keys, _) = documents();
    let scenarios = scenarios::all("http://127.0.0.1:8080", &keys);
    let usual = stories(&scenarios, Path::new("data"), "postern");
    assert!(
        usual.contains("postern why --last POST /v1/users\n"),
        "{usual}"
    );
    let other = stories(&scenarios, Path::new("/srv/p"), "postern");
    assert!(
        other.contains("postern why --last POST /v1/users --data /srv/p\n"),
        "{other}"
    );
}
