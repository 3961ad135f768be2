//! Tokens that are bound to a key: whether their sender has shown to have it (RFC 9449 §7).

#[cfg(test)]
mod tests;

use super::super::Outcome;
use super::{seconds, token};
use crate::facts::{CredentialVerdict, Facts, GenuineProof, Possession, ProofVerdict, Used};
use crate::identity::Identity;
use crate::snapshot::Snapshot;
use crate::walk::Progress;
use postern_model::denial::{Code, Denial};
use postern_model::entity::{Authentication, Dpop};
use postern_proof::Token;

/// A token that came by itself, where it must not (§7.2): whoever has stolen one can send it.
pub(super) fn alone(token: &Token, accepted: &Authentication) -> Option<Denial> {
    let missing = |sent: &'static str| {
        let denial = token::about(Code::DpopProofMissing, token);
        denial.saw("claim", "cnf.jkt").saw("sent", sent)
    };
    if token.bound_to.is_some() {
        return Some(missing("bearer"));
    }
    let required = accepted.dpop.as_ref().is_some_and(|asked| asked.required);
    required.then(|| missing("unbound"))
}

/// Whom a token proves that came with a proof, or should have.
pub(super) fn identify(
    possession: &Possession,
    asked: &Dpop,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
) -> Result<Identity, Denial> {
    let token = &possession.token;
    let about = |code| token::about(code, token);
    let proof = match &possession.proof {
        ProofVerdict::Missing => {
            return Err(about(Code::DpopProofMissing).saw("sent", "dpop"));
        }
        ProofVerdict::Fault(fault) => {
            let mut denial = about(Code::DpopProofInvalid);
            denial = denial.saw("error", fault.what.clone().into_owned());
            let said = [
                ("claim", fault.claim.as_deref()),
                ("seen", fault.seen.as_deref()),
                ("expected", fault.expected.as_deref()),
            ];
            for (name, value) in said {
                if let Some(value) = value {
                    denial = denial.saw(name, value.to_owned());
                }
            }
            return Err(denial);
        }
        ProofVerdict::Genuine(proof) => proof,
    };
    if token.bound_to.as_ref() != Some(&proof.key) {
        let denial = about(Code::DpopKeyMismatch).saw("claim", "cnf.jkt");
        let denial = denial.saw("seen", proof.key.to_string());
        return Err(match &token.bound_to {
            Some(bound) => denial.saw("expected", bound.to_string()),
            None => denial,
        });
    }
    let now = seconds(facts);
    if let Some(error) = proof.untimely(asked, now) {
        let limit = (asked.max_age + asked.leeway).as_secs();
        let limit = if proof.issued_at > now {
            asked.leeway.as_secs()
        } else {
            limit
        };
        let moment = super::super::connection::moment;
        let denial = about(Code::DpopProofInvalid).saw("claim", "iat");
        let denial = denial
            .saw("error", error)
            .saw("seen", moment(proof.issued_at));
        return Err(denial.saw("now", moment(now)).saw("limit", limit));
    }
    match proof.used {
        Used::Again => Err(about(Code::DpopReplayed).saw("claim", "jti")),
        Used::NoRoom => {
            let which = "room to remember which proofs of possession were used";
            Err(Denial::new(Code::Overloaded).saw("which", which))
        }
        Used::First | Used::Unasked => token::identify(token, snapshot, facts),
    }
}

/// Whether it hangs on something that nobody has looked at when it was decided: whether a proof was
/// used before that was too old then, or for which another nonce was asked.
pub(super) fn is_not_known(
    verdict: &CredentialVerdict,
    accepted: &Authentication,
    facts: &dyn Facts,
) -> bool {
    let Some((proof, asked)) = genuine(verdict, accepted) else {
        return false;
    };
    let asks = asked.nonce.is_some();
    let was_asked = proof.nonce != crate::nonce::NonceVerdict::NotAsked;
    let counts = proof.untimely(asked, seconds(facts)).is_none();
    let passes = !asks || proof.nonce.wrong().is_none();
    counts && (asks && !was_asked || passes && proof.used == Used::Unasked)
}

fn genuine<'a>(
    verdict: &'a CredentialVerdict,
    accepted: &'a Authentication,
) -> Option<(&'a GenuineProof, &'a Dpop)> {
    let CredentialVerdict::Possession(possession) = verdict else {
        return None;
    };
    let ProofVerdict::Genuine(proof) = &possession.proof else {
        return None;
    };
    let is_bound = possession.token.bound_to.as_ref() == Some(&proof.key);
    Some(proof)
        .filter(|_| is_bound)
        .zip(accepted.dpop.as_deref())
}

/// Whether the proof names a nonce that was given out here (§9). Whoever gets this far has shown
/// everything else, and is told how to go on whatever a service conceals.
pub(super) fn nonce(
    progress: &mut Progress,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
) -> Outcome {
    let accepted = progress
        .route
        .and_then(|route| snapshot.rules.authentication(&route));
    // Of a record, what nobody asks for is not missed.
    let found = accepted.and_then(|accepted| {
        let verdict = facts.credential()?;
        Some((genuine(verdict, accepted)?, verdict))
    });
    let Some(((proof, asked), CredentialVerdict::Possession(possession))) = found else {
        return Outcome::Pass;
    };
    match asked.nonce.and_then(|_| proof.nonce.wrong()) {
        None => Outcome::Pass,
        Some(error) => Outcome::Refuse(
            token::about(Code::DpopNonceRequired, &possession.token)
                .saw("claim", "nonce")
                .saw("error", error),
        ),
    }
}
