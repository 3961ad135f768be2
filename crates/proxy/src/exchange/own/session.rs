//! Signing in and out at a browser.

use super::super::faults::Failed;
use super::super::journal::Journal;
use super::{Answering, internal, too_many};
use crate::refusal::Form;
use crate::sessions::{Place, forgotten};
use crate::wellknown::answer::Answer;
use crate::wellknown::session::{self, SessionPage};
use postern_model::denial::{Code, Denial};
use postern_policy::client::{Scheme, scheme};
use postern_policy::cookie;
use postern_policy::facts::Facts;
use postern_policy::session::{How, Session};
use postern_policy::{Live, Snapshot};
use std::sync::Arc;

/// Sign-ins that one browser may have under way: beyond that, those before are forgotten.
const UNDER_WAY: usize = 4;

impl Answering<'_> {
    pub(super) async fn session(
        &self,
        page: SessionPage,
        snapshot: &Snapshot<'_>,
        live: &Live<'_>,
        journal: &Journal<'_>,
    ) -> Result<Answer, Failed> {
        let client = &self.asked.client;
        let configuration = snapshot.rules.configuration();
        let secure = scheme(live, &configuration.client, client) == Scheme::Https;
        let not_found = || Failed::Refused(self.asked.not_found(snapshot.rules, live));
        let origin = session::origin(live.authority(), secure).ok_or_else(not_found)?;
        let host = self.asked.host(live);
        let query = self.head.query().unwrap_or_default();
        let place = |service, rule| Place {
            snapshot: self.state.snapshot(),
            service,
            rule,
            origin: &origin,
            secure,
        };
        match page {
            SessionPage::SignIn => {
                let back = session::back(query).unwrap_or_else(|| "/".to_owned());
                let found = session::choose(snapshot.rules, host, &back);
                let (service, rule) = found.ok_or_else(not_found)?;
                let place = place(service, rule);
                self.begin(&place, back, live).await
            }
            SessionPage::Callback => {
                if let Err(wait) = self.core.shared.counting.ask(client.address, journal.now()) {
                    return Err(Failed::Refused(too_many(wait)));
                }
                let refused = |error: &'static str| {
                    let denial = Denial::new(Code::SessionInvalid).status(403);
                    Failed::Refused(denial.saw("error", error))
                };
                let query = std::str::from_utf8(query).ok();
                let query = query.filter(|query| query.len() <= session::LONGEST_QUERY);
                let query = query.ok_or_else(|| refused("the provider's answer is too long"))?;
                let state = session::parameter(query.as_bytes(), "state");
                let state = state.ok_or_else(|| refused("the provider's answer has no `state`"))?;
                let browsers = &self.core.shared.browsers;
                let resumed = browsers.pending(&state, secure, |name| only(live, name));
                let resumed = resumed.map_err(Failed::Refused)?;
                let found = session::named(snapshot.rules, host, resumed.service());
                let (service, rule) = found.ok_or_else(not_found)?;
                if resumed.origin() != origin {
                    return Err(refused("it was begun at another host"));
                }
                let place = place(service, rule);
                let before = self.signed_in(&place, live).await;
                let finished = browsers.finish(
                    &place,
                    resumed,
                    query.to_owned(),
                    client.address,
                    &self.core.shared.issuers,
                );
                let signed_in = finished.await.map_err(Failed::Refused)?;
                if let Some(before) = before {
                    browsers.end(before.digest, How::Replaced).await;
                }
                Ok(session::back_to(&signed_in, rule.same_site))
            }
            // It has a body, and nobody at a browser.
            SessionPage::BackchannelLogout => Err(not_found()),
            SessionPage::SignOut => {
                if let Some(denial) = self.asked.forged(snapshot.rules, live) {
                    return Err(Failed::Refused(denial));
                }
                let mut next = None;
                let mut cookies = Vec::new();
                let mut ended = false;
                for (service, rule) in session::services(snapshot.rules, host) {
                    let name = rule.cookie_name(secure);
                    if cookies.iter().any(|(known, _)| *known == name) {
                        continue;
                    }
                    let forgotten = forgotten(&name, secure);
                    cookies.push((name, forgotten));
                    next = next.or_else(|| Some(rule.after_sign_out.to_string()));
                    let place = place(service, rule);
                    if let Some(session) = self.signed_in(&place, live).await {
                        ended = true;
                        let out = self.core.shared.browsers.sign_out(&place, &session).await;
                        next = out.or(next);
                    }
                }
                let next = next.ok_or_else(not_found)?;
                let navigates = Form::of(self.head) == Form::Html;
                let answer = session::signed_out(&next, ended, navigates).ok_or_else(internal)?;
                let set = |answer: Answer, (_, cookie)| answer.with("set-cookie", cookie);
                Ok(cookies.into_iter().fold(answer, set))
            }
        }
    }

    async fn begin(
        &self,
        place: &Place<'_>,
        back: String,
        live: &Live<'_>,
    ) -> Result<Answer, Failed> {
        let browsers = &self.core.shared.browsers;
        let start = browsers.begin(place, back).await;
        let start = start.map_err(Failed::Refused)?;
        let mut answer = session::sent_to(start.url).with("set-cookie", start.cookie);
        let is_one = |name: &[u8]| {
            let name = name.strip_prefix(b"__Host-").unwrap_or(name);
            name.starts_with(cookie::SIGN_IN.as_bytes())
        };
        let names = cookie::all(live).map(|(name, _)| name);
        let under_way: Vec<&[u8]> = names.filter(|name| is_one(name)).collect();
        if under_way.len() >= UNDER_WAY {
            for name in under_way.into_iter().take(4 * UNDER_WAY) {
                // Whatever somebody has planted is passed over.
                let plain = |b: &u8| b.is_ascii_alphanumeric() || b"-_".contains(b);
                if let Some(name) = std::str::from_utf8(name).ok()
                    && name.bytes().all(|b| plain(&b))
                {
                    answer = answer.with("set-cookie", forgotten(name, place.secure));
                }
            }
        }
        Ok(answer)
    }

    /// The session that the browser shows, if it is one of the place that is good.
    async fn signed_in(&self, place: &Place<'_>, live: &Live<'_>) -> Option<Arc<Session>> {
        let browsers = &self.core.shared.browsers;
        let shown = only(live, &place.rule.cookie_name(place.secure))?;
        browsers.shown(shown, place).await
    }
}

/// The cookie of that name, if there is one and no other.
fn only<'a>(live: &'a Live<'_>, name: &str) -> Option<&'a [u8]> {
    let mut found = cookie::all(live).filter(|(have, _)| *have == name.as_bytes());
    let (_, value) = found.next()?;
    found.next().is_none().then_some(value)
}
