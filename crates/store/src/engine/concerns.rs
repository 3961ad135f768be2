//! Whom a change concerns, for the audit trail.

use std::collections::HashMap;

use serde_json::Value;

use crate::change::Entry;
use crate::document::{self, Kind};
use crate::error::StoreError;
use crate::owner::{Belongs, belongs};
use crate::rows::{Concerns, Transaction};

/// Tells whom the entries of a change set concern, in a transaction that they are written in.
pub(super) struct Concerned<'a> {
    transaction: &'a dyn Transaction,
    /// What others belong with, where it changes with them.
    changed: HashMap<(&'a str, &'a str), &'a Entry>,
}

/// Before a change set, or after it.
#[derive(Clone, Copy)]
enum Side {
    Before,
    After,
}

impl Side {
    fn of(self, entry: &Entry) -> Result<Option<Value>, StoreError> {
        let json = match self {
            Self::Before => entry.before.as_deref(),
            Self::After => entry.after.as_deref(),
        };
        json.map(|json| document::read(&entry.kind, &entry.id, json))
            .transpose()
    }
}

impl<'a> Concerned<'a> {
    pub(super) fn new(transaction: &'a dyn Transaction, entries: &'a [Entry]) -> Self {
        let changed = entries
            .iter()
            .map(|entry| ((entry.kind.as_str(), &*entry.id), entry));
        Self {
            transaction,
            changed: changed.collect(),
        }
    }

    /// Whose the document is, and one other tenant: the one that it was before, or the provider of
    /// its service. Who loses something hears of it, and so does whoever loses it with something
    /// else that goes.
    pub(super) fn by(&self, entry: &Entry) -> Result<Concerns, StoreError> {
        let mut tenants: Vec<String> = Vec::new();
        for side in [Side::After, Side::Before] {
            let Some(value) = side.of(entry)? else {
                continue;
            };
            let (owner, other) = belongs(entry.kind.as_str(), &entry.id, &value);
            let owners = [Some(owner), other];
            for owner in owners.into_iter().flatten() {
                let tenant = self.tenant(owner, side)?;
                tenants.extend(tenant.filter(|tenant| !tenants.contains(tenant)));
            }
        }
        let mut tenants = tenants.into_iter();
        Ok(Concerns {
            tenant: tenants.next(),
            other: tenants.next(),
        })
    }

    fn tenant(&self, owner: Belongs<'_>, side: Side) -> Result<Option<String>, StoreError> {
        let (kind, id) = match owner {
            Belongs::Platform => return Ok(None),
            Belongs::Tenant(tenant) => return Ok(Some(tenant.to_owned())),
            Belongs::With(kind, id) => (kind, id),
        };
        let found = match self.changed.get(&(kind, id)) {
            Some(entry) => side.of(entry)?,
            None => match self.transaction.document(&Kind::stored(kind), id)? {
                Some(document) => Some(document.value()?),
                None => None,
            },
        };
        let tenant = found
            .as_ref()
            .and_then(|found| found.get("tenant")?.as_str());
        Ok(tenant.map(str::to_owned))
    }
}
