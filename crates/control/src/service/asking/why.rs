//! Why a request was refused.

use super::past::Past;
use super::reach::{Reach, unseen};
use super::record::{detail, record};
use super::rights::Explained;
use super::told::{ended, told};
use super::world::Then;
use super::{Asking, passed, unread};
use crate::remembered::now;
use crate::service::Service;
use crate::{Actor, Refusal};
use postern_calllog::{Day, Entry, Filter, IdPrefix, Lookup, MethodName, Outcome, Searched, Way};
use postern_explain::{
    Audience, Explanation, Last, Other, Question, RecordedDenial, Wire, explain,
};
use postern_model::RequestId;
use postern_model::entity::Name;
use postern_model::id::EncodedId;
use postern_policy::{Directory, Facts, Recorded, Rules, Snapshot};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// Other refusals that fixes are decided for again.
const OTHERS: usize = 500;
/// Over which time.
const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// Rows looked through for the last refusal of a path.
const LOOKED_THROUGH: usize = 10_000;

/// For how long after its beginning a request that is not recorded may still be, in milliseconds.
const FRESH_MS: u64 = 2_000;
/// Between two looks for it.
const PAUSE: Duration = Duration::from_millis(50);
/// How many further looks.
const PATIENCE: usize = 20;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::service) struct Wanted {
    /// An id or its beginning; without it, the last refusal.
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    app: Option<Arc<str>>,
    #[serde(default)]
    method: Option<Arc<str>>,
    #[serde(default)]
    path: Option<String>,
    /// Who it is told to; as much as may be told, if this is not said.
    #[serde(default)]
    audience: Option<Audience>,
}

/// A request that was looked for.
pub(super) enum Sought {
    Found(Box<Entry>, bool),
    /// Why there is none, or which there are.
    Answer(Value),
}

/// Whether a request of that id has only just begun.
fn is_fresh(id: &str) -> bool {
    let begun = RequestId::parse(id.trim()).map(RequestId::millis);
    let now = u64::try_from(now()).unwrap_or_default();
    begun.is_some_and(|begun| now.abs_diff(begun) < FRESH_MS)
}

impl Service {
    pub(in crate::service) async fn why(
        &self,
        actor: &Actor,
        wanted: Wanted,
    ) -> Result<Value, Refusal> {
        let reach = self.reach(actor);
        let answer = self.ask(move |asking| asking.why(&reach, &wanted)).await?;
        self.with_rights(actor, answer).await
    }
}

impl Asking {
    fn why(&self, reach: &Reach, wanted: &Wanted) -> Result<Explained, Refusal> {
        let sought = match &wanted.id {
            Some(id) => self.seek(id)?,
            None => self.last(reach, wanted)?,
        };
        let (entry, folded) = match sought {
            Sought::Found(entry, folded) => (entry, folded),
            Sought::Answer(mut answer) if reach.is_everything() => {
                let ended = self.ended(reach, wanted.id.as_deref());
                if let Some(Value::Object(absent)) = answer.get_mut("absent") {
                    let ended = ended
                        .iter()
                        .map(|(name, days)| json!({"tenant": name, "days": days}));
                    absent.insert("ended".to_owned(), ended.collect());
                }
                return Ok(Explained::nothing(answer));
            }
            Sought::Answer(_) => {
                let refusal = unseen(wanted.id.as_deref().unwrap_or("--last"));
                let ended = self.ended(reach, wanted.id.as_deref());
                return Err(match ended.first() {
                    Some((name, days)) => refusal.help(format!(
                        "records of that day were deleted: tenant `{name}` keeps them for {days} days"
                    )),
                    None => refusal,
                });
            }
        };
        let most = reach.of(&entry);
        let most = most.ok_or_else(|| unseen(wanted.id.as_deref().unwrap_or("--last")))?;
        let audience = Reach::told(most, wanted.audience);
        let explanation = self.explanation(&entry, audience)?;
        let operator = audience == Audience::Operator;
        let more = json!({"folded": folded, "record": operator.then(|| record(&entry))});
        Ok(Explained::of(explanation, more))
    }

    /// The tenants that somebody may read for, and that keep nothing of the day of a request any
    /// more, each with its days.
    fn ended(&self, reach: &Reach, id: Option<&str>) -> Vec<(Name, u16)> {
        let at = id.and_then(|id| RequestId::parse(id.trim()));
        let Some(day) = at.map(|at| Day::of_millis(at.millis())) else {
            return Vec::new();
        };
        let today = Day::of_millis(u64::try_from(now()).unwrap_or_default());
        let directory = self.running.directory();
        let mut ended: Vec<_> = directory
            .tenants()
            .filter_map(|tenant| {
                let days = tenant.call_log_days?;
                let over = day < today.minus(days.into());
                let theirs = reach.audience(Some(&tenant.name), None).is_some();
                (over && theirs).then(|| (tenant.name.clone(), days))
            })
            .collect();
        ended.sort();
        ended
    }

    /// Looks for an id, or for how one begins.
    pub(super) fn seek(&self, id: &str) -> Result<Sought, Refusal> {
        let Some(prefix) = IdPrefix::parse(id.trim()) else {
            let shown: String = id.chars().take(40).flat_map(char::escape_debug).collect();
            return Err(Refusal::invalid(format!("`{shown}` is no request id")).help(
                "an id is 26 letters and digits such as 01JDB7Z3K8Q4M2T9V6X1C5N0RW, without I, L, \
                 O and U; the beginning of one will do. Every response has it in X-Request-Id",
            ));
        };
        let find = || self.reader().find(prefix).map_err(|error| unread(&error));
        let mut found = find()?;
        // Whoever asks at once may be faster than the record.
        for _ in 0..PATIENCE {
            if !matches!(found, Lookup::Absent(_)) || !is_fresh(id) {
                break;
            }
            std::thread::sleep(PAUSE);
            found = find()?;
        }
        Ok(match found {
            Lookup::Found(entry) => Sought::Found(entry, false),
            Lookup::Folded(entry) => Sought::Found(entry, true),
            Lookup::Ambiguous { newest, more, .. } => {
                let ids = newest.iter().map(|id| id.encode().as_str().to_owned());
                Sought::Answer(json!({
                    "ambiguous": ids.collect::<Vec<_>>(),
                    "more": more,
                }))
            }
            Lookup::Absent(searched) => {
                let at = RequestId::parse(id.trim()).map(RequestId::millis);
                Sought::Answer(json!({ "absent": looked(&searched, at) }))
            }
        })
    }

    /// The last refusal, of the gateway or of an upstream.
    fn last(&self, reach: &Reach, wanted: &Wanted) -> Result<Sought, Refusal> {
        let reader = self.reader();
        let mut newest: Option<Entry> = None;
        let mut searched = Searched::default();
        for outcome in [Outcome::Refused, Outcome::OriginRefused] {
            let filter = Filter {
                outcome: Some(outcome),
                app: wanted.app.clone(),
                method: wanted.method.clone(),
                ..Filter::default()
            };
            let (mut before, mut seen) = (None, 0);
            while seen < LOOKED_THROUGH {
                let page = reader.search(&filter, 500, before);
                let page = page.map_err(|error| unread(&error))?;
                searched = page.searched;
                seen += 500;
                before = page.next;
                let of_path = |entry: &Entry| {
                    let path = wanted.path.as_deref();
                    path.is_none_or(|path| leads_to(path, entry.path.as_deref()))
                        && reach.of(entry).is_some()
                };
                if let Some(entry) = page.entries.into_iter().find(of_path) {
                    if newest.as_ref().is_none_or(|newest| newest.id < entry.id) {
                        newest = Some(entry);
                    }
                    break;
                }
                if before.is_none() {
                    break;
                }
            }
        }
        Ok(match newest {
            Some(entry) => Sought::Found(Box::new(entry), false),
            None => Sought::Answer(json!({ "none": looked(&searched, None) })),
        })
    }

    /// The explanation of a recorded request.
    pub(super) fn explanation(
        &self,
        entry: &Entry,
        audience: Audience,
    ) -> Result<Explanation, Refusal> {
        let kept = Kept::of(entry);
        let mut explanation = self.decision(entry, &kept, audience)?;
        if audience != Audience::Consumer {
            explanation.wire = detail(entry).as_ref().and_then(Wire::from_detail);
        }
        Ok(explanation)
    }

    /// What is to be said of how it was decided.
    fn decision(
        &self,
        entry: &Entry,
        kept: &Kept,
        audience: Audience,
    ) -> Result<Explanation, Refusal> {
        let Some(facts) = &kept.facts else {
            let passed = self.passed(entry, kept, audience)?;
            return Ok(passed.unwrap_or_else(|| told(entry, kept.denial.as_ref(), audience)));
        };
        match self.then(entry, facts)? {
            Ok(then) => self.explained(entry, kept, facts, &then, None, audience),
            Err(why) => {
                let mut explanation = told(entry, kept.denial.as_ref(), audience);
                if audience == Audience::Operator {
                    explanation.notes.push(format!(
                        "this is what was recorded: it cannot be decided again, since {why}"
                    ));
                }
                Ok(explanation)
            }
        }
    }

    /// The explanation of a request that the stages let pass, though it may have been refused after
    /// that; `None` where too little is kept of it.
    fn passed(
        &self,
        entry: &Entry,
        kept: &Kept,
        audience: Audience,
    ) -> Result<Option<Explanation>, Refusal> {
        let old = || Past::new(self, entry).old(entry.revision);
        let Some((rules, documents)) = entry.facts.bytes().and_then(|_| old()) else {
            return Ok(None);
        };
        let Some(facts) = passed::facts(entry, &rules) else {
            return Ok(None);
        };
        let then = Then {
            directory: Arc::new(facts.directory()),
            rules,
            documents,
        };
        let mut explanation = self.explained(entry, kept, &facts, &then, None, audience)?;
        if kept.denial.is_none() {
            // How it ended is not the stages' business.
            let said = told(entry, None, audience);
            explanation.verdict = said.verdict;
            explanation.refusal = said.refusal;
        }
        explanation.notes.extend(ended(entry, audience));
        Ok(Some(explanation))
    }

    /// The same, decided again by the rules and rows of some moment.
    pub(super) fn explained(
        &self,
        entry: &Entry,
        kept: &Kept,
        facts: &Recorded,
        world: &Then,
        decided_by: Option<&Then>,
        audience: Audience,
    ) -> Result<Explanation, Refusal> {
        let id = entry.id.encode();
        let (others, over) = self.others(entry.id)?;
        let others: Vec<Other<'_>> = others
            .iter()
            .map(|(facts, directory)| Other { facts, directory })
            .collect();
        let past = Past::new(self, entry);
        let last = self
            .reader()
            .last_allowed(&Way::of(entry), entry.id.millis());
        let last = last.map_err(|error| unread(&error))?;
        let last = last.map(|last| LastCall::read(last, &past));
        let question = Question {
            id: Some(id.as_str()),
            decided_by: decided_by.map(|then| then.world().snapshot),
            recorded: kept.denial.as_ref(),
            audience,
            now: now(),
            others: &others,
            over: &over,
            history: Some(&past),
            last: last.as_ref().map(|last| last.compared_with(entry)),
            ..Question::new(facts)
        };
        Ok(explain(&world.world(), &question))
    }

    /// Other refusals of the last day, with the rows that their decisions read; and over what they
    /// were looked for, in words.
    fn others(&self, but: RequestId) -> Result<(Vec<(Recorded, Directory)>, String), Refusal> {
        let now = u64::try_from(now()).unwrap_or_default();
        let filter = Filter {
            from: Some(now.saturating_sub(DAY_MS)),
            outcome: Some(Outcome::Refused),
            ..Filter::default()
        };
        let page = self.reader().search(&filter, OTHERS, None);
        let page = page.map_err(|error| unread(&error))?;
        let over = match page.next {
            Some(_) => format!("the last {OTHERS} of 24 h"),
            None => "24 h".to_owned(),
        };
        let others = page.entries.iter().filter(|entry| entry.id != but);
        let read = |entry: &Entry| {
            let facts = Kept::of(entry).facts?;
            let directory = facts.directory();
            Some((facts, directory))
        };
        Ok((others.filter_map(read).collect(), over))
    }
}

/// The last allowed request of the same app and operation.
struct LastCall {
    entry: Entry,
    id: EncodedId,
    address: String,
    /// What was kept of it, and by what it was decided.
    decided: Option<(Recorded, Arc<Rules>, Directory)>,
}

impl LastCall {
    fn read(entry: Entry, past: &Past<'_>) -> Self {
        let decided = past.old(entry.revision).and_then(|(rules, _)| {
            let facts = passed::facts(&entry, &rules)?;
            let directory = facts.directory();
            Some((facts, rules, directory))
        });
        Self {
            id: entry.id.encode(),
            address: entry.address().to_string(),
            decided,
            entry,
        }
    }

    fn compared_with(&self, now: &Entry) -> Last<'_> {
        let then = &self.entry;
        Last {
            id: self.id.as_str(),
            at: i64::try_from(then.start / 1000).unwrap_or(i64::MAX),
            address: &self.address,
            credential: then.credential.as_deref(),
            environment: then.environment.as_deref(),
            method: then.method.as_ref().map(MethodName::as_str),
            revision: [then.revision, now.revision],
            directory: [then.directory, now.directory],
            decided: self.decided.as_ref().map(|(facts, rules, directory)| {
                let facts: &dyn Facts = facts;
                (facts, Snapshot { rules, directory })
            }),
        }
    }
}

/// What a record kept beside its columns.
pub(super) struct Kept {
    pub(super) facts: Option<Recorded>,
    pub(super) denial: Option<RecordedDenial>,
}

impl Kept {
    pub(super) fn of(entry: &Entry) -> Self {
        let detail = detail(entry).unwrap_or_default();
        // Of a code that a newer version wrote, the columns say what can be said.
        let denial = RecordedDenial::from_detail(&detail).ok().flatten();
        let facts = detail.get("facts").cloned();
        Self {
            facts: facts.and_then(|facts| serde_json::from_value(facts).ok()),
            denial,
        }
    }
}

/// Whether a path is the recorded one, or one of the recorded template.
fn leads_to(path: &str, recorded: Option<&str>) -> bool {
    let path = path.split('?').next().unwrap_or(path);
    let Some(recorded) = recorded else {
        return false;
    };
    let (mut asked, mut kept) = (path.split('/'), recorded.split('/'));
    loop {
        match (asked.next(), kept.next()) {
            (None, None) => return true,
            (Some(_), Some(rest)) if rest.starts_with("{*") => return true,
            (Some(a), Some(b)) if a == b || (b.starts_with('{') && b.ends_with('}')) => {}
            _ => return false,
        }
    }
}

/// Where was looked, and for what.
fn looked(searched: &Searched, at: Option<u64>) -> Value {
    json!({
        "at_ms": at,
        "under_way": searched.rings,
        "segments": searched.segments,
        "days": searched.days.map(|(first, last)| [first.to_string(), last.to_string()]),
        "day_files": searched.day_files,
        "unreadable": searched.unreadable.iter()
            .map(|(day, why)| json!({"day": day.to_string(), "why": why}))
            .collect::<Vec<_>>(),
        "oldest_ms": searched.oldest,
        "keep_days": searched.keep_days,
    })
}

#[cfg(test)]
mod tests {
    use super::leads_to;

    #[test]
    fn a_path_leads_to_itself_and_to_its_template() {
        assert!(leads_to("/users/7?x=1", Some("/users/7")));
        assert!(leads_to("/users/7", Some("/users/{id}")));
        assert!(leads_to("/files/a/b", Some("/files/{*rest}")));
        for other in [Some("/users"), Some("/users/8"), Some("/users/7/x"), None] {
            assert!(!leads_to("/users/7", other), "{other:?}");
        }
    }
}
