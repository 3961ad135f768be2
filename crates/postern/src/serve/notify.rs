//! Telling what happened: where webhooks and mails may go, and when that ends.

use super::running::Process;
use postern_control::notify::{Members, Notifier};
use postern_control::{Running as _, Service};
use postern_model::egress::{Forbidden, allowed};
use postern_outbound::dial::TrustError;
use postern_outbound::{Anywhere, Dialer, Guard, HttpClient, Trust};
use postern_proxy::upstream::egress::is_this_machine;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::sync::watch::{self, Sender};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How long what is under way may take when the process ends; what is not done by then is sent
/// again later.
const PATIENCE: Duration = Duration::from_secs(5);

/// The egress rule of what is served now.
#[derive(Debug)]
struct Served(Arc<Process>);

impl Guard for Served {
    fn check(&self, to: SocketAddr) -> Result<(), Forbidden> {
        let configuration = self.0.configuration();
        let listeners = self.0.gateway.listeners().into_iter();
        let own: Vec<SocketAddr> = listeners
            .map(|(_, address, _)| address)
            .chain([self.0.admin])
            .collect();
        allowed(to, &configuration.egress, &own, is_this_machine)
    }
}

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
