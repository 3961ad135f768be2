//! Which of the usable targets a request goes to. Pure: load, key and randomness are given.
//!
//! - In turn: smooth weighted round robin as in nginx; every core begins at another place, so that
//!   cores do not march in step.
//! - Least requests: the less busy of two drawn by weight (Mitzenmacher, "The Power of Two Choices
//!   in Randomized Load Balancing", 2001), busy being requests in flight per weight.
//! - Consistent hash: weighted rendezvous (Thaler and Ravishankar, "Using Name-Based Mappings to
//!   Increase Hit Rates", 1998; weights after Schindelhauer and Schomaker, "Weighted Distributed
//!   Hash Tables", 2005). When a target leaves, only its own keys move, each to another place; the
//!   second choice of a key is as stable as the first, which retries make use of.

mod hash;
mod selector;

pub(super) use hash::{hash, mix};
pub(super) use selector::{Candidate, Selector};

/// The targets that a request tried before. Remembers the last eight: more are never tried in a
/// row without coming around.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tried {
    indices: [usize; Self::MOST],
    len: usize,
}

impl Tried {
    const MOST: usize = 8;

    /// None.
    pub const NONE: Self = Self {
        indices: [0; Self::MOST],
        len: 0,
    };

    /// Adds the target with this index ([`super::Lease::index`]).
    pub fn push(&mut self, index: usize) {
        let place = self.len % Self::MOST;
        if let Some(slot) = self.indices.get_mut(place) {
            *slot = index;
        }
        self.len = self.len.saturating_add(1);
    }

    /// Whether this is the first attempt.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many attempts were made.
    pub fn len(&self) -> usize {
        self.len
    }

    pub(super) fn contains(&self, index: usize) -> bool {
        self.indices
            .iter()
            .take(self.len)
            .any(|tried| *tried == index)
    }
}

#[cfg(test)]
mod tests;
