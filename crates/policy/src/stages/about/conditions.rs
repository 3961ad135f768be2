//! Kind `conditions`: what has to hold of some requests, and what is said where it does not.

use super::super::body::whole;
use super::super::{Outcome, seconds};
use super::{Against, Asking, BODY, Half};
use crate::decision::FactRequest;
use crate::facts::{Facts, values};
use crate::fields::Known;
use crate::policies::{
    Asked, Conditions, Judged, Network, Origin, Required, covers, declared_length, essence,
};
use postern_model::denial::{Audience, Code, Denial, Value, printable};
use postern_model::entity::Name;
use serde_json::Value as Json;
use std::borrow::Cow;
use std::iter;

/// Longest foreign text in evidence.
const SHOWN: usize = 128;

/// A condition that does not hold.
#[derive(Debug)]
pub(super) struct Unmet {
    /// Its kind.
    condition: &'static str,
    /// What it is about: a header, a claim, a place.
    name: Option<Name>,
    /// What would do.
    expected: Value,
    /// Whether callers may know that.
    told: bool,
    /// What is there instead.
    seen: Option<Cow<'static, str>>,
    /// When it holds again: Unix time in seconds, and by the clocks that count.
    opens: Option<(i64, String)>,
    /// There is a body that cannot be read.
    pub(super) unreadable: bool,
}

impl Unmet {
    fn new(condition: &'static str, expected: impl Into<Value>) -> Self {
        Self {
            condition,
            name: None,
            expected: expected.into(),
            told: true,
            seen: None,
            opens: None,
            unreadable: false,
        }
    }

    fn of(condition: &'static str, asked: &Asked) -> Self {
        Self {
            name: Some(asked.name.clone()),
            ..Self::new(condition, texts(&asked.allowed))
        }
    }

    fn saw(mut self, seen: impl Into<Cow<'static, str>>) -> Self {
        self.seen = Some(seen.into());
        self
    }

    /// What is the publisher's business.
    fn untold(mut self) -> Self {
        self.told = false;
        self
    }

    fn denial(self, now: i64) -> Denial {
        let audience = if self.told {
            Audience::Consumer
        } else {
            Audience::Publisher
        };
        let mut denial = Denial::new(Code::ConditionUnmet)
            .saw("condition", self.condition)
            .with("expected", self.expected, audience);
        if let Some(name) = self.name {
            denial = denial.saw("name", name.to_string());
        }
        if let Some(seen) = self.seen {
            denial = denial.saw("seen", seen.into_owned());
        }
        if let Some((at, shown)) = self.opens {
            let millis = at.saturating_mul(1000).saturating_sub(now);
            denial = denial
                .saw("opens", shown)
                .retry_after(seconds(u64::try_from(millis).unwrap_or(0)));
        }
        denial
    }
}

type Judge = fn(&mut Asking<'_, '_>, &Conditions, &mut Vec<Unmet>) -> Result<(), Outcome>;

/// What needs no body, the cheapest first.
pub(super) const HEAD: &[Judge] = &[
    methods,
    environments,
    apps,
    hours,
    headers,
    media_types,
    size,
    groups,
    access_roles,
    claims,
    lists,
    countries,
];

/// What does.
pub(super) const BODY_JUDGES: &[Judge] = &[body];

impl Asking<'_, '_> {
    pub(super) fn conditions(&mut self, rule: &Required) -> Result<Vec<Denial>, Outcome> {
        let late = rule.when.reads_body();
        let wanted: &[&[Judge]] = match self.half {
            Half::Head if late => return Ok(Vec::new()),
            Half::Head => &[HEAD],
            Half::Body if late => &[HEAD, BODY_JUDGES],
            Half::Body if rule.rule.reads_body() => &[BODY_JUDGES],
            Half::Body => return Ok(Vec::new()),
        };
        if !self.is_about(rule)? {
            return Ok(Vec::new());
        }
        // All of them, whatever the first says: a record has to have every answer.
        let mut unmet = Vec::new();
        for judge in wanted.iter().copied().flatten() {
            judge(self, &rule.rule, &mut unmet)?;
        }
        let now = self.facts.now();
        Ok(unmet.into_iter().map(|unmet| unmet.denial(now)).collect())
    }
}

fn texts(names: &[Name]) -> Vec<Cow<'static, str>> {
    names.iter().map(|name| name.to_string().into()).collect()
}

#[expect(clippy::unnecessary_wraps, reason = "all that judge have one form")]
fn methods(
    asking: &mut Asking<'_, '_>,
    rule: &Conditions,
    unmet: &mut Vec<Unmet>,
) -> Result<(), Outcome> {
    let method = asking.progress.method;
    // Whoever may not GET learns nothing by HEAD either.
    if rule.methods.is_empty() || method.is_some_and(|method| method.is_among(&rule.methods)) {
        return Ok(());
    }
    let expected = rule.methods.iter().map(|method| method.as_str().into());
    let one = Unmet::new("method", expected.collect::<Vec<Cow<'static, str>>>());
    unmet.push(match method {
        Some(method) => one.saw(method.as_str()),
        None => one,
    });
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "all that judge have one form")]
fn environments(
    asking: &mut Asking<'_, '_>,
    rule: &Conditions,
    unmet: &mut Vec<Unmet>,
) -> Result<(), Outcome> {
    let here = asking
        .snapshot
        .rules
        .environment(asking.progress.environment);
    if !rule.environments.is_empty() && !rule.environments.contains(here) {
        let one = Unmet::new("environment", texts(&rule.environments));
        unmet.push(one.saw(here.to_string()));
    }
    Ok(())
}

fn apps(
    asking: &mut Asking<'_, '_>,
    rule: &Conditions,
    unmet: &mut Vec<Unmet>,
) -> Result<(), Outcome> {
    if rule.apps.is_empty() {
        return Ok(());
    }
    let app = asking.caller()?.map(|identity| identity.app.name.clone());
    if !app.as_ref().is_some_and(|app| rule.apps.contains(app)) {
        let one = Unmet::new("app", texts(&rule.apps)).untold();
        let seen = app.map_or(Cow::Borrowed("none"), |app| app.to_string().into());
        unmet.push(one.saw(seen));
    }
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "all that judge have one form")]
fn hours(
    asking: &mut Asking<'_, '_>,
    rule: &Conditions,
    unmet: &mut Vec<Unmet>,
) -> Result<(), Outcome> {
    let Some((hours, shown)) = &rule.hours else {
        return Ok(());
    };
    let now = asking.facts.now().div_euclid(1000);
    if !hours.hold(now) {
        let opens = hours.next(now).map(|at| (at, hours.shown(at)));
        unmet.push(Unmet {
            opens,
            ..Unmet::new("time", shown.clone()).saw(hours.shown(now))
        });
    }
    Ok(())
}

fn headers(
    asking: &mut Asking<'_, '_>,
    rule: &Conditions,
    unmet: &mut Vec<Unmet>,
) -> Result<(), Outcome> {
    for header in &rule.headers {
        let asked = &header.asked;
        let against = asking.answer(asked.key, |asking| {
            let facts = asking.facts;
            let mut sent: Box<dyn Iterator<Item = &[u8]>> = match header.known {
                Known::Other => {
                    let nth = |nth| facts.header_named(asked.name.as_bytes(), nth);
                    Box::new((0..).map_while(nth))
                }
                known => Box::new(values(facts, known)),
            };
            let Some(first) = sent.next() else {
                return Ok(Some(Against::Missing));
            };
            let mut all = iter::once(first).chain(sent);
            let fits = if rule.any {
                all.any(|value| asked.permits(value))
            } else {
                all.all(|value| asked.permits(value))
            };
            Ok((!fits).then_some(Against::Other))
        })?;
        unmet.extend(against.map(|against| Unmet::of("header", asked).saw(against.words())));
    }
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "all that judge have one form")]
fn media_types(
    asking: &mut Asking<'_, '_>,
    rule: &Conditions,
    unmet: &mut Vec<Unmet>,
) -> Result<(), Outcome> {
    if rule.media_types.is_empty() {
        return Ok(());
    }
    let facts = asking.facts;
    let sent = facts
        .has_body()
        .then(|| facts.header(Known::ContentType, 0));
    let sent = sent.flatten();
    let once = facts.header(Known::ContentType, 1).is_none();
    let fits = |sent: &[u8]| {
        let mut ranges = rule.media_types.iter();
        // Of several nobody knows which one counts.
        let fits = once && ranges.any(|range| covers(range, essence(sent)));
        fits || rule.any && !once
    };
    if !sent.is_some_and(fits) {
        let one = Unmet::new("media_type", texts(&rule.media_types));
        let seen = sent.map(|sent| printable(sent, SHOWN).into());
        unmet.push(one.saw(seen.unwrap_or(Cow::Borrowed("none"))));
    }
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "all that judge have one form")]
fn size(
    asking: &mut Asking<'_, '_>,
    rule: &Conditions,
    unmet: &mut Vec<Unmet>,
) -> Result<(), Outcome> {
    let facts = asking.facts;
    let Some(most) = rule.max_size.filter(|_| facts.has_body()) else {
        return Ok(());
    };
    let declared = declared_length(facts);
    if declared.is_none_or(|length| length > most) {
        let seen = declared.map(|length| length.to_string().into());
        let seen = seen.unwrap_or(Cow::Borrowed("a body that does not say how long it is"));
        unmet.push(Unmet::new("size", most).saw(seen));
    }
    Ok(())
}

fn groups(
    asking: &mut Asking<'_, '_>,
    rule: &Conditions,
    unmet: &mut Vec<Unmet>,
) -> Result<(), Outcome> {
    let groups = &rule.groups;
    if !groups.allowed.is_empty() && !asking.is_in(groups)? {
        unmet.push(Unmet::new("group", texts(&groups.allowed)).untold());
    }
    Ok(())
}

fn access_roles(
    asking: &mut Asking<'_, '_>,
    rule: &Conditions,
    unmet: &mut Vec<Unmet>,
) -> Result<(), Outcome> {
    let roles = &rule.access_roles;
    if !roles.is_empty() && !asking.has_role(roles)? {
        unmet.push(Unmet::new("access_role", texts(roles)));
    }
    Ok(())
}

fn claims(
    asking: &mut Asking<'_, '_>,
    rule: &Conditions,
    unmet: &mut Vec<Unmet>,
) -> Result<(), Outcome> {
    for asked in &rule.claims {
        let against = asking.answer(asked.key, |asking| {
            let Some(token) = asking.caller()?.and_then(|who| who.token.as_ref()) else {
                return Ok(Some(Against::Missing));
            };
            if !asking.facts.knows_claims() {
                return Err(Outcome::NotKept("token_claims"));
            }
            let said = token.claim(&asked.name);
            let fits = said.iter().any(|text| asked.permits(text.as_bytes()));
            let against = if said.is_empty() {
                Against::Missing
            } else {
                Against::Other
            };
            Ok((!fits).then_some(against))
        })?;
        let told = |against: Against| Unmet::of("claim", asked).untold().saw(against.words());
        unmet.extend(against.map(told));
    }
    Ok(())
}

fn lists(
    asking: &mut Asking<'_, '_>,
    rule: &Conditions,
    unmet: &mut Vec<Unmet>,
) -> Result<(), Outcome> {
    let Some(lists) = &rule.lists else {
        return Ok(());
    };
    let policies = asking.snapshot.rules.policies();
    for list in lists.lists() {
        let needed = super::super::network::look(asking.progress, policies, list, asking.facts);
        if let Some(needed) = needed {
            return Err(Outcome::Need(needed));
        }
    }
    let names = lists.lists().filter_map(|at| policies.list(at));
    let names = names.map(|list| list.name.to_string().into());
    let expected: Vec<Cow<'static, str>> = names.collect();
    let place = Unmet::new("network", expected).untold();
    judge_place(asking, lists, place, unmet)
}

fn countries(
    asking: &mut Asking<'_, '_>,
    rule: &Conditions,
    unmet: &mut Vec<Unmet>,
) -> Result<(), Outcome> {
    let (Some(countries), Some(client)) = (&rule.countries, asking.progress.client) else {
        return Ok(());
    };
    let Some(located) = asking.facts.country(client.address) else {
        return Err(Outcome::Need(FactRequest::Country));
    };
    asking.progress.country = Some(*located);
    let expected = countries
        .allowed_countries()
        .map(|country| country.to_string().into());
    let expected: Vec<Cow<'static, str>> = expected.collect();
    let seen = located.or_unknown().to_string();
    let place = Unmet::new("country", expected).untold().saw(seen);
    judge_place(asking, countries, place, unmet)
}

fn judge_place(
    asking: &Asking<'_, '_>,
    network: &Network,
    place: Unmet,
    unmet: &mut Vec<Unmet>,
) -> Result<(), Outcome> {
    let progress = &*asking.progress;
    let Some(client) = progress.client else {
        return Ok(());
    };
    let origin = Origin {
        address: client.address,
        country: progress.country,
        system: None,
        listed: &progress.listed,
    };
    match network.judge(
        asking.snapshot.rules.policies(),
        &origin,
        asking.facts.now(),
    ) {
        Judged::May => {}
        Judged::MayNot(_) if place.seen.is_some() => unmet.push(place),
        Judged::MayNot(_) => unmet.push(place.saw(client.address.to_string())),
        Judged::Unknown => return Err(Outcome::NotKept("list")),
    }
    Ok(())
}

fn body(
    asking: &mut Asking<'_, '_>,
    rule: &Conditions,
    unmet: &mut Vec<Unmet>,
) -> Result<(), Outcome> {
    for asked in &rule.body {
        let against = asking.answer(asked.key, |asking| {
            Ok(match at(asking.facts, &asked.name)? {
                Found::Text(text) if asked.permits(text.as_bytes()) => None,
                Found::Text(_) => Some(Against::Other),
                Found::Nothing => Some(Against::Missing),
                Found::Unreadable => Some(Against::Unreadable),
            })
        })?;
        let told = |against: Against| Unmet {
            unreadable: against == Against::Unreadable,
            ..Unmet::of("body", asked).saw(against.words())
        };
        unmet.extend(against.map(told));
    }
    Ok(())
}

/// What stands at a place in a body.
pub(super) enum Found {
    /// A text, or a number, `true`, `false` or `null` as it is written.
    Text(String),
    /// Nothing, or a list or a mapping.
    Nothing,
    /// It is no JSON, or longer than is read.
    Unreadable,
}

/// What stands at a place in the body (RFC 6901).
pub(super) fn at(facts: &dyn Facts, pointer: &str) -> Result<Found, Outcome> {
    if !facts.has_body() {
        return Ok(Found::Nothing);
    }
    match whole(facts, BODY) {
        Ok(_) => {}
        Err(Outcome::Need(fact)) => return Err(Outcome::Need(fact)),
        Err(_) => return Ok(Found::Unreadable),
    }
    let Some(Ok(json)) = facts.json() else {
        return Ok(Found::Unreadable);
    };
    Ok(match json.pointer(pointer) {
        Some(Json::String(text)) => Found::Text(text.clone()),
        Some(Json::Array(_) | Json::Object(_)) | None => Found::Nothing,
        Some(plain) => Found::Text(plain.to_string()),
    })
}
