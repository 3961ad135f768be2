//! Issuers that are built in, as they are asked for tokens (RFC 6749 §4.4).

use super::super::decide::hold_back;
use super::super::faults::{Failed, caller_fault};
use super::super::intake::Intake;
use super::super::journal::Journal;
use super::super::message::RequestSource;
use super::{Answering, internal, too_many};
use crate::issuers::GivenUp;
use crate::wellknown::Endpoint;
use crate::wellknown::answer::Answer;
use crate::wellknown::issuers::{self, Form, LONGEST};
use postern_model::denial::{Code, Denial};
use postern_model::entity::{BuiltIn, Issuer, IssuerKeys};
use postern_policy::credential::{Client, HostWays, grantable, issuer_on, proved};
use postern_policy::fields::Known;
use postern_policy::{Identity, Live, Snapshot};
use postern_proof::Trusted;

/// An issuer that is built in.
type Own<'a> = (&'a Issuer, &'a BuiltIn);

impl Answering<'_> {
    /// The issuer of that name, where a service on this host takes its tokens.
    pub(super) fn issuer<'a>(
        &self,
        name: &str,
        snapshot: &Snapshot<'a>,
        live: &Live<'_>,
    ) -> Option<Own<'a>> {
        let issuer = issuer_on(name, self.asked.host(live), snapshot.rules)?;
        match &issuer.keys {
            IssuerKeys::BuiltIn(own) => Some((issuer, own)),
            _ => None,
        }
    }

    /// Answers what an issuer is asked.
    pub(super) async fn issue<S: RequestSource>(
        &self,
        (issuer, own): Own<'_>,
        endpoint: Endpoint,
        (snapshot, live): (&Snapshot<'_>, &Live<'_>),
        intake: &mut Intake<'_, S>,
        journal: &mut Journal<'_>,
    ) -> Result<Answer, Failed> {
        let now = journal.now().div_euclid(1000);
        let shared = &self.core.shared;
        let answer = match endpoint {
            Endpoint::Description => issuers::description(issuer, shared.revoke.can()),
            Endpoint::Keys => issuers::keys(issuer, own, shared.issuers.signing(), now),
            Endpoint::Token | Endpoint::Revocation => {
                let timeout = self.state.configuration().timeouts.body;
                let body = intake.start(LONGEST + 1).await;
                let body = body.map_err(|fault| caller_fault(fault, timeout))?;
                let form = Form::read(
                    self.head.get(Known::ContentType),
                    self.head.get(Known::Authorization),
                    body,
                );
                let form = form.map_err(Failed::Refused)?;
                let client = self.client(&form, (snapshot, live), journal).await?;
                if endpoint == Endpoint::Token {
                    self.grant((issuer, own), (&form, &client), snapshot, journal)?
                } else {
                    self.give_up(issuer, (&form, &client), snapshot, journal)
                        .await?
                }
            }
        };
        answer.ok_or_else(internal)
    }

    /// Whoever shows a key in a form. Guesses are counted and slowed as everywhere.
    async fn client(
        &self,
        form: &Form,
        (snapshot, live): (&Snapshot<'_>, &Live<'_>),
        journal: &mut Journal<'_>,
    ) -> Result<Identity, Failed> {
        let (id, secret) = &form.client;
        let shown = Client {
            id,
            secret: secret.as_bytes(),
        };
        let verdict = shown.verify(snapshot, &self.core.shared.keyer);
        let ways = HostWays::on(self.asked.host(live), snapshot.rules);
        let proved = proved(&verdict, ways.told(), live, snapshot);
        let stands = proved.and_then(|who| match self.asked.held_off(&who, snapshot, live) {
            Some(denial) => Err(denial),
            None => Ok(who),
        });
        match stands {
            Ok(identity) => {
                journal.asked_by(&identity);
                Ok(identity)
            }
            Err(denial) => {
                let (client, now) = (Some(&self.asked.client), journal.now());
                let (core, state) = (self.core, self.state);
                hold_back(core, state, Some(&verdict), client, &denial, now).await;
                Err(Failed::Refused(denial))
            }
        }
    }

    /// A token for whoever has a key.
    fn grant(
        &self,
        (issuer, own): Own<'_>,
        (form, client): (&Form, &Identity),
        snapshot: &Snapshot<'_>,
        journal: &Journal<'_>,
    ) -> Result<Option<Answer>, Failed> {
        let now = journal.now().div_euclid(1000);
        let asked = form.scopes().map_err(Failed::Refused)?;
        let may = grantable(client, snapshot, now);
        let (keyer, id) = (self.core.shared.issuers.signing(), journal.id());
        let scopes = (asked.as_ref(), &may);
        let made = issuers::token(issuer, own, keyer, client, scopes, (id.as_str(), now));
        made.map_err(Failed::Refused)
    }

    /// Ends a token that its own app gives up (RFC 7009). Each is a change that every node takes
    /// over, so that an address may do so only so often.
    async fn give_up(
        &self,
        issuer: &Issuer,
        (form, client): (&Form, &Identity),
        snapshot: &Snapshot<'_>,
        journal: &Journal<'_>,
    ) -> Result<Option<Answer>, Failed> {
        let shared = &self.core.shared;
        let refused = |denial| Err(Failed::Refused(denial));
        if !shared.revoke.can() {
            return refused(issuers::not_here());
        }
        let token = form.token().map_err(Failed::Refused)?;
        if let Err(wait) = shared
            .counting
            .ask(self.asked.client.address, journal.now())
        {
            return refused(too_many(wait));
        }
        let known = shared.issuers.keyring().of(&issuer.name).known.clone();
        let ending = known.and_then(|keys| {
            let now = journal.now().div_euclid(1000);
            let by = Trusted {
                issuer,
                keys: &keys,
            };
            issuers::given_up(token, &by, now)
        });
        let Some(ending) = ending else {
            return Ok(issuers::done());
        };
        let of = snapshot.directory.credential(&ending.client);
        if of.is_none_or(|of| of.app != client.app.name) {
            return refused(issuers::of_another());
        }
        let given_up = GivenUp {
            issuer: issuer.name.clone(),
            token: ending.token.to_string(),
            until: ending.until,
            app: client.app.name.clone(),
        };
        match shared.revoke.revoke(given_up).await {
            Ok(()) => Ok(issuers::done()),
            Err(error) => {
                tracing::error!(issuer = &*issuer.name, "a token cannot be revoked: {error}");
                refused(
                    Denial::new(Code::Overloaded).saw("which", "revocations that wait to be kept"),
                )
            }
        }
    }
}
