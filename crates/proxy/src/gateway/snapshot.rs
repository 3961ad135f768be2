//! One configuration, made ready to serve: rules, upstreams, TLS.

use crate::deciders::Deciders;
use crate::issuers::ReadKeys;
use crate::metrics::{Layout, Metrics};
use crate::tls::{ClientAuthorities, SystemAuthorities, TlsError, UpstreamClientTls};
use crate::upstream::Upstreams;
use postern_geo::{Databases, GeoError};
use postern_model::entity::{Configuration, Name, Upstream};
use postern_policy::{CompileError, Rules};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

/// Why a configuration cannot be served. One sentence each.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The rules do not compile.
    #[error(transparent)]
    Rules(#[from] CompileError),
    /// A database about addresses cannot be used.
    #[error(transparent)]
    Geo(#[from] GeoError),
    /// A certificate, key or authority cannot be used.
    #[error("{whose}: {error}")]
    Tls {
        /// The listener, service or upstream.
        whose: String,
        /// What is wrong.
        error: TlsError,
    },
    /// The keys of an issuer cannot be used.
    #[error("issuer `{issuer}`: {error}")]
    Keys {
        /// The issuer.
        issuer: Name,
        /// What is wrong.
        error: String,
    },
}

/// What records call the rules of a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Its number.
    pub number: u64,
    /// Its number and what tells it from others of that number: `41 (9f3ac2)`.
    pub name: Name,
}

/// How connections to an upstream are made.
#[derive(Debug)]
pub(crate) struct Dialer {
    pub(crate) tls: Option<UpstreamClientTls>,
    /// Whether they may lead anywhere: whoever runs the platform has configured where.
    pub(crate) anywhere: bool,
    /// Changes with everything that a new connection would be made differently for.
    pub(crate) generation: u64,
}

/// One configuration, ready to serve; shared by every core.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) rules: Rules,
    pub(crate) edge: postern_state::edge::Settings,
    pub(crate) upstreams: Upstreams,
    pub(crate) dialers: Vec<Dialer>,
    /// Whom policies ask.
    pub(crate) deciders: Deciders,
    /// By service.
    pub(crate) authorities: Vec<Option<ClientAuthorities>>,
    /// The keys of issuers that are not fetched.
    pub(crate) keys: ReadKeys,
    /// Where we listen: nobody may send us there.
    pub(crate) own: Vec<SocketAddr>,
    /// Where addresses are.
    pub(crate) geo: Arc<Databases>,
    pub(crate) number: u64,
    /// What records call it.
    pub(crate) revision: Revision,
    /// Where its parts are counted.
    pub(crate) layout: Layout,
}

impl Snapshot {
    /// Makes a configuration ready; reads every file that it names, but for databases that are in
    /// `places` already.
    pub(crate) fn build(
        rules: Rules,
        number: u64,
        revision: Revision,
        previous: Option<&Self>,
        own: Vec<SocketAddr>,
        metrics: &Metrics,
        places: Option<&Databases>,
    ) -> Result<Self, SnapshotError> {
        let configuration = rules.configuration();
        let system = SystemAuthorities::default();
        let dialers = configuration
            .upstreams
            .iter()
            .map(|upstream| dialer(upstream, number, &system))
            .collect::<Result<_, _>>()?;
        let authorities = configuration
            .services
            .iter()
            .map(|service| {
                let load = |files| {
                    ClientAuthorities::load(files).map_err(|error| SnapshotError::Tls {
                        whose: format!("client certificates of service `{}`", service.name),
                        error,
                    })
                };
                service.client_certificate.as_ref().map(load).transpose()
            })
            .collect::<Result<_, _>>()?;
        let keys = crate::issuers::read(&configuration.issuers)
            .map_err(|(issuer, error)| SnapshotError::Keys { issuer, error })?;
        let geo = Databases::open(&configuration.geo, places)?;
        let upstreams = Upstreams::build(
            configuration,
            previous.map(|p| &p.upstreams),
            Instant::now(),
        );
        let deciders = Deciders::build(
            configuration,
            number,
            &system,
            previous.map(|p| &p.deciders),
            Instant::now(),
        )?;
        // Last, so that what is not applied takes no places.
        let layout = metrics.layout(configuration);
        Ok(Self {
            edge: crate::counting::settings(&configuration.edge),
            rules,
            upstreams,
            dialers,
            deciders,
            authorities,
            keys,
            own,
            geo: Arc::new(geo),
            number,
            revision,
            layout,
        })
    }

    /// How connections to the upstream of that name are made.
    pub(crate) fn dialer_of(&self, upstream: &str) -> Option<&Dialer> {
        let index = self
            .upstreams
            .iter()
            .position(|u| **u.name() == *upstream)?;
        self.dialers.get(index)
    }

    pub(crate) fn configuration(&self) -> &Configuration {
        self.rules.configuration()
    }
}

fn dialer(
    upstream: &Upstream,
    number: u64,
    system: &SystemAuthorities,
) -> Result<Dialer, SnapshotError> {
    let Some(tls) = &upstream.tls else {
        // Plain connections are all made alike; only the protocol on them differs.
        return Ok(Dialer {
            tls: None,
            anywhere: false,
            generation: 0,
        });
    };
    let tls = UpstreamClientTls::load(tls, upstream.protocol, system).map_err(|error| {
        SnapshotError::Tls {
            whose: format!("upstream `{}`", upstream.name),
            error,
        }
    })?;
    // Certificate files may have changed under the same name.
    Ok(Dialer {
        tls: Some(tls),
        anywhere: false,
        generation: number,
    })
}
