//! Sessions of browsers: who was signed in, and why nobody is.

use super::{Identity, seconds, token};
use crate::facts::{CredentialVerdict, Facts};
use crate::fields::Known;
use crate::session::{Closed, Session, SessionFault};
use crate::snapshot::Snapshot;
use crate::stages::Outcome;
use crate::stages::connection::moment;
use crate::walk::Progress;
use postern_model::denial::{Code, Denial};
use postern_model::entity::{
    Authentication, ClientId, CredentialKind, SameSite, SessionRule, TokenRevocation,
};
use std::sync::Arc;

/// Whom a session proves.
pub(super) fn identify(
    session: &Arc<Session>,
    snapshot: &Snapshot<'_>,
) -> Result<Identity, Denial> {
    let token = &session.token;
    let Some(mut identity) = token::of_client(token, snapshot) else {
        return Err(token::of_no_app(token, token::issuer(token, snapshot)));
    };
    identity.session = Some(session.clone());
    Ok(identity)
}

/// Whether a credential is that of the client that people are signed in by: of whoever is asked
/// about without a request, that is as good as somebody who is signed in.
pub(super) fn is_of_client(
    identity: &Identity,
    accepted: &Authentication,
    snapshot: &Snapshot<'_>,
) -> bool {
    let issuers = &snapshot.rules.configuration().issuers;
    let (Some(rule), Some(client)) = (
        accepted.session.as_deref(),
        identity.credential.proof.client(),
    ) else {
        return false;
    };
    let issuer = issuers.get(rule.issuer);
    issuer.is_some_and(|issuer| issuer.name == client.issuer)
        && (client.id == rule.client_id || *client.id == *ClientId::ANY)
}

/// Whether what a browser sent on its own is over or none: where nobody is asked who calls, that is
/// no reason to refuse anybody.
pub(super) fn is_over(
    verdict: &CredentialVerdict,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
) -> bool {
    match verdict {
        CredentialVerdict::NoSession(fault) => matches!(
            fault,
            SessionFault::NotOurs
                | SessionFault::Unknown
                | SessionFault::Closed(_)
                | SessionFault::OfAnother
                | SessionFault::Over { .. }
        ),
        CredentialVerdict::Session(session) => revoked(session, snapshot, facts).is_some(),
        _ => false,
    }
}

/// What has ended a session together with tokens.
fn revoked<'a>(
    session: &Session,
    snapshot: &Snapshot<'a>,
    facts: &dyn Facts,
) -> Option<&'a Arc<TokenRevocation>> {
    let (directory, now) = (snapshot.directory, seconds(facts));
    directory.revocation_of_session(&session.signed(), now)
}

/// Whoever was signed in when all tokens of theirs, or of the client, were revoked is so no more.
pub(super) fn revocation(
    progress: &mut Progress,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
) -> Outcome {
    let identity = progress.caller.identity();
    let session = identity.and_then(|identity| identity.session.as_ref());
    let Some(row) = session.and_then(|session| revoked(session, snapshot, facts)) else {
        return Outcome::Pass;
    };
    let whose = row.tokens.by();
    let error = format!("its session was revoked with all tokens of its {whose}");
    let denial = Denial::new(Code::SessionInvalid)
        .saw("error", error)
        .saw("ended_at", moment(row.revocation.at))
        .saw("revocation", row.id.to_string());
    let (reason, by) = (&row.revocation.reason, &row.revocation.by);
    let denial = because(denial, reason.as_deref(), by.as_deref());
    let route = progress.route;
    let accepted = route.and_then(|route| snapshot.rules.authentication(&route));
    Outcome::Refuse(match accepted.and_then(|one| one.session.as_deref()) {
        Some(rule) => named(denial, rule, facts),
        None => denial,
    })
}

/// Why, and by whom.
fn because(denial: Denial, reason: Option<&str>, by: Option<&str>) -> Denial {
    let denial = match reason {
        Some(reason) => denial.saw("reason", reason.to_owned()),
        None => denial,
    };
    match by {
        Some(by) => denial.saw("ended_by", by.to_owned()),
        None => denial,
    }
}

/// Whether who brings nothing is asked for a session: nothing else is accepted, or it is somebody at
/// a browser.
pub(super) fn is_asked_for(accepted: &Authentication, facts: &dyn Facts) -> bool {
    if !accepted.accepts(CredentialKind::Session) {
        return false;
    }
    accepted.kinds == [CredentialKind::Session] || navigates(facts)
}

pub(super) fn missing(accepted: &Authentication, facts: &dyn Facts) -> Denial {
    let denial = Denial::new(Code::SessionMissing);
    let Some(rule) = accepted.session.as_deref() else {
        return denial;
    };
    named(denial, rule, facts).saw("why", why_not_sent(rule, facts))
}

/// A refusal that names the cookie. Somebody at a browser is sent to sign in instead of being told
/// no: a script that asks could not follow another site's redirection, and is to be told.
fn named(denial: Denial, rule: &SessionRule, facts: &dyn Facts) -> Denial {
    let denial = denial.saw("cookie", rule.cookie.to_string());
    if navigates(facts) {
        denial.status(303)
    } else {
        denial
    }
}

/// Whether a browser asks for a page to show. Browsers before 2023, and on plain HTTP, do not say
/// so, but name what they show.
fn navigates(facts: &dyn Facts) -> bool {
    if facts.method() != b"GET" {
        return false;
    }
    if let Some(mode) = facts.header(Known::SecFetchMode, 0) {
        return mode == b"navigate";
    }
    let html = |value: &[u8]| memchr::memmem::find(value, b"text/html").is_some();
    facts.header(Known::Accept, 0).is_some_and(html)
}

/// Why the browser may not have sent the cookie (RFC 6265bis §5.8.3).
fn why_not_sent(rule: &SessionRule, facts: &dyn Facts) -> &'static str {
    let is = |name, value: &[u8]| facts.header(name, 0) == Some(value);
    let from_elsewhere = is(Known::SecFetchSite, b"cross-site");
    let navigates = is(Known::SecFetchMode, b"navigate");
    let is_safe = matches!(facts.method(), b"GET" | b"HEAD" | b"OPTIONS");
    match rule.same_site {
        SameSite::Strict if from_elsewhere => {
            "a page of another site sent the request, and the cookie is `SameSite=Strict`"
        }
        SameSite::Lax if from_elsewhere && !(navigates && is_safe) => {
            "a page of another site sent the request, and the cookie is `SameSite=Lax`"
        }
        _ if is_plain(facts) && !facts.came(Known::Cookie) => {
            "over plain HTTP browsers keep back a cookie that was set over HTTPS (`Secure`)"
        }
        _ if facts.came(Known::Cookie) => {
            "nobody is signed in at this host; a cookie counts on the host that set it alone"
        }
        _ if is(Known::SecFetchMode, b"cors") => {
            "the page may have asked without cookies (`credentials: \"include\"` sends them)"
        }
        _ => "nobody is signed in at this host, or the browser takes no cookies",
    }
}

/// Whether the request came over plain HTTP, and no proxy in front says otherwise.
fn is_plain(facts: &dyn Facts) -> bool {
    facts.tls().is_none() && !facts.came(Known::XForwardedProto) && !facts.came(Known::Forwarded)
}

/// Why a cookie proves nobody.
pub(super) fn not_good(
    fault: &SessionFault,
    accepted: &Authentication,
    facts: &dyn Facts,
) -> Denial {
    let about = |code| {
        let denial = Denial::new(code);
        match accepted.session.as_deref() {
            Some(rule) => named(denial, rule, facts),
            None => denial,
        }
    };
    match fault {
        // Whether there was one is nobody's business who cannot show it.
        SessionFault::NotOurs | SessionFault::Unknown => {
            about(Code::SessionInvalid).saw("error", "it is not, or no longer, one of a session")
        }
        SessionFault::Closed(closed) => ended(about(Code::SessionInvalid), closed),
        SessionFault::OfAnother => about(Code::SessionInvalid)
            .saw("error", "it is of a session that began at another service"),
        SessionFault::Over { at, why } => about(Code::SessionExpired)
            .saw("since", moment(*at))
            .saw("why", why.words()),
        SessionFault::NotLoaded { .. } => Denial::new(Code::ConfigurationStale),
        SessionFault::NotRefreshed {
            issuer,
            since,
            error,
            ..
        } => token::unreachable(issuer, *since, error.as_deref()),
    }
}

/// Whoever shows the whole secret of a session may know how it ended.
fn ended(denial: Denial, closed: &Closed) -> Denial {
    let error = format!("its session {}", closed.how.words());
    let denial = denial
        .saw("error", error)
        .saw("ended_at", moment(closed.at));
    because(denial, closed.reason.as_deref(), closed.by.as_deref())
}

#[cfg(test)]
mod tests;
