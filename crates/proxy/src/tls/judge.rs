//! Whether a client's chain is an identity for a service: judged against the service's own
//! authorities, per request, at a time that the caller gives.
//!
//! The handshake has proved that the client holds the leaf's key and nothing more. A verdict
//! other than [`ClientVerdict::Trusted`] is never an identity, whatever it names.

use super::{TlsError, der, pem, provider};
use postern_model::entity::{CertificateName, ClientCertificate};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, TrustAnchor, UnixTime};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use webpki::{
    CertRevocationList, EndEntityCert, ExpirationPolicy, KeyUsage, RevocationOptionsBuilder,
};

mod cache;
mod reason;
#[cfg(test)]
mod tests;

pub use cache::ChainJudge;
pub use reason::Untrusted;

/// Chains longer than this are not looked into.
const MAX_CHAIN: usize = 10;

/// What a service thinks of a client's chain. Times are Unix time in seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientVerdict {
    /// It ends in an authority of the service, is within its validity and not revoked.
    Trusted {
        /// The leaf's subject (RFC 4514).
        subject: Arc<str>,
        /// The leaf's issuer (RFC 4514).
        issuer: Arc<str>,
        /// What the leaf may be known by, the most exact first.
        names: Arc<[CertificateName]>,
        /// The leaf's first valid second.
        not_before: i64,
        /// The leaf's last valid second.
        not_after: i64,
    },
    /// The client showed none.
    Missing,
    /// It does not end in an authority of the service, or is revoked, or is no good.
    Untrusted {
        /// The leaf's alleged subject (RFC 4514), empty if it cannot be read.
        subject: Arc<str>,
        /// The leaf's alleged issuer (RFC 4514), empty if it cannot be read.
        issuer: Arc<str>,
        /// Why.
        reason: Untrusted,
    },
    /// It would be trusted at another time.
    Expired {
        /// Subject (RFC 4514) of the first certificate of the chain that is out of validity.
        subject: Arc<str>,
        /// That certificate's first valid second.
        not_before: i64,
        /// That certificate's last valid second.
        not_after: i64,
        /// When it was judged, not earlier than the last time the verdict could change.
        now: i64,
    },
}

/// SHA-256 of a certificate. Displays as 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    /// The fingerprint of a certificate.
    pub fn of(certificate: &CertificateDer<'_>) -> Self {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, certificate);
        // The digest is 32 bytes long; zip spares a fallible conversion.
        let mut bytes = [0; 32];
        for (to, from) in bytes.iter_mut().zip(digest.as_ref()) {
            *to = *from;
        }
        Self(bytes)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The authorities and revocation lists of one service, read once and shared.
///
/// Where revocation lists are given they are binding: each certificate of a chain below its
/// authority needs a list of its issuer that is not stale, or the chain is not trusted.
#[derive(Debug)]
pub struct ClientAuthorities {
    /// Differs between any two readings in this process; verdicts are cached by it.
    generation: u64,
    provider: Arc<CryptoProvider>,
    anchors: Vec<TrustAnchor<'static>>,
    revocations: Vec<CertRevocationList<'static>>,
    /// When each list goes stale, Unix time in seconds.
    next_updates: Vec<i64>,
}

impl ClientAuthorities {
    /// Reads the files of a service. A reload is another call.
    pub fn load(files: &ClientCertificate) -> Result<Self, TlsError> {
        static GENERATION: AtomicU64 = AtomicU64::new(0);
        let anchors = pem::authorities(&files.authorities)?;
        let revocations = match &files.revocations {
            Some(path) => pem::revocations(path)?,
            None => Vec::new(),
        };
        Ok(Self {
            generation: GENERATION.fetch_add(1, Ordering::Relaxed),
            provider: provider(),
            anchors,
            next_updates: revocations
                .iter()
                .filter_map(|(_, der)| der::next_update(der))
                .collect(),
            revocations: revocations.into_iter().map(|(list, _)| list).collect(),
        })
    }

    /// The authorities' subjects (RFC 4514), for the refusal of whoever showed none.
    pub fn subjects(&self) -> impl Iterator<Item = String> {
        self.anchors
            .iter()
            .filter_map(|anchor| der::name(&anchor.subject))
    }

    /// Judges a chain, leaf first. Takes up to a few signature verifications:
    /// [`ChainJudge`] remembers the verdict.
    pub fn judge(&self, chain: &[CertificateDer<'_>], now: UnixTime) -> ClientVerdict {
        let Some((leaf, intermediates)) = chain.split_first() else {
            return ClientVerdict::Missing;
        };
        let shown: Vec<_> = chain
            .iter()
            .take(MAX_CHAIN)
            .map_while(|der| der::Certificate::read(der))
            .collect();
        let (subject, issuer) = shown.first().map_or_else(Default::default, |leaf| {
            (Arc::from(&*leaf.subject), Arc::from(&*leaf.issuer))
        });
        let untrusted = |reason| ClientVerdict::Untrusted {
            subject: Arc::clone(&subject),
            issuer: Arc::clone(&issuer),
            reason,
        };
        if chain.len() > MAX_CHAIN {
            return untrusted(Untrusted::TooComplex);
        }
        let Some(shown_leaf) = shown.first().filter(|_| shown.len() == chain.len()) else {
            return untrusted(Untrusted::Malformed);
        };
        let Ok(leaf_certificate) = EndEntityCert::try_from(leaf) else {
            return untrusted(Untrusted::Malformed);
        };
        let verify = |at, lists| self.verify(&leaf_certificate, intermediates, at, lists);
        let error = match verify(now, ExpirationPolicy::Enforce) {
            Ok(()) => {
                let fingerprint = CertificateName::Fingerprint(Fingerprint::of(leaf).0);
                let names = [fingerprint].into_iter();
                let names = names.chain(shown_leaf.alternative.iter().cloned());
                let names = names.chain([CertificateName::Subject(subject.clone())]);
                return ClientVerdict::Trusted {
                    names: names.collect(),
                    not_before: shown_leaf.not_before,
                    not_after: shown_leaf.not_after,
                    subject,
                    issuer,
                };
            }
            Err(error) => error,
        };
        let mut reason = Untrusted::from(error);
        let seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        let out = shown.iter().find(|c| !valid_at(c, seconds));
        let (Untrusted::OutOfValidity, Some(out)) = (reason, out) else {
            return untrusted(reason);
        };
        // "Expired" only if the chain would be good at a time when it was valid.
        for at in times_of_validity(&shown) {
            match verify(at, ExpirationPolicy::Ignore) {
                Ok(()) => {
                    return ClientVerdict::Expired {
                        subject: Arc::from(&*out.subject),
                        not_before: out.not_before,
                        not_after: out.not_after,
                        now: seconds,
                    };
                }
                Err(other) if reason == Untrusted::OutOfValidity => reason = other.into(),
                Err(_) => {}
            }
        }
        untrusted(reason)
    }

    fn verify(
        &self,
        leaf: &EndEntityCert<'_>,
        intermediates: &[CertificateDer<'_>],
        at: UnixTime,
        stale_lists: ExpirationPolicy,
    ) -> Result<(), webpki::Error> {
        let lists: Vec<&CertRevocationList<'_>> = self.revocations.iter().collect();
        // By default the whole chain is checked, and a certificate without a list is refused.
        // No list at all is no check, which is what the error of `new` says.
        let revocation = RevocationOptionsBuilder::new(&lists)
            .ok()
            .map(|options| options.with_expiration_policy(stale_lists).build());
        leaf.verify_for_usage(
            self.provider.signature_verification_algorithms.all,
            &self.anchors,
            intermediates,
            at,
            KeyUsage::client_auth(),
            revocation,
            None,
        )
        .map(|_| ())
    }

    /// The span around `now`, first second and first one after, in which nothing that a
    /// verdict on this chain depends on changes.
    fn steady(&self, chain: &[CertificateDer<'_>], now: i64) -> (i64, i64) {
        let validity = chain.iter().take(MAX_CHAIN).filter_map(|der| {
            let certificate = der::Certificate::read(der)?;
            Some([
                certificate.not_before,
                certificate.not_after.saturating_add(1),
            ])
        });
        validity
            .flatten()
            .chain(self.next_updates.iter().copied())
            .fold((i64::MIN, i64::MAX), |(from, until), change| {
                if change <= now {
                    (from.max(change), until)
                } else {
                    (from, until.min(change))
                }
            })
    }
}

fn valid_at(certificate: &der::Certificate, now: i64) -> bool {
    (certificate.not_before..=certificate.not_after).contains(&now)
}

/// Times at which the chain may have been good: when all of it was, or, where other
/// certificates are mixed in, the ends of the leaf's validity.
fn times_of_validity(chain: &[der::Certificate]) -> impl Iterator<Item = UnixTime> {
    let from = chain.iter().map(|c| c.not_before).max();
    let until = chain.iter().map(|c| c.not_after).min();
    let all = until.filter(|until| from.is_some_and(|from| from <= *until));
    let leaf = chain.first().map(|leaf| [leaf.not_after, leaf.not_before]);
    all.into_iter()
        .chain(leaf.into_iter().flatten())
        .filter_map(|seconds| u64::try_from(seconds).ok())
        .map(|seconds| UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
}
