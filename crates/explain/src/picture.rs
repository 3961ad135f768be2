//! A refusal, drawn: what came, and what it met.

mod accounts;
mod callers;
mod places;
mod possession;
mod signatures;

use crate::explanation::{Asked, Refusal, Value};
use crate::time;
use accounts::{accounts, limits};
use callers::{credentials, demands, sessions, tokens};
use places::{addresses, pages, routes, sites};
use possession::possession;
use signatures::signatures;

/// What stands on both sides of the cross, and below the right side.
#[derive(Debug, Default)]
pub(crate) struct Picture {
    pub(crate) came: String,
    pub(crate) met: String,
    pub(crate) notes: Vec<String>,
}

/// When it is shown, and where.
#[derive(Clone, Copy)]
pub(crate) struct Clock {
    /// The decision: Unix time in milliseconds.
    pub(crate) at: i64,
    /// Seconds east of UTC.
    pub(crate) offset: i32,
}

/// Evidence by name, in words.
struct Words<'a> {
    refusal: &'a Refusal,
    asked: &'a Asked,
    clock: Clock,
}

/// Kinds of evidence that are moments.
const MOMENTS: [&str; 18] = [
    "renews",
    "at",
    "since",
    "until",
    "from",
    "requested_at",
    "decided_at",
    "ended_at",
    "revoked_at",
    "retired_at",
    "not_before",
    "not_after",
    "now",
    "exp",
    "nbf",
    "created",
    "expires",
    "signed_in",
];

/// Kinds of evidence that are spans in milliseconds.
const SPANS: [&str; 2] = ["window", "reset"];

impl Words<'_> {
    fn value(&self, name: &str) -> Option<String> {
        let value = self.refusal.evidence(name)?;
        Some(match value {
            Value::Number(number) if MOMENTS.contains(&name) => self.moment(*number),
            Value::Number(number) if SPANS.contains(&name) => time::millis(*number),
            Value::Number(number) => number.to_string(),
            Value::Text(text) => text.clone(),
            Value::List(items) if items.is_empty() => "nothing".to_owned(),
            Value::List(items) => {
                let items: Vec<String> = items.iter().map(|item| format!("`{item}`")).collect();
                items.join(", ")
            }
        })
    }

    /// A list of phrases, which need no marks around them.
    fn phrases(&self, name: &str) -> Option<String> {
        match self.refusal.evidence(name)? {
            Value::List(items) => Some(items.join(", ")),
            _ => self.value(name),
        }
    }

    fn number(&self, name: &str) -> Option<i64> {
        match self.refusal.evidence(name)? {
            Value::Number(number) => i64::try_from(*number).ok(),
            Value::Text(_) | Value::List(_) => None,
        }
    }

    fn moment(&self, unix: u64) -> String {
        time::moment(i64::try_from(unix).unwrap_or(i64::MAX), self.clock.offset)
    }

    /// `name` in back quotes, or what to say instead.
    fn quoted(&self, name: &str, otherwise: &str) -> String {
        match self.value(name) {
            Some(text) if text.starts_with('`') => text,
            Some(text) => format!("`{text}`"),
            None => otherwise.to_owned(),
        }
    }

    /// `before value`, if it is there.
    fn note(&self, before: &str, name: &str) -> Option<String> {
        Some(format!("{before}{}", self.value(name)?))
    }

    /// Seconds from a moment in the evidence to the decision.
    fn ago(&self, name: &str) -> Option<i64> {
        Some(self.clock.at.div_euclid(1000) - self.number(name)?)
    }

    /// When the database was built that says where the address is.
    fn built(&self) -> Option<String> {
        let at = u64::try_from(self.number("database")?).ok()?;
        Some(format!("as the database of {} has it", self.moment(at)))
    }

    fn address(&self) -> String {
        let address = self.quoted("address", "the address");
        match self.value("provenance") {
            Some(provenance) => format!("address {address} ({provenance})"),
            None => format!("address {address}"),
        }
    }

    fn policy(&self) -> String {
        match &self.refusal.policy {
            Some(policy) => format!("policy `{policy}`"),
            None => "this service".to_owned(),
        }
    }

    fn app(&self) -> String {
        let app = self.value("app").or_else(|| self.asked.app.clone());
        app.map_or_else(|| "the app".to_owned(), |app| format!("app `{app}`"))
    }
}

pub(crate) fn picture(refusal: &Refusal, asked: &Asked, clock: Clock) -> Picture {
    let words = Words {
        refusal,
        asked,
        clock,
    };
    let family = refusal.code.split('.').next().unwrap_or_default();
    let drawn = match family {
        "edge" | "network" => addresses(&words),
        "cors" => pages(&words),
        "csrf" => sites(&words),
        "route" | "tenant" => routes(&words),
        "headers" | "body" | "parameter" => demands(&words),
        "credential" => credentials(&words),
        "token" | "identity_provider" => tokens(&words),
        "session" => sessions(&words),
        "signature" => signatures(&words),
        "dpop" => possession(&words),
        "account" | "subscription" | "authorization" => accounts(&words),
        "grant" => Some(grants(&words)),
        "origin" => Some(origins(&words)),
        "limit" => Some(limits(&words)),
        _ => None,
    };
    drawn.unwrap_or_else(|| plain(&words))
}

/// What is asked of an issuer of the gateway's own (RFC 6749 §5.2).
fn grants(words: &Words<'_>) -> Picture {
    let what = words.value("what").map(|what| match words.value("value") {
        Some(value) => format!("the request {what}: `{value}`"),
        None => format!("the request {what}"),
    });
    some(
        format!("{} {}", words.asked.method, words.asked.path),
        words.refusal.title.to_lowercase(),
        vec![
            what,
            words.note("allowed: ", "allowed"),
            words.note("OAuth clients read `error`: ", "error"),
        ],
    )
}

/// What an upstream refused by itself, and what its answer looks like.
fn origins(words: &Words<'_>) -> Picture {
    let note = |before: &str, name: &str| Some(format!("{before}{}", words.phrases(name)?));
    some(
        format!("{} {}", words.asked.method, words.asked.path),
        words.refusal.title.to_lowercase(),
        vec![
            note("looks like: ", "looks_like"),
            note("since its ", "because"),
            note("next: ", "what_next"),
            note("or like: ", "or_like"),
            note(
                "on the path, which is not to say that it refused: ",
                "on_the_path",
            ),
            note("its body begins: ", "origin_body"),
        ],
    )
}

/// Every piece of evidence on a line of its own.
fn plain(words: &Words<'_>) -> Picture {
    let names = words
        .refusal
        .evidence
        .iter()
        .map(|evidence| evidence.name.as_str());
    Picture {
        came: format!("{} {}", words.asked.method, words.asked.path),
        met: words.refusal.title.to_lowercase(),
        notes: names
            .filter_map(|name| words.note(&format!("{}: ", name.replace('_', " ")), name))
            .collect(),
    }
}

/// With those notes that there are.
fn some(came: String, met: String, notes: Vec<Option<String>>) -> Picture {
    Picture {
        came,
        met,
        notes: notes.into_iter().flatten().collect(),
    }
}
