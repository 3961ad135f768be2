//! What providers send when they have signed somebody out.

use super::super::faults::{Failed, caller_fault};
use super::super::intake::Intake;
use super::super::journal::Journal;
use super::super::message::RequestSource;
use super::{Answering, too_many};
use crate::sessions::{Clients, logout_refused};
use crate::wellknown::answer::Answer;
use crate::wellknown::session::{self, LONGEST_FORM};
use postern_model::Denial;
use postern_policy::facts::Used;
use postern_policy::fields::Known;
use postern_policy::{Live, Snapshot};

impl Answering<'_> {
    /// Ends the sessions that a provider says have ended (OpenID Connect Back-Channel Logout 1.0
    /// §2.5 to §2.8).
    pub(super) async fn logged_out<S: RequestSource>(
        &self,
        snapshot: &Snapshot<'_>,
        live: &Live<'_>,
        intake: &mut Intake<'_, S>,
        journal: &Journal<'_>,
    ) -> Result<Answer, Failed> {
        let clients = self.clients(snapshot, live);
        if clients.is_empty() {
            return Err(Failed::Refused(self.asked.not_found(snapshot.rules, live)));
        }
        let timeout = self.state.configuration().timeouts.body;
        let form = intake.start(LONGEST_FORM + 1).await;
        let form = form.map_err(|fault| caller_fault(fault, timeout))?;
        let token = session::logout_token(self.head.get(Known::ContentType), form);
        let token = token.map_err(|error| self.not_believed(logout_refused(error), journal))?;
        let shared = &self.core.shared;
        let believed = shared
            .browsers
            .believed(token.as_bytes(), &clients, &shared.issuers)
            .await;
        let believed = believed.map_err(|denial| self.not_believed(denial, journal))?;
        let again = match shared.counting.once(believed.once, true, journal.now()) {
            Used::First | Used::Unasked => None,
            Used::Again => Some("the token was used before (`jti`)"),
            Used::NoRoom => Some("it cannot be told whether the token was used before"),
        };
        if let Some(error) = again {
            return Err(Failed::Refused(logout_refused(error)));
        }
        let ended = shared.browsers.log_out(believed).await;
        let ended = ended.map_err(Failed::Refused)?;
        tracing::info!(sessions = ended, "a provider has signed somebody out");
        Ok(session::empty(200))
    }

    /// Who signs people in on the host that is asked, and for which clients.
    fn clients<'a>(&'a self, snapshot: &Snapshot<'a>, live: &'a Live<'_>) -> Vec<Clients<'a>> {
        let issuers = &snapshot.rules.configuration().issuers;
        let host = self.asked.host(live);
        let mut clients: Vec<Clients<'a>> = Vec::new();
        for (_, rule) in session::services(snapshot.rules, host) {
            let Some(issuer) = issuers.get(rule.issuer) else {
                continue;
            };
            let known = clients
                .iter_mut()
                .find(|one| one.issuer.name == issuer.name);
            match known {
                Some(one) => one.ids.push(&rule.client_id),
                None => clients.push(Clients {
                    issuer,
                    ids: vec![&rule.client_id],
                }),
            }
        }
        clients
    }

    /// Whoever sends many tokens that are not believed is told to wait.
    fn not_believed(&self, denial: Denial, journal: &Journal<'_>) -> Failed {
        let (counting, address) = (&self.core.shared.counting, self.asked.client.address);
        match counting.ask(address, journal.now()) {
            Ok(()) => Failed::Refused(denial),
            Err(wait) => Failed::Refused(too_many(wait)),
        }
    }
}
