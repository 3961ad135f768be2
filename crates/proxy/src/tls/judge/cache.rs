//! Remembers what was judged about one connection's chain.

use super::{ClientAuthorities, ClientVerdict};
use rustls::pki_types::{CertificateDer, UnixTime};
use std::sync::Arc;

/// Services that one connection is remembered for; more are judged again.
pub(super) const REMEMBERED: usize = 8;

/// One connection's chain and the verdicts on it. Belongs to the connection, so that a
/// verdict can never be another chain's.
#[derive(Debug)]
pub struct ChainJudge {
    chain: Option<Arc<[CertificateDer<'static>]>>,
    pub(super) judged: Vec<Judged>,
    /// Which entry makes room next when all are taken.
    oldest: usize,
}

#[derive(Debug)]
pub(super) struct Judged {
    generation: u64,
    /// First second and first one after, Unix time, in which the verdict holds.
    holds: (i64, i64),
    verdict: ClientVerdict,
}

impl ChainJudge {
    /// For a connection whose client showed this chain ([`crate::tls::TlsFacts::chain`]).
    pub fn new(chain: Option<Arc<[CertificateDer<'static>]>>) -> Self {
        Self {
            chain,
            judged: Vec::new(),
            oldest: 0,
        }
    }

    /// The chain, if any was shown.
    pub fn chain(&self) -> Option<&[CertificateDer<'static>]> {
        self.chain.as_deref()
    }

    /// What a service with these authorities thinks of the chain at this time. The first
    /// answer for each service takes signature verifications; it is reused until something
    /// changes by the clock or the authorities are read again.
    pub fn judge(&mut self, authorities: &ClientAuthorities, now: UnixTime) -> &ClientVerdict {
        let Some(chain) = &self.chain else {
            return &ClientVerdict::Missing;
        };
        let seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        let known = self
            .judged
            .iter()
            .position(|judged| judged.generation == authorities.generation);
        let fresh = |judged: &Judged| (judged.holds.0..judged.holds.1).contains(&seconds);
        let index = match known {
            Some(index) if self.judged.get(index).is_some_and(fresh) => index,
            _ => {
                let index = known.unwrap_or(if self.judged.len() < REMEMBERED {
                    self.judged.len()
                } else {
                    self.oldest = (self.oldest + 1) % REMEMBERED;
                    self.oldest
                });
                let judged = Judged {
                    generation: authorities.generation,
                    holds: authorities.steady(chain, seconds),
                    verdict: authorities.judge(chain, now),
                };
                match self.judged.get_mut(index) {
                    Some(place) => *place = judged,
                    None => self.judged.push(judged),
                }
                index
            }
        };
        // The entry is there; were it not, nobody may be trusted.
        self.judged
            .get(index)
            .map_or(&ClientVerdict::Missing, |judged| &judged.verdict)
    }
}
