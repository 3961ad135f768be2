//! What policies say, in words.

use super::super::remote::text;
use super::list;
use serde_json::Value;

/// What a policy or a limit says.
pub(super) fn says(rule: &Value) -> String {
    let number = |member| rule.get(member).and_then(Value::as_u64);
    if let Some(rate) = number("rate") {
        let burst = number("burst").filter(|burst| *burst != rate);
        let burst = burst.map_or_else(String::new, |burst| format!(", at most {burst} at once"));
        let per = per(number("per_ms").unwrap_or_default());
        return format!("{rate} {per}{burst}, {}", each(rule));
    }
    if let Some(quota) = number("quota") {
        let per = match text(rule, "per_calendar") {
            "" => per(number("per_ms").unwrap_or_default()),
            unit => match text(rule, "time_zone") {
                "" | "UTC" => format!("per {unit}"),
                zone => format!("per {unit} ({zone})"),
            },
        };
        return format!("{quota} {per}, {}", each(rule));
    }
    if let (Some(refusals), Some(block_for)) = (number("refusals"), number("block_for_ms")) {
        let per = length(number("per_ms").unwrap_or_default());
        let codes = rule.get("codes").map(|codes| choice(codes, " or "));
        return format!(
            "blocked for {} after {refusals} refusals in {per} with {}, {}",
            length(block_for),
            codes.unwrap_or_default(),
            each(rule)
        );
    }
    if let Some(apart) = number("apart_ms") {
        return format!("at least {} apart, {}", length(apart), each(rule));
    }
    if let Some(most) = number("concurrency") {
        return format!("{most} at the same time, {}", each(rule));
    }
    if let Some(statements) = rule.get("statements").and_then(Value::as_str) {
        let permits = statements.matches("permit").count();
        let forbids = statements.matches("forbid").count();
        return format!("Cedar: {permits} permit, {forbids} forbid");
    }
    if let Some(most) = number("max_size") {
        return format!("a body of at most {}", size(most));
    }
    for (member, verb) in [("changes", "changes"), ("hide", "hides")] {
        if let Some(names) = rule.get(member).filter(|names| has_items(names)) {
            return format!("{verb} {}", choice(names, ", "));
        }
    }
    let parts = if rule.get("checks").is_some() {
        contract(rule)
    } else if rule.get("when").is_some() {
        about_some(rule)
    } else if rule.get("allow").is_some() {
        addresses(rule)
    } else if rule.get("protocol").is_some() {
        asked(rule)
    } else if rule.get("trusted_origins").is_some() {
        changes(rule)
    } else if rule.get("origins").is_some() {
        pages(rule)
    } else {
        head(rule)
    };
    if parts.is_empty() {
        "nothing".to_owned()
    } else {
        parts.join("; ")
    }
}

/// What is asked of some requests, of which, and of whom not.
fn about_some(rule: &Value) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let when = conditions(rule.get("when"));
    if !when.is_empty() {
        parts.push(format!("where {}", when.join(" and ")));
    }
    parts.extend(conditions(rule.get("require")));
    if let Some(resource) = rule.get("resource").and_then(Value::as_str) {
        let owner = text(rule, "owner");
        parts.push(match rule.get("separator").and_then(Value::as_str) {
            Some(separator) => {
                format!("{resource} is {owner}, or begins with it and `{separator}`")
            }
            None => format!("{resource} is {owner}"),
        });
    }
    if let Some(classes) = rule.get("acr").filter(|classes| has_items(classes)) {
        parts.push(format!("signed in with {}", choice(classes, " or ")));
    }
    if let Some(age) = rule.get("max_age_s").and_then(Value::as_u64) {
        parts.push(format!(
            "signed in within {}",
            length(age.saturating_mul(1000))
        ));
    }
    let except = conditions(rule.get("except"));
    if !except.is_empty() {
        parts.push(format!("not for {}", except.join(" or ")));
    }
    parts
}

/// Conditions, each in words.
fn conditions(these: Option<&Value>) -> Vec<String> {
    let members = these.and_then(Value::as_object).into_iter().flatten();
    let said = members.flat_map(|(name, value)| match value {
        Value::Object(entries) => entries
            .iter()
            .map(|(entry, values)| format!("{name} {entry} is {}", choice(values, " or ")))
            .collect(),
        Value::Array(_) => vec![format!("{name} {}", choice(value, " or "))],
        Value::String(text) => vec![format!("{name} {text}")],
        Value::Number(number) => {
            let bytes = number.as_u64().unwrap_or_default();
            vec![format!("{name} {}", size(bytes))]
        }
        _ => Vec::new(),
    });
    said.collect()
}

/// The kind of a plan's limit.
pub(super) fn kind(limit: &Value) -> &'static str {
    if limit.get("rate").is_some() {
        "rate"
    } else if limit.get("apart_ms").is_some() {
        "spacing"
    } else if limit.get("quota").is_some() {
        "quota"
    } else {
        "concurrency"
    }
}

fn addresses(rule: &Value) -> Vec<String> {
    let lists = |member| rule.get(member).filter(|lists| has_items(lists));
    let allow = lists("allow").map(|lists| format!("only from {}", choice(lists, " or ")));
    let deny = lists("deny").map(|lists| format!("not from {}", choice(lists, " or ")));
    allow.into_iter().chain(deny).collect()
}

fn asked(rule: &Value) -> Vec<String> {
    let (url, protocol) = (text(rule, "url"), text(rule, "protocol"));
    let mut parts = vec![format!("{url} lets it pass ({protocol})")];
    if text(rule, "on_failure") == "allow" {
        parts.push("or gives no answer".to_owned());
    }
    parts
}

fn changes(rule: &Value) -> Vec<String> {
    let named = |member| rule.get(member).filter(|names| has_items(names));
    let trusted = named("trusted_origins");
    let trusted = trusted.map(|origins| format!(", and of {}", choice(origins, " or ")));
    let mut parts = vec![format!(
        "changes by pages of the host itself{}",
        trusted.unwrap_or_default()
    )];
    if rule.get("referer_required").and_then(Value::as_bool) == Some(true) {
        let others = named("referers").map(|hosts| format!(" or of {}", choice(hosts, " or ")));
        let others = others.unwrap_or_default();
        parts.push(format!("Referer is of the host itself{others}"));
    }
    if let Some(token) = rule.get("token").filter(|token| !token.is_null()) {
        parts.push(format!("with a token in {}", text(token, "header")));
    }
    parts
}

/// What must be as the OpenAPI document has it.
fn contract(rule: &Value) -> Vec<String> {
    let named = |member| rule.get(member).filter(|names| has_items(names));
    let mut parts = Vec::new();
    if let Some(checks) = named("checks") {
        let checks = choice(checks, " and ");
        parts.push(format!("{checks} as the OpenAPI document has it"));
    }
    if rule.get("unknown_parameters").and_then(Value::as_str) == Some("refuse") {
        parts.push("no other query parameters".to_owned());
    }
    if let Some(types) = named("upload_types") {
        parts.push(format!("files are {}", choice(types, " or ")));
    }
    if let Some(names) = named("upload_names") {
        parts.push(format!("files are called {}", choice(names, " or ")));
    }
    parts
}

fn pages(rule: &Value) -> Vec<String> {
    let named = |member| rule.get(member).filter(|names| has_items(names));
    let is = |member| rule.get(member).and_then(Value::as_bool) == Some(true);
    let mut parts = Vec::new();
    if let Some(origins) = named("origins") {
        let others = if is("enforce_origin") {
            ", no others"
        } else {
            ""
        };
        parts.push(format!("pages of {}{others}", choice(origins, " or ")));
    }
    if let Some(methods) = named("methods") {
        parts.push(format!("with {}", choice(methods, " or ")));
    }
    if let Some(headers) = named("headers") {
        parts.push(format!("may send {}", choice(headers, ", ")));
    }
    if let Some(exposed) = named("exposed_headers") {
        parts.push(format!("may read {}", choice(exposed, ", ")));
    }
    if is("credentials") {
        parts.push("with credentials".to_owned());
    }
    if is("private_network") {
        parts.push("from public networks too".to_owned());
    }
    parts
}

fn head(rule: &Value) -> Vec<String> {
    let mut parts = Vec::new();
    let named = |member| rule.get(member).filter(|names| has_items(names));
    if let Some(names) = named("required") {
        parts.push(format!("with {}", choice(names, " and ")));
    }
    for value in list(rule, "values") {
        let allowed = value.get("allowed").unwrap_or(&Value::Null);
        let header = text(value, "header");
        parts.push(format!("{header} is {}", choice(allowed, " or ")));
    }
    if let Some(types) = named("content_types") {
        parts.push(format!("a body is {}", choice(types, " or ")));
    }
    let is = |member| rule.get(member) == Some(&Value::Bool(true));
    if is("sniff") {
        parts.push("a body begins like its media type".to_owned());
    }
    if is("length_required") {
        parts.push("a body has a Content-Length".to_owned());
    }
    if let (Some(methods), Some(first)) = (named("methods"), parts.first_mut()) {
        first.insert_str(0, &format!("{}: ", choice(methods, ", ")));
    }
    parts
}

fn has_items(value: &Value) -> bool {
    value.as_array().is_some_and(|items| !items.is_empty())
}

/// Texts with something between.
pub(super) fn choice(texts: &Value, between: &str) -> String {
    let texts = texts.as_array().into_iter().flatten();
    let texts: Vec<_> = texts.filter_map(Value::as_str).collect();
    texts.join(between)
}

/// Whose counter it is.
fn each(limit: &Value) -> String {
    match limit.get("by").filter(|by| has_items(by)) {
        Some(by) => format!("for each {}", choice(by, " and ")),
        None => "for all together".to_owned(),
    }
}

/// A time that a rate is over.
fn per(millis: u64) -> String {
    match millis {
        1000 => "a second".to_owned(),
        60_000 => "a minute".to_owned(),
        3_600_000 => "an hour".to_owned(),
        86_400_000 => "a day".to_owned(),
        other => format!("in {}", length(other)),
    }
}

/// A length of time in its largest whole unit.
fn length(millis: u64) -> String {
    let units = [
        (86_400_000, "d"),
        (3_600_000, "h"),
        (60_000, "min"),
        (1000, "s"),
    ];
    largest(millis, &units, "ms")
}

/// A number of bytes in their largest whole unit.
pub(super) fn size(bytes: u64) -> String {
    let units = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    largest(bytes, &units, "bytes")
}

fn largest(number: u64, units: &[(u64, &str)], smallest: &str) -> String {
    let whole = |(unit, _): &&(u64, &str)| number >= *unit && number.is_multiple_of(*unit);
    match units.iter().find(whole) {
        Some((unit, name)) => format!("{} {name}", number / unit),
        None => format!("{number} {smallest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn policies_are_said_as_people_read_them() {
        for (rule, words) in [
            (
                json!({"rate": 100, "per_ms": 1000, "burst": 50, "by": ["app"]}),
                "100 a second, at most 50 at once, for each app",
            ),
            (
                json!({"rate": 5, "per_ms": 600_000, "burst": 5, "by": ["app", "address"]}),
                "5 in 10 min, for each app and address",
            ),
            (
                json!({"rate": 5, "per_ms": 1500, "burst": 5, "by": []}),
                "5 in 1500 ms, for all together",
            ),
            (
                json!({"apart_ms": 5, "by": ["operation"]}),
                "at least 5 ms apart, for each operation",
            ),
            (
                json!({"concurrency": 20, "by": ["app"]}),
                "20 at the same time, for each app",
            ),
            (json!({"max_size": 1 << 20}), "a body of at most 1 MiB"),
            (json!({"max_size": 1000}), "a body of at most 1000 bytes"),
            (
                json!({"allow": ["office", "vpn"], "deny": ["bad"]}),
                "only from office or vpn; not from bad",
            ),
            (
                json!({
                    "methods": ["POST", "PUT"],
                    "required": ["x-a", "x-b"],
                    "values": [{"header": "x-env", "allowed": ["live", "test"]}],
                    "content_types": ["application/json"],
                    "sniff": true,
                    "length_required": true,
                }),
                "POST, PUT: with x-a and x-b; x-env is live or test; a body is application/json; \
                 a body begins like its media type; a body has a Content-Length",
            ),
            (
                json!({
                    "origins": ["https://a.example", "https://b.example"], "methods": ["GET"],
                    "headers": ["x-api-key", "*"], "exposed_headers": ["x-total"],
                    "credentials": true, "max_age_s": 300, "enforce_origin": true,
                }),
                "pages of https://a.example or https://b.example, no others; with GET; \
                 may send x-api-key, *; may read x-total; with credentials",
            ),
            (
                json!({
                    "trusted_origins": ["https://a.example"],
                    "referer_required": true, "referers": ["a.example"],
                    "token": {"cookie": "c", "header": "x-csrf-token", "valid_s": 60},
                }),
                "changes by pages of the host itself, and of https://a.example; \
                 Referer is of the host itself or of a.example; with a token in x-csrf-token",
            ),
            (json!({"allow": [], "deny": []}), "nothing"),
        ] {
            assert_eq!(says(&rule), words);
        }
    }
}
