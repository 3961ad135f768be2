//! The keys of sealed secrets in the store.

use super::Store;
use crate::error::StoreError;
use crate::master::{MasterKey, MasterSource};
use crate::rows::{Access, Database};
use crate::seal::{KEYS, Sealer};

impl Store {
    /// Opens what secrets are sealed by; makes it if there is nothing yet. `previous`: where the
    /// master key is that was in use before, if it was replaced.
    ///
    /// Reads files and runs a command: for start-up.
    pub async fn open_secrets(
        &self,
        source: &MasterSource,
        previous: Option<&MasterSource>,
    ) -> Result<Sealer, StoreError> {
        let directory = &self.0.directory;
        let known = self.meta(KEYS).await?.is_some();
        let master = directory.master_key(source, known)?;
        // A rotation that was interrupted may have come as far as to store what the next key wraps.
        let next = match source {
            MasterSource::Directory => directory.next_master_key(),
            _ => None,
        };
        if let Some(next) = next
            && let Ok(sealer) = self.open_ring(next, None).await
        {
            directory.adopt_next_master_key()?;
            return Ok(sealer);
        }
        let previous = match previous {
            Some(previous) => Some(directory.master_key(previous, true)?),
            None => None,
        };
        self.open_ring(master, previous).await
    }

    async fn open_ring(
        &self,
        master: MasterKey,
        previous: Option<MasterKey>,
    ) -> Result<Sealer, StoreError> {
        self.write(move |transaction| {
            let stored = transaction.meta(KEYS)?;
            let (sealer, text) = Sealer::open(stored.as_deref(), master, previous.as_ref())?;
            if let Some(text) = text {
                transaction.set_meta(KEYS, &text)?;
            }
            Ok(sealer)
        })
        .await
    }

    /// Makes a new data key, by which everything is sealed from now on; and a new master key, if
    /// that is asked for. Refuses to replace a master key that does not stand in the data directory. Old data keys stay, for
    /// what they have sealed.
    pub async fn rotate_secrets(&self, sealer: &Sealer, master: bool) -> Result<(), StoreError> {
        let directory = &self.0.directory;
        let next = if master {
            // One that comes from elsewhere is replaced there: the next start would not find it here.
            let own = directory.master_key(&MasterSource::Directory, true);
            if own.ok().map(|own| own.id()) != Some(sealer.master_id()) {
                return Err(StoreError::MasterElsewhere);
            }
            Some(directory.make_next_master_key()?)
        } else {
            None
        };
        let keys = sealer.clone();
        let work = move |database: &mut dyn Database| {
            let transaction = database.begin(Access::Write)?;
            // Another node may have made a key that this one has not heard of.
            if let Some(stored) = transaction.meta(KEYS)? {
                keys.refresh(&stored)?;
            }
            let (rotated, text) = keys.rotated(next)?;
            transaction.set_meta(KEYS, &text)?;
            transaction.commit()?;
            keys.adopt(rotated);
            Ok::<_, StoreError>(())
        };
        self.0.writer.run(work).await??;
        if master {
            directory.adopt_next_master_key()?;
        }
        Ok(())
    }
}
