//! Fixes for what is not routed: an operation more, a version published.

use super::case::{Case, strings, texts};
use super::{Candidate, browser};
use crate::decide::Decided;
use crate::document::Change;
use crate::explanation::{Audience, Step};
use crate::overlay::{Assumed, Overlay};
use postern_model::denial::{Code, Denial};
use postern_model::entity::Method;
use serde_json::{Value as Json, json};

pub(super) fn candidates(case: &Case<'_>, denial: &Denial) -> Vec<Candidate> {
    match denial.code {
        Code::NotFound => added(case).into_iter().collect(),
        Code::MethodNotAllowed => {
            let answered = browser::answered(case, denial).into_iter();
            answered.chain(beside(case, denial)).collect()
        }
        Code::NotPublished => published(case),
        Code::VersionRetired => reopened(case).into_iter().collect(),
        Code::PathRejected => let_stand(case).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// A change within one version of a service.
fn version(service: &str, version: &str, patch: &Json) -> Step {
    let patch = json!({"versions": {version: patch}});
    Step::Change(Change::new("service", service, patch))
}

fn method(case: &Case<'_>) -> Option<Method> {
    Method::parse(case.facts.method())
}

/// An operation for a path that no operation has, in the version whose prefix it begins with.
fn added(case: &Case<'_>) -> Option<Candidate> {
    let path = case.decided.path.as_deref()?;
    let method = method(case)?;
    let text = |document: &Json, field: &str| {
        let text = document.get(field).and_then(Json::as_str);
        text.unwrap_or_default().to_owned()
    };
    let mut best: Option<(usize, &String, &String, &Json, &str)> = None;
    for (service, document) in case.world.documents.of_kind("service") {
        let versions = document.get("versions").and_then(Json::as_object);
        for (name, version) in versions.into_iter().flatten() {
            let prefix = text(document, "base_path") + &text(version, "base_path");
            let rest = path
                .strip_prefix(&*prefix)
                .filter(|rest| rest.starts_with('/'));
            if let Some(rest) = rest
                && best
                    .as_ref()
                    .is_none_or(|(length, ..)| prefix.len() > *length)
            {
                best = Some((prefix.len(), service, name, version, rest));
            }
        }
    }
    // A service at the root would take in every path there is: that is no near miss.
    let (_, service, name, document, rest) = best.filter(|(length, ..)| *length > 0)?;
    let operation = unused(document, &format!("{}-{}", method.as_str(), rest));
    let sibling =
        json!({"path": rest, "methods": [method.as_str()], "scopes": scopes(document, method)});
    let step = version(service, name, &json!({"operations": {&operation: sibling}}));
    let sentence = format!(
        "add operation `{} {rest}` to `{service}` {name}",
        method.as_str()
    );
    Some(
        Candidate::new(Code::NotFound, sentence, step)
            .reach(format!("everybody who may call `{service}`"))
            .audience(Audience::Publisher)
            .weight(10),
    )
}

/// What the other operations of the version with that method require; of all, if none has it.
fn scopes(version: &Json, method: Method) -> Vec<String> {
    let operations: Vec<&Json> = version
        .get("operations")
        .and_then(Json::as_object)
        .into_iter()
        .flat_map(serde_json::Map::values)
        .collect();
    let same = |operation: &&&Json| {
        let methods = strings(operation, "methods");
        methods
            .iter()
            .any(|known| known.eq_ignore_ascii_case(method.as_str()))
    };
    let like: Vec<&&Json> = operations.iter().filter(same).collect();
    let like = if like.is_empty() {
        operations.iter().collect()
    } else {
        like
    };
    let mut scopes: Vec<String> = like.iter().flat_map(|o| strings(o, "scopes")).collect();
    scopes.sort();
    scopes.dedup();
    scopes
}

/// A name for an operation that the version does not have yet.
fn unused(version: &Json, wish: &str) -> String {
    let mut name: String = wish
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .take(48)
        .collect();
    while name.contains("--") {
        name = name.replace("--", "-");
    }
    let name = name.trim_matches('-').to_owned();
    let taken = |name: &str| {
        version
            .get("operations")
            .and_then(|all| all.get(name))
            .is_some()
    };
    let numbered = (2..100).map(|number| format!("{name}-{number}"));
    let mut wishes = std::iter::once(name.clone()).chain(numbered);
    wishes.find(|name| !taken(name)).unwrap_or(name)
}

/// The method that came, beside those of the operation at that path.
fn beside(case: &Case<'_>, denial: &Denial) -> Option<Candidate> {
    let method = method(case)?;
    let known = texts(denial, "allowed").into_iter();
    let mut known: Vec<Method> = known
        .filter_map(|name| Method::parse(name.as_bytes()))
        .collect();
    // What changes things asks for the scopes of what changes things.
    let is_read = |method: &Method| matches!(method.as_str(), "GET" | "HEAD" | "OPTIONS");
    known.sort_by_key(|known| is_read(known) != is_read(&method));
    let route = known.into_iter().find_map(|known| {
        let assumed = Assumed {
            method: Some(known.as_str()),
            ..Assumed::default()
        };
        let overlay = Overlay {
            facts: case.facts,
            assumed: &assumed,
            readings: None,
        };
        Decided::of(&case.world.snapshot, &overlay).route
    })?;
    let rules = case.rules();
    let (service, name) = (&rules.service(&route).name, &rules.version(&route).name);
    let sibling = &rules.operation(&route).name;
    let document = case
        .document("service", service)?
        .get("versions")?
        .get(&**name)?;
    let model = document.get("operations")?.get(&**sibling)?;
    let operation = unused(document, &format!("{sibling}-{}", method.as_str()));
    let mut new = json!({"path": model.get("path")?, "methods": [method.as_str()]});
    if let (Some(scopes), Some(fields)) = (model.get("scopes"), new.as_object_mut()) {
        fields.insert("scopes".to_owned(), scopes.clone());
    }
    let step = version(service, name, &json!({"operations": {&operation: new}}));
    let sentence = format!(
        "add operation `{operation}` for {} beside `{sibling}` of `{service}` {name}",
        method.as_str()
    );
    Some(
        Candidate::new(denial.code, sentence, step)
            .reach(format!("everybody who may call `{sibling}`"))
            .audience(Audience::Publisher)
            .weight(6),
    )
}

/// Drafts, one of which has the path.
fn published(case: &Case<'_>) -> Vec<Candidate> {
    let services = case.world.documents.of_kind("service");
    let drafts = services.flat_map(|(service, document)| {
        let versions = document.get("versions").and_then(Json::as_object);
        let versions = versions.into_iter().flatten();
        let drafts = versions
            .filter(|(_, version)| version.get("state").and_then(Json::as_str) == Some("draft"));
        drafts.map(move |(name, _)| (service, name))
    });
    drafts
        .map(|(service, name)| {
            let step = version(service, name, &json!({"state": "published"}));
            let sentence = format!("publish `{service}` {name}");
            Candidate::new(Code::NotPublished, sentence, step)
                .reach(format!("everybody who may call `{service}`"))
                .audience(Audience::Publisher)
                .weight(4)
        })
        .collect()
}

/// What stood in the path may stand there.
fn let_stand(case: &Case<'_>) -> Option<Candidate> {
    let service = &case.service()?.name;
    let path = case.decided.path.as_deref()?;
    let (mut signs, mut patch) = (Vec::new(), serde_json::Map::new());
    if path.contains("%2F") {
        signs.push("`%2F`");
        patch.insert("encoded_slash".to_owned(), json!("keep"));
    }
    if path.contains(';') {
        signs.push("`;`");
        patch.insert("path_parameters".to_owned(), json!(true));
    }
    let signs = signs.join(" and ");
    let step = Step::Change(Change::new("service", service, Json::Object(patch)));
    let sentence = format!("let {signs} stand in paths of `{service}`");
    Some(
        Candidate::new(Code::PathRejected, sentence, step)
            .reach(format!(
                "every path of `{service}` with {signs} in it, which goes on to the upstream as it is"
            ))
            .audience(Audience::Publisher)
            .weight(4),
    )
}

fn reopened(case: &Case<'_>) -> Option<Candidate> {
    let (service, name, _) = case.place()?;
    let patch = json!({"state": "published", "retired_at": null, "successor": null});
    let step = version(service, name, &patch);
    let sentence = format!("reopen `{service}` {name}");
    Some(
        Candidate::new(Code::VersionRetired, sentence, step)
            .reach(format!("everybody who may call `{service}` {name}"))
            .audience(Audience::Publisher)
            .if_wrong(),
    )
}
