//! What is changed in requests and answers, and what is hidden in answers and records.

use super::Name;

/// Changes of what goes up and of what comes back. Within one side fields are removed, then
/// renamed, set and added; the body's steps follow one after the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TransformRule {
    /// On the way to the upstream.
    pub request: Changes,
    /// On the way to the caller: its query and path are empty.
    pub response: Changes,
    /// The longest body that is read to be changed, bytes.
    pub max_body: usize,
    /// The changed request has to be as the OpenAPI document of its version has it.
    pub validate: bool,
}

/// Changes of one message. Texts with `{{` or `{%` in them are templates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Header fields; names in lower case.
    pub headers: FieldChanges,
    /// Parameters of the query.
    pub query: FieldChanges,
    /// The path that the upstream gets, with the operation's parameters in braces.
    pub path: Option<Name>,
    /// The steps that change a JSON body.
    pub body: Vec<BodyChange>,
}

impl Changes {
    /// Whether nothing is changed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Changes of named fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldChanges {
    /// These are taken out.
    pub remove: Vec<Name>,
    /// These get other names.
    pub rename: Vec<(Name, Name)>,
    /// These get one value, whatever was there.
    pub set: Vec<(Name, Name)>,
    /// These are added to what is there.
    pub add: Vec<(Name, Name)>,
}

/// One step that changes a JSON body. Places are JSON pointers (RFC 6901).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BodyChange {
    /// A value is put there; objects on the way are made.
    Set {
        /// Where.
        at: Name,
        /// What.
        value: BodyValue,
    },
    /// What stands there is taken out.
    Remove {
        /// Where.
        at: Name,
    },
    /// The member there gets another name.
    Rename {
        /// Where.
        at: Name,
        /// The new name.
        to: Name,
    },
    /// What stands there is put elsewhere.
    Move {
        /// From where.
        from: Name,
        /// To where.
        to: Name,
    },
    /// The whole body becomes what this template writes: JSON.
    Replace(Name),
}

/// A value for a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BodyValue {
    /// A text, or a template that writes one.
    Text(Name),
    /// JSON, or a template that writes it.
    Json(Name),
}

/// What is hidden in answers, and in what records keep of bodies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MaskRule {
    /// What, and how.
    pub hide: Vec<Hidden>,
    /// Whether answers that cannot be read, since they are no JSON, pass as they are. Otherwise
    /// they are refused.
    pub pass_unreadable: bool,
    /// The longest answer that is read, bytes.
    pub max_body: usize,
}

/// One thing that is hidden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hidden {
    /// What.
    pub what: Sought,
    /// What stands in its place.
    pub way: Way,
    /// Only records are without it: callers get it.
    pub only_records: bool,
}

impl Hidden {
    /// What it is called in records and metrics: its place, its kind, or `matching` and its number.
    /// `at`: its position in its policy.
    pub fn label(&self, at: usize) -> Name {
        match &self.what {
            Sought::Place(place) => place.clone(),
            Sought::Kind(kind) => kind.name().into(),
            Sought::Expression(_) => format!("matching {}", at + 1).into(),
        }
    }
}

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sought {
    /// What stands at a JSON pointer, `*` for every item or member.
    Place(Name),
    /// Values that look like this, wherever they stand.
    Kind(ValueKind),
    /// What a regular expression matches in texts, wherever they stand.
    Expression(Name),
}

/// Kinds of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// Names of people, by the names of their members.
    Name,
    /// Telephone numbers.
    Phone,
    /// Mail addresses.
    Email,
    /// Numbers of payment cards (ISO/IEC 7812, with their check digit).
    Card,
    /// Dates.
    Date,
    /// Amounts of money.
    Amount,
}

impl ValueKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Name,
        Self::Phone,
        Self::Email,
        Self::Card,
        Self::Date,
        Self::Amount,
    ];

    /// Its name in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Card => "card",
            Self::Date => "date",
            Self::Amount => "amount",
        }
    }
}

/// What stands in the place of what is hidden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// So many characters of its beginning and end, and stars between. What is no longer than both
    /// together is hidden as a whole.
    Partial {
        /// Characters at the beginning.
        first: usize,
        /// Characters at the end.
        last: usize,
    },
    /// Its first so many characters, and nothing of the rest.
    Truncate(usize),
    /// This text.
    Replace(Name),
}
