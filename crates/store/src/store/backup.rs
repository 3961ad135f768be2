//! Backups of the store.

use serde_json::Value;

use super::{Store, tell};
use crate::change::ChangeMeta;
use crate::engine::{self, BackedUp, Proposal};
use crate::error::{ApplyError, StoreError};
use crate::rows::{Access, Database};
use crate::seal::Sealer;

impl Store {
    /// Hands out everything that is stored, all of one moment, as lines of JSON, until `sink` says
    /// `false`. Changes go on meanwhile. What is not in it: `installation.key` and the master key,
    /// without which its secrets are worth nothing, and notes other than of [`PASSWORDS`](crate::PASSWORDS).
    ///
    /// `sink` runs on a thread that may block.
    pub async fn backup(
        &self,
        now_ms: i64,
        mut sink: impl FnMut(Value) -> bool + Send + 'static,
    ) -> Result<BackedUp, StoreError> {
        self.read_long(move |transaction| engine::backup(transaction, now_ms, &mut sink))
            .await
    }

    /// Puts a backup in the place of everything that is stored, or changes nothing. Notes go but
    /// for those in the backup: who had signed in has to sign in again. Data keys of `sealer` stay,
    /// and get those of the backup beside them. `lines` runs on a thread that may block; an item that is
    /// an error says why a line cannot be read.
    ///
    /// `validate` sees what would be stored, as in [`Store::apply`], without entries.
    pub async fn restore<T, E>(
        &self,
        mut lines: impl Iterator<Item = Result<Value, String>> + Send + 'static,
        sealer: Sealer,
        meta: ChangeMeta,
        validate: impl FnOnce(&Proposal<'_>) -> Result<T, ApplyError<E>> + Send + 'static,
    ) -> Result<(BackedUp, T), ApplyError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let watched = self.0.head.clone();
        let work = move |database: &mut dyn Database| {
            let transaction = database.begin(Access::Write)?;
            let restored = engine::restore(&*transaction, &mut lines, &sealer, meta, validate);
            let (found, validated, head) = restored?;
            transaction.commit()?;
            tell(&watched, head);
            Ok((found, validated))
        };
        self.0.writer.run(work).await?
    }
}
