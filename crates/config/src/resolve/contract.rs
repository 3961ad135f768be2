//! Documents of versions, and the policies that hold requests to them.

use super::Resolver;
use crate::code::Code;
use crate::de;
use crate::document::policy as document;
use crate::findings::Findings;
use crate::located::At;
use crate::scalar::reference::{ApiDocument, MAX_API_DOCUMENT};
use crate::source::{Source, Span};
use crate::tree::{self, Kind, Node};
use postern_contract::{Document, Fault};
use postern_model::entity::{
    ContractRule, Level, Method, Name, Operation, Policy, PolicyRule, Service, Version,
};
use serde_json::{Map, Number, Value};
use std::path::Path;
use std::sync::Arc;

/// How much of a body is read to be checked, and how much at most.
const USUAL_SIZE: u64 = 1 << 20;
const LARGEST_SIZE: u64 = 64 << 20;

/// A document of a version, as it was given.
pub(super) struct Given {
    /// Service and version.
    of: [String; 2],
    /// Where it is referred to.
    span: Span,
    /// The name of what it stands in.
    name: String,
    text: String,
    root: Node,
}

/// What stands in the file of a document.
enum Content {
    Text(String),
    /// There are no files in this world.
    Elsewhere,
    /// Nothing that can be read; it was told.
    Wrong,
}

impl Resolver<'_, '_> {
    /// The document of a version. A null where there is one that cannot be read from here.
    pub(super) fn openapi(&mut self, of: [&str; 2], given: &At<ApiDocument>) -> Option<Arc<Value>> {
        let (name, text) = match &given.value {
            ApiDocument::Text(text) => ("openapi".to_owned(), text.clone()),
            ApiDocument::File(path) => {
                let full = self.path(path, given.span);
                match self.document_text(&full, given.span) {
                    Content::Text(text) => (full.display().to_string(), text),
                    Content::Elsewhere => return Some(Arc::new(Value::Null)),
                    Content::Wrong => return None,
                }
            }
        };
        let source = Source::new(&name, &text);
        let mut findings = Findings::new(&source);
        let root = tree::read(&text, &mut findings);
        if findings.failed() {
            self.adopt(given.span, &given.value, findings);
            return None;
        }
        let root = root?;
        let value = Arc::new(value(&root));
        self.documents.push(Given {
            of: of.map(str::to_owned),
            span: given.span,
            name,
            text,
            root,
        });
        Some(value)
    }

    /// What stands in a file.
    fn document_text(&mut self, path: &Path, span: Span) -> Content {
        let most = MAX_API_DOCUMENT;
        let bytes = match self.secrets.read_document(path, most as u64) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::Unsupported => {
                return Content::Elsewhere;
            }
            // That it cannot be read was found before.
            Err(_) => return Content::Wrong,
        };
        let what = if bytes.len() > most {
            "it is longer than 8 MiB"
        } else {
            match String::from_utf8(bytes) {
                Ok(text) => return Content::Text(text.trim_start_matches('\u{feff}').to_owned()),
                Err(_) => "it is not UTF-8",
            }
        };
        let message = "the OpenAPI document cannot be read";
        self.findings
            .error(Code::InvalidReference, span, message, what);
        Content::Wrong
    }

    /// What was found in a document: with its own lines where it is a file, and otherwise as a note
    /// of the whole.
    fn adopt(&mut self, span: Span, given: &ApiDocument, findings: Findings<'_>) {
        let mut report = findings.into_report();
        if let ApiDocument::Text(_) = given {
            for diagnostic in &mut report.diagnostics {
                let message = format!("the OpenAPI document: {}", diagnostic.message);
                let label = diagnostic.position.as_ref();
                let label = label.map(|at| format!("{}, in its line {}", at.label, at.line));
                let code = diagnostic.code;
                self.findings
                    .error(code, span, &message, &label.unwrap_or_default());
            }
            return;
        }
        for diagnostic in &mut report.diagnostics {
            diagnostic.pointer.get_or_insert_default();
        }
        self.findings.adopt(span, report);
    }

    /// What the policy asks.
    pub(super) fn contract(&mut self, shown: &str, given: &document::Policy) -> ContractRule {
        let checks = given.checks.as_ref();
        let has = |part| checks.is_none_or(|list| list.value.contains(&part));
        if let Some(list) = checks.filter(|list| list.value.is_empty() && list.intact) {
            let message = format!("{shown} checks nothing");
            self.findings
                .error(
                    Code::MissingField,
                    list.span,
                    &message,
                    "it refuses no request",
                )
                .help("name `parameters`, `body`, `accept` or `encodings`, or leave `checks` out");
        }
        let unknown = given.unknown_parameters.as_ref();
        let refuses = unknown.filter(|unknown| unknown.value == document::Unknown::Refuse);
        if let Some(unknown) = refuses.filter(|_| !has(document::ContractPart::Parameters)) {
            let message = format!("{shown} refuses unknown parameters and looks at none");
            self.findings.error(
                Code::Conflict,
                unknown.span,
                &message,
                "`checks` lacks `parameters`",
            );
        }
        if let Some(status) = given
            .status
            .as_ref()
            .filter(|s| ![403, 422].contains(&s.value))
        {
            let message = format!("no refusal of {shown} may have that status");
            self.findings
                .error(Code::InvalidValue, status.span, &message, "403 or 422")
                .help("without `status`, each refusal has its own: 400, 406, 413 or 415");
        }
        let size = given.max_size.as_ref();
        if let Some(size) = size.filter(|size| size.value.0 > LARGEST_SIZE) {
            let message = format!("{shown} reads bodies of more than 64 MiB");
            let label = "they are kept in memory while they are checked";
            self.findings
                .error(Code::OutOfRange, size.span, &message, label);
        }
        let uploads = given.uploads.as_ref().map(|uploads| &uploads.value);
        let types = uploads.and_then(|uploads| uploads.types.as_ref());
        let names = uploads.and_then(|uploads| uploads.names.as_ref());
        ContractRule {
            parameters: has(document::ContractPart::Parameters),
            refuses_unknown: refuses.is_some(),
            body: has(document::ContractPart::Body),
            accept: has(document::ContractPart::Accept),
            encodings: has(document::ContractPart::Encodings),
            max_size: size.map_or(USUAL_SIZE, |size| size.value.0),
            upload_types: types
                .into_iter()
                .flatten()
                .map(|one| one.0.clone())
                .collect(),
            upload_names: names
                .into_iter()
                .flatten()
                .map(|one| one.0.clone())
                .collect(),
            status: given.status.as_ref().map(|status| status.value),
        }
    }

    /// Finds what requests cannot be held to, in the documents that policies hold them to.
    pub(super) fn contracts(&mut self, services: &[Service], policies: &[Policy]) {
        let held: Vec<&Policy> = policies
            .iter()
            .filter(|policy| match &policy.rule {
                PolicyRule::Contract(_) => true,
                PolicyRule::Transform(rule) => rule.validate,
                _ => false,
            })
            .collect();
        if held.is_empty() {
            return;
        }
        for given in std::mem::take(&mut self.documents) {
            let [service, version] = &given.of;
            let service = services.iter().find(|one| *one.name == **service);
            let found = service.and_then(|service| {
                let mut versions = service.versions.iter();
                Some((service, versions.find(|one| *one.name == **version)?))
            });
            let Some((service, version)) = found else {
                continue;
            };
            let faults = faults(service, version, &held);
            if !faults.is_empty() {
                self.told(&given, &faults);
            }
        }
    }

    fn told(&mut self, given: &Given, faults: &[Fault]) {
        if given.name == "openapi" {
            for fault in faults {
                let message = format!("the OpenAPI document: {}", fault.what);
                let label = match fault.pointer.as_str() {
                    "" => String::new(),
                    pointer => format!("at `{pointer}`"),
                };
                self.findings
                    .error(Code::InvalidValue, given.span, &message, &label)
                    .help(fault.help);
            }
            return;
        }
        let source = Source::new(&given.name, &given.text);
        let mut findings = Findings::new(&source);
        for fault in faults {
            let span = given.root.at(&fault.pointer).span;
            findings
                .error(Code::InvalidValue, span, &fault.what, "here")
                .help(fault.help);
        }
        findings.point(&given.root);
        self.findings.adopt(given.span, findings.into_report());
    }
}

/// What is wrong with the operations that policies hold to their document.
fn faults(service: &Service, version: &Version, held: &[&Policy]) -> Vec<Fault> {
    let covered = |operation: &Operation| {
        held.iter()
            .any(|policy| covers(&policy.level, service, &version.name, &operation.name))
    };
    let operations: Vec<&Operation> = version.operations.iter().filter(|o| covered(o)).collect();
    let Some(value) = version.openapi.as_ref().filter(|_| !operations.is_empty()) else {
        return Vec::new();
    };
    let document = match Document::new(value.clone()) {
        Ok(document) => document,
        Err(fault) => return vec![fault],
    };
    let mut all: Vec<Fault> = Vec::new();
    for operation in operations {
        let methods = match operation.methods.as_slice() {
            [] => &Method::ALL,
            some => some,
        };
        for method in methods {
            let contract = document.contract(method.as_str(), &operation.path);
            if let Some(Err(faults)) = contract {
                all.extend(faults);
            }
        }
    }
    let mut seen = std::collections::HashSet::new();
    all.retain(|fault| seen.insert((fault.pointer.clone(), fault.what.clone())));
    all
}

/// Whether a level is that of an operation, or above it.
fn covers(level: &Level, service: &Service, version: &Name, operation: &Name) -> bool {
    match level {
        Level::Platform => true,
        Level::Tenant(tenant) => service.tenant.as_ref() == Some(tenant),
        Level::Service(name) => *name == service.name,
        Level::Version(name, v) => *name == service.name && v == version,
        Level::Operation(name, v, o) => *name == service.name && v == version && o == operation,
    }
}

/// A document as JSON: schemas have fractions, which a configuration does not have.
fn value(node: &Node) -> Value {
    match &node.kind {
        Kind::Seq(items) => Value::Array(items.iter().map(value).collect()),
        Kind::Map(entries) => {
            let member = |entry: &tree::Entry| (entry.key.clone(), value(&entry.value));
            Value::Object(entries.iter().map(member).collect::<Map<_, _>>())
        }
        Kind::Scalar { .. } if node.is_null() => Value::Null,
        Kind::Scalar { text, plain } => {
            let boolean = de::boolean(node).map(Value::Bool);
            let number = || {
                let number = serde_json::from_str::<Number>(text).ok();
                number.filter(|_| *plain).map(Value::Number)
            };
            boolean
                .or_else(number)
                .unwrap_or_else(|| Value::String(text.clone()))
        }
    }
}
