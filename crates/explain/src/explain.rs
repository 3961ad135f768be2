//! Making an explanation.

use crate::asked::asked;
use crate::blame::blame;
use crate::compare::{Last, Now, compare};
use crate::decide::Decided;
use crate::explanation::{
    Audience, Evidence, Explanation, NotKnown, Refusal, Since, Told, Value, Verdict, Who,
};
use crate::fix::case::Case;
use crate::fix::{self, Others};
use crate::overlay::Assumed;
use crate::passed::{limits, passed};
use crate::record::RecordedDenial;
use crate::since::{History, since};
use crate::world::World;
use postern_model::Stage;
use postern_model::denial::{self, Code, Denial, Shown};
use postern_model::entity::{Disclosure, PRODUCTION, Service, StatusProfile, Visibility};
use postern_policy::{Directory, Facts, Snapshot};
use std::fmt;

/// Another recorded refusal.
#[derive(Clone, Copy)]
pub struct Other<'a> {
    /// What is known about it.
    pub facts: &'a dyn Facts,
    /// The rows that its decision read.
    pub directory: &'a Directory,
}

impl fmt::Debug for Other<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Other").finish_non_exhaustive()
    }
}

/// What is to be explained, and to whom.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The request; none of a made-up one.
    pub id: Option<&'a str>,
    /// What is known about it.
    pub facts: &'a dyn Facts,
    /// By what it was decided, where that is not the world it is asked about: what its counters
    /// said then is said of the same limits now.
    pub decided_by: Option<Snapshot<'a>>,
    /// What its record says; none of a made-up one, or one that passed.
    pub recorded: Option<&'a RecordedDenial>,
    /// For whom.
    pub audience: Audience,
    /// When it is asked: Unix time in milliseconds. What a fix extends is extended from then on.
    pub now: i64,
    /// Other recorded refusals, for whom else a fix lets in.
    pub others: &'a [Other<'a>],
    /// Over which time these were recorded, in words: `24 h`.
    pub over: &'a str,
    /// What is kept of the past.
    pub history: Option<&'a dyn History>,
    /// The last allowed request of the same app and operation.
    pub last: Option<Last<'a>>,
    /// Whether fixes are offered. Their numbers are those of the explanation of the record itself.
    pub offers: bool,
}

impl fmt::Debug for Question<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Question")
            .field("id", &self.id)
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}

impl<'a> Question<'a> {
    /// A question about facts alone, for operators.
    pub fn new(facts: &'a dyn Facts) -> Self {
        Self {
            id: None,
            facts,
            decided_by: None,
            recorded: None,
            audience: Audience::Operator,
            now: facts.now(),
            others: &[],
            over: "24 h",
            history: None,
            last: None,
            offers: true,
        }
    }
}

/// Explains a decision, as far as the audience may know.
pub fn explain(world: &World<'_>, question: &Question<'_>) -> Explanation {
    let facts = question.facts;
    let decided = match &question.decided_by {
        Some(then) => Decided::of(then, facts).again(&world.snapshot, facts, &Assumed::default()),
        None => Decided::of(&world.snapshot, facts),
    };
    let recorded = question.recorded.map(|recorded| &recorded.denial);
    let first = recorded.or(decided.denials.first());
    match question.audience {
        Audience::Consumer => for_consumer(world, question, &decided, first),
        Audience::Publisher | Audience::Operator => for_owners(world, question, &decided, first),
    }
}

/// The consumer's part: what they were told, and nothing that they did not send or prove to own.
fn for_consumer(
    world: &World<'_>,
    question: &Question<'_>,
    decided: &Decided,
    first: Option<&Denial>,
) -> Explanation {
    let rules = world.snapshot.rules;
    let manner = Manner::of(world, question.facts, decided);
    let mut explanation = empty(question, decided, first.is_some());
    // Whoever is shown another refusal than the real one has not proved anything by it.
    let same = first.is_none_or(|denial| manner.show(denial).code() == denial.code);
    explanation.asked = asked(rules, question.facts, decided, Audience::Consumer, same);
    if let Some(denial) = first {
        let shown = manner.show(denial);
        explanation.refusal = Some(shown_refusal(&shown));
        explanation.told = Some(told(question, &manner, &shown));
    }
    explanation
}

/// What operators see, or the publisher's part of it.
fn for_owners(
    world: &World<'_>,
    question: &Question<'_>,
    decided: &Decided,
    first: Option<&Denial>,
) -> Explanation {
    let (rules, audience) = (world.snapshot.rules, question.audience);
    let operator = audience == Audience::Operator;
    let mut explanation = empty(question, decided, first.is_some());
    explanation.revision = Some(rules.revision().to_string());
    // Who calls a service that is not there for them is not the publisher's business.
    let foreign = first.is_some_and(|denial| {
        matches!(denial.code, Code::TenantIsolated) || denial.stage() < Stage::Network
    });
    let caller = operator || !foreign;
    let mut asked = asked(rules, question.facts, decided, audience, caller);
    asked.subscription = asked.app.as_deref().and_then(|app| {
        let directory = world.snapshot.directory;
        let row = directory.subscription(app, asked.service.as_deref()?)?;
        Some(row.id.to_string())
    });
    explanation.asked = asked;
    explanation.refusal = first.map(|denial| refusal(denial, audience));
    let manner = Manner::of(world, question.facts, decided);
    explanation.told = first.map(|denial| told(question, &manner, &manner.show(denial)));
    if !caller {
        return explanation;
    }
    explanation.passed = passed(rules, question.facts, decided, first.map(Denial::stage));
    explanation.limits = limits(decided, question.facts.now());
    explanation.not_known = not_known(question.facts, decided);
    let mut rest: Vec<&Denial> = decided.denials.iter().collect();
    if let Some(first) = first
        && let Some(at) = rest.iter().position(|denial| denial.code == first.code)
    {
        rest.remove(at);
    }
    explanation.next = rest
        .into_iter()
        .map(|denial| refusal(denial, audience))
        .collect();
    if operator {
        explanation.shadow = decided
            .shadow
            .iter()
            .map(|d| refusal(d, audience))
            .collect();
    }
    if let Some(method) = decided.preflight {
        explanation.notes.push(format!(
            "it is a preflight: a browser asks for a page whether it may send {}; the gateway answers, and nothing behind `cors` is asked",
            method.as_str()
        ));
    }
    if let Some(first) = first {
        explanation.notes.extend(differs(first, decided));
        let others = Others {
            refusals: question.others,
            over: question.over,
        };
        let now = question.now.max(question.facts.now()).div_euclid(1000);
        let case = Case::new(world, question.facts, decided, now);
        if let Some(refusal) = &mut explanation.refusal
            && let Some(blame) = blame(&case, first, audience, others)
        {
            blame.fault.name().clone_into(&mut refusal.fault);
            refusal.because = Some(blame.because);
        }
        if question.offers && decided.code() == Some(first.code) {
            let id = question.id;
            explanation.fixes = fix::fixes(&case, fix::Asker { audience, id }, others);
        }
        explanation.since = question
            .history
            .filter(|_| decided.code() == Some(first.code))
            .and_then(|history| since(world, history, question.facts, decided, first))
            .map(|since| {
                if operator {
                    since
                } else {
                    without_names(since)
                }
            });
    }
    explanation.compared = question.last.as_ref().map(|last| {
        let now = Now {
            world,
            facts: question.facts,
            decided,
            denial: first,
            history: question.history,
            audience,
        };
        compare(last, &now)
    });
    explanation
}

fn empty(question: &Question<'_>, decided: &Decided, refused: bool) -> Explanation {
    Explanation {
        id: question.id.map(ToOwned::to_owned),
        at: question.facts.now(),
        audience: question.audience,
        verdict: if refused {
            Verdict::Refused
        } else if decided.surely_passes() {
            Verdict::Allowed
        } else {
            Verdict::CannotTell
        },
        asked: crate::explanation::Asked::default(),
        revision: None,
        refusal: None,
        next: Vec::new(),
        not_known: Vec::new(),
        passed: Vec::new(),
        limits: Vec::new(),
        told: None,
        fixes: Vec::new(),
        since: None,
        compared: None,
        shadow: Vec::new(),
        wire: None,
        notes: Vec::new(),
    }
}

/// A refusal as its owners may read it.
pub fn refusal(denial: &Denial, audience: Audience) -> Refusal {
    let row = denial.code.row();
    Refusal {
        code: row.name.to_owned(),
        title: row.title.to_owned(),
        status: denial.status,
        stage: row.stage.name().to_owned(),
        stage_number: row.stage.number(),
        fault: denial.fault.name().to_owned(),
        because: None,
        policy: denial.policy.as_ref().map(ToString::to_string),
        detail: denial.detail(),
        fix: denial.fix(),
        evidence: evidence(
            denial
                .evidence
                .iter()
                .filter(|e| audience.reads(e.audience.into())),
        ),
    }
}

/// A refusal as its caller may read it.
fn shown_refusal(shown: &Shown<'_>) -> Refusal {
    let stage = shown.code().row().stage;
    Refusal {
        code: shown.name().to_owned(),
        title: shown.title().to_owned(),
        status: shown.status(),
        stage: stage.name().to_owned(),
        stage_number: stage.number(),
        fault: shown.fault().name().to_owned(),
        because: None,
        policy: shown.policy().map(ToOwned::to_owned),
        detail: written(|out| shown.write_detail(out)).unwrap_or_default(),
        fix: written(|out| shown.write_fix(out)),
        evidence: evidence(shown.evidence()),
    }
}

fn evidence<'a>(list: impl Iterator<Item = &'a denial::Evidence>) -> Vec<Evidence> {
    list.map(|e| Evidence {
        name: e.name.to_owned(),
        value: Value::from(&e.value),
        audience: e.audience.into(),
    })
    .collect()
}

/// What somebody writes; `None` if that is nothing.
fn written(write: impl Fn(&mut dyn fmt::Write) -> fmt::Result) -> Option<String> {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write(&mut text);
    (!text.is_empty()).then_some(text)
}

/// How a service speaks to this caller.
struct Manner {
    profile: StatusProfile,
    disclosure: Disclosure,
    proved: bool,
}

impl Manner {
    fn of(world: &World<'_>, facts: &dyn Facts, decided: &Decided) -> Self {
        let service = decided
            .route
            .as_ref()
            .map(|route| world.snapshot.rules.service(route));
        let private = |service: &Service| matches!(service.visibility, Visibility::Private { .. });
        Self {
            profile: match service {
                Some(service) if private(service) => StatusProfile::Conceal,
                Some(service) => service.status_profile,
                None => StatusProfile::Standard,
            },
            disclosure: service.map_or(Disclosure::Standard, |service| {
                let environment = decided.environment.as_deref().unwrap_or(PRODUCTION);
                let disclosure = service.disclosure_in(environment);
                disclosure.at(facts.now().div_euclid(1000))
            }),
            proved: decided.identity.is_some(),
        }
    }

    fn show<'d>(&self, denial: &'d Denial) -> Shown<'d> {
        denial.shown(self.profile, self.disclosure, self.proved)
    }
}

/// What the consumer was told: by the record, or else as it would be told now.
fn told(question: &Question<'_>, manner: &Manner, shown: &Shown<'_>) -> Told {
    let disclosure = match manner.disclosure {
        Disclosure::Minimal => "minimal",
        Disclosure::Standard => "standard",
        Disclosure::Verbose { .. } => "verbose",
    };
    let document = question
        .recorded
        .and_then(|recorded| recorded.told.as_ref());
    if let Some(document) = document {
        let text = |field| document.get(field).and_then(serde_json::Value::as_str);
        return Told {
            code: text("code").unwrap_or_default().to_owned(),
            disclosure: disclosure.to_owned(),
            detail: text("detail").map(ToOwned::to_owned),
            fix: text("fix").map(ToOwned::to_owned),
        };
    }
    Told {
        code: shown.name().to_owned(),
        disclosure: disclosure.to_owned(),
        detail: written(|out| shown.write_detail(out)),
        fix: written(|out| shown.write_fix(out)),
    }
}

/// Facts that are fetched when a stage asks for them, and that none asked for.
const FETCHED: [&str; 6] = [
    "client_certificate",
    "edge_counters",
    "credential",
    "external_decision",
    "counters",
    "body_start",
];

fn not_known(facts: &dyn Facts, decided: &Decided) -> Vec<NotKnown> {
    let mut list: Vec<NotKnown> = decided
        .unknown
        .iter()
        .map(|unknown| NotKnown {
            stage: unknown.stage.name().to_owned(),
            what: unknown.what.to_owned(),
            not_looked_at: FETCHED.contains(&unknown.what)
                // Whoever passed was let pass by everybody who was asked; what was noted besides is
                // not kept.
                && (unknown.what != "external_decision" || !decided.denials.is_empty()),
        })
        .collect();
    if decided.route.is_none() {
        list.push(NotKnown {
            stage: "everything after route".to_owned(),
            what: "operation".to_owned(),
            not_looked_at: true,
        });
        return list;
    }
    let body = decided.not_checked(facts).contains(&Stage::Body);
    if body && !list.iter().any(|unknown| unknown.stage == "body") {
        list.push(NotKnown {
            stage: "body".to_owned(),
            what: "size".to_owned(),
            not_looked_at: true,
        });
    }
    list
}

/// A note where deciding again says something else than the record.
fn differs(first: &Denial, decided: &Decided) -> Option<String> {
    // What the network and the upstream did is in no fact, nor what is asked of an issuer.
    let decidable = (Stage::Client..=Stage::Content).contains(&first.stage())
        && first.code != Code::GrantInvalid;
    match decided.code() {
        Some(code) if code == first.code => None,
        Some(code) if decidable => Some(format!(
            "decided again from the recorded facts, `{code}` comes first"
        )),
        None if decidable => Some(
            "decided again from the recorded facts, nothing refuses: what refused then was not kept"
                .to_owned(),
        ),
        _ => None,
    }
}

/// For publishers: when, and not who of the platform.
fn without_names(mut since: Since) -> Since {
    match &mut since {
        Since::Row { by, row, .. } if row != "subscription" => *by = nobody(by),
        Since::Revision { by, .. } => *by = nobody(by),
        Since::Row { .. } | Since::Always { .. } | Since::Moment { .. } => {}
    }
    since
}

fn nobody(by: &Who) -> Who {
    Who {
        who: String::new(),
        at: by.at,
        comment: String::new(),
    }
}
