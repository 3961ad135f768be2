//! Stage 9: requests that a page of another site may have had a browser send. Only such are looked
//! at as change something, and have nothing to prove who calls but what browsers send on their own.

#[cfg(test)]
mod tests;

use super::{Check, Outcome, judge};
use crate::client::ClientAddress;
use crate::csrf::{FORM, TokenVerdict, is_form};
use crate::decision::FactRequest;
use crate::facts::Facts;
use crate::fields::Known;
use crate::host;
use crate::identity::Caller;
use crate::origin;
use crate::policies::{Compiled, Csrf, Forged, Holds, Said, holds};
use crate::rules::Rules;
use crate::snapshot::Snapshot;
use crate::walk::Progress;
use postern_model::denial::{Audience, Code, Denial, printable};
use postern_model::entity::{Client, CredentialKind, CsrfToken, Method};

pub(super) const CHECKS: &[Check] = &[forged, token];

/// Longest foreign text in evidence.
const SHOWN: usize = 255;

/// A proof of who calls that browsers send on their own, for whatever page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ambient {
    /// The cookie of a session.
    Session,
    /// The address: only listed ones may call, and nobody is asked for more.
    Network,
    /// A user name and password, which browsers remember for a host once somebody typed them.
    Password,
    /// A client certificate, which browsers show once somebody chose it.
    Certificate,
}

impl Ambient {
    const fn name(self) -> &'static str {
        match self {
            Self::Session => "the session of a browser",
            Self::Network => "the caller's address",
            Self::Password => "a user name and password",
            Self::Certificate => "a client certificate",
        }
    }
}

/// What proves who calls, if that is something that browsers send on their own. Every kind of proof
/// has its line here.
fn ambient(progress: &Progress, snapshot: &Snapshot<'_>, now: i64) -> Option<Ambient> {
    match &progress.caller {
        Caller::Known(identity) if identity.session.is_some() => Some(Ambient::Session),
        // Nobody was found to call, which is refused already.
        Caller::Unknown => None,
        Caller::Known(identity) => match identity.credential.proof.kind() {
            // Those are sent by whoever holds them, in a header or parameter that no browser adds.
            CredentialKind::ApiKey
            | CredentialKind::Jwt
            | CredentialKind::Session
            | CredentialKind::Signature
            | CredentialKind::Hmac => None,
            CredentialKind::Basic => Some(Ambient::Password),
            CredentialKind::Mtls => Some(Ambient::Certificate),
        },
        Caller::Anonymous => {
            let (rules, plan) = (snapshot.rules, progress.route?.plan);
            let configuration = rules.configuration();
            let listed = rules.policies().only_from_some(configuration, plan, now);
            listed.then_some(Ambient::Network)
        }
    }
}

/// Whether a policy asks whose page sent a request.
fn is_by_policy(progress: &Progress, snapshot: &Snapshot<'_>) -> bool {
    let route = progress.route;
    let set = route.and_then(|route| snapshot.rules.policies().of(route.plan));
    set.is_some_and(|set| !set.csrf.is_empty())
}

/// What a request says of the page that sent it, if that is asked of it: a policy does, or a session
/// proves who calls; it changes something, or opens a WebSocket, which pages of every site may do
/// without asking; and what proves who calls browsers send on their own.
fn asked<'a>(
    progress: &Progress,
    snapshot: &Snapshot<'_>,
    facts: &'a dyn Facts,
) -> Option<(Ambient, Said<'a>)> {
    let safe = matches!(
        progress.method?,
        Method::Get | Method::Head | Method::Options
    );
    if safe && !progress.websocket {
        return None;
    }
    let by_session = (progress.caller.identity()).is_some_and(|who| who.session.is_some());
    if !by_session && !is_by_policy(progress, snapshot) {
        return None;
    }
    let ambient = ambient(progress, snapshot, facts.now())?;
    let forwarded = forwarded(progress, snapshot);
    let origin = origin::sent(facts);
    let said = Said {
        site: facts.header(Known::SecFetchSite, 0),
        origin,
        is_own: origin.is_some_and(|origin| origin::is_own_host(origin, facts, forwarded)),
    };
    Some((ambient, said))
}

/// The settings by which a proxy in front of us is believed, where it is.
fn forwarded<'a>(progress: &Progress, snapshot: &Snapshot<'a>) -> Option<&'a Client> {
    let trusted = progress
        .client
        .is_some_and(|client| client.via_trusted_proxy);
    trusted.then_some(&snapshot.rules.configuration().client)
}

/// Whether a page of another site may have had a browser send it.
fn forged(progress: &mut Progress, snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    let Some((ambient, said)) = asked(progress, snapshot, facts) else {
        return Outcome::Pass;
    };
    if !is_by_policy(progress, snapshot) {
        // Nobody has to remember a policy where browsers are signed in.
        let found = Csrf::default().judge(&said);
        return match found {
            Some(found) => Outcome::Refuse(told(of_origin(found, &said), progress, facts, ambient)),
            None => Outcome::Pass,
        };
    }
    let forwarded = forwarded(progress, snapshot);
    judge(
        progress,
        snapshot,
        facts.now(),
        |set| &set.csrf,
        |progress, rule| {
            let Compiled::Csrf(csrf) = rule else {
                return None;
            };
            let denial = match csrf.judge(&said) {
                Some(found) => of_origin(found, &said),
                None if csrf.referer_required => {
                    let (named, is_own) = referer(facts, forwarded);
                    csrf.judge_referer(named.as_deref(), is_own)?;
                    let denial = Denial::new(Code::CsrfRefererNotAllowed);
                    match named {
                        Some(named) => denial.saw("referer", printable(named.as_bytes(), SHOWN)),
                        None => denial,
                    }
                }
                None => return None,
            };
            Some(told(denial, progress, facts, ambient))
        },
    )
}

/// Why a request to one of our own pages is refused that ends a session.
pub(crate) fn of_another_page(
    client: &ClientAddress,
    host: &str,
    rules: &Rules,
    facts: &dyn Facts,
) -> Option<Denial> {
    let origin = origin::sent(facts);
    let forwarded = client
        .via_trusted_proxy
        .then_some(&rules.configuration().client);
    let said = Said {
        site: facts.header(Known::SecFetchSite, 0),
        origin,
        is_own: origin.is_some_and(|origin| origin::is_own_host(origin, facts, forwarded)),
    };
    let found = Csrf::default().judge(&said)?;
    let denial = of_origin(found, &said).saw("host", printable(host.as_bytes(), SHOWN));
    Some(denial.with("ambient", Ambient::Session.name(), Audience::Publisher))
}

fn told(denial: Denial, progress: &Progress, facts: &dyn Facts, ambient: Ambient) -> Denial {
    let host = progress.host(facts).unwrap_or_default();
    let denial = denial.saw("host", printable(host.as_bytes(), SHOWN));
    denial.with("ambient", ambient.name(), Audience::Publisher)
}

/// Whether the page has shown a token, where one is asked for. One that may stand in a form instead
/// is looked for there once bodies are read.
fn token(progress: &mut Progress, snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    // No page can send a header with a WebSocket that it opens; its origin was judged.
    let asked = asked(progress, snapshot, facts).filter(|_| !progress.websocket);
    let Some((ambient, said)) = asked else {
        return Outcome::Pass;
    };
    let unseen = |(_, token): &(_, &CsrfToken)| facts.csrf_token(token).is_none();
    if let Some((policy, _)) = wanted(progress, snapshot, facts, &said).find(unseen) {
        return Outcome::Need(FactRequest::CsrfToken { policy });
    }
    shown(progress, snapshot, facts, (ambient, &said), |token| {
        let elsewhere = may_be_in_form(token, facts);
        facts.csrf_token(token).filter(|_| !elsewhere)
    })
}

/// The same of tokens in forms: a half of this stage that belongs to the stage `content`.
pub(super) fn token_in_form(
    progress: &mut Progress,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
) -> Outcome {
    let asked = asked(progress, snapshot, facts).filter(|_| !progress.websocket);
    let Some((ambient, said)) = asked else {
        return Outcome::Pass;
    };
    let unseen = |(_, token): &(_, &CsrfToken)| {
        may_be_in_form(token, facts) && facts.csrf_field(token).is_none()
    };
    if let Some((policy, _)) = wanted(progress, snapshot, facts, &said).find(unseen) {
        return Outcome::Need(match facts.body_start() {
            Some(_) => FactRequest::CsrfField { policy },
            None => FactRequest::BodyStart { bytes: FORM },
        });
    }
    shown(progress, snapshot, facts, (ambient, &said), |token| {
        // Of a record, what is not looked for is not missed.
        may_be_in_form(token, facts).then(|| facts.csrf_field(token))?
    })
}

/// The tokens that policies want of a page, with the indices of these.
fn wanted<'a>(
    progress: &Progress,
    snapshot: &Snapshot<'a>,
    facts: &dyn Facts,
    said: &Said<'_>,
) -> impl Iterator<Item = (u32, &'a CsrfToken)> {
    let (rules, policies, now) = (snapshot.rules, snapshot.rules.policies(), facts.now());
    let set = progress.route.and_then(|route| policies.of(route.plan));
    let all = set.into_iter().flat_map(|set| set.csrf.iter());
    all.filter_map(move |&at| {
        let (Some(policy), Some(Compiled::Csrf(csrf))) = (rules.policy(at), policies.compiled(at))
        else {
            return None;
        };
        let is_off = holds(policy, now) == Holds::Off;
        let token = csrf.token.as_ref();
        Some((at, token.filter(|_| !is_off && !csrf.trusts(said))?))
    })
}

/// Whether a token that came in no header may stand in a form.
fn may_be_in_form(token: &CsrfToken, facts: &dyn Facts) -> bool {
    token.field.is_some()
        && facts.csrf_token(token) == Some(TokenVerdict::NoHeader)
        && is_form(facts)
}

/// Judges what was found of the tokens that are asked for; `None` is judged elsewhere.
fn shown(
    progress: &mut Progress,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
    (ambient, said): (Ambient, &Said<'_>),
    found: impl Fn(&CsrfToken) -> Option<TokenVerdict>,
) -> Outcome {
    judge(
        progress,
        snapshot,
        facts.now(),
        |set| &set.csrf,
        |_, rule| {
            let Compiled::Csrf(csrf) = rule else {
                return None;
            };
            let token = csrf.token.as_ref().filter(|_| !csrf.trusts(said))?;
            let denial = of_token(found(token)?)?
                .saw("header", token.header.to_string())
                .saw("cookie", token.cookie.to_string());
            let denial = match &token.field {
                Some(field) => denial.saw("field", field.to_string()),
                None => denial,
            };
            Some(denial.with("ambient", ambient.name(), Audience::Publisher))
        },
    )
}

fn of_token(verdict: TokenVerdict) -> Option<Denial> {
    let missing = |what: &'static str| Denial::new(Code::CsrfTokenMissing).saw("missing", what);
    let invalid = |error: &'static str| Denial::new(Code::CsrfTokenInvalid).saw("error", error);
    Some(match verdict {
        TokenVerdict::Good => return None,
        TokenVerdict::NoHeader => missing("header"),
        TokenVerdict::NoField => missing("field"),
        TokenVerdict::NoCookie => missing("cookie"),
        TokenVerdict::Different => invalid("it is not the one in the cookie"),
        TokenVerdict::Foreign => invalid("it was not issued to this address"),
        TokenVerdict::Expired { until } => {
            let until = super::connection::moment(until);
            Denial::new(Code::CsrfTokenExpired).saw("until", until)
        }
    })
}

fn of_origin(found: Forged, said: &Said<'_>) -> Denial {
    let (code, header, value) = match found {
        Forged::CrossSite => (Code::CsrfCrossSite, "Sec-Fetch-Site", said.site),
        Forged::Mismatch | Forged::Referer => (Code::CsrfOriginMismatch, "Origin", said.origin),
    };
    let value = printable(value.unwrap_or_default(), SHOWN);
    let denial = Denial::new(code).saw("header", format!("{header}: {value}"));
    match said.origin {
        Some(origin) => denial.saw("origin", printable(origin, SHOWN)),
        None => denial,
    }
}

/// The host that `Referer` names, and whether it is the one that was asked.
fn referer(facts: &dyn Facts, forwarded: Option<&Client>) -> (Option<String>, bool) {
    let sent = |nth| facts.header_named(b"referer", nth);
    let Some(url) = sent(0).filter(|_| sent(1).is_none()) else {
        return (None, false);
    };
    let named = host::of_url(url).map(std::borrow::Cow::into_owned);
    let is_own = origin::is_own_host(origin::of_url(url), facts, forwarded);
    (named, is_own)
}
