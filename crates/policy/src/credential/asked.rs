//! Tokens that their issuer is asked about (RFC 7662), by what it said.

use super::Verifier;
use super::answers::{Heard, Said, Silence};
use crate::facts::{CredentialVerdict, Facts};
use crate::snapshot::Snapshot;
use postern_model::entity::Issuer;
use postern_proof::{Fault, Token};
use std::sync::Arc;

/// What an issuer says of a token. `signed` is what the token says itself, where its signature
/// counts, too.
pub(super) fn verify(
    token: &[u8],
    issuer: &Issuer,
    signed: Option<Arc<Token>>,
    facts: &dyn Facts,
    snapshot: &Snapshot<'_>,
    by: Verifier<'_>,
) -> CredentialVerdict {
    let just = by.heard.filter(|heard| heard.issuer == issuer.name);
    let kept;
    let heard: Option<&Heard> = if just.is_some() {
        just
    } else {
        kept = by.answers.and_then(|answers| {
            let (name, mark) = (answers.name(token), snapshot.rules.mark());
            answers.get(&name, &issuer.name, mark, facts.now())
        });
        kept.as_deref()
    };
    let Some(heard) = heard else {
        return CredentialVerdict::NotAsked {
            issuer: issuer.name.clone(),
        };
    };
    match &heard.said {
        Said::Active(told) => CredentialVerdict::Token(signed.unwrap_or_else(|| told.clone())),
        Said::Inactive => CredentialVerdict::Inactive {
            issuer: issuer.name.clone(),
            at: heard.at,
            token: signed,
        },
        Said::Foreign(iss) => CredentialVerdict::TokenFault(Fault::Issuer {
            iss: Some(iss.clone()),
        }),
        Said::Nothing(Silence {
            since,
            error,
            rejects_us,
        }) => CredentialVerdict::NoAnswer {
            issuer: issuer.name.clone(),
            since: *since,
            error: error.clone(),
            rejects_us: *rejects_us,
        },
    }
}
