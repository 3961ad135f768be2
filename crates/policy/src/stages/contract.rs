//! What documents of operations ask of requests: in stage `headers` of codings, media types and
//! answers, in stage `body` of parameters and of what is in a body.

mod told;

use super::body::whole;
use super::{Outcome, judge};
use crate::cookie;
use crate::decision::FactRequest;
use crate::facts::{Facts, values};
use crate::fields::Known;
use crate::kept::{self, Key};
use crate::policies::Compiled;
use crate::rules::Held;
use crate::snapshot::Snapshot;
use crate::stages::upstream::OperationPlan;
use crate::walk::Progress;
use postern_contract::{
    BodyFault, Coding, Contract, Format, Media, ParameterFault, Sent, Undecodable, Uploads,
    coding_of, takes,
};
use postern_model::denial::{Denial, printable};
use postern_model::entity::{ContractRule, Name};
use serde::{Deserialize, Serialize};

/// Bytes of a header that are shown.
const SHOWN: usize = 128;

/// Whether the coding of a body can be undone.
pub(super) fn codings(
    progress: &mut Progress,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
) -> Outcome {
    if !facts.has_body() {
        return Outcome::Pass;
    }
    ask(progress, snapshot, facts, |progress, rule, contract| {
        // What cannot be undone cannot be looked into either.
        if !(rule.encodings || rule.body && contract.body().is_some()) {
            return Ok(None);
        }
        let sent = kept::answer(progress, facts, kept::key(&[b"contract coding"]), |_| {
            let coding = coding_of(values(facts, Known::ContentEncoding));
            Ok(coding
                .is_err()
                .then(|| joined(facts, Known::ContentEncoding)))
        })?;
        Ok(sent.map(told::coding))
    })
}

/// Whether a body is of a media type that the operation takes.
pub(super) fn media_type(
    progress: &mut Progress,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
) -> Outcome {
    if !facts.has_body() {
        return Outcome::Pass;
    }
    ask(progress, snapshot, facts, |_, rule, contract| {
        let Some(body) = contract.body().filter(|_| rule.body) else {
            return Ok(None);
        };
        let accepted: Vec<String> = body.accepted().map(str::to_owned).collect();
        if accepted.is_empty() {
            return Ok(None);
        }
        let sent = facts.header(Known::ContentType, 0);
        let twice = facts.header(Known::ContentType, 1).is_some();
        Ok(match sent {
            None => Some(told::no_media_type(accepted)),
            Some(sent) if twice || body.media(sent).is_none() => {
                Some(told::media_type(printable(sent, SHOWN), accepted))
            }
            Some(_) => None,
        })
    })
}

/// Whether the operation has an answer that the caller takes.
pub(super) fn answers(
    progress: &mut Progress,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
) -> Outcome {
    ask(progress, snapshot, facts, |progress, rule, contract| {
        let offered = contract.offers();
        if !rule.accept || offered.is_empty() {
            return Ok(None);
        }
        let mark = contract.marks().offers.to_be_bytes();
        let key = kept::key(&[b"contract accept", &mark]);
        let against = kept::answer(progress, facts, key, |_| {
            let taken = takes(values(facts, Known::Accept), offered);
            Ok((!taken).then(|| joined(facts, Known::Accept)))
        })?;
        Ok(against.map(|sent| told::answers(sent, offered)))
    })
}

/// Whether parameters are as the operation has them.
pub(super) fn parameters(
    progress: &mut Progress,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
) -> Outcome {
    let rules = snapshot.rules;
    let Some(route) = progress.route else {
        return Outcome::Pass;
    };
    ask(progress, snapshot, facts, |progress, rule, contract| {
        let unknown = rule.refuses_unknown;
        if !rule.parameters || !(contract.has_parameters() || unknown) {
            return Ok(None);
        }
        let keys = rules
            .authentication(&route)
            .map(|accepted| &*accepted.query);
        let keys = keys.unwrap_or_default();
        let key = key_of_parameters(contract, unknown.then_some(keys));
        let against = kept::answer(progress, facts, key, |progress| {
            let sent = Request {
                facts,
                plan: rules.plan(&route),
                path: progress.path_bytes(facts).unwrap_or_default(),
                progress,
            };
            let mut found = contract.against(&sent);
            if unknown {
                let is_key = |name: &str| keys.iter().any(|key| **key == *name);
                let query = facts.parameters().unwrap_or_default();
                found.extend(contract.unknown(query, &is_key));
            }
            Ok((!found.is_empty()).then_some(found))
        })?;
        Ok(against.and_then(|found: Vec<ParameterFault>| told::parameters(&found)))
    })
}

/// Whether what is in a body is as the operation has it.
pub(super) fn content(
    progress: &mut Progress,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
) -> Outcome {
    ask(progress, snapshot, facts, |progress, rule, contract| {
        let Some(body) = contract.body().filter(|_| rule.body) else {
            return Ok(None);
        };
        if !facts.has_body() {
            return Ok(body.required.then(told::no_body));
        }
        let content_type = facts.header(Known::ContentType, 0).unwrap_or_default();
        let uploads = Uploads {
            types: &rule.upload_types,
            names: &rule.upload_names,
        };
        let media = body.media(content_type);
        let Some(media) = media.filter(|media| media.reads(content_type, uploads)) else {
            return Ok(None);
        };
        let key = key_of(contract, rule);
        let against = kept::answer(progress, facts, key, |_| {
            judged(rule, media, (content_type, uploads), facts)
        })?;
        Ok(against.map(told::content))
    })
}

/// What was found in a body.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Found {
    /// It is longer than what is read of it.
    TooLong { limit: u64, seen: u64 },
    /// Its coding is undone into more than is read, or into something broken.
    Coded {
        coding: Box<str>,
        limit: Option<u64>,
    },
    /// It is not as it should be.
    Against(BodyFault),
}

/// What stands for what is asked of parameters; `known`: those that are known besides, where others
/// are refused.
fn key_of_parameters(contract: &Contract, known: Option<&[Name]>) -> Key {
    let mark = contract.marks().parameters.to_be_bytes();
    match known {
        None => kept::key(&[b"contract parameters", &mark]),
        Some(known) => kept::key(&[b"contract known", &mark, known.join(" ").as_bytes()]),
    }
}

/// What stands for what is asked of bodies.
fn key_of(contract: &Contract, rule: &ContractRule) -> Key {
    let list = |names: &[Name]| names.join(" ");
    kept::key(&[
        b"contract body",
        &contract.marks().body.to_be_bytes(),
        &rule.max_size.to_be_bytes(),
        list(&rule.upload_types).as_bytes(),
        list(&rule.upload_names).as_bytes(),
    ])
}

fn judged(
    rule: &ContractRule,
    media: &Media,
    (content_type, uploads): (&[u8], Uploads<'_>),
    facts: &dyn Facts,
) -> Result<Option<Found>, FactRequest> {
    let limit = rule.max_size;
    let bytes = match whole(facts, limit) {
        Ok(bytes) => bytes,
        Err(Outcome::Need(fact)) => return Err(fact),
        Err(_) => {
            let seen = crate::policies::declared_length(facts);
            return Ok(Some(Found::TooLong {
                limit,
                seen: seen.filter(|seen| *seen > limit).unwrap_or(limit + 1),
            }));
        }
    };
    let Ok(coding) = coding_of(values(facts, Known::ContentEncoding)) else {
        // It was refused in an earlier stage.
        return Ok(None);
    };
    let outcome = match coding {
        None if media.format_of(content_type) == Format::Json => match facts.json() {
            Some(read) => media.check_json(content_type, read.as_ref()),
            None => return Err(FactRequest::Body { limit }),
        },
        None => media.check(content_type, bytes, uploads),
        Some(coding) => match coding.decode(bytes, limit) {
            Ok(decoded) => media.check(content_type, &decoded, uploads),
            Err(why) => return Ok(Some(undecodable(coding, why, limit))),
        },
    };
    Ok(outcome.err().map(Found::Against))
}

fn undecodable(coding: Coding, why: Undecodable, limit: u64) -> Found {
    match why {
        Undecodable::TooLong | Undecodable::Ratio => Found::Coded {
            coding: coding.name().into(),
            limit: Some(limit),
        },
        Undecodable::Broken(_) => Found::Coded {
            coding: coding.name().into(),
            limit: None,
        },
    }
}

/// Asks the policies that hold requests to a document, where there is one for the operation.
fn ask(
    progress: &mut Progress,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
    mut asks: impl FnMut(&mut Progress, &ContractRule, &Contract) -> Result<Option<Denial>, FactRequest>,
) -> Outcome {
    let (Some(route), Some(method)) = (progress.route, progress.method) else {
        return Outcome::Pass;
    };
    let contract = match snapshot.rules.contract(&route, method) {
        Held::Free => return Outcome::Pass,
        Held::Unknown => return Outcome::NotKept("openapi"),
        Held::To(contract) => contract,
    };
    let mut missing = None;
    let outcome = judge(
        progress,
        snapshot,
        facts.now(),
        |set| &set.contract,
        |progress, rule| {
            let Compiled::Contract(rule) = rule else {
                return None;
            };
            match asks(progress, rule, contract) {
                Ok(denial) => denial.map(|denial| with_status(denial, rule)),
                Err(fact) => {
                    missing = Some(fact);
                    None
                }
            }
        },
    );
    missing.map_or(outcome, Outcome::Need)
}

/// The status that the policy wants, where the code may have it.
fn with_status(denial: Denial, rule: &ContractRule) -> Denial {
    let allowed = denial.code.row().other_statuses;
    match rule.status.filter(|status| allowed.contains(status)) {
        Some(status) => denial.status(status),
        None => denial,
    }
}

/// All values of a header as one, for people.
fn joined(facts: &dyn Facts, name: Known) -> String {
    let all: Vec<&[u8]> = values(facts, name).take(8).collect();
    printable(&all.join(&b", "[..]), SHOWN)
}

/// What a request brings, for a contract.
struct Request<'a> {
    facts: &'a dyn Facts,
    plan: &'a OperationPlan,
    path: &'a [u8],
    progress: &'a Progress,
}

impl Sent for Request<'_> {
    fn path(&self, name: &str) -> Option<&[u8]> {
        let mut names = self.plan.parameters.iter();
        let at = names.position(|parameter| **parameter == *name)?;
        self.progress.params.get(at, self.path)
    }

    fn query(&self) -> Option<&[u8]> {
        self.facts.parameters()
    }

    fn header<'a>(&'a self, name: &'a str, nth: usize) -> Option<&'a [u8]> {
        let name = name.as_bytes();
        match Known::of(name) {
            Known::Other => self.facts.header_named(name, nth),
            known => self.facts.header(known, nth),
        }
    }

    fn cookie<'a>(&'a self, name: &'a str, nth: usize) -> Option<&'a [u8]> {
        let all = cookie::all(self.facts);
        let named = all.filter(|(have, _)| *have == name.as_bytes());
        named.map(|(_, value)| value).nth(nth)
    }
}

#[cfg(test)]
mod tests;
