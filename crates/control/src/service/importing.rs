//! Imports: from an `OpenAPI` document to a change set.

mod around;
mod kept;
mod plan;
mod policies;

use super::changing::{meta, owned_by_file};
use super::reading::file;
use super::{Service, Source, apart};
use crate::shorthand::Change;
use crate::{Actor, Refusal, documents, ownership};
use kept::KIND;
pub(super) use kept::KeptDocument;
use plan::{Before, Plan};
use postern_store::{Action, Expect, Kind};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// What to import, and into what.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command"
)]
pub struct Import {
    /// What the document is called.
    name: String,
    /// The document: `OpenAPI` 3.0 or 3.1 or Swagger 2, JSON or YAML.
    text: String,
    /// The service; made if it is not there.
    service: String,
    /// Its version; made if it is not there.
    #[serde(default = "first")]
    version: String,
    /// The tenant of a new service; the platform's without it.
    #[serde(default)]
    tenant: Option<String>,
    /// The upstream of the version.
    #[serde(default)]
    upstream: Option<String>,
    /// Where a new upstream of the version goes.
    #[serde(default)]
    upstream_url: Option<String>,
    /// The prefix of all paths of a new service.
    #[serde(default)]
    base_path: Option<String>,
    /// The state of a new version.
    #[serde(default)]
    state: State,
    /// Whether everybody may call, whatever the document says.
    #[serde(default)]
    open: bool,
    /// Whether media types and sizes of bodies become policies.
    #[serde(default)]
    policies: bool,
    /// Whether requests are held to the document, by a policy of the kind `contract`.
    #[serde(default)]
    contract: bool,
    #[serde(default)]
    comment: String,
    /// Only say what would be done.
    #[serde(default)]
    dry_run: bool,
    /// The version of the service's document that an earlier dry run found; 0 for none. Without it,
    /// any.
    #[serde(default)]
    expect: Option<u64>,
}

/// The state of a new version.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    #[default]
    Draft,
    Published,
}

fn first() -> String {
    "v1".to_owned()
}

impl Service {
    /// Reads a document, and makes its operations those of a version. What was not understood, what
    /// changed and what was kept is answered, and what a change answers.
    ///
    /// # Errors
    /// It is no `OpenAPI` document, the actor may not, or what came of it would be wrong; then
    /// nothing was changed.
    pub async fn import(&self, actor: &Actor, mut given: Import) -> Result<Value, Refusal> {
        plan::names(&given)?;
        let before = self.before(&given).await?;
        if let Some(service) = &before.service {
            let tenant = service.get("tenant").and_then(Value::as_str);
            visible(actor, &given.service, tenant)?;
        }
        let text = std::mem::take(&mut given.text);
        let wanted = given.clone();
        let plan = apart(move || {
            let imported = postern_openapi::import(text.as_bytes());
            let imported = imported.map_err(|why| unreadable(&wanted.name, why))?;
            Plan::make(&wanted, imported, &before, text.as_bytes())
        });
        let plan = plan.await?;
        let mut answer = plan.answer(given.dry_run);
        let made = match &self.source {
            Source::File(_) if given.dry_run => None,
            Source::File(path) => {
                return Err(owned_by_file(path, &plan.configured()));
            }
            Source::Store(stored) if given.dry_run => {
                self.try_out(stored, Some(actor), plan.stored(None)?)
                    .await?;
                None
            }
            Source::Store(stored) => {
                let changes = plan.stored(given.expect)?;
                let meta = meta(actor, given.comment, "import");
                Some(self.make(stored, actor, changes, meta).await?)
            }
        };
        if let (Value::Object(answer), Some(Value::Object(made))) = (&mut answer, made) {
            answer.extend(made);
        }
        Ok(answer)
    }

    /// What is there before.
    async fn before(&self, given: &Import) -> Result<Before, Refusal> {
        let mut before = Before::default();
        let id = kept::id(&given.service, &given.version);
        match &self.source {
            Source::Store(stored) => {
                let store = stored.store();
                let service = store
                    .document(Kind::new("service")?, &given.service)
                    .await?;
                let versions = &mut before.versions;
                if let Some(service) = service {
                    versions.insert(("service", given.service.clone()), service.version);
                    before.service = object(service.value()?);
                }
                if let Some(document) = store.document(Kind::new(KIND)?, &id).await? {
                    versions.insert((KIND, id), document.version);
                    before.kept = KeptDocument::read(document.value()?);
                }
                for id in before.kept.policies.keys() {
                    if let Some(policy) = store.document(Kind::new("policy")?, id).await? {
                        versions.insert(("policy", id.clone()), policy.version);
                        before.policies.insert(id.clone(), policy.value()?);
                    }
                }
            }
            Source::File(path) => {
                for document in file(path).await? {
                    if document.kind.as_str() == "service" && *document.id == *given.service {
                        before.service = object(document.value);
                    }
                }
            }
        }
        Ok(before)
    }

    /// What was kept of the document that a version was imported from, and its other origin.
    pub(super) async fn kept(
        &self,
        service: &str,
        version: &str,
    ) -> Result<Option<KeptDocument>, Refusal> {
        let Source::Store(stored) = &self.source else {
            return Ok(None);
        };
        let id = kept::id(service, version);
        let found = stored.store().document(Kind::new(KIND)?, &id).await?;
        let value = found.map(|document| document.value()).transpose()?;
        Ok(value.map(KeptDocument::read))
    }
}

/// What somebody may not see is not there for them: a service of a tenant, or of the platform.
pub(super) fn visible(actor: &Actor, id: &str, tenant: Option<&str>) -> Result<(), Refusal> {
    let nothing: ownership::Look<'_> = &|_, _| None;
    let document = json!({ "tenant": tenant });
    if ownership::may_see(actor, "service", id, &document, nothing) {
        return Ok(());
    }
    Err(missing(id))
}

/// There is no such service, as far as somebody is to know.
pub(super) fn missing(id: &str) -> Refusal {
    let message = format!("there is no service `{}`", id.escape_debug());
    Refusal::new("not_found", message)
}

fn object(value: Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

fn unreadable(name: &str, why: postern_openapi::Unreadable) -> Refusal {
    let name: String = name
        .chars()
        .take(200)
        .flat_map(char::escape_debug)
        .collect();
    let refusal = Refusal::new("invalid", format!("{name}: {}", why.message));
    match why.help {
        Some(help) => refusal.help(help),
        None => refusal,
    }
}

impl Plan {
    /// The changes of the configuration.
    fn configured(&self) -> Vec<Change> {
        let documents = self.documents.iter();
        documents
            .map(|(kind, id, value)| Change {
                put: value.clone(),
                patch: None,
                delete: value.is_none(),
                ..Change::patch(kind, id, Value::Null)
            })
            .collect()
    }

    /// All changes, for the store: of documents as they were read, and of none that were not there.
    /// `expected` is the version of the service, 0 for none.
    fn stored(&self, expected: Option<u64>) -> Result<Vec<postern_store::Change>, Refusal> {
        let (id, value) = &self.kept;
        let documents = self.documents.iter();
        let documents = documents.map(|(kind, id, value)| (*kind, id, value.clone()));
        let all = documents.chain([(KIND, id, Some(value.clone()))]);
        all.map(|(name, id, value)| {
            let kind = if name == KIND {
                Kind::new(KIND)?
            } else {
                documents::kind(name)?
            };
            let read = self.version_of(name, id);
            let expected = expected.filter(|_| name == "service").unwrap_or(read);
            let expect = match expected {
                0 => Expect::Absent,
                version => Expect::Version(version),
            };
            let action = value.map_or(Action::Delete, Action::Put);
            Ok(postern_store::Change::new(kind, id, action).expecting(expect))
        })
        .collect()
    }

    /// The version that a document was read in; 0 if it was not there.
    fn version_of(&self, kind: &'static str, id: &str) -> u64 {
        let key = (kind, id.to_owned());
        self.versions.get(&key).copied().unwrap_or_default()
    }

    /// What is said of it.
    fn answer(&self, dry_run: bool) -> Value {
        let service = self.service.split('/').next().unwrap_or_default();
        json!({
            "dry_run": dry_run,
            "service": self.service,
            "api_version": self.api_version,
            "title": self.title,
            "dialect": self.dialect,
            "found": self.found,
            "document_kept": self.document_kept,
            "report": self.report,
            "difference": self.difference,
            "also": self.also,
            "expect": self.version_of("service", service),
        })
    }
}
