//! Envoy's `ext_authz` over HTTP: the request again, with its method, path and host, below a prefix
//! and without its body unless that is shown.

use super::super::about::About;
use super::super::send::{Incoming, Outgoing};
use super::by_status;
use postern_model::entity::ExternalRule;
use postern_policy::facts::DeciderAnswer;

/// What is asked.
pub(super) fn question(rule: &ExternalRule, about: &About<'_>) -> Outgoing {
    let mut target = rule.path.as_bytes().to_vec();
    target.extend_from_slice(&about.target(rule));
    let mut out = Outgoing::new(about.method.as_str(), target);
    out.authority = Some(about.host.to_owned());
    out.field("X-Forwarded-Proto", about.scheme.as_str());
    out.field("X-Forwarded-For", about.address());
    out.field("X-Request-Id", about.id);
    for (name, value) in about.caller(rule) {
        out.field(name, value);
    }
    for (name, value) in about.headers(rule) {
        out.field(&name, value);
    }
    if let Some(body) = about.body {
        let partial = if body.whole { "false" } else { "true" };
        out.field("X-Envoy-Auth-Partial-Body", partial);
    }
    // Without one its length is said, too.
    out.body = Some(about.body.map_or_else(Vec::new, |body| body.bytes.to_vec()));
    out
}

/// What an answer means: 200 lets pass, 5xx is the decider's own trouble, and all else refuses.
pub(super) fn judge(
    rule: &ExternalRule,
    about: &About<'_>,
    answer: &Incoming,
) -> Result<DeciderAnswer, String> {
    by_status(rule, about, answer, answer.status == 200)
}
