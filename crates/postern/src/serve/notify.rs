//! Telling what happened: where webhooks and mails may go, and when that ends.

use super::egress::Served;
use super::running::Process;
use postern_control::Service;
use postern_control::notify::{Members, Notifier};
use postern_outbound::dial::TrustError;
use postern_outbound::{Anywhere, Dialer, HttpClient, Trust};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::sync::watch::{self, Sender};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How long what is under way may take when the process ends; what is not done by then is sent
/// again later.
const PATIENCE: Duration = Duration::from_secs(5);

/// Connections to the mail server, which whoever runs the platform has chosen.
pub(super) fn mail_dialer() -> Result<Dialer, TrustError> {
    Ok(Dialer::new(Arc::new(Anywhere), Trust::system()?))
}

/// What tells, until it is stopped.
#[derive(Debug)]
pub(super) struct Notifying {
    stop: Sender<bool>,
    task: Option<JoinHandle<()>>,
}

impl Notifying {
    /// Begins to tell what happens, where there is a store that knows it.
    pub(super) fn start(
        runtime: &Runtime,
        service: &Arc<Service>,
        process: &Arc<Process>,
    ) -> Result<Self, TrustError> {
        let (stop, stopped) = watch::channel(false);
        let dialer = Dialer::new(Arc::new(Served(process.clone())), Trust::system()?);
        let task = service.store().map(|store| {
            let members = Arc::new(Members::new(store.clone()));
            let notifier = Notifier::new(service.clone(), members, HttpClient::new(dialer));
            runtime.spawn(notifier.run(stopped))
        });
        Ok(Self { stop, task })
    }

    /// Ends it.
    pub(super) async fn end(self) {
        let _ = self.stop.send(true);
        let Some(mut task) = self.task else { return };
        if timeout(PATIENCE, &mut task).await.is_err() {
            task.abort();
            let _ = task.await;
        }
    }
}
