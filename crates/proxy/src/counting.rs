//! The counters of limits and of the edge, as stages read them.

#[cfg(test)]
mod tests;

use postern_model::Code;
use postern_model::entity::{BlockedBy, Edge as EdgeConfig, EdgeRate, Measure};
use postern_policy::facts::{
    Blocked, CallerBlock as Found, EdgeReading, Exceeded, Once, Reading, Readings, Used,
};
use postern_policy::policies::{BlockPlace, LimitUse, Offence};
use postern_state::callers::BY_HAND;
use postern_state::edge::{Arrival, ENTRIES, Edge, Settings};
pub use postern_state::edge::{Block, Source};
use postern_state::{
    Allowance, Check, Key, Limit, Memory, NotCounted, Permit, Permits, Quota, Replays, Use, Verdict,
};
pub use postern_state::{CallerBlock, CallerKind, Callers, Cause, Counted, Window};
use smallvec::SmallVec;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// Cells of rates that are kept, some 70 bytes each, and as many counts of quotas. One limit has at
/// most an eighth of these in one period: a caller may make up as many values of a header as it likes.
const CELLS: usize = 1 << 20;
/// Keys that may have requests under way.
const KEYS: usize = 1 << 17;
/// Things that were used once and are remembered, some 60 bytes each.
const USED: usize = 1 << 20;
/// How many records one address may ask for in a minute.
pub(crate) const ASKED_A_MINUTE: u32 = 60;
/// In nanoseconds.
const MINUTE: u64 = 60_000_000_000;

/// Everything that is counted for limits. Shared by all cores; a reload keeps it.
#[derive(Debug)]
pub struct Counting {
    cells: Memory,
    permits: Permits,
    edge: Edge,
    /// Who asks for records.
    questions: Memory,
    /// Callers that are blocked for a while.
    callers: Callers,
    /// What may be used once, and was.
    used: Replays,
}

/// What a request holds for as long as it is under way.
pub(crate) type Held = SmallVec<[Permit; 1]>;

impl Default for Counting {
    fn default() -> Self {
        Self {
            cells: Memory::new(CELLS),
            permits: Permits::new(KEYS),
            edge: Edge::default(),
            questions: Memory::new(ENTRIES),
            callers: Callers::default(),
            used: Replays::new(USED),
        }
    }
}

impl Counting {
    /// Counts an arrival. `now` is Unix time in milliseconds.
    pub(crate) fn arrive(&self, settings: &Settings, address: IpAddr, now: i64) -> EdgeReading {
        let mut reading = EdgeReading::default();
        match self.edge.arrive(settings, address, nanos(now)) {
            Arrival::Passes => {}
            Arrival::Blocked(block) => {
                reading.blocked = Some(Blocked {
                    until: i64::try_from(block.until / 1_000_000).unwrap_or(i64::MAX),
                    trigger: block.trigger,
                });
            }
            Arrival::TooMany(over) => {
                reading.exceeded = Some(Exceeded {
                    limit: settings
                        .requests
                        .map_or(0, |limit| u32::try_from(limit.count()).unwrap_or(u32::MAX)),
                    retry_after: over.retry_after().unwrap_or(0).div_ceil(1_000_000),
                });
            }
        }
        reading
    }

    /// Counts a refusal against its address. The block is given that it leads to.
    pub(crate) fn refused(
        &self,
        settings: &Settings,
        address: IpAddr,
        code: Code,
        now: i64,
    ) -> Option<Block> {
        self.edge.refused(settings, address, code, nanos(now))
    }

    /// How long the refusal of a wrong secret is held back.
    pub(crate) fn wrong_secret(&self, settings: &Settings, presented: u128, now: i64) -> Duration {
        Duration::from_nanos(self.edge.wrong_secret(settings, presented, nanos(now)))
    }

    /// The temporary blocks in force.
    pub fn blocks(&self, now: i64) -> Vec<Block> {
        self.edge.blocks(nanos(now))
    }

    /// Ends the block that an address is under.
    pub fn lift(&self, address: IpAddr, now: i64) -> Option<Block> {
        self.edge.lift(address, nanos(now))
    }

    /// Every block of a caller in force, those included that are only noted. `now` is Unix time in
    /// milliseconds.
    pub fn blocked_callers(&self, now: i64) -> Vec<CallerBlock> {
        self.callers.list(nanos(now))
    }

    /// Blocks a caller everywhere, until then. `None`: there is no room.
    pub fn block(
        &self,
        by: BlockedBy,
        name: &str,
        made: By,
        until: i64,
        now: i64,
    ) -> Option<CallerBlock> {
        let block = CallerBlock {
            number: BY_HAND,
            kind: kind(by),
            name: name.into(),
            cause: Cause::Hand {
                by: made.who,
                reason: made.reason,
            },
            shadow: false,
            since: nanos(now),
            until: nanos(until),
        };
        self.callers.put(block.clone(), nanos(now)).then_some(block)
    }

    /// Ends every block of a caller; gives those that were in force.
    pub fn lift_caller(&self, by: BlockedBy, name: &str, now: i64) -> Vec<CallerBlock> {
        self.callers.lift(kind(by), name, nanos(now))
    }

    /// The blocks of callers in force, to be kept beyond the process; `None` if nothing has changed
    /// since the last time.
    pub fn kept_blocks(&self, now: i64) -> Option<Vec<CallerBlock>> {
        self.callers.kept(nanos(now))
    }

    /// Says that what [`Self::kept_blocks`] gave could not be kept.
    pub fn blocks_not_kept(&self) {
        self.callers.not_kept();
    }

    /// Takes up what was kept of blocks, but for what is over.
    pub fn restore_blocks(&self, kept: Vec<CallerBlock>, now: i64) {
        for block in kept {
            self.callers.put(block, nanos(now));
        }
    }

    /// Whether any caller may be blocked. `now` is Unix time in milliseconds.
    pub(crate) fn may_block(&self, now: i64) -> bool {
        self.callers.may_block(nanos(now))
    }

    /// The blocks at these places.
    pub fn caller_blocks<'a>(
        &self,
        places: impl Iterator<Item = BlockPlace<'a>>,
        now: i64,
    ) -> Vec<Found> {
        let now = nanos(now);
        let find = |place: BlockPlace<'_>| {
            let kind = kind(place.by);
            self.callers.find(place.number, kind, place.name, now)
        };
        places.filter_map(find).map(|block| found(&block)).collect()
    }

    /// Counts a refusal against its caller. The block is given that it leads to.
    pub(crate) fn offended(
        &self,
        offence: &Offence<'_>,
        code: Code,
        now: i64,
    ) -> Option<CallerBlock> {
        let (rule, place) = (offence.rule, &offence.place);
        let count = u64::from(rule.count);
        let limit = Limit::rate(count, whole(rule.per), count).ok()?;
        let (kind, now) = (kind(place.by), nanos(now));
        let block = || CallerBlock {
            number: place.number,
            kind,
            name: place.name.into(),
            cause: Cause::Abuse {
                policy: offence.policy.clone(),
                trigger: code,
            },
            shadow: place.shadow,
            since: now,
            until: now.saturating_add(whole(rule.block_for)),
        };
        let who = (place.number, kind, place.name);
        self.callers.refused(who, &limit, block, now)
    }

    /// Uses what may be used once, or, unless it `spends`, says what would come of that. `now` is
    /// Unix time in milliseconds.
    pub(crate) fn once(&self, once: Once, spends: bool, now: i64) -> Used {
        let now = nanos(now);
        let used = if spends {
            let until = nanos(once.until.saturating_mul(1000));
            self.used.once(once.thing, until, now)
        } else {
            self.used.peek(once.thing, now)
        };
        match used {
            Use::First => Used::First,
            Use::Again => Used::Again,
            Use::NoRoom => Used::NoRoom,
        }
    }

    /// Reads limits, and takes the permits among them into `held`.
    pub(crate) fn read(&self, uses: &[LimitUse], held: &mut Held, now: i64) -> Readings {
        held.clear();
        uses.iter()
            .map(|one| match one.limit.measure {
                Measure::Concurrency { most } => self.take(one, most, held),
                Measure::Rate { .. } | Measure::Spacing { .. } | Measure::Quota { .. } => {
                    match check(one) {
                        Some(check) => counted(&self.cells, check, nanos(now)),
                        None => Reading::CLOSED,
                    }
                }
            })
            .collect()
    }

    /// Reads limits without taking anything.
    pub fn peek(&self, uses: &[LimitUse], now: i64) -> Readings {
        uses.iter()
            .map(|one| match one.limit.measure {
                Measure::Concurrency { most } => {
                    let out = self.permits.in_use(&key(one));
                    let remaining = most.saturating_sub(u32::try_from(out).unwrap_or(u32::MAX));
                    Reading {
                        passes: remaining > 0,
                        remaining,
                        reset: 0,
                        retry_after: 0,
                    }
                }
                Measure::Rate { .. } | Measure::Spacing { .. } | Measure::Quota { .. } => {
                    match check(one) {
                        Some(check) => counted(&self.cells, check, nanos(now)),
                        None => Reading::CLOSED,
                    }
                }
            })
            .collect()
    }

    /// Counts a question about a record. `now` is Unix time in milliseconds.
    ///
    /// # Errors
    /// Its address asks too often: in how many milliseconds it may ask again.
    pub(crate) fn ask(&self, address: IpAddr, now: i64) -> Result<(), u64> {
        let limit = Limit::rate(u64::from(ASKED_A_MINUTE), MINUTE, u64::from(ASKED_A_MINUTE));
        let Ok(limit) = limit else {
            return Ok(());
        };
        let check = Check {
            key: Key {
                limit: 0,
                subject: Source::from(address).bits(),
            },
            limit: limit.into(),
        };
        let now = nanos(now);
        if self.questions.commit(&[check], 1, now).is_ok() {
            return Ok(());
        }
        let readings = self.questions.read(&[check], 1, now);
        let wait = readings
            .first()
            .and_then(postern_state::Reading::retry_after);
        Err(wait.unwrap_or(0).div_ceil(1_000_000).max(1))
    }

    fn take(&self, one: &LimitUse, most: u32, held: &mut Held) -> Reading {
        let key = key(one);
        let permit = self.permits.acquire(key, u64::from(most));
        let passes = permit.is_some();
        held.extend(permit);
        let used = u32::try_from(self.permits.in_use(&key)).unwrap_or(u32::MAX);
        // Like every reading: how it stood before this request took from it.
        let others = used.saturating_sub(u32::from(passes));
        Reading {
            passes,
            remaining: most.saturating_sub(others),
            reset: 0,
            retry_after: 0,
        }
    }

    /// What was used of quotas whose periods go on, to be kept beyond the process; `None` if nothing
    /// has changed since the last time. `now` is Unix time in milliseconds.
    pub fn quotas(&self, now: i64) -> Option<Vec<Counted>> {
        self.cells.kept(nanos(now))
    }

    /// Says that what [`Self::quotas`] gave could not be kept.
    pub fn quotas_not_kept(&self) {
        self.cells.not_kept();
    }

    /// Takes up what was kept of quotas, but for what is over. Gives how many found no room.
    pub fn restore_quotas(&self, kept: &[Counted], now: i64) -> usize {
        self.cells.restore(kept, nanos(now))
    }

    /// Takes from every rate and quota among the limits, or from none.
    ///
    /// # Errors
    /// Somebody else was faster: one of them is used up. Or there is no room for another counter, or
    /// none in the share of its limit.
    pub(crate) fn commit(&self, uses: &[LimitUse], now: i64) -> Result<(), NotCounted> {
        let enforced = uses.iter().filter(|one| !one.shadow);
        let checks: SmallVec<[Check; 4]> = enforced.filter_map(check).collect();
        let now = nanos(now);
        self.cells.commit(&checks, 1, now)?;
        for check in uses.iter().filter(|one| one.shadow).filter_map(check) {
            // A shadow limit that is used up stops nobody, and neither does one that finds no room.
            // It has a number of its own, so that what it counts is in no other limit's share.
            let _ = self.cells.commit(&[check], 1, now);
        }
        Ok(())
    }
}

fn counted(cells: &Memory, check: Check, now: u64) -> Reading {
    let readings = cells.read(&[check], 1, now);
    let Some(reading) = readings.first() else {
        return Reading::CLOSED;
    };
    let millis = |nanos: u64| nanos.div_ceil(1_000_000);
    Reading {
        passes: reading.verdict == Verdict::Passes,
        remaining: u32::try_from(reading.remaining).unwrap_or(u32::MAX),
        reset: millis(reading.reset_after),
        retry_after: millis(reading.retry_after().unwrap_or(0)),
    }
}

const fn kind(by: BlockedBy) -> CallerKind {
    match by {
        BlockedBy::Credential => CallerKind::Credential,
        BlockedBy::App => CallerKind::App,
    }
}

/// Who blocks a caller, and why.
#[derive(Debug, Clone)]
pub struct By {
    /// Who.
    pub who: Arc<str>,
    /// Why; the caller reads it.
    pub reason: Option<Arc<str>>,
}

/// A block as stages read it.
pub fn found(block: &CallerBlock) -> Found {
    let (policy, trigger, by, reason) = match &block.cause {
        Cause::Abuse { policy, trigger } => (
            Some(policy.clone()),
            Some(trigger.name().into()),
            None,
            None,
        ),
        Cause::Hand { by, reason } => (None, None, Some(by.clone()), reason.clone()),
    };
    let by_kind = match block.kind {
        CallerKind::Credential => BlockedBy::Credential,
        CallerKind::App => BlockedBy::App,
    };
    Found {
        number: block.number,
        what: by_kind.name().into(),
        who: block.name.clone(),
        until: i64::try_from(block.until.div_ceil(1_000_000)).unwrap_or(i64::MAX),
        policy,
        trigger,
        by,
        reason,
    }
}

fn key(one: &LimitUse) -> Key {
    Key {
        limit: one.number,
        subject: one.subject.0,
    }
}

/// `None` for what is held and given back instead of counted.
fn check(one: &LimitUse) -> Option<Check> {
    let limit: Allowance = match one.limit.measure {
        Measure::Rate { count, per, burst } => {
            let limit = Limit::rate(u64::from(count), whole(per), u64::from(burst));
            limit.ok()?.into()
        }
        Measure::Spacing { apart } => Limit::spike_arrest(1, whole(apart)).ok()?.into(),
        Measure::Quota { count, per } => Quota::new(u64::from(count), per).ok()?.into(),
        Measure::Concurrency { .. } => return None,
    };
    Some(Check {
        key: key(one),
        limit,
    })
}

/// Whether a refusal is one of what anybody may try at will: credentials, tokens, signatures, and
/// proofs that tokens are theirs. A nonce that is over is nobody's fault.
pub(crate) fn suggests_guessing(code: Code) -> bool {
    let tries = matches!(code.family(), "credential" | "token" | "signature" | "dpop");
    tries && code != Code::DpopNonceRequired
}

/// What the configuration says of the edge, in the counters' words.
pub(crate) fn settings(edge: &EdgeConfig) -> Settings {
    let limit = |rate: EdgeRate| {
        let count = u64::from(rate.count);
        Limit::rate(count, whole(rate.per), count).ok()
    };
    Settings {
        requests: edge.requests.and_then(limit),
        refusals: edge.refusals.and_then(limit),
        wrong_secrets: edge.wrong_secrets.and_then(limit),
        block_for: whole(edge.block_for),
    }
}

fn whole(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Unix time in milliseconds as nanoseconds.
fn nanos(millis: i64) -> u64 {
    u64::try_from(millis).unwrap_or(0).saturating_mul(1_000_000)
}
