//! What is told of a configuration that would be wrong: nothing that its reader may not see.

use super::{Look, may_see};
use crate::{Actor, Finding, Refusal, documents};
use postern_model::permission::Grants;

#[cfg(test)]
mod tests;

/// Takes out of a refusal what is of other tenants: findings in their documents, and names of
/// their things.
pub(crate) fn told(actor: &Actor, refusal: Refusal, look: Look<'_>) -> Refusal {
    if refusal.code != "configuration" || actor.grants == Grants::everything() {
        return refusal;
    }
    let findings = refusal.findings.into_iter();
    let findings: Vec<_> = findings.map(|one| visible(actor, one, look)).collect();
    let lines: Vec<_> = findings.iter().map(line).collect();
    Refusal {
        message: lines.join("\n"),
        findings,
        ..refusal
    }
}

fn line(finding: &Finding) -> String {
    let mut line = format!("{}: {}", finding.code, finding.message);
    if let Some(help) = &finding.help {
        line.push_str("\n  = help: ");
        line.push_str(help);
    }
    line
}

fn visible(actor: &Actor, mut finding: Finding, look: Look<'_>) -> Finding {
    let sees = |kind: &str, id: &str| {
        // What is not there can be nobody's.
        look(kind, id).is_none_or(|document| may_see(actor, kind, id, &document, look))
    };
    if let Some((kind, id)) = finding.pointer.as_deref().and_then(place)
        && !sees(&kind, &id)
    {
        "something of another tenant depends on what this changes".clone_into(&mut finding.message);
        finding.pointer = None;
        finding.within = None;
        finding.help = None;
    }
    if let (Some(kind), Some(help)) = (suggested(&finding), &finding.help)
        && !quoted(help).all(|name| sees(&kind, within(&kind, name)))
    {
        finding.help = None;
    }
    finding
}

/// The kind of the names that a finding suggests, if it is about one that there is not.
fn suggested(finding: &Finding) -> Option<String> {
    let in_code = finding.code.strip_prefix("config.unknown_");
    let in_message = || {
        let (_, noun) = finding.message.split_once("there is no ")?;
        noun.split('`').next().map(str::trim)
    };
    Some(match in_code.or_else(in_message)? {
        "version" | "operation" => "service".to_owned(),
        kind => kind.replace(' ', "_"),
    })
}

/// Of an operation the service: `orders/v1/create` is within `orders`.
fn within<'n>(kind: &str, name: &'n str) -> &'n str {
    let service = name.split('/').next().filter(|_| kind == "service");
    service.unwrap_or(name)
}

/// The kind and id of the document that a pointer leads into.
fn place(pointer: &str) -> Option<(String, String)> {
    let mut steps = pointer.strip_prefix('/')?.split('/');
    let kind = documents::kind(steps.next()?).ok()?;
    let id = steps.next()?.replace("~1", "/").replace("~0", "~");
    Some((kind.as_str().to_owned(), id))
}

/// The names in a sentence.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}
