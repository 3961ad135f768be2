//! What is kept of an allowed request besides the columns of its row: a few bytes, made without
//! room of their own.
//!
//! In order: the layout's number; a mark of the rules that decided; how many header names had a number; which of these came, a bit
//! each; flags; what the credential was; which of the headers came that policies name; for whom an app
//! acts, if that is a person; the PROXY protocol's source; where the client is; the counters; who called, and by what a token of theirs counted; what was asked that no record keeps otherwise, and answered well; values of headers; the host. What there is no room
//! for is not kept, the last before the first, and what hangs on it cannot be told.

mod read;
#[cfg(test)]
mod tests;
mod write;

pub use read::Columns;
pub use write::{Passed, Seen};

use crate::fields::Known;
use crate::identity::Acting;

/// For whom the caller of an allowed request acted, by what was kept of it; `None`: that was not
/// kept, or nobody had proved who it was.
pub fn acting(bytes: &[u8]) -> Option<Acting> {
    let (&layout, _) = bytes.split_first()?;
    let (_, behind) = bytes.split_at_checked(CREDENTIAL)?;
    let (&what, behind) = behind.split_first()?;
    match what {
        _ if layout != LAYOUT => None,
        credential::VERIFIED | credential::TOKEN => Some(Acting::ForApp),
        // Which headers came stands between.
        credential::TOKEN_OF_PERSON => {
            let mark = behind.get(size_of::<u32>()..)?.first_chunk()?;
            Some(Acting::For(*mark))
        }
        _ => None,
    }
}

/// Where it stands what the credential was: behind the layout, the mark, how many names had a
/// number, which of these came, and flags.
const CREDENTIAL: usize = 1 + 4 + 1 + 8 + 4;

/// Most bytes.
pub const MOST: usize = 200;

/// The layout.
const LAYOUT: u8 = 2;

/// Headers whose values are kept where there is room, the most useful first: decisions are made by
/// them, and they are no secrets.
const VALUES: [Known; 17] = [
    Known::ContentType,
    Known::ContentLength,
    Known::Connection,
    Known::XForwardedFor,
    Known::Forwarded,
    Known::XForwardedProto,
    Known::TransferEncoding,
    Known::Expect,
    Known::Via,
    Known::Upgrade,
    Known::SecWebSocketVersion,
    Known::SecWebSocketKey,
    Known::Origin,
    Known::ContentEncoding,
    Known::SecFetchSite,
    Known::XForwardedHost,
    Known::AccessControlRequestMethod,
];

/// Numbers from here on are places among the headers that policies name.
const OTHER: u8 = 0x80;
/// Most of those.
const OTHERS: usize = 32;
/// Stands where the values of headers end.
const END: u8 = 0x7f;
/// Stands for the length of a value that was not kept.
const NOT_KEPT: u8 = 0xff;

/// What the credential was.
mod credential {
    pub(super) const NOT_KEPT: u8 = 0;
    /// That of the columns.
    pub(super) const VERIFIED: u8 = 1;
    pub(super) const MISSING: u8 = 2;
    pub(super) const BEARER: u8 = 3;
    pub(super) const BASIC: u8 = 4;
    pub(super) const KEY_AS_BEARER: u8 = 5;
    pub(super) const API_KEY: u8 = 6;
    /// A token, of the columns' credential, that no person stands behind.
    pub(super) const TOKEN: u8 = 7;
    /// A token of a person.
    pub(super) const TOKEN_OF_PERSON: u8 = 8;
    pub(super) const SIGNATURE: u8 = 9;
    pub(super) const HMAC: u8 = 10;
    /// That of the columns: a user name and password.
    pub(super) const PASSWORD: u8 = 11;
    /// That of the columns: a client certificate.
    pub(super) const CERTIFICATE: u8 = 12;
    pub(super) const OTHER_CERTIFICATE: u8 = 13;
    pub(super) const DPOP: u8 = 14;
}

/// Most scopes of a service and audiences of an issuer that a token can be told by.
const TOKEN_NAMES: usize = 64;

/// Marks of what a token said.
mod said {
    /// Audiences besides those of its issuer.
    pub(super) const MORE_AUDIENCES: u8 = 1;
    /// It lists scopes.
    pub(super) const SCOPES: u8 = 1 << 1;
    /// Scopes besides those of the service.
    pub(super) const MORE_SCOPES: u8 = 1 << 2;
    /// When it began to be good.
    pub(super) const NOT_BEFORE: u8 = 1 << 3;
}

/// Marks in the flags.
mod flag {
    /// The connection had TLS.
    pub(super) const TLS: u32 = 1;
    pub(super) const TLS_1_3: u32 = 1 << 1;
    /// It asked for the host by name.
    pub(super) const SNI_IS_HOST: u32 = 1 << 2;
    pub(super) const BODY: u32 = 1 << 3;
    pub(super) const QUERY: u32 = 1 << 4;
    /// The path is the one in the columns, not only one of that template.
    pub(super) const PATH: u32 = 1 << 5;
    pub(super) const ENCODED_SLASH: u32 = 1 << 6;
    pub(super) const PARAMETERS: u32 = 1 << 7;
    /// An extended CONNECT (RFC 8441).
    pub(super) const CONNECT: u32 = 1 << 8;
    /// The counters of the address were looked at.
    pub(super) const EDGE: u32 = 1 << 9;
    /// There was a client certificate, and it was trusted.
    pub(super) const CERTIFICATE: u32 = 1 << 10;
    /// Questions whose answers no record keeps otherwise, where nothing spoke against the request.
    pub(super) const KEPT: u32 = 1 << 11;
    pub(super) const PROXIED: u32 = 1 << 12;
    /// The counters are kept.
    pub(super) const READINGS: u32 = 1 << 13;
    /// Who called is kept.
    pub(super) const IDENTITY: u32 = 1 << 14;
    pub(super) const SUBSCRIPTION: u32 = 1 << 15;
    /// What is granted is the plan's.
    pub(super) const BY_PLAN: u32 = 1 << 16;
    /// The credential carries all that is granted.
    pub(super) const CARRIES_ALL: u32 = 1 << 17;
    /// A host was asked for.
    pub(super) const HOST: u32 = 1 << 18;
    /// It stands at the end.
    pub(super) const HOST_HERE: u32 = 1 << 19;
    /// Some access roles counted, which stand behind who called.
    pub(super) const ROLES: u32 = 1 << 20;
    /// Some did, and there was no room for them.
    pub(super) const ROLES_NOT_KEPT: u32 = 1 << 21;
    /// Tokens of the host's own pages were looked at, and good.
    pub(super) const TOKENS: u32 = 1 << 22;
    /// The country was asked for: it, and when the database was built.
    pub(super) const COUNTRY: u32 = 1 << 23;
    /// The autonomous system was asked for: one more than its number, or 0 for none, and when the
    /// database was built.
    pub(super) const SYSTEM: u32 = 1 << 24;
}
