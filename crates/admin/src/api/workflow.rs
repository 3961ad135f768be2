//! What people do in more than one step: `postern_control::workflow` as endpoints.

mod keys;
mod subscriptions;
mod versions;

use super::table::Table;
use postern_control::Seen;
use serde_json::{Map, Value};

/// Adds the endpoints.
pub(crate) fn add(table: &mut Table) {
    subscriptions::add(table);
    keys::add(table);
    versions::add(table);
}

/// Any object.
type Object = Map<String, Value>;

/// The answer with a document.
fn document(seen: Seen) -> super::reply::Reply {
    super::resource::reply(seen)
}
