//! One core's choice among the targets that are usable now.

use super::{Tried, mix};

/// A usable target.
#[derive(Debug, Clone)]
pub(in crate::upstream) struct Candidate {
    index: usize,
    weight: u32,
    seed: u64,
    /// Smooth weighted round robin's current weight.
    current: i64,
}

impl Candidate {
    pub(in crate::upstream) fn new(index: usize, weight: u32, seed: u64) -> Self {
        Self {
            index,
            weight,
            seed,
            current: 0,
        }
    }
}

/// The usable targets with the cursors of one core.
#[derive(Debug, Default)]
pub(in crate::upstream) struct Selector {
    candidates: Vec<Candidate>,
    equal: bool,
    cursor: usize,
    /// Picks so far: a new set begins where these leave off, or flapping would favour the first.
    turns: usize,
}

impl Selector {
    /// Takes a new set of targets, beginning at a place of this core's own.
    pub(in crate::upstream) fn rebuild(
        &mut self,
        candidates: impl Iterator<Item = Candidate>,
        core: usize,
        cores: usize,
    ) {
        /// Steps of a weighted sequence that are worth making in advance.
        const LONGEST: usize = 128;
        self.candidates.clear();
        self.candidates.extend(candidates);
        let first = self.candidates.first().map_or(1, |c| c.weight);
        self.equal = self.candidates.iter().all(|c| c.weight == first);
        self.cursor = 0;
        if self.candidates.is_empty() {
            return;
        }
        let period = if self.equal {
            self.candidates.len()
        } else {
            LONGEST
        };
        let offset = period.saturating_mul(core) / cores.max(1);
        let start = (offset + self.turns % period) % period;
        if self.equal {
            self.cursor = start;
        } else {
            for _ in 0..start {
                self.weighted(&Tried::NONE);
            }
        }
    }

    /// The next in turn. Targets tried before only when nothing else is left.
    pub(in crate::upstream) fn round_robin(&mut self, tried: &Tried) -> Option<usize> {
        self.turns = self.turns.wrapping_add(1);
        let mut next = |tried: &Tried| {
            if self.equal {
                self.in_turn(tried)
            } else {
                self.weighted(tried)
            }
        };
        next(tried).or_else(|| next(&Tried::NONE))
    }

    fn in_turn(&mut self, tried: &Tried) -> Option<usize> {
        for _ in 0..self.candidates.len() {
            let candidate = self.candidates.get(self.cursor)?;
            self.cursor += 1;
            if self.cursor >= self.candidates.len() {
                self.cursor = 0;
            }
            if !tried.contains(candidate.index) {
                return Some(candidate.index);
            }
        }
        None
    }

    fn weighted(&mut self, tried: &Tried) -> Option<usize> {
        let mut total = 0;
        let mut best: Option<&mut Candidate> = None;
        let untried = self.candidates.iter_mut();
        for candidate in untried.filter(|c| !tried.contains(c.index)) {
            let weight = i64::from(candidate.weight);
            total += weight;
            candidate.current += weight;
            if best.as_ref().is_none_or(|b| candidate.current > b.current) {
                best = Some(candidate);
            }
        }
        let best = best?;
        best.current -= total;
        Some(best.index)
    }

    /// The less busy of two drawn by weight; the first drawn where they are equally busy, so that
    /// weights also hold when nothing is busy.
    pub(in crate::upstream) fn least_requests(
        &self,
        load: impl Fn(usize) -> u32,
        tried: &Tried,
        random: u64,
    ) -> Option<usize> {
        let Some(one) = self.draw(random, tried, None) else {
            return self.draw(random, &Tried::NONE, None).map(|c| c.index);
        };
        let Some(other) = self.draw(mix(random), tried, Some(one.index)) else {
            return Some(one.index);
        };
        let busy = |a: &Candidate, b: &Candidate| u64::from(load(a.index)) * u64::from(b.weight);
        Some(if busy(one, other) <= busy(other, one) {
            one.index
        } else {
            other.index
        })
    }

    /// One untried target other than `except`, with a chance by weight.
    fn draw(&self, random: u64, tried: &Tried, except: Option<usize>) -> Option<&Candidate> {
        if self.equal && tried.is_empty() && except.is_none() {
            return self.candidates.get(scale(random, self.candidates.len()));
        }
        let open = |c: &&Candidate| Some(c.index) != except && !tried.contains(c.index);
        let weights = self.candidates.iter().filter(open);
        let total: usize = weights.map(|c| c.weight as usize).sum();
        let mut left = scale(random, total);
        self.candidates.iter().filter(open).find(|c| {
            let here = left < c.weight as usize;
            left = left.saturating_sub(c.weight as usize);
            here
        })
    }

    /// The target of a key.
    pub(in crate::upstream) fn rendezvous(&self, key: u64, tried: &Tried) -> Option<usize> {
        let best = |tried: &Tried| {
            let untried = self.candidates.iter().filter(|c| !tried.contains(c.index));
            let best = if self.equal {
                untried.max_by_key(|c| mix(key ^ c.seed))
            } else {
                untried.max_by(|a, b| score(key, a).total_cmp(&score(key, b)))
            };
            best.map(|c| c.index)
        };
        best(tried).or_else(|| best(&Tried::NONE))
    }
}

/// `-weight / ln(u)` for a uniform `u` in (0, 1): the greatest of these falls on a target with a
/// chance in proportion to its weight. For equal weights it orders like the hash itself.
fn score(key: u64, candidate: &Candidate) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    let upper = (mix(key ^ candidate.seed) >> 11) as f64;
    #[expect(clippy::cast_precision_loss, reason = "a constant power of two")]
    let u = (upper + 0.5) / (1_u64 << 53) as f64;
    -f64::from(candidate.weight) / u.ln()
}

/// A number below `bound` from the random bits (Lemire's multiplication, without the rejection
/// whose bias of 2⁻⁶⁴·bound matters to nobody here).
fn scale(random: u64, bound: usize) -> usize {
    let wide = u128::from(random) * bound as u128;
    usize::try_from(wide >> 64).unwrap_or(0)
}
