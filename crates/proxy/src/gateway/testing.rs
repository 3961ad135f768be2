//! One core without a thread, for tests of what happens on it.

use super::core::Core;
use super::floods::Floods;
use super::{ListenerState, Load, Revision, Shared, Snapshot};
use crate::connection::Caller;
use crate::issuers::{Issuers, Nowhere};
use crate::metrics::Metrics;
use crate::record::Sinks;
use crate::wellknown::Requests;
use postern_model::entity::{Configuration, Distribution, Listener};
use postern_model::key::Keyer;
use postern_policy::{Directory, Rules};
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

/// A core that serves this configuration.
pub(crate) fn core(configuration: Configuration, sinks: Sinks) -> Rc<Core> {
    core_for(configuration, sinks, Directory::default(), None)
}

/// What digests of keys are compared under.
pub(crate) fn keyer() -> Keyer {
    Keyer::new(&[7; 32])
}

/// The same, for these accounts, with these records.
pub(crate) fn core_for(
    configuration: Configuration,
    sinks: Sinks,
    directory: Directory,
    requests: Option<Requests>,
) -> Rc<Core> {
    let metrics = Arc::new(Metrics::new());
    let limits = configuration.limits.clone();
    let revision = Revision {
        number: 1,
        name: "1".into(),
    };
    let rules = Rules::compile(Arc::new(configuration), "1".into()).unwrap();
    let snapshot = Snapshot::build(rules, 1, revision, None, Vec::new(), &metrics, None);
    let shared = Shared {
        cores: 1,
        seed: 7,
        load: Arc::new(Load::new(1, &limits)),
        issuers: Issuers::new(Arc::new(Nowhere), &keyer(), metrics.clone()),
        metrics,
        sinks,
        counting: Arc::default(),
        directory: arc_swap::ArcSwap::from_pointee(directory),
        revoke: std::sync::Arc::new(crate::issuers::NobodyRevokes),
        browsers: crate::sessions::Browsers::new(&keyer(), crate::sessions::Outside::nobody()),
        keyer: keyer(),
        passwords: crate::passwords::Passwords::new(1, &keyer(), 7),
        call_log: None,
        requests,
        listings: arc_swap::ArcSwap::from_pointee(postern_policy::listing::Listings::default()),
        freshness: Arc::new(crate::freshness::Freshness::always()),
        floods: Floods::new(),
        commands: Vec::new(),
        said: AtomicU64::new(0),
        begun: Instant::now(),
    };
    Core::new(0, Arc::new(shared), Arc::new(snapshot.unwrap()))
}

/// The end of the time in which the core may finish what is under way.
pub(crate) fn cut_off(core: &Core) {
    core.cut_off();
}

/// Somebody who connects without TLS.
pub(crate) fn caller() -> Caller {
    let address = SocketAddr::from(([127, 0, 0, 1], 0));
    let listener = Listener {
        name: "test".into(),
        address,
        tls: None,
        proxy_protocol: None,
        http2: true,
        distribution: Distribution::default(),
    };
    let (listener, _sockets) = ListenerState::open(&listener, 1, false).unwrap();
    let facts = postern_policy::Connection {
        peer: address,
        local: listener.address,
        proxied_source: None,
        tls: None,
    };
    Caller::plain(facts, &listener)
}
