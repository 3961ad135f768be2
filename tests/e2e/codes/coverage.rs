//! That the table is whole.

use super::table::{ELSEWHERE, ROWS};
use crate::harness::binary::workspace;
use crate::harness::problem::contract;
use postern_model::Code;

#[test]
fn every_code_has_a_row_or_names_the_test_that_shows_it() {
    for code in Code::ALL {
        let name = code.name();
        let rows = ROWS.iter().filter(|row| row.code == name).count();
        let elsewhere = ELSEWHERE.iter().filter(|(code, ..)| *code == name).count();
        assert_eq!(rows + elsewhere, 1, "rows about {name}");
    }
    assert_eq!(ROWS.len() + ELSEWHERE.len(), Code::ALL.len());
}

#[test]
fn the_tests_that_are_named_exist() {
    for (code, file, test) in ELSEWHERE {
        let path = workspace().join(file);
        let text = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{code}: {}: {error}", path.display()));
        assert!(text.contains(&format!("fn {test}()")), "{code}: {test}");
    }
}

#[test]
fn no_status_is_used_that_the_contract_does_not_list() {
    for row in ROWS {
        let code = Code::parse(row.code).expect("a code");
        assert_eq!(row.status[0], contract(row.code).0, "{}", row.code);
        assert!(row.shown.is_empty() || row.shown == code.shown().name());
        for status in row.status {
            // 404: told in every respect as an unknown path.
            let listed = code.row().other_statuses.contains(&status);
            assert!(
                status == row.status[0] || listed || status == 404,
                "{}: {status}",
                row.code
            );
        }
        let forbidden = code.row().other_statuses.contains(&403) && row.shown.is_empty();
        assert!(
            !forbidden || row.status[1] == 403 || !row.has_service(),
            "{}",
            row.code
        );
    }
}
