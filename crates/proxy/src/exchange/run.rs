//! The life of one request, from its head to its end.

use super::attempt::{Ended, Exchange, Passed};
use super::changing::Changing;
use super::decide::{Decided, Deciding, Passes, decide, offended};
use super::faults::{self, Failed};
use super::guard::guarded;
use super::intake::Intake;
use super::journal::{Journal, Traffic};
use super::leave::Leave;
use super::message::{Piece, RequestSource, ResponseSink, Source as _};
use super::own::Answering;
use super::preflight;
use super::refuse::refuse;
use super::relay::Upload;
use crate::connection::Caller;
use crate::gateway::{Core, CoreState};
use crate::tunnel::{self, End};
use crate::upstream::{Attempt, Outcome, Tried, Verdict};
use postern_model::entity::{Balance, HashKey};
use postern_model::{Code, Denial};
use postern_policy::fields::Known;
use postern_policy::head::Head;
use std::net::IpAddr;
use std::pin::pin;
use std::rc::Rc;
use std::time::Instant;

/// Serves one request: decides, and answers or has it answered. Where both sides agree to leave
/// HTTP it serves their tunnel too, and gives its end.
#[expect(
    clippy::too_many_lines,
    reason = "the life of a request, from top to bottom"
)]
pub(crate) async fn run(
    core: &Rc<Core>,
    state: &Rc<CoreState>,
    caller: &Caller,
    head: &Head,
    source: &mut impl RequestSource,
    sink: &mut impl ResponseSink,
) -> Option<End> {
    let traffic = Traffic::default();
    let mut deciding = Deciding::default();
    let mut intake = Intake::new(source);
    let mut journal = Journal::begin(core, state, caller, head, &traffic, sink.begun());
    if head.fields.has(Known::Upgrade) || head.method() == b"CONNECT" {
        // Bytes that follow were meant for another protocol: unless it is agreed on, they must
        // not be taken for a request.
        sink.close();
    }
    // Deciding may wait for the body: what lapses meanwhile is looked at afterwards.
    let sweep = core.sweep();
    let decided = {
        let (intake, journal) = (&mut intake, &mut journal);
        let deciding = &mut deciding;
        let work = pin!(decide(core, state, caller, head, intake, journal, deciding));
        guarded(core, sweep, work, || None).await
    };
    let mut is_interrupted = decided.is_err();
    let is_let_in = matches!(decided, Ok(Ok(_)));
    let deciding = &deciding;
    let leave = Leave {
        core,
        state,
        caller,
        head,
        deciding,
    };
    let served = {
        let work = pin!(async {
            let (intake, journal) = (&mut intake, &mut journal);
            let decided = decided.unwrap_or_else(|interrupted| Err(interrupted.into()))?;
            leave.noted();
            if let Decided::Own(asked) = decided {
                let answering = Answering {
                    core,
                    state,
                    caller,
                    head,
                    asked: &asked,
                };
                // Boxed, so that requests do not grow by what few of them need.
                return Box::pin(answering.answer(intake, journal, sink)).await;
            }
            if let Decided::Preflight = decided {
                let work = preflight::answer(state, head, deciding, intake, journal, sink);
                return Box::pin(work).await;
            }
            let Some(passes) = deciding.passes(&state.snapshot().rules, head) else {
                return Err(Failed::Refused(Denial::new(Code::Internal)));
            };
            let Passes {
                allowed, readings, ..
            } = passes;
            journal.allowed(&passes);
            journal.copy();
            let mut exchange = Exchange {
                core,
                state,
                caller,
                head,
                allowed,
                readings,
                id: journal.id(),
                trace: journal.trace(),
                now: journal.now(),
                traffic: &traffic,
                timeouts: state.snapshot().rules.way(&allowed).timeouts,
                body_timeout: state.configuration().timeouts.body,
                changing: None,
            };
            if let Some(mut changing) = Changing::of(&exchange) {
                // Boxed, so that requests do not grow by what few of them need.
                Box::pin(changing.prepare(&exchange, intake, journal)).await?;
                exchange.changing = Some(changing);
            }
            let answered = forward(&exchange, journal, intake, sink).await;
            if matches!(answered, Ok(Passed::Answered)) {
                // Before anything is written down: the caller may be asking again already.
                deciding.give_back();
            }
            let is_refused = matches!(answered, Err(Failed::Refused(_)));
            if answered.is_err() && journal.lacks_sent(is_refused) {
                let sent = exchange.sent(journal.target(), None);
                journal.copied_sent(sent);
            }
            answered
        });
        let lapsed = || is_let_in.then(|| leave.lapsed()).flatten();
        let served = guarded(core, sweep, work, lapsed).await;
        served.unwrap_or_else(|interrupted| {
            is_interrupted = true;
            Err(interrupted.into())
        })
    };
    if is_interrupted {
        sink.close();
    }
    match served {
        Ok(Passed::Answered) => {
            journal.answered();
            None
        }
        Ok(Passed::Own) => None,
        Ok(Passed::Tunnel(upstream)) => {
            journal.switched();
            // Boxed, so that requests do not grow by what few of them need.
            let (from, to) = (intake.inflow(), sink.outflow());
            let lapsed = || leave.lapsed().is_some();
            let tunnel = tunnel::run(core, from, to, upstream, &traffic, &lapsed);
            let end = Box::pin(tunnel).await;
            if end == End::Closed {
                journal.closed();
            } else if end == End::CutOff
                && let Some(denial) = leave.lapsed()
            {
                journal.cut_off(denial);
            }
            Some(end)
        }
        Err(Failed::Refused(denial)) if sink.is_started() => {
            offended(core, state, deciding.walk(), &denial, journal.now());
            journal.cut_off(denial);
            sink.abort();
            None
        }
        Err(Failed::Refused(denial)) => {
            offended(core, state, deciding.walk(), &denial, journal.now());
            if journal.allowed_request().is_none() {
                journal.copy();
            }
            if !skip(&mut intake, &traffic) || denial.code == Code::Malformed {
                sink.close();
            }
            refuse(state, caller, head, &mut journal, denial, sink).await;
            None
        }
        Err(Failed::Cancelled) => {
            sink.abort();
            None
        }
    }
}

/// Skips what is here of a body that nobody wants; says whether that was all of it.
pub(super) fn skip(source: &mut Intake<'_, impl RequestSource>, traffic: &Traffic) -> bool {
    source.limit(None);
    while let Ok(Some(Piece::Data(piece))) = source.take() {
        traffic.take(piece);
    }
    source.is_ended()
}

/// Sends the request to one target after the other, for as long as that can help.
async fn forward<S: RequestSource>(
    exchange: &Exchange<'_>,
    journal: &mut Journal<'_>,
    source: &mut S,
    sink: &mut impl ResponseSink,
) -> Result<Passed, Failed> {
    if exchange.core.shared.load.is_overloaded() {
        return Err(Failed::Refused(
            Denial::new(Code::Overloaded).saw("which", "memory"),
        ));
    }
    let Some(upstream) = exchange.state.upstream(exchange.allowed.upstream) else {
        return Err(Failed::Refused(Denial::new(Code::Internal)));
    };
    let config = &upstream.state().config;
    let address;
    let key = match &config.balance {
        Balance::ConsistentHash(HashKey::Address) => {
            address = octets(exchange.allowed.client.address);
            Some(&address[..])
        }
        Balance::ConsistentHash(key) => hash_key(exchange.head, key),
        Balance::RoundRobin | Balance::LeastRequests => None,
    };
    let kept = exchange.core.scratch();
    let keep = config.retry.attempts > 0;
    let instead = exchange
        .sent_instead()
        .and_then(|sent| sent.body.as_deref());
    let (withheld, _) = exchange.allowed.withheld(&exchange.state.snapshot().rules);
    let mut upload = Upload::new(source, keep, kept, exchange.traffic)
        .sending(instead)
        .without(withheld, exchange.allowed.written);
    let mut tried = Tried::NONE;
    let mut made = 0;
    loop {
        let now = Instant::now();
        let mut lease = upstream
            .acquire(now, key, &tried)
            .map_err(|denied| Failed::Refused(faults::denied(&denied)))?;
        tried.push(lease.index());
        made += 1;
        journal.attempt(&lease);
        let may_retry = |class, replayable, started| {
            let attempt = Attempt {
                method: exchange.allowed.method,
                class,
                body_replayable: replayable,
                response_started: started,
                made,
            };
            upstream.may_retry(&attempt, Instant::now()) == Verdict::Retry
        };
        match exchange
            .attempt(&mut lease, now, &mut upload, sink, journal, &may_retry)
            .await
        {
            Ok(passed) => {
                exchange.core.give_back(upload.into_kept());
                return Ok(passed);
            }
            Err(Ended::Caller(failed)) => return Err(failed),
            Err(Ended::Again(class)) => journal.attempt_failed(class),
            Err(Ended::Upstream(fault)) => {
                let class = fault.class;
                journal.attempt_failed(class);
                lease.finish(Outcome::Failure(class), Instant::now());
                if !may_retry(class, upload.is_replayable(), sink.is_started()) {
                    return Err(Failed::Refused(fault.denial(made)));
                }
            }
        }
    }
}

fn octets(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
        IpAddr::V6(v6) => v6.octets(),
    }
}

/// What a consistent hash looks at.
fn hash_key<'a>(head: &'a Head, key: &'a HashKey) -> Option<&'a [u8]> {
    match key {
        HashKey::Header(name) => match Known::of(name.as_bytes()) {
            Known::Other => head.fields.named(name.as_bytes()).next(),
            known => head.get(known),
        },
        HashKey::Cookie(name) => head
            .fields
            .all(Known::Cookie)
            .flat_map(|value| value.split(|&b| b == b';'))
            .find_map(|pair| {
                pair.trim_ascii()
                    .strip_prefix(name.as_bytes())?
                    .strip_prefix(b"=")
            }),
        HashKey::Address => None,
    }
}
