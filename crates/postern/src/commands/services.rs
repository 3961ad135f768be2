//! `postern services`.

use super::listing::{List, list as list_documents};
use super::remote::Found;
use crate::cli::registry::ServicesList;
use serde_json::Value;
use std::process::ExitCode;

pub(crate) fn list(args: &ServicesList) -> anyhow::Result<ExitCode> {
    let of = List {
        kind: "service",
        having: &[("tenant", args.tenant.as_ref())],
        nothing: "no such services",
        head: &["NAME", "TENANT", "BASE PATH", "VERSIONS", "TITLE"],
    };
    list_documents(&of, &args.listed, |service| {
        vec![
            service.id.clone(),
            service.text("tenant").to_owned(),
            service.text("base_path").to_owned(),
            versions(service),
            service.text("title").to_owned(),
        ]
    })
}

/// The versions with their states, unless they are published.
fn versions(service: &Found) -> String {
    let all = service.document.get("versions").and_then(Value::as_object);
    let named = all.into_iter().flatten().map(|(name, version)| {
        match version.get("state").and_then(Value::as_str) {
            None | Some("published") => name.clone(),
            Some(state) => format!("{name} ({state})"),
        }
    });
    named.collect::<Vec<_>>().join(", ")
}
