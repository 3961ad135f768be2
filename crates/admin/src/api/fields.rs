//! Header fields that say on what condition something is done, and that it is done once: whoever
//! sends one relies on it, so that an endpoint refuses what it does not honour.

use super::idempotency;
use super::permission::Need;
use super::problem::{Place, Problem};
use super::table::Row;
use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, Method};
use postern_control::shorthand::Expectation;

impl Row {
    /// Whether something is done once however often it is sent with one `Idempotency-Key`. `PUT` and
    /// `DELETE` are idempotent without (RFC 9110, section 9.2.2).
    pub(super) fn is_done_once(&self) -> bool {
        self.is_kept
            && self.need != Need::Nothing
            && matches!(self.method, Method::POST | Method::PATCH)
    }
}

/// What has to be stored so that a change is made (RFC 9110, section 13).
pub(super) fn expected(row: &Row, headers: &HeaderMap) -> Result<Option<Expectation>, Problem> {
    if row.method == Method::GET {
        return Ok(None);
    }
    let wrong = |name: &str, detail: &str, accepted: &str| {
        Err(Problem::field(Place::Header, name, detail, accepted))
    };
    if headers.contains_key(idempotency::FIELD) && !row.is_done_once() && row.method == Method::POST
    {
        let detail = "What this answers is not kept, so that it would be done again.";
        return wrong("Idempotency-Key", detail, "no such field here");
    }
    let (matching, missing) = (headers.get(IF_MATCH), headers.get(IF_NONE_MATCH));
    let (name, value) = match (matching, missing) {
        (None, None) => return Ok(None),
        (Some(value), None) => ("If-Match", value),
        (None, Some(value)) => ("If-None-Match", value),
        (Some(_), Some(_)) => {
            return wrong("If-None-Match", "There is `If-Match`, too.", "one of both");
        }
    };
    if !row.is_conditional || (missing.is_some() && row.method != Method::PUT) {
        return wrong(
            name,
            "This is done without conditions.",
            "no such field here",
        );
    }
    let text = value.to_str().unwrap_or("").trim();
    let version = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .and_then(|version| version.parse().ok());
    match (missing, text, version) {
        (None, "*", _) => Ok(Some(Expectation::Present)),
        (Some(_), "*", _) => Ok(Some(Expectation::Absent)),
        (None, _, Some(version)) => Ok(Some(Expectation::Version(version))),
        (None, ..) => {
            let right = "the `ETag` of what was read, `\"41\"`, or `*`";
            wrong(name, "It is not a version.", right)
        }
        (Some(_), ..) => wrong(name, "It is not `*`.", "`*`: nothing is stored there yet"),
    }
}
