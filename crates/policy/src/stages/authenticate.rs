//! Stage 8: who calls. The credential is found and verified outside
//! ([`verify`](crate::credential::verify)); here its row is judged, and what a token says.

mod basic;
mod certificate;
mod dpop;
mod kinds;
mod session;
pub(super) mod signature;
mod token;

use super::connection::moment;
use super::{Check, Outcome};
use crate::client::ClientAddress;
use crate::decision::FactRequest;
use crate::facts::{CredentialVerdict, Facts, OtherKind};
use crate::host;
use crate::identity::{Caller, Identity};
use crate::router::Route;
use crate::snapshot::Snapshot;
use crate::walk::Progress;
use postern_model::denial::{Code, Denial, printable};
use postern_model::entity::{App, Authentication, Credential, CredentialKind, Group, Name, Proof};
use postern_proof::Token;
use smallvec::SmallVec;
use std::net::IpAddr;
use std::sync::Arc;

pub(super) const CHECKS: &[Check] = &[
    proof,
    dpop::nonce,
    token::lifetime,
    token::audience,
    token::revocation,
    session::revocation,
    token::activity,
    signature::components,
    signature::lifetime,
    signature::replay,
    revocation,
    beginning,
    end,
    environment,
    networks,
    services,
    methods,
    referrers,
];

/// Whether there is a credential, and whether it is real. Where callers without one may pass, one
/// that is sent is judged all the same.
fn proof(progress: &mut Progress, snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    let Some(route) = progress.route else {
        return Outcome::Pass;
    };
    let Some(accepted) = snapshot.rules.authentication(&route) else {
        progress.caller = Caller::Anonymous;
        return Outcome::Pass;
    };
    let Some(verdict) = facts.credential() else {
        // It takes part in what is found.
        let judged = !accepted.accepts(CredentialKind::Mtls)
            || facts.tls().is_none()
            || facts.client_certificate().is_some();
        return Outcome::Need(if judged {
            FactRequest::Credential
        } else {
            FactRequest::ClientCertificate {
                service: route.service,
            }
        });
    };
    if !facts.looked_in(accepted, snapshot.rules)
        || dpop::is_not_known(verdict, accepted, facts)
        || kinds::is_accepted_since(verdict, accepted)
    {
        return Outcome::NotKept("credential");
    }
    let anonymous = snapshot.rules.operation(&route).anonymous;
    let brought =
        || accepted.accepts(CredentialKind::Mtls) && certificate::not_trusted(facts).is_some();
    if anonymous
        && (matches!(
            verdict,
            CredentialVerdict::Missing | CredentialVerdict::KindNotAccepted { .. }
        ) || session::is_over(verdict, snapshot, facts))
        && !brought()
    {
        progress.caller = Caller::Anonymous;
        return Outcome::Pass;
    }
    match proved(verdict, accepted, snapshot, facts, Some(&route)) {
        Ok(identity) => {
            // Of a live request it is; of a made-up one, or of a record that other rules decided,
            // it need not be.
            let kind = identity.kind();
            let fits = match kind {
                CredentialKind::Session | CredentialKind::Jwt => accepted.accepts(kind),
                _ => accepted.accepts_proof(&identity.credential.proof),
            };
            if !(fits || session::is_of_client(&identity, accepted, snapshot)) {
                let sent = kinds::sent(kind);
                let denial = kinds::not_accepted(sent, accepted, snapshot, Some(&route));
                return Outcome::Refuse(denial);
            }
            progress.caller = Caller::Known(identity);
            Outcome::Pass
        }
        Err(denial) => Outcome::Refuse(denial),
    }
}

/// Whom a verdict proves, or why it proves nobody. `accepted`: where keys are looked for, as the
/// caller is told.
pub(crate) fn proved(
    verdict: &CredentialVerdict,
    accepted: &Authentication,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
    route: Option<&Route>,
) -> Result<Identity, Denial> {
    Err(match verdict {
        CredentialVerdict::Missing if session::is_asked_for(accepted, facts) => {
            session::missing(accepted, facts)
        }
        CredentialVerdict::Missing => {
            let brought = || certificate::not_trusted(facts);
            let brought = accepted.accepts(CredentialKind::Mtls).then(brought);
            brought
                .flatten()
                .unwrap_or_else(|| kinds::missing(accepted, facts))
        }
        CredentialVerdict::KindNotAccepted { sent } => {
            kinds::not_accepted(*sent, accepted, snapshot, route)
        }
        CredentialVerdict::Malformed { place, fault } => Denial::new(Code::CredentialMalformed)
            .saw("place", place.to_string())
            .saw("error", format!("it {}", fault.what())),
        CredentialVerdict::Ambiguous { places } => {
            Denial::new(Code::CredentialAmbiguous).saw("kinds", kinds::written(places.iter()))
        }
        CredentialVerdict::Unknown { id } => {
            // What a wrong secret costs, so that the time does not tell which keys there are.
            let row = snapshot.directory.credential(id);
            let app = row.map_or_else(|| id.to_string(), |row| row.app.to_string());
            std::hint::black_box((id.to_string(), app));
            unknown(id)
        }
        CredentialVerdict::BasicFault(fault) => basic::malformed(*fault),
        CredentialVerdict::UnknownUser { mark } => basic::unknown(mark),
        CredentialVerdict::UnknownCertificate {
            subject,
            fingerprint,
        } => certificate::unknown(subject, fingerprint.as_deref()),
        CredentialVerdict::CertificateOfSeveral { subject } => certificate::of_several(subject),
        CredentialVerdict::PasswordUnchecked => basic::unchecked(),
        CredentialVerdict::WrongSecret { id } => {
            let row = snapshot.directory.credential(id);
            if let Some(row) = row.filter(|row| row.proof.password().is_some()) {
                return Err(basic::wrong_password(row));
            }
            let denial = Denial::new(Code::CredentialWrongSecret).saw("prefix", prefix(id));
            let denial = denial.saw("key", id.to_string());
            match row {
                Some(row) => denial.saw("app", row.app.to_string()),
                None => denial,
            }
        }
        CredentialVerdict::Verified { id } => {
            return identify(id, snapshot).ok_or_else(|| unknown(id));
        }
        CredentialVerdict::Session(session) => return session::identify(session, snapshot),
        CredentialVerdict::NoSession(fault) => session::not_good(fault, accepted, facts),
        CredentialVerdict::Token(token) => match dpop::alone(token, accepted) {
            None => return token::identify(token, snapshot, facts),
            Some(denial) => denial,
        },
        CredentialVerdict::Possession(possession) => match &accepted.dpop {
            Some(asked) => return dpop::identify(possession, asked, snapshot, facts),
            None => kinds::not_accepted(OtherKind::Dpop, accepted, snapshot, route),
        },
        CredentialVerdict::TokenFault(fault) => token::not_genuine(fault, accepted, snapshot),
        CredentialVerdict::NoKeys {
            issuer,
            since,
            error,
        } => token::unreachable(issuer, *since, error.as_deref()),
        CredentialVerdict::NotAsked { issuer } => token::silent(issuer, None, None, false),
        CredentialVerdict::NoAnswer {
            issuer,
            since,
            error,
            rejects_us,
        } => token::silent(issuer, *since, error.as_deref(), *rejects_us),
        // Whose it is shows its signature; that it is not good is said after that.
        CredentialVerdict::Inactive {
            token: Some(token), ..
        } => return token::identify(token, snapshot, facts),
        CredentialVerdict::Inactive {
            issuer,
            at,
            token: None,
        } => token::ended(issuer, *at),
        CredentialVerdict::Signed(signed) => {
            return identify(&signed.id, snapshot).ok_or_else(|| signature::of_nobody(&signed.id));
        }
        CredentialVerdict::SignatureFault(fault) => signature::not_genuine(fault),
    })
}

/// Why the credential of a caller who asks from there is not good on a host, whichever operation of
/// it is called.
pub(crate) fn held_off(
    identity: &Identity,
    client: &ClientAddress,
    environment: usize,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
) -> Option<Denial> {
    let mut progress = Progress {
        client: Some(*client),
        environment,
        caller: Caller::Known(identity.clone()),
        ..Progress::default()
    };
    // Without a route, what asks for one passes.
    let found = CHECKS.iter().find_map(|check| {
        let outcome = check(&mut progress, snapshot, facts);
        (!matches!(outcome, Outcome::Pass)).then_some(outcome)
    })?;
    Some(match found {
        Outcome::Refuse(denial) => denial,
        // What cannot be found out here is not good.
        _ => Denial::new(Code::Internal),
    })
}

/// The rows of a credential; `None` if one of them is gone, so that it proves nothing any more.
fn identify(id: &str, snapshot: &Snapshot<'_>) -> Option<Identity> {
    let credential = snapshot.directory.credential(id)?;
    identity_of(credential, snapshot)
}

/// The caller that has a credential.
fn identity_of(credential: &Arc<Credential>, snapshot: &Snapshot<'_>) -> Option<Identity> {
    let app = snapshot.directory.app(&credential.app)?;
    let tenant = snapshot.directory.tenant(&app.tenant)?;
    Some(Identity {
        credential: credential.clone(),
        token: None,
        session: None,
        app: app.clone(),
        tenant: tenant.clone(),
        groups: groups(app, snapshot),
        token_roles: SmallVec::new(),
        subscription: None,
        plan: None,
    })
}

/// The groups of an app. One of another tenant does not count.
fn groups(app: &App, snapshot: &Snapshot<'_>) -> SmallVec<[Arc<Group>; 2]> {
    let named = app.groups.iter();
    let groups = named.filter_map(|name| snapshot.directory.group(name));
    groups
        .filter(|group| group.is_for(&app.tenant))
        .cloned()
        .collect()
}

fn unknown(id: &str) -> Denial {
    Denial::new(Code::CredentialUnknown).saw("prefix", prefix(id))
}

/// The last four characters of a key's public prefix.
fn prefix(id: &str) -> String {
    let from = id.len().saturating_sub(4);
    format!("pst_…{}", id.get(from..).unwrap_or_default())
}

/// A denial about a credential that was verified. One that is no API key is called what it is.
fn about(code: Code, row: &Credential) -> Denial {
    let denial = Denial::new(code).saw("key", row.id.to_string());
    match &row.proof {
        Proof::Key(_) | Proof::Imported(_) => denial,
        Proof::Password(password) => denial
            .saw("kind", row.proof.kind().noun())
            .saw("user", password.user.to_string()),
        Proof::Certificate(name) => denial
            .saw("kind", row.proof.kind().noun())
            .saw("certificate", name.to_string()),
        Proof::Client(_) | Proof::Signing(_) => denial.saw("kind", row.proof.kind().noun()),
    }
}

/// Judges the row of a verified credential; passes where there is none.
fn judge(progress: &Progress, what: impl FnOnce(&Credential) -> Option<Denial>) -> Outcome {
    match progress.caller.identity().and_then(|i| what(&i.credential)) {
        Some(denial) => Outcome::Refuse(denial),
        None => Outcome::Pass,
    }
}

/// Judges the token that the caller brought; passes where there is none. The tokens of sessions were
/// judged when these were brought, and are not the caller's.
fn judge_token(progress: &Progress, what: impl FnOnce(&Token) -> Option<Denial>) -> Outcome {
    let identity = (progress.caller.identity()).filter(|identity| identity.session.is_none());
    let token = identity.and_then(|identity| identity.token.as_deref());
    match token.and_then(what) {
        Some(denial) => Outcome::Refuse(denial),
        None => Outcome::Pass,
    }
}

fn revocation(progress: &mut Progress, _: &Snapshot<'_>, _: &dyn Facts) -> Outcome {
    judge(progress, |row| {
        let revoked = row.revoked.as_ref()?;
        let mut denial = about(Code::CredentialRevoked, row).saw("revoked_at", moment(revoked.at));
        if let Some(reason) = &revoked.reason {
            denial = denial.saw("reason", reason.to_string());
        }
        if let Some(by) = &revoked.by {
            denial = denial.saw("revoked_by", by.to_string());
        }
        Some(denial)
    })
}

/// Unix time in seconds.
pub(super) fn seconds(facts: &dyn Facts) -> i64 {
    facts.now().div_euclid(1000)
}

fn beginning(progress: &mut Progress, _: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    judge(progress, |row| {
        let from = row
            .not_before
            .as_deref()
            .copied()
            .filter(|from| seconds(facts) < *from)?;
        Some(about(Code::CredentialNotYetValid, row).saw("from", moment(from)))
    })
}

fn end(progress: &mut Progress, _: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    judge(progress, |row| {
        let until = row.expires_at.filter(|until| seconds(facts) >= *until)?;
        Some(about(Code::CredentialExpired, row).saw("until", moment(until)))
    })
}

fn environment(progress: &mut Progress, snapshot: &Snapshot<'_>, _: &dyn Facts) -> Outcome {
    let here = snapshot.rules.environment(progress.environment);
    judge(progress, |row| {
        (row.environment != *here).then(|| {
            about(Code::CredentialWrongEnvironment, row)
                .saw("key_environment", row.environment.to_string())
                .saw("service_environment", here.to_string())
        })
    })
}

/// A denial of a credential's own restriction, unless the list is empty or the request fits.
fn restricted<T: ToString>(
    row: &Credential,
    only: &[T],
    fits: impl Fn(&T) -> bool,
    seen: impl FnOnce() -> String,
) -> Option<Denial> {
    if only.is_empty() || only.iter().any(fits) {
        return None;
    }
    let list: Vec<String> = only
        .iter()
        .map(|one| format!("`{}`", one.to_string()))
        .collect();
    Some(
        about(Code::CredentialRestricted, row)
            .saw("restriction", list.join(", "))
            .saw("seen", seen()),
    )
}

fn networks(progress: &mut Progress, _: &Snapshot<'_>, _: &dyn Facts) -> Outcome {
    let Some(client) = progress.client else {
        return Outcome::Pass;
    };
    let address: IpAddr = client.address;
    judge(progress, |row| {
        let only = &row.restriction.as_ref()?.networks;
        let seen = || format!("`{address}` ({})", client.provenance);
        restricted(row, only, |net| net.contains(&address), seen)
    })
}

fn services(progress: &mut Progress, snapshot: &Snapshot<'_>, _: &dyn Facts) -> Outcome {
    let Some(route) = progress.route else {
        return Outcome::Pass;
    };
    let service = &snapshot.rules.service(&route).name;
    judge(progress, |row| {
        let only = &row.restriction.as_ref()?.services;
        restricted(row, only, |name| name == service, || format!("`{service}`"))
    })
}

fn methods(progress: &mut Progress, _: &Snapshot<'_>, _: &dyn Facts) -> Outcome {
    let Some(method) = progress.method else {
        return Outcome::Pass;
    };
    judge(progress, |row| {
        let only: Vec<&str> = row
            .restriction
            .as_ref()?
            .methods
            .iter()
            .map(|m| m.as_str())
            .collect();
        let seen = || format!("`{}`", method.as_str());
        restricted(row, &only, |name| *name == method.as_str(), seen)
    })
}

/// The host in `Referer` (RFC 9110 §10.1.3). Whoever sends none, or more than one, does not fit.
fn referrers(progress: &mut Progress, _: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    let sent = |nth| facts.header_named(b"referer", nth);
    judge(progress, |row| {
        let only = &row.restriction.as_ref()?.referrers;
        let host = sent(0).filter(|_| sent(1).is_none()).and_then(host::of_url);
        let fits = |pattern: &Name| {
            host.as_deref()
                .is_some_and(|host| host::covers(pattern, host))
        };
        let seen = || match (&host, sent(0)) {
            (Some(host), _) => format!("`{}`", printable(host.as_bytes(), 255)),
            (None, Some(_)) => "a `Referer` without a host".to_owned(),
            (None, None) => "without a `Referer`".to_owned(),
        };
        restricted(row, only, fits, seen)
    })
}
