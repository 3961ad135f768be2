//! JSON documents that can be changed without losing what was not meant: numbers stay as they are
//! written, members keep their order.

mod read;
#[cfg(test)]
mod tests;
mod write;

pub use read::Broken;

use std::fmt::Write as _;

/// Deepest nesting.
pub(crate) const DEEPEST: usize = 64;
/// Most values of one document.
pub(crate) const MOST: usize = 200_000;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    /// A number, `true`, `false` or `null`, as it is written.
    Word(Box<str>),
    /// A text, without its escapes.
    Text(String),
    /// An array.
    List(Vec<Self>),
    /// An object: no name stands twice.
    Object(Vec<(String, Self)>),
}

impl Json {
    /// Reads a document, strictly (RFC 8259): no name may stand twice in an object, and depth and
    /// number of values are bounded.
    ///
    /// # Errors
    /// What is wrong, and at which byte.
    pub fn read(text: &[u8]) -> Result<Self, Broken> {
        read::read(text)
    }

    /// Writes it without white space.
    pub fn write(&self) -> Vec<u8> {
        let mut out = String::new();
        write::write(self, &mut out);
        out.into_bytes()
    }

    /// What it looks like, without what it says: for people who compare.
    pub fn shape(&self) -> String {
        match self {
            Self::Word(word) => match &**word {
                "null" => "null".to_owned(),
                "true" | "false" => "boolean".to_owned(),
                _ => "number".to_owned(),
            },
            Self::Text(text) => {
                let mut shape = String::from("text of ");
                // Writing to a string cannot fail.
                let _ = write!(shape, "{}", text.chars().count());
                shape
            }
            Self::List(items) => format!("list of {}", items.len()),
            Self::Object(members) => format!("object of {}", members.len()),
        }
    }

    /// The member of that name.
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.iter().find(|(n, _)| n == name).map(|(_, v)| v),
            _ => None,
        }
    }

    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut Self> {
        match self {
            Self::Object(members) => members.iter_mut().find(|(n, _)| n == name).map(|(_, v)| v),
            _ => None,
        }
    }

    /// The number or word, as it is written.
    pub(crate) fn word(&self) -> Option<&str> {
        match self {
            Self::Word(word) => Some(word),
            _ => None,
        }
    }
}
