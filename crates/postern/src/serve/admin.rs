//! The admin address: what it tells about this process.

use super::lists::seconds;
use postern_admin::api::Api;
use postern_admin::{AdminState, ConfigurationState, Readiness};
use postern_control::sourced::Keeper;
use postern_model::entity::Admin;
use postern_policy::client;
use postern_policy::facts::{Connection, Live};
use postern_policy::head::Head;
use postern_proxy::Gateway;
use postern_proxy::freshness::AWAY;
use postern_proxy::metrics::Observe as _;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch::Receiver;

/// What is known about the process beyond its traffic. There is none before every listener is
/// bound and a configuration is in force: the process ends where that fails.
#[derive(Debug)]
pub(crate) struct Status {
    gateway: Arc<Gateway>,
    keeper: Arc<Keeper>,
    /// What the admin address answers to, and by whose word.
    admin: Admin,
    draining: AtomicBool,
    /// Why the last reload failed; `None`: it did not.
    stale: Mutex<Option<String>>,
}

impl Status {
    pub(crate) fn new(gateway: Arc<Gateway>, admin: Admin, keeper: Arc<Keeper>) -> Self {
        Self {
            gateway,
            keeper,
            admin,
            draining: AtomicBool::new(false),
            stale: Mutex::default(),
        }
    }

    /// Notes how a reload went.
    pub(crate) fn reloaded(&self, outcome: Result<(), String>) {
        *self.stale.lock().unwrap_or_else(PoisonError::into_inner) = outcome.err();
    }

    /// Notes that the process ends.
    pub(crate) fn drain(&self) {
        self.draining.store(true, Relaxed);
    }
}

impl Status {
    /// How a shared database fares; none if the database is this process's own.
    fn database(&self) -> Option<String> {
        let age = self.gateway.freshness().age(Instant::now())?;
        Some(if age < AWAY {
            "reached".to_owned()
        } else if age == Duration::MAX {
            "away: it was never reached".to_owned()
        } else {
            format!("away for {} s", age.as_secs())
        })
    }
}

impl AdminState for Status {
    fn metrics(&self, out: &mut String) {
        self.gateway.metrics().render(out, &*self.gateway);
    }

    fn readiness(&self) -> Readiness {
        let stale = self.stale.lock().unwrap_or_else(PoisonError::into_inner);
        Readiness {
            configuration: match &*stale {
                None => ConfigurationState::Current,
                Some(reason) => ConfigurationState::Stale {
                    reason: reason.clone(),
                },
            },
            listeners_bound: true,
            draining: self.draining.load(Relaxed),
            database: self.database(),
            geo: self
                .gateway
                .places()
                .states()
                .into_iter()
                .filter_map(|state| {
                    let why = state.broken?;
                    Some(format!("{} ({}): {why}", state.asked, state.path.display()))
                })
                .collect(),
            lists: self
                .keeper
                .states(seconds())
                .into_iter()
                .filter_map(|list| {
                    let stale = if list.stale { ", stale" } else { "" };
                    Some(format!(
                        "{} ({}){stale}: {}",
                        list.list, list.source, list.error?
                    ))
                })
                .collect(),
            call_log: self
                .gateway
                .call_log()
                .into_iter()
                .flat_map(|health| health.alarms)
                .map(|alarm| format!("{}: {}", alarm.part.name(), alarm.message))
                .collect(),
        }
    }

    fn client(&self, peer: SocketAddr, forwarded: &[(&str, &[u8])]) -> Result<IpAddr, String> {
        let mut head = Head::default();
        for (name, value) in forwarded {
            head.fields.push(name.as_bytes(), value);
        }
        let connection = Connection {
            peer,
            local: peer,
            proxied_source: None,
            tls: None,
        };
        let facts = Live::new(&head, &connection, 0);
        let found = client::find(&facts, &self.admin.client);
        found.map(|found| found.address).map_err(|bad| {
            format!(
                "The trusted proxy {} sent a field `{}` that cannot be read: {}.",
                bad.sent_by,
                bad.header,
                bad.problem.describe()
            )
        })
    }

    fn hosts(&self) -> Vec<String> {
        self.admin.hosts.iter().map(ToString::to_string).collect()
    }
}

/// Serves the admin address until told to stop.
pub(crate) async fn serve(
    listener: std::net::TcpListener,
    status: Arc<Status>,
    api: Arc<Api>,
    mut stop: Receiver<bool>,
) -> std::io::Result<()> {
    let stopped = async move {
        // A sender that is gone means the same.
        let _ = stop.wait_for(|stop| *stop).await;
    };
    postern_admin::serve(listener, status, Some(api), stopped).await
}
