//! Making what `why` proved.

use super::Asking;
use super::why::{Kept, Sought};
use crate::Refusal;
use crate::documents::{SETTINGS, section};
use crate::service::changing::ChangeSet;
use crate::service::{Lift, Service};
use crate::shorthand::{self, Change};
use postern_calllog::{Entry, MethodName};
use postern_explain::{Audience, Explanation, Fix, Step};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::service) struct Wanted {
    /// An id or its beginning.
    id: String,
    /// Which of the fixes, from 1.
    #[serde(default = "first")]
    number: usize,
    #[serde(default)]
    comment: String,
}

const fn first() -> usize {
    1
}

impl Service {
    /// Makes a fix, and says what it made.
    pub(in crate::service) async fn fix(
        &self,
        who: &str,
        wanted: Wanted,
    ) -> Result<Value, Refusal> {
        let comment = wanted.comment.clone();
        let found = self.ask(move |asking| asking.chosen(&wanted)).await?;
        let (fix, request) = match found {
            Ok(found) => found,
            Err(answer) => return Ok(answer),
        };
        let mut changes = Vec::new();
        let mut key = None;
        let mut blocked = Vec::new();
        for step in &fix.steps {
            match step {
                Step::Change(change) => changes.push(typed(change)),
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
                Step::LiftBlock { address } => blocked.push(address.clone()),
            }
        }
        let mut answer = json!({"fix": fix, "request": request});
        if !changes.is_empty() {
            let set = ChangeSet::new(changes, comment, "fix");
            let made = self.change(who, set).await;
            // A key that a file has to name is made with its lines, by another command.
            let made = made.map_err(|refusal| match (&key, refusal.code.as_str()) {
                (Some(_), "file_mode") => Refusal {
                    help: Some(format!(
                        "make a key and put the lines that this prints into that file: {}",
                        offline(&fix)
                    )),
                    ..refusal
                },
                _ => refusal,
            })?;
            if let Value::Object(members) = &mut answer {
                members.insert("made".to_owned(), made);
            }
        }
        for address in blocked {
            let address = address
                .parse()
                .map_err(|_| Refusal::invalid(format!("{address} is no address")))?;
            self.lift(&Lift { address })?;
        }
        if let (Some(key), Value::Object(members)) = (key, &mut answer) {
            members.insert("key".to_owned(), (*key.reveal().expose()).into());
        }
        Ok(answer)
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

/// A fix, and the request that it was offered for.
type Chosen = Result<(Fix, Value), Value>;

impl Asking {
    fn chosen(&self, wanted: &Wanted) -> Result<Chosen, Refusal> {
        let entry = match self.seek(&wanted.id)? {
            Sought::Found(entry, _) => entry,
            Sought::Answer(answer) => return Ok(Err(answer)),
        };
        let then = self.explanation(&entry, Audience::Operator)?;
        let id = entry.id.encode();
        let Some(fix) = numbered(&then, wanted.number) else {
            return Err(none(&then, wanted.number, id.as_str()));
        };
        let now = self.again(&entry)?;
        let same = now
            .fixes
            .iter()
            .find(|other| other.sentence == fix.sentence);
        match (same, &now.refusal) {
            // It is proved against what is served now, not against what was served then.
            (Some(same), _) => Ok(Ok((
                same.clone(),
                json!({"id": id.as_str(), "method": entry.method.as_ref().map(MethodName::as_str), "path": entry.path}),
            ))),
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

    /// The recorded request, decided by what is served now.
    fn again(&self, entry: &Entry) -> Result<Explanation, Refusal> {
        let kept = Kept::of(entry);
        let Some(facts) = &kept.facts else {
            return self.explanation(entry, Audience::Operator);
        };
        let now = self.now(&self.rows_of(entry, facts))?;
        let undecided = Kept {
            facts: None,
            denial: None,
        };
        self.explained(entry, &undecided, facts, &now, Audience::Operator)
    }
}

fn numbered(explanation: &Explanation, number: usize) -> Option<&Fix> {
    explanation.fixes.iter().find(|fix| fix.number == number)
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
