//! Declared configuration: what is stored as a file, and a file as what is stored.

use super::changing::{meta, need, owned_by_file};
use super::{Service, Source, Stored, apart};
use crate::credential::keep_hmac;
use crate::documents::{self, Document};
use crate::part::{Members, Part};
use crate::plan::{Plan, Planner, SeenVersion};
use crate::sections::Sections;
use crate::{Actor, Refusal, load};
use postern_config::{Report, Severity};
use postern_model::key::Keyer;
use postern_model::permission::Point;
use postern_store::{Class, Kind, Scope};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::path::Path;

/// Documents of a kind that are looked for one by one; more are found by going through the kind.
const FEW: usize = 100;

/// A file, and what is to be compared with it.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Declaration {
    /// What the file is called, for diagnostics; its folder is where relative paths begin.
    pub name: String,
    /// What it says.
    pub text: String,
    /// Whether what it does not say goes, as far as it belongs to the part.
    #[serde(default)]
    pub prune: bool,
    /// The part of the configuration that it is.
    #[serde(default)]
    pub part: Part,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Apply {
    name: String,
    text: String,
    #[serde(default)]
    prune: bool,
    #[serde(default)]
    part: Part,
    #[serde(default)]
    comment: String,
    /// The versions of the plan that was agreed to; whatever is planned now if there is none.
    #[serde(default)]
    seen: Option<Vec<SeenVersion>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Export {
    #[serde(default)]
    part: Part,
}

/// A declaration that was read.
#[derive(Debug)]
pub(super) struct Declared {
    pub(super) plan: Plan,
    documents: usize,
    warnings: String,
    /// What is wrong with the file where nothing else is stored.
    alone: Option<Report>,
}

impl Declared {
    /// What the file itself shows of a fault of everything together: the line is more than the
    /// document.
    pub(super) fn shown(&self, refusal: Refusal) -> Refusal {
        let Some(report) = &self.alone else {
            return refusal;
        };
        let found = |message: &str| refusal.findings.iter().any(|one| one.message == message);
        let here = report
            .diagnostics
            .iter()
            .filter(|one| one.severity == Severity::Error && found(&one.message));
        let diagnostics: Vec<_> = here.cloned().collect();
        if diagnostics.is_empty() {
            return refusal;
        }
        let report = Report {
            diagnostics,
            omitted: 0,
        };
        report.into()
    }

    fn answer(&self) -> Value {
        json!({
            "plan": self.plan,
            "documents": self.documents,
            "warnings": self.warnings,
        })
    }
}

impl Service {
    /// What a file would change, and whether it could be applied.
    pub(super) async fn diff(&self, actor: &Actor, given: Declaration) -> Result<Value, Refusal> {
        need(
            actor,
            Point::ConfigurationExport,
            given.part.tenant.as_deref(),
        )?;
        let stored = match &self.source {
            Source::Store(stored) => stored,
            Source::File(path) => {
                let path = path.clone();
                return apart(move || against_file(&path, &given)).await;
            }
        };
        let declared = stored.declared(&given).await?;
        let tried = self
            .try_out(stored, Some(actor), declared.plan.changes()?)
            .await;
        let refused = tried.err().map(|refusal| declared.shown(refusal));
        let mut answer = declared.answer();
        if let (Some(refusal), Value::Object(members)) = (refused, &mut answer) {
            members.insert("refused".to_owned(), json!(refusal));
        }
        Ok(answer)
    }

    /// Makes what is stored say what a file says, all or nothing. What the file does not name
    /// stays, unless it is pruned.
    pub(super) async fn apply(&self, actor: &Actor, given: Apply) -> Result<Value, Refusal> {
        need(
            actor,
            Point::ConfigurationApply,
            given.part.tenant.as_deref(),
        )?;
        let stored = self.stored()?;
        let declaration = Declaration {
            name: given.name,
            text: given.text,
            prune: given.prune,
            part: given.part,
        };
        let declared = stored.declared(&declaration).await?;
        if let Some(seen) = &given.seen {
            declared.plan.agrees(seen)?;
        }
        let meta = meta(actor, given.comment, "apply");
        let changes = declared.plan.changes()?;
        let made = self.make(stored, actor, changes, meta).await;
        let mut answer = made.map_err(|refusal| declared.shown(refusal))?;
        if let (Value::Object(members), Value::Object(more)) = (&mut answer, declared.answer()) {
            members.extend(more);
        }
        Ok(answer)
    }

    /// What is stored, as a file.
    pub(super) async fn export(&self, actor: &Actor, given: Export) -> Result<Value, Refusal> {
        need(
            actor,
            Point::ConfigurationExport,
            given.part.tenant.as_deref(),
        )?;
        let mut members = Members::new(given.part)?;
        let sections = match &self.source {
            Source::Store(stored) => stored.sections(members).await?,
            Source::File(path) => {
                let all = super::reading::file(path).await?;
                for one in &all {
                    members.look_at(one.kind.as_str(), &one.id, &one.value);
                }
                let mut sections = Sections::default();
                for one in all {
                    if members.have(&one.kind, &one.id, &one.value) {
                        sections.add(one.kind.as_str(), &one.id, &one.value);
                    }
                }
                sections
            }
        };
        Ok(json!({"text": sections.text()?}))
    }

    /// The store; with a file, the file is where changes are made.
    pub(super) fn stored(&self) -> Result<&Stored, Refusal> {
        match &self.source {
            Source::Store(stored) => Ok(stored),
            Source::File(path) => Err(owned_by_file(path, &[])),
        }
    }
}

/// What a file would change in the one that owns the configuration.
fn against_file(path: &Path, given: &Declaration) -> Result<Value, Refusal> {
    let owner = super::reading::read_file(path)?;
    let mut members = Members::new(given.part.clone())?;
    for one in &owner {
        members.look_at(one.kind.as_str(), &one.id, &one.value);
    }
    let text = Text::read(given)?;
    let documents = text.documents.len();
    let mut planner = text.planner(members, given.prune, None)?;
    for one in owner {
        planner.take(one.kind, one.id, None, one.value);
    }
    Ok(json!({"plan": planner.finish()?, "documents": documents, "warnings": ""}))
}

impl Stored {
    /// Reads a file, and plans what it takes to make what is stored say the same.
    pub(super) async fn declared(&self, given: &Declaration) -> Result<Declared, Refusal> {
        let (wanted, loader) = (given.clone(), self.loader.clone());
        let read = move || {
            let alone = load::alone(&wanted.name, &wanted.text, loader.secrets());
            let (warnings, alone) = match alone {
                Ok(warnings) => (warnings, None),
                Err(report) => (String::new(), Some(report)),
            };
            match (Text::read(&wanted), &alone) {
                (Ok(text), _) => Ok((text, warnings, alone)),
                (Err(_), Some(report)) => Err(report.clone().into()),
                (Err(refusal), None) => Err(refusal),
            }
        };
        let (text, warnings, alone) = apart(read).await?;
        let documents = text.documents.len();
        let members = self.look_around(Members::new(given.part.clone())?).await?;
        let planner = text.planner(members, given.prune, Some(self.loader.keyer()))?;
        Ok(Declared {
            plan: self.plan(planner).await?,
            documents,
            warnings,
            alone,
        })
    }

    /// The plan alone.
    #[cfg(test)]
    pub(crate) async fn plan_of(&self, given: &Declaration) -> Result<Plan, Refusal> {
        Ok(self.declared(given).await?.plan)
    }

    /// A part as a file.
    #[cfg(test)]
    pub(crate) async fn text_of(&self, part: Part) -> Result<String, Refusal> {
        self.sections(Members::new(part)?).await?.text()
    }

    /// How what is stored is read.
    #[cfg(test)]
    pub(crate) fn loader(&self) -> std::sync::Arc<load::Loader> {
        self.loader.clone()
    }

    /// Shows a planner what it has to see.
    pub(super) async fn plan(&self, mut planner: Planner) -> Result<Plan, Refusal> {
        if planner.prunes() {
            for class in [Class::Rules, Class::Directory] {
                let scope = Scope::Class(class);
                planner = self.store.fold(scope, planner, Planner::see).await?.1;
            }
            return planner.finish();
        }
        for (kind, ids) in planner.awaited() {
            if ids.len() > FEW {
                let scope = Scope::Kind(kind);
                planner = self.store.fold(scope, planner, Planner::see).await?.1;
                continue;
            }
            for id in ids {
                if let Some(one) = self.store.document(kind.clone(), &id).await? {
                    planner.see(one);
                }
            }
        }
        planner.finish()
    }

    /// What belongs to a part, as the sections of a file.
    async fn sections(&self, members: Members) -> Result<Sections, Refusal> {
        let members = self.look_around(members).await?;
        let visit = |state: &mut (Members, Sections), one: postern_store::Document| {
            if let Ok(value) = one.value()
                && state.0.have(&one.kind, &one.id, &value)
            {
                state.1.add(one.kind.as_str(), &one.id, &value);
            }
        };
        let mut state = (members, Sections::default());
        for class in [Class::Rules, Class::Directory] {
            state = self.store.fold(Scope::Class(class), state, visit).await?.1;
        }
        Ok(state.1)
    }

    /// Shows the judge of a part what documents are told by.
    async fn look_around(&self, mut members: Members) -> Result<Members, Refusal> {
        let visit = |members: &mut Members, one: postern_store::Document| {
            if let Ok(value) = one.value() {
                members.look_at(one.kind.as_str(), &one.id, &value);
            }
        };
        for scope in members.told_by()? {
            members = self.store.fold(scope, members, visit).await?.1;
        }
        Ok(members)
    }
}

/// A file, taken apart.
struct Text {
    documents: Vec<Document>,
    /// Kinds whose sections it has.
    spoken_of: Vec<Kind>,
}

impl Text {
    fn read(given: &Declaration) -> Result<Self, Refusal> {
        let values = postern_config::values(&given.name, &given.text)?;
        let sections = values.as_object().into_iter().flat_map(Map::keys);
        let spoken_of = sections.filter_map(|section| documents::kind(section).ok());
        Ok(Self {
            spoken_of: spoken_of.collect(),
            documents: documents::split(values)?,
        })
    }

    /// A planner for what the file says. What keys are kept by is made with `keyer`.
    fn planner(
        mut self,
        mut members: Members,
        prune: bool,
        keyer: Option<&Keyer>,
    ) -> Result<Planner, Refusal> {
        for one in &mut self.documents {
            if let ("credential", Some(keyer)) = (one.kind.as_str(), keyer) {
                keep_hmac(&mut one.value, keyer);
            }
            members.look_at(one.kind.as_str(), &one.id, &one.value);
        }
        members.check(&self.documents)?;
        Ok(Planner::new(self.documents, members, prune, self.spoken_of))
    }
}
