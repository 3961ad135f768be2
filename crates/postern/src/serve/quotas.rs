//! What was used of quotas, over restarts.

use super::running::now;
use postern_control::quotas::{EVERY, QuotaFile, pause};
use postern_proxy::Gateway;
use postern_proxy::counting::Counting;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Counters that go on where the last process ended.
pub(super) fn counting(file: &QuotaFile) -> Counting {
    let counting = Counting::default();
    match file.read() {
        Ok(kept) => {
            let lost = counting.restore_quotas(&kept, now());
            if lost > 0 {
                tracing::error!(counters = lost, "no room for what was used of quotas");
            }
        }
        Err(error) => tracing::error!(%error, "quotas are counted from the beginning"),
    }
    counting
}

/// Writes what was used, for ever.
pub(super) async fn keep(gateway: Arc<Gateway>, file: Arc<QuotaFile>) {
    let mut wait = EVERY;
    loop {
        tokio::time::sleep(wait).await;
        let (gateway, file) = (gateway.clone(), file.clone());
        let written = tokio::task::spawn_blocking(move || write(&gateway, &file));
        wait = written.await.unwrap_or(EVERY);
    }
}

/// Writes what has changed; says when to look again.
pub(super) fn write(gateway: &Gateway, file: &QuotaFile) -> Duration {
    let began = Instant::now();
    let counting = gateway.counting();
    if let Err(error) = file.write(|| counting.quotas(now())) {
        counting.quotas_not_kept();
        tracing::error!(%error, "what was used of quotas is not written");
    }
    pause(began, Instant::now())
}
