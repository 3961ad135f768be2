//! Making what `why` proved.

use super::reach::{Reach, unseen};
use super::why::{Kept, Sought};
use super::world::Rows;
use super::{Asking, Documents};
use crate::documents::{self, SETTINGS, section};
use crate::service::Service;
use crate::service::blocking::Lift;
use crate::service::changing::ChangeSet;
use crate::shorthand::{self, Change, Expectation};
use crate::{Actor, Refusal};
use postern_calllog::{Entry, MethodName};
use postern_explain::{Audience, Explanation, Fix, Step};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::service) struct Wanted {
    /// An id or its beginning.
    id: String,
    /// Which of the fixes, from 1. Without it the first, if that is proved.
    #[serde(default)]
    number: Option<usize>,
    #[serde(default)]
    comment: String,
    /// Only say what would be made.
    #[serde(default)]
    preview: bool,
}

impl Service {
    /// Makes a fix, and says what it made.
    pub(in crate::service) async fn fix(
        &self,
        actor: &Actor,
        wanted: Wanted,
    ) -> Result<Value, Refusal> {
        let (comment, preview) = (wanted.comment.clone(), wanted.preview);
        let reach = self.reach(actor);
        let found = self
            .ask(move |asking| asking.chosen(&reach, &wanted))
            .await?;
        let Chosen { fix, request, met } = match found {
            Ok(found) => found,
            Err(answer) => return Ok(answer),
        };
        if preview {
            let lines: Vec<String> = fix.steps.iter().map(lines).collect();
            return Ok(json!({"fix": fix, "request": request, "would": lines}));
        }
        let mut changes = Vec::new();
        let mut key = None;
        let mut lifted = Vec::new();
        let mut met = met.into_iter();
        for step in &fix.steps {
            match step {
                Step::Change(change) => {
                    let change = typed(change);
                    changes.push(match met.next() {
                        Some(expected) => change.expecting(expected),
                        None => change,
                    });
                }
                Step::CreateKey(new) => {
                    let (made, change) = shorthand::new_key(shorthand::NewKey {
                        app: new.app.clone(),
                        environment: new.environment.clone(),
                        scopes: new.scopes.clone(),
                        expires_at: None,
                        title: None,
                    })?;
                    changes.push(change);
                    key = Some(made);
                }
                Step::LiftBlock { address } => {
                    let address = address
                        .parse()
                        .map_err(|_| Refusal::invalid(format!("{address} is no address")))?;
                    lifted.push(Lift {
                        address: Some(address),
                        ..Lift::default()
                    });
                }
                Step::LiftCaller { what, who } => {
                    let is_app = what == "app";
                    lifted.push(Lift {
                        credential: (!is_app).then(|| who.clone()),
                        app: is_app.then(|| who.clone()),
                        ..Lift::default()
                    });
                }
            }
        }
        let mut answer = json!({"fix": fix, "request": request});
        if !changes.is_empty() {
            let set = ChangeSet::new(changes, comment, "fix");
            let made = self.change(actor, set).await;
            // A key that a file has to name is made with its lines, by another command.
            let made = made.map_err(|refusal| match (&key, refusal.code.as_str()) {
                (Some(_), "file_mode") => Refusal {
                    help: Some(format!(
                        "make a key and put the lines that this prints into that file: {}",
                        offline(&fix)
                    )),
                    ..refusal
                },
                (_, "conflict") => moved(&refusal.message),
                _ => refusal,
            })?;
            if let Value::Object(members) = &mut answer {
                members.insert("made".to_owned(), made);
            }
        }
        for lift in lifted {
            self.lift(actor, &lift).await?;
        }
        if let (Some(key), Value::Object(members)) = (key, &mut answer) {
            members.insert("key".to_owned(), (*key.reveal().expose()).into());
        }
        Ok(answer)
    }
}

/// What a step makes: of a change, the lines that it comes to in a configuration file.
fn lines(step: &Step) -> String {
    match step {
        Step::Change(change) => typed(change).lines(),
        Step::CreateKey(new) => {
            let scopes = match &new.scopes {
                Some(scopes) => format!("scopes {}", scopes.join(", ")),
                None => "all scopes that are granted".to_owned(),
            };
            let (app, environment) = (&new.app, &new.environment);
            format!("a new key of app `{app}` for `{environment}`, with {scopes}")
        }
        Step::LiftBlock { address } => format!("the block of {address} ends"),
        Step::LiftCaller { what, who } => format!("the blocks of {what} {who} end"),
    }
}

/// The command that makes a fix's key where a file owns the configuration.
fn offline(fix: &Fix) -> String {
    let command = fix
        .commands
        .iter()
        .find(|line| line.contains("keys create"));
    command.map_or_else(
        || "postern keys create --offline".to_owned(),
        |command| format!("{command} --offline"),
    )
}

/// The change of a document as the store is given it.
fn typed(change: &postern_explain::Change) -> Change {
    let named = section(&change.kind).is_some_and(|(_, named)| named);
    let id = if named { &*change.id } else { SETTINGS };
    let mut typed = Change::patch(&change.kind, id, change.patch.clone());
    if change.patch.is_null() {
        typed.patch = None;
        typed.delete = true;
    }
    typed
}

/// A fix that holds.
struct Chosen {
    fix: Fix,
    /// The request that it was offered for.
    request: Value,
    /// What it changes, as it was when it was proved: one for each change, in their order; none
    /// where a file says what is served.
    met: Vec<Expectation>,
}

/// The refusal of a fix whose documents are not those any more that it was proved by.
fn moved(what: &str) -> Refusal {
    let message = format!("nothing was changed: since this fix was proved, {what}");
    Refusal::new("conflict", message)
        .help("give the same command again: it proves the fix by what is served then")
}

/// What a document has to be for a change that was made up from it: that of the time of change
/// set `proved`. `present`: whether it was there then; `version`: which one is there now.
fn expected(proved: u64, present: bool, version: Option<u64>) -> Option<Expectation> {
    match (present, version) {
        (true, Some(version)) if version <= proved => Some(Expectation::Version(version)),
        (false, None) => Some(Expectation::Absent),
        _ => None,
    }
}

impl Asking {
    fn chosen(&self, reach: &Reach, wanted: &Wanted) -> Result<Result<Chosen, Value>, Refusal> {
        let entry = match self.seek(&wanted.id)? {
            Sought::Found(entry, _) => entry,
            Sought::Answer(answer) if reach.is_everything() => return Ok(Err(answer)),
            Sought::Answer(_) => return Err(unseen(&wanted.id)),
        };
        // What is mended here is the publisher's or the operator's.
        let audience = reach.of(&entry).filter(|most| *most != Audience::Consumer);
        let audience = audience.ok_or_else(|| unseen(&wanted.id))?;
        let then = self.explanation(&entry, audience)?;
        let id = entry.id.encode();
        let number = wanted.number.unwrap_or(1);
        let Some(fix) = numbered(&then, number) else {
            return Err(none(&then, number, id.as_str()));
        };
        may_be_made(fix, wanted.number, id.as_str())?;
        let (now, proved) = self.again(&entry)?;
        let same = now
            .fixes
            .iter()
            .find(|other| other.sentence == fix.sentence);
        match (same, &now.refusal) {
            // It is proved against what is served now, not against what was served then.
            (Some(same), _) => Ok(Ok(Chosen {
                met: self.met(same, &proved)?,
                fix: same.clone(),
                request: json!({
                    "id": id.as_str(),
                    "method": entry.method.as_ref().map(MethodName::as_str),
                    "path": entry.path,
                }),
            })),
            (None, None) => Err(Refusal::new(
                "conflict",
                "this request would pass now: there is nothing to mend",
            )),
            (None, Some(refusal)) => Err(Refusal::new(
                "conflict",
                format!(
                    "this fix mends nothing any more: the configuration has changed, and now the \
                     request would be refused with {}",
                    refusal.code
                ),
            )
            .help("send the request again, and ask why of that one")),
        }
    }

    /// The recorded request, decided by what is served now; and by what that was.
    fn again(&self, entry: &Entry) -> Result<(Explanation, Proved), Refusal> {
        // Read first: what is read later is of this change set or a later one.
        let sequence = match &self.documents {
            Documents::File(_) => 0,
            Documents::Store(kept) => kept.head().sequence,
        };
        let kept = Kept::of(entry);
        let Some(facts) = &kept.facts else {
            let explanation = self.explanation(entry, Audience::Operator)?;
            let documents = self.now(&Rows::default())?.documents;
            return Ok((
                explanation,
                Proved {
                    sequence,
                    documents,
                },
            ));
        };
        let now = self.now(&self.rows_of(entry, facts))?;
        let undecided = Kept {
            facts: None,
            denial: None,
        };
        // Rules that are gone say nothing of how limits stood by them.
        let then = self.then(entry, facts)?.ok();
        let explanation = self.explained(
            entry,
            &undecided,
            facts,
            &now,
            then.as_ref(),
            Audience::Operator,
        )?;
        let documents = now.documents;
        Ok((
            explanation,
            Proved {
                sequence,
                documents,
            },
        ))
    }

    /// What the documents of a fix have to be.
    fn met(&self, fix: &Fix, proved: &Proved) -> Result<Vec<Expectation>, Refusal> {
        let mut met = Vec::new();
        for step in &fix.steps {
            let (Step::Change(change), Documents::Store(kept)) = (step, &self.documents) else {
                continue;
            };
            let (kind, typed) = (documents::kind(&change.kind)?, typed(change));
            let document = self.wait(kept.document(kind, &typed.id));
            let version = document?.map(|d| d.version);
            let present = proved.documents.get(&change.kind, &change.id).is_some();
            let Some(expected) = expected(proved.sequence, present, version) else {
                return Err(moved(&format!(
                    "the document {} `{}` was changed",
                    change.kind, change.id
                )));
            };
            met.push(expected);
        }
        Ok(met)
    }
}

/// By what a fix was proved.
struct Proved {
    /// The last change set before it was read.
    sequence: u64,
    documents: Arc<postern_explain::Documents>,
}

fn numbered(explanation: &Explanation, number: usize) -> Option<&Fix> {
    explanation.fixes.iter().find(|fix| fix.number == number)
}

/// What no record can prove is made where somebody asks for it by its number, and what a command does
/// by that command.
fn may_be_made(fix: &Fix, number: Option<usize>, id: &str) -> Result<(), Refusal> {
    if fix.steps.is_empty() {
        let refusal = Refusal::invalid(format!("fix {} of {id} is a command", fix.number));
        return Err(refusal.help(format!("give it: {}", fix.commands.join("; "))));
    }
    match &fix.unproved {
        Some(why) if number.is_none() => {
            let refusal = Refusal::new(
                "not_found",
                format!("nothing that is proved is offered to mend {id}"),
            );
            Err(refusal.help(format!(
                "this is not proved, since {why}: {}. To make it all the same: postern fix {id} {}",
                fix.sentence, fix.number
            )))
        }
        _ => Ok(()),
    }
}

fn none(explanation: &Explanation, number: usize, id: &str) -> Refusal {
    let count = explanation.fixes.len();
    if count == 0 {
        let refusal = Refusal::new("not_found", format!("nothing is offered to mend {id}"));
        return match explanation.refusal.as_ref().and_then(|r| r.fix.as_deref()) {
            Some(fix) => refusal.help(format!("who sent it can: {fix}")),
            None => refusal.help(format!("postern why {id} says what is known")),
        };
    }
    Refusal::new(
        "not_found",
        format!("there is no fix {number} of {id}; there are 1 to {count}"),
    )
    .help(format!("postern why {id} lists them"))
}

#[cfg(test)]
mod tests {
    use super::{Expectation, expected};

    #[test]
    fn a_document_has_to_be_the_one_that_the_fix_was_proved_by() {
        assert_eq!(expected(41, true, Some(7)), Some(Expectation::Version(7)));
        assert_eq!(expected(41, true, Some(41)), Some(Expectation::Version(41)));
        assert_eq!(expected(41, false, None), Some(Expectation::Absent));
        for moved in [
            expected(41, true, Some(42)),
            expected(41, true, None),
            expected(41, false, Some(40)),
        ] {
            assert_eq!(moved, None);
        }
    }
}
