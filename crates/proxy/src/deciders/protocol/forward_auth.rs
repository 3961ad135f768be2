//! Forward auth: a GET that describes the request in `X-Forwarded-` headers, as Traefik's
//! `ForwardAuth` asks, and nginx's `auth_request` is usually told to. Where a body is shown it is the
//! GET's own.

use super::super::about::About;
use super::super::send::{Incoming, Outgoing};
use super::by_status;
use postern_model::entity::ExternalRule;
use postern_policy::facts::DeciderAnswer;

/// What is asked.
pub(super) fn question(rule: &ExternalRule, about: &About<'_>) -> Outgoing {
    let target = if rule.path.is_empty() {
        "/"
    } else {
        &*rule.path
    };
    let mut out = Outgoing::new("GET", target);
    let uri = about.target(rule);
    out.field("X-Forwarded-Method", about.method.as_str());
    out.field("X-Forwarded-Proto", about.scheme.as_str());
    out.field("X-Forwarded-Host", about.host);
    out.field("X-Forwarded-Uri", &uri);
    out.field("X-Forwarded-For", about.address());
    // As nginx's documentation has it.
    out.field("X-Original-Method", about.method.as_str());
    out.field("X-Original-URI", &uri);
    out.field("X-Request-Id", about.id);
    for (name, value) in about.caller(rule) {
        out.field(name, value);
    }
    for (name, value) in about.headers(rule) {
        out.field(&name, value);
    }
    out.field("Accept", "application/json, text/plain, */*");
    out.body = about.body.map(|body| body.bytes.to_vec());
    out
}

/// What an answer means: 2xx lets pass, 5xx is the decider's own trouble, and all else refuses.
pub(super) fn judge(
    rule: &ExternalRule,
    about: &About<'_>,
    answer: &Incoming,
) -> Result<DeciderAnswer, String> {
    let passes = (200..300).contains(&answer.status);
    by_status(rule, about, answer, passes)
}
