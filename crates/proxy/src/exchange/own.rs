//! Answering what the gateway is asked itself, by the same sink, ids, records and counters as
//! everything else.

use super::attempt::Passed;
use super::decide::{Counted, Walking, hold_back};
use super::faults::{Failed, caller_fault};
use super::intake::Intake;
use super::journal::{Journal, count};
use super::message::{Piece, RequestSource, ResponseSink, Source as _};
use super::refuse::{self, Terms, rendered};
use super::run::skip;
use super::standing::standings;
use crate::connection::Caller;
use crate::counting::ASKED_A_MINUTE;
use crate::date;
use crate::gateway::{Core, CoreState};
use crate::http1::Length;
use crate::wellknown::answer::Answer;
use crate::wellknown::{CHECK_SEGMENTS, Page, check, denials, may_come, whoami};
use postern_model::entity::{CredentialState, Service};
use postern_model::{Code, Denial, RequestId, Stage};
use postern_policy::credential::{KeyPlaces, is_open_about_itself};
use postern_policy::facts::CredentialVerdict;
use postern_policy::head::Head;
use postern_policy::own::shifted;
use postern_policy::router::RESERVED;
use postern_policy::{Decision, Depth, Identity, Live, Own, Snapshot, Walk};
use std::borrow::Cow;
use std::rc::Rc;
use std::time::Duration;

/// How long a record may be looked for.
const LOOKING: Duration = Duration::from_secs(5);

/// A question to the gateway itself.
#[derive(Debug)]
pub(super) struct Answering<'a> {
    pub(super) core: &'a Rc<Core>,
    pub(super) state: &'a Rc<CoreState>,
    pub(super) caller: &'a Caller,
    pub(super) head: &'a Head,
    pub(super) asked: &'a Own,
}

/// Who asks.
struct Asker {
    verdict: CredentialVerdict,
    proved: Result<Identity, Denial>,
}

impl Answering<'_> {
    /// Answers it, or says why not.
    pub(super) async fn answer<S: RequestSource>(
        &self,
        intake: &mut Intake<'_, S>,
        journal: &mut Journal<'_>,
        sink: &mut impl ResponseSink,
    ) -> Result<Passed, Failed> {
        let directory = self.core.shared.directory.load_full();
        let snapshot = Snapshot {
            rules: &self.state.snapshot().rules,
            directory: &directory,
        };
        let live = Live::new(self.head, &self.caller.facts, journal.now());
        let not_found = || Failed::Refused(self.asked.not_found(snapshot.rules, &live));
        let page = Page::of(self.asked.rest(&live)).ok_or_else(not_found)?;
        if self.head.method() == b"CONNECT" {
            // Any 2xx would open the WebSocket that is asked for (RFC 8441 §5).
            return Err(Failed::Refused(
                Denial::new(Code::UpgradeNotAllowed).saw("token", "websocket"),
            ));
        }
        if !page.answers(self.asked.method) {
            let allowed: Vec<Cow<'static, str>> = vec!["GET".into(), "HEAD".into()];
            return Err(Failed::Refused(
                Denial::new(Code::MethodNotAllowed)
                    .saw("method", self.asked.method.as_str())
                    .saw("allowed", allowed),
            ));
        }
        let answer = match page {
            Page::Denials(name) => denials::answer(name, self.head).ok_or_else(not_found)?,
            Page::DenialsBare => denials::moved(),
            Page::Whoami => self.whoami(&snapshot, &live, journal).await?,
            Page::Request(id) => self.request(id, &snapshot, &live, journal).await?,
            Page::Check => {
                return self.check(&snapshot, &live, intake, journal, sink).await;
            }
        };
        rest_unread(intake, journal, sink);
        self.send(&answer, journal, sink).await;
        Ok(Passed::Own)
    }

    /// Finds out who asks. Guesses are counted and slowed wherever they are made.
    async fn asker(
        &self,
        snapshot: &Snapshot<'_>,
        live: &Live<'_>,
        journal: &mut Journal<'_>,
    ) -> Asker {
        let places = KeyPlaces::on(self.asked.host(live), snapshot.rules);
        let verdict = places.verify(live, snapshot, &self.core.shared.keyer);
        let proved = places.proved(&verdict, live, snapshot);
        match &proved {
            Ok(identity) => journal.asked_by(identity),
            Err(denial) if denial.code != Code::CredentialMissing => {
                let client = Some(&self.asked.client);
                let (core, state, now) = (self.core, self.state, journal.now());
                hold_back(core, state, Some(&verdict), client, denial, now).await;
            }
            // Whoever shows nothing guesses nothing.
            Err(_) => {}
        }
        Asker { verdict, proved }
    }

    async fn whoami(
        &self,
        snapshot: &Snapshot<'_>,
        live: &Live<'_>,
        journal: &mut Journal<'_>,
    ) -> Result<Answer, Failed> {
        let asker = self.asker(snapshot, live, journal).await;
        let caller = whoami::Caller::of(&asker.verdict, asker.proved.as_ref().ok());
        let counting = &self.core.shared.counting;
        let (id, now, client) = (journal.id(), journal.now(), &self.asked.client);
        whoami::answer(id.as_str(), client, caller, snapshot, counting, now).ok_or_else(internal)
    }

    /// Tells what became of a request. Whatever is asked, the same is done: the key is verified,
    /// the signature is compared, the record is looked for.
    async fn request(
        &self,
        id: &str,
        snapshot: &Snapshot<'_>,
        live: &Live<'_>,
        journal: &mut Journal<'_>,
    ) -> Result<Answer, Failed> {
        let now = journal.now();
        let client = &self.asked.client;
        if let Err(wait) = self.core.shared.counting.ask(client.address, now) {
            return Err(Failed::Refused(too_many(wait)));
        }
        let asker = self.asker(snapshot, live, journal).await;
        let not_found = || self.asked.not_found(snapshot.rules, live);
        let (Some(requests), Some(id)) = (&self.core.shared.requests, RequestId::parse(id)) else {
            return Err(Failed::Refused(not_found()));
        };
        let query = self.head.query().unwrap_or_default();
        let signed = requests.links.verify(id, query, now.div_euclid(1000));
        let looked = tokio::time::timeout(LOOKING, requests.records.consumer(id)).await;
        let record = looked.ok().flatten();
        let identity = asker.proved.ok().filter(|who| self.is_good(who, now));
        let may_read = |record: &crate::wellknown::ConsumerRecord| {
            signed || identity.as_ref().is_some_and(|who| record.is_of(who))
        };
        let on_its_way = record.is_none() && may_come(id, now);
        match record.filter(may_read) {
            Some(record) => Answer::personal_json(200, record.projection).ok_or_else(internal),
            None if signed && on_its_way => {
                let body = b"{\"state\":\"pending\"}".to_vec();
                let answer = Answer::personal_json(202, body).ok_or_else(internal)?;
                Ok(answer.with("retry-after", "1"))
            }
            // By the id alone, so that it tells nothing of whether there is such a request.
            None if may_come(id, now) => Err(Failed::Refused(not_found().retry_after(1))),
            None => Err(Failed::Refused(not_found())),
        }
    }

    /// Whether a genuine key is good, here and now.
    fn is_good(&self, identity: &Identity, now: i64) -> bool {
        let row = &identity.credential;
        let only = row.restriction.as_deref().map(|only| &only.networks);
        let here = |networks: &Vec<ipnet::IpNet>| {
            networks.is_empty()
                || networks
                    .iter()
                    .any(|net| net.contains(&self.asked.client.address))
        };
        row.state(now.div_euclid(1000)) == CredentialState::Active && only.is_none_or(here)
    }

    /// Decides about the request that is asked about, and takes nothing. Only whoever has a genuine
    /// key may ask; but what the service demands of the connection comes before any key is looked
    /// at, as it does there.
    async fn check<S: RequestSource>(
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
        let mut facts = Live::new(&meant, &self.caller.facts, now).misdirected(misdirected);
        let mut walk = Walk::new(Depth::FirstDenial);
        let walking = Walking {
            core: self.core,
            state: self.state,
            caller: self.caller,
            snapshot,
            now,
        };
        let walked = walking.walk(&mut walk, &mut facts, intake, Counted::Asked);
        let mut decided = refused_as_well(walked.await)?;
        if let Some(identity) = walk.identity() {
            journal.asked_by(identity);
        } else if !is_about_the_connection(&decided) {
            let asker = self.asker(snapshot, live, journal).await;
            if let Err(denial) = asker.proved {
                let service = walk.route().map(|route| snapshot.rules.service(route));
                self.turn_away(
                    denial, decided, service, snapshot, live, intake, journal, sink,
                )
                .await;
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
        };
        let readings = postern_policy::Facts::readings(&facts).unwrap_or_default();
        // Whoever is refused after it has passed has taken from them.
        let limits = standings(walk.limits(), readings, u32::from(passed));
        let terms = Terms {
            limits: &limits,
            ..Terms::of(
                walk.service()
                    .and_then(|service| snapshot.rules.configuration().services.get(service)),
                walk.identity().is_some(),
            )
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

    /// Refuses a check to whoever proves nothing: as the operation would, where strangers may know
    /// of it.
    #[expect(clippy::too_many_arguments, reason = "what a check has in hand")]
    async fn turn_away<S: RequestSource>(
        &self,
        denial: Denial,
        decided: Decision,
        service: Option<&Service>,
        snapshot: &Snapshot<'_>,
        live: &Live<'_>,
        intake: &mut Intake<'_, S>,
        journal: &mut Journal<'_>,
        sink: &mut impl ResponseSink,
    ) {
        let places = KeyPlaces::on(self.asked.host(live), snapshot.rules);
        let service = service.filter(|service| is_open_about_itself(service));
        let (denial, terms) = match (decided, service) {
            (Decision::Refuse(told), Some(service)) if told.stage() == Stage::Authenticate => {
                (told, Terms::of(Some(service), false))
            }
            _ => {
                let accepted = Some((&*self.state.configuration().forwarding.name, places.told()));
                let terms = Terms {
                    accepted,
                    ..Terms::of(None, false)
                };
                (denial, terms)
            }
        };
        let (refusal, told) =
            rendered(self.state, self.caller, self.head, journal, &denial, &terms);
        rest_unread(intake, journal, sink);
        journal.refused(denial, &refusal, told);
        refuse::send(&refusal, journal, sink).await;
    }

    async fn send(&self, answer: &Answer, journal: &mut Journal<'_>, sink: &mut impl ResponseSink) {
        sink.begin(answer.status);
        sink.field(b"date", date::now().as_bytes());
        for (name, value) in &answer.fields {
            sink.field(name.as_bytes(), value.as_bytes());
        }
        sink.field(b"x-request-id", journal.id().as_str().as_bytes());
        sink.end_head(Length::Exact(answer.body.len() as u64));
        journal.own(answer.status);
        let sent = async {
            if self.head.method() != b"HEAD" && !answer.body.is_empty() {
                count(journal.sent(), answer.body.len());
                sink.data(&answer.body).await?;
            }
            sink.end(None).await
        };
        if sent.await.is_err() {
            journal.undelivered();
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

/// Passes over the rest of a body that no answer needs.
fn rest_unread<S: RequestSource>(
    intake: &mut Intake<'_, S>,
    journal: &Journal<'_>,
    sink: &mut impl ResponseSink,
) {
    if !skip(intake, journal.traffic()) {
        sink.close();
    }
}

fn internal() -> Failed {
    Failed::Refused(Denial::new(Code::Internal))
}

/// An address asks too often about requests. `wait` is in milliseconds.
fn too_many(wait: u64) -> Denial {
    let by: Vec<Cow<'static, str>> = vec!["address".into()];
    Denial::new(Code::RateExceeded)
        .saw("name", "requests")
        .saw("by", by)
        .saw("limit", u64::from(ASKED_A_MINUTE))
        .saw("window", 60_000u64)
        .saw("reset", wait)
        .retry_after(u32::try_from(wait.div_ceil(1000)).unwrap_or(u32::MAX))
}
