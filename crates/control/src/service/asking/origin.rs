//! What a record kept of an upstream's own refusal, as evidence for the publisher of the service.

use postern_explain::{Audience, Evidence, Value};
use postern_policy::fingerprint::Kind;
use serde_json::Value as Json;

#[cfg(test)]
mod tests;

/// Most characters of the body that evidence shows; the record has more.
const BODY: usize = 400;

/// What the answer looks like, what says so, what to do next, and how its body began. Empty where
/// another version wrote the record that says it otherwise.
pub(super) fn evidence(origin: &Json) -> Vec<Evidence> {
    let likeness = origin.get("likeness");
    let hints = likeness.and_then(|likeness| list(likeness, "hints"));
    let mut hints = hints.map_or(&[][..], Vec::as_slice).iter();
    let mut out = Vec::new();
    let mut put = |name: &str, value: Option<Value>| {
        out.extend(value.map(|value| Evidence {
            name: name.to_owned(),
            value,
            audience: Audience::Publisher,
        }));
    };
    if let Some(best) = hints.next() {
        put("looks_like", words(best).map(Value::Text));
        put("because", texts(best, "evidence").map(Value::List));
        put("what_next", text(best, "next").map(Value::Text));
    }
    let others: Vec<String> = hints.filter_map(words).collect();
    put(
        "or_like",
        (!others.is_empty()).then_some(Value::List(others)),
    );
    let passed = likeness.and_then(|likeness| texts(likeness, "on_the_path"));
    put("on_the_path", passed.map(Value::List));
    let body = text(origin, "body").filter(|body| !body.is_empty());
    let body = body.map(|body| body.chars().take(BODY).collect());
    put("origin_body", body.map(Value::Text));
    out
}

/// A hint in a few words: `Django, check against cross-site requests (CSRF): certain`.
fn words(hint: &Json) -> Option<String> {
    let (who, kind) = (text(hint, "who")?, text(hint, "kind")?);
    let kind = serde_json::from_value::<Kind>(Json::String(kind)).ok()?;
    let sure = match text(hint, "confidence")?.as_str() {
        "high" => "certain",
        "medium" => "likely",
        _ => "perhaps",
    };
    Some(format!("{who}, {}: {sure}", kind.words()))
}

fn list<'a>(of: &'a Json, name: &str) -> Option<&'a Vec<Json>> {
    of.get(name)?.as_array()
}

fn texts(of: &Json, name: &str) -> Option<Vec<String>> {
    let texts = list(of, name)?.iter().filter_map(Json::as_str);
    let texts: Vec<String> = texts.map(str::to_owned).collect();
    (!texts.is_empty()).then_some(texts)
}

fn text(of: &Json, name: &str) -> Option<String> {
    of.get(name)?.as_str().map(str::to_owned)
}
