//! The store as the rest of the program sees it.

mod backup;
mod notes;
mod secrets;

use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::canonical::hex;
use crate::change::{
    Applied, AuditFilter, AuditLine, Change, ChangeFilter, ChangeMeta, Event, LoggedChange,
};
use crate::directory::DataDirectory;
use crate::document::{Document, Kind, Page, Scope, is_id};
use crate::engine::{self, Chain, Proposal, Pruned, RowAt};
use crate::error::{ApplyError, StoreError};
use crate::installation::InstallationKey;
use crate::postgres::address::Address;
use crate::postgres::listen::{Contact, Listener, Told};
use crate::postgres::{Postgres, Target, on_a_thread};
use crate::replica::{Ask, Keeper, Replica};
use crate::revision::{Head, Revision, RevisionRecord};
use crate::rows::{Access, Database, Transaction};
use crate::sqlite::Sqlite;
use crate::worker::Workers;

/// Connections for reading a little, beside the one for writing: who signs in, and what other nodes
/// changed, waits for no other.
const READERS: usize = 2;

/// Connections for going through documents.
const FOLDERS: usize = 2;

/// The meta key under which the database remembers the installation's key.
pub(crate) const FINGERPRINT: &str = "store.installation";

/// A database that several nodes share.
#[derive(Debug, Clone)]
pub struct Shared {
    /// Where it is.
    pub address: Address,
    /// How often a node looks whether another changed something, besides hearing of it.
    pub check: Duration,
}

impl Shared {
    /// Looked at every second.
    pub const fn new(address: Address) -> Self {
        Self {
            address,
            check: Duration::from_secs(1),
        }
    }
}

/// Documents, revisions and the change log. Cheap to clone. Dropping the last clone finishes what
/// was asked of it, closes the database and then gives the directory back.
#[derive(Debug, Clone)]
pub struct Store(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    // Before the directory, whose lock is given back last.
    writer: Workers,
    readers: Workers,
    folders: Workers,
    /// One, for what takes as long as everything is large, or whoever takes it is slow.
    long: Workers,
    head: watch::Sender<Head>,
    /// For a database that is shared.
    shared: Option<Sharing>,
    directory: Arc<DataDirectory>,
}

/// What a shared database takes beside.
#[derive(Debug)]
struct Sharing {
    keeper: Keeper,
    contact: watch::Receiver<Contact>,
    /// The copy that this process begins with, if the database was away.
    copy: Mutex<Option<Workers>>,
    _listener: Listener,
}

impl Sharing {
    fn take_copy(&self) -> Option<Workers> {
        let mut copy = self.copy.lock().unwrap_or_else(PoisonError::into_inner);
        copy.take()
    }
}

impl Store {
    /// Opens `DIR/postern.db`, making or migrating it. Blocks; for start-up.
    ///
    /// Refuses a database that is not Postern's, one that a newer Postern wrote, and one made with
    /// another installation's key.
    pub fn open(directory: Arc<DataDirectory>) -> Result<Self, StoreError> {
        let path = directory.database();
        let fingerprint = hex(directory.installation_key()?.derive("fingerprint").expose());
        let mut writer = Sqlite::open(&path)?;
        let head = {
            let transaction = writer.begin(Access::Write)?;
            match transaction.meta(FINGERPRINT)? {
                Some(found) if found == fingerprint => {}
                Some(_) => return Err(StoreError::KeyDiffers { path }),
                None => transaction.set_meta(FINGERPRINT, &fingerprint)?,
            }
            engine::link_unlinked(&*transaction)?;
            let head = transaction.head()?;
            transaction.commit()?;
            head
        };
        let readers = |count: usize| {
            let open = || Sqlite::reader(&path).map(|reader| Box::new(reader) as Box<dyn Database>);
            let readers = (0..count).map(|_| open());
            readers.collect::<Result<Vec<_>, _>>()
        };
        let failed = |source| StoreError::Io {
            path: path.clone(),
            doing: "start a thread for",
            source,
        };
        Ok(Self(Arc::new(Inner {
            writer: Workers::start("store-write", vec![Box::new(writer)]).map_err(failed)?,
            readers: Workers::start("store-read", readers(READERS)?).map_err(failed)?,
            folders: Workers::start("store-fold", readers(FOLDERS)?).map_err(failed)?,
            long: Workers::start("store-long", readers(1)?).map_err(failed)?,
            head: watch::Sender::new(head),
            shared: None,
            directory,
        })))
    }

    /// Opens a database that nodes share, making or migrating its schema. Blocks; for start-up.
    ///
    /// If it is away, begins with the copy in the directory, if there is one
    /// ([`Self::inspect_copy`]); writing fails with [`StoreError::Away`] until it is there again.
    /// Refuses what [`Self::open`] refuses.
    pub fn open_shared(
        directory: Arc<DataDirectory>,
        key: &InstallationKey,
        shared: &Shared,
    ) -> Result<Self, StoreError> {
        let fingerprint = hex(key.derive("fingerprint").expose());
        let target = Arc::new(Target::new(&shared.address, &fingerprint)?);
        let replica = Replica::new(directory.path(), &fingerprint);
        let asked = Instant::now();
        let reached = on_a_thread(|| Postgres::new(target.clone()).begin(Access::Read)?.head());
        let (head, copy, contact) = match reached {
            Ok(head) => (head, None, (Some(asked), None)),
            Err(error @ StoreError::Away { .. }) => match replica.open()? {
                Some((sqlite, head)) => {
                    tracing::warn!("{error}; beginning with the copy of it that was kept");
                    let last = replica.age().and_then(|age| asked.checked_sub(age));
                    (head, Some(sqlite), (last, Some(error.to_string().into())))
                }
                None => return Err(error),
            },
            Err(error) => return Err(error),
        };
        let connection = || Postgres::new(target.clone());
        let boxed = || Box::new(connection()) as Box<dyn Database>;
        let failed = |source| StoreError::Io {
            path: directory.path().to_owned(),
            doing: "start a thread for",
            source,
        };
        let told = Told {
            head: watch::Sender::new(head),
            contact: watch::Sender::new(Contact {
                last: contact.0,
                error: contact.1,
            }),
        };
        let copy = copy.map(|sqlite| Workers::start("store-copy", vec![Box::new(sqlite)]));
        let sharing = Sharing {
            keeper: Keeper::start(replica, connection()).map_err(failed)?,
            contact: told.contact.subscribe(),
            copy: Mutex::new(copy.transpose().map_err(failed)?),
            _listener: Listener::start(connection(), shared.check, told.clone()).map_err(failed)?,
        };
        let readers = |count: usize| (0..count).map(|_| boxed()).collect();
        Ok(Self(Arc::new(Inner {
            writer: Workers::start("store-write", vec![boxed()]).map_err(failed)?,
            readers: Workers::start("store-read", readers(READERS)).map_err(failed)?,
            folders: Workers::start("store-fold", readers(FOLDERS)).map_err(failed)?,
            long: Workers::start("store-long", readers(1)).map_err(failed)?,
            head: told.head,
            shared: Some(sharing),
            directory,
        })))
    }

    /// Whether a shared database is reached; none if the database is this process's own.
    pub fn contact(&self) -> Option<watch::Receiver<Contact>> {
        let shared = self.0.shared.as_ref();
        shared.map(|shared| shared.contact.clone())
    }

    /// Says that what is stored is served, so that a node may begin with it while its database is
    /// away. The copy is made in the background; nothing happens where the database is not shared.
    pub fn keep(&self) {
        if let Some(shared) = &self.0.shared {
            shared.keeper.ask(Ask::BringUp);
        }
    }

    /// Says that what is served is still what the database holds, so that a node that begins with
    /// the copy knows its age.
    pub fn confirm(&self) {
        if let Some(shared) = &self.0.shared {
            shared.keeper.ask(Ask::Confirm);
        }
    }

    /// Looks at what is stored, all of one moment.
    pub async fn inspect<T, E>(
        &self,
        look: impl FnOnce(&Proposal<'_>) -> Result<T, ApplyError<E>> + Send + 'static,
    ) -> Result<T, ApplyError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        inspect(&self.0.readers, look).await
    }

    /// Looks, once, at the copy that was kept of a shared database; none if the database was there
    /// when this process began.
    pub async fn inspect_copy<T, E>(
        &self,
        look: impl FnOnce(&Proposal<'_>) -> Result<T, ApplyError<E>> + Send + 'static,
    ) -> Result<Option<T>, ApplyError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let copy = self.0.shared.as_ref().and_then(Sharing::take_copy);
        match copy {
            Some(copy) => inspect(&copy, look).await.map(Some),
            None => Ok(None),
        }
    }

    /// Applies a change set, all or nothing, after every change set before it. When this returns,
    /// it is on the disk.
    ///
    /// `validate` runs on the writer's thread, inside the transaction, over the documents as they
    /// would be; refusing ([`ApplyError::Refused`]) undoes everything. A set that changes nothing
    /// takes no number, but is validated. What this returns may reach callers in another order than
    /// the change sets were applied in: compare [`Applied::sequence`].
    pub async fn apply<T, E>(
        &self,
        changes: Vec<Change>,
        meta: ChangeMeta,
        validate: impl FnOnce(&Proposal<'_>) -> Result<T, ApplyError<E>> + Send + 'static,
    ) -> Result<Applied<T>, ApplyError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let watched = self.0.head.clone();
        let work = move |database: &mut dyn Database| {
            let transaction = database.begin(Access::Write)?;
            let (applied, head) = engine::apply(&*transaction, changes, &meta, validate)?;
            transaction.commit()?;
            tell(&watched, head);
            Ok(applied)
        };
        self.0.writer.run(work).await?
    }

    /// Adds something that happened and changed no document to the change log, as a change set
    /// without entries. When this returns, it is on the disk. Returns where the store stands then.
    pub async fn note_event(&self, event: Event, meta: ChangeMeta) -> Result<Head, StoreError> {
        let watched = self.0.head.clone();
        let work = move |database: &mut dyn Database| {
            let transaction = database.begin(Access::Write)?;
            let head = engine::note_event(&*transaction, event, meta)?;
            transaction.commit()?;
            tell(&watched, head);
            Ok(head)
        };
        self.0.writer.run(work).await?
    }

    /// Where the store stands, as far as this process knows.
    pub fn head(&self) -> Head {
        *self.0.head.borrow()
    }

    /// Tells of every change set that this process applied, after it is permanent, and of those of
    /// other nodes, once this one hears of them. A receiver that is slow sees the last.
    pub fn watch(&self) -> watch::Receiver<Head> {
        self.0.head.subscribe()
    }

    /// One document.
    pub async fn document(&self, kind: Kind, id: &str) -> Result<Option<Document>, StoreError> {
        // No database is asked for text that it cannot hold.
        if !is_id(id) {
            return Ok(None);
        }
        let id = id.to_owned();
        self.read(move |transaction| transaction.document(&kind, &id))
            .await
    }

    /// Goes through documents in the order of kind and id, all of one moment, without holding them
    /// at once. Returns where the store stood.
    pub async fn fold<S: Send + 'static>(
        &self,
        scope: Scope,
        mut state: S,
        mut visit: impl FnMut(&mut S, Document) + Send + 'static,
    ) -> Result<(Head, S), StoreError> {
        read(&self.0.folders, move |transaction| {
            let head = transaction.head()?;
            transaction.documents(&scope, &mut |document| {
                visit(&mut state, document);
                Ok(())
            })?;
            Ok((head, state))
        })
        .await
    }

    /// A part of the documents of one kind; none beyond what can be no id.
    pub async fn documents_page(&self, page: Page) -> Result<Vec<Document>, StoreError> {
        if page.after.as_ref().is_some_and(|after| !is_id(after)) {
            return Ok(Vec::new());
        }
        self.read(move |transaction| transaction.page(&page)).await
    }

    /// The documents of now, in the order of kind and id, and where the store stood.
    pub async fn documents_now(&self, scope: Scope) -> Result<(Head, Vec<Document>), StoreError> {
        self.fold(scope, Vec::new(), Vec::push).await
    }

    /// The rules documents of a revision, in the order of kind and id; none if that revision is not
    /// kept or was never made.
    pub async fn documents_at(
        &self,
        revision: u64,
    ) -> Result<Option<(Revision, Vec<Document>)>, StoreError> {
        let work = move |transaction: &dyn Transaction| engine::documents_at(transaction, revision);
        read(&self.0.folders, work).await
    }

    /// The kept revisions with these numbers, newest first, at most `limit`.
    pub async fn revisions(
        &self,
        numbers: RangeInclusive<u64>,
        limit: usize,
    ) -> Result<Vec<RevisionRecord>, StoreError> {
        self.read(move |transaction| transaction.revisions(numbers, limit))
            .await
    }

    /// Lines of the change log.
    pub async fn changes(&self, filter: ChangeFilter) -> Result<Vec<LoggedChange>, StoreError> {
        if filter.id.as_ref().is_some_and(|id| !is_id(id)) {
            return Ok(Vec::new());
        }
        self.read(move |transaction| transaction.changes(&filter))
            .await
    }

    /// Lines of the audit trail: of the change log, with events, and with change sets whose changes
    /// are no longer kept.
    pub async fn audit(&self, filter: AuditFilter) -> Result<Vec<AuditLine>, StoreError> {
        self.read(move |transaction| transaction.audit(&filter))
            .await
    }

    /// Walks the chain of change sets from its beginning, and compares documents with it. `asked`:
    /// a change set whose hash is wanted, to be compared with one that was written down.
    pub async fn verify_chain(&self, asked: Option<u64>) -> Result<Chain, StoreError> {
        self.read_long(move |transaction| engine::verify(transaction, asked))
            .await
    }

    /// A document as it was after a change set.
    pub async fn row_at(&self, kind: Kind, id: &str, sequence: u64) -> Result<RowAt, StoreError> {
        if !is_id(id) {
            return Ok(RowAt::Absent);
        }
        let id = id.to_owned();
        self.read(move |transaction| engine::row_at(transaction, &kind, &id, sequence))
            .await
    }

    /// Forgets changes made before a time (Unix milliseconds), and revisions that were no longer in
    /// force at it; never the newest revision nor the one before.
    pub async fn prune(&self, before_ms: i64) -> Result<Pruned, StoreError> {
        self.write(move |transaction| engine::prune(transaction, before_ms))
            .await
    }

    /// What was written under a key about the database as a whole, such as that it is a demo's.
    pub async fn meta(&self, key: &str) -> Result<Option<String>, StoreError> {
        let key = key.to_owned();
        self.read(move |transaction| transaction.meta(&key)).await
    }

    /// Writes something down about the database as a whole. Takes no sequence number.
    pub async fn set_meta(&self, key: &str, value: &str) -> Result<(), StoreError> {
        let (key, value) = (key.to_owned(), value.to_owned());
        self.write(move |transaction| transaction.set_meta(&key, &value))
            .await
    }

    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Transaction) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        read(&self.0.readers, work).await
    }

    /// Reads what may take long, one after the other.
    pub(crate) async fn read_long<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Transaction) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        read(&self.0.long, work).await
    }

    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Transaction) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let work = move |database: &mut dyn Database| {
            let transaction = database.begin(Access::Write)?;
            let result = work(&*transaction)?;
            transaction.commit()?;
            Ok(result)
        };
        self.0.writer.run(work).await?
    }
}

/// Tells where this process brought the store. Of a shared database, a later change set of another
/// node may have been heard of already.
fn tell(watched: &watch::Sender<Head>, head: Head) {
    watched.send_if_modified(|seen| {
        seen.sequence <= head.sequence && std::mem::replace(seen, head) != head
    });
}

async fn read<T: Send + 'static>(
    workers: &Workers,
    work: impl FnOnce(&dyn Transaction) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let work = move |database: &mut dyn Database| work(&*database.begin(Access::Read)?);
    workers.run(work).await?
}

async fn inspect<T, E>(
    workers: &Workers,
    look: impl FnOnce(&Proposal<'_>) -> Result<T, ApplyError<E>> + Send + 'static,
) -> Result<T, ApplyError<E>>
where
    T: Send + 'static,
    E: Send + 'static,
{
    let work = move |database: &mut dyn Database| {
        let transaction = database.begin(Access::Read)?;
        look(&Proposal::of(&*transaction)?)
    };
    workers.run(work).await?
}
