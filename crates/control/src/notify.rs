//! Telling programs and people what happened.
//!
//! The [`Notifier`] follows the change log from where it was before, and makes `happened` things
//! of it; twice a day it looks for what will expire. Each is told to the webhooks and, by mail, to
//! the members of the tenants that it concerns. What is to be sent is kept in queues of notes, so
//! that it is sent at least once, whatever becomes of the process. Of several nodes one follows the
//! log at a time; all of them send.

mod addressees;
mod derive;
mod endpoints;
mod follow;
mod happened;
mod lease;
mod letters;
mod mailing;
mod queue;
mod scan;
mod secrets;
mod sides;
mod tell;
#[cfg(test)]
mod tests;
mod webhooks;

pub use addressees::{Addressees, Members};
pub use endpoints::{Attempts, MadeWebhook, NewWebhook, RotatedSecret};
pub use happened::Doer;
pub use letters::Mailed;
pub use mailing::SentMail;
pub use scan::ServedCertificate;

use crate::Service;
use follow::Follower;
use jiff::SignedDuration;
use mailing::Mails;
use postern_outbound::webhook::{Options, Worker};
use postern_outbound::{Clock, HttpClient, Random};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use webhooks::Webhooks;

/// How often the log is looked at when nobody says that there is something new: other nodes do not.
const LOOK: Duration = Duration::from_secs(5);

/// Changes that come together are read together.
const GATHER: Duration = Duration::from_millis(100);

/// How often the queues are looked at.
const POLL: Duration = Duration::from_secs(1);

/// How long a follower that is gone keeps others from following.
const LEASE: SignedDuration = SignedDuration::from_secs(30);

/// Tells what happens, until it is told to stop.
#[derive(Debug)]
pub struct Notifier {
    service: Arc<Service>,
    addressees: Arc<dyn Addressees>,
    client: HttpClient,
    clock: Clock,
    random: Random,
}

impl Notifier {
    /// One for what `service` stores. `client` makes the requests of webhooks; it follows no
    /// redirects, and its guard knows where they may go.
    pub fn new(service: Arc<Service>, addressees: Arc<dyn Addressees>, client: HttpClient) -> Self {
        Self {
            service,
            addressees,
            client,
            clock: Clock::system(),
            random: Random::system(),
        }
    }

    /// Works until `stop` says so, then finishes what is under way. Does nothing where a file owns
    /// the configuration: there is no log then.
    pub async fn run(self, stop: watch::Receiver<bool>) {
        let Some(store) = self.service.store().cloned() else {
            return;
        };
        let options = Options {
            poll: POLL,
            ..Options::default()
        };
        let webhooks = Arc::new(Webhooks::new(self.service.clone(), store.clone()));
        let worker = Worker::new(
            webhooks,
            self.client,
            self.clock.clone(),
            self.random.clone(),
            options,
        );
        let poke = worker.poke();
        let mails = Mails::new(
            self.service.clone(),
            store.clone(),
            self.clock.clone(),
            self.random,
        );
        let worker = tokio::spawn(worker.run(stopped(stop.clone())));
        let mails = tokio::spawn(mails.run(stop.clone()));
        let mut heads = store.watch();
        let follower = Follower::new(self.service, store, self.addressees, self.clock, poke);
        let mut stop = std::pin::pin!(stopped(stop));
        loop {
            if let Err(refusal) = follower.round().await {
                tracing::warn!(error = %refusal.message, "what happened cannot be told now");
            }
            tokio::select! {
                () = &mut stop => break,
                () = tokio::time::sleep(LOOK) => {}
                // It comes from a store that we hold, so that it does not end before we do.
                _ = heads.changed() => tokio::time::sleep(GATHER).await,
            }
        }
        follower.leave().await;
        for task in [worker, mails] {
            if let Err(error) = task.await {
                tracing::error!(%error, "sending what happened ended abnormally");
            }
        }
    }
}

/// Waits until it says so, or nobody is left to say it.
async fn stopped(mut stop: watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Unix time in milliseconds.
fn millis(at: jiff::Timestamp) -> i64 {
    at.as_millisecond()
}

/// A name of 24 characters for something that is named already, so that it has the same one again.
fn named(prefix: &str, parts: &[&str]) -> String {
    // Lengths keep parts apart.
    let parts = parts.iter().map(|part| format!("{}:{part}", part.len()));
    let text: String = parts.collect();
    let digest = postern_model::key::digest(text.as_bytes());
    let hex = crate::credential::hex(&digest);
    let short: String = hex.chars().take(24).collect();
    format!("{prefix}{short}")
}
