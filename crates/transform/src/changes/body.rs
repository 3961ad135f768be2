//! Steps that change a JSON body.

use super::{Applying, Compiling, Text};
use crate::failure::{Failure, Fault};
use crate::json::Json;
use crate::notes::Did;
use crate::pointer::Pointer;
use crate::template::Form;
use postern_model::entity::{BodyChange, BodyValue, Name};

/// A step, compiled.
#[derive(Debug)]
pub(super) enum Step {
    Set(Pointer, Written),
    Remove(Pointer),
    Rename(Pointer, Name),
    Move(Pointer, Pointer),
    Replace(Written),
}

/// What a step puts there.
#[derive(Debug)]
pub(super) enum Written {
    Literal(Json),
    Text(Text),
    Json(Text),
}

impl Step {
    pub(super) fn new(
        at: usize,
        change: &BodyChange,
        compiling: &mut Compiling<'_>,
    ) -> Result<Self, Fault> {
        let step = name(compiling.side, at);
        let pointer = |text: &Name| {
            Pointer::single(text).map_err(|fault| Fault {
                step: step.clone(),
                problem: fault.to_string(),
                range: None,
            })
        };
        Ok(match change {
            BodyChange::Set { at, value } => {
                Self::Set(pointer(at)?, Written::new(value, &step, compiling)?)
            }
            BodyChange::Remove { at } => Self::Remove(pointer(at)?),
            BodyChange::Rename { at, to } => Self::Rename(pointer(at)?, to.clone()),
            BodyChange::Move { from, to } => Self::Move(pointer(from)?, pointer(to)?),
            BodyChange::Replace(text) => {
                let value = BodyValue::Json(text.clone());
                Self::Replace(Written::new(&value, &step, compiling)?)
            }
        })
    }

    /// Carries the step out. Where there is nothing to remove, rename or move, nothing is done.
    pub(super) fn apply(
        &self,
        at: usize,
        json: &mut Json,
        applying: &mut Applying<'_>,
    ) -> Result<(), Failure> {
        let side = applying.side;
        let failed = |problem: &str| Failure::new(name(side, at), problem);
        match self {
            Self::Set(pointer, written) => {
                let value = written.write(at, applying)?;
                let before = pointer.find(json);
                if before == Some(&value) {
                    return Ok(());
                }
                let (before, after) = (before.map(Json::shape), value.shape());
                if !pointer.set(json, value) {
                    return Err(failed("on the way there stands something without members"));
                }
                applying.note(Did::Body, pointer.text(), before, Some(after));
            }
            Self::Remove(pointer) => {
                if let Some(value) = pointer.take(json) {
                    applying.note(Did::Body, pointer.text(), Some(value.shape()), None);
                }
            }
            Self::Rename(pointer, to) => match pointer.rename(json, to) {
                Some(true) => {
                    let before = Some(pointer.text().to_owned());
                    applying.note(Did::Body, pointer.text(), before, Some(to.to_string()));
                }
                Some(false) => return Err(failed("there is a member of the new name already")),
                None => {}
            },
            Self::Move(from, to) => {
                if let Some(value) = from.take(json) {
                    if !to.set(json, value) {
                        return Err(failed("on the way there stands something without members"));
                    }
                    let (before, after) = (from.text().to_owned(), to.text().to_owned());
                    applying.note(Did::Body, from.text(), Some(before), Some(after));
                }
            }
            Self::Replace(written) => {
                let value = written.write(at, applying)?;
                if *json != value {
                    let (before, after) = (json.shape(), value.shape());
                    *json = value;
                    applying.note(Did::Body, "", Some(before), Some(after));
                }
            }
        }
        Ok(())
    }
}

impl Written {
    fn new(value: &BodyValue, step: &str, compiling: &mut Compiling<'_>) -> Result<Self, Fault> {
        let name = || step.to_owned();
        match value {
            BodyValue::Text(text) => Ok(match compiling.text(text, Form::Text, name)? {
                Text::Literal(text) => Self::Literal(Json::Text(text.to_string())),
                template @ Text::Template(_) => Self::Text(template),
            }),
            BodyValue::Json(text) => match compiling.text(text, Form::Json, name)? {
                Text::Literal(text) => match Json::read(text.as_bytes()) {
                    Ok(json) => Ok(Self::Literal(json)),
                    Err(broken) => Err(Fault {
                        step: step.to_owned(),
                        problem: format!("it is no JSON: {}", broken.what),
                        range: Some(broken.at..broken.at),
                    }),
                },
                template @ Text::Template(_) => Ok(Self::Json(template)),
            },
        }
    }

    fn write(&self, at: usize, applying: &Applying<'_>) -> Result<Json, Failure> {
        let step = || name(applying.side, at);
        match self {
            Self::Literal(json) => Ok(json.clone()),
            Self::Text(text) => applying.text(text, applying.max_body, step).map(Json::Text),
            Self::Json(text) => {
                let written = applying.text(text, applying.max_body, step)?;
                Json::read(written.as_bytes()).map_err(|broken| {
                    Failure::new(step(), format!("it wrote no JSON: {}", broken.what))
                })
            }
        }
    }
}

/// The step's name.
fn name(side: &str, at: usize) -> String {
    format!("{side}.body step {}", at + 1)
}
