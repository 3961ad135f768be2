//! What templates may name: filters, tests and functions, and what the guards have to do about
//! each.

/// What is done about a value before it is worked with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guard {
    /// Nothing: the filter takes lists apart itself and pays for each item, or looks at the surface
    /// only.
    Free,
    /// It has to be a text, a number or the like, and is read.
    Text,
    /// So too, where a list would be no text but a wrong number.
    Scalar,
    /// It says where something is: so too, and it is no number that the engine could not add to.
    Bound,
    /// It names a member: so too, and it is short, since it may be looked for in each item.
    Key,
    /// It is paid for with everything that is in it.
    Weighed,
}

/// Longest text, bytes, that a guard need not look at, and longest name of a member.
pub(super) const SHORT: usize = 256;

impl Guard {
    /// The function that does it, which is nothing to templates.
    pub(super) const fn function(self) -> Option<&'static str> {
        match self {
            Self::Free => None,
            Self::Text => Some("__text"),
            Self::Scalar => Some("__scalar"),
            Self::Bound => Some("__bound"),
            Self::Key => Some("__key"),
            Self::Weighed => Some("__weighed"),
        }
    }
}

/// What a filter gives back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gives {
    /// A text, a number or the like.
    Scalar,
    /// Something that was there before, or a list of such that repeats nothing and is no deeper.
    Parts,
    /// A list or mapping that may repeat what was given: it is weighed.
    Made,
}

/// A filter.
#[derive(Debug)]
pub(super) struct Filter {
    pub(super) name: &'static str,
    pub(super) subject: Guard,
    pub(super) arguments: Guard,
    pub(super) gives: Gives,
}

const fn filter(name: &'static str, subject: Guard, arguments: Guard, gives: Gives) -> Filter {
    Filter {
        name,
        subject,
        arguments,
        gives,
    }
}

/// A filter of texts.
const fn text(name: &'static str) -> Filter {
    filter(name, Guard::Text, Guard::Text, Gives::Scalar)
}

/// A filter of numbers and the like.
const fn scalar(name: &'static str) -> Filter {
    filter(name, Guard::Scalar, Guard::Scalar, Gives::Scalar)
}

/// A filter that takes a list apart.
const fn list(name: &'static str, gives: Gives) -> Filter {
    filter(name, Guard::Free, Guard::Key, gives)
}

/// A filter that may put any value beside others.
const fn maker(name: &'static str) -> Filter {
    filter(name, Guard::Free, Guard::Free, Gives::Made)
}

/// All filters, by name. Not among them: `pprint` and `urlencode`.
pub(super) const FILTERS: [Filter; 47] = [
    scalar("abs"),
    list("attr", Gives::Parts),
    maker("batch"),
    list("bool", Gives::Scalar),
    text("capitalize"),
    maker("chain"),
    list("count", Gives::Scalar),
    filter("d", Guard::Free, Guard::Free, Gives::Parts),
    filter("default", Guard::Free, Guard::Free, Gives::Parts),
    list("dictsort", Gives::Made),
    text("e"),
    text("escape"),
    list("first", Gives::Parts),
    scalar("float"),
    text("format"),
    list("groupby", Gives::Made),
    text("indent"),
    scalar("int"),
    list("items", Gives::Parts),
    filter("join", Guard::Weighed, Guard::Text, Gives::Scalar),
    list("last", Gives::Parts),
    list("length", Gives::Scalar),
    filter("lines", Guard::Text, Guard::Text, Gives::Parts),
    list("list", Gives::Parts),
    text("lower"),
    maker("map"),
    list("max", Gives::Parts),
    list("min", Gives::Parts),
    filter("reject", Guard::Free, Guard::Free, Gives::Parts),
    filter("rejectattr", Guard::Free, Guard::Free, Gives::Parts),
    text("replace"),
    list("reverse", Gives::Parts),
    scalar("round"),
    text("safe"),
    filter("select", Guard::Free, Guard::Free, Gives::Parts),
    filter("selectattr", Guard::Free, Guard::Free, Gives::Parts),
    maker("slice"),
    list("sort", Gives::Parts),
    filter("split", Guard::Text, Guard::Text, Gives::Parts),
    text("string"),
    list("sum", Gives::Scalar),
    text("title"),
    list("tojson", Gives::Scalar),
    text("trim"),
    list("unique", Gives::Parts),
    text("upper"),
    maker("zip"),
];

/// Filters that `map` may be given by name: what each does to an item costs no more than the item
/// weighs.
pub(super) const MAPPED: [&str; 21] = [
    "abs",
    "bool",
    "capitalize",
    "count",
    "d",
    "default",
    "e",
    "escape",
    "first",
    "float",
    "int",
    "last",
    "length",
    "lower",
    "round",
    "safe",
    "string",
    "title",
    "tojson",
    "trim",
    "upper",
];

/// All tests.
pub(super) const TESTS: [&str; 37] = [
    "!=",
    "<",
    "<=",
    "==",
    ">",
    ">=",
    "boolean",
    "defined",
    "divisibleby",
    "endingwith",
    "eq",
    "equalto",
    "even",
    "false",
    "float",
    "ge",
    "greaterthan",
    "gt",
    "in",
    "int",
    "integer",
    "iterable",
    "le",
    "lessthan",
    "lower",
    "lt",
    "mapping",
    "ne",
    "none",
    "number",
    "odd",
    "sequence",
    "startingwith",
    "string",
    "true",
    "undefined",
    "upper",
];

/// All functions.
pub(super) const FUNCTIONS: [&str; 3] = ["dict", "namespace", "range"];

/// The filter of that name.
pub(super) fn filter_named(name: &str) -> Option<&'static Filter> {
    FILTERS.iter().find(|filter| filter.name == name)
}
