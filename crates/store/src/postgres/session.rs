//! A live connection, worked by the thread that waits for it.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tokio::time::timeout;
use tokio_postgres::{AsyncMessage, Client, Connection, NoTls, Statement};

use super::address::Address;
use super::{Target, fault, migrate, path};
use crate::error::StoreError;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_mins(1);

/// How long making a connection may take, with all that is asked at its beginning.
const CONNECT: Duration = Duration::from_secs(20);

/// A connection that was not used for so long is tried before it is.
const IDLE: Duration = Duration::from_secs(1);

/// How long that may take.
const TRY: Duration = Duration::from_secs(3);

/// Prepared statements that a connection keeps.
const STATEMENTS: usize = 128;

/// A commit is on the disk when it returns. Who hangs in a transaction, or is gone, does not keep
/// the lock from others for long.
const SETTINGS: &str = "SET search_path = postern;
    SET synchronous_commit = on;
    SET lock_timeout = '15s';
    SET idle_in_transaction_session_timeout = '60s';
    SET client_min_messages = warning;";

/// The meta key under which the database remembers the installation's key.
const FINGERPRINT: &str = crate::store::FINGERPRINT;

/// A live connection.
pub(super) struct Session {
    client: Client,
    statements: RefCell<HashMap<Box<str>, Statement>>,
    /// Told of every notification.
    heard: Arc<Notify>,
    broken: Cell<bool>,
    used: Cell<Instant>,
    target: Arc<Target>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}

/// What works a connection; for a thread of its own.
pub(super) fn runtime(address: &Address) -> Result<Runtime, StoreError> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|source| StoreError::Io {
            path: path(address),
            doing: "make a runtime for",
            source,
        })
}

impl Session {
    /// Connects; makes or migrates the schema; compares the installation's key.
    pub(super) fn connect(target: &Arc<Target>, runtime: &Runtime) -> Result<Self, StoreError> {
        let connecting = async {
            let (mut client, heard) = open(target).await?;
            migrate::migrate(&mut client, &target.address, migrate::MIGRATIONS).await?;
            compare(&client, target).await?;
            Ok(Self {
                client,
                statements: RefCell::default(),
                heard,
                broken: Cell::new(false),
                used: Cell::new(Instant::now()),
                target: target.clone(),
            })
        };
        let connecting = Box::pin(connecting);
        runtime
            .block_on(async { timeout(CONNECT, connecting).await })
            .unwrap_or_else(|_| Err(silent(&target.address, CONNECT)))
    }

    /// Whether there is a schema with an installation's key in it.
    pub(super) fn is_used(target: &Target, runtime: &Runtime) -> Result<bool, StoreError> {
        let looking = async {
            let (client, _) = open(target).await?;
            let failed = |error| fault(&target.address, &error);
            let there = "SELECT to_regclass('postern.meta') IS NOT NULL";
            let there = client.query_one(there, &[]).await.map_err(failed)?;
            if !there.try_get::<_, bool>(0).map_err(failed)? {
                return Ok(false);
            }
            Ok(fingerprint(&client).await.map_err(failed)?.is_some())
        };
        let looking = Box::pin(looking);
        runtime
            .block_on(async { timeout(CONNECT, looking).await })
            .unwrap_or_else(|_| Err(silent(&target.address, CONNECT)))
    }

    /// Whether the connection can be used.
    pub(super) fn works(&self, runtime: &Runtime) -> bool {
        if self.broken.get() || self.client.is_closed() {
            return false;
        }
        if self.used.get().elapsed() < IDLE {
            return true;
        }
        let trying = self.client.check_connection();
        let tried = runtime.block_on(async { timeout(TRY, trying).await });
        matches!(tried, Ok(Ok(())))
    }

    /// For a transaction.
    pub(super) fn place<'a>(&'a mut self, runtime: &'a Runtime) -> (&'a mut Client, Place<'a>) {
        let place = Place {
            runtime,
            address: &self.target.address,
            statements: &self.statements,
            broken: &self.broken,
            used: &self.used,
        };
        (&mut self.client, place)
    }

    pub(super) const fn client(&self) -> &Client {
        &self.client
    }

    pub(super) const fn heard(&self) -> &Arc<Notify> {
        &self.heard
    }
}

/// What work on a connection needs beside it.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    runtime: &'a Runtime,
    pub(super) address: &'a Address,
    pub(super) statements: &'a RefCell<HashMap<Box<str>, Statement>>,
    broken: &'a Cell<bool>,
    used: &'a Cell<Instant>,
}

impl Place<'_> {
    /// Waits for an answer. A connection that gave none is not used again.
    pub(super) fn wait<T>(
        &self,
        answer: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, StoreError> {
        let answer = Box::pin(answer);
        let outcome = self
            .runtime
            .block_on(async { timeout(PATIENCE, answer).await });
        let outcome = match outcome {
            Ok(outcome) => outcome.map_err(|error| fault(self.address, &error)),
            Err(_) => Err(silent(self.address, PATIENCE)),
        };
        if matches!(outcome, Err(StoreError::Away { .. })) {
            self.broken.set(true);
        }
        self.used.set(Instant::now());
        outcome
    }

    /// Keeps a prepared statement, within bounds.
    pub(super) fn keep(&self, sql: &str, statement: &Statement) {
        let mut statements = self.statements.borrow_mut();
        if statements.len() >= STATEMENTS {
            statements.clear();
        }
        statements.insert(sql.into(), statement.clone());
    }
}

/// It said nothing for so long.
pub(super) fn silent(address: &Address, time: Duration) -> StoreError {
    StoreError::Away {
        database: address.to_string().into(),
        detail: format!("it did not answer within {} s", time.as_secs()),
    }
}

async fn open(target: &Target) -> Result<(Client, Arc<Notify>), StoreError> {
    let failed = |error| fault(&target.address, &error);
    let heard = Arc::new(Notify::new());
    let config = &target.address.config;
    let client = match &target.tls {
        None => {
            let (client, connection) = config.connect(NoTls).await.map_err(failed)?;
            tokio::spawn(drive(connection, heard.clone()));
            client
        }
        Some(tls) => {
            let (client, connection) = config.connect(tls.clone()).await.map_err(failed)?;
            tokio::spawn(drive(connection, heard.clone()));
            client
        }
    };
    client.batch_execute(SETTINGS).await.map_err(failed)?;
    Ok((client, heard))
}

/// Works the connection until it ends.
async fn drive<S, T>(mut connection: Connection<S, T>, heard: Arc<Notify>)
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        match poll_fn(|context| connection.poll_message(context)).await {
            Some(Ok(AsyncMessage::Notification(_))) => heard.notify_one(),
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return,
        }
    }
}

async fn fingerprint(client: &Client) -> Result<Option<String>, tokio_postgres::Error> {
    let sql = "SELECT value FROM meta WHERE key = $1";
    let row = client.query_opt(sql, &[&FINGERPRINT]).await?;
    row.map(|row| row.try_get(0)).transpose()
}

/// Refuses a database that was made with another installation's key.
async fn compare(client: &Client, target: &Target) -> Result<(), StoreError> {
    let failed = |error| fault(&target.address, &error);
    let mut found = fingerprint(client).await.map_err(failed)?;
    if found.is_none() {
        // Another node may be at the same.
        let sql = "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING";
        let ours = &*target.fingerprint;
        let written = client.execute(sql, &[&FINGERPRINT, &ours]).await;
        written.map_err(failed)?;
        found = fingerprint(client).await.map_err(failed)?;
    }
    if found.as_deref() == Some(&*target.fingerprint) {
        return Ok(());
    }
    Err(StoreError::KeyDiffers {
        path: path(&target.address),
    })
}
