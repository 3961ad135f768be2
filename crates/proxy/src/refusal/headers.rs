//! A short list of response headers over one buffer.

/// A header's name, in the spelling of HTTP/1 and of HTTP/2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name {
    /// `Content-Type`.
    pub title: &'static str,
    /// `content-type`.
    pub lower: &'static str,
}

/// The names that refusals use.
pub(super) mod names {
    use super::Name;

    macro_rules! names {
        ($($id:ident = $title:literal $lower:literal,)*) => {
            $(pub(crate) const $id: Name = Name { title: $title, lower: $lower };)*
            #[cfg(test)]
            pub(crate) const ALL: &[Name] = &[$($id),*];
        };
    }

    names! {
        ACCEPT = "Accept" "accept",
        ACCEPT_ENCODING = "Accept-Encoding" "accept-encoding",
        ACCEPT_SIGNATURE = "Accept-Signature" "accept-signature",
        ALLOW = "Allow" "allow",
        CACHE_CONTROL = "Cache-Control" "cache-control",
        CONTENT_SECURITY_POLICY = "Content-Security-Policy" "content-security-policy",
        CONTENT_TYPE = "Content-Type" "content-type",
        CONTENT_TYPE_OPTIONS = "X-Content-Type-Options" "x-content-type-options",
        DENIAL = "Postern-Denial" "postern-denial",
        DPOP_NONCE = "DPoP-Nonce" "dpop-nonce",
        GRPC_MESSAGE = "Grpc-Message" "grpc-message",
        GRPC_STATUS = "Grpc-Status" "grpc-status",
        LINK = "Link" "link",
        LOCATION = "Location" "location",
        PROXY_STATUS = "Proxy-Status" "proxy-status",
        RATE_LIMIT = "RateLimit" "ratelimit",
        RATE_LIMIT_POLICY = "RateLimit-Policy" "ratelimit-policy",
        REFERRER_POLICY = "Referrer-Policy" "referrer-policy",
        REQUEST_ID = "X-Request-Id" "x-request-id",
        RETRY_AFTER = "Retry-After" "retry-after",
        WWW_AUTHENTICATE = "WWW-Authenticate" "www-authenticate",
        X_LIMIT = "X-RateLimit-Limit" "x-ratelimit-limit",
        X_REMAINING = "X-RateLimit-Remaining" "x-ratelimit-remaining",
        X_RESET = "X-RateLimit-Reset" "x-ratelimit-reset",
    }
}

/// Response headers in order. Values are visible ASCII and spaces.
#[derive(Debug)]
pub struct Headers {
    text: String,
    /// Names, and where their values end in `text`.
    list: Vec<(Name, usize)>,
}

impl Headers {
    pub(super) fn new() -> Self {
        Self {
            text: String::with_capacity(384),
            list: Vec::with_capacity(10),
        }
    }

    pub(super) fn push(&mut self, name: Name, value: &str) {
        self.text.push_str(value);
        self.list.push((name, self.text.len()));
    }

    /// Adds a header whose value `write` appends to what it is given.
    pub(super) fn write(&mut self, name: Name, write: impl FnOnce(&mut String)) {
        write(&mut self.text);
        self.list.push((name, self.text.len()));
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (Name, &str)> {
        let mut start = 0;
        self.list.iter().map(move |&(name, end)| {
            let value = self.text.get(start..end).unwrap_or_default();
            start = end;
            (name, value)
        })
    }

    /// The value of a header, by its lower-case name.
    pub fn get(&self, lower: &str) -> Option<&str> {
        self.iter()
            .find(|(name, _)| name.lower == lower)
            .map(|(_, value)| value)
    }
}
