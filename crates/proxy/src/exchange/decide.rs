//! Deciding a live request: the machine asks, this obtains.

use super::faults::{Failed, caller_fault};
use super::intake::Intake;
use super::journal::Journal;
use super::message::RequestSource;
use crate::connection::Caller;
use crate::counting::Held;
use crate::gateway::{Core, CoreState};
use postern_model::{Code, Denial};
use postern_policy::client::ClientAddress;
use postern_policy::credential::verify;
use postern_policy::facts::{CredentialVerdict, EdgeReading, Readings};
use postern_policy::head::Head;
use postern_policy::{Allowed, Decision, Depth, FactRequest, Live, Snapshot, Step, Walk};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

/// How often a request that lost a race for a limit is judged again.
const RACES: usize = 3;

/// Leave to go on.
#[derive(Debug)]
pub(super) struct Passes {
    pub(super) allowed: Allowed,
    /// What the limits said before this request took from them.
    pub(super) readings: Readings,
    /// Given back when the request is over.
    pub(super) _held: Held,
}

/// Walks the stages, obtaining what they ask for, and takes from the limits.
pub(super) async fn decide<S: RequestSource>(
    core: &Core,
    state: &CoreState,
    caller: &Caller,
    head: &Head,
    intake: &mut Intake<'_, S>,
    journal: &mut Journal<'_>,
) -> Result<Passes, Failed> {
    let now = journal.now();
    let mut live = Live::new(head, &caller.facts, now).misdirected(caller.is_misdirected(head));
    let directory = core.shared.directory.load();
    journal.decided_by(directory.sequence());
    let snapshot = Snapshot {
        rules: &state.snapshot().rules,
        directory: &directory,
    };
    let counting = &core.shared.counting;
    let mut held = Held::new();
    let mut walk = Walk::new(Depth::FirstDenial);
    let allowed = loop {
        match walk.step(&snapshot, &live) {
            Step::Need(FactRequest::ClientCertificate { service }) => {
                live.provide_certificate(caller.judge(service, state));
            }
            Step::Need(FactRequest::Edge) => {
                live.provide_edge(edge(core, state, walk.client(), now));
            }
            Step::Need(FactRequest::Credential) => {
                // Asked for only once the route is known.
                let Some(route) = walk.route() else {
                    return Err(Failed::Refused(Denial::new(Code::Internal)));
                };
                let keyer = &core.shared.keyer;
                live.provide_credential(verify(&live, &snapshot, route, keyer));
            }
            Step::Need(FactRequest::Counters) => {
                live.provide_readings(counting.read(walk.limits(), &mut held, now));
            }
            Step::Need(FactRequest::BodyStart { bytes }) => {
                let timeout = state.configuration().timeouts.body;
                let start = intake.start(bytes).await;
                let start = start.map_err(|fault| caller_fault(fault, timeout))?;
                live.provide_body_start(start.to_vec());
            }
            Step::Done(Decision::Allow(allowed)) => break allowed,
            Step::Done(Decision::Refuse(denial)) => {
                journal.walked(&walk, &live, &snapshot);
                hold_back(core, state, &live, walk.client(), &denial, now).await;
                return Err(Failed::Refused(denial));
            }
            Step::Done(Decision::Own(own)) => {
                journal.walked(&walk, &live, &snapshot);
                let denial = own.not_found(snapshot.rules, &live);
                return Err(Failed::Refused(denial));
            }
            // A live request keeps everything, so this is a bug, and nobody passes.
            Step::Done(Decision::CannotTell(_)) => {
                return Err(Failed::Refused(Denial::new(Code::Internal)));
            }
        }
    };
    let mut readings = live.take_readings();
    for _ in 0..RACES {
        if allowed.limits.is_empty() || counting.commit(&allowed.limits, now).is_ok() {
            intake.limit(allowed.body_limit);
            return Ok(Passes {
                allowed,
                readings,
                _held: held,
            });
        }
        readings = counting.read(&allowed.limits, &mut held, now);
        if let Some(denial) = allowed.used_up(&readings) {
            journal.walked(&walk, &live, &snapshot);
            return Err(Failed::Refused(denial));
        }
    }
    journal.walked(&walk, &live, &snapshot);
    Err(Failed::Refused(allowed.lost_races()))
}

/// Reads, and counts in, the counters of an address. Those of trusted proxies are everybody's.
fn edge(core: &Core, state: &CoreState, client: Option<&ClientAddress>, now: i64) -> EdgeReading {
    match client {
        Some(client) if client.is_its_own() => {
            let settings = &state.snapshot().edge;
            core.shared.counting.arrive(settings, client.address, now)
        }
        _ => EdgeReading::default(),
    }
}

/// Counts a refusal that suggests guessing, and slows who guesses secrets of one key.
async fn hold_back(
    core: &Core,
    state: &CoreState,
    live: &Live<'_>,
    client: Option<&ClientAddress>,
    denial: &Denial,
    now: i64,
) {
    let counting = &core.shared.counting;
    // What anybody may try at will: credentials and tokens.
    if !matches!(denial.code.family(), "credential" | "token") {
        return;
    }
    if let Some(client) = client.filter(|client| client.is_its_own()) {
        let settings = &state.snapshot().edge;
        if let Some(block) = counting.refused(settings, client.address, denial.code, now) {
            tracing::warn!(
                address = %client.address,
                trigger = block.trigger.row().name,
                "blocked for a while: too many refusals"
            );
        }
    }
    let presented = match postern_policy::Facts::credential(live) {
        Some(CredentialVerdict::WrongSecret { id } | CredentialVerdict::Unknown { id }) => id,
        _ => return,
    };
    let mut hasher = DefaultHasher::new();
    presented.hash(&mut hasher);
    let wait = counting.wrong_secret(u128::from(hasher.finish()), now);
    if wait > Duration::ZERO {
        tokio::time::sleep(wait).await;
    }
}
