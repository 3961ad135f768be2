//! Which fixes of an explanation whoever asks may make.

use crate::documents::SETTINGS;
use crate::ownership::{self, APPROVAL_NEEDED};
use crate::service::{Service, Source};
use crate::{Actor, Refusal, documents};
use postern_explain::{Explanation, Fix, Step, merge_patch};
use postern_model::permission::Point;
use postern_store::Entry;
use serde_json::{Value, json};

impl Service {
    /// Says of each fix in an answer whether whoever asks may make it, and whether somebody else
    /// has to approve it.
    pub(super) async fn with_rights(
        &self,
        actor: &Actor,
        mut answer: Value,
    ) -> Result<Value, Refusal> {
        let Some(found) = answer.get_mut("found") else {
            return Ok(answer);
        };
        let Ok(mut explanation) = serde_json::from_value::<Explanation>(found.clone()) else {
            return Ok(answer);
        };
        if explanation.fixes.is_empty() {
            return Ok(answer);
        }
        for fix in &mut explanation.fixes {
            let judged = self.judged(actor, fix).await?;
            fix.may_apply = Some(judged.is_ok());
            fix.needs_approval = Some(judged.is_err_and(|refusal| refusal.code == APPROVAL_NEEDED));
        }
        *found = crate::service::encode(explanation)?;
        Ok(answer)
    }

    /// Whether somebody may make all steps of a fix, by the judgement that they are made by.
    async fn judged(&self, actor: &Actor, fix: &Fix) -> Result<Result<(), Refusal>, Refusal> {
        let mut entries: Vec<Entry> = Vec::new();
        for step in &fix.steps {
            match step {
                Step::LiftBlock { .. } => {
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
        if let (false, Source::File(path)) = (entries.is_empty(), self.source()) {
            return Ok(Err(crate::service::changing::owned_by_file(path, &[])));
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
