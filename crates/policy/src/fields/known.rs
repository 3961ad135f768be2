//! The header names that mean something to a gateway.

macro_rules! known {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// A header name that means something to the gateway.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Known {
            $($(#[$doc])* #[doc = concat!("`", $name, "`")] $variant,)*
            /// `X-Forwarded-*`, other than those above.
            ForwardedOther,
            /// `X-Postern-*`: ours towards the upstream.
            XPostern,
            /// `Postern-*`: ours towards the caller.
            Postern,
            /// A name above with `_` for `-`: many upstreams cannot tell the two apart.
            Disguised,
            /// Any other name.
            Other,
        }

        impl Known {
            /// Those that are one name each, by their numbers. Records keep the numbers: a name is
            /// added at the end, and none is ever taken out.
            pub(crate) const NAMED: &[(Self, &str)] = &[$((Self::$variant, $name),)*];
            /// How many.
            pub(crate) const COUNT: u8 = Self::ForwardedOther as u8;
        }

        /// The name that `name` can only be, if it is one of them.
        fn exact(name: &[u8]) -> Option<Known> {
            #[expect(non_upper_case_globals, reason = "named as the variants")]
            mod keys {
                $(pub(super) const $variant: u32 = super::key($name.as_bytes());)*
            }
            let (known, text) = match key(name) {
                $(keys::$variant => (Known::$variant, $name),)*
                _ => return None,
            };
            same(name, text.as_bytes()).then_some(known)
        }
    };
}

known! {
    Host = "host",
    Connection = "connection",
    ContentLength = "content-length",
    ContentType = "content-type",
    ContentEncoding = "content-encoding",
    TransferEncoding = "transfer-encoding",
    KeepAlive = "keep-alive",
    ProxyConnection = "proxy-connection",
    ProxyAuthenticate = "proxy-authenticate",
    ProxyAuthorization = "proxy-authorization",
    ProxyStatus = "proxy-status",
    Te = "te",
    Trailer = "trailer",
    Upgrade = "upgrade",
    Http2Settings = "http2-settings",
    Expect = "expect",
    Via = "via",
    Date = "date",
    Forwarded = "forwarded",
    XForwardedFor = "x-forwarded-for",
    XForwardedProto = "x-forwarded-proto",
    XForwardedHost = "x-forwarded-host",
    XRealIp = "x-real-ip",
    XRequestId = "x-request-id",
    Traceparent = "traceparent",
    Tracestate = "tracestate",
    Accept = "accept",
    Cookie = "cookie",
    Authorization = "authorization",
    Origin = "origin",
    SecFetchMode = "sec-fetch-mode",
    SecWebSocketKey = "sec-websocket-key",
    SecWebSocketVersion = "sec-websocket-version",
    SecWebSocketAccept = "sec-websocket-accept",
    SecFetchSite = "sec-fetch-site",
    AccessControlRequestMethod = "access-control-request-method",
    AccessControlRequestHeaders = "access-control-request-headers",
}

/// Length, first, third to last and last letter in lower case: different for every name above (two
/// that were the same would make a pattern unreachable, which the compiler reports).
#[expect(clippy::cast_possible_truncation, reason = "the length is below 256")]
const fn key(name: &[u8]) -> u32 {
    match name {
        [first, .., third, _, last] if name.len() < 256 => {
            let letters = ((*first | 32) as u32) << 8 | (*last | 32) as u32;
            ((*third | 32) as u32) << 24 | (name.len() as u32) << 16 | letters
        }
        [first, .., last] if name.len() < 256 => {
            (name.len() as u32) << 16 | ((*first | 32) as u32) << 8 | (*last | 32) as u32
        }
        _ => 0,
    }
}

/// Whether a name is `text`, which is in lower case and of the same length. Setting the bit that
/// tells the cases of letters apart makes no two bytes of a token (RFC 9110 §5.6.2) the same that
/// are not.
fn same(name: &[u8], text: &[u8]) -> bool {
    const CASE: u64 = u64::from_ne_bytes([0x20; 8]);
    let word = |bytes: &[u8; 8]| u64::from_ne_bytes(*bytes);
    let (Some(name_end), Some(text_end)) = (name.last_chunk(), text.last_chunk()) else {
        let mut pairs = name.iter().zip(text);
        return pairs.all(|(a, b)| a | 0x20 == *b);
    };
    let (name_words, text_words) = (name.as_chunks().0, text.as_chunks().0);
    let mut pairs = name_words.iter().zip(text_words);
    word(name_end) | CASE == word(text_end) && pairs.all(|(a, b)| word(a) | CASE == word(b))
}

impl Known {
    /// Recognises a name in any case.
    pub fn of(name: &[u8]) -> Self {
        if let Some(known) = exact(name) {
            return known;
        }
        let starts = |prefix: &[u8]| {
            name.get(..prefix.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        if starts(b"x-forwarded-") {
            Self::ForwardedOther
        } else if starts(b"x-postern-") {
            Self::XPostern
        } else if starts(b"postern-") {
            Self::Postern
        } else if memchr::memchr(b'_', name).is_some() {
            Self::underscored(name)
        } else {
            Self::Other
        }
    }

    fn underscored(name: &[u8]) -> Self {
        // No name or prefix above is longer than this.
        let mut dashed = [0u8; 32];
        let mut length = 0;
        for (to, &from) in dashed.iter_mut().zip(name) {
            *to = if from == b'_' { b'-' } else { from };
            length += 1;
        }
        match Self::of(dashed.get(..length).unwrap_or_default()) {
            Self::Other => Self::Other,
            _ => Self::Disguised,
        }
    }

    /// Its number in records, if it is one of [`Known::NAMED`].
    pub(crate) fn number(self) -> Option<u8> {
        let number = self as u8;
        (number < Self::COUNT).then_some(number)
    }

    /// A bit of its own in a 64-bit set.
    pub(super) const fn bit(self) -> u64 {
        1 << (self as u8)
    }
}
