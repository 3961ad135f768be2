//! One operation.

use super::names::{Names, made_up, mend};
use super::security::{Callers, Security};
use super::template::translate;
use super::{Dialect, Members, Operation, Reader, TAGS, one_line};
use crate::pointer::{Pointer, exact};
use crate::refs;
use crate::report::quote;
use serde_json::Value;
use std::collections::BTreeMap;

/// Parameters of an operation that are looked at.
const PARAMETERS: usize = 500;

/// Scopes that an operation can ask for.
const SCOPES: usize = 100;

/// An operation with everything around it that it depends on.
pub(super) struct Found<'v, 'p> {
    /// The path as the document has it.
    pub(super) path: &'p str,
    /// The method, in small letters.
    pub(super) method: &'p str,
    /// The operation.
    pub(super) members: &'v Members,
    /// The path item, where it was found: parameters stand there too.
    pub(super) item: &'v Members,
    /// Where it can be found again.
    pub(super) steps: &'p [&'p str],
    /// Where it stands.
    pub(super) at: Pointer<'p>,
}

impl<'v> Reader<'v> {
    /// Reads an operation; none if the router cannot have it.
    pub(super) fn operation(
        &mut self,
        found: &Found<'v, '_>,
        security: &Security,
        scopes: &mut BTreeMap<String, String>,
        names: &mut Names,
    ) -> Option<Operation> {
        let at = &found.at;
        let method = found.method.to_ascii_uppercase();
        let parameters = self.parameters(found);
        let declared = |name: &str| {
            parameters.iter().any(|one| {
                let text = |member: &str| one.get(member).and_then(Value::as_str);
                text("in") == Some("path") && text("name") == Some(name)
            })
        };
        let translated = match translate(found.path, declared) {
            Ok(translated) => translated,
            Err(why) => {
                let what = format!("the path {}: {why}", quote(found.path));
                self.report.add(at, what, "the operation is left out");
                return None;
            }
        };
        for (what, instead) in translated.notes {
            self.report.add(at, what, instead);
        }
        let name = self.name(found, &method, &translated.path, names);
        let own = match found.members.get("security") {
            Some(Value::Null) | None => None,
            Some(given) => Some(self.callers(given, &at.member("security"), security, scopes)),
        };
        let callers = own.as_ref().unwrap_or(&security.default);
        if callers.scopes.len() > SCOPES {
            let what = format!("an operation that asks for more than {SCOPES} scopes");
            self.report.add(at, what, "the operation is left out");
            return None;
        }
        let callers = callers.clone();
        let body = if self.dialect == Dialect::Swagger2 {
            self.swagger_body(found.members, &parameters, at)
        } else {
            self.body(found.members, at)
        };
        self.not_imported(found);
        let Callers { scopes, anonymous } = callers;
        let text = |name: &str| {
            let text = found.members.get(name).or_else(|| found.item.get(name));
            text.and_then(Value::as_str).and_then(one_line)
        };
        Some(Operation {
            name,
            method,
            path: translated.path,
            scopes,
            anonymous,
            title: text("summary"),
            description: text("description"),
            tags: self.tags(found),
            deprecated: found.members.get("deprecated") == Some(&Value::Bool(true)),
            media_types: body.media_types,
            max_body: body.max_size,
            pointer: exact(found.steps),
        })
    }

    fn name(
        &mut self,
        found: &Found<'_, '_>,
        method: &str,
        path: &str,
        names: &mut Names,
    ) -> String {
        let at = &found.at;
        let id = found.members.get("operationId");
        let given = id.and_then(Value::as_str);
        let name = given.and_then(mend);
        let Some((given, wanted)) = given.zip(name) else {
            let name = names.claim(&made_up(method, path));
            let (at, what) = match id {
                Some(_) => (
                    at.member("operationId"),
                    "an `operationId` that names nothing",
                ),
                None => (*at, "an operation without `operationId`"),
            };
            let instead = "called by its method and path";
            self.report.add(at, what, instead);
            return name;
        };
        if given != wanted {
            self.report.add(
                at.member("operationId"),
                format!("the name {}", quote(given)),
                format!("called {}", quote(&wanted)),
            );
        }
        let name = names.claim(&wanted);
        if name != wanted {
            self.report.add(
                at.member("operationId"),
                format!("another operation is called {}, too", quote(&wanted)),
                format!("called {}", quote(&name)),
            );
        }
        name
    }

    /// The parameters of an operation and of its path, as far as they can be found.
    fn parameters(&mut self, found: &Found<'v, '_>) -> Vec<&'v Value> {
        let mut all = Vec::new();
        for holder in [found.members, found.item] {
            let Some(given) = holder.get("parameters") else {
                continue;
            };
            let at = found.at.member("parameters");
            let Some(list) = given.as_array() else {
                let what = "`parameters` is not a list";
                self.report.add(at, what, "left out");
                continue;
            };
            if list.len() > PARAMETERS {
                let what = format!("more than {PARAMETERS} parameters");
                self.report.add(at, what, "the rest is not looked at");
            }
            for (index, parameter) in list.iter().enumerate().take(PARAMETERS) {
                match refs::follow(self.root, parameter) {
                    Ok(parameter) => all.push(parameter),
                    Err(why) => {
                        let instead = "the parameter is left out";
                        self.report.add(at.item(index), why.what(), instead);
                    }
                }
            }
        }
        all
    }

    fn tags(&mut self, found: &Found<'_, '_>) -> Vec<String> {
        let Some(given) = found.members.get("tags") else {
            return Vec::new();
        };
        let at = found.at.member("tags");
        let Some(list) = given.as_array() else {
            self.report.add(at, "`tags` is not a list", "left out");
            return Vec::new();
        };
        let mut tags: Vec<String> = Vec::new();
        for tag in list.iter().filter_map(Value::as_str).filter_map(one_line) {
            if tags.len() == TAGS {
                let what = format!("more than {TAGS} tags");
                self.report.add(at, what, "the rest is left out");
                break;
            }
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        tags
    }

    /// What stands in an operation and has no counterpart.
    fn not_imported(&mut self, found: &Found<'_, '_>) {
        const KNOWN: [&str; 12] = [
            "consumes",
            "deprecated",
            "description",
            "externalDocs",
            "operationId",
            "parameters",
            "produces",
            "requestBody",
            "responses",
            "security",
            "summary",
            "tags",
        ];
        for name in found.members.keys() {
            let at = found.at.member(name);
            match name.as_str() {
                "callbacks" => {
                    let what = "callbacks are requests of the API itself";
                    self.report.add(at, what, "not routed");
                }
                "servers" | "schemes" => self.report.add(
                    at,
                    format!("{} of one operation", quote(name)),
                    "it goes to the upstream of its version, as all do",
                ),
                name if KNOWN.contains(&name) => {}
                name => self.extension(name, &at),
            }
        }
    }
}
