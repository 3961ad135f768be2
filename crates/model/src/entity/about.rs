//! What people are told of an entity. No request depends on it.

use super::Name;

/// Titles, descriptions and the like. Entities box it, and have none where nothing is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// What people call it.
    pub title: Option<Name>,
    /// What it is for.
    pub description: Option<Name>,
    /// Words to find it by, each once.
    pub tags: Vec<Name>,
    /// Names of the headings under which it is listed.
    pub categories: Vec<Name>,
    /// Whom to ask about it: a person, a team, an address.
    pub contact: Option<Name>,
    /// URL of its documentation.
    pub documentation: Option<Name>,
    /// URL of its logo.
    pub logo: Option<Name>,
}

impl About {
    /// Itself, if it says something.
    #[must_use]
    pub fn boxed(self) -> Option<Box<Self>> {
        (self != Self::default()).then(|| Box::new(self))
    }
}
