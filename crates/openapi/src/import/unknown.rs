//! What has no counterpart here: vendor extensions, webhooks, references to other documents.

use super::{Dialect, Members, Reader};
use crate::pointer::Pointer;
use crate::refs;
use crate::report::quote;
use serde_json::Value;

/// Members of a whole document.
const KNOWN: [&str; 21] = [
    "$schema",
    "basePath",
    "components",
    "consumes",
    "definitions",
    "externalDocs",
    "host",
    "info",
    "jsonSchemaDialect",
    "openapi",
    "parameters",
    "paths",
    "produces",
    "responses",
    "schemes",
    "security",
    "securityDefinitions",
    "servers",
    "swagger",
    "tags",
    "webhooks",
];

impl Reader<'_> {
    /// What stands around the paths.
    pub(super) fn around(&mut self, members: &Members) {
        let root = Pointer::ROOT;
        for (name, value) in members {
            let at = root.member(name);
            match name.as_str() {
                "webhooks" => {
                    let what = "webhooks are requests of the API itself";
                    self.report.add(at, what, "not routed");
                }
                "securityDefinitions" | "basePath" | "definitions"
                    if self.dialect != Dialect::Swagger2 =>
                {
                    let what = format!("{} belongs to Swagger 2", quote(name));
                    self.report.add(at, what, "not looked at");
                }
                name if KNOWN.contains(&name) => self.external(value, &at),
                name => self.extension(name, &at),
            }
        }
    }

    /// A member that the standard does not have.
    pub(super) fn extension(&mut self, name: &str, at: &Pointer<'_>) {
        if name == crate::export::REQUIREMENTS {
            // Made by an export; it is made anew by the next.
            return;
        }
        let what = if name.starts_with("x-") {
            format!("the vendor extension {}", quote(name))
        } else {
            format!("the member {}", quote(name))
        };
        self.report
            .add(at, what, "kept in the document, without effect");
    }

    /// References to other documents, wherever they stand: those that matter were reported where
    /// they do.
    fn external(&mut self, value: &Value, at: &Pointer<'_>) {
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.external(item, &at.item(index));
                }
            }
            Value::Object(members) => {
                for (name, value) in members {
                    match value {
                        Value::String(to) if name == "$ref" => {
                            if refs::is_external(to) {
                                let what = refs::Lost::External(to.clone()).what();
                                let instead = "not fetched; it stays as it is in the document";
                                self.report.add(at.member(name), what, instead);
                            }
                        }
                        value => self.external(value, &at.member(name)),
                    }
                }
            }
            _ => {}
        }
    }
}
