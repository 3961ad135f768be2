//! Questions about requests: the call log, refusals and why they were, what would pass.
//!
//! How much of an answer somebody gets (operator, publisher, consumer) is told by
//! `postern-control`, from what they may read.

mod endpoints;
mod made_up;
mod which;

pub(super) use made_up::MadeUp;

use super::Api;
use super::problem::Problem;
use super::table::Table;
use postern_control::{Actor, Answer, Call, Items};
use serde_json::Value;

/// Adds the endpoints.
pub(crate) fn add(table: &mut Table) {
    table.add::<endpoints::Calls>();
    table.add::<endpoints::Why>();
    table.add::<endpoints::Retry>();
    table.add::<endpoints::Mend>();
    table.add::<endpoints::Denials>();
}

/// Keeps the parts of an answer.
#[derive(Debug, Default)]
pub(crate) struct Kept(pub(crate) Vec<Value>);

impl Items for Kept {
    fn item(&mut self, value: Value) -> Answer<'_, std::io::Result<()>> {
        self.0.push(value);
        Box::pin(async { Ok(()) })
    }
}

/// Asks what the local socket answers, too. Parts of the answer come before its end.
pub(crate) async fn ask(
    api: &Api,
    actor: &Actor,
    method: &str,
    params: Value,
) -> Result<(Vec<Value>, Value), Problem> {
    let mut parts = Kept::default();
    let call = Call {
        actor,
        params,
        replies: &mut parts,
    };
    let end = api.service().call(method, call).await?;
    Ok((parts.0, end))
}
