//! Syncing segments to the disk, on a thread of its own: a sync may take long, and the writer
//! must not wait for it.

use crate::error::CallLogError;
use crate::health::{Cause, Part};
use crate::writer::Shared;
use crate::{Result, unix_millis};
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often segments are synced.
const PERIOD: Duration = Duration::from_secs(1);

/// What the syncing thread is told.
pub(crate) enum ToSync {
    /// This is the open segment from now on.
    Segment(File),
    /// Sync now, then answer whether that worked.
    Now(SyncSender<bool>),
}

#[derive(Default)]
struct Syncer {
    /// Segments closed since the last sync.
    closed: Vec<File>,
    open: Option<File>,
    /// Length of the open segment when it was last synced.
    synced: u64,
    new_file: bool,
}

impl Syncer {
    fn take(&mut self, file: File) {
        self.closed.extend(self.open.replace(file));
        self.synced = 0;
        self.new_file = true;
    }

    fn sync(&mut self, dir: &Path) -> io::Result<()> {
        while let Some(file) = self.closed.last() {
            file.sync_data()?;
            self.closed.pop();
        }
        if let Some(file) = &self.open {
            let len = file.metadata()?.len();
            if len != self.synced {
                file.sync_data()?;
                self.synced = len;
            }
        }
        if self.new_file {
            // The file's name is in the directory, which is synced apart.
            File::open(dir)?.sync_all()?;
            self.new_file = false;
        }
        Ok(())
    }
}

/// Runs until the writer and everybody else who could send is gone.
pub(crate) fn spawn(shared: Arc<Shared>, orders: Receiver<ToSync>) -> Result<JoinHandle<()>> {
    let dir = shared.options.dir.clone();
    std::thread::Builder::new()
        .name("calllog-sync".to_owned())
        .spawn(move || {
            let mut syncer = Syncer::default();
            let mut due = Instant::now() + PERIOD;
            loop {
                let mut asked = None;
                let mut ended = false;
                match orders.recv_timeout(due.saturating_duration_since(Instant::now())) {
                    Ok(ToSync::Segment(file)) => {
                        syncer.take(file);
                        continue;
                    }
                    Ok(ToSync::Now(done)) => asked = Some(done),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => ended = true,
                }
                due = Instant::now() + PERIOD;
                shared.counters.waits(Part::Sync, unix_millis());
                let result = syncer.sync(&shared.options.dir);
                shared.counters.waited(Part::Sync, unix_millis());
                if let Some(done) = asked {
                    let _ = done.try_send(result.is_ok());
                }
                match result {
                    Ok(()) => shared.counters.clear(Part::Sync),
                    Err(error) => {
                        let dir = shared.options.dir.display();
                        let message = format!("cannot sync {dir}: {error}; requests go on");
                        let cause = Cause::of_io(&error);
                        let counters = &shared.counters;
                        counters.raise(Part::Sync, unix_millis(), cause, message);
                    }
                }
                if ended {
                    return;
                }
            }
        })
        .map_err(CallLogError::io("cannot start a thread for", &dir))
}
