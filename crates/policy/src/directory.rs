//! Who may call what: tenants, groups, apps, credentials and subscriptions, by name, and the tokens
//! that are not accepted any more.

mod certificates;
mod clients;
mod imports;
mod revocations;
mod signers;
#[cfg(test)]
mod tests;
mod trie;
mod users;

use certificates::Certificates;
use clients::Clients;
use foldhash::quality::RandomState;
use imports::Imports;
use postern_model::entity::{
    Accounts, App, CertificateName, Credential, Group, Name, Proof, Subscription, Tenant,
    TokenRevocation,
};
use postern_model::key::Keyer;
use postern_model::key::imported::KeyFormat;
use postern_model::key::password::Cost;
use postern_proof::Token;
use revocations::Revocations;
pub use revocations::Signed;
pub use signers::Signer;
use signers::Signers;
use std::hash::BuildHasher;
use std::sync::Arc;
use trie::Trie;
use users::Users;

/// The rows at one moment, found by what a request shows. A change makes a new directory in time
/// that grows with the logarithm of their number; who holds the old one sees nothing of it.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    sequence: u64,
    hasher: RandomState,
    tenants: Trie<Tenant>,
    groups: Trie<Group>,
    apps: Trie<App>,
    credentials: Trie<Credential>,
    imports: Imports,
    clients: Clients,
    signers: Signers,
    users: Users,
    certificates: Certificates,
    /// By app and service.
    subscriptions: Trie<Subscription>,
    revocations: Revocations,
    /// Names that many rows say. They are declared elsewhere, so that there are few; none is ever
    /// forgotten.
    names: Trie<str>,
}

/// A change of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A new tenant, or another state of one.
    PutTenant(Tenant),
    /// The tenant of that name is no more.
    RemoveTenant(Name),
    /// A new group, or another state of one. Its apps are not looked at.
    PutGroup(Group),
    /// The group of that name is no more. Its apps carry nothing by it from then on.
    RemoveGroup(Name),
    /// A new app, or another state of one.
    PutApp(App),
    /// The app of that name is no more. Its credentials prove nothing from then on.
    RemoveApp(Name),
    /// A new credential, or another state of one.
    PutCredential(Credential),
    /// The credential of that id is no more.
    RemoveCredential(Name),
    /// A new subscription, or another state of one. There is one for an app and a service.
    PutSubscription(Subscription),
    /// The subscription of that app to that service is no more.
    RemoveSubscription {
        /// The app.
        app: Name,
        /// The service.
        service: Name,
    },
    /// Tokens are not accepted any more.
    PutTokenRevocation(TokenRevocation),
    /// The revocation of that id is no more.
    RemoveTokenRevocation(Name),
}

impl Directory {
    /// A directory of these rows. `sequence` numbers the last change among them.
    pub fn new(accounts: Accounts, sequence: u64) -> Self {
        let mut directory = Self {
            sequence,
            ..Self::default()
        };
        for row in accounts.tenants {
            directory.apply(Change::PutTenant(row));
        }
        for row in accounts.groups {
            directory.apply(Change::PutGroup(row));
        }
        for row in accounts.apps {
            directory.apply(Change::PutApp(row));
        }
        for row in accounts.credentials {
            directory.apply(Change::PutCredential(row));
        }
        for row in accounts.subscriptions {
            directory.apply(Change::PutSubscription(row));
        }
        for row in accounts.token_revocations {
            directory.apply(Change::PutTokenRevocation(row));
        }
        directory
    }

    /// The directory after a change, which takes the next sequence number.
    #[must_use]
    pub fn with(&self, change: Change) -> Self {
        let mut next = self.clone();
        next.apply(change);
        next.sequence += 1;
        next
    }

    /// The directory after a set of changes, which has this number.
    #[must_use]
    pub fn with_all(&self, changes: impl IntoIterator<Item = Change>, sequence: u64) -> Self {
        let mut next = self.clone();
        next.change(changes, sequence);
        next
    }

    /// Makes a set of changes, which has this number, in the place of what was. Nothing is copied
    /// unless somebody holds that too.
    pub fn change(&mut self, changes: impl IntoIterator<Item = Change>, sequence: u64) {
        for change in changes {
            self.apply(change);
        }
        self.sequence = sequence;
    }

    /// The number of the last change in it.
    pub const fn sequence(&self) -> u64 {
        self.sequence
    }

    /// The tenant of that name.
    pub fn tenant(&self, name: &str) -> Option<&Arc<Tenant>> {
        self.tenants.get(self.hash(name), |row| *row.name == *name)
    }

    /// The group of that name.
    pub fn group(&self, name: &str) -> Option<&Arc<Group>> {
        self.groups.get(self.hash(name), |row| *row.name == *name)
    }

    /// The app of that name.
    pub fn app(&self, name: &str) -> Option<&Arc<App>> {
        self.apps.get(self.hash(name), |row| *row.name == *name)
    }

    /// The credential of that id.
    pub fn credential(&self, id: &str) -> Option<&Arc<Credential>> {
        #[cfg(test)]
        crate::testing::work::did(&[crate::testing::work::Step::LookUp]);
        self.credentials.get(self.hash(id), |row| *row.id == *id)
    }

    /// The credential of a key that another gateway made. Takes as many digests as there are
    /// formats, [`MAX_FORMATS`](postern_model::key::imported::MAX_FORMATS) at most.
    pub fn imported(&self, key: &[u8], keyer: &Keyer) -> Option<&Arc<Credential>> {
        self.imports.find(key, keyer, &self.hasher)
    }

    /// The credential of a client of an issuer; without one, that for all of its clients.
    pub fn client(&self, issuer: &str, client: &str) -> Option<&Arc<Credential>> {
        if self.clients.is_empty() {
            return None;
        }
        self.clients.find(issuer, client, &self.hasher)
    }

    /// The key that signatures call so.
    pub fn signer(&self, name: &str) -> Option<&Arc<Signer>> {
        self.signers.find(name, &self.hasher)
    }

    /// The credential of a user name.
    pub fn user(&self, name: &str) -> Option<&Arc<Credential>> {
        self.users.find(name, &self.hasher)
    }

    /// The credential of a certificate that is known by that.
    pub fn certificate(&self, name: &CertificateName) -> Option<&Arc<Credential>> {
        self.certificates.find(name, &self.hasher)
    }

    /// What checking a password for a user name costs that nobody has.
    pub fn cost_of_nobody(&self, name: &str) -> Cost {
        self.users.cost_of_nobody(name, &self.hasher)
    }

    /// How the keys that other gateways made were digested, each once.
    pub fn key_formats(&self) -> impl Iterator<Item = &Arc<KeyFormat>> {
        self.imports.formats()
    }

    /// The subscription of an app to a service.
    pub fn subscription(&self, app: &str, service: &str) -> Option<&Arc<Subscription>> {
        let hash = self.hash((app, service));
        self.subscriptions
            .get(hash, |row| *row.app == *app && *row.service == *service)
    }

    /// The revocation of tokens of that id.
    pub fn token_revocation(&self, id: &str) -> Option<&Arc<TokenRevocation>> {
        self.revocations.get(id, &self.hasher)
    }

    /// The revocation of the same tokens as this one; itself, if it is in.
    pub fn token_revocation_like(&self, row: &TokenRevocation) -> Option<&Arc<TokenRevocation>> {
        let (by, name) = (row.tokens.by(), row.tokens.name());
        self.revocations.about(&row.issuer, by, name, &self.hasher)
    }

    /// Whether any tokens are revoked.
    pub const fn revokes_tokens(&self) -> bool {
        !self.revocations.is_empty()
    }

    /// Why a token is not accepted any more, if it is not; `now` is Unix time in seconds.
    pub fn revocation_of(&self, token: &Token, now: i64) -> Option<&Arc<TokenRevocation>> {
        self.revocations.ending(token, now, &self.hasher)
    }

    /// The same of a session of a browser: what ends tokens of a subject or of a client that were made
    /// by then ends the sessions that began by then.
    pub fn revocation_of_session(
        &self,
        session: &Signed<'_>,
        now: i64,
    ) -> Option<&Arc<TokenRevocation>> {
        self.revocations.ending_session(session, now, &self.hasher)
    }

    /// Every tenant, in no order. A walk through all of them: nothing for a request.
    pub fn tenants(&self) -> impl Iterator<Item = &Arc<Tenant>> {
        self.tenants.rows()
    }

    /// Every group, in no order. A walk through all of them: nothing for a request.
    pub fn groups(&self) -> impl Iterator<Item = &Arc<Group>> {
        self.groups.rows()
    }

    /// Every app, in no order. A walk through all of them: nothing for a request.
    pub fn apps(&self) -> impl Iterator<Item = &Arc<App>> {
        self.apps.rows()
    }

    /// Every credential, in no order. A walk through all of them: nothing for a request.
    pub fn credentials(&self) -> impl Iterator<Item = &Arc<Credential>> {
        self.credentials.rows()
    }

    /// Every subscription, in no order. A walk through all of them: nothing for a request.
    pub fn subscriptions(&self) -> impl Iterator<Item = &Arc<Subscription>> {
        self.subscriptions.rows()
    }

    /// Every revocation of tokens, in no order. A walk through all of them: nothing for a request.
    pub fn token_revocations(&self) -> impl Iterator<Item = &Arc<TokenRevocation>> {
        self.revocations.rows()
    }

    fn hash(&self, key: impl std::hash::Hash) -> u64 {
        self.hasher.hash_one(key)
    }

    fn apply(&mut self, change: Change) {
        let hasher = self.hasher.clone();
        match change {
            Change::PutTenant(row) => self.tenants.put(
                Arc::new(row),
                &|row| hasher.hash_one(&*row.name),
                &|a, b| a.name == b.name,
            ),
            Change::RemoveTenant(name) => {
                self.tenants
                    .remove(self.hash(&*name), &|row| row.name == name);
            }
            Change::PutGroup(mut row) => {
                self.share(&mut row.access_roles);
                self.groups.put(
                    Arc::new(row),
                    &|row| hasher.hash_one(&*row.name),
                    &|a, b| a.name == b.name,
                );
            }
            Change::RemoveGroup(name) => {
                self.groups
                    .remove(self.hash(&*name), &|row| row.name == name);
            }
            Change::PutApp(mut row) => {
                if let Some(tenant) = self.tenant(&row.tenant) {
                    row.tenant = tenant.name.clone();
                }
                self.share(&mut row.access_roles);
                self.share(&mut row.groups);
                self.apps.put(
                    Arc::new(row),
                    &|row| hasher.hash_one(&*row.name),
                    &|a, b| a.name == b.name,
                );
            }
            Change::RemoveApp(name) => {
                self.apps.remove(self.hash(&*name), &|row| row.name == name);
            }
            Change::PutCredential(row) => {
                self.forget_proof(&row.id);
                let row = Arc::new(self.shared(row));
                self.imports.put(&row, &hasher);
                self.clients.put(&row, &hasher);
                self.signers.put(&row, &hasher);
                self.users.put(&row, &hasher);
                self.certificates.put(&row, &hasher);
                self.credentials
                    .put(row, &|row| hasher.hash_one(&*row.id), &|a, b| a.id == b.id);
            }
            Change::RemoveCredential(id) => {
                self.forget_proof(&id);
                self.credentials
                    .remove(self.hash(&*id), &|row| row.id == id);
            }
            Change::PutSubscription(mut row) => {
                if let Some(app) = self.app(&row.app) {
                    row.app = app.name.clone();
                }
                row.service = self.name(&row.service);
                row.plan = self.name(&row.plan);
                self.subscriptions.put(
                    Arc::new(row),
                    &|row| hasher.hash_one((&*row.app, &*row.service)),
                    &|a, b| a.app == b.app && a.service == b.service,
                );
            }
            Change::RemoveSubscription { app, service } => {
                self.subscriptions
                    .remove(self.hash((&*app, &*service)), &|row| {
                        row.app == app && row.service == service
                    });
            }
            Change::PutTokenRevocation(mut row) => {
                row.issuer = self.name(&row.issuer);
                self.revocations.put(row, &hasher);
            }
            Change::RemoveTokenRevocation(id) => self.revocations.remove(&id, &hasher),
        }
    }

    /// What proves a credential is about to change.
    fn forget_proof(&mut self, id: &str) {
        if self.imports.is_empty()
            && self.clients.is_empty()
            && self.signers.is_empty()
            && self.users.is_empty()
            && self.certificates.is_empty()
        {
            return;
        }
        if let Some(row) = self.credential(id).cloned() {
            self.imports.remove(&row, &self.hasher);
            self.clients.remove(&row, &self.hasher);
            self.signers.remove(&row, &self.hasher);
            self.users.remove(&row, &self.hasher);
            self.certificates.remove(&row, &self.hasher);
        }
    }

    /// A credential that says its names with the memory of those that others have said.
    fn shared(&mut self, mut row: Credential) -> Credential {
        if let Some(app) = self.app(&row.app) {
            row.app = app.name.clone();
        }
        row.environment = self.name(&row.environment);
        if let Proof::Imported(key) = &mut row.proof {
            key.format = self.imports.shared(key.format.clone());
        }
        if let Some(scopes) = &row.scopes {
            row.scopes = Some(scopes.iter().map(|scope| self.name(scope)).collect());
        }
        if let Some(roles) = row
            .restriction
            .as_mut()
            .and_then(|r| r.access_roles.as_mut())
        {
            self.share(roles);
        }
        row
    }

    fn share(&mut self, names: &mut [Name]) {
        for name in names {
            *name = self.name(name);
        }
    }

    /// The name, in memory that is shared.
    fn name(&mut self, name: &Name) -> Name {
        let hash = self.hash(&**name);
        if let Some(known) = self.names.get(hash, |known| *known == **name) {
            return known.clone();
        }
        let hasher = self.hasher.clone();
        self.names
            .put(name.clone(), &|name| hasher.hash_one(name), &|a, b| a == b);
        name.clone()
    }
}
