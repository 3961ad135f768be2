//! Following requests beyond the end of a connection: what stands between us and a Postern
//! elsewhere, and that one itself, end connections that last.

use super::super::remote::text;
use serde_json::{Map, Value};
use std::collections::{BTreeSet, VecDeque};

/// Requests that are known to have been shown.
const KNOWN: usize = 10_000;

/// Most requests that are caught up with.
const MISSED: u64 = 1000;

/// How much earlier than the last one a request may have begun that ended after it, milliseconds.
const OVERLAP_MS: i64 = 60_000;

/// What was shown so far.
#[derive(Debug, Default)]
pub(super) struct Following {
    first: Option<i64>,
    last: Option<i64>,
    order: VecDeque<String>,
    shown: BTreeSet<String>,
    /// Something came by this connection.
    heard: bool,
}

impl Following {
    /// Notes that something came, which may be nothing but a sign of life.
    pub(super) fn heard(&mut self) {
        self.heard = true;
    }

    /// Whether a request has not been shown yet; from now on it has.
    pub(super) fn is_new(&mut self, row: &Value) -> bool {
        let at = row.get("at_ms").and_then(Value::as_i64);
        self.first = [self.first, at].into_iter().flatten().min();
        self.last = self.last.max(at);
        let id = text(row, "id").to_owned();
        if id.is_empty() {
            return true;
        }
        let new = self.shown.insert(id.clone());
        if new {
            self.order.push_back(id);
            if self.order.len() > KNOWN
                && let Some(oldest) = self.order.pop_front()
            {
                self.shown.remove(&oldest);
            }
        }
        new
    }

    /// Asks for what came meanwhile, too; not if this connection gave nothing, and the next would
    /// do no better.
    pub(super) fn resume(&mut self, params: &mut Map<String, Value>) -> bool {
        if let (Some(first), Some(last)) = (self.first, self.last) {
            let since = first.max(last - OVERLAP_MS);
            params.insert("since_ms".to_owned(), since.into());
            params.insert("limit".to_owned(), MISSED.into());
        } else {
            params.insert("limit".to_owned(), 0.into());
        }
        std::mem::take(&mut self.heard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn it_goes_on_where_it_ended_and_shows_nothing_twice() {
        let mut following = Following::default();
        let mut params = Map::new();
        assert!(!following.resume(&mut params));
        following.heard();
        assert!(following.resume(&mut params));
        assert_eq!(Value::from(params.clone()), json!({"limit": 0}));
        let row = |id: &str, at: i64| json!({"id": id, "at_ms": at});
        assert!(following.is_new(&row("b", 100_000)));
        assert!(following.is_new(&row("a", 90_000)));
        assert!(!following.is_new(&row("b", 100_000)));
        following.resume(&mut params);
        assert_eq!(params["since_ms"], 90_000);
        assert_eq!(params["limit"], 1000);
        assert!(following.is_new(&row("c", 200_000)));
        following.resume(&mut params);
        assert_eq!(params["since_ms"], 140_000);
        for n in 0..KNOWN {
            assert!(following.is_new(&row(&n.to_string(), 200_000)));
        }
        assert_eq!(following.shown.len(), KNOWN);
        assert!(!following.is_new(&row("1", 200_000)));
    }
}
