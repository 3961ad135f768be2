//! What people do in more than one step: `postern_control::workflow` as endpoints.

mod keys;
mod subscriptions;
mod versions;

use super::Api;
use super::problem::{Code, Problem};
use super::table::Table;
use postern_control::shorthand::Expectation;
use postern_control::{Actor, Refusal, Seen};
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

/// The version of a document that somebody read before they decided (`If-Match`).
#[derive(Debug, Clone, Copy)]
struct Read(Option<u64>);

impl Read {
    /// `*` asks for any: a step of what is not there is refused anyway.
    fn of(expected: Option<Expectation>) -> Self {
        Self(match expected {
            Some(Expectation::Version(version)) => Some(version),
            _ => None,
        })
    }

    fn version(self) -> Option<u64> {
        self.0
    }

    /// What is answered where a step was not taken: whoever read another version is told so.
    async fn problem(
        self,
        api: &Api,
        actor: &Actor,
        kind: &str,
        id: &str,
        refusal: Refusal,
    ) -> Problem {
        let stored = match self.0 {
            Some(_) if refusal.code == "conflict" => api.service().see(actor, kind, id).await,
            _ => return refusal.into(),
        };
        match stored {
            Ok(Seen {
                version: Some(version),
                ..
            }) if self.0 != Some(version) => {
                let detail = format!("The {kind} `{id}` was changed meanwhile.");
                Problem::new(Code::VersionMismatch, detail).with("current_version", version)
            }
            _ => refusal.into(),
        }
    }
}
