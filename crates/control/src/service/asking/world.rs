//! By what a request was decided, and by what it would be decided now.

use super::{Asking, Documents, compiled};
use crate::documents::insert;
use crate::{Refusal, ServedRules, documents};
use postern_calllog::Entry;
use postern_explain::{World, compile, rank};
use postern_policy::facts::CredentialVerdict;
use postern_policy::{Directory, Facts, Recorded, Snapshot};
use postern_store::{Kind, Member, Page, RowAt, Scope};
use serde_json::{Map, Value};
use std::sync::Arc;

/// Rules, rows and documents of one moment.
pub(super) struct Then {
    pub(super) rules: ServedRules,
    pub(super) directory: Arc<Directory>,
    pub(super) documents: Arc<postern_explain::Documents>,
}

impl Then {
    pub(super) fn world(&self) -> World<'_> {
        World {
            snapshot: Snapshot {
                rules: (*self.rules).as_ref(),
                directory: &self.directory,
            },
            documents: &self.documents,
        }
    }
}

/// Whose rows a question is about.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) credential: Option<String>,
    pub(super) app: Option<String>,
    pub(super) subscriptions: Vec<String>,
    /// What ended the token that was sent, or ends it now.
    pub(super) revocations: Vec<String>,
}

type Sections = Map<String, Value>;

/// Keys, and subscriptions, of an app that are looked at.
const MOST_OF_APP: usize = 1000;

impl Asking {
    /// By what a recorded request was decided; in words, why that cannot be told.
    pub(super) fn then(
        &self,
        entry: &Entry,
        recorded: &Recorded,
    ) -> Result<Result<Then, String>, Refusal> {
        let name = recorded.revision().unwrap_or_default();
        let documents = match &self.documents {
            Documents::File(path) => match self.running.remembered().find(name) {
                Some(kept) => kept.documents,
                None => {
                    return Ok(Err(format!(
                        "revision {name} of {} is not remembered; this process remembers its last 50",
                        path.display()
                    )));
                }
            },
            Documents::Store(_) => {
                let kept = self.rules_of(entry.revision)?;
                let Some((_, sections)) = kept.filter(|(found, _)| found == name) else {
                    return Ok(Err(format!("revision {name} is not kept in this database")));
                };
                let rows = self.rows_of(entry, recorded);
                Arc::new(self.with_rows(sections, &rows, Some(entry.directory))?)
            }
        };
        let rules = compile(&documents, name).map_err(|error| compiled(&error))?;
        Ok(Ok(Then {
            rules: Arc::new(rules),
            directory: Arc::new(recorded.directory()),
            documents,
        }))
    }

    /// What is served now.
    pub(super) fn now(&self, rows: &Rows) -> Result<Then, Refusal> {
        let documents = match &self.documents {
            Documents::File(_) => {
                let last = self.running.remembered().last();
                last.map(|kept| kept.documents).unwrap_or_default()
            }
            Documents::Store(kept) => {
                let number = kept.head().revision.number;
                let (_, sections) = self.rules_of(number)?.unwrap_or_default();
                Arc::new(self.with_rows(sections, rows, None)?)
            }
        };
        Ok(Then {
            rules: self.running.rules(),
            directory: self.running.directory(),
            documents,
        })
    }

    /// Of the store: what a revision is called, its rules documents and every tenant. None if it is
    /// not kept.
    pub(super) fn rules_of(&self, revision: u64) -> Result<Option<(String, Sections)>, Refusal> {
        let Documents::Store(kept) = &self.documents else {
            return Ok(None);
        };
        let found = self.wait(kept.documents_at(revision));
        let Some((found, rules)) = found? else {
            return Ok(None);
        };
        let tenants = self.wait(kept.documents_now(Scope::Kind(Kind::new("tenant")?)));
        let (_, tenants) = tenants?;
        // Policies name groups, and a caller may be put into one.
        let groups = self.wait(kept.documents_now(Scope::Kind(Kind::new("group")?)));
        let (_, groups) = groups?;
        let mut sections = Map::new();
        for document in rules.into_iter().chain(tenants).chain(groups) {
            let value = document.value()?;
            insert(&mut sections, document.kind.as_str(), &document.id, value);
        }
        Ok(Some((found.to_string(), sections)))
    }

    /// Whose rows a record is about.
    pub(super) fn rows_of(&self, entry: &Entry, recorded: &Recorded) -> Rows {
        let owned = |name: &Option<Arc<str>>| name.as_ref().map(ToString::to_string);
        let sent = recorded.credential().and_then(CredentialVerdict::about);
        let sent = sent.map(str::to_owned);
        let then = recorded.directory();
        let now = self.running.directory();
        let credential = sent.or_else(|| owned(&entry.credential));
        let of_key = || {
            let id = credential.as_deref()?;
            let row = then.credential(id).or_else(|| now.credential(id))?;
            Some(row.app.to_string())
        };
        let app = owned(&entry.app).or_else(of_key);
        let subscription = owned(&entry.subscription).or_else(|| {
            let (app, service) = (app.as_deref()?, entry.service.as_deref()?);
            let row = then.subscription(app, service);
            let row = row.or_else(|| now.subscription(app, service))?;
            Some(row.id.to_string())
        });
        let mut revocations: Vec<String> = (then.token_revocations())
            .map(|row| row.id.to_string())
            .collect();
        let at = crate::remembered::now().div_euclid(1000);
        let ending = match recorded.credential() {
            Some(CredentialVerdict::Token(token)) => now.revocation_of(token, at),
            Some(CredentialVerdict::Session(session)) => {
                now.revocation_of_session(&session.signed(), at)
            }
            _ => None,
        };
        let ending = ending.map(|row| row.id.to_string());
        revocations.extend(ending.filter(|id| !revocations.contains(id)));
        Rows {
            credential,
            app,
            subscriptions: subscription.into_iter().collect(),
            revocations,
        }
    }

    /// The rows of an app: of its keys one that was not revoked if there is one, for `production`
    /// if there is one; and its subscriptions. Nothing where a file has all rows anyway.
    pub(super) fn rows_of_app(&self, app: &str, at: i64) -> Result<Rows, Refusal> {
        let directory = self.running.directory();
        let keys = self.of_app("credential", app)?;
        let best = keys.into_iter().min_by_key(|id| rank(&directory, id, at));
        let subscriptions = self.of_app("subscription", app)?;
        Ok(Rows {
            credential: best,
            app: Some(app.to_owned()),
            subscriptions,
            revocations: Vec::new(),
        })
    }

    /// The ids of an app's documents of a kind, in order.
    fn of_app(&self, kind: &str, app: &str) -> Result<Vec<String>, Refusal> {
        let Documents::Store(kept) = &self.documents else {
            return Ok(Vec::new());
        };
        let page = Page {
            kind: Kind::new(kind)?,
            filter: Some((Member::App, app.to_owned())),
            after: None,
            descending: false,
            limit: MOST_OF_APP,
        };
        let found = self.wait(kept.documents_page(page))?;
        Ok(found.into_iter().map(|found| found.id.into()).collect())
    }

    /// With rows of the store as they were after a change set, or as they are.
    fn with_rows(
        &self,
        mut sections: Sections,
        rows: &Rows,
        sequence: Option<u64>,
    ) -> Result<postern_explain::Documents, Refusal> {
        let wanted = [
            ("credential", rows.credential.as_slice()),
            ("app", rows.app.as_slice()),
            ("subscription", rows.subscriptions.as_slice()),
            ("token_revocation", rows.revocations.as_slice()),
        ];
        let ids = wanted
            .iter()
            .flat_map(|(kind, ids)| ids.iter().map(move |id| (*kind, id)));
        for (kind, id) in ids {
            if let Some(row) = self.row(kind, id, sequence)? {
                insert(&mut sections, kind, id, row);
            }
        }
        let tenant = rows.app.as_ref().and_then(|app| {
            let row = sections.get("apps")?.get(app)?;
            Some(row.get("tenant")?.as_str()?.to_owned())
        });
        if let (Some(tenant), Some(_)) = (tenant, sequence)
            && let Some(row) = self.row("tenant", &tenant, sequence)?
        {
            insert(&mut sections, "tenant", &tenant, row);
        }
        let groups: Option<Vec<String>> = rows.app.as_ref().and_then(|app| {
            let row = sections.get("apps")?.get(app)?;
            let names = row.get("groups")?.as_array()?.iter();
            Some(names.filter_map(Value::as_str).map(str::to_owned).collect())
        });
        for group in groups.unwrap_or_default() {
            if let Some(row) = self.row("group", &group, sequence)? {
                insert(&mut sections, "group", &group, row);
            }
        }
        Ok(postern_explain::Documents::new(Value::Object(sections)))
    }

    fn row(&self, kind: &str, id: &str, sequence: Option<u64>) -> Result<Option<Value>, Refusal> {
        let Documents::Store(kept) = &self.documents else {
            return Ok(None);
        };
        let kind = documents::kind(kind)?;
        if let Some(sequence) = sequence {
            let row = self.wait(kept.row_at(kind.clone(), id, sequence));
            match row? {
                RowAt::Present(json) => {
                    let read = serde_json::from_str(&json);
                    return read
                        .map(Some)
                        .map_err(|error| Refusal::new("failed", error.to_string()));
                }
                RowAt::Absent => return Ok(None),
                RowAt::NotKept => {}
            }
        }
        let document = self.wait(kept.document(kind, id));
        let document = document?;
        document
            .map(|document| document.value().map_err(Refusal::from))
            .transpose()
    }
}
