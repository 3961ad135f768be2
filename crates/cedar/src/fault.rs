//! What is wrong with policies, and where.

use crate::uid::{Kind, NAMESPACE};
use cedar_policy::ValidationError;
use cedar_policy_core::parser::err::ParseErrors;
use miette::Diagnostic;
use std::ops::Range;

/// Something that is wrong with a text of policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where, in bytes of the text; none: the whole of it.
    pub span: Option<Range<usize>>,
    /// What, as the end of a sentence that begins with whose text it is: `… at statement 2: `.
    pub message: String,
    /// The same in few words, to stand at the place.
    pub label: String,
    /// What would be right.
    pub help: Option<String>,
    /// The word that was written, and those that would be right.
    pub unknown: Option<(String, Vec<String>)>,
    /// It does no harm, but does not do what was meant.
    pub is_warning: bool,
}

impl Fault {
    pub(crate) fn at(
        span: Range<usize>,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Self {
        Self {
            span: Some(span),
            ..Self::whole(message, label)
        }
    }

    pub(crate) fn whole(message: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            span: None,
            message: message.into(),
            label: label.into(),
            help: None,
            unknown: None,
            is_warning: false,
        }
    }

    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Self {
            help: Some(help.into()),
            ..self
        }
    }

    pub(crate) fn unknown(self, written: &str, known: Vec<String>) -> Self {
        Self {
            unknown: Some((written.to_owned(), known)),
            ..self
        }
    }

    pub(crate) fn warning(self) -> Self {
        Self {
            is_warning: true,
            ..self
        }
    }
}

/// What the parser found.
pub(crate) fn parse_faults(errors: &ParseErrors, text: &str) -> Vec<Fault> {
    let faults = errors.iter().map(|error| {
        let place = error.labels().and_then(|mut labels| labels.next());
        let label = place.as_ref().and_then(|place| place.label());
        let label = label.map_or_else(|| "here".to_owned(), str::to_owned);
        let span = place.map(|place| place.offset()..place.offset() + place.len());
        // What ends too early is marked where something stands.
        let end = text.trim_end().len();
        let last = text.trim_end().char_indices().next_back();
        let last = last.map_or(0, |(at, _)| at);
        let span = span.map(|span| if span.start >= end { last..end } else { span });
        Fault {
            span,
            help: error.help().map(|help| help.to_string()),
            ..Fault::whole(error.to_string(), label)
        }
    });
    faults.collect()
}

/// What the validator found.
pub(crate) fn validation_fault(error: &ValidationError) -> Fault {
    let place = error.labels().and_then(|mut labels| labels.next());
    let span = place.map(|place| place.offset()..place.offset() + place.len());
    let label = match error {
        ValidationError::UnrecognizedEntityType(_) => "there is no such type",
        ValidationError::UnrecognizedActionId(_) => "there is no such action",
        ValidationError::UnexpectedType(_) => "this has another type",
        ValidationError::IncompatibleTypes(_) => "these can never be equal",
        ValidationError::UnsafeAttributeAccess(_) => "there is no such attribute",
        ValidationError::UnsafeOptionalAttributeAccess(_) => "it may not be there",
        ValidationError::UndefinedFunction(_) => "there is no such function",
        _ => "not possible here",
    };
    let message = plain(&error.to_string());
    // The validator calls what has an attribute `e`.
    let whose = if message.contains("path.") {
        "`resource."
    } else {
        "`principal."
    };
    let help = error
        .help()
        .map(|help| plain(&help.to_string()).replace("`e.", whose));
    Fault {
        span,
        help,
        ..Fault::whole(message, label)
    }
}

/// A message without what differs between the kinds of callers, of which each is checked.
fn plain(message: &str) -> String {
    let mut text = without_policy(message).to_owned();
    for kind in [Kind::App, Kind::User, Kind::Anonymous] {
        let of = format!(" on entity type `{NAMESPACE}::{}`", kind.name());
        text = text.replace(&of, " of the principal");
    }
    let of = format!(" on entity type `{NAMESPACE}::Operation`");
    text.replace(&of, " of the resource")
}

/// A message without the number that the validator gives a statement: the place says which.
pub(crate) fn without_policy(message: &str) -> &str {
    let rest = message.strip_prefix("for policy `");
    let rest = rest.and_then(|rest| rest.split_once("`, "));
    rest.map_or(message, |(_, rest)| rest)
}
