//! Since when a request like this is refused: the kept revisions and the changes of the rows that
//! the decision read, searched for the last one that made a difference.

use crate::decide::Decided;
use crate::document::Documents;
use crate::explanation::{Since, Who};
use crate::overlay::Assumed;
use crate::world::World;
use postern_model::Stage;
use postern_model::denial::{Code, Denial, Value};
use postern_model::entity::CredentialKind;
use postern_policy::{Directory, Facts, Rules, Snapshot};
use serde_json::Value as Json;
use std::sync::Arc;

/// What is kept of the past.
pub trait History {
    /// The kept revisions up to the one that decided, oldest first.
    fn revisions(&self) -> Vec<Made>;
    /// The rules of a revision; `None` if they are gone or cannot be compiled any more.
    fn rules(&self, revision: u64) -> Option<Arc<Rules>>;
    /// The documents of a revision's rules.
    fn documents(&self, revision: u64) -> Option<Arc<Documents>>;
    /// The kept changes of one row of the directory up to the one that decided, oldest first.
    fn row(&self, kind: &str, id: &str) -> Vec<RowChange>;
    /// How many refusals of this code, app and operation there were from then on (Unix time in
    /// milliseconds); `None` if that is not known.
    fn refusals(&self, from: i64) -> Option<u64>;
}

/// A kept revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Its number.
    pub revision: u64,
    /// The number of the change set that made it.
    pub sequence: u64,
    /// Who made it, when and why.
    pub by: Who,
}

/// A kept change of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct RowChange {
    /// The number of its change set.
    pub sequence: u64,
    /// Who, when and why.
    pub by: Who,
    /// The document before; `None` if there was none.
    pub before: Option<Json>,
    /// The document after; `None` if it is gone.
    pub after: Option<Json>,
}

/// Something that happened, by the number of its change set.
enum Event {
    Revision(Made),
    Row {
        kind: &'static str,
        id: String,
        change: RowChange,
    },
}

impl Event {
    fn sequence(&self) -> u64 {
        match self {
            Self::Revision(made) => made.sequence,
            Self::Row { change, .. } => change.sequence,
        }
    }
}

/// A row as it was at some moment: kind, id, document.
type Row = (String, String, Option<Json>);

struct Past<'a> {
    world: &'a World<'a>,
    history: &'a dyn History,
    facts: &'a dyn Facts,
    decided: &'a Decided,
    events: Vec<Event>,
}

/// So many of the newest events are looked at one by one before the rest is halved: whoever turned
/// something off and on again did so lately.
const ONE_BY_ONE: usize = 16;

/// `denial` is the refusal as it was recorded.
pub(crate) fn since(
    world: &World<'_>,
    history: &dyn History,
    facts: &dyn Facts,
    decided: &Decided,
    denial: &Denial,
) -> Option<Since> {
    if let Some(moment) = moment(denial, decided) {
        return Some(moment);
    }
    if is_momentary(denial.code) {
        return None;
    }
    let mut events: Vec<Event> = history
        .revisions()
        .into_iter()
        .map(Event::Revision)
        .collect();
    // Before the first revision there was nothing to compare with.
    if !events.is_empty() {
        events.remove(0);
    }
    let oldest = history.revisions().first().map(|made| made.revision);
    for (kind, id) in rows(world, decided, denial) {
        let changes = history.row(kind, &id).into_iter();
        events.extend(changes.map(|change| Event::Row {
            kind,
            id: id.clone(),
            change,
        }));
    }
    events.sort_by_key(Event::sequence);
    let past = Past {
        world,
        history,
        facts,
        decided,
        events,
    };
    let Some(at) = past.search(denial) else {
        return Some(Since::Always { oldest });
    };
    past.tell(at)
}

impl Past<'_> {
    /// The index of the event since which it is refused so. What cannot be told is no difference.
    fn search(&self, denial: &Denial) -> Option<usize> {
        let refused = |before: usize| {
            self.state(before).is_none_or(|then| {
                then.code() == Some(denial.code) || !then.is_told(self.facts, denial.stage())
            })
        };
        // The state before event i is the state after event i - 1.
        let newest = self.events.len();
        let mut low = newest.saturating_sub(ONE_BY_ONE);
        for at in (low..newest).rev() {
            if !refused(at) {
                return Some(at);
            }
        }
        // Refused before event `low`: halve what lies before.
        if low == 0 || refused(0) {
            return None;
        }
        let mut passing = 0;
        while low - passing > 1 {
            let middle = usize::midpoint(passing, low);
            if refused(middle) {
                low = middle;
            } else {
                passing = middle;
            }
        }
        Some(passing)
    }

    /// The decision as it would have been just before event `before`; `None` if that cannot be
    /// told.
    fn state(&self, before: usize) -> Option<Decided> {
        let (past, future) = self.events.split_at_checked(before)?;
        let revision = past.iter().rev().find_map(|event| match event {
            Event::Revision(made) => Some(made.revision),
            Event::Row { .. } => None,
        });
        let revision = match revision {
            Some(revision) => Some(revision),
            // None of them was made yet: the oldest that is kept, if any of the later ones is.
            None => self.history.revisions().first().map(|made| made.revision),
        };
        let newer = future
            .iter()
            .any(|event| matches!(event, Event::Revision(_)));
        let (rules, documents) = match revision.filter(|_| newer) {
            Some(revision) => (
                Some(self.history.rules(revision)?),
                Some(self.history.documents(revision)?),
            ),
            None => (None, None),
        };
        let rules = rules.as_deref().unwrap_or(self.world.snapshot.rules);
        let documents = documents.as_deref().unwrap_or(self.world.documents);
        let rows = self.rows_before(before);
        let world = World {
            snapshot: Snapshot {
                rules,
                directory: self.world.snapshot.directory,
            },
            documents,
        };
        let directory: Directory;
        let snapshot = if rows.is_empty() {
            world.snapshot
        } else {
            // Rows refer to each other: those that did not change are handed along.
            let full = with_rows_of(documents, self.world.documents);
            let world = World {
                documents: &full,
                ..world
            };
            directory = world.with(&rows).ok()?.into_directory();
            Snapshot {
                rules,
                directory: &directory,
            }
        };
        Some(
            self.decided
                .again(&snapshot, self.facts, &Assumed::default()),
        )
    }

    /// The rows that were different before event `before`, as they were.
    fn rows_before(&self, before: usize) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        for event in self.events.iter().skip(before) {
            if let Event::Row { kind, id, change } = event
                && !rows.iter().any(|(k, i, _)| k == kind && i == id)
            {
                rows.push(((*kind).to_owned(), id.clone(), change.before.clone()));
            }
        }
        rows
    }

    fn tell(&self, at: usize) -> Option<Since> {
        let allowed_before = self.state(at).and_then(|then| {
            let told = then.is_told(self.facts, Stage::Authorize);
            (told || !then.passes()).then(|| then.passes())
        });
        let (at, gone) = self.told_after(at);
        Some(match self.events.get(at)? {
            Event::Revision(made) => Since::Revision {
                before: self.revision_before(*gone.first().unwrap_or(&made.revision))?,
                since: made.revision,
                gone,
                allowed_before,
                requests: self.history.refusals(made.by.at),
                by: made.by.clone(),
            },
            Event::Row { kind, id, change } => Since::Row {
                row: (*kind).to_owned(),
                id: id.clone(),
                sequence: change.sequence,
                allowed_before,
                requests: self.history.refusals(change.by.at),
                by: change.by.clone(),
            },
        })
    }

    /// From the event before which it passed to the first after which it is known to be refused,
    /// and the revisions in between that are gone.
    fn told_after(&self, first: usize) -> (usize, Vec<u64>) {
        let mut gone = Vec::new();
        let mut at = first;
        while let (Some(Event::Revision(made)), Some(Event::Revision(_))) =
            (self.events.get(at), self.events.get(at + 1))
            && self.state(at + 1).is_none()
        {
            gone.push(made.revision);
            at += 1;
        }
        (at, gone)
    }

    fn revision_before(&self, revision: u64) -> Option<u64> {
        let older = self.history.revisions().into_iter().rev();
        older
            .map(|made| made.revision)
            .find(|number| *number < revision)
    }
}

/// The documents of old rules, with the rows of today.
fn with_rows_of(rules: &Documents, rows: &Documents) -> Documents {
    let mut documents = rules.rules();
    for kind in ["tenant", "app"] {
        for (id, row) in rows.of_kind(kind) {
            documents.put(kind, id, row.clone());
        }
    }
    documents
}

/// The rows that the decision read, by kind and id.
pub(crate) fn rows(
    world: &World<'_>,
    decided: &Decided,
    denial: &Denial,
) -> Vec<(&'static str, String)> {
    let revocation = denial.evidence("revocation").and_then(Value::as_text);
    let revocation = revocation.map(|id| ("token_revocation", id.to_owned()));
    let Some(identity) = &decided.identity else {
        // A key that is gone is one that somebody removed.
        let unknown = matches!(denial.code, Code::CredentialUnknown);
        let key = unknown.then(|| denial.evidence("key")).flatten();
        let key = key.and_then(Value::as_text);
        let key = key.map(|id| ("credential", id.to_owned()));
        return key.into_iter().chain(revocation).collect();
    };
    let mut rows = vec![
        ("credential", identity.credential.id.to_string()),
        ("app", identity.app.name.to_string()),
        ("tenant", identity.tenant.name.to_string()),
    ];
    rows.extend(revocation);
    let groups = identity.app.groups.iter();
    rows.extend(groups.map(|group| ("group", group.to_string())));
    let service = decided
        .route
        .as_ref()
        .map(|route| &world.snapshot.rules.service(route).name);
    let directory = world.snapshot.directory;
    let subscription =
        service.and_then(|service| directory.subscription(&identity.app.name, service));
    rows.extend(subscription.map(|row| ("subscription", row.id.to_string())));
    rows
}

/// What was set beforehand and then happened by itself.
fn moment(denial: &Denial, decided: &Decided) -> Option<Since> {
    let (name, what) = match denial.code {
        Code::CredentialExpired => {
            let identity = decided.identity.as_ref();
            let kind = identity.map_or(CredentialKind::ApiKey, |i| i.credential.proof.kind());
            ("until", format!("the {} expired then", kind.noun()))
        }
        Code::SubscriptionExpired => ("since", "the subscription ended then".to_owned()),
        _ => return None,
    };
    match denial.evidence(name)? {
        Value::Number(at) => Some(Since::Moment {
            at: i64::try_from(*at).ok()?,
            what,
        }),
        Value::Text(_) | Value::List(_) => None,
    }
}

/// Refusals that come and go with what happens, not with what somebody changes.
fn is_momentary(code: Code) -> bool {
    matches!(code.family(), "limit" | "upstream" | "gateway" | "origin")
        || matches!(code, Code::EdgeAddressBlocked | Code::EdgeRateExceeded)
}
