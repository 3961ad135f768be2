//! What the gateway itself answers.

use serde_json::{Map, Value, json};

/// The schema's name.
const SCHEMA: &str = "PosternProblem";

/// Refusals that are written down: status, name and description.
const REFUSALS: [(&str, &str, &str); 4] = [
    (
        "401",
        "PosternUnauthorized",
        "No credential was sent, or it is not accepted.",
    ),
    (
        "403",
        "PosternForbidden",
        "The credential is not good for this operation.",
    ),
    (
        "404",
        "PosternNotFound",
        "Nothing is published at this path.",
    ),
    (
        "429",
        "PosternTooManyRequests",
        "A limit is used up; `Retry-After` says for how long.",
    ),
];

/// Adds the schema and the responses.
pub(super) fn components(components: &mut Map<String, Value>) {
    let mut section = |name: &str, add: &mut dyn FnMut(&mut Map<String, Value>)| {
        let section = components.entry(name).or_insert_with(|| json!({}));
        if !section.is_object() {
            *section = json!({});
        }
        if let Value::Object(section) = section {
            add(section);
        }
    };
    section("schemas", &mut |schemas| {
        schemas.insert(SCHEMA.to_owned(), schema());
    });
    section("responses", &mut |responses| {
        for (status, name, description) in REFUSALS {
            responses.insert(name.to_owned(), response(status, description));
        }
    });
}

fn schema() -> Value {
    json!({
        "type": "object",
        "description": "Why the gateway refused a request (RFC 9457).",
        "required": ["type", "title", "status", "code"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference", "description": "A page about the code."},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "instance": {"type": "string", "format": "uri-reference", "description": "Where more is said about this request."},
            "code": {"type": "string", "description": "What it was refused for, for programs."},
            "detail": {"type": "string"},
            "fault": {"type": "string", "description": "Who can mend it."},
            "retry": {"type": "string", "description": "Whether trying again helps."},
            "fix": {"type": "string", "description": "What the caller can do."},
            "request_id": {"type": "string"},
            "correlation_id": {"type": "string"},
        },
    })
}

fn response(status: &str, description: &str) -> Value {
    let mut response = json!({ "description": description, "content": content() });
    if status == "429"
        && let Value::Object(members) = &mut response
    {
        let header = json!({"schema": {"type": "integer"}, "description": "Seconds to wait."});
        members.insert("headers".to_owned(), json!({ "Retry-After": header }));
    }
    response
}

fn content() -> Value {
    json!({"application/problem+json": {"schema": {"$ref": format!("#/components/schemas/{SCHEMA}")}}})
}

/// Adds to an operation's responses what the gateway answers. Where the API answers with the same
/// status, both bodies are possible.
pub(super) fn responses(responses: &mut Map<String, Value>, asks: bool) {
    for (status, name, _) in REFUSALS {
        if !asks && matches!(status, "401" | "403") {
            continue;
        }
        let reference = || json!({"$ref": format!("#/components/responses/{name}")});
        let own = responses.entry(status).or_insert_with(reference);
        if own.get("$ref").is_some() {
            continue;
        }
        if let Value::Object(own) = own {
            let existing = own.entry("content").or_insert_with(|| json!({}));
            if let (Value::Object(existing), Value::Object(problem)) = (existing, content()) {
                for (kind, value) in problem {
                    existing.entry(kind).or_insert(value);
                }
            }
        }
    }
}
