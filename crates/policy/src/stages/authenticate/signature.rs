//! Signatures of requests: why one is not genuine, whether it covers enough, and whether it is still
//! good.

use super::super::{Outcome, connection::moment};
use super::seconds;
use crate::credential::signature::{DIGEST, OLDER_DIGEST};
use crate::facts::{CredentialVerdict, Facts, SignatureFault, Signed, Used};
use crate::snapshot::Snapshot;
use crate::walk::Progress;
use postern_model::denial::{Code, Denial, printable};
use postern_model::entity::{Credential, SignatureTerms};
use std::borrow::Cow;
use std::time::Duration;

/// Most bytes of a nonce that are shown.
const SHOWN: usize = 64;

/// Why a signature proves nothing.
pub(super) fn not_genuine(fault: &SignatureFault) -> Denial {
    match fault {
        SignatureFault::Malformed(what) => {
            Denial::new(Code::SignatureInvalid).saw("error", what.clone().into_owned())
        }
        SignatureFault::Absent { covered, absent } => Denial::new(Code::SignatureComponentMissing)
            .saw("absent", list(absent))
            .saw("components", list(covered)),
        SignatureFault::KeyUnknown {
            keyid,
            covered,
            seen,
        } => Denial::new(Code::SignatureKeyUnknown)
            .saw("components", list(covered))
            .saw("seen", seen.to_string())
            .saw("keyid", keyid.to_string()),
        SignatureFault::Wrong {
            id,
            covered,
            seen,
            why,
        } => Denial::new(Code::SignatureInvalid)
            .saw("components", list(covered))
            .saw("seen", seen.to_string())
            .saw("key", id.to_string())
            .saw("reason", why.clone().into_owned()),
    }
}

/// A denial about a signature that is genuine.
fn about(code: Code, row: &Credential) -> Denial {
    Denial::new(code).saw("key", row.id.to_string())
}

/// The credential of a genuine signature is gone.
pub(super) fn of_nobody(id: &str) -> Denial {
    Denial::new(Code::SignatureKeyUnknown).saw("keyid", id.to_owned())
}

fn list(names: &[Box<str>]) -> Vec<Cow<'static, str>> {
    names.iter().map(|name| name.to_string().into()).collect()
}

/// The signature of a known caller, its credential, and what is asked of signatures here.
pub(in crate::stages) fn signed<'a>(
    progress: &'a Progress,
    snapshot: &Snapshot<'a>,
    facts: &'a dyn Facts,
) -> Option<(&'a Signed, &'a Credential, &'a SignatureTerms)> {
    let identity = progress.caller.identity()?;
    let accepted = snapshot.rules.authentication(progress.route.as_ref()?)?;
    let CredentialVerdict::Signed(signed) = facts.credential()? else {
        return None;
    };
    let terms = if signed.older {
        accepted.hmac.as_deref()?
    } else {
        accepted.signature.as_deref()?
    };
    Some((signed, &identity.credential, terms))
}

/// What older signatures call something.
fn older(name: &str) -> &str {
    match name {
        "@method" | "@path" | "@query" => "(request-target)",
        "@authority" => "host",
        other => other,
    }
}

/// Whether the signature covers what it has to (RFC 9421 §3.2.1).
pub(super) fn components(
    progress: &mut Progress,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
) -> Outcome {
    let Some((signed, row, terms)) = signed(progress, snapshot, facts) else {
        return Outcome::Pass;
    };
    let wanted = terms.components.iter().map(|name| &**name);
    let wanted = wanted.filter(|wanted| !signed.covers(wanted));
    let mut missing: Vec<Cow<'static, str>> = Vec::new();
    for one in wanted {
        let one = if signed.older { older(one) } else { one };
        if !missing.iter().any(|have| have == one) {
            missing.push(one.to_owned().into());
        }
    }
    if terms.digest && facts.has_body() && !signed.covers_content() {
        missing.push(if signed.older { OLDER_DIGEST } else { DIGEST }.into());
    }
    if signed.created.is_none() {
        missing.push(if signed.older { "date" } else { "created" }.into());
    }
    if terms.nonce && signed.nonce.is_none() {
        missing.push("nonce".into());
    }
    if missing.is_empty() {
        return Outcome::Pass;
    }
    Outcome::Refuse(
        about(Code::SignatureComponentMissing, row)
            .saw("missing", missing)
            .saw("components", list(&signed.covered)),
    )
}

/// Whether it was made not too long ago, not in the future, and has not expired (RFC 9421 §2.3).
pub(super) fn lifetime(
    progress: &mut Progress,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
) -> Outcome {
    let Some((signed, row, terms)) = signed(progress, snapshot, facts) else {
        return Outcome::Pass;
    };
    let whole = |span: Duration| i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
    let (now, leeway) = (seconds(facts), whole(terms.leeway));
    let told = |denial: Denial, at: i64| {
        let denial = denial.saw("now", moment(now)).saw("skew", at.abs_diff(now));
        denial.saw("leeway", terms.leeway.as_secs())
    };
    if let Some(created) = signed.created {
        let oldest = now
            .saturating_sub(whole(terms.max_age))
            .saturating_sub(leeway);
        if created < oldest || created > now.saturating_add(leeway) {
            let denial = about(Code::SignatureStale, row).saw("created", moment(created));
            let denial = told(denial, created).saw("max_age", terms.max_age.as_secs());
            return Outcome::Refuse(denial);
        }
    }
    match signed.expires {
        Some(expires) if now > expires.saturating_add(leeway) => {
            let denial = about(Code::SignatureStale, row).saw("expires", moment(expires));
            Outcome::Refuse(told(denial, expires))
        }
        _ => Outcome::Pass,
    }
}

/// Whether it is used for the first time (RFC 9421 §7.2.2).
pub(super) fn replay(
    progress: &mut Progress,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
) -> Outcome {
    let Some((signed, row, _)) = signed(progress, snapshot, facts) else {
        return Outcome::Pass;
    };
    match signed.used {
        Used::First => Outcome::Pass,
        // Nobody has looked because it was no good anyway, by other rules.
        Used::Unasked => Outcome::NotKept("replay"),
        Used::NoRoom => {
            Outcome::Refuse(Denial::new(Code::Overloaded).saw("which", "signatures remembered"))
        }
        Used::Again => {
            let mut denial = about(Code::SignatureReplayed, row);
            if let Some(nonce) = &signed.nonce {
                denial = denial.saw("nonce", printable(nonce.as_bytes(), SHOWN));
            }
            if let Some(created) = signed.created {
                denial = denial.saw("created", moment(created));
            }
            Outcome::Refuse(denial)
        }
    }
}
