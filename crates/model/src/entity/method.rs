//! Request methods.

/// A request method that the gateway knows; any other token is refused with 501.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
#[expect(missing_docs, reason = "the names are the methods")]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
    Options,
    Trace,
    Connect,
    Query,
    Propfind,
    Proppatch,
    Mkcol,
    Copy,
    Move,
    Lock,
    Unlock,
    Report,
    Search,
}

impl Method {
    /// Every method, in the order of the variants.
    pub const ALL: [Self; 19] = [
        Self::Get,
        Self::Head,
        Self::Post,
        Self::Put,
        Self::Patch,
        Self::Delete,
        Self::Options,
        Self::Trace,
        Self::Connect,
        Self::Query,
        Self::Propfind,
        Self::Proppatch,
        Self::Mkcol,
        Self::Copy,
        Self::Move,
        Self::Lock,
        Self::Unlock,
        Self::Report,
        Self::Search,
    ];

    /// The method's token.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
            Self::Trace => "TRACE",
            Self::Connect => "CONNECT",
            Self::Query => "QUERY",
            Self::Propfind => "PROPFIND",
            Self::Proppatch => "PROPPATCH",
            Self::Mkcol => "MKCOL",
            Self::Copy => "COPY",
            Self::Move => "MOVE",
            Self::Lock => "LOCK",
            Self::Unlock => "UNLOCK",
            Self::Report => "REPORT",
            Self::Search => "SEARCH",
        }
    }

    /// Reads a token; methods are case-sensitive (RFC 9110 §9.1).
    pub fn parse(token: &[u8]) -> Option<Self> {
        match token {
            b"GET" => Some(Self::Get),
            b"POST" => Some(Self::Post),
            _ => Self::ALL
                .into_iter()
                .find(|m| m.as_str().as_bytes() == token),
        }
    }

    /// Whether it is one of those that are listed, where no list is every method and `GET` is for
    /// `HEAD` too (RFC 9110 §9.3.2: the same without content).
    pub fn is_among(self, methods: &[Self]) -> bool {
        methods.is_empty()
            || methods.contains(&self)
            || (self == Self::Head && methods.contains(&Self::Get))
    }

    /// Whether repeating it does no more than sending it once (RFC 9110 §9.2.2).
    pub const fn is_idempotent(self) -> bool {
        !matches!(self, Self::Post | Self::Patch | Self::Connect | Self::Lock)
    }
}
