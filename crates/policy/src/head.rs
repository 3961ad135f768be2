//! The head of one request, whatever protocol brought it.

use crate::fields::{Fields, Known, Span};

/// The protocol version of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Version {
    /// HTTP/1.0.
    Http10,
    /// HTTP/1.1.
    #[default]
    Http11,
    /// HTTP/2.
    Http2,
}

impl Version {
    /// As access logs write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http10 => "HTTP/1.0",
            Self::Http11 => "HTTP/1.1",
            Self::Http2 => "HTTP/2",
        }
    }
}

/// A request's head, made to be cleared and filled again. The codec has validated its grammar:
/// tokens, `Host` and authority agree, no control bytes.
#[derive(Debug, Default, Clone)]
pub struct Head {
    /// Its fields. Spans below point into their buffer.
    pub fields: Fields,
    /// The protocol version.
    pub version: Version,
    /// The method's token.
    pub method: Span,
    /// The request target as it was sent (HTTP/2: `:path`).
    pub target: Span,
    /// The path as it was sent: from the first `/` of the target to before `?`. Empty for
    /// authority-form and `*`.
    pub path: Span,
    /// What follows `?`, if there is one.
    pub query: Option<Span>,
    /// The authority asked for: the target's, else `Host`'s; HTTP/2's `:authority`, else `Host`'s.
    pub authority: Option<Span>,
    /// HTTP/2's `:protocol` of an extended CONNECT (RFC 8441 §4).
    pub protocol: Option<Span>,
    /// Whether a body follows; one of length 0 is none.
    pub has_body: bool,
}

impl Head {
    /// Empties it and keeps its memory.
    pub fn clear(&mut self) {
        self.fields.clear();
        self.method = Span::default();
        self.target = Span::default();
        self.path = Span::default();
        self.query = None;
        self.authority = None;
        self.protocol = None;
        self.has_body = false;
    }

    /// The bytes of a span.
    pub fn bytes(&self, span: Span) -> &[u8] {
        span.of(self.fields.bytes())
    }

    /// The method's token.
    pub fn method(&self) -> &[u8] {
        self.bytes(self.method)
    }

    /// The request target as it was sent.
    pub fn target(&self) -> &[u8] {
        self.bytes(self.target)
    }

    /// The path as it was sent.
    pub fn path(&self) -> &[u8] {
        self.bytes(self.path)
    }

    /// The query as it was sent, without `?`.
    pub fn query(&self) -> Option<&[u8]> {
        self.query.map(|span| self.bytes(span))
    }

    /// The authority asked for.
    pub fn authority(&self) -> Option<&[u8]> {
        self.authority.map(|span| self.bytes(span))
    }

    /// HTTP/2's `:protocol` of an extended CONNECT (RFC 8441 §4).
    pub fn protocol(&self) -> Option<&[u8]> {
        self.protocol.map(|span| self.bytes(span))
    }

    /// The first value of a header.
    pub fn get(&self, known: Known) -> Option<&[u8]> {
        self.fields.get(known)
    }

    /// Splits `path_and_query`, which lies in the buffer, into path and query.
    pub fn split_path(&mut self, path_and_query: Span) {
        let bytes = self.bytes(path_and_query);
        let (start, end) = (path_and_query.start(), path_and_query.end());
        if let Some(at) = bytes.iter().position(|&b| b == b'?') {
            self.path = Span::new(start, start + at);
            self.query = Some(Span::new(start + at + 1, end));
        } else {
            self.path = path_and_query;
            self.query = None;
        }
    }
}
