//! Answering what the gateway is asked itself, by the same sink, ids, records and counters as
//! everything else.

mod check;
mod grant;
mod logout;
mod session;

use super::attempt::Passed;
use super::decide::hold_back;
use super::faults::Failed;
use super::intake::Intake;
use super::journal::{Journal, count};
use super::message::{RequestSource, ResponseSink};
use super::run::skip;
use super::verified::Looking;
use crate::connection::Caller;
use crate::counting::ASKED_A_MINUTE;
use crate::date;
use crate::gateway::{Core, CoreState};
use crate::http1::Length;
use crate::wellknown::answer::Answer;
use crate::wellknown::session::SessionPage;
use crate::wellknown::{Page, csrf, denials, may_come, whoami};
use postern_model::entity::Authentication;
use postern_model::{Code, Denial, RequestId};
use postern_policy::client::{Scheme, scheme};
use postern_policy::credential::{HostWays, proved};
use postern_policy::facts::CredentialVerdict;
use postern_policy::head::Head;
use postern_policy::{Identity, Live, Own, Snapshot};
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
            let allowed = page.allowed().iter().map(|method| method.as_str().into());
            let allowed: Vec<Cow<'static, str>> = allowed.collect();
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
            Page::Csrf => self
                .csrf_token(&snapshot, &live, journal)
                .ok_or_else(not_found)?,
            Page::Session(SessionPage::BackchannelLogout) => {
                self.logged_out(&snapshot, &live, intake, journal).await?
            }
            Page::Session(page) => self.session(page, &snapshot, &live, journal).await?,
            Page::Issuer(name, endpoint) => {
                let at = self.issuer(name, &snapshot, &live).ok_or_else(not_found)?;
                self.issue(at, endpoint, (&snapshot, &live), intake, journal)
                    .await?
            }
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
        let ways = HostWays::on(self.asked.host(live), snapshot.rules);
        let now = journal.now();
        let mut asker = self.asker_by(ways.told(), snapshot, live).await;
        // Who proves nothing by what services that conceal themselves accept is told of the others.
        let mut guess = None;
        if asker.proved.is_err()
            && let Some(all) = ways.all()
        {
            match self.asker_by(all, snapshot, live).await {
                known @ Asker { proved: Ok(_), .. } => asker = known,
                other => guess = Some(other),
            }
        }
        // Whether it is good hangs on what was found, not only on whom that proves.
        live.provide_credential(asker.verdict.clone());
        if let Ok(identity) = &asker.proved {
            journal.asked_by(identity);
        } else {
            let Asker { verdict, proved } = guess.as_ref().unwrap_or(&asker);
            // Whoever shows nothing guesses nothing.
            if let Err(denial) = proved
                && denial.code != Code::CredentialMissing
            {
                let client = Some(&self.asked.client);
                let (core, state) = (self.core, self.state);
                hold_back(core, state, Some(verdict), client, denial, now).await;
            }
        }
        asker
    }

    /// Who asks, as far as what is accepted there tells.
    async fn asker_by(
        &self,
        accepted: &Authentication,
        snapshot: &Snapshot<'_>,
        live: &Live<'_>,
    ) -> Asker {
        let settings = &snapshot.rules.configuration().client;
        let looking = Looking {
            core: self.core,
            state: self.state,
            snapshot,
            live,
            accepted,
            secure: scheme(live, settings, &self.asked.client) == Scheme::Https,
            client: Some(&self.asked.client),
            // Asking uses nothing up.
            spends: false,
        };
        let verdict = looking.verdict().await;
        let proved = proved(&verdict, accepted, live, snapshot);
        Asker { verdict, proved }
    }

    async fn whoami(
        &self,
        snapshot: &Snapshot<'_>,
        live: &Live<'_>,
        journal: &mut Journal<'_>,
    ) -> Result<Answer, Failed> {
        let proved = self.asker(snapshot, live, journal).await.proved;
        let identity = proved.as_ref().ok();
        let held_off = identity.and_then(|who| self.asked.held_off(who, snapshot, live));
        let id = journal.id();
        let asking = whoami::Asking {
            id: id.as_str(),
            client: &self.asked.client,
            proved: proved.as_ref(),
            held_off: held_off.as_ref(),
            now: journal.now(),
        };
        let counting = &self.core.shared.counting;
        whoami::answer(&asking, snapshot, counting).ok_or_else(internal)
    }

    /// A token for pages of this host, where some policy asks for one.
    fn csrf_token(
        &self,
        snapshot: &Snapshot<'_>,
        live: &Live<'_>,
        journal: &Journal<'_>,
    ) -> Option<Answer> {
        let rules = snapshot.rules;
        let client = &self.asked.client;
        let spoken = scheme(live, &rules.configuration().client, client);
        let random = || u128::from(self.core.random());
        let asked = csrf::Asked {
            address: client.address,
            secure: spoken == Scheme::Https,
            now: journal.now().div_euclid(1000),
            random: (random() << 64) | random(),
        };
        csrf::answer(&asked, rules, &self.core.shared.keyer)
    }

    /// Tells what became of a request. Whatever is asked, the same is done: the credential is
    /// verified, the signature is compared, the record is looked for.
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
        let good = |who: &Identity| self.asked.held_off(who, snapshot, live).is_none();
        let identity = asker.proved.ok().filter(good);
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

/// Passes over the rest of a body that no answer needs.
pub(super) fn rest_unread<S: RequestSource>(
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
