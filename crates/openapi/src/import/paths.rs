//! The paths of a document.

use super::collisions::settle;
use super::names::Names;
use super::operation::Found;
use super::security::Security;
use super::{MAX_OPERATIONS, Members, Operation, Reader};
use crate::pointer::Pointer;
use crate::read::{Budget, Size, Unreadable};
use crate::refs;
use crate::report::quote;
use serde_json::Value;
use std::collections::BTreeMap;

/// Methods that path items have: those of `OpenAPI`, and `QUERY` of 3.2.
const METHODS: [&str; 9] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace", "query",
];

/// Other members of path items.
const BESIDE: [&str; 4] = ["$ref", "description", "parameters", "summary"];

/// Longest reference that is followed, in bytes.
const LONGEST: usize = 4_096;

/// A path item that a reference leads to: what it says, its steps, and how many values it has.
type Referred<'a> = (&'a Members, Vec<String>, usize);

impl<'v> Reader<'v> {
    /// The operations. Those that requests could not tell apart are one.
    pub(super) fn operations(
        &mut self,
        members: &'v Members,
        security: &Security,
        scopes: &mut BTreeMap<String, String>,
    ) -> Result<Vec<Operation>, Unreadable> {
        let root = Pointer::ROOT;
        let at = root.member("paths");
        let Some(paths) = members.get("paths").and_then(Value::as_object) else {
            let what = "there is no mapping of paths";
            self.report.add(at, what, "no operation is imported");
            return Ok(Vec::new());
        };
        let mut operations = Vec::new();
        let mut names = Names::default();
        // One path item may be referred to from everywhere.
        let mut budget = Budget::default();
        for (path, item) in paths {
            let at = at.member(path);
            if path.starts_with("x-") {
                self.extension(path, &at);
                continue;
            }
            let Some(own) = item.as_object() else {
                self.report.add(at, "a path without operations", "left out");
                continue;
            };
            let referred = self.referred(own, item, &at);
            if let Some((_, _, values)) = &referred {
                budget.take(*values, 0)?;
            }
            let before = operations.len();
            let mut read =
                |reader: &mut Self, item: &'v Members, steps: &[&str], hidden: Option<&Members>| {
                    for (method, operation) in item {
                        let lower = method.to_ascii_lowercase();
                        let at = at.member(method);
                        if !METHODS.contains(&lower.as_str()) {
                            reader.beside(method, &at);
                            continue;
                        }
                        if hidden.is_some_and(|own| own.contains_key(method)) {
                            continue;
                        }
                        if *method != lower {
                            let what = format!("the method {}", quote(method));
                            reader.report.add(at, what, "read as in small letters");
                        }
                        let Some(members) = operation.as_object() else {
                            let what = "an operation that is not a mapping";
                            reader.report.add(at, what, "left out");
                            continue;
                        };
                        let steps = [steps, &[method.as_str()]].concat();
                        let found = Found {
                            path,
                            method: &lower,
                            members,
                            item,
                            steps: &steps,
                            at,
                        };
                        operations.extend(reader.operation(&found, security, scopes, &mut names));
                    }
                };
            read(self, own, &["paths", path], None);
            if let Some((item, steps, _)) = referred {
                let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
                read(self, item, &steps, Some(own));
            }
            if operations.len() > MAX_OPERATIONS {
                let message = "the document has too many operations";
                return Err(Unreadable::new(message)
                    .help(format!("at most {MAX_OPERATIONS} are imported: split it")));
            }
            if operations.len() == before {
                self.report
                    .add(at, "a path from which no operation came", "left out");
            }
        }
        Ok(settle(operations, &mut self.report))
    }

    /// What a path item refers to.
    fn referred(
        &mut self,
        own: &Members,
        item: &'v Value,
        at: &Pointer<'_>,
    ) -> Option<Referred<'v>> {
        let to = own.get("$ref")?.as_str()?;
        match refs::follow(self.root, item) {
            Ok(found) => {
                // The last step of the way is where it stands.
                let mut last = to;
                let mut value = item;
                while let Some(to) = refs::target(value) {
                    last = to;
                    value = refs::find(self.root, to).ok()?;
                }
                if last.len() > LONGEST {
                    let what = "a reference that is too long";
                    self.report.add(at.member("$ref"), what, "left out");
                    return None;
                }
                let values = match self.sizes.get(last) {
                    Some(values) => *values,
                    None => Size::of(found).values,
                };
                self.sizes.insert(last.to_owned(), values);
                let fragment = refs::decoded(last.strip_prefix('#')?);
                let steps = fragment.split('/').skip(1);
                let steps = steps.map(|step| step.replace("~1", "/").replace("~0", "~"));
                Some((found.as_object()?, steps.collect(), values))
            }
            Err(lost) => {
                let instead = "what stands there is left out";
                self.report.add(at.member("$ref"), lost.what(), instead);
                None
            }
        }
    }

    /// A member of a path item that is no operation.
    fn beside(&mut self, name: &str, at: &Pointer<'_>) {
        if name == "servers" {
            let what = "servers of one path";
            let instead = "it goes to the upstream of its version, as all do";
            self.report.add(at, what, instead);
        } else if !BESIDE.contains(&name) {
            self.extension(name, at);
        }
    }
}
