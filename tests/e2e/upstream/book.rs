//! What the upstream remembers.

use serde_json::json;

/// One request as it arrived.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    /// Number of the connection, from 1.
    pub(crate) connection: u64,
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) version: String,
    /// In the order they came; pseudo-header fields included.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) trailers: Vec<(String, String)>,
    /// Whether the request came to its proper end.
    pub(crate) complete: bool,
    /// Everything about it that some server could read in another way.
    pub(crate) doubts: Vec<String>,
}

impl Seen {
    /// A header's values, joined with commas.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let values: Vec<&str> = self
            .headers
            .iter()
            .filter(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
            .collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// What the `echo` behaviour answers.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        json!({
            "connection": self.connection,
            "method": self.method,
            "target": self.target,
            "version": self.version,
            "headers": self.headers,
            "body_length": self.body.len(),
            "body_hash": hash(&self.body),
            "trailers": self.trailers,
            "doubts": self.doubts,
        })
    }
}

/// FNV-1a, 64 bits, in hexadecimal: enough to tell bodies apart.
pub(crate) fn hash(bytes: &[u8]) -> String {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// A point in the record.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Mark {
    requests: usize,
    bytes: u64,
}

/// What came after a [`Mark`].
#[derive(Debug, Clone)]
pub(crate) struct Since {
    /// Requests whose head was complete, and what stood for one when a connection ended.
    pub(crate) requests: Vec<Seen>,
    /// Bytes received on HTTP/1 connections.
    pub(crate) bytes: u64,
}

#[derive(Debug, Default)]
pub(super) struct Book {
    requests: Vec<Seen>,
    bytes: u64,
    pub(super) connections: u64,
    pub(super) open: usize,
}

impl Book {
    pub(super) fn opened(&mut self) -> u64 {
        self.connections += 1;
        self.open += 1;
        self.connections
    }

    pub(super) fn received(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
    }

    /// Enters a request and gives its place, for [`Book::update`].
    pub(super) fn enter(&mut self, seen: Seen) -> usize {
        self.requests.push(seen);
        self.requests.len() - 1
    }

    pub(super) fn update(&mut self, place: usize, change: impl FnOnce(&mut Seen)) {
        change(&mut self.requests[place]);
    }

    pub(super) fn get(&self, place: usize) -> Seen {
        self.requests[place].clone()
    }

    /// How many requests for the same target came before the one at `place`.
    pub(super) fn earlier(&self, place: usize) -> usize {
        let target = &self.requests[place].target;
        let before = self.requests[..place].iter();
        before.filter(|seen| seen.target == *target).count()
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            requests: self.requests.len(),
            bytes: self.bytes,
        }
    }

    pub(super) fn since(&self, mark: Mark) -> Since {
        Since {
            requests: self.requests[mark.requests..].to_vec(),
            bytes: self.bytes - mark.bytes,
        }
    }
}
