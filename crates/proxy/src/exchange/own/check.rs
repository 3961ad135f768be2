//! Deciding about a request that is only asked about.

use super::super::attempt::Passed;
use super::super::decide::{Counted, Walking};
use super::super::faults::{Failed, caller_fault};
use super::super::intake::Intake;
use super::super::journal::{Journal, count};
use super::super::message::{Piece, RequestSource, ResponseSink, Source as _};
use super::super::refuse::{self, Terms, rendered};
use super::super::standing::standings;
use super::{Answering, internal, rest_unread};
use crate::gateway::CoreState;
use crate::http1::Length;
use crate::wellknown::{CHECK_SEGMENTS, check};
use postern_model::entity::{Name, Service};
use postern_model::{Code, Denial, Stage};
use postern_policy::credential::{HostWays, is_open_about_itself};
use postern_policy::own::shifted;
use postern_policy::router::RESERVED;
use postern_policy::{Decision, Depth, Live, Snapshot, Walk};

impl Answering<'_> {
    /// Decides about the request that is asked about, and takes nothing. Only whoever has a genuine
    /// credential may ask; but what the service demands of the connection comes before any is
    /// looked at, as it does there.
    pub(super) async fn check<S: RequestSource>(
        &self,
        snapshot: &Snapshot<'_>,
        live: &Live<'_>,
        intake: &mut Intake<'_, S>,
        journal: &mut Journal<'_>,
        sink: &mut impl ResponseSink,
    ) -> Result<Passed, Failed> {
        let Some(meant) = shifted(self.head, CHECK_SEGMENTS) else {
            return Err(Failed::Refused(self.asked.not_found(snapshot.rules, live)));
        };
        let now = journal.now();
        let misdirected = self.caller.is_misdirected(&meant);
        let mut facts = Live::new(&meant, &self.caller.facts, now)
            .misdirected(misdirected)
            .with_blocks(self.core.shared.counting.may_block(now));
        let mut walk = Walk::new(Depth::FirstDenial);
        let walking = Walking {
            core: self.core,
            state: self.state,
            caller: self.caller,
            snapshot,
            now,
            id: journal.id(),
        };
        let walked = walking.walk(&mut walk, &mut facts, intake, Counted::Asked);
        let mut decided = refused_as_well(walked.await)?;
        if let Some(identity) = walk.identity() {
            journal.asked_by(identity);
        } else if !is_about_the_connection(&decided) {
            let asker = self.asker(snapshot, live, journal).await;
            if let Err(denial) = asker.proved {
                let service = walk.route().map(|route| snapshot.rules.service(route));
                let ways = HostWays::on(self.asked.host(live), snapshot.rules);
                let about = (service, walk.environment(snapshot.rules));
                let (denial, terms) = self.turned_away(denial, decided, about, &ways);
                let (refusal, told) =
                    rendered(self.state, self.caller, self.head, journal, &denial, &terms);
                rest_unread(intake, journal, sink);
                journal.refused(denial, &refusal, told);
                refuse::send(&refusal, journal, sink).await;
                return Ok(Passed::Own);
            }
        }
        let passed = decided == Decision::Allow;
        if passed
            && let Err(failed) = read_through(intake, walk.body_limit(), self.state, journal).await
        {
            decided = refused_as_well(Err(failed))?;
        }
        let denial = match decided {
            Decision::Allow => {
                let allowed = walk.allowed(snapshot.rules, &meant);
                let allowed = allowed.ok_or_else(internal)?;
                let readings = facts.take_readings();
                let id = journal.id();
                let answer = check::answer(id.as_str(), &allowed, &readings, snapshot.rules);
                let answer = answer.ok_or_else(internal)?;
                let kept = &snapshot.rules.operation(&allowed.route).recorded_parameters;
                let plan = snapshot.rules.plan(&allowed.route);
                let path = plan.recorded_path(allowed.path, allowed.params, kept);
                journal.recorded_as(format!("{RESERVED}/check{path}"));
                rest_unread(intake, journal, sink);
                self.send(&answer, journal, sink).await;
                return Ok(Passed::Own);
            }
            Decision::Refuse(denial) => denial,
            // The gateway's own pages are no operations.
            Decision::Own(_) => self.asked.not_found(snapshot.rules, live),
            Decision::CannotTell(_) => return Err(internal()),
            Decision::Preflight => {
                let route = walk.route().ok_or_else(internal)?;
                let id = journal.id();
                let answer = check::beforehand(id.as_str(), route, snapshot.rules);
                let answer = answer.ok_or_else(internal)?;
                rest_unread(intake, journal, sink);
                self.send(&answer, journal, sink).await;
                return Ok(Passed::Own);
            }
        };
        let readings = postern_policy::Facts::readings(&facts).unwrap_or_default();
        // Whoever is refused after it has passed has taken from them.
        let limits = standings(walk.limits(), readings, u32::from(passed));
        let host = walk.host(&facts).unwrap_or_default();
        let path = walk.path(&facts).unwrap_or_default();
        let terms = Terms::of(
            walk.service()
                .and_then(|service| snapshot.rules.configuration().services.get(service)),
            walk.environment(snapshot.rules),
            walk.identity().is_some(),
        );
        let terms = Terms {
            limits: &limits,
            about: Some((host, path)),
            ..terms.at(walk.route().copied(), snapshot.rules)
        };
        let (refusal, _) = rendered(self.state, self.caller, &meant, journal, &denial, &terms);
        rest_unread(intake, journal, sink);
        if denial.code == Code::Malformed {
            sink.close();
        }
        // What is recorded is the question: the operation has refused nobody.
        journal.own(refusal.status);
        refuse::send(&refusal, journal, sink).await;
        Ok(Passed::Own)
    }

    /// How a check is refused to whoever proves nothing: as the operation would, where strangers
    /// may know of it.
    fn turned_away<'s>(
        &'s self,
        denial: Denial,
        decided: Decision,
        (service, environment): (Option<&'s Service>, Option<&Name>),
        ways: &'s HostWays,
    ) -> (Denial, Terms<'s>) {
        match (decided, service.filter(|s| is_open_about_itself(s))) {
            (Decision::Refuse(told), Some(service)) if told.stage() == Stage::Authenticate => {
                (told, Terms::of(Some(service), environment, false))
            }
            _ => {
                let name = &*self.state.configuration().forwarding.name;
                let terms = Terms {
                    accepted: Some((name, ways.told())),
                    ..Terms::of(None, None, false)
                };
                (denial, terms)
            }
        }
    }
}

/// What comes to light while a body is read is a refusal like any other.
fn refused_as_well(walked: Result<Decision, Failed>) -> Result<Decision, Failed> {
    match walked {
        Err(Failed::Refused(denial)) => Ok(Decision::Refuse(denial)),
        other => other,
    }
}

/// Whether the service that is asked about does not take requests over this connection.
fn is_about_the_connection(decided: &Decision) -> bool {
    matches!(decided, Decision::Refuse(denial) if denial.stage() == Stage::Connection)
}

/// Reads a body whose length nobody has said, to tell whether it is longer than it may be.
async fn read_through<S: RequestSource>(
    intake: &mut Intake<'_, S>,
    limit: Option<u64>,
    state: &CoreState,
    journal: &Journal<'_>,
) -> Result<(), Failed> {
    if limit.is_none() || intake.length() != Length::Chunked {
        return Ok(());
    }
    let timeout = state.configuration().timeouts.body;
    let failed = |fault| caller_fault(fault, timeout);
    intake.limit(limit);
    intake.proceed().await.map_err(failed)?;
    loop {
        match intake.take().map_err(failed)? {
            Some(Piece::Data(piece)) => count(&journal.traffic().received, piece.len()),
            Some(Piece::End) => return Ok(()),
            None => intake.fill().await.map_err(failed)?,
        }
    }
}
