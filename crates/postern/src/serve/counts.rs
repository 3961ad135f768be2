//! What was used of quotas, and who is blocked, over restarts.

use super::running::now;
use postern_control::blocked::BlockFile;
use postern_control::quotas::{EVERY, QuotaFile, pause};
use postern_proxy::Gateway;
use postern_proxy::counting::Counting;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Where counts are kept.
#[derive(Debug)]
pub(super) struct Counts {
    quotas: QuotaFile,
    blocks: BlockFile,
}

impl Counts {
    pub(super) fn new(data: &Path) -> Self {
        Self {
            quotas: QuotaFile::new(data),
            blocks: BlockFile::new(data),
        }
    }

    /// Counters that go on where the last process ended.
    pub(super) fn counting(&self) -> Counting {
        let counting = Counting::default();
        match self.quotas.read() {
            Ok(kept) => {
                let lost = counting.restore_quotas(&kept, now());
                if lost > 0 {
                    tracing::error!(counters = lost, "no room for what was used of quotas");
                }
            }
            Err(error) => tracing::error!(%error, "quotas are counted from the beginning"),
        }
        match self.blocks.read() {
            Ok(kept) => counting.restore_blocks(kept, now()),
            Err(error) => tracing::error!(%error, "callers that were blocked are not any more"),
        }
        counting
    }

    /// Writes what has changed; says when to look again.
    pub(super) fn write(&self, gateway: &Gateway) -> Duration {
        let began = Instant::now();
        let counting = gateway.counting();
        if let Err(error) = self.quotas.write(|| counting.quotas(now())) {
            counting.quotas_not_kept();
            tracing::error!(%error, "what was used of quotas is not written");
        }
        if let Err(error) = self.blocks.write(|| counting.kept_blocks(now())) {
            counting.blocks_not_kept();
            tracing::error!(%error, "who is blocked is not written");
        }
        pause(began, Instant::now())
    }
}

/// Writes counts, for ever.
pub(super) async fn keep(gateway: Arc<Gateway>, counts: Arc<Counts>) {
    let mut wait = EVERY;
    loop {
        tokio::time::sleep(wait).await;
        let (gateway, counts) = (gateway.clone(), counts.clone());
        let written = tokio::task::spawn_blocking(move || counts.write(&gateway));
        wait = written.await.unwrap_or(EVERY);
    }
}
