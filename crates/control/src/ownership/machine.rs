//! References to files and environment variables of the machine that Postern runs on.
//!
//! That one can be read or not tells of the machine, and what is in it may not be meant for whoever
//! refers to it: only who sets up the platform writes them.

use super::change::Step;
use crate::{Actor, Refusal, references};
use postern_model::permission::Point;
use serde_json::Value;

#[cfg(test)]
mod tests;

/// Where they stand: the kind, and the path of the member.
const REFERENCES: [(&str, &str); 22] = [
    ("certificate", "certificate"),
    ("certificate", "key"),
    ("credential", "secret"),
    ("credential", "signing_key.public_key"),
    ("credential", "signing_key.secret"),
    ("geo", "asn"),
    ("geo", "country"),
    ("identity_provider", "client_secret"),
    ("issuer", "introspection.client_secret"),
    ("issuer", "keys_file"),
    ("issuer", "secret"),
    ("list", "source.file"),
    ("policy", "decider.tls.authorities"),
    ("policy", "decider.tls.certificate.certificate"),
    ("policy", "decider.tls.certificate.key"),
    ("service", "authentication.session.client_secret"),
    ("service", "client_certificate.authorities"),
    ("service", "client_certificate.revocations"),
    ("service", OPENAPI),
    ("upstream", "tls.authorities"),
    ("upstream", "tls.certificate.certificate"),
    ("upstream", "tls.certificate.key"),
];

/// The one that may be a whole document instead.
const OPENAPI: &str = "versions.*.openapi";

/// Refuses one that is new, or another than before, to whoever does not set up the platform.
pub(super) fn refers(actor: &Actor, step: &Step<'_>) -> Result<(), Refusal> {
    if actor.grants.allow(Point::SettingsWrite, None) {
        return Ok(());
    }
    let texts = |document: Option<&Value>, path: &str| {
        let mut found = Vec::new();
        if let Some(document) = document {
            references::walk(document, path, &mut |text| found.push(text.to_owned()));
        }
        found
    };
    for (_, path) in REFERENCES.iter().filter(|(kind, _)| *kind == step.kind) {
        let before = texts(step.before.as_ref(), path);
        let after = texts(step.after.as_ref(), path);
        let is_new = |text: &&String| is_of_the_machine(path, text) && !before.contains(text);
        if !after.iter().any(|text| is_new(&text)) {
            continue;
        }
        let (kind, id) = (step.kind.replace('_', " "), step.id.escape_debug());
        let message = format!(
            "`{path}` of {kind} `{id}` names a file or an environment variable of the machine that Postern runs on, which takes the permission `{}` on the platform",
            Point::SettingsWrite
        );
        return Err(Refusal::new("forbidden", message).help(
            "write a certificate as PEM text, and a secret as `postern secrets seal` prints it; or ask who sets up the platform",
        ));
    }
    Ok(())
}

/// Whether it is neither the thing itself nor sealed.
fn is_of_the_machine(path: &str, text: &str) -> bool {
    if path == OPENAPI && (text.contains('\n') || text.trim_start().starts_with('{')) {
        return false;
    }
    !text.starts_with(postern_store::SEALED) && !text.contains("-----BEGIN")
}
