//! The kinds of text of a configuration, for whoever makes up a document and wants to know
//! beforehand what it may say.

use crate::scalar::{Problem, Scalar as _, name, path, text};

/// A kind of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextKind {
    /// The prefix of paths, `/shop`.
    BasePath,
    /// The name of a header field.
    HeaderName,
    /// A media type without parameters.
    MediaType,
    /// The name of an entity.
    Name,
    /// The name of a query parameter.
    ParameterName,
    /// The path template of an operation, `/orders/{id}`.
    PathTemplate,
    /// The name of a scope.
    Scope,
    /// A text for people.
    Text,
}

/// Why a text is not of its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// What is wrong with it.
    pub why: String,
    /// The text that was probably meant.
    pub better: Option<String>,
}

/// Whether a text could stand in a configuration as one of this kind.
///
/// # Errors
/// Why not.
pub fn check_text(kind: TextKind, given: &str) -> Result<(), Rejected> {
    let read: Result<(), Problem> = match kind {
        TextKind::BasePath => path::BasePath::read(given).map(drop),
        TextKind::HeaderName => name::HeaderName::read(given).map(drop),
        TextKind::MediaType => text::MediaType::read(given).map(drop),
        TextKind::Name => name::EntityName::read(given).map(drop),
        TextKind::ParameterName => text::ParameterName::read(given).map(drop),
        TextKind::PathTemplate => path::Template::read(given).map(drop),
        TextKind::Scope => text::ScopeName::read(given).map(drop),
        TextKind::Text => text::Text::read(given).map(drop),
    };
    read.map_err(|problem| Rejected {
        why: problem.label,
        better: problem.suggestion,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_accepted_here_is_accepted_in_a_configuration() {
        for (kind, good, bad) in [
            (TextKind::BasePath, "/shop", "/shop/"),
            (TextKind::HeaderName, "X-API-Key", "X API Key"),
            (TextKind::MediaType, "application/json", "json"),
            (TextKind::Name, "create-order", "create order"),
            (TextKind::ParameterName, "api_key", "api key"),
            (TextKind::PathTemplate, "/orders/{id}", "/orders/{id}.json"),
            (TextKind::Scope, "orders:read", "read orders"),
            (TextKind::Text, "Orders", "two\nlines"),
        ] {
            assert_eq!(check_text(kind, good), Ok(()));
            assert!(check_text(kind, bad).is_err(), "{bad}");
        }
        let rejected = check_text(TextKind::BasePath, "/shop/").unwrap_err();
        assert_eq!(rejected.better.as_deref(), Some("/shop"));
    }
}
