//! What of a service's requests is copied into the call log besides what every record has.

use super::Name;

/// A service's capture policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capture {
    /// Which requests.
    pub outcomes: Captured,
    /// One of so many requests, taken at random; 1 is every one, and so is 0.
    pub one_in: u32,
    /// The most bytes of each body; 0 for headers alone. Never above [`Capture::MOST`].
    pub body: usize,
    /// What is left out besides what always is.
    pub redact: Redact,
}

impl Capture {
    /// The most bytes of one body that a capture may have.
    pub const MOST: usize = 64 << 10;
}

impl Default for Capture {
    fn default() -> Self {
        Self {
            outcomes: Captured::Refused,
            one_in: 1,
            body: 8 << 10,
            redact: Redact::default(),
        }
    }
}

/// Which requests are captured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Captured {
    /// Every one.
    All,
    /// Those that were refused, by whom ever, and those that the caller left.
    #[default]
    Refused,
}

/// What captures leave out besides credentials and whatever is named like a secret.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Redact {
    /// Header fields, lower case.
    pub headers: Vec<Name>,
    /// Members of JSON objects, wherever they stand.
    pub members: Vec<Name>,
    /// Places in JSON documents: names of members, indices of items, or `*` for any of them.
    pub places: Vec<Vec<Name>>,
    /// Fields of forms.
    pub fields: Vec<Name>,
}
