//! Deciding a live request: the machine asks, this obtains.

use super::faults::{Failed, caller_fault};
use super::intake::Intake;
use super::journal::Journal;
use super::message::RequestSource;
use super::verified::Looking;
use crate::connection::Caller;
use crate::counting::{Held, suggests_guessing};
use crate::deciders::{About, Shown};
use crate::freshness::AWAY;
use crate::gateway::{Core, CoreState};
use postern_model::id::EncodedId;
use postern_model::{Code, Denial};
use postern_policy::client::{ClientAddress, Scheme, scheme};
use postern_policy::credential::content;
use postern_policy::csrf;
use postern_policy::facts::{
    Body, CallerBlock, CredentialVerdict, DeciderAnswer, EdgeReading, Reading, Readings,
};
use postern_policy::forward::Consumer;
use postern_policy::head::Head;
use postern_policy::kept::Key;
use postern_policy::recorded::compact::Seen;
use postern_policy::rules::Rules;
use postern_policy::{Allowed, Decision, FactRequest, Facts, Live, Own, Snapshot, Step, Walk};
use postern_state::NotCounted;
use std::cell::RefCell;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};

/// Nodes look at their database every second: below this, what is served is as good as known.
const AT_LEAST: Duration = AWAY;

/// How often a request that lost a race for a limit is judged again.
const RACES: usize = 3;

/// What deciding leaves behind. It is filled where it stands: moving it costs more than deciding.
#[derive(Debug, Default)]
pub(super) struct Deciding {
    walk: Walk,
    readings: Readings,
    seen: Seen,
    permits: RefCell<Held>,
}

/// Leave to go on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Passes<'a> {
    pub(super) allowed: Allowed<'a>,
    /// What the limits said before this request took from them.
    pub(super) readings: &'a [Reading],
    /// What else the decision saw.
    pub(super) seen: Seen,
}

impl Deciding {
    /// What was found out.
    pub(super) const fn walk(&self) -> &Walk {
        &self.walk
    }

    /// Gives permits back; at the latest they are when this is dropped.
    pub(super) fn give_back(&self) {
        self.permits.take();
    }

    /// What an allowed request takes along; nothing before its decision.
    pub(super) fn passes<'a>(&'a self, rules: &Rules, head: &'a Head) -> Option<Passes<'a>> {
        Some(Passes {
            allowed: self.walk.allowed(rules, head)?,
            readings: &self.readings,
            seen: self.seen,
        })
    }
}

/// How a request goes on.
#[derive(Debug)]
pub(super) enum Decided {
    /// To its upstream.
    Passes,
    /// The gateway answers it.
    Own(Box<Own>),
    /// The gateway answers a browser's question.
    Preflight,
}

/// Walks the stages, obtaining what they ask for, and takes from the limits.
pub(super) async fn decide<S: RequestSource>(
    core: &Core,
    state: &CoreState,
    caller: &Caller,
    head: &Head,
    intake: &mut Intake<'_, S>,
    journal: &mut Journal<'_>,
    deciding: &mut Deciding,
) -> Result<Decided, Failed> {
    let Deciding {
        walk,
        readings,
        seen,
        permits,
    } = deciding;
    let permits = permits.get_mut();
    let now = journal.now();
    let counting = &core.shared.counting;
    let mut live = Live::new(head, &caller.facts, now)
        .misdirected(caller.is_misdirected(head))
        .with_blocks(counting.may_block(now));
    let directory = core.shared.directory.load();
    journal.decided_by(directory.sequence());
    let snapshot = Snapshot {
        rules: &state.snapshot().rules,
        directory: &directory,
    };
    let walking = Walking {
        core,
        state,
        caller,
        snapshot: &snapshot,
        now,
        id: journal.id(),
    };
    let counted = Counted::Taken(permits);
    match walking.walk(walk, &mut live, intake, counted).await? {
        Decision::Allow => {}
        Decision::Refuse(denial) => {
            journal.refusing(&denial, walk);
            journal.walked(walk, &live, &snapshot);
            let credential = live.credential();
            hold_back(core, state, credential, walk.client(), &denial, now).await;
            return Err(Failed::Refused(denial));
        }
        Decision::Own(own) => {
            journal.walked(walk, &live, &snapshot);
            return Ok(Decided::Own(own));
        }
        Decision::Preflight => {
            journal.walked(walk, &live, &snapshot);
            return Ok(Decided::Preflight);
        }
        // A live request keeps everything, so this is a bug, and nobody passes.
        Decision::CannotTell(_) => {
            return Err(Failed::Refused(Denial::new(Code::Internal)));
        }
    }
    intake.limit(walk.body_limit());
    *seen = Seen::of(&live);
    if walk.limits().is_empty() {
        return Ok(Decided::Passes);
    }
    *readings = live.take_readings();
    for _ in 0..RACES {
        match counting.commit(walk.limits(), now) {
            Ok(()) => return Ok(Decided::Passes),
            Err(NotCounted::Refused(_)) => {}
            Err(NotCounted::NoRoom(_)) => {
                // What others have used is kept, whatever comes.
                let denial = Denial::new(Code::Overloaded).saw("which", "counters of quotas");
                journal.refusing(&denial, walk);
                journal.walked(walk, &live, &snapshot);
                return Err(Failed::Refused(denial));
            }
        }
        *readings = counting.read(walk.limits(), permits, now);
        live.provide_readings(readings.clone());
        if let Some(denial) = walk.used_up(readings, now) {
            journal.refusing(&denial, walk);
            journal.walked(walk, &live, &snapshot);
            return Err(Failed::Refused(denial));
        }
    }
    let denial = walk.lost_races(now);
    journal.refusing(&denial, walk);
    journal.walked(walk, &live, &snapshot);
    Err(Failed::Refused(denial))
}

/// What a request costs while it is decided.
#[derive(Debug)]
pub(super) enum Counted<'a> {
    /// It counts at the edge, and takes permits.
    Taken(&'a mut Held),
    /// It has been counted, and only asks how things stand.
    Asked,
}

/// What facts are obtained from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Walking<'a> {
    pub(super) core: &'a Core,
    pub(super) state: &'a CoreState,
    pub(super) caller: &'a Caller,
    pub(super) snapshot: &'a Snapshot<'a>,
    /// Unix time in milliseconds.
    pub(super) now: i64,
    /// The request's id.
    pub(super) id: EncodedId,
}

impl Walking<'_> {
    /// Steps until the decision is made, obtaining what the stages ask for.
    pub(super) async fn walk<S: RequestSource>(
        &self,
        walk: &mut Walk,
        live: &mut Live<'_>,
        intake: &mut Intake<'_, S>,
        mut counted: Counted<'_>,
    ) -> Result<Decision, Failed> {
        let counting = &self.core.shared.counting;
        loop {
            match walk.step(self.snapshot, live) {
                Step::Need(FactRequest::ClientCertificate { service }) => {
                    live.provide_certificate(self.caller.judge(service, self.state));
                }
                Step::Need(FactRequest::Edge) => live.provide_edge(match counted {
                    Counted::Taken(_) => edge(self.core, self.state, walk.client(), self.now),
                    Counted::Asked => EdgeReading::default(),
                }),
                Step::Need(FactRequest::Listed { list, address }) => {
                    let lists = &self.snapshot.rules.configuration().lists;
                    let Some(list) = lists.get(list) else {
                        return Err(Failed::Refused(Denial::new(Code::Internal)));
                    };
                    let listings = self.core.shared.listings.load();
                    live.provide_listed(listings.listed(&list.name, address, self.now));
                }
                Step::Need(FactRequest::Country) => {
                    let client = walk.client().map(|client| client.address);
                    let geo = &self.state.snapshot().geo;
                    let Some(located) = client.and_then(|address| geo.country(address)) else {
                        // The configuration names a database wherever a policy asks one.
                        return Err(Failed::Refused(Denial::new(Code::Internal)));
                    };
                    live.provide_country(located);
                }
                Step::Need(FactRequest::AutonomousSystem) => {
                    let client = walk.client().map(|client| client.address);
                    let geo = &self.state.snapshot().geo;
                    let Some(located) = client.and_then(|address| geo.system(address)) else {
                        return Err(Failed::Refused(Denial::new(Code::Internal)));
                    };
                    live.provide_autonomous_system(located);
                }
                Step::Need(FactRequest::Credential) => {
                    // Asked for only once the route is known.
                    let Some(route) = walk.route() else {
                        return Err(Failed::Refused(Denial::new(Code::Internal)));
                    };
                    let verdict = match self.snapshot.rules.authentication(route) {
                        None => CredentialVerdict::Missing,
                        Some(accepted) => {
                            let looking = Looking {
                                core: self.core,
                                state: self.state,
                                snapshot: self.snapshot,
                                live,
                                accepted,
                                secure: self.is_secure(live, walk.client()),
                                client: walk.client(),
                                spends: matches!(counted, Counted::Taken(_)),
                            };
                            looking.verdict().await
                        }
                    };
                    if let Some(denial) = self.stale(&verdict) {
                        return Ok(Decision::Refuse(denial));
                    }
                    live.provide_credential(verdict);
                }
                Step::Need(FactRequest::CsrfToken { policy }) => {
                    self.page_token(policy, walk, live, false)?;
                }
                Step::Need(FactRequest::CsrfField { policy }) => {
                    self.page_token(policy, walk, live, true)?;
                }
                Step::Need(FactRequest::External { policy, body }) => {
                    let shown = match body {
                        Some(most) => Some(self.beginning(intake, most).await?),
                        None => None,
                    };
                    // Boxed, so that requests do not grow by what few of them need.
                    let asked = Box::pin(self.ask(policy, walk, live, shown)).await;
                    let Some((key, answer)) = asked else {
                        return Err(Failed::Refused(Denial::new(Code::Internal)));
                    };
                    live.provide_decision(key, answer);
                }
                Step::Need(FactRequest::CallerBlocks) => {
                    live.provide_caller_blocks(self.caller_blocks(walk));
                }
                Step::Need(FactRequest::Counters) => live.provide_readings(match &mut counted {
                    Counted::Taken(held) => counting.read(walk.limits(), held, self.now),
                    Counted::Asked => counting.peek(walk.limits(), self.now),
                }),
                Step::Need(FactRequest::BodyStart { bytes }) => {
                    let start = self.start(intake, bytes).await?;
                    live.provide_body_start(start.to_vec());
                }
                Step::Need(FactRequest::Body { limit }) => {
                    let read = self.read(intake, limit).await?;
                    live.provide_body(Body::read(read, limit));
                }
                Step::Need(FactRequest::Content { limit }) => {
                    let read = self.read(intake, limit).await?;
                    live.provide_content(content(live, read, limit));
                }
                Step::Done(decision) => return Ok(self.complete(decision, walk, live)),
            }
        }
    }
}

impl Walking<'_> {
    /// Looks up what a refusal is explained with, and was made before anybody asked for it: else no
    /// fix could be proved while some other caller is blocked.
    fn complete(&self, decision: Decision, walk: &Walk, live: &mut Live<'_>) -> Decision {
        let is_refused = matches!(decision, Decision::Refuse(_));
        if is_refused && walk.identity().is_some() && live.caller_blocks().is_none() {
            live.provide_caller_blocks(self.caller_blocks(walk));
        }
        decision
    }

    /// The blocks that the caller is under, where they would hold.
    fn caller_blocks(&self, walk: &Walk) -> Vec<CallerBlock> {
        let places = walk.block_places(self.snapshot.rules, self.now);
        let counting = &self.core.shared.counting;
        counting.caller_blocks(places, self.now)
    }

    /// Looks at the token that a policy wants of the host's own pages, in a header or in the field of
    /// a form. Asked for only once the address is known, and of policies that want one.
    fn page_token(
        &self,
        policy: u32,
        walk: &Walk,
        live: &mut Live<'_>,
        in_form: bool,
    ) -> Result<(), Failed> {
        let token = self.snapshot.rules.csrf_token(policy);
        let (Some(token), Some(client)) = (token, walk.client()) else {
            return Err(Failed::Refused(Denial::new(Code::Internal)));
        };
        let keyer = &self.core.shared.keyer;
        if in_form {
            let verdict = csrf::verify_field(live, token, client.address, keyer);
            live.provide_field_token(token, verdict);
        } else {
            let verdict = csrf::verify(live, token, client.address, keyer);
            live.provide_token(token, verdict);
        }
        Ok(())
    }

    /// The first bytes of the body.
    async fn start<'i, S: RequestSource>(
        &self,
        intake: &'i mut Intake<'_, S>,
        bytes: usize,
    ) -> Result<&'i [u8], Failed> {
        let timeout = self.state.configuration().timeouts.body;
        let start = intake.start(bytes).await;
        start.map_err(|fault| caller_fault(fault, timeout))
    }

    /// The body as far as `limit`, and a byte more where it is longer.
    async fn read<'i, S: RequestSource>(
        &self,
        intake: &'i mut Intake<'_, S>,
        limit: u64,
    ) -> Result<&'i [u8], Failed> {
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        self.start(intake, most.saturating_add(1)).await
    }

    /// The beginning of the body that somebody is shown.
    async fn beginning<'b, S: RequestSource>(
        &self,
        intake: &'b mut Intake<'_, S>,
        most: u32,
    ) -> Result<Shown<'b>, Failed> {
        let read = self.read(intake, most.into()).await?;
        let most = most as usize;
        Ok(Shown {
            whole: read.len() <= most,
            bytes: read.get(..most).unwrap_or(read),
        })
    }

    /// Asks whom a policy asks; gives the key of the question and the answer. Questions are put
    /// once the operation and the client are known, and the method and the path.
    async fn ask(
        &self,
        policy: u32,
        walk: &Walk,
        live: &Live<'_>,
        body: Option<Shown<'_>>,
    ) -> Option<(Key, DeciderAnswer)> {
        let rules = self.snapshot.rules;
        let question = rules.question(policy)?;
        let client = walk.client()?;
        let about = About {
            live,
            rules,
            route: walk.route()?,
            method: walk.method()?,
            path: walk.path(live)?,
            host: walk.host(live).unwrap_or_default(),
            client,
            scheme: scheme(live, &self.state.configuration().client, client),
            consumer: walk.identity().map(|identity| Consumer { identity, rules }),
            body,
            id: self.id.as_str(),
        };
        let deciders = self.state.deciders();
        let snapshot = self.state.snapshot();
        let answer = deciders.ask(snapshot, policy, &question, &about).await;
        Some((question.key, answer))
    }

    /// Whether the browser speaks TLS, with us or with a trusted proxy.
    fn is_secure(&self, live: &Live<'_>, client: Option<&ClientAddress>) -> bool {
        let settings = &self.state.configuration().client;
        client.is_some_and(|client| scheme(live, settings, client) == Scheme::Https)
    }

    /// Refuses who brings a credential once it is not known for too long whether it still holds.
    fn stale(&self, verdict: &CredentialVerdict) -> Option<Denial> {
        use CredentialVerdict::{KindNotAccepted, Missing};
        let age = self.core.shared.freshness.age(Instant::now())?;
        let limit = self.state.configuration().staleness.limit?;
        if age < limit.max(AT_LEAST) || matches!(verdict, Missing | KindNotAccepted { .. }) {
            return None;
        }
        let seconds = |time: Duration| time.as_secs().to_string();
        let denial = Denial::new(Code::ConfigurationStale).saw("limit", seconds(limit));
        Some(match age {
            Duration::MAX => denial,
            age => denial.saw("age", seconds(age)),
        })
    }
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

/// Counts a refusal against its caller where a policy says so, and blocks who has too many.
pub(super) fn offended(core: &Core, state: &CoreState, walk: &Walk, denial: &Denial, now: i64) {
    let rules = &state.snapshot().rules;
    for offence in walk.offences(rules, denial.code, now) {
        let counting = &core.shared.counting;
        if let Some(block) = counting.offended(&offence, denial.code, now)
            && !block.shadow
        {
            tracing::warn!(
                what = offence.place.by.name(),
                who = offence.place.name,
                policy = &**offence.policy,
                trigger = denial.code.name(),
                "blocked for a while: too many refusals"
            );
        }
    }
}

/// Counts a refusal that suggests guessing, and slows who guesses secrets of one key or user name.
pub(super) async fn hold_back(
    core: &Core,
    state: &CoreState,
    credential: Option<&CredentialVerdict>,
    client: Option<&ClientAddress>,
    denial: &Denial,
    now: i64,
) {
    let counting = &core.shared.counting;
    if !suggests_guessing(denial.code) {
        return;
    }
    let settings = &state.snapshot().edge;
    if let Some(client) = client.filter(|client| client.is_its_own())
        && let Some(block) = counting.refused(settings, client.address, denial.code, now)
    {
        tracing::warn!(
            address = %client.address,
            trigger = block.trigger.row().name,
            "blocked for a while: too many refusals"
        );
    }
    let Some(id) = credential.and_then(CredentialVerdict::guessed) else {
        return;
    };
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    let wait = counting.wrong_secret(settings, u128::from(hasher.finish()), now);
    if wait > Duration::ZERO {
        tokio::time::sleep(wait).await;
    }
}
