//! PostgreSQL behind [`Database`].
//!
//! Several nodes share one database. Who writes holds the lock of the row `head`, so that there is
//! one writer at a time; the others hear of its change set by `NOTIFY`, and look every second
//! besides ([`listen`]).

pub(crate) mod address;
mod chained;
mod conditions;
pub(crate) mod listen;
mod members;
mod migrate;
mod notes;
mod rows;
#[cfg(test)]
#[path = "../../../tests/e2e/harness/postgres.rs"]
pub(crate) mod server;
mod session;
#[cfg(test)]
mod tests;
mod tls;

use std::path::PathBuf;
use std::sync::Arc;

use tokio::runtime::Runtime;
use tokio_postgres::IsolationLevel;
use tokio_postgres::error::SqlState;

use self::address::{Address, Encryption};
use self::rows::Rows;
use self::session::Session;
use self::tls::Tls;
use crate::error::StoreError;
use crate::rows::{Access, Database, Transaction};

/// The meta key that tells databases apart.
pub(crate) const DATABASE: &str = "store.database";

/// What connections are made to.
pub(crate) struct Target {
    address: Address,
    tls: Option<Tls>,
    /// What the database remembers of the installation's key.
    fingerprint: Box<str>,
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Target").field(&self.address).finish()
    }
}

impl Target {
    /// Reads the authorities' file, if there is one.
    pub(crate) fn new(address: &Address, fingerprint: &str) -> Result<Self, StoreError> {
        let tls = match &address.encryption {
            Encryption::Off => None,
            Encryption::Verified(authorities) => Some(Tls::new(authorities.as_deref())?),
        };
        Ok(Self {
            address: address.clone(),
            tls,
            fingerprint: fingerprint.into(),
        })
    }
}

/// One connection, made when it is needed, and made again when it broke. For a thread that may
/// block, outside of every runtime.
#[derive(Debug)]
pub(crate) struct Postgres {
    target: Arc<Target>,
    // Before the runtime, which works it.
    session: Option<Session>,
    runtime: Option<Runtime>,
}

impl Postgres {
    pub(crate) const fn new(target: Arc<Target>) -> Self {
        Self {
            target,
            session: None,
            runtime: None,
        }
    }

    /// The connection, and what works it.
    fn connected(&mut self) -> Result<(&mut Session, &Runtime), StoreError> {
        let Self {
            target,
            session,
            runtime,
        } = self;
        let runtime = match runtime {
            Some(runtime) => &*runtime,
            none => &*none.insert(session::runtime(&target.address)?),
        };
        let session = match session.take().filter(|session| session.works(runtime)) {
            Some(live) => session.insert(live),
            None => session.insert(Session::connect(target, runtime)?),
        };
        Ok((session, runtime))
    }
}

impl Database for Postgres {
    fn begin(&mut self, access: Access) -> Result<Box<dyn Transaction + '_>, StoreError> {
        let address = self.target.clone();
        let (session, runtime) = self.connected()?;
        let (client, place) = session.place(runtime);
        let builder = client.build_transaction();
        let builder = match access {
            Access::Read => builder
                .isolation_level(IsolationLevel::RepeatableRead)
                .read_only(true),
            // What others wrote while the lock was waited for has to be seen.
            Access::Write => builder.isolation_level(IsolationLevel::ReadCommitted),
        };
        let transaction = place.wait(builder.start())?;
        let rows = Rows::new(transaction, place, access);
        if access == Access::Write {
            let found = rows.lock()?;
            migrate::known(&address.address, found, migrate::MIGRATIONS)?;
        }
        Ok(Box::new(rows))
    }
}

/// Whether a database was used by an installation already.
pub(crate) fn is_used(address: &Address) -> Result<bool, StoreError> {
    let target = Target::new(address, "")?;
    on_a_thread(|| {
        let runtime = session::runtime(address)?;
        let used = Session::is_used(&target, &runtime);
        drop(runtime);
        used
    })
}

/// Does work that blocks where no runtime minds.
pub(crate) fn on_a_thread<T: Send>(
    work: impl FnOnce() -> Result<T, StoreError> + Send,
) -> Result<T, StoreError> {
    let joined = std::thread::scope(|scope| scope.spawn(work).join());
    joined.unwrap_or(Err(StoreError::Abandoned))
}

/// The database as a file would be named.
fn path(address: &Address) -> PathBuf {
    address.to_string().into()
}

/// What an error of PostgreSQL means to whoever runs Postern.
fn fault(address: &Address, error: &tokio_postgres::Error) -> StoreError {
    let away = |detail: String| StoreError::Away {
        database: address.to_string().into(),
        detail,
    };
    let Some(said) = error.as_db_error() else {
        let detail = causes(error);
        let broke = error.is_closed() || is_io(error);
        return if broke {
            away(detail)
        } else {
            StoreError::Database {
                path: path(address),
                source: detail.into(),
            }
        };
    };
    match said.code() {
        code if code.code().starts_with("08") => away(said.message().to_owned()),
        &SqlState::ADMIN_SHUTDOWN
        | &SqlState::CRASH_SHUTDOWN
        | &SqlState::CANNOT_CONNECT_NOW
        | &SqlState::TOO_MANY_CONNECTIONS
        | &SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT => away(said.message().to_owned()),
        &SqlState::DISK_FULL => StoreError::Full {
            path: path(address),
        },
        &SqlState::LOCK_NOT_AVAILABLE => StoreError::Busy {
            path: path(address),
        },
        &SqlState::DATA_CORRUPTED | &SqlState::INDEX_CORRUPTED => StoreError::Damaged {
            place: address.to_string().into(),
            detail: said.message().to_owned(),
        },
        _ => StoreError::Database {
            path: path(address),
            source: said.message().to_owned().into(),
        },
    }
}

fn is_io(error: &tokio_postgres::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if error.is::<std::io::Error>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// An error and what caused it.
fn causes(error: &tokio_postgres::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        cause = error.source();
    }
    text
}
