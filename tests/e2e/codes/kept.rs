//! Examples of codes that no row is about: the tests that show them keep what they saw, for the
//! pages about codes.

use super::row::Row;
use super::table::{ELSEWHERE, ROW};
use super::text::{golden, of_response};
use crate::harness::Response;
use crate::harness::binary::workspace;

/// What stands between the request and its answer.
const BETWEEN: &str = "\n\n----\n\n";

/// Compares a refusal with the one that is kept as the code's example; `UPDATE=1` keeps it.
pub(crate) fn example(code: &str, request: &str, response: &Response) {
    let known = ELSEWHERE.iter().find(|(known, ..)| *known == code);
    let (code, ..) = *known.unwrap_or_else(|| panic!("{code} has a row, or is unknown"));
    let row = Row { code, ..ROW };
    let request = request.replace("\r\n", "\n");
    let text = format!(
        "{}{BETWEEN}{}",
        request.trim_end(),
        of_response(&row, response)
    );
    if let Err(why) = golden(&format!("elsewhere/{code}.txt"), &text) {
        panic!("{why}");
    }
}

/// The request and the answer that are kept.
pub(super) fn read(code: &str) -> Option<(String, String)> {
    let golden = workspace().join("tests/e2e/codes/golden/elsewhere");
    let text = std::fs::read_to_string(golden.join(format!("{code}.txt"))).ok()?;
    let (request, response) = text.split_once(BETWEEN)?;
    Some((request.to_owned(), response.trim_end().to_owned()))
}
