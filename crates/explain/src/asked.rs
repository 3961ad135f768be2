//! What was asked, as far as an audience may know it.

use crate::decide::Decided;
use crate::explanation::{Asked, Audience};
use postern_model::denial::printable;
use postern_policy::{Facts, Rules};

/// Most bytes of a foreign method or path that are shown.
const SHOWN: usize = 512;

/// `caller`: whether the audience may know who called.
pub(crate) fn asked(
    rules: &Rules,
    facts: &dyn Facts,
    decided: &Decided,
    audience: Audience,
    caller: bool,
) -> Asked {
    let path = match (&decided.path, facts.routed()) {
        (_, Some(routed)) => routed.template.to_string(),
        (Some(path), None) => printable(path.as_bytes(), SHOWN),
        (None, None) => printable(facts.path(), SHOWN),
    };
    let mut asked = Asked {
        method: printable(facts.method(), 64),
        path,
        host: decided
            .host
            .as_ref()
            .map(|host| printable(host.as_bytes(), 255)),
        address: decided.client.map(|client| client.address.to_string()),
        provenance: decided.client.map(|client| client.provenance.to_string()),
        ..Asked::default()
    };
    if caller && let Some(identity) = &decided.identity {
        asked.app = Some(identity.app.name.to_string());
        asked.credential = Some(identity.credential.id.to_string());
        asked.credential_kind = Some(identity.credential.proof.kind().name().to_owned());
    }
    // A consumer may not even know that there is such a service.
    if audience != Audience::Consumer
        && let Some(route) = &decided.route
    {
        let service = rules.service(route);
        asked.service = Some(service.name.to_string());
        asked.version = Some(rules.version(route).name.to_string());
        asked.operation = Some(rules.operation(route).name.to_string());
        asked.tenant = service.tenant.as_ref().map(ToString::to_string);
    }
    asked
}
