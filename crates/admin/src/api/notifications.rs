//! Webhooks and mails: made, tested, looked at, sent again.

mod mail;
mod webhooks;

use super::input::Json;
use super::problem::{Place, Problem};
use super::table::Table;
use postern_control::MOST_ON_A_PAGE;
use schemars::JsonSchema;
use serde::Deserialize;

/// The room of the reference.
const TAG: &str = "Notifications";

/// Adds the endpoints.
pub(crate) fn add(table: &mut Table) {
    webhooks::add(table);
    mail::add(table);
}

/// Which attempts.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Attempts {
    /// Items on a page, 1 to 1000; 100 if this is not said.
    limit: Option<usize>,
    /// Where to go on: the `next` of the page before.
    cursor: Option<String>,
}

impl Attempts {
    fn limit(&self) -> Result<usize, Problem> {
        let limit = self.limit.unwrap_or(100);
        if (1..=MOST_ON_A_PAGE).contains(&limit) {
            return Ok(limit);
        }
        let detail = format!("A page of {limit} items cannot be had.");
        Err(Problem::field(Place::Query, "limit", detail, "1 to 1000"))
    }
}

/// Whom a test goes to.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TestMail {
    /// The address.
    to: String,
}

type Test = Json<TestMail>;
