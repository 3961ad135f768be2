//! Who may call what: tenants, apps, credentials and subscriptions, by name.

use postern_model::entity::{Accounts, App, Credential, KeyDigest, Name, Subscription, Tenant};
use std::collections::HashMap;
use std::sync::Arc;

/// The rows at one moment, found by what a request shows. A change makes a new directory; requests
/// under way keep theirs.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    sequence: u64,
    tenants: HashMap<Name, Arc<Tenant>>,
    apps: HashMap<Name, Arc<App>>,
    credentials: HashMap<Name, Arc<Credential>>,
    digests: HashMap<KeyDigest, Arc<Credential>>,
    /// By app and service: the one that counts.
    subscriptions: HashMap<(Name, Name), Arc<Subscription>>,
}

impl Directory {
    /// A directory of these rows. `sequence` numbers the last change among them.
    pub fn new(accounts: Accounts, sequence: u64) -> Self {
        let credentials = accounts.credentials.into_iter().map(Arc::new);
        let credentials: Vec<Arc<Credential>> = credentials.collect();
        Self {
            sequence,
            tenants: by(accounts.tenants, |row| row.name.clone()),
            apps: by(accounts.apps, |row| row.name.clone()),
            digests: credentials.iter().map(|c| (c.digest, c.clone())).collect(),
            credentials: credentials.into_iter().map(|c| (c.id.clone(), c)).collect(),
            subscriptions: by(accounts.subscriptions, |row| {
                (row.app.clone(), row.service.clone())
            }),
        }
    }

    /// The number of the last change in it.
    pub const fn sequence(&self) -> u64 {
        self.sequence
    }

    /// The tenant of that name.
    pub fn tenant(&self, name: &str) -> Option<&Arc<Tenant>> {
        self.tenants.get(name)
    }

    /// The app of that name.
    pub fn app(&self, name: &str) -> Option<&Arc<App>> {
        self.apps.get(name)
    }

    /// The credential of that id.
    pub fn credential(&self, id: &str) -> Option<&Arc<Credential>> {
        self.credentials.get(id)
    }

    /// The credential whose key has that digest.
    pub fn credential_of(&self, digest: &KeyDigest) -> Option<&Arc<Credential>> {
        self.digests.get(digest)
    }

    /// The subscription of an app to a service.
    pub fn subscription(&self, app: &Name, service: &Name) -> Option<&Arc<Subscription>> {
        self.subscriptions.get(&(app.clone(), service.clone()))
    }
}

fn by<K: std::hash::Hash + Eq, T>(rows: Vec<T>, key: impl Fn(&T) -> K) -> HashMap<K, Arc<T>> {
    rows.into_iter()
        .map(|row| (key(&row), Arc::new(row)))
        .collect()
}
