//! Who is signed in at browsers, and ending that.

mod scan;
mod told;

use super::Service;
use super::audit::{note, now_ms};
use crate::browsers::{BrowserSessions, Ending, KeptSession};
use crate::{Actor, Refusal};
use postern_model::permission::Point;
use postern_policy::session::How;
use postern_store::{Event, Kind};
use scan::{Which, forbidden, missing, prefix};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;
pub use told::{EndedBefore, RevokedSessions, SignedIn, SignedInPage};

/// Sessions on a page at most.
const MOST: usize = 1_000;
/// Sessions that are revoked together.
const TOGETHER: usize = 500;
/// How many times that at once; whoever asked asks again for more.
const ROUNDS: usize = 20;
/// The longest reason, bytes.
const LONGEST_REASON: usize = 500;

/// Which sessions to list.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Wanted {
    service: Option<String>,
    issuer: Option<String>,
    host: Option<String>,
    user: Option<String>,
    after: Option<String>,
    limit: Option<usize>,
}

/// Which sessions to revoke.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Revoke {
    id: Option<String>,
    service: Option<String>,
    issuer: Option<String>,
    host: Option<String>,
    user: Option<String>,
    all: Option<bool>,
    reason: Option<String>,
}

impl Revoke {
    /// Refuses what says nothing, or two things.
    fn check(&self) -> Result<(), Refusal> {
        let conditions = [&self.service, &self.issuer, &self.host, &self.user];
        let some = conditions.iter().any(|condition| condition.is_some());
        let all = self.all.unwrap_or_default();
        let said = [self.id.is_some(), some, all];
        let help =
            "name one session (`id`), or which (`user`, `service`, `issuer`, `host`), or `all`";
        if said.iter().filter(|said| **said).count() != 1 {
            let message = "it is not clear which sessions are meant".to_owned();
            return Err(Refusal::invalid(message).help(help));
        }
        let length = self.reason.as_ref().map_or(0, String::len);
        if length > LONGEST_REASON {
            let message = format!("the reason has {length} bytes; {LONGEST_REASON} are the most");
            return Err(Refusal::invalid(message));
        }
        Ok(())
    }

    fn which(&self) -> Which<'_> {
        Which {
            service: self.service.as_deref(),
            issuer: self.issuer.as_deref(),
            host: self.host.as_deref(),
            user: self.user.as_deref(),
        }
    }
}

impl Service {
    /// The same, which knows who is signed in at browsers.
    #[must_use]
    pub fn knowing_sessions(mut self, sessions: Arc<BrowserSessions>) -> Self {
        self.sessions = Some(sessions);
        self
    }

    pub(super) async fn signed_in(
        &self,
        actor: &Actor,
        wanted: Wanted,
    ) -> Result<SignedInPage, Refusal> {
        let most = wanted.limit.unwrap_or(100).clamp(1, MOST);
        let which = Which {
            service: wanted.service.as_deref(),
            issuer: wanted.issuer.as_deref(),
            host: wanted.host.as_deref(),
            user: wanted.user.as_deref(),
        };
        let after = wanted.after.as_deref();
        let page = self
            .scan(actor, &which, Point::SessionsRead, after, most)
            .await?;
        Ok(SignedInPage {
            sessions: page.found.into_iter().map(|(_, one)| one).collect(),
            next: page.next,
        })
    }

    /// Revokes sessions, on every node within a second.
    pub(super) async fn sign_out(
        &self,
        actor: &Actor,
        wanted: Revoke,
    ) -> Result<RevokedSessions, Refusal> {
        wanted.check()?;
        if let Some(id) = &wanted.id {
            return self.sign_out_one(actor, id, &wanted).await;
        }
        if let Some(service) = &wanted.service {
            self.may_revoke_at(actor, service)?;
        }
        let (which, mut after) = (wanted.which(), None::<String>);
        let mut done = RevokedSessions::default();
        for _ in 0..ROUNDS {
            let point = Point::SessionsRevoke;
            let page = self
                .scan(actor, &which, point, after.as_deref(), TOGETHER)
                .await?;
            done.revoked += self.revoke(actor, page.found, &which, &wanted).await?;
            after = page.next;
            if after.is_none() {
                return Ok(done);
            }
        }
        done.more = true;
        Ok(done)
    }

    /// A service whose sessions are not somebody's to revoke is as if it were not there.
    fn may_revoke_at(&self, actor: &Actor, service: &str) -> Result<(), Refusal> {
        let point = Point::SessionsRevoke;
        if !actor.grants.allow_somewhere(point) {
            return Err(forbidden(point));
        }
        if actor
            .grants
            .allow(point, self.tenant_of(service).as_deref())
        {
            return Ok(());
        }
        let service: String = service
            .chars()
            .take(64)
            .flat_map(char::escape_debug)
            .collect();
        Err(Refusal::new(
            "not_found",
            format!("there is no service `{service}`"),
        ))
    }

    async fn sign_out_one(
        &self,
        actor: &Actor,
        id: &str,
        wanted: &Revoke,
    ) -> Result<RevokedSessions, Refusal> {
        let (Some(sessions), Some(prefix)) = (&self.sessions, prefix(id)) else {
            return Err(missing(id));
        };
        let may = |service: &str| {
            let tenant = self.tenant_of(service);
            let sees = actor.grants.allow(Point::SessionsRead, tenant.as_deref());
            let point = Point::SessionsRevoke;
            match (actor.grants.allow(point, tenant.as_deref()), sees) {
                (true, _) => Ok(()),
                (false, true) => Err(forbidden(point)),
                (false, false) => Err(missing(id)),
            }
        };
        if let Some(kept) = sessions.like(prefix, now_ms()).await? {
            let one = self.told(&kept).ok_or_else(|| missing(id))?;
            may(&one.service)?;
            let found = vec![(kept, one)];
            let revoked = self.revoke(actor, found, &Which::default(), wanted).await?;
            return Ok(RevokedSessions {
                revoked,
                ..RevokedSessions::default()
            });
        }
        let ended = sessions.ended_like(prefix, now_ms()).await?;
        let ended = ended.ok_or_else(|| missing(id))?;
        may(&ended.service)?;
        Ok(RevokedSessions {
            before: Some(EndedBefore::of(&ended.closed)?),
            ..RevokedSessions::default()
        })
    }

    /// Revokes what was found; how many. The audit trail has it first.
    async fn revoke(
        &self,
        actor: &Actor,
        found: Vec<(KeptSession, SignedIn)>,
        which: &Which<'_>,
        wanted: &Revoke,
    ) -> Result<u64, Refusal> {
        let Some(sessions) = self.sessions.as_ref().filter(|_| !found.is_empty()) else {
            return Ok(0);
        };
        let mut by_service: BTreeMap<&str, Vec<&SignedIn>> = BTreeMap::new();
        for (_, one) in &found {
            by_service.entry(&one.service).or_default().push(one);
        }
        for (service, those) in by_service {
            self.note_revoked(actor, service, &those, which, wanted)
                .await?;
        }
        let ending = Ending {
            how: How::Revoked,
            by: Some(actor.who.clone()),
            reason: wanted.reason.clone().filter(|reason| !reason.is_empty()),
        };
        let kept: Vec<KeptSession> = found.into_iter().map(|(kept, _)| kept).collect();
        let ended = sessions.end_all(&kept, &ending, now_ms()).await?;
        for (key, closed) in &ended {
            self.running.session_ended(key, closed);
        }
        Ok(u64::try_from(ended.len()).unwrap_or(u64::MAX))
    }

    async fn note_revoked(
        &self,
        actor: &Actor,
        service: &str,
        those: &[&SignedIn],
        which: &Which<'_>,
        wanted: &Revoke,
    ) -> Result<(), Refusal> {
        let what = match (&wanted.id, those) {
            (Some(_), [one]) => format!("a session of {}", one.whose()),
            _ => format!("{} sessions{}", those.len(), which.words()),
        };
        let comment = match wanted.reason.as_deref() {
            None | Some("") => what,
            Some(reason) => format!("{what}: {reason}"),
        };
        let Some(store) = self.store() else {
            tracing::info!(who = actor.who, service, "revoked {comment}");
            return Ok(());
        };
        let subject = match &wanted.id {
            Some(id) => ("session", id.as_str()),
            None => ("service", service),
        };
        let tenant = those.first().and_then(|one| one.tenant.as_deref());
        let event = Event {
            name: "sessions_revoked".into(),
            subject: Kind::new(subject.0)
                .ok()
                .map(|kind| (kind, subject.1.into())),
            tenant: tenant.map(Into::into),
        };
        note(store, actor, event, &comment).await
    }

    /// The tenant of a service; none: it is the platform's, or is gone, which the platform cleans up.
    fn tenant_of(&self, service: &str) -> Option<String> {
        let configuration = self.running.configuration();
        let mut services = configuration.services.iter();
        let service = services.find(|one| *one.name == *service)?;
        service.tenant.as_ref().map(ToString::to_string)
    }
}
