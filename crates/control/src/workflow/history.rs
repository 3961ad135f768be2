//! What happened to one thing, for both sides to read.

use crate::{Actor, Refusal, Service, documents};
use postern_store::AuditFilter;
use serde::Serialize;
use serde_json::{Map, Value};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Told {
    /// When, in Unix milliseconds.
    pub at_ms: i64,
    /// Who did it.
    pub who: String,
    /// What they said.
    pub comment: String,
    /// What it was, if it changed nothing: `reminded`.
    pub event: Option<String>,
    /// The members that changed, as they became; null: gone.
    pub became: Map<String, Value>,
}

/// Lines of a history at most.
const MOST: usize = 200;

impl Service {
    /// What happened to a document, the oldest first.
    ///
    /// # Errors
    /// There is none for the actor, or the store cannot be read.
    pub async fn history(&self, actor: &Actor, kind: &str, id: &str) -> Result<Vec<Told>, Refusal> {
        self.see(actor, kind, id).await?;
        let Some(store) = self.store() else {
            return Ok(Vec::new());
        };
        let filter = AuditFilter {
            kind: Some(documents::kind(kind)?),
            id: Some(id.into()),
            limit: MOST,
            ..AuditFilter::default()
        };
        let mut lines = store.audit(filter).await?;
        lines.sort_by_key(|line| line.position);
        Ok(lines.into_iter().map(told).collect())
    }
}

fn told(line: postern_store::AuditLine) -> Told {
    let mut became = Map::new();
    if let Some(entry) = &line.entry {
        let read = |json: Option<&str>| -> Value {
            json.and_then(|json| serde_json::from_str(json).ok())
                .unwrap_or_default()
        };
        let mut before = read(entry.before.as_deref());
        let mut after = read(entry.after.as_deref());
        crate::credential::conceal(&mut before);
        crate::credential::conceal(&mut after);
        if let Value::Object(members) = &after {
            for (name, value) in members {
                if before.get(name) != Some(value) {
                    became.insert(name.clone(), value.clone());
                }
            }
        }
        if let Value::Object(members) = &before {
            for name in members.keys() {
                if after.get(name).is_none() {
                    became.insert(name.clone(), Value::Null);
                }
            }
        }
    }
    Told {
        at_ms: line.meta.at_ms,
        who: line.meta.who,
        comment: line.meta.comment,
        event: line.event.map(|event| event.name.into()),
        became,
    }
}
