//! Tokens that come with a proof that their sender has the key that they are bound to (DPoP,
//! RFC 9449): `Authorization: DPoP`, and the proof in a header `DPoP`.

use super::{Verifier, bearer};
use crate::client::{self, Scheme};
use crate::facts::{CredentialVerdict, Facts, GenuineProof, Once, Possession, ProofVerdict, Used};
use crate::nonce::{self, NonceVerdict};
use crate::snapshot::Snapshot;
use crate::{origin, path};
use postern_model::entity::{Authentication, Dpop, KeyDigest};
use postern_model::key::{Keyer, digest};
use postern_proof::dpop::{Fault, Proof};

/// The header that proofs come in.
pub(crate) const HEADER: &str = "dpop";

/// Most bytes of what a proof says that are shown.
const SHOWN: usize = 256;

/// Whether a token is genuine, and what came along as its proof. That is read first and in any
/// case: how long an answer takes is not to tell what a token is worth.
pub(super) fn verify(
    token: &[u8],
    accepted: &Authentication,
    facts: &dyn Facts,
    snapshot: &Snapshot<'_>,
    by: Verifier<'_>,
) -> CredentialVerdict {
    let asked = accepted.dpop.as_deref();
    let proof = match sent(token, asked, facts, snapshot, by) {
        None => Ok(None),
        Some(Ok(read)) => Ok(Some(read)),
        Some(Err(fault)) => Err(fault),
    };
    match bearer::verify(token, accepted, facts, snapshot, by) {
        CredentialVerdict::Token(token) => {
            let proof = match proof {
                Ok(None) => ProofVerdict::Missing,
                Err(fault) => ProofVerdict::Fault(fault),
                Ok(Some((mut proof, thing))) => {
                    let is_bound = token.bound_to.as_ref() == Some(&proof.key);
                    if let (Some(asked), true) = (asked, is_bound) {
                        spend(&mut proof, thing, asked, facts);
                    }
                    ProofVerdict::Genuine(proof)
                }
            };
            CredentialVerdict::Possession(Box::new(Possession { token, proof }))
        }
        other => other,
    }
}

/// A proof that was read, and what it is remembered by once it was used.
type Read = (GenuineProof, u128);

/// The proof that came, if any did.
fn sent(
    token: &[u8],
    asked: Option<&Dpop>,
    facts: &dyn Facts,
    snapshot: &Snapshot<'_>,
    by: Verifier<'_>,
) -> Option<Result<Read, Fault>> {
    let name = HEADER.as_bytes();
    let first = facts.header_named(name, 0)?;
    if facts.header_named(name, 1).is_some() {
        return Some(Err(Fault::of_form("came more than once")));
    }
    let read = Proof::read(first, token).and_then(|proof| {
        is_for_this_request(&proof, facts, snapshot, by)?;
        let now = facts.now().div_euclid(1000);
        let nonce = match asked.and_then(|asked| asked.nonce) {
            None => NonceVerdict::NotAsked,
            Some(valid) => nonce::check(by.keyer, proof.nonce.as_deref(), now, valid),
        };
        let thing = thing(&proof, by.keyer);
        let genuine = GenuineProof::known(proof.key, proof.issued_at, nonce, Used::Unasked);
        Ok((genuine, thing))
    });
    Some(read)
}

/// It counts but for whether it was used before: that has to be looked up.
fn spend(proof: &mut GenuineProof, thing: u128, asked: &Dpop, facts: &dyn Facts) {
    let now = facts.now().div_euclid(1000);
    if proof.untimely(asked, now).is_none() && proof.nonce.wrong().is_none() {
        let until = proof.ends(asked).saturating_add(1);
        proof.once = Some(Once { thing, until });
    }
}

/// What a proof is remembered by: its key and its `jti`.
fn thing(proof: &Proof, keyer: &Keyer) -> u128 {
    let text = [proof.key.as_bytes(), b".", proof.id().as_bytes()].concat();
    let KeyDigest(bytes) = keyer.derived("proofs of possession").keyed(&digest(&text));
    let mut half = [0; 16];
    for (slot, byte) in half.iter_mut().zip(bytes) {
        *slot = byte;
    }
    u128::from_be_bytes(half)
}

/// `htm` and `htu` (RFC 9449 §4.3, steps 8 and 9), as the caller knows the request: with the scheme
/// and the host that it used, which a trusted proxy in front of us tells.
fn is_for_this_request(
    proof: &Proof,
    facts: &dyn Facts,
    snapshot: &Snapshot<'_>,
    by: Verifier<'_>,
) -> Result<(), Fault> {
    let shown = |bytes: &[u8]| postern_model::denial::printable(bytes, SHOWN);
    if proof.method.as_bytes() != facts.method() {
        let fault = Fault::of("htm", "is for another method");
        return Err(fault.other(&proof.method, &shown(facts.method())));
    }
    let config = &snapshot.rules.configuration().client;
    let scheme = by
        .client
        .map_or(Scheme::Http, |client| client::scheme(facts, config, client));
    let trusted = by.client.is_some_and(|client| client.via_trusted_proxy);
    let forwarded = trusted.then_some(config);
    let address = proof.address.as_bytes();
    let from = origin::of_url(address);
    let rest = address.get(from.len()..).unwrap_or_default();
    let ends = rest.iter().position(|byte| matches!(byte, b'?' | b'#'));
    let theirs = rest.get(..ends.unwrap_or(rest.len())).unwrap_or_default();
    let theirs: &[u8] = if theirs.is_empty() { b"/" } else { theirs };
    let is_own = origin::is_own(&from.to_ascii_lowercase(), facts, scheme, forwarded);
    let same = match (path::normalise(theirs), path::normalise(facts.path())) {
        (Ok(theirs), Ok(ours)) => theirs.text == ours.text,
        _ => false,
    };
    if is_own && same {
        return Ok(());
    }
    let authority = facts.authority().unwrap_or_default();
    let ours = format!(
        "{}://{}{}",
        scheme.as_str(),
        shown(authority),
        shown(facts.path())
    );
    let fault = Fault::of("htu", "is for another address");
    Err(fault.other(&proof.address, &ours))
}
