//! Which fixes of an explanation whoever asks may make.

use crate::documents::SETTINGS;
use crate::ownership::{self, APPROVAL_NEEDED};
use crate::service::{Service, Source};
use crate::{Actor, Refusal, documents};
use postern_explain::{Explanation, Fix, Step, merge_patch};
use postern_model::permission::Point;
use postern_store::Entry;
use serde_json::{Value, json};

/// An explanation, and what else is answered; without one, that is the answer.
pub(super) struct Explained {
    pub(super) found: Option<Explanation>,
    pub(super) more: Value,
}

impl Explained {
    /// There is nothing to explain.
    pub(super) const fn nothing(answer: Value) -> Self {
        Self {
            found: None,
            more: answer,
        }
    }

    pub(super) const fn of(found: Explanation, more: Value) -> Self {
        Self {
            found: Some(found),
            more,
        }
    }
}

impl Service {
    /// Says of each fix in an answer whether whoever asks may make it, and whether somebody else
    /// has to approve it.
    pub(super) async fn with_rights(
        &self,
        actor: &Actor,
        answer: Explained,
    ) -> Result<Value, Refusal> {
        let Some(mut explanation) = answer.found else {
            return Ok(answer.more);
        };
        for fix in &mut explanation.fixes {
            if fix.steps.is_empty() {
                // A command does it, and whoever gives that is judged then.
                continue;
            }
            // An explanation without this is better than none.
            let Ok(judged) = self.judged(actor, fix).await else {
                continue;
            };
            fix.may_apply = Some(judged.is_ok());
            fix.needs_approval = Some(judged.is_err_and(|refusal| refusal.code == APPROVAL_NEEDED));
        }
        let mut told = json!({ "found": crate::service::encode(explanation)? });
        if let (Value::Object(told), Value::Object(more)) = (&mut told, answer.more) {
            told.extend(more);
        }
        Ok(told)
    }

    /// Whether somebody may make all steps of a fix, by the judgement that they are made by.
    async fn judged(&self, actor: &Actor, fix: &Fix) -> Result<Result<(), Refusal>, Refusal> {
        let documents =
            |step: &Step| !matches!(step, Step::LiftBlock { .. } | Step::LiftCaller { .. });
        if let (true, Source::File(path)) = (fix.steps.iter().any(documents), self.source()) {
            return Ok(Err(crate::service::changing::owned_by_file(path, &[])));
        }
        let mut entries: Vec<Entry> = Vec::new();
        for step in &fix.steps {
            match step {
                Step::LiftBlock { .. } | Step::LiftCaller { .. } => {
                    if let Err(refusal) = crate::service::on_platform(actor, Point::BlocksLift) {
                        return Ok(Err(refusal));
                    }
                }
                Step::CreateKey(key) => {
                    let made = json!({"app": key.app, "environment": key.environment});
                    entries.push(entry("credential", NEW, None, Some(&made))?);
                }
                Step::Change(change) => {
                    let named = documents::section(&change.kind).is_some_and(|(_, named)| named);
                    let id = if named { &*change.id } else { SETTINGS };
                    let before = self.one(&change.kind, id).await?.map(|seen| seen.document);
                    let mut after = before.clone().unwrap_or_else(|| json!({}));
                    merge_patch(&mut after, &change.patch);
                    let after = (!after.is_null()).then_some(&after);
                    entries.push(entry(&change.kind, id, before.as_ref(), after)?);
                }
            }
        }
        let look = |kind: &str, id: &str| self.look(kind, id);
        Ok(ownership::judged(actor, &entries, &look))
    }
}

/// The id of a key that is not made yet.
const NEW: &str = "key_0000000000000000";

fn entry(
    kind: &str,
    id: &str,
    before: Option<&Value>,
    after: Option<&Value>,
) -> Result<Entry, Refusal> {
    let text = |document: &Value| document.to_string().into_boxed_str();
    Ok(Entry {
        kind: documents::kind(kind)?,
        id: id.into(),
        before: before.map(text),
        after: after.map(text),
    })
}
